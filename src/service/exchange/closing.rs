//! What is in the way of closing an account, let go before it is closed.
//!
//! Each hold by a request of its own that follows from the one that closes; nothing, if anything else is in the way.

use super::id::Id;
use super::writing::Done;
use crate::access::Allowed;
use crate::domain::{Action, Close, Command, Reason, RequestKey, Sequence};
use crate::ledger::{Detail, Mode};
use crate::network::derived_id;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::words::people as words;

/// So many holds are let go by one call.
const HOLDS_LET_GO_MAX: usize = 100;

impl Installation {
    /// Lets go all that is set aside from the account or for it, if `checked` says that it would be closed but for
    /// that. Where there is more than one call lets go, says so.
    pub(super) fn make_way(
        &self,
        allowed: &Allowed,
        id: Id,
        close: Close,
        checked: impl FnOnce() -> Result<Done, NotDone>,
    ) -> Result<(), NotDone> {
        let (account, key) = (close.account, id.key);
        let most = HOLDS_LET_GO_MAX.saturating_add(1);
        let open = self.network.ledger.views().open_holds(Some(account), Sequence::ZERO, most);
        if open.is_empty() {
            return Ok(());
        }
        match checked() {
            Ok(_) | Err(NotDone::Refused { reason: Reason::HoldsOpen, .. }) => {}
            Err(other) => return Err(other),
        }
        let voids = open.iter().take(HOLDS_LET_GO_MAX).map(|(hold, _)| {
            let from = [&key.id.bytes()[..], &hold.get().to_le_bytes()].concat();
            let id = derived_id("hourbook let go at a closing", &from);
            Command::new(RequestKey { id, ..key }, allowed.caller().holder, Action::Void(*hold))
        });
        let ticket = self.network.ledger.submit(voids.collect(), Mode::Write, Detail::Outcomes);
        let decided = ticket.map_err(|error| self.not_done(error))?.wait().ok_or_else(|| self.gone())?;
        for (command, decision) in decided.each() {
            match self.receipt(command, decision) {
                // One that ended by itself meanwhile is gone as well.
                Ok(_) | Err(NotDone::Refused { reason: Reason::HoldResolved | Reason::HoldExpired, .. }) => {}
                Err(not_done) => return Err(not_done),
            }
        }
        if open.len() > HOLDS_LET_GO_MAX {
            let figures = [("account_number", account.to_string())];
            let sentence = words::more_to_let_go(HOLDS_LET_GO_MAX);
            return Err(NotDone::by_rule(Reason::HoldsOpen, sentence, &figures));
        }
        Ok(())
    }
}

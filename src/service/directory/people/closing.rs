//! An account closed: what is set aside is let go, the rest goes where the person wished.
//!
//! What the account stands at is looked at before the ledger closes it. Where it passes zero just then, whoever was
//! to take the rest makes good what is missing; nothing can move it back below zero before that is seen.

use super::refused;
use crate::access::Allowed;
use crate::api::*;
use crate::domain::{
    AccountKind, AccountNumber, Action, Close, Command, Reason, Refusal, RequestKey, Sequence,
};
use crate::exchange;
use crate::exchange::plan::{Plan, Said};
use crate::exchange::rules::second_person::Effects;
use crate::exchange::sight::Sight;
use crate::ledger::{AccountView, Detail, Mode, NoReceipt};
use crate::network::derived_id;
use crate::service::exchange::Id;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::words::people as words;

/// So many holds are let go by one call.
const HOLDS_LET_GO_MAX: usize = 100;
/// A reason has at most this many bytes, as for exchanges.
const REASON_BYTES_MAX: usize = 900;

impl Installation {
    pub(in crate::service::directory) fn close_member(
        &self,
        allowed: &Allowed,
        request: CloseMemberRequest,
    ) -> Result<CloseMemberResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let account = fields::account("account_number", request.account_number)?;
        let wished =
            fields::account_or_any("remainder_to_account_number", request.remainder_to_account_number)?;
        if request.reason.len() > REASON_BYTES_MAX {
            return Err(NotDone::bad("reason", "at most 900 bytes"));
        }
        let reason = (!request.reason.is_empty()).then_some(request.reason);
        let view = self.account_in_reach(allowed, account)?;
        match view.kind {
            AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => {}
            AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => {
                let must = "the account of a person, an organisation or a partner";
                return Err(NotDone::bad("account_number", must));
            }
        }
        wished.map_or(Ok(()), |wished| self.account_in_reach(allowed, wished).map(drop))?;
        drop(self.directory.known_now(&self.network.ledger)?); // Everything that was opened is known.
        let before = self.network.ledger.find(id.key).map_err(|error| self.not_done(error))?;
        let before = before.map(|entry| entry.command.action);
        if before.is_none() && id.mode == Mode::Write {
            let pot = self.directory.known().banks.get(view.bank).map(|bank| bank.community_pot);
            let pot = pot.ok_or_else(|| self.refused(&Refusal::BankNotFound(view.bank)))?;
            let remainder_to = self.remainder_to(account, wished, pot, None);
            self.let_go(allowed, id.key, Close { account, remainder_to })?;
        }
        let plan = |sight: &Sight<'_>| {
            let pot = sight.community_pot(view.bank)?.account;
            let remainder_to = self.remainder_to(account, wished, pot, before.as_ref());
            self.closing(sight, Close { account, remainder_to }, &view, reason).map(|plan| (plan, ()))
        };
        let (done, _) = self.exchange(allowed, id, view.bank, plan)?;
        Ok(CloseMemberResponse { done: Some(self.done(allowed, &done)) })
    }

    fn closing(
        &self,
        sight: &Sight<'_>,
        close: Close,
        view: &AccountView,
        reason: Option<String>,
    ) -> Result<Plan, exchange::Refusal> {
        let effects = Effects::of_closing(close, self.posted(close.account));
        let other = sight.party(close.remainder_to)?.own.owner;
        let mut about = vec![view.owner, other];
        about.dedup();
        let said = Said { reason, ..Said::default() };
        Plan { said, ..Plan::new(Action::Close(close), about) }.judged(sight, &effects, None, None)
    }

    /// Whom the rest goes to: as wished; the pot where nothing was wished or something is missing. Asked again, as
    /// before: the account stands at nothing then.
    fn remainder_to(
        &self,
        account: AccountNumber,
        wished: Option<AccountNumber>,
        pot: AccountNumber,
        before: Option<&Action>,
    ) -> AccountNumber {
        if let Some(Action::Close(close)) = before
            && close.account == account
            && (close.remainder_to == pot || Some(close.remainder_to) == wished)
        {
            return close.remainder_to;
        }
        wished.filter(|_| self.posted(account) >= 0).unwrap_or(pot)
    }

    fn posted(&self, account: AccountNumber) -> i64 {
        self.network.ledger.balance(account).map_or(0, |balance| balance.posted)
    }

    /// Lets go all that is set aside from the account or for it, each by a request of its own that follows from this
    /// one; nothing, if something else is in the way of closing. Where there is more than one call lets go, says so.
    fn let_go(&self, allowed: &Allowed, key: RequestKey, close: Close) -> Result<(), NotDone> {
        let account = close.account;
        let most = HOLDS_LET_GO_MAX.saturating_add(1);
        let open = self.network.ledger.views().open_holds(Some(account), Sequence::ZERO, most);
        let voids = open.iter().take(HOLDS_LET_GO_MAX).map(|(hold, _)| {
            let from = [&key.id.bytes()[..], &hold.get().to_le_bytes()].concat();
            let id = derived_id("hourbook let go at a closing", &from);
            Command::new(RequestKey { id, ..key }, allowed.caller().holder, Action::Void(*hold))
        });
        let voids: Vec<_> = voids.collect();
        if voids.is_empty() {
            return Ok(());
        }
        let closing = Command::new(key, allowed.caller().holder, Action::Close(close));
        match self.network.ledger.validate(closing).map(drop) {
            Err(NoReceipt::Refused(refusal)) if refusal.reason() == Reason::HoldsOpen => {}
            other => other.map_err(|error| self.not_done(error))?,
        }
        for command in &voids {
            self.within_reach(allowed, command)?;
        }
        let ticket = self.network.ledger.submit(voids, Mode::Write, Detail::Outcomes);
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
            return Err(refused(Reason::HoldsOpen, words::more_to_let_go(HOLDS_LET_GO_MAX), &figures));
        }
        Ok(())
    }
}

//! An account to close: judged and kept until a second person agrees (`service::exchange`).

use crate::access::Allowed;
use crate::api::*;
use crate::domain::{Action, Command, Reason};
use crate::exchange::closing::Closing;
use crate::ledger::NoReceipt;
use crate::service::exchange::Id;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

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
        let wish = wished.map_or(Ok(()), |wished| self.account_in_reach(allowed, wished).map(drop));
        let bank = self.account_in_reach(allowed, account).and_then(|view| wish.map(|()| view.bank));
        let reason = (!request.reason.is_empty()).then_some(request.reason);
        let closing = Closing { account, wished, reason };
        let (done, _) = self.exchange(allowed, id, bank, |sight| {
            let command = Command::new(id.key, sight.actor, Action::Close(closing.close(sight)?));
            match self.network.ledger.validate(command) {
                // What is set aside is let go when somebody agrees.
                Err(NoReceipt::Refused(refusal)) if refusal.reason() != Reason::HoldsOpen => {
                    return Err((*refusal).into());
                }
                Ok(_)
                | Err(
                    NoReceipt::Refused(_) | NoReceipt::Invalid(_) | NoReceipt::Busy | NoReceipt::Unknown(_),
                ) => {}
            }
            closing.plan(sight).map(|plan| (plan, ()))
        })?;
        Ok(CloseMemberResponse { done: Some(self.done(allowed, &done)) })
    }
}

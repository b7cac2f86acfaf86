//! What two banks owe each other, and how much they may.

use crate::access::Allowed;
use crate::api::*;
use crate::domain::{AccountNumber, Action, BankNumber, OpenClearing};
use crate::exchange::Refusal;
use crate::ledger::state::apply::clearing_limits;
use crate::service::asked::{Asked, act_as};
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::words::exchange as words;

impl Installation {
    pub(super) fn set_clearing_cap(
        &self,
        allowed: &Allowed,
        request: SetClearingCapRequest,
    ) -> Result<SetClearingCapResponse, NotDone> {
        let key = fields::request_key(&request.request_id)?;
        let [first, second] = [request.first_bank_number, request.second_bank_number].map(BankNumber::new);
        let pair = OpenClearing {
            first,
            second,
            first_may_owe: fields::amount("first_may_owe_seconds", request.first_may_owe_seconds)?,
            second_may_owe: fields::amount("second_may_owe_seconds", request.second_may_owe_seconds)?,
        };
        let account = self.between(allowed, first, second)?;
        // The ledger sets both sides.
        let (limits, _) = clearing_limits(&pair);
        let mut asked = Asked::new(key, Action::SetLimits(account, limits), request.validate_only);
        act_as(&mut asked.command, allowed.caller());
        let Asked { command, mode, .. } = asked;
        let receipt = self.write_and_wait(command, mode)?;
        Ok(SetClearingCapResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    pub(super) fn get_net_position(
        &self,
        allowed: &Allowed,
        request: GetNetPositionRequest,
    ) -> Result<GetNetPositionResponse, NotDone> {
        let [first, second] = [request.first_bank_number, request.second_bank_number].map(BankNumber::new);
        // Both see both sides of what is between them.
        let seen = self.bank_in_reach(allowed, first).or_else(|_| self.bank_in_reach(allowed, second));
        seen?;
        let account = self.between(allowed, first, second)?;
        let sequence = self.network.ledger.position();
        let posted = self.network.ledger.balance(account).map_or(0, |balance| balance.posted);
        let limits = self.limits_of(account)?;
        let mut names = self.names();
        let mut name = |bank| match names.bank(bank) {
            Ok(crate::directory::names::Name::Known(name)) => name,
            Ok(_) | Err(_) => format!("time bank {bank}"),
        };
        let (one, other) = (name(first), name(second));
        let sentence = words::net_position(&one, &other, posted);
        Ok(GetNetPositionResponse {
            first_owes_seconds: posted,
            first_may_owe_seconds: limits.ceiling(),
            second_may_owe_seconds: limits.floor().saturating_neg(),
            sequence: sequence.get(),
            sentence,
        })
    }

    /// The account that `first` keeps for what it and `second` owe each other.
    fn between(
        &self,
        allowed: &Allowed,
        first: BankNumber,
        second: BankNumber,
    ) -> Result<AccountNumber, NotDone> {
        let kept = self.directory.known_now(&self.network.ledger)?.banks.clearing(first, second);
        kept.ok_or_else(|| self.not_exchanged(allowed, &Refusal::NoClearing { first, second }))
    }
}

//! Periods of partners made final, and that they were paid.

use super::statements::{account_in, settlement};
use crate::access::Allowed;
use crate::api::*;
use crate::directory::partners::{Model, REFERENCE_BYTES_MAX, Settling};
use crate::domain::{Action, Note, Topic};
use crate::redemption::settling::Settle;
use crate::service::asked;
use crate::service::directory::{bare, owner};
use crate::service::exchange::Id;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

impl Installation {
    pub(super) fn settle_partner(
        &self,
        allowed: &Allowed,
        request: SettlePartnerRequest,
    ) -> Result<SettlePartnerResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let reference = request.reference.trim();
        if reference.len() > REFERENCE_BYTES_MAX || reference.contains(char::is_control) {
            return Err(NotDone::bad("reference", "at most 64 bytes without control characters: no names"));
        }
        let model = read_model(request.model)?;
        let to = fields::account_or_any("to_account_number", request.to_account_number)?;
        let due_day = fields::day("due_day", request.due_day)?;
        let account = {
            let known = self.directory.known_now(&self.network.ledger)?;
            let person = self.own_partner(allowed, &known, partner)?;
            self.not_oneself(allowed, &known, person)?;
            account_in(allowed, &known, partner, request.account_number)?
        };
        let period = request.period_number;
        let settle = Settle { partner, account, period, model, to, due_day, reference: reference.into() };
        let bank = self.bank_of(allowed, account);
        // Periods follow each other: two of one number at once would be two ends of one period.
        let _one = self.settling();
        let (done, _) = self.exchange(allowed, id, bank, |sight| Ok((settle.plan(sight)?, ())))?;
        let known = self.directory.known_now(&self.network.ledger)?;
        let (_, today) = self.days_of(&known, account)?;
        let settled = known.settlements.period(account, period).map(|settled| settlement(settled, today));
        drop(known);
        let receipt = self.receipt_as_seen(allowed, &done.receipt);
        Ok(SettlePartnerResponse { receipt: Some(receipt), settlement: settled })
    }

    pub(super) fn record_settlement_paid(
        &self,
        allowed: &Allowed,
        request: RecordSettlementPaidRequest,
    ) -> Result<RecordSettlementPaidResponse, NotDone> {
        let id = asked::Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let day = fields::day("paid_day", request.paid_day)?;
        let day = day.ok_or_else(|| NotDone::bad("paid_day", "given"))?;
        self.partner_in_reach(allowed, partner)?;
        let account = {
            let known = self.directory.known_now(&self.network.ledger)?;
            account_in(allowed, &known, partner, request.account_number)?
        };
        let period = request.period_number;
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(|known| {
                let person = self.own_partner(allowed, known, partner)?;
                self.not_oneself(allowed, known, person)?;
                let (day_at, today) = self.days_of(known, account)?;
                let settled = known.settlements.period(account, period);
                let waits = settled.filter(|one| one.model == Model::PaidOutside && one.paid_day.is_none());
                let limit = "that of a period to be paid outside that was not paid yet";
                let settled = waits.ok_or_else(|| NotDone::bad("period_number", limit))?;
                if day > today || day < day_at(settled.recorded_at) {
                    return Err(NotDone::bad("paid_day", "from the day it was settled to today"));
                }
                Ok(())
            })?;
            let body = Settling::Paid { account, period, day }.encode();
            let subject = u64::from(partner.get());
            Ok(bare(Action::Note(Note { topic: Topic::SETTLEMENT, subject, body })))
        })?;
        let known = self.directory.known_now(&self.network.ledger)?;
        let (_, today) = self.days_of(&known, account)?;
        let settled = known.settlements.period(account, period).map(|settled| settlement(settled, today));
        drop(known);
        let receipt = Some(self.receipt_as_seen(allowed, &receipt));
        Ok(RecordSettlementPaidResponse { receipt, settlement: settled })
    }
}

fn read_model(number: i32) -> Result<Model, NotDone> {
    match SettlementModel::try_from(number) {
        Ok(SettlementModel::Kept) => Ok(Model::Kept),
        Ok(SettlementModel::GivenBack) => Ok(Model::GivenBack),
        Ok(SettlementModel::PaidOutside) => Ok(Model::PaidOutside),
        Ok(SettlementModel::Unspecified) | Err(_) => {
            Err(NotDone::bad("model", "1 kept, 2 given back or 3 given back and paid outside"))
        }
    }
}

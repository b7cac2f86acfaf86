//! How a sale stands, read from the entries about it, and as a message.

use super::told::{Named, hears_as_till};
use crate::access::Allowed;
use crate::api::{self, GetRedemptionByReceiptRequest, GetRedemptionByReceiptResponse};
use crate::domain::Entry;
use crate::ledger::HoldStanding;
use crate::ledger::recovery::RecoveryError;
use crate::redemption::beside::Sale;
use crate::redemption::receipt::Receipt;
use crate::redemption::standing::{Redemption, next_towards};
use crate::redemption::states::State;
use crate::service::answers;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::words::redemption as words;

impl Installation {
    pub(super) fn get_redemption_by_receipt(
        &self,
        allowed: &Allowed,
        request: GetRedemptionByReceiptRequest,
    ) -> Result<GetRedemptionByReceiptResponse, NotDone> {
        let asked = request.receipt.unwrap_or_default();
        let at = self.till_of(allowed, asked.till).map_err(|error| error.inside("receipt.till"))?;
        // Numbers that were made for a till are above those it may give.
        let made = Some(asked.number).filter(|number| Receipt::is_made_number(*number));
        let named = Named::read(api::SaleReceipt { number: made.map_or(asked.number, |_| 0), ..asked })?;
        let number = made.or(named.number);
        let number = number.ok_or_else(|| NotDone::bad("receipt.number", "the number of a receipt"))?;
        let entry = self.sale_entry(named.receipt(&at, number))?;
        let standing = match &entry {
            Some(entry) => self.standing_of(entry)?,
            None => None,
        };
        let redemption = standing.ok_or_else(|| {
            let sentence = words::nothing_under_receipt();
            NotDone::by_rule(crate::domain::Reason::EntryNotFound, sentence, &[])
        })?;
        Ok(GetRedemptionByReceiptResponse { redemption: Some(self.redemption_as_seen(allowed, &redemption)) })
    }

    /// How the sale stands that an entry began; nothing if it began none.
    pub(super) fn standing_of(&self, entry: &Entry) -> Result<Option<Redemption>, NotDone> {
        let Some(mut redemption) = Redemption::begun_by(entry) else { return Ok(None) };
        let books = self.network.ledger.books();
        if redemption.deadline.is_some() {
            let standing = books.hold(entry.sequence).map_err(unreadable)?;
            if let Some(HoldStanding::Resolved(by) | HoldStanding::Expired(by)) = standing
                && let Some(end) = books.durable(by).map_err(unreadable)?
            {
                redemption = redemption.ended_by(&end);
            }
        }
        let Some(taken_by) = redemption.taken_by else { return Ok(Some(redemption)) };
        let given_back =
            self.network.ledger.reversed_of(vec![(taken_by, 0)]).map_err(|error| self.not_done(error))?;
        Ok(Some(redemption.given_back(given_back.first().copied().unwrap_or_default())))
    }

    /// The entry that began the sale which `entry` is about, if it is about one.
    pub(super) fn beginning_of(&self, entry: &Entry) -> Result<Option<Entry>, RecoveryError> {
        let mut entry = entry.clone();
        // From what gives back to what took, and from there to what set aside.
        for _ in 0..3 {
            if Sale::beside(&entry).is_some() {
                return Ok(Some(entry));
            }
            let Some(next) = next_towards(&entry) else { return Ok(None) };
            let Some(found) = self.network.ledger.books().durable(next)? else { return Ok(None) };
            entry = found;
        }
        Ok(None)
    }

    /// A sale as a message: whose hours they are is for their bank to know.
    pub(super) fn redemption_as_seen(&self, allowed: &Allowed, sale: &Redemption) -> api::Redemption {
        let is_seen = !hears_as_till(allowed) && self.sees_account(allowed, sale.account);
        api::Redemption {
            redemption_sequence: sale.number.get(),
            amount_seconds: sale.amount,
            captured_seconds: sale.captured,
            refunded_seconds: sale.refunded,
            recorded_at: Some(answers::timestamp(sale.recorded_at)),
            deadline: sale.deadline.map(answers::timestamp),
            account_number: if is_seen { sale.account.printed() } else { 0 },
            ..as_told(&sale.sale, sale.state)
        }
    }
}

/// What was told of a sale, as a message without its figures.
pub(super) fn as_told(sale: &Sale, state: State) -> api::Redemption {
    api::Redemption {
        receipt: Some(receipt(&sale.receipt)),
        venue_number: sale.venue.into(),
        offer_number: sale.offer.into(),
        people: sale.people.into(),
        state: answers::redemption_state(state).into(),
        staff_initials: sale.initials.to_string(),
        is_from_slip: sale.is_from_slip,
        is_beyond_budget: sale.is_beyond_budget,
        ..api::Redemption::default()
    }
}

/// What the screen says of a sale that stands so: so much was set aside or taken at first, so much was taken, so
/// much of that was given back, seconds.
pub(super) fn sentence(sale: &Sale, state: State, figures: (i64, i64, i64), repeated: bool) -> String {
    let mut said = words::sold(state, figures, repeated);
    match state {
        State::Authorized | State::Captured if sale.is_beyond_budget => said.push_str(words::on_us()),
        State::Authorized
        | State::Captured
        | State::Voided
        | State::Expired
        | State::PartlyRefunded
        | State::Refunded => {}
    }
    said
}

/// What names a sale, as a message.
pub(super) fn receipt(receipt: &Receipt) -> api::SaleReceipt {
    api::SaleReceipt {
        till: Some(api::TillName {
            partner_owner_number: receipt.partner.get(),
            till_number: receipt.till.into(),
        }),
        day: Some(answers::date(receipt.day)),
        number: receipt.number,
        line: receipt.line.into(),
    }
}

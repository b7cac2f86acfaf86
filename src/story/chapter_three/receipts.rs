//! The twelve receipts of 25 June, as they must stand in the end. A changed figure here is a changed story.

use super::BROKER;
use super::counter::CAFE;
use crate::api::{self, RedemptionState};
use crate::domain::Reason;
use crate::story::StoryError;
use crate::story::stage::{HOUR, Stage};

/// How a sale stands: what was set aside or taken at first, what was taken, what was given back of it, seconds.
type Stands = (RedemptionState, [i64; 3]);

/// Whose, and how it stands; nothing where nothing was taken.
const RECEIPTS: [(u32, &str, Option<Stands>); 12] = [
    (411, "Amina", ONE),
    (412, "Bernard", ONE),
    (413, "Cora", ONE),
    (414, "Dev", ONE),
    (415, "Farid", ONE),
    (416, "Hanif", Some((RedemptionState::Captured, [2 * HOUR, HOUR, 0]))),
    (417, "Ivy", None),
    (418, "Jonah", Some((RedemptionState::Refunded, [HOUR, HOUR, HOUR]))),
    (419, "Leonie", ONE),
    (420, "Imelda", ONE),
    (421, "Esme", ONE),
    (422, "Amina", None),
];

/// A seat that was taken.
const ONE: Option<Stands> = Some((RedemptionState::Captured, [HOUR, HOUR, 0]));

/// What names a receipt of that day at the café's till.
fn named(stage: &Stage<'_>, number: u32) -> api::GetRedemptionByReceiptRequest {
    let till = api::TillName { partner_owner_number: stage.owner(CAFE.name), till_number: 1 };
    let day = Some(api::Date { year: 2026, month: 6, day: 25 });
    let receipt = api::SaleReceipt { till: Some(till), day, number, ..api::SaleReceipt::default() };
    api::GetRedemptionByReceiptRequest { receipt: Some(receipt) }
}

/// The sale of a receipt, as somebody sees it.
pub fn by_number(stage: &Stage<'_>, who: &'static str, number: u32) -> Result<api::Redemption, StoryError> {
    let answer = stage.call(stage.redemptions(who).get_redemption_by_receipt(named(stage, number)))?;
    answer.redemption.ok_or_else(|| stage.otherwise(format!("receipt {number}"), "none"))
}

/// Compares every receipt with how it must stand, as a broker sees it, and says so.
pub fn compare(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    for (number, whose, expected) in RECEIPTS {
        let Some(expected) = expected else {
            let mut till = stage.redemptions(BROKER);
            let asked = till.get_redemption_by_receipt(named(stage, number));
            stage.refused_for(Reason::EntryNotFound, asked)?;
            continue;
        };
        let sold = by_number(stage, BROKER, number)?;
        let stands = (sold.state(), [sold.amount_seconds, sold.captured_seconds, sold.refunded_seconds]);
        if (stands, sold.account_number) != (expected, stage.account(whose)?) {
            return Err(
                stage.otherwise(format!("receipt {number} of {whose}: {expected:?}"), format!("{sold:?}"))
            );
        }
    }
    stage.show(&format!("All {} receipts of 25 June are what the story says.", RECEIPTS.len()))
}

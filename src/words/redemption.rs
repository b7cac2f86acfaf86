//! Hours at the till: why something about offers is not done now, and what to do next.

use crate::directory::OfferKind;

/// The bank does not take offers of this kind.
#[must_use]
pub fn kind_not_taken(kind: OfferKind, needs_practice: bool) -> String {
    let what = match kind {
        OfferKind::Activity => "activities",
        OfferKind::Discount => "discounts",
        OfferKind::Service => "services",
        OfferKind::Goods => "goods",
    };
    let next = if needs_practice {
        "A seat, a session and a visit are activities. For goods and discounts the time bank first says, with a benefits \
         adviser, how people's benefits stay unaffected."
    } else {
        "Ask the time bank, or offer something else."
    };
    format!("Not done: this time bank takes no {what} for hours. Nothing was offered. {next}")
}

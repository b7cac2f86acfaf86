//! What tests of this folder offer.

use super::hours::Hours;
use super::offer::{Caps, Offer, Per};
use crate::directory::OfferKind;
use crate::domain::Amount;

/// A seat at lunch for an hour.
pub fn lunch() -> Offer {
    Offer {
        venue: None,
        kind: OfferKind::Activity,
        wording: "a seat at the carers' lunch".into(),
        price: Amount::new(3_600).unwrap(),
        per: Per::Person,
        hours: Hours::ALWAYS,
        caps: Caps::default(),
    }
}

//! What partners give for hours: offers, how many hours they take in a month, who stands at their tills, and how the
//! hours they took were settled.
//!
//! Owns the topics `OFFER`, `BUDGET`, `STAFF` and `SETTLEMENT`. Pure: who may say what is for the service, and what has been taken of an
//! offer the ledger's counters know.
//!
//! - An offer keeps its number for ever, and does not change: receipts name it. Another wording or price is another
//!   offer, and the old one is retired.
//! - Nothing here is sealed: wordings are for everybody, and initials without their owner number name nobody.

mod hours;
mod note;
mod offer;
mod register;
mod settlements;
#[cfg(test)]
mod testing;

pub use hours::{Hours, Moment, Opens};
pub use note::{Said, Staff, StaffPerson};
pub use offer::{Caps, OFFER_SECONDS_MAX, Offer, PEOPLE_MAX, Per, WORDING_BYTES_MAX};
pub use register::{BadOffer, Kept, OFFERS_MAX, Partners, STAFF_MAX, Stands};
pub use settlements::{Model, REFERENCE_BYTES_MAX, Settled, Settlements, Settling};

//! Cards of people without a phone: what stands on one, its PIN, and whether it is blocked.
//!
//! Owns the topic `CARD`. Pure but for the index of numbers; who may say what, and how often a wrong PIN was typed, is not
//! known here.
//!
//! - A card's number is not the account's. Number and hashed PIN are sealed under the key of whose card it is: no file has
//!   them in plain, and with that key they are gone. In memory alone, cards are found by their numbers.
//! - An account has one card in use at most. A new one has no PIN: it is set at the desk.

mod index;
mod note;
mod register;
mod words;

pub use note::Said;
pub use register::{BadCard, CARDS_MAX, Card, Cards, SetPin};
pub use words::{open_hash, open_number, seal_hash, seal_number};

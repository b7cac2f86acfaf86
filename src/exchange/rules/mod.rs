//! The rules themselves: pure, each with its table of examples.
//!
//! Nothing here asks whether an account exists, is open or may fall that far: that is for the ledger.

pub mod confirming;
pub mod doubles;
pub mod effects;
pub mod group;
pub mod monthly;
pub mod neighbours;
pub mod second_person;
pub mod standing;
pub mod unusual;

use crate::domain::{AccountNumber, OwnerNumber};

/// An account and whose it is: a person's own, an organisation's, or a pot's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Where the hours move.
    pub account: AccountNumber,
    /// Who owns it; a pot's owner is its bank, or whoever keeps it.
    pub owner: OwnerNumber,
}

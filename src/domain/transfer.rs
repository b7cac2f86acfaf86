//! Transfers: hours from the account that received help to the account that gave it.

use super::{AccountNumber, Amount, OwnerNumber};

/// At most this many transfers in one entry.
pub const TRANSFERS_MAX: usize = 256;

/// Whether a transfer corrects other books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Correction {
    /// An ordinary transfer.
    #[default]
    No,
    /// A negative line of imported history, its sides swapped.
    Yes,
}

/// What two accounts cannot say about the people behind a transfer. All free when absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct People {
    /// Number in the bank's list of activities; the list is a note.
    pub activity: Option<u16>,
    /// Who helped, when the hours go elsewhere.
    pub given_by: Option<OwnerNumber>,
    /// Who was helped, when somebody else pays.
    pub received_by: Option<OwnerNumber>,
    /// Who pays, when it is not the person helped.
    pub paid_by: Option<OwnerNumber>,
    /// The organisation a person gave for.
    pub in_the_name_of: Option<OwnerNumber>,
    /// Whether this corrects other books.
    pub correction: Correction,
}

/// Hours from a debit account (received help) to a credit account (gave help), both in one bank (I1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Received help; its balance falls.
    pub debit: AccountNumber,
    /// Gave help; its balance rises.
    pub credit: AccountNumber,
    /// How much.
    pub amount: Amount,
    /// Who was behind it.
    pub people: People,
}

impl Transfer {
    /// A transfer that says nothing about people.
    #[must_use]
    pub fn new(debit: AccountNumber, credit: AccountNumber, amount: Amount) -> Self {
        Self { debit, credit, amount, people: People::default() }
    }
}

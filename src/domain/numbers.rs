//! The numbers Hourbook hands out: positions in the books, owners, banks.
//!
//! Plain newtypes, so that a bank can never be taken for an owner. They carry no rules; who may
//! use them, and whether they exist, is decided by the ledger.

use std::fmt;

/// The position of an entry in the books. The first entry is 1; 0 stands for "before the first".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(u64);

impl Sequence {
    /// Before the first entry; also "none" where an entry may point back to nothing.
    pub const ZERO: Self = Self(0);
    /// Reading through here means reading to the end.
    pub const MAX: Self = Self(u64::MAX);

    /// The position `number`; 0 is before the first entry.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The next position. Saturates: at a billion entries a second the end is 584 years away.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The position before; `ZERO` stays `ZERO`.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// `count` positions further on, saturating.
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }

    /// True for `ZERO`.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The highest owner number: a key of 64 bytes each makes the largest keyring 1 GiB.
pub const OWNERS_MAX: u32 = 1 << 24;

/// Who owns accounts or wrote an entry: a person, an organisation, a partner or a bank, as a
/// dense network-wide number. Names live elsewhere, sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerNumber(u32);

impl OwnerNumber {
    /// The local operator; owns nothing and has no key.
    pub const OPERATOR: Self = Self(0);

    /// The owner `number`; 0 is the local operator.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for OwnerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A time bank of the network; the first is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankNumber(u32);

impl BankNumber {
    /// The bank `number`.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for BankNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

//! Claims: what an entry takes from counters that the ledger keeps without knowing what they count.
//!
//! Offer caps, one visit a day, a monthly budget and the single use of a code are claims.

use super::{Reason, Timestamp};

/// At most this many claims an entry: one for each line that is claimed back from a pot; what anything else claims are eight
/// at most. Each is about 60 bytes of the entry while it is decided and written.
pub const CLAIMS_MAX: usize = 100;
/// At most so many where a caller names counters of their own.
pub const CLAIMS_TOLD_MAX: usize = 8;

/// The name of a counter: 16 bytes the caller works out.
pub type ClaimKey = [u8; 16];

/// What a claim counts, which decides what a part capture gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimUnit {
    /// Uses: a hold of which anything was captured has used it.
    Times,
    /// Seconds: the share of the hold that was not captured comes back.
    Seconds,
}

/// What becomes of a claim when the hold that took it ends without a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimFate {
    /// It comes back.
    GivenBack,
    /// It stays taken.
    Kept,
}

/// One take from one counter, decided together with the entry that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which counter.
    pub key: ClaimKey,
    /// How much to take; negative gives back, never below zero. Not zero, within ±2^40.
    pub take: i64,
    /// The counter may not pass this. 0..=2^40.
    pub max: i64,
    /// The counter starts again at zero from this moment on.
    pub until: Timestamp,
    /// What it counts.
    pub unit: ClaimUnit,
    /// What happens to it when a hold ends without a capture.
    pub fate: ClaimFate,
    /// What the refusal is called when the counter would pass `max`.
    pub word: ClaimWord,
}

/// The word a claim gives to its refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimWord {
    /// No more of this offer today, this month, or for this person.
    OfferExhausted,
    /// The partner's budget of the month.
    BudgetSpent,
    /// A code works once.
    CodeUsed,
    /// A receipt names one sale.
    ReceiptReused,
    /// Something that looks the same is here already.
    AlreadyHere,
    /// What a representative may take in a month.
    MonthSpent,
    /// No more of this offer for this person: as far as a till hears, a matter of theirs.
    OwnCap,
    /// What an organisation paid is claimed back from a pot once.
    LineClaimed,
}

impl ClaimWord {
    /// All words, in the order of their numbers in the journal.
    pub const ALL: [Self; 8] = [
        Self::OfferExhausted,
        Self::BudgetSpent,
        Self::CodeUsed,
        Self::ReceiptReused,
        Self::AlreadyHere,
        Self::MonthSpent,
        Self::OwnCap,
        Self::LineClaimed,
    ];

    /// The number in the journal; never changes its meaning.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The word with `number`, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The reason callers see.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::OfferExhausted | Self::OwnCap => Reason::OfferExhausted,
            Self::BudgetSpent | Self::MonthSpent => Reason::BudgetSpent,
            Self::CodeUsed => Reason::CodeUsed,
            Self::ReceiptReused => Reason::ReceiptReused,
            Self::AlreadyHere => Reason::AlreadyHere,
            Self::LineClaimed => Reason::LineClaimed,
        }
    }
}

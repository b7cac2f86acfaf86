//! Why a sale is not written down, and what of that a till hears.
//!
//! A till and a partner hear four reasons, so that nobody learns from a till what somebody has, whether they are paused, or
//! whether a code was ever one. Members and brokers hear why.
//!
//! | a till hears | where |
//! |---|---|
//! | this code or card cannot be used | unknown, used, over, for somewhere else, blocked, wrong PIN, a closed account, somebody forgotten |
//! | this cannot be done today | not enough, paused, a cap of theirs, what a representative may take |
//! | this offer cannot be taken | not open, not now, used up for everybody, the partner's budget |
//! | not while on the till | whose hours they are stands at the till |
//!
//! All else, such as a clock that leapt, is heard by everybody as it is.

use crate::domain::{ClaimWord, Day, Refusal as Books};

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No code or card is known by these digits.
    CodeUnknown,
    /// It is over, was refused too often, or answered as often as it does.
    CodeOver,
    /// It works with another partner or for another offer.
    CodeNotHere,
    /// The card was blocked, or its PIN tried too often.
    CardLocked,
    /// Nothing new for them now.
    Paused,
    /// The offer is not approved, or has ended, or is of another venue, or its kind is not taken any more.
    OfferNotOpen,
    /// The offer is for other days or hours; from this day on, if there is one.
    OfferNotNow {
        /// The first day on which it can be taken.
        opens_on: Option<Day>,
    },
    /// Whose hours they are stands at the till.
    StaffAtTill,
    /// What the books say.
    Books(Books),
}

impl From<Books> for Refusal {
    fn from(refusal: Books) -> Self {
        Self::Books(refusal)
    }
}

/// What a till hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heard {
    /// This code or card cannot be used.
    CodeNotUsable,
    /// This cannot be done today.
    NotToday,
    /// This offer cannot be taken: the shop's own side.
    OfferNotAvailable,
    /// Not while on the till.
    StaffAtTill,
}

impl Refusal {
    /// What a till hears of it; none where that is for everybody.
    #[must_use]
    pub const fn heard(&self) -> Option<Heard> {
        match self {
            Self::CodeUnknown | Self::CodeOver | Self::CodeNotHere | Self::CardLocked => {
                Some(Heard::CodeNotUsable)
            }
            Self::Paused => Some(Heard::NotToday),
            Self::OfferNotOpen | Self::OfferNotNow { .. } => Some(Heard::OfferNotAvailable),
            Self::StaffAtTill => Some(Heard::StaffAtTill),
            Self::Books(refusal) => heard_of(refusal),
        }
    }
}

const fn heard_of(refusal: &Books) -> Option<Heard> {
    match refusal {
        Books::Claim { word, .. } => match word {
            ClaimWord::CodeUsed => Some(Heard::CodeNotUsable),
            ClaimWord::OwnCap | ClaimWord::MonthSpent => Some(Heard::NotToday),
            ClaimWord::OfferExhausted | ClaimWord::BudgetSpent => Some(Heard::OfferNotAvailable),
            ClaimWord::ReceiptReused | ClaimWord::AlreadyHere => None,
        },
        // Of whose account it is, is not said: the till's own partner has no floor to fall through by a sale.
        Books::Limits(_) | Books::TooManyHolds { account: Some(_), .. } => Some(Heard::NotToday),
        Books::AccountClosed(_) | Books::AccountNotFound(_) => Some(Heard::CodeNotUsable),
        Books::RequestIdReused { .. }
        | Books::EntryNotFound(_)
        | Books::HoldNotFound(_)
        | Books::BankNotFound(_)
        | Books::OwnerNotFound(_)
        | Books::SameAccount(_)
        | Books::CrossBank(_)
        | Books::AlreadyThere(_)
        | Books::HoldsOpen { .. }
        | Books::HoldResolved(_)
        | Books::HoldExpired(_)
        | Books::TooManyHolds { account: None, .. }
        | Books::DeadlineOutOfReach
        | Books::CaptureExceedsHold { .. }
        | Books::ReversalExceeds { .. }
        | Books::BooksFull { .. }
        | Books::DayInFuture
        | Books::DiskLow
        | Books::ClockUnsure => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountNumber, ClaimUnit};

    /// Goal: a till hears no more than four reasons of what is somebody's, and of not enough, a pause and a cap of theirs one
    /// and the same. Method: every refusal of a sale and every word of a claim, against the table.
    #[test]
    fn what_a_till_hears() {
        use Heard::{CodeNotUsable, NotToday, OfferNotAvailable, StaffAtTill};
        let account = AccountNumber::from_slot(4).unwrap();
        let claim =
            |word| Refusal::Books(Books::Claim { word, unit: ClaimUnit::Times, left: 0, take: 1, place: 0 });
        for (refusal, expected) in [
            (Refusal::CodeUnknown, Some(CodeNotUsable)),
            (Refusal::CodeOver, Some(CodeNotUsable)),
            (Refusal::CodeNotHere, Some(CodeNotUsable)),
            (Refusal::CardLocked, Some(CodeNotUsable)),
            (Refusal::Books(Books::AccountClosed(account)), Some(CodeNotUsable)),
            (claim(ClaimWord::CodeUsed), Some(CodeNotUsable)),
            (Refusal::Paused, Some(NotToday)),
            (Refusal::Books(Books::Limits(Vec::new())), Some(NotToday)),
            (claim(ClaimWord::OwnCap), Some(NotToday)),
            (claim(ClaimWord::MonthSpent), Some(NotToday)),
            (Refusal::OfferNotOpen, Some(OfferNotAvailable)),
            (Refusal::OfferNotNow { opens_on: None }, Some(OfferNotAvailable)),
            (claim(ClaimWord::OfferExhausted), Some(OfferNotAvailable)),
            (claim(ClaimWord::BudgetSpent), Some(OfferNotAvailable)),
            (Refusal::StaffAtTill, Some(StaffAtTill)),
            (claim(ClaimWord::ReceiptReused), None),
            (Refusal::Books(Books::ClockUnsure), None),
        ] {
            println!("{refusal:?}: {expected:?}");
            assert_eq!(refusal.heard(), expected, "{refusal:?}");
        }
        assert_eq!(ClaimWord::ALL.len(), 7, "each word of a claim is decided above");
    }
}

//! Why a sale is not written down, and what of that a till hears.
//!
//! A till and a partner hear four reasons, so that nobody learns from a till what somebody has, whether they are paused, or
//! whether a code was ever one. Members and brokers hear why.
//!
//! | a till hears | where |
//! |---|---|
//! | this code or card cannot be used | unknown, used, over, for somewhere else, blocked, wrong or missing PIN, a closed account, somebody forgotten |
//! | this cannot be done today | not enough, paused, a cap of theirs, what a representative may take |
//! | this offer cannot be taken | not open, not now, used up for everybody, the partner's budget, a ceiling of the partner's account |
//! | not while on the till | whose hours they are stands at the till |
//!
//! All else, such as a clock that leapt, is heard by everybody as it is.

use super::states::State;
use crate::domain::{BankNumber, ClaimWord, Day, Limit, LimitPassed, Reason, Refusal as Books, Sequence};

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No code or card is known by these digits.
    CodeUnknown,
    /// It is over, was refused too often, or answered as often as it does.
    CodeOver,
    /// It works with another partner or for another offer.
    CodeNotHere,
    /// The card was blocked, or another came in its place.
    CardBlocked,
    /// Its PIN was tried too often.
    CardLocked,
    /// That is not its PIN, or it has none.
    WrongPin,
    /// The card is good for nothing without its PIN in this bank.
    PinNeeded,
    /// More than there is on a code for practice.
    PracticeSpent,
    /// More than is left on the voucher.
    VoucherSpent {
        /// So much is left, seconds.
        left: i64,
    },
    /// Nothing new for them now.
    Paused,
    /// Their bank and the partner's keep no accounts for each other.
    NoClearing {
        /// Theirs.
        first: BankNumber,
        /// The partner's.
        second: BankNumber,
    },
    /// The offer is not approved, or has ended, or is of another venue, or its kind is not taken any more.
    OfferNotOpen,
    /// The offer is for other days or hours; from this day on, if there is one.
    OfferNotNow {
        /// The first day on which it can be taken.
        opens_on: Option<Day>,
    },
    /// Whose hours they are stands at the till.
    StaffAtTill,
    /// Whoever writes down the slip stands for the partner, and nobody else has agreed.
    NeedsAnother,
    /// It cannot be moved like this any more, or not yet.
    NotFrom {
        /// The redemption.
        number: Sequence,
        /// How it stands.
        state: State,
    },
    /// A till gives back on the same business day only.
    NotForTill {
        /// The redemption.
        number: Sequence,
    },
    /// The receipt was accepted for something else.
    ReceiptReused {
        /// In what it differs: fields of the request.
        fields: Vec<&'static str>,
    },
    /// Whose hours they were claimed them back from a pot.
    ClaimedBack {
        /// What took them.
        line: Sequence,
        /// The entry that claims them back, if it is not long ago.
        claim: Option<Sequence>,
    },
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
    pub fn heard(&self) -> Option<Heard> {
        match self {
            Self::CodeUnknown
            | Self::CodeOver
            | Self::CodeNotHere
            | Self::CardBlocked
            | Self::CardLocked
            | Self::WrongPin
            | Self::PinNeeded => Some(Heard::CodeNotUsable),
            Self::Paused
            | Self::PracticeSpent
            | Self::VoucherSpent { .. }
            | Self::NoClearing { .. }
            | Self::ClaimedBack { .. } => Some(Heard::NotToday),
            Self::OfferNotOpen | Self::OfferNotNow { .. } => Some(Heard::OfferNotAvailable),
            Self::StaffAtTill => Some(Heard::StaffAtTill),
            Self::NeedsAnother
            | Self::NotFrom { .. }
            | Self::NotForTill { .. }
            | Self::ReceiptReused { .. } => None,
            Self::Books(refusal) => heard_of(refusal),
        }
    }

    /// Its stable word, for whoever may hear it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::CodeUnknown => Reason::CodeUnknown,
            Self::CodeOver => Reason::CodeExpired,
            Self::CodeNotHere => Reason::CodeNotHere,
            Self::CardBlocked => Reason::CardNotFound,
            Self::CardLocked => Reason::PinLocked,
            Self::WrongPin | Self::PinNeeded => Reason::PinWrong,
            Self::PracticeSpent => Reason::BelowFloor,
            Self::VoucherSpent { .. } => Reason::CaptureExceedsHold,
            Self::Paused => Reason::Paused,
            Self::NoClearing { .. } => Reason::CrossBank,
            Self::OfferNotOpen | Self::OfferNotNow { .. } => Reason::OfferNotNow,
            Self::StaffAtTill => Reason::StaffSelfRedemption,
            Self::NeedsAnother => Reason::SecondPersonNeeded,
            Self::NotFrom { state: State::Expired, .. } => Reason::HoldExpired,
            Self::NotFrom { .. } => Reason::HoldResolved,
            Self::NotForTill { .. } => Reason::WindowPassed,
            Self::ReceiptReused { .. } => Reason::ReceiptReused,
            Self::ClaimedBack { .. } => Reason::LineClaimed,
            // The counter of an attempt: its id named another receipt.
            Self::Books(Books::Claim { word: ClaimWord::ReceiptReused, .. }) => Reason::RequestIdReused,
            Self::Books(refusal) => refusal.reason(),
        }
    }
}

impl Heard {
    /// Its stable word.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::CodeNotUsable => Reason::CodeNotUsable,
            Self::NotToday => Reason::NotToday,
            Self::OfferNotAvailable => Reason::OfferNotAvailable,
            Self::StaffAtTill => Reason::StaffAtTill,
        }
    }
}

/// A sale takes from whose hours they are and adds to the partner: only the partner's account can pass a ceiling.
fn heard_of_limits(passed: &[LimitPassed]) -> Heard {
    let is_of_member = |passed: &LimitPassed| passed.limit != Limit::Ceiling;
    let is_partners = !passed.is_empty() && !passed.iter().any(is_of_member);
    if is_partners { Heard::OfferNotAvailable } else { Heard::NotToday }
}

fn heard_of(refusal: &Books) -> Option<Heard> {
    match refusal {
        Books::Claim { word, .. } => match word {
            ClaimWord::CodeUsed => Some(Heard::CodeNotUsable),
            ClaimWord::OwnCap | ClaimWord::MonthSpent | ClaimWord::LineClaimed => Some(Heard::NotToday),
            ClaimWord::OfferExhausted | ClaimWord::BudgetSpent => Some(Heard::OfferNotAvailable),
            ClaimWord::ReceiptReused | ClaimWord::AlreadyHere => None,
        },
        Books::Limits(passed) => Some(heard_of_limits(passed)),
        Books::TooManyHolds { account: Some(_), .. } => Some(Heard::NotToday),
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
        let limits = |limits: &[Limit]| {
            let passed = |limit| LimitPassed {
                account,
                limit,
                posted: 0,
                held: 0,
                promised: 0,
                bound: 0,
                requested: 1,
            };
            Refusal::Books(Books::Limits(limits.iter().copied().map(passed).collect()))
        };
        let claim =
            |word| Refusal::Books(Books::Claim { word, unit: ClaimUnit::Times, left: 0, take: 1, place: 0 });
        for (refusal, expected) in [
            (Refusal::CodeUnknown, Some(CodeNotUsable)),
            (Refusal::CodeOver, Some(CodeNotUsable)),
            (Refusal::CodeNotHere, Some(CodeNotUsable)),
            (Refusal::CardBlocked, Some(CodeNotUsable)),
            (Refusal::CardLocked, Some(CodeNotUsable)),
            (Refusal::PinNeeded, Some(CodeNotUsable)),
            (Refusal::PracticeSpent, Some(NotToday)),
            (Refusal::VoucherSpent { left: 60 }, Some(NotToday)),
            (Refusal::NoClearing { first: BankNumber::new(1), second: BankNumber::new(2) }, Some(NotToday)),
            (Refusal::NeedsAnother, None),
            (Refusal::WrongPin, Some(CodeNotUsable)),
            (Refusal::Books(Books::AccountClosed(account)), Some(CodeNotUsable)),
            (claim(ClaimWord::CodeUsed), Some(CodeNotUsable)),
            (Refusal::Paused, Some(NotToday)),
            (limits(&[Limit::Floor]), Some(NotToday)),
            (limits(&[Limit::Floor, Limit::Ceiling]), Some(NotToday)),
            (limits(&[Limit::ClearingFloor]), Some(NotToday)),
            (limits(&[Limit::Ceiling]), Some(OfferNotAvailable)),
            (claim(ClaimWord::OwnCap), Some(NotToday)),
            (claim(ClaimWord::MonthSpent), Some(NotToday)),
            (Refusal::OfferNotOpen, Some(OfferNotAvailable)),
            (Refusal::OfferNotNow { opens_on: None }, Some(OfferNotAvailable)),
            (claim(ClaimWord::OfferExhausted), Some(OfferNotAvailable)),
            (claim(ClaimWord::BudgetSpent), Some(OfferNotAvailable)),
            (Refusal::StaffAtTill, Some(StaffAtTill)),
            (claim(ClaimWord::ReceiptReused), None),
            (claim(ClaimWord::LineClaimed), Some(NotToday)),
            (Refusal::ClaimedBack { line: Sequence::new(1), claim: None }, Some(NotToday)),
            (Refusal::Books(Books::ClockUnsure), None),
        ] {
            println!("{refusal:?}: {expected:?}");
            assert_eq!(refusal.heard(), expected, "{refusal:?}");
        }
        assert_eq!(ClaimWord::ALL.len(), 8, "each word of a claim is decided above");
    }
}

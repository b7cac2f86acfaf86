//! Refusals: a rule said no. Returned and counted, never a failure.
//!
//! Where several rules would refuse, the first in the order of [`Reason::precedence`] answers.

use super::{AccountNumber, Amount, BankNumber, OwnerNumber, Sequence};

/// Why the ledger did not write an entry, with the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The id was used for something else; these fields differ.
    RequestIdReused {
        /// Names of the fields, never their values.
        fields: Vec<&'static str>,
    },
    /// No such entry, or none that moved hours.
    EntryNotFound(Sequence),
    /// No such hold.
    HoldNotFound(Sequence),
    /// No such bank.
    BankNotFound(BankNumber),
    /// No such account.
    AccountNotFound(AccountNumber),
    /// No such owner.
    OwnerNotFound(OwnerNumber),
    /// The account is closed.
    AccountClosed(AccountNumber),
    /// Both sides of a transfer, or a closing and its remainder, name one account.
    SameAccount(AccountNumber),
    /// A transfer between two banks, or one side of a clearing pair without the other.
    CrossBank(AccountNumber),
    /// The pair of banks has clearing accounts already, or the account is not closed.
    AlreadyThere(AccountNumber),
    /// The hold was taken, if only by its deadline, or let go.
    HoldResolved(Sequence),
    /// The hold ran out: its deadline let it go, and nothing was taken then.
    HoldExpired(Sequence),
    /// An account with open holds cannot close.
    HoldsOpen {
        /// Which account.
        account: AccountNumber,
        /// How many.
        open: u32,
    },
    /// The account, or the network, has as many open holds as it may have.
    TooManyHolds {
        /// Which account; none where the network's own maximum is reached.
        account: Option<AccountNumber>,
        /// How many it may have.
        most: u32,
    },
    /// A hold's deadline has passed already or is more than 400 days ahead.
    DeadlineOutOfReach,
    /// More than is left of the hold.
    CaptureExceedsHold {
        /// What is left, seconds.
        left: i64,
        /// What was asked.
        requested: Amount,
    },
    /// More than is left of the original.
    ReversalExceeds {
        /// Place of the transfer in the original.
        transfer: u16,
        /// What is left of it, seconds.
        left: i64,
        /// What was asked; none where all that is left was asked for and nothing is.
        requested: Option<Amount>,
    },
    /// Limits that would be passed; every account concerned is here, and an
    /// answer names the first. Which reason it is follows
    /// from the first of them.
    Limits(Vec<LimitPassed>),
    /// A counter has no room.
    Claim {
        /// The word the caller gave.
        word: super::ClaimWord,
        /// Place of the claim in the command.
        place: u8,
        /// What the counter counts, so that the figures can be said.
        unit: super::ClaimUnit,
        /// How much is left of the counter.
        left: i64,
        /// How much was asked.
        take: i64,
    },
    /// The network has as many of these as Hourbook keeps.
    BooksFull {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: u64,
    },
    /// `occurred_on` has not begun anywhere on Earth.
    DayInFuture,
    /// The disk is nearly full.
    DiskLow,
    /// The clock leapt; an operator must say which time is right.
    ClockUnsure,
}

/// A limit an entry would pass on one account. Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitPassed {
    /// Which account.
    pub account: AccountNumber,
    /// Which limit.
    pub limit: Limit,
    /// Posted now.
    pub posted: i64,
    /// Held now.
    pub held: i64,
    /// What open holds may still bring in.
    pub promised: i64,
    /// The floor or the ceiling.
    pub bound: i64,
    /// How much the entry would take from (floor) or bring to (ceiling) the account, above zero.
    pub requested: i64,
}

impl LimitPassed {
    /// What could still be taken (`posted - held - floor`) or brought in (`ceiling - posted - promised`).
    /// Zero or below where the account is past the limit already.
    #[must_use]
    pub const fn available(&self) -> i64 {
        match self.limit {
            Limit::Floor | Limit::ClearingFloor => {
                self.posted.saturating_sub(self.held).saturating_sub(self.bound)
            }
            Limit::Ceiling | Limit::ClearingCeiling => {
                self.bound.saturating_sub(self.posted).saturating_sub(self.promised)
            }
        }
    }
}

/// Which limit; clearing comes first in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// What the other bank may owe.
    ClearingFloor,
    /// What this bank may owe.
    ClearingCeiling,
    /// How far below zero.
    Floor,
    /// How high.
    Ceiling,
}

/// The stable word of a refusal, the same in every language; in order of precedence.
///
/// The last seven are about keys and are given by `access`; the others by the ledger.
///
/// Outside that order stands what was answered before: a known request id gets its entry, and a request
/// that was refused in the last ten minutes hears the same refusal, unless it is a sale (`Scope::RECEIPTS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each word is explained at the refusal that carries it")]
pub enum Reason {
    RequestIdReused,
    DiskLow,
    ClockUnsure,
    DayInFuture,
    DeadlineOutOfReach,
    EntryNotFound,
    HoldNotFound,
    BankNotFound,
    AccountNotFound,
    OwnerNotFound,
    AccountClosed,
    SameAccount,
    CrossBank,
    AlreadyThere,
    HoldResolved,
    HoldExpired,
    HoldsOpen,
    TooManyHolds,
    CaptureExceedsHold,
    ReversalExceeds,
    ClearingCap,
    BelowFloor,
    AboveCeiling,
    OfferExhausted,
    GoodsNotAllowed,
    BudgetSpent,
    CodeUsed,
    CardNotFound,
    PinWrong,
    PinLocked,
    ReceiptReused,
    AlreadyHere,
    LineClaimed,
    BooksFull,
    NoKeysYet,
    KeyShownOnce,
    KeyNotFound,
    BeyondReach,
    KeyEnded,
    TwoKeysLive,
    LastAdminKey,
    UnusualAmount,
    SamePerson,
    SecondPersonNeeded,
    WindowPassed,
    Paused,
    NotYours,
    NothingWaits,
    PotNotOpen,
    PeriodClosed,
    PeriodNotNext,
    PeriodNotOver,
    CodeUnknown,
    CodeExpired,
    CodeNotHere,
    OfferNotNow,
    StaffSelfRedemption,
    CodeNotUsable,
    NotToday,
    OfferNotAvailable,
    StaffAtTill,
}

impl Reason {
    /// Every reason there is.
    pub const ALL: [Self; 61] = [
        Self::RequestIdReused,
        Self::DiskLow,
        Self::ClockUnsure,
        Self::DayInFuture,
        Self::DeadlineOutOfReach,
        Self::EntryNotFound,
        Self::HoldNotFound,
        Self::BankNotFound,
        Self::AccountNotFound,
        Self::OwnerNotFound,
        Self::AccountClosed,
        Self::SameAccount,
        Self::CrossBank,
        Self::AlreadyThere,
        Self::HoldResolved,
        Self::HoldExpired,
        Self::HoldsOpen,
        Self::TooManyHolds,
        Self::CaptureExceedsHold,
        Self::ReversalExceeds,
        Self::ClearingCap,
        Self::BelowFloor,
        Self::AboveCeiling,
        Self::OfferExhausted,
        Self::GoodsNotAllowed,
        Self::BudgetSpent,
        Self::CodeUsed,
        Self::CardNotFound,
        Self::PinWrong,
        Self::PinLocked,
        Self::ReceiptReused,
        Self::AlreadyHere,
        Self::LineClaimed,
        Self::BooksFull,
        Self::NoKeysYet,
        Self::KeyShownOnce,
        Self::KeyNotFound,
        Self::BeyondReach,
        Self::KeyEnded,
        Self::TwoKeysLive,
        Self::LastAdminKey,
        Self::UnusualAmount,
        Self::SamePerson,
        Self::SecondPersonNeeded,
        Self::WindowPassed,
        Self::Paused,
        Self::NotYours,
        Self::NothingWaits,
        Self::PotNotOpen,
        Self::PeriodClosed,
        Self::PeriodNotNext,
        Self::PeriodNotOver,
        Self::CodeUnknown,
        Self::CodeExpired,
        Self::CodeNotHere,
        Self::OfferNotNow,
        Self::StaffSelfRedemption,
        Self::CodeNotUsable,
        Self::NotToday,
        Self::OfferNotAvailable,
        Self::StaffAtTill,
    ];

    /// Those about keys, which no ledger gives.
    pub const OF_KEYS: [Self; 7] = [
        Self::NoKeysYet,
        Self::KeyShownOnce,
        Self::KeyNotFound,
        Self::BeyondReach,
        Self::KeyEnded,
        Self::TwoKeysLive,
        Self::LastAdminKey,
    ];

    /// Those about people and what they do for each other, which no ledger gives.
    pub const OF_PEOPLE: [Self; 8] = [
        Self::UnusualAmount,
        Self::SamePerson,
        Self::SecondPersonNeeded,
        Self::WindowPassed,
        Self::Paused,
        Self::NotYours,
        Self::NothingWaits,
        Self::PotNotOpen,
    ];

    /// Those about cards, which no ledger gives.
    pub const OF_CARDS: [Self; 3] = [Self::CardNotFound, Self::PinWrong, Self::PinLocked];

    /// Those about offers and hours at the till, which no ledger gives; the last four are what a till hears.
    pub const OF_TILLS: [Self; 10] = [
        Self::GoodsNotAllowed,
        Self::CodeUnknown,
        Self::CodeExpired,
        Self::CodeNotHere,
        Self::OfferNotNow,
        Self::StaffSelfRedemption,
        Self::CodeNotUsable,
        Self::NotToday,
        Self::OfferNotAvailable,
        Self::StaffAtTill,
    ];
    /// Those about closed months, which no ledger gives.
    pub const OF_PERIODS: [Self; 3] = [Self::PeriodClosed, Self::PeriodNotNext, Self::PeriodNotOver];

    /// The word callers and their programs rely on.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::RequestIdReused => "REQUEST_ID_REUSED",
            Self::EntryNotFound => "ENTRY_NOT_FOUND",
            Self::HoldNotFound => "HOLD_NOT_FOUND",
            Self::BankNotFound => "BANK_NOT_FOUND",
            Self::AccountNotFound => "ACCOUNT_NOT_FOUND",
            Self::OwnerNotFound => "OWNER_NOT_FOUND",
            Self::AccountClosed => "ACCOUNT_CLOSED",
            Self::SameAccount => "SAME_ACCOUNT",
            Self::CrossBank => "CROSS_BANK",
            Self::AlreadyThere => "ALREADY_THERE",
            Self::HoldResolved => "HOLD_RESOLVED",
            Self::HoldExpired => "HOLD_EXPIRED",
            Self::HoldsOpen => "HOLDS_OPEN",
            Self::TooManyHolds => "TOO_MANY_HOLDS",
            Self::DeadlineOutOfReach => "DEADLINE_OUT_OF_REACH",
            Self::CaptureExceedsHold => "CAPTURE_EXCEEDS_HOLD",
            Self::ReversalExceeds => "REVERSAL_EXCEEDS",
            Self::ClearingCap => "CLEARING_CAP",
            Self::BelowFloor => "BELOW_FLOOR",
            Self::AboveCeiling => "ABOVE_CEILING",
            Self::OfferExhausted => "OFFER_EXHAUSTED",
            Self::GoodsNotAllowed => "GOODS_NOT_ALLOWED",
            Self::BudgetSpent => "BUDGET_SPENT",
            Self::CodeUsed => "CODE_USED",
            Self::CardNotFound => "CARD_NOT_FOUND",
            Self::PinWrong => "PIN_WRONG",
            Self::PinLocked => "PIN_LOCKED",
            Self::ReceiptReused => "RECEIPT_REUSED",
            Self::AlreadyHere => "ALREADY_HERE",
            Self::LineClaimed => "LINE_CLAIMED",
            Self::BooksFull => "BOOKS_FULL",
            Self::DayInFuture => "DAY_IN_FUTURE",
            Self::DiskLow => "DISK_LOW",
            Self::ClockUnsure => "CLOCK_UNSURE",
            Self::NoKeysYet => "NO_KEYS_YET",
            Self::KeyShownOnce => "KEY_SHOWN_ONCE",
            Self::KeyNotFound => "KEY_NOT_FOUND",
            Self::BeyondReach => "BEYOND_REACH",
            Self::KeyEnded => "KEY_ENDED",
            Self::TwoKeysLive => "TWO_KEYS_LIVE",
            Self::LastAdminKey => "LAST_ADMIN_KEY",
            Self::UnusualAmount => "UNUSUAL_AMOUNT",
            Self::SamePerson => "SAME_PERSON",
            Self::SecondPersonNeeded => "SECOND_PERSON_NEEDED",
            Self::WindowPassed => "WINDOW_PASSED",
            Self::Paused => "PAUSED",
            Self::NotYours => "NOT_YOURS",
            Self::NothingWaits => "NOTHING_WAITS",
            Self::PotNotOpen => "POT_NOT_OPEN",
            Self::PeriodClosed => "PERIOD_CLOSED",
            Self::PeriodNotNext => "PERIOD_NOT_NEXT",
            Self::PeriodNotOver => "PERIOD_NOT_OVER",
            Self::CodeUnknown => "CODE_UNKNOWN",
            Self::CodeExpired => "CODE_EXPIRED",
            Self::CodeNotHere => "CODE_NOT_HERE",
            Self::OfferNotNow => "OFFER_NOT_NOW",
            Self::StaffSelfRedemption => "STAFF_SELF_REDEMPTION",
            Self::CodeNotUsable => "CODE_NOT_USABLE",
            Self::NotToday => "NOT_TODAY",
            Self::OfferNotAvailable => "OFFER_NOT_AVAILABLE",
            Self::StaffAtTill => "STAFF_AT_TILL",
        }
    }

    /// Rank among refusals that would apply together: the lowest answers. Reasons of one rank are
    /// told apart by the order in which the command names things; claims too.
    #[must_use]
    pub const fn precedence(self) -> u8 {
        match self {
            Self::RequestIdReused | Self::KeyShownOnce => 0,
            Self::DiskLow | Self::ClockUnsure | Self::NoKeysYet => 1,
            Self::DayInFuture | Self::DeadlineOutOfReach => 2,
            Self::EntryNotFound
            | Self::HoldNotFound
            | Self::BankNotFound
            | Self::AccountNotFound
            | Self::OwnerNotFound
            | Self::KeyNotFound
            | Self::CardNotFound
            | Self::BeyondReach
            | Self::NotYours
            | Self::NothingWaits
            | Self::CodeUnknown => 3,
            Self::AccountClosed
            | Self::KeyEnded
            | Self::Paused
            | Self::PotNotOpen
            | Self::PinWrong
            | Self::PinLocked => 4,
            Self::SameAccount | Self::CrossBank => 5,
            Self::AlreadyThere
            | Self::HoldResolved
            | Self::HoldExpired
            | Self::HoldsOpen
            | Self::TooManyHolds
            | Self::TwoKeysLive
            | Self::LastAdminKey
            | Self::WindowPassed
            | Self::SecondPersonNeeded
            | Self::UnusualAmount
            | Self::SamePerson
            | Self::GoodsNotAllowed
            | Self::PeriodClosed
            | Self::PeriodNotNext
            | Self::PeriodNotOver
            | Self::CodeExpired
            | Self::CodeNotHere
            | Self::OfferNotNow
            | Self::StaffSelfRedemption
            | Self::CodeNotUsable
            | Self::NotToday
            | Self::OfferNotAvailable
            | Self::StaffAtTill => 6,
            Self::CaptureExceedsHold | Self::ReversalExceeds => 7,
            Self::ClearingCap => 8,
            Self::BelowFloor => 9,
            Self::AboveCeiling => 10,
            Self::OfferExhausted
            | Self::BudgetSpent
            | Self::CodeUsed
            | Self::ReceiptReused
            | Self::AlreadyHere
            | Self::LineClaimed => 11,
            Self::BooksFull => 12,
        }
    }
}

impl Refusal {
    /// Its stable word.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::RequestIdReused { .. } => Reason::RequestIdReused,
            Self::EntryNotFound(_) => Reason::EntryNotFound,
            Self::HoldNotFound(_) => Reason::HoldNotFound,
            Self::BankNotFound(_) => Reason::BankNotFound,
            Self::AccountNotFound(_) => Reason::AccountNotFound,
            Self::OwnerNotFound(_) => Reason::OwnerNotFound,
            Self::AccountClosed(_) => Reason::AccountClosed,
            Self::SameAccount(_) => Reason::SameAccount,
            Self::CrossBank(_) => Reason::CrossBank,
            Self::AlreadyThere(_) => Reason::AlreadyThere,
            Self::HoldResolved(_) => Reason::HoldResolved,
            Self::HoldExpired(_) => Reason::HoldExpired,
            Self::HoldsOpen { .. } => Reason::HoldsOpen,
            Self::TooManyHolds { .. } => Reason::TooManyHolds,
            Self::DeadlineOutOfReach => Reason::DeadlineOutOfReach,
            Self::CaptureExceedsHold { .. } => Reason::CaptureExceedsHold,
            Self::ReversalExceeds { .. } => Reason::ReversalExceeds,
            Self::Limits(passed) => match passed.first().map(|first| first.limit) {
                Some(Limit::ClearingFloor | Limit::ClearingCeiling) => Reason::ClearingCap,
                Some(Limit::Ceiling) => Reason::AboveCeiling,
                Some(Limit::Floor) | None => Reason::BelowFloor,
            },
            Self::Claim { word, .. } => word.reason(),
            Self::BooksFull { .. } => Reason::BooksFull,
            Self::DayInFuture => Reason::DayInFuture,
            Self::DiskLow => Reason::DiskLow,
            Self::ClockUnsure => Reason::ClockUnsure,
        }
    }
}

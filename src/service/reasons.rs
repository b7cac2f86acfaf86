//! The one table: which gRPC code each reason of a refusal is answered with.
//!
//! Only these four say "a rule said no": FAILED_PRECONDITION, NOT_FOUND, ALREADY_EXISTS and, once callers
//! say who they are, PERMISSION_DENIED. A caller may branch on the reason; the code is for machinery that
//! knows no Hourbook.

use tonic::Code;

use crate::domain::Reason;

/// A position was asked for that the books, or what is derived from them, have not reached. No refusal:
/// it is UNAVAILABLE, and asking again is right.
pub const SEQUENCE_NOT_REACHED: &str = "SEQUENCE_NOT_REACHED";

/// The code of a reason.
#[must_use]
pub const fn code(reason: Reason) -> Code {
    match reason {
        Reason::RequestIdReused | Reason::AlreadyThere | Reason::KeyShownOnce => Code::AlreadyExists,
        Reason::BeyondReach | Reason::NotYours => Code::PermissionDenied,
        Reason::EntryNotFound
        | Reason::HoldNotFound
        | Reason::BankNotFound
        | Reason::AccountNotFound
        | Reason::OwnerNotFound
        | Reason::KeyNotFound
        | Reason::CardNotFound
        | Reason::NothingWaits => Code::NotFound,
        Reason::DiskLow
        | Reason::ClockUnsure
        | Reason::DayInFuture
        | Reason::DeadlineOutOfReach
        | Reason::AccountClosed
        | Reason::SameAccount
        | Reason::CrossBank
        | Reason::HoldResolved
        | Reason::HoldExpired
        | Reason::HoldsOpen
        | Reason::TooManyHolds
        | Reason::CaptureExceedsHold
        | Reason::ReversalExceeds
        | Reason::ClearingCap
        | Reason::BelowFloor
        | Reason::AboveCeiling
        | Reason::OfferExhausted
        | Reason::GoodsNotAllowed
        | Reason::BudgetSpent
        | Reason::CodeUsed
        | Reason::PinWrong
        | Reason::PinLocked
        | Reason::ReceiptReused
        | Reason::AlreadyHere
        | Reason::LineClaimed
        | Reason::BooksFull
        | Reason::NoKeysYet
        | Reason::KeyEnded
        | Reason::TwoKeysLive
        | Reason::LastAdminKey
        | Reason::UnusualAmount
        | Reason::SamePerson
        | Reason::SecondPersonNeeded
        | Reason::WindowPassed
        | Reason::Paused
        | Reason::PotNotOpen
        | Reason::PeriodClosed
        | Reason::PeriodNotNext
        | Reason::PeriodNotOver
        | Reason::CodeUnknown
        | Reason::CodeExpired
        | Reason::CodeNotHere
        | Reason::OfferNotNow
        | Reason::StaffSelfRedemption
        | Reason::CodeNotUsable
        | Reason::NotToday
        | Reason::OfferNotAvailable
        | Reason::StaffAtTill => Code::FailedPrecondition,
    }
}

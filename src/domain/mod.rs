//! The words of the books and the rules that need nothing but themselves.
//!
//! Imports nothing of ours and reads no clock, file or network. What an entry may say is settled
//! here once; whether the books allow it is for `ledger` to decide.

pub mod account;
pub mod account_number;
pub mod amount;
pub mod check_digit;
pub mod claim;
pub mod command;
pub mod digits;
mod directions;
pub mod entering;
pub mod entry;
pub mod fold;
pub mod hours;
pub mod humans;
pub mod invalid;
pub mod key_text;
pub mod kind;
pub mod nearest;
pub mod note;
pub mod numbers;
pub mod pin;
pub mod refusal;
pub mod request_id;
pub mod secret;
pub mod seen_keys;
pub mod time;
pub mod transfer;

pub use account::{AccountKind, Balance, CeilingRule, Limits, NewAccount};
pub use account_number::AccountNumber;
pub use amount::{Amount, SUM_LIMIT_SECONDS};
pub use claim::{Claim, ClaimFate, ClaimKey, ClaimUnit, ClaimWord};
pub use command::{
    Action, AtDeadline, Capture, Close, Command, Ends, Hold, OpenBank, OpenClearing, Post, Rest,
    ReversalKind, Reverse, ReversedPart, Transfers,
};
pub use digits::Digits;
pub use directions::balanced;
pub use entering::{Entering, EntryStep, Rounding};
pub use entry::{Entry, Fact, Form, Line, Lines, Move, Moves, Opened, Outcome, Passed};
pub use humans::Humans;
pub use invalid::Invalid;
pub use key_text::{KeyText, KeyTextError};
pub use kind::Kind;
pub use nearest::Nearest;
pub use note::{Attachment, Note, Topic};
pub use numbers::{BankNumber, OwnerNumber, Sequence};
pub use pin::{Pin, PinError};
pub use refusal::{Limit, LimitPassed, Reason, Refusal};
pub use request_id::{RequestId, RequestIdError, RequestKey, Scope};
pub use secret::Secret;
pub use seen_keys::{Acting, SeenKeys};
pub use time::{Day, Timestamp};
pub use transfer::{Correction, People, TRANSFERS_MAX, Transfer};

//! Why a call was not done, and how that is said on the wire.
//!
//! | why | code | details |
//! |---|---|---|
//! | a field cannot be meant | INVALID_ARGUMENT | `BadRequest` with the field and its limit |
//! | nobody is let in with that key, or without one | UNAUTHENTICATED | |
//! | a rule said no | as `reasons` says | `ErrorInfo`: domain, reason, figures |
//! | too much at once | RESOURCE_EXHAUSTED | `RetryInfo` |
//! | it is not known, or not yet | UNAVAILABLE | `RetryInfo`, or `ErrorInfo` with SEQUENCE_NOT_REACHED |
//! | the books cannot be read there | DATA_LOSS | |
//!
//! A status travels as HTTP headers, its sentence twice: percent-encoded, and in the details. Clients drop
//! headers of more than 8 KiB at random and of more than 16 KiB always, and call that RESOURCE_EXHAUSTED,
//! which would make them ask again for ever. So a sentence is cut at [`SENTENCE_WEIGHT_MAX`], figures are those of
//! [`ACCOUNTS_TOLD_MAX`] accounts, and of more accounts the numbers are told in [`ACCOUNT_NUMBERS_BYTES_MAX`]; with all
//! three, no status passes 7.5 KiB.
//!
//! Figures travel with a refusal because whoever may write to an account may read it (`reach`): what is out of
//! reach is refused as if it were not there.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::reasons::{SEQUENCE_NOT_REACHED, code};
use crate::access::{Capacity, End, Extent};
use crate::api;
use crate::domain::{Invalid, Limit, LimitPassed, Reason, Refusal, RequestId, Sequence};
use crate::words::{self, ACCOUNTS_TOLD_MAX, SENTENCE_WEIGHT_MAX};

/// The domain of every reason.
const DOMAIN: &str = "hourbook";
/// When to ask again after "too much at once".
const RETRY_BUSY: Duration = Duration::from_millis(100);
/// When to ask again while the books are being read.
const RETRY_STARTING: Duration = Duration::from_secs(1);

/// Bytes of the numbers of all accounts that would pass a limit, and the commas between them: all 256 that an entry can
/// have where the numbers are of five digits, and 153 of the longest there can be, of nine.
const ACCOUNT_NUMBERS_BYTES_MAX: usize = 1_536;

/// A field that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadField {
    /// Its path, such as `transfers[3].amount_seconds`.
    pub field: String,
    /// What it must be, with the limit.
    pub must: String,
}

/// Why a call was not done.
#[derive(Clone, Debug)]
pub enum NotDone {
    /// A field cannot be meant.
    Bad(BadField),
    /// A rule said no.
    Refused {
        /// Which.
        reason: Reason,
        /// In plain English, with names.
        sentence: String,
        /// Seconds, counts and numbers, by their names.
        figures: HashMap<String, String>,
    },
    /// Nobody is let in with that key, or without one; nothing was looked at.
    NotLetIn(String),
    /// Too much at once; nothing was done.
    Busy(&'static str),
    /// Too much in a while; nothing was done.
    NotYet {
        /// Of what.
        what: &'static str,
        /// After so many seconds there may be one more.
        seconds: u32,
    },
    /// The books are still being read, or the server is ending.
    NotServing(&'static str),
    /// It is not known whether it was done: ask again with the same request id.
    Unknown(String),
    /// That position has not been reached.
    NotReached {
        /// What was asked for.
        asked: Sequence,
        /// Where the answer would have ended.
        position: Sequence,
    },
    /// The books, or what is derived from them, cannot be read there.
    Unreadable(String),
}

impl NotDone {
    /// The ledger's queue is full.
    pub const BUSY: Self = Self::Busy("too many requests are waiting");

    /// A rule of a capability said no.
    #[must_use]
    pub fn by_rule(reason: Reason, sentence: String, figures: &[(&str, String)]) -> Self {
        let figures = figures.iter().map(|(name, figure)| ((*name).to_owned(), figure.clone()));
        Self::Refused { reason, sentence, figures: figures.collect() }
    }

    /// A field that cannot be meant.
    pub fn bad(field: impl Into<String>, must: impl Into<String>) -> Self {
        Self::Bad(BadField { field: field.into(), must: must.into() })
    }

    /// A role that may not make a call at all, or, where it would look at the whole network, not with this reach.
    #[must_use]
    pub fn may_not_call(capacity: Capacity, call: &str, extent: Extent) -> Self {
        let role = match capacity {
            Capacity::LocalOperator => "local operator",
            Capacity::Role(role) => role.word(),
        };
        let call = call.rsplit('/').next().unwrap_or(call);
        Self::Refused {
            reason: Reason::BeyondReach,
            sentence: words::access::may_not_call(capacity, call, extent),
            figures: HashMap::from([
                ("role".to_owned(), role.to_owned()),
                ("call".to_owned(), call.to_owned()),
            ]),
        }
    }

    /// Whose key or token is over.
    #[must_use]
    pub fn ended(end: End) -> Self {
        let words = match end {
            End::Revoked => "the key was revoked",
            End::Replaced => "the key was replaced by another one: show that one",
            End::Expired => "the key, or the token, is past its time",
        };
        Self::NotLetIn(words.to_owned())
    }

    /// The same for a field that stands inside of another.
    #[must_use]
    pub fn inside(self, outer: &str) -> Self {
        if let Self::Bad(bad) = self { Self::bad(format!("{outer}.{}", bad.field), bad.must) } else { self }
    }

    /// A refusal with its sentence.
    #[must_use]
    pub fn refused(refusal: &Refusal, sentence: String) -> Self {
        Self::Refused { reason: refusal.reason(), sentence, figures: figures(refusal) }
    }

    /// Nothing in the books answers this request: there is no number to name, only the id that was asked.
    #[must_use]
    pub fn no_entry_of(request: RequestId) -> Self {
        Self::Refused {
            reason: Reason::EntryNotFound,
            sentence: words::no_entry_of_request(),
            figures: HashMap::from([("request_id".to_owned(), request.to_string())]),
        }
    }

    /// The reason of a refusal, for counting.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        if let Self::Refused { reason, .. } = self { Some(*reason) } else { None }
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Bad(_) => Code::InvalidArgument,
            Self::Refused { reason, .. } => code(*reason),
            Self::NotLetIn(_) => Code::Unauthenticated,
            Self::Busy(_) | Self::NotYet { .. } => Code::ResourceExhausted,
            Self::NotServing(_) | Self::Unknown(_) | Self::NotReached { .. } => Code::Unavailable,
            Self::Unreadable(_) => Code::DataLoss,
        }
    }

    fn message(&self) -> String {
        within(self.whole_message(), SENTENCE_WEIGHT_MAX)
    }

    fn whole_message(&self) -> String {
        match self {
            Self::Bad(bad) => format!("{} must be {}", bad.field, bad.must),
            Self::Refused { sentence, .. } => sentence.clone(),
            Self::Busy(what) => format!("{what}; nothing was done, ask again shortly"),
            Self::NotYet { what, seconds } => format!("{what}; nothing was done, ask again in {seconds} s"),
            Self::NotServing(what) => (*what).to_owned(),
            Self::NotLetIn(what) | Self::Unknown(what) => what.clone(),
            Self::NotReached { asked, position } => {
                format!("entry {asked} is not reached yet; the answer would go through entry {position}")
            }
            Self::Unreadable(what) => format!("the books cannot be read there: {what}"),
        }
    }
}

impl From<Invalid> for NotDone {
    fn from(invalid: Invalid) -> Self {
        Self::bad(invalid.field, invalid.limit)
    }
}

impl From<NotDone> for Status {
    fn from(not_done: NotDone) -> Self {
        let (code, message) = (not_done.code(), not_done.message());
        let details = match not_done {
            NotDone::Bad(bad) => {
                ErrorDetails::with_bad_request_violation(bad.field, format!("must be {}", bad.must))
            }
            NotDone::Refused { reason, figures, .. } => {
                ErrorDetails::with_error_info(reason.word(), DOMAIN, figures)
            }
            NotDone::Busy(_) => ErrorDetails::with_retry_info(Some(RETRY_BUSY)),
            NotDone::NotYet { seconds, .. } => {
                ErrorDetails::with_retry_info(Some(Duration::from_secs(seconds.into())))
            }
            NotDone::NotServing(_) | NotDone::Unknown(_) => {
                ErrorDetails::with_retry_info(Some(RETRY_STARTING))
            }
            NotDone::NotReached { asked, position } => ErrorDetails::with_error_info(
                SEQUENCE_NOT_REACHED,
                DOMAIN,
                [("asked_sequence", asked), ("sequence", position)]
                    .map(|(name, sequence)| (name.to_owned(), sequence.to_string())),
            ),
            NotDone::NotLetIn(_) | NotDone::Unreadable(_) => return Self::new(code, message),
        };
        Self::with_error_details(code, message, details)
    }
}

impl From<NotDone> for api::EntryError {
    fn from(not_done: NotDone) -> Self {
        let (code, message) = (not_done.code(), not_done.message());
        let mut error = Self { code: i32::from(code), message, ..Self::default() };
        match not_done {
            NotDone::Bad(bad) => error.field = bad.field,
            NotDone::Refused { reason, figures, .. } => {
                reason.word().clone_into(&mut error.reason);
                error.metadata = figures;
            }
            NotDone::NotReached { .. } => SEQUENCE_NOT_REACHED.clone_into(&mut error.reason),
            NotDone::NotLetIn(_)
            | NotDone::Busy(_)
            | NotDone::NotYet { .. }
            | NotDone::NotServing(_)
            | NotDone::Unknown(_)
            | NotDone::Unreadable(_) => {}
        }
        error
    }
}

/// As much of it as weighs no more, with "…" where something is left out.
fn within(text: String, weight_max: usize) -> String {
    if words::weight(&text) <= weight_max {
        return text;
    }
    let mut left = weight_max.saturating_sub(words::weight("…"));
    let fits = |letter: &char| {
        let rest = left.checked_sub(words::weight(letter.encode_utf8(&mut [0; 4])));
        rest.inspect(|rest| left = *rest).is_some()
    };
    let cut: String = text.chars().take_while(fits).collect();
    format!("{cut}…")
}

/// The figures of a refusal. Of limits, how many accounts would pass one, the figures of the first of them
/// bare, and of the next four with their place in front: `2.account_number`; of more than these five, the numbers of all
/// in `account_numbers`, as many as fit in [`ACCOUNT_NUMBERS_BYTES_MAX`].
fn figures(refusal: &Refusal) -> HashMap<String, String> {
    let mut figures = HashMap::new();
    let mut say = |name: &str, figure: String| drop(figures.insert(name.to_owned(), figure));
    match refusal {
        Refusal::RequestIdReused { fields } => say("fields", fields.join(",")),
        Refusal::EntryNotFound(entry) => say("sequence", entry.to_string()),
        Refusal::HoldNotFound(hold) | Refusal::HoldResolved(hold) | Refusal::HoldExpired(hold) => {
            say("hold_sequence", hold.to_string());
        }
        Refusal::BankNotFound(bank) => say("bank_number", bank.to_string()),
        Refusal::AccountNotFound(account)
        | Refusal::AccountClosed(account)
        | Refusal::SameAccount(account)
        | Refusal::CrossBank(account)
        | Refusal::AlreadyThere(account) => say("account_number", account.to_string()),
        Refusal::OwnerNotFound(owner) => say("owner_number", owner.to_string()),
        Refusal::HoldsOpen { account, open } => {
            say("account_number", account.to_string());
            say("open_holds", open.to_string());
        }
        Refusal::TooManyHolds { account, most } => {
            say("most", most.to_string());
            if let Some(account) = account {
                say("account_number", account.to_string());
            }
        }
        Refusal::CaptureExceedsHold { left, requested } => {
            say("left_seconds", left.to_string());
            say("requested_seconds", requested.seconds().to_string());
        }
        Refusal::ReversalExceeds { transfer, left, requested } => {
            say("transfer_index", transfer.to_string());
            say("left_seconds", left.to_string());
            if let Some(requested) = requested {
                say("requested_seconds", requested.seconds().to_string());
            }
        }
        Refusal::Limits(passed) => {
            say("accounts_count", passed.len().to_string());
            for (place, one) in (1_u32..).zip(passed.iter().take(ACCOUNTS_TOLD_MAX)) {
                let before = if place == 1 { String::new() } else { format!("{place}.") };
                for (name, figure) in limit_figures(one) {
                    say(&format!("{before}{name}"), figure);
                }
            }
            if passed.len() > ACCOUNTS_TOLD_MAX {
                say("account_numbers", account_numbers(passed));
            }
        }
        Refusal::Claim { word: _, place, unit: _, left, take } => {
            say("claim_index", place.to_string());
            say("left", left.to_string());
            say("take", take.to_string());
        }
        Refusal::BooksFull { what, most } => {
            say("what", (*what).to_owned());
            say("most", most.to_string());
        }
        Refusal::DayInFuture | Refusal::DeadlineOutOfReach | Refusal::DiskLow | Refusal::ClockUnsure => {}
    }
    figures
}

/// The numbers of the accounts, a comma between two.
fn account_numbers(passed: &[LimitPassed]) -> String {
    let mut numbers = String::new();
    for one in passed {
        let next = format!("{}{}", if numbers.is_empty() { "" } else { "," }, one.account);
        if numbers.len().saturating_add(next.len()) > ACCOUNT_NUMBERS_BYTES_MAX {
            break;
        }
        numbers.push_str(&next);
    }
    numbers
}

fn limit_figures(passed: &LimitPassed) -> [(&'static str, String); 6] {
    let (bound, coming) = match passed.limit {
        Limit::Floor | Limit::ClearingFloor => ("floor_seconds", ("held_seconds", passed.held)),
        Limit::Ceiling | Limit::ClearingCeiling => ("ceiling_seconds", ("promised_seconds", passed.promised)),
    };
    [
        ("account_number", passed.account.to_string()),
        ("posted_seconds", passed.posted.to_string()),
        (coming.0, coming.1.to_string()),
        (bound, passed.bound.to_string()),
        ("available_seconds", passed.available().to_string()),
        ("requested_seconds", passed.requested.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountNumber;

    /// What a status may have, names of headers included.
    const STATUS_BYTES_MAX: usize = 7_680;

    /// Goal: no status is too long to be received. Method: the most accounts, with the longest figures, and
    /// sentences of every length out of letters of every width.
    #[test]
    fn every_status_can_be_received() {
        let passed = |slot| LimitPassed {
            account: AccountNumber::from_slot(slot).unwrap(),
            limit: Limit::Ceiling,
            posted: i64::MIN,
            held: i64::MAX,
            promised: i64::MIN,
            bound: i64::MIN,
            requested: i64::MIN,
        };
        let refusal = Refusal::Limits((16_777_000..16_777_256).map(passed).collect());
        for letter in ["a", " ", "%", "ö", "€", "𐌰"] {
            for letters in [0, 100, 187, 188, 250, 251, 375, 376, 750, 751, 1_500, 1_501, 100_000] {
                let sentence = letter.repeat(letters);
                let not_done = NotDone::refused(&refusal, sentence.clone());
                let status = Status::from(not_done.clone());
                let weight = words::weight(&sentence);
                let whole = weight <= SENTENCE_WEIGHT_MAX;
                assert!(if whole { status.message() == sentence } else { status.message().ends_with('…') });
                assert!(words::weight(status.message()) + 8 > weight.min(SENTENCE_WEIGHT_MAX));
                assert_eq!(api::EntryError::from(not_done).message, status.message());
                let info = status.get_error_details().error_info().unwrap().metadata.clone();
                assert_eq!((info.len(), info["accounts_count"].as_str()), (32, "256"));
                assert!(info["account_numbers"].split(',').count() >= 153);
                let response = status.into_http::<()>();
                let bytes = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
                let bytes: usize = bytes.sum();
                assert!(bytes <= STATUS_BYTES_MAX, "{bytes} bytes for {letters} of {letter:?}");
            }
        }
    }

    /// Goal: programs hear of every account that would pass a limit. Method: as many as are told of with figures, one
    /// more, and all that an entry can have.
    #[test]
    fn every_account_is_numbered() {
        let passed = |slot| LimitPassed {
            account: AccountNumber::from_slot(slot).unwrap(),
            limit: Limit::Floor,
            posted: 0,
            held: 0,
            promised: 0,
            bound: 0,
            requested: 60,
        };
        for count in [1, 5, 6, 256] {
            let all: Vec<_> = (0..count).map(passed).collect();
            let numbers: Vec<_> = all.iter().map(|one| one.account.to_string()).collect();
            let said = figures(&Refusal::Limits(all)).remove("account_numbers");
            assert_eq!(said, (count > 5).then(|| numbers.join(",")), "{count}");
        }
    }
}

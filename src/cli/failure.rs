//! What stopped a command, and how it is said.
//!
//! Owns the mapping of a status to an exit code and to words: the server's sentence, the figures for
//! programs, the flag a bad field was typed as, and what to do next. Knows no command.
//!
//! - What is not known (I4, I6) is never called "not done": the same id asks again.

use std::io;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::exit::Exit;
use super::profiles::ProfileError;
use super::screen::{Format, Screen};
use super::values;
use crate::config::ConfigError;
use crate::domain::RequestId;

/// Why a command is not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Typed, and cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// A setting that cannot be meant.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A profile, or the file of them, that cannot be meant.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// No server in time.
    #[error("{0}")]
    Unreachable(String),
    /// Found by this program, or by the books: the answer is no. Already said where it is empty.
    #[error("{0}")]
    Refused(String),
    /// The server's answer.
    #[error("{}", .0.message())]
    Status(Box<Status>, Option<RequestId>),
    /// The server's answer to a command that has a flag for each question it may be asked.
    #[error("{}", .0.message())]
    Question(Box<Status>, RequestId),
    /// The server's question whether somebody is here already, with who looks alike: owner numbers, and words.
    #[error("{}", .status.message())]
    SamePerson {
        /// The question.
        status: Box<Status>,
        /// The id it was asked under.
        id: RequestId,
        /// Who looks alike, the likeliest first.
        alike: Vec<(u32, String)>,
    },
    /// Nobody reads the answer.
    #[error("the answer could not be written: {0}")]
    Output(#[from] io::Error),
    /// What the rest of the process says.
    #[error("{1}")]
    Process(Exit, String),
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status), None)
    }
}

/// Attaches the id under which a write can be asked for again.
pub trait Asking<T> {
    /// The answer, or the failure with `id`.
    ///
    /// # Errors
    /// As it came.
    fn asking(self, id: RequestId) -> Result<T, Failure>;

    /// The answer, or the failure with `id` and, if it is a question, with the flag that answers it.
    ///
    /// # Errors
    /// As it came.
    fn answerable(self, id: RequestId) -> Result<T, Failure>;
}

impl<T> Asking<T> for Result<tonic::Response<T>, Status> {
    fn asking(self, id: RequestId) -> Result<T, Failure> {
        self.map(tonic::Response::into_inner).map_err(|status| Failure::Status(Box::new(status), Some(id)))
    }

    fn answerable(self, id: RequestId) -> Result<T, Failure> {
        self.map(tonic::Response::into_inner).map_err(|status| Failure::Question(Box::new(status), id))
    }
}

/// Whether the way is broken, rather than the question wrong.
#[must_use]
pub fn is_cut(status: &Status) -> bool {
    let has_reason = status.get_error_details().error_info().is_some();
    !has_reason
        && matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled | Code::Internal)
}

/// What is in a status, taken apart.
struct Parts {
    reason: Option<String>,
    metadata: Map<String, Value>,
    fields: Vec<(String, String)>,
    retry_after: Option<Duration>,
}

fn parts(status: &Status) -> Parts {
    let details = status.get_error_details();
    let info = details.error_info().filter(|info| info.domain == "hourbook");
    let metadata = info.map(|info| info.metadata.clone()).unwrap_or_default();
    let fields = details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
    Parts {
        reason: info.map(|info| info.reason.clone()),
        metadata: metadata.into_iter().map(|(name, figure)| (name, figure.into())).collect(),
        fields: fields.into_iter().map(|violation| (violation.field, violation.description)).collect(),
        retry_after: details.retry_info().and_then(|info| info.retry_delay),
    }
}

impl Parts {
    /// The flag that answers a question; the figure is repeated so that a plain yes is no answer.
    fn answer(&self) -> Option<String> {
        match self.reason.as_deref()? {
            "ALREADY_HERE" => Some("--another-one".to_owned()),
            "SAME_PERSON" => Some("--somebody-else".to_owned()),
            "UNUSUAL_AMOUNT" => {
                let seconds = self.metadata.get("amount_seconds")?.as_str()?.parse().ok()?;
                Some(format!("--confirm {}", values::as_typed(seconds)))
            }
            _ => None,
        }
    }
}

/// A rule's no is a no whatever its code; else the code decides.
fn status_exit(status: &Status, has_reason: bool) -> Exit {
    match status.code() {
        _ if has_reason => Exit::Refused,
        Code::Ok => Exit::Done,
        Code::InvalidArgument | Code::OutOfRange => Exit::Usage,
        Code::NotFound | Code::AlreadyExists | Code::PermissionDenied | Code::FailedPrecondition => {
            Exit::Refused
        }
        Code::Unauthenticated => Exit::Refused,
        Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => Exit::Unreachable,
    }
}

/// The flag or argument that a field of the API is typed as.
fn flag(field: &str) -> Option<&'static str> {
    let last = field.rsplit('.').next().unwrap_or(field);
    let last = last.split('[').next().unwrap_or(last);
    let known = match last {
        _ if field.starts_with("givers") => "--gave or --gives",
        "request_id" => "--request-id",
        "day" if field.contains("receipt") => "--day",
        "number" if field.contains("receipt") => "the receipt",
        "line" if field.contains("receipt") => "the line behind the receipt",
        "number" if field.contains("card") => "the card",
        "pin" => "the PIN",
        "code" => "the code",
        "people" => "how many people",
        "offer_number" => "the offer",
        "staff_initials" => "--staff",
        "life_seconds" => "--life",
        "voucher_sequence" => "--voucher",
        "model" => "what becomes of the hours",
        "period_number" => "--period",
        "due_day" => "--due",
        "reference" => "--reference",
        "kind" if field.contains("contacts") => "--best",
        "kind" => "--kind",
        "debit_account_number" => "--from",
        "credit_account_number" => "--to",
        "amount_seconds" => "--hours",
        "activity_number" => "--activity",
        "details" => "--memo and --reason",
        "memo" => "--memo",
        "reason" => "--reason",
        "allowed_by" => "--allowed-by",
        "second_person" => "--second-person",
        "present_count" => "--present",
        "deadline" => "--until",
        "floor_seconds" if field.contains("issuance") => "--cap",
        "floor_seconds" => "--floor",
        "ceiling_seconds" => "--ceiling",
        "warn_below_seconds" => "--warn-below",
        "warn_above_seconds" => "--warn-above",
        "name" | "label" => "--name",
        "time_zone" => "--time-zone",
        "owner_number" if field.contains("representative") => "--by",
        "owner_number" => "--owner",
        "bank_number" | "bank_numbers" => "--bank",
        "partner_owner_numbers" => "--partner",
        "reach" => "--bank, --partner or --network",
        "role" => "--role",
        "partner_owner_number" => "whose (PARTNER), such as saucer",
        "till_number" => "--till or the number",
        "venue_number" => "--venue or the number",
        "address" => "--address",
        "old_pin" => "--change",
        "holder_owner_number" => "--holder",
        "expires_at" => "--expires",
        "overlap_seconds" => "--overlap",
        "url" => "--url",
        "event_types" => "--event",
        "endpoint_number" => "the endpoint",
        "from_sequence" => "--from or --one",
        "through_sequence" => "--through or --one",
        "issuer" => "--issuer",
        "subject" => "--subject",
        "credential_number" => "the key",
        "remainder_to_account_number" => "--remainder-to",
        "rest_to_account_number" => "--rest-to",
        "at_sequence" => "--at",
        "recorded_before" => "--recorded-before",
        "through_day" => "--as-of, --through or --through-day",
        "from_day" => "--from or --from-day",
        "after_sequence" => "--after",
        "parts" | "transfer_index" => "--part",
        "account_number" => "the account",
        "giver_account_number" => "--gave or --hall",
        "receiver_account_number" => "--received or --for",
        "from_account_number" => "--from",
        "to_account_number" => "--to",
        "pot_account_number" => "--pot",
        "paid_by_account_number" => "--paid-by",
        "hours_to_account_number" => "--hours-to",
        "profile" if field == "profile" => "all that is said of them",
        "known_as" => "--known-as",
        "contacts" => "--phone, --email, --post and --other",
        "text" if field.contains("contacts") => "--phone, --email, --post and --other",
        "language" => "--language",
        "consents" => "--consent",
        "monthly_limit_seconds" => "--monthly-limit",
        "last_day" => "--last-day",
        "purpose" => "--purpose",
        "broker_line_seconds" => "--broker-line",
        "in_the_name_of_account_number" => "--in-the-name-of",
        "keeper_account_number" => "--keeper",
        "participant_account_numbers" => "--took-part, --takes-part or --also",
        "guest_count" => "--guests",
        "rule" => "--rule",
        "length" | "length_seconds" | "typed" => "--hours or --length",
        "month" => "--month",
        "occurred_on" | "paid_day" | "day" => "--on",
        "said_by" => "--said-by",
        "is_help" => "--for-help",
        "line_sequences" => "--line",
        "limit_reason" => "--limit-reason",
        "confirmed_amount_seconds" => "--confirm",
        "proposal_sequence" | "booking_sequence" | "redemption_sequence" | "waiting_number" => "the number",
        "hold_sequence" => "the hold",
        "original_sequence" | "sequence" => "the entry",
        _ => return None,
    };
    Some(known)
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Config(_) | Self::Profile(_) => Exit::BadConfig,
            Self::Unreachable(_) => Exit::Unreachable,
            Self::Refused(_) => Exit::Refused,
            Self::Status(status, _) | Self::Question(status, _) | Self::SamePerson { status, .. } => {
                status_exit(status, parts(status).reason.is_some())
            }
            // `| head` has read enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Output(_) => Exit::Refused,
            Self::Process(exit, _) => *exit,
        }
    }

    /// Says it on standard error: in words, or as one JSON object.
    pub fn report(&self, screen: &mut Screen<'_>) {
        let silent = match self {
            Self::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            Self::Refused(said) => said.is_empty(),
            Self::Usage(_)
            | Self::Config(_)
            | Self::Profile(_)
            | Self::Unreachable(_)
            | Self::Status(..)
            | Self::Question(..)
            | Self::SamePerson { .. }
            | Self::Process(..) => false,
        };
        if silent {
            return;
        }
        match screen.format {
            Format::Json => {
                let text = super::cells::for_json(&self.as_json().to_string()).into_owned();
                screen.remark(&text);
            }
            Format::Table | Format::Csv => {
                for line in self.sentences() {
                    screen.remark(&line);
                }
            }
        }
    }

    /// What the server answered, and the id under which it can be asked again.
    fn status(&self) -> Option<(&Status, Option<RequestId>)> {
        match self {
            Self::Status(status, id) => Some((status, *id)),
            Self::Question(status, id) | Self::SamePerson { status, id, .. } => Some((status, Some(*id))),
            Self::Usage(_)
            | Self::Config(_)
            | Self::Profile(_)
            | Self::Unreachable(_)
            | Self::Refused(_)
            | Self::Output(_)
            | Self::Process(..) => None,
        }
    }

    /// The flag that answers a question, where the command has it.
    fn answer(&self, parts: &Parts) -> Option<String> {
        if matches!(self, Self::Question(..) | Self::SamePerson { .. }) { parts.answer() } else { None }
    }

    /// Who looks alike, where that is the question.
    fn alike(&self) -> &[(u32, String)] {
        if let Self::SamePerson { alike, .. } = self { alike } else { &[] }
    }

    /// In words, a line each.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let Some((status, id)) = self.status() else {
            // Lists of bad rows and unknown names have a line each.
            return format!("hourbook: {self}").lines().map(str::to_owned).collect();
        };
        let parts = parts(status);
        let mut lines = Vec::new();
        if parts.fields.is_empty() {
            lines.push(match status.message() {
                "" => format!("The server answered {:?} without a word.", status.code()),
                message => message.to_owned(),
            });
        }
        for (field, limit) in &parts.fields {
            let typed = flag(field).map_or_else(|| field.clone(), |flag| format!("{flag} ({field})"));
            lines.push(format!("{typed}: {limit}"));
        }
        lines.extend(self.alike().iter().map(|(_, words)| format!("  {words}")));
        lines.extend(self.next_step(status, &parts, id));
        lines
    }

    /// What to do next where something can be done.
    fn next_step(&self, status: &Status, parts: &Parts, id: Option<RequestId>) -> Option<String> {
        // A wait comes with "too much at once" and with "not known": only the first wrote nothing.
        let wait = parts.retry_after.map(|wait| wait.as_secs().max(1));
        if status.code() == Code::ResourceExhausted {
            return wait.map(|seconds| format!("Nothing was written. Try again in {seconds} s."));
        }
        if status.code() == Code::Unauthenticated {
            return Some("Show your key with --key-file FILE, HOURBOOK_KEY_FILE, or a profile.".to_owned());
        }
        if let Some(flag) = self.answer(parts) {
            return Some(format!("Then type the same command with {flag}."));
        }
        let is_unknown = self.exit() == Exit::Unreachable;
        id.filter(|_| is_unknown).map(|id| {
            format!(
                "It is not known whether this was written down. Repeat the same command with \
                 --request-id {id}: it then happens once, however often it is asked."
            )
        })
    }

    fn as_json(&self) -> Value {
        let Some((status, id)) = self.status() else {
            return json!({ "error": { "message": self.to_string(), "exit_code": self.exit().code() } });
        };
        let parts = parts(status);
        let alike = self.alike().iter();
        let alike: Vec<_> =
            alike.map(|(owner, words)| json!({ "owner_number": owner, "words": words })).collect();
        let fields: Vec<_> = parts
            .fields
            .iter()
            .map(|(field, limit)| json!({ "field": field, "flag": flag(field), "description": limit }))
            .collect();
        json!({ "error": {
            "code": format!("{:?}", status.code()),
            "message": status.message(),
            "reason": parts.reason,
            "answer": self.answer(&parts),
            "alike": alike,
            "metadata": parts.metadata,
            "fields": fields,
            "retry_after_seconds": parts.retry_after.map(|wait| wait.as_secs()),
            "request_id": id.map(|id| id.to_string()),
            "exit_code": self.exit().code(),
        } })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    fn id() -> RequestId {
        RequestId::derived([7; 16])
    }

    /// Goal: a rule's no is 1 with its figures, whatever its code, and nothing is said to repeat.
    /// Method: a status as the server makes it.
    #[test]
    fn a_refusal_is_one_with_figures() {
        let metadata = HashMap::from([("available_seconds".to_owned(), "7200".to_owned())]);
        let details = ErrorDetails::with_error_info("BELOW_FLOOR", "hourbook", metadata);
        for code in [Code::FailedPrecondition, Code::Unavailable] {
            let status = Status::with_error_details(code, "too much", details.clone());
            let failure = Failure::Status(Box::new(status), Some(id()));
            assert_eq!(failure.exit(), Exit::Refused);
            assert_eq!(failure.sentences(), ["too much"]);
            assert_eq!(failure.as_json()["error"]["metadata"]["available_seconds"], "7200");
            assert_eq!(failure.as_json()["error"]["reason"], "BELOW_FLOOR");
        }
    }

    /// Goal: a question says the flag that answers it, where the command has that flag alone. Method: both questions,
    /// asked of a command with flags and of one without.
    #[test]
    fn questions_name_their_flag() {
        let figures = [("amount_seconds".to_owned(), "91800".to_owned())];
        for (reason, flag) in [("UNUSUAL_AMOUNT", "--confirm 25:30"), ("ALREADY_HERE", "--another-one")] {
            let details = ErrorDetails::with_error_info(reason, "hourbook", HashMap::from(figures.clone()));
            let status = Status::with_error_details(Code::FailedPrecondition, "really?", details);
            let asked = Failure::Question(Box::new(status.clone()), id());
            assert_eq!(asked.exit(), Exit::Refused);
            assert_eq!(asked.sentences()[1], format!("Then type the same command with {flag}."));
            assert_eq!(asked.as_json()["error"]["answer"], flag);
            let told = Failure::Status(Box::new(status), Some(id()));
            assert!(told.sentences().len() == 1 && told.as_json()["error"]["answer"].is_null());
        }
    }

    /// Goal: what is not known is never called not done, and can be asked again.
    /// Method: each code that leaves it open, with an id and without.
    #[test]
    fn what_is_not_known_can_be_asked_again() {
        for code in [Code::Unavailable, Code::DeadlineExceeded, Code::Cancelled, Code::Unknown] {
            let failure = Failure::Status(Box::new(Status::new(code, "gone")), Some(id()));
            assert_eq!(failure.exit(), Exit::Unreachable);
            assert!(failure.sentences()[1].contains(&format!("--request-id {}", id())), "{code:?}");
            assert_eq!(Failure::from(Status::new(code, "gone")).sentences(), ["gone"]);
        }
        let wait = ErrorDetails::with_retry_info(Some(Duration::from_secs(1)));
        let slow = Status::with_error_details(Code::Unavailable, "not known", wait);
        let slow = Failure::Status(Box::new(slow), Some(id())).sentences();
        assert!(slow[1].starts_with("It is not known") && !slow.concat().contains("Nothing was"), "{slow:?}");
    }

    /// Goal: a bad field is named as it was typed, a full queue says when to come back.
    /// Method: both details.
    #[test]
    fn fields_and_waits_are_named() {
        let details = ErrorDetails::with_bad_request_violation("details.memo", "must be at most 1 KiB");
        let bad = Failure::from(Status::with_error_details(Code::InvalidArgument, "bad", details));
        assert_eq!(bad.exit(), Exit::Usage);
        assert_eq!(bad.sentences(), ["--memo (details.memo): must be at most 1 KiB"]);
        assert_eq!(flag("issuance_limits.floor_seconds"), Some("--cap"));
        assert_eq!(flag("transfers[3].amount_seconds"), Some("--hours"));
        assert_eq!(flag("something.new"), None);
        let details = ErrorDetails::with_retry_info(Some(Duration::from_millis(10)));
        let status = Status::with_error_details(Code::ResourceExhausted, "busy", details);
        let busy = Failure::Status(Box::new(status), Some(id()));
        assert_eq!(busy.sentences(), ["busy", "Nothing was written. Try again in 1 s."]);
    }
}

//! Questions about now, about an earlier moment, and about a day of help.
//!
//! An answer says through which entry it holds. Whoever wants their own writes in it names `min_sequence`
//! and waits, at most as long as the call may take.

use std::time::Duration;

use tokio::sync::watch;
use tonic::{Request, Status};

use super::Service;
use super::fields;
use super::installation::{Installation, unreadable};
use super::not_done::NotDone;
use crate::access::Allowed;
use crate::api;
use crate::domain::{Balance, Day, Sequence};
use crate::ledger::state::Standing;
use crate::past::{At, Moment, PastError};

/// How long a call without a deadline of its own waits for a position.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// The longest any call waits: the server gives up on a call after 30 seconds, with other words.
const WAIT_LONGEST: Duration = Duration::from_secs(28);
/// How long a call waits for what is derived to catch up with the books; then it is answered as it is.
const CATCH_UP_MAX: Duration = Duration::from_secs(5);
/// What is left of a deadline for saying that it was not reached: a tenth of it, at least this long …
const TO_ANSWER_MIN: Duration = Duration::from_millis(50);
/// … and at most this long.
const TO_ANSWER_MAX: Duration = Duration::from_secs(1);

impl Service {
    /// Waits until entry `min_sequence` is in every answer.
    pub(super) async fn reached<T: Sync>(
        &self,
        min_sequence: u64,
        request: &Request<T>,
    ) -> Result<(), Status> {
        let asked = Sequence::new(min_sequence);
        let done = async {
            let books = self.books()?;
            if books.network.ledger.position() >= asked {
                return Ok(());
            }
            let place = self.shared.waiting.try_acquire();
            let _place = place.map_err(|_| NotDone::Busy("too many calls wait for entries to come"))?;
            let positions = books.network.ledger.views().positions();
            reached(asked, wait_for(positions, asked, deadline(request).unwrap_or(WAIT_MAX)).await)
        };
        self.answer(done.await).map(drop)
    }

    /// Gives what is derived a moment to catch up with the books as they are now, and holds it to
    /// `min_sequence`.
    pub(super) async fn past_reached<T: Sync>(
        &self,
        min_sequence: u64,
        request: &Request<T>,
    ) -> Result<(), Status> {
        let done = async {
            let books = self.books()?;
            let now = books.network.ledger.position();
            let most = deadline(request).map_or(CATCH_UP_MAX, |left| left.min(CATCH_UP_MAX));
            let position = wait_for(books.past.positions_to(now), now, most).await;
            if let Some(failure) = books.past.failure() {
                return Err(NotDone::Unreadable(failure));
            }
            // Right after a start it has nothing yet, which is not the same as books without entries.
            let first = if now.is_zero() { now } else { Sequence::new(1) };
            reached(first.max(Sequence::new(min_sequence)), position)
        };
        self.answer(done.await).map(drop)
    }
}

/// Whether a question is about the books as they are, not as they were.
pub const fn is_now<T>(at_sequence: Option<u64>, recorded_before: Option<&T>) -> bool {
    at_sequence.is_none() && recorded_before.is_none()
}

fn reached(asked: Sequence, position: Sequence) -> Result<(), NotDone> {
    if position < asked { Err(NotDone::NotReached { asked, position }) } else { Ok(()) }
}

/// Waits until a position reaches `asked`, at most this long; where it is then.
async fn wait_for(mut positions: watch::Receiver<Sequence>, asked: Sequence, at_most: Duration) -> Sequence {
    let reached = positions.wait_for(|position| *position >= asked);
    let _in_time = tokio::time::timeout(at_most, reached).await.map(|found| found.map(|found| *found));
    *positions.borrow()
}

/// What the caller's deadline leaves for waiting (`grpc-timeout`: up to eight digits and a unit).
fn deadline<T>(request: &Request<T>) -> Option<Duration> {
    let text = request.metadata().get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    let left = match unit {
        "H" => Duration::from_secs(number.saturating_mul(3_600)),
        "M" => Duration::from_secs(number.saturating_mul(60)),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    };
    let to_answer = left.checked_div(10).unwrap_or_default().clamp(TO_ANSWER_MIN, TO_ANSWER_MAX);
    Some(left.saturating_sub(to_answer).min(WAIT_LONGEST))
}

impl Installation {
    /// Which moment is asked about.
    pub fn moment(
        &self,
        at_sequence: Option<u64>,
        recorded_before: Option<prost_types::Timestamp>,
        through_day: Option<api::Date>,
    ) -> Result<(Moment, Option<Day>), NotDone> {
        let day = fields::day("through_day", through_day)?;
        let moment = match (at_sequence, fields::timestamp("recorded_before", recorded_before)?) {
            (None, None) => Moment::Now,
            (Some(sequence), None) => {
                let (asked, position) = (Sequence::new(sequence), self.network.ledger.position());
                if asked > position {
                    return Err(NotDone::NotReached { asked, position });
                }
                Moment::After(asked)
            }
            (None, Some(time)) => Moment::After(self.past.position_before(time).map_err(derived)?),
            (Some(_), Some(_)) => {
                return Err(NotDone::bad("recorded_before", "left out where at_sequence is given"));
            }
        };
        Ok((moment, day))
    }

    /// GetBalance.
    pub fn get_balance(
        &self,
        allowed: &Allowed,
        request: api::GetBalanceRequest,
    ) -> Result<api::GetBalanceResponse, NotDone> {
        let account = fields::account("account_number", request.account_number)?;
        let view = self.account_in_reach(allowed, account)?;
        let (moment, day) = self.moment(request.at_sequence, request.recorded_before, request.through_day)?;
        let ledger = &self.network.ledger;
        if let Some(day) = day {
            let at = if let Moment::After(sequence) = moment { Some(sequence) } else { None };
            let found = self.past.balance_through_day(account, day, at).map_err(derived)?;
            let (posted_seconds, sequence) = found;
            return Ok(api::GetBalanceResponse {
                balance: Some(api::Balance { posted_seconds, held_seconds: None }),
                available_seconds: None,
                sequence: sequence.get(),
            });
        }
        if let Moment::After(sequence) = moment {
            let balance = ledger.books().balance_at(account, sequence).map_err(unreadable)?;
            return Ok(balance_response(balance, None, sequence));
        }
        let limits = ledger.books().limits(account).map_err(unreadable)?;
        let sequence = ledger.position(); // Before the balance: it is in the answer.
        let balance = ledger.balance(account).unwrap_or_default();
        // A closed account takes part in nothing, whatever its limits were.
        let limits = limits.filter(|_| view.standing == Standing::Open);
        let available =
            limits.map(|limits| balance.posted.saturating_sub(balance.held).saturating_sub(limits.floor()));
        Ok(balance_response(balance, available, sequence))
    }
}

fn balance_response(
    balance: Balance,
    available_seconds: Option<i64>,
    sequence: Sequence,
) -> api::GetBalanceResponse {
    api::GetBalanceResponse {
        balance: Some(api::Balance { posted_seconds: balance.posted, held_seconds: Some(balance.held) }),
        available_seconds,
        sequence: sequence.get(),
    }
}

/// The moment, and the day of help if one is named.
pub const fn at(moment: Moment, day: Option<Day>) -> At {
    match day {
        None => At::Recorded(moment),
        Some(day) => At::ThroughDay(day, moment),
    }
}

/// Why a question about the past has no answer.
pub fn derived(error: PastError) -> NotDone {
    match error {
        PastError::NotWritten { asked, position } => NotDone::NotReached { asked, position },
        PastError::NotYet { position } => NotDone::NotReached { asked: position, position: Sequence::ZERO },
        error @ (PastError::Recovery(_)
        | PastError::Days(_)
        | PastError::Disagree(_)
        | PastError::Thread(_)) => NotDone::Unreadable(error.to_string()),
    }
}

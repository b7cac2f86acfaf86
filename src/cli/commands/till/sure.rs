//! Asking until it is known what happened: across cuts, and where a server has too much to do.
//!
//! - What is asked again is the same: the same id, the same receipt. So it happens once at most.
//! - So often and no more: pauses grow, and together stay within the patience; each attempt has an end.
//! - An answer that says "no" is an answer only where it says why: whoever is not let in any more hears nothing of what was
//!   asked before.

use std::time::Duration;

use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::cli::failure::{Failure, is_cut};
use crate::cli::screen::Screen;
use crate::words;

/// One attempt takes so long at most: whoever waits at a counter does not wait for more.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The first pause; each is twice the one before.
const PAUSE_FIRST: Duration = Duration::from_secs(1);
/// The longest.
const PAUSE_MAX: Duration = Duration::from_secs(8);

/// What is known.
#[derive(Debug)]
pub enum Known<T> {
    /// This, and by which way it came.
    Answer(T, Way),
    /// It was not done, and why.
    Refused(Status),
    /// Nothing: no answer came.
    Nothing,
}

/// By which way an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Each attempt before was answered, if only by "too much at once".
    Whole,
    /// One was not: it is not known what that did.
    Cut,
}

/// What an answer means that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// No, and why.
    No,
    /// Nothing was done: too much at once. Ask again after this.
    Busy(Duration),
    /// It is not known whether it was done.
    Cut,
    /// Whoever asks hears nothing, of this or of what was asked before.
    Closed,
}

fn meaning(status: &Status) -> Meaning {
    let details = status.get_error_details();
    if details.error_info().is_some_and(|info| info.domain == "hourbook") {
        return Meaning::No;
    }
    if is_cut(status) || status.code() == Code::DeadlineExceeded {
        return Meaning::Cut;
    }
    match status.code() {
        Code::ResourceExhausted => {
            let wait = details.retry_info().and_then(|info| info.retry_delay);
            Meaning::Busy(wait.unwrap_or(PAUSE_FIRST))
        }
        Code::InvalidArgument | Code::OutOfRange => Meaning::No,
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => Meaning::Closed,
    }
}

/// The pauses between attempts that fit into `patience`.
fn pauses(patience: Duration) -> Vec<Duration> {
    let mut left = patience;
    let mut pause = PAUSE_FIRST;
    let mut pauses = Vec::new();
    while let Some(rest) = left.checked_sub(pause) {
        pauses.push(pause);
        left = rest;
        pause = pause.saturating_mul(2).min(PAUSE_MAX);
    }
    pauses
}

/// An attempt with an end.
pub fn attempt<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(ATTEMPT);
    request
}

/// Asks until it is known, within `patience`; `doubt` is what is said where no answer came.
///
/// # Errors
/// Of writing.
pub async fn ask<T>(
    screen: &mut Screen<'_>,
    patience: Duration,
    doubt: &str,
    call: impl AsyncFnMut() -> Result<T, Status>,
) -> Result<Known<T>, Failure> {
    ask_with(screen, (patience, doubt), call, async |pause| tokio::time::sleep(pause).await).await
}

async fn ask_with<T>(
    screen: &mut Screen<'_>,
    (patience, doubt): (Duration, &str),
    mut call: impl AsyncFnMut() -> Result<T, Status>,
    mut sleep: impl AsyncFnMut(Duration),
) -> Result<Known<T>, Failure> {
    let pauses = pauses(patience);
    let tries = pauses.len().saturating_add(1);
    let mut way = Way::Whole;
    for next_try in 2_usize.. {
        let status = match call().await {
            Ok(answer) => return Ok(Known::Answer(answer, way)),
            Err(status) => status,
        };
        let pause = pauses.get(next_try.saturating_sub(2)).copied();
        let (said, pause) = match meaning(&status) {
            Meaning::No => return Ok(Known::Refused(status)),
            Meaning::Closed => return Ok(no_more(status, way)),
            // Longer than anybody waits at a counter: what is said is when to come back.
            Meaning::Busy(wait) if wait > patience.max(PAUSE_FIRST) => return Ok(no_more(status, way)),
            Meaning::Busy(wait) => match pause {
                None => return Ok(no_more(status, way)),
                Some(pause) => (status.message().to_owned(), pause.max(wait)),
            },
            Meaning::Cut => {
                way = Way::Cut;
                match pause {
                    None => break,
                    Some(pause) => (doubt.to_owned(), pause),
                }
            }
        };
        let seconds = i64::try_from(pause.as_secs()).unwrap_or(i64::MAX).max(1);
        let said = said.trim_end_matches('.');
        screen
            .say(&format!("{said}. Asking again in {}, try {next_try} of {tries}.", words::hours(seconds)))?;
        screen.console.out.flush()?;
        sleep(pause).await;
    }
    Ok(Known::Nothing)
}

/// This attempt did nothing; what one before did may not be known.
fn no_more<T>(status: Status, way: Way) -> Known<T> {
    match way {
        Way::Whole => Known::Refused(status),
        Way::Cut => Known::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;
    use crate::cli::asking::Input;
    use crate::cli::screen::{Console, Format};

    /// Goal: pauses grow, have a longest, and stay within the patience. Method: none, some, the most.
    #[test]
    fn pauses_grow_and_end() {
        let seconds = |patience| {
            pauses(Duration::from_secs(patience)).iter().map(Duration::as_secs).collect::<Vec<_>>()
        };
        assert_eq!(seconds(0), [0; 0]);
        assert_eq!(seconds(2), [1]);
        assert_eq!(seconds(30), [1, 2, 4, 8, 8]);
        assert_eq!(seconds(600).len(), 77);
    }

    fn refusal(code: Code) -> Status {
        Status::with_error_details(
            code,
            "no",
            ErrorDetails::with_error_info("NOT_TODAY", "hourbook", HashMap::new()),
        )
    }

    fn busy(wait: Duration) -> Status {
        Status::with_error_details(Code::ResourceExhausted, "busy", ErrorDetails::with_retry_info(Some(wait)))
    }

    /// Asked with these answers in turn: what is known, and how often it was asked.
    fn asked(answers: Vec<Result<u32, Status>>, patience: u64) -> (String, usize) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let console = Console {
            input: Input::nothing(),
            out: &mut out,
            err: &mut err,
            out_is_terminal: false,
            err_is_terminal: false,
            columns: None,
        };
        let mut screen = Screen { console, format: Format::Table };
        let mut left = answers.into_iter();
        let (mut asked, mut slept) = (0, Duration::ZERO);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let call = async || {
            asked += 1;
            left.next().unwrap()
        };
        let sleep = async |pause| slept += pause;
        let patience = Duration::from_secs(patience);
        let known = runtime.block_on(ask_with(&mut screen, (patience, "Not known."), call, sleep));
        assert!(slept <= patience, "{slept:?}");
        let known = match known.unwrap() {
            Known::Answer(answer, way) => format!("{answer} {way:?}"),
            Known::Refused(status) => format!("{:?}", status.code()),
            Known::Nothing => "nothing".to_owned(),
        };
        (known, asked)
    }

    /// Goal: what is answered is known, what is refused for a reason is, and a cut is asked again until patience ends; a no
    /// that says nothing of what was asked before is no answer after a cut. Method: answers in turn, with pauses that are
    /// not slept.
    #[test]
    fn it_is_asked_until_it_is_known() {
        let cut = || Err(Status::unavailable("gone"));
        let late = || Err(Status::deadline_exceeded("late"));
        let closed = || Err(Status::unauthenticated("who"));
        let short = || Err(busy(Duration::from_millis(100)));
        for (answers, patience, expected) in [
            (vec![Ok(7)], 30, ("7 Whole", 1)),
            (vec![cut(), late(), Ok(7)], 30, ("7 Cut", 3)),
            (vec![cut(), Err(refusal(Code::Unavailable))], 30, ("Unavailable", 2)),
            (vec![short(), short(), Ok(7)], 30, ("7 Whole", 3)),
            (vec![short(), short()], 1, ("ResourceExhausted", 2)),
            (vec![cut(), short()], 1, ("nothing", 2)),
            (vec![Err(busy(Duration::from_secs(31)))], 30, ("ResourceExhausted", 1)),
            (vec![cut(); 6], 30, ("nothing", 6)),
            (vec![cut()], 0, ("nothing", 1)),
            (vec![closed()], 30, ("Unauthenticated", 1)),
            (vec![cut(), closed()], 30, ("nothing", 2)),
        ] {
            let (known, times) = asked(answers, patience);
            assert_eq!((known.as_str(), times), expected);
        }
    }
}

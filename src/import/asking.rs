//! Asking the service, and asking again where it does not know.
//!
//! Every request here has an id derived from the file or only reads, so asking again is always safe. It
//! is done [`ATTEMPTS_MAX`] times in a row without an answer, with pauses that double or that the service
//! names, about 15 seconds in all: long enough for a server that is started again.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinSet;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt;

/// So many times in a row is something asked without an answer.
pub(super) const ATTEMPTS_MAX: u32 = 12;
/// So many calls are under way at once.
const CALLS_MAX: usize = 32;
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Asks until there is an answer, a no, or patience ends.
pub(super) async fn asked<T, Answer>(call: impl Fn() -> Answer) -> Result<T, Status>
where
    Answer: Future<Output = Result<Response<T>, Status>>,
{
    let mut attempt = 1;
    loop {
        match call().await {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(status) if attempt < ATTEMPTS_MAX && may_ask_again(&status) => {
                tokio::time::sleep(pause(&status, attempt)).await;
                attempt += 1;
            }
            Err(status) => return Err(status),
        }
    }
}

/// Whether nobody knows what became of a request, or it was only too early.
pub(super) fn may_ask_again(status: &Status) -> bool {
    let code_says = match status.code() {
        Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded | Code::Cancelled => true,
        Code::Ok
        | Code::Unknown
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => false,
    };
    // A connection that broke in the middle of an answer has any code, but it has a cause on this side.
    code_says || std::error::Error::source(status).is_some()
}

/// Whether the service said no to what was asked, as opposed to not answering it.
pub(super) fn is_refusal(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::OutOfRange
    )
}

/// How long to wait before attempt `attempt` + 1: as the service says, else twice as long each time.
pub(super) fn pause(status: &Status, attempt: u32) -> Duration {
    let said = status.get_details_retry_info().and_then(|info| info.retry_delay);
    let doubled = PAUSE_MIN.saturating_mul(1u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
    said.unwrap_or(doubled).min(PAUSE_MAX)
}

/// Does all jobs, [`CALLS_MAX`] at once, and gives what came of them in no order.
pub(super) async fn at_once<T, E, Job>(jobs: impl IntoIterator<Item = Job>) -> Result<Vec<T>, E>
where
    Job: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<Status> + Send + 'static,
{
    let (mut running, mut done) = (JoinSet::new(), Vec::new());
    let mut jobs = jobs.into_iter();
    loop {
        while running.len() < CALLS_MAX
            && let Some(job) = jobs.next()
        {
            running.spawn(job);
        }
        let Some(ended) = running.join_next().await else { return Ok(done) };
        done.push(ended.map_err(|error| Status::internal(error.to_string()))??);
    }
}

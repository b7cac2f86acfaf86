//! The gRPC edge: bytes become words, words become bytes. The only layer that knows tonic.
//!
//! Owns messages, codes and streams. Knows no rule: a handler reads what is asked, hands it down, and says
//! what came back. Who calls was found out at the gate.
//!
//! - Nothing waits in here but for the disk: a full queue is answered at once, and what reads the disk runs
//!   beside the runtime, a bounded number at a time.
//! - A refusal is counted, never logged; no name, number or text of a member is logged at all.
//!
//! | to find | look in |
//! |---|---|
//! | which code a reason is answered with | `reasons.rs` |
//! | letters, and records of help | `letters/` |
//! | errors on the wire | `not_done.rs` |
//! | who calls, and whether they may | `gate/`; what they reach: `reach.rs` |
//! | the calls | `ledger.rs`, `activities.rs`, `audit.rs`, `access.rs`, `directory/`, `exchange/`, `redemption/`, `hooks/`; streams: `batches/`, `watch.rs` |
//! | requests → commands | `fields.rs`, `commands.rs`, `asked.rs` |
//! | facts → messages | `answers.rs` |
//! | what a call reads | `reads.rs`, `statement.rs`, `moments.rs`; pages: `pages.rs` |
//! | the way of a write, sealing | `installation.rs` |

mod access;
mod activities;
mod answers;
mod asked;
mod audit;
mod batches;
mod commands;
mod directory;
mod exchange;
mod fields;
mod gate;
mod hooks;
mod installation;
mod ledger;
mod letters;
mod moments;
mod not_done;
mod pages;
mod reach;
mod reads;
pub mod reasons;
mod redemption;
mod statement;
mod watch;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tonic::{Response, Status};
use tracing::Instrument;

pub use batches::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, BATCH_PARTS_MAX, Batch, BatchCodec, UNANSWERED_MAX};
pub use gate::{GateLayer, Peer};
pub use hooks::begin_sending;
pub use installation::{Calling, Installation};
use not_done::NotDone;
pub use redemption::Tills;

use crate::access::tokens::Tokens;
use crate::access::{Allowed, Caller};
use crate::ledger::Clock;
use crate::telemetry::{Metrics, names};
use gate::Guessing;

/// Streams of batches at once: each may hold four batches in memory.
const BATCH_STREAMS_MAX: usize = 16;
/// Calls that wait for an entry to come, at once.
const WAITING_MAX: usize = 1_024;
/// Streams of entries at once.
const WATCH_STREAMS_MAX: usize = 1_000;

/// Answers calls; cheap to clone. Says UNAVAILABLE until the books are open.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
}

/// What a service begins with.
pub struct Starting {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// How long a stream of batches may be quiet before it is ended.
    pub quiet_max: Duration,
    /// How long a wrong key or token waits for its answer, where too many come from one address.
    pub wrong_key_wait: Duration,
    /// Judges tokens of an identity provider, if there is one.
    pub tokens: Option<Tokens>,
    /// What is counted.
    pub metrics: Metrics,
}

struct Shared {
    installation: OnceLock<Arc<Installation>>,
    /// Whoever calls on the machine of a network without keys.
    local_operator: Arc<Caller>,
    /// Judges tokens, where the network has an identity provider.
    tokens: Option<Tokens>,
    guessing: Guessing,
    metrics: Metrics,
    /// How long a stream of batches may be quiet.
    quiet_max: Duration,
    batch_streams: Arc<Semaphore>,
    watch_streams: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Service {
    /// A service whose books are not open yet.
    #[must_use]
    pub fn starting(starting: Starting) -> Self {
        let Starting { clock, quiet_max, wrong_key_wait, tokens, metrics } = starting;
        Self {
            shared: Arc::new(Shared {
                installation: OnceLock::new(),
                local_operator: Arc::new(Caller::local_operator()),
                tokens,
                guessing: Guessing::new(clock, wrong_key_wait),
                metrics,
                quiet_max,
                batch_streams: Arc::new(Semaphore::new(BATCH_STREAMS_MAX)),
                watch_streams: Arc::new(Semaphore::new(WATCH_STREAMS_MAX)),
                waiting: Semaphore::new(WAITING_MAX),
            }),
        }
    }

    /// The books are open. Once.
    pub fn open(&self, installation: Arc<Installation>) {
        let _the_first_counts = self.shared.installation.set(installation);
    }

    fn books(&self) -> Result<Arc<Installation>, NotDone> {
        let open = self.shared.installation.get().cloned();
        open.ok_or(NotDone::NotServing("the books are still being read; ask again shortly"))
    }

    /// Whether one more batch would be taken, as far as can be said now.
    fn has_room(&self) -> bool {
        self.shared.installation.get().is_none_or(|books| books.network.ledger.has_room())
    }

    /// The books, and what the gate let in, if that has not ended while the message came.
    fn allowed<T>(&self, request: &tonic::Request<T>) -> Result<(Arc<Installation>, Allowed), NotDone> {
        let books = self.books()?;
        let allowed = request.extensions().get::<Allowed>().cloned();
        let allowed =
            allowed.ok_or_else(|| NotDone::NotLetIn("this call did not come through the gate".to_owned()))?;
        books.still(&allowed)?;
        Ok((books, allowed))
    }

    /// Reads something, of what the caller may see.
    async fn read<Q: Send + 'static, T: Send + 'static>(
        &self,
        request: tonic::Request<Q>,
        read: impl FnOnce(&Installation, &Allowed, Q) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let done = async {
            let (books, allowed) = self.allowed(&request)?;
            books.reading(move |books| read(books, &allowed, request.into_inner())).await
        };
        self.answer(done.instrument(tracing::info_span!(names::SPAN_READ)).await)
    }

    /// Reads what may mean reading the whole journal.
    async fn ask<Q: Send + 'static, T: Send + 'static>(
        &self,
        request: tonic::Request<Q>,
        ask: impl FnOnce(&Installation, &Allowed, Q) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let done = async {
            let (books, allowed) = self.allowed(&request)?;
            books.asking(move |books| ask(books, &allowed, request.into_inner())).await
        };
        self.answer(done.instrument(tracing::info_span!(names::SPAN_READ)).await)
    }

    /// Writes what is more than one command, beside the runtime.
    async fn change<Q: Send + 'static, T: Send + 'static>(
        &self,
        request: tonic::Request<Q>,
        change: impl FnOnce(&Installation, &Allowed, Q) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let done = async {
            let (books, allowed) = self.allowed(&request)?;
            books.writing(move |books| change(books, &allowed, request.into_inner())).await
        };
        self.answer(done.await)
    }

    fn status_of(&self, not_done: NotDone) -> Status {
        if let Some(reason) = not_done.reason() {
            self.shared.metrics.refused(reason);
        }
        Status::from(not_done)
    }

    /// An answer, or why there is none; a refusal is counted.
    fn answer<T>(&self, done: Result<T, NotDone>) -> Result<Response<T>, Status> {
        done.map(Response::new).map_err(|not_done| self.status_of(not_done))
    }
}

//! The gRPC edge: bytes become words, words become bytes. The only layer that knows tonic.
//!
//! Owns messages, codes and streams. Knows no rule: a handler reads what is asked, hands it down, and says
//! what came back. Every call acts as the local operator until callers have to say who they are; the server
//! listens on loopback only for as long.
//!
//! - Nothing waits in here but for the disk: a full queue is answered at once, and what reads the disk runs
//!   beside the runtime, a bounded number at a time.
//! - A refusal is counted, never logged; no name, number or text of a member is logged at all.
//!
//! | to find | look in |
//! |---|---|
//! | which code a reason is answered with | `reasons.rs` |
//! | errors on the wire | `not_done.rs` |
//! | the calls | `ledger.rs`, `audit.rs`; streams: `batches/`, `watch.rs` |
//! | requests → commands | `fields.rs`, `commands.rs`, `asked.rs` |
//! | facts → messages | `answers.rs` |
//! | what a call reads | `reads.rs`, `statement.rs`, `moments.rs`; pages: `pages.rs` |
//! | the way of a write, sealing | `installation.rs` |

mod answers;
mod asked;
mod audit;
mod batches;
mod commands;
mod fields;
mod installation;
mod ledger;
mod moments;
mod not_done;
mod pages;
mod reads;
pub mod reasons;
mod statement;
mod watch;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tonic::{Response, Status};
use tracing::Instrument;

pub use batches::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, BATCH_PARTS_MAX, Batch, BatchCodec, UNANSWERED_MAX};
pub use installation::Installation;
use not_done::NotDone;

use crate::telemetry::{Metrics, names};

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

struct Shared {
    installation: OnceLock<Arc<Installation>>,
    metrics: Metrics,
    /// How long a stream of batches may be quiet.
    quiet_max: Duration,
    batch_streams: Arc<Semaphore>,
    watch_streams: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Service {
    /// A service whose books are not open yet, and which ends a stream of batches that is quiet for longer
    /// than `quiet_max`.
    #[must_use]
    pub fn starting(metrics: Metrics, quiet_max: Duration) -> Self {
        Self {
            shared: Arc::new(Shared {
                installation: OnceLock::new(),
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

    /// Reads something.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Installation) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let done = async { self.books()?.reading(read).await };
        self.answer(done.instrument(tracing::info_span!(names::SPAN_READ)).await)
    }

    /// Reads what may mean reading the whole journal.
    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Installation) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let done = async { self.books()?.asking(ask).await };
        self.answer(done.instrument(tracing::info_span!(names::SPAN_READ)).await)
    }

    /// An answer, or why there is none; a refusal is counted.
    fn answer<T>(&self, done: Result<T, NotDone>) -> Result<Response<T>, Status> {
        done.map(Response::new).map_err(|not_done| {
            if let Some(reason) = not_done.reason() {
                self.shared.metrics.refused(reason);
            }
            Status::from(not_done)
        })
    }
}

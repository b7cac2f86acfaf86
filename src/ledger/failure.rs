//! Fail stop: after one failed write nothing is accepted until the process restarts.
//!
//! An error from append, flush or sync is never retried: the disk may have kept any part of it, and
//! only reading it again from the start can tell. So nothing decided is ever un-decided while the
//! process lives.

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The exit code of a process whose ledger stopped.
pub const FAIL_STOP_EXIT_CODE: i32 = 70;

/// Why the ledger stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The journal did not take a batch.
    #[error("the journal did not take a batch: {0}. Restart: what was acknowledged is there")]
    Journal(String),
    /// A write did not return in time.
    #[error("a write has not returned for {seconds} seconds. Restart, and look at the disk")]
    Stuck {
        /// How long it has been waited for.
        seconds: u64,
    },
    /// A thread of the ledger ended by itself: a defect in Hourbook.
    #[error("the {thread} thread ended unexpectedly: {what}")]
    ThreadEnded {
        /// Which.
        thread: &'static str,
        /// What it said last.
        what: String,
    },
}

/// What to do when the ledger stops; runs on the thread that found out.
pub type OnFailure = Box<dyn Fn(&Failure) + Send + Sync>;

/// Says why on standard error and ends the process with [`FAIL_STOP_EXIT_CODE`].
pub fn exit_process(failure: &Failure) {
    // Standard error may be on the disk that failed; then the exit code has to say it alone.
    let _unheard = writeln!(std::io::stderr(), "hourbook: the ledger stopped: {failure}");
    std::process::exit(FAIL_STOP_EXIT_CODE);
}

/// Remembers the first failure; every thread looks here.
pub struct FailStop {
    failure: OnceLock<Failure>,
    on_failure: OnFailure,
    // The disk's time is real time, whatever the ledger's clock is told.
    since: Instant,
    /// Milliseconds after `since` at which the write under way began, and one; 0 for none.
    writing: AtomicU64,
}

impl FailStop {
    /// Nothing failed yet.
    #[must_use]
    pub fn new(on_failure: OnFailure) -> Self {
        Self { failure: OnceLock::new(), on_failure, since: Instant::now(), writing: AtomicU64::new(0) }
    }

    /// Stops the ledger for good. The first failure counts.
    pub fn stop(&self, failure: Failure) {
        if self.failure.set(failure).is_ok()
            && let Some(failure) = self.failure.get()
        {
            (self.on_failure)(failure);
        }
    }

    /// Why the ledger stopped, if it has.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.get()
    }

    /// A write begins.
    pub fn writing(&self) {
        self.writing.store(self.millis().saturating_add(1), Ordering::Release);
    }

    /// The write returned.
    pub fn written(&self) {
        self.writing.store(0, Ordering::Release);
    }

    /// Stops the ledger if a write has been under way for longer than `seconds_max`.
    pub fn watch(&self, seconds_max: u64) {
        let Some(began) = self.writing.load(Ordering::Acquire).checked_sub(1) else { return };
        let seconds = self.millis().saturating_sub(began) / 1_000;
        if seconds > seconds_max {
            self.stop(Failure::Stuck { seconds });
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

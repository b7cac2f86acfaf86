//! What the threads of the ledger and its callers have in common. Everything here is safe to touch from
//! any of them; who may write what stands at each field's type.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use super::bell::Bell;
use super::bounds::Bounds;
use super::clock::Clock;
use super::failure::FailStop;
use super::relay::Relay;
use super::request_ids::Runs;
use super::submission::Submission;
use super::views::Views;
use super::work::Work;

/// What poster, committer and callers share.
pub struct Shared {
    /// The way from callers to the poster and on to the committer.
    pub relay: Relay<Submission, Work>,
    /// Whether the ledger stopped.
    pub fail_stop: FailStop,
    /// Whether the disk is nearly full.
    pub disk_low: AtomicBool,
    /// What anybody can see.
    pub views: Arc<Views>,
    /// Batches written since the start.
    pub batches: AtomicU64,
    /// Whether poster and committer have ended, and the followers are to.
    pub ended: AtomicBool,
    /// The position at which the next checkpoint is due.
    pub checkpoint_due: AtomicU64,
    /// Where ids of older entries are looked up.
    pub runs: Arc<Runs>,
    /// The position at which the next run of request ids is due.
    pub run_due: AtomicU64,
    /// Wakes the thread that writes runs.
    pub run_bell: Bell,
    /// Wakes the thread that writes checkpoints.
    pub checkpoint_bell: Bell,
    /// Wakes the watchdog for its end.
    pub watchdog_bell: Bell,
    /// Both clocks.
    pub clock: Arc<dyn Clock>,
    /// How many of everything.
    pub bounds: Bounds,
}

//! Opening the books: acquire the journal, recover, look at the clock, start the threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::thread::JoinHandle;

use tokio::sync::watch;

use super::bell::Bell;
use super::bounds::Bounds;
use super::checkpoint::Checkpoints;
use super::clock::{AHEAD_MICROS_MAX, BEHIND_MICROS_MAX, Clock, SystemClock};
use super::committer::{Committer, FreeBytes, OnBatch};
use super::failure::{FailStop, Failure, OnFailure, exit_process};
use super::follower::{self, OnCheckpoint};
use super::poster::Poster;
use super::recovery::{self, Recovered, RecoveryError};
use super::relay::Relay;
use super::request_ids::{IdsError, Keeper, Recent, Runs, Seed};
use super::sameness::TextIsGone;
use super::shared::Shared;
use super::submission::Submission;
use super::views::Views;
use super::work::Work;
use super::{Books, Ledger};
use crate::domain::Timestamp;
use crate::journal::{Journal, JournalError};

/// Whether a clock far ahead of the books is believed at start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AcceptClock {
    /// At most 30 days ahead.
    #[default]
    IfNear,
    /// An operator says that it is right.
    Yes,
}

/// What a ledger needs beside its journal.
pub struct Options {
    /// How many of everything.
    pub bounds: Bounds,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Whether a clock far ahead is believed at start.
    pub accept_clock: AcceptClock,
    /// Where checkpoints are.
    pub checkpoints: Checkpoints,
    /// The folder for request ids of older entries; derived. None keeps all of them in memory, up to
    /// `Bounds::recent_ids_max`.
    pub request_ids: Option<PathBuf>,
    /// Randomness nobody outside knows, for finding request ids.
    pub seed: Seed,
    /// How much room the disk has.
    pub free_bytes: FreeBytes,
    /// Of which sealed texts the key was erased.
    pub text_is_gone: Arc<TextIsGone>,
    /// Who hears of every batch.
    pub on_batch: OnBatch,
    /// Who hears of every checkpoint.
    pub on_checkpoint: OnCheckpoint,
    /// What to do when the ledger stops.
    pub on_failure: OnFailure,
}

impl Default for Options {
    /// The machine's clock, no checkpoints, a disk without end, and a process that exits on failure.
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            clock: Arc::new(SystemClock),
            accept_clock: AcceptClock::IfNear,
            checkpoints: Checkpoints::none(),
            request_ids: None,
            seed: Seed::of_the_machine(),
            free_bytes: Box::new(|| Ok(u64::MAX)),
            text_is_gone: Arc::new(|_| false),
            on_batch: Box::new(|_| {}),
            on_checkpoint: Box::new(|_| {}),
            on_failure: Box::new(exit_process),
        }
    }
}

/// Why the books could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The journal could not be acquired.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal could not be read back.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// Where request ids of older entries are cannot be used.
    #[error(transparent)]
    Ids(#[from] IdsError),
    /// The clock is behind the newest entry.
    #[error(
        "the clock says {now}, but the newest entry was written at {recorded_at}: correct the clock. \
         Entries are never dated before the ones they follow"
    )]
    ClockBehind {
        /// The clock.
        now: Timestamp,
        /// The newest entry.
        recorded_at: Timestamp,
    },
    /// The clock is more than 30 days ahead of the newest entry.
    #[error(
        "the clock says {now}, more than 30 days after the newest entry ({recorded_at}). If that is right, \
         accept the clock (--accept-clock); if not, correct it: every hold due by then would end for good"
    )]
    ClockAhead {
        /// The clock.
        now: Timestamp,
        /// The newest entry.
        recorded_at: Timestamp,
    },
    /// A thread could not be started.
    #[error("a thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl Ledger {
    /// Opens the books in `journal`.
    ///
    /// # Errors
    /// [`OpenError`]; nothing but an unsealed tail of the journal was touched.
    pub fn open(mut journal: Box<dyn Journal>, options: Options) -> Result<Self, OpenError> {
        let tip = journal.acquire()?;
        let reader = journal.reader();
        let keeper = options.request_ids.map(|folder| {
            let mut keeper = Keeper::open(folder, &*reader, options.seed, options.bounds.run_entries)?;
            match keeper.complete(&*reader) {
                // What is not on disk must fit into memory then, or opening fails.
                Err(error @ IdsError::Io { .. }) => {
                    tracing::warn!(%error, "request ids were not written; trying again later");
                }
                completed @ (Ok(()) | Err(IdsError::Journal(_) | IdsError::Unreadable(_))) => completed?,
            }
            Ok::<_, IdsError>(keeper)
        });
        let keeper = keeper.transpose()?;
        let runs = keeper.as_ref().map_or_else(Arc::<Runs>::default, Keeper::runs);
        let ids = Recent::new(options.seed, runs.through(), options.bounds.recent_ids_max);
        let Recovered { state, ids, checkpoint } =
            recovery::at_tip(&*reader, &options.checkpoints, ids, &options.bounds)?;
        clock_fits(&*options.clock, state.recorded_at, tip.position.is_zero(), options.accept_clock)?;

        let views = Arc::new(Views::of(&state));
        let due = checkpoint.get().saturating_add(options.bounds.checkpoint_entries);
        let low = (options.free_bytes)().is_ok_and(|free| free < options.bounds.disk_headroom_bytes);
        let shared = Arc::new(Shared {
            relay: Relay::new(options.bounds.queue_submissions_max),
            fail_stop: FailStop::new(options.on_failure),
            disk_low: AtomicBool::new(low),
            views,
            batches: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            checkpoint_due: AtomicU64::new(due),
            run_due: AtomicU64::new(keeper.as_ref().map_or(u64::MAX, |keeper| keeper.due().get())),
            run_bell: Bell::default(),
            runs,
            checkpoint_bell: Bell::default(),
            watchdog_bell: Bell::default(),
            clock: options.clock,
            bounds: options.bounds,
        });
        let poster = Poster::new(Arc::clone(&shared), state, ids);
        let committer =
            Committer::new(Arc::clone(&shared), journal, tip, options.free_bytes, options.on_batch);
        // Made before the threads: should one not start, dropping it ends those that did.
        let mut ledger = Self {
            books: Books::new(Arc::clone(&reader), Arc::clone(&shared.views)),
            shared,
            text_is_gone: options.text_is_gone,
            checkpoints: options.checkpoints,
            posting: Vec::new(),
            following: Vec::new(),
            alive: watch::Sender::new(()),
        };
        let shared = &ledger.shared;
        ledger.posting.push(guarded("poster", shared, move || poster.run(), Relay::poster_left)?);
        ledger.posting.push(guarded("committer", shared, move || committer.run(), Relay::committer_left)?);
        if let Some(keeper) = keeper {
            ledger.following.push(follower::write_runs(shared, Arc::clone(&reader), keeper)?);
        }
        ledger.following.push(follower::write_checkpoints(
            shared,
            reader,
            ledger.checkpoints.clone(),
            options.on_checkpoint,
        )?);
        ledger.following.push(follower::watch_writes(shared)?);
        Ok(ledger)
    }
}

/// A thread whose unexpected end stops the ledger, so that nobody waits for ever.
fn guarded(
    name: &'static str,
    shared: &Arc<Shared>,
    run: impl FnOnce() + Send + 'static,
    left: fn(&Relay<Submission, Work>),
) -> std::io::Result<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    std::thread::Builder::new().name(format!("hourbook-{name}")).spawn(move || {
        let ended = catch_unwind(AssertUnwindSafe(run));
        if let Err(panic) = ended {
            let what = panic.downcast_ref::<String>().cloned();
            let what = what.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            shared.fail_stop.stop(Failure::ThreadEnded { thread: name, what: what.unwrap_or_default() });
            left(&shared.relay);
        }
    })
}

fn clock_fits(
    clock: &dyn Clock,
    recorded_at: Timestamp,
    is_new: bool,
    accept: AcceptClock,
) -> Result<(), OpenError> {
    let now = clock.now().wall;
    let ahead = now.micros_since(recorded_at);
    if is_new {
        return Ok(()); // There is nothing to be ahead of.
    }
    if ahead < -BEHIND_MICROS_MAX {
        return Err(OpenError::ClockBehind { now, recorded_at });
    }
    if ahead > AHEAD_MICROS_MAX && accept == AcceptClock::IfNear {
        return Err(OpenError::ClockAhead { now, recorded_at });
    }
    Ok(())
}

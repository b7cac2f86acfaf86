//! Threads beside the posting path: one writes checkpoints, one puts request ids on disk, one watches
//! the disk's answers.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::checkpoint::{CheckpointError, Checkpoints};
use super::failure::Failure;
use super::recovery;
use super::request_ids::{GoOn, Keeper};
use super::shared::Shared;
use crate::domain::Sequence;
use crate::journal::JournalReader;

/// Hears of every checkpoint: everything up to this position is on disk. On the thread that writes them,
/// which may wait for it.
pub type OnCheckpoint = Box<dyn Fn(Sequence) + Send>;

/// Writes a checkpoint at the newest batch end: the checkpoint before, and what was written since.
/// Returns its position.
pub fn checkpoint(
    reader: &dyn JournalReader,
    checkpoints: &Checkpoints,
) -> Result<Sequence, CheckpointError> {
    let state = recovery::at_position(reader, checkpoints, reader.tip().position)?;
    checkpoints.write(&state, reader)?;
    Ok(state.position)
}

/// Writes checkpoints whenever enough entries have been acknowledged, until the ledger has ended. A
/// follower: it reads the journal and is never waited for. A checkpoint that cannot be written is
/// tried again later; the books do not need it.
pub fn write_checkpoints(
    shared: &Arc<Shared>,
    reader: Arc<dyn JournalReader>,
    checkpoints: Checkpoints,
    on_checkpoint: OnCheckpoint,
) -> io::Result<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    thread::Builder::new().name("hourbook-checkpoints".into()).spawn(move || {
        shared.checkpoint_bell.own();
        while !shared.ended.load(Ordering::Acquire) {
            let position = shared.views.position().get();
            if position >= shared.checkpoint_due.load(Ordering::Relaxed) {
                if matches!(reader.all_in_place(), Ok(false)) {
                    let what = "a value was put where nothing syncs it".to_owned();
                    shared.fail_stop.stop(Failure::Journal(what));
                    return;
                }
                match checkpoint(&*reader, &checkpoints) {
                    Ok(position) => on_checkpoint(position),
                    Err(error) => {
                        tracing::warn!(%error, "a checkpoint was not written; the next start takes longer");
                    }
                }
                let next = position.saturating_add(shared.bounds.checkpoint_entries);
                shared.checkpoint_due.store(next, Ordering::Relaxed);
            }
            shared.checkpoint_bell.sleep(Duration::from_secs(60));
        }
    })
}

/// Puts the request ids of older entries on disk, until the ledger has ended. A follower like the one
/// above: what fails is tried again, and the ledger takes new entries until its memory for ids is full.
pub fn write_runs(
    shared: &Arc<Shared>,
    reader: Arc<dyn JournalReader>,
    mut keeper: Keeper,
) -> io::Result<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    thread::Builder::new().name("hourbook-request-ids".into()).spawn(move || {
        shared.run_bell.own();
        let go_on = || if shared.ended.load(Ordering::Acquire) { GoOn::No } else { GoOn::Yes };
        while go_on() == GoOn::Yes {
            let written = keeper.keep_up(&*reader, &go_on);
            shared.run_due.store(keeper.due().get(), Ordering::Relaxed);
            if let Err(error) = &written {
                tracing::warn!(%error, "request ids were not written; trying again");
            }
            // Full memory does not ring: no entry comes then.
            let again = if written.is_ok() { 60 } else { 1 };
            shared.run_bell.sleep(Duration::from_secs(again));
        }
    })
}

/// Stops the ledger when a write does not return: the thread that waits for it could not say so.
pub fn watch_writes(shared: &Arc<Shared>) -> io::Result<JoinHandle<()>> {
    let shared = Arc::clone(shared);
    thread::Builder::new().name("hourbook-watchdog".into()).spawn(move || {
        shared.watchdog_bell.own();
        while !shared.ended.load(Ordering::Acquire) {
            shared.fail_stop.watch(shared.bounds.append_deadline_seconds);
            shared.watchdog_bell.sleep(Duration::from_secs(1));
        }
    })
}

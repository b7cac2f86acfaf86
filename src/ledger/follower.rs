//! Threads beside the posting path: one writes checkpoints, one watches the disk's answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use super::checkpoint::{CheckpointError, Checkpoints};
use super::poster::Shared;
use super::recovery;
use super::views::Views;
use crate::journal::JournalReader;

/// Writes a checkpoint at the newest batch end: the checkpoint before, and what was written since.
pub fn checkpoint(reader: &dyn JournalReader, checkpoints: &Checkpoints) -> Result<(), CheckpointError> {
    let state = recovery::at_position(reader, checkpoints, reader.tip().position)?;
    checkpoints.write(&state, reader)
}

/// Writes checkpoints whenever enough entries have been acknowledged. A follower: it reads the
/// journal and is never waited for. A checkpoint that cannot be written is tried again later; the
/// books do not need it.
pub fn run(
    shared: &Shared,
    views: &Views,
    reader: &dyn JournalReader,
    checkpoints: &Checkpoints,
    ended: &AtomicBool,
) {
    views.checkpoint_bell.own();
    while !ended.load(Ordering::Acquire) {
        let position = views.position().get();
        if position >= views.checkpoint_due.load(Ordering::Relaxed) {
            let _unneeded = checkpoint(reader, checkpoints);
            let next = position.saturating_add(shared.bounds.checkpoint_entries);
            views.checkpoint_due.store(next, Ordering::Relaxed);
        }
        views.checkpoint_bell.sleep(Duration::from_secs(60));
    }
}

/// Ends the process when a write does not return: nobody else could say so.
pub struct Watchdog {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Watches from a thread of its own until dropped.
    pub fn start(shared: Arc<Shared>) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = std::thread::Builder::new().name("hourbook-watchdog".into()).spawn(move || {
            while stopped.recv_timeout(Duration::from_secs(1)) == Err(mpsc::RecvTimeoutError::Timeout) {
                shared
                    .fail_stop
                    .watch(shared.clock.now().monotonic_micros, shared.bounds.append_deadline_seconds);
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

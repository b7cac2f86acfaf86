//! The one thread that waits for the disk: append, publish, then answer, in this order (I4, I5).

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::shared::Shared;
use super::work::Work;
use crate::journal::{Journal, Tip};

/// Bytes free on the disk the books are on.
pub type FreeBytes = Box<dyn Fn() -> io::Result<u64> + Send>;

/// Hears of every batch that is on disk; on the committer's thread, so it must not wait.
pub type OnBatch = Box<dyn Fn(&BatchWritten) + Send>;

/// What there is to know of a batch without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchWritten {
    /// Entries in it.
    pub entries: u32,
    /// Bytes of their records.
    pub bytes: usize,
    /// How long writing and syncing took.
    pub took: Duration,
    /// Submissions that waited for the poster when it was done.
    pub queued: usize,
}

/// How long the committer sleeps at most.
const WITHOUT_WORK: Duration = Duration::from_secs(60);
/// How often a low disk is looked at.
const WHILE_LOW: Duration = Duration::from_secs(1);

/// The committer's own.
pub struct Committer {
    shared: Arc<Shared>,
    journal: Box<dyn Journal>,
    tip: Tip,
    free_bytes: FreeBytes,
    on_batch: OnBatch,
}

impl Committer {
    /// A committer that goes on from `tip`, which the journal was acquired at.
    pub fn new(
        shared: Arc<Shared>,
        journal: Box<dyn Journal>,
        tip: Tip,
        free_bytes: FreeBytes,
        on_batch: OnBatch,
    ) -> Self {
        Self { shared, journal, tip, free_bytes, on_batch }
    }

    /// Runs until the poster is done or a write fails.
    pub fn run(mut self) {
        self.shared.handoff.bell().own();
        loop {
            // Read before looking for work: what came before the end is still taken.
            let ended = self.shared.handoff.has_ended();
            if let Some(work) = self.shared.handoff.take() {
                let Some(work) = self.commit(work) else {
                    return self.shared.queue.bell().ring(); // The poster looks for itself why.
                };
                self.shared.handoff.give_back(work);
                self.shared.queue.bell().ring();
            } else if ended {
                return;
            } else {
                self.wait_for_work();
            }
        }
    }

    /// Sleeps until there is work. While the disk is low it is looked at now and then, so that what is
    /// due is recorded once there is room, also while nobody calls.
    fn wait_for_work(&self) {
        if !self.shared.disk_low.load(Ordering::Relaxed) {
            return self.shared.handoff.bell().sleep(WITHOUT_WORK);
        }
        self.shared.handoff.bell().sleep(WHILE_LOW);
        self.look_at_disk();
        if !self.shared.disk_low.load(Ordering::Relaxed) {
            self.shared.queue.bell().ring();
        }
    }

    /// Nothing comes back if the write failed: the ledger has stopped then.
    fn commit(&mut self, mut work: Work) -> Option<Work> {
        if !work.batch.is_empty() {
            self.shared.fail_stop.writing();
            let began = Instant::now();
            let appended = self.journal.append(&self.tip, &work.batch);
            self.shared.fail_stop.written();
            match appended {
                Ok(tip) => self.tip = tip,
                Err(error) => {
                    // Before the answers are dropped unsent: whoever waits must learn why.
                    self.shared.fail_stop.stop(Failure::Journal(error.to_string()));
                    return None;
                }
            }
            self.shared.batches.fetch_add(1, Ordering::Relaxed);
            self.publish(&work);
            (self.on_batch)(&BatchWritten {
                entries: work.batch.count(),
                bytes: work.batch.bytes(),
                took: began.elapsed(),
                queued: self.shared.queue.len(),
            });
        }
        self.look_at_disk();
        for answer in work.answers.drain(..) {
            answer.send();
        }
        Some(work)
    }

    /// Shows what the batch did. Balances come before the position: whoever waits for a position
    /// finds at least what belongs to it.
    fn publish(&self, work: &Work) {
        self.shared.views.publish(work);
        self.shared.views.acknowledge(self.tip.position);
        if self.tip.position.get() >= self.shared.checkpoint_due.load(Ordering::Relaxed) {
            self.shared.checkpoint_bell.ring();
        }
        if self.tip.position.get() >= self.shared.run_due.load(Ordering::Relaxed) {
            self.shared.run_bell.ring();
        }
    }

    /// Says `DISK_LOW` while there is still room for what is on its way.
    fn look_at_disk(&self) {
        let low = (self.free_bytes)().is_ok_and(|free| free < self.shared.bounds.disk_headroom_bytes);
        self.shared.disk_low.store(low, Ordering::Relaxed);
    }
}

//! The one thread that waits for the disk: append, publish, then answer, in this order (I4, I5).

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::failure::Failure;
use super::poster::Shared;
use super::views::Views;
use super::work::Work;
use crate::journal::{Journal, Tip};

/// Bytes free on the disk the books are on.
pub type FreeBytes = Box<dyn Fn() -> io::Result<u64> + Send>;

/// The committer's own.
pub struct Committer {
    shared: Arc<Shared>,
    views: Arc<Views>,
    journal: Box<dyn Journal>,
    tip: Tip,
    free_bytes: FreeBytes,
}

impl Committer {
    /// A committer that goes on from `tip`, which the journal was acquired at.
    pub fn new(
        shared: Arc<Shared>,
        views: Arc<Views>,
        journal: Box<dyn Journal>,
        tip: Tip,
        free_bytes: FreeBytes,
    ) -> Self {
        Self { shared, views, journal, tip, free_bytes }
    }

    /// Runs until the poster is done or a write fails.
    pub fn run(mut self) {
        self.shared.handoff.bell().own();
        loop {
            // Read before looking for work: what came before the end is still taken.
            let ended = self.shared.handoff.has_ended();
            if let Some(work) = self.shared.handoff.take() {
                match self.commit(work) {
                    Ok(work) => self.shared.handoff.give_back(work),
                    Err(failure) => {
                        // Whoever waits hears that it is not known: their answers are dropped unsent.
                        self.shared.fail_stop.stop(failure);
                        self.shared.queue.bell().ring();
                        return;
                    }
                }
                self.shared.queue.bell().ring();
            } else if ended {
                return;
            } else {
                self.shared.handoff.bell().sleep(Duration::from_secs(60));
            }
        }
    }

    fn commit(&mut self, mut work: Work) -> Result<Work, Failure> {
        if !work.batch.is_empty() {
            self.shared.fail_stop.writing(self.shared.clock.now().monotonic_micros);
            let appended = self.journal.append(&self.tip, &work.batch);
            self.shared.fail_stop.written();
            self.tip = appended.map_err(|error| Failure::Journal(error.to_string()))?;
            self.shared.batches.fetch_add(1, Ordering::Relaxed);
            self.publish(&work);
        }
        self.look_at_disk();
        for answer in work.answers.drain(..) {
            answer.send();
        }
        Ok(work)
    }

    /// Shows what the batch did. Balances come before the position: whoever waits for a position
    /// finds at least what belongs to it.
    fn publish(&self, work: &Work) {
        self.views.publish(work);
        self.shared.acknowledged.store(self.tip.position.get(), Ordering::Release);
        self.views.acknowledge(self.tip.position);
    }

    /// Says `DISK_LOW` while there is still room for what is on its way.
    fn look_at_disk(&self) {
        let low = (self.free_bytes)().is_ok_and(|free| free < self.shared.bounds.disk_headroom_bytes);
        self.shared.disk_low.store(low, Ordering::Relaxed);
    }
}

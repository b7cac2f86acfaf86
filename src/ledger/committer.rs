//! The one thread that waits for the disk: what each step of the gate does. Their order (I4, I5) is
//! `gate`'s, when to look for the next batch is `relay`'s.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::bell::Bell;
use super::failure::Failure;
use super::gate::{Acknowledged, Gate, Stopped};
use super::relay::Committing;
use super::shared::Shared;
use super::work::Work;
use crate::domain::Sequence;
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
    /// How long the newest write took.
    append_took: Duration,
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
        Self { shared, journal, tip, free_bytes, on_batch, append_took: Duration::ZERO }
    }

    /// Runs until the poster is done or a write fails.
    pub fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        shared.relay.commit(&mut self);
    }

    /// Says `DISK_LOW` while there is still room for what is on its way.
    fn look_at_disk(&self) {
        let low = (self.free_bytes)().is_ok_and(|free| free < self.shared.bounds.disk_headroom_bytes);
        self.shared.disk_low.store(low, Ordering::Relaxed);
    }
}

impl Gate<Work> for Committer {
    fn append(&mut self, work: &Work) -> Result<Option<Sequence>, Stopped> {
        if work.batch.is_empty() {
            return Ok(None);
        }
        self.shared.fail_stop.writing();
        let began = Instant::now();
        let appended = self.journal.append(&self.tip, &work.batch);
        self.append_took = began.elapsed();
        self.shared.fail_stop.written();
        match appended {
            Ok(tip) => self.tip = tip,
            Err(error) => {
                // Before the answers are dropped unsent: whoever waits must learn why.
                self.shared.fail_stop.stop(Failure::Journal(error.to_string()));
                return Err(Stopped);
            }
        }
        self.shared.batches.fetch_add(1, Ordering::Relaxed);
        Ok(Some(self.tip.position))
    }

    fn show(&self, work: &Work) {
        self.shared.views.publish(work);
    }

    fn acknowledged(&self) -> &Acknowledged {
        self.shared.views.acknowledged()
    }

    fn tell(&self, position: Sequence, work: &Work) {
        self.shared.views.tell(position);
        if position.get() >= self.shared.checkpoint_due.load(Ordering::Relaxed) {
            self.shared.checkpoint_bell.ring();
        }
        if position.get() >= self.shared.run_due.load(Ordering::Relaxed) {
            self.shared.run_bell.ring();
        }
        (self.on_batch)(&BatchWritten {
            entries: work.batch.count(),
            bytes: work.batch.bytes(),
            took: self.append_took,
            queued: self.shared.relay.queue.len(),
        });
    }

    fn answer(&self, work: &mut Work) {
        self.look_at_disk();
        for answer in work.answers.drain(..) {
            answer.send();
        }
        work.clear();
    }
}

impl Committing<Work> for Committer {
    /// While the disk is low it is looked at now and then, so that what is due is recorded once there
    /// is room, also while nobody calls.
    fn rest(&self, bell: &Bell) {
        if !self.shared.disk_low.load(Ordering::Relaxed) {
            return bell.sleep(WITHOUT_WORK);
        }
        bell.sleep(WHILE_LOW);
        self.look_at_disk();
        if !self.shared.disk_low.load(Ordering::Relaxed) {
            self.shared.relay.queue.bell().ring();
        }
    }
}

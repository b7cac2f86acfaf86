//! How batches go from the poster to the committer and come back empty: two lines and two flags.
//!
//! The poster gives only while the committer is free, so at most one batch lies here, and there are
//! at most three buffers: one being filled, one on its way or being written, one coming back.
//!
//! | operation | progress |
//! |---|---|
//! | `is_free`, `has_ended`, `end` | wait-free |
//! | `give`, `give_back` | wait-free: the slot is free and nobody else is at it |
//! | `take`, `leave` | blocking on a batch that is just being given (see `queue`): some instructions |

use super::bell::Bell;
use super::queue::{Haste, Queue};
use super::sync::{ArrayQueue, AtomicBool, Ordering};

/// Between the poster and the committer.
#[derive(Debug)]
pub struct Handoff<W> {
    inbox: Queue<W>,
    returned: ArrayQueue<W>,
    committer_is_free: AtomicBool,
    poster_is_done: AtomicBool,
}

impl<W> Default for Handoff<W> {
    fn default() -> Self {
        Self {
            inbox: Queue::new(1),
            returned: ArrayQueue::new(2),
            committer_is_free: AtomicBool::new(true),
            poster_is_done: AtomicBool::new(false),
        }
    }
}

impl<W: Default> Handoff<W> {
    /// Whether the committer can take a batch now. Stays true until `give`.
    pub fn is_free(&self) -> bool {
        self.committer_is_free.load(Ordering::Acquire)
    }

    /// Gives a batch to the committer, which must be free, and returns an empty one. If the committer
    /// has left, the batch is dropped: whoever waits for it hears that the ledger is gone.
    pub fn give(&self, work: W) -> W {
        self.committer_is_free.store(false, Ordering::Release);
        // The slot is empty: the committer took the last batch before it said it was free.
        let _gone = self.inbox.submit(work, Haste::Now);
        self.returned.pop().unwrap_or_default()
    }

    /// Says that no more batches come.
    pub fn end(&self) {
        self.poster_is_done.store(true, Ordering::Release);
        self.inbox.bell().ring();
    }

    /// The next batch. The committer's.
    pub fn take(&self) -> Option<W> {
        self.inbox.next()
    }

    /// Whether no more batches come; look for a last one after this says so.
    pub fn has_ended(&self) -> bool {
        self.poster_is_done.load(Ordering::Acquire)
    }

    /// Hands emptied buffers back and says that the committer is free.
    pub fn give_back(&self, work: W) {
        drop(self.returned.push(work));
        self.committer_is_free.store(true, Ordering::Release);
    }

    /// Says that nobody takes batches any more and drops what was given. The committer's.
    pub fn leave(&self) {
        self.inbox.close();
    }

    /// Rings when there is something for the committer.
    pub const fn bell(&self) -> &Bell {
        self.inbox.bell()
    }
}

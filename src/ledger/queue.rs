//! The way in: a bounded queue of submissions, many producers, one poster.
//!
//! `submit` is lock-free and never waits: a full queue is answered at once, so no handler ever
//! waits inside and memory is bounded. A client's batch is one slot.

use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_queue::ArrayQueue;

use super::bell::Bell;
use super::submission::Submission;

/// Submissions on their way to the poster.
#[derive(Debug)]
pub struct Queue {
    slots: ArrayQueue<Submission>,
    bell: Bell,
    closed: AtomicBool,
}

/// Why a submission was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// The queue is full; ask again shortly.
    Full,
    /// The poster is gone.
    Closed,
}

impl Queue {
    /// A queue of `submissions_max` slots.
    #[must_use]
    pub fn new(submissions_max: usize) -> Self {
        Self {
            slots: ArrayQueue::new(submissions_max.max(1)),
            bell: Bell::default(),
            closed: AtomicBool::new(false),
        }
    }

    /// Puts a submission in line and wakes the poster. Lock-free, never waits.
    ///
    /// # Errors
    /// [`NotTaken`] if there is no room or nobody to take it.
    pub fn submit(&self, submission: Submission) -> Result<(), NotTaken> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(NotTaken::Closed);
        }
        self.slots.push(submission).map_err(|_| NotTaken::Full)?;
        // The poster may have closed the queue and drained it before the push: then this slot would
        // never be answered, so whoever sees the queue closed drains it again.
        if self.closed.load(Ordering::SeqCst) {
            self.drain();
        }
        self.bell.ring();
        Ok(())
    }

    /// The next submission, if there is one. The poster's.
    pub(crate) fn next(&self) -> Option<Submission> {
        self.slots.pop()
    }

    /// Takes nothing more and drops what waits: its callers hear that the ledger is gone.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.drain();
    }

    /// Rings when there is something for the poster.
    pub(crate) const fn bell(&self) -> &Bell {
        &self.bell
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    fn drain(&self) {
        while self.slots.pop().is_some() {}
    }
}

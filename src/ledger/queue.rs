//! A bounded line with a bell: many who submit, one who takes. It is the way in to the poster, with a
//! client's batch as one slot, and, with one slot, the way on to the committer.
//!
//! A full queue is answered at once, so no handler ever waits inside and memory is bounded. Whatever
//! was taken in is either taken out by its owner or dropped when the queue closes: a submission that
//! carries an answer's way back is never forgotten in here.
//!
//! | operation | progress |
//! |---|---|
//! | `submit` | lock-free while there is room; bounded non-blocking when full or closed: that is said at once |
//! | `next`, `close` | no lock; blocking on a caller who has taken the next slot and not yet filled it |
//! | `len` | lock-free |
//!
//! crossbeam's queue has no lock, but a slot is taken in one step and filled or emptied in a second. Who
//! comes to that very slot in between spins, and then yields, for the few instructions that it takes, or
//! for as long as the system keeps that thread from running: the owner behind the caller at the head, and,
//! only when the queue is full, a caller behind either.

use super::bell::Bell;
use super::sync::{ArrayQueue, AtomicBool, Ordering};

/// What waits for the one thread that takes it.
#[derive(Debug)]
pub struct Queue<T> {
    slots: ArrayQueue<T>,
    bell: Bell,
    closed: AtomicBool,
    /// The owner sleeps, and somebody else will ring for it before long.
    dozing: AtomicBool,
    slots_max: usize,
}

/// Whether a submission is worth waking an owner for who will be woken soon anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// It is: there is much to do in it.
    Now,
    /// Waking costs more than what there is to do.
    Soon,
}

/// Why a submission was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// The queue is full; ask again shortly.
    Full,
    /// Whoever took from it is gone.
    Closed,
}

impl<T> Queue<T> {
    /// A queue of `slots_max` slots, at least one.
    #[must_use]
    pub fn new(slots_max: usize) -> Self {
        Self {
            slots: ArrayQueue::new(slots_max.max(1)),
            bell: Bell::default(),
            closed: AtomicBool::new(false),
            dozing: AtomicBool::new(false),
            slots_max,
        }
    }

    /// Puts a submission in line and sees to it that the owner looks: wakes it, or leaves that to
    /// whoever will while it dozes and half of the slots are free. Never waits for room.
    ///
    /// # Errors
    /// [`NotTaken`] if there is no room or nobody to take it; the submission is dropped then.
    pub fn submit(&self, submission: T, haste: Haste) -> Result<(), NotTaken> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(NotTaken::Closed);
        }
        self.slots.push(submission).map_err(|_| NotTaken::Full)?;
        // The owner may have closed the queue and drained it before the push: then this slot would
        // never be answered, so whoever sees the queue closed drains it again. Sequentially consistent
        // on both sides: either this load sees the close, or the drain after the close sees the push.
        if self.closed.load(Ordering::SeqCst) {
            self.drain();
        }
        // Should the owner have just woken and not see the push: it dozed with something to give, gives
        // it now, and looks again.
        let left_to_others = haste == Haste::Soon
            && self.dozing.load(Ordering::SeqCst)
            && self.slots.len() < self.slots_max / 2;
        if !left_to_others {
            self.bell.ring();
        }
        Ok(())
    }

    /// The next submission, if there is one. The owner's.
    pub(crate) fn next(&self) -> Option<T> {
        self.slots.pop()
    }

    /// Sleeps by `rest`, while somebody else is bound to ring: who has no haste need not.
    pub(crate) fn doze(&self, rest: impl FnOnce(&Bell)) {
        self.dozing.store(true, Ordering::SeqCst);
        rest(&self.bell);
        self.dozing.store(false, Ordering::SeqCst);
    }

    /// Takes nothing more and drops what waits: its callers hear that the ledger is gone.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.drain();
    }

    /// Rings when there is something for the owner.
    pub(crate) const fn bell(&self) -> &Bell {
        &self.bell
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there was room just now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.slots.len() < self.slots_max
    }

    fn drain(&self) {
        while self.slots.pop().is_some() {}
    }
}

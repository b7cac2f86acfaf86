//! How one thread sleeps until another has something for it.
//!
//! Any number of threads may ring. Only the thread that called `own` may `sleep`. What was written
//! before a ring is seen after the sleep it ends.
//!
//! | operation | progress |
//! |---|---|
//! | `ring` | wait-free: one swap, and one system call only if the sleeper may be asleep |
//! | `sleep` | blocks its owner alone: until a ring, and never longer than told |
//!
//! Nothing rests on the time-out but what is due by time: `tests/proof` sleeps without one, and nobody
//! sleeps for good.

use std::time::Duration;

use super::sync::{AtomicBool, OnceLock, Ordering, Thread, current, park_timeout};

/// Wakes the one thread that owns it.
#[derive(Debug, Default)]
pub struct Bell {
    rung: AtomicBool,
    owner: OnceLock<Thread>,
}

impl Bell {
    /// Makes the calling thread the one that is woken. Once.
    pub fn own(&self) {
        let _ = self.owner.set(current());
    }

    /// Wakes the owner, or keeps it from falling asleep next time.
    pub fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel)
            && let Some(owner) = self.owner.get()
        {
            owner.unpark();
        }
    }

    /// Sleeps until rung, or `at_most` this long; returns at once if rung since the last sleep.
    pub fn sleep(&self, at_most: Duration) {
        if !self.rung.swap(false, Ordering::AcqRel) {
            // A ring between the swap and here leaves its token with the thread: park returns at once.
            park_timeout(at_most);
            self.rung.swap(false, Ordering::AcqRel);
        }
    }
}

//! How one thread sleeps until another has something for it.
//!
//! `ring` is wait-free and makes a system call only when the sleeper may be asleep; any number of
//! threads may ring. Only the thread that called `own` may `sleep`. What was written before a ring is
//! seen after the sleep it ends.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::Duration;

/// Wakes the one thread that owns it.
#[derive(Debug, Default)]
pub struct Bell {
    rung: AtomicBool,
    owner: OnceLock<Thread>,
}

impl Bell {
    /// Makes the calling thread the one that is woken. Once.
    pub fn own(&self) {
        let _ = self.owner.set(std::thread::current());
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
            std::thread::park_timeout(at_most);
            self.rung.swap(false, Ordering::AcqRel);
        }
    }
}

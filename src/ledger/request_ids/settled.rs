//! How far the poster may forget: what runs covered before everything that is still in line was put
//! there. Whoever put it there looked at these runs or newer ones.
//!
//! Why not what runs cover now: a disk that was slow for a while makes several runs at once, and a full
//! queue holds what was looked up before the first of them.

use crate::domain::Sequence;

/// The poster's own.
#[derive(Debug)]
pub struct Settled {
    /// What is in line was looked up in runs that reach at least to here.
    through: Sequence,
    /// What runs covered when it was seen last.
    seen: Sequence,
    /// Submissions that may have been in line then and were not taken since.
    waiting: usize,
    queue_max: usize,
}

impl Settled {
    /// Runs cover `through` before anybody can look; at most `queue_max` submissions are in line.
    #[must_use]
    pub const fn new(through: Sequence, queue_max: usize) -> Self {
        Self { through, seen: through, waiting: 0, queue_max }
    }

    /// A submission was taken from the line.
    pub const fn taken(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }

    /// Nothing is in line.
    pub const fn drained(&mut self) {
        self.waiting = 0;
    }

    /// Runs cover `covered` now: what everything in line was looked up through.
    pub const fn through(&mut self, covered: Sequence) -> Sequence {
        if self.waiting == 0 {
            (self.through, self.seen, self.waiting) = (self.seen, covered, self.queue_max);
        }
        self.through
    }
}

//! The way of a submission, from callers over the poster to the committer, and how it ends.
//!
//! ```text
//! callers → queue → poster (decides) → handoff → committer (gate) → buffers come back
//! ```
//!
//! Owns the two loops: who looks where before sleeping, who wakes whom, who leaves when. Knows neither
//! what is decided nor what is written: that is behind [`Posting`] and [`Gate`]. The loops of the
//! ledger and those that `tests/proof` plays in every order are these.
//!
//! - Whatever `queue` took is decided and answered, or dropped so that its caller hears that the ledger
//!   is gone. Nobody waits for ever.
//! - Batches come through the gate in the order they were decided, each once.
//! - `close`: what was taken before is still decided and written; then the poster leaves, and after it
//!   the committer.
//! - If the committer stops, the poster does.
//!
//! `close` is wait-free. `post` and `commit` are the two threads: they block themselves alone, the
//! poster when there is nothing to decide or its batch is full while the one before is being written,
//! the committer when there is nothing to write, and on the disk.

use std::time::Duration;

use super::bell::Bell;
use super::gate::{Gate, let_through};
use super::handoff::Handoff;
use super::queue::Queue;
use super::sync::{AtomicBool, Ordering};

/// What poster, committer and callers share of the way.
#[derive(Debug)]
pub struct Relay<S, W> {
    /// The way in.
    pub queue: Queue<S>,
    /// The way on.
    pub handoff: Handoff<W>,
    closing: AtomicBool,
}

/// What the poster has after looking at the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// Something for the committer.
    Batch,
    /// Nothing yet, but something that the next look begins with.
    More,
    /// Nothing.
    Nothing,
    /// The ledger has stopped.
    Stopped,
}

/// What the poster does between two looks at the way.
pub trait Posting<S, W> {
    /// Takes from the queue until the batch is full or the queue empty.
    fn fill(&mut self, queue: &Queue<S>) -> Filled;

    /// The batch; what is put in its place is empty.
    fn batch(&mut self) -> &mut W;

    /// How long the batch is to wait for company, though the committer could take it: not at all, mostly.
    fn gathers(&self) -> Option<Duration>;

    /// The batch is on its way.
    fn given(&mut self);

    /// Sleeps until the bell rings or something is due.
    fn rest(&self, bell: &Bell);
}

/// What the committer does when there is nothing to write.
pub trait Committing<W>: Gate<W> {
    /// Sleeps until the bell rings or something is due.
    fn rest(&self, bell: &Bell);
}

impl<S, W: Default> Relay<S, W> {
    /// A way with room for `submissions_max` submissions.
    pub fn new(submissions_max: usize) -> Self {
        Self {
            queue: Queue::new(submissions_max),
            handoff: Handoff::default(),
            closing: AtomicBool::new(false),
        }
    }

    /// Ends the loops once everything taken so far is written.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.queue.bell().ring();
    }

    /// The poster's loop; returns when the ledger closes or stops.
    pub fn post(&self, poster: &mut impl Posting<S, W>) {
        self.queue.bell().own();
        loop {
            // Read before looking at the queue: what was taken before the close is still decided.
            let closing = self.closing.load(Ordering::Acquire);
            match poster.fill(&self.queue) {
                Filled::Stopped => break,
                Filled::Batch if self.handoff.is_free() => {
                    if let Some(at_most) = poster.gathers() {
                        self.queue.doze(|bell| bell.sleep(at_most));
                        continue;
                    }
                    poster.given();
                    let batch = poster.batch();
                    *batch = self.handoff.give(std::mem::take(batch));
                }
                Filled::More => {}
                Filled::Nothing if closing => break,
                // The committer is writing, and rings when it is free again. Callers with little to do
                // let the poster sleep until then: what they bring is decided in no time.
                Filled::Batch => self.queue.doze(|bell| poster.rest(bell)),
                Filled::Nothing => poster.rest(self.queue.bell()),
            }
        }
        self.poster_left();
    }

    /// The committer's loop; returns when the poster has left or the ledger stops.
    pub fn commit(&self, committer: &mut impl Committing<W>) {
        self.handoff.bell().own();
        loop {
            // Read before looking for a batch: what came before the end is still taken.
            let ended = self.handoff.has_ended();
            if let Some(mut work) = self.handoff.take() {
                if let_through(committer, &mut work).is_err() {
                    break; // The answers go unsent, after everybody can know why.
                }
                self.handoff.give_back(work);
                self.queue.bell().ring();
            } else if ended {
                break;
            } else {
                committer.rest(self.handoff.bell());
            }
        }
        self.committer_left();
    }

    /// The poster takes nothing more, however it came to that. What waits is dropped.
    pub fn poster_left(&self) {
        self.queue.close();
        self.handoff.end();
    }

    /// The committer takes nothing more, however it came to that. The poster looks for itself why.
    pub fn committer_left(&self) {
        self.handoff.leave();
        self.queue.bell().ring();
    }
}

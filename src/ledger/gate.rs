//! The gate (I4, I5): what is decided becomes visible only through here, in this order.
//!
//! 1. The journal has it, on disk.
//! 2. Balances, heads and tables show it.
//! 3. The position moves: whoever reads a position finds at least what belongs to it.
//! 4. Whoever waits for the position to move is told.
//! 5. The answers go out: whoever has an answer finds what it says.
//!
//! A batch without entries (refusals, questions) rests on the batches before it, which came through
//! here before: its answers go out at once. Knows neither the journal nor the tables.
//!
//! | operation | progress |
//! |---|---|
//! | `Acknowledged::get` | wait-free: one load |
//! | `let_through` | blocks the committer alone: on the disk, and on the locks of `views` |

use super::sync::{AtomicU64, Ordering};
use crate::domain::Sequence;

/// The position everything up to which is on disk and can be seen. Never goes back.
#[derive(Debug, Default)]
pub struct Acknowledged(AtomicU64);

impl Acknowledged {
    /// The position that books are opened at.
    pub fn at(position: Sequence) -> Self {
        Self(AtomicU64::new(position.get()))
    }

    /// The position. What was shown before it moved here is seen by whoever reads it.
    pub fn get(&self) -> Sequence {
        Sequence::new(self.0.load(Ordering::Acquire))
    }

    /// Moves it. Only one thread may.
    fn move_to(&self, position: Sequence) {
        self.0.store(position.get(), Ordering::Release);
    }
}

/// The ledger has stopped; nothing comes through any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// The steps, one by one. [`let_through`] alone calls them.
pub trait Gate<W> {
    /// Makes the batch durable and says the position it ends at; none if there is no entry in it.
    ///
    /// # Errors
    /// [`Stopped`] if it is not known to be durable. Why is known to everybody by then.
    fn append(&mut self, work: &W) -> Result<Option<Sequence>, Stopped>;

    /// Shows in balances, heads and tables what the batch did.
    fn show(&self, work: &W);

    /// The position that everybody reads.
    fn acknowledged(&self) -> &Acknowledged;

    /// Tells those who wait for the position that it moved.
    fn tell(&self, position: Sequence, work: &W);

    /// Sends the answers and forgets everything else of the batch, so that its buffers are empty.
    fn answer(&self, work: &mut W);
}

/// Lets a batch through.
///
/// # Errors
/// [`Stopped`]: nothing of the batch was shown, and its answers are still in it.
pub fn let_through<W>(gate: &mut impl Gate<W>, work: &mut W) -> Result<(), Stopped> {
    if let Some(position) = gate.append(work)? {
        gate.show(work);
        gate.acknowledged().move_to(position);
        gate.tell(position, work);
    }
    gate.answer(work);
    Ok(())
}

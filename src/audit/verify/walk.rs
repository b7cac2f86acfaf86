//! Reading the whole journal once, past what cannot be read.
//!
//! Memory is bounded by one reading. Where a reading fails, batches are asked for one at a time; the
//! one that cannot be read is left out, and reading goes on at the next that can. Finding that one
//! takes a logarithm of tries, so a lost volume does not cost a try an entry.

use crate::domain::Sequence;
use crate::journal::{JournalReader, ReadError, StoredBatch};

/// Entries read at a time. A batch may bring more: it comes whole, at most `BATCH_BYTES_MAX`.
const READ_ENTRIES: usize = 4_096;

/// What reading meets.
pub enum Piece<'a> {
    /// A batch, whole.
    Batch(&'a StoredBatch),
    /// Entries that cannot be read, both named.
    Unreadable {
        /// The first.
        from: Sequence,
        /// The last.
        to: Sequence,
        /// What the journal said about the first.
        error: ReadError,
    },
    /// Nothing comes where this entry should.
    Missing(Sequence),
}

/// Visits everything from the first entry through `through`, and what else its batch holds.
pub fn walk(reader: &dyn JournalReader, through: Sequence, visit: &mut dyn FnMut(Piece<'_>)) {
    let mut next = Sequence::new(1);
    let mut entries_max = READ_ENTRIES;
    while next <= through {
        match reader.read(next, entries_max) {
            Ok(batches) => {
                let end = batches.iter().map(StoredBatch::last).max().unwrap_or_default();
                for batch in batches.iter().take_while(|batch| batch.first() <= through) {
                    visit(Piece::Batch(batch));
                }
                if end < next {
                    return visit(Piece::Missing(next));
                }
                next = end.next();
                entries_max = READ_ENTRIES;
            }
            Err(_) if entries_max > 1 => entries_max = 1,
            Err(error) => {
                let after = readable_after(reader, next, through);
                let to = after.map_or(through, Sequence::previous);
                visit(Piece::Unreadable { from: next, to, error });
                next = to.next();
                entries_max = READ_ENTRIES;
            }
        }
    }
}

/// The first entry after `unreadable` that can be read, if one through `through` can. Damage is taken
/// to be in one piece: what can be read between two pieces of it may be passed over, and is named.
fn readable_after(reader: &dyn JournalReader, unreadable: Sequence, through: Sequence) -> Option<Sequence> {
    let can_read = |at: Sequence| reader.read(at, 1).is_ok_and(|batches| !batches.is_empty());
    let (mut bad, mut step) = (unreadable, 1);
    let mut good = loop {
        let probe = bad.plus(step).min(through);
        if probe <= bad {
            return None;
        }
        if can_read(probe) {
            break probe;
        }
        bad = probe;
        step = step.saturating_mul(2);
    };
    while bad.next() < good {
        let middle = Sequence::new(bad.get().midpoint(good.get()));
        if can_read(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(good)
}

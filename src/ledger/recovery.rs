//! Getting the state back from the journal: newest checkpoint, then the entries after it.
//!
//! Request ids come from the runs on disk, and the few that are newer from the journal: opening costs
//! what was written since the last checkpoint and the last run, however long history is.
//!
//! One way for opening, for the next checkpoint, for a question about the past and for verify: read
//! and apply.

use super::bounds::Bounds;
use super::checkpoint::Checkpoints;
use super::request_ids::Recent;
use super::state::State;
use crate::domain::{Entry, Sequence, Timestamp};
use crate::journal::codec::{self, DecodeError, PlainPost};
use crate::journal::{JournalReader, ReadError, StoredBatch, StoredRecord};

/// Posts applied together.
const TOGETHER: usize = 32;
/// Entries read at a time.
const READ_ENTRIES: usize = 16_384;

/// Why the books could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The journal could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An entry is not what was written.
    #[error("entry {sequence} cannot be read: {source}")]
    Entry {
        /// Which.
        sequence: Sequence,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// An entry is missing, or there twice (I3).
    #[error("entry {expected} should follow, and {found} does")]
    NotDense {
        /// What should follow.
        expected: Sequence,
        /// What does.
        found: Sequence,
    },
    /// There are more request ids than may be kept in memory, and they could not be put on disk.
    #[error(
        "more than {most} request ids are not on disk, which is as many as are kept in memory. If a warning \
         before says that they could not be written, see to the disk and start again"
    )]
    TooManyIds {
        /// How many may be kept.
        most: usize,
    },
}

/// What opening finds.
pub struct Recovered {
    /// The state at the tip.
    pub state: State,
    /// The request ids that no run covers.
    pub ids: Recent,
    /// The position of the checkpoint it began with; zero for none.
    pub checkpoint: Sequence,
}

/// State at the tip, and the request ids of the entries after those that `ids` says are covered.
pub fn at_tip(
    reader: &dyn JournalReader,
    checkpoints: &Checkpoints,
    mut ids: Recent,
    bounds: &Bounds,
) -> Result<Recovered, RecoveryError> {
    let tip = reader.tip().position;
    let state = checkpoints.newest(reader, tip);
    let checkpoint = state.position;
    let mut catching_up = CatchingUp::from(state);
    let covered = ids.after();
    each_record(reader, covered.min(checkpoint).next(), tip, |record| {
        let damaged = |source| RecoveryError::Entry { sequence: record.sequence, source };
        if record.sequence > covered
            && let Some(key) = codec::decode_key(&record.bytes).map_err(damaged)?
        {
            // Asked only where there is one: holds go on expiring in books that are full.
            if !ids.has_room() {
                return Err(RecoveryError::TooManyIds { most: bounds.recent_ids_max });
            }
            ids.insert(key, record.sequence);
        }
        if record.sequence > checkpoint { catching_up.take(&record) } else { Ok(()) }
    })?;
    Ok(Recovered { state: catching_up.done(), ids, checkpoint })
}

/// The state right after entry `position`, from the newest checkpoint before it.
///
/// # Errors
/// [`RecoveryError`] if the journal cannot be read.
pub fn at_position(
    reader: &dyn JournalReader,
    checkpoints: &Checkpoints,
    position: Sequence,
) -> Result<State, RecoveryError> {
    let state = checkpoints.newest(reader, position);
    let first = state.position.next();
    let mut catching_up = CatchingUp::from(state);
    each_record(reader, first, position, |record| catching_up.take(&record))?;
    Ok(catching_up.done())
}

/// A state on its way through records, and the posts that are read and not applied yet.
///
/// Plain posts are applied a few together, so that the accounts of all of them are fetched at once: one after
/// the other, a state that does not fit the processor's caches waits for memory twice a post. Any other entry
/// is applied by itself, after everything before it.
struct CatchingUp {
    state: State,
    posts: Vec<(Sequence, Timestamp, PlainPost)>,
}

impl CatchingUp {
    /// Goes on from `state`.
    fn from(state: State) -> Self {
        Self { state, posts: Vec::with_capacity(TOGETHER) }
    }

    /// Takes the next record.
    fn take(&mut self, record: &StoredRecord<'_>) -> Result<(), RecoveryError> {
        if let Some(post) = plain_post(record)? {
            self.posts.push((record.sequence, record.recorded_at, post));
            if self.posts.len() >= TOGETHER {
                self.apply_posts();
            }
        } else {
            self.apply_posts();
            self.state.apply(decode(record)?.fact());
        }
        Ok(())
    }

    /// The state after everything that was taken.
    fn done(mut self) -> State {
        self.apply_posts();
        self.state
    }

    fn apply_posts(&mut self) {
        let accounts = self.posts.iter().flat_map(|(_, _, post)| [post.transfer.debit, post.transfer.credit]);
        std::hint::black_box(self.state.touch(accounts));
        for (sequence, recorded_at, post) in self.posts.drain(..) {
            self.state.apply_plain(sequence, recorded_at, &post);
        }
    }
}

/// Every record from `from` through `through`, in order; each exactly once (I3).
pub fn each_record(
    reader: &dyn JournalReader,
    from: Sequence,
    through: Sequence,
    mut visit: impl FnMut(StoredRecord<'_>) -> Result<(), RecoveryError>,
) -> Result<(), RecoveryError> {
    let mut next = from;
    while next <= through {
        // A few are often asked for out of many.
        let wanted = through.get().saturating_sub(next.get()).saturating_add(1);
        let most = usize::try_from(wanted).map_or(READ_ENTRIES, |wanted| wanted.min(READ_ENTRIES));
        let batches = reader.read(next, most)?;
        if batches.is_empty() {
            return Err(RecoveryError::NotDense { expected: next, found: Sequence::ZERO });
        }
        for record in batches.iter().flat_map(StoredBatch::records) {
            if record.sequence < next {
                continue; // The batch began before what was asked for.
            }
            if record.sequence > through {
                return Ok(());
            }
            if record.sequence != next {
                return Err(RecoveryError::NotDense { expected: next, found: record.sequence });
            }
            visit(record)?;
            next = next.next();
        }
    }
    Ok(())
}

/// The entry of a record, unless it is a plain post: for whoever looks for anything else.
pub fn decode_unless_plain(record: &StoredRecord<'_>) -> Result<Option<Entry>, RecoveryError> {
    if plain_post(record)?.is_some() { Ok(None) } else { decode(record).map(Some) }
}

/// What a record says of balances, if it is a plain post.
pub fn plain_post(record: &StoredRecord<'_>) -> Result<Option<PlainPost>, RecoveryError> {
    codec::plain_post(&record.bytes, record.sequence, record.recorded_at)
        .map_err(|source| RecoveryError::Entry { sequence: record.sequence, source })
}

/// The entry of a record.
pub fn decode(record: &StoredRecord<'_>) -> Result<Entry, RecoveryError> {
    codec::decode(&record.bytes, record.sequence, record.recorded_at)
        .map_err(|source| RecoveryError::Entry { sequence: record.sequence, source })
}

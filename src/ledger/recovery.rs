//! Getting the state back from the journal: newest checkpoint, then the entries after it.
//!
//! Opening also reads the request id of every entry, as all of them are kept in memory for now.
//!
//! One way for opening, for the next checkpoint, for a question about the past and for verify: read
//! and apply.

use super::bounds::Bounds;
use super::checkpoint::Checkpoints;
use super::request_ids::RequestIds;
use super::state::State;
use crate::domain::{Entry, Sequence};
use crate::journal::codec::{self, DecodeError};
use crate::journal::{JournalReader, ReadError, StoredBatch, StoredRecord};

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
    /// There are more request ids than may be kept.
    #[error("the books hold more than {most} request ids, which is as many as this version keeps in memory")]
    TooManyIds {
        /// How many may be kept.
        most: usize,
    },
}

/// What opening finds.
pub struct Recovered {
    /// The state at the tip.
    pub state: State,
    /// Every request id.
    pub ids: RequestIds,
    /// The position of the checkpoint it began with; zero for none.
    pub checkpoint: Sequence,
}

/// State and request ids at the tip.
pub fn at_tip(
    reader: &dyn JournalReader,
    checkpoints: &Checkpoints,
    bounds: &Bounds,
) -> Result<Recovered, RecoveryError> {
    let tip = reader.tip().position;
    let mut state = checkpoints.newest(reader, tip);
    let checkpoint = state.position;
    let mut ids = RequestIds::default();
    each_record(reader, Sequence::new(1), tip, |record| {
        let damaged = |source| RecoveryError::Entry { sequence: record.sequence, source };
        if let Some(key) = codec::decode_key(&record.bytes).map_err(damaged)? {
            // Asked only where there is one: holds go on expiring in books that are full.
            if ids.len() >= bounds.request_ids_max {
                return Err(RecoveryError::TooManyIds { most: bounds.request_ids_max });
            }
            ids.insert(key, record.sequence);
        }
        if record.sequence > state.position {
            state.apply(decode(&record)?.fact());
        }
        Ok(())
    })?;
    Ok(Recovered { state, ids, checkpoint })
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
    let mut state = checkpoints.newest(reader, position);
    each_record(reader, state.position.next(), position, |record| {
        state.apply(decode(&record)?.fact());
        Ok(())
    })?;
    Ok(state)
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
        let batches = reader.read(next, READ_ENTRIES)?;
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

/// The entry of a record.
pub fn decode(record: &StoredRecord<'_>) -> Result<Entry, RecoveryError> {
    codec::decode(&record.bytes, record.sequence, record.recorded_at)
        .map_err(|source| RecoveryError::Entry { sequence: record.sequence, source })
}

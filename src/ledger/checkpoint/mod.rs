//! Checkpoints: the state at a position, so that opening does not begin at the first entry.
//!
//! Plain, checksummed files beside the journal. Derived: any of them, or all, may be deleted at any
//! time; a damaged one is not believed. They are written by a follower that reads the journal like
//! anybody else, starting from the checkpoint before, so the poster never stops to copy.

mod bytes;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use super::state::State;
use crate::domain::Sequence;
use crate::journal::{Hash, JournalReader, ReadError, StoredBatch, files};

/// The newest checkpoints that are kept.
const KEPT: usize = 2;

/// Where checkpoints are; `None` keeps none (books in memory).
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: Option<PathBuf>,
    /// One writes at a time: the follower, or somebody who asks.
    writing: Arc<Mutex<()>>,
}

/// Why a checkpoint could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The journal could not be read up to it.
    #[error(transparent)]
    Read(#[from] super::recovery::RecoveryError),
    /// The file could not be written.
    #[error("checkpoint {file}: {source}")]
    Io {
        /// Which file.
        file: PathBuf,
        /// What the machine said.
        source: io::Error,
    },
}

impl Checkpoints {
    /// Checkpoints in `folder`.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..Self::none() }
    }

    /// No checkpoints.
    #[must_use]
    pub fn none() -> Self {
        Self { folder: None, writing: Arc::default() }
    }

    /// The newest state not after `at_most` that belongs to the books `reader` reads; the empty
    /// state if there is none. What is damaged, or belongs to other books, is passed over.
    #[must_use]
    pub fn newest(&self, reader: &dyn JournalReader, at_most: Sequence) -> State {
        let mut files = self.files();
        files.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
        for (position, path) in files.into_iter().filter(|(position, _)| *position <= at_most) {
            let Some((state, hash)) = fs::read(path).ok().and_then(|bytes| bytes::read(&bytes)) else {
                continue;
            };
            if state.position == position
                && matches!(batch_hash_at(reader, position), Ok(Some(found)) if found == hash)
            {
                return state;
            }
        }
        State::default()
    }

    /// Writes the state, which must be at the end of a batch, and removes what is no longer needed.
    ///
    /// # Errors
    /// [`CheckpointError`]; the older checkpoints are still there.
    pub fn write(&self, state: &State, reader: &dyn JournalReader) -> Result<(), CheckpointError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let file = folder.join(format!("{:020}.checkpoint", state.position.get()));
        let hash = batch_hash_at(reader, state.position).map_err(super::recovery::RecoveryError::from)?;
        let Some(hash) = hash else { return Ok(()) }; // Not the end of a batch: nothing to vouch for it.
        let io_error = |source| CheckpointError::Io { file: file.clone(), source };
        fs::create_dir_all(folder).map_err(io_error)?;
        files::replace(&file, &bytes::write(state, &hash)).map_err(io_error)?;
        let mut files = self.files();
        files.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
        for (_, old) in files.into_iter().skip(KEPT) {
            fs::remove_file(old).map_err(io_error)?;
        }
        self.remove_unfinished();
        Ok(())
    }

    /// A process that died while it wrote one left a file that nobody will finish: its position never
    /// comes again.
    fn remove_unfinished(&self) {
        let Some(Ok(listed)) = self.folder.as_ref().map(fs::read_dir) else { return };
        for path in listed.filter_map(|file| Some(file.ok()?.path())) {
            // Only our own: others keep files of theirs beside, and may be writing one.
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".checkpoint.tmp") {
                let _tried_again_next_time = fs::remove_file(path);
            }
        }
    }

    fn files(&self) -> Vec<(Sequence, PathBuf)> {
        let Some(Ok(listed)) = self.folder.as_ref().map(fs::read_dir) else { return Vec::new() };
        listed.filter_map(|file| position_of(&file.ok()?.path())).collect()
    }
}

fn position_of(path: &Path) -> Option<(Sequence, PathBuf)> {
    let name = path.file_name()?.to_str()?.strip_suffix(".checkpoint")?;
    Some((Sequence::new(name.parse().ok()?), path.to_owned()))
}

/// The chain's hash after `position`, if a batch ends there: what vouches for anything derived.
///
/// # Errors
/// [`ReadError`] if the journal cannot be read there.
pub fn batch_hash_at(reader: &dyn JournalReader, position: Sequence) -> Result<Option<Hash>, ReadError> {
    let batches = reader.read(position, 1)?;
    Ok(batches.first().filter(|batch| batch.seal.last() == position).map(|batch| batch.seal.hash))
}

/// The chain's hash after the batch that holds `position`: it vouches as well for what is derived through an entry
/// in the middle of a batch, as it covers all of it.
///
/// # Errors
/// [`ReadError`] if the journal cannot be read there.
pub fn batch_hash_over(reader: &dyn JournalReader, position: Sequence) -> Result<Option<Hash>, ReadError> {
    let batches = reader.read(position, 1)?;
    let holds = |batch: &&StoredBatch| (batch.first()..=batch.last()).contains(&position);
    Ok(batches.first().filter(holds).map(|batch| batch.seal.hash))
}

/// The state as checkpoint bytes: what I8 compares.
#[must_use]
pub fn canonical(state: &State) -> Vec<u8> {
    bytes::write(state, &[0; 32])
}

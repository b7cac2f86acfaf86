//! Whose turn it is to write, on disk before the turn begins.

use std::fs;
use std::io;
use std::path::Path;

use super::super::{ReadError, files};

/// Beside the volumes.
pub(super) const FILE: &str = "epoch";

/// The epoch on disk; 0 if none was ever written.
pub(super) fn read(journal: &Path) -> Result<u64, ReadError> {
    let bytes = match fs::read(journal.join(FILE)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(source) => return Err(ReadError::io(0, "reading the epoch", source)),
    };
    let text = files::without_checksum(&bytes);
    let epoch = text.and_then(|text| text.strip_prefix("epoch ")?.trim_end().parse().ok());
    epoch.ok_or_else(|| ReadError::damaged(0, "the epoch file is not what was written"))
}

/// Makes `epoch` durable.
pub(super) fn write(journal: &Path, epoch: u64) -> Result<(), ReadError> {
    files::replace(&journal.join(FILE), &files::with_checksum(&format!("epoch {epoch}\n")))
        .map_err(|source| ReadError::io(0, "writing the epoch", source))
}

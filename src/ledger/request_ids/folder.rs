//! The files of runs: their names, and which of them are believed.
//!
//! A run is believed if it is whole and the journal has, at its end, the batch hash it names: that hash
//! covers everything before. A run just before a believed one is vouched for by the hash that one began
//! with, so that opening reads one batch of the journal, however many runs there are. What is not
//! believed, or is covered by a longer run (a crash between writing a merged run and removing its
//! parts), is removed: derived, it is written again where it is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::IdsError;
use super::footer::Span;
use super::run::Run;
use crate::domain::Sequence;
use crate::journal::{JournalReader, files};
use crate::ledger::checkpoint::batch_hash_at;

const SUFFIX: &str = ".ids";
const UNFINISHED: &str = ".ids.tmp";

/// The file of the run that covers `span`.
pub fn file(folder: &Path, span: &Span) -> PathBuf {
    folder.join(format!("{:020}-{:020}{SUFFIX}", span.first, span.last))
}

/// The believed runs of the books `reader` reads, in order. There may be gaps between them.
pub fn open(folder: &Path, reader: &dyn JournalReader) -> Result<Vec<Arc<Run>>, IdsError> {
    if folder.is_file() {
        remove(folder); // Whatever it is, the place is ours.
    }
    files::create_directory(folder)
        .map_err(|source| IdsError::Io { what: "creating their folder", source })?;
    let mut believed: Vec<Arc<Run>> = Vec::new();
    for (_, _, path) in listed(folder)? {
        let run = Run::open(&path).filter(|run| file(folder, run.span()) == path);
        match run {
            Some(run) if is_vouched(run.span(), believed.last(), reader)? => believed.push(Arc::new(run)),
            Some(_) | None => remove(&path),
        }
    }
    believed.reverse();
    Ok(believed)
}

/// The last first; of those with one end, the longest first.
fn listed(folder: &Path) -> Result<Vec<(std::cmp::Reverse<u64>, u64, PathBuf)>, IdsError> {
    let failed = |source| IdsError::Io { what: "listing their folder", source };
    let mut listed = Vec::new();
    for file in fs::read_dir(folder).map_err(failed)? {
        let path = file.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(UNFINISHED) {
            remove(&path);
        } else if let Some((first, last)) = name.strip_suffix(SUFFIX).and_then(|name| name.split_once('-'))
            && let (Ok(first), Ok(last)) = (first.parse(), last.parse())
        {
            listed.push((std::cmp::Reverse(last), first, path));
        }
    }
    listed.sort();
    Ok(listed)
}

/// Whether the books contain what `span` covers, and no run in front of which it lies does.
fn is_vouched(span: &Span, after: Option<&Arc<Run>>, reader: &dyn JournalReader) -> Result<bool, IdsError> {
    if let Some(after) = after.map(|run| run.span()) {
        if span.last >= after.first {
            return Ok(false);
        }
        if span.last.saturating_add(1) == after.first {
            return Ok(span.hash == after.before);
        }
    }
    let hash = batch_hash_at(reader, Sequence::new(span.last))
        .map_err(crate::ledger::recovery::RecoveryError::from)?;
    Ok(hash == Some(span.hash))
}

/// Removes a file that is not needed; if it cannot be removed now, it is when the books are opened next.
pub fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, "a file with request ids that is no longer needed was not removed");
    }
}

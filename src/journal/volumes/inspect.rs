//! Looking for damage that only the store can see.
//!
//! A sealed volume is closed first and its files compared with their digests before sled touches
//! them again. A volume without digests is walked: every batch checked and chained.

use std::sync::atomic::Ordering;

use super::super::{InspectProgress, Inspection, ReadError};
use super::catalogue::{self, Sealed};
use super::fingerprint;
use super::open;
use super::read;
use super::shared::{Known, Shared};

pub(super) fn inspect(
    shared: &Shared,
    progress: &mut dyn FnMut(InspectProgress),
) -> Result<Inspection, ReadError> {
    let known = shared.known();
    let volumes = u32::try_from(known.len()).unwrap_or(u32::MAX);
    let mut found = Inspection { through: shared.tip().position, ..Inspection::default() };
    for volume in &known {
        match &volume.sealed {
            Some(sealed) => {
                found.bytes_read += compare(shared, sealed)?;
                found.volumes_sealed += 1;
            }
            None => {
                found.batches_walked += walk(shared, volume)?;
                found.volumes_open += 1;
            }
        }
        progress(InspectProgress { volume: volume.number, volumes, bytes_read: found.bytes_read });
    }
    Ok(found)
}

/// Compares a sealed volume's files with what was sealed; how many bytes were read.
fn compare(shared: &Shared, sealed: &Sealed) -> Result<u64, ReadError> {
    let number = sealed.number;
    let path = open::volume_path(&shared.directory, number);
    let _closed = shared.shelf.exclusive(number)?;
    if catalogue::read_sealed(&shared.directory, number)? != *sealed {
        return Err(ReadError::damaged(number, "its sealed file changed"));
    }
    if path.exists() {
        open::remove_generating(&path)
            .map_err(|source| ReadError::io(number, "removing a half-made snapshot", source))?;
    }
    let mut bytes_read = 0;
    let files = fingerprint::files_of(&path, &mut |bytes| bytes_read += bytes)
        .map_err(|source| ReadError::io(number, "taking digests", source))?;
    match fingerprint::difference(&sealed.files, &files) {
        Some(what) => Err(ReadError::damaged(number, what)),
        None => Ok(bytes_read),
    }
}

/// Checks every acknowledged batch of a volume without digests; how many there are.
fn walk(shared: &Shared, volume: &Known) -> Result<u64, ReadError> {
    let number = volume.number;
    let path = open::volume_path(&shared.directory, number);
    let store = shared.lease(volume)?;
    let appends = shared.appends.load(Ordering::SeqCst);
    let tip = shared.tip();
    let (last, previous) = shared.end_before(volume);
    let through = shared.volume_of(volume.first).map_or(tip.position, |(_, end)| end.min(tip.position));
    let span = read::walk(&store, last.next(), through, &previous, &mut |_| true)?;
    let end = span.map_or((last, previous), |span| (span.last, span.hash));
    if end.0 != through {
        return Err(ReadError::damaged(number, format!("it ends at {}, not at {through}", end.0)));
    }
    if through == tip.position && end.1 != tip.hash {
        return Err(ReadError::damaged(number, "its last batch is not the one that was acknowledged"));
    }
    let behind = store.last()?;
    let quiet = appends.is_multiple_of(2) && shared.appends.load(Ordering::SeqCst) == appends;
    // While an append is under way there may be values without their seal.
    if quiet && behind.is_some_and(|(key, _)| !key.is_seal() || key.sequence != end.0) {
        return Err(ReadError::damaged(number, "it holds values that belong to no batch"));
    }
    let empty = open::blobs_empty(&path).map_err(|source| ReadError::io(number, "listing blobs", source))?;
    if !empty {
        return Err(ReadError::damaged(number, "blobs is not empty"));
    }
    Ok(span.map_or(0, |span| span.batches))
}

/// Whether no value of any volume has grown a file of its own under `blobs/`, which nothing would sync.
pub(super) fn all_in_place(shared: &Shared) -> Result<bool, ReadError> {
    for known in shared.known() {
        let path = open::volume_path(&shared.directory, known.number);
        let empty = open::blobs_empty(&path);
        if !empty.map_err(|source| ReadError::io(known.number, "listing blobs", source))? {
            return Ok(false);
        }
    }
    Ok(true)
}

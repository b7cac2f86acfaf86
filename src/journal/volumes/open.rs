//! Creating and opening volumes so that a crash or a power cut at any moment leaves either no
//! volume or a whole one.
//!
//! - A volume is created under another name and renamed when its files are durable, so one that
//!   has its name always has all its parts. Without this a missing `db` would be taken by sled for
//!   a new, empty store.
//! - `sync_all` before sled opens: the snapshot sled takes then never speaks of bytes that are
//!   not on disk.
//! - A kill during open leaves `snap.*.generating`, which the next open would take for corruption.
//! - A value in `blobs/` was never synced by anybody; there must be none.
//! - sled writes when it opens: it fills the rest of the last segment it wrote and clears what it
//!   takes for torn. On a sealed volume this writes the bytes that are there already, as long as
//!   they are right; so those bytes are compared with their digest first.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::super::{ReadError, files, layout::SEGMENT_BYTES};
use super::catalogue::Sealed;
use super::fingerprint;
use super::store::Store;

/// sled's cache of the volume being written.
pub(super) const CACHE_BYTES_WRITING: u64 = 64 * 1024 * 1024;
/// sled's cache of a volume that is only read.
pub(super) const CACHE_BYTES_READING: u64 = 8 * 1024 * 1024;

/// What every volume has; `snap.*` comes and goes.
const PARTS: [&str; 3] = ["conf", "db", "blobs"];

/// The directory of volume `number`.
pub(super) fn volume_path(journal: &Path, number: u32) -> PathBuf {
    journal.join(format!("{number:06}"))
}

fn config(path: &Path, cache_bytes: u64) -> sled::Config {
    sled::Config::new()
        .path(path)
        .segment_size(SEGMENT_BYTES)
        .cache_capacity(cache_bytes)
        .flush_every_ms(None) // The background flusher made half of the stores unreadable after a power cut.
        .use_compression(false)
}

/// Creates volume `number`, empty and durable, and opens it for writing.
pub(super) fn create(journal: &Path, number: u32) -> Result<Store, ReadError> {
    let path = volume_path(journal, number);
    let fail = |doing: &'static str| move |source: io::Error| ReadError::io(number, doing, source);
    let beside = path.with_extension("new");
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(fail("removing a half-made volume"))?;
    }
    files::create_directory(&beside).map_err(fail("creating the directory"))?;
    let descriptor = create_db(&beside.join("db")).map_err(fail("creating db"))?;
    let store = Store::start(number, descriptor, &config(&beside, CACHE_BYTES_READING))?;
    store.sync()?;
    store.close()?;
    sync_parts(&beside).map_err(fail("syncing a new volume"))?;
    fs::rename(&beside, &path).map_err(fail("naming a new volume"))?;
    files::sync_directory(journal).map_err(fail("syncing the journal's directory"))?;
    open(journal, number, CACHE_BYTES_WRITING, None)
}

fn create_db(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    file.sync_all()?;
    Ok(file)
}

fn sync_parts(path: &Path) -> io::Result<()> {
    for part in PARTS {
        // Opening a directory for reading and syncing it is what makes its names durable.
        File::open(path.join(part))?.sync_all()?;
    }
    files::sync_directory(path)
}

/// Opens volume `number`. A sealed one is compared with its digest where opening would write.
pub(super) fn open(
    journal: &Path,
    number: u32,
    cache_bytes: u64,
    sealed: Option<&Sealed>,
) -> Result<Store, ReadError> {
    let path = volume_path(journal, number);
    let fail = |doing: &'static str| move |source: io::Error| ReadError::io(number, doing, source);
    for part in PARTS {
        if !path.join(part).exists() {
            return Err(ReadError::damaged(number, format!("{part} is missing")));
        }
    }
    remove_generating(&path).map_err(fail("removing a half-made snapshot"))?;
    if !blobs_empty(&path).map_err(fail("listing blobs"))? {
        return Err(ReadError::damaged(number, "blobs is not empty"));
    }
    if let Some(sealed) = sealed {
        fingerprint::check_head(&path, number, sealed)?;
    }
    let descriptor =
        OpenOptions::new().read(true).write(true).open(path.join("db")).map_err(fail("opening db"))?;
    descriptor.sync_all().map_err(fail("syncing db"))?;
    let store = Store::start(number, descriptor, &config(&path, cache_bytes))?;
    // The snapshot sled may just have renamed into place, and the removal of the one before.
    files::sync_directory(&path).map_err(fail("syncing the directory"))?;
    if !blobs_empty(&path).map_err(fail("listing blobs"))? {
        return Err(ReadError::damaged(number, "blobs is not empty"));
    }
    Ok(store)
}

/// Whether no value has grown a file of its own.
pub(super) fn blobs_empty(path: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(path.join("blobs"))?.next().is_none())
}

/// Removes what a kill during an earlier open left behind.
pub(super) fn remove_generating(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

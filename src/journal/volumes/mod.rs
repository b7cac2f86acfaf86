//! The journal on sled: a row of volumes, batches in, nothing lost.
//!
//! `<journal>/000001`, `000002` … are sled databases. One is written; when it is full the next,
//! opened ahead, takes over, and the full one is sealed and never written again. So opening costs
//! one volume, damage costs one volume, and a backup is "the sealed volumes you lack, plus the tail".
//!
//! - I3 dense, I4 durable, I5 visible, I7 chained.
//! - One thread writes; a batch is plain inserts in key order, the seal last. No `apply_batch` and
//!   no `transaction` (their lock is static), no `flush_async` (it deadlocks).
//! - After one failed append nothing is accepted until the journal is opened again.
//! - Refuses to know who owns the directory: see `directory.rs`.
//!
//! Why `sync_data` after sled's flush: on Linux sled 0.34.7 ends in `sync_file_range`, which
//! promises nothing after a power cut. Why also in the middle of a large batch: sled reuses a
//! segment once it believes what replaced it is on disk, which takes more than two segments of new
//! writes. With a sync long before that many (`places.rs`), what it believes is true.
//!
//! | to find | look in |
//! |---|---|
//! | appending, rolling over | here |
//! | the end of the books after a crash | `recover.rs` |
//! | every call to sled | `store.rs`, `open.rs` |
//! | why a value is written to the log once | `places.rs` |
//! | full volumes | `sealing.rs`, `background.rs`, `catalogue.rs`, `fingerprint.rs` |
//! | reading | `reader.rs`, `read.rs`, `shelf.rs`, `inspect.rs` |

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::layout::{KEY_BYTES, Key};
use super::seal::SEAL_BYTES;
use super::{Batch, Cause, Journal, JournalError, JournalReader, ReadError, Tip, files};
use background::{Work, Worker};
use catalogue::Listed;
use reader::VolumesReader;
use shared::{Known, Shared};
use store::Store;
use watermark::Watermark;

mod background;
mod catalogue;
mod epoch;
mod fingerprint;
mod inspect;
mod open;
mod places;
mod read;
mod reader;
mod recover;
mod sealing;
mod shared;
mod shelf;
mod store;
#[cfg(test)]
mod tests;
mod watermark;

/// A volume is sealed before it holds more bytes of keys and values than this.
pub const VOLUME_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Volumes open at a time, all kinds together.
pub const VOLUMES_OPEN_MAX: usize = 16;

/// Whether an append waits for the disk.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Always, but in the one test that shows what for.
    Durable,
    /// Everything acknowledged since the last sync may be lost in a power cut.
    Skipped,
}

/// How the row of volumes is kept.
#[derive(Clone, Copy, Debug)]
pub struct VolumesOptions {
    /// Bytes of keys and values after which a volume is sealed.
    pub volume_bytes_max: u64,
    /// For the test that shows what the sync is for.
    #[doc(hidden)]
    pub sync: Sync,
}

impl Default for VolumesOptions {
    fn default() -> Self {
        Self { volume_bytes_max: VOLUME_BYTES_MAX, sync: Sync::Durable }
    }
}

/// The journal on a row of sled databases.
#[derive(Debug)]
pub struct SledJournal {
    shared: Arc<Shared>,
    listed: Vec<Listed>,
    /// From `acquire` on.
    writing: Option<Writing>,
    /// Set when an append begins and cleared when it succeeds, so that a panic counts as well.
    poisoned: bool,
}

/// What the writer owns.
#[derive(Debug)]
struct Writing {
    worker: Worker,
    /// Nothing only while one volume is exchanged for the next.
    current: Option<Arc<Store>>,
    watermark: Watermark,
    /// Bytes of keys and values in `current`.
    bytes: u64,
    tip: Tip,
}

impl SledJournal {
    /// The journal in `directory`, which the caller owns. Looks at names and sealed files only;
    /// `acquire` opens the last volume.
    pub fn open(directory: &Path, options: VolumesOptions) -> Result<Self, JournalError> {
        files::create_directory(directory)
            .map_err(|source| ReadError::io(0, "creating the journal's directory", source))?;
        let listed = catalogue::list(directory)?;
        let shared = Arc::new(Shared::new(directory.to_path_buf(), options));
        Ok(Self { shared, listed, writing: None, poisoned: false })
    }

    /// Returns once no full volume waits to be sealed; the volumes that could not be, with the
    /// reason. They are tried again at the next start.
    pub fn wait_until_sealed(&self) -> Vec<(u32, String)> {
        self.shared.background.wait_until_sealed();
        self.shared.background.unsealed()
    }
}

impl Journal for SledJournal {
    fn acquire(&mut self) -> Result<Tip, JournalError> {
        if self.poisoned {
            return Err(JournalError::NotApplied { cause: Cause::Poisoned });
        }
        if let Some(writing) = &mut self.writing {
            // Still ours: only the turn changes.
            let next = writing.tip.epoch.saturating_add(1);
            epoch::write(&self.shared.directory, next)?;
            writing.tip.epoch = next;
            self.shared.publish(writing.tip);
            return Ok(writing.tip);
        }
        let writing = recover::acquire(&self.shared, &self.listed)?;
        self.listed = Vec::new();
        let tip = writing.tip;
        self.writing = Some(writing);
        Ok(tip)
    }

    fn append(&mut self, tip: &Tip, batch: &Batch) -> Result<Tip, JournalError> {
        let refuse = |cause| JournalError::NotApplied { cause };
        let writing = self.writing.as_mut().ok_or_else(|| refuse(Cause::NotAcquired))?;
        if self.poisoned {
            return Err(refuse(Cause::Poisoned));
        }
        let ours = writing.tip;
        if tip.epoch != ours.epoch {
            return Err(JournalError::Fenced { held: tip.epoch, current: ours.epoch });
        }
        let expected = batch.first().previous();
        if tip.position != ours.position || tip.hash != ours.hash || expected != ours.position {
            return Err(JournalError::Conflict { expected, actual: ours.position });
        }
        self.poisoned = true;
        batch.check().map_err(refuse)?;
        self.shared.appends.fetch_add(1, Ordering::SeqCst);
        let result = writing.append(&self.shared, batch);
        self.shared.appends.fetch_add(1, Ordering::SeqCst);
        let tip = result?;
        self.poisoned = false;
        Ok(tip)
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::new(VolumesReader { shared: Arc::clone(&self.shared) })
    }
}

impl Writing {
    fn append(&mut self, shared: &Shared, batch: &Batch) -> Result<Tip, JournalError> {
        let added: usize = batch.pages().map(|(_, page)| KEY_BYTES + page.len()).sum();
        let added = (added + KEY_BYTES + SEAL_BYTES) as u64;
        if self.bytes > 0 && self.bytes.saturating_add(added) > shared.options.volume_bytes_max {
            self.roll(shared)?; // Nothing of the batch is anywhere yet.
        }
        let store = self.current.as_ref().ok_or(JournalError::NotApplied { cause: Cause::NotAcquired })?;
        let seal = batch.seal(&self.tip, self.bytes.saturating_add(added));
        // From here on nobody knows, until it is all there.
        let unknown = |error| JournalError::Unknown { cause: Cause::Read(error) };
        let sync = || match shared.options.sync {
            Sync::Durable => store.sync(),
            Sync::Skipped => store.flush(),
        };
        let sync_every_bytes = places::make(store, batch, Key::seal(seal.last())).map_err(unknown)?;
        let mut unsynced = 0;
        for (key, page) in batch.pages() {
            store.insert(key, page).map_err(unknown)?;
            unsynced += page.len();
            if unsynced >= sync_every_bytes {
                sync().map_err(unknown)?;
                unsynced = 0;
            }
        }
        store.insert(Key::seal(seal.last()), &seal.encode()).map_err(unknown)?;
        sync().map_err(unknown)?;
        self.bytes = seal.volume_bytes;
        self.tip = Tip { epoch: self.tip.epoch, position: seal.last(), hash: seal.hash };
        if let Sync::Durable = shared.options.sync {
            let doing = || "writing down how far the books are acknowledged".to_owned();
            let failed = |source| JournalError::Unknown { cause: Cause::Io { doing: doing(), source } };
            self.watermark.write(&self.tip).map_err(failed)?;
        }
        shared.publish(self.tip);
        Ok(self.tip)
    }

    /// Goes on in the volume that was opened ahead, and has the full one sealed.
    fn roll(&mut self, shared: &Shared) -> Result<(), ReadError> {
        let Some(full) = self.current.take() else { return Ok(()) };
        let number = full.number();
        drop(full); // The shelf has it; sealing will need the only reference.
        let next = Arc::new(shared.background.take_ahead(number.saturating_add(1))?);
        // On the shelf before anybody can look for it: sled must not be opened twice.
        shared.shelf.put_pinned(Arc::clone(&next));
        shared.add_volume(Known {
            number: next.number(),
            first: self.tip.position.next(),
            previous: self.tip.hash,
            sealed: None,
        });
        self.worker.send(Work::OpenAhead(next.number().saturating_add(1)));
        self.worker.send(Work::Seal(number));
        self.current = Some(next);
        self.bytes = 0;
        Ok(())
    }
}

impl Drop for SledJournal {
    fn drop(&mut self) {
        // First the thread, then our handle, then the shelf's: afterwards another may open it all.
        self.writing = None;
        self.shared.shelf.close_all();
    }
}

//! What the writer, the readers and the background thread of one journal share.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::{GENESIS, Hash, ReadError, Tip};
use super::background::Background;
use super::catalogue::Sealed;
use super::open::{self, CACHE_BYTES_READING};
use super::shelf::{Lease, Shelf};
use super::{VOLUMES_OPEN_MAX, VolumesOptions};
use crate::domain::Sequence;

/// A volume that holds acknowledged batches, or is about to.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub number: u32,
    pub first: Sequence,
    /// Hash before its first batch.
    pub previous: Hash,
    pub sealed: Option<Arc<Sealed>>,
}

/// One journal.
#[derive(Debug)]
pub(super) struct Shared {
    pub directory: PathBuf,
    pub options: VolumesOptions,
    pub shelf: Shelf,
    pub background: Background,
    /// In order, without gaps, from volume 1 to the one being written.
    volumes: Mutex<Vec<Known>>,
    /// I5: set after the sync, and read before anything else.
    tip: Mutex<Tip>,
    /// Odd while an append is under way; lets `inspect` know that it looked at a quiet volume.
    pub appends: AtomicU64,
}

impl Shared {
    pub fn new(directory: PathBuf, options: VolumesOptions) -> Self {
        // Outside the shelf: the volume opened ahead and the one held by the background thread.
        let shelf = Shelf::new(VOLUMES_OPEN_MAX.saturating_sub(2));
        Self {
            directory,
            options,
            shelf,
            background: Background::default(),
            volumes: Mutex::new(Vec::new()),
            tip: Mutex::new(Tip::EMPTY),
            appends: AtomicU64::new(0),
        }
    }

    pub fn tip(&self) -> Tip {
        *self.tip.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn publish(&self, tip: Tip) {
        *self.tip.lock().unwrap_or_else(PoisonError::into_inner) = tip;
    }

    pub fn set_volumes(&self, volumes: Vec<Known>) {
        *self.volumes() = volumes;
    }

    pub fn add_volume(&self, known: Known) {
        self.volumes().push(known);
    }

    pub fn set_sealed(&self, sealed: Arc<Sealed>) {
        if let Some(known) = self.volumes().iter_mut().find(|known| known.number == sealed.number) {
            known.sealed = Some(sealed);
        }
    }

    /// All volumes as they are now.
    pub fn known(&self) -> Vec<Known> {
        self.volumes().clone()
    }

    pub fn volume(&self, number: u32) -> Option<Known> {
        self.volumes().iter().find(|known| known.number == number).cloned()
    }

    /// The volume that holds `sequence`, with the last entry it can hold.
    pub fn volume_of(&self, sequence: Sequence) -> Option<(Known, Sequence)> {
        let volumes = self.volumes();
        let after = volumes.partition_point(|known| known.first <= sequence);
        let last = volumes.get(after).map_or(Sequence::MAX, |next| next.first.previous());
        volumes.get(after.checked_sub(1)?).map(|known| (known.clone(), last))
    }

    /// Where the books end before volume `number`.
    pub fn end_before(&self, known: &Known) -> (Sequence, Hash) {
        if known.number == 1 { (Sequence::ZERO, GENESIS) } else { (known.first.previous(), known.previous) }
    }

    /// A volume to read from.
    pub fn lease(&self, known: &Known) -> Result<Lease<'_>, ReadError> {
        self.shelf.lease(known.number, || {
            // Asked again: it may have been sealed since `known` was copied.
            let sealed = self.volume(known.number).and_then(|known| known.sealed);
            open::open(&self.directory, known.number, CACHE_BYTES_READING, sealed.as_deref())
        })
    }

    fn volumes(&self) -> MutexGuard<'_, Vec<Known>> {
        self.volumes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

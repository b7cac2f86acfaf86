//! The suite over sled, and what only sled can get wrong.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::conformance::{
    self, Random, Subject, append, assert_holds, batch_of, read_all, records_of,
};
use super::super::layout::Key;
use super::super::{GENESIS, Inspection, StoredBatch};
use super::*;
use crate::domain::Sequence;

mod damage;
mod free_end;
mod held_places;
mod kills;
mod rows;

/// Storage in a temporary directory.
struct Disk {
    directory: tempfile::TempDir,
    volume_bytes_max: u64,
    /// Where the next torn batch goes: on top of the current volume, or into the one opened ahead.
    tear_ahead: bool,
}

impl Disk {
    fn new(volume_bytes_max: u64) -> Self {
        Self { directory: tempfile::tempdir().unwrap(), volume_bytes_max, tear_ahead: false }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("journal")
    }

    fn open(&self) -> SledJournal {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<SledJournal, JournalError> {
        let options = VolumesOptions { volume_bytes_max: self.volume_bytes_max, ..VolumesOptions::default() };
        SledJournal::open(&self.path(), options)
    }

    /// Opened and acquired.
    fn acquire(&self) -> (SledJournal, Tip) {
        let mut journal = self.open();
        let tip = journal.acquire().unwrap();
        (journal, tip)
    }

    fn volumes(&self) -> Vec<u32> {
        catalogue::list(&self.path()).unwrap().iter().map(|listed| listed.number).collect()
    }

    /// Appends `batches` batches that fill volumes quickly; what was appended.
    fn fill(&self, batches: u64) -> Vec<Vec<u8>> {
        self.fill_with(batches, 0)
    }

    fn fill_with(&self, batches: u64, other: u64) -> Vec<Vec<u8>> {
        let (mut journal, mut tip) = self.acquire();
        let mut model = Vec::new();
        for salt in 0..batches {
            let records = records_of(40, 500, tip.position.get() + salt + other);
            tip = append(&mut journal, &tip, &records);
            model.extend(records);
        }
        assert_eq!(journal.wait_until_sealed(), []);
        model
    }
}

impl Subject for Disk {
    fn start(&mut self) -> Box<dyn Journal> {
        Box::new(self.open())
    }

    fn tear(&mut self, journal: Box<dyn Journal>, _tip: &Tip, batch: &Batch) {
        drop(journal);
        let volumes = self.volumes();
        let path = self.path();
        let sealed = |number| catalogue::sealed_path(&path, number).exists();
        let open = |number| open::open(&path, number, open::CACHE_BYTES_READING, None).unwrap();
        // The last volume that holds something and may still be written, else the first empty one.
        let mut chosen = None;
        for number in volumes.into_iter().rev().filter(|&number| !sealed(number)) {
            let store = open(number);
            let empty = store.last().unwrap().is_none();
            store.close().unwrap();
            chosen = Some(number);
            if !empty || self.tear_ahead {
                break;
            }
        }
        self.tear_ahead = !self.tear_ahead;
        let store = open(chosen.unwrap());
        places::make(&store, batch, Key::seal(batch.last())).unwrap();
        let pages: Vec<_> = batch.pages().collect();
        for (key, page) in pages.iter().take(pages.len().div_ceil(2)) {
            store.insert(*key, page).unwrap();
        }
        store.sync().unwrap();
        store.close().unwrap();
    }

    fn check(&mut self) {
        for number in self.volumes() {
            assert!(open::blobs_empty(&open::volume_path(&self.path(), number)).unwrap());
        }
        let (journal, _) = self.acquire();
        assert!(journal.reader().all_in_place().unwrap());
        assert_eq!(journal.wait_until_sealed(), []);
        journal.reader().inspect(&mut |_| {}).unwrap();
    }
}

/// Goal: sled keeps the contract, in one volume.
/// Method: the conformance suite.
#[test]
fn sled_conforms_in_one_volume() {
    conformance::run(&mut || Box::new(Disk::new(VOLUME_BYTES_MAX)));
}

/// Goal: sled keeps the contract while volumes fill up every few batches.
/// Method: the conformance suite with volumes of 64 KiB.
#[test]
fn sled_conforms_over_many_volumes() {
    conformance::run(&mut || Box::new(Disk::new(64 * 1024)));
}

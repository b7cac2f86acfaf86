//! The limit of what any ledger could do with this record on this disk: a file that grows, with the same
//! bytes, synced after every batch. No room is set aside for it, nothing is checked, nobody is answered.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::figures::Percentiles;
use super::usage::Usage;

/// The file.
pub struct PlainFile {
    file: File,
    path: PathBuf,
}

/// A turn that finds the file longer than this begins another one, off the clock, as the disk has an end.
const BYTES_MAX: u64 = 1 << 30;

/// How long a turn lasts.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    Elapsed(Duration),
    Entries(u64),
}

impl Until {
    /// Whether a turn that began then and has come so far goes on.
    pub fn goes_on(self, since: Instant, entries: u64) -> bool {
        match self {
            Self::Elapsed(most) => since.elapsed() < most,
            Self::Entries(most) => entries < most,
        }
    }
}

/// Some records of the books.
pub struct Records {
    /// Their bytes, one after the other.
    pub bytes: Vec<u8>,
    /// How many.
    pub count: u64,
}

impl Records {
    /// Bytes of one, on average.
    pub fn bytes_each(&self) -> f64 {
        self.bytes.len() as f64 / self.count as f64
    }
}

/// What was written.
pub struct PlainTurn {
    pub entries: u64,
    pub took: Duration,
    pub percentiles: Option<Percentiles>,
    pub usage: Usage,
}

impl PlainFile {
    /// An empty file in `folder`.
    pub fn create(folder: &Path) -> Self {
        let path = folder.join("plain");
        Self { file: empty(&path), path }
    }

    /// Appends `per_sync` records at a time and syncs (`fdatasync`), one after the other.
    pub fn turn(&mut self, records: &Records, per_sync: u64, until: Until) -> PlainTurn {
        let bytes = (records.bytes_each() * per_sync as f64) as usize;
        let batch: Vec<u8> = records.bytes.iter().copied().cycle().take(bytes).collect();
        let (mut entries, mut latencies) = (0, Vec::new());
        if self.file.metadata().unwrap().len() > BYTES_MAX {
            std::fs::remove_file(&self.path).unwrap();
            self.file = empty(&self.path);
        }
        rustix::fs::sync();
        let (before, began) = (Usage::mine(), Instant::now());
        while until.goes_on(began, entries) {
            let since = Instant::now();
            self.file.write_all(&batch).unwrap();
            self.file.sync_data().unwrap();
            latencies.push(since.elapsed());
            entries += per_sync;
        }
        PlainTurn {
            entries,
            took: began.elapsed(),
            percentiles: Percentiles::of(latencies),
            usage: Usage::mine() - before,
        }
    }
}

fn empty(path: &Path) -> File {
    OpenOptions::new().create_new(true).append(true).open(path).unwrap()
}

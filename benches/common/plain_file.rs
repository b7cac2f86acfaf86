//! The limit of what any ledger could do with this record on this disk: a file that grows, with the same
//! bytes, synced after every batch. No room is set aside for it, nothing is checked, nobody is answered.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::figures::Percentiles;
use super::usage::Usage;

/// The file.
pub struct PlainFile {
    file: File,
}

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
        let file = OpenOptions::new().create_new(true).append(true).open(folder.join("plain")).unwrap();
        Self { file }
    }

    /// Appends `per_sync` records at a time and syncs (`fdatasync`), one after the other.
    pub fn turn(&mut self, records: &Records, per_sync: u64, until: Until) -> PlainTurn {
        let bytes = (records.bytes_each() * per_sync as f64) as usize;
        let batch: Vec<u8> = records.bytes.iter().copied().cycle().take(bytes).collect();
        let (mut entries, mut latencies) = (0, Vec::new());
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

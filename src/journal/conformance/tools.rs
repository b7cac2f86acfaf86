//! What the suite and the tests of each journal are made with.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use super::super::*;

/// Storage that outlives a journal, as a disk outlives a process.
pub(crate) trait Subject {
    /// The journal of the next process. The one before must be gone.
    fn start(&mut self) -> Box<dyn Journal>;
    /// Ends the process of `journal` in the middle of writing `batch`: pages, but no seal.
    fn tear(&mut self, journal: Box<dyn Journal>, tip: &Tip, batch: &Batch);
    /// What must be true of the storage at the end of every test.
    fn check(&mut self) {}
}

/// SplitMix64: small, seeded, good enough to choose sizes and bytes.
pub(crate) struct Random(pub u64);

impl Random {
    /// A new seed each run, printed so that a failure can be repeated.
    pub fn from_entropy(test: &str) -> Self {
        let seed = RandomState::new().build_hasher().finish();
        println!("{test}: seed {seed:#018x}");
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// The moment of the batch that begins at `first`.
pub(crate) fn moment(first: Sequence) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + first.get() as i64)
}

/// A batch after `tip`.
pub(crate) fn batch_of(tip: &Tip, records: &[Vec<u8>]) -> Batch {
    let mut batch = Batch::new();
    batch.start(tip.position.next(), moment(tip.position.next()), tip.position);
    for record in records {
        batch.push(record).unwrap();
    }
    batch
}

/// `count` records of `bytes` bytes that differ from each other and from run to run of `salt`.
pub(crate) fn records_of(count: usize, bytes: usize, salt: u64) -> Vec<Vec<u8>> {
    let mut random = Random(salt);
    (0..count).map(|_| random.bytes(bytes)).collect()
}

pub(crate) fn append(journal: &mut dyn Journal, tip: &Tip, records: &[Vec<u8>]) -> Tip {
    journal.append(tip, &batch_of(tip, records)).unwrap()
}

/// Everything a reader sees, checked to be dense and chained.
pub(crate) fn read_all(reader: &dyn JournalReader) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut previous = GENESIS;
    loop {
        let batches = reader.read(Sequence::new(all.len() as u64 + 1), 1000).unwrap();
        if batches.is_empty() {
            break;
        }
        for batch in &batches {
            assert!(batch.follows(&previous), "chain broken at {}", batch.first());
            assert_eq!(batch.seal.committed, batch.first().previous());
            previous = batch.seal.hash;
            for record in batch.records() {
                assert_eq!(record.sequence.get(), all.len() as u64 + 1);
                assert_eq!(record.recorded_at, moment(batch.first()));
                all.push(record.bytes.into_owned());
            }
        }
    }
    assert_eq!(reader.tip().position.get(), all.len() as u64);
    assert_eq!(reader.tip().hash, previous);
    all
}

/// Everything is there, by batches and by single records.
pub(crate) fn assert_holds(reader: &dyn JournalReader, model: &[Vec<u8>]) {
    assert!(read_all(reader) == model, "the books are not what was appended");
    let step = model.len() / 97 + 1;
    for (index, expected) in model.iter().enumerate().step_by(step) {
        let sequence = Sequence::new(index as u64 + 1);
        let record = reader.record(sequence).unwrap().unwrap();
        assert!(record.bytes == *expected && record.sequence == sequence, "entry {sequence}");
    }
    assert_eq!(reader.record(Sequence::ZERO).unwrap(), None);
    assert_eq!(reader.record(Sequence::new(model.len() as u64 + 1)).unwrap(), None);
}

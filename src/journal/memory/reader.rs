//! Reading the journal in memory.

use std::sync::Arc;

use super::super::{InspectProgress, Inspection, JournalReader, ReadError, Record, StoredBatch, Tip};
use super::Storage;
use crate::domain::Sequence;

#[derive(Debug)]
pub(super) struct MemoryReader {
    pub storage: Arc<Storage>,
}

impl JournalReader for MemoryReader {
    fn tip(&self) -> Tip {
        self.storage.lock().tip.unwrap_or(Tip::EMPTY)
    }

    fn read(&self, from: Sequence, entries_max: usize) -> Result<Vec<StoredBatch>, ReadError> {
        let state = self.storage.lock();
        let end = state.tip.unwrap_or(Tip::EMPTY).position;
        let start = state.batches.partition_point(|batch| batch.last() < from);
        let mut batches: Vec<StoredBatch> = Vec::new();
        let mut entries = 0_usize;
        for batch in state.batches.iter().skip(start) {
            if batch.last() > end || (!batches.is_empty() && entries >= entries_max) {
                break;
            }
            if !batch.verify_checksum() {
                let what = format!("batch {} to {}: checksum does not match", batch.first(), batch.last());
                return Err(ReadError::damaged(0, what));
            }
            entries = entries.saturating_add(batch.records().count());
            batches.push(batch.clone());
        }
        Ok(batches)
    }

    fn record(&self, sequence: Sequence) -> Result<Option<Record>, ReadError> {
        if sequence.is_zero() {
            return Ok(None);
        }
        let batches = self.read(sequence, 1)?;
        let mut records = batches.iter().flat_map(StoredBatch::records);
        Ok(records.find(|record| record.sequence == sequence).map(|record| Record {
            sequence,
            recorded_at: record.recorded_at,
            bytes: record.bytes.into_owned(),
        }))
    }

    fn all_in_place(&self) -> Result<bool, ReadError> {
        Ok(true) // There is only one place.
    }

    fn inspect(&self, progress: &mut dyn FnMut(InspectProgress)) -> Result<Inspection, ReadError> {
        let through = self.tip().position;
        let batches = self.read(Sequence::new(1), usize::MAX)?;
        let bytes_read =
            batches.iter().flat_map(StoredBatch::pages).map(|page| page.bytes().len() as u64).sum();
        progress(InspectProgress { volume: 0, volumes: 1, bytes_read });
        let batches_walked = batches.len() as u64;
        Ok(Inspection { volumes_sealed: 0, volumes_open: 1, batches_walked, bytes_read, through })
    }
}

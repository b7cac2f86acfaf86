//! The readers' side: only what is durable, only whole batches, damage by name.

use std::sync::Arc;

use super::super::{InspectProgress, Inspection, JournalReader, ReadError, Record, StoredBatch, Tip};
use super::shared::Shared;
use super::{inspect, read};
use crate::domain::Sequence;

/// Reads the volumes of one journal.
#[derive(Debug)]
pub(super) struct VolumesReader {
    pub shared: Arc<Shared>,
}

impl JournalReader for VolumesReader {
    fn tip(&self) -> Tip {
        self.shared.tip()
    }

    fn read(&self, from: Sequence, entries_max: usize) -> Result<Vec<StoredBatch>, ReadError> {
        let end = self.shared.tip().position; // First of all: everything up to here is durable.
        let mut batches: Vec<StoredBatch> = Vec::new();
        let mut entries = 0_usize;
        let mut next = from.max(Sequence::new(1));
        while next <= end && (batches.is_empty() || entries < entries_max) {
            let Some((known, volume_last)) = self.shared.volume_of(next) else { break };
            let store = self.shared.lease(&known)?;
            if batches.is_empty() {
                next = read::batch_first(&store, next, known.first)?;
            }
            while next <= end.min(volume_last) && (batches.is_empty() || entries < entries_max) {
                let missing = || ReadError::damaged(known.number, format!("entry {next} is missing"));
                let batch = read::batch_at(&store, next)?.ok_or_else(missing)?;
                if batch.last() > end.min(volume_last) {
                    let what = format!("the batch at {next} goes past {}", end.min(volume_last));
                    return Err(ReadError::damaged(known.number, what));
                }
                if let Some(before) = batches.last()
                    && before.seal.hash != batch.seal.previous
                {
                    let what = format!("the batch at {next} does not follow the one before it");
                    return Err(ReadError::damaged(known.number, what));
                }
                next = batch.last().next();
                entries = entries.saturating_add(usize::try_from(batch.seal.count).unwrap_or(usize::MAX));
                batches.push(batch);
            }
        }
        Ok(batches)
    }

    fn record(&self, sequence: Sequence) -> Result<Option<Record>, ReadError> {
        if sequence.is_zero() || sequence > self.shared.tip().position {
            return Ok(None);
        }
        let Some((known, _)) = self.shared.volume_of(sequence) else { return Ok(None) };
        let store = self.shared.lease(&known)?;
        read::record(&store, sequence).map(Some)
    }

    fn all_in_place(&self) -> Result<bool, ReadError> {
        inspect::all_in_place(&self.shared)
    }

    fn inspect(&self, progress: &mut dyn FnMut(InspectProgress)) -> Result<Inspection, ReadError> {
        inspect::inspect(&self.shared, progress)
    }
}

//! A batch being built: records go in, pages come out.
//!
//! One thread builds it and uses it again and again: after a few rounds every buffer has the size
//! it needs and nothing is allocated (wait-free, no system calls).

use super::layout::{
    self, BATCH_BYTES_MAX, Key, PART_BYTES, RECORD_BYTES_MAX, VALUE_BYTES_TARGET, WHOLE_HEADER_BYTES,
};
use super::{BatchSeal, Hash, Tip, errors::Cause};
use crate::domain::{Sequence, Timestamp};

/// A record or a batch above its limit. Nothing was pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes are more than the {bytes_max} allowed")]
pub struct TooLarge {
    /// What it would have been.
    pub bytes: usize,
    /// `RECORD_BYTES_MAX` or `BATCH_BYTES_MAX`.
    pub bytes_max: usize,
}

/// One finished page inside `Batch::buffer`.
#[derive(Clone, Copy, Debug)]
struct Span {
    key: Key,
    start: usize,
    end: usize,
}

/// The page that records are being added to.
#[derive(Clone, Copy, Debug)]
struct OpenPage {
    first: Sequence,
    start: usize,
    count: u16,
}

/// Records on their way into the journal.
#[derive(Debug, Default)]
pub struct Batch {
    first: Sequence,
    committed: Sequence,
    recorded_at: Timestamp,
    count: u32,
    /// All pages, one after the other.
    buffer: Vec<u8>,
    spans: Vec<Span>,
    open: Option<OpenPage>,
}

impl Batch {
    /// An empty batch; `start` says where it belongs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Empties the batch and says where it belongs: its first entry, its moment, and the position
    /// its writer knows durable. Keeps the buffers.
    pub fn start(&mut self, first: Sequence, recorded_at: Timestamp, committed: Sequence) {
        self.clear();
        self.first = first;
        self.recorded_at = recorded_at;
        self.committed = committed;
    }

    /// Forgets all records. Keeps the buffers.
    pub fn clear(&mut self) {
        self.count = 0;
        self.buffer.clear();
        self.spans.clear();
        self.open = None;
    }

    /// Adds the next record.
    pub fn push(&mut self, record: &[u8]) -> Result<(), TooLarge> {
        if record.len() > RECORD_BYTES_MAX {
            return Err(TooLarge { bytes: record.len(), bytes_max: RECORD_BYTES_MAX });
        }
        // Room for the record and the headers of every page it may start.
        let bytes = self.buffer.len() + record.len() + VALUE_BYTES_TARGET;
        if bytes > BATCH_BYTES_MAX {
            return Err(TooLarge { bytes, bytes_max: BATCH_BYTES_MAX });
        }
        // From here it must succeed.
        let needed = layout::length_bytes(record.len()) + record.len();
        if WHOLE_HEADER_BYTES + needed > VALUE_BYTES_TARGET {
            self.close_page();
            self.push_parts(record);
        } else {
            self.push_whole(record, needed);
        }
        self.count += 1; // BATCH_BYTES_MAX is below u32::MAX and a record takes at least a byte.
        Ok(())
    }

    fn push_whole(&mut self, record: &[u8], needed: usize) {
        if self.open.is_some_and(|page| self.buffer.len() - page.start + needed > VALUE_BYTES_TARGET) {
            self.close_page();
        }
        let first = self.next();
        let page = match &mut self.open {
            Some(page) => page,
            none => {
                let start = self.buffer.len();
                layout::put_whole_header(&mut self.buffer, self.recorded_at);
                none.insert(OpenPage { first, start, count: 0 })
            }
        };
        page.count += 1; // At most VALUE_BYTES_TARGET, as each takes a byte.
        layout::put_length(&mut self.buffer, record.len());
        self.buffer.extend_from_slice(record);
        // Kept right after every push, so that a batch is complete at any moment.
        if let Some(bytes) = self.buffer.get_mut(page.start..) {
            layout::set_whole_count(bytes, page.count);
        }
    }

    fn push_parts(&mut self, record: &[u8]) {
        let sequence = self.next();
        let total = u32::try_from(record.len()).unwrap_or(u32::MAX); // At most RECORD_BYTES_MAX.
        for (part, bytes) in (0_u16..).zip(record.chunks(PART_BYTES)) {
            let start = self.buffer.len();
            layout::put_part_header(&mut self.buffer, self.recorded_at, total);
            self.buffer.extend_from_slice(bytes);
            self.spans.push(Span { key: Key::page(sequence, part), start, end: self.buffer.len() });
        }
    }

    fn close_page(&mut self) {
        if let Some(page) = self.open.take() {
            let key = Key::page(page.first, 0);
            self.spans.push(Span { key, start: page.start, end: self.buffer.len() });
        }
    }

    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// How many records, as the seal says it.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// True without records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of all pages.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.buffer.len()
    }

    /// The first entry.
    #[must_use]
    pub fn first(&self) -> Sequence {
        self.first
    }

    /// The last entry; before the first while the batch is empty.
    #[must_use]
    pub fn last(&self) -> Sequence {
        self.next().previous()
    }

    /// When the ledger wrote these entries down.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    fn next(&self) -> Sequence {
        self.first.plus(u64::from(self.count))
    }

    /// All pages with their keys, in key order.
    pub(crate) fn pages(&self) -> impl Iterator<Item = (Key, &[u8])> {
        let open = self.open.map(|page| Span {
            key: Key::page(page.first, 0),
            start: page.start,
            end: self.buffer.len(),
        });
        self.spans
            .iter()
            .copied()
            .chain(open)
            .map(|span| (span.key, self.buffer.get(span.start..span.end).unwrap_or_default()))
    }

    /// Whether it can be written after `tip` at all.
    pub(crate) fn check(&self) -> Result<(), Cause> {
        if self.is_empty() {
            return Err(Cause::Unusable("it has no records"));
        }
        if self.first.is_zero() || self.first.get().checked_add(u64::from(self.count)).is_none() {
            return Err(Cause::Unusable("its positions do not exist"));
        }
        Ok(())
    }

    /// The seal that puts this batch after `tip`.
    pub(crate) fn seal(&self, tip: &Tip, volume_bytes: u64) -> BatchSeal {
        let pages = self.spans.len() + usize::from(self.open.is_some());
        let unhashed = BatchSeal {
            format: layout::FORMAT,
            epoch: tip.epoch,
            first: self.first,
            count: self.count,
            committed: self.committed,
            pages: u32::try_from(pages).unwrap_or(u32::MAX), // Bounded by BATCH_BYTES_MAX.
            checksum: crc32fast::hash(&self.buffer),         // Pages lie one after the other.
            previous: tip.hash,
            hash: Hash::default(),
            volume_bytes,
        };
        let hash = unhashed.hash_over(&tip.hash, self.pages().map(|(key, page)| (key.bytes(), page)));
        BatchSeal { hash, ..unhashed }
    }
}

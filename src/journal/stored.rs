//! A batch as it was read back.
//!
//! Built only by [`StoredBatch::new`], which checks that the pages are the ones the seal speaks of
//! and hold exactly its records, so that reading them cannot fail half way.

use std::borrow::Cow;
use std::sync::Arc;

use super::layout::{self, Key, PART_BYTES, PageBody};
use super::{BatchSeal, Hash};
use crate::domain::{Sequence, Timestamp};

/// One value of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub(crate) key: Key,
    pub(crate) value: Arc<[u8]>,
}

impl Page {
    /// The first entry with bytes in this page.
    #[must_use]
    pub fn first(&self) -> Sequence {
        self.key.sequence
    }

    /// The stored bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.value
    }
}

/// A batch of the books, with the seal that makes it one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    /// What its seal says.
    pub seal: BatchSeal,
    pages: Vec<Page>,
}

/// A record inside a batch; borrowed unless it took several pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord<'a> {
    /// Its position.
    pub sequence: Sequence,
    /// When its batch was written down.
    pub recorded_at: Timestamp,
    /// What was pushed.
    pub bytes: Cow<'a, [u8]>,
}

impl StoredBatch {
    /// Puts seal and pages together, or says why they are not one batch.
    pub(crate) fn new(seal: BatchSeal, pages: Vec<Page>) -> Result<Self, String> {
        let batch = Self { seal, pages };
        let name = || format!("batch {} to {}", batch.seal.first, batch.seal.last());
        if batch.pages.len() != usize::try_from(batch.seal.pages).unwrap_or(usize::MAX) {
            return Err(format!("{}: {} pages of {}", name(), batch.pages.len(), batch.seal.pages));
        }
        if !batch.verify_checksum() {
            return Err(format!("{}: checksum does not match", name()));
        }
        match batch.end_of_records() {
            Some(end) if end == batch.seal.last().next() => Ok(batch),
            Some(_) | None => Err(format!("{}: pages do not hold its records", name())),
        }
    }

    /// Walks all pages; the sequence after the last record, or nothing where they do not fit.
    fn end_of_records(&self) -> Option<Sequence> {
        let mut next = self.seal.first;
        let mut pages = self.pages.as_slice();
        while let Some((page, rest)) = pages.split_first() {
            if page.key != Key::page(next, 0) {
                return None;
            }
            match PageBody::parse(&page.value)? {
                PageBody::Whole { count, mut records, .. } => {
                    for _ in 0..count {
                        records = layout::take_record(records)?.1;
                    }
                    if !records.is_empty() || count == 0 {
                        return None;
                    }
                    next = next.plus(u64::from(count));
                    pages = rest;
                }
                PageBody::Part { total, .. } => {
                    let parts = part_count(total)?;
                    let values = pages.get(..parts)?.iter().map(|page| (page.key, &*page.value));
                    join_parts(next, total, values)?;
                    next = next.next();
                    pages = pages.get(parts..)?;
                }
            }
        }
        Some(next)
    }

    /// All records, in order.
    pub fn records(&self) -> impl Iterator<Item = StoredRecord<'_>> {
        let mut pages = self.pages.as_slice();
        let mut next = self.seal.first;
        let mut current: Option<(Timestamp, u16, &[u8])> = None;
        std::iter::from_fn(move || {
            loop {
                if let Some((recorded_at, left, records)) = current.take_if(|page| page.1 > 0) {
                    let (bytes, rest) = layout::take_record(records)?;
                    current = Some((recorded_at, left - 1, rest));
                    let sequence = next;
                    next = next.next();
                    return Some(StoredRecord { sequence, recorded_at, bytes: Cow::Borrowed(bytes) });
                }
                match PageBody::parse(&pages.first()?.value)? {
                    PageBody::Whole { recorded_at, count, records } => {
                        current = Some((recorded_at, count, records));
                        pages = pages.get(1..)?;
                    }
                    PageBody::Part { recorded_at, total, .. } => {
                        let parts = part_count(total)?;
                        let values = pages.get(..parts)?.iter().map(|page| (page.key, &*page.value));
                        let bytes = join_parts(next, total, values)?;
                        pages = pages.get(parts..)?;
                        let sequence = next;
                        next = next.next();
                        return Some(StoredRecord { sequence, recorded_at, bytes: Cow::Owned(bytes) });
                    }
                }
            }
        })
    }

    /// The pages, as an auditor exports them.
    #[must_use]
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// The first entry.
    #[must_use]
    pub fn first(&self) -> Sequence {
        self.seal.first
    }

    /// The last entry.
    #[must_use]
    pub fn last(&self) -> Sequence {
        self.seal.last()
    }

    /// When its entries were written down.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        let body = self.pages.first().and_then(|page| PageBody::parse(&page.value));
        body.map(|body| body.recorded_at()).unwrap_or_default()
    }

    /// Whether the pages are the ones that were sealed. `read` has already checked it.
    #[must_use]
    pub fn verify_checksum(&self) -> bool {
        let mut hasher = crc32fast::Hasher::new();
        for page in &self.pages {
            hasher.update(&page.value);
        }
        hasher.finalize() == self.seal.checksum
    }

    /// The hash this batch must have if `previous` is the one before it; worked out from the bytes.
    #[must_use]
    pub fn hash_after(&self, previous: &Hash) -> Hash {
        self.seal.hash_over(previous, self.pages.iter().map(|page| (page.key.bytes(), &*page.value)))
    }

    /// Whether this batch follows `previous`, by its own word and by its bytes.
    #[must_use]
    pub fn follows(&self, previous: &Hash) -> bool {
        self.seal.previous == *previous && self.seal.hash == self.hash_after(previous)
    }
}

/// How many pages a record of `total` bytes takes, if it may exist at all.
pub(crate) fn part_count(total: u32) -> Option<usize> {
    let total = usize::try_from(total).ok()?;
    (total > 0 && total <= layout::RECORD_BYTES_MAX).then(|| total.div_ceil(PART_BYTES))
}

/// Puts the parts of record `sequence` together; `None` unless they are exactly its parts.
pub(crate) fn join_parts<'a>(
    sequence: Sequence,
    total: u32,
    values: impl Iterator<Item = (Key, &'a [u8])>,
) -> Option<Vec<u8>> {
    let total_bytes = usize::try_from(total).ok()?;
    let mut record = Vec::with_capacity(total_bytes.min(layout::RECORD_BYTES_MAX));
    for (part, (key, value)) in (0_u16..).zip(values) {
        let body = PageBody::parse(value)?;
        match body {
            PageBody::Part { total: same, bytes, .. }
                if same == total && key == Key::page(sequence, part) =>
            {
                record.extend_from_slice(bytes);
            }
            PageBody::Part { .. } | PageBody::Whole { .. } => return None,
        }
    }
    (record.len() == total_bytes).then_some(record)
}

#[cfg(test)]
mod tests {
    use super::super::conformance::{batch_of, records_of};
    use super::super::{GENESIS, RECORD_BYTES_MAX, Tip};
    use super::*;

    /// Goal: pages that are not exactly what a seal speaks of never become a batch, so `records`
    /// never returns other records; and the chain notices what the checksum does not cover.
    /// Method: leave pages out, exchange them, move keys, change bytes and fields; the checksum is
    /// made to fit where it would hide the check behind it.
    #[test]
    fn pages_that_do_not_fit_are_no_batch() {
        let tip = Tip { epoch: 3, ..Tip::EMPTY };
        let mut records = records_of(300, 100, 1);
        records.extend(records_of(2, RECORD_BYTES_MAX, 2));
        records.extend(records_of(300, 100, 3));
        let batch = batch_of(&tip, &records);
        let seal = batch.seal(&tip, 0);
        let pages: Vec<Page> =
            batch.pages().map(|(key, page)| Page { key, value: Arc::from(page) }).collect();
        let good = StoredBatch::new(seal, pages.clone()).unwrap();
        assert!(good.follows(&GENESIS) && good.records().count() == records.len());
        let fitting = |pages: &[Page]| {
            let mut hasher = crc32fast::Hasher::new();
            pages.iter().for_each(|page| hasher.update(&page.value));
            BatchSeal { checksum: hasher.finalize(), pages: pages.len() as u32, ..seal }
        };
        let refused = |pages: Vec<Page>| {
            assert!(StoredBatch::new(seal, pages.clone()).is_err());
            assert!(StoredBatch::new(fitting(&pages), pages).is_err());
        };
        for index in 0..pages.len() {
            let mut fewer = pages.clone();
            fewer.remove(index);
            refused(fewer);
            let mut moved = pages.clone();
            moved[index].key.sequence = moved[index].key.sequence.next();
            assert!(StoredBatch::new(seal, moved).is_err());
            let mut shorter = pages.clone();
            let value = &shorter[index].value;
            shorter[index].value = Arc::from(&value[..value.len() - 1]);
            refused(shorter);
            let mut changed = pages.clone();
            let mut value = changed[index].value.to_vec();
            *value.last_mut().unwrap() ^= 1;
            changed[index].value = Arc::from(value);
            assert!(StoredBatch::new(seal, changed.clone()).is_err());
            // With a checksum made to fit it may look like a batch, but not like this one.
            let forged = StoredBatch::new(fitting(&changed), changed).unwrap();
            assert!(!forged.follows(&GENESIS));
        }
        let mut exchanged = pages.clone();
        exchanged.swap(0, 1);
        refused(exchanged);
        for other in [
            BatchSeal { epoch: 4, ..seal },
            BatchSeal { committed: Sequence::new(1), ..seal },
            BatchSeal { previous: [1; 32], ..seal },
        ] {
            assert!(!StoredBatch::new(other, pages.clone()).unwrap().follows(&GENESIS));
        }
        let count = BatchSeal { count: seal.count - 1, ..seal };
        assert!(StoredBatch::new(count, pages).is_err());
    }

    /// Goal: a seal is read back as it was written, and any changed byte of it is noticed.
    /// Method: every bit of every byte.
    #[test]
    fn a_changed_seal_is_no_seal() {
        let tip = Tip { epoch: u64::MAX - 1, ..Tip::EMPTY };
        let seal = batch_of(&tip, &records_of(3, 10, 1)).seal(&tip, 77);
        let bytes = seal.encode();
        assert_eq!(BatchSeal::parse(&bytes), Some(seal));
        for index in 0..bytes.len() * 8 {
            let mut changed = bytes;
            changed[index / 8] ^= 1 << (index % 8);
            assert_eq!(BatchSeal::parse(&changed), None);
        }
        assert_eq!(BatchSeal::parse(&bytes[1..]), None);
    }
}

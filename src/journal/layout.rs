//! The bytes of a batch: keys, pages, and their limits.
//!
//! ```text
//! key    first sequence u64 BE | part u16 BE           the seal: last sequence | 0xFFFF
//! page   format u8 | kind u8 | recorded_at i64 LE | ...
//!          kind 0, whole records   count u16 LE  | count × (length varint | bytes)
//!          kind 1, part of one     total u32 LE  | bytes; parts 0, 1, 2 … have consecutive keys
//! seal   see seal.rs
//! ```
//!
//! So the page of an entry is the one with the greatest key at or below (its sequence, part 0):
//! a seal sorts after every page of its batch and before every page of the next.
//!
//! Why pages: one key an entry is ten times slower. Why so small: sled writes a whole leaf of up
//! to 17 values as one message, and a message above a quarter of the segment goes to a file that
//! nothing syncs.

use crate::domain::{Sequence, Timestamp};

/// The format this code writes, and the only one it reads.
pub(crate) const FORMAT: u8 = 1;

/// Pages are filled up to this.
pub const VALUE_BYTES_TARGET: usize = 8 * 1024;
/// No value of any sled tree is larger.
pub const VALUE_BYTES_MAX: usize = 12 * 1024;
/// sled's unit of writing.
pub(crate) const SEGMENT_BYTES: usize = 1024 * 1024;
/// The most values in one sled leaf: 0.34.7 splits above 16 when it next passes by, and merges a
/// leaf of up to 3 into its left neighbour first.
const LEAF_VALUES_MAX: usize = 20;
/// The largest record; `codec` shows that the widest entry, an opening of 32 accounts, takes 40 KiB.
pub const RECORD_BYTES_MAX: usize = 64 * 1024;
/// The most bytes of pages in one batch: a second of the fastest disk we measured, and small
/// enough to be held in memory twice.
pub const BATCH_BYTES_MAX: usize = 64 * 1024 * 1024;

pub(crate) const KEY_BYTES: usize = 10;
/// Format, kind and `recorded_at`.
const COMMON_BYTES: usize = 10;
pub(crate) const WHOLE_HEADER_BYTES: usize = COMMON_BYTES + 2;
pub(crate) const PART_HEADER_BYTES: usize = COMMON_BYTES + 4;
/// Bytes of a large record in each of its pages but the last.
pub(crate) const PART_BYTES: usize = VALUE_BYTES_TARGET - PART_HEADER_BYTES;
/// A length below 2^21 takes at most three bytes.
const VARINT_BYTES_MAX: usize = 3;

pub(crate) const SEAL_PART: u16 = u16::MAX;
const KIND_WHOLE: u8 = 0;
const KIND_PART: u8 = 1;

// A full leaf with its keys and bookkeeping stays below the size that goes to a file of its own.
const _: () = assert!(LEAF_VALUES_MAX * (VALUE_BYTES_MAX + 64) < SEGMENT_BYTES / 4 - 64);
const _: () = assert!(VALUE_BYTES_TARGET <= VALUE_BYTES_MAX);
const _: () = assert!(RECORD_BYTES_MAX < 1 << (7 * VARINT_BYTES_MAX));
// The parts of the largest record are far below the number that marks a seal.
const _: () = assert!(RECORD_BYTES_MAX.div_ceil(PART_BYTES) <= 16);
// A page of empty records still counts them in a u16.
const _: () = assert!(VALUE_BYTES_TARGET < u16::MAX as usize);

/// The key of a page or a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub sequence: Sequence,
    pub part: u16,
}

impl Key {
    pub const fn page(sequence: Sequence, part: u16) -> Self {
        Self { sequence, part }
    }

    pub const fn seal(last: Sequence) -> Self {
        Self { sequence: last, part: SEAL_PART }
    }

    pub const fn is_seal(self) -> bool {
        self.part == SEAL_PART
    }

    pub fn bytes(self) -> [u8; KEY_BYTES] {
        let mut bytes = [0; KEY_BYTES];
        let (sequence, part) = bytes.split_at_mut(8);
        sequence.copy_from_slice(&self.sequence.get().to_be_bytes());
        part.copy_from_slice(&self.part.to_be_bytes());
        bytes
    }

    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (sequence, part) = bytes.split_first_chunk::<8>()?;
        let part = <[u8; 2]>::try_from(part).ok()?;
        Some(Self { sequence: Sequence::new(u64::from_be_bytes(*sequence)), part: u16::from_be_bytes(part) })
    }
}

/// A page, taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PageBody<'a> {
    /// `count` records, each behind its length.
    Whole { recorded_at: Timestamp, count: u16, records: &'a [u8] },
    /// Some bytes of one record of `total` bytes.
    Part { recorded_at: Timestamp, total: u32, bytes: &'a [u8] },
}

impl<'a> PageBody<'a> {
    /// Takes the header off. `None`: not a page of this format.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let (&[format, kind], rest) = value.split_first_chunk::<2>()?;
        let (recorded_at, rest) = rest.split_first_chunk::<8>()?;
        let recorded_at = Timestamp::from_micros(i64::from_le_bytes(*recorded_at));
        match (format, kind) {
            (FORMAT, KIND_WHOLE) => {
                let (count, records) = rest.split_first_chunk::<2>()?;
                Some(Self::Whole { recorded_at, count: u16::from_le_bytes(*count), records })
            }
            (FORMAT, KIND_PART) => {
                let (total, bytes) = rest.split_first_chunk::<4>()?;
                Some(Self::Part { recorded_at, total: u32::from_le_bytes(*total), bytes })
            }
            _ => None,
        }
    }

    pub fn recorded_at(&self) -> Timestamp {
        match *self {
            Self::Whole { recorded_at, .. } | Self::Part { recorded_at, .. } => recorded_at,
        }
    }
}

/// Starts a page of whole records; the count is filled in by [`set_whole_count`].
pub(crate) fn put_whole_header(out: &mut Vec<u8>, recorded_at: Timestamp) {
    out.extend_from_slice(&[FORMAT, KIND_WHOLE]);
    out.extend_from_slice(&recorded_at.micros().to_le_bytes());
    out.extend_from_slice(&[0; 2]);
}

/// Fills in how many records the page at `page` holds.
pub(crate) fn set_whole_count(page: &mut [u8], count: u16) {
    if let Some(field) = page.get_mut(COMMON_BYTES..WHOLE_HEADER_BYTES) {
        field.copy_from_slice(&count.to_le_bytes());
    }
}

/// Starts a page with a part of a record of `total` bytes.
pub(crate) fn put_part_header(out: &mut Vec<u8>, recorded_at: Timestamp, total: u32) {
    out.extend_from_slice(&[FORMAT, KIND_PART]);
    out.extend_from_slice(&recorded_at.micros().to_le_bytes());
    out.extend_from_slice(&total.to_le_bytes());
}

/// Bytes [`put_length`] takes for a record of `length` bytes.
pub(crate) const fn length_bytes(length: usize) -> usize {
    match length {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        _ => VARINT_BYTES_MAX,
    }
}

/// Seven bits a byte, lowest first; the top bit says that more follow.
pub(crate) fn put_length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        let [low, ..] = length.to_le_bytes();
        out.push(low | 0x80);
        length >>= 7;
    }
    let [low, ..] = length.to_le_bytes();
    out.push(low);
}

/// The next record of a page of whole records, and what follows it.
pub(crate) fn take_record(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    for (index, &byte) in records.iter().enumerate().take(VARINT_BYTES_MAX) {
        length |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            // One number, one spelling: a last byte of zero would be a longer way to say the same.
            if byte == 0 && index > 0 {
                return None;
            }
            return records.get(index + 1..)?.split_at_checked(length);
        }
    }
    None
}

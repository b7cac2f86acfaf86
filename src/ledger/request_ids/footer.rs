//! The end of a run's file: what is in it, for which entries, vouched for by which batch.
//!
//! ```text
//! file   = pages (4 KiB each) | fences (20 bytes a page) | filter (64-byte lines) | footer
//! footer = magic 8 | first u64 | last u64 | before 32 | hash 32 | seed 2 × u64 | ids u64 | pages u64 | lines u64
//!        | 2 × (least id 16 | greatest id 16) | crc32 of fences and filter u32 | crc32 of all that u32
//! ```
//!
//! Numbers are little-endian, ids big-endian.

use super::hash::Seed;
use super::lines::LINE_BYTES;
use super::page::{Filed, KEY_BYTES, PAGE_BYTES};
use crate::journal::Hash;

const MAGIC: [u8; 8] = *b"HBREQID1";
/// Bytes of a footer.
pub const FOOTER_BYTES: usize = 8 + 2 * 8 + 2 * 32 + 2 * 8 + 3 * 8 + 4 * 16 + 2 * 4;

/// Which entries a run covers, and of which books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first entry.
    pub first: u64,
    /// The last entry; a batch of the journal ends with it.
    pub last: u64,
    /// The chain's hash before the first entry.
    pub before: Hash,
    /// The chain's hash after the last entry.
    pub hash: Hash,
}

/// The least and the greatest id of version 7, and of any other version: the former are in order of
/// time, the latter anywhere, and one of them would make every id of the former a possible one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranges([(u128, u128); 2]);

impl Ranges {
    /// Of no ids.
    pub const EMPTY: Self = Self([(u128::MAX, 0); 2]);

    /// Includes an id.
    pub fn include(&mut self, filed: &Filed) {
        let Self([seven, other]) = self;
        let (least, greatest) = if is_seven(filed.id) { seven } else { other };
        *least = filed.id.min(*least);
        *greatest = filed.id.max(*greatest);
    }

    /// Whether an id lies between.
    pub const fn include_it(&self, filed: &Filed) -> bool {
        let Self([seven, other]) = self;
        let (least, greatest) = if is_seven(filed.id) { seven } else { other };
        *least <= filed.id && filed.id <= *greatest
    }

    /// Whether an id may lie in both.
    pub fn meet(&self, other: &Self) -> bool {
        let both = self.0.iter().zip(&other.0);
        both.into_iter().any(|(one, other)| one.0.max(other.0) <= one.1.min(other.1))
    }

    /// Whether most of one lies within the other, so that whoever looks in one looks in both. Ids of
    /// version 7 come in order of time but for those of the same moment: runs of theirs only touch.
    pub fn cross(&self, other: &Self) -> bool {
        let mut both = self.0.iter().zip(&other.0);
        both.any(|((least, greatest), (other_least, other_greatest))| {
            let width = |least: &u128, greatest: &u128| greatest.checked_sub(*least);
            let shared = width(least.max(other_least), greatest.min(other_greatest));
            let shorter = width(least, greatest).min(width(other_least, other_greatest));
            shared.is_some_and(|shared| shorter.is_some_and(|shorter| shared >= shorter / 2))
        })
    }
}

const fn is_seven(id: u128) -> bool {
    (id >> 76) & 0xf == 7
}

/// What a footer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footer {
    /// Which entries.
    pub span: Span,
    /// Of the filter.
    pub seed: Seed,
    /// How many ids.
    pub ids: u64,
    /// How many pages.
    pub pages: u64,
    /// How many lines the filter has.
    pub lines: u64,
    /// Between which ids.
    pub ranges: Ranges,
    /// Of fences and filter.
    pub checksum: u32,
}

impl Footer {
    /// The footer as bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FOOTER_BYTES);
        bytes.extend_from_slice(&MAGIC);
        let (span, [one, two]) = (&self.span, self.seed.words());
        bytes.extend([span.first, span.last].into_iter().flat_map(u64::to_le_bytes));
        bytes.extend_from_slice(&span.before);
        bytes.extend_from_slice(&span.hash);
        bytes.extend([one, two, self.ids, self.pages, self.lines].into_iter().flat_map(u64::to_le_bytes));
        let Ranges([seven, other]) = self.ranges;
        bytes.extend([seven.0, seven.1, other.0, other.1].into_iter().flat_map(u128::to_be_bytes));
        bytes.extend_from_slice(&self.checksum.to_le_bytes());
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// The footer in `bytes`, if it is whole.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (body, checksum) = bytes.split_last_chunk::<4>()?;
        if bytes.len() != FOOTER_BYTES || crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
            return None;
        }
        let mut rest = body.strip_prefix(&MAGIC)?;
        let [first, last] = [word(&mut rest)?, word(&mut rest)?];
        let [before, hash] = [*take(&mut rest)?, *take(&mut rest)?];
        let seed = Seed::new([word(&mut rest)?, word(&mut rest)?]);
        let [ids, pages, lines] = [word(&mut rest)?, word(&mut rest)?, word(&mut rest)?];
        let mut id = || take(&mut rest).map(|bytes| u128::from_be_bytes(*bytes));
        let ranges = Ranges([(id()?, id()?), (id()?, id()?)]);
        let checksum = u32::from_le_bytes(*take(&mut rest)?);
        let span = Span { first, last, before, hash };
        let possible = rest.is_empty() && (1..=last).contains(&first);
        possible.then_some(Self { span, seed, ids, pages, lines, ranges, checksum })
    }

    /// Where fences, filter and footer begin, and where the file ends; nothing if that is no number.
    pub fn offsets(&self) -> Option<Offsets> {
        let bytes = |count: u64, each: usize| count.checked_mul(u64::try_from(each).ok()?);
        let fences = bytes(self.pages, PAGE_BYTES)?;
        let filter = fences.checked_add(bytes(self.pages, KEY_BYTES)?)?;
        let footer = filter.checked_add(bytes(self.lines, LINE_BYTES)?)?;
        let end = footer.checked_add(bytes(1, FOOTER_BYTES)?)?;
        Some(Offsets { fences, filter, footer, end })
    }

    /// What pages of this run have in common and no other run's.
    pub fn of_pages(&self) -> u32 {
        of_pages(&self.span)
    }
}

/// See [`Footer::of_pages`].
pub fn of_pages(span: &Span) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&span.first.to_le_bytes());
    hasher.update(&span.last.to_le_bytes());
    hasher.update(&span.hash);
    hasher.finalize()
}

/// Where the parts of a file begin, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Offsets {
    /// The fences, after the pages.
    pub fences: u64,
    /// The filter.
    pub filter: u64,
    /// The footer.
    pub footer: u64,
    /// How long the file is.
    pub end: u64,
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(taken)
}

fn word(rest: &mut &[u8]) -> Option<u64> {
    take(rest).map(|bytes| u64::from_le_bytes(*bytes))
}

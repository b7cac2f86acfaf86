//! One page of a run: ids in order, each with its entry.
//!
//! ```text
//! crc32 u32 | ids u16 | prefix u8 | scopes u8 | width u8 | first id 16 | first scope u32 | records … | zeroes
//! record = id after the prefix | scope u32 if they differ | sequence after the first of the run, `width` bytes
//! ```
//!
//! Ids are in order by id, then scope, so that version 7 ids are in order of time. All records of a page
//! have one length: the prefix that all ids share is left out, so is the scope if it is one, and
//! sequences take no more bytes than the largest needs. 15 to 18 bytes an id in the usual case of one
//! scope. Numbers outside records are little-endian, those in records big-endian: they are in order as
//! bytes. The checksum covers the page, its number and the run it belongs to.

use crate::domain::{RequestId, RequestKey, Scope};

/// Bytes of a page.
pub const PAGE_BYTES: usize = 4_096;
const CHECKSUM_BYTES: usize = 4;
const ID_BYTES: usize = 16;
const SCOPE_BYTES: usize = 4;
const HEAD_BYTES: usize = CHECKSUM_BYTES + 2 + 1 + 1 + 1 + ID_BYTES + SCOPE_BYTES;
const SEQUENCE_BYTES: usize = 8;
/// Bytes of a key: of a fence, of what records are compared with.
pub const KEY_BYTES: usize = ID_BYTES + SCOPE_BYTES;

/// A key as bytes in the order of a run.
pub type KeyBytes = [u8; KEY_BYTES];

/// An id in its scope, and its entry, in the order of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Filed {
    /// The 16 bytes of the id, big-endian.
    pub id: u128,
    /// Whose.
    pub scope: u32,
    /// The entry.
    pub sequence: u64,
}

impl Filed {
    /// An id and its entry.
    pub fn new(key: &RequestKey, sequence: u64) -> Self {
        Self { id: u128::from_be_bytes(key.id.bytes()), scope: key.scope.get(), sequence }
    }

    /// The id, if it is one.
    pub fn key(&self) -> Option<RequestKey> {
        let id = RequestId::from_bytes(self.id.to_be_bytes()).ok()?;
        Some(RequestKey { scope: Scope::new(self.scope), id })
    }

    /// Whether both are the same id of the same scope.
    pub const fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.scope == other.scope
    }

    /// The key in the order of a run.
    pub fn bytes(&self) -> KeyBytes {
        let mut bytes = [0; KEY_BYTES];
        let parts = self.id.to_be_bytes().into_iter().chain(self.scope.to_be_bytes());
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    }
}

/// Where a page belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What all pages of one run have in common and no other run's.
    pub run: u32,
    /// The number of the page in it.
    pub number: u64,
    /// The first sequence of the run.
    pub first: u64,
}

/// How records of a page are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cut {
    /// Bytes that all ids share.
    prefix: usize,
    /// Bytes of scope in a record: none or four.
    scope: usize,
    /// Bytes of a sequence.
    width: usize,
}

impl Cut {
    /// The shortest cut for one.
    fn one(filed: &Filed, first: u64) -> Self {
        Self { prefix: ID_BYTES, scope: 0, width: width(filed.sequence.saturating_sub(first)) }
    }

    /// The shortest cut that also fits `filed`, in a page that begins with `head`.
    fn with(self, head: &Filed, filed: &Filed, first: u64) -> Self {
        let shared = usize::try_from((head.id ^ filed.id).leading_zeros() / 8).unwrap_or_default();
        Self {
            prefix: self.prefix.min(shared),
            scope: if head.scope == filed.scope { self.scope } else { SCOPE_BYTES },
            width: self.width.max(width(filed.sequence.saturating_sub(first))),
        }
    }

    const fn record(self) -> usize {
        ID_BYTES.saturating_sub(self.prefix) + self.scope + self.width
    }
}

/// At least one byte, so that no record is empty.
fn width(number: u64) -> usize {
    let zeroes = usize::try_from(number.leading_zeros() / 8).unwrap_or_default();
    SEQUENCE_BYTES.saturating_sub(zeroes).max(1)
}

/// A page that is being filled, in order.
#[derive(Debug, Default)]
pub struct PageWriter {
    filed: Vec<Filed>,
    cut: Option<Cut>,
}

impl PageWriter {
    /// Adds an id after the ones before; false if the page is full, and then it is not added.
    pub fn push(&mut self, filed: Filed, first: u64) -> bool {
        let so_far = self.filed.first().zip(self.cut);
        let cut = so_far.map_or_else(|| Cut::one(&filed, first), |(head, cut)| cut.with(head, &filed, first));
        let records = cut.record().saturating_mul(self.filed.len().saturating_add(1));
        if records > PAGE_BYTES - HEAD_BYTES || self.filed.len() >= usize::from(u16::MAX) {
            return false;
        }
        self.cut = Some(cut);
        self.filed.push(filed);
        true
    }

    /// The first id.
    pub fn first(&self) -> Option<&Filed> {
        self.filed.first()
    }

    /// The page as bytes, and begins the next one.
    pub fn take(&mut self, place: Place) -> Option<Vec<u8>> {
        let (head, cut) = (*self.filed.first()?, self.cut.take()?);
        let mut bytes = Vec::with_capacity(PAGE_BYTES);
        bytes.extend_from_slice(&[0; CHECKSUM_BYTES]);
        bytes.extend_from_slice(&u16::try_from(self.filed.len()).ok()?.to_le_bytes());
        bytes.extend([cut.prefix, cut.scope, cut.width].map(|part| u8::try_from(part).unwrap_or_default()));
        bytes.extend_from_slice(&head.id.to_be_bytes());
        bytes.extend_from_slice(&head.scope.to_le_bytes());
        for filed in self.filed.drain(..) {
            let key = filed.bytes();
            bytes.extend_from_slice(key.get(cut.prefix..ID_BYTES.saturating_add(cut.scope))?);
            let sequence = filed.sequence.saturating_sub(place.first).to_be_bytes();
            bytes.extend_from_slice(sequence.get(SEQUENCE_BYTES.saturating_sub(cut.width)..)?);
        }
        bytes.resize(PAGE_BYTES, 0);
        let checksum = checksum(&bytes, place).to_le_bytes();
        bytes.iter_mut().zip(checksum).for_each(|(to, from)| *to = from);
        Some(bytes)
    }
}

fn checksum(page: &[u8], place: Place) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(place.run);
    hasher.update(&place.number.to_le_bytes());
    hasher.update(page.get(CHECKSUM_BYTES..).unwrap_or_default());
    hasher.finalize()
}

/// A page that was read and is what was written.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    head: Filed,
    cut: Cut,
    records: &'a [u8],
    first: u64,
}

impl<'a> Page<'a> {
    /// The page in `bytes`, if it is the one that was written at `place`.
    pub fn read(bytes: &'a [u8], place: Place) -> Option<Self> {
        let (stored, rest) = bytes.split_first_chunk::<CHECKSUM_BYTES>()?;
        if u32::from_le_bytes(*stored) != checksum(bytes, place) {
            return None;
        }
        let (ids, rest) = rest.split_first_chunk()?;
        let ([prefix, scope, width], rest) = rest.split_first_chunk()?;
        let (id, rest) = rest.split_first_chunk()?;
        let (head_scope, rest) = rest.split_first_chunk()?;
        let cut = Cut { prefix: (*prefix).into(), scope: (*scope).into(), width: (*width).into() };
        let possible = cut.prefix <= ID_BYTES
            && matches!(cut.scope, 0 | SCOPE_BYTES)
            && matches!(cut.width, 1..=SEQUENCE_BYTES);
        if !possible {
            return None;
        }
        let records = cut.record().checked_mul(u16::from_le_bytes(*ids).into())?;
        let head =
            Filed { id: u128::from_be_bytes(*id), scope: u32::from_le_bytes(*head_scope), sequence: 0 };
        Some(Self { head, cut, records: rest.get(..records)?, first: place.first })
    }

    /// The entry of an id.
    pub fn find(&self, wanted: &Filed) -> Option<u64> {
        let key = wanted.bytes();
        let (head, rest) = (self.head.bytes(), self.cut.prefix..ID_BYTES.checked_add(self.cut.scope)?);
        if key.get(..self.cut.prefix)? != head.get(..self.cut.prefix)?
            || (self.cut.scope == 0 && wanted.scope != self.head.scope)
        {
            return None;
        }
        let (wanted, each) = (key.get(rest)?, self.cut.record());
        let (mut low, mut high) = (0, self.records.len() / each);
        while low < high {
            let middle = low.midpoint(high);
            let record = self.records.get(middle.checked_mul(each)?..)?;
            let (found, rest) = record.split_at_checked(wanted.len())?;
            match found.cmp(wanted) {
                std::cmp::Ordering::Less => low = middle.checked_add(1)?,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    return self.first.checked_add(number(rest.get(..self.cut.width)?));
                }
            }
        }
        None
    }

    /// All ids, in order.
    pub fn each(&self) -> impl Iterator<Item = Filed> + 'a {
        let Self { head, cut, records, first } = *self;
        let head = head.bytes();
        records.chunks_exact(cut.record()).filter_map(move |record| {
            let mut key = head;
            let kept = key.get_mut(cut.prefix..ID_BYTES.checked_add(cut.scope)?)?;
            let (from, rest) = record.split_at_checked(kept.len())?;
            kept.copy_from_slice(from);
            let (id, scope) = key.split_first_chunk()?;
            let sequence = first.checked_add(number(rest))?;
            Some(Filed {
                id: u128::from_be_bytes(*id),
                scope: u32::from_be_bytes(*scope.first_chunk()?),
                sequence,
            })
        })
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

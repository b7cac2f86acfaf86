//! The bytes of the keyring file. Pure: no file, no lock.
//!
//! ```text
//!    0  header copy 0   magic 8, format u32, counter u64, applied_through u64, crc32; then unused
//! 4096  header copy 1   the same; the valid copy with the higher counter counts
//! 8192  slot of owner 1 state 1, key 32, zero 27, crc32 over owner number and the 60 bytes before
//! 8256  slot of owner 2 …
//! ```
//!
//! Numbers are little-endian. Slots are 64 bytes at multiples of 64, so none straddles a sector of
//! 512 bytes, and a torn write leaves the old slot or the new one. Header copies are a page apart,
//! so one torn page costs one of them. The owner number is in the checksum, so a slot copied to
//! another owner's place is damage and not a key.
//!
//! Every later format keeps the 32 header bytes as they are, so that this one can refuse it.

use crate::domain::{OwnerNumber, Secret, Sequence};

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;
/// Bytes of a header copy that mean something.
pub(super) const HEADER_BYTES: usize = 32;
/// Bytes of a slot.
pub(super) const SLOT_BYTES: usize = 64;
/// Where the second header copy begins.
const SECOND_HEADER_AT: u64 = 4096;
/// Where the slots begin.
pub(super) const SLOTS_AT: u64 = 8192;
/// The highest owner number with a slot: a file of 1 GiB. Numbers are dense, so one above is a
/// mistake, and without a limit it would make a file of up to 256 GiB.
pub const OWNER_NUMBER_MAX: u32 = 1 << 24;

const MAGIC: [u8; 8] = *b"HBKEYRNG";
const FORMAT: u32 = 1;
// Two codes that no single flipped bit, and no run of zeros, turns into each other.
const LIVE: u8 = b'L';
const ERASED: u8 = b'E';

const _: () = assert!(SLOT_BYTES == 64 && 512 % SLOT_BYTES == 0 && SLOTS_AT.is_multiple_of(512));

/// 32 random bytes that belong to one owner. Never printed, overwritten when dropped.
#[derive(Debug)]
pub struct Key(Secret<KEY_BYTES>);

impl Key {
    /// A key to be filled in place.
    pub(super) fn zeroed() -> Self {
        Self(Secret::zeroed())
    }

    /// The bytes; they stay inside this module.
    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        self.0.bytes()
    }

    /// The bytes, to fill.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8; KEY_BYTES] {
        self.0.bytes_mut()
    }
}

/// What a header copy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Rises by one with every write; its parity chooses the copy.
    pub(super) counter: u64,
    /// Every erasure up to this entry is overwritten and synced.
    pub(super) applied_through: Sequence,
}

/// Why a header copy cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadHeader {
    /// Whole, but written by a later Hourbook.
    NewerFormat(u32),
    /// Not the bytes that were written.
    Damaged,
}

impl Header {
    /// Where this header is written. Copies alternate, so a torn write leaves the one before.
    pub(super) fn place(self) -> u64 {
        if self.counter.is_multiple_of(2) { 0 } else { SECOND_HEADER_AT }
    }

    /// Where both copies are.
    pub(super) const PLACES: [u64; 2] = [0, SECOND_HEADER_AT];

    /// The bytes of the copy.
    pub(super) fn encode(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(self.counter.to_le_bytes());
        bytes.extend(self.applied_through.get().to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads a copy.
    pub(super) fn decode(bytes: &[u8; HEADER_BYTES]) -> Result<Self, BadHeader> {
        let (body, crc) = bytes.split_last_chunk::<4>().ok_or(BadHeader::Damaged)?;
        let (magic, rest) = body.split_first_chunk::<8>().ok_or(BadHeader::Damaged)?;
        let (format, rest) = rest.split_first_chunk::<4>().ok_or(BadHeader::Damaged)?;
        let (counter, rest) = rest.split_first_chunk::<8>().ok_or(BadHeader::Damaged)?;
        let applied = rest.first_chunk::<8>().ok_or(BadHeader::Damaged)?;
        // The checksum first: a flipped bit in the format number is damage, not a later Hourbook.
        if *magic != MAGIC || u32::from_le_bytes(*crc) != crc32fast::hash(body) {
            return Err(BadHeader::Damaged);
        }
        match u32::from_le_bytes(*format) {
            FORMAT => Ok(Self {
                counter: u64::from_le_bytes(*counter),
                applied_through: Sequence::new(u64::from_le_bytes(*applied)),
            }),
            newer if newer > FORMAT => Err(BadHeader::NewerFormat(newer)),
            _ => Err(BadHeader::Damaged),
        }
    }
}

/// What a slot holds.
#[derive(Debug)]
pub(super) enum Slot {
    /// All zero, or past the end of the file: no key was ever made.
    Free,
    /// A key.
    Live(Key),
    /// There was a key, or there may never be one.
    Erased,
    /// The checksum does not match.
    Damaged,
}

/// Where the slot of `owner` begins; none for the operator and above [`OWNER_NUMBER_MAX`].
pub(super) fn slot_place(owner: OwnerNumber) -> Option<u64> {
    let index = owner.get().checked_sub(1).filter(|index| *index < OWNER_NUMBER_MAX)?;
    Some(SLOTS_AT + u64::from(index) * 64) // 64 = SLOT_BYTES; at most 1 GiB, so no overflow.
}

/// The slot of an owner with a key.
pub(super) fn live_slot(owner: OwnerNumber, key: &Key) -> Secret<SLOT_BYTES> {
    slot(owner, LIVE, key.bytes())
}

/// The slot of an owner whose key is gone; its checksum says nothing about the key there was.
pub(super) fn erased_slot(owner: OwnerNumber) -> Secret<SLOT_BYTES> {
    slot(owner, ERASED, &[0; KEY_BYTES])
}

fn slot(owner: OwnerNumber, state: u8, key: &[u8; KEY_BYTES]) -> Secret<SLOT_BYTES> {
    let mut secret = Secret::zeroed();
    let (body, crc_place) = secret.bytes_mut().split_at_mut(SLOT_BYTES - 4);
    for (place, byte) in body.iter_mut().zip(std::iter::once(&state).chain(key)) {
        *place = *byte;
    }
    crc_place.copy_from_slice(&slot_crc(owner, body).to_le_bytes());
    secret
}

/// Reads the slot of `owner`.
pub(super) fn read_slot(owner: OwnerNumber, slot: &Secret<SLOT_BYTES>) -> Slot {
    let bytes = slot.bytes();
    if bytes.iter().all(|byte| *byte == 0) {
        return Slot::Free;
    }
    let Some((body, crc)) = bytes.split_last_chunk::<4>() else { return Slot::Damaged };
    if u32::from_le_bytes(*crc) != slot_crc(owner, body) {
        return Slot::Damaged;
    }
    match body.split_first() {
        Some((&LIVE, rest)) => {
            let mut key = Key::zeroed();
            for (place, byte) in key.bytes_mut().iter_mut().zip(rest) {
                *place = *byte;
            }
            Slot::Live(key)
        }
        Some((&ERASED, _)) => Slot::Erased,
        Some(_) | None => Slot::Damaged,
    }
}

fn slot_crc(owner: OwnerNumber, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&owner.get().to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

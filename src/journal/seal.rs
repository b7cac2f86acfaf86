//! The seal of a batch: its last value, without which the batch does not exist.
//!
//! ```text
//! format u8 | epoch u64 | first u64 | count u32 | committed u64 | pages u32 | checksum u32
//!           | previous 32 | hash 32 | volume bytes u64 | crc32 of all that u32      (numbers LE)
//!
//! checksum = crc32(page ‖ page ‖ …)
//! hash     = SHA-256(previous ‖ format … checksum as above ‖ (key ‖ page length u32 LE ‖ page) ‖ …)
//! ```
//!
//! The hash covers the books, not the store: the same batches have the same hashes in every kind
//! of journal. How full the volume is belongs to the store, so it stands outside the hash.

use aws_lc_rs::digest::{Context, SHA256};

use super::{Hash, layout::FORMAT, layout::KEY_BYTES};
use crate::domain::Sequence;

/// What the seal of a batch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSeal {
    /// Of the batch layout.
    pub format: u8,
    /// Of the writer.
    pub epoch: u64,
    /// The first entry.
    pub first: Sequence,
    /// How many entries; at least 1.
    pub count: u32,
    /// The position its writer knew durable when it built the batch.
    pub committed: Sequence,
    /// How many pages.
    pub pages: u32,
    /// Checksum of the pages, in order.
    pub checksum: u32,
    /// Hash of the batch before.
    pub previous: Hash,
    /// Hash of this batch and everything before.
    pub hash: Hash,
    /// Bytes of keys and values in the volume up to and with this seal; 0 where there are none.
    pub volume_bytes: u64,
}

/// Bytes the hash covers besides pages.
const FIELDS_BYTES: usize = 1 + 8 + 8 + 4 + 8 + 4 + 4;
/// Bytes of a seal as a value.
pub(crate) const SEAL_BYTES: usize = FIELDS_BYTES + 32 + 32 + 8 + 4;

impl BatchSeal {
    /// The last entry.
    #[must_use]
    pub fn last(&self) -> Sequence {
        self.first.plus(u64::from(self.count)).previous()
    }

    fn fields(&self) -> [u8; FIELDS_BYTES] {
        let mut bytes = [0; FIELDS_BYTES];
        let parts: [&[u8]; 7] = [
            &[self.format],
            &self.epoch.to_le_bytes(),
            &self.first.get().to_le_bytes(),
            &self.count.to_le_bytes(),
            &self.committed.get().to_le_bytes(),
            &self.pages.to_le_bytes(),
            &self.checksum.to_le_bytes(),
        ];
        put(&mut bytes, &parts);
        bytes
    }

    /// The hash of a batch with these fields and `pages` after `previous`.
    pub(crate) fn hash_over<'a>(
        &self,
        previous: &Hash,
        pages: impl Iterator<Item = ([u8; KEY_BYTES], &'a [u8])>,
    ) -> Hash {
        let mut context = Context::new(&SHA256);
        context.update(previous);
        context.update(&self.fields());
        for (key, page) in pages {
            context.update(&key);
            // A page longer than that does not exist; the cap keeps the conversion total.
            context.update(&u32::try_from(page.len()).unwrap_or(u32::MAX).to_le_bytes());
            context.update(page);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }

    pub(crate) fn encode(&self) -> [u8; SEAL_BYTES] {
        let mut bytes = [0; SEAL_BYTES];
        put(&mut bytes, &[&self.fields(), &self.previous, &self.hash, &self.volume_bytes.to_le_bytes()]);
        if let Some((body, crc)) = bytes.split_last_chunk_mut::<4>() {
            *crc = crc32fast::hash(body).to_le_bytes();
        }
        bytes
    }

    /// Reads a seal back. `None`: not one, or not of this format.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let value: &[u8; SEAL_BYTES] = value.try_into().ok()?;
        let (body, crc) = value.split_last_chunk::<4>()?;
        if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
            return None;
        }
        let (&[format], rest) = body.split_first_chunk::<1>()?;
        let (epoch, rest) = rest.split_first_chunk::<8>()?;
        let (first, rest) = rest.split_first_chunk::<8>()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let (committed, rest) = rest.split_first_chunk::<8>()?;
        let (pages, rest) = rest.split_first_chunk::<4>()?;
        let (checksum, rest) = rest.split_first_chunk::<4>()?;
        let (previous, rest) = rest.split_first_chunk::<32>()?;
        let (hash, rest) = rest.split_first_chunk::<32>()?;
        let (volume_bytes, _) = rest.split_first_chunk::<8>()?;
        let seal = Self {
            format,
            epoch: u64::from_le_bytes(*epoch),
            first: Sequence::new(u64::from_le_bytes(*first)),
            count: u32::from_le_bytes(*count),
            committed: Sequence::new(u64::from_le_bytes(*committed)),
            pages: u32::from_le_bytes(*pages),
            checksum: u32::from_le_bytes(*checksum),
            previous: *previous,
            hash: *hash,
            volume_bytes: u64::from_le_bytes(*volume_bytes),
        };
        (seal.format == FORMAT && seal.count > 0 && !seal.first.is_zero()).then_some(seal)
    }
}

/// Copies `parts` one after the other to the start of `out`.
fn put(out: &mut [u8], parts: &[&[u8]]) {
    let mut at = 0;
    for part in parts {
        if let Some(room) = out.get_mut(at..at + part.len()) {
            room.copy_from_slice(part);
        }
        at += part.len();
    }
}

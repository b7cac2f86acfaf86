//! How codes stand in their file.
//!
//! ```text
//! "hourbook codes 1\n", 32 random bytes: the key of the hashes, CRC-32 of all that
//! records of 56 bytes: hash 16, account u32 (MAX for practice), issued by u32, partner u32 (0 any), offer u16 (0 any),
//!     ends at i64 (microseconds), look-ups u8, refusals u8, voucher u64 (0 none), authority u8 (0 own, 1 the desk's),
//!     zeros 3, CRC-32 of the record before it
//! ```
//!
//! Numbers are little-endian.

use std::collections::BTreeMap;

use super::{Authority, Code, CodeHash};
use crate::domain::{AccountNumber, OwnerNumber, Sequence, Timestamp};

const MAGIC: &[u8] = b"hourbook codes 1\n";
const KEY_BYTES: usize = 32;
/// The key of the hashes.
pub(super) type Key = [u8; KEY_BYTES];
const SUM_BYTES: usize = 4;
#[cfg(test)]
pub(super) const HEADER_BYTES: usize = MAGIC.len() + KEY_BYTES + SUM_BYTES;
pub(super) const RECORD_BYTES: usize = 56;
const SUMMED_BYTES: usize = RECORD_BYTES - SUM_BYTES;
const PRACTICE: u32 = u32::MAX;

/// What stands before the records.
pub(super) fn header(key: &Key) -> Vec<u8> {
    let mut bytes = [MAGIC, key].concat();
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// A code.
pub(super) fn record(hash: CodeHash, code: &Code) -> [u8; RECORD_BYTES] {
    let mut bytes = Vec::with_capacity(RECORD_BYTES);
    bytes.extend(hash);
    bytes.extend(code.account.map_or(PRACTICE, AccountNumber::slot).to_le_bytes());
    bytes.extend(code.issued_by.get().to_le_bytes());
    bytes.extend(code.partner.map_or(0, OwnerNumber::get).to_le_bytes());
    bytes.extend(code.offer.unwrap_or_default().to_le_bytes());
    bytes.extend(code.ends_at.micros().to_le_bytes());
    bytes.extend([code.look_ups, code.refusals]);
    bytes.extend(code.voucher.map_or(0, Sequence::get).to_le_bytes());
    bytes.push(match code.authority {
        Authority::Own => 0,
        Authority::Office => 1,
    });
    bytes.resize(SUMMED_BYTES, 0);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.try_into().unwrap_or([0; RECORD_BYTES]) // Never: as many as were put.
}

/// What a file says.
pub(super) struct Found {
    /// The key.
    pub key: Key,
    /// The last of each code.
    pub codes: BTreeMap<CodeHash, Code>,
    /// So many bytes at its end say nothing.
    pub lost: usize,
}

/// None where the key is not whole: then no hash can be told from another.
pub(super) fn parse(bytes: &[u8]) -> Option<Found> {
    let (key, records) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
    let records = records.strip_prefix(header(key).last_chunk::<SUM_BYTES>()?)?;
    let (mut codes, mut lost) = (BTreeMap::new(), records.len());
    for (hash, code) in records.as_chunks::<RECORD_BYTES>().0.iter().map_while(read) {
        codes.insert(hash, code);
        lost = lost.saturating_sub(RECORD_BYTES);
    }
    Some(Found { key: *key, codes, lost })
}

fn read(record: &[u8; RECORD_BYTES]) -> Option<(CodeHash, Code)> {
    let (summed, sum) = record.split_last_chunk()?;
    if u32::from_le_bytes(*sum) != crc32fast::hash(summed) {
        return None;
    }
    let mut rest = summed;
    let rest = &mut rest;
    let hash = take(rest)?;
    let number = |bytes| u32::from_le_bytes(bytes);
    let account = match number(take(rest)?) {
        PRACTICE => None,
        slot => Some(AccountNumber::from_slot(slot)?),
    };
    let issued_by = OwnerNumber::new(number(take(rest)?));
    let partner = Some(number(take(rest)?)).filter(|partner| *partner != 0).map(OwnerNumber::new);
    let offer = Some(u16::from_le_bytes(take(rest)?)).filter(|offer| *offer != 0);
    let ends_at = Timestamp::from_micros(i64::from_le_bytes(take(rest)?));
    let [look_ups, refusals] = take(rest)?;
    let voucher = Some(Sequence::new(u64::from_le_bytes(take(rest)?))).filter(|voucher| !voucher.is_zero());
    let authority = if take(rest)? == [0] { Authority::Own } else { Authority::Office };
    Some((hash, Code { account, issued_by, authority, voucher, partner, offer, ends_at, look_ups, refusals }))
}

fn take<const COUNT: usize>(rest: &mut &[u8]) -> Option<[u8; COUNT]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

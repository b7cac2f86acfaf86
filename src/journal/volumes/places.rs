//! Where values come to lie in a volume: leaves are made while they are empty and filled once.
//!
//! sled writes a new value to its log as a link of its leaf, and the whole leaf again when the leaf
//! splits (above 16 values) or has ten parts. Values appended in key order are so written four times
//! over, and the disk is what a fast ledger waits for. So a batch of many pages is written in two
//! steps: first its keys, with empty values, and behind the last of them some more (*spacers*), so that
//! all splitting is over and the next batch finds an empty leaf too; then the values. A leaf that was
//! split has nine keys, and nine values are nine links: each is written once.
//!
//! Measured with full pages: 1.1 bytes to the log for each byte of pages, where it was 4.7.
//!
//! An empty value is nobody's: readers never see it, and what a crash leaves of them does no harm. The
//! seal comes last as ever, so a batch is there as a whole or not at all.

use super::super::Batch;
use super::super::ReadError;
use super::super::layout::{Key, SEGMENT_BYTES};
use super::store::Store;

/// Batches of fewer pages are appended as they come: two steps would cost them more than they save.
const PAGES_MIN: usize = 8;
/// Keys behind a batch: with so many the last leaf holds nothing else.
const SPACERS: u8 = 17;
/// Values put in between two syncs inside one batch, by how much the log grows with them, so that what
/// is not synced stays well below two segments.
const SYNC_EVERY_BYTES: usize = SEGMENT_BYTES * 3 / 4;
/// The same where leaves are not made ahead.
const SYNC_EVERY_BYTES_APPENDED: usize = SEGMENT_BYTES / 4;

/// Makes the leaves of a batch that ends with `seal`, where that is worth it; then so many bytes may be
/// put in between two syncs.
pub(super) fn make(store: &Store, batch: &Batch, seal: Key) -> Result<usize, ReadError> {
    if batch.pages().count() < PAGES_MIN {
        return Ok(SYNC_EVERY_BYTES_APPENDED);
    }
    for (key, _) in batch.pages() {
        store.hold_place(&key.bytes())?;
    }
    store.hold_place(&seal.bytes())?;
    for number in 0..SPACERS {
        store.hold_place(&spacer(seal, number))?;
    }
    Ok(SYNC_EVERY_BYTES)
}

/// A key after everything of a batch and before everything of the next.
fn spacer(seal: Key, number: u8) -> Vec<u8> {
    let mut key = seal.bytes().to_vec();
    key.push(number);
    key
}

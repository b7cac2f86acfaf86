//! Batches and records out of one open volume.

use std::sync::Arc;

use super::super::layout::{self, BATCH_BYTES_MAX, Key, PageBody, SEGMENT_BYTES};
use super::super::stored::{join_parts, part_count};
use super::super::{BatchSeal, Hash, Page, ReadError, Record, StoredBatch};
use super::catalogue::Span;
use super::store::Store;
use crate::domain::Sequence;

/// No batch has more pages: every page but the last of a run is more than half full, and an
/// eighth is a bound that needs no proof.
const PAGES_MAX: usize = BATCH_BYTES_MAX / 1024;
const _: () = assert!(PAGES_MAX > 2 * BATCH_BYTES_MAX / layout::VALUE_BYTES_TARGET && SEGMENT_BYTES > 0);

/// Where the batch that holds `sequence` begins, in a volume that begins at `volume_first`.
pub(super) fn batch_first(
    store: &Store,
    sequence: Sequence,
    volume_first: Sequence,
) -> Result<Sequence, ReadError> {
    let mut values = store.before(Key::page(sequence, 0));
    while let Some((key, _)) = values.back()? {
        if key.is_seal() {
            return Ok(key.sequence.next());
        }
    }
    Ok(volume_first)
}

/// The batch that begins at `first`, checked; nothing if there is none with a seal.
pub(super) fn batch_at(store: &Store, first: Sequence) -> Result<Option<StoredBatch>, ReadError> {
    let number = store.number();
    let mut pages = Vec::new();
    let mut values = store.starting_at(Key::page(first, 0));
    while let Some((key, value)) = values.front()? {
        if !key.is_seal() {
            if pages.len() == PAGES_MAX {
                return Err(ReadError::damaged(number, format!("no seal after {first}")));
            }
            pages.push(Page { key, value: Arc::from(&*value) });
            continue;
        }
        let seal = seal_of(number, key, &value)?;
        if seal.first != first {
            return Err(ReadError::damaged(number, format!("the batch at {first} says {}", seal.first)));
        }
        return StoredBatch::new(seal, pages).map(Some).map_err(|what| ReadError::damaged(number, what));
    }
    Ok(None)
}

fn seal_of(number: u32, key: Key, value: &[u8]) -> Result<BatchSeal, ReadError> {
    match BatchSeal::parse(value) {
        Some(seal) if seal.last() == key.sequence => Ok(seal),
        Some(_) | None => Err(ReadError::damaged(number, format!("the seal at {} is broken", key.sequence))),
    }
}

/// The last seal of the volume; values after it belong to no batch.
pub(super) fn last_seal(store: &Store) -> Result<Option<BatchSeal>, ReadError> {
    let mut values = store.all();
    while let Some((key, value)) = values.back()? {
        if key.is_seal() {
            return seal_of(store.number(), key, &value).map(Some);
        }
    }
    Ok(None)
}

/// The record `sequence`, which is known to be in this volume.
pub(super) fn record(store: &Store, sequence: Sequence) -> Result<Record, ReadError> {
    let broken = || ReadError::damaged(store.number(), format!("entry {sequence} is not in its page"));
    let (key, value) = store.at_or_below(Key::page(sequence, 0))?.ok_or_else(broken)?;
    if key.part != 0 {
        return Err(broken());
    }
    let body = PageBody::parse(&value).ok_or_else(broken)?;
    let recorded_at = body.recorded_at();
    let bytes = match body {
        PageBody::Whole { count, mut records, .. } => {
            let index = sequence.get().checked_sub(key.sequence.get()).ok_or_else(broken)?;
            if index >= u64::from(count) {
                return Err(broken());
            }
            for _ in 0..index {
                records = layout::take_record(records).ok_or_else(broken)?.1;
            }
            layout::take_record(records).ok_or_else(broken)?.0.to_vec()
        }
        PageBody::Part { total, .. } => {
            let parts = part_count(total).ok_or_else(broken)?;
            let mut found = Vec::with_capacity(parts);
            let mut values = store.starting_at(Key::page(sequence, 0));
            while found.len() < parts {
                found.push(values.front()?.ok_or_else(broken)?);
            }
            let values = found.iter().map(|(key, value)| (*key, &**value));
            join_parts(sequence, total, values).ok_or_else(broken)?
        }
    };
    Ok(Record { sequence, recorded_at, bytes })
}

/// Reads every batch from `first` on, each checked and chained to the one before, through `last`
/// (or to the end of the volume); says what was found. Nothing if there is no batch.
pub(super) fn walk(
    store: &Store,
    first: Sequence,
    last: Sequence,
    previous: &Hash,
    go_on: &mut dyn FnMut(&StoredBatch) -> bool,
) -> Result<Option<Span>, ReadError> {
    let mut span: Option<Span> = None;
    let mut next = first;
    while next <= last {
        let Some(batch) = batch_at(store, next)? else { break };
        let before = span.map_or(*previous, |span| span.hash);
        if !batch.follows(&before) {
            let what = format!("the batch at {next} does not follow the one before it");
            return Err(ReadError::damaged(store.number(), what));
        }
        next = batch.last().next();
        span = Some(Span {
            first,
            last: batch.last(),
            batches: span.map_or(1, |span| span.batches + 1),
            previous: *previous,
            hash: batch.seal.hash,
        });
        if !go_on(&batch) {
            break;
        }
    }
    Ok(span)
}

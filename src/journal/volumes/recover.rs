//! Finding the end of the books when they are acquired.
//!
//! Opens the last volume, and those before it only while they hold no batch or were never sealed.
//! What follows the last seal belongs to nobody: it was never acknowledged, and it is removed,
//! durably, before anything else is written, so that it can never come back.

use std::sync::Arc;

use super::super::{GENESIS, Hash, ReadError, Tip, layout::Key};
use super::background::{Work, Worker, open_empty};
use super::catalogue::{self, Listed, Span};
use super::open::{self, CACHE_BYTES_WRITING};
use super::read;
use super::shared::{Known, Shared};
use super::store::Store;
use super::watermark::Watermark;
use super::{Writing, epoch};
use crate::domain::Sequence;

/// A removal rewrites a leaf at worst, which is at most an eighth of a segment.
const REMOVES_PER_SYNC: usize = 8;

/// What was found at the end.
struct End {
    /// The volume to go on in.
    current: Arc<Store>,
    bytes: u64,
    tip: Tip,
    known: Vec<Known>,
    /// Volumes after it, which hold no batch.
    ahead: Vec<Store>,
}

/// Acquires the journal: drops an unsealed tail, takes the next epoch, starts the background.
pub(super) fn acquire(shared: &Arc<Shared>, listed: &[Listed]) -> Result<Writing, ReadError> {
    let End { current, bytes, mut tip, known, ahead } = find_end(shared, listed)?;
    let number = current.number();
    // Before anything is removed: books that end too early are evidence.
    let watermark = check_watermark(shared, number, &tip)?;
    for store in ahead {
        drop_tail(&store)?;
        store.close()?;
    }
    drop_tail(&current)?;
    tip.epoch = tip.epoch.max(epoch::read(&shared.directory)?).saturating_add(1);
    epoch::write(&shared.directory, tip.epoch)?;
    let unsealed = known.iter().filter(|volume| volume.sealed.is_none() && volume.number < number);
    let unsealed: Vec<u32> = unsealed.map(|volume| volume.number).collect();
    shared.set_volumes(known);
    shared.shelf.put_pinned(Arc::clone(&current));
    shared.publish(tip);
    let worker =
        Worker::start(shared).map_err(|source| ReadError::io(number, "starting a thread", source))?;
    worker.send(Work::OpenAhead(number.saturating_add(1)));
    for number in unsealed {
        worker.send(Work::Seal(number));
    }
    Ok(Writing { worker, current: Some(current), watermark, bytes, tip })
}

/// Refuses books that end before what was acknowledged, or otherwise.
fn check_watermark(shared: &Shared, number: u32, tip: &Tip) -> Result<Watermark, ReadError> {
    let fail = |source| ReadError::io(0, "reading how far the books were acknowledged", source);
    let watermark = Watermark::open(&shared.directory).map_err(fail)?;
    match watermark.read().map_err(fail)? {
        Some((position, hash))
            if position > tip.position || (position == tip.position && hash != tip.hash) =>
        {
            let what = format!("the books end at {}, but {position} was acknowledged", tip.position);
            Err(ReadError::damaged(number, what))
        }
        Some(_) | None => {
            watermark.write(tip).map_err(fail)?;
            Ok(watermark)
        }
    }
}

fn find_end(shared: &Shared, listed: &[Listed]) -> Result<End, ReadError> {
    let journal = &shared.directory;
    // From the back to the first volume that holds a batch.
    let mut found: Option<(usize, Store)> = None;
    let mut ahead = Vec::new();
    for (index, volume) in listed.iter().enumerate().rev() {
        if volume.sealed.is_some() {
            break;
        }
        let store = open::open(journal, volume.number, CACHE_BYTES_WRITING, None)?;
        if let Some((_, empty)) = found.replace((index, store)) {
            ahead.push(empty);
        }
        if found.as_ref().map_or(Ok(None), |(_, store)| read::last_seal(store))?.is_some() {
            break;
        }
    }
    // All volumes before it, in order; those that were never sealed are looked into.
    let before = found.as_ref().map_or(listed.len(), |(index, _)| *index);
    let mut known = Vec::new();
    let mut end = (Sequence::ZERO, GENESIS);
    let mut epoch = 0;
    for volume in listed.iter().take(before) {
        known.push(Known {
            number: volume.number,
            first: end.0.next(),
            previous: end.1,
            sealed: volume.sealed.clone(),
        });
        let span = match &volume.sealed {
            Some(sealed) => sealed.span,
            None => span_of_unsealed(shared, volume.number, &end)?,
        };
        catalogue::check_follows(volume.number, &span, end.0, &end.1)?;
        end = (span.last, span.hash);
    }
    let current = match found {
        Some((_, store)) => store,
        None => open_empty(shared, u32::try_from(listed.len()).unwrap_or(u32::MAX).saturating_add(1))?,
    };
    known.push(Known { number: current.number(), first: end.0.next(), previous: end.1, sealed: None });
    let mut bytes = 0;
    if let Some(seal) = read::last_seal(&current)? {
        check_first(&current, &end)?;
        let number = current.number();
        let batch = read::batch_at(&current, seal.first)?;
        let batch = batch.ok_or_else(|| ReadError::damaged(number, "its last batch is not there"))?;
        if batch.seal.hash != batch.hash_after(&batch.seal.previous) {
            return Err(ReadError::damaged(number, "the hash of its last batch does not match"));
        }
        end = (batch.last(), batch.seal.hash);
        epoch = batch.seal.epoch;
        bytes = seal.volume_bytes;
    }
    let tip = Tip { epoch, position: end.0, hash: end.1 };
    Ok(End { current: Arc::new(current), bytes, tip, known, ahead })
}

/// The first and last batch of a volume that was full when the process died before it was sealed.
fn span_of_unsealed(shared: &Shared, number: u32, end: &(Sequence, Hash)) -> Result<Span, ReadError> {
    let store = open::open(&shared.directory, number, open::CACHE_BYTES_READING, None)?;
    let seal = read::last_seal(&store)?;
    let seal =
        seal.ok_or_else(|| ReadError::damaged(number, "it holds no batch, and a later volume does"))?;
    check_first(&store, end)?;
    store.close()?;
    let (last, previous) = *end;
    Ok(Span { first: last.next(), last: seal.last(), batches: 0, previous, hash: seal.hash })
}

/// Whether the first batch of a volume continues the books.
fn check_first(store: &Store, end: &(Sequence, Hash)) -> Result<(), ReadError> {
    let number = store.number();
    let first = store.all().front()?.map_or(Sequence::ZERO, |(key, _)| key.sequence);
    let batch = read::batch_at(store, first)?;
    let batch = batch.ok_or_else(|| ReadError::damaged(number, "its first batch is not there"))?;
    let span = Span {
        first: batch.first(),
        last: batch.last(),
        batches: 1,
        previous: batch.seal.previous,
        hash: batch.seal.hash,
    };
    catalogue::check_follows(number, &span, end.0, &end.1)?;
    if !batch.follows(&end.1) {
        return Err(ReadError::damaged(number, "the hash of its first batch does not match"));
    }
    Ok(())
}

/// Removes every value after the last seal, durably.
fn drop_tail(store: &Store) -> Result<(), ReadError> {
    let mut tail: Vec<Key> = Vec::new();
    let mut values = store.all();
    while let Some((key, _)) = values.back()? {
        if key.is_seal() {
            break;
        }
        tail.push(key);
    }
    if tail.is_empty() {
        return Ok(());
    }
    // From the end: whenever this is interrupted, what is left is the beginning of a tail again.
    for some in tail.chunks(REMOVES_PER_SYNC) {
        for key in some {
            store.remove(&key.bytes())?;
        }
        store.sync()?; // In between as well, for the reason `places.rs` has.
    }
    Ok(())
}

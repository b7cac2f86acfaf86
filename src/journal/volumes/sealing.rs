//! Sealing a full volume: from then on its files do not change, and their digests say so.
//!
//! That is less simple than closing it, because in sled reading writes: on its way to a key it
//! splits leaves of more than 16 values, merges small nodes, and both go to the log. And opening
//! takes a snapshot, fills the rest of the last segment and cuts free segments off. All of this
//! comes to an end: a volume whose every node was visited once, and that was opened once after,
//! has nothing left to tidy. So a volume is *settled* first:
//!
//! 1. walk it forwards (checking every batch and the chain) and backwards, flush, sync;
//! 2. close it, open it (this writes the snapshot), close it, cut the free end off `db`, take the
//!    digests;
//! 3. walk it again, close it, take the digests again: the same, or once more from 2.
//!
//! Only a volume that went through a whole round of open, read everything, close without one
//! changed byte gets its sealed file. Readers wait only while it is being closed and opened.
//! A crash anywhere in here leaves a volume without a sealed file, and the next start begins again.
//!
//! Why the free end is cut off: where the last segments of `db` are free, opening cuts them off in
//! one thread and fills them with zeros in another. Which comes last is chance, and a full disk or
//! a kill can keep the second from happening; so the same volume would be shorter one day, and be
//! refused as damaged for ever. Without a free end there is nothing to cut.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::super::{ReadError, layout::SEGMENT_BYTES};
use super::catalogue::{self, Sealed, Span};
use super::fingerprint;
use super::open::{self, CACHE_BYTES_READING};
use super::read;
use super::shared::{Known, Shared};
use crate::domain::Sequence;

/// Rounds until a volume is settled; we have seen one or two.
const ROUNDS_MAX: usize = 5;

/// Seals volume `number`, which nobody writes to any more. Nothing happens if the journal is being
/// closed meanwhile.
pub(super) fn seal(shared: &Shared, number: u32) -> Result<(), ReadError> {
    let Some(known) = shared.volume(number).filter(|known| known.sealed.is_none()) else { return Ok(()) };
    let path = open::volume_path(&shared.directory, number);
    let fail = |doing: &'static str| move |source: io::Error| ReadError::io(number, doing, source);
    shared.shelf.unpin(number);
    let Some(mut span) = walk_all(shared, &known)? else { return Ok(()) };
    for _ in 0..ROUNDS_MAX {
        let exclusive = shared.shelf.exclusive(number)?;
        open::open(&shared.directory, number, CACHE_BYTES_READING, None)?.close()?;
        cut_free_end(&path.join("db")).map_err(fail("cutting off free segments"))?;
        drop(exclusive);
        let before = fingerprint::files_of(&path, &mut |_| {}).map_err(fail("taking digests"))?;
        let Some(again) = walk_all(shared, &known)? else { return Ok(()) };
        span = again;
        let _closed = shared.shelf.exclusive(number)?;
        let files = fingerprint::files_of(&path, &mut |_| {}).map_err(fail("taking digests"))?;
        let head = fingerprint::head_of(&path).map_err(fail("reading db"))?;
        if let (true, Some(head)) = (files == before, head) {
            let sealed = Sealed { number, span, head, files };
            catalogue::write_sealed(&shared.directory, &sealed).map_err(fail("writing its sealed file"))?;
            shared.set_sealed(Arc::new(sealed));
            return Ok(());
        }
    }
    Err(ReadError::damaged(
        number,
        format!("its files still changed after {ROUNDS_MAX} rounds; {}", span.last),
    ))
}

/// Visits every value from both sides, checks everything, and makes durable what sled tidied on
/// the way. Nothing if the journal is being closed.
fn walk_all(shared: &Shared, known: &Known) -> Result<Option<Span>, ReadError> {
    let store = shared.lease(known)?;
    let go_on = || !shared.background.is_stopping();
    let (last, previous) = shared.end_before(known);
    let span = read::walk(&store, last.next(), Sequence::MAX, &previous, &mut |_| go_on())?;
    let mut values = store.all();
    let mut from_behind = None;
    while let Some((key, _)) = values.back()? {
        from_behind = from_behind.or(Some(key));
        if !go_on() {
            return Ok(None);
        }
    }
    store.sync()?;
    match (span, from_behind) {
        (Some(span), Some(key)) if key.is_seal() && key.sequence == span.last => Ok(Some(span)),
        (Some(_), _) if !go_on() => Ok(None),
        (Some(_) | None, _) => Err(ReadError::damaged(known.number, "it does not end with a seal")),
    }
}

/// Cuts off the segments at the end of `db` that hold nothing but zeros, which is how sled leaves a
/// free one. Nobody has the volume open.
fn cut_free_end(db: &Path) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(db)?;
    let length = file.metadata()?.len();
    let segment = SEGMENT_BYTES as u64;
    let mut bytes = vec![0; SEGMENT_BYTES];
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(1) / segment * segment;
        let last = bytes.get_mut(..usize::try_from(end.saturating_sub(start)).unwrap_or(SEGMENT_BYTES));
        let Some(last) = last else { break };
        file.read_exact_at(last, start)?;
        if last.iter().any(|byte| *byte != 0) {
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok(())
}

//! The ids of the newest entries, exact, in memory: the poster's own.
//!
//! A ring of keys by sequence and a table that finds them. Nobody else touches it; nothing waits.
//!
//! - `get` and `insert` touch one line of the table (64 bytes), and the ring where the id is known.
//! - `forget` moves the beginning of the window: nothing is searched or deleted. Memory of the ring goes
//!   back a few chunks at a call.
//! - A table that becomes too small gets a larger one beside it, to which each `insert` moves four
//!   ids: no pause. It never shrinks: a ledger that was busy once will be again.
//! - In the steady state nothing is allocated but a chunk of the ring in 16,384 entries, and that was
//!   one which the ring gave back.
//!
//! Limit: `ids_max` entries, those without an id (expiries) included, after which there is no room.
//! Memory: 24 bytes an entry in the ring, 9 to 32 in the table.

use std::collections::VecDeque;

use super::hash::Seed;
use super::table::{IDS_PER_LINE, Table, Window};
use crate::domain::{RequestKey, Sequence};

/// Keys in one chunk of the ring.
const CHUNK_KEYS: usize = 16_384;
/// Chunks that one call of `forget` lets go of: more than a batch can fill.
const CHUNKS_LET_GO_MAX: usize = 4;
/// Lines of the first table: room for 256 ids.
const LINES_FIRST: usize = 64;
/// Ids that one `insert` moves to a larger table: more than one, so that it ends before that is full.
const MOVED_PER_INSERT: usize = 4;

/// The ids of every entry after some position.
#[derive(Debug)]
pub struct Recent {
    seed: Seed,
    ids_max: u64,
    window: Window,
    ring: Ring,
    table: Table,
    growing: Option<Growing>,
}

/// A table on its way out.
#[derive(Debug)]
struct Growing {
    old: Table,
    /// Up to here, exclusive, ids are in the new table.
    moved: u64,
    /// From here on they never were in the old one.
    end: u64,
}

impl Recent {
    /// No ids yet; the next entry comes after `after`.
    #[must_use]
    pub fn new(seed: Seed, after: Sequence, ids_max: usize) -> Self {
        let first = after.get().saturating_add(1);
        Self {
            seed,
            ids_max: u64::try_from(ids_max).unwrap_or(u64::MAX).min(u64::from(u32::MAX >> 1)),
            window: Window { first, count: 0 },
            ring: Ring { first, chunks: VecDeque::new(), spare: None },
            table: Table::new(LINES_FIRST),
            growing: None,
        }
    }

    /// The entry after this position that was accepted under `key`.
    #[must_use]
    pub fn get(&self, key: &RequestKey) -> Option<Sequence> {
        let hash = self.seed.hash(key);
        let same = |sequence| self.ring.get(sequence).is_some_and(|found| found == key);
        let found = self.table.find(hash, self.window, same);
        let found = found.or_else(|| self.growing.as_ref()?.old.find(hash, self.window, same));
        found.map(Sequence::new)
    }

    /// Files the id of the entry that was just accepted. Entries between it and the one before have
    /// none.
    pub fn insert(&mut self, key: RequestKey, sequence: Sequence) {
        let sequence = sequence.get();
        while self.next() < sequence {
            self.push(None);
        }
        self.push(Some(key));
        self.grow();
        self.table.insert(self.seed.hash(&key), sequence, self.window);
    }

    /// Whether there is room for one more id.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.window.count < self.ids_max
    }

    /// Ids of entries up to here, inclusive, are not known here.
    #[must_use]
    pub const fn after(&self) -> Sequence {
        Sequence::new(self.window.first.saturating_sub(1))
    }

    /// Forgets the ids of entries up to `through`; later ones, never those that are not there yet.
    pub fn forget(&mut self, through: Sequence) {
        let first = through.get().saturating_add(1).clamp(self.window.first, self.next());
        let gone = first.saturating_sub(self.window.first);
        self.window = Window { first, count: self.window.count.saturating_sub(gone) };
        self.ring.let_go(first);
    }

    /// Brings what look-ups of `keys` will read near, all at once instead of one after the other. The
    /// sum means nothing; it must be used, or nothing is read.
    pub fn touch<'a>(&self, keys: impl IntoIterator<Item = &'a RequestKey>) -> u64 {
        keys.into_iter().fold(0, |sum: u64, key| sum.wrapping_add(self.table.touch(self.seed.hash(key))))
    }

    /// Entries in the window, those without an id included.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.window.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.window.count == 0
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let old = self.growing.as_ref().map_or(0, |growing| growing.old.bytes());
        self.table.bytes().saturating_add(old).saturating_add(self.ring.bytes())
    }

    const fn next(&self) -> u64 {
        self.window.first.saturating_add(self.window.count)
    }

    fn push(&mut self, key: Option<RequestKey>) {
        self.ring.push(key);
        self.window.count = self.window.count.saturating_add(1);
    }

    /// Makes a larger table when this one is too full, and moves a few ids to it.
    fn grow(&mut self) {
        let room = u64::try_from(self.table.lines()).unwrap_or(u64::MAX).saturating_mul(IDS_PER_LINE);
        if self.growing.is_none() {
            if self.window.count < room {
                return;
            }
            let larger = Table::new(self.table.lines().saturating_mul(2));
            let old = std::mem::replace(&mut self.table, larger);
            // The newest, which is being filed, goes to the new one by itself.
            let end = self.next().saturating_sub(1);
            self.growing = Some(Growing { old, moved: self.window.first, end });
        }
        let Some(growing) = &mut self.growing else { return };
        growing.moved = growing.moved.max(self.window.first);
        for _ in 0..MOVED_PER_INSERT {
            if growing.moved >= growing.end {
                self.growing = None;
                return;
            }
            if let Some(key) = self.ring.get(growing.moved) {
                self.table.insert(self.seed.hash(key), growing.moved, self.window);
            }
            growing.moved = growing.moved.saturating_add(1);
        }
    }
}

/// Keys by sequence.
#[derive(Debug)]
struct Ring {
    /// The sequence of the first key of the first chunk.
    first: u64,
    chunks: VecDeque<Vec<Option<RequestKey>>>,
    spare: Option<Vec<Option<RequestKey>>>,
}

impl Ring {
    fn get(&self, sequence: u64) -> Option<&RequestKey> {
        let offset = usize::try_from(sequence.checked_sub(self.first)?).ok()?;
        self.chunks.get(offset / CHUNK_KEYS)?.get(offset % CHUNK_KEYS)?.as_ref()
    }

    fn push(&mut self, key: Option<RequestKey>) {
        if let Some(last) = self.chunks.back_mut().filter(|last| last.len() < CHUNK_KEYS) {
            return last.push(key);
        }
        let mut chunk = self.spare.take().unwrap_or_else(|| Vec::with_capacity(CHUNK_KEYS));
        chunk.push(key);
        self.chunks.push_back(chunk);
    }

    /// Lets go of some of the chunks before `first`.
    fn let_go(&mut self, first: u64) {
        let each = u64::try_from(CHUNK_KEYS).unwrap_or(u64::MAX);
        for _ in 0..CHUNKS_LET_GO_MAX {
            let end = self.first.saturating_add(each);
            if end > first || self.chunks.len() < 2 {
                return;
            }
            self.first = end;
            self.spare = self.chunks.pop_front().map(|mut chunk| {
                chunk.clear();
                chunk
            });
        }
    }

    fn bytes(&self) -> usize {
        let chunks = self.chunks.len().saturating_add(usize::from(self.spare.is_some()));
        chunks.saturating_mul(CHUNK_KEYS * size_of::<Option<RequestKey>>())
    }
}

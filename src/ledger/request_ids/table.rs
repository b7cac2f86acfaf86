//! Where in the ring an id is: an open-addressing table of 64-byte lines.
//!
//! A line has seven slots (a 32-bit tag of the hash, the low 32 bits of the sequence) and says how
//! recent an id is that found no room in it. Ids are forgotten in the order of their sequences, so a
//! slot is free as soon as its sequence has left the window: forgetting touches nothing here, leaves no
//! tombstones, and can never make a look-up stop too early. A look-up goes on to the next line only
//! while an id that went there is remembered.
//!
//! A tag may meet another one's, and a slot that nothing has used for four thousand million entries may
//! look alive again; both only cost a look at the ring, where the whole key is compared.

use super::hash::spread;
use super::lines::{Line, Lines};

/// Low 32 bits.
const PLACE: u64 = 0xffff_ffff;
/// Marks a word as used, where there is no tag.
const USED: u64 = 1 << 32;
/// Remembered ids per line at which a table is too small: at four of seven about one line in twenty
/// has sent an id on.
pub const IDS_PER_LINE: u64 = 4;

/// The sequences that are remembered: `count` from `first` on; fewer than 2^32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first of them.
    pub first: u64,
    /// How many.
    pub count: u64,
}

impl Window {
    /// The sequence a word stands for, if it is remembered.
    const fn sequence(self, word: u64) -> Option<u64> {
        let offset = (word & PLACE).wrapping_sub(self.first & PLACE) & PLACE;
        if word != 0 && offset < self.count { Some(self.first.wrapping_add(offset)) } else { None }
    }
}

/// Slots of ids.
#[derive(Debug)]
pub struct Table {
    lines: Lines,
}

impl Table {
    /// An empty table of `lines` lines.
    pub fn new(lines: usize) -> Self {
        Self { lines: Lines::zeroed(lines) }
    }

    /// How many lines it has.
    pub const fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Bytes that it takes.
    pub const fn bytes(&self) -> usize {
        self.lines.bytes()
    }

    /// A word of the line that a look-up begins with: reading it brings the line near.
    pub fn touch(&self, hash: u64) -> u64 {
        self.lines.get(spread(hash, self.lines.len())).map_or(0, |[.., sent_on]| *sent_on)
    }

    /// The remembered sequence under `hash` for which `same` says that it is the one.
    pub fn find(&self, hash: u64, window: Window, same: impl Fn(u64) -> bool) -> Option<u64> {
        let wanted = tag(hash);
        let mut at = spread(hash, self.lines.len());
        for _ in 0..self.lines.len() {
            let [slots @ .., sent_on] = self.lines.get(at)?;
            for slot in slots {
                if slot & !PLACE == wanted
                    && let Some(sequence) = window.sequence(*slot)
                    && same(sequence)
                {
                    return Some(sequence);
                }
            }
            window.sequence(*sent_on)?;
            at = self.after(at);
        }
        None
    }

    /// Files `sequence`, which is inside the window, under `hash`. The caller keeps the table from
    /// being full.
    pub fn insert(&mut self, hash: u64, sequence: u64, window: Window) {
        let mut at = spread(hash, self.lines.len());
        for _ in 0..self.lines.len() {
            let Some(line) = self.lines.get_mut(at) else { return };
            if put(line, tag(hash) | (sequence & PLACE), sequence, window) {
                return;
            }
            at = self.after(at);
        }
    }

    const fn after(&self, at: usize) -> usize {
        if at + 1 < self.lines.len() { at + 1 } else { 0 }
    }
}

/// Takes a free slot of the line, or notes that the id was sent on.
fn put([slots @ .., sent_on]: &mut Line, word: u64, sequence: u64, window: Window) -> bool {
    if let Some(slot) = slots.iter_mut().find(|slot| window.sequence(**slot).is_none()) {
        *slot = word;
        return true;
    }
    // The one that is remembered longest counts.
    if window.sequence(*sent_on).is_none_or(|other| other < sequence) {
        *sent_on = USED | (sequence & PLACE);
    }
    false
}

/// The upper half of a used slot; never nothing, so that an unused slot is no tag's.
const fn tag(hash: u64) -> u64 {
    (hash << 32) | USED
}

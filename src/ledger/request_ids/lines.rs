//! Memory in lines of 64 bytes, each inside one line of the processor's cache: touching one costs at
//! most one miss.

/// Bytes of a line.
pub const LINE_BYTES: usize = 64;
/// Words of a line.
const WORDS: usize = LINE_BYTES / size_of::<u64>();

/// A line.
pub type Line = [u64; WORDS];

/// Lines, all zero at first. What is never touched takes no memory of the machine.
#[derive(Debug)]
pub struct Lines {
    words: Vec<u64>,
    /// Where the first whole line begins: what is allocated is aligned to words only.
    start: usize,
    count: usize,
}

impl Lines {
    /// `count` lines of zeroes.
    pub fn zeroed(count: usize) -> Self {
        let words = vec![0; count.saturating_add(1).saturating_mul(WORDS)];
        let start = words.as_ptr().align_offset(LINE_BYTES).min(WORDS);
        Self { words, start, count }
    }

    /// How many lines there are.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Line `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<&Line> {
        self.words.get(self.start..)?.as_chunks().0.get(index)
    }

    /// Line `index`, to be changed.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut Line> {
        self.words.get_mut(self.start..)?.as_chunks_mut().0.get_mut(index)
    }

    /// Bytes that it takes.
    pub const fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

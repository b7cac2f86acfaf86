//! Text in one piece of memory that leaves nothing behind.
//!
//! What is taken out is overwritten in place. When the piece grows or goes, the old one is overwritten before
//! the allocator gets it.

use std::ops::Range;

/// Text that is only added to, and overwritten.
#[derive(Default)]
pub(super) struct Arena(String);

impl Arena {
    pub(super) const fn text(&self) -> &str {
        self.0.as_str()
    }

    pub(super) const fn length(&self) -> usize {
        self.0.len()
    }

    /// Puts `text` at the end.
    pub(super) fn push(&mut self, text: &str) {
        let needed = self.0.len().saturating_add(text.len());
        if needed > self.0.capacity() {
            // By hand: what a string leaves where it grew out of is not overwritten.
            let mut larger = String::with_capacity(needed.max(self.0.capacity().saturating_mul(2)));
            larger.push_str(&self.0);
            wipe(std::mem::replace(&mut self.0, larger));
        }
        self.0.push_str(text);
    }

    /// Overwrites what was put there with zeros, which no text has.
    pub(super) fn overwrite(&mut self, range: Range<usize>) {
        if self.0.get(range.clone()).is_some() {
            let zeros = "\0".repeat(range.len());
            self.0.replace_range(range, &zeros); // The same length, so nothing moves.
        }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        wipe(std::mem::take(&mut self.0));
    }
}

fn wipe(text: String) {
    let mut bytes = text.into_bytes();
    bytes.fill(0);
    // Without this the compiler may leave out a write that nobody reads.
    std::hint::black_box(&bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: text is overwritten where it stands, and growing keeps it. Method: look at place and bytes.
    #[test]
    fn overwritten_in_place() {
        let mut arena = Arena::default();
        for _ in 0..100 {
            arena.push("ann ash");
        }
        let place = arena.text().as_ptr();
        arena.overwrite(7..14);
        assert_eq!(arena.text().as_ptr(), place);
        assert_eq!(arena.length(), 700);
        assert!(arena.text().starts_with("ann ash\0\0\0\0\0\0\0ann ash"));
        arena.overwrite(690..701);
        assert!(arena.text().ends_with("ann ash"), "past the end");
    }
}

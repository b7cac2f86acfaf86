//! The file as bytes, with an end to everything.
//!
//! A forgotten quote makes one cell of the rest of the file, so what may be read for one row is bounded
//! as well as what may be read at all.
//!
//! Lines end in one way for whoever reads on: a carriage return is read as a space, which cells lose at
//! their ends, and the last line ends like any other. So the line a row begins in can be told from the
//! line after it.

use std::io::{self, Read};

/// A file may be this long, in bytes.
pub const FILE_BYTES_MAX: u64 = 2 << 30;
/// A row may be this long, in bytes, quotes included.
pub const ROW_BYTES_MAX: usize = 64 << 10;
/// What is read from the file at once, in bytes.
pub(super) const BUFFER_BYTES: usize = 64 << 10;

/// What was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Bound {
    /// [`ROW_BYTES_MAX`], give or take a buffer.
    #[error("a row is too long")]
    Row,
    /// [`FILE_BYTES_MAX`].
    #[error("the file is too long")]
    File,
}

/// A source that stops at the bounds.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    source: R,
    row_left: usize,
    file_left: u64,
    ends_in_line_end: bool,
}

impl<R> Bounded<R> {
    pub(super) const fn new(source: R) -> Self {
        Self {
            source,
            row_left: ROW_BYTES_MAX + BUFFER_BYTES,
            file_left: FILE_BYTES_MAX,
            ends_in_line_end: true,
        }
    }

    /// The next row begins. Part of it may be in a buffer already, so a buffer more may be read.
    pub(super) const fn next_row(&mut self) {
        self.row_left = ROW_BYTES_MAX + BUFFER_BYTES;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(self.row_left);
        if wanted == 0 && !buffer.is_empty() {
            return Err(io::Error::other(Bound::Row));
        }
        let buffer = buffer.get_mut(..wanted).unwrap_or_default();
        let read = self.source.read(buffer)?;
        if let (0, false, Some(last)) = (read, self.ends_in_line_end, buffer.first_mut()) {
            *last = b'\n';
            self.ends_in_line_end = true;
            return Ok(1);
        }
        for byte in buffer.iter_mut().take(read) {
            *byte = if *byte == b'\r' { b' ' } else { *byte };
            self.ends_in_line_end = *byte == b'\n';
        }
        self.row_left = self.row_left.saturating_sub(read);
        let left = self.file_left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        self.file_left = left.ok_or_else(|| io::Error::other(Bound::File))?;
        Ok(read)
    }
}

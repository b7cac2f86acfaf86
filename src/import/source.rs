//! The file as bytes, with an end to everything.
//!
//! A forgotten quote makes one cell of the rest of the file, so what may be read for one row is bounded
//! as well as what may be read at all.
//!
//! Lines end in one way for whoever reads on: a carriage return is read as a space, which cells lose at
//! their ends, and the last line ends like any other. So the line a row begins in can be told from the
//! line after it.
//!
//! After the file comes [`END_LINE`], which nobody can type. Whoever reads it as a line has read the file to
//! its end; whoever finds it inside of a cell has an open quote, and rows in that cell.

use std::io::{self, Read};

/// A file may be this long, in bytes.
pub const FILE_BYTES_MAX: u64 = 2 << 30;
/// A row may be this long, in bytes, quotes included.
pub const ROW_BYTES_MAX: usize = 64 << 10;
/// What stands alone in the line after the last: a carriage return, which no file has here.
pub(super) const END: &[u8] = b"\r";
/// Handed out after the file. The first line end is that of the file's last line, if it has none.
const END_LINE: &[u8] = b"\n\r\n";
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
    /// What is left of [`END_LINE`]; all of it until the file has ended.
    end_left: &'static [u8],
}

impl<R> Bounded<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, row_left: ROW_BYTES_MAX + BUFFER_BYTES, file_left: FILE_BYTES_MAX, end_left: END_LINE }
    }

    /// The next row begins. Part of it may be in a buffer already, so a buffer more may be read.
    pub(super) const fn next_row(&mut self) {
        self.row_left = ROW_BYTES_MAX + BUFFER_BYTES;
    }

    fn read_end(&mut self, buffer: &mut [u8]) -> usize {
        let count = buffer.len().min(self.end_left.len());
        let (now, later) = self.end_left.split_at(count);
        buffer.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
        self.end_left = later;
        count
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(self.row_left);
        if wanted == 0 && !buffer.is_empty() {
            return Err(io::Error::other(Bound::Row));
        }
        let buffer = buffer.get_mut(..wanted).unwrap_or_default();
        // A terminal may go on after its end; a file does not.
        let has_ended = self.end_left.len() < END_LINE.len();
        let read = if has_ended { 0 } else { self.source.read(buffer)? };
        if read == 0 {
            return Ok(self.read_end(buffer));
        }
        for byte in buffer.iter_mut().take(read) {
            *byte = if *byte == b'\r' { b' ' } else { *byte };
        }
        self.row_left = self.row_left.saturating_sub(read);
        let left = self.file_left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        self.file_left = left.ok_or_else(|| io::Error::other(Bound::File))?;
        Ok(read)
    }
}

//! A whole file, read and checked, kept compactly until it is posted.
//!
//! 48 bytes a row and each name and note once; at most [`ROWS_MAX`] rows. Nothing here knows the service.

use std::io::{self, Read};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, Terminator};
use serde::Serialize;

use super::columns::{Columns, HeaderError};
use super::ids::RowIds;
use super::names::{NO_SCOPE, Names};
use super::row::{BadRow, Cells, Date};
use super::source::{BUFFER_BYTES, Bound, Bounded, END, FILE_BYTES_MAX, ROW_BYTES_MAX};
use super::{Phase, Progress};
use crate::domain::RequestId;
use crate::domain::hours::{DecimalMeans, grouped};

/// A file may have this many rows. With names and ids that is about 1 GB of memory while it is read.
pub const ROWS_MAX: u64 = 10_000_000;
/// Of bad rows this many are listed; all are counted.
pub const BAD_ROWS_LISTED_MAX: usize = 1_000;
/// Progress is told once in so many rows.
const PROGRESS_ROWS: u64 = 8_192;

/// Why a file could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Its first line.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// More than [`ROWS_MAX`].
    #[error("the file has more than {} rows; cut it into parts", grouped(ROWS_MAX))]
    Rows,
    /// More than [`FILE_BYTES_MAX`].
    #[error("the file has more than {} bytes; cut it into parts", grouped(FILE_BYTES_MAX))]
    Bytes,
    /// A row of more than [`ROW_BYTES_MAX`].
    #[error(
        "the row in line {line} does not end within {ROW_BYTES_MAX} bytes; look for a quote without its pair"
    )]
    Row {
        /// Where it begins.
        line: u64,
    },
    /// A quote that is open when the file ends: every row after it is in its cell.
    #[error("the row in line {line} opens a quote that never closes; look for a quote without its pair")]
    Quote {
        /// Where it begins.
        line: u64,
    },
    /// The system.
    #[error("the file could not be read")]
    Read(#[source] io::Error),
}

/// A row that cannot be posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Where it begins; the header is line 1.
    pub line: u64,
    /// Why, in words.
    pub reason: String,
}

/// A row that can be posted. Names are numbers of the book's lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) id: RequestId,
    /// Negative for a correction, never zero.
    pub(super) seconds: i64,
    pub(super) date: Date,
    /// Where it begins.
    pub(super) line: u32,
    pub(super) giver: u32,
    pub(super) receiver: u32,
    pub(super) activity: u32,
    pub(super) note: u32,
}

/// A file as it was read.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) rows: Vec<Row>,
    pub(super) banks: Names,
    /// By bank.
    pub(super) accounts: Names,
    /// By bank; the empty name is none.
    pub(super) activities: Names,
    pub(super) notes: Names,
    /// Good and bad ones.
    pub(super) rows_read: u64,
    pub(super) rows_bad: u64,
    /// The first of them.
    pub(super) bad: Vec<BadLine>,
}

impl Book {
    /// Reads a file to its end; rows of days after `latest` are bad.
    pub(super) fn read(
        source: impl Read,
        decimals: DecimalMeans,
        latest: Option<Date>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, FileError> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(Bounded::new(source));
        let mut record = ByteRecord::new();
        let mut next = |record: &mut ByteRecord| -> Result<Option<u64>, FileError> {
            reader.get_mut().next_row();
            let line = reader.position().line();
            let is_there = reader.read_byte_record(record).map_err(|error| failure(error, line))?;
            if !is_there || (record.len() == 1 && record.as_slice() == END) {
                return Ok(None);
            }
            // Where the row begins, worked out from where it ends: the reader's own position of it is that
            // of the blank lines in front.
            let inside = record.as_slice().iter().filter(|byte| **byte == b'\n').count();
            let inside = u64::try_from(inside).unwrap_or(u64::MAX);
            let begins = reader.position().line().saturating_sub(inside);
            if record.as_slice().contains(&b'\r') {
                // The line after the last is in a cell, and no line end follows it.
                return Err(FileError::Quote { line: begins });
            }
            Ok(Some(begins.saturating_sub(1)))
        };
        if next(&mut record)?.is_none() {
            return Err(HeaderError::Empty.into());
        }
        let columns = Columns::read(&record)?;
        let (mut book, mut ids) = (Self::default(), RowIds::default());
        while let Some(line) = next(&mut record)? {
            if record.as_slice().trim_ascii().is_empty() {
                continue; // A blank line, or one of commas alone, as spreadsheets leave behind.
            }
            if book.rows_read == ROWS_MAX {
                return Err(FileError::Rows);
            }
            book.rows_read += 1;
            match Cells::read(&record, &columns, decimals) {
                Ok(cells) if latest.is_some_and(|latest| cells.date > latest) => {
                    book.keep_bad(line, BadRow::DayToCome);
                }
                Ok(cells) => book.keep(&cells, ids.of(&cells), line),
                Err(reason) => book.keep_bad(line, reason),
            }
            if book.rows_read.is_multiple_of(PROGRESS_ROWS) {
                progress(Progress { phase: Phase::Reading, done: book.rows_read, total: None });
            }
        }
        progress(Progress { phase: Phase::Reading, done: book.rows_read, total: Some(book.rows_read) });
        Ok(book)
    }

    fn keep(&mut self, cells: &Cells<'_>, id: RequestId, line: u64) {
        let line = u32::try_from(line).unwrap_or(u32::MAX); // A file has fewer bytes than that.
        let bank = self.banks.intern(NO_SCOPE, cells.bank, line);
        self.rows.push(Row {
            id,
            seconds: cells.seconds,
            date: cells.date,
            line,
            giver: self.accounts.intern(bank, cells.giver, line),
            receiver: self.accounts.intern(bank, cells.receiver, line),
            activity: self.activities.intern(bank, cells.activity, line),
            note: self.notes.intern(NO_SCOPE, &cells.note, line),
        });
    }

    fn keep_bad(&mut self, line: u64, reason: BadRow) {
        self.rows_bad += 1;
        if self.bad.len() < BAD_ROWS_LISTED_MAX {
            self.bad.push(BadLine { line, reason: reason.to_string() });
        }
    }
}

fn failure(error: csv::Error, line: u64) -> FileError {
    let text = error.to_string();
    // A flexible reader of bytes has no errors but those of the source.
    let error = if let ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(text) };
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(Bound::Row) => FileError::Row { line },
        Some(Bound::File) => FileError::Bytes,
        None => FileError::Read(error),
    }
}

//! Writing a run: pages one after the other, then what is kept in memory, then the footer.
//!
//! A crash at any moment leaves no run or a whole one: written beside, synced, renamed, and the name
//! synced. Memory: fences and filter of the run.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use super::filter::Filter;
use super::footer::{Footer, Ranges, Span, of_pages};
use super::hash::Seed;
use super::page::{Filed, KeyBytes, PageWriter, Place};
use super::run::Run;
use crate::journal::files;

/// Bytes after which what was written is synced: not all at the end, where the journal's own sync
/// would wait for it.
const SYNC_BYTES: usize = 4 << 20;
/// Bytes written at a time.
const WRITE_BYTES: usize = 256 << 10;

/// A run that is being written.
#[derive(Debug)]
pub struct Builder {
    path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    unsynced: usize,
    span: Span,
    seed: Seed,
    of_pages: u32,
    page: PageWriter,
    pages: u64,
    before: Option<Filed>,
    ids: u64,
    ranges: Ranges,
    fences: Vec<KeyBytes>,
    filter: Filter,
}

impl Builder {
    /// Begins a run of at most `ids_max` ids for the entries of `span`, at `path`.
    pub fn new(path: PathBuf, span: Span, seed: Seed, ids_max: u64) -> io::Result<Self> {
        let beside = files::temporary(&path);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(beside)?;
        Ok(Self {
            path,
            file,
            buffer: Vec::with_capacity(WRITE_BYTES),
            unsynced: 0,
            span,
            seed,
            of_pages: of_pages(&span),
            page: PageWriter::default(),
            pages: 0,
            before: None,
            ids: 0,
            ranges: Ranges::EMPTY,
            fences: Vec::new(),
            filter: Filter::new(seed, ids_max),
        })
    }

    /// Adds an id, in order. An id that is there twice, as only in forged books, keeps its first entry.
    pub fn push(&mut self, filed: Filed) -> io::Result<()> {
        if self.before.is_some_and(|before| before.is_same(&filed)) {
            return Ok(());
        }
        let Some(key) = filed.key() else { return Ok(()) }; // None but ids come out of pages and records.
        self.before = Some(filed);
        self.ids = self.ids.saturating_add(1);
        self.ranges.include(&filed);
        self.filter.insert(&key);
        if !self.page.push(filed, self.span.first) {
            self.end_page()?;
            self.page.push(filed, self.span.first);
        }
        Ok(())
    }

    /// Ends it: durable, under its name, and open when it returns.
    pub fn finish(mut self) -> io::Result<Run> {
        self.end_page()?;
        let mut checksum = crc32fast::Hasher::new();
        let mut fences = std::mem::take(&mut self.fences);
        fences.shrink_to_fit();
        checksum.update(fences.as_flattened());
        self.put(fences.as_flattened())?;
        let filter = std::mem::replace(&mut self.filter, Filter::new(self.seed, 0));
        filter.write(|bytes| {
            checksum.update(bytes);
            self.put(bytes)
        })?;
        let footer = Footer {
            span: self.span,
            seed: self.seed,
            ids: self.ids,
            pages: self.pages,
            lines: u64::try_from(filter.lines()).unwrap_or(u64::MAX),
            ranges: self.ranges,
            checksum: checksum.finalize(),
        };
        self.put(&footer.write())?;
        self.flush()?;
        self.file.sync_all()?;
        fs::rename(files::temporary(&self.path), &self.path)?;
        files::sync_parent(&self.path)?;
        Ok(Run::written(File::open(&self.path)?, self.path, footer, fences, filter))
    }

    /// Leaves nothing behind.
    pub fn abandon(self) -> io::Result<()> {
        fs::remove_file(files::temporary(&self.path))
    }

    fn end_page(&mut self) -> io::Result<()> {
        let Some(fence) = self.page.first().map(Filed::bytes) else { return Ok(()) };
        let place = Place { run: self.of_pages, number: self.pages, first: self.span.first };
        let page = self.page.take(place).ok_or_else(|| io::Error::other("a page that cannot be written"))?;
        self.fences.push(fence);
        self.pages = self.pages.saturating_add(1);
        self.put(&page)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.unsynced = self.unsynced.saturating_add(self.buffer.len());
        self.buffer.clear();
        if self.unsynced >= SYNC_BYTES {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(())
    }
}

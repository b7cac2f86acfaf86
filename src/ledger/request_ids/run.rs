//! A run: the ids of a contiguous range of entries, in order, in one file that never changes.
//!
//! In memory are one key a page (the fences) and the filter; a look-up that passes the filter reads one
//! page, by `pread`. Fences and filter are checked when the file is opened, a page each time it is read:
//! what is damaged is an error, never "not there".

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::filter::Filter;
use super::footer::{FOOTER_BYTES, Footer, Ranges, Span};
use super::page::{Filed, KEY_BYTES, KeyBytes, PAGE_BYTES, Page, Place};
use crate::domain::RequestKey;

/// A page of a run cannot be read, or is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file with the request ids of entries {first} to {last} is damaged")]
pub struct Unreadable {
    /// The first entry of the run.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// An open run.
#[derive(Debug)]
pub struct Run {
    file: File,
    path: PathBuf,
    footer: Footer,
    fences: Vec<KeyBytes>,
    filter: Filter,
    unreadable: AtomicBool,
}

impl Run {
    /// What was just written to `path`, which is open as `file`.
    pub const fn written(
        file: File,
        path: PathBuf,
        footer: Footer,
        fences: Vec<KeyBytes>,
        filter: Filter,
    ) -> Self {
        Self { file, path, footer, fences, filter, unreadable: AtomicBool::new(false) }
    }

    /// The run in a file; nothing if it is not whole. Whether it belongs to the books is for others to
    /// ask.
    pub fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let mut footer = [0; FOOTER_BYTES];
        file.read_exact_at(&mut footer, length.checked_sub(u64::try_from(FOOTER_BYTES).ok()?)?).ok()?;
        let footer = Footer::read(&footer)?;
        let offsets = footer.offsets().filter(|offsets| offsets.end == length)?;
        // No more than the file has.
        let mut bytes = vec![0; usize::try_from(offsets.footer.checked_sub(offsets.fences)?).ok()?];
        file.read_exact_at(&mut bytes, offsets.fences).ok()?;
        if crc32fast::hash(&bytes) != footer.checksum {
            return None;
        }
        let filter = usize::try_from(offsets.filter.checked_sub(offsets.fences)?).ok()?;
        let (fences, filter) = bytes.split_at_checked(filter)?;
        let fences = fences.as_chunks::<KEY_BYTES>().0.to_vec();
        let filter = Filter::read(footer.seed, filter);
        Some(Self::written(file, path.to_owned(), footer, fences, filter))
    }

    /// Which entries, of which books.
    pub const fn span(&self) -> &Span {
        &self.footer.span
    }

    /// How many ids.
    pub const fn ids(&self) -> u64 {
        self.footer.ids
    }

    /// How many pages.
    pub const fn pages(&self) -> u64 {
        self.footer.pages
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of memory that it takes.
    #[cfg(test)]
    pub fn memory_bytes(&self) -> usize {
        self.fences.capacity().saturating_mul(KEY_BYTES).saturating_add(self.filter.bytes())
    }

    /// Whether a page of it could not be read.
    pub fn is_unreadable(&self) -> bool {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// Whether a look-up that asks one will mostly ask the other too.
    pub fn crosses(&self, other: &Self) -> bool {
        self.footer.ranges.cross(&other.footer.ranges)
    }

    /// Whether any of the ids that lie in `ranges` may be in it: not even the filter is asked.
    pub fn may_hold_some(&self, ranges: &Ranges) -> bool {
        self.footer.ranges.meet(ranges)
    }

    /// Whether the id may be in it: no page is read. "No" is certain.
    pub fn may_hold(&self, key: &RequestKey, filed: &Filed) -> bool {
        self.footer.ranges.include_it(filed) && self.filter.may_hold(key)
    }

    /// The entry of an id, if it is in this run. Reads one page.
    ///
    /// # Errors
    /// [`Unreadable`]: then nobody knows.
    pub fn find(&self, filed: &Filed) -> Result<Option<u64>, Unreadable> {
        let key = filed.bytes();
        let Some(page) = self.fences.partition_point(|fence| *fence <= key).checked_sub(1) else {
            return Ok(None);
        };
        let page = u64::try_from(page).unwrap_or(u64::MAX);
        let mut bytes = [0; PAGE_BYTES];
        self.read(page, &mut bytes)?;
        Ok(self.page(&bytes, page)?.find(filed))
    }

    /// The ids of `count` pages from page `from` on, in order, into `into`.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read_pages(&self, from: u64, count: usize, into: &mut Vec<Filed>) -> Result<(), Unreadable> {
        let mut bytes = vec![0; PAGE_BYTES.saturating_mul(count)];
        self.read(from, &mut bytes)?;
        for (number, bytes) in (from..).zip(bytes.chunks_exact(PAGE_BYTES)) {
            into.extend(self.page(bytes, number)?.each());
        }
        Ok(())
    }

    fn read(&self, page: u64, into: &mut [u8]) -> Result<(), Unreadable> {
        let each = u64::try_from(PAGE_BYTES).unwrap_or(u64::MAX);
        self.file.read_exact_at(into, page.saturating_mul(each)).map_err(|_| self.is_damaged())
    }

    fn page<'a>(&self, bytes: &'a [u8], number: u64) -> Result<Page<'a>, Unreadable> {
        let place = Place { run: self.footer.of_pages(), number, first: self.footer.span.first };
        Page::read(bytes, place).ok_or_else(|| self.is_damaged())
    }

    fn is_damaged(&self) -> Unreadable {
        self.unreadable.store(true, Ordering::Relaxed);
        Unreadable { first: self.footer.span.first, last: self.footer.span.last }
    }
}

//! Merging adjacent runs into one, so that their number grows with the logarithm of history.

use std::sync::Arc;

use super::IdsError;
use super::build::Builder;
use super::footer::Span;
use super::page::Filed;
use super::run::{Run, Unreadable};

/// Runs that become one.
pub const RUNS_PER_MERGE: usize = 4;
/// Runs there may be, however uneven, before some are merged: what a damaged file leaves behind may
/// otherwise stay small for ever. While a long merge is under way there may be more.
pub const RUNS_MAX: usize = 128;
/// Pages read at a time of each part.
const PAGES_READ: u64 = 16;

/// Which adjacent runs are to be merged next: the first of them, counted from 0.
///
/// The four shortest neighbours of which none is longer than the others together: so each id is
/// written again a logarithmic number of times only. Where it is not `worth` it to merge those that
/// begin at a place, they are left as they are while there are not too many.
pub fn next(lengths: &[u64], worth: impl Fn(usize) -> bool) -> Option<usize> {
    let total = |four: &[u64]| four.iter().fold(0_u64, |sum, length| sum.saturating_add(*length));
    let even = |four: &[u64]| {
        let longest = four.iter().copied().max().unwrap_or_default();
        longest <= total(four).saturating_sub(longest)
    };
    let too_many = lengths.len() > RUNS_MAX;
    let fours = lengths.windows(RUNS_PER_MERGE).enumerate();
    let fours = fours.filter(|(place, four)| too_many || (even(four) && worth(*place)));
    fours.min_by_key(|(_, four)| total(four)).map(|(place, _)| place)
}

/// What a merge is to do with itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoOn {
    /// Work.
    Yes,
    /// Leave it: the ledger is closing.
    No,
}

/// Which entries `parts`, in order and without gaps between them, cover together.
pub fn span_of(parts: &[Arc<Run>]) -> Option<Span> {
    let (first, last) = (parts.first()?.span(), parts.last()?.span());
    Some(Span { first: first.first, last: last.last, before: first.before, hash: last.hash })
}

/// Pushes the ids of all parts into `builder`, in order; asks `between` now and then.
pub fn merge(
    parts: &[Arc<Run>],
    builder: &mut Builder,
    between: &mut dyn FnMut() -> Result<GoOn, IdsError>,
) -> Result<GoOn, IdsError> {
    let mut cursors: Vec<Cursor> = parts.iter().map(Cursor::new).collect();
    let failed = |source| IdsError::Io { what: "writing a merged run", source };
    loop {
        let mut least: Option<(&mut Cursor, Filed)> = None;
        for cursor in &mut cursors {
            if cursor.is_at_end() {
                if between()? == GoOn::No {
                    return Ok(GoOn::No);
                }
                cursor.refill()?;
            }
            if let Some(filed) = cursor.peek()
                && least.as_ref().is_none_or(|(_, other)| filed < *other)
            {
                least = Some((cursor, filed));
            }
        }
        let Some((cursor, filed)) = least else { return Ok(GoOn::Yes) };
        cursor.next += 1;
        builder.push(filed).map_err(failed)?;
    }
}

/// Where a merge is in one of its parts.
struct Cursor {
    run: Arc<Run>,
    page: u64,
    filed: Vec<Filed>,
    next: usize,
}

impl Cursor {
    fn new(run: &Arc<Run>) -> Self {
        Self { run: Arc::clone(run), page: 0, filed: Vec::new(), next: 0 }
    }

    fn peek(&self) -> Option<Filed> {
        self.filed.get(self.next).copied()
    }

    /// Whether the next pages are to be read.
    fn is_at_end(&self) -> bool {
        self.next >= self.filed.len() && self.page < self.run.pages()
    }

    fn refill(&mut self) -> Result<(), Unreadable> {
        let count = PAGES_READ.min(self.run.pages().saturating_sub(self.page));
        self.filed.clear();
        self.next = 0;
        self.run.read_pages(self.page, usize::try_from(count).unwrap_or(0), &mut self.filed)?;
        self.page = self.page.saturating_add(count);
        Ok(())
    }
}

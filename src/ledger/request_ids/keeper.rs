//! Keeps the runs: writes a new one when enough entries have come, merges, and writes again what is
//! missing or damaged. One thread's; others look through [`Runs`].
//!
//! It reads the journal like anybody else, so what is in a run is durable. Memory: the ids of one run
//! while it is written (32 bytes each), fences and filter of one more run while it is merged.

use std::path::PathBuf;
use std::sync::Arc;

use super::IdsError;
use super::build::Builder;
use super::folder;
use super::footer::Span;
use super::hash::{Seed, fold};
use super::merge::{GoOn, RUNS_MAX, RUNS_PER_MERGE, merge, next, span_of};
use super::page::Filed;
use super::run::Run;
use super::runs::{RunSet, Runs};
use crate::domain::Sequence;
use crate::journal::{Hash, JournalReader, codec, files};
use crate::ledger::recovery::RecoveryError;

/// Entries read at a time.
const READ_ENTRIES: usize = 16_384;

/// The one that writes runs.
#[derive(Debug)]
pub struct Keeper {
    folder: PathBuf,
    seed: Seed,
    /// Entries after which a run is written.
    run_entries: u64,
    /// In order; gaps are possible.
    runs: Vec<Arc<Run>>,
    shown: Arc<Runs>,
    scratch: Vec<Filed>,
}

/// Entries that make the next run.
struct Piece {
    span: Span,
    ids: Vec<Filed>,
}

impl Keeper {
    /// Believes what is in `folder` if the journal vouches for it; removes the rest. Reads one batch of
    /// the journal in the usual case.
    ///
    /// # Errors
    /// [`IdsError`].
    pub fn open(
        folder: PathBuf,
        reader: &dyn JournalReader,
        seed: Seed,
        run_entries: u64,
    ) -> Result<Self, IdsError> {
        let runs = folder::open(&folder, reader)?;
        let shown = Arc::new(Runs::default());
        shown.publish(RunSet::new(&runs));
        Ok(Self { folder, seed, run_entries: run_entries.max(1), runs, shown, scratch: Vec::new() })
    }

    /// Where everybody looks.
    #[must_use]
    pub fn runs(&self) -> Arc<Runs> {
        Arc::clone(&self.shown)
    }

    /// The position at which there is something to do.
    #[must_use]
    pub fn due(&self) -> Sequence {
        if self.runs.iter().any(|run| run.is_unreadable()) { Sequence::ZERO } else { self.run_due() }
    }

    /// The position at which a run is to be written: where there is a gap, at once.
    fn run_due(&self) -> Sequence {
        let through = self.shown.through();
        let is_last = self.runs.last().is_none_or(|run| run.span().last == through.get());
        if is_last { through.plus(self.run_entries) } else { Sequence::ZERO }
    }

    /// Writes every run that is due and merges what should be, until `go_on` says no. Afterwards fewer
    /// than `run_entries` durable entries are outside the runs.
    ///
    /// # Errors
    /// [`IdsError`]; what was written before it stays, and trying again goes on from there.
    pub fn keep_up(&mut self, reader: &dyn JournalReader, go_on: &dyn Fn() -> GoOn) -> Result<(), IdsError> {
        // A long merge must not keep new ids in memory.
        let mut between = |keeper: &mut Self| {
            keeper.write_next(reader)?;
            Ok(go_on())
        };
        while go_on() == GoOn::Yes {
            self.drop_unreadable();
            if let Some(parts) = self.to_merge() {
                self.merge(&parts, &mut between)?;
            } else if !self.write_next(reader)? {
                break;
            }
        }
        Ok(())
    }

    /// Writes every run that is due, before anybody waits for the books: merges only where there would
    /// be too many runs.
    ///
    /// # Errors
    /// [`IdsError`], as `keep_up`.
    pub fn complete(&mut self, reader: &dyn JournalReader) -> Result<(), IdsError> {
        let missing = reader.tip().position.get().saturating_sub(self.shown.through().get());
        if missing > self.run_entries.saturating_mul(4) {
            tracing::info!(
                entries = missing,
                "request ids are written again from the journal; this takes a while"
            );
        }
        loop {
            self.drop_unreadable();
            match self.to_merge().filter(|_| self.runs.len() > RUNS_MAX) {
                Some(parts) => self.merge(&parts, &mut |_| Ok(GoOn::Yes))?,
                None if self.write_next(reader)? => {}
                None => return Ok(()),
            }
        }
    }

    /// What is to be merged next.
    fn to_merge(&self) -> Option<Vec<Arc<Run>>> {
        let length = |run: &Arc<Run>| run.span().last.saturating_sub(run.span().first).saturating_add(1);
        let lengths: Vec<u64> = self.runs.iter().map(length).collect();
        let parts = |first: usize| self.runs.get(first..first.saturating_add(RUNS_PER_MERGE));
        // Runs that do not cross each other are not asked for the same id: merging them saves nothing.
        let worth = |first| {
            parts(first).is_some_and(|parts| parts.array_windows().any(|[one, next]| one.crosses(next)))
        };
        let parts = parts(next(&lengths, worth)?)?;
        are_neighbours(parts).then(|| parts.to_vec())
    }

    /// Writes the next run if it is due.
    fn write_next(&mut self, reader: &dyn JournalReader) -> Result<bool, IdsError> {
        if reader.tip().position < self.run_due() {
            return Ok(false);
        }
        let Some(piece) = self.next_piece(reader)? else { return Ok(false) };
        let Piece { span, mut ids } = piece;
        ids.sort_unstable();
        let written = self.build(span, u64::try_from(ids.len()).unwrap_or(u64::MAX), |builder| {
            let failed = |source| IdsError::Io { what: "writing a run", source };
            ids.iter().try_for_each(|filed| builder.push(*filed)).map_err(failed)?;
            Ok(GoOn::Yes)
        });
        ids.clear();
        self.scratch = ids;
        if let Some(run) = written? {
            self.replace(run);
        }
        Ok(true)
    }

    /// Reads the entries after those that are covered: as many as make a run, or fill the gap.
    fn next_piece(&mut self, reader: &dyn JournalReader) -> Result<Option<Piece>, IdsError> {
        let first = self.shown.through().next();
        let beyond = self.runs.iter().map(|run| run.span().first).find(|other| *other > first.get());
        let mut ids = std::mem::take(&mut self.scratch);
        let (mut next, mut before, mut hash) = (first, None, Hash::default());
        'full: while next.get() - first.get() < self.run_entries {
            let batches = reader.read(next, READ_ENTRIES).map_err(RecoveryError::from)?;
            if batches.is_empty() {
                break;
            }
            for batch in &batches {
                if batch.first() != next {
                    return Err(RecoveryError::NotDense { expected: next, found: batch.first() }.into());
                }
                let enough = next.get() - first.get() >= self.run_entries;
                if enough || beyond.is_some_and(|beyond| batch.first().get() >= beyond) {
                    break 'full;
                }
                before.get_or_insert(batch.seal.previous);
                hash = batch.seal.hash;
                for record in batch.records() {
                    let damaged = |source| RecoveryError::Entry { sequence: record.sequence, source };
                    let key = codec::decode_key(&record.bytes).map_err(damaged)?;
                    ids.extend(key.map(|key| Filed::new(&key, record.sequence.get())));
                }
                next = batch.last().next();
            }
        }
        let (Some(before), last) = (before, next.previous().get()) else {
            self.scratch = ids;
            return Ok(None);
        };
        Ok(Some(Piece { span: Span { first: first.get(), last, before, hash }, ids }))
    }

    /// Makes one run of `parts`. A damaged part is let go of at the next step, and its entries are due
    /// again.
    fn merge(
        &mut self,
        parts: &[Arc<Run>],
        between: &mut dyn FnMut(&mut Self) -> Result<GoOn, IdsError>,
    ) -> Result<(), IdsError> {
        let Some(span) = span_of(parts) else { return Ok(()) };
        let ids = parts.iter().fold(0, |sum: u64, run| sum.saturating_add(run.ids()));
        let mut builder = self.begin(span, ids)?;
        let merged = merge(parts, &mut builder, &mut || between(self));
        match end(builder, merged) {
            Ok(Some(run)) => {
                self.replace(run);
                parts.iter().for_each(|run| folder::remove(run.path()));
                Ok(())
            }
            Ok(None) | Err(IdsError::Unreadable(_)) => Ok(()),
            Err(error @ (IdsError::Journal(_) | IdsError::Io { .. })) => Err(error),
        }
    }

    fn build(
        &self,
        span: Span,
        ids: u64,
        fill: impl FnOnce(&mut Builder) -> Result<GoOn, IdsError>,
    ) -> Result<Option<Run>, IdsError> {
        let mut builder = self.begin(span, ids)?;
        let filled = fill(&mut builder);
        end(builder, filled)
    }

    fn begin(&self, span: Span, ids: u64) -> Result<Builder, IdsError> {
        // No two filters have one seed: who finds out about one knows nothing of another.
        let [one, two] = self.seed.words();
        let seed =
            Seed::new([fold(one ^ span.first, two ^ span.last), fold(two ^ span.first, one ^ !span.last)]);
        // Derived files may be removed at any time, and their folder with them.
        files::create_directory(&self.folder)
            .and_then(|()| Builder::new(folder::file(&self.folder, &span), span, seed, ids))
            .map_err(|source| IdsError::Io { what: "beginning a run", source })
    }

    /// Takes a run in, in the place of all that it covers.
    fn replace(&mut self, run: Run) {
        let span = *run.span();
        self.runs.retain(|other| other.span().last < span.first || span.last < other.span().first);
        self.runs.push(Arc::new(run));
        self.runs.sort_by_key(|run| run.span().first);
        self.shown.publish(RunSet::new(&self.runs));
    }

    /// Lets go of runs with a page that could not be read: they leave gaps, which are due at once.
    fn drop_unreadable(&mut self) {
        let (unreadable, good) =
            std::mem::take(&mut self.runs).into_iter().partition(|run| run.is_unreadable());
        self.runs = good;
        let unreadable: Vec<Arc<Run>> = unreadable;
        for run in &unreadable {
            let Span { first, last, .. } = run.span();
            tracing::warn!(
                first,
                last,
                "a file with request ids is damaged; it is written again from the journal"
            );
            folder::remove(run.path());
        }
        if !unreadable.is_empty() {
            self.shown.publish(RunSet::new(&self.runs));
        }
    }
}

fn are_neighbours(runs: &[Arc<Run>]) -> bool {
    runs.is_sorted_by(|one, other| one.span().last.saturating_add(1) == other.span().first)
}

/// Finishes a run, or leaves nothing of it.
fn end(builder: Builder, filled: Result<GoOn, IdsError>) -> Result<Option<Run>, IdsError> {
    let failed = |source| IdsError::Io { what: "ending a run", source };
    match filled {
        Ok(GoOn::Yes) => builder.finish().map(Some).map_err(failed),
        Ok(GoOn::No) => builder.abandon().map(|()| None).map_err(failed),
        Err(error) => {
            let _first_error_counts = builder.abandon();
            Err(error)
        }
    }
}

//! The past: what balances were at any position, before any time, and by the day help was given.
//!
//! Two questions. *As recorded*: the books right after an entry, from the newest balances checkpoint
//! before it and the journal since. *By day of help*: every entry up to a position whose day is not
//! after the one asked for, from day totals at the follower's position, or from the journal.
//!
//! Owns everything it reads these from, all of it derived: `checkpoints/balances-*`, `derived/days`,
//! and the balances at the follower's position in memory. A follower keeps them: it reads the
//! journal like anybody else, holds the ledger up for nothing, and starts again from the journal
//! where what it finds is missing, damaged or of other books. Knows no people, no text, no wire.
//!
//! | to find | look in |
//! |---|---|
//! | what an entry does to balances and hours moved | `fold.rs`; corrections and reversals: `counts.rs` |
//! | balances checkpoints | `balances.rs` |
//! | day totals, and what a kill leaves of them | `days.rs` |
//! | the thread | `follower.rs` |
//!
//! Drop `Past` before its ledger: until then it keeps the journal open. It ends its thread and closes
//! its store; a ledger that went first ends the thread too.

mod balances;
mod counts;
mod days;
mod fold;
mod follower;
mod net;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

pub use days::DaysError;
pub use fold::{AccountFold, BankFold, Fold, day_of};

use crate::domain::{AccountNumber, Action, BankNumber, Day, Sequence, Timestamp};
use crate::journal::{DataDirectory, JournalReader, ReadError};
use crate::ledger::recovery::{self, RecoveryError};
use crate::ledger::{Books, Ledger};
use balances::BalancesFolder;
use counts::Remembered;
use days::Days;
use follower::{Follower, Shared};

/// The folder of the day totals, under `derived/`.
const DAYS_FOLDER: &str = "days";
/// Lines read at a time when an account's history is added up.
const LINES: usize = 1_000;

/// How often and in how large steps. The defaults are for production; tests use small ones.
#[derive(Clone, Copy, Debug)]
pub struct PastBounds {
    /// Entries between two balances checkpoints; each is written at the end of the batch that passes it.
    pub checkpoint_entries: u64,
    /// Entries read at a time; a read ends with a batch.
    pub read_entries: usize,
    /// Entries after which what they changed is written, while there are more to come; a follower that
    /// has caught up writes at once.
    pub chunk_entries: u64,
    /// After a chunk the follower rests at least so long unless somebody waits for it, so that many small
    /// batches are one chunk: what it writes for a batch of three costs as much as for one of three hundred.
    pub rest: Duration,
}

impl Default for PastBounds {
    fn default() -> Self {
        Self {
            checkpoint_entries: 1_000_000,
            read_entries: 16_384,
            chunk_entries: 1 << 20,
            rest: Duration::from_secs(1),
        }
    }
}

/// Which moment of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The follower's position. Whoever needs a newer one waits for it first.
    Now,
    /// Right after this entry.
    After(Sequence),
    /// After the last entry written down before this time.
    Before(Timestamp),
}

/// Which books are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// All of it as recorded by then.
    Recorded(Moment),
    /// Of what was recorded by then, help of this day and before.
    ThroughDay(Day, Moment),
}

/// Why a question about the past has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The books do not go that far.
    #[error(
        "there is no entry {asked} yet: the books end at {position}. Ask for {position} or an earlier one"
    )]
    NotWritten {
        /// The position that was asked for.
        asked: Sequence,
        /// Where the books end.
        position: Sequence,
    },
    /// Right after a start: nothing is known yet of the books as they are now, by day of help.
    #[error("day totals are still being read from the books, which end at entry {position}. Ask again")]
    NotYet {
        /// Where the books end.
        position: Sequence,
    },
    /// The books cannot be read.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// The day totals cannot be kept or read.
    #[error(transparent)]
    Days(#[from] DaysError),
    /// Totals made anew from the journal still differ from balances made from it.
    #[error("day totals and balances at entry {0} differ, also after both were made anew")]
    Disagree(Sequence),
    /// A thread could not be started.
    #[error("a thread could not be started: {0}")]
    Thread(io::Error),
}

impl From<ReadError> for PastError {
    fn from(error: ReadError) -> Self {
        Self::Recovery(error.into())
    }
}

/// Answers about the past, and the follower behind them.
pub struct Past {
    shared: Arc<Shared>,
    books: Books,
    balances: BalancesFolder,
    bounds: PastBounds,
    /// The newest position somebody waited for. Dropped to end the thread.
    wanted: Option<watch::Sender<Sequence>>,
    thread: Option<JoinHandle<()>>,
}

impl Past {
    /// Starts the follower. Derived data that is missing, damaged or of other books is made anew.
    ///
    /// # Errors
    /// [`PastError`] where the machine makes that impossible.
    pub fn open(ledger: &Ledger, directory: &DataDirectory) -> Result<Self, PastError> {
        Self::open_with(ledger, directory, PastBounds::default())
    }

    /// The same with other bounds.
    ///
    /// # Errors
    /// [`PastError`] where the machine makes that impossible.
    pub fn open_with(
        ledger: &Ledger,
        directory: &DataDirectory,
        bounds: PastBounds,
    ) -> Result<Self, PastError> {
        let mut past = Self::unfollowed(ledger, directory, bounds)?;
        let (wanted, is_wanted) = watch::channel(Sequence::ZERO);
        let follower = Follower {
            shared: Arc::clone(&past.shared),
            reader: Arc::clone(past.books.journal()),
            balances: past.balances.clone(),
            bounds,
            acknowledged: ledger.views().positions(),
            alive: ledger.alive(),
            wanted: is_wanted,
            net: net::Net::default(),
            entries: Vec::new(),
        };
        let thread = std::thread::Builder::new().name("hourbook-past".into());
        let thread = thread.spawn(move || follower.run()).map_err(PastError::Thread)?;
        (past.wanted, past.thread) = (Some(wanted), Some(thread));
        Ok(past)
    }

    /// As it is before the follower's first step.
    fn unfollowed(ledger: &Ledger, directory: &DataDirectory, bounds: PastBounds) -> Result<Self, PastError> {
        let days = Days::open(directory.derived().join(DAYS_FOLDER))?;
        let shared = Arc::new(Shared {
            fold: RwLock::default(),
            days: RwLock::new(days),
            position: watch::Sender::new(Sequence::ZERO),
            failure: Mutex::default(),
        });
        let balances = BalancesFolder::new(directory.checkpoints());
        Ok(Self { shared, books: ledger.books().clone(), balances, bounds, wanted: None, thread: None })
    }

    /// The follower's position.
    #[must_use]
    pub fn position(&self) -> Sequence {
        *self.shared.position.borrow()
    }

    /// Says whenever that moves, and once more when the follower fails: then look at `failure`.
    #[must_use]
    pub fn positions(&self) -> watch::Receiver<Sequence> {
        self.shared.position.subscribe()
    }

    /// The same for who waits for `needed`: the follower does not rest before it is there.
    #[must_use]
    pub fn positions_to(&self, needed: Sequence) -> watch::Receiver<Sequence> {
        if let Some(wanted) = &self.wanted {
            wanted.send_if_modified(|before| needed > std::mem::replace(before, needed.max(*before)));
        }
        self.positions()
    }

    /// Why the follower stopped, if it did. The books are not touched by it; opening again makes what
    /// was wrong anew.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the balances as they are, at the follower's position or a little after it. The
    /// follower stands still meanwhile.
    pub fn now<T>(&self, look: impl FnOnce(&Fold) -> T) -> T {
        look(&self.shared.fold.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The balances right after entry `at`. Blocking: reads at most about a million entries.
    ///
    /// # Errors
    /// [`PastError`]: past the end of the books, or the journal cannot be read there.
    pub fn at(&self, at: Sequence) -> Result<Fold, PastError> {
        self.written(at)?;
        let near = self.now(|fold| {
            let behind = at.get().checked_sub(fold.position.get());
            behind.filter(|behind| *behind < self.bounds.checkpoint_entries).map(|_| fold.clone())
        });
        let reader = self.reader();
        let mut fold = match near {
            Some(fold) => fold,
            None => self.balances.newest(reader, at)?,
        };
        let lately = Remembered::default(); // Nothing: each entry is applied before the next.
        recovery::each_record(reader, fold.position.next(), at, |record| {
            if let Some(post) = recovery::plain_post(&record)? {
                fold.apply_plain(record.sequence, record.recorded_at, &post);
                return Ok(());
            }
            let entry = recovery::decode(&record)?;
            let counts = counts::by_place(&entry, &fold.remembered, &lately, reader)?;
            fold.apply(&entry, &counts);
            Ok(())
        })?;
        Ok(fold)
    }

    /// The last entry written down before `time`; zero if there is none. Blocking: some thirty reads.
    ///
    /// # Errors
    /// [`PastError`] if the journal cannot be read.
    pub fn position_before(&self, time: Timestamp) -> Result<Sequence, PastError> {
        // Entries to `before` are earlier than `time`, those from `from` on are not.
        let (mut before, mut from) = (0_u64, self.books.views().position().get().saturating_add(1));
        while before.saturating_add(1) < from {
            let middle = before.midpoint(from);
            let record = self.reader().record(Sequence::new(middle))?;
            let Some(record) = record else {
                let found = Sequence::ZERO;
                return Err(RecoveryError::NotDense { expected: Sequence::new(middle), found }.into());
            };
            if record.recorded_at < time { before = middle } else { from = middle }
        }
        Ok(Sequence::new(before))
    }

    /// By day of help: what accounts got and banks moved in entries whose day is not after `day`.
    ///
    /// At the follower's position if `at` is none, from the day totals; else up to entry `at`, from
    /// the first entry of the journal on. Blocking.
    ///
    /// # Errors
    /// [`PastError`]: past the end of the books, or they cannot be read; without `at`, also
    /// [`PastError::NotYet`] right after a start.
    pub fn through_day(&self, day: Day, at: Option<Sequence>) -> Result<Fold, PastError> {
        let days = self.shared.days.read().unwrap_or_else(PoisonError::into_inner);
        self.answerable(at, &days)?;
        let served = days.served.filter(|served| at.is_none_or(|at| at == served.position));
        if let Some(served) = served {
            let mut fold = self.now(|fold| fold.emptied(day, served.accounts, served.banks));
            (fold.position, fold.recorded_at) = (served.position, served.recorded_at);
            days.each(|on, change, _| {
                if on <= day {
                    fold.add(change);
                }
            })?;
            return Ok(fold);
        }
        drop(days);
        self.through_day_from_journal(day, at.unwrap_or(Sequence::ZERO))
    }

    fn through_day_from_journal(&self, day: Day, at: Sequence) -> Result<Fold, PastError> {
        let reader = self.reader();
        let mut all = Fold::default();
        let mut part = all.emptied(day, 0, 0);
        let lately = Remembered::default(); // Nothing: each entry is applied before the next.
        recovery::each_record(reader, Sequence::new(1), at, |record| {
            let entry = recovery::decode(&record)?;
            let counts = counts::by_place(&entry, &all.remembered, &lately, reader)?;
            all.each_change(&entry, &counts, |change| {
                if all.day_of(&entry, change.bank) <= day {
                    part.add(change);
                }
            });
            all.apply(&entry, &counts);
            part.open_as_in(&all);
            Ok(())
        })?;
        (part.position, part.recorded_at) = (all.position, all.recorded_at);
        Ok(part)
    }

    /// The same for one account: seconds, and the position they are true at. For an older `at` from
    /// the account's own lines. Zero for an account that is not there. Blocking.
    ///
    /// # Errors
    /// [`PastError`]: past the end of the books, or they cannot be read; without `at`, also
    /// [`PastError::NotYet`] right after a start.
    pub fn balance_through_day(
        &self,
        account: AccountNumber,
        day: Day,
        at: Option<Sequence>,
    ) -> Result<(i64, Sequence), PastError> {
        let days = self.shared.days.read().unwrap_or_else(PoisonError::into_inner);
        self.answerable(at, &days)?;
        let served = days.served.map_or(Sequence::ZERO, |served| served.position);
        if at.is_none_or(|at| at == served) {
            let sum = if served.is_zero() { 0 } else { days.through_day(account, day)? };
            return Ok((fold::narrow(sum), served));
        }
        drop(days);
        let at = at.unwrap_or(served);
        Ok((self.lines_through_day(account, day, at)?, at))
    }

    fn lines_through_day(
        &self,
        account: AccountNumber,
        day: Day,
        at: Sequence,
    ) -> Result<i64, RecoveryError> {
        let Some(newest) = self.books.last_line_before(account, |entry| entry.sequence > at)? else {
            return Ok(0);
        };
        let bank = self.books.views().account(account).map_or_else(BankNumber::default, |view| view.bank);
        let zone = self.zone(bank)?;
        let mut sum = 0_i128;
        let mut line = newest;
        loop {
            // Each line moved the balance from the line before to its own.
            let before = self.books.statement(account, Some(line.number), LINES)?;
            let ends = before.is_empty();
            for older in before {
                sum = sum.saturating_add(moved_by(&line, older.line.posted, day, &zone));
                line = older;
            }
            if ends {
                return Ok(fold::narrow(sum.saturating_add(moved_by(&line, 0, day, &zone))));
            }
        }
    }

    /// The time zone of a bank, as the entry that opened it has it; UTC for one that is not there.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal cannot be read there.
    pub fn zone(&self, bank: BankNumber) -> Result<jiff::tz::TimeZone, RecoveryError> {
        let opened = self.books.views().bank(bank).map_or(Sequence::ZERO, |bank| bank.opened);
        let entry = self.books.durable(opened)?;
        if let Some(Action::OpenBank(bank)) = entry.map(|entry| entry.command.action) {
            return Ok(fold::zone_named(&bank.time_zone));
        }
        Ok(jiff::tz::TimeZone::UTC)
    }

    /// Whether a question by day of help can be answered: no `at` means at the follower's position.
    fn answerable(&self, at: Option<Sequence>, days: &Days) -> Result<(), PastError> {
        if let Some(at) = at {
            return self.written(at);
        }
        let position = self.books.views().position();
        // At position zero these would be books without a bank, and books that are not empty never were.
        let nothing = days.served.is_none_or(|served| served.position.is_zero());
        if nothing && !position.is_zero() { Err(PastError::NotYet { position }) } else { Ok(()) }
    }

    fn written(&self, asked: Sequence) -> Result<(), PastError> {
        let position = self.books.views().position();
        if asked > position { Err(PastError::NotWritten { asked, position }) } else { Ok(()) }
    }

    fn reader(&self) -> &dyn JournalReader {
        &**self.books.journal()
    }
}

/// What a line added to a balance that was `before`, if it is of the day or earlier.
fn moved_by(line: &crate::ledger::StatementLine, before: i64, day: Day, zone: &jiff::tz::TimeZone) -> i128 {
    if fold::day_of(&line.entry, zone) <= day { i128::from(line.line.posted) - i128::from(before) } else { 0 }
}

impl Drop for Past {
    fn drop(&mut self) {
        drop(self.wanted.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join()); // It has said what failed.
        }
    }
}

//! Day totals: what each account got and each bank moved on each day of help, net.
//!
//! ```text
//! a ‖ slot u32 BE ‖ day u32 BE      seconds i128 LE ‖ through u64 LE     (days count from i32::MIN)
//! b ‖ bank u32 BE ‖ day u32 BE      the same, of hours moved
//! s-ahead, s-position               sequence u64 LE ‖ hash of the batch that ends there
//! ```
//!
//! A sled database of its own, so its writes never ride on the journal's sync, and nothing here is
//! synced: derived data may be lost. What makes it believable again after a kill:
//!
//! - a chunk is written in the order *ahead*, values, *position*, and sled keeps a prefix of what was
//!   written. So every value is through `position` or before, or through `ahead` exactly, and applying
//!   the entries between the two again skips the values that have them.
//! - both marks are believed only with the journal's hash there. Totals of other books, or of a
//!   journal that was put back older, are thrown away.
//! - before anything is served, totals and balances must agree.
//!
//! Any error or panic of sled is an error here; whoever opens deletes everything and begins again.

use std::fs::{self, File, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::fold::{Change, Fold};
use super::net::Net;
use crate::domain::{AccountNumber, BankNumber, Day, Sequence, Timestamp};
use crate::journal::Hash;
use crate::ledger::state::slot;

/// sled's own cache of it.
const CACHE_BYTES: u64 = 32 << 20;
/// The same segments as the journal's, so that no value ever grows a file of its own.
const SEGMENT_BYTES: usize = 1 << 20;
/// How long sled's threads may keep the file after it was closed in this process.
const CLOSE_WAIT_MAX: Duration = Duration::from_secs(10);

const ACCOUNT: u8 = b'a';
const BANK: u8 = b'b';
const AHEAD: &[u8] = b"s-ahead";
const POSITION: &[u8] = b"s-position";
const ROW_BYTES: usize = 9;
const VALUE_BYTES: usize = 24;
const MARK_BYTES: usize = 40;

/// Why day totals could not be kept or read. The books are not touched by it.
#[derive(Debug, thiserror::Error)]
#[error("day totals: {doing}: {what}")]
pub struct DaysError {
    /// What was being done.
    pub doing: &'static str,
    /// What the machine said.
    pub what: String,
}

/// A row: an account or a bank on a day. Rows are in the order of their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row([u8; ROW_BYTES]);

/// A position with the hash that vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub position: Sequence,
    pub hash: Hash,
}

/// The books as far as the totals go.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    pub position: Sequence,
    pub recorded_at: Timestamp,
    pub accounts: usize,
    pub banks: usize,
}

/// The day totals.
#[derive(Debug)]
pub struct Days {
    folder: PathBuf,
    /// None only while it is thrown away.
    database: Option<sled::Db>,
    /// Every entry up to here is in.
    pub position: Mark,
    /// Some values may have every entry up to here.
    pub ahead: Mark,
    /// None until position and values are believed.
    pub served: Option<Served>,
}

impl Row {
    pub fn of(change: &Change, day: Day) -> Self {
        change
            .account
            .map_or_else(|| Self::new(BANK, change.bank.get(), day), |account| Self::of_account(account, day))
    }

    pub fn of_account(account: AccountNumber, day: Day) -> Self {
        Self::new(ACCOUNT, account.slot(), day)
    }

    fn new(tag: u8, number: u32, day: Day) -> Self {
        let [a, b, c, d] = number.to_be_bytes();
        let [e, f, g, h] = (day.days().cast_unsigned() ^ (1 << 31)).to_be_bytes();
        Self([tag, a, b, c, d, e, f, g, h])
    }

    /// Tag, number and day; none for what is no row.
    fn parse(key: &[u8]) -> Option<(u8, u32, Day)> {
        let (&tag, rest) = key.split_first()?;
        let (number, day) = rest.split_first_chunk::<4>()?;
        let day = u32::from_be_bytes(day.try_into().ok()?) ^ (1 << 31);
        Some((tag, u32::from_be_bytes(*number), Day::from_days(day.cast_signed())))
    }
}

impl Mark {
    const START: Self = Self { position: Sequence::ZERO, hash: crate::journal::GENESIS };
}

impl Days {
    /// Opens the totals in `folder`; what cannot be opened is thrown away and begun again.
    pub fn open(folder: PathBuf) -> Result<Self, DaysError> {
        Self::open_as_it_is(&folder).or_else(|_unusable| {
            remove(&folder)?;
            Self::open_as_it_is(&folder)
        })
    }

    fn open_as_it_is(folder: &Path) -> Result<Self, DaysError> {
        wait_until_free(&folder.join("db"))?;
        let config = sled::Config::new()
            .path(folder)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None)
            .use_compression(false);
        let database = guarded("opening", || config.open())?;
        let mut days = Self {
            folder: folder.to_owned(),
            database: Some(database),
            position: Mark::START,
            ahead: Mark::START,
            served: None,
        };
        days.position = days.mark(POSITION)?;
        days.ahead = days.mark(AHEAD)?;
        Ok(days)
    }

    /// Throws everything away and begins again.
    pub fn begin_again(&mut self) -> Result<(), DaysError> {
        self.served = None;
        if let Some(database) = self.database.take() {
            guarded("closing", || {
                drop(database);
                Ok(())
            })?;
        }
        remove(&self.folder)?;
        *self = Self::open_as_it_is(&self.folder)?;
        Ok(())
    }

    /// Adds what the entries up to `end` did, in one write for each row.
    pub fn write(&mut self, net: &mut Net, end: Mark) -> Result<(), DaysError> {
        let rows = net.take();
        self.set_mark(AHEAD, end)?;
        self.ahead = end;
        let database = self.database()?;
        guarded("writing", || {
            for (row, seconds) in rows {
                let (before, through) =
                    database.get(row.0)?.map_or(Ok((0, Sequence::ZERO)), |value| parse(&value))?;
                if through >= end.position {
                    continue; // Written before a kill.
                }
                database.insert(row.0, &value(before.saturating_add(seconds), end.position))?;
            }
            Ok(())
        })?;
        self.set_mark(POSITION, end)?;
        self.position = end;
        Ok(())
    }

    /// What an account got from entries of `day` and before, seconds.
    pub fn through_day(&self, account: AccountNumber, day: Day) -> Result<i128, DaysError> {
        let first = Row::of_account(account, Day::from_days(i32::MIN));
        let last = Row::of_account(account, day);
        let database = self.database()?;
        guarded("reading", || {
            database.range(first.0..=last.0).try_fold(0_i128, |sum, row| {
                let (seconds, _) = parse(&row?.1)?;
                Ok(sum.saturating_add(seconds))
            })
        })
    }

    /// Every total, with its day and the position it is good through.
    pub fn each(&self, mut visit: impl FnMut(Day, Change, Sequence)) -> Result<(), DaysError> {
        let database = self.database()?;
        guarded("reading", || {
            for row in database.range([ACCOUNT].as_slice()..[BANK + 1].as_slice()) {
                let (key, bytes) = row?;
                let (seconds, through) = parse(&bytes)?;
                let (tag, number, day) = Row::parse(&key).ok_or_else(|| corrupt("a key"))?;
                let account = AccountNumber::from_slot(number).filter(|_| tag == ACCOUNT);
                let bank = BankNumber::new(if account.is_some() { 0 } else { number });
                visit(day, Change { bank, account, seconds }, through);
            }
            Ok(())
        })
    }

    /// Whether the totals of every account and bank add up to what `fold`, at the same position, has.
    pub fn agree(&self, fold: &Fold) -> Result<bool, DaysError> {
        let mut accounts = vec![0_i128; fold.accounts_len()];
        let mut banks = vec![0_i128; fold.banks.len()];
        let mut known = true;
        self.each(|_, change, through| {
            let sum = match change.account {
                Some(account) => accounts.get_mut(slot(account)),
                None => bank_place(change.bank).and_then(|place| banks.get_mut(place)),
            };
            known &= through <= fold.position && sum.is_some();
            if let Some(sum) = sum {
                *sum = sum.saturating_add(change.seconds);
            }
        })?;
        Ok(known
            && accounts.iter().zip(&fold.posted).all(|(sum, posted)| *sum == i128::from(*posted))
            && banks.iter().zip(&fold.banks).all(|(sum, bank)| *sum == bank.net_moved))
    }

    fn database(&self) -> Result<&sled::Db, DaysError> {
        self.database.as_ref().ok_or_else(|| DaysError { doing: "reading", what: "they are gone".into() })
    }

    fn mark(&self, key: &'static [u8]) -> Result<Mark, DaysError> {
        let database = self.database()?;
        let Some(bytes) = guarded("reading", || database.get(key))? else { return Ok(Mark::START) };
        let parsed = bytes.split_first_chunk::<8>().and_then(|(position, hash)| {
            Some(Mark { position: Sequence::new(u64::from_le_bytes(*position)), hash: hash.try_into().ok()? })
        });
        parsed.ok_or_else(|| DaysError { doing: "reading", what: "a mark is damaged".into() })
    }

    fn set_mark(&self, key: &'static [u8], mark: Mark) -> Result<(), DaysError> {
        let mut bytes = Vec::with_capacity(MARK_BYTES);
        bytes.extend_from_slice(&mark.position.get().to_le_bytes());
        bytes.extend_from_slice(&mark.hash);
        let database = self.database()?;
        guarded("writing", || database.insert(key, bytes)).map(drop)
    }
}

fn bank_place(bank: BankNumber) -> Option<usize> {
    usize::try_from(bank.get()).ok()?.checked_sub(1)
}

fn value(seconds: i128, through: Sequence) -> [u8; VALUE_BYTES] {
    let mut bytes = [0; VALUE_BYTES];
    if let Some((first, last)) = bytes.split_first_chunk_mut::<16>() {
        *first = seconds.to_le_bytes();
        last.copy_from_slice(&through.get().to_le_bytes());
    }
    bytes
}

fn parse(value: &[u8]) -> sled::Result<(i128, Sequence)> {
    let parsed = value.split_first_chunk::<16>().and_then(|(seconds, through)| {
        let through = u64::from_le_bytes(through.try_into().ok()?);
        Some((i128::from_le_bytes(*seconds), Sequence::new(through)))
    });
    parsed.ok_or_else(|| corrupt("a value"))
}

fn corrupt(what: &str) -> sled::Error {
    sled::Error::Unsupported(format!("{what} of another length"))
}

/// Calls sled; a panic of it is an error too.
fn guarded<T>(doing: &'static str, call: impl FnOnce() -> sled::Result<T>) -> Result<T, DaysError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(DaysError { doing, what: error.to_string() }),
        Err(_) => Err(DaysError { doing, what: "the store panicked".into() }),
    }
}

fn remove(folder: &Path) -> Result<(), DaysError> {
    let failed = |error: io::Error| DaysError { doing: "throwing them away", what: error.to_string() };
    wait_until_free(&folder.join("db"))?;
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => fs::remove_file(folder).map_err(failed),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// sled's threads keep the file locked a moment longer than the last handle lives. Polled, because a
/// lock that is never let go must become an error and there is no wait with an end.
fn wait_until_free(file: &Path) -> Result<(), DaysError> {
    let Ok(file) = File::open(file) else { return Ok(()) }; // Not there, or for sled to complain about.
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if began.elapsed() < CLOSE_WAIT_MAX => {
                std::thread::sleep(Duration::from_micros(200));
            }
            Err(error) => return Err(DaysError { doing: "opening", what: error.to_string() }),
            Ok(()) => return Ok(()), // Let go with the descriptor.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: values that were written before a kill are not counted again, later ones are.
    /// Method: the same chunk twice, then a later one; on both sides of the day asked for.
    #[test]
    fn a_chunk_written_twice_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut days = Days::open(folder.path().join("days")).unwrap();
        let account = AccountNumber::from_slot(3).unwrap();
        let change = Change { bank: BankNumber::new(1), account: Some(account), seconds: 5 };
        let mut write = |end, day| {
            let mut net = Net::default();
            net.add(&change, Day::from_days(day));
            days.write(&mut net, Mark { position: Sequence::new(end), hash: [1; 32] }).unwrap();
            days.through_day(account, Day::from_days(-1)).unwrap()
        };
        assert_eq!([write(9, -1), write(9, -1), write(12, -1), write(13, 0)], [5, 5, 10, 10]);
    }
}

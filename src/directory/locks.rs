//! Months that a bank has closed.
//!
//! A note of topic `PERIOD_LOCK` closes one month of the bank it names. What is entered later for that month is
//! taken as ever and is *late*: it stands in the next report, and no figure of a closed month changes. Whether
//! an entry is late is worked out from the two sequences and never stored.
//!
//! ```text
//! format u8 (1), year i16, month u8 (1 to 12)
//! ```
//!
//! - A bank closes its months in order, without gaps, each once; none is opened again.
//! - The first may be any month. It closes all before it too: those can never be closed by themselves, and
//!   what comes in for them would be in no report at all.
//!
//! Pure: no lock, no clock, no journal. What day it is in the bank is an argument.

use std::collections::BTreeMap;
use std::fmt;

use super::reading::BadBytes;
use crate::domain::{BankNumber, Day, Note, Sequence, Timestamp, Topic};

const FORMAT: u8 = 1;
const NOTE_BYTES: usize = 4;
const MONTHS_PER_YEAR: i32 = 12;
/// The years in which help may have been given: those of [`Day::MIN`] and [`Day::MAX`].
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32); // Months since January of the year 0; any that a day can lie in.

impl Month {
    /// The month of a year, 1 to 12; nothing outside of the years 1900 to 2199, in which all entries are.
    #[must_use]
    pub fn new(year: i16, month: u8) -> Option<Self> {
        let fits = YEARS.contains(&year) && (1..=12).contains(&month);
        fits.then(|| Self(i32::from(year) * MONTHS_PER_YEAR + i32::from(month) - 1))
    }

    /// The month in which `day` lies.
    #[must_use]
    pub fn of(day: Day) -> Self {
        let (year, month, _) = day.calendar();
        Self(i32::from(year) * MONTHS_PER_YEAR + i32::from(month) - 1)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        // The calendar has the years -9999 to 9999.
        i16::try_from(self.0.div_euclid(MONTHS_PER_YEAR)).unwrap_or(i16::MAX)
    }

    /// The month of the year, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        // A remainder of 0 to 11.
        u8::try_from(self.0.rem_euclid(MONTHS_PER_YEAR)).map_or(12, |month| month + 1)
    }

    /// The month after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Day {
        let month = i8::try_from(self.month()).unwrap_or(1); // 1 to 12.
        Day::from_calendar(self.year(), month, 1).unwrap_or(Day::MAX)
    }

    /// True where its last day is before `today`.
    #[must_use]
    pub fn is_over(self, today: Day) -> bool {
        self < Self::of(today)
    }
}

impl fmt::Display for Month {
    /// `2026-05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

/// A month closed, and by which entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The month.
    pub month: Month,
    /// The entry: what comes after it for the month is late.
    pub sequence: Sequence,
    /// When it was written down.
    pub recorded_at: Timestamp,
}

/// Every bank's closed months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    // Invariant: each list without gaps, by rising months and sequences; not empty. At most the 3,600 months of
    // YEARS.
    banks: BTreeMap<BankNumber, Vec<Lock>>,
}

/// Why a month cannot be closed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotLock {
    /// It was closed, by this entry or with a later month.
    #[error("the month is closed already, by entry {0}")]
    Already(Sequence),
    /// A month before it is open.
    #[error("months are closed in order, and the next is {next}")]
    NotNext {
        /// The one to close first.
        next: Month,
    },
    /// Help may still be given in it.
    #[error("the month is not over yet")]
    NotOver,
}

/// A note that cannot be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLock {
    /// Its bytes.
    #[error("entry {0} about a closed month cannot be read: {1}")]
    Note(Sequence, BadBytes),
    /// It is not the month after the one before, or not later.
    #[error("entry {0} about a closed month does not follow from those before it")]
    Order(Sequence),
}

/// The note that closes `month` of `bank`.
#[must_use]
pub fn lock_note(bank: BankNumber, month: Month) -> Note {
    let [first, second] = month.year().to_le_bytes();
    let body = Box::from([FORMAT, first, second, month.month()]);
    Note { topic: Topic::PERIOD_LOCK, subject: u64::from(bank.get()), body }
}

/// Reads the body of such a note.
///
/// # Errors
/// [`BadBytes`] unless it is exactly what [`lock_note`] makes.
pub fn locked_month(body: &[u8]) -> Result<Month, BadBytes> {
    const _: () = assert!(NOTE_BYTES == 1 + 2 + 1);
    match *body {
        [FORMAT, first, second, month] => {
            Month::new(i16::from_le_bytes([first, second]), month).ok_or(BadBytes::Damaged)
        }
        [format, ..] if format > FORMAT => Err(BadBytes::Newer(format)),
        _ => Err(BadBytes::Damaged),
    }
}

impl Locks {
    /// Whether `bank` may close `month`, as it is `today` there. One at a time: whoever asks holds a lock until
    /// the note is written down.
    ///
    /// # Errors
    /// [`CannotLock`].
    pub fn check(&self, bank: BankNumber, month: Month, today: Day) -> Result<(), CannotLock> {
        if let Some(lock) = self.lock_of(bank, month) {
            return Err(CannotLock::Already(lock.sequence));
        }
        match self.next(bank) {
            Some(next) if next != month => Err(CannotLock::NotNext { next }),
            Some(_) | None if !month.is_over(today) => Err(CannotLock::NotOver),
            Some(_) | None => Ok(()),
        }
    }

    /// Takes in the next closed month of `bank`; with an error nothing is changed.
    ///
    /// # Errors
    /// [`BadLock`], naming the entry.
    pub fn apply(
        &mut self,
        sequence: Sequence,
        recorded_at: Timestamp,
        bank: BankNumber,
        body: &[u8],
    ) -> Result<(), BadLock> {
        let month = locked_month(body).map_err(|bad| BadLock::Note(sequence, bad))?;
        if let Some(last) = self.history(bank).last()
            && (last.month.next() != month || last.sequence >= sequence)
        {
            return Err(BadLock::Order(sequence));
        }
        self.banks.entry(bank).or_default().push(Lock { month, sequence, recorded_at });
        Ok(())
    }

    /// True where an entry of `bank` with this `sequence` came after the lock of the month in which `occurred_on`
    /// lies.
    #[must_use]
    pub fn is_late(&self, bank: BankNumber, occurred_on: Day, sequence: Sequence) -> bool {
        self.lock_of(bank, Month::of(occurred_on)).is_some_and(|lock| lock.sequence < sequence)
    }

    /// The lock that closed `month` of `bank`, if it is closed: its own, or the first for all before it.
    #[must_use]
    pub fn lock_of(&self, bank: BankNumber, month: Month) -> Option<&Lock> {
        let history = self.history(bank);
        history.get(history.partition_point(|lock| lock.month < month))
    }

    /// The month that `bank` closes next; nothing where the first may be any.
    #[must_use]
    pub fn next(&self, bank: BankNumber) -> Option<Month> {
        self.history(bank).last().map(|last| last.month.next())
    }

    /// The locks of `bank`, oldest first.
    #[must_use]
    pub fn history(&self, bank: BankNumber) -> &[Lock] {
        self.banks.get(&bank).map_or(&[], Vec::as_slice)
    }

    /// All locks, bank by bank, each oldest first: taken in again in this order they give the same.
    pub fn all(&self) -> impl Iterator<Item = (BankNumber, &Lock)> {
        self.banks.iter().flat_map(|(bank, locks)| locks.iter().map(|lock| (*bank, lock)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BANK: BankNumber = BankNumber::new(1);

    fn month(year: i16, month: u8) -> Month {
        Month::new(year, month).unwrap()
    }

    fn day(year: i16, month: i8, day: i8) -> Day {
        Day::from_calendar(year, month, day).unwrap()
    }

    fn close(locks: &mut Locks, sequence: u64, bank: BankNumber, month: Month) -> Result<(), BadLock> {
        let before = locks.clone();
        let note = lock_note(bank, month);
        assert_eq!((note.topic, note.subject), (Topic::PERIOD_LOCK, u64::from(bank.get())));
        let (sequence, at) = (Sequence::new(sequence), Timestamp::from_micros(0));
        let applied = locks.apply(sequence, at, bank, &note.body);
        assert!(applied.is_ok() || *locks == before, "an error changed something");
        applied
    }

    /// Goal: a month begins on its first day and is over on the first day of the next, in leap years and at the
    /// turn of a year. Method: a table of days next to each other.
    #[test]
    fn months_follow_the_calendar() {
        for (at, text, over_next_day) in [
            (day(2026, 5, 30), "2026-05", false),
            (day(2026, 5, 31), "2026-05", true),
            (day(2024, 2, 28), "2024-02", false),
            (day(2024, 2, 29), "2024-02", true),
            (day(2025, 12, 31), "2025-12", true),
            (day(1969, 12, 31), "1969-12", true),
            (Day::MIN, "1900-01", false),
            (Day::MAX, "2199-12", true),
        ] {
            assert_eq!(Month::of(at).to_string(), text);
            assert!(!Month::of(at).is_over(at));
            assert_eq!(Month::of(at).is_over(Day::from_days(at.days() + 1)), over_next_day, "{at}");
        }
        let bounds = [(1900, 1), (2199, 12)].map(|(year, at)| Month::new(year, at).is_some());
        let outside = [(1899, 12), (2200, 1), (2026, 0), (2026, 13)].map(|(year, at)| Month::new(year, at));
        assert_eq!((bounds, outside), ([true; 2], [None; 4]));
        assert_eq!(month(2026, 12).next(), month(2027, 1));
    }

    /// Goal: months are closed in order, once they are over, and none twice; the answer says what to do instead.
    /// Method: each row asks and, where it may, closes.
    #[test]
    fn months_are_closed_in_order() {
        let mut locks = Locks::default();
        let (may, june) = (month(2026, 5), month(2026, 6));
        let next = |next| Err(CannotLock::NotNext { next });
        let already = |number| Err(CannotLock::Already(Sequence::new(number)));
        let rows = [
            // sequence, month, today, answer
            (1, june, day(2026, 6, 4), Err(CannotLock::NotOver)),
            (2, may, day(2026, 5, 31), Err(CannotLock::NotOver)),
            (3, may, day(2026, 6, 1), Ok(())),
            (4, may, day(2026, 6, 1), already(3)),
            (5, month(2026, 4), day(2026, 6, 1), already(3)),
            (6, month(2026, 7), day(2026, 9, 1), next(june)),
            (7, june, day(2026, 6, 30), Err(CannotLock::NotOver)),
            (8, june, day(2026, 7, 1), Ok(())),
            (9, month(2026, 7), day(2026, 8, 1), Ok(())),
            (10, may, day(2026, 8, 1), already(3)),
            (11, june, day(2026, 8, 1), already(8)),
        ];
        for (sequence, month, today, answer) in rows {
            assert_eq!(locks.check(BANK, month, today), answer, "{sequence}");
            if answer.is_ok() {
                close(&mut locks, sequence, BANK, month).unwrap();
            }
        }
        assert_eq!(locks.check(BankNumber::new(2), month(2020, 1), day(2026, 8, 1)), Ok(()), "another bank");
    }

    /// Goal: late is what came after the lock of its own month. Method: May closed by entry 10, June by 20;
    /// entries beside each of them, for days at both ends of a month.
    #[test]
    fn late_is_after_the_lock_of_its_month() {
        let mut locks = Locks::default();
        close(&mut locks, 10, BANK, month(2026, 5)).unwrap();
        close(&mut locks, 20, BANK, month(2026, 6)).unwrap();
        let rows = [
            // day, the last that is in time
            (day(2026, 5, 1), Some(10)),
            (day(2026, 5, 31), Some(10)),
            (day(2026, 6, 1), Some(20)),
            (day(2026, 6, 30), Some(20)),
            (day(2026, 7, 1), None),
            (day(2026, 4, 30), Some(10)),
            (Day::MIN, Some(10)),
        ];
        for (day, last) in rows {
            for sequence in 1..=30 {
                let late = locks.is_late(BANK, day, Sequence::new(sequence));
                assert_eq!(late, last.is_some_and(|last| sequence > last), "{day} at {sequence}");
            }
            assert!(!locks.is_late(BankNumber::new(2), day, Sequence::MAX), "another bank closed nothing");
        }
    }

    /// Goal: what cannot follow is an error that names its entry and changes nothing. Method: a gap, the same
    /// month, an earlier one, an earlier entry, bytes of no month.
    #[test]
    fn what_cannot_follow_changes_nothing() {
        let mut locks = Locks::default();
        close(&mut locks, 5, BANK, month(2026, 5)).unwrap();
        for (sequence, year, number) in [(6, 2026, 7), (6, 2026, 5), (6, 2026, 4), (5, 2026, 6), (4, 2026, 6)]
        {
            let applied = close(&mut locks, sequence, BANK, month(year, number));
            assert_eq!(applied, Err(BadLock::Order(Sequence::new(sequence))));
        }
        let sequence = Sequence::new(6);
        let bad = locks.apply(sequence, Timestamp::from_micros(0), BANK, &[1, 0, 0, 0]);
        assert_eq!(bad, Err(BadLock::Note(sequence, BadBytes::Damaged)));
        close(&mut locks, 6, BANK, month(2026, 6)).unwrap();
    }

    /// Goal: the bytes stay what they are, and a later format is told apart. Method: one note, byte for byte.
    #[test]
    fn the_bytes_are_for_ever() {
        assert_eq!(*lock_note(BANK, month(2026, 5)).body, [1, 0xea, 0x07, 5]);
        assert_eq!(locked_month(&[2, 0xea, 0x07, 5]), Err(BadBytes::Newer(2)));
        assert_eq!(locked_month(&[2]), Err(BadBytes::Newer(2)));
        for body in [&[][..], &[0, 0xea, 7, 5], &[1, 0xea, 7], &[1, 0xea, 7, 5, 0], &[1, 0xea, 7, 13]] {
            assert_eq!(locked_month(body), Err(BadBytes::Damaged), "{body:?}");
        }
    }

    proptest! {
        /// Goal: every month reads back, and bytes that mean one have one form.
        #[test]
        fn months_read_back(year in YEARS, number in 1_u8..=12, bytes in proptest::collection::vec(any::<u8>(), 0..6)) {
            let month = month(year, number);
            prop_assert_eq!((month.year(), month.month()), (year, number));
            prop_assert_eq!(locked_month(&lock_note(BANK, month).body), Ok(month));
            if let Ok(read) = locked_month(&bytes) {
                prop_assert_eq!(&*lock_note(BANK, read).body, &bytes[..]);
            }
        }

        /// Goal: late and "may be closed" follow from a list of months alone. Method: months closed from any first
        /// one in two banks; a naive list asked for every month and entry around it.
        #[test]
        fn late_follows_from_a_list(
            first in (1990_i16..2010, 1_u8..=12),
            closed in proptest::collection::vec((0_u32..2, 1_u64..4), 1..8),
        ) {
            let first = month(first.0, first.1);
            let (mut locks, mut list, mut end) = (Locks::default(), Vec::<(u32, Month, u64)>::new(), 0);
            for (bank, further) in closed {
                end += further;
                let before = list.iter().rev().find(|lock| lock.0 == bank);
                let month = before.map_or(first, |lock| Month(lock.1.0 + 1));
                close(&mut locks, end, BankNumber::new(bank), month).unwrap();
                list.push((bank, month, end));
            }
            for bank in 0..2 {
                let own = || list.iter().filter(|lock| lock.0 == bank);
                for month in (first.0 - 2..first.0 + 10).map(Month) {
                    let day = day(month.year(), i8::try_from(month.month()).unwrap(), 15);
                    let by = own().find(|lock| lock.1 == month);
                    let by = by.or_else(|| own().next().filter(|_| month < first)).map(|lock| lock.2);
                    for sequence in 0..=end + 1 {
                        let late = locks.is_late(BankNumber::new(bank), day, Sequence::new(sequence));
                        prop_assert_eq!(late, by.is_some_and(|by| by < sequence));
                    }
                    let next = own().next_back().map(|lock| Month(lock.1.0 + 1));
                    let may = by.is_none() && next.is_none_or(|next| next == month);
                    let today = Day::from_days(day.days() + 40);
                    prop_assert_eq!(locks.check(BankNumber::new(bank), month, today).is_ok(), may);
                }
            }
            let mut again = Locks::default();
            for (bank, lock) in locks.all() {
                close(&mut again, lock.sequence.get(), bank, lock.month).unwrap();
            }
            prop_assert_eq!(again, locks);
        }
    }
}

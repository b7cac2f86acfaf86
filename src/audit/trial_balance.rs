//! The trial balance: what every bank has in each kind of account, at one position exactly.
//!
//! Figures are the ledger's own, as `past` keeps them; as recorded, or by the day help was given.
//! Sums are 128 bits wide: no number of accounts within ±2^62 seconds can leave them.
//!
//! - I1 zero-sum: the balances of a bank add up to zero; where they do not, the table says so.

use std::collections::BTreeMap;
use std::fmt;

use super::words::{FORGED, column, grouped, hours};
use crate::domain::{AccountKind, BankNumber, Day, Sequence, Timestamp};
use crate::past::{At, Fold, Moment, Past, PastError};

/// Sums over some accounts. Seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many accounts, closed ones too.
    pub accounts: u64,
    /// All balances.
    pub posted: i128,
    /// What open holds have set aside from them; not known by day of help.
    pub held: Option<i128>,
    /// The balances above zero.
    pub positive: i128,
    /// The balances below zero; zero or negative.
    pub negative: i128,
}

/// The accounts of one kind in a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindSums {
    /// Which kind.
    pub kind: AccountKind,
    /// Their sums.
    pub sums: Sums,
}

/// One bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankSums {
    /// Which bank.
    pub bank: BankNumber,
    /// Every kind, those without accounts too, in the order of [`AccountKind::ALL`].
    pub kinds: Vec<KindSums>,
    /// All its accounts.
    pub all: Sums,
    /// Hours moved in it, seconds: every transfer, less what was put right, given back or corrected.
    pub net_moved: i128,
}

/// The books in sums, right after one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalance {
    /// The entry after which this was so.
    pub position: Sequence,
    /// When that entry was written down; none before the first.
    pub recorded_at: Option<Timestamp>,
    /// By day of help: entries of this day and before only.
    pub through_day: Option<Day>,
    /// Every bank, in the order of their numbers.
    pub banks: Vec<BankSums>,
    /// All accounts of the network.
    pub all: Sums,
    /// Hours moved in all banks, seconds. What crosses between two banks moved in both.
    pub net_moved: i128,
}

/// Why there is no trial balance.
#[derive(Debug, thiserror::Error)]
pub enum TrialBalanceError {
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
    /// The books cannot be read.
    #[error(transparent)]
    Past(PastError),
}

impl From<PastError> for TrialBalanceError {
    fn from(error: PastError) -> Self {
        if let PastError::NotWritten { asked, position } = error {
            return Self::NotWritten { asked, position };
        }
        Self::Past(error)
    }
}

/// The sums of the books `at`. Blocking, but for what is recorded now.
///
/// # Errors
/// [`TrialBalanceError`]: past the end of the books, or they cannot be read there.
pub fn trial_balance(past: &Past, at: At) -> Result<TrialBalance, TrialBalanceError> {
    let position = |moment| match moment {
        Moment::Now => Ok(None),
        Moment::After(sequence) => Ok(Some(sequence)),
        Moment::Before(time) => past.position_before(time).map(Some),
    };
    Ok(match at {
        At::Recorded(moment) => match position(moment)? {
            None => past.now(TrialBalance::of),
            Some(sequence) => TrialBalance::of(&past.at(sequence)?),
        },
        At::ThroughDay(day, moment) => TrialBalance::of(&past.through_day(day, position(moment)?)?),
    })
}

impl Sums {
    const fn nothing(through_day: Option<Day>) -> Self {
        let held = if through_day.is_none() { Some(0) } else { None };
        Self { accounts: 0, posted: 0, held, positive: 0, negative: 0 }
    }

    fn add(&mut self, posted: i64, held: i64) {
        self.accounts += 1;
        self.posted += i128::from(posted);
        self.held = self.held.map(|sum| sum + i128::from(held));
        self.positive += i128::from(posted.max(0));
        self.negative += i128::from(posted.min(0));
    }

    /// Both together.
    fn and(self, other: &Self) -> Self {
        Self {
            accounts: self.accounts + other.accounts,
            posted: self.posted + other.posted,
            held: self.held.zip(other.held).map(|(one, other)| one + other),
            positive: self.positive + other.positive,
            negative: self.negative + other.negative,
        }
    }
}

impl BankSums {
    fn new(bank: BankNumber, nothing: Sums, net_moved: i128) -> Self {
        let kinds = AccountKind::ALL.map(|kind| KindSums { kind, sums: nothing });
        Self { bank, kinds: kinds.to_vec(), all: nothing, net_moved }
    }

    /// I1: whether the balances of the bank add up to zero.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.all.posted == 0
    }
}

impl TrialBalance {
    /// The sums of a fold.
    #[must_use]
    pub fn of(fold: &Fold) -> Self {
        let nothing = Sums::nothing(fold.through_day);
        let mut banks: BTreeMap<BankNumber, BankSums> = BTreeMap::new();
        let mut net_moved = 0_i128;
        for (number, bank) in fold.banks() {
            banks.insert(number, BankSums::new(number, nothing, bank.net_moved));
            net_moved = net_moved.saturating_add(bank.net_moved);
        }
        let mut all = nothing;
        for account in fold.accounts() {
            let new = || BankSums::new(account.bank, nothing, 0);
            let bank = banks.entry(account.bank).or_insert_with(new);
            for kind in bank.kinds.iter_mut().filter(|kind| kind.kind == account.kind) {
                kind.sums.add(account.posted, account.held);
            }
            bank.all.add(account.posted, account.held);
            all.add(account.posted, account.held);
        }
        let recorded_at = (!fold.position.is_zero()).then_some(fold.recorded_at);
        let (position, through_day) = (fold.position, fold.through_day);
        Self { position, recorded_at, through_day, banks: banks.into_values().collect(), all, net_moved }
    }

    /// The same of the banks that are wanted, and of no other: whoever may see some of them must not work out
    /// the others from what all have together (I10).
    #[must_use]
    pub fn of_banks(mut self, is_wanted: impl Fn(BankNumber) -> bool) -> Self {
        self.banks.retain(|bank| is_wanted(bank.bank));
        let nothing = Sums::nothing(self.through_day);
        self.all = self.banks.iter().fold(nothing, |sums, bank| sums.and(&bank.all));
        self.net_moved = self.banks.iter().fold(0, |sum: i128, bank| sum.saturating_add(bank.net_moved));
        self
    }

    /// I1: whether the balances of every bank add up to zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.banks.iter().all(BankSums::is_zero)
    }
}

const KIND_WIDTH: usize = 12;
const ACCOUNTS_WIDTH: usize = 10;
const HOURS_WIDTH: usize = 14;

fn row(f: &mut fmt::Formatter<'_>, name: &str, sums: &Sums) -> fmt::Result {
    write!(f, "  {name:KIND_WIDTH$}{:>ACCOUNTS_WIDTH$}", grouped(sums.accounts))?;
    for seconds in [Some(sums.posted), sums.held, Some(sums.positive), Some(sums.negative)] {
        write!(f, "{:>HOURS_WIDTH$}", seconds.map_or_else(|| "\u{2013}".to_owned(), column))?;
    }
    writeln!(f)
}

/// A table in hours and minutes, bank by bank, with a sentence on whether each adds up to zero.
impl fmt::Display for TrialBalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.recorded_at {
            Some(recorded_at) => writeln!(f, "Trial balance after entry {} of {recorded_at}", self.position)?,
            None => writeln!(f, "Trial balance before the first entry")?,
        }
        if let Some(day) = self.through_day {
            writeln!(f, "By day of help: what happened on {day} or before")?;
        }
        let heads = ["posted", "held", "above zero", "below zero"];
        for bank in &self.banks {
            write!(f, "\n  {:KIND_WIDTH$}{:>ACCOUNTS_WIDTH$}", format!("bank {}", bank.bank), "accounts")?;
            for head in heads {
                write!(f, "{head:>HOURS_WIDTH$}")?;
            }
            writeln!(f)?;
            for kind in &bank.kinds {
                row(f, kind.kind.word(), &kind.sums)?;
            }
            row(f, "all", &bank.all)?;
            writeln!(f, "  Net hours moved in bank {}: {}.", bank.bank, column(bank.net_moved))?;
            if bank.is_zero() {
                writeln!(f, "  The balances of bank {} add up to zero.", bank.bank)?;
            } else {
                let sum = hours(bank.all.posted);
                writeln!(
                    f,
                    "  THE BALANCES OF BANK {} ADD UP TO {sum}, NOT TO ZERO (I1). {FORGED}.",
                    bank.bank
                )?;
            }
        }
        writeln!(f)?;
        row(f, "all banks", &self.all)?;
        writeln!(f, "  Net hours moved in all banks: {}.", column(self.net_moved))
    }
}

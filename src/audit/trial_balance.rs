//! The trial balance: what every bank has in each kind of account, at one position exactly.
//!
//! Figures are the ledger's own, from the newest checkpoint before the position and the entries
//! after it. Sums are 128 bits wide: no number of accounts within ±2^62 seconds can leave them.
//!
//! - I1 zero-sum: the balances of a bank add up to zero; where they do not, the table says so.

use std::collections::BTreeMap;
use std::fmt;

use super::words::{FORGED, column, grouped, hours};
use crate::domain::{AccountKind, BankNumber, Sequence, Timestamp};
use crate::ledger::Ledger;
use crate::ledger::recovery::RecoveryError;
use crate::ledger::state::State;

/// Sums over some accounts. Seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many accounts, closed ones too.
    pub accounts: u64,
    /// All balances.
    pub posted: i128,
    /// What open holds have set aside from them.
    pub held: i128,
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
}

/// The books in sums, right after one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalance {
    /// The entry after which this was so.
    pub position: Sequence,
    /// When that entry was written down; none before the first.
    pub recorded_at: Option<Timestamp>,
    /// Every bank, in the order of their numbers.
    pub banks: Vec<BankSums>,
    /// All accounts of the network.
    pub all: Sums,
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
    Recovery(#[from] RecoveryError),
}

/// The sums right after entry `at` (the newest one if none is named).
///
/// # Errors
/// [`TrialBalanceError`]: past the end of the books, or the journal cannot be read there.
pub fn trial_balance(ledger: &Ledger, at: Option<Sequence>) -> Result<TrialBalance, TrialBalanceError> {
    let position = ledger.position();
    let asked = at.unwrap_or(position);
    if asked > position {
        return Err(TrialBalanceError::NotWritten { asked, position });
    }
    Ok(TrialBalance::of(&ledger.state_at(asked)?))
}

impl Sums {
    fn add(&mut self, posted: i64, held: i64) {
        self.accounts += 1;
        self.posted += i128::from(posted);
        self.held += i128::from(held);
        self.positive += i128::from(posted.max(0));
        self.negative += i128::from(posted.min(0));
    }
}

impl BankSums {
    fn new(bank: BankNumber) -> Self {
        let kinds = AccountKind::ALL.map(|kind| KindSums { kind, sums: Sums::default() });
        Self { bank, kinds: kinds.to_vec(), all: Sums::default() }
    }

    /// I1: whether the balances of the bank add up to zero.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.all.posted == 0
    }
}

impl TrialBalance {
    /// The sums of a state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let mut banks: BTreeMap<BankNumber, BankSums> = BTreeMap::new();
        for number in (1_u32..).map(BankNumber::new).take(state.banks.len()) {
            banks.insert(number, BankSums::new(number));
        }
        let mut all = Sums::default();
        for account in &state.accounts {
            let bank = banks.entry(account.bank).or_insert_with(|| BankSums::new(account.bank));
            for kind in bank.kinds.iter_mut().filter(|kind| kind.kind == account.kind) {
                kind.sums.add(account.posted, account.held);
            }
            bank.all.add(account.posted, account.held);
            all.add(account.posted, account.held);
        }
        let recorded_at = (!state.position.is_zero()).then_some(state.recorded_at);
        Self { position: state.position, recorded_at, banks: banks.into_values().collect(), all }
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
    for seconds in [sums.posted, sums.held, sums.positive, sums.negative] {
        write!(f, "{:>HOURS_WIDTH$}", column(seconds))?;
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
        row(f, "all banks", &self.all)
    }
}

//! What is known of tills beside the books: codes that may be used, how often something was tried, who was turned away and
//! why.
//!
//! Each behind a lock of its own, held for a look and never while something else is locked after it. Losing all of it
//! costs a new code, never an hour.

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand::SystemRandom;

use crate::domain::{AccountNumber, Sequence, Timestamp};
use crate::redemption::codes::{Code, CodeFile};
use crate::redemption::guesses::{CardsTried, GUESSES_OF_TILL, Guesses, LOOKS_OF_CARD};
use crate::redemption::pins::Pins;
use crate::redemption::turned_away::AllTurnedAway;
use crate::service::installation::Installation;

/// Of so many sales at most something is given back at the same time.
const GIVING_BACK_AT_ONCE: usize = 64;

/// What stands beside the books for tills.
pub struct Tills {
    codes: Mutex<CodeFile>,
    /// PINs of cards, and the counts of wrong ones; locks for itself.
    pub(in crate::service) pins: Pins,
    pub(super) guesses: Mutex<Guesses>,
    pub(super) cards: Mutex<CardsTried>,
    turned_away: Mutex<AllTurnedAway>,
    /// Of one sale something is given back at a time: locked before anything else, until it is on disk. A sale has its lock
    /// by its number, so others seldom wait.
    giving_back: [Mutex<()>; GIVING_BACK_AT_ONCE],
    /// Periods end one at a time.
    settling: Mutex<()>,
}

impl Tills {
    /// With the codes and the wrong PINs that are kept in the folder `local`.
    ///
    /// # Errors
    /// It is there and cannot be read, which the error says; or no randomness can be had.
    pub fn open(local: &Path, now: Timestamp) -> io::Result<Self> {
        Ok(Self {
            codes: Mutex::new(CodeFile::open(local.join("codes"), now, &SystemRandom::new())?),
            pins: Pins::open(local.join("pins"))?,
            guesses: Mutex::new(Guesses::new(GUESSES_OF_TILL)),
            cards: Mutex::new(CardsTried::new(LOOKS_OF_CARD)),
            turned_away: Mutex::default(),
            giving_back: std::array::from_fn(|_| Mutex::default()),
            settling: Mutex::default(),
        })
    }
}

pub(super) fn lock<Kept>(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Installation {
    pub(super) fn codes(&self) -> MutexGuard<'_, CodeFile> {
        lock(&self.tills.codes)
    }

    /// The codes of these accounts that may still be used.
    pub(in crate::service) fn codes_of(&self, accounts: &[AccountNumber], now: Timestamp) -> Vec<Code> {
        self.codes().alive_of(accounts, now)
    }

    /// An account that is closed or forgotten has no codes.
    pub(in crate::service) fn forget_codes_of(&self, account: AccountNumber) {
        self.codes().forget_account(account);
    }

    pub(super) fn all_turned_away(&self) -> MutexGuard<'_, AllTurnedAway> {
        lock(&self.tills.turned_away)
    }

    /// For as long as something of that sale is given back.
    pub(super) fn giving_back(&self, sale: Sequence) -> Option<MutexGuard<'_, ()>> {
        let locks = &self.tills.giving_back;
        let place = usize::try_from(sale.get()).unwrap_or_default().checked_rem(locks.len())?;
        locks.get(place).map(lock)
    }

    pub(super) fn settling(&self) -> MutexGuard<'_, ()> {
        lock(&self.tills.settling)
    }
}

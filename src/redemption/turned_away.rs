//! What was not taken at a till, and why in full: for whoever's hours they are, and their broker.
//!
//! A till hears one of four sentences. Why it was so, somebody must be able to say who is asked "why?" on the way home. It
//! is told for a day, in memory only: no book of who was refused where is kept.

use std::collections::{BTreeMap, VecDeque};

use super::beside::Sale;
use super::refusal::Refusal;
use crate::domain::time::{MICROS_PER_SECOND, SECONDS_PER_DAY};
use crate::domain::{AccountNumber, Timestamp};

/// So many of one account.
pub const OF_ACCOUNT_MAX: usize = 10;
/// So many accounts.
const ACCOUNTS_MAX: usize = 10_000;
const KEPT_MICROS: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

/// One sale that was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// When.
    pub at: Timestamp,
    /// What was asked for.
    pub sale: Sale,
    /// Why not.
    pub why: Refusal,
}

/// The last ones of each account.
#[derive(Debug, Default)]
pub struct AllTurnedAway(BTreeMap<AccountNumber, VecDeque<TurnedAway>>);

impl AllTurnedAway {
    /// Keeps one.
    pub fn add(&mut self, account: AccountNumber, one: TurnedAway) {
        let now = one.at;
        if self.0.len() >= ACCOUNTS_MAX && !self.0.contains_key(&account) {
            self.forget(now);
        }
        let of_account = self.0.entry(account).or_default();
        of_account.push_front(one);
        of_account.truncate(OF_ACCOUNT_MAX);
    }

    /// Those of an account within a day, newest first.
    pub fn of(&self, account: AccountNumber, now: Timestamp) -> impl Iterator<Item = &TurnedAway> {
        let of_account = self.0.get(&account).into_iter().flatten();
        of_account.filter(move |one| now.micros_since(one.at) < KEPT_MICROS)
    }

    /// Makes room: what is more than a day old, else all of whoever was turned away longest ago.
    fn forget(&mut self, now: Timestamp) {
        let last = |all: &VecDeque<TurnedAway>| all.front().map(|one| one.at);
        self.0.retain(|_, all| last(all).is_some_and(|at| now.micros_since(at) < KEPT_MICROS));
        if self.0.len() >= ACCOUNTS_MAX
            && let Some(oldest) = self.0.iter().min_by_key(|(_, all)| last(all)).map(|(account, _)| *account)
        {
            self.0.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::beside::{Shown, ShownBy};
    use super::super::receipt::Receipt;
    use super::*;
    use crate::domain::{Day, OwnerNumber, RequestId, RequestKey, Scope};

    /// Goal: the last ten of an account are told for a day, and there is room for everybody. Method: eleven of one account,
    /// a day later; as many accounts as there may be and one more.
    #[test]
    fn the_last_ten_within_a_day() {
        let receipt = Receipt {
            partner: OwnerNumber::new(7),
            till: 1,
            day: Day::from_days(20_000),
            number: 1,
            line: 1,
        };
        let sale = |number| Sale {
            receipt: Receipt { number, ..receipt },
            venue: 1,
            offer: 1,
            people: 1,
            is_beyond_budget: false,
            is_from_slip: false,
            shown: Shown { by: ShownBy::Code, hash: [0; 8] },
            attempt: RequestKey { scope: Scope::new(1), id: RequestId::derived([0; 16]) },
            budget: None,
            initials: "EP".into(),
        };
        let at = |seconds| Timestamp::from_micros(0).plus_seconds(seconds);
        let one =
            |number: u32| TurnedAway { at: at(i64::from(number)), sale: sale(number), why: Refusal::Paused };
        let account = |slot| AccountNumber::from_slot(slot).unwrap();
        let mut all = AllTurnedAway::default();
        for number in 1..=11 {
            all.add(account(0), one(number));
        }
        let told = |all: &AllTurnedAway, now| {
            all.of(account(0), now).map(|one| one.sale.receipt.number).collect::<Vec<_>>()
        };
        assert_eq!(told(&all, at(11)), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
        assert_eq!(told(&all, at(86_400 + 10)), [11]);
        for slot in 1..10_000 {
            all.add(account(slot), one(20));
        }
        assert_eq!((all.0.len(), told(&all, at(20)).len()), (10_000, 10));
        all.add(account(10_000), one(21));
        assert_eq!((all.0.len(), told(&all, at(21)).len()), (10_000, 0), "the oldest made room");
    }
}

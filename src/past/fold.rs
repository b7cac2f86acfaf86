//! The books in balances only: what questions about the past need of a position.
//!
//! A pure function of the entries so far, like the ledger's state and a quarter of its size: no
//! limits, claims, chains or owners. Applying cannot refuse; an entry that names what is not there
//! (a damaged journal) changes nothing there.
//!
//! Memory: 20 bytes an account, and at most a sixteenth of that as room to grow; and what is remembered
//! of corrections and of reversals of reversals, see [`Remembered`].

use jiff::tz::TimeZone;

use super::counts::{Counts, Remembered, at_place};
use crate::domain::{
    AccountKind, AccountNumber, Action, Balance, BankNumber, Day, Entry, NewAccount, Opened, Sequence,
    Timestamp,
};
use crate::journal::codec::PlainPost;
use crate::ledger::state::slot;

/// Rooms for accounts are taken in steps of this many, and a sixteenth of what there is.
const GROWTH_ACCOUNTS: usize = 64;

/// Balances at a position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fold {
    /// The newest entry in it.
    pub position: Sequence,
    /// When that entry was written down.
    pub recorded_at: Timestamp,
    /// By day of help: entries of this day and before only, and nothing is known of `held`.
    pub through_day: Option<Day>,
    pub(super) posted: Vec<i64>,
    pub(super) held: Vec<i64>,
    pub(super) places: Vec<Place>,
    pub(super) banks: Vec<BankFold>,
    pub(super) remembered: Remembered,
}

/// An account at a position. Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountFold {
    /// Its number.
    pub number: AccountNumber,
    /// Its bank.
    pub bank: BankNumber,
    /// What it is for.
    pub kind: AccountKind,
    /// Everything received minus everything given away.
    pub posted: i64,
    /// What open holds have set aside; zero by day of help.
    pub held: i64,
}

/// A bank at a position.
#[derive(Clone, Debug, PartialEq)]
pub struct BankFold {
    /// IANA name of its time zone.
    pub time_zone: Box<str>,
    /// The zone itself; UTC should this program not know the name.
    pub zone: TimeZone,
    /// Hours moved in it, seconds: every transfer, less what was put right, given back or corrected.
    pub net_moved: i128,
}

/// Bank and kind of an account in four bytes: there are at most 100,000 banks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

/// What an entry adds to one account or bank, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose zone says which day it is.
    pub bank: BankNumber,
    /// The account; none for hours moved in the bank.
    pub account: Option<AccountNumber>,
    /// How much.
    pub seconds: i128,
}

impl Place {
    pub(super) const fn new(bank: BankNumber, kind: AccountKind) -> Self {
        Self(bank.get() << 3 | kind.number() as u32)
    }

    pub(super) const fn bank(self) -> BankNumber {
        BankNumber::new(self.0 >> 3)
    }

    pub(super) fn kind(self) -> AccountKind {
        let number = u8::try_from(self.0 & 7).unwrap_or_default();
        AccountKind::from_number(number).unwrap_or(AccountKind::Member) // Made of a kind by `new`.
    }
}

impl BankFold {
    pub(super) fn new(time_zone: Box<str>, net_moved: i128) -> Self {
        let zone = zone_named(&time_zone);
        Self { time_zone, zone, net_moved }
    }
}

impl Fold {
    /// How many accounts there are.
    #[must_use]
    pub fn accounts_len(&self) -> usize {
        self.posted.len()
    }

    /// The account, if there is one.
    #[must_use]
    pub fn account(&self, number: AccountNumber) -> Option<AccountFold> {
        let at = slot(number);
        let (place, posted) = (self.places.get(at)?, self.posted.get(at)?);
        let held = self.held.get(at).copied().unwrap_or_default();
        Some(AccountFold { number, bank: place.bank(), kind: place.kind(), posted: *posted, held })
    }

    /// Every account, by number.
    pub fn accounts(&self) -> impl Iterator<Item = AccountFold> + '_ {
        (0_u32..).take(self.accounts_len()).filter_map(|slot| self.account(AccountNumber::from_slot(slot)?))
    }

    /// The bank, if there is one.
    #[must_use]
    pub fn bank(&self, number: BankNumber) -> Option<&BankFold> {
        self.banks.get(place_of(number)?)
    }

    /// Every bank with its number, in order.
    pub fn banks(&self) -> impl Iterator<Item = (BankNumber, &BankFold)> {
        (1_u32..).map(BankNumber::new).zip(&self.banks)
    }

    /// The day of an entry for `bank`: the day it says, else the day it was written down there.
    #[must_use]
    pub fn day_of(&self, entry: &Entry, bank: BankNumber) -> Day {
        entry.command.occurred_on.unwrap_or_else(|| self.day_at(entry.recorded_at, bank))
    }

    /// The day it was for `bank` at `time`.
    #[must_use]
    pub fn day_at(&self, time: Timestamp, bank: BankNumber) -> Day {
        Day::at(time, self.bank(bank).map_or(&TimeZone::UTC, |bank| &bank.zone))
    }

    /// What applying `entry` would add to accounts and to hours moved; asked before it is applied.
    /// `counts` is what `counts::by_place` says of it.
    pub fn each_change(&self, entry: &Entry, counts: &[Counts], visit: impl FnMut(Change)) {
        self.each_change_of(balances(entry), moved(entry, counts), visit);
    }

    /// The same of a plain post.
    pub fn each_change_plain(&self, post: &PlainPost, visit: impl FnMut(Change)) {
        self.each_change_of(post.balances(), [moved_plain(post)], visit);
    }

    fn each_change_of(
        &self,
        balances: impl IntoIterator<Item = (AccountNumber, Balance)>,
        moved: impl IntoIterator<Item = (AccountNumber, i128)>,
        mut visit: impl FnMut(Change),
    ) {
        for (account, after) in balances {
            let at = slot(account);
            let (Some(place), Some(posted)) = (self.places.get(at), self.posted.get(at)) else { continue };
            let seconds = i128::from(after.posted) - i128::from(*posted);
            if seconds != 0 {
                visit(Change { bank: place.bank(), account: Some(account), seconds });
            }
        }
        for (debit, seconds) in moved {
            let Some(place) = self.places.get(slot(debit)) else { continue };
            visit(Change { bank: place.bank(), account: None, seconds });
        }
    }

    /// Moves the balances one entry forward.
    pub fn apply(&mut self, entry: &Entry, counts: &[Counts]) {
        self.apply_balances(entry.sequence, entry.recorded_at, balances(entry), moved(entry, counts));
        self.remembered.learn(entry, counts);
        self.open_new(entry);
    }

    /// Moves the balances one plain post forward.
    pub fn apply_plain(&mut self, sequence: Sequence, recorded_at: Timestamp, post: &PlainPost) {
        self.apply_balances(sequence, recorded_at, post.balances(), [moved_plain(post)]);
    }

    fn apply_balances(
        &mut self,
        sequence: Sequence,
        recorded_at: Timestamp,
        balances: impl IntoIterator<Item = (AccountNumber, Balance)>,
        moved: impl IntoIterator<Item = (AccountNumber, i128)>,
    ) {
        for (debit, seconds) in moved {
            if let Some(place) = self.places.get(slot(debit)) {
                self.add_moved(place.bank(), seconds);
            }
        }
        self.position = sequence;
        self.recorded_at = recorded_at;
        for (account, after) in balances {
            let at = slot(account);
            if let (Some(posted), Some(held)) = (self.posted.get_mut(at), self.held.get_mut(at)) {
                (*posted, *held) = (after.posted, after.held);
            }
        }
    }

    fn open_new(&mut self, entry: &Entry) {
        match &entry.command.action {
            Action::OpenBank(bank) => {
                if let Opened::Bank(number, _) = entry.outcome.opened {
                    self.banks.push(BankFold::new(bank.time_zone.clone(), 0));
                    self.open(number, AccountKind::Pot);
                    self.open(number, AccountKind::Issuance);
                }
            }
            Action::OpenClearing(pair) => {
                self.open(pair.first, AccountKind::Clearing);
                self.open(pair.second, AccountKind::Clearing);
            }
            Action::OpenAccounts(accounts) => {
                for NewAccount { bank, kind, .. } in accounts {
                    self.open(*bank, *kind);
                }
            }
            Action::Post(_)
            | Action::Hold(_)
            | Action::Capture(_)
            | Action::Void(_)
            | Action::Expire(_)
            | Action::Reverse(_)
            | Action::RegisterOwners(_)
            | Action::SetLimits(..)
            | Action::Close(_)
            | Action::Reopen(_)
            | Action::Note(_) => {}
        }
    }

    pub(super) fn open(&mut self, bank: BankNumber, kind: AccountKind) {
        // Not doubled as vectors do by themselves: that could cost 40 bytes an account.
        if self.posted.len() == self.posted.capacity() {
            let more = self.posted.len() / 16 + GROWTH_ACCOUNTS;
            self.posted.reserve_exact(more);
            self.held.reserve_exact(more);
            self.places.reserve_exact(more);
        }
        self.posted.push(0);
        self.held.push(0);
        self.places.push(Place::new(bank, kind));
    }

    /// Opens what `all` has and these books do not, with nothing in it.
    pub(super) fn open_as_in(&mut self, all: &Self) {
        for place in all.places.iter().skip(self.places.len()) {
            self.open(place.bank(), place.kind());
        }
        let banks = all.banks.iter().skip(self.banks.len());
        let banks: Vec<_> = banks.map(|bank| BankFold { net_moved: 0, ..bank.clone() }).collect();
        self.banks.extend(banks);
    }

    fn add_moved(&mut self, number: BankNumber, seconds: i128) {
        if let Some(bank) = place_of(number).and_then(|place| self.banks.get_mut(place)) {
            bank.net_moved = bank.net_moved.saturating_add(seconds);
        }
    }

    /// The first accounts and banks of these books with nothing in them, by day of help.
    pub(super) fn emptied(&self, day: Day, accounts: usize, banks: usize) -> Self {
        let accounts = accounts.min(self.accounts_len());
        let banks = self.banks.iter().take(banks).cloned();
        Self {
            position: self.position,
            recorded_at: self.recorded_at,
            through_day: Some(day),
            posted: vec![0; accounts],
            held: vec![0; accounts],
            places: self.places.get(..accounts).unwrap_or_default().to_vec(),
            banks: banks.map(|bank| BankFold { net_moved: 0, ..bank }).collect(),
            remembered: Remembered::default(),
        }
    }

    /// Adds a change whose day is looked at. Sums saturate: a day's part of an account's history is
    /// not bound as its balance is.
    pub(super) fn add(&mut self, change: Change) {
        match change.account {
            None => self.add_moved(change.bank, change.seconds),
            Some(number) => {
                if let Some(posted) = self.posted.get_mut(slot(number)) {
                    let sum = i128::from(*posted).saturating_add(change.seconds);
                    *posted = narrow(sum);
                }
            }
        }
    }
}

/// The balances an entry left.
fn balances(entry: &Entry) -> impl Iterator<Item = (AccountNumber, Balance)> {
    entry.outcome.lines.iter().map(|line| (line.account, line.balance()))
}

/// The hours an entry moved, by the account that received help; less than nothing where it takes hours
/// moved back.
fn moved(entry: &Entry, counts: &[Counts]) -> impl Iterator<Item = (AccountNumber, i128)> {
    entry.moves().map(|part| {
        let seconds = i128::from(part.amount.seconds());
        match at_place(counts, part.of) {
            Counts::Plus => (part.debit, seconds),
            Counts::Minus => (part.debit, -seconds),
        }
    })
}

/// The same of a plain post.
fn moved_plain(post: &PlainPost) -> (AccountNumber, i128) {
    (post.transfer.debit, i128::from(post.transfer.amount.seconds()))
}

/// A sum in 64 bits, saturating.
pub(super) fn narrow(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

/// The time zone of a bank; UTC should this program not know the name.
pub(super) fn zone_named(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The day of an entry for a bank in `zone`: the day it says, else the day it was written down there.
#[must_use]
pub fn day_of(entry: &Entry, zone: &TimeZone) -> Day {
    entry.command.occurred_on.unwrap_or_else(|| Day::at(entry.recorded_at, zone))
}

fn place_of(number: BankNumber) -> Option<usize> {
    usize::try_from(number.get()).ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: balances cost at most 24 bytes an account however many there are, spare room included.
    /// Method: accounts are opened one by one; what the lists could hold is counted along the way.
    #[test]
    fn an_account_costs_at_most_24_bytes() {
        let mut fold = Fold::default();
        for opened in 1..=300_000_usize {
            fold.open(BankNumber::new(100_000), AccountKind::Clearing);
            let bytes = fold.posted.capacity() * 8 + fold.held.capacity() * 8 + fold.places.capacity() * 4;
            // A few dozen accounts fit into the first room; it is no cost to speak of.
            assert!(bytes <= 24 * opened + 2_048, "{opened} accounts take {bytes} bytes");
        }
        let last = fold.account(AccountNumber::from_slot(299_999).unwrap()).unwrap();
        assert_eq!((last.bank, last.kind), (BankNumber::new(100_000), AccountKind::Clearing));
    }
}

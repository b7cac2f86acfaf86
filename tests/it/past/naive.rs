//! The naive fold: everything once more from the entries, by the words of the questions alone.

use std::collections::BTreeMap;

use hourbook::domain::{
    AccountKind, AccountNumber, Action, BankNumber, Capture, Correction, Day, Entry, Move, Opened, Sequence,
    Timestamp,
};
use hourbook::ledger::Ledger;
use hourbook::past::Fold;

/// An account: bank, kind, posted, held.
type Account = (BankNumber, AccountKind, i64, i64);

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Naive {
    pub accounts: BTreeMap<AccountNumber, Account>,
    pub moved: BTreeMap<BankNumber, i128>,
}

pub fn entries(ledger: &Ledger) -> Vec<Entry> {
    (1..=ledger.position().get())
        .map(|at| ledger.books().entry(Sequence::new(at)).unwrap().unwrap())
        .collect()
}

/// What a fold says, in the same words.
pub fn shown(fold: &Fold) -> Naive {
    let account = |one: hourbook::past::AccountFold| (one.number, (one.bank, one.kind, one.posted, one.held));
    Naive {
        accounts: fold.accounts().map(account).collect(),
        moved: fold.banks().map(|(number, bank)| (number, bank.net_moved)).collect(),
    }
}

pub fn position_before(entries: &[Entry], time: Timestamp) -> Sequence {
    let earlier = entries.iter().filter(|entry| entry.recorded_at < time);
    earlier.map(|entry| entry.sequence).max().unwrap_or_default()
}

/// The books after the first `position` entries; of these, those of `day` and before, if one is given.
pub fn naive(entries: &[Entry], position: Sequence, day: Option<Day>) -> Naive {
    let mut books = Naive::default();
    let mut zones = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.sequence <= position) {
        open(&mut books, &mut zones, entry);
        let counts = |bank: BankNumber| {
            let there = || {
                let moment = jiff::Timestamp::from_microsecond(entry.recorded_at.micros()).unwrap();
                let date = moment.in_tz(zones[&bank]).unwrap().date();
                Day::from_calendar(date.year(), date.month(), date.day()).unwrap()
            };
            day.is_none_or(|day| entry.command.occurred_on.unwrap_or_else(there) <= day)
        };
        for moved in entry.moves() {
            let bank = books.accounts[&moved.debit].0;
            if !counts(bank) {
                continue;
            }
            let seconds = moved.amount.seconds();
            books.accounts.get_mut(&moved.debit).unwrap().2 -= seconds;
            books.accounts.get_mut(&moved.credit).unwrap().2 += seconds;
            *books.moved.get_mut(&bank).unwrap() += i128::from(seconds) * sign(entries, entry, &moved);
        }
        if day.is_none() {
            for line in &entry.outcome.lines {
                books.accounts.get_mut(&line.account).unwrap().3 = line.held;
            }
        }
    }
    books
}

fn open<'a>(books: &mut Naive, zones: &mut BTreeMap<BankNumber, &'a str>, entry: &'a Entry) {
    let mut new = |bank, kind| {
        let number = AccountNumber::from_slot(books.accounts.len() as u32).unwrap();
        books.accounts.insert(number, (bank, kind, 0, 0));
    };
    match &entry.command.action {
        Action::OpenBank(asked) => {
            let Opened::Bank(bank, _) = entry.outcome.opened else { panic!() };
            new(bank, AccountKind::Pot);
            new(bank, AccountKind::Issuance);
            books.moved.insert(bank, 0);
            zones.insert(bank, &asked.time_zone);
        }
        Action::OpenClearing(pair) => {
            new(pair.first, AccountKind::Clearing);
            new(pair.second, AccountKind::Clearing);
        }
        Action::OpenAccounts(accounts) => accounts.iter().for_each(|one| new(one.bank, one.kind)),
        _ => {}
    }
}

/// How a move counts among hours moved.
fn sign(entries: &[Entry], entry: &Entry, moved: &Move) -> i128 {
    let at = |sequence: Sequence| &entries[sequence.get() as usize - 1];
    let of =
        |transfers: &[hourbook::domain::Transfer]| match transfers[usize::from(moved.of)].people.correction {
            Correction::Yes => -1,
            Correction::No => 1,
        };
    match &entry.command.action {
        Action::Post(post) => of(&post.transfers),
        Action::Capture(Capture { hold, .. }) | Action::Expire(hold) => {
            of(at(*hold).command.action.transfers())
        }
        Action::Reverse(reverse) => -sign(entries, at(reverse.original), moved),
        Action::Close(_) => 1,
        other => panic!("{other:?} moves nothing"),
    }
}

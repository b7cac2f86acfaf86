//! I8 derived, in the running process: what the poster decides by and what everybody sees is what the
//! entries add up to.
//!
//! The poster's copy stands at one position, and verify's own books were brought to the same one. A
//! published balance is compared where no later entry touched its account: the head is read after the
//! balance, and is shown before it, so a head at or before the position vouches for the balance. So
//! nothing has to stand still, and a busy account is left out, not misjudged.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::Hash;

use hashbrown::HashMap;

use super::lines::pointers;
use super::own_books::OwnBooks;
use super::report::Faults;
use crate::audit::words::{SERVED, hours, number_of};
use crate::domain::{AccountNumber, Sequence};
use crate::ledger::Ledger;
use crate::ledger::state::State;

/// How much of what is served was compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compared {
    /// Accounts of the poster's copy.
    pub accounts: u64,
    /// Published balances.
    pub balances: u64,
}

/// Compares the poster's copy with the books at its position.
pub fn state(books: &OwnBooks, served: &State, faults: &mut Faults, compared: &mut Compared) {
    let at = served.position;
    same(faults, at, "owners", &books.owners, &u64::from(served.owners));
    let banks: Vec<_> = served.banks.iter().map(|bank| (bank.owner, bank.pot, bank.opened)).collect();
    same(faults, at, "banks", &books.banks, &banks);
    same(faults, at, "number of accounts", &books.accounts.len(), &served.accounts.len());
    for (number, account) in served.numbered_accounts() {
        compared.accounts += 1;
        account_is_same(books, number, account, at, faults);
    }
    same_map(faults, at, "mirror of clearing account", &books.mirrors, &served.mirrors);
    let reversed: HashMap<_, _> =
        served.reversed.iter().map(|(part, seconds)| (*part, i128::from(*seconds))).collect();
    same_map(faults, at, "reversed seconds of transfer", &books.reversed, &reversed);
    holds_are_same(books, served, faults);
    counters_are_same(books, served, faults);
}

fn account_is_same(
    books: &OwnBooks,
    number: AccountNumber,
    served: &crate::ledger::state::Account,
    at: Sequence,
    faults: &mut Faults,
) {
    let Some(own) = books.account(number) else { return }; // The number of accounts has said so.
    let figures = [
        ("posted", own.posted, served.posted),
        ("held", own.held, served.held),
        ("promised", own.promised, served.promised),
        ("floor", own.floor, served.floor),
        ("ceiling", own.ceiling, served.ceiling),
    ];
    for (word, from_entries, from_poster) in figures {
        if from_entries != i128::from(from_poster) {
            faults.add(|| {
                format!(
                    "At entry {at} the ledger has {word} of account {number} at {}; the entries add up to {}. {SERVED}.",
                    hours(from_poster),
                    hours(from_entries)
                )
            });
        }
    }
    let what = |word: &str| format!("{word} of account {number}");
    same(faults, at, &what("bank"), &own.bank, &served.bank);
    same(faults, at, &what("kind"), &own.kind, &served.kind);
    same(faults, at, &what("owner"), &own.owner, &served.owner);
    same(faults, at, &what("rule of the ceiling"), &own.ceiling_rule, &served.ceiling_rule);
    same(faults, at, &what("standing"), &own.standing, &served.standing);
    same(faults, at, &what("last change"), &own.standing_entry, &served.standing_entry);
    same(faults, at, &what("number of open holds"), &own.open_holds, &i64::from(served.open_holds));
    same(faults, at, &what("number of lines"), &number_of(own.lines.len()), &served.chain.lines());
    let next = served.chain.next_pointers();
    same(faults, at, &what("thread through the lines"), &pointers(&own.lines), &(next.previous, next.jump));
}

fn holds_are_same(books: &OwnBooks, served: &State, faults: &mut Faults) {
    let at = served.position;
    same(faults, at, "number of open holds", &books.holds.len(), &served.holds.len());
    for (number, open) in served.holds.iter() {
        let what = format!("hold {number}");
        let Some(own) = books.holds.get(&number) else {
            faults.add(|| {
                format!("At entry {at} the ledger has {what} open; by the entries it is not. {SERVED}.")
            });
            continue;
        };
        let (amount, left, asked) = (own.amount, own.left, &own.asked);
        let from_entries =
            (amount, left, asked.deadline, asked.at_deadline, asked.kind, own.occurred_on, &own.claims);
        let (amount, left) = (i128::from(open.amount), i128::from(open.left));
        let from_poster =
            (amount, left, open.deadline, open.at_deadline, open.kind, open.occurred_on, &open.claims);
        same(faults, at, &what, &from_entries, &from_poster);
        let sides: Vec<_> = open.sides.iter().map(|sides| (sides.debit, sides.credit)).collect();
        same(faults, at, &format!("accounts of {what}"), &own.sides.to_vec(), &sides);
    }
}

/// Counters that have ended count as zero, whether they are still kept or not.
fn counters_are_same(books: &OwnBooks, served: &State, faults: &mut Faults) {
    let now = served.recorded_at;
    let own = books.counters.iter().filter(|(_, counter)| counter.until > now);
    let own: HashMap<_, _> = own.map(|(key, counter)| (*key, (counter.taken, counter.until))).collect();
    let kept = served.counters.iter().filter(|(_, counter)| counter.until > now);
    let kept: HashMap<_, _> =
        kept.map(|(key, counter)| (*key, (i128::from(counter.taken), counter.until))).collect();
    same_map(faults, served.position, "counter", &own, &kept);
}

fn same<T: PartialEq + Debug>(faults: &mut Faults, at: Sequence, what: &str, from_entries: &T, served: &T) {
    if from_entries != served {
        faults.add(|| format!("At entry {at} the ledger has {what}: {served:?}; by the entries it is {from_entries:?}. {SERVED}."));
    }
}

fn same_map<K, V>(
    faults: &mut Faults,
    at: Sequence,
    what: &str,
    from_entries: &HashMap<K, V>,
    served: &HashMap<K, V>,
) where
    K: Ord + Hash + Debug,
    V: PartialEq + Debug,
{
    if from_entries == served {
        return;
    }
    // Put in order, so that the same fault is named first every time.
    let (entries, served): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (from_entries.iter().collect(), served.iter().collect());
    let mut keys: Vec<_> = entries.keys().chain(served.keys()).copied().collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        same(faults, at, &format!("{what} {key:?}"), &entries.get(key), &served.get(key));
    }
}

/// Compares what everybody sees with the books at `at`.
pub fn published(
    books: &OwnBooks,
    ledger: &Ledger,
    at: Sequence,
    faults: &mut Faults,
    compared: &mut Compared,
) {
    for (slot, own) in (0_u32..).zip(&books.accounts) {
        let Some(number) = AccountNumber::from_slot(slot) else { return };
        let seen = ledger.balance(number);
        let head = ledger.views().balances.head(number);
        if head.sequence > at {
            continue; // Touched since: what it showed at that position is not to be seen any more.
        }
        compared.balances += 1;
        let (last, _) = pointers(&own.lines);
        let Some(seen) = seen else {
            faults.add(|| {
                format!("Account {number} was opened by the entries, but nobody can see it. {SERVED}.")
            });
            continue;
        };
        if (i128::from(seen.posted), i128::from(seen.held)) != (own.posted, own.held) {
            faults.add(|| {
                format!(
                    "Account {number} is shown at {} with {} held; at entry {at} the entries add up to {} with {} held. {SERVED}.",
                    hours(seen.posted),
                    hours(seen.held),
                    hours(own.posted),
                    hours(own.held)
                )
            });
        }
        same(faults, at, &format!("newest line of account {number}"), &last, &head.sequence);
        same(
            faults,
            at,
            &format!("published lines of account {number}"),
            &number_of(own.lines.len()),
            &head.lines,
        );
    }
}

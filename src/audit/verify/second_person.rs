//! I11 second person: nobody adds to their own account alone.
//!
//! Judged is what an entry does to all accounts of its actor together: what a post, a capture, a reversal or a closing
//! moves, and what a hold would that is taken at its deadline, as nobody acts then. Where that is a gain, somebody
//! else has agreed: the second person the entry names, or whoever placed the hold that it takes or ends, as two have
//! then said the same. They are another owner than the actor, not the local operator, whom nobody could name
//! later, and own no account that the entry adds to.
//!
//! Who owns an account is what the entry says that opened it. Who speaks for one, and which owner numbers are one
//! human's, entries do not say: tests hold that (`exchange::rules::second_person`).
//!
//! Not judged, and why:
//!
//! - What the local operator writes: owner 0 owns nothing.
//! - Openings: history of other books, where it was agreed to.
//! - Hours between two accounts of one owner, also in two banks: nobody gains.
//! - A hold let go, or placed to be let go at its deadline: it adds nothing; its capture is judged by its own actor.
//! - Whom an entry helps while another pays: it adds to no account of theirs. Tests hold that too.
//! - What a deadline does: nobody acts. The hold was judged when it was placed.
//!
//! Judged like all else, and never a gain of the actor's by itself: a welcome grant, which is somebody else's; pots and
//! other accounts of a bank, which belong to the bank as an owner; a reversal, as what it brings back was somebody
//! else's meanwhile.

use smallvec::SmallVec;

use super::own_books::OwnBooks;
use super::report::{Check, Faults, Invariant};
use crate::audit::words::hours;
use crate::domain::{AccountNumber, Action, AtDeadline, Entry, Kind, Move, OwnerNumber};

/// What to do about an entry nobody else agreed to.
const ALONE: &str = "Ask who agreed to it, and put it right if nobody did. Hourbook takes such an entry from nobody but \
                     an integration: if none wrote it, keep a copy of the journal, and ask who had access to it since";

/// What was found so far.
#[derive(Debug, Default)]
pub struct SecondPerson {
    judged: u64,
    gained: u64,
    faults: Faults,
}

/// The net effect on each account. Seconds.
type Net = SmallVec<[(AccountNumber, i128); 4]>;

/// What an entry moves; with it what a hold would that is taken at its deadline.
fn net(entry: &Entry) -> Net {
    let held = if let Action::Hold(hold) = &entry.command.action
        && hold.at_deadline == AtDeadline::Capture
    {
        hold.transfers.as_slice()
    } else {
        &[]
    };
    let held = held.iter().map(|transfer| (transfer.debit, transfer.credit, transfer.amount));
    let moved = entry.moves().map(|Move { debit, credit, amount, .. }| (debit, credit, amount));
    let mut net = Net::new();
    for (debit, credit, amount) in moved.chain(held) {
        let seconds = i128::from(amount.seconds());
        for (account, change) in [(debit, -seconds), (credit, seconds)] {
            // At most 512 accounts an entry, usually two.
            match net.iter_mut().find(|(known, _)| *known == account) {
                Some((_, sum)) => *sum += change,
                None => net.push((account, change)),
            }
        }
    }
    net
}

impl SecondPerson {
    /// Checks an entry against the books before it.
    pub fn entry(&mut self, entry: &Entry, books: &OwnBooks) {
        let actor = entry.command.actor;
        let net = net(entry);
        let is_history = entry.command.action.kind() == Some(Kind::Opening);
        if actor == OwnerNumber::OPERATOR || is_history || net.is_empty() {
            return;
        }
        self.judged += 1;
        let owner = |account| books.account(account).map(|account| account.owner);
        let own = net.iter().filter(|(account, _)| owner(*account) == Some(actor));
        let gain: i128 = own.map(|(_, change)| change).sum();
        if gain <= 0 {
            return;
        }
        self.gained += 1;
        let is_good = |person: OwnerNumber| {
            let gains =
                |(account, change): &(AccountNumber, i128)| *change > 0 && owner(*account) == Some(person);
            person != actor && person != OwnerNumber::OPERATOR && !net.iter().any(gains)
        };
        let named = entry.command.second_person;
        if named.or_else(|| placed_by(entry, books)).is_some_and(is_good) {
            return;
        }
        let own = |(account, change): &&(AccountNumber, i128)| *change > 0 && owner(*account) == Some(actor);
        let account = net.iter().find(own).map(|(account, _)| account.to_string()).unwrap_or_default();
        self.faults.add(|| {
            let why = match named {
                None => "names no second person".to_owned(),
                Some(person) if person == actor => "names the same owner as second person".to_owned(),
                Some(OwnerNumber::OPERATOR) => "names nobody who could be asked as second person".to_owned(),
                Some(person) => format!("names owner {person} as second person, who gains by it too"),
            };
            format!(
                "Entry {} by owner {actor} adds {} to account {account}, which owner {actor} owns, and {why}. {ALONE}.",
                entry.sequence,
                hours(gain)
            )
        });
    }

    /// What was found about I11.
    pub fn check(&self) -> Check {
        let gained = "adding to their own account";
        let counts =
            [(self.judged, "entry by an owner", "entries by an owner"), (self.gained, gained, gained)];
        self.faults.check(Invariant::SecondPerson, &counts)
    }
}

/// Who placed the hold that an entry takes or ends.
fn placed_by(entry: &Entry, books: &OwnBooks) -> Option<OwnerNumber> {
    let hold = entry.command.action.hold_named()?;
    books.holds.get(&hold).map(|hold| hold.placed_by)
}

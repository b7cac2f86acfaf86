//! I8 derived, in the journal itself: what the ledger added to each entry follows from the entries
//! before it.
//!
//! Every account an entry touches has one line, with the right figures and pointers to the right
//! earlier lines; numbers handed out are the next ones; a closing moves just what is left.

use super::effects::{Effect, Effects};
use super::own_books::OwnBooks;
use super::report::Faults;
use crate::audit::words::{FORGED, hours};
use crate::domain::{AccountNumber, Action, Close, Entry, Line, Opened, OwnerNumber, Passed, Sequence};
use crate::ledger::chain::reach;

/// What was found so far.
#[derive(Debug, Default)]
pub struct Lines {
    /// Lines that were checked.
    pub number: u64,
    /// What was wrong; served figures add theirs.
    pub faults: Faults,
}

impl Lines {
    /// Checks an entry against the books before it.
    pub fn entry(&mut self, entry: &Entry, effects: &Effects, books: &OwnBooks) {
        for effect in effects.iter() {
            match entry.line(effect.account) {
                Some(line) => self.line(entry, line, effect, books),
                None if !effect.has_line => {} // Only promised; whether it needs a mark is I2's to say.
                None => self.faults.add(|| {
                    format!(
                        "Entry {} touches account {} and has no line for it. {FORGED}.",
                        entry.sequence, effect.account
                    )
                }),
            }
        }
        for (place, line) in entry.outcome.lines.iter().enumerate() {
            let is_marked = line.passed != Passed::NOTHING;
            let is_owed = effects.on(line.account).is_some_and(|effect| effect.has_line || is_marked);
            if !is_owed
                || entry.outcome.lines.iter().take(place).any(|earlier| earlier.account == line.account)
            {
                self.faults.add(|| {
                    format!(
                        "Entry {} has a line for account {} that nothing in it gives reason for. {FORGED}.",
                        entry.sequence, line.account
                    )
                });
            }
        }
        self.numbers(entry, books);
        self.counts(entry, books);
        if let Action::Close(close) = &entry.command.action {
            self.closing(entry, close, books);
        }
    }

    fn line(&mut self, entry: &Entry, line: &Line, effect: &Effect, books: &OwnBooks) {
        self.number += 1;
        let Some(account) = books.account(line.account) else { return }; // I1 has said so.
        let (posted, held) = (account.posted + effect.posted, account.held + effect.held);
        if (i128::from(line.posted), i128::from(line.held)) != (posted, held) {
            self.faults.add(|| {
                format!(
                    "Entry {} says that account {} is at {} with {} held afterwards; added up from the entries it is at {} with {} \
                     held. {FORGED}.",
                    entry.sequence,
                    line.account,
                    hours(line.posted),
                    hours(line.held),
                    hours(posted),
                    hours(held)
                )
            });
        }
        let (previous, jump) = pointers(&account.lines);
        if (line.previous, line.jump) != (previous, jump) {
            self.faults.add(|| {
                format!(
                    "Line {} of account {}, in entry {}, points back to entries {} and {}; its earlier lines are in entries \
                     {previous} and {jump}. Statements of that account are cut. {FORGED}.",
                    account.lines.len().saturating_add(1),
                    line.account,
                    entry.sequence,
                    line.previous,
                    line.jump
                )
            });
        }
    }

    /// Numbers are handed out in order, and a change of an account names the change before.
    fn numbers(&mut self, entry: &Entry, books: &OwnBooks) {
        let (opened, standing_before) = should_be(&entry.command.action, books);
        if entry.outcome.opened != opened {
            self.faults.add(|| {
                format!(
                    "Entry {} hands out {}; the next in order is {}. {FORGED}.",
                    entry.sequence,
                    handed_out(entry.outcome.opened),
                    handed_out(opened)
                )
            });
        }
        if entry.outcome.standing_before != standing_before {
            self.faults.add(|| {
                format!(
                    "Entry {} names entry {} as the one that changed the same account before; it was entry {standing_before}. {FORGED}.",
                    entry.sequence, entry.outcome.standing_before
                )
            });
        }
    }

    /// What the counters of its claims hold is written beside an entry.
    fn counts(&mut self, entry: &Entry, books: &OwnBooks) {
        let counted: Vec<_> = entry.outcome.counted.iter().map(|held| i128::from(*held)).collect();
        let should_be = books.counted(entry);
        if counted != should_be {
            self.faults.add(|| {
                format!(
                    "Entry {} says that the counters it takes from hold {counted:?} afterwards; counted from the entries they hold {should_be:?}. {FORGED}.",
                    entry.sequence
                )
            });
        }
    }

    fn closing(&mut self, entry: &Entry, close: &Close, books: &OwnBooks) {
        let left = books.account(close.account).map_or(0, |account| account.posted);
        let (debit, credit) =
            if left > 0 { (close.account, close.remainder_to) } else { (close.remainder_to, close.account) };
        let moved: Vec<_> =
            entry.moves().map(|part| (part.debit, part.credit, i128::from(part.amount.seconds()))).collect();
        let should_move: Vec<_> = (left != 0).then_some((debit, credit, left.abs())).into_iter().collect();
        if moved != should_move {
            self.faults.add(|| {
                format!(
                    "Entry {} closes account {} at {}, but what it moves to or from account {} is not that. {FORGED}.",
                    entry.sequence,
                    close.account,
                    hours(left),
                    close.remainder_to
                )
            });
        }
    }
}

/// Where the next line of an account with these lines points: one back, and to the line `reach` back.
pub fn pointers(lines: &[u64]) -> (Sequence, Sequence) {
    let number = lines.len().saturating_add(1);
    let leap = reach(u64::try_from(number).unwrap_or(u64::MAX));
    let at = |number: usize| {
        Sequence::new(number.checked_sub(1).and_then(|place| lines.get(place)).copied().unwrap_or(0))
    };
    (at(lines.len()), at(number.saturating_sub(usize::try_from(leap).unwrap_or(usize::MAX))))
}

/// What the ledger should have handed out, and the entry that changed the same account before.
fn should_be(action: &Action, books: &OwnBooks) -> (Opened, Sequence) {
    let accounts = || books.next_account(0).map_or(Opened::Nothing, Opened::Accounts);
    let changed = |number: &AccountNumber| {
        books.account(*number).map_or(Sequence::ZERO, |account| account.standing_entry)
    };
    match action {
        Action::RegisterOwners(_) => {
            let first = u32::try_from(books.owners.saturating_add(1)).unwrap_or(u32::MAX);
            (Opened::Owners(OwnerNumber::new(first)), Sequence::ZERO)
        }
        Action::OpenBank(_) => {
            let bank =
                books.next_account(0).map_or(Opened::Nothing, |pot| Opened::Bank(books.next_bank(), pot));
            (bank, Sequence::ZERO)
        }
        Action::OpenClearing(_) | Action::OpenAccounts(_) => (accounts(), Sequence::ZERO),
        Action::SetLimits(number, _) | Action::Reopen(number) => (Opened::Nothing, changed(number)),
        Action::Close(close) => (Opened::Nothing, changed(&close.account)),
        Action::Post(_)
        | Action::Hold(_)
        | Action::Capture(_)
        | Action::Void(_)
        | Action::Expire(_)
        | Action::Reverse(_)
        | Action::Note(_) => (Opened::Nothing, Sequence::ZERO),
    }
}

fn handed_out(opened: Opened) -> String {
    match opened {
        Opened::Nothing => "nothing".to_owned(),
        Opened::Owners(first) => format!("owners from number {first} on"),
        Opened::Bank(bank, pot) => format!("bank {bank} with accounts from {pot} on"),
        Opened::Accounts(first) => format!("accounts from {first} on"),
    }
}

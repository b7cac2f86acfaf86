//! What became since of a slip that was answered before: whoever sends a list again reads how it stands now.
//!
//! Read in the books: nothing is kept for it.

use std::collections::HashMap;

use super::writing::Done;
use crate::domain::{AccountKind, AccountNumber, Action, Entry, Reason, Sequence, Topic};
use crate::exchange::asked::without_fingerprint;
use crate::exchange::waiting::Waits;
use crate::ledger::{FIGURES_ASKED_MAX, Receipt, Repeated};
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::words::exchange as words;

/// The entry that agreed to something is looked for among so many lines of an account, the newest.
const LINES_LOOKED_AT_MAX: usize = 10_000;
/// So many of them are read at once.
const LINES_A_PAGE: usize = 200;

impl Installation {
    /// What was done before, as it stands now: what waited then and was agreed to is the entry that did it.
    pub(super) fn became_since(&self, done: Done) -> Result<Done, NotDone> {
        let number = done.receipt.entry.sequence;
        if !done.waits || done.receipt.repeated == Repeated::No {
            return Ok(done);
        }
        let matters = self.matters.now(&self.network.ledger).map_err(unreadable)?;
        let is_open = matters.waiting(number).is_some();
        drop(matters);
        if is_open {
            return Ok(done);
        }
        match self.agreed_to(&done.receipt.entry)? {
            Agreed::By(entry) => {
                let receipt = Receipt { entry: *entry, repeated: Repeated::Yes };
                Ok(Done { receipt, waits: false })
            }
            Agreed::Never => {
                let figures = [("waiting_number", number.to_string())];
                Err(NotDone::by_rule(Reason::NothingWaits, words::declined_since(number), &figures))
            }
            Agreed::Unknown => Err(NotDone::by_rule(Reason::NothingWaits, words::waits_no_more(number), &[])),
        }
    }

    /// What agreed to something that waits no more: an entry of the accounts that it moves hours between, after it.
    fn agreed_to(&self, kept: &Entry) -> Result<Agreed, NotDone> {
        let number = kept.sequence;
        let Some(account) = self.account_in(kept) else { return Ok(Agreed::Unknown) };
        let (mut below, mut looked_at) = (None, 0_usize);
        while looked_at < LINES_LOOKED_AT_MAX {
            let lines = self.network.ledger.books().statement(account, below, LINES_A_PAGE);
            let lines = lines.map_err(unreadable)?;
            let is_last = lines.len() < LINES_A_PAGE;
            looked_at = looked_at.saturating_add(lines.len());
            below = lines.last().map(|line| line.number);
            for line in lines {
                if line.entry.sequence < number {
                    return Ok(Agreed::Never);
                }
                if ends(&line.entry) == Some(number) {
                    return Ok(Agreed::By(Box::new(line.entry)));
                }
            }
            if is_last {
                return Ok(Agreed::Never);
            }
        }
        Ok(Agreed::Unknown)
    }

    /// An account that what waits moves hours of: a member's, which has fewer lines than a pot.
    fn account_in(&self, kept: &Entry) -> Option<AccountNumber> {
        let Action::Note(note) = &kept.command.action else { return None };
        let Ok(Some(Waits::For(_, command))) = Waits::decode(without_fingerprint(&note.body)) else {
            return None;
        };
        let sides: Vec<_> = command
            .action
            .transfers()
            .iter()
            .flat_map(|transfer| [transfer.credit, transfer.debit])
            .collect();
        let views = self.network.ledger.views();
        let is_member = |account: &&AccountNumber| {
            views.account(**account).is_some_and(|view| view.kind == AccountKind::Member)
        };
        sides.iter().find(is_member).or(sides.first()).copied()
    }

    /// What to say of those of these entries that were put right since, by their numbers.
    pub(super) fn put_right_since(&self, entries: &[&Entry]) -> Result<HashMap<Sequence, String>, NotDone> {
        let mut transfers = Vec::new();
        for entry in entries {
            let of_entry = (0_u16..).zip(entry.command.action.transfers());
            transfers.extend(of_entry.map(|(place, transfer)| (entry.sequence, place, transfer.amount)));
        }
        // Seconds that moved, and those that went back.
        let mut sums: HashMap<Sequence, (i64, i64)> = HashMap::new();
        for some in transfers.chunks(FIGURES_ASKED_MAX) {
            let asked = some.iter().map(|(sequence, place, _)| (*sequence, *place)).collect();
            let back = self.network.ledger.reversed_of(asked).map_err(|error| self.not_done(error))?;
            for ((sequence, _, amount), back) in some.iter().zip(back) {
                let sum = sums.entry(*sequence).or_default();
                *sum = (sum.0.saturating_add(amount.seconds()), sum.1.saturating_add(back));
            }
        }
        let put_right = sums.into_iter().filter(|(_, (_, back))| *back > 0);
        Ok(put_right.map(|(entry, (moved, back))| (entry, words::put_right_since(back >= moved))).collect())
    }
}

/// Whether somebody agreed to what waited.
enum Agreed {
    /// By this entry.
    By(Box<Entry>),
    /// Nobody did, and it waits no more.
    Never,
    /// It is too far back to look for.
    Unknown,
}

/// The number of what an entry did that waited before.
fn ends(entry: &Entry) -> Option<Sequence> {
    let beside = entry.command.attachment.as_deref().filter(|one| one.topic == Topic::WAITING)?;
    match Waits::decode(without_fingerprint(&beside.body)) {
        Ok(Some(Waits::Ended(number))) => Some(number),
        Ok(Some(Waits::For(..)) | None) | Err(_) => None,
    }
}

//! Whether a move counts as hours moved, or takes hours moved back.
//!
//! A transfer counts plus, a correction of other books minus. A reversal counts against what it
//! reverses, so what is put right twice counts again. The place of a transfer (`Move::of`) is the
//! same in a hold, its captures and everything that puts them right.
//!
//! What an entry's own bytes do not say is read from the journal: at most two entries, the original
//! and, if that is a capture, its hold. How an original counts that is a reversal itself is remembered
//! ([`Remembered`]): following its chain would cost ever more, should people go back and forth.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;

use crate::domain::{
    AccountNumber, Action, Capture, Correction, Ends, Entry, Hold, Post, Rest, Sequence, Transfer,
};
use crate::journal::{JournalReader, codec};
use crate::ledger::recovery::RecoveryError;

/// Which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counts {
    /// As hours moved.
    #[default]
    Plus,
    /// Against hours moved.
    Minus,
}

impl Counts {
    /// The other way.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Plus => Self::Minus,
            Self::Minus => Self::Plus,
        }
    }

    /// How a transfer counts where it is posted.
    #[must_use]
    pub const fn of(transfer: &Transfer) -> Self {
        match transfer.people.correction {
            Correction::No => Self::Plus,
            Correction::Yes => Self::Minus,
        }
    }
}

/// What a later entry needs of earlier ones to be counted without walking back.
///
/// Ordinary books have nothing in it. Memory: about 70 bytes for each open hold that corrects other
/// books; about 30 bytes for each move of a reversal that puts a reversal or a correction right and so
/// counts plus again. The latter grows for ever, because any reversal may still be reversed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// Open holds that correct other books.
    pub correcting: BTreeMap<Sequence, Correcting>,
    /// Moves of reversals (entry, place) that count plus. All other moves of reversals count minus.
    pub plus: BTreeSet<(Sequence, u16)>,
}

/// An open hold that corrects other books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correcting {
    /// What is left of it, seconds, above zero.
    pub left: i64,
    /// The accounts that its one or two transfers debit: what a post takes of it falls from them.
    pub debits: SmallVec<[AccountNumber; 2]>,
}

impl Correcting {
    fn of(hold: &Hold) -> Option<Self> {
        let left = hold.transfers.first()?.amount.seconds();
        Some(Self { left, debits: hold.transfers.iter().map(|transfer| transfer.debit).collect() })
    }
}

impl Remembered {
    /// Goes one entry forward. `counts` is what `by_place` says of it.
    pub fn learn(&mut self, entry: &Entry, counts: &[Counts]) {
        match &entry.command.action {
            Action::Hold(hold) => {
                if hold.transfers.iter().any(|one| Counts::of(one) == Counts::Minus) {
                    self.correcting.extend(Correcting::of(hold).map(|open| (entry.sequence, open)));
                }
            }
            Action::Capture(Capture { hold, rest: Rest::Keep, .. }) => {
                // Every transfer of a hold is captured by the same amount.
                let captured = entry.outcome.moves.first().map_or(0, |first| first.amount.seconds());
                self.take(*hold, |_| captured);
            }
            Action::Post(post @ Post { ends: Some(Ends { hold, rest: Rest::Keep }), .. }) => {
                self.take(*hold, |open| post.taken_from(open.debits.iter().copied()).unwrap_or(0));
            }
            Action::Capture(Capture { hold, rest: Rest::Release, .. })
            | Action::Void(hold)
            | Action::Expire(hold)
            | Action::Post(Post { ends: Some(Ends { hold, rest: Rest::Release }), .. }) => {
                self.correcting.remove(hold);
            }
            Action::Reverse(_) => {
                let places = entry.outcome.moves.iter().map(|part| part.of);
                let plus = places.filter(|place| at_place(counts, *place) == Counts::Plus);
                self.plus.extend(plus.map(|place| (entry.sequence, place)));
            }
            Action::Post(Post { ends: None, .. })
            | Action::RegisterOwners(_)
            | Action::OpenBank(_)
            | Action::OpenClearing(_)
            | Action::OpenAccounts(_)
            | Action::SetLimits(..)
            | Action::Close(_)
            | Action::Reopen(_)
            | Action::Note(_) => {}
        }
    }

    /// Takes seconds off what is left of a hold, if it corrects other books.
    fn take(&mut self, hold: Sequence, seconds: impl FnOnce(&Correcting) -> i64) {
        let Some(open) = self.correcting.get_mut(&hold) else { return };
        open.left = open.left.saturating_sub(seconds(open));
        if open.left <= 0 {
            self.correcting.remove(&hold);
        }
    }

    fn of_reversal(&self, reversal: Sequence, place: u16) -> Counts {
        if self.plus.contains(&(reversal, place)) { Counts::Plus } else { Counts::Minus }
    }
}

/// How the move at a place counts in what `by_place` says.
pub fn at_place(counts: &[Counts], place: u16) -> Counts {
    counts.get(usize::from(place)).copied().unwrap_or_default()
}

/// How the moves of an entry count, by the place of their transfer; what is not listed counts plus.
/// Empty and free of reads for all but reversals and captures of holds that correct other books; at
/// most two reads for these.
///
/// `remembered` is of all entries before; `lately` of those before that are not in `remembered` yet.
///
/// # Errors
/// [`RecoveryError`] if the journal is damaged at the original.
pub fn by_place(
    entry: &Entry,
    remembered: &Remembered,
    lately: &Remembered,
    reader: &dyn JournalReader,
) -> Result<Vec<Counts>, RecoveryError> {
    let action = &entry.command.action;
    if let Action::Post(post) = action
        && post.transfers.iter().any(|one| Counts::of(one) == Counts::Minus)
    {
        return Ok(post.transfers.iter().map(Counts::of).collect());
    }
    if let Action::Capture(Capture { hold, .. }) | Action::Expire(hold) = action
        && (remembered.correcting.contains_key(hold) || lately.correcting.contains_key(hold))
    {
        return of_transfers(*hold, reader);
    }
    let Action::Reverse(reverse) = action else { return Ok(Vec::new()) };
    let places = 0..=entry.outcome.moves.iter().map(|part| part.of).max().unwrap_or_default();
    let Some(original) = read(reverse.original, reader)? else {
        return Ok(places.map(|_| Counts::Minus).collect()); // Damaged books: nothing is known of it.
    };
    if let Action::Reverse(_) = original.command.action {
        // A reversal is in one of the two; the other says minus of it, as of all it does not know.
        let counts = |place| {
            let known = [remembered, lately].map(|one| one.of_reversal(original.sequence, place));
            if known.contains(&Counts::Plus) { Counts::Plus } else { Counts::Minus }
        };
        return Ok(places.map(|place| counts(place).turned()).collect());
    }
    let counts = of_original(&original, reader)?;
    // A closing, the only move without a transfer, counts plus like anything that is not listed.
    Ok(places.map(|place| at_place(&counts, place).turned()).collect())
}

/// How the moves of an entry counted that is no reversal.
fn of_original(original: &Entry, reader: &dyn JournalReader) -> Result<Vec<Counts>, RecoveryError> {
    let action = &original.command.action;
    if let Action::Capture(Capture { hold, .. }) | Action::Expire(hold) = action {
        return of_transfers(*hold, reader);
    }
    Ok(action.transfers().iter().map(Counts::of).collect())
}

fn of_transfers(sequence: Sequence, reader: &dyn JournalReader) -> Result<Vec<Counts>, RecoveryError> {
    let entry = read(sequence, reader)?;
    Ok(entry.iter().flat_map(|entry| entry.command.action.transfers()).map(Counts::of).collect())
}

fn read(sequence: Sequence, reader: &dyn JournalReader) -> Result<Option<Entry>, RecoveryError> {
    let Some(record) = reader.record(sequence)? else { return Ok(None) };
    let entry = codec::decode(&record.bytes, record.sequence, record.recorded_at);
    entry.map(Some).map_err(|source| RecoveryError::Entry { sequence, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Amount, AtDeadline, Command, Kind, Move, Outcome, OwnerNumber, RequestId, RequestKey, Scope,
        Timestamp,
    };

    fn entry(sequence: u64, action: Action, captured: Option<i64>) -> Entry {
        let key =
            RequestKey { scope: Scope::OPERATOR, id: RequestId::derived(u128::from(sequence).to_be_bytes()) };
        let (debit, credit) = (account(2), account(3));
        let moves = captured.map(|seconds| Move { debit, credit, amount: amount(seconds), of: 0 });
        Entry {
            sequence: Sequence::new(sequence),
            recorded_at: Timestamp::from_micros(0),
            command: Command::new(key, OwnerNumber::OPERATOR, action),
            outcome: Outcome { moves: moves.into_iter().collect(), ..Outcome::default() },
        }
    }

    fn account(slot: u32) -> AccountNumber {
        AccountNumber::from_slot(slot).unwrap()
    }

    fn amount(seconds: i64) -> Amount {
        Amount::new(seconds).unwrap()
    }

    /// Goal: a hold that corrects other books is remembered exactly as long as something is left of it.
    /// Method: every way a hold can end, after a first part was captured and
    /// another taken by a post; in parts to its last second too.
    #[test]
    fn a_hold_is_forgotten_when_it_ends() {
        let hold = Sequence::new(1);
        let capture = |rest| Action::Capture(Capture { hold, amount: None, rest });
        let mut transfer = Transfer::new(account(2), account(3), amount(100));
        let post = |seconds, rest| {
            Action::Post(Post {
                kind: Kind::Exchange,
                transfers: smallvec::smallvec![Transfer { amount: amount(seconds), ..transfer }],
                ends: Some(Ends { hold, rest }),
            })
        };
        let (ends, takes_the_rest) = (post(100, Rest::Release), post(50, Rest::Keep));
        let takes_a_part = post(10, Rest::Keep);
        transfer.people.correction = Correction::Yes;
        let opened = Action::Hold(Hold {
            kind: Kind::Exchange,
            transfers: smallvec::smallvec![transfer],
            deadline: Timestamp::from_micros(9),
            at_deadline: AtDeadline::Capture,
        });
        for (what, last) in [
            ("the rest captured", entry(4, capture(Rest::Keep), Some(50))),
            ("the rest released", entry(4, capture(Rest::Release), Some(1))),
            ("voided", entry(4, Action::Void(hold), None)),
            ("expired", entry(4, Action::Expire(hold), Some(50))),
            ("ended by a post", entry(4, ends, None)),
            ("the rest taken by a post", entry(4, takes_the_rest, None)),
        ] {
            let mut remembered = Remembered::default();
            remembered.learn(&entry(1, opened.clone(), None), &[]);
            remembered.learn(&entry(2, capture(Rest::Keep), Some(40)), &[Counts::Minus]);
            remembered.learn(&entry(3, takes_a_part.clone(), None), &[]);
            let open = Correcting { left: 50, debits: smallvec::smallvec![account(2)] };
            assert_eq!(remembered.correcting, BTreeMap::from([(hold, open)]), "{what}");
            remembered.learn(&last, &[Counts::Minus]);
            assert_eq!(remembered, Remembered::default(), "{what}");
        }
    }
}

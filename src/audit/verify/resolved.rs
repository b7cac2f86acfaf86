//! I9 resolved: what was set aside is taken once, in parts never above it, or let go; after that,
//! nothing. Reversals are counted here too: they are the other thing that is used up by parts.
//!
//! The original of a reversal is read again from the journal, one reading a reversal, instead of
//! keeping what every entry moved.

use super::effects::taken_by;
use super::own_books::{Hold, OwnBooks};
use super::report::{Check, Faults, Invariant};
use crate::audit::words::{FORGED, hours};
use crate::domain::{Action, AtDeadline, Day, Entry, Hold as HoldAsked, Move, Post, Reverse, Sequence};
use crate::journal::{JournalReader, codec};

/// What was found so far.
#[derive(Debug, Default)]
pub struct Resolved {
    holds: u64,
    ends: u64,
    reversals: u64,
    faults: Faults,
}

impl Resolved {
    /// Checks an entry against the books before it.
    pub fn entry(&mut self, entry: &Entry, books: &OwnBooks, reader: &dyn JournalReader) {
        let action = &entry.command.action;
        if let Action::Hold(hold) = action {
            self.hold(entry, hold);
        } else if let Action::Reverse(reverse) = action {
            self.reversal(entry, reverse, books, reader);
        } else if let Some(number) = action.hold_named() {
            self.end(entry, number, books);
        }
    }

    fn hold(&mut self, entry: &Entry, hold: &HoldAsked) {
        self.holds += 1;
        let first = hold.transfers.first().map(|first| first.amount);
        let is_alike = hold.transfers.iter().all(|transfer| Some(transfer.amount) == first);
        if !is_alike || !(1..=2).contains(&hold.transfers.len()) || hold.deadline <= entry.recorded_at {
            self.faults.add(|| {
                let amounts: Vec<_> = hold.transfers.iter().map(|transfer| hours(transfer.amount.seconds())).collect();
                format!(
                    "Hold {} of {} until {} cannot be: it sets aside one amount, in one or two transfers, until a later moment than \
                     {}. {FORGED}.",
                    entry.sequence,
                    amounts.join(" and "),
                    hold.deadline,
                    entry.recorded_at
                )
            });
        }
    }

    fn end(&mut self, entry: &Entry, number: Sequence, books: &OwnBooks) {
        self.ends += 1;
        let Some(hold) = books.holds.get(&number) else {
            let ended = books.ended.get(&number).copied();
            self.faults.add(|| {
                let why = match ended {
                    Some(by) => format!("which entry {by} ended"),
                    None => "but no entry of that number set hours aside".to_owned(),
                };
                format!("Entry {} is about hold {number}, {why}. {FORGED}.", entry.sequence)
            });
            return;
        };
        self.in_time(entry, number, hold);
        self.on_its_day(entry, number, hold);
        if let Action::Post(post) = &entry.command.action {
            self.in_its_place(entry, post, number, hold);
        } else {
            self.amounts(entry, number, hold);
        }
    }

    /// Deadlines are met by time: only an expiry comes after, and never before.
    fn in_time(&mut self, entry: &Entry, number: Sequence, hold: &Hold) {
        let is_expiry = matches!(entry.command.action, Action::Expire(_));
        if is_expiry != (entry.recorded_at >= hold.asked.deadline) {
            self.faults.add(|| {
                let (what, when) =
                    if is_expiry { ("lets hold", "before") } else { ("takes from or ends hold", "after") };
                let by_time = if is_expiry { " run out" } else { "" };
                format!(
                    "Entry {} of {} {what} {number}{by_time} {when} its deadline, {}. {FORGED}.",
                    entry.sequence, entry.recorded_at, hold.asked.deadline
                )
            });
        }
    }

    /// What silence takes was given on the day that its hold says; what it lets go has none.
    fn on_its_day(&mut self, entry: &Entry, number: Sequence, hold: &Hold) {
        if !matches!(entry.command.action, Action::Expire(_)) {
            return; // Whoever ends it says the day.
        }
        let of_hold = hold.occurred_on.filter(|_| hold.asked.at_deadline == AtDeadline::Capture);
        let said = entry.command.occurred_on;
        if said != of_hold {
            self.faults.add(|| {
                let day = |day: Option<Day>| day.map_or_else(|| "no day".to_owned(), |day| day.to_string());
                format!(
                    "Entry {} ends hold {number} by time as of {}; by its hold it is of {}. {FORGED}.",
                    entry.sequence,
                    day(said),
                    day(of_hold)
                )
            });
        }
    }

    /// A post may move hours in the place of a hold wherever they go. If it keeps the rest, it takes something of it,
    /// alike of both transfers, and no more than is left; if not, the hold is let go whatever it moves.
    fn in_its_place(&mut self, entry: &Entry, post: &Post, number: Sequence, hold: &Hold) {
        if !entry.command.action.keeps_rest() {
            return;
        }
        let taken = taken_by(post, hold);
        let first = taken.first().copied().flatten().unwrap_or(0);
        let is_alike = taken.iter().all(|share| *share == Some(first));
        if first == 0 || !is_alike {
            self.faults.add(|| {
                let given: Vec<_> = taken
                    .iter()
                    .zip(&hold.sides)
                    .map(|(share, (debit, _))| {
                        let share = share.map_or_else(|| "an uneven part".to_owned(), hours);
                        format!("{share} from {debit}")
                    })
                    .collect();
                format!(
                    "Entry {} should take alike of every transfer of hold {number}, whose rest stays set aside, and takes {}. \
                     {FORGED}.",
                    entry.sequence,
                    given.join(" and ")
                )
            });
        } else if first > hold.left {
            self.too_much(entry, first, number, hold);
        }
    }

    fn too_much(&mut self, entry: &Entry, taken: i128, number: Sequence, hold: &Hold) {
        self.faults.add(|| {
            format!(
                "Entry {} takes {} of hold {number}, of which {} of {} was left. {FORGED}. Reverse what is too much.",
                entry.sequence,
                hours(taken),
                hours(hold.left),
                hours(hold.amount)
            )
        });
    }

    /// What is taken goes the way the hold said, alike on both transfers, and is no more than is left.
    fn amounts(&mut self, entry: &Entry, number: Sequence, hold: &Hold) {
        let action = &entry.command.action;
        let captures_at_deadline =
            matches!(action, Action::Expire(_)) && hold.asked.at_deadline == AtDeadline::Capture;
        let asked = if let Action::Capture(capture) = action {
            capture.amount.map_or(hold.left, |amount| i128::from(amount.seconds()))
        } else if captures_at_deadline {
            hold.left
        } else {
            0 // A void or a release.
        };
        let taken: Vec<i128> =
            entry.outcome.moves.iter().map(|part| i128::from(part.amount.seconds())).collect();
        let most = taken.iter().copied().max().unwrap_or(asked).max(asked);
        if most > hold.left {
            self.too_much(entry, most, number, hold);
            return;
        }
        let sides = |part: &Move| (part.debit, part.credit);
        let goes_right = entry.outcome.moves.iter().map(sides).eq(hold.sides.iter().copied())
            && (0_u16..).zip(&entry.outcome.moves).all(|(place, part)| part.of == place);
        let is_alike = taken.iter().all(|seconds| *seconds == asked);
        let is_right = if asked == 0 { taken.is_empty() } else { goes_right && is_alike };
        if !is_right {
            self.faults.add(|| {
                let taken: Vec<_> = entry
                    .outcome
                    .moves
                    .iter()
                    .map(|part| {
                        format!("{} from {} to {}", hours(part.amount.seconds()), part.debit, part.credit)
                    })
                    .collect();
                format!(
                    "Entry {} should take {} on every transfer of hold {number}, and takes {}. {FORGED}.",
                    entry.sequence,
                    hours(asked),
                    if taken.is_empty() { "nothing".to_owned() } else { taken.join(" and ") }
                )
            });
        }
    }

    /// The sides of the original swapped; what is named, or all that is left; together never above it.
    fn reversal(&mut self, entry: &Entry, reverse: &Reverse, books: &OwnBooks, reader: &dyn JournalReader) {
        self.reversals += 1;
        let (sequence, original) = (entry.sequence, reverse.original);
        let Some(moved) = moves_of(original, sequence, reader) else {
            self.faults.add(|| {
                format!("Entry {sequence} reverses entry {original}, which cannot be read or moved nothing. {FORGED}.")
            });
            return;
        };
        for part in &entry.outcome.moves {
            let Some(known) = moved.iter().find(|known| known.of == part.of) else {
                self.faults.add(|| {
                    format!("Entry {sequence} reverses transfer {} of entry {original}, which has no such transfer. {FORGED}.", part.of)
                });
                continue;
            };
            let before = books.reversed.get(&(original, part.of)).copied().unwrap_or_default();
            let left = i128::from(known.amount.seconds()) - before;
            if i128::from(part.amount.seconds()) > left {
                self.faults.add(|| {
                    format!(
                        "Entry {sequence} reverses {} of transfer {} of entry {original}, of which {} of {} was left. {FORGED}.",
                        hours(part.amount.seconds()),
                        part.of,
                        hours(left),
                        hours(known.amount.seconds())
                    )
                });
            }
            if (part.debit, part.credit) != (known.credit, known.debit) {
                self.faults.add(|| {
                    format!(
                        "Entry {sequence} reverses transfer {} of entry {original} from account {} to {}, not from account {} back \
                         to {}. {FORGED}.",
                        part.of, part.debit, part.credit, known.credit, known.debit
                    )
                });
            }
        }
        self.is_what_was_asked(entry, reverse, &moved, books);
    }

    fn is_what_was_asked(&mut self, entry: &Entry, reverse: &Reverse, moved: &[Move], books: &OwnBooks) {
        let named = |part: &Move| (part.of, i128::from(part.amount.seconds()));
        let asked: Vec<(u16, i128)> = if reverse.parts.is_empty() {
            let left = |part: &Move| {
                let before = books.reversed.get(&(reverse.original, part.of)).copied().unwrap_or_default();
                i128::from(part.amount.seconds()) - before
            };
            moved.iter().map(|part| (part.of, left(part))).filter(|(_, left)| *left > 0).collect()
        } else {
            reverse.parts.iter().map(|part| (part.transfer, i128::from(part.amount.seconds()))).collect()
        };
        if entry.outcome.moves.is_empty() || entry.outcome.moves.iter().map(named).ne(asked) {
            self.faults.add(|| {
                format!(
                    "Entry {} does not reverse the parts of entry {} it was asked to. {FORGED}.",
                    entry.sequence, reverse.original
                )
            });
        }
    }

    /// What was found about I9.
    pub fn check(&self) -> Check {
        let counts = [
            (self.holds, "hold", "holds"),
            (self.ends, "end or part of one", "ends or parts of them"),
            (self.reversals, "reversal", "reversals"),
        ];
        self.faults.check(Invariant::Resolved, &counts)
    }
}

/// What the entry at `original` moved, if it comes before `sequence` and moved anything.
fn moves_of(original: Sequence, sequence: Sequence, reader: &dyn JournalReader) -> Option<Vec<Move>> {
    if original >= sequence {
        return None;
    }
    let record = reader.record(original).ok()??;
    let entry = codec::decode(&record.bytes, record.sequence, record.recorded_at).ok()?;
    let moves: Vec<Move> = entry.moves().collect();
    (!moves.is_empty()).then_some(moves)
}

//! Verify: every promise of the books that can be checked, checked over the whole journal.
//!
//! The journal is read once, with bookkeeping of verify's own that shares nothing with the poster's
//! but the meaning of an entry; then what the poster holds and everybody sees is compared with it, at
//! one position. Damage is found, not failed on: there is always a report.
//!
//! - What is past a part that cannot be read rests on it: sums, limits, lines, holds and second persons are
//!   checked up to there, and the report says so. Batches are checked to the end.
//! - Memory: what `own_books` and `once` say at their top, and one reading of the journal.
//! - Nothing waits for verify but the poster, once, while its state is copied.
//!
//! | to find | look in |
//! |---|---|
//! | I1 / I2 / I6 / I9 / I11 | `zero_sum.rs` / `limits.rs` / `once.rs` / `resolved.rs` / `second_person.rs` |
//! | I3, I4, I5, I7 | `batches.rs` |
//! | I8 in the journal / against the running process | `lines.rs` / `served.rs` |
//! | what an entry should do, and what entries add up to | `effects.rs`, `own_books.rs` |
//! | reading past damage | `walk.rs`; what is handed back: `report.rs` |

mod batches;
mod effects;
mod limits;
mod lines;
mod once;
mod own_books;
mod report;
mod resolved;
mod second_person;
mod served;
#[cfg(test)]
mod served_tests;
mod walk;
mod zero_sum;

use crate::domain::{Entry, Sequence};
use crate::journal::{InspectProgress, JournalReader, StoredBatch, StoredRecord, codec};
use crate::ledger::state::State;
use crate::ledger::{Ledger, NoReceipt};

use batches::Batches;
use effects::Effects;
use limits::Limits;
use lines::Lines;
use once::Once;
use own_books::OwnBooks;
pub use report::{Check, Count, Invariant, Report};
use resolved::Resolved;
use second_person::SecondPerson;
use served::Compared;
use walk::{Piece, walk};
use zero_sum::ZeroSum;

/// How often a full queue is asked again for the copy, and how long is waited in between.
const COPY_TRIES: u32 = 100;
const COPY_WAIT: std::time::Duration = std::time::Duration::from_millis(20);

/// How far verify is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Entries checked, those that cannot be read included.
    pub entries_done: u64,
    /// Entries there are to check.
    pub entries_total: u64,
    /// How far the store itself was looked at; none while entries are read.
    pub inspected: Option<InspectProgress>,
}

/// Checks I1 to I9 and I11 over the whole journal and in the running ledger.
///
/// Blocks the thread for as long as reading the journal takes. Entries accepted meanwhile are for
/// the next time.
pub fn verify(ledger: &Ledger, progress: &mut dyn FnMut(Progress)) -> Report {
    let reader = &**ledger.books().journal();
    let copied = copy_state(ledger);
    let through = copied.as_ref().map_or_else(|_| reader.tip().position, |state| state.position);
    let mut pass = Pass::new(reader, through);
    pass.read(progress);
    pass.inspect(progress);
    // Seen first: what is shown only grows, so it cannot pass a tip that is read after it.
    let seen = ledger.position();
    pass.batches.served(seen, &reader.tip());
    match copied {
        Ok(state) => pass.compare(ledger, &state),
        Err(error) => {
            pass.not_compared = Some(format!("The state of the ledger could not be compared: {error}."))
        }
    }
    pass.report()
}

fn copy_state(ledger: &Ledger) -> Result<Box<State>, NoReceipt> {
    for _ in 1..COPY_TRIES {
        match ledger.copy_state() {
            Err(NoReceipt::Busy) => std::thread::sleep(COPY_WAIT),
            copied => return copied,
        }
    }
    ledger.copy_state()
}

/// One reading of the journal.
struct Pass<'a> {
    reader: &'a dyn JournalReader,
    through: Sequence,
    books: OwnBooks,
    batches: Batches,
    zero_sum: ZeroSum,
    limits: Limits,
    once: Once,
    lines: Lines,
    resolved: Resolved,
    second_person: SecondPerson,
    compared: Compared,
    /// The first entry that could not be read; what rests on earlier entries ends before it.
    blind_from: Option<Sequence>,
    /// Why the state of the ledger was not compared.
    not_compared: Option<String>,
}

impl<'a> Pass<'a> {
    fn new(reader: &'a dyn JournalReader, through: Sequence) -> Self {
        Self {
            reader,
            through,
            books: OwnBooks::default(),
            batches: Batches::default(),
            zero_sum: ZeroSum::default(),
            limits: Limits::default(),
            once: Once::default(),
            lines: Lines::default(),
            resolved: Resolved::default(),
            second_person: SecondPerson::default(),
            compared: Compared::default(),
            blind_from: None,
            not_compared: None,
        }
    }

    fn read(&mut self, progress: &mut dyn FnMut(Progress)) {
        let through = self.through;
        progress(Progress { entries_done: 0, entries_total: through.get(), inspected: None });
        walk(self.reader, through, &mut |piece| {
            match piece {
                Piece::Batch(batch) => self.batch(batch),
                Piece::Unreadable { from, to, error } => {
                    self.batches.unreadable(from, to, &error);
                    self.blind_from.get_or_insert(from);
                }
                Piece::Missing(sequence) => {
                    self.batches.missing(sequence, through);
                    self.blind_from.get_or_insert(sequence);
                }
            }
            let entries_done = self.batches.next.previous().min(through).get();
            progress(Progress { entries_done, entries_total: through.get(), inspected: None });
        });
    }

    fn batch(&mut self, batch: &StoredBatch) {
        let expected = self.batches.next;
        self.batches.batch(batch);
        if batch.first() > expected {
            self.blind_from.get_or_insert(expected); // I3 has said so; sums rest on what is missing.
        }
        let through = self.through;
        for record in batch.records().filter(|record| record.sequence <= through) {
            self.record(&record, expected);
        }
    }

    /// An entry that was there before is not counted again.
    fn record(&mut self, record: &StoredRecord<'_>, expected: Sequence) {
        if record.sequence < expected {
            return;
        }
        // The id is found without the rest, so a record that is no entry cannot hide one.
        if let Ok(Some(key)) = codec::decode_key(&record.bytes) {
            self.once.entry(record.sequence, key);
        }
        match codec::decode(&record.bytes, record.sequence, record.recorded_at) {
            Ok(entry) if self.blind_from.is_none() => self.entry(&entry),
            Ok(_) => {}
            Err(error) => {
                self.batches.undecodable(record.sequence, &error);
                self.blind_from.get_or_insert(record.sequence);
            }
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let effects = Effects::of(entry, &self.books);
        self.zero_sum.entry(entry, &effects, &self.books);
        self.limits.entry(entry, &effects, &self.books);
        self.lines.entry(entry, &effects, &self.books);
        self.resolved.entry(entry, &self.books, self.reader);
        self.second_person.entry(entry, &self.books);
        self.books.apply(entry, &effects);
    }

    fn inspect(&mut self, progress: &mut dyn FnMut(Progress)) {
        let total = self.through.get();
        let inspected = self.reader.inspect(&mut |inspected| {
            progress(Progress { entries_done: total, entries_total: total, inspected: Some(inspected) });
        });
        self.batches.inspected(inspected);
    }

    fn compare(&mut self, ledger: &Ledger, state: &State) {
        if self.blind_from.is_some() {
            return; // Own books ended before the position of the copy.
        }
        served::state(&self.books, state, &mut self.lines.faults, &mut self.compared);
        served::published(&self.books, ledger, state.position, &mut self.lines.faults, &mut self.compared);
    }

    fn report(self) -> Report {
        let counts = [
            (self.lines.number, "line", "lines"),
            (self.compared.accounts, "account", "accounts"),
            (self.compared.balances, "published balance", "published balances"),
        ];
        let mut derived = self.lines.faults.check(Invariant::Derived, &counts);
        derived.not_checked = self.not_compared;
        let [dense, durable, visible, chained] = self.batches.checks();
        let (zero_sum, limits, mut once) = (self.zero_sum.check(), self.limits.check(), self.once.check());
        // Ids that cannot be read could be any.
        if dense.not_checked.is_some() {
            once.not_checked.clone_from(&dense.not_checked);
        }
        let (resolved, second_person) = (self.resolved.check(), self.second_person.check());
        let mut checks =
            vec![zero_sum, limits, dense, durable, visible, once, chained, derived, resolved, second_person];
        if let Some(from) = self.blind_from {
            for check in &mut checks {
                let rests_on_all = matches!(
                    check.invariant,
                    Invariant::ZeroSum
                        | Invariant::Limits
                        | Invariant::Derived
                        | Invariant::Resolved
                        | Invariant::SecondPerson
                );
                if rests_on_all {
                    check.not_checked = Some(format!(
                        "Not checked from entry {from} on, which cannot be read: all after it rests on it."
                    ));
                }
            }
        }
        Report { through: self.through, recorded_at: self.batches.recorded_at, checks }
    }
}

//! Writing what the ledger never would: records straight into the journal, and journals that read
//! differently from how they were written.

use std::sync::{Arc, Mutex};

use hourbook::domain::{AccountNumber, Command, Line, Lines, Outcome, Passed, Sequence, Timestamp};
use hourbook::journal::{
    Batch, InspectProgress, Inspection, Journal, JournalError, JournalReader, MemoryJournal, ReadError,
    Record, StoredBatch, Tip, codec,
};
use hourbook::ledger::state::State;
use hourbook::ledger::{Ledger, ManualClock, Options};

use crate::support::{Desk, stay};

/// What a forged entry says it did. A list of lines alone is the usual case.
#[derive(Clone)]
pub struct Forged(pub Outcome);

impl<const N: usize> From<[Line; N]> for Forged {
    fn from(lines: [Line; N]) -> Self {
        Self(Outcome { lines: Lines::from_slice(&lines), ..Outcome::default() })
    }
}

/// The next line of an account, with right pointers, `posted` and `held` seconds further.
pub fn line(state: &State, account: AccountNumber, posted: i64, held: i64) -> Line {
    let known = state.account(account).unwrap();
    let pointers = known.chain.next_pointers();
    let (posted, held) = (known.posted + posted, known.held + held);
    Line { account, previous: pointers.previous, jump: pointers.jump, posted, held, passed: Passed::NOTHING }
}

/// Writes one batch of entries as they are, at the moment of the newest entry, and opens the books again.
pub fn forge(desk: Desk, entries: &[(Command, Forged)]) -> Desk {
    let position = desk.ledger.position();
    let now = desk.ledger.copy_state().unwrap().recorded_at;
    forge_batch(desk, now, position, entries)
}

/// The same at a moment, and with a word on what was durable.
pub fn forge_batch(
    desk: Desk,
    recorded_at: Timestamp,
    committed: Sequence,
    entries: &[(Command, Forged)],
) -> Desk {
    let mut journal = desk.journal.kill();
    let tip = journal.acquire().unwrap();
    append(&mut journal, &tip, recorded_at, committed, entries);
    desk.kill_and_reopen()
}

pub fn append(
    journal: &mut MemoryJournal,
    tip: &Tip,
    recorded_at: Timestamp,
    committed: Sequence,
    entries: &[(Command, Forged)],
) -> Tip {
    let mut batch = Batch::new();
    batch.start(tip.position.next(), recorded_at, committed);
    for ((command, forged), at) in entries.iter().zip(1..) {
        let mut record = Vec::new();
        codec::encode(command, &forged.0, tip.position.plus(at), recorded_at, &mut record);
        batch.push(&record).unwrap();
    }
    journal.append(tip, &batch).unwrap()
}

type Tamper = Box<dyn Fn(&mut Vec<StoredBatch>) -> Result<(), ReadError> + Send>;

/// A journal whose readers can be made to see something else, once the ledger is open on it.
pub struct Switch {
    journal: MemoryJournal,
    shown: Arc<Shown>,
}

pub struct Shown {
    reader: Mutex<Arc<dyn JournalReader>>,
    tamper: Mutex<Option<Tamper>>,
}

impl Switch {
    /// A ledger on the books of a desk that was killed, and what its readers are shown.
    pub fn open(desk: Desk) -> (Ledger, Arc<Shown>) {
        let journal = desk.journal.kill();
        let clock: Arc<ManualClock> = Arc::clone(&desk.clock);
        let shown = Arc::new(Shown { reader: Mutex::new(journal.reader()), tamper: Mutex::new(None) });
        let options = Options { clock, on_failure: Box::new(stay), ..Options::default() };
        let ledger = Ledger::open(Box::new(Self { journal, shown: Arc::clone(&shown) }), options).unwrap();
        (ledger, shown)
    }
}

impl Shown {
    /// From now on these books are read instead.
    pub fn exchange(&self, journal: &MemoryJournal) {
        *self.reader.lock().unwrap() = journal.reader();
    }

    /// From now on every reading goes through `tamper`.
    pub fn tamper(&self, tamper: impl Fn(&mut Vec<StoredBatch>) -> Result<(), ReadError> + Send + 'static) {
        *self.tamper.lock().unwrap() = Some(Box::new(tamper));
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::clone(&self.reader.lock().unwrap())
    }
}

impl Journal for Switch {
    fn acquire(&mut self) -> Result<Tip, JournalError> {
        self.journal.acquire()
    }

    fn append(&mut self, tip: &Tip, batch: &Batch) -> Result<Tip, JournalError> {
        self.journal.append(tip, batch)
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::clone(&self.shown) as _
    }
}

impl JournalReader for Shown {
    fn tip(&self) -> Tip {
        self.reader().tip()
    }

    fn read(&self, from: Sequence, entries_max: usize) -> Result<Vec<StoredBatch>, ReadError> {
        let mut batches = self.reader().read(from, entries_max)?;
        if let Some(tamper) = &*self.tamper.lock().unwrap() {
            tamper(&mut batches)?;
        }
        Ok(batches)
    }

    fn record(&self, sequence: Sequence) -> Result<Option<Record>, ReadError> {
        self.reader().record(sequence)
    }

    fn all_in_place(&self) -> Result<bool, ReadError> {
        self.reader().all_in_place()
    }

    fn inspect(&self, progress: &mut dyn FnMut(InspectProgress)) -> Result<Inspection, ReadError> {
        self.reader().inspect(progress)
    }
}

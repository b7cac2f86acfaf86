//! The core as the `core` rung sees it: decide, encode, apply, file the id. The only place that knows how.
//!
//! Made of the public pieces that the poster is made of, with a map for the request ids like its own.

use hashbrown::HashMap;
use hourbook::domain::{Command, Entry, RequestKey, Sequence, Timestamp};
use hourbook::journal::{Batch, codec};
use hourbook::ledger::Bounds;
use hourbook::ledger::decide::{Case, ReadAhead, decide};
use hourbook::ledger::state::State;

/// State, ids and the batch being filled.
#[derive(Default)]
pub struct Core {
    state: State,
    ids: HashMap<RequestKey, Sequence>,
    bounds: Bounds,
    batch: Batch,
    record: Vec<u8>,
    now: Timestamp,
}

impl Core {
    /// Begins a batch; what was in the one before is forgotten, as there is no journal.
    pub fn start_batch(&mut self, now: Timestamp) {
        self.now = now;
        self.batch.start(self.state.position.next(), now, self.state.position);
    }

    /// Whether the batch takes no more.
    pub fn batch_is_full(&self) -> bool {
        self.batch.count() >= self.bounds.batch_entries_max
    }

    /// Decides a command, which must be a new one that is accepted, and puts it into the batch.
    pub fn decide(&mut self, command: Command) {
        command.check().unwrap();
        let key = command.key.unwrap();
        assert!(!self.ids.contains_key(&key));
        let (state, ahead) = (&self.state, &ReadAhead::Nothing);
        let case = Case { state, command: &command, ahead, now: self.now, bounds: &self.bounds };
        let outcome = decide(case).unwrap();
        let entry = Entry { sequence: self.state.position.next(), recorded_at: self.now, command, outcome };
        self.record.clear();
        codec::encode(&entry.command, &entry.outcome, entry.sequence, self.now, &mut self.record);
        self.batch.push(&self.record).unwrap();
        self.state.apply(&entry);
        self.ids.insert(key, entry.sequence);
    }
}

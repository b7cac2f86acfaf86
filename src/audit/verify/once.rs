//! I6 once: no request id has two entries.
//!
//! Memory: every id with its entry, as the poster keeps them. The same bound
//! (`Bounds::request_ids_max`) keeps both in hand.

use hashbrown::HashMap;

use super::report::{Check, Faults, Invariant};
use crate::audit::words::{FORGED, number_of};
use crate::domain::{RequestKey, Sequence};

/// All ids so far.
#[derive(Debug, Default)]
pub struct Once {
    entries: HashMap<RequestKey, Sequence>,
    repeated: u64,
    faults: Faults,
}

impl Once {
    /// Files the id of an entry.
    pub fn entry(&mut self, sequence: Sequence, key: RequestKey) {
        let Some(before) = self.entries.insert(key, sequence) else { return };
        self.repeated += 1;
        self.faults.add(|| {
            format!(
                "Entries {before} and {sequence} carry the same request id {} of scope {}: what was asked once was written twice. \
                 {FORGED}. If the second moved hours, reverse it.",
                key.id,
                key.scope.get()
            )
        });
    }

    /// What was found about I6.
    pub fn check(&self) -> Check {
        let ids = number_of(self.entries.len()).saturating_add(self.repeated);
        self.faults.check(Invariant::Once, &[(ids, "request id", "request ids")])
    }
}

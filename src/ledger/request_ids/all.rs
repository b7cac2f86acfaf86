//! Every accepted id in one map: what the poster uses until the newest and the older ones are apart.

use hashbrown::HashMap;

use crate::domain::{RequestKey, Sequence};

// With a byte of control, 33 bytes a place, in a table that is between 7/16 and 7/8 full: 38 to 75
// bytes an id.
const _: () = assert!(size_of::<(RequestKey, Sequence)>() == 32);

/// Every accepted id and its entry.
#[derive(Clone, Debug, Default)]
pub struct RequestIds {
    entries: HashMap<RequestKey, Sequence>,
}

impl RequestIds {
    /// The entry that was accepted under this id.
    #[must_use]
    pub fn get(&self, key: &RequestKey) -> Option<Sequence> {
        self.entries.get(key).copied()
    }

    /// Files an accepted id. Returns the entry it belonged to already, if it did (never, by I6).
    pub fn insert(&mut self, key: RequestKey, sequence: Sequence) -> Option<Sequence> {
        self.entries.insert(key, sequence)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

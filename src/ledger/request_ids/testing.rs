//! Ids and books for the tests of this folder.

use super::hash::fold;
use crate::domain::{
    Action, Command, Note, Outcome, OwnerNumber, RequestId, RequestKey, Scope, Sequence, Timestamp, Topic,
};
use crate::journal::{Batch, Journal, MemoryJournal, Tip, codec};

/// An id of version 8 that is in no order.
pub fn key(number: u64) -> RequestKey {
    let mixed = |salt: u64| fold(number.wrapping_add(salt) ^ 0x51ed_2701, 0x9e37_79b9_7f4a_7c15 ^ salt);
    let id = (u128::from(mixed(1)) << 64) | u128::from(mixed(2) ^ number);
    RequestKey { scope: Scope::OPERATOR, id: RequestId::derived(id.to_be_bytes()) }
}

/// An id of version 7, in order of its number.
pub fn key_in_time(number: u64) -> RequestKey {
    let id = (u128::from(number / 100) << 80) | (7 << 76) | (2 << 62) | u128::from(number);
    RequestKey { scope: Scope::OPERATOR, id: RequestId::from_bytes(id.to_be_bytes()).unwrap() }
}

/// A journal that entries are put into without a ledger.
pub struct Books {
    pub journal: MemoryJournal,
    pub tip: Tip,
}

impl Books {
    pub fn new() -> Self {
        let mut journal = MemoryJournal::new();
        let tip = journal.acquire().unwrap();
        Self { journal, tip }
    }

    /// One batch; entries without an id are the ledger's own.
    pub fn append(&mut self, keys: &[Option<RequestKey>]) {
        let (mut batch, mut record) = (Batch::default(), Vec::new());
        let (mut sequence, at) = (self.tip.position.next(), Timestamp::from_micros(1));
        batch.start(sequence, at, self.tip.position);
        for key in keys {
            let note = |key| {
                let note = Note { topic: Topic::new(40), subject: 1, body: Box::default() };
                Command::new(key, OwnerNumber::OPERATOR, Action::Note(note))
            };
            let expiry = || Command::without_key(OwnerNumber::OPERATOR, Action::Expire(Sequence::new(1)));
            record.clear();
            let command = key.map_or_else(expiry, note);
            codec::encode(&command, &Outcome::default(), sequence, at, &mut record);
            batch.push(&record).unwrap();
            sequence = sequence.next();
        }
        self.tip = self.journal.append(&self.tip, &batch).unwrap();
    }

    /// Batches of `each` ids numbered `numbers`.
    pub fn append_many(
        &mut self,
        numbers: std::ops::Range<u64>,
        each: usize,
        key: impl Fn(u64) -> RequestKey,
    ) {
        let keys: Vec<_> = numbers.map(|number| Some(key(number))).collect();
        keys.chunks(each).for_each(|keys| self.append(keys));
    }
}

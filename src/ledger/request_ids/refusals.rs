//! Refusals of the last ten minutes of ledger time, in memory only.

use std::collections::VecDeque;

use hashbrown::HashMap;

use crate::domain::{Command, Outcome, Refusal, RequestKey, Sequence, Timestamp};
use crate::journal::codec;
use crate::ledger::bounds::REFUSAL_SECONDS;

/// Refusals of the last ten minutes, in memory only.
#[derive(Debug)]
pub struct Refusals {
    remembered: HashMap<RequestKey, Remembered>,
    order: VecDeque<(Timestamp, RequestKey, usize)>,
    /// Refusals, and accounts that they name.
    size: usize,
    most: usize,
    scratch: Vec<u8>,
}

#[derive(Debug)]
struct Remembered {
    refusal: Refusal,
    content: u32,
    at: Timestamp,
}

impl Refusals {
    /// Remembers at most `most` refusals and accounts that they name.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { remembered: HashMap::new(), order: VecDeque::new(), size: 0, most, scratch: Vec::new() }
    }

    /// What the same request heard in the last ten minutes.
    pub fn get(&mut self, key: &RequestKey, command: &Command, now: Timestamp) -> Option<Refusal> {
        self.forget_old(now);
        if !self.remembered.contains_key(key) {
            return None;
        }
        let content = self.content(command);
        self.remembered
            .get(key)
            .filter(|remembered| remembered.content == content)
            .map(|remembered| remembered.refusal.clone())
    }

    /// Remembers what a request heard.
    pub fn remember(&mut self, key: RequestKey, command: &Command, refusal: &Refusal, now: Timestamp) {
        let content = self.content(command);
        self.remembered.insert(key, Remembered { refusal: refusal.clone(), content, at: now });
        let size = if let Refusal::Limits(passed) = refusal { passed.len().max(1) } else { 1 };
        self.order.push_back((now, key, size));
        self.size = self.size.saturating_add(size);
        while self.size > self.most {
            self.forget_first();
        }
    }

    fn forget_old(&mut self, now: Timestamp) {
        while self.order.front().is_some_and(|(at, ..)| at.plus_seconds(REFUSAL_SECONDS) <= now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some((at, key, size)) = self.order.pop_front() else { return };
        self.size = self.size.saturating_sub(size);
        // A later refusal under the same id has its own place in the order.
        if self.remembered.get(&key).is_some_and(|remembered| remembered.at == at) {
            self.remembered.remove(&key);
        }
    }

    /// A fingerprint of what was asked. Two requests under one id that collide by accident hear one
    /// refusal, for at most ten minutes; nothing is posted or lost by that.
    fn content(&mut self, command: &Command) -> u32 {
        self.scratch.clear();
        let nowhere = (Sequence::ZERO, Timestamp::from_micros(0));
        codec::encode(command, &Outcome::default(), nowhere.0, nowhere.1, &mut self.scratch);
        crc32fast::hash(&self.scratch)
    }
}

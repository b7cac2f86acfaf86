//! A submission and the way its answer comes back, like a oneshot channel: dropped unanswered, its
//! caller hears that the ledger is gone.

use std::sync::Arc;
use std::time::Duration;

use crate::bell::Bell;
use crate::checker::{AtomicU64, Ordering};

const SILENCE: u64 = 0;
const GONE: u64 = 1;
const FIRST_ANSWER: u64 = 2;

/// What a caller asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Something that becomes an entry.
    ToWrite,
    /// Something that is refused because of the entries before it.
    ToBeRefused,
}

/// What a caller has heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    Silence,
    Gone,
    /// An answer that rests on everything up to this position.
    Answer(u64),
}

/// The caller's end.
#[derive(Debug, Default)]
pub struct Heard {
    what: AtomicU64,
    bell: Bell,
}

impl Heard {
    pub fn get(&self) -> Hears {
        match self.what.load(Ordering::Acquire) {
            SILENCE => Hears::Silence,
            GONE => Hears::Gone,
            answer => Hears::Answer(answer - FIRST_ANSWER),
        }
    }

    /// Sleeps until something is heard: the checker finds who sleeps for good.
    pub fn wait(&self) -> Hears {
        self.bell.own();
        while self.get() == Hears::Silence {
            self.bell.sleep(Duration::ZERO);
        }
        self.get()
    }

    fn say(&self, what: u64) {
        self.what.store(what, Ordering::Release);
        self.bell.ring();
    }
}

/// The ledger's end.
#[derive(Debug)]
pub struct Asked {
    pub ask: Ask,
    heard: Option<Arc<Heard>>,
}

impl Asked {
    pub fn new(ask: Ask) -> (Self, Arc<Heard>) {
        let heard = Arc::new(Heard::default());
        (Self { ask, heard: Some(Arc::clone(&heard)) }, heard)
    }

    pub fn answer(mut self, rests_on: u64) {
        self.heard.take().unwrap().say(FIRST_ANSWER + rests_on);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(heard) = self.heard.take().filter(|_| !std::thread::panicking()) {
            heard.say(GONE);
        }
    }
}

//! The issuer's keys, kept: fetched at start, again before they are old, and when a token names one that is
//! not known.
//!
//! One task fetches; calls only wake it and wait. So there is one fetch at a time whatever calls do, also
//! those that are given up, and between the starts of two fetches `KeyAges::between` passes at least: a flood
//! of unknown keys costs one question. Calls wait for a fetch under way only, at most one timeout, and only so
//! many of them.
//!
//! - While fetches fail, the keys at hand work until they are `KeyAges::limit` old; after that no key does. A key
//!   that is not at hand may then be a new one: the answer is "cannot be fetched", not "unknown".
//! - Ages are of the clock that cannot be set.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinHandle;

use super::bounds::WAITING_MAX;
use super::error::TokenError;
use super::fetch::{FetchError, Fetcher};
use super::key_set::KeySet;
use super::settings::KeyAges;
use crate::ledger::Clock;

/// A set of keys, and which one: what was accepted with an earlier set is not accepted by this one.
pub(super) struct Fetched {
    pub(super) keys: KeySet,
    pub(super) number: u64,
    at_micros: i64,
}

struct State {
    fetched: Option<Arc<Fetched>>,
    /// When the last fetch began.
    began_micros: i64,
    under_way: bool,
    /// Whether the last fetch that ended brought nothing.
    failed: bool,
    fetches: u64,
}

struct Shared {
    clock: Arc<dyn Clock>,
    ages: KeyAges,
    state: Mutex<State>,
    /// Wakes the task.
    wanted: Notify,
    /// How many fetches have ended.
    ended: watch::Sender<u64>,
    waiting: Semaphore,
}

/// Keeps the keys of one issuer. Its task ends with it.
pub(super) struct Keys {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is to be done about a key.
enum Look {
    Found(Arc<Fetched>),
    /// A fetch is under way; this tells when it has ended.
    Wait(watch::Receiver<u64>),
    Not(TokenError),
}

impl Keys {
    /// Begins the first fetch. Must be called within a runtime.
    pub(super) fn new(fetcher: Fetcher, ages: KeyAges, clock: Arc<dyn Clock>) -> Self {
        let began_micros = clock.now().monotonic_micros;
        let shared = Arc::new(Shared {
            clock,
            ages,
            state: Mutex::new(State {
                fetched: None,
                began_micros,
                under_way: true,
                failed: false,
                fetches: 0,
            }),
            wanted: Notify::new(),
            ended: watch::Sender::new(0),
            waiting: Semaphore::new(WAITING_MAX),
        });
        let task = tokio::spawn(keep(Arc::clone(&shared), fetcher));
        Self { shared, task }
    }

    /// The keys, if they are young enough to be used. Begins to fetch them again if they are due.
    pub(super) fn current(&self) -> Option<Arc<Fetched>> {
        let mut state = self.shared.state();
        self.shared.begin_if_due(&mut state);
        self.shared.current(&state)
    }

    /// Keys among which `key_id` is; waits for a fetch where that may bring it.
    pub(super) async fn with(&self, key_id: &str) -> Result<Arc<Fetched>, TokenError> {
        let mut ended = match self.shared.look(key_id) {
            Look::Found(fetched) => return Ok(fetched),
            Look::Not(error) => return Err(error),
            Look::Wait(ended) => ended,
        };
        let _place = self.shared.waiting.try_acquire().map_err(|_| TokenError::KeysUnavailable)?;
        // The fetch ends itself after as long; this is for a task that is no more.
        let ended = tokio::time::timeout(self.shared.ages.timeout, ended.changed()).await;
        ended.ok().and_then(Result::ok).ok_or(TokenError::KeysUnavailable)?;
        match self.shared.look(key_id) {
            Look::Found(fetched) => Ok(fetched),
            Look::Not(error) => Err(error),
            // The next fetch began already; this call has waited for its own.
            Look::Wait(_) => Err(TokenError::KeysUnavailable),
        }
    }

    /// How many fetches have begun.
    pub(super) fn fetches(&self) -> u64 {
        self.shared.state().fetches
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self, state: &State) -> Option<Arc<Fetched>> {
        let young = |fetched: &&Arc<Fetched>| self.micros_since(fetched.at_micros) < micros(self.ages.limit);
        state.fetched.as_ref().filter(young).cloned()
    }

    fn look(&self, key_id: &str) -> Look {
        let mut state = self.state();
        self.begin_if_due(&mut state);
        let current = self.current(&state);
        match current {
            Some(fetched) if fetched.keys.get(key_id).is_some() => Look::Found(fetched),
            Some(_) | None => {
                // Subscribed before the lock goes: the end of the fetch cannot be missed.
                if self.begin(&mut state) {
                    Look::Wait(self.ended.subscribe())
                } else if current.is_some() && !state.failed {
                    Look::Not(TokenError::UnknownKey)
                } else {
                    Look::Not(TokenError::KeysUnavailable)
                }
            }
        }
    }

    /// Begins a fetch if the keys are no longer young.
    fn begin_if_due(&self, state: &mut State) {
        let young = |fetched: &Arc<Fetched>| self.micros_since(fetched.at_micros) < micros(self.ages.refresh);
        if !state.fetched.as_ref().is_some_and(young) {
            self.begin(state);
        }
    }

    /// Begins a fetch if one may; true if one is under way.
    fn begin(&self, state: &mut State) -> bool {
        if !state.under_way && self.micros_since(state.began_micros) >= micros(self.ages.between) {
            state.under_way = true;
            state.began_micros = self.clock.now().monotonic_micros;
            self.wanted.notify_one();
        }
        state.under_way
    }

    fn micros_since(&self, earlier_micros: i64) -> i64 {
        self.clock.now().monotonic_micros.saturating_sub(earlier_micros)
    }

    /// Notes what a fetch brought.
    fn end(&self, keys: Option<KeySet>) {
        let mut state = self.state();
        state.failed = keys.is_none();
        if let Some(keys) = keys {
            // As old as the question, not as the answer.
            let (number, at_micros) = (state.fetches, state.began_micros);
            state.fetched = Some(Arc::new(Fetched { keys, number, at_micros }));
        }
        state.under_way = false;
        self.ended.send_modify(|ended| *ended = ended.saturating_add(1));
    }
}

fn micros(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Fetches whenever a fetch is wanted or due, for ever.
async fn keep(shared: Arc<Shared>, fetcher: Fetcher) {
    let mut failed = false;
    loop {
        let under_way = {
            let mut state = shared.state();
            shared.begin_if_due(&mut state);
            if state.under_way {
                state.fetches = state.fetches.saturating_add(1);
            }
            state.under_way
        };
        if under_way {
            let keys = fetcher.keys().await;
            failed = tell(failed, keys.as_ref().err());
            shared.end(keys.ok());
        }
        tokio::select! {
            () = shared.wanted.notified() => {}
            () = tokio::time::sleep(shared.ages.look) => {}
        }
    }
}

/// Logs the first failure of several, and their end.
fn tell(failed: bool, error: Option<&FetchError>) -> bool {
    match error {
        Some(error) if !failed => {
            let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            tracing::warn!(%error, cause, "the keys of the issuer of tokens cannot be fetched");
        }
        None if failed => tracing::info!("the keys of the issuer of tokens are fetched again"),
        Some(_) | None => {}
    }
    error.is_some()
}

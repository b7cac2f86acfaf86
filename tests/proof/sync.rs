//! `src/ledger/sync.rs` on the types of the checker that `crate::checker` names.
//!
//! What the ledger trusts is a model here. The queue: each operation is one step, and what was done
//! before a step is seen after the next. That is stronger than crossbeam's queue, whose order with
//! `closed` rests on sequentially consistent operations of both; loom has no such loads and stores, so
//! that one argument is written in `queue.rs` and not checked. The 16-byte atomic: a value is stored
//! and loaded whole, with the orderings that were asked for and no others. Parking knows no time: who
//! is not woken sleeps for good, and the checker says so.

use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock as Set};
use std::time::Duration;

use crate::checker::AtomicUsize;
pub use crate::checker::{AtomicBool, AtomicU64, Ordering, Thread, current};

pub fn park_timeout(_at_most: Duration) {
    crate::checker::park();
}

/// A linearizable bounded queue.
#[derive(Debug)]
pub struct ArrayQueue<T> {
    steps: AtomicUsize,
    slots_max: usize,
    slots: Mutex<VecDeque<T>>,
}

impl<T> ArrayQueue<T> {
    pub fn new(slots_max: usize) -> Self {
        Self { steps: AtomicUsize::new(0), slots_max, slots: Mutex::default() }
    }

    pub fn push(&self, value: T) -> Result<(), T> {
        self.steps.fetch_add(1, Ordering::AcqRel);
        let mut slots = self.slots.lock().unwrap();
        if slots.len() == self.slots_max {
            return Err(value);
        }
        slots.push_back(value);
        Ok(())
    }

    pub fn pop(&self) -> Option<T> {
        self.steps.fetch_add(1, Ordering::AcqRel);
        self.slots.lock().unwrap().pop_front()
    }

    pub fn len(&self) -> usize {
        self.steps.fetch_add(1, Ordering::AcqRel);
        self.slots.lock().unwrap().len()
    }
}

/// A cell that is set once; whoever sees it set sees what is in it.
#[derive(Debug)]
pub struct OnceLock<T> {
    is_set: AtomicBool,
    value: Set<T>,
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> OnceLock<T> {
    pub fn new() -> Self {
        Self { is_set: AtomicBool::new(false), value: Set::new() }
    }

    pub fn set(&self, value: T) -> Result<(), T> {
        self.value.set(value)?;
        self.is_set.store(true, Ordering::Release);
        Ok(())
    }

    pub fn get(&self) -> Option<&T> {
        if self.is_set.load(Ordering::Acquire) { self.value.get() } else { None }
    }

    /// Of one thread only: balances have one publisher.
    pub fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        if self.value.get().is_none() {
            drop(self.set(make()));
        }
        self.value.get().unwrap()
    }
}

/// 16 bytes stored and loaded whole: the number of a value, and all values there ever were.
#[derive(Debug)]
pub struct AtomicU128 {
    newest: AtomicUsize,
    values: Mutex<Vec<u128>>,
}

impl Default for AtomicU128 {
    fn default() -> Self {
        Self { newest: AtomicUsize::new(0), values: Mutex::new(vec![0]) }
    }
}

impl AtomicU128 {
    pub fn load(&self, ordering: Ordering) -> u128 {
        let number = self.newest.load(ordering);
        self.values.lock().unwrap()[number]
    }

    pub fn store(&self, value: u128, ordering: Ordering) {
        let number = {
            let mut values = self.values.lock().unwrap();
            values.push(value);
            values.len() - 1
        };
        self.newest.store(number, ordering);
    }

    pub const fn is_lock_free() -> bool {
        true
    }
}

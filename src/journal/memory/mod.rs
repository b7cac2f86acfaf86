//! The journal tests run on: keeps its promises, and breaks down when it is asked to.
//!
//! A [`MemoryJournal`] is a handle on storage that outlives it, as a disk outlives a process. A
//! process ends with `kill` (what was written stays) or `power_cut` (what was not synced is gone);
//! both give the handle of the next process, and the old one never writes again.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{
    Batch, Cause, Journal, JournalError, JournalReader, Page, StoredBatch, Tip, layout::KEY_BYTES,
    seal::SEAL_BYTES,
};

mod reader;
#[cfg(test)]
mod tests;

/// What goes wrong with the next append. After it nothing is accepted until the next process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is written: `NotApplied`.
    BeforeWrite,
    /// Torn in the middle of writing: `Unknown`, and gone after any restart, as there is no seal.
    MidWrite,
    /// Written but not synced: `Unknown`. A kill keeps it, a power cut loses it.
    BeforeSync,
    /// Written and synced, but nobody hears of it: `Unknown`, and there after any restart.
    AfterWrite,
}

/// A journal in memory. Clones are handles of the same process on the same storage.
#[derive(Clone, Debug)]
pub struct MemoryJournal {
    storage: Arc<Storage>,
    /// Which process this handle belongs to.
    process: u64,
}

#[derive(Debug, Default)]
struct Storage {
    state: Mutex<State>,
    changed: Condvar,
}

/// The disk, and what the process that uses it has in hand.
#[derive(Debug, Default)]
struct State {
    /// Sealed batches; the first `synced` of them survive a power cut.
    batches: Vec<StoredBatch>,
    synced: usize,
    /// Pages without a seal.
    torn: Vec<Page>,
    epoch: u64,
    bytes: u64,
    process: u64,
    acquired: bool,
    poisoned: bool,
    /// I5: what readers may see.
    tip: Option<Tip>,
    fault: Option<Fault>,
    gate_closed: bool,
    blocked: usize,
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryJournal {
    /// A journal on empty storage.
    #[must_use]
    pub fn new() -> Self {
        Self { storage: Arc::default(), process: 0 }
    }

    /// The next append fails like this.
    pub fn fail_next(&self, fault: Fault) {
        self.storage.lock().fault = Some(fault);
    }

    /// Closes the gate: an append blocks before it writes anything, until `open_gate`.
    pub fn close_gate(&self) {
        self.storage.lock().gate_closed = true;
    }

    /// Opens the gate.
    pub fn open_gate(&self) {
        self.storage.lock().gate_closed = false;
        self.storage.changed.notify_all();
    }

    /// Returns once an append stands before the closed gate.
    pub fn wait_until_blocked(&self) {
        let mut state = self.storage.lock();
        while state.blocked == 0 {
            state = self.storage.wait(state);
        }
    }

    /// The process is killed: what was written stays. The journal of the next process.
    #[must_use]
    pub fn kill(&self) -> Self {
        let mut state = self.storage.lock();
        state.process += 1;
        state.acquired = false;
        state.poisoned = false;
        state.fault = None;
        state.gate_closed = false;
        let process = state.process;
        drop(state);
        self.storage.changed.notify_all();
        Self { storage: Arc::clone(&self.storage), process }
    }

    /// The machine loses power: what was not synced is gone. The journal of the next process.
    #[must_use]
    pub fn power_cut(&self) -> Self {
        let mut state = self.storage.lock();
        let synced = state.synced;
        state.batches.truncate(synced);
        state.torn.clear();
        drop(state);
        self.kill()
    }

    /// Changes one byte of the batch that holds the first entry, as a failing disk would. For the
    /// tests of those who verify the books.
    #[doc(hidden)]
    pub fn damage_first_batch(&self) {
        let mut state = self.storage.lock();
        if let Some(batch) = state.batches.first_mut() {
            batch.seal.checksum ^= 1;
        }
    }
}

impl Storage {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn end(&self) -> Tip {
        self.batches.last().map_or(Tip { epoch: self.epoch, ..Tip::EMPTY }, |batch| Tip {
            epoch: self.epoch,
            position: batch.last(),
            hash: batch.seal.hash,
        })
    }

    /// Whether the process `process` may still write.
    fn check_alive(&self, process: u64) -> Result<(), JournalError> {
        if self.process != process || self.poisoned {
            return Err(JournalError::NotApplied { cause: Cause::Poisoned });
        }
        Ok(())
    }
}

impl Journal for MemoryJournal {
    fn acquire(&mut self) -> Result<Tip, JournalError> {
        let mut state = self.storage.lock();
        state.check_alive(self.process)?;
        state.torn.clear();
        state.synced = state.batches.len(); // What is read at start is made durable first.
        state.bytes = state.batches.last().map_or(0, |batch| batch.seal.volume_bytes);
        state.epoch += 1;
        state.acquired = true;
        let tip = state.end();
        state.tip = Some(tip);
        Ok(tip)
    }

    fn append(&mut self, tip: &Tip, batch: &Batch) -> Result<Tip, JournalError> {
        let mut state = self.storage.lock();
        state.check_alive(self.process)?;
        if !state.acquired {
            return Err(JournalError::NotApplied { cause: Cause::NotAcquired });
        }
        let end = state.end();
        if tip.epoch != end.epoch {
            return Err(JournalError::Fenced { held: tip.epoch, current: end.epoch });
        }
        let expected = batch.first().previous();
        if *tip != end || expected != end.position {
            return Err(JournalError::Conflict { expected, actual: end.position });
        }
        state.poisoned = true; // Until it has succeeded.
        batch.check().map_err(|cause| JournalError::NotApplied { cause })?;
        while state.gate_closed && state.process == self.process {
            state.blocked += 1;
            self.storage.changed.notify_all();
            state = self.storage.wait(state);
            state.blocked -= 1;
        }
        if state.process != self.process {
            return Err(JournalError::NotApplied { cause: Cause::Poisoned });
        }
        let fault = state.fault.take();
        let injected = JournalError::Unknown { cause: Cause::Injected };
        let pages: Vec<Page> =
            batch.pages().map(|(key, page)| Page { key, value: Arc::from(page) }).collect();
        let added: usize = pages.iter().map(|page| KEY_BYTES + page.value.len()).sum();
        match fault {
            Some(Fault::BeforeWrite) => {
                return Err(JournalError::NotApplied { cause: Cause::Injected });
            }
            Some(Fault::MidWrite) => {
                state.torn = pages;
                return Err(injected);
            }
            Some(Fault::BeforeSync | Fault::AfterWrite) | None => {}
        }
        state.bytes = state.bytes.saturating_add((added + KEY_BYTES + SEAL_BYTES) as u64);
        let seal = batch.seal(tip, state.bytes);
        // The batch was built by this program; pages that do not fit their seal are its defect.
        let stored = StoredBatch::new(seal, pages)
            .map_err(|_| JournalError::NotApplied { cause: Cause::Unusable("its pages do not fit") })?;
        state.batches.push(stored);
        if fault == Some(Fault::BeforeSync) {
            return Err(injected);
        }
        state.synced = state.batches.len();
        if fault == Some(Fault::AfterWrite) {
            return Err(injected);
        }
        let end = state.end();
        state.tip = Some(end);
        state.poisoned = false;
        Ok(end)
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::new(reader::MemoryReader { storage: Arc::clone(&self.storage) })
    }
}

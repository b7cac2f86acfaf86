//! The thread that opens the next volume ahead and seals full ones, and how others talk to it.
//!
//! Bounded: at most `WORK_MAX` tasks wait; a writer that is faster than sealing waits then.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::super::ReadError;
use super::open::{self, CACHE_BYTES_WRITING};
use super::shared::Shared;
use super::store::Store;
use super::{catalogue, sealing};

/// Tasks waiting for the thread.
const WORK_MAX: usize = 4;

/// A task.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// Open this volume, which must be empty, for the writer to go on in.
    OpenAhead(u32),
    /// This volume is full.
    Seal(u32),
}

/// What the thread has to show.
#[derive(Debug, Default)]
struct Done {
    ahead: Option<(u32, Result<Store, ReadError>)>,
    seals_waiting: usize,
    /// Volumes that could not be sealed, and why; tried again at the next start.
    unsealed: Vec<(u32, ReadError)>,
}

/// The thread's desk.
#[derive(Debug, Default)]
pub(super) struct Background {
    done: Mutex<Done>,
    changed: Condvar,
    stopping: AtomicBool,
}

/// The thread itself, owned by the writer.
#[derive(Debug)]
pub(super) struct Worker {
    shared: Arc<Shared>,
    work: Option<SyncSender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Whether sealing should stop where it is.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Volumes whose sealing failed, with the reason.
    pub fn unsealed(&self) -> Vec<(u32, String)> {
        self.lock().unsealed.iter().map(|(number, error)| (*number, error.to_string())).collect()
    }

    /// Returns once nothing waits to be sealed.
    pub fn wait_until_sealed(&self) {
        let mut done = self.lock();
        while done.seals_waiting > 0 {
            done = self.changed.wait(done).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Volume `number`, which was asked for with `OpenAhead`.
    pub fn take_ahead(&self, number: u32) -> Result<Store, ReadError> {
        let mut done = self.lock();
        loop {
            match done.ahead.take_if(|(ready, _)| *ready == number) {
                Some((_, result)) => return result,
                None => done = self.changed.wait(done).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    pub fn start(shared: &Arc<Shared>) -> std::io::Result<Self> {
        let (work, tasks) = mpsc::sync_channel(WORK_MAX);
        let for_thread = Arc::clone(shared);
        let thread = thread::Builder::new()
            .name("journal-volumes".to_owned())
            .spawn(move || run(&for_thread, &tasks))?;
        Ok(Self { shared: Arc::clone(shared), work: Some(work), thread: Some(thread) })
    }

    /// Hands `work` over; waits while too much is waiting.
    pub fn send(&self, work: Work) {
        if let Work::Seal(_) = work {
            self.shared.background.lock().seals_waiting += 1;
        }
        // The thread takes tasks until this side is dropped.
        if let Some(sender) = &self.work {
            let _ = sender.send(work);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.background.stopping.store(true, Ordering::Relaxed);
        self.work = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // It catches its panics.
        }
        // What was opened ahead and not used.
        if let Some((_, Ok(store))) = self.shared.background.lock().ahead.take() {
            let _ = store.close();
        }
    }
}

fn run(shared: &Shared, tasks: &Receiver<Work>) {
    let desk = &shared.background;
    for work in tasks {
        let result = panic::catch_unwind(AssertUnwindSafe(|| perform(shared, work)));
        let mut done = desk.lock();
        match (work, result) {
            (Work::OpenAhead(number), Ok(Ok(Some(store)))) => done.ahead = Some((number, Ok(store))),
            (Work::OpenAhead(number), Ok(Ok(None)) | Err(_)) => {
                done.ahead = Some((number, Err(ReadError::damaged(number, "opening it ahead went wrong"))));
            }
            (Work::OpenAhead(number), Ok(Err(error))) => done.ahead = Some((number, Err(error))),
            (Work::Seal(number), result) => {
                done.seals_waiting -= 1;
                match result {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => done.unsealed.push((number, error)),
                    Err(_) => done.unsealed.push((number, ReadError::damaged(number, "sealing panicked"))),
                }
            }
        }
        drop(done);
        desk.changed.notify_all();
    }
}

fn perform(shared: &Shared, work: Work) -> Result<Option<Store>, ReadError> {
    match work {
        Work::OpenAhead(number) => open_empty(shared, number).map(Some),
        Work::Seal(number) => {
            if !shared.background.is_stopping() {
                sealing::seal(shared, number)?;
            }
            Ok(None)
        }
    }
}

/// Volume `number`, created if there is none; it must hold nothing.
pub(super) fn open_empty(shared: &Shared, number: u32) -> Result<Store, ReadError> {
    let journal = &shared.directory;
    if catalogue::sealed_path(journal, number).exists() {
        return Err(ReadError::damaged(number, "it is sealed already"));
    }
    if !open::volume_path(journal, number).exists() {
        return open::create(journal, number);
    }
    let store = open::open(journal, number, CACHE_BYTES_WRITING, None)?;
    match store.last()? {
        None => Ok(store),
        Some(_) => Err(ReadError::damaged(number, "it was to be empty and is not")),
    }
}

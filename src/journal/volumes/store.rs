//! One volume, open: the only file that calls sled.
//!
//! sled panics where other stores return an error (a flipped bit is enough), so every call goes
//! through [`guarded`], which turns a panic into damage with the volume's name on it.
//!
//! Reading may write: sled splits and merges tree nodes when it meets them on the way to a key,
//! also for a `get`. `sealing.rs` says what follows from that.

use std::fs::{File, TryLockError};
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

use sled::IVec;

use super::super::{ReadError, layout::Key};

/// How long a volume may take to be let go by sled's own threads after it was closed. They hold
/// it for microseconds after the last flush; this is for a machine under heavy load.
const CLOSE_WAIT_MAX: Duration = Duration::from_secs(30);

/// An open volume.
#[derive(Debug)]
pub(super) struct Store {
    number: u32,
    db: sled::Db,
    /// Ours, on sled's `db` file, opened before sled's first write and kept: `sync_data` on a new
    /// descriptor could miss a write error that an older one has already been told.
    descriptor: File,
}

impl Store {
    /// Opens sled with `config`. `descriptor` is on the `db` file that `config` names.
    pub fn start(number: u32, descriptor: File, config: &sled::Config) -> Result<Self, ReadError> {
        wait_until_free(number, &descriptor)?;
        let db = guarded(number, "opening", || config.open())?;
        Ok(Self { number, db, descriptor })
    }

    pub fn number(&self) -> u32 {
        self.number
    }

    /// Puts one value in; durable after the next [`Store::sync`].
    pub fn insert(&self, key: Key, value: &[u8]) -> Result<(), ReadError> {
        guarded(self.number, "inserting", || self.db.insert(key.bytes(), value))?;
        Ok(())
    }

    /// Makes room for a value that comes later. Nobody sees it until then.
    pub fn hold_place(&self, key: &[u8]) -> Result<(), ReadError> {
        guarded(self.number, "making room", || self.db.insert(key, &[]))?;
        Ok(())
    }

    /// Takes one value out; gone for good after the next [`Store::sync`].
    pub fn remove(&self, key: &[u8]) -> Result<(), ReadError> {
        guarded(self.number, "removing", || self.db.remove(key))?;
        Ok(())
    }

    /// Hands everything inserted so far to the operating system.
    pub fn flush(&self) -> Result<(), ReadError> {
        guarded(self.number, "flushing", || self.db.flush())?;
        Ok(())
    }

    /// Makes everything inserted so far survive a power cut.
    pub fn sync(&self) -> Result<(), ReadError> {
        self.flush()?;
        self.descriptor.sync_data().map_err(|source| ReadError::io(self.number, "syncing db", source))
    }

    /// All values from `key` on, in key order.
    pub fn starting_at(&self, key: Key) -> Values<'_> {
        self.values(|| self.db.range(key.bytes()..))
    }

    /// All values before `key`; meant to be read from the back.
    pub fn before(&self, key: Key) -> Values<'_> {
        self.values(|| self.db.range(..key.bytes()))
    }

    /// All values.
    pub fn all(&self) -> Values<'_> {
        self.values(|| self.db.iter())
    }

    fn values(&self, start: impl FnOnce() -> sled::Iter) -> Values<'_> {
        Values { store: self, inner: start() }
    }

    /// The value with the greatest key at or below `key`.
    pub fn at_or_below(&self, key: Key) -> Result<Option<(Key, IVec)>, ReadError> {
        self.values(|| self.db.range(..=key.bytes())).back()
    }

    /// The last value.
    pub fn last(&self) -> Result<Option<(Key, IVec)>, ReadError> {
        self.all().back()
    }

    /// Closes the volume; when it returns, sled touches its files no more.
    pub fn close(self) -> Result<(), ReadError> {
        let Self { number, db, descriptor } = self;
        guarded(number, "closing", || {
            drop(db);
            Ok(())
        })?;
        wait_until_free(number, &descriptor)
    }
}

/// Values of a volume in key order, from either end.
pub(super) struct Values<'a> {
    store: &'a Store,
    inner: sled::Iter,
}

impl Values<'_> {
    fn step(
        &mut self,
        take: impl Fn(&mut sled::Iter) -> Option<sled::Result<(IVec, IVec)>>,
    ) -> Result<Option<(Key, IVec)>, ReadError> {
        let number = self.store.number;
        let (key, value) = loop {
            let found = guarded(number, "reading", || take(&mut self.inner).transpose())?;
            let Some((key, value)) = found else { return Ok(None) };
            if !value.is_empty() {
                break (key, value); // An empty one is a place that is held.
            }
        };
        match Key::parse(&key) {
            Some(key) => Ok(Some((key, value))),
            None => Err(ReadError::damaged(number, format!("a key of {} bytes", key.len()))),
        }
    }

    /// The next value from the front.
    pub fn front(&mut self) -> Result<Option<(Key, IVec)>, ReadError> {
        self.step(Iterator::next)
    }

    /// The next value from the back.
    pub fn back(&mut self) -> Result<Option<(Key, IVec)>, ReadError> {
        self.step(DoubleEndedIterator::next_back)
    }
}

/// Calls sled and names the volume in whatever comes back that is not a result.
fn guarded<T>(number: u32, doing: &str, call: impl FnOnce() -> sled::Result<T>) -> Result<T, ReadError> {
    // Unwind safe: after a panic the result is an error, and a writer never uses the volume again.
    match panic::catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(source))) => Err(ReadError::io(number, doing, source)),
        Ok(Err(error)) => Err(ReadError::damaged(number, format!("{doing}: {error}"))),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            Err(ReadError::damaged(number, format!("{doing}: the store panicked: {said}")))
        }
    }
}

/// Waits until nobody holds sled's lock on the `db` file.
///
/// Why: sled's write threads keep the file a moment longer than the last handle lives, and a
/// second open in that moment fails. Why polling: a lock that is never let go must become an
/// error, and the operating system offers no wait with an end.
fn wait_until_free(number: u32, descriptor: &File) -> Result<(), ReadError> {
    let began = Instant::now();
    loop {
        match descriptor.try_lock() {
            Ok(()) => {
                return descriptor.unlock().map_err(|source| ReadError::io(number, "unlocking db", source));
            }
            Err(TryLockError::WouldBlock) if began.elapsed() < CLOSE_WAIT_MAX => {
                thread::sleep(Duration::from_micros(200));
            }
            Err(TryLockError::WouldBlock) => {
                let source = io::Error::new(io::ErrorKind::ResourceBusy, "somebody else has it open");
                return Err(ReadError::io(number, "waiting for db", source));
            }
            Err(TryLockError::Error(source)) => return Err(ReadError::io(number, "locking db", source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a panic inside sled becomes damage with the volume's name, not the end of the process.
    /// Method: panic with both kinds of message, and return each kind of error.
    #[test]
    fn a_panic_is_damage() {
        let what = |result: Result<(), ReadError>| result.unwrap_err().to_string();
        let static_text = guarded(7, "opening", || panic!("flipped"));
        assert_eq!(what(static_text), "volume 000007 is damaged: opening: the store panicked: flipped");
        let made_text = guarded(8, "reading", || panic!("at {}", 12));
        assert_eq!(what(made_text), "volume 000008 is damaged: reading: the store panicked: at 12");
        let full = guarded::<()>(9, "flushing", || Err(sled::Error::Io(io::ErrorKind::StorageFull.into())));
        assert!(matches!(full, Err(ReadError::Io { volume: 9, .. })));
        let broken = guarded::<()>(9, "reading", || Err(sled::Error::Unsupported("no".to_owned())));
        assert!(matches!(broken, Err(ReadError::Damaged { volume: 9, .. })));
    }
}

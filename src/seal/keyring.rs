//! The keyring: one key per owner, in a plain file, made before first use and gone when erased.
//!
//! Owns the only handle that writes the file. Knows no entries, no text and no journal. One process
//! owns the data directory; that is checked elsewhere.
//!
//! - A key is on disk and synced before anybody can use it.
//! - Erased stays erased: no call turns an erased slot back. Only another file can (a restore), and
//!   [`Keyring::apply_erasures`] mends that.
//! - A damaged slot is an error that names the owner. It is never made anew.
//! - After one failed write or sync everything is refused until the keyring is opened again.
//!
//! Progress: readers share a lock and read the file; a writer keeps them out until its sync is
//! over, so no reader sees a key that is not durable. No key is cached: what is gone from the file
//! is gone from the process, and one read of 64 bytes comes from the page cache.
//!
//! Why a write is repeated when the slot already looks right: after a failed sync the page cache
//! may show bytes the disk never got, and the next process reads the page cache.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use aws_lc_rs::rand::SecureRandom;

use super::error::{KeyError, KeyringError};
use super::layout::{self, BadHeader, Header, Key, Slot};
use crate::domain::{OwnerNumber, Secret, Sequence};

/// The keys of all owners. Share it between threads by reference.
#[derive(Debug)]
pub struct Keyring {
    /// Kept from open to close: a new descriptor can miss an earlier write error.
    file: File,
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    /// On disk.
    header: Header,
    /// In memory only: a write or sync is under way, or failed.
    stopped: bool,
}

impl Keyring {
    /// Opens the keyring at `path`, or makes an empty one there, synced with its directory.
    ///
    /// For a data directory whose journal has entries use [`Self::open_existing`]: a keyring that
    /// is missing there is a loss to be told, not a beginning.
    ///
    /// # Errors
    /// As [`Self::open_existing`].
    pub fn open(path: &Path) -> Result<Self, KeyringError> {
        if !path.try_exists().map_err(failed("look for the file"))? {
            create(path).map_err(failed("make the file"))?;
        }
        Self::open_existing(path)
    }

    /// Opens the keyring at `path`, which must be there.
    ///
    /// # Errors
    /// [`KeyringError`]; a file of a newer format or with a damaged header is left as it is.
    pub fn open_existing(path: &Path) -> Result<Self, KeyringError> {
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(failed("open the file"))?;
        let keyring = Self::from_file(file)?;
        // Each time: whoever made the file may have crashed before its name was on disk.
        sync_directory_of(path).map_err(failed("sync the directory"))?;
        {
            // Written in place: the disk may hold less than the page cache shows, and the next
            // write goes to the other copy.
            let mut state = keyring.write_lock()?;
            let header = state.header;
            keyring.write_synced(&mut state, [(header.place(), header.encode())])?;
        }
        Ok(keyring)
    }

    /// Reads the header and changes nothing.
    pub(super) fn from_file(file: File) -> Result<Self, KeyringError> {
        let mut newest: Option<Header> = None;
        for place in Header::PLACES {
            let mut bytes = [0; layout::HEADER_BYTES];
            read_at_most(&file, &mut bytes, place).map_err(failed("read the header"))?;
            match Header::decode(&bytes) {
                Ok(header) if newest.is_none_or(|other| header.counter > other.counter) => {
                    newest = Some(header);
                }
                Ok(_) | Err(BadHeader::Damaged) => {}
                Err(BadHeader::NewerFormat(format)) => return Err(KeyringError::NewerFormat { format }),
            }
        }
        let header = newest.ok_or(KeyringError::DamagedHeader)?;
        Ok(Self::over(file, header))
    }

    /// A keyring over any handle; tests bring handles that fail.
    pub(super) fn over(file: File, header: Header) -> Self {
        Self { file, state: RwLock::new(State { header, stopped: false }) }
    }

    /// Makes a key for each of `owners` that has none; all are on disk when this returns.
    ///
    /// Costs a write each and one sync together, also where there is a key already (see the module
    /// header), so call it when owners are registered and not before each text. Never call it for an
    /// owner who is already in the journal: if their key was lost with an older keyring, a new one would
    /// hide the loss.
    ///
    /// # Errors
    /// [`KeyError::Erased`] and [`KeyError::Damaged`] for ever; otherwise as it says.
    pub fn ensure(
        &self,
        owners: impl IntoIterator<Item = OwnerNumber>,
        random: &dyn SecureRandom,
    ) -> Result<(), KeyError> {
        let mut state = self.write_lock()?;
        let slots = owners.into_iter().map(|owner| self.slot_with_key(owner, random));
        let slots = slots.collect::<Result<Vec<_>, _>>()?;
        Ok(self.write_synced(&mut state, slots.iter().map(|(place, slot)| (*place, slot.bytes())))?)
    }

    /// The slot of `owner` as it is to be written: with its own key, or with a new one.
    fn slot_with_key(
        &self,
        owner: OwnerNumber,
        random: &dyn SecureRandom,
    ) -> Result<(u64, Secret<{ layout::SLOT_BYTES }>), KeyError> {
        let place = layout::slot_place(owner).ok_or(KeyError::NumberOutOfRange { owner })?;
        let key = match self.slot(owner, place)? {
            Slot::Live(key) => key,
            Slot::Erased => return Err(KeyError::Erased { owner }),
            Slot::Damaged => return Err(KeyError::Damaged { owner }),
            Slot::Free => {
                let mut key = Key::zeroed();
                random.fill(key.bytes_mut()).map_err(|_| KeyError::NoRandomness { owner })?;
                key
            }
        };
        Ok((place, layout::live_slot(owner, &key)))
    }

    /// The key of `owner`.
    ///
    /// # Errors
    /// [`KeyError`]; an owner number out of range is [`KeyError::NoKey`].
    pub fn key(&self, owner: OwnerNumber) -> Result<Key, KeyError> {
        let place = layout::slot_place(owner).ok_or(KeyError::NoKey { owner })?;
        let _shared = self.read_lock()?; // Until the slot is read: a writer may be halfway.
        match self.slot(owner, place)? {
            Slot::Live(key) => Ok(key),
            Slot::Free => Err(KeyError::NoKey { owner }),
            Slot::Erased => Err(KeyError::Erased { owner }),
            Slot::Damaged => Err(KeyError::Damaged { owner }),
        }
    }

    /// Overwrites the key of `owner`, for ever; gone from the file and synced when this returns.
    ///
    /// Also for an owner who has no key (they can never get one) or whose slot is damaged.
    ///
    /// # Errors
    /// [`KeyError::NumberOutOfRange`], or the keyring failed.
    pub fn erase(&self, owner: OwnerNumber) -> Result<(), KeyError> {
        let place = layout::slot_place(owner).ok_or(KeyError::NumberOutOfRange { owner })?;
        let mut state = self.write_lock()?;
        let slot = layout::erased_slot(owner);
        Ok(self.write_synced(&mut state, [(place, slot.bytes())])?)
    }

    /// Every erasure the journal names up to this entry is overwritten.
    ///
    /// # Errors
    /// [`KeyringError::Stopped`] after a failed write.
    pub fn erasures_applied_through(&self) -> Result<Sequence, KeyringError> {
        Ok(self.read_lock()?.header.applied_through)
    }

    /// Notes that every erasure up to `sequence` is overwritten; the caller says so.
    ///
    /// Always after [`Self::erase`] has returned: noted first, a crash in between would leave a live
    /// key that no later start looks for. Going back (a restored, shorter journal) is allowed and
    /// only costs work: erasures are applied once more.
    ///
    /// # Errors
    /// [`KeyringError`] if the header could not be written.
    pub fn note_applied_through(&self, sequence: Sequence) -> Result<(), KeyringError> {
        let mut state = self.write_lock()?;
        self.note(&mut state, sequence)
    }

    /// Overwrites the key of every owner in `erasures`, syncs, and then notes `through`.
    ///
    /// To be called at every start before the first call is answered, with *all* erasures the
    /// journal names after [`Self::erasures_applied_through`] up to its tip `through`; with all of
    /// the journal's if that position lies beyond the tip. It mends a crash between the erasure entry
    /// and the overwrite, and a restore that put an older keyring back. Idempotent. The iterator must
    /// not end early because a read failed: read the journal first.
    ///
    /// # Errors
    /// [`KeyringError::ErasureOfNobody`] before anything is written, or the keyring failed.
    pub fn apply_erasures(
        &self,
        erasures: impl Iterator<Item = (Sequence, OwnerNumber)>,
        through: Sequence,
    ) -> Result<(), KeyringError> {
        let slots = erasures
            .map(|(sequence, owner)| match layout::slot_place(owner) {
                Some(place) => Ok((place, *layout::erased_slot(owner).bytes())),
                None => Err(KeyringError::ErasureOfNobody { sequence, owner }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut state = self.write_lock()?;
        self.write_synced(&mut state, slots)?;
        self.note(&mut state, through)
    }

    fn note(&self, state: &mut State, applied_through: Sequence) -> Result<(), KeyringError> {
        let counter = state.header.counter.saturating_add(1); // 2^64 writes are never reached.
        let header = Header { counter, applied_through };
        self.write_synced(state, [(header.place(), header.encode())])?;
        state.header = header;
        Ok(())
    }

    /// Writes and syncs. The exclusive lock is held until the sync is over.
    fn write_synced<B: AsRef<[u8]>>(
        &self,
        state: &mut State,
        writes: impl IntoIterator<Item = (u64, B)>,
    ) -> Result<(), KeyringError> {
        state.stopped = true; // Until the sync says otherwise; a panic on the way counts as failed.
        for (place, bytes) in writes {
            self.file.write_all_at(bytes.as_ref(), place).map_err(failed("write"))?;
        }
        self.file.sync_data().map_err(failed("sync"))?; // Includes a file length that grew.
        state.stopped = false;
        Ok(())
    }

    fn slot(&self, owner: OwnerNumber, place: u64) -> Result<Slot, KeyringError> {
        let mut bytes = Secret::<{ layout::SLOT_BYTES }>::zeroed();
        read_at_most(&self.file, bytes.bytes_mut(), place).map_err(failed("read a key"))?;
        Ok(layout::read_slot(owner, &bytes))
    }

    fn read_lock(&self) -> Result<RwLockReadGuard<'_, State>, KeyringError> {
        let state = self.state.read().map_err(|_| KeyringError::Stopped)?;
        if state.stopped { Err(KeyringError::Stopped) } else { Ok(state) }
    }

    fn write_lock(&self) -> Result<RwLockWriteGuard<'_, State>, KeyringError> {
        let state = self.state.write().map_err(|_| KeyringError::Stopped)?;
        if state.stopped { Err(KeyringError::Stopped) } else { Ok(state) }
    }
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> KeyringError {
    move |source| KeyringError::Io { action, source }
}

/// Makes an empty keyring under another name and renames it, so that a crash leaves all or nothing.
/// A file at `path` is therefore never a half-made one, and an empty one there is damage.
fn create(path: &Path) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.set_len(layout::SLOTS_AT)?;
    for counter in [0, 1] {
        let header = Header { counter, applied_through: Sequence::ZERO };
        file.write_all_at(&header.encode(), header.place())?;
    }
    file.sync_all()?;
    std::fs::rename(&unfinished, path)
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// Fills `bytes` from `place`; what lies past the end of the file stays zero.
fn read_at_most(file: &File, bytes: &mut [u8], mut place: u64) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match file.read_at(rest, place) {
            Ok(0) => break,
            Ok(count) => {
                rest = rest.split_at_mut(count).1;
                place = place.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

//! One installation: a data directory, its ledger and its keyring, opened together.
//!
//! Owns the order in which they are opened and the two acts that touch books and keys together:
//! registering owners (keys first, so that nothing is ever sealed under a key that could be lost) and
//! erasing one (the entry first, so that a crash in between is mended at the next start).
//!
//! And the ids of requests that follow from others, such as the registering of whoever a request is about.
//! Nothing else belongs here: rules are the ledger's, text is `seal`'s.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::rand::SystemRandom;

use crate::domain::{
    Action, Command, Note, Opened, OwnerNumber, Refusal, RequestId, RequestKey, Sequence, Topic,
};
use crate::journal::{self, DataDirectory, DirectoryError, JournalError, SledJournal, VolumesOptions};
use crate::ledger::recovery::{self, RecoveryError};
use crate::ledger::{
    AcceptClock, Bounds, Checkpoints, Clock, Ledger, NoReceipt, OnBatch, OnFailure, OpenError, Options,
    Receipt, Seed, SystemClock, exit_process,
};
use crate::seal::{self, KeyError, Keyring, KeyringError};

const _: () = assert!(
    seal::SEALED_BYTES_MAX <= crate::domain::command::SEALED_TEXT_BYTES_MAX,
    "what is sealed fits an entry"
);
const _: () = assert!(
    seal::OWNER_NUMBER_MAX == crate::domain::numbers::OWNERS_MAX,
    "every owner number has a slot for its key"
);

/// How an installation is opened.
pub struct NetworkOptions {
    /// How many of everything.
    pub bounds: Bounds,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Whether a clock far ahead is believed at start.
    pub accept_clock: AcceptClock,
    /// How the journal keeps its volumes.
    pub volumes: VolumesOptions,
    /// Who hears of every batch.
    pub on_batch: OnBatch,
    /// What to do when the ledger stops.
    pub on_failure: OnFailure,
}

impl Default for NetworkOptions {
    /// For production: the machine's clock, the default bounds, a process that exits on failure.
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            clock: Arc::new(SystemClock),
            accept_clock: AcceptClock::IfNear,
            volumes: VolumesOptions::default(),
            on_batch: Box::new(|_| {}),
            on_failure: Box::new(exit_process),
        }
    }
}

/// Why an installation could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The ledger cannot be opened.
    #[error(transparent)]
    Ledger(#[from] OpenError),
    /// The keyring cannot be opened.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// There are books, but no keyring.
    #[error(
        "the books are there, but the keyring is not: put its backup back at {0}. Without it every name and memo is gone"
    )]
    KeyringMissing(String),
    /// Erasures that the books name could not be applied.
    #[error(transparent)]
    Erasure(#[from] ErasureError),
    /// The machine could not look at the directory.
    #[error("{path}: {source}")]
    Io {
        /// Which file or directory.
        path: String,
        /// What the machine said.
        source: std::io::Error,
    },
}

/// Why owners were not registered or a person not erased.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The books did not take it.
    #[error(transparent)]
    NoReceipt(#[from] NoReceipt),
    /// The keyring did not.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It is in the books and not yet overwritten; the next erasure or start will do it.
    #[error(transparent)]
    Erasure(#[from] ErasureError),
}

/// Why erasures that the books name could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// They could not be read.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// Keys could not be overwritten.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
}

/// Whether every erasure that the books name has been overwritten in the keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Erasures {
    /// Not known: the books are being opened, or an erasure was asked for and its end was not heard.
    Unsettled,
    /// It has.
    Settled,
}

/// An open installation.
pub struct Network {
    /// Its books.
    pub ledger: Ledger,
    /// Its keys.
    pub keyring: Arc<Keyring>,
    /// Held while owners are registered or erased, which are rare.
    erasures: Arc<Mutex<Erasures>>,
    /// Last, so that the lock outlives everything that writes.
    directory: DataDirectory,
}

impl Network {
    /// Opens the installation in `path`, or makes one there if it is empty.
    ///
    /// Erasures that the books name and the keyring has not seen (a crash, an older keyring put
    /// back) are applied before it returns.
    ///
    /// # Errors
    /// [`NetworkError`], saying what to do.
    pub fn open(path: &Path, options: NetworkOptions) -> Result<Self, NetworkError> {
        Self::open_in(DataDirectory::open(path)?, options)
    }

    /// The same in a directory this process owns already.
    ///
    /// # Errors
    /// [`NetworkError`], saying what to do.
    pub fn open_in(directory: DataDirectory, options: NetworkOptions) -> Result<Self, NetworkError> {
        let keyring = Arc::new(open_keyring(&directory)?);
        let journal = SledJournal::open(&directory.journal(), options.volumes)?;
        let root = directory.path().to_owned();
        let keys_of_texts = Arc::clone(&keyring);
        let erasures = Arc::new(Mutex::new(Erasures::Unsettled));
        let noting = (Arc::clone(&keyring), Arc::clone(&erasures));
        let ledger = Ledger::open(
            Box::new(journal),
            Options {
                bounds: options.bounds,
                clock: options.clock,
                accept_clock: options.accept_clock,
                checkpoints: Checkpoints::in_folder(directory.checkpoints()),
                request_ids: Some(directory.derived().join("request-ids")),
                seed: Seed::of_the_machine(),
                free_bytes: Box::new(move || journal::free_bytes(&root)),
                text_is_gone: Arc::new(move |sealed| text_is_gone(&keys_of_texts, sealed)),
                on_batch: options.on_batch,
                on_checkpoint: Box::new(move |position| note_applied(&noting.0, &noting.1, position)),
                on_failure: options.on_failure,
            },
        )?;
        apply_erasures(&ledger, &keyring)?;
        *erasures.lock().unwrap_or_else(PoisonError::into_inner) = Erasures::Settled;
        Ok(Self { ledger, keyring, erasures, directory })
    }

    /// The data directory.
    #[must_use]
    pub const fn directory(&self) -> &DataDirectory {
        &self.directory
    }

    /// Hands out owner numbers that have keys. Keys are made and synced before the entry: a crash in
    /// between leaves keys nobody uses yet.
    ///
    /// # Errors
    /// [`KeysError`]; asking again with the same `key` is safe.
    pub fn register_owners(
        &self,
        key: RequestKey,
        actor: OwnerNumber,
        count: u16,
    ) -> Result<Vec<OwnerNumber>, KeysError> {
        let receipt = self.register(Command::new(key, actor, Action::RegisterOwners(count)), count)?;
        let first = match receipt.entry.outcome.opened {
            Opened::Owners(first) => first.get(),
            Opened::Nothing | Opened::Bank(..) | Opened::Accounts(_) => 0, // Only `Owners` comes of it.
        };
        Ok((first..).take(usize::from(count)).map(OwnerNumber::new).collect())
    }

    /// The same for a command that says more than its count of owners.
    ///
    /// # Errors
    /// [`KeysError`]; asking again with the same id is safe.
    pub fn register(&self, command: Command, count: u16) -> Result<Receipt, KeysError> {
        let _one_at_a_time = self.erasures.lock().unwrap_or_else(PoisonError::into_inner);
        command.check().map_err(NoReceipt::from)?;
        let next = self.ledger.views().owners().saturating_add(1);
        let owners = (next..).take(usize::from(count)).map(OwnerNumber::new);
        self.keyring.ensure(owners, &SystemRandom::new())?;
        Ok(self.ledger.post(command)?)
    }

    /// Destroys an owner's key: every text sealed under it is gone at once, in the journal, in every
    /// copy of it and in every backup but the keyring's own. Hours stay, and the books still verify.
    ///
    /// # Errors
    /// [`KeysError`]; once the entry is written, a failure here is mended at the next start.
    pub fn erase(
        &self,
        key: RequestKey,
        actor: OwnerNumber,
        owner: OwnerNumber,
    ) -> Result<Receipt, KeysError> {
        let mut erasures = self.erasures.lock().unwrap_or_else(PoisonError::into_inner);
        if !(1..=self.ledger.views().owners()).contains(&owner.get()) {
            return Err(NoReceipt::Refused(Box::new(Refusal::OwnerNotFound(owner))).into());
        }
        let note = Note { topic: Topic::ERASURE, subject: u64::from(owner.get()), body: Box::default() };
        *erasures = Erasures::Unsettled;
        let receipt = self.ledger.post(Command::new(key, actor, Action::Note(note)))?;
        // All that was not overwritten yet, not only this one: an answer may have been lost before.
        apply_erasures(&self.ledger, &self.keyring)?;
        *erasures = Erasures::Settled;
        Ok(receipt)
    }
}

/// The id of a request that follows from another: asking again does nothing again. `purpose` keeps apart what
/// follows from the same.
#[must_use]
pub fn derived_id(purpose: &str, from: &[u8]) -> RequestId {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    context.update(purpose.as_bytes());
    context.update(b"\0");
    context.update(from);
    RequestId::derived(context.finish().as_ref().first_chunk().copied().unwrap_or_default()) // 32 hold 16.
}

fn text_is_gone(keyring: &Keyring, sealed: &[u8]) -> bool {
    let owners = seal::owners_of(sealed).unwrap_or_default();
    owners.into_iter().any(|owner| matches!(keyring.key(owner), Err(KeyError::Erased { .. })))
}

/// A new installation gets its keyring before its journal; so a journal without one lost it.
fn open_keyring(directory: &DataDirectory) -> Result<Keyring, NetworkError> {
    let path = directory.keyring();
    let journal = directory.journal();
    let failed = |source| NetworkError::Io { path: journal.display().to_string(), source };
    let is_new = std::fs::read_dir(&journal).map_err(failed)?.next().is_none();
    if is_new {
        Ok(Keyring::open(&path)?)
    } else if path.exists() {
        Ok(Keyring::open_existing(&path)?)
    } else {
        Err(NetworkError::KeyringMissing(path.display().to_string()))
    }
}

/// Notes in the keyring that there is no erasure to apply up to `position`, so that the next start need
/// not look there. Says nothing while that is not known; the next start takes longer then.
fn note_applied(keyring: &Keyring, erasures: &Mutex<Erasures>, position: Sequence) {
    // Held to the end: an erasure that is asked for now comes after `position`.
    let erasures = erasures.lock().unwrap_or_else(PoisonError::into_inner);
    if *erasures == Erasures::Settled
        && let Err(error) = keyring.note_applied_through(position)
    {
        tracing::warn!(%error, "the keyring was not told how far erasures are applied");
    }
}

/// The restore rule: a keyring applies the erasures the journal names before anything is answered.
/// A note that names nobody who was registered by then erases nobody.
fn apply_erasures(ledger: &Ledger, keyring: &Keyring) -> Result<(), ErasureError> {
    let tip = ledger.position();
    let applied = keyring.erasures_applied_through()?;
    if applied == tip {
        return Ok(());
    }
    // A keyring that is ahead belongs to longer books; nothing it noted can be relied on.
    let from = if applied > tip { Sequence::ZERO } else { applied };
    let mut owners = ledger.state_at(from)?.owners;
    let mut erasures = Vec::new();
    recovery::each_record(&**ledger.books().journal(), from.next(), tip, |record| {
        let Some(entry) = recovery::decode_unless_plain(&record)? else { return Ok(()) };
        let action = entry.command.action;
        if let Action::RegisterOwners(count) = action {
            owners = owners.saturating_add(u32::from(count));
        } else if let Action::Note(note) = action
            && note.topic == Topic::ERASURE
            && let Ok(owner) = u32::try_from(note.subject)
            && (1..=owners).contains(&owner)
        {
            erasures.push((record.sequence, OwnerNumber::new(owner)));
        }
        Ok(())
    })?;
    Ok(keyring.apply_erasures(erasures.into_iter(), tip)?)
}

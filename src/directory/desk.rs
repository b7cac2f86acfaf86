//! Where what the directory knows is kept in memory, and changed, one change at a time.
//!
//! - Folded from the books at the start, and read on after each change: nothing is known here that is not in them. A
//!   start begins with an excerpt of them (`derived/directory`), so that it does not look through all exchanges there
//!   ever were for the people.
//! - Whoever judges an entry by a policy, a pause or a closed month keeps the state locked for reading until the
//!   entry is submitted; whoever changes one keeps it locked for writing until the change is on disk and known. So
//!   an entry is judged by what was in force when it was recorded, and replay finds the same.
//!
//! Progress: readers wait while a change is written to disk, a few milliseconds; changes are rare. Where the newest
//! profile of somebody is has a lock of its own, held for a look: names are said in the middle of a change too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::banks::Banks;
use super::cards::{BadCard, Cards};
use super::groups::{BadGroup, Groups};
use super::hooks::{BadHook, Hooks};
use super::locks::{BadLock, Locks};
use super::partners::{BadOffer, Partners, Settlements};
use super::people::{BadFact, NameIndex, People};
use super::policy::{BadPolicy, Policies};
use crate::domain::{Action, BankNumber, Entry, Form, Note, OwnerNumber, Sequence, Topic};
use crate::journal::JournalReader;
use crate::ledger::Ledger;
use crate::ledger::excerpt::{Choice, Excerpt};
use crate::ledger::recovery::RecoveryError;
use crate::seal::Keyring;

/// What is read of the books: accounts and banks, and what is said of them and of people.
const CHOICE: Choice = Choice {
    name: "directory",
    forms: &[Form::Account],
    topics: &[
        Topic::ERASURE,
        Topic::POLICY,
        Topic::PERIOD_LOCK,
        Topic::PERSON,
        Topic::STANDING,
        Topic::REPRESENTATIVE,
        Topic::PAUSE,
        Topic::VENUE,
        Topic::POT,
        Topic::OFFER,
        Topic::BUDGET,
        Topic::CARD,
        Topic::STAFF,
        Topic::SETTLEMENT,
        Topic::HOOK,
        Topic::STANDING_GROUP,
    ],
};
/// The excerpt says anew how far it goes after so many entries without anything for it.
const REMEMBERED_EVERY: u64 = 100_000;

/// Why what the books say of people and places cannot be known.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The journal cannot be read.
    #[error(transparent)]
    Unreadable(#[from] RecoveryError),
    /// A policy in it is not what was written.
    #[error(transparent)]
    Policy(#[from] BadPolicy),
    /// A closed month in it is not what was written.
    #[error(transparent)]
    Lock(#[from] BadLock),
    /// What it says of a person is not what was written.
    #[error(transparent)]
    Person(#[from] BadFact),
    /// What it says of a partner's offers is not what was written.
    #[error(transparent)]
    Offer(#[from] BadOffer),
    /// What it says of a card is not what was written.
    #[error(transparent)]
    Card(#[from] BadCard),
    /// What it says of a partner's hooks is not what was written.
    #[error(transparent)]
    Hook(#[from] BadHook),
    /// What it says of a standing group is not what was written.
    #[error(transparent)]
    Group(#[from] BadGroup),
}

/// What the directory knows through one entry.
#[derive(Default)]
pub struct Known {
    position: Sequence,
    /// Whose names may be others than those they are found by.
    renamed: BTreeSet<OwnerNumber>,
    /// Whose cards may be others than those that are found.
    recarded: BTreeSet<OwnerNumber>,
    /// Banks as they were opened.
    pub banks: Banks,
    /// What banks have settled, and since when.
    pub policies: Policies,
    /// Closed months.
    pub locks: Locks,
    /// Who is in a bank.
    pub people: People,
    /// What partners give for hours.
    pub partners: Partners,
    /// How the hours they took were settled.
    pub settlements: Settlements,
    /// Cards that stand for somebody's hours.
    pub cards: Cards,
    /// Where partners' software is told of events.
    pub hooks: Hooks,
    /// Sessions that come again.
    pub groups: Groups,
    /// By what they are found.
    pub names: NameIndex,
    /// Profiles that were said in the entries read last.
    profiles: Vec<(OwnerNumber, Sequence)>,
}

impl Known {
    /// Takes in an entry; with an error nothing is changed.
    fn apply(&mut self, entry: &Entry) -> Result<(), DirectoryError> {
        self.banks.apply(entry);
        self.people.apply_entry(entry)?;
        self.settlements.apply(entry)?;
        self.renamed.extend(concerned(entry));
        self.profiles.extend(profile_of(entry).map(|owner| (owner, entry.sequence)));
        if let Action::Note(note) = &entry.command.action {
            self.apply_note(entry, note)?;
        }
        Ok(())
    }

    fn apply_note(&mut self, entry: &Entry, note: &Note) -> Result<(), DirectoryError> {
        let (sequence, at) = (entry.sequence, entry.recorded_at);
        // A number no bank has is one that no bank asks about.
        let bank = || u32::try_from(note.subject).map_or(BankNumber::default(), BankNumber::new);
        match note.topic {
            Topic::POLICY => self.policies.apply(sequence, at, bank(), &note.body)?,
            Topic::PERIOD_LOCK => self.locks.apply(sequence, at, bank(), &note.body)?,
            Topic::HOOK => self.hooks.apply(sequence, note)?,
            Topic::STANDING_GROUP => self.groups.apply(entry, note)?,
            Topic::OFFER | Topic::BUDGET | Topic::STAFF => self.partners.apply(sequence, note)?,
            Topic::CARD | Topic::ERASURE => {
                self.cards.apply(entry, note)?;
                let owner = u32::try_from(note.subject).map(OwnerNumber::new);
                self.recarded.extend(owner);
                if let (Topic::ERASURE, Ok(owner)) = (note.topic, owner) {
                    self.hooks.forget(sequence, owner);
                    let person = self.people.person(owner).into_iter();
                    let accounts = person.flat_map(|person| &person.accounts).map(|own| own.number);
                    self.groups.forget(&accounts.collect::<Vec<_>>());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Finds whoever was named since by their new names.
    fn index_renamed(&mut self, keyring: &Keyring) {
        for owner in std::mem::take(&mut self.renamed) {
            let person = self.people.person(owner).filter(|person| person.erased_at.is_none());
            // Whose profile cannot be read is there, and is not found by name.
            let taken_in = person.map(|person| self.names.take_in(person, keyring));
            if !matches!(taken_in, Some(Ok(()))) {
                self.names.forget(owner);
            }
        }
    }

    /// Finds whoever got another card since by its number.
    fn index_recarded(&mut self, keyring: &Keyring) {
        for owner in std::mem::take(&mut self.recarded) {
            self.cards.index(owner, keyring);
        }
    }
}

/// Whose names an entry may change.
fn concerned(entry: &Entry) -> Vec<OwnerNumber> {
    if let Action::Note(note) = &entry.command.action {
        let owner = u32::try_from(note.subject).ok();
        let owner = owner.filter(|_| matches!(note.topic, Topic::PERSON | Topic::ERASURE));
        return owner.map(OwnerNumber::new).into_iter().collect();
    }
    if let Action::OpenAccounts(accounts) = &entry.command.action {
        return accounts.iter().map(|account| account.owner).collect();
    }
    Vec::new()
}

/// Whose profile an entry says, if it says one.
fn profile_of(entry: &Entry) -> Option<OwnerNumber> {
    if let Action::Note(note) = &entry.command.action {
        let owner = u32::try_from(note.subject).ok().filter(|_| note.topic == Topic::PERSON);
        return owner.map(OwnerNumber::new);
    }
    entry.command.attachment.as_ref().filter(|beside| beside.topic == Topic::PERSON)?;
    if let Action::OpenAccounts(accounts) = &entry.command.action {
        accounts.first().map(|account| account.owner)
    } else {
        None
    }
}

/// In which entry the newest profile of each stands.
#[derive(Default)]
pub struct ProfileEntries(RwLock<BTreeMap<OwnerNumber, Sequence>>);

impl ProfileEntries {
    /// That of `owner`.
    #[must_use]
    pub fn of(&self, owner: OwnerNumber) -> Option<Sequence> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&owner).copied()
    }

    fn take_in(&self, newer: Vec<(OwnerNumber, Sequence)>) {
        if !newer.is_empty() {
            self.0.write().unwrap_or_else(PoisonError::into_inner).extend(newer);
        }
    }
}

/// What the directory knows, and the way of a change.
pub struct Directory {
    reader: Arc<dyn JournalReader>,
    keyring: Arc<Keyring>,
    known: RwLock<Known>,
    /// Locked after `known`, or alone.
    excerpt: Mutex<Excerpt>,
    /// Never locked for longer than a look, and nothing else is locked meanwhile.
    profiles: ProfileEntries,
}

impl Directory {
    /// What the books that `reader` reads say through entry `position`, as far as can be from the excerpt in `file`.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn open(
        reader: Arc<dyn JournalReader>,
        keyring: Arc<Keyring>,
        file: PathBuf,
        position: Sequence,
    ) -> Result<Self, DirectoryError> {
        let (excerpt, known) = Excerpt::open(CHOICE, file, &*reader, Known::apply);
        let (known, excerpt) = (RwLock::new(known), Mutex::new(excerpt));
        let directory = Self { reader, keyring, known, excerpt, profiles: ProfileEntries::default() };
        directory.read_on(&mut directory.write(), position)?;
        Ok(directory)
    }

    /// What is known, and stays so as long as this is kept. Not across a wait.
    pub fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, with everything in it that was in the books when this was asked: banks are opened and accounts
    /// closed by others than the directory. Not by whoever has `known` at hand. Blocking.
    ///
    /// # Errors
    /// [`DirectoryError`] where the books cannot be read.
    pub fn known_now(&self, ledger: &Ledger) -> Result<RwLockReadGuard<'_, Known>, DirectoryError> {
        let position = ledger.position();
        let known = self.known();
        if known.position >= position {
            return Ok(known);
        }
        drop(known);
        let mut behind = self.write();
        self.read_on(&mut behind, position)?;
        Ok(RwLockWriteGuard::downgrade(behind))
    }

    /// Where profiles are.
    #[must_use]
    pub const fn profiles(&self) -> &ProfileEntries {
        &self.profiles
    }

    /// Changes something: `change` sees everything that is in the books, judges, and writes until it is on disk.
    /// Blocking.
    ///
    /// # Errors
    /// What `change` says, or [`DirectoryError`] where the books cannot be read.
    pub fn change<T, E: From<DirectoryError>>(
        &self,
        ledger: &Ledger,
        change: impl FnOnce(&Known) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut known = self.write();
        self.read_on(&mut known, ledger.position())?;
        let changed = change(&known)?;
        self.read_on(&mut known, ledger.position())?;
        Ok(changed)
    }

    /// Writes what is new into the excerpt, or how far it goes if that is much further now. Blocking, changes wait
    /// meanwhile; the oftener, the less the start after a kill has to read. That it could not be done costs nothing.
    pub fn remember(&self, ledger: &Ledger) {
        let behind = ledger.position().get().saturating_sub(self.excerpt().seen().get());
        if behind >= REMEMBERED_EVERY {
            // Nobody has asked for long. Who asks next hears what is wrong.
            let _told_to_who_asks = self.known_now(ledger).map(drop);
        }
        self.excerpt().add(&*self.reader, REMEMBERED_EVERY);
    }

    fn excerpt(&self) -> MutexGuard<'_, Excerpt> {
        self.excerpt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads on in the journal through entry `position`. After an error it stands before the entry that is bad.
    fn read_on(&self, known: &mut Known, position: Sequence) -> Result<(), DirectoryError> {
        let mut excerpt = self.excerpt();
        let read = excerpt.read_on(&*self.reader, position, |entry| known.apply(entry));
        known.position = excerpt.seen();
        drop(excerpt);
        known.index_renamed(&self.keyring);
        known.index_recarded(&self.keyring);
        self.profiles.take_in(std::mem::take(&mut known.profiles));
        read
    }
}

impl Drop for Directory {
    /// The next start is quick.
    fn drop(&mut self) {
        let tip = self.reader.tip().position;
        let _told_at_the_next_start = self.read_on(&mut self.write(), tip);
        self.excerpt().add(&*self.reader, 1);
    }
}

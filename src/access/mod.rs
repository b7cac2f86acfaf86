//! Who may call: credentials and their keys, and who shows one.
//!
//! Owns the topic `CREDENTIAL`, the kept secrets, and when keys were used last. Knows no wire and no rule
//! about hours: what a role may do with the books is a table, asked at the gate in front of every call.
//!
//! - A key is shown once. What is kept is a keyed hash (HMAC-SHA256), whose key comes from the keyring: who
//!   has the journal, or a copy of it, cannot even test a guess.
//! - Role, reach and holder of a credential never change; its secrets do. At most two work at a time, while a
//!   rotation is not over.
//! - I10: nobody makes a key that reaches further than their own.
//! - Once a network has begun there is no local operator any more, whatever happens to its keys. The way back
//!   in is the machine itself: `hourbook init --new-admin-key`, the server stopped.
//! - A request id of a credential is filed under its number, which survives rotation.
//!
//! Limits: 100,000 credentials, revoked ones too; five years each; 64 banks or partners a reach; 100,000 people
//! who come with tokens.
//!
//! Does not protect against: who has journal *and* keyring, or can write in the data directory; who makes a
//! key and uses it in its holder's name (the books keep who made it).
//!
//! | to find | look in |
//! |---|---|
//! | what a role is and how far it reaches | `role.rs`; bounds of a credential: `grant.rs` |
//! | who may make which call, and what they see by it | `calls.rs`, `allowed.rs` |
//! | who may make and end which keys, and say whose a token is | `rules.rs` |
//! | who a caller is, and how a stream hears of its end | `caller.rs`; how fast they may ask: `pace.rs` |
//! | a key looked up and compared | `table.rs`; its text: `domain::key_text` |
//! | making, rotating, revoking; the beginning of a network | `desk.rs` |
//! | whether a token of the network's own identity provider is good | `tokens` |
//! | who comes with one, in the books; who somebody says they are | `logins.rs` |
//! | bytes of notes, and what they fold into | `note.rs`, `register.rs`; how a start finds them: `ledger::excerpt` |
//!
//! Progress: [`Access::check`] reads one pointer behind a lock that a writer holds for one store; a keyed hash
//! is most of its cost. Writers wait for each other and for the disk; nobody else waits for them.

pub mod allowed;
pub mod caller;
pub mod calls;
mod desk;
pub mod gone;
mod grant;
mod last_used;
mod logins;
pub mod note;
pub mod pace;
pub mod refusal;
pub mod register;
pub mod role;
pub mod rules;
pub mod table;
pub mod tokens;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use allowed::{Allowed, Words};
pub use caller::{Caller, Capacity, CredentialNumber, End, Ends, Identity, Lifetime, LoginNumber};
pub use calls::{Entrance, Extent, RULES, Rule};
pub use desk::{Made, NewKey, NotMade};
pub use grant::Grant;
pub use logins::{Linking, LoginError};
pub use refusal::Refusal;
pub use register::{BadFold, Begun, Credential};
pub use role::{Reach, Role};
pub use rules::Whom;
pub use table::{KeyError, Row};

use crate::domain::{Action, BankNumber, Entry, KeyText, OwnerNumber, RequestKey, Timestamp, Topic};
use crate::journal::JournalReader;
use crate::ledger::excerpt::{Choice, Excerpt};
use crate::ledger::recovery::RecoveryError;
use crate::ledger::{Clock, Mode};
use crate::network::Network;
use desk::Desk;
use last_used::LastUsed;
use logins::LoginPaces;
use pace::Pacer;
use register::{Register, Written};
use table::{Macs, Table};

/// Under `derived/`.
const EXCERPT_FILE: &str = "credentials";
/// What is read of the books.
const CHOICE: Choice = Choice { name: "credentials", forms: &[], topics: &[Topic::CREDENTIAL] };
/// Under `local/`.
const LAST_USED_FILE: &str = "last-used";
/// The excerpt says anew how far it goes after so many entries without a note of ours.
const REMEMBERED_EVERY: u64 = 100_000;

/// Who may call without saying who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessMode {
    /// The network has no keys yet: whoever is on this machine acts as the local operator.
    LocalOnly,
    /// Nobody.
    Keys,
}

/// Why the credentials cannot be known.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The journal cannot be read.
    #[error(transparent)]
    Unreadable(#[from] RecoveryError),
    /// What it says about keys is not what was written.
    #[error(
        "{0}. No key is let in as long as it is not known which were revoked; put a copy of the books back"
    )]
    Bad(#[from] BadFold),
    /// The keyring cannot be used.
    #[error(transparent)]
    Keyring(#[from] crate::seal::KeyError),
}

/// A credential that is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The id of the request, in its caller's scope.
    pub key: RequestKey,
    /// What it allows.
    pub grant: Grant,
    /// Who its holder is in the books; registered for it if absent.
    pub holder: Option<OwnerNumber>,
    /// Whether it is written down.
    pub mode: Mode,
}

/// The credentials of one network. Drop it before the network: until then it keeps the journal open.
pub struct Access {
    reader: Arc<dyn JournalReader>,
    clock: Arc<dyn Clock>,
    login_paces: LoginPaces,
    /// One writes at a time.
    desk: Mutex<Desk>,
    table: RwLock<Arc<Table>>,
}

impl Access {
    /// The credentials of `network`, read from its journal, each with a pace of so many calls a second.
    ///
    /// # Errors
    /// [`AccessError`] if it cannot be known which keys there are. That keys cannot be checked is none: see
    /// [`Self::keyring_is_lost`].
    pub fn open(
        network: &Network,
        clock: Arc<dyn Clock>,
        calls_per_second: NonZeroU32,
    ) -> Result<Self, AccessError> {
        let pacer = Pacer::new(Arc::clone(&clock), calls_per_second);
        let reader = Arc::clone(network.ledger.books().journal());
        let file = network.directory().derived().join(EXCERPT_FILE);
        let (mut excerpt, mut register) = Excerpt::open(CHOICE, file, &*reader, apply);
        let position = network.ledger.position();
        excerpt
            .read_on(&*reader, position, |entry| apply(&mut register, entry).map_err(AccessError::from))?;
        let macs = Macs::of(&register, &network.keyring)?;
        let last_used = LastUsed::open(network.directory().local().join(LAST_USED_FILE));
        let table = Table::new(&register, &macs, &pacer, |number| last_used.minutes(number));
        let desk = Desk::new(register, macs, excerpt, last_used, pacer.clone());
        Ok(Self {
            reader,
            clock,
            login_paces: LoginPaces::new(pacer),
            desk: Mutex::new(desk),
            table: RwLock::new(Arc::new(table)),
        })
    }

    /// Whether somebody may call without a key.
    #[must_use]
    pub fn mode(&self) -> AccessMode {
        if self.table().begun.is_some() { AccessMode::Keys } else { AccessMode::LocalOnly }
    }

    /// Since when the network has keys, and what it is called; none if it never began.
    #[must_use]
    pub fn begun(&self) -> Option<Begun> {
        self.table().begun.clone()
    }

    /// Whether the network's own key is not in the keyring, so that no key can be made, and none that was
    /// made since it was the network's own can be checked.
    #[must_use]
    pub fn keyring_is_lost(&self) -> bool {
        self.table().is_lost()
    }

    /// The time by the clock of this process.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    /// The clock of this process.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Who shows this key at `now`. About a microsecond; waits for nobody.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn check(&self, key: &str, now: Timestamp) -> Result<Arc<Caller>, KeyError> {
        let key = KeyText::parse(key).map_err(|_| KeyError::Malformed)?;
        self.table().check(&key, now)
    }

    /// The credential `number`.
    #[must_use]
    pub fn credential(&self, number: CredentialNumber) -> Option<Arc<Row>> {
        self.table().row(number).cloned()
    }

    /// Credentials after `after` that `caller` may see, in the order of their numbers: at most `most`.
    /// Those that have ended at `ended_at` are left out, if it is given.
    #[must_use]
    pub fn list(
        &self,
        network: &Network,
        caller: &Caller,
        after: u32,
        most: usize,
        ended_at: Option<Timestamp>,
    ) -> Vec<Arc<Row>> {
        let banks_of = desk::banks_of(network);
        let table = self.table();
        let rows = table.rows.iter().skip(usize::try_from(after).unwrap_or(usize::MAX));
        let is_there = |row: &&Arc<Row>| ended_at.is_none_or(|now| row.credential.ended(now).is_none());
        rows.filter(is_there)
            .filter(|row| rules::may_manage(caller, &row.credential, &banks_of))
            .take(most)
            .cloned()
            .collect()
    }

    /// Credentials whose holder has this number, in the order of their numbers: at most `most`.
    #[must_use]
    pub fn held_by(&self, holder: OwnerNumber, most: usize) -> Vec<Arc<Row>> {
        let table = self.table();
        let held = table.rows.iter().filter(|row| row.credential.holder == holder);
        held.take(most).cloned().collect()
    }

    /// Who works in this bank alone: the holders of brokers' and leads' keys that work at `now`.
    #[must_use]
    pub fn office_of(&self, bank: BankNumber, now: Timestamp) -> Vec<OwnerNumber> {
        let table = self.table();
        let works_there = |row: &&Arc<Row>| {
            let grant = &row.credential.grant;
            let is_of_bank = matches!(&grant.reach, Reach::Banks(banks) if banks.contains(&bank));
            let agrees = matches!(grant.role, Role::Broker | Role::Lead);
            agrees && is_of_bank && row.credential.ended(now).is_none()
        };
        table.rows.iter().filter(works_there).map(|row| row.credential.holder).collect()
    }

    /// Who comes with tokens as somebody who was known before. In which role, only a token says.
    #[must_use]
    pub fn linked(&self) -> Vec<OwnerNumber> {
        let table = self.table();
        let linked = table.logins.values().filter(|login| login.bond == register::Bond::Linked);
        linked.map(|login| login.holder).collect()
    }

    /// Writes new notes of ours into the excerpt, or how far it goes if that is much further now.
    /// Blocking; the oftener, the less the start after a kill has to read.
    pub fn remember_notes(&self) {
        self.desk().remember_notes(&*self.reader, REMEMBERED_EVERY);
    }

    /// Writes down when keys were used last, if there is something new. Blocking; once a minute is enough, as
    /// minutes are what it says.
    pub fn remember_use(&self) {
        self.desk().remember_use(&self.table());
    }

    fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everybody sees what the desk wrote.
    fn publish(&self, desk: &Desk) {
        let next = Arc::new(desk.table_after(&self.table()));
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

impl Drop for Access {
    /// The next start is quick.
    fn drop(&mut self) {
        let mut desk = self.desk();
        desk.remember_use(&self.table());
        desk.remember_notes(&*self.reader, 1);
    }
}

fn apply(register: &mut Register, entry: &Entry) -> Result<(), BadFold> {
    if let Action::Note(note) = &entry.command.action
        && note.topic == Topic::CREDENTIAL
    {
        register.apply(&Written::of(entry, note))?;
    }
    Ok(())
}

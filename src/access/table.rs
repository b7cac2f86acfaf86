//! The credentials as every call looks at them: one look-up, one keyed hash, one comparison in constant time.
//!
//! Immutable but for what is told to callers (when they end) and when a key was used last; a change makes
//! another table that shares what stayed.
//!
//! - A number nobody has costs the same work as a wrong secret, and hears the same answer.
//! - Only whoever has the right secret hears that it was revoked, replaced or is past its day.
//!
//! Progress of [`Table::check`]: no lock of ours; a short one inside the channel that tells of ends.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::{constant_time, hmac};
use tokio::sync::watch;

use super::caller::{Caller, Capacity, CredentialNumber, End, Ends, Identity, Lifetime};
use super::note::{HASH_BYTES, KeptSecret};
use super::pace::{Pace, Pacer};
use super::register::{Begun, Credential, Login, Register};
use super::role::Role;
use crate::domain::key_text::SECRET_BYTES;
use crate::domain::time::MICROS_PER_SECOND;
use crate::domain::{Humans, KeyText, OwnerNumber, Scope, Secret, SeenKeys, Timestamp};
use crate::seal::{self, KeyError as NoKey, Keyring};

/// What the keys for keyed hashes are derived for.
const PURPOSE: &str = "credentials 1";
/// Stands before what the hash of a person covers.
const PERSON: &[u8] = b"person";
const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;

/// Why a key is not let in. Never says what the key was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is no key, or not a whole one.
    #[error("this is no key, or not a whole one: copy it again, from hbk_ to its end")]
    Malformed,
    /// Nobody has this key.
    #[error("this key is not known here: ask whoever gave it to you for another")]
    Unknown,
    /// It was, and is over.
    #[error("{}", match .0 {
        End::Revoked => "this key was revoked: ask whoever gave it to you for another",
        End::Replaced => "this key was replaced by another, and its time beside that one is over: use the newer one",
        End::Expired => "this key is past its time: ask whoever gave it to you for another",
    })]
    Ended(End),
    /// The network's own key is not in the keyring, so no key can be checked.
    #[error(
        "no key can be checked: the network's own key is not in its keyring. Please tell whoever looks after \
         the network"
    )]
    KeyringLost,
}

impl KeyError {
    /// A word for counting.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Ended(_) => "ended",
            Self::KeyringLost => "keyring_lost",
        }
    }
}

/// The keys that secrets are hashed with, as far as the keyring has them.
#[derive(Clone, Debug, Default)]
pub struct Macs(BTreeMap<OwnerNumber, Option<Arc<hmac::Key>>>);

impl Macs {
    /// Those that `register` needs.
    ///
    /// # Errors
    /// If the keyring as a whole cannot be used; a single key that is missing is no error.
    pub fn of(register: &Register, keyring: &Keyring) -> Result<Self, NoKey> {
        let secrets = register.credentials.iter().flat_map(|credential| {
            std::iter::once(credential.secret.key_owner)
                .chain(credential.older.map(|(secret, _)| secret.key_owner))
        });
        let owners = secrets.chain(register.begun.as_ref().map(|begun| begun.key_owner));
        let mut macs = Self::default();
        for owner in owners {
            macs.add(owner, keyring)?;
        }
        Ok(macs)
    }

    /// Adds the key of `owner`, if the keyring has it.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn add(&mut self, owner: OwnerNumber, keyring: &Keyring) -> Result<(), NoKey> {
        let Entry::Vacant(place) = self.0.entry(owner) else { return Ok(()) };
        place.insert(match seal::mac_key(keyring, owner, PURPOSE) {
            Ok(key) => Some(Arc::new(key)),
            Err(
                NoKey::NoKey { .. }
                | NoKey::Erased { .. }
                | NoKey::Damaged { .. }
                | NoKey::NumberOutOfRange { .. },
            ) => None,
            Err(error @ (NoKey::NoRandomness { .. } | NoKey::Crypto | NoKey::Keyring(_))) => {
                return Err(error);
            }
        });
        Ok(())
    }

    fn get(&self, owner: OwnerNumber) -> Option<&Arc<hmac::Key>> {
        self.0.get(&owner)?.as_ref()
    }

    /// Whether the key of `owner` is there.
    #[must_use]
    pub fn has(&self, owner: OwnerNumber) -> bool {
        self.get(owner).is_some()
    }

    /// Whether secrets kept under this owner's key can be checked.
    #[must_use]
    pub fn works(&self, secret: &KeptSecret) -> bool {
        self.has(secret.key_owner)
    }

    /// A new key of credential `number`, and how it is kept; none if the key of `owner` is not there, or the
    /// system gives no random bytes.
    #[must_use]
    pub fn make(
        &self,
        owner: OwnerNumber,
        number: CredentialNumber,
        random: &dyn SecureRandom,
    ) -> Option<(KeyText, KeptSecret)> {
        let mac = self.get(owner)?;
        let mut secret = Secret::zeroed();
        random.fill(secret.bytes_mut()).ok()?;
        let hash = hash(mac, number.get(), &secret);
        Some((KeyText::new(number.get(), secret), KeptSecret { key_owner: owner, hash }))
    }
}

fn hash(mac: &hmac::Key, number: u32, secret: &Secret<SECRET_BYTES>) -> [u8; HASH_BYTES] {
    // The number too: what is kept for one credential is nothing for another.
    let mut context = hmac::Context::with_key(mac);
    context.update(&number.to_le_bytes());
    context.update(secret.bytes());
    context.sign().as_ref().first_chunk().copied().unwrap_or_default() // HMAC-SHA256 has 32.
}

/// A secret that may be shown, and who shows it.
#[derive(Debug)]
struct Shown {
    kept: KeptSecret,
    mac: Option<Arc<hmac::Key>>,
    caller: Arc<Caller>,
    ends: watch::Sender<Ends>,
}

impl Shown {
    fn new(
        credential: &Credential,
        kept: KeptSecret,
        mac: Option<Arc<hmac::Key>>,
        ends: Ends,
        pace: &Arc<Pace>,
    ) -> Arc<Self> {
        let (ends, _) = watch::channel(ends);
        let grant = &credential.grant;
        let scope = if grant.role == Role::Integration {
            Scope::OPERATOR
        } else {
            Scope::new(credential.number.get())
        };
        let caller = Caller {
            identity: Identity::Credential(credential.number),
            capacity: Capacity::Role(grant.role),
            reach: grant.reach.clone(),
            till: grant.till,
            holder: credential.holder,
            scope,
            lifetime: Lifetime::told_by(&ends),
            pace: Some(Arc::clone(pace)),
        };
        Arc::new(Self { kept, mac, caller: Arc::new(caller), ends })
    }
}

/// One credential as it is looked at.
#[derive(Debug)]
pub struct Row {
    /// What is known of it.
    pub credential: Arc<Credential>,
    newest: Arc<Shown>,
    older: Option<Arc<Shown>>,
    used_minutes: Arc<AtomicU32>,
    pace: Arc<Pace>,
}

impl Row {
    fn of(
        credential: &Arc<Credential>,
        (macs, pacer): (&Macs, &Pacer),
        before: Option<&Self>,
        used_minutes: u32,
    ) -> Self {
        let pace = before.map_or_else(|| pacer.pace(credential.grant.role), |row| Arc::clone(&row.pace));
        let shown_before = |kept: &KeptSecret| {
            before.into_iter().flat_map(|row| std::iter::once(&row.newest).chain(&row.older)).find(|shown| {
                // The same key over the keyring's return: it works again.
                shown.kept == *kept && shown.mac.is_some() == macs.works(kept)
            })
        };
        let shown = |kept: KeptSecret, ends: Ends| match shown_before(&kept) {
            Some(shown) => {
                shown.ends.send_if_modified(|told| std::mem::replace(told, ends) != ends);
                Arc::clone(shown)
            }
            None => Shown::new(credential, kept, macs.get(kept.key_owner).cloned(), ends, &pace),
        };
        let newest = shown(credential.secret, credential.ends());
        let older = credential.older.zip(credential.older_ends());
        let older = older.map(|((kept, _), ends)| shown(kept, ends));
        // Whoever came with a key that is in neither place any more hears of it.
        for gone in before.into_iter().flat_map(|row| std::iter::once(&row.newest).chain(&row.older)) {
            if !Arc::ptr_eq(gone, &newest) && !older.as_ref().is_some_and(|older| Arc::ptr_eq(older, gone)) {
                gone.ends.send_replace(Ends::first(None, Some(Timestamp::from_micros(i64::MIN))));
            }
        }
        let used_minutes =
            before.map_or_else(|| Arc::new(used_minutes.into()), |row| Arc::clone(&row.used_minutes));
        Self { credential: Arc::clone(credential), newest, older, used_minutes, pace }
    }

    /// When a key of it was let in last, in minutes since 1970.
    pub(super) fn used_minutes(&self) -> Option<u32> {
        Some(self.used_minutes.load(Ordering::Relaxed)).filter(|minutes| *minutes != 0)
    }

    /// When a key of it was let in last, to the minute; none for never, or where that is not known.
    #[must_use]
    pub fn used_at(&self) -> Option<Timestamp> {
        let micros = |minutes| i64::from(minutes).saturating_mul(MICROS_PER_MINUTE);
        self.used_minutes().map(|minutes| Timestamp::from_micros(micros(minutes)))
    }

    /// Whether its newest key can be checked at all.
    #[must_use]
    pub fn works(&self) -> bool {
        self.newest.mac.is_some()
    }

    fn used(&self, now: Timestamp) {
        let minutes = u32::try_from(now.micros().div_euclid(MICROS_PER_MINUTE)).unwrap_or(0);
        // A store only where it changes: cores that let in the same key share the line it is in.
        if self.used_minutes.load(Ordering::Relaxed) != minutes {
            self.used_minutes.store(minutes, Ordering::Relaxed);
        }
    }
}

/// All credentials at one position.
#[derive(Debug, Default)]
pub struct Table {
    /// Whether the network has keys, and since when.
    pub begun: Option<Begun>,
    /// In the order of their numbers from 1.
    pub rows: Vec<Arc<Row>>,
    /// Who came with a token, by who they are to their issuer.
    pub logins: Arc<BTreeMap<KeptSecret, Login>>,
    /// Which owners are one human.
    pub humans: Arc<Humans>,
    /// Who has seen whose key.
    pub seen_keys: Arc<SeenKeys>,
    /// The network's own, by its owner: what a number nobody has is hashed with, and people by token.
    mac: Option<(OwnerNumber, Arc<hmac::Key>)>,
}

impl Table {
    /// The table of `register`. `used_minutes` says for a number when it was used last, in minutes since 1970.
    #[must_use]
    pub fn new(
        register: &Register,
        macs: &Macs,
        pacer: &Pacer,
        used_minutes: impl Fn(CredentialNumber) -> Option<u32>,
    ) -> Self {
        let rows = register.credentials.iter().map(|credential| {
            let used = used_minutes(credential.number).unwrap_or_default();
            Arc::new(Row::of(credential, (macs, pacer), None, used))
        });
        Self::of(register, macs, rows.collect())
    }

    /// The table after a change; whoever holds a caller that it ends is told.
    #[must_use]
    pub fn after(&self, register: &Register, macs: &Macs, pacer: &Pacer) -> Self {
        let rows =
            register.credentials.iter().enumerate().map(|(place, credential)| match self.rows.get(place) {
                Some(row) if Arc::ptr_eq(&row.credential, credential) => Arc::clone(row),
                row => Arc::new(Row::of(credential, (macs, pacer), row.map(|row| &**row), 0)),
            });
        Self::of(register, macs, rows.collect())
    }

    fn of(register: &Register, macs: &Macs, rows: Vec<Arc<Row>>) -> Self {
        Self {
            begun: register.begun.clone(),
            rows,
            logins: Arc::clone(&register.logins),
            humans: Arc::clone(&register.humans),
            seen_keys: Arc::clone(&register.seen_keys),
            mac: newest(register, macs),
        }
    }

    /// Who somebody is to their issuer, as it is kept; none if the network's own key is not in the keyring.
    #[must_use]
    pub fn person(&self, issuer_and_subject_hash: &[u8; HASH_BYTES]) -> Option<KeptSecret> {
        let (key_owner, mac) = self.mac.as_ref()?;
        let mut context = hmac::Context::with_key(mac);
        context.update(PERSON); // Longer than a credential's number: no secret hashes to the same.
        context.update(issuer_and_subject_hash);
        let hash = context.sign().as_ref().first_chunk().copied().unwrap_or_default(); // HMAC-SHA256 has 32.
        Some(KeptSecret { key_owner: *key_owner, hash })
    }

    /// Whether the network has keys and its own is not in the keyring.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.begun.is_some() && self.mac.is_none()
    }

    /// The credential `number`.
    #[must_use]
    pub fn row(&self, number: CredentialNumber) -> Option<&Arc<Row>> {
        self.rows.get(usize::try_from(number.get().checked_sub(1)?).ok()?)
    }

    /// Who shows this key at `now`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn check(&self, key: &KeyText, now: Timestamp) -> Result<Arc<Caller>, KeyError> {
        let row = self.row(CredentialNumber::new(key.number()));
        let newest = row.map(|row| &row.newest);
        let older = row.and_then(|row| row.older.as_ref());
        let own = self.mac.as_ref().map(|(_, mac)| mac);
        let mac = newest.map_or(own, |shown| shown.mac.as_ref()).or(own);
        let Some(mac) = mac else { return Err(KeyError::KeyringLost) };
        let hashed = hash(mac, key.number(), key.secret());
        let is_newest = is(newest, &hashed);
        let is_older = match older.and_then(|older| older.mac.as_ref()) {
            // Another key for hashing since: only after the keyring was lost.
            Some(other) if !Arc::ptr_eq(other, mac) => is(older, &hash(other, key.number(), key.secret())),
            Some(_) | None => is(older, &hashed),
        };
        let shown = newest.filter(|_| is_newest).or_else(|| older.filter(|_| is_older));
        let (Some(row), Some(shown)) = (row, shown) else { return Err(KeyError::Unknown) };
        let ends = *shown.ends.borrow();
        match ends.at(now) {
            Some(end) => Err(KeyError::Ended(end)),
            None => {
                row.used(now);
                Ok(Arc::clone(&shown.caller))
            }
        }
    }
}

fn newest(register: &Register, macs: &Macs) -> Option<(OwnerNumber, Arc<hmac::Key>)> {
    let owner = register.begun.as_ref()?.key_owner;
    Some((owner, macs.get(owner).cloned()?))
}

/// Compares in constant time, with something that nobody has where there is nothing.
fn is(shown: Option<&Arc<Shown>>, hashed: &[u8; HASH_BYTES]) -> bool {
    let kept = shown.map_or(&[0; HASH_BYTES], |shown| &shown.kept.hash);
    let is_equal = constant_time::verify_slices_are_equal(kept, hashed).is_ok();
    is_equal & shown.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what is kept for one credential is nothing for another, nor under another network's key.
    /// Method: one secret, hashed under two numbers and two keys.
    #[test]
    fn a_hash_is_of_one_credential_of_one_network() {
        let mac = |byte| hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32]);
        let mut secret = Secret::zeroed();
        secret.bytes_mut().fill(7);
        let first = hash(&mac(1), 1, &secret);
        assert_eq!(first, hash(&mac(1), 1, &secret));
        assert_ne!(first, hash(&mac(1), 2, &secret));
        assert_ne!(first, hash(&mac(2), 1, &secret));
        secret.bytes_mut()[31] = 8;
        assert_ne!(first, hash(&mac(1), 1, &secret));
    }

    /// Goal: where nothing is kept nothing is equal, not even what stands in for it.
    #[test]
    fn nothing_equals_nothing() {
        assert!(!is(None, &[0; HASH_BYTES]));
    }
}

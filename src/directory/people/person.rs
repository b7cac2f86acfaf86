//! One person or group as the books know them, and the words about them that are sealed.

use std::collections::BTreeMap;

use super::pause::Pause;
use super::profile::Profile;
use super::sites::{InUse, Sites};
use super::terms::{HoursTo, Opens, Pays, PersonKind, Representative, RestTo, Standing};
use crate::directory::reading::BadBytes;
use crate::domain::{AccountNumber, BankNumber, Day, OwnerNumber, RequestKey, Timestamp};
use crate::seal::{self, Keyring, OpenError, Place, SealError, SealedText, Text, Words};

/// Sealed bytes, with what opens them besides keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// As the entry has them.
    pub bytes: Box<[u8]>,
    /// The request of that entry.
    pub key: RequestKey,
    /// Where in it they stand.
    pub place: Place,
}

/// Why there is no profile to read.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// It does not open; erased is among the reasons.
    #[error(transparent)]
    Sealed(#[from] OpenError),
    /// It opened, and is no profile.
    #[error("a profile cannot be read: {0}")]
    Bytes(#[from] BadBytes),
}

/// Seals `profile` of `owner` for `place` in the entry of `key`.
///
/// # Errors
/// [`SealError`].
pub fn seal_profile(
    keyring: &Keyring,
    owner: OwnerNumber,
    key: &RequestKey,
    place: Place,
    profile: &Profile,
) -> Result<SealedText, SealError> {
    // Never too long: a profile has at most a quarter of what is sealed together.
    let words = Words::new(profile.encode()).map_err(|_| SealError::Crypto)?;
    seal::seal_words(keyring, &[owner], key, place, words)
}

impl Sealed {
    /// The profile in it.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn profile(&self, keyring: &Keyring) -> Result<Profile, ProfileError> {
        let words = seal::open_words(keyring, &self.key, self.place, &self.bytes)?;
        Ok(Profile::decode(words.bytes())?)
    }

    /// The text in it: of a venue, or the purpose of a pot.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn text(&self, keyring: &Keyring) -> Result<Text, OpenError> {
        seal::open(keyring, &self.key, self.place, &self.bytes)
    }
}

/// An account of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnAccount {
    /// Its number.
    pub number: AccountNumber,
    /// The bank it is in.
    pub bank: BankNumber,
    /// When it was closed, as long as it is.
    pub closed_at: Option<Timestamp>,
}

impl OwnAccount {
    /// Whether it is open.
    #[must_use]
    pub const fn in_use(&self) -> InUse {
        if self.closed_at.is_some() { InUse::NoLonger } else { InUse::Yes }
    }
}

/// One owner of accounts, or somebody who works for a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their number.
    pub owner: OwnerNumber,
    /// What they are.
    pub kind: PersonKind,
    /// Whose people they belong to.
    pub bank: BankNumber,
    /// Their accounts, as opened.
    pub accounts: Vec<OwnAccount>,
    /// What is known of them; none where an account was opened without it, and after erasure.
    pub profile: Option<Sealed>,
    /// Who pays for them, and where their hours go.
    pub standing: Standing,
    /// Their last pause that was not taken back.
    pub pause: Option<Pause>,
    /// When they were forgotten.
    pub erased_at: Option<Timestamp>,
    /// Who speaks for them, also past the last day.
    pub representatives: Vec<Representative>,
    /// Venues and tills of a partner.
    pub sites: Sites,
}

impl Person {
    pub(super) const fn new(owner: OwnerNumber, kind: PersonKind, bank: BankNumber) -> Self {
        Self {
            owner,
            kind,
            bank,
            accounts: Vec::new(),
            profile: None,
            standing: Standing {
                pays: Pays::Themselves,
                hours_to: HoursTo::Themselves,
                rest_to: RestTo::CommunityPot,
            },
            pause: None,
            erased_at: None,
            representatives: Vec::new(),
            sites: Sites { venues: BTreeMap::new(), tills: BTreeMap::new() },
        }
    }

    /// Whether nothing new may happen for them at `now`.
    #[must_use]
    pub fn is_paused(&self, now: Timestamp) -> bool {
        self.pause.is_some_and(|pause| pause.holds(now))
    }

    /// Whether they had accounts and none is open.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.accounts.is_empty() && self.accounts.iter().all(|account| account.in_use() == InUse::NoLonger)
    }

    /// Whether a broker of `bank` counts them among its people: they belong to it or have, or had, an account
    /// there.
    #[must_use]
    pub fn is_of(&self, bank: BankNumber) -> bool {
        self.bank == bank || self.accounts.iter().any(|account| account.bank == bank)
    }

    /// The representative `actor` on `day`, if they are one then.
    #[must_use]
    pub fn representative(&self, actor: OwnerNumber, day: Day) -> Option<&Representative> {
        let is_theirs = |one: &&Representative| one.owner == actor;
        self.representatives.iter().find(is_theirs).filter(|one| one.last_day.is_none_or(|last| day <= last))
    }
}

/// What a pot is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purposed {
    /// The last day it may be opened; none for no end.
    pub last_day: Option<Day>,
    /// Who may.
    pub opens: Opens,
    /// A text sealed under the bank's key.
    pub purpose: Sealed,
}

/// Hours kept for a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pot {
    /// Its account.
    pub account: AccountNumber,
    /// Its bank.
    pub bank: BankNumber,
    /// Who owns it: the bank, as a rule.
    pub owner: OwnerNumber,
    /// What it is for; none until that is said.
    pub terms: Option<Purposed>,
    /// Whether it is open.
    pub in_use: InUse,
}

//! People who come with tokens of the network's identity provider: known in the books from their first call.
//!
//! Role and reach are in each token and may be others tomorrow. What stays is who it is: a person at that
//! issuer has one owner number, so that the books name the actor of every entry, and one scope (as an integration
//! that of all integrations), so that asking again is safe. The journal keeps a keyed hash of issuer and subject: who has it, or a copy of it, cannot
//! test a guess.
//!
//! - A first call writes who came, before anything else is done for them; later ones look it up.
//! - Where the keyring was lost and the network got another key, everybody is somebody new.
//! - Whoever somebody says they are, they are from then on ([`Access::link`]): a member, or one who works for a
//!   bank. Who was somebody else so far is one human with who they were, for good ([`Access::humans`]).
//! - A member's token is let in once it is linked: until then nothing says which member it is.
//!
//! Limits: 100,000 people. Whoever is shut out at the issuer is out here when their token ends, which is at
//! most the longest time a token may live; so is a stream that began before somebody was linked as somebody else.
//!
//! Progress of [`Access::login`]: as [`Access::check`], and a short lock around the paces of logins.
//! [`Access::meet`] waits for the disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::caller::{Caller, Capacity, Identity, Lifetime, LoginNumber};
use super::note::{KeptSecret, Said};
use super::pace::{Pace, Pacer};
use super::refusal::Refusal;
use super::register::{Bond, Credential, LOGINS_MAX, Login, Register};
use super::role::Role;
use super::rules::{Link, Whom, may_link};
use super::tokens::TokenCaller;
use super::{Access, NotMade, desk};
use crate::domain::{Humans, Invalid, OwnerNumber, RequestKey, Scope, SeenKeys};
use crate::ledger::{Mode, Receipt};
use crate::network::{Network, derived_id};

/// Scopes of logins begin here; below are those of credentials, of which there are fewer.
const SCOPES_FROM: u32 = 1 << 31;
/// Paces that are kept of people who ask nothing just now.
const PACES_MAX: usize = 10_000;

/// Why whoever comes with a good token is not let in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The network has not begun.
    #[error("this network has no keys yet and takes no tokens: run 'hourbook init' on its machine")]
    NotBegun,
    /// The network's own key is not in the keyring, so nobody can be looked up.
    #[error(
        "no token can be looked up: the network's own key is not in its keyring. Please tell whoever looks after the network"
    )]
    KeyringLost,
    /// A member's token says nothing about which member it is, and nobody else did.
    #[error("this token is a member's, and is not linked to a member here: ask your time bank to link it")]
    NotLinked,
    /// Whose it was is forgotten.
    #[error("this token is nobody's here any more: who it was of was forgotten. Ask your time bank")]
    Forgotten,
    /// Its role cannot reach that.
    #[error("the token's {} must be {}", .0.field, .0.limit)]
    Reach(Invalid),
    /// They could not be written down.
    #[error(transparent)]
    NotMade(#[from] NotMade),
}

impl LoginError {
    /// A word for counting.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotBegun => "not_begun",
            Self::KeyringLost => "keyring_lost",
            Self::NotLinked => "not_linked",
            Self::Forgotten => "forgotten",
            Self::Reach(_) => "reach",
            Self::NotMade(_) => "not_made",
        }
    }
}

/// Who comes with the tokens of one person, as somebody says.
#[derive(Clone, Copy, Debug)]
pub struct Linking {
    /// The id of the request, in its caller's scope.
    pub key: RequestKey,
    /// Who they are in the books.
    pub owner: OwnerNumber,
    /// What they are to their bank.
    pub whom: Whom,
    /// Who they are to their issuer, as their tokens say.
    pub issuer_and_subject_hash: [u8; 32],
    /// Whether it is written down.
    pub mode: Mode,
}

/// Somebody to be looked up.
enum Known {
    Yes(Login),
    /// Not yet; who they are, as it would be kept.
    No(KeptSecret),
}

impl Access {
    /// Who comes with this token, if they came before. Waits for no disk.
    ///
    /// # Errors
    /// [`LoginError`], but for `NotMade`.
    pub fn login(&self, token: &TokenCaller) -> Result<Option<Caller>, LoginError> {
        Ok(match self.known(token)? {
            Known::Yes(login) => Some(self.caller(token, login)),
            Known::No(_) => None,
        })
    }

    /// The same for somebody who may not have come before: they are written down. Blocking, until it is on
    /// disk.
    ///
    /// # Errors
    /// [`LoginError`].
    pub fn meet(&self, network: &Network, token: &TokenCaller) -> Result<Caller, LoginError> {
        let mut desk = self.desk();
        // Only now: of two first calls at once, one is the first.
        let person = match self.known(token)? {
            Known::Yes(login) => return Ok(self.caller(token, login)),
            Known::No(person) => person,
        };
        let number = desk.register().next_login();
        if number.get() > LOGINS_MAX {
            return Err(NotMade::from(Refusal::Full(LOGINS_MAX)).into());
        }
        // Nobody did it but the network itself; asking again, after a kill between the two, is the same request.
        let actor = person.key_owner;
        let key = |purpose| RequestKey { scope: Scope::OPERATOR, id: derived_id(purpose, &person.hash) };
        let registered =
            network.register_owners(key("hourbook owner of a login"), actor, 1).map_err(NotMade::from)?;
        let [holder] = registered[..] else { return Err(LoginError::KeyringLost) };
        let said = Said::Met { holder, person };
        desk.write(network, (key("hourbook login"), actor), number.get(), &said, Mode::Write)?;
        self.publish(&desk);
        Ok(self.caller(token, Login { number, holder, bond: Bond::Met }))
    }

    /// Says who comes with the tokens of somebody. Blocking, until it is on disk.
    ///
    /// Whose people they are is judged before, and nothing of that may change meanwhile.
    ///
    /// # Errors
    /// [`NotMade`].
    pub fn link(&self, network: &Network, caller: &Caller, asked: &Linking) -> Result<Receipt, NotMade> {
        let mut desk = self.desk();
        let begun = desk.register().begun.is_some();
        let person = self.table().person(&asked.issuer_and_subject_hash);
        let person = person.ok_or(if begun { NotMade::KeyringLost } else { Refusal::NotBegun.into() })?;
        let number = match desk::known(network, asked.key)? {
            None => {
                self.may_link(network, caller, asked, &person, desk.register())?;
                desk.register().number_of(&person)
            }
            Some((number, Said::Linked { holder, person: before })) => {
                let checks = [("owner_number", holder == asked.owner), ("subject", before == person)];
                let fields = checks.into_iter().filter_map(|(field, same)| (!same).then_some(field));
                let fields: Vec<_> = fields.collect();
                if !fields.is_empty() {
                    return Err(Refusal::RequestIdReused(fields).into());
                }
                LoginNumber::new(number.get())
            }
            Some(_) => return Err(Refusal::RequestIdReused(vec!["call"]).into()),
        };
        if number.get() > LOGINS_MAX {
            return Err(Refusal::Full(LOGINS_MAX).into());
        }
        let said = Said::Linked { holder: asked.owner, person };
        let receipt = desk.write(network, (asked.key, caller.holder), number.get(), &said, asked.mode)?;
        self.publish(&desk);
        Ok(receipt)
    }

    fn may_link(
        &self,
        network: &Network,
        caller: &Caller,
        asked: &Linking,
        person: &KeptSecret,
        register: &Register,
    ) -> Result<(), Refusal> {
        let before = register.logins.get(person).map(|login| login.holder);
        let now = self.now();
        let is_theirs = |one: &&Credential| one.holder == asked.owner || Some(one.holder) == before;
        let credentials = register.credentials.iter().map(|credential| &**credential);
        let credentials: Vec<_> =
            credentials.filter(is_theirs).filter(|one| one.ended(now).is_none()).collect();
        let (owner, whom, humans) = (asked.owner, asked.whom, &*register.humans);
        let link = Link { owner, whom, before, credentials: &credentials, humans };
        may_link(caller, link, &desk::banks_of(network))
    }

    /// Which owners are one human, as is known now.
    #[must_use]
    pub fn humans(&self) -> Arc<Humans> {
        Arc::clone(&self.table().humans)
    }

    /// Who has seen whose key, as is known now.
    #[must_use]
    pub fn seen_keys(&self) -> Arc<SeenKeys> {
        Arc::clone(&self.table().seen_keys)
    }

    fn caller(&self, token: &TokenCaller, login: Login) -> Caller {
        let Login { number, holder, bond: _ } = login;
        Caller {
            identity: Identity::Login(number),
            capacity: Capacity::Role(token.role),
            reach: token.reach.clone(),
            till: None,
            holder,
            scope: scope(token.role, number.get()),
            lifetime: Lifetime::until(Some(token.expires_at)),
            pace: Some(self.login_paces.of(number, token.role)),
        }
    }

    fn known(&self, token: &TokenCaller) -> Result<Known, LoginError> {
        token.role.check_reach(&token.reach, None).map_err(LoginError::Reach)?;
        let table = self.table();
        if table.begun.is_none() {
            return Err(LoginError::NotBegun);
        }
        let person = table.person(&token.issuer_and_subject_hash).ok_or(LoginError::KeyringLost)?;
        let login = table.logins.get(&person).copied();
        if token.role == Role::Member && login.is_none_or(|login| login.bond == Bond::Met) {
            return Err(LoginError::NotLinked);
        }
        Ok(login.map_or(Known::No(person), Known::Yes))
    }
}

/// Paces of those who came since the start.
pub(super) struct LoginPaces {
    pacer: Pacer,
    paces: Mutex<HashMap<(LoginNumber, Role), Arc<Pace>>>,
}

impl LoginPaces {
    pub(super) fn new(pacer: Pacer) -> Self {
        Self { pacer, paces: Mutex::default() }
    }

    fn of(&self, number: LoginNumber, role: Role) -> Arc<Pace> {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        if paces.len() >= PACES_MAX && !paces.contains_key(&(number, role)) {
            // Of those who ask nothing now; what they used up is forgotten with them.
            paces.retain(|_, pace| Arc::strong_count(pace) > 1);
        }
        Arc::clone(paces.entry((number, role)).or_insert_with(|| self.pacer.pace(role)))
    }
}

fn scope(role: Role, number: u32) -> Scope {
    if role == Role::Integration { Scope::OPERATOR } else { Scope::new(SCOPES_FROM | number) }
}

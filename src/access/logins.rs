//! People who come with tokens of the network's identity provider: known in the books from their first call.
//!
//! Role and reach are in each token and may be others tomorrow. What stays is who it is: a person at that
//! issuer has one owner number, so that the books name the actor of every entry, and one scope (as an integration
//! that of all integrations), so that asking again is safe. The journal keeps a keyed hash of issuer and subject: who has it, or a copy of it, cannot
//! test a guess.
//!
//! - A first call writes who came, before anything else is done for them; later ones look it up.
//! - Where the keyring was lost and the network got another key, everybody is somebody new.
//! - A member's token is not let in yet: nothing says which member it is.
//!
//! Limits: 100,000 people. Whoever is shut out at the issuer is out here when their token ends, which is at
//! most the longest time a token may live.
//!
//! Progress of [`Access::login`]: as [`Access::check`], and a short lock around the paces of logins.
//! [`Access::meet`] waits for the disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::caller::{Caller, Capacity, Identity, Lifetime, LoginNumber};
use super::note::{KeptSecret, Said};
use super::pace::{Pace, Pacer};
use super::refusal::Refusal;
use super::register::{LOGINS_MAX, Login};
use super::role::Role;
use super::tokens::TokenCaller;
use super::{Access, NotMade};
use crate::domain::{Invalid, RequestKey, Scope};
use crate::ledger::Mode;
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
    /// A member's token says nothing about which member it is.
    #[error("this token is a member's, and is not linked to a member here: ask your time bank for a key")]
    NotLinked,
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
            Self::Reach(_) => "reach",
            Self::NotMade(_) => "not_made",
        }
    }
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
        let number = desk.next_login();
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
        Ok(self.caller(token, Login { number, holder }))
    }

    fn caller(&self, token: &TokenCaller, login: Login) -> Caller {
        let Login { number, holder } = login;
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
        if token.role == Role::Member {
            return Err(LoginError::NotLinked);
        }
        let table = self.table();
        if table.begun.is_none() {
            return Err(LoginError::NotBegun);
        }
        let person = table.person(&token.issuer_and_subject_hash).ok_or(LoginError::KeyringLost)?;
        Ok(table.logins.get(&person).map_or(Known::No(person), |login| Known::Yes(*login)))
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

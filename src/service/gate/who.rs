//! Who calls: by a key, by a token, or because they are at the machine of a network that has no keys yet.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::HeaderMap;
use tonic::Status;

use crate::access::{AccessMode, Caller, KeyError, LoginError};
use crate::domain::KeyText;
use crate::service::Service;
use crate::service::not_done::NotDone;

/// Where a key or a token is shown, and the word before it.
const HEADER: &str = "authorization";
const SCHEME: &str = "Bearer ";

/// What stands after the word, in whichever letters it is written.
fn after_scheme(shown: &str) -> Option<&str> {
    let (word, rest) = shown.split_at_checked(SCHEME.len())?;
    word.eq_ignore_ascii_case(SCHEME).then_some(rest)
}

/// From where a call comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(IpAddr);

impl Peer {
    /// Where that is not known.
    pub(super) const NOWHERE: Self = Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED));

    /// The peer at this address.
    #[must_use]
    pub const fn at(address: SocketAddr) -> Self {
        // Who listens on [::] hears of IPv4 in the clothes of IPv6.
        Self(address.ip().to_canonical())
    }

    /// Whether it is this machine.
    #[must_use]
    pub const fn is_this_machine(self) -> bool {
        self.0.is_loopback()
    }
}

/// Who comes, as far as can be said at once.
pub(super) enum Comes {
    /// Somebody known.
    Caller(Arc<Caller>),
    /// Somebody with a token, which takes longer to judge.
    WithToken(Box<str>),
}

/// Why nobody is let in.
pub(super) enum NotIn {
    /// What was shown is wrong, however often it is shown.
    Wrong(NotDone),
    /// Anything else.
    Now(NotDone),
}

impl From<NotDone> for NotIn {
    fn from(not_done: NotDone) -> Self {
        Self::Now(not_done)
    }
}

impl Service {
    pub(super) fn who_comes(&self, headers: &HeaderMap, peer: Peer) -> Result<Comes, NotIn> {
        let books = self.books()?;
        let Some(shown) = headers.get(HEADER) else {
            without_key(books.access.mode(), peer)?;
            return Ok(Comes::Caller(Arc::clone(&self.shared.local_operator)));
        };
        let shown = shown.to_str().ok().and_then(after_scheme);
        if books.access.mode() == AccessMode::LocalOnly {
            let words =
                "this network has no keys yet, so none is known here: run 'hourbook init' on its machine";
            return Err(NotDone::NotLetIn(words.to_owned()).into());
        }
        let checked = match shown {
            Some(shown) if self.shared.tokens.is_some() && !KeyText::is_meant(shown) => {
                // Judging a token is dear: nobody has it done for nothing.
                return if self.shared.guessing.may_show(peer.0) {
                    Ok(Comes::WithToken(shown.into()))
                } else {
                    Err(self.too_many_wrong().into())
                };
            }
            Some(key) => books.access.check(key, books.access.now()),
            None => Err(KeyError::Malformed),
        };
        checked.map(Comes::Caller).map_err(|error| match error {
            KeyError::KeyringLost => self.not_let_in(error.word(), &error).into(),
            KeyError::Malformed | KeyError::Unknown | KeyError::Ended(_) => {
                if self.shared.guessing.may_show(peer.0) {
                    NotIn::Wrong(self.not_let_in(error.word(), &error))
                } else {
                    self.too_many_wrong().into()
                }
            }
        })
    }

    /// Who comes with this token; whoever comes for the first time is written down.
    pub(super) async fn who_comes_with(&self, token: &str) -> Result<Arc<Caller>, NotIn> {
        let books = self.books()?;
        let tokens = self.shared.tokens.as_ref().ok_or(NotDone::NotServing("tokens are not taken here"))?;
        let token = tokens.verify(token).await.map_err(|error| {
            if error.is_unavailable() {
                NotIn::Now(NotDone::NotServing(
                    "the keys of the tokens' issuer cannot be fetched now, so no token can be checked; ask again \
                     shortly",
                ))
            } else {
                NotIn::Wrong(self.not_let_in(error.word(), &error))
            }
        })?;
        let caller = match books.access.login(&token) {
            Ok(Some(caller)) => Ok(caller),
            Ok(None) => books.writing(move |books| Ok(books.access.meet(&books.network, &token))).await?,
            Err(error) => Err(error),
        };
        // A short look at the directory, once a call.
        let caller = caller.and_then(|caller| {
            if books.is_forgotten(caller.holder) { Err(LoginError::Forgotten) } else { Ok(caller) }
        });
        caller.map(Arc::new).map_err(|error| match error {
            LoginError::NotMade(not_made) => books.not_made(not_made).into(),
            error @ (LoginError::NotBegun
            | LoginError::KeyringLost
            | LoginError::NotLinked
            | LoginError::Forgotten
            | LoginError::Reach(_)) => self.not_let_in(error.word(), &error).into(),
        })
    }

    fn too_many_wrong(&self) -> NotDone {
        self.shared.metrics.caller_refused("too_many_wrong");
        NotDone::Busy("too many wrong keys and tokens come from your address")
    }

    fn not_let_in(&self, why: &'static str, error: &impl ToString) -> NotDone {
        self.shared.metrics.caller_refused(why);
        NotDone::NotLetIn(error.to_string())
    }

    /// What whoever is not let in hears; the later, the more wrong ones come from where they are.
    pub(super) async fn turn_away(&self, peer: Peer, not_in: NotIn) -> Status {
        match not_in {
            NotIn::Wrong(not_done) => {
                if let Some(waits) = self.shared.guessing.wrong(peer.0) {
                    waits.over().await;
                }
                self.status_of(not_done)
            }
            NotIn::Now(not_done) => self.status_of(not_done),
        }
    }
}

/// Whether somebody who shows nothing is the local operator.
fn without_key(mode: AccessMode, peer: Peer) -> Result<(), NotDone> {
    let words = match mode {
        AccessMode::LocalOnly if peer.is_this_machine() => return Ok(()),
        AccessMode::LocalOnly => {
            "this network has no keys yet and answers its own machine only: run 'hourbook init' there"
        }
        AccessMode::Keys => "this network has keys: show yours as 'authorization: Bearer hbk_…'",
    };
    Err(NotDone::NotLetIn(words.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: without a key whoever is on this machine is the local operator as long as there are no keys, and
    /// nobody else ever is. Method: addresses of both kinds, those of IPv4 in the clothes of IPv6 among them.
    #[test]
    fn only_this_machine_needs_no_key() {
        let at = |address: &str| Peer::at(SocketAddr::new(address.parse().unwrap(), 1));
        for here in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].map(at) {
            assert!(without_key(AccessMode::LocalOnly, here).is_ok(), "{here:?}");
            assert!(without_key(AccessMode::Keys, here).is_err(), "{here:?}");
        }
        let elsewhere = ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "0.0.0.0"].map(at);
        for elsewhere in elsewhere.into_iter().chain([Peer::NOWHERE]) {
            assert!(without_key(AccessMode::LocalOnly, elsewhere).is_err(), "{elsewhere:?}");
            assert!(without_key(AccessMode::Keys, elsewhere).is_err(), "{elsewhere:?}");
        }
    }

    /// Goal: the word before a key is understood in any letters, and nothing else is. Method: a few of each.
    #[test]
    fn the_word_before_a_key() {
        for good in ["Bearer hbk_1_x", "bearer hbk_1_x", "BEARER hbk_1_x"] {
            assert_eq!(after_scheme(good), Some("hbk_1_x"));
        }
        for bad in ["", "Bearer", "Bearerhbk_1_x", "Basic hbk_1_x", "hbk_1_x", "Beärer x"] {
            assert_eq!(after_scheme(bad), None, "{bad}");
        }
    }
}

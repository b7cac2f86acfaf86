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
            return match books.access.mode() {
                AccessMode::LocalOnly if peer.is_this_machine() => {
                    Ok(Comes::Caller(Arc::clone(&self.shared.local_operator)))
                }
                AccessMode::LocalOnly => Err(NotDone::NotLetIn(
                    "this network has no keys yet and answers its own machine only: run 'hourbook init' there"
                        .to_owned(),
                )
                .into()),
                AccessMode::Keys => Err(NotDone::NotLetIn(
                    "this network has keys: show yours as 'authorization: Bearer hbk_…'".to_owned(),
                )
                .into()),
            };
        };
        if !self.shared.guessing.may_show(peer.0) {
            return Err(NotDone::Busy("too many wrong keys come from your address").into());
        }
        let shown = shown.to_str().ok().and_then(|shown| shown.strip_prefix(SCHEME));
        let checked = match shown {
            Some(shown) if self.shared.tokens.is_some() && !KeyText::is_meant(shown) => {
                return Ok(Comes::WithToken(shown.into()));
            }
            Some(key) => books.access.check(key, books.access.now()),
            None => Err(KeyError::Malformed),
        };
        checked.map(Comes::Caller).map_err(|error| self.wrong(error.word(), &error))
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
                self.wrong(error.word(), &error)
            }
        })?;
        let caller = match books.access.login(&token) {
            Ok(Some(caller)) => Ok(caller),
            Ok(None) => books.writing(move |books| Ok(books.access.meet(&books.network, &token))).await?,
            Err(error) => Err(error),
        };
        caller.map(Arc::new).map_err(|error| match error {
            LoginError::NotMade(not_made) => books.not_made(not_made).into(),
            error @ (LoginError::NotBegun
            | LoginError::KeyringLost
            | LoginError::NotLinked
            | LoginError::Reach(_)) => {
                self.shared.metrics.caller_refused(error.word());
                NotDone::NotLetIn(error.to_string()).into()
            }
        })
    }

    fn wrong(&self, why: &'static str, error: &impl ToString) -> NotIn {
        self.shared.metrics.caller_refused(why);
        NotIn::Wrong(NotDone::NotLetIn(error.to_string()))
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

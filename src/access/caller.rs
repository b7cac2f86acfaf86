//! Who calls, what they are, how far they reach, and how long that lasts.
//!
//! Owns nothing that changes but the end of a caller, which is told to whoever holds one: a stream that
//! began with a key hears when that key is revoked, replaced or past its day.
//!
//! Progress: [`Caller::ended`] is a short lock inside the channel that nobody holds across work.

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;

use super::role::{Reach, Role};
use crate::domain::{OwnerNumber, Scope, Timestamp};
use crate::ledger::Clock;

/// Between two looks at the clock of whoever waits for a caller's end.
const LOOK: Duration = Duration::from_secs(1);

/// The number of a credential; the first is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialNumber(u32);

impl CredentialNumber {
    /// The credential `number`, from 1.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for CredentialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of somebody who comes with tokens of the network's identity provider; the first is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginNumber(u32);

impl LoginNumber {
    /// The login `number`, from 1.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// How a caller is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Whoever sits at the machine of a network that has no keys yet.
    LocalOperator,
    /// By a key.
    Credential(CredentialNumber),
    /// By a token.
    Login(LoginNumber),
}

/// In which capacity a caller acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// May do everything, until there are keys.
    LocalOperator,
    /// As the role says.
    Role(Role),
}

/// Somebody who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// How they are known.
    pub identity: Identity,
    /// In which capacity they act.
    pub capacity: Capacity,
    /// How far they reach.
    pub reach: Reach,
    /// The number of the till, for a till.
    pub till: Option<u32>,
    /// Who they are in the books: the actor of their entries.
    pub holder: OwnerNumber,
    /// Under which their request ids are filed.
    pub scope: Scope,
    /// How long this lasts.
    pub lifetime: Lifetime,
}

impl Caller {
    /// The local operator.
    #[must_use]
    pub fn local_operator() -> Self {
        Self {
            identity: Identity::LocalOperator,
            capacity: Capacity::LocalOperator,
            reach: Reach::Network,
            till: None,
            holder: OwnerNumber::OPERATOR,
            scope: Scope::OPERATOR,
            lifetime: Lifetime::until(None),
        }
    }

    /// The credential they are known by; none for anybody else.
    #[must_use]
    pub const fn credential(&self) -> Option<CredentialNumber> {
        match self.identity {
            Identity::LocalOperator | Identity::Login(_) => None,
            Identity::Credential(number) => Some(number),
        }
    }

    /// The login they are known by; none for anybody else.
    #[must_use]
    pub const fn login(&self) -> Option<LoginNumber> {
        match self.identity {
            Identity::LocalOperator | Identity::Credential(_) => None,
            Identity::Login(number) => Some(number),
        }
    }

    /// Why this caller may not go on at `now`, if so.
    #[must_use]
    pub fn ended(&self, now: Timestamp) -> Option<End> {
        self.lifetime.ends().at(now)
    }

    /// Waits until this caller may not go on, and says why: at once when revoked, within about a second of
    /// a moment that passes.
    pub async fn until_ended(&self, clock: &dyn Clock) -> End {
        let mut ends = self.lifetime.0.clone();
        loop {
            if let Some(end) = ends.borrow_and_update().at(clock.now().wall) {
                return end;
            }
            // Not `sleep_until`: the wall clock may be set, and a test brings its own.
            match tokio::time::timeout(LOOK, ends.changed()).await {
                Ok(Ok(())) | Err(_) => {}
                // Nobody will say more; what was said stands.
                Ok(Err(_)) => tokio::time::sleep(LOOK).await,
            }
        }
    }
}

/// Why a caller may not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The credential was revoked.
    Revoked,
    /// The key was replaced by another, and its time beside that one is over.
    Replaced,
    /// The credential, or the token, is past its time.
    Expired,
}

/// When a caller may not go on, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends(Option<(Timestamp, End)>);

impl Ends {
    /// Never.
    pub const NEVER: Self = Self(None);
    /// At once and for ever.
    pub const REVOKED: Self = Self(Some((Timestamp::from_micros(i64::MIN), End::Revoked)));

    /// The first of the two moments, where there are any.
    #[must_use]
    pub fn first(expires_at: Option<Timestamp>, replaced_at: Option<Timestamp>) -> Self {
        let expires = expires_at.map(|at| (at, End::Expired));
        let replaced = replaced_at.map(|at| (at, End::Replaced));
        Self(match (expires, replaced) {
            (Some(expires), Some(replaced)) => Some(if replaced.0 < expires.0 { replaced } else { expires }),
            (one, other) => one.or(other),
        })
    }

    /// Why it is over at `now`, if it is.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Option<End> {
        self.0.filter(|(at, _)| *at <= now).map(|(_, end)| end)
    }

    /// The moment, if there is one.
    #[must_use]
    pub fn moment(self) -> Option<Timestamp> {
        self.0.map(|(at, _)| at)
    }
}

/// How long a caller lasts: known now, and told when it changes.
#[derive(Clone, Debug)]
pub struct Lifetime(watch::Receiver<Ends>);

impl Lifetime {
    /// Until a moment that never changes, or for ever.
    #[must_use]
    pub fn until(expires_at: Option<Timestamp>) -> Self {
        Self(watch::channel(Ends::first(expires_at, None)).1)
    }

    /// As `ends` says, whenever it says so.
    #[must_use]
    pub(super) fn told_by(ends: &watch::Sender<Ends>) -> Self {
        Self(ends.subscribe())
    }

    /// As it stands.
    #[must_use]
    pub fn ends(&self) -> Ends {
        *self.0.borrow()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ledger::ManualClock;

    const START: Timestamp = Timestamp::from_micros(1_777_971_600_000_000);

    /// Goal: the first of the moments counts, from the moment itself on, and revoked is always over.
    #[test]
    fn the_first_moment_counts() {
        let at = |micros| Some(Timestamp::from_micros(micros));
        let end = |ends: Ends, now| ends.at(Timestamp::from_micros(now));
        assert_eq!(end(Ends::first(at(10), None), 9), None);
        assert_eq!(end(Ends::first(at(10), None), 10), Some(End::Expired));
        assert_eq!(end(Ends::first(at(10), at(5)), 7), Some(End::Replaced));
        assert_eq!(end(Ends::first(at(5), at(10)), 7), Some(End::Expired));
        assert_eq!(end(Ends::first(None, at(5)), 4), None);
        assert_eq!(end(Ends::NEVER, i64::MAX), None);
        assert_eq!(end(Ends::REVOKED, i64::MIN), Some(End::Revoked));
    }

    /// Goal: whoever waits for the end hears of it: told, or by the clock, also where nobody is left to tell.
    /// Method: each kind of end comes while a task waits.
    #[tokio::test]
    async fn whoever_waits_hears_of_the_end() {
        let clock = Arc::new(ManualClock::new(START));
        let wait = |caller: Caller| {
            let clock = Arc::clone(&clock);
            tokio::spawn(async move { caller.until_ended(&*clock).await })
        };
        let with = |lifetime| Caller { lifetime, ..Caller::local_operator() };
        let (ends, _kept) = watch::channel(Ends::NEVER);
        let revoked = wait(with(Lifetime::told_by(&ends)));
        let expiring = wait(with(Lifetime::until(Some(START.plus_seconds(60)))));
        ends.send_replace(Ends::first(None, Some(START.plus_seconds(90))));
        let replaced = wait(with(Lifetime::told_by(&ends)));
        tokio::task::yield_now().await;
        assert!(!revoked.is_finished() && !expiring.is_finished() && !replaced.is_finished());
        clock.advance_seconds(60);
        assert_eq!(expiring.await.unwrap(), End::Expired);
        assert!(!replaced.is_finished());
        clock.advance_seconds(30);
        assert_eq!(replaced.await.unwrap(), End::Replaced);
        assert_eq!(revoked.await.unwrap(), End::Replaced, "it was told of another end");
        ends.send_replace(Ends::REVOKED);
        assert_eq!(wait(with(Lifetime::told_by(&ends))).await.unwrap(), End::Revoked);
    }
}

//! Why a rule about keys says no, in the words of this capability; sentences are in `words`.

use std::error::Error;
use std::fmt;

use super::caller::CredentialNumber;
use super::role::Role;
use crate::domain::{BankNumber, OwnerNumber, Reason, Timestamp};

/// A rule said no; nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `init` was never run.
    NotBegun,
    /// No such credential, or none the caller may see.
    NotFound(CredentialNumber),
    /// The caller may make no key of this role, or none that reaches this far.
    BeyondReach(Role),
    /// The same request made or rotated a key before, and a key is shown once.
    ShownOnce(CredentialNumber),
    /// The request id was used for something else.
    RequestIdReused(Vec<&'static str>),
    /// Revoked, or past its time.
    Ended(CredentialNumber),
    /// A rotation is not over.
    TwoKeys {
        /// Which credential.
        number: CredentialNumber,
        /// Until when the older of its keys works.
        until: Timestamp,
    },
    /// Without it nobody could make keys.
    LastAdmin(CredentialNumber),
    /// Somebody says who they are themselves.
    AboutOneself(OwnerNumber),
    /// The caller may not say who somebody is.
    NotToLink(OwnerNumber),
    /// No such bank.
    BankNotFound(BankNumber),
    /// No such owner.
    OwnerNotFound(OwnerNumber),
    /// As many credentials as there may be.
    Full(u32),
}

impl Refusal {
    /// Its stable word.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::NotBegun => Reason::NoKeysYet,
            Self::NotFound(_) => Reason::KeyNotFound,
            Self::BeyondReach(_) | Self::NotToLink(_) => Reason::BeyondReach,
            Self::AboutOneself(_) => Reason::SecondPersonNeeded,
            Self::ShownOnce(_) => Reason::KeyShownOnce,
            Self::RequestIdReused(_) => Reason::RequestIdReused,
            Self::Ended(_) => Reason::KeyEnded,
            Self::TwoKeys { .. } => Reason::TwoKeysLive,
            Self::LastAdmin(_) => Reason::LastAdminKey,
            Self::BankNotFound(_) => Reason::BankNotFound,
            Self::OwnerNotFound(_) => Reason::OwnerNotFound,
            Self::Full(_) => Reason::BooksFull,
        }
    }

    /// The figures that go with it, by their names.
    #[must_use]
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        let number = |number: &CredentialNumber| ("credential_number", number.get().to_string());
        match self {
            Self::NotBegun => Vec::new(),
            Self::NotFound(of) | Self::ShownOnce(of) | Self::Ended(of) | Self::LastAdmin(of) => {
                vec![number(of)]
            }
            Self::BeyondReach(role) => vec![("role", role.word().to_owned())],
            Self::RequestIdReused(fields) => vec![("fields", fields.join(","))],
            Self::TwoKeys { number: of, until } => vec![number(of), ("until", until.to_string())],
            Self::BankNotFound(bank) => vec![("bank_number", bank.to_string())],
            Self::OwnerNotFound(owner) | Self::AboutOneself(owner) | Self::NotToLink(owner) => {
                vec![("owner_number", owner.to_string())]
            }
            Self::Full(most) => vec![("what", "keys".to_owned()), ("most", most.to_string())],
        }
    }
}

/// For the log: people hear `words::access`.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a rule about keys said no: {}", self.reason().word())
    }
}

impl Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the figures of a refusal are named. Method: one with two of them.
    #[test]
    fn figures_are_named() {
        let two = Refusal::TwoKeys { number: CredentialNumber::new(4), until: Timestamp::from_micros(0) };
        let figures = [("credential_number", "4".to_owned()), ("until", "1970-01-01T00:00:00Z".to_owned())];
        assert_eq!(two.figures(), figures);
        assert_eq!(two.to_string(), "a rule about keys said no: TWO_KEYS_LIVE");
    }
}

//! Why a rule about keys says no, in words for whoever asked.

use super::caller::CredentialNumber;
use super::role::Role;
use crate::domain::{BankNumber, OwnerNumber, Reason, Timestamp};

/// A rule said no; nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `init` was never run.
    #[error(
        "Not done: this network has no keys yet. Nothing was made. Stop the server and run 'hourbook init' on \
         the machine it is on."
    )]
    NotBegun,
    /// No such credential, or none the caller may see.
    #[error(
        "Not done: there is no key {0} that you can see. Nothing was changed. Look at 'hourbook key list'."
    )]
    NotFound(CredentialNumber),
    /// The caller may make no key of this role, or none that reaches this far.
    #[error(
        "Not done: your key cannot make a key for {} that reaches this far. Nothing was made. Ask somebody \
         whose key reaches further.",
        role_words(*.0)
    )]
    BeyondReach(Role),
    /// The same request made or rotated a key before, and a key is shown once.
    #[error(
        "Not done: this request made key {0} before, and a key is shown once. If it did not reach you, \
         rotate key {0} with an overlap of 0, which shows another and ends that one."
    )]
    ShownOnce(CredentialNumber),
    /// The request id was used for something else.
    #[error(
        "Not done: this request id was used before, for something that differs in {}. Nothing was changed. \
         Use a new id for a new request.",
        .0.join(", ").replace('_', " ")
    )]
    RequestIdReused(Vec<&'static str>),
    /// Revoked, or past its time.
    #[error("Not done: key {0} was revoked or is past its time. Nothing was changed. Make another key.")]
    Ended(CredentialNumber),
    /// A rotation is not over.
    #[error(
        "Not done: key {number} was rotated before, and the key before that works until {until}. Nothing was \
         changed. Wait until then, or rotate with an overlap of 0, which ends both older keys at once."
    )]
    TwoKeys {
        /// Which credential.
        number: CredentialNumber,
        /// Until when the older of its keys works.
        until: Timestamp,
    },
    /// Without it nobody could make keys.
    #[error(
        "Not done: key {0} is the last admin key that works, and without it nobody could make keys. Nothing was \
         revoked. Make another admin key first."
    )]
    LastAdmin(CredentialNumber),
    /// Somebody says who they are themselves.
    #[error(
        "Not done: it is about you, by this number or another, and somebody else has to say who you are. Nothing \
         was changed. Ask another lead, or an admin."
    )]
    AboutOneself(OwnerNumber),
    /// The caller may not say who somebody is.
    #[error(
        "Not done: your key cannot say who person {0} is to whoever vouches for people here. Nothing was changed. \
         Ask a lead of the time bank, or an admin."
    )]
    NotToLink(OwnerNumber),
    /// No such bank.
    #[error("Not done: there is no time bank {0} in this network. Nothing was made. Check the number.")]
    BankNotFound(BankNumber),
    /// No such owner.
    #[error("Not done: nobody is registered under number {0}. Nothing was made. Check the number.")]
    OwnerNotFound(OwnerNumber),
    /// As many credentials as there may be.
    #[error(
        "Not done: the books are full: they keep {} keys, revoked ones too, and no more. Nothing was made. \
         Please tell whoever looks after the network.",
        crate::domain::hours::grouped(u64::from(*.0))
    )]
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

/// A role in the middle of a sentence.
const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Member => "a member",
        Role::Till => "a till",
        Role::Partner => "a partner",
        Role::Broker => "a time broker",
        Role::Lead => "a lead",
        Role::Auditor => "an auditor",
        Role::Reporter => "a reporter",
        Role::Admin => "an admin",
        Role::Integration => "another system",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: every refusal is a sentence for people that says that nothing was done, and its figures are named.
    /// Method: each, with the longest there is, against the reasons there are.
    #[test]
    fn every_refusal_is_said() {
        let number = CredentialNumber::new(u32::MAX);
        let mut refusals = vec![
            Refusal::NotBegun,
            Refusal::NotFound(number),
            Refusal::ShownOnce(number),
            Refusal::RequestIdReused(vec!["holder_owner_number", "till_number"]),
            Refusal::Ended(number),
            Refusal::TwoKeys { number, until: Timestamp::from_micros(0) },
            Refusal::LastAdmin(number),
            Refusal::AboutOneself(OwnerNumber::new(9)),
            Refusal::NotToLink(OwnerNumber::new(9)),
            Refusal::BankNotFound(BankNumber::new(9)),
            Refusal::OwnerNotFound(OwnerNumber::new(9)),
            Refusal::Full(100_000),
        ];
        refusals.extend(Role::ALL.map(Refusal::BeyondReach));
        for refusal in &refusals {
            let said = refusal.to_string();
            assert!(said.starts_with("Not done: ") && said.ends_with('.'), "{said}");
            let says_so = ["made", "changed", "revoked"]
                .iter()
                .any(|what| said.contains(&format!("Nothing was {what}.")));
            assert!(says_so || said.contains("shown once"), "{said}");
            assert!(!said.contains(['_', '{', '}']) && !said.contains("  "), "{said}");
        }
        for reason in Reason::OF_KEYS {
            assert!(refusals.iter().any(|refusal| refusal.reason() == reason), "{reason:?}");
        }
        let two = Refusal::TwoKeys { number: CredentialNumber::new(4), until: Timestamp::from_micros(0) };
        let figures = [("credential_number", "4".to_owned()), ("until", "1970-01-01T00:00:00Z".to_owned())];
        assert_eq!(two.figures(), figures);
    }
}

//! Who gets letters, and for which of their accounts.
//!
//! - Asked for all of a bank: its members and organisations who said that it may write letters to them.
//! - Asked for one person: theirs, whatever they said about letters: somebody asked at the desk.
//! - Partners get none: on the other side of what they took are members; their statement is another.

use crate::access::Allowed;
use crate::directory::people::terms::PersonKind;
use crate::directory::people::{Consent, ContactKind, Person, Profile, Purpose};
use crate::domain::{AccountNumber, BankNumber, OwnerNumber, Timestamp};
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

/// People looked at in one go: most banks have fewer, and a go is short.
const LOOKED_AT_MAX: usize = 1_024;

/// Whose letters are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This person's, in this bank or in all.
    Person(OwnerNumber, Option<BankNumber>),
    /// Those of everybody of this bank who wants letters.
    AllOf(BankNumber),
}

impl Whose {
    /// The one person, if it is one.
    pub const fn person(self) -> Option<OwnerNumber> {
        match self {
            Self::Person(owner, _) => Some(owner),
            Self::AllOf(_) => None,
        }
    }
}

/// Somebody who gets letters.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// Who.
    pub owner: OwnerNumber,
    /// What is known of them.
    pub profile: Option<Profile>,
    /// Their accounts, with their banks.
    pub accounts: Vec<(AccountNumber, BankNumber)>,
}

impl Addressee {
    /// Where letters to them go.
    pub fn address(&self) -> Option<&str> {
        let contacts = self.profile.as_ref().map(Profile::contacts).unwrap_or_default();
        contacts.iter().find(|contact| contact.kind() == ContactKind::Post).map(|contact| contact.text())
    }
}

/// Whether somebody said that their bank may write letters to them.
fn wants_letters(profile: &Profile) -> bool {
    matches!(profile.consent(Purpose::Post), Some(Consent::Given(_)))
}

const fn may_have_letters(kind: PersonKind) -> bool {
    match kind {
        PersonKind::Member | PersonKind::Organisation => true,
        PersonKind::Partner | PersonKind::Staff => false,
    }
}

impl Installation {
    /// Whether whoever asks may, and there is somebody to write to.
    pub fn may_have_letters(&self, allowed: &Allowed, whose: Whose) -> Result<(), NotDone> {
        let (bank, owner) = match whose {
            Whose::Person(owner, bank) => (bank, Some(owner)),
            Whose::AllOf(bank) => (Some(bank), None),
        };
        if let Some(owner) = owner {
            let known = self.directory.known_now(&self.network.ledger)?;
            let person = self.person_in_reach(allowed, &known, owner)?;
            if person.kind == PersonKind::Partner {
                return Err(NotDone::bad(
                    "owner_number",
                    "a member or an organisation: partners have a statement",
                ));
            }
        }
        bank.map_or(Ok(()), |bank| self.bank_in_reach(allowed, bank))
    }

    /// The next of them after `after`, and up to whom was looked; nobody once all were.
    ///
    /// `began` is when the month did: an account that was closed before has no letter.
    pub fn addressees(
        &self,
        allowed: &Allowed,
        (whose, after): (Whose, OwnerNumber),
        (most, began): (usize, impl Fn(BankNumber) -> Timestamp),
    ) -> Result<(Vec<Addressee>, Option<OwnerNumber>), NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        let (one, bank) = match whose {
            Whose::Person(owner, bank) => (known.people.person(owner).filter(|_| owner > after), bank),
            Whose::AllOf(bank) => (None, Some(bank)),
        };
        let all = matches!(whose, Whose::AllOf(_)).then(|| known.people.persons_after(after));
        let (mut found, mut last) = (Vec::new(), None);
        for person in one.into_iter().chain(all.into_iter().flatten()).take(LOOKED_AT_MAX) {
            last = Some(person.owner);
            let is_of_bank = bank.is_none_or(|bank| person.is_of(bank));
            if !is_of_bank || !may_have_letters(person.kind) || !self.sees_person(allowed, person) {
                continue;
            }
            let profile = self.profile_of(person)?;
            if matches!(whose, Whose::AllOf(_)) && !profile.as_ref().is_some_and(wants_letters) {
                continue;
            }
            let accounts = person.accounts.iter().filter(|account| {
                bank.is_none_or(|bank| account.bank == bank)
                    && account.closed_at.is_none_or(|closed| closed >= began(account.bank))
                    && self.sees_account(allowed, account.number)
            });
            let accounts = accounts.map(|account| (account.number, account.bank)).collect();
            found.push(Addressee { owner: person.owner, profile, accounts });
            if found.len() >= most {
                break;
            }
        }
        Ok((found, last))
    }

    /// What is known of somebody, as far as their key exists.
    fn profile_of(&self, person: &Person) -> Result<Option<Profile>, NotDone> {
        use crate::directory::people::person::ProfileError;
        use crate::seal::OpenError;
        match person.profile.as_ref().map(|sealed| sealed.profile(&self.network.keyring)) {
            None | Some(Err(ProfileError::Sealed(OpenError::Erased { .. }))) => Ok(None),
            Some(Ok(profile)) => Ok(Some(profile)),
            Some(Err(error)) => Err(NotDone::Unreadable(error.to_string())),
        }
    }
}

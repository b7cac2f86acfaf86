//! The people of a network: who there is, whose account is whose, who speaks for whom.
//!
//! Pure: no lock, no clock, no key. How entries fold into it stands in `apply.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::person::{OwnAccount, Person, Pot};
use super::terms::{Representative, Taking};
use crate::domain::{AccountNumber, Amount, BankNumber, Day, OwnerNumber};

/// What somebody may take from an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayTake {
    /// Nothing: they do not speak for its owner, or not for this.
    Nothing,
    /// So much in a calendar month.
    Monthly(Amount),
    /// As much as the account allows.
    AsTheAccountAllows,
}

/// Everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    pub(super) persons: BTreeMap<OwnerNumber, Person>,
    pub(super) accounts: BTreeMap<AccountNumber, OwnerNumber>, // Of members, organisations and partners.
    pub(super) pots: BTreeMap<AccountNumber, Pot>,
    /// Who speaks, for whom: the lists of representatives the other way round.
    pub(super) speakers: BTreeSet<(OwnerNumber, OwnerNumber)>,
}

impl People {
    /// One of them.
    #[must_use]
    pub fn person(&self, owner: OwnerNumber) -> Option<&Person> {
        self.persons.get(&owner)
    }

    /// All, by rising number; those of one bank are those that [`Person::is_of`] it.
    pub fn persons(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// Those with a higher number than `owner`, by rising number.
    pub fn persons_after(&self, owner: OwnerNumber) -> impl Iterator<Item = &Person> {
        self.persons.range((Bound::Excluded(owner), Bound::Unbounded)).map(|(_, person)| person)
    }

    /// Whose account this is; none for pots and the accounts of the bank itself.
    #[must_use]
    pub fn owner_of(&self, account: AccountNumber) -> Option<&Person> {
        self.persons.get(self.accounts.get(&account)?)
    }

    /// An account of a member, an organisation or a partner.
    #[must_use]
    pub fn account(&self, account: AccountNumber) -> Option<&OwnAccount> {
        self.owner_of(account)?.accounts.iter().find(|own| own.number == account)
    }

    /// One pot.
    #[must_use]
    pub fn pot(&self, account: AccountNumber) -> Option<&Pot> {
        self.pots.get(&account)
    }

    /// The pots of a bank, by rising number.
    pub fn pots(&self, bank: BankNumber) -> impl Iterator<Item = &Pot> {
        self.pots.values().filter(move |pot| pot.bank == bank)
    }

    /// Whether `actor` is `owner`, or one of those who speak for them on `day`. The operator is nobody, and
    /// whoever is forgotten speaks for nobody.
    #[must_use]
    pub fn speaks_for(&self, actor: OwnerNumber, owner: OwnerNumber, day: Day) -> bool {
        if actor == owner {
            return actor != OwnerNumber::OPERATOR;
        }
        self.speaks_as(actor, owner, day).is_some()
    }

    /// What `actor` may take like this, on `day`, from the accounts of `owner`.
    #[must_use]
    pub fn may_take(&self, actor: OwnerNumber, owner: OwnerNumber, day: Day, taking: Taking) -> MayTake {
        if actor == owner && actor != OwnerNumber::OPERATOR {
            return MayTake::AsTheAccountAllows;
        }
        match self.speaks_as(actor, owner, day).filter(|one| one.speaks.allows(taking)) {
            None => MayTake::Nothing,
            Some(one) => one.monthly_limit.map_or(MayTake::AsTheAccountAllows, MayTake::Monthly),
        }
    }

    /// For whom `actor` speaks on `day`, themselves aside, by rising number.
    pub fn spoken_for_by(&self, actor: OwnerNumber, day: Day) -> impl Iterator<Item = OwnerNumber> {
        let all = (actor, OwnerNumber::OPERATOR)..=(actor, OwnerNumber::new(u32::MAX));
        let owners = self.speakers.range(all).map(|(_, owner)| *owner);
        owners.filter(move |owner| self.speaks_as(actor, *owner, day).is_some())
    }

    fn speaks_as(&self, actor: OwnerNumber, owner: OwnerNumber, day: Day) -> Option<&Representative> {
        self.persons.get(&actor).filter(|speaker| speaker.erased_at.is_none())?;
        self.persons.get(&owner)?.representative(actor, day)
    }
}

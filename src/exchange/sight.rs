//! What a rule needs to know of the books and their people, at the time of a call.
//!
//! Looked at while the directory is kept as it is (`directory::desk`), so that what is judged here is what was in
//! force when the entry was recorded.

use super::pots;
use super::refusal::Refusal;
use super::rules::Holder;
use super::rules::monthly::{self, Speaking};
use super::rules::second_person::Ties;
use super::rules::standing::AccountState;
use crate::directory::people::terms::PersonKind;
use crate::directory::people::{HoursTo, MayTake, Pays, RestTo, Standing, Taking};
use crate::directory::{Bank, Known, policy};
use crate::domain::{
    AccountKind, AccountNumber, Acting, Amount, BankNumber, Claim, Day, Humans, OwnerNumber, SeenKeys,
    Timestamp,
};
use crate::ledger::AccountView;
use crate::ledger::state::Standing as AccountStanding;
use crate::ledger::views::Views;

/// As what somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// For themselves and whom they speak for.
    Member,
    /// For the people of their banks.
    Broker,
    /// The same, and what a bank settles.
    Lead,
}

/// The books, their people, and who asks when.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// What anybody can see of accounts.
    pub views: &'a Views,
    /// What the directory knows.
    pub known: &'a Known,
    /// Which owners are one human.
    pub humans: &'a Humans,
    /// Who has seen whose key.
    pub seen_keys: &'a SeenKeys,
    /// Who asks.
    pub actor: OwnerNumber,
    /// As what.
    pub rank: Rank,
    /// When.
    pub now: Timestamp,
}

/// Somebody in an exchange, by one of their accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// The account and whose it is.
    pub own: Holder,
    /// In which bank.
    pub bank: BankNumber,
    /// What the account is for.
    pub kind: AccountKind,
    /// Whether it can move.
    pub state: AccountState,
    /// Who pays for them, and where their hours go.
    pub standing: Standing,
}

impl<'a> Sight<'a> {
    /// Whose account this is.
    ///
    /// # Errors
    /// [`Refusal::Ledger`] where nobody has that number.
    pub fn party(&self, account: AccountNumber) -> Result<Party, Refusal> {
        let view = self.account(account)?;
        let person = self.known.people.person(view.owner);
        let state = match view.standing {
            AccountStanding::Open => AccountState::Open,
            AccountStanding::Closed => AccountState::Closed,
        };
        let standing = match view.kind {
            AccountKind::Member => {
                person.map(|person| self.within(person.standing, view.bank)).unwrap_or_default()
            }
            AccountKind::Organisation
            | AccountKind::Partner
            | AccountKind::Pot
            | AccountKind::Issuance
            | AccountKind::Clearing => Standing::default(),
        };
        let own = Holder { account, owner: view.owner };
        Ok(Party { own, bank: view.bank, kind: view.kind, state, standing })
    }

    /// What somebody chose, as far as it holds in this bank today: an account of another of their banks neither pays
    /// here nor gets anything, and the community pot gets what was meant for a pot that is over.
    fn within(&self, chosen: Standing, bank: BankNumber) -> Standing {
        let is_here = |account| self.views.account(account).is_some_and(|view| view.bank == bank);
        let is_over = |pot| pots::not_over(self, pot, bank).is_err();
        let Standing { pays, hours_to, rest_to } = chosen;
        Standing {
            pays: match pays {
                Pays::Pot(pot) if is_here(pot) => pays,
                Pays::Pot(_) | Pays::Themselves => Pays::Themselves,
            },
            hours_to: match hours_to {
                HoursTo::Pot(pot) if is_here(pot) => match self.community_pot(bank) {
                    Ok(community_pot) if is_over(pot) => HoursTo::Pot(community_pot.account),
                    Ok(_) | Err(_) => hours_to,
                },
                HoursTo::Pot(_) | HoursTo::Themselves => HoursTo::Themselves,
            },
            rest_to: match rest_to {
                RestTo::Account(account) if is_here(account) => rest_to,
                RestTo::Account(_) | RestTo::CommunityPot => RestTo::CommunityPot,
            },
        }
    }

    /// Somebody who may take part in something new: a person, a group or a partner, not paused.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn taking_part(&self, field: &'static str, account: AccountNumber) -> Result<Party, Refusal> {
        let party = self.party(account)?;
        match party.kind {
            AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => {}
            AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => {
                return Err(Refusal::NotSomebody { field, account });
            }
        }
        self.not_paused(party.own)?;
        Ok(party)
    }

    /// The same, of help on `day`: what was before an account was closed can still be written.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn took_part(&self, field: &'static str, account: AccountNumber, day: Day) -> Result<Party, Refusal> {
        let party = self.taking_part(field, account)?;
        if party.state == AccountState::Open {
            return Ok(party);
        }
        let bank = self.bank(party.bank)?;
        let closed_at = self.known.people.account(account).and_then(|own| own.closed_at);
        // What is closed at this moment is not known by its day yet.
        let closed_on = bank.today(closed_at.unwrap_or(self.now));
        if day > closed_on {
            return Err(Refusal::AfterClosing { account, closed_on });
        }
        Ok(party)
    }

    /// The account that moves for somebody who took part, where they chose nothing else: the pot's once theirs is
    /// closed.
    ///
    /// # Errors
    /// As [`Self::bank`].
    pub fn moves_for(&self, party: &Party) -> Result<Holder, Refusal> {
        match party.state {
            AccountState::Open => Ok(party.own),
            AccountState::Closed => self.community_pot(party.bank),
        }
    }

    /// The account that pays for somebody who was helped: as they chose, or as [`Self::moves_for`].
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn pays_for(&self, field: &'static str, party: &Party) -> Result<Holder, Refusal> {
        match party.standing.pays {
            Pays::Themselves => self.moves_for(party),
            Pays::Pot(pot) => self.pot(field, pot, party.bank),
        }
    }

    /// The account that gets the hours of somebody who helped: as they chose, or as [`Self::moves_for`].
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn gets_for(&self, field: &'static str, party: &Party) -> Result<Holder, Refusal> {
        match party.standing.hours_to {
            HoursTo::Themselves => self.moves_for(party),
            HoursTo::Pot(pot) => self.pot(field, pot, party.bank),
        }
    }

    /// Whoever owns the account is not paused.
    ///
    /// # Errors
    /// [`Refusal::Paused`].
    pub fn not_paused(&self, holder: Holder) -> Result<(), Refusal> {
        let person = self.known.people.person(holder.owner);
        if person.is_some_and(|person| person.is_paused(self.now)) {
            return Err(Refusal::Paused { account: holder.account });
        }
        Ok(())
    }

    /// Somebody is not paused, whichever account moves for them.
    ///
    /// # Errors
    /// [`Refusal::Paused`], by an account of theirs.
    pub fn none_paused(&self, owner: OwnerNumber) -> Result<(), Refusal> {
        let own = self.known.people.person(owner).and_then(|person| person.accounts.first());
        own.map_or(Ok(()), |own| self.not_paused(Holder { account: own.number, owner }))
    }

    /// A pot of `bank`, by its account.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn pot(
        &self,
        field: &'static str,
        account: AccountNumber,
        bank: BankNumber,
    ) -> Result<Holder, Refusal> {
        let view = self.account(account)?;
        if view.kind != AccountKind::Pot || view.bank != bank {
            return Err(Refusal::NotAPot { field, account });
        }
        Ok(Holder { account, owner: view.owner })
    }

    /// The pot that stands in where no other is named.
    ///
    /// # Errors
    /// [`Refusal::Ledger`] where there is no such bank.
    pub fn community_pot(&self, bank: BankNumber) -> Result<Holder, Refusal> {
        let known = self.bank(bank)?;
        Ok(Holder { account: known.community_pot, owner: known.owner })
    }

    /// The bank.
    ///
    /// # Errors
    /// [`Refusal::Ledger`] where there is none with that number.
    pub fn bank(&self, bank: BankNumber) -> Result<&'a Bank, Refusal> {
        self.known.banks.get(bank).ok_or(Refusal::Ledger(crate::domain::Refusal::BankNotFound(bank)))
    }

    /// Which day it is in the bank.
    ///
    /// # Errors
    /// As [`Self::bank`].
    pub fn today(&self, bank: BankNumber) -> Result<Day, Refusal> {
        Ok(self.bank(bank)?.today(self.now))
    }

    /// What the bank has settled, as in force now.
    #[must_use]
    pub fn settings(&self, bank: BankNumber) -> &'a policy::Settings {
        self.known.policies.current(bank).settings()
    }

    /// Whether the human behind `owner` owns the account or speaks for it, by whichever of their numbers (I11).
    /// Says what somebody may *not* do; what they may, [`Self::speaks_for`] says.
    #[must_use]
    pub fn stands_for(&self, owner: OwnerNumber, account: AccountNumber) -> bool {
        self.humans.numbers_of(owner).any(|number| self.speaks_for(number, account))
    }

    /// Whether the human behind `owner` is that of `whom`, or speaks for them in any of their banks.
    #[must_use]
    pub fn stands_for_person(&self, owner: OwnerNumber, whom: OwnerNumber) -> bool {
        let accounts = self.known.people.person(whom).into_iter().flat_map(|person| &person.accounts);
        let is_one = self.humans.human(owner) == self.humans.human(whom);
        is_one || accounts.into_iter().any(|account| self.stands_for(owner, account.number))
    }

    /// Whether `owner` owns the account or speaks for it, by that number alone: nobody gets at an account by having
    /// been taken for its owner.
    #[must_use]
    pub fn speaks_for(&self, owner: OwnerNumber, account: AccountNumber) -> bool {
        let Some(view) = self.views.account(account) else { return false };
        let Some(bank) = self.known.banks.get(view.bank) else { return false };
        self.known.people.speaks_for(owner, view.owner, bank.today(self.now))
    }

    /// The caller may speak for the account: a member for their own and whom they speak for, a broker for all people
    /// of the bank.
    ///
    /// # Errors
    /// [`Refusal::NotYours`].
    pub fn may_speak(&self, account: AccountNumber) -> Result<(), Refusal> {
        match self.rank {
            Rank::Member if !self.speaks_for(self.actor, account) => Err(Refusal::NotYours { account }),
            Rank::Member | Rank::Broker | Rank::Lead => Ok(()),
        }
    }

    /// The caller may take `amount` like this from the account: as [`Self::may_speak`], a representative only what
    /// they speak for. With a monthly limit it counts towards that: then there is a claim for the entry to make.
    ///
    /// # Errors
    /// [`Refusal::NotYours`].
    pub fn may_take(
        &self,
        account: AccountNumber,
        taking: Taking,
        amount: Amount,
    ) -> Result<Option<Claim>, Refusal> {
        match self.rank {
            Rank::Broker | Rank::Lead => return Ok(None),
            Rank::Member => {}
        }
        let view = self.account(account)?;
        let bank = self.bank(view.bank)?;
        let (people, day) = (&self.known.people, bank.today(self.now));
        match people.may_take(self.actor, view.owner, day, taking) {
            MayTake::Nothing => Err(Refusal::NotYours { account }),
            MayTake::AsTheAccountAllows => Ok(None),
            MayTake::Monthly(limit) => {
                let (month, ends) = bank.month(self.now);
                let who = Speaking { actor: self.actor, owner: view.owner, bank: view.bank };
                Ok(Some(monthly::claim(who, (month, ends), amount, limit)))
            }
        }
    }

    /// What an account stands at, seconds.
    #[must_use]
    pub fn posted(&self, account: AccountNumber) -> i64 {
        self.views.balance(account).map_or(0, |balance| balance.posted)
    }

    /// Whether whoever has this number is the caller, by whichever of their numbers.
    #[must_use]
    pub fn is_actor(&self, owner: OwnerNumber) -> bool {
        self.humans.human(owner) == self.humans.human(self.actor)
    }

    /// The caller, now.
    #[must_use]
    pub const fn acting(&self) -> Acting {
        Acting { who: self.actor, at: self.now }
    }

    /// Whether the caller and somebody who acted may have done so by one key, as one of them made it for the other.
    #[must_use]
    pub fn shares_a_key(&self, acted: Acting) -> bool {
        self.seen_keys.share_one(self.acting(), acted, self.humans)
    }

    /// Whether the directory knows the human behind `owner`: a member, or somebody who works for a bank.
    #[must_use]
    pub fn is_a_person(&self, owner: OwnerNumber) -> bool {
        self.humans.numbers_of(owner).any(|number| {
            let person = self.known.people.person(number).filter(|person| person.erased_at.is_none());
            person.is_some_and(|person| matches!(person.kind, PersonKind::Member | PersonKind::Staff))
        })
    }

    /// Asks `judge` with who is who and who stands for whom.
    pub fn with_ties<T>(&self, judge: impl FnOnce(Ties<'_>) -> T) -> T {
        let human = |owner| self.humans.human(owner);
        let stands_for = |owner, account| self.stands_for(owner, account);
        let is_a_person = |owner| self.is_a_person(owner);
        let share_a_key = |one, other| self.seen_keys.share_one(one, other, self.humans);
        let stands_for_person = |owner, whom| self.stands_for_person(owner, whom);
        judge(Ties {
            human: &human,
            stands_for: &stands_for,
            stands_for_person: &stands_for_person,
            is_a_person: &is_a_person,
            share_a_key: &share_a_key,
        })
    }

    /// An account.
    ///
    /// # Errors
    /// [`Refusal::Ledger`] where nobody has that number.
    pub fn account(&self, account: AccountNumber) -> Result<AccountView, Refusal> {
        let found = self.views.account(account);
        found.ok_or(Refusal::Ledger(crate::domain::Refusal::AccountNotFound(account)))
    }
}

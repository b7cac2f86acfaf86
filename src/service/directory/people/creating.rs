//! Somebody taken in, and what is known of them said anew.

use super::messages::{read_kind, read_profile};
use super::{Id, Telling, about_oneself, bare, note_about, owner};
use crate::access::{Allowed, Capacity, Role};
use crate::api::*;
use crate::directory::Known;
use crate::directory::people::terms::PersonKind;
use crate::directory::people::{Profile, Said, seal_profile};
use crate::domain::{
    AccountKind, AccountNumber, Action, Attachment, BankNumber, Command, Limits, NewAccount, Opened,
    OwnerNumber, Reason, Refusal, RequestKey, Topic,
};
use crate::ledger::Mode;
use crate::network::{KeysError, derived_id};
use crate::seal::Place;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::words::people as words;

/// Who is to be taken in.
struct New {
    bank: BankNumber,
    kind: PersonKind,
    profile: Profile,
    owner: Option<OwnerNumber>,
    limits: Option<Limits>,
    is_asked: IsAsked,
}

/// Whether "same person?" is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IsAsked {
    Yes,
    AnsweredBefore,
}

impl New {
    fn read(request: CreatePersonRequest) -> Result<Self, NotDone> {
        let kind = read_kind(request.kind)?;
        if kind == PersonKind::Staff && request.limits.is_some() {
            return Err(NotDone::bad("limits", "absent for staff, who have no account"));
        }
        let limits = request.limits.map(|limits| fields::limits("limits", Some(limits)));
        Ok(Self {
            bank: BankNumber::new(request.bank_number),
            kind,
            profile: read_profile(request.profile)?,
            owner: fields::person(request.owner_number),
            limits: limits.transpose()?,
            is_asked: if request.is_somebody_else { IsAsked::AnsweredBefore } else { IsAsked::Yes },
        })
    }
}

impl Installation {
    pub(in crate::service::directory) fn create_person(
        &self,
        allowed: &Allowed,
        request: CreatePersonRequest,
    ) -> Result<CreatePersonResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let new = New::read(request)?;
        self.bank_in_reach(allowed, new.bank)?;
        let receipt = self.tell(allowed, id, |telling| self.taking_in(allowed, id, &new, telling))?;
        let (owner, account) = match (&receipt.entry.command.action, receipt.entry.outcome.opened) {
            (Action::OpenAccounts(accounts), Opened::Accounts(first)) => {
                (accounts.first().map(|account| account.owner), Some(first))
            }
            (Action::Note(note), _) => (u32::try_from(note.subject).ok().map(OwnerNumber::new), None),
            (_, _) => (None, None),
        };
        // Somebody who was only thought of has no number; another owner stood in for them.
        let is_thought_of = receipt.entry.sequence.is_zero() && new.owner.is_none();
        Ok(CreatePersonResponse {
            receipt: Some(self.receipt_as_seen(allowed, &receipt)),
            owner_number: owner.filter(|_| !is_thought_of).map_or(0, OwnerNumber::get),
            account_number: account.map_or(0, AccountNumber::printed),
        })
    }

    /// The entry that takes somebody in: all rules first, then a number for them, then the words under their key.
    fn taking_in(
        &self,
        allowed: &Allowed,
        id: Id,
        new: &New,
        telling: Telling<'_>,
    ) -> Result<Command, NotDone> {
        telling.judged(|known| self.may_be_taken_in(allowed, new, known))?;
        let Some(owner) = self.number_of(allowed, id, new, telling.known)? else {
            // Only checked: the bank stands in for somebody who has no number yet, and nothing is sealed.
            let bank = telling.known.banks.get(new.bank);
            let bank = bank.ok_or_else(|| self.refused(&Refusal::BankNotFound(new.bank)))?;
            return Ok(match new.account(telling, bank.owner) {
                Some(account) => bare(Action::OpenAccounts(vec![account])),
                None => note_about(bank.owner, &new.said(new.bank, Box::default())),
            });
        };
        let place = if new.kind == PersonKind::Staff { Place::Note } else { Place::Attachment };
        let sealed = seal_profile(&self.network.keyring, owner, &id.key, place, &new.profile);
        let sealed = sealed.map_err(|error| self.not_sealed(&error))?.into_bytes().into_boxed_slice();
        // Who is here already stays with their bank.
        let bank = telling.known.people.person(owner).map_or(new.bank, |person| person.bank);
        let said = new.said(bank, sealed);
        let Some(account) = new.account(telling, owner) else { return Ok(note_about(owner, &said)) };
        let mut command = bare(Action::OpenAccounts(vec![account]));
        command.attachment = Some(Box::new(Attachment { topic: Topic::PERSON, body: said.encode() }));
        Ok(command)
    }

    fn may_be_taken_in(&self, allowed: &Allowed, new: &New, known: &Known) -> Result<(), NotDone> {
        if allowed.caller().capacity == Capacity::Role(Role::Admin) && new.kind != PersonKind::Staff {
            return Err(NotDone::by_rule(Reason::BeyondReach, words::staff_only(), &[]));
        }
        let is_usual =
            new.limits.is_none_or(|limits| new.usual(known).is_some_and(|(_, usual)| usual == limits));
        if allowed.caller().capacity == Capacity::Role(Role::Broker) && !is_usual {
            return Err(NotDone::by_rule(Reason::BeyondReach, words::limits_are_a_leads(), &[]));
        }
        if let Some(owner) = new.owner {
            if self.is_oneself(allowed, owner) {
                return Err(about_oneself());
            }
            let is_there = (1..=self.network.ledger.views().owners()).contains(&owner.get());
            if !is_there || self.is_an_institution(known, owner) {
                return Err(self.nobody(owner));
            }
            if known.people.person(owner).is_some() {
                let person = self.own_person(allowed, known, owner)?;
                if person.kind != new.kind && !person.accounts.is_empty() {
                    return Err(NotDone::bad("kind", "what they are already"));
                }
            }
        }
        if new.is_asked == IsAsked::AnsweredBefore {
            return Ok(());
        }
        let alike = known.names.same_person(new.bank, new.profile.name(), new.profile.contacts());
        let alike = alike.into_iter().map(|one| one.owner).filter(|owner| Some(*owner) != new.owner);
        let alike: Vec<_> = alike.collect();
        let Some(first) = alike.first() else { return Ok(()) };
        let mut figures = vec![("persons_count".to_owned(), alike.len().to_string())];
        figures.push(("owner_number".to_owned(), first.to_string()));
        let next = (2_u32..).zip(alike.iter().skip(1));
        figures.extend(next.map(|(place, owner)| (format!("{place}.owner_number"), owner.to_string())));
        let sentence = words::same_person(&alike);
        Err(NotDone::Refused { reason: Reason::SamePerson, sentence, figures: figures.into_iter().collect() })
    }

    /// Whether an owner is a bank, or holds the network's own key.
    pub(super) fn is_an_institution(&self, known: &Known, owner: OwnerNumber) -> bool {
        known.banks.owners().any(|bank| bank == owner)
            || self.access.begun().is_some_and(|begun| begun.key_owner == owner)
    }

    /// The number of whoever is taken in; none for somebody new who is only checked. The same request always
    /// registers the same.
    fn number_of(
        &self,
        allowed: &Allowed,
        id: Id,
        new: &New,
        known: &Known,
    ) -> Result<Option<OwnerNumber>, NotDone> {
        if let Some(owner) = new.owner {
            let is_forgotten = known.people.person(owner).is_some_and(|person| person.erased_at.is_some());
            return if is_forgotten { Err(self.nobody(owner)) } else { Ok(Some(owner)) };
        }
        let key = RequestKey { id: derived_id("hourbook somebody taken in", &id.key.id.bytes()), ..id.key };
        let before = self.network.ledger.find(key).map_err(|error| self.not_done(error))?;
        if let Some(Opened::Owners(first)) = before.map(|entry| entry.outcome.opened) {
            return Ok(Some(first));
        }
        if id.mode == Mode::ValidateOnly {
            return Ok(None);
        }
        let registered = self.network.register_owners(key, allowed.caller().holder, 1);
        let registered = registered.map_err(|error| match error {
            KeysError::NoReceipt(no_receipt) => self.not_done(no_receipt),
            KeysError::Key(_) | KeysError::Erasure(_) => NotDone::Unknown(error.to_string()),
        })?;
        Ok(registered.first().copied())
    }

    pub(in crate::service::directory) fn update_person(
        &self,
        allowed: &Allowed,
        request: UpdatePersonRequest,
    ) -> Result<UpdatePersonResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let owner = owner("owner_number", request.owner_number)?;
        let profile = read_profile(request.profile)?;
        let receipt = self.tell(allowed, id, |telling| {
            let person = self.own_person(allowed, telling.known, owner)?;
            let sealed = seal_profile(&self.network.keyring, owner, &id.key, Place::Note, &profile);
            let profile = sealed.map_err(|error| self.not_sealed(&error))?.into_bytes().into_boxed_slice();
            Ok(note_about(owner, &Said::Person { kind: person.kind, bank: person.bank, profile }))
        })?;
        Ok(UpdatePersonResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }
}

impl New {
    fn said(&self, bank: BankNumber, profile: Box<[u8]>) -> Said {
        Said::Person { kind: self.kind, bank, profile }
    }

    /// The kind of their account, and how far the bank's policy lets it go. None for staff.
    fn usual(&self, known: &Known) -> Option<(AccountKind, Limits)> {
        let settings = known.policies.current(self.bank).settings();
        match self.kind {
            PersonKind::Member => Some((AccountKind::Member, settings.member_limits)),
            PersonKind::Organisation => Some((AccountKind::Organisation, settings.organisation_limits)),
            PersonKind::Partner => Some((AccountKind::Partner, settings.partner_limits)),
            PersonKind::Staff => None,
        }
    }

    /// Their account, with the limits that were asked for, else those of the bank's policy: when they were taken in,
    /// where that was before. None for staff.
    fn account(&self, telling: Telling<'_>, owner: OwnerNumber) -> Option<NewAccount> {
        let (kind, usual) = self.usual(telling.known)?;
        let limits = self.limits.or_else(|| super::limits_before(telling)).unwrap_or(usual);
        Some(NewAccount { bank: self.bank, kind, owner, limits, label: Box::default() })
    }
}

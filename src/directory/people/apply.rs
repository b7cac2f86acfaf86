//! Entries folded into people, one after the other.
//!
//! - The same entries always give the same people.
//! - What does not follow is an error that names its entry. What is said of somebody who is forgotten does
//!   not follow.
//! - Accounts opened without a word about their owner make somebody nobody knows more of, so that books
//!   taken over from elsewhere fold too.

use std::collections::BTreeSet;

use super::note::Said;
use super::pause::Pause;
use super::person::{OwnAccount, Person, Pot, Purposed, Sealed};
use super::register::People;
use super::sites::{InUse, Sites};
use super::terms::{HoursTo, PauseCause, Pays, PersonKind, Representative, RestTo, Site, Standing};
use crate::directory::reading::BadBytes;
use crate::domain::{
    AccountKind, AccountNumber, Action, BankNumber, Entry, NewAccount, Opened, OwnerNumber, RequestKey,
    Sequence, Timestamp, Topic,
};
use crate::seal::Place;

/// At most this many people, groups and partners.
pub const OWNERS_MAX: usize = 1_000_000;
/// At most this many pots.
pub const POTS_MAX: usize = 1_000_000;
/// At most this many accounts of theirs, closed ones too.
pub const ACCOUNTS_MAX: usize = 4_000_000;
/// At most this many people speak for one group.
pub const REPRESENTATIVES_MAX: usize = 20;

/// Something said of somebody, with what its entry says.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The entry.
    pub sequence: Sequence,
    /// Its request, which what is sealed opens with.
    pub key: RequestKey,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: OwnerNumber,
    /// In a note or in an attachment.
    pub place: Place,
    /// What it is about.
    pub topic: Topic,
    /// Whom it is about.
    pub subject: u64,
    /// Its bytes.
    pub body: &'a [u8],
}

/// An entry that cannot be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFact {
    /// Its bytes.
    #[error("entry {0} about a person cannot be read: {1}")]
    Bytes(Sequence, BadBytes),
    /// What it says does not follow from what was said before.
    #[error("entry {0} about a person does not follow from those before it: {1}")]
    Order(Sequence, &'static str),
    /// One too many.
    #[error("entry {sequence} is one too many: at most {most} {what}")]
    Full {
        /// The entry.
        sequence: Sequence,
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
}

impl People {
    /// Takes in the next entry: accounts opened and closed, what is said of people, erasures. Others change
    /// nothing.
    ///
    /// An attachment is about the first account the entry opens, or its owner; after an error in it the
    /// accounts of the entry are there all the same.
    ///
    /// # Errors
    /// [`BadFact`], naming the entry.
    pub fn apply_entry(&mut self, entry: &Entry) -> Result<(), BadFact> {
        let (sequence, command) = (entry.sequence, &entry.command);
        let written = |place, topic, subject, body| {
            let (recorded_at, actor) = (entry.recorded_at, command.actor);
            let key = command.key.ok_or(BadFact::Order(sequence, "it has no request"))?;
            Ok(Written { sequence, key, recorded_at, actor, place, topic, subject, body })
        };
        let mut first_opened = None;
        match &command.action {
            Action::OpenAccounts(accounts) => {
                let Opened::Accounts(first) = entry.outcome.opened else {
                    return Err(BadFact::Order(sequence, "it opens no accounts"));
                };
                first_opened = accounts.first().map(|account| (first, account.owner));
                self.open_all(sequence, first, accounts)?;
            }
            Action::OpenBank(bank) => {
                let Opened::Bank(number, pot) = entry.outcome.opened else {
                    return Err(BadFact::Order(sequence, "it opens no bank"));
                };
                room(sequence, self.pots.len(), 1, POTS_MAX, "pots")?;
                self.open_pot(pot, number, bank.owner);
            }
            Action::Close(close) => self.set_closed(close.account, Some(entry.recorded_at)),
            Action::Reopen(account) => self.set_closed(*account, None),
            Action::Note(note) => self.apply(&written(Place::Note, note.topic, note.subject, &note.body)?)?,
            Action::Post(_)
            | Action::Hold(_)
            | Action::Capture(_)
            | Action::Void(_)
            | Action::Expire(_)
            | Action::Reverse(_)
            | Action::RegisterOwners(_)
            | Action::OpenClearing(_)
            | Action::SetLimits(..) => {}
        }
        let Some(said) = command.attachment.as_ref().filter(|said| is_ours(said.topic)) else {
            return Ok(());
        };
        let (account, owner) =
            first_opened.ok_or(BadFact::Order(sequence, "an attachment about people opens an account"))?;
        let subject =
            if said.topic == Topic::POT { u64::from(account.slot()) } else { u64::from(owner.get()) };
        self.apply(&written(Place::Attachment, said.topic, subject, &said.body)?)
    }

    /// Takes in what is said of somebody; with an error nothing is changed. Topics that are not ours change
    /// nothing.
    ///
    /// # Errors
    /// [`BadFact`], naming the entry.
    pub fn apply(&mut self, written: &Written<'_>) -> Result<(), BadFact> {
        let out_of_order = |why| BadFact::Order(written.sequence, why);
        let subject = u32::try_from(written.subject);
        if written.topic == Topic::ERASURE {
            let owner = subject.map_err(|_| out_of_order("there is no such owner"))?;
            self.erase(OwnerNumber::new(owner), written.recorded_at);
            return Ok(());
        }
        let said = Said::decode(written.topic, written.body);
        let Some(said) = said.map_err(|bad| BadFact::Bytes(written.sequence, bad))? else { return Ok(()) };
        let subject = subject.map_err(|_| out_of_order("there is no such owner or account"))?;
        let sealed = |bytes| Sealed { bytes, key: written.key, place: written.place };
        if let Said::Pot { last_day, opens, purpose } = said {
            let pot = AccountNumber::from_slot(subject).and_then(|account| self.pots.get_mut(&account));
            let pot = pot.ok_or(out_of_order("there is no such pot"))?;
            pot.terms = Some(Purposed { last_day, opens, purpose: sealed(purpose) });
            return Ok(());
        }
        let owner = OwnerNumber::new(subject);
        if owner == OwnerNumber::OPERATOR {
            return Err(out_of_order("the operator is nobody's member"));
        }
        if self.persons.get(&owner).is_some_and(|person| person.erased_at.is_some()) {
            return Err(out_of_order("whom it is about is forgotten"));
        }
        if let Said::Person { kind, bank, profile } = said {
            return self.introduce(written.sequence, owner, kind, bank, sealed(profile));
        }
        if let Said::Standing(standing) = said {
            self.check_accounts(owner, standing)
                .ok_or(out_of_order("an account of another bank, or none"))?;
        }
        if let Said::Named(one) = &said
            && (one.owner == owner || !self.persons.contains_key(&one.owner))
        {
            return Err(out_of_order("nobody who could speak for them"));
        }
        let person = self.persons.get_mut(&owner).ok_or(out_of_order("whom it is about is unknown"))?;
        match said {
            Said::Person { .. } | Said::Pot { .. } => {} // Above.
            Said::Standing(standing) => person.standing = standing,
            Said::Named(one) => {
                name_representative(person, one).map_err(|most| BadFact::Full {
                    sequence: written.sequence,
                    what: "representatives of one owner",
                    most,
                })?;
                self.speakers.insert((one.owner, owner));
            }
            Said::Ended(speaker) => {
                let place = person.representatives.iter().position(|one| one.owner == speaker);
                person.representatives.remove(place.ok_or(out_of_order("they did not speak for them"))?);
                self.speakers.remove(&(speaker, owner));
            }
            Said::Paused(cause) => {
                person.pause =
                    Some(pause(person.pause, cause, written).ok_or(out_of_order("they are leaving"))?);
            }
            Said::Resumed => {
                let last = person.pause.ok_or(out_of_order("they were not paused"))?;
                person.pause = Some(last.ended(written.recorded_at));
            }
            Said::Site(site) => {
                if person.kind != PersonKind::Partner {
                    return Err(out_of_order("only partners have venues"));
                }
                let sites = &mut person.sites;
                let changed = match site {
                    Site::Venue { number, words } => sites.set_venue(number, sealed(words)),
                    Site::VenueClosed(number) => sites.close_venue(number),
                    Site::Till { number, venue } => sites.set_till(number, venue),
                    Site::TillClosed(number) => sites.close_till(number),
                };
                changed.ok_or(out_of_order("no such venue or till"))?;
            }
        }
        Ok(())
    }

    /// Somebody's profile, the first or another.
    fn introduce(
        &mut self,
        sequence: Sequence,
        owner: OwnerNumber,
        kind: PersonKind,
        bank: BankNumber,
        profile: Sealed,
    ) -> Result<(), BadFact> {
        if let Some(known) = self.persons.get_mut(&owner) {
            if known.kind != kind && (!known.accounts.is_empty() || known.sites != Sites::default()) {
                return Err(BadFact::Order(sequence, "accounts say what somebody is, and say otherwise"));
            }
            if known.bank != bank {
                known.standing = Standing::default(); // It named accounts of the bank they leave.
            }
            (known.kind, known.bank, known.profile) = (kind, bank, Some(profile));
        } else {
            room(sequence, self.persons.len(), 1, OWNERS_MAX, "owners")?;
            let person = Person { profile: Some(profile), ..Person::new(owner, kind, bank) };
            self.persons.insert(owner, person);
        }
        Ok(())
    }

    /// None unless each pot named, and the account that takes what is left, is one of the bank of `owner`.
    fn check_accounts(&self, owner: OwnerNumber, standing: Standing) -> Option<()> {
        let bank = self.persons.get(&owner)?.bank;
        let pays = match standing.pays {
            Pays::Themselves => None,
            Pays::Pot(pot) => Some(pot),
        };
        let hours_to = match standing.hours_to {
            HoursTo::Themselves => None,
            HoursTo::Pot(pot) => Some(pot),
        };
        let rest_to = match standing.rest_to {
            RestTo::CommunityPot => None,
            RestTo::Account(account) => Some(account),
        };
        let is_pot = |pot| self.pots.get(&pot).is_some_and(|pot| pot.bank == bank);
        let takes_rest =
            |account| is_pot(account) || self.account(account).is_some_and(|one| one.bank == bank);
        (pays.into_iter().chain(hours_to).all(is_pot) && rest_to.is_none_or(takes_rest)).then_some(())
    }

    /// What was known of them goes; that they were there, their accounts and who said what in the journal stay.
    fn erase(&mut self, owner: OwnerNumber, at: Timestamp) {
        let Some(person) = self.persons.get_mut(&owner) else { return };
        for one in person.representatives.drain(..) {
            self.speakers.remove(&(one.owner, owner));
        }
        person.profile = None;
        person.sites = Sites::default();
        person.standing = Standing::default();
        person.pause = None;
        person.erased_at = person.erased_at.or(Some(at));
    }

    fn open_all(
        &mut self,
        sequence: Sequence,
        first: AccountNumber,
        accounts: &[NewAccount],
    ) -> Result<(), BadFact> {
        let pots = accounts.iter().filter(|account| account.kind == AccountKind::Pot).count();
        let owners: BTreeSet<_> = accounts
            .iter()
            .filter(|account| {
                person_kind(account.kind).is_some() && !self.persons.contains_key(&account.owner)
            })
            .map(|account| account.owner)
            .collect();
        room(sequence, self.persons.len(), owners.len(), OWNERS_MAX, "owners")?;
        room(sequence, self.accounts.len(), accounts.len(), ACCOUNTS_MAX, "accounts")?;
        room(sequence, self.pots.len(), pots, POTS_MAX, "pots")?;
        for (account, slot) in accounts.iter().zip(first.slot()..) {
            let no_such = BadFact::Order(sequence, "there is no such account");
            let number = AccountNumber::from_slot(slot).ok_or(no_such)?;
            if account.kind == AccountKind::Pot {
                self.open_pot(number, account.bank, account.owner);
            }
            let Some(kind) = person_kind(account.kind) else { continue };
            let new = || Person::new(account.owner, kind, account.bank);
            let person = self.persons.entry(account.owner).or_insert_with(new);
            if person.accounts.is_empty() {
                person.kind = kind; // Who worked for a bank only is now a member.
            }
            person.accounts.push(OwnAccount { number, bank: account.bank, closed_at: None });
            self.accounts.insert(number, account.owner);
        }
        Ok(())
    }

    fn open_pot(&mut self, account: AccountNumber, bank: BankNumber, owner: OwnerNumber) {
        self.pots.insert(account, Pot { account, bank, owner, terms: None, in_use: InUse::Yes });
    }

    fn set_closed(&mut self, number: AccountNumber, closed_at: Option<Timestamp>) {
        if let Some(pot) = self.pots.get_mut(&number) {
            pot.in_use = if closed_at.is_some() { InUse::NoLonger } else { InUse::Yes };
        }
        let owner = self.accounts.get(&number).and_then(|owner| self.persons.get_mut(owner));
        let mut accounts = owner.into_iter().flat_map(|owner| owner.accounts.iter_mut());
        if let Some(account) = accounts.find(|account| account.number == number) {
            account.closed_at = closed_at;
        }
    }
}

/// Whether there is room for `more` beside `count`.
fn room(
    sequence: Sequence,
    count: usize,
    more: usize,
    most: usize,
    what: &'static str,
) -> Result<(), BadFact> {
    if count.saturating_add(more) <= most { Ok(()) } else { Err(BadFact::Full { sequence, what, most }) }
}

/// What the owner of an account of this kind is; none for the accounts of a bank itself.
const fn person_kind(kind: AccountKind) -> Option<PersonKind> {
    match kind {
        AccountKind::Member => Some(PersonKind::Member),
        AccountKind::Organisation => Some(PersonKind::Organisation),
        AccountKind::Partner => Some(PersonKind::Partner),
        AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => None,
    }
}

const fn is_ours(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::PERSON | Topic::STANDING | Topic::REPRESENTATIVE | Topic::PAUSE | Topic::VENUE | Topic::POT
    )
}

/// Another representative, or other words for one; or how many there may be.
fn name_representative(person: &mut Person, one: Representative) -> Result<(), usize> {
    let place = person.representatives.iter().position(|known| known.owner == one.owner);
    if let Some(known) = place.and_then(|place| person.representatives.get_mut(place)) {
        *known = one;
        return Ok(());
    }
    if person.representatives.len() >= REPRESENTATIVES_MAX {
        return Err(REPRESENTATIVES_MAX);
    }
    person.representatives.push(one);
    Ok(())
}

/// The pause after another; none if somebody who asked to be forgotten would be paused for now, or anew.
fn pause(last: Option<Pause>, cause: PauseCause, written: &Written<'_>) -> Option<Pause> {
    let begun = Pause::begun(cause, written.actor, written.recorded_at);
    match (last, cause) {
        (Some(Pause { cause: PauseCause::ToBeForgotten, .. }), _) => None,
        (Some(last), PauseCause::ForNow) if last.holds(written.recorded_at) => {
            Some(Pause { since: last.since, ..begun })
        }
        (Some(_) | None, PauseCause::ForNow | PauseCause::ToBeForgotten) => Some(begun),
    }
}

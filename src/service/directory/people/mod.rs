//! People on the wire: taken in, found, changed, paused, forgotten.
//!
//! - What is said of somebody is written in the middle of a change of the directory, so that it follows from what is
//!   known; an entry that does not follow would stand in the way of all that come after it.
//! - A broker sees everybody who belongs to their banks or has, or had, an account there; they change what is said
//!   of those who belong to their banks. A partner sees itself, and says where its venues and tills are. Admins take
//!   in and see who works for a bank, and nobody else. Everybody else is nobody to them (I10).
//! - A request id that was used before is answered as then, whatever a rule would say by now.
//!
//! | to find | look in |
//! |---|---|
//! | messages become profiles, profiles become messages | `messages.rs` |
//! | taking somebody in, saying anew what is known of them | `creating.rs` |
//! | looking somebody up, looking for them | `finding.rs` |
//! | who pays, who speaks for whom, pauses | `terms.rs` |
//! | pots | `pots.rs` |
//! | everything that is held about one person | `exporting.rs`, `held.rs` |
//! | sessions that come again | `groups.rs` |
//! | venues and tills of a partner | `sites.rs` |
//! | who comes with which tokens | `linking.rs` |
//! | cards; their PINs | `cards/`, `cards/pin.rs` |
//! | closing an account; being forgotten | `closing.rs`, `forgetting.rs` |

mod cards;
mod closing;
mod creating;
mod exporting;
mod finding;
mod forgetting;
mod groups;
mod held;
mod linking;
mod messages;
mod pots;
mod sites;
mod terms;

pub(in crate::service) use sites::{full, is_open};

use crate::access::{Allowed, Capacity, Reach, Role};
use crate::directory::Known;
use crate::directory::people::terms::PersonKind;
use crate::directory::people::{Person, Said};
use crate::domain::{Action, Command, Entry, Note, OwnerNumber, Reason, Refusal};
use crate::ledger::{NoReceipt, Receipt, Repeated};
use crate::seal::{self, KeyError, Place, SealError, Text};
use crate::service::asked::Id;
use crate::service::fields;
use crate::service::installation::{Installation, nobody_forgotten};
use crate::service::not_done::NotDone;
use crate::words::people as words;

/// What a command is made of: what is known, and what this id did before.
#[derive(Clone, Copy)]
pub(in crate::service) struct Telling<'a> {
    /// What is known.
    pub known: &'a Known,
    /// What this id did before.
    pub before: Option<&'a Entry>,
}

impl Telling<'_> {
    /// Judges, unless this id was answered before.
    pub fn judged(&self, judge: impl FnOnce(&Known) -> Result<(), NotDone>) -> Result<(), NotDone> {
        if self.before.is_some() { Ok(()) } else { judge(self.known) }
    }
}

impl Installation {
    /// Writes what `tell` makes of what is known, while nothing else that is known can change.
    pub(in crate::service) fn tell(
        &self,
        allowed: &Allowed,
        id: Id,
        tell: impl FnOnce(Telling<'_>) -> Result<Command, NotDone>,
    ) -> Result<Receipt, NotDone> {
        let ledger = &self.network.ledger;
        self.directory.change(ledger, |known| {
            let before = ledger.find(id.key).map_err(|error| self.not_done(error))?;
            match (tell(Telling { known, before: before.as_ref() }), before) {
                (Ok(command), _) => {
                    let command = Command { key: Some(id.key), actor: allowed.caller().holder, ..command };
                    command.check()?;
                    self.write_and_wait(command, id.mode)
                }
                // They were forgotten since: what was said cannot be sealed again to compare it.
                (Err(_), Some(entry)) => Ok(Receipt { entry, repeated: Repeated::Yes }),
                (Err(not_done), None) => Err(not_done),
            }
        })
    }

    /// The same for a note about `owner`, who belongs to a bank in reach; `judge` says what is said of them.
    fn say(
        &self,
        allowed: &Allowed,
        id: Id,
        owner: OwnerNumber,
        said: &Said,
        judge: impl FnOnce(&Known, &Person) -> Result<(), NotDone>,
    ) -> Result<Receipt, NotDone> {
        self.person_in_reach(allowed, &*self.directory.known_now(&self.network.ledger)?, owner)?;
        self.tell(allowed, id, |telling| {
            telling.judged(|known| judge(known, self.own_person(allowed, known, owner)?))?;
            Ok(note_about(owner, said))
        })
    }

    /// Somebody whom the caller may see.
    pub(in crate::service) fn person_in_reach<'a>(
        &self,
        allowed: &Allowed,
        known: &'a Known,
        owner: OwnerNumber,
    ) -> Result<&'a Person, NotDone> {
        let person = known.people.person(owner).filter(|person| sees(allowed, person));
        person.ok_or_else(|| self.nobody(owner))
    }

    /// Whether the caller may see somebody.
    pub(in crate::service) fn sees_person(&self, allowed: &Allowed, person: &Person) -> bool {
        sees(allowed, person)
    }

    /// Somebody of whom the caller may say something: they belong to a bank in reach, and are not forgotten.
    fn own_person<'a>(
        &self,
        allowed: &Allowed,
        known: &'a Known,
        owner: OwnerNumber,
    ) -> Result<&'a Person, NotDone> {
        let person = self.person_in_reach(allowed, known, owner)?;
        let is_own = allowed.sees_bank(person.bank) && person.erased_at.is_none();
        if is_own { Ok(person) } else { Err(self.nobody(owner)) }
    }

    fn nobody(&self, owner: OwnerNumber) -> NotDone {
        self.refused(&Refusal::OwnerNotFound(owner))
    }

    /// Nobody decides about themselves or whom they speak for (I11).
    pub(in crate::service) fn not_oneself(
        &self,
        allowed: &Allowed,
        known: &Known,
        person: &Person,
    ) -> Result<(), NotDone> {
        let now = self.access.now();
        let day = known.banks.get(person.bank).map_or_else(|| now.utc_day(), |bank| bank.today(now));
        let humans = self.access.humans();
        let mut own = humans.numbers_of(allowed.caller().holder);
        if own.any(|own| known.people.speaks_for(own, person.owner, day)) {
            return Err(about_oneself());
        }
        Ok(())
    }

    /// Whether an owner number is the caller's, or another one of the same human.
    fn is_oneself(&self, allowed: &Allowed, owner: OwnerNumber) -> bool {
        self.access.humans().are_one(allowed.caller().holder, owner)
    }

    /// Words under the key of `owner`.
    fn sealed_text(
        &self,
        owner: OwnerNumber,
        id: &Id,
        place: Place,
        text: &Text,
    ) -> Result<Box<[u8]>, NotDone> {
        let sealed = seal::seal(&self.network.keyring, &[owner], &id.key, place, text);
        let sealed = sealed.map_err(|error| self.not_sealed(&error))?;
        Ok(sealed.into_bytes().into_boxed_slice())
    }

    /// Why something could not be sealed.
    fn not_sealed(&self, error: &SealError) -> NotDone {
        match error {
            SealError::Key(KeyError::Erased { owner }) => nobody_forgotten(*owner),
            SealError::Key(KeyError::NoKey { owner } | KeyError::NumberOutOfRange { owner }) => {
                self.not_done(NoReceipt::Refused(Box::new(Refusal::OwnerNotFound(*owner))))
            }
            SealError::TooLong(_)
            | SealError::NoOwner
            | SealError::TooManyOwners { .. }
            | SealError::Key(_)
            | SealError::Crypto => NotDone::Unreadable(error.to_string()),
        }
    }
}

/// Whether a caller may see somebody: brokers all who are of their banks, members and partners themselves, admins who
/// works for a bank.
fn sees(allowed: &Allowed, person: &Person) -> bool {
    let caller = allowed.caller();
    if let Reach::Partners(partners) = &caller.reach {
        return person.kind == PersonKind::Partner && partners.contains(&person.owner);
    }
    if caller.capacity == Capacity::Role(Role::Admin) && person.kind != PersonKind::Staff {
        return false;
    }
    if allowed.sees_own_side_only() && person.owner != allowed.caller().holder {
        return false;
    }
    let mut banks = person.accounts.iter().map(|account| account.bank);
    allowed.sees_bank(person.bank) || banks.any(|bank| allowed.sees_bank(bank))
}

/// A note about somebody; id and actor are said by whoever writes it.
fn note_about(owner: OwnerNumber, said: &Said) -> Command {
    let note = Note { topic: said.topic(), subject: u64::from(owner.get()), body: said.encode() };
    bare(Action::Note(note))
}

/// A command without id and actor.
pub(in crate::service) fn bare(action: Action) -> Command {
    Command::without_key(crate::service::asked::NOBODY_YET, action)
}

pub(in crate::service) fn owner(field: &str, number: u32) -> Result<OwnerNumber, NotDone> {
    fields::person(number).ok_or_else(|| NotDone::bad(field, "the owner number of somebody, from 1"))
}

pub(in crate::service) fn about_oneself() -> NotDone {
    NotDone::by_rule(Reason::SecondPersonNeeded, words::about_oneself(), &[])
}

/// The limits of the account that this id opened before, if it did.
fn limits_before(telling: Telling<'_>) -> Option<crate::domain::Limits> {
    match &telling.before?.command.action {
        Action::OpenAccounts(accounts) => accounts.first().map(|account| account.limits),
        Action::Post(_)
        | Action::Hold(_)
        | Action::Capture(_)
        | Action::Void(_)
        | Action::Expire(_)
        | Action::Reverse(_)
        | Action::RegisterOwners(_)
        | Action::OpenBank(_)
        | Action::OpenClearing(_)
        | Action::SetLimits(..)
        | Action::Close(_)
        | Action::Reopen(_)
        | Action::Note(_) => None,
    }
}

//! People who are forgotten: paused at once, done after 14 days.
//!
//! - When it is due stands in the books, in the note that began it: a restart goes on where it was.
//! - It is not done while hours are set aside from an account of theirs or for one, nor while a broker or a second person
//!   has to settle something about one; then it is done later.
//! - Their keys and tokens work until it is done, as they may change their mind, and never after. So end the keys of tills
//!   that are closed. Whoever was killed in between does it the next time it is looked who is due.
//! - What is done is an erasure like any other ([`crate::network::Network::erase`]), by whoever asked for it.

use super::terms::of;
use super::{Id, owner};
use crate::access::{Allowed, Credential, Reach};
use crate::api::*;
use crate::directory::Known;
use crate::directory::people::terms::PauseCause;
use crate::directory::people::{Person as Somebody, Said};
use crate::domain::{OwnerNumber, Reason, RequestKey, Scope, Sequence, Timestamp};
use crate::network::derived_id;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::words::people as words;

/// So many are forgotten at a time; the next the next time.
const FORGOTTEN_AT_ONCE_MAX: usize = 100;

impl Installation {
    pub(in crate::service::directory) fn erase_member(
        &self,
        allowed: &Allowed,
        request: EraseMemberRequest,
    ) -> Result<EraseMemberResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let owner = owner("owner_number", request.owner_number)?;
        let said =
            if request.is_taken_back { Said::Resumed } else { Said::Paused(PauseCause::ToBeForgotten) };
        let receipt = self.say(allowed, id, owner, &said, |known, person| {
            self.not_oneself(allowed, known, person)?;
            if self.is_an_institution(known, owner) {
                return Err(NotDone::bad(
                    "owner_number",
                    "a person's: this one is a time bank, or the network",
                ));
            }
            match (leaves(person), request.is_taken_back) {
                (true, true) | (false, false) => Ok(()),
                (true, false) => Err(NotDone::by_rule(Reason::Paused, words::to_be_forgotten(), &of(owner))),
                (false, true) => {
                    Err(NotDone::by_rule(Reason::NothingWaits, words::not_to_be_forgotten(), &of(owner)))
                }
            }
        })?;
        let due_at = (!request.is_taken_back).then(|| self.until(&receipt));
        Ok(EraseMemberResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), due_at })
    }

    /// Forgets whoever is due, but for those beyond a hundred; says how many. Blocking.
    ///
    /// # Errors
    /// The first that could not be forgotten; the others wait for the next time.
    pub fn forget_whoever_is_due(&self) -> Result<usize, NotDone> {
        let now = self.access.now();
        self.end_keys_of_who_is_gone(OwnerNumber::OPERATOR)?;
        let is_anybody =
            self.directory.known_now(&self.network.ledger)?.people.persons().any(|one| is_due(one, now));
        if !is_anybody {
            return Ok(0);
        }
        // Before the directory is kept as it is: what is open is never asked for the other way round.
        let open = self.accounts_with_open_matters().map_err(unreadable)?;
        let known = self.directory.known_now(&self.network.ledger)?;
        let is_open = |person: &&Somebody| person.accounts.iter().any(|own| open.contains(&own.number));
        let due = known.people.persons().filter(|person| is_due(person, now) && !is_open(person));
        let due = due.filter(|person| !self.is_in_the_way(&known, person)).map(|person| person.owner);
        let due: Vec<_> = due.take(FORGOTTEN_AT_ONCE_MAX).collect();
        drop(known);
        for owner in &due {
            self.directory.change(&self.network.ledger, |known| self.forget(known, *owner, now))?;
        }
        if !due.is_empty() {
            self.end_keys_of_who_is_gone(OwnerNumber::OPERATOR)?;
        }
        Ok(due.len())
    }

    /// Ends the keys of tills that are closed and of people who are forgotten, in the name of `by`. Blocking.
    pub(super) fn end_keys_of_who_is_gone(&self, by: OwnerNumber) -> Result<(), NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        let is_gone = |key: &Credential| match (key.grant.till, &key.grant.reach) {
            (Some(till), Reach::Partners(partners)) => {
                partners.iter().any(|partner| Self::is_closed_till(&known, *partner, till))
            }
            (_, Reach::Network | Reach::Banks(_) | Reach::Partners(_)) => {
                known.people.person(key.holder).is_some_and(|person| person.erased_at.is_some())
            }
        };
        let ended = self.access.end_keys(&self.network, by, is_gone);
        ended.map(drop).map_err(|not_made| self.not_made(not_made))
    }

    /// Whether somebody is forgotten. A short look at the directory.
    pub(in crate::service) fn is_forgotten(&self, owner: OwnerNumber) -> bool {
        self.directory.known().people.person(owner).is_some_and(|person| person.erased_at.is_some())
    }

    /// Forgets `owner`, unless it was taken back meanwhile.
    fn forget(&self, known: &Known, owner: OwnerNumber, now: Timestamp) -> Result<(), NotDone> {
        let person = known.people.person(owner).filter(|person| is_due(person, now));
        let person = person.filter(|person| !self.is_in_the_way(known, person));
        let Some((person, pause)) = person.and_then(|person| Some((person, person.pause?))) else {
            return Ok(());
        };
        let accounts: Vec<_> = person.accounts.iter().map(|account| account.number).collect();
        // The same request for the same asking: a kill between the entry and the key is mended at the start.
        let from = [&owner.get().to_le_bytes()[..], &pause.since.micros().to_le_bytes()].concat();
        let key = RequestKey { scope: Scope::OPERATOR, id: derived_id("hourbook forgets somebody", &from) };
        let erased = self.network.erase(key, pause.by, owner);
        erased.map(drop).map_err(|error| NotDone::Unknown(error.to_string()))?;
        accounts.into_iter().for_each(|account| self.forget_codes_of(account));
        Ok(())
    }

    /// Whether something is set aside from or for an account of theirs, or they became a time bank meanwhile.
    fn is_in_the_way(&self, known: &Known, person: &Somebody) -> bool {
        let views = self.network.ledger.views();
        let has = |account| !views.open_holds(Some(account), Sequence::ZERO, 1).is_empty();
        person.accounts.iter().any(|account| has(account.number))
            || self.is_an_institution(known, person.owner)
    }
}

fn leaves(person: &Somebody) -> bool {
    person.pause.is_some_and(|pause| pause.cause == PauseCause::ToBeForgotten)
}

fn is_due(person: &Somebody, now: Timestamp) -> bool {
    person.erased_at.is_none() && leaves(person) && person.pause.is_some_and(|pause| pause.until <= now)
}

//! Who pays for somebody, who speaks for them, and pauses.

use super::messages::read_representative;
use super::{Id, owner};
use crate::access::Allowed;
use crate::api::*;
use crate::directory::Known;
use crate::directory::people::pause::PAUSE_SECONDS;
use crate::directory::people::sites::InUse;
use crate::directory::people::terms::{PauseCause, PersonKind};
use crate::directory::people::{
    HoursTo, Opens, PauseRefusal, Pays, Person as Somebody, REPRESENTATIVES_MAX, RestTo, Said, Standing,
    may_pause,
};
use crate::domain::{AccountNumber, Day, OwnerNumber, Reason};
use crate::ledger::Receipt;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::{answers, fields};
use crate::words::people as words;

impl Installation {
    pub(in crate::service::directory) fn set_member_standing(
        &self,
        allowed: &Allowed,
        request: SetMemberStandingRequest,
    ) -> Result<SetMemberStandingResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let owner = owner("owner_number", request.owner_number)?;
        let pays = fields::account_or_any("paid_by_account_number", request.paid_by_account_number)?;
        let hours_to = fields::account_or_any("hours_to_account_number", request.hours_to_account_number)?;
        let rest_to = fields::account_or_any("rest_to_account_number", request.rest_to_account_number)?;
        let said = Said::Standing(Standing {
            pays: pays.map_or(Pays::Themselves, Pays::Pot),
            hours_to: hours_to.map_or(HoursTo::Themselves, HoursTo::Pot),
            rest_to: rest_to.map_or(RestTo::CommunityPot, RestTo::Account),
        });
        let receipt = self.say(allowed, id, owner, &said, |known, person| {
            self.not_oneself(allowed, known, person)?;
            if person.kind != PersonKind::Member {
                return Err(NotDone::bad("owner_number", "the owner number of a member"));
            }
            is_pot_of(known, person, "paid_by_account_number", pays)?;
            pays_for_people(known, pays, self.today_of(known, person))?;
            is_pot_of(known, person, "hours_to_account_number", hours_to)?;
            takes_the_rest(known, person, rest_to)
        })?;
        Ok(SetMemberStandingResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    pub(in crate::service::directory) fn set_representative(
        &self,
        allowed: &Allowed,
        request: SetRepresentativeRequest,
    ) -> Result<SetRepresentativeResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let represented = owner("owner_number", request.owner_number)?;
        let said = request.representative.ok_or_else(|| NotDone::bad("representative", "given"))?;
        let speaker = owner("representative.owner_number", said.owner_number)?;
        let said =
            if request.is_over { Said::Ended(speaker) } else { Said::Named(read_representative(&said)?) };
        let receipt = self.say(allowed, id, represented, &said, |known, person| {
            self.not_oneself(allowed, known, person)?;
            if request.is_over {
                let speaks = person.representatives.iter().any(|one| one.owner == speaker);
                return if speaks { Ok(()) } else { Err(does_not_speak(speaker)) };
            }
            self.may_speak_for(allowed, known, person, speaker)
        })?;
        Ok(SetRepresentativeResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    /// Which day it is where somebody's bank is.
    fn today_of(&self, known: &Known, person: &Somebody) -> Day {
        let now = self.access.now();
        known.banks.get(person.bank).map_or_else(|| now.utc_day(), |bank| bank.today(now))
    }

    fn may_speak_for(
        &self,
        allowed: &Allowed,
        known: &Known,
        person: &Somebody,
        speaker: OwnerNumber,
    ) -> Result<(), NotDone> {
        if self.is_oneself(allowed, speaker) {
            return Err(super::about_oneself());
        }
        let is_there = self.person_in_reach(allowed, known, speaker)?.erased_at.is_none();
        if !is_there {
            return Err(self.nobody(speaker));
        }
        if speaker == person.owner {
            return Err(NotDone::bad(
                "representative.owner_number",
                "somebody else than whom they speak for",
            ));
        }
        let is_new = !person.representatives.iter().any(|one| one.owner == speaker);
        if is_new && person.representatives.len() >= REPRESENTATIVES_MAX {
            let figures = [("what", "representatives".to_owned()), ("most", REPRESENTATIVES_MAX.to_string())];
            let sentence = words::too_many_speak(REPRESENTATIVES_MAX);
            return Err(NotDone::by_rule(Reason::BooksFull, sentence, &figures));
        }
        Ok(())
    }

    pub(in crate::service::directory) fn pause_member(
        &self,
        allowed: &Allowed,
        request: PauseMemberRequest,
    ) -> Result<PauseMemberResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let owner = owner("owner_number", request.owner_number)?;
        let said = if request.is_over { Said::Resumed } else { Said::Paused(PauseCause::ForNow) };
        let receipt = self.say(allowed, id, owner, &said, |known, person| {
            self.not_oneself(allowed, known, person)?;
            let now = self.access.now();
            if !request.is_over {
                // By another number of theirs it is they all the same.
                let by = person.pause.map(|pause| pause.by).filter(|by| self.is_oneself(allowed, *by));
                let by = by.unwrap_or(allowed.caller().holder);
                return may_pause(person.pause.as_ref(), by, now).map_err(not_paused_again);
            }
            // One that ran out stays in mind: whoever set it does not begin anew at once.
            match person.pause.filter(|pause| pause.holds(now)).map(|pause| pause.cause) {
                Some(PauseCause::ForNow) => Ok(()),
                Some(PauseCause::ToBeForgotten) => Err(not_paused_again(PauseRefusal::ToBeForgotten)),
                None => Err(NotDone::by_rule(Reason::NothingWaits, words::not_paused(), &of(owner))),
            }
        })?;
        let until = (!request.is_over).then(|| self.until(&receipt));
        Ok(PauseMemberResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), until })
    }

    /// When what this entry began runs out; of one that was only checked, as if it were written now.
    pub(super) fn until(&self, receipt: &Receipt) -> prost_types::Timestamp {
        let is_checked = receipt.entry.sequence.is_zero();
        let since = if is_checked { self.access.now() } else { receipt.entry.recorded_at };
        answers::timestamp(since.plus_seconds(PAUSE_SECONDS))
    }
}

/// A pot that pays for somebody is one that brokers hand out of, today.
fn pays_for_people(known: &Known, pot: Option<AccountNumber>, today: Day) -> Result<(), NotDone> {
    let terms = pot.and_then(|pot| known.people.pot(pot)).and_then(|pot| pot.terms.as_ref());
    let may_pay = terms.is_none_or(|terms| {
        let is_over = terms.last_day.is_some_and(|last_day| last_day < today);
        matches!(terms.opens, Opens::Brokers(_)) && !is_over
    });
    let limit = "a pot that brokers hand out of, and whose last day is not over";
    if may_pay { Ok(()) } else { Err(NotDone::bad("paid_by_account_number", limit)) }
}

/// The account of an open pot of the bank they belong to, where one is named.
fn is_pot_of(
    known: &Known,
    person: &Somebody,
    field: &str,
    account: Option<AccountNumber>,
) -> Result<(), NotDone> {
    let Some(account) = account else { return Ok(()) };
    let pot = known.people.pot(account);
    if pot.is_some_and(|pot| pot.bank == person.bank && pot.in_use == InUse::Yes) {
        return Ok(());
    }
    Err(NotDone::bad(field, "the account of an open pot of their time bank, or 0"))
}

/// An open account of the bank they belong to, and not theirs, where one is named.
fn takes_the_rest(known: &Known, person: &Somebody, account: Option<AccountNumber>) -> Result<(), NotDone> {
    let Some(account) = account else { return Ok(()) };
    let is_open = |bank, in_use| bank == person.bank && in_use == InUse::Yes;
    let of_other = known.people.owner_of(account).is_some_and(|owner| owner.owner != person.owner);
    let somebodys = known.people.account(account).filter(|_| of_other);
    let pot = known.people.pot(account);
    if somebodys.is_some_and(|own| is_open(own.bank, own.in_use()))
        || pot.is_some_and(|pot| is_open(pot.bank, pot.in_use))
    {
        return Ok(());
    }
    let must = "an open account of somebody else or a pot of their time bank, or 0";
    Err(NotDone::bad("rest_to_account_number", must))
}

fn not_paused_again(refusal: PauseRefusal) -> NotDone {
    match refusal {
        PauseRefusal::SecondPersonNeeded => {
            NotDone::by_rule(Reason::SecondPersonNeeded, words::pause_by_the_same(), &[])
        }
        PauseRefusal::ToBeForgotten => NotDone::by_rule(Reason::Paused, words::to_be_forgotten(), &[]),
    }
}

fn does_not_speak(speaker: OwnerNumber) -> NotDone {
    NotDone::by_rule(Reason::NothingWaits, words::does_not_speak(), &of(speaker))
}

/// Whom a refusal is about.
pub(super) fn of(owner: OwnerNumber) -> [(&'static str, String); 1] {
    [("owner_number", owner.to_string())]
}

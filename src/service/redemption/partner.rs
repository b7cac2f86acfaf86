//! How many hours a partner takes in a month, and who stands at its tills.

use super::offers::note_of;
use crate::access::{Allowed, Reach};
use crate::api::*;
use crate::directory::Known;
use crate::directory::partners::{STAFF_MAX, Said, StaffPerson};
use crate::domain::Amount;
use crate::service::asked::Id;
use crate::service::directory::owner;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

/// Initials have at most this many letters.
const INITIALS_MAX: usize = 4;

impl Installation {
    pub(super) fn set_partner_budget(
        &self,
        allowed: &Allowed,
        request: SetPartnerBudgetRequest,
    ) -> Result<SetPartnerBudgetResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let month = request.month_seconds;
        if month.is_some_and(|month| !(0..=Amount::MAX.seconds()).contains(&month)) {
            return Err(NotDone::bad("month_seconds", "from 0 to 2^40, or absent for as many as come"));
        }
        self.partner_in_reach(allowed, partner)?;
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(|known| self.own_partner(allowed, known, partner).map(drop))?;
            Ok(note_of(partner, &Said::Budget(month)))
        })?;
        Ok(SetPartnerBudgetResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    pub(super) fn set_till_staff(
        &self,
        allowed: &Allowed,
        request: SetTillStaffRequest,
    ) -> Result<SetTillStaffResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let said = read_staff(&request.people)?;
        self.partner_in_reach(allowed, partner)?;
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(|known| {
                self.own_partner(allowed, known, partner)?;
                self.people_are_known(allowed, known, &said)
            })?;
            let staff = said.iter().map(|person| StaffPerson {
                // A partner knows initials and no numbers: who that is stays as its bank said, also of somebody who was not
                // at the tills for a while.
                owner: person
                    .owner
                    .or_else(|| telling.known.partners.owner_of_initials(partner, &person.initials)),
                ..person.clone()
            });
            Ok(note_of(partner, &Said::Staff(staff.collect())))
        })?;
        Ok(SetTillStaffResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    /// Whoever says who somebody is sees them.
    fn people_are_known(
        &self,
        allowed: &Allowed,
        known: &Known,
        staff: &[StaffPerson],
    ) -> Result<(), NotDone> {
        let mut named = staff.iter().filter_map(|person| person.owner);
        if matches!(allowed.caller().reach, Reach::Partners(_)) {
            let limit = "0 but from a broker or a lead: a partner does not see who members are";
            return if named.next().is_none() {
                Ok(())
            } else {
                Err(NotDone::bad("people.owner_number", limit))
            };
        }
        named.try_for_each(|owner| self.person_in_reach(allowed, known, owner).map(drop))
    }
}

fn read_staff(people: &[TillPerson]) -> Result<Vec<StaffPerson>, NotDone> {
    let limit = "at most 100, each with 1 to 4 capital letters of their own";
    let is_named = |person: &TillPerson| {
        let letters = person.initials.as_bytes();
        (1..=INITIALS_MAX).contains(&letters.len()) && letters.iter().all(u8::is_ascii_uppercase)
    };
    let mut initials: Vec<_> = people.iter().map(|person| person.initials.as_str()).collect();
    initials.sort_unstable();
    let are_apart = initials.is_sorted_by(|one, next| one < next);
    if people.len() > STAFF_MAX || !people.iter().all(is_named) || !are_apart {
        return Err(NotDone::bad("people.initials", limit));
    }
    let person = |person: &TillPerson| StaffPerson {
        initials: person.initials.as_str().into(),
        owner: fields::person(person.owner_number),
    };
    Ok(people.iter().map(person).collect())
}

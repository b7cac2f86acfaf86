//! Venues and tills of a partner: said by the brokers and leads of its bank, and by the partner itself.
//!
//! - A number is given once. What is closed stays there with its number, for the receipts that name it, and is not
//!   opened again; another gets the next number.
//! - What venues are called is sealed under the partner's key, and forgotten with the partner.

use super::{Id, Telling, owner};
use crate::access::{Allowed, Reach};
use crate::api::*;
use crate::directory::Known;
use crate::directory::people::sites::{InUse, TILLS_MAX, VENUES_MAX};
use crate::directory::people::terms::{PersonKind, Site};
use crate::directory::people::{Person as Somebody, Said};
use crate::domain::{Action, Entry, Invalid, OwnerNumber, Reason};
use crate::ledger;
use crate::seal::{OpenError, Place, Text};
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::words::people as words;

/// What a venue is called has at most this many bytes.
const NAME_BYTES_MAX: usize = 100;
/// Where it is has at most this many.
const ADDRESS_BYTES_MAX: usize = 200;

impl Installation {
    pub(in crate::service::directory) fn set_venue(
        &self,
        allowed: &Allowed,
        request: SetVenueRequest,
    ) -> Result<SetVenueResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let asked = venue_or_next(request.venue_number)?;
        let (name, address) = read_words(&request.name, &request.address)?;
        let receipt = self.change_site(allowed, id, partner, |telling| {
            let before = telling.before.and_then(site_of);
            let number = match (asked, before) {
                (Some(number), _) => number,
                (None, Some(Site::Venue { number, .. })) => number,
                (None, _) => self.next_venue(allowed, telling.known, partner)?,
            };
            telling.judged(|known| {
                let person = self.own_partner(allowed, known, partner)?;
                let is_next = person.sites.next_venue() == Some(number) && asked.is_none();
                if is_next || is_open(person, number) { Ok(()) } else { Err(no_venue_or_next()) }
            })?;
            let text = Text { label: Some(name), memo: address, ..Text::default() };
            let words = self.sealed_text(partner, &id, Place::Note, &text)?;
            Ok(Site::Venue { number, words })
        })?;
        let venue_number = match site_of(&receipt.entry) {
            Some(Site::Venue { number, .. }) => u32::from(number),
            Some(Site::VenueClosed(_) | Site::Till { .. } | Site::TillClosed(_)) | None => 0,
        };
        Ok(SetVenueResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), venue_number })
    }

    pub(in crate::service::directory) fn close_venue(
        &self,
        allowed: &Allowed,
        request: CloseVenueRequest,
    ) -> Result<CloseVenueResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let number = venue_or_next(request.venue_number)?.ok_or_else(no_venue)?;
        let receipt = self.change_site(allowed, id, partner, |telling| {
            telling.judged(|known| {
                let person = self.own_partner(allowed, known, partner)?;
                if is_open(person, number) { Ok(()) } else { Err(no_venue()) }
            })?;
            Ok(Site::VenueClosed(number))
        })?;
        self.end_keys_of_who_is_gone(allowed.caller().holder)?;
        Ok(CloseVenueResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    pub(in crate::service::directory) fn set_till(
        &self,
        allowed: &Allowed,
        request: SetTillRequest,
    ) -> Result<SetTillResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let asked = till_or_next(request.till_number)?;
        let venue = venue_or_next(request.venue_number)?.ok_or_else(no_venue)?;
        let receipt = self.change_site(allowed, id, partner, |telling| {
            let number = match (asked, telling.before.and_then(site_of)) {
                (Some(number), _) => number,
                (None, Some(Site::Till { number, .. })) => number,
                (None, _) => self.next_till(allowed, telling.known, partner)?,
            };
            telling.judged(|known| {
                let person = self.own_partner(allowed, known, partner)?;
                if !is_open(person, venue) {
                    return Err(no_venue());
                }
                let is_next = person.sites.next_till() == Some(number) && asked.is_none();
                if is_next || is_used(person, number) { Ok(()) } else { Err(no_till_or_next()) }
            })?;
            Ok(Site::Till { number, venue })
        })?;
        let till_number = match site_of(&receipt.entry) {
            Some(Site::Till { number, .. }) => u32::from(number),
            Some(Site::Venue { .. } | Site::VenueClosed(_) | Site::TillClosed(_)) | None => 0,
        };
        Ok(SetTillResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), till_number })
    }

    pub(in crate::service::directory) fn close_till(
        &self,
        allowed: &Allowed,
        request: CloseTillRequest,
    ) -> Result<CloseTillResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let number = till_or_next(request.till_number)?.ok_or_else(no_till)?;
        let receipt = self.change_site(allowed, id, partner, |telling| {
            telling.judged(|known| {
                let person = self.own_partner(allowed, known, partner)?;
                if is_used(person, number) { Ok(()) } else { Err(no_till()) }
            })?;
            Ok(Site::TillClosed(number))
        })?;
        self.end_keys_of_who_is_gone(allowed.caller().holder)?;
        Ok(CloseTillResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    /// Writes what `tell` says of a partner in reach.
    fn change_site(
        &self,
        allowed: &Allowed,
        id: Id,
        partner: OwnerNumber,
        tell: impl FnOnce(Telling<'_>) -> Result<Site, NotDone>,
    ) -> Result<ledger::Receipt, NotDone> {
        self.person_in_reach(allowed, &*self.directory.known_now(&self.network.ledger)?, partner)?;
        self.tell(allowed, id, |telling| Ok(super::note_about(partner, &Said::Site(tell(telling)?))))
    }

    /// A partner of which the caller may say something: one of their bank, or their own.
    pub(in crate::service) fn own_partner<'a>(
        &self,
        allowed: &Allowed,
        known: &'a Known,
        partner: OwnerNumber,
    ) -> Result<&'a Somebody, NotDone> {
        let person = self.person_in_reach(allowed, known, partner)?;
        // Who reaches a partner sees no other.
        let is_own = allowed.sees_bank(person.bank) || matches!(allowed.caller().reach, Reach::Partners(_));
        if !is_own || person.erased_at.is_some() {
            return Err(self.nobody(partner));
        }
        if person.kind == PersonKind::Partner {
            Ok(person)
        } else {
            Err(NotDone::bad("partner_owner_number", "the owner number of a partner"))
        }
    }

    fn next_venue(&self, allowed: &Allowed, known: &Known, partner: OwnerNumber) -> Result<u8, NotDone> {
        let next = self.own_partner(allowed, known, partner)?.sites.next_venue();
        next.ok_or_else(|| full("venues", VENUES_MAX))
    }

    fn next_till(&self, allowed: &Allowed, known: &Known, partner: OwnerNumber) -> Result<u16, NotDone> {
        let next = self.own_partner(allowed, known, partner)?.sites.next_till();
        next.ok_or_else(|| full("tills", TILLS_MAX))
    }

    /// The venues of somebody, with what they are called as far as their key exists.
    pub(in crate::service) fn venues(&self, person: &Somebody) -> Result<Vec<Venue>, NotDone> {
        let venue = |(number, venue): (&u8, &crate::directory::people::sites::Venue)| {
            let text = match venue.words.text(&self.network.keyring) {
                Ok(text) => text,
                Err(OpenError::Erased { .. }) => Text::default(),
                Err(error) => return Err(NotDone::Unreadable(error.to_string())),
            };
            Ok(Venue {
                venue_number: u32::from(*number),
                name: text.label.unwrap_or_default(),
                address: text.memo.unwrap_or_default(),
                is_open: venue.in_use == InUse::Yes,
            })
        };
        person.sites.venues.iter().map(venue).collect()
    }

    /// Whether a till was in use once and is closed.
    pub(super) fn is_closed_till(known: &Known, partner: OwnerNumber, number: u32) -> bool {
        let person = known.people.person(partner);
        let till = u16::try_from(number).ok().and_then(|number| person?.sites.tills.get(&number));
        till.is_some_and(|till| till.in_use == InUse::NoLonger)
    }

    /// That a till is there and in use, for whoever makes a key for it.
    ///
    /// # Errors
    /// [`Invalid`] naming its number.
    pub(in crate::service) fn till_in_use(
        known: &Known,
        partner: OwnerNumber,
        number: u32,
    ) -> Result<(), Invalid> {
        let person = known.people.person(partner);
        let number = u16::try_from(number).ok();
        if person.zip(number).is_some_and(|(person, number)| is_used(person, number)) {
            return Ok(());
        }
        Err(Invalid { field: "till_number", limit: "that of a till of this partner that is in use: SetTill" })
    }
}

/// What a note says of venues and tills, if it does.
fn site_of(entry: &Entry) -> Option<Site> {
    let note = if let Action::Note(note) = &entry.command.action { note } else { return None };
    match Said::decode(note.topic, &note.body) {
        Ok(Some(Said::Site(site))) => Some(site),
        Ok(_) | Err(_) => None,
    }
}

pub(in crate::service) fn is_open(person: &Somebody, venue: u8) -> bool {
    person.sites.venues.get(&venue).is_some_and(|venue| venue.in_use == InUse::Yes)
}

fn is_used(person: &Somebody, till: u16) -> bool {
    person.sites.tills.get(&till).is_some_and(|till| till.in_use == InUse::Yes)
}

/// A number there can be; none for 0.
fn venue_or_next(number: u32) -> Result<Option<u8>, NotDone> {
    let number = u8::try_from(number).map_err(|_| no_venue())?;
    Ok((number != 0).then_some(number))
}

fn till_or_next(number: u32) -> Result<Option<u16>, NotDone> {
    let number = u16::try_from(number).map_err(|_| no_till())?;
    Ok((number != 0).then_some(number))
}

pub(in crate::service) fn no_venue() -> NotDone {
    NotDone::bad("venue_number", "the number of an open venue of this partner")
}

fn no_venue_or_next() -> NotDone {
    NotDone::bad("venue_number", "the number of an open venue of this partner, or 0 for the next")
}

fn no_till() -> NotDone {
    NotDone::bad("till_number", "the number of a till of this partner that is in use")
}

fn no_till_or_next() -> NotDone {
    NotDone::bad("till_number", "the number of a till of this partner that is in use, or 0 for the next")
}

pub(in crate::service) fn full(what: &'static str, most: usize) -> NotDone {
    let figures = [("what", what.to_owned()), ("most", most.to_string())];
    NotDone::by_rule(Reason::BooksFull, words::too_many_sites(what, most), &figures)
}

/// What a venue is called, and where it is, if that is said.
fn read_words(name: &str, address: &str) -> Result<(String, Option<String>), NotDone> {
    let (name, address) = (name.trim(), address.trim());
    let is_plain = |text: &str, most| text.len() <= most && !text.contains(char::is_control);
    if name.is_empty() || !is_plain(name, NAME_BYTES_MAX) {
        return Err(NotDone::bad("name", "1 to 100 bytes without control characters"));
    }
    if !is_plain(address, ADDRESS_BYTES_MAX) {
        return Err(NotDone::bad("address", "at most 200 bytes without control characters"));
    }
    Ok((name.to_owned(), (!address.is_empty()).then(|| address.to_owned())))
}

//! Offers: said by a partner or by its bank, approved by the bank, seen by whoever may take them.
//!
//! - The bank approves kind and wording. What its broker offers for a partner is approved with that, unless it is the
//!   broker's own: nobody approves what they offered, or what whom they speak for did.
//! - Until the bank has approved an offer, and if it does not, members and tills see nothing of it.
//! - An offer does not change, so that a receipt says what was sold. Ending one leaves alone what was set aside for it.

use super::messages;
use crate::access::{Allowed, Capacity, Reach, Role};
use crate::api::*;
use crate::directory::Known;
use crate::directory::partners::{Kept, OFFERS_MAX, Offer as Offered, Said, Stands};
use crate::domain::{Action, Command, Entry, Note, OwnerNumber, Reason};
use crate::service::asked::Id;
use crate::service::directory::{about_oneself, bare, full, is_open, owner};
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::pages::Page;
use crate::words::redemption as words;

/// Why an offer is not approved has at most this many bytes.
const REASON_BYTES_MAX: usize = 200;

impl Installation {
    pub(super) fn create_offer(
        &self,
        allowed: &Allowed,
        request: CreateOfferRequest,
    ) -> Result<CreateOfferResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let (partner, offer) = messages::read(request.offer)?;
        self.partner_in_reach(allowed, partner)?;
        let receipt = self.tell(allowed, id, |telling| {
            let (number, is_approved) = match telling.before.and_then(said_in) {
                Some(Said::Offered { number, is_approved, .. }) => (number, is_approved),
                _ => {
                    let next = telling.known.partners.next_offer(partner);
                    let number = next.ok_or_else(|| full("offers", OFFERS_MAX))?;
                    (number, self.approves_with_that(allowed, telling.known, partner))
                }
            };
            telling.judged(|known| self.may_be_offered(allowed, known, partner, &offer))?;
            Ok(note_of(partner, &Said::Offered { number, is_approved, offer }))
        })?;
        let offer = self.offer_in(&receipt.entry, partner);
        Ok(CreateOfferResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), offer })
    }

    pub(super) fn approve_offer(
        &self,
        allowed: &Allowed,
        request: ApproveOfferRequest,
    ) -> Result<ApproveOfferResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let number = offer_number(request.offer_number)?;
        let why = read_why(&request)?;
        self.partner_in_reach(allowed, partner)?;
        let said = why.map_or(Said::Approved(number), |why| Said::Declined(number, why));
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(|known| self.may_approve(allowed, known, (partner, number), &said))?;
            Ok(note_of(partner, &said))
        })?;
        let offer = self.offer_in(&receipt.entry, partner);
        Ok(ApproveOfferResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), offer })
    }

    pub(super) fn retire_offer(
        &self,
        allowed: &Allowed,
        request: RetireOfferRequest,
    ) -> Result<RetireOfferResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let partner = owner("partner_owner_number", request.partner_owner_number)?;
        let number = offer_number(request.offer_number)?;
        self.partner_in_reach(allowed, partner)?;
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(|known| {
                self.own_partner(allowed, known, partner)?;
                match known.partners.offer(partner, number).map(|kept| &kept.stands) {
                    Some(Stands::Waits | Stands::Open) => Ok(()),
                    Some(Stands::Declined(_) | Stands::Withdrawn | Stands::Retired) | None => Err(
                        NotDone::bad("offer_number", "that of an offer of this partner that has not ended"),
                    ),
                }
            })?;
            Ok(note_of(partner, &Said::Retired(number)))
        })?;
        Ok(RetireOfferResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    pub(super) fn list_offers(
        &self,
        allowed: &Allowed,
        request: ListOffersRequest,
    ) -> Result<ListOffersResponse, NotDone> {
        let ListOffersRequest { partner_owner_number, bank_number, with_ended, page_size, page_token } =
            request;
        let question = format!("offers {partner_owner_number} {bank_number} {with_ended}");
        let page = Page::read(page_size, &page_token, &question)?;
        let known = self.directory.known_now(&self.network.ledger)?;
        let mut found = Vec::new();
        for partner in partners_after(&known, page.after) {
            let is_asked = partner_owner_number == 0 || partner.get() == partner_owner_number;
            if !is_asked || !sees_offers_of(allowed, &known, partner, bank_number) {
                continue;
            }
            let offers = known.partners.offers(partner).filter(|(_, kept)| {
                (with_ended || !has_ended(kept)) && (hears_of_approving(allowed) || was_approved(kept))
            });
            let offers = offers.map(|(number, kept)| (partner, number, kept));
            found.extend(offers.filter(|(partner, number, _)| {
                page.after.is_none_or(|after| place(*partner, *number) > after)
            }));
            if found.len() > page.size {
                break;
            }
        }
        let has_more = found.len() > page.size;
        found.truncate(page.size);
        let last = found.last().filter(|_| has_more);
        let next = last.map(|(partner, number, _)| page.token_after(place(*partner, *number)));
        let mut offers = self.as_they_stand(&known, &found)?;
        drop(known); // Names are read from the disk.
        self.say_where(&mut offers)?;
        Ok(ListOffersResponse { offers, next_page_token: next.unwrap_or_default() })
    }

    /// Whose offers they are, and where they are to be had.
    fn say_where(&self, offers: &mut [Offer]) -> Result<(), NotDone> {
        let mut names = self.names();
        for offer in offers {
            let partner = OwnerNumber::new(offer.partner_owner_number);
            offer.partner_name = self.called(&mut names, partner);
            let person = self.directory.known().people.person(partner).cloned();
            let mut venues = person.map_or_else(|| Ok(Vec::new()), |person| self.venues(&person))?;
            venues.retain(|venue| venue.is_open && [0, venue.venue_number].contains(&offer.venue_number));
            offer.venues = venues;
        }
        Ok(())
    }

    /// That a partner is there and in reach: said before anything else about it.
    pub(in crate::service) fn partner_in_reach(
        &self,
        allowed: &Allowed,
        partner: OwnerNumber,
    ) -> Result<(), NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        self.person_in_reach(allowed, &known, partner).map(drop)
    }

    /// Whether what the caller offers is approved by that: it is the bank's own word, about somebody else.
    fn approves_with_that(&self, allowed: &Allowed, known: &Known, partner: OwnerNumber) -> bool {
        let is_the_bank = !matches!(allowed.caller().reach, Reach::Partners(_));
        let person = known.people.person(partner);
        is_the_bank && person.is_some_and(|person| self.not_oneself(allowed, known, person).is_ok())
    }

    fn may_be_offered(
        &self,
        allowed: &Allowed,
        known: &Known,
        partner: OwnerNumber,
        offer: &Offered,
    ) -> Result<(), NotDone> {
        let person = self.own_partner(allowed, known, partner)?;
        if offer.venue.is_some_and(|venue| !is_open(person, venue)) {
            return Err(messages::no_venue());
        }
        if is_taken(known, partner, offer) {
            return Ok(());
        }
        let needs_practice = offer.kind.needs_declared_practice();
        Err(NotDone::by_rule(Reason::GoodsNotAllowed, words::kind_not_taken(offer.kind, needs_practice), &[]))
    }

    fn may_approve(
        &self,
        allowed: &Allowed,
        known: &Known,
        (partner, number): (OwnerNumber, u16),
        said: &Said,
    ) -> Result<(), NotDone> {
        let person = self.own_partner(allowed, known, partner)?;
        self.not_oneself(allowed, known, person)?;
        let waiting = known.partners.offer(partner, number).filter(|kept| kept.stands == Stands::Waits);
        let waits = "that of an offer of this partner that the bank has not approved yet";
        let kept = waiting.ok_or_else(|| NotDone::bad("offer_number", waits))?;
        let offered = self.network.ledger.books().durable(kept.set_by).map_err(unreadable)?;
        let holder = allowed.caller().holder;
        if offered.is_some_and(|entry| self.access.humans().are_one(entry.command.actor, holder)) {
            return Err(about_oneself());
        }
        match said {
            Said::Approved(_) => self.may_be_offered(allowed, known, partner, &kept.offer),
            Said::Declined(..)
            | Said::Offered { .. }
            | Said::Retired(_)
            | Said::Budget(_)
            | Said::Staff(_) => Ok(()),
        }
    }

    /// The offer that an entry is about, as it stands.
    fn offer_in(&self, entry: &Entry, partner: OwnerNumber) -> Option<Offer> {
        let (number, offered) = match said_in(entry)? {
            Said::Offered { number, is_approved, offer } => {
                let stands = if is_approved { Stands::Open } else { Stands::Waits };
                (number, Some(Kept { offer, stands, set_by: entry.sequence }))
            }
            Said::Approved(number) | Said::Declined(number, _) | Said::Retired(number) => (number, None),
            Said::Budget(_) | Said::Staff(_) => return None,
        };
        let known = self.directory.known();
        let kept = known.partners.offer(partner, number).cloned().or(offered)?;
        let mut stand = self.as_they_stand(&known, &[(partner, number, &kept)]).ok()?;
        drop(known); // Names are read from the disk.
        self.say_where(&mut stand).ok()?;
        stand.pop()
    }
}

/// Whether the partner's bank takes offers of this kind now.
pub(super) fn is_taken(known: &Known, partner: OwnerNumber, offer: &Offered) -> bool {
    let bank = known.people.person(partner).map(|person| person.bank);
    bank.is_some_and(|bank| {
        let settings = known.policies.current(bank).settings();
        let is_declared = settings.till.has_declared_practice || !offer.kind.needs_declared_practice();
        is_declared && settings.offer_kinds.contains(offer.kind)
    })
}

/// Partners from the one on at which the page before ended.
fn partners_after(known: &Known, after: Option<u64>) -> impl Iterator<Item = OwnerNumber> {
    let ended_at = after.and_then(|after| u32::try_from(after >> u16::BITS).ok()).unwrap_or_default();
    known.partners.after(OwnerNumber::new(ended_at.saturating_sub(1)))
}

/// The place of an offer in the list of all.
fn place(partner: OwnerNumber, number: u16) -> u64 {
    u64::from(partner.get()) << u16::BITS | u64::from(number)
}

const fn has_ended(kept: &Kept) -> bool {
    matches!(kept.stands, Stands::Declined(_) | Stands::Withdrawn | Stands::Retired)
}

const fn was_approved(kept: &Kept) -> bool {
    matches!(kept.stands, Stands::Open | Stands::Retired)
}

/// Whether a caller sees offers that the bank has not approved, and why it did not.
fn hears_of_approving(allowed: &Allowed) -> bool {
    match allowed.caller().capacity {
        Capacity::Role(Role::Member | Role::Till) => false,
        Capacity::LocalOperator
        | Capacity::Role(
            Role::Partner
            | Role::Broker
            | Role::Lead
            | Role::Auditor
            | Role::Reporter
            | Role::Admin
            | Role::Integration,
        ) => true,
    }
}

/// Whether a caller sees what a partner offers: whoever reaches it, or a bank that it is in.
fn sees_offers_of(allowed: &Allowed, known: &Known, partner: OwnerNumber, bank_number: u32) -> bool {
    let Some(person) = known.people.person(partner) else { return false };
    let mut banks = person.accounts.iter().map(|account| account.bank).chain([person.bank]);
    if bank_number != 0 && !banks.clone().any(|bank| bank.get() == bank_number) {
        return false;
    }
    match &allowed.caller().reach {
        Reach::Partners(partners) => partners.contains(&partner),
        Reach::Banks(_) | Reach::Network => banks.any(|bank| allowed.sees_bank(bank)),
    }
}

/// What a note says of a partner, if it does.
pub(super) fn said_in(entry: &Entry) -> Option<Said> {
    let note = if let Action::Note(note) = &entry.command.action { note } else { return None };
    Said::decode(note.topic, &note.body).ok().flatten()
}

/// A note about a partner; id and actor are said by whoever writes it.
pub(super) fn note_of(partner: OwnerNumber, said: &Said) -> Command {
    bare(Action::Note(Note { topic: said.topic(), subject: u64::from(partner.get()), body: said.encode() }))
}

fn offer_number(number: u32) -> Result<u16, NotDone> {
    let number = u16::try_from(number).ok().filter(|number| *number != 0);
    number.ok_or_else(|| NotDone::bad("offer_number", "the number of an offer of this partner, from 1"))
}

/// Why it is not approved; none where it is.
fn read_why(request: &ApproveOfferRequest) -> Result<Option<Box<str>>, NotDone> {
    let why = request.reason.trim();
    let fits = why.len() <= REASON_BYTES_MAX && !why.contains(char::is_control);
    match (request.is_declined, why.is_empty()) {
        (true, false) if fits => Ok(Some(why.into())),
        (false, true) => Ok(None),
        (true, _) => Err(NotDone::bad("reason", "1 to 200 bytes without control characters")),
        (false, false) => Err(NotDone::bad("reason", "empty where the offer is approved")),
    }
}

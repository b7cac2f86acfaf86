//! What was sent to an endpoint or is to be, sent once more, and a test.

use super::messages;
use super::named::{endpoint_number, name};
use crate::access::Allowed;
use crate::api::*;
use crate::directory::hooks::{Endpoint as Kept, EndpointName, EventKind, Said};
use crate::domain::Sequence;
use crate::hooks::event::EventId;
use crate::hooks::outbox::Delivery;
use crate::ledger::Mode;
use crate::service::asked::Id;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::pages::Page;
use crate::service::redemption::partner_named;

/// When to ask for a replay again while one runs, seconds.
const REPLAY_AGAIN_SECONDS: u32 = 10;

impl Installation {
    pub(super) fn list_deliveries(
        &self,
        allowed: &Allowed,
        request: ListDeliveriesRequest,
    ) -> Result<ListDeliveriesResponse, NotDone> {
        let partner = partner_named(allowed, "partner_owner_number", request.partner_owner_number)?;
        let name = EndpointName { partner, number: endpoint_number(request.endpoint_number)? };
        let question = format!("deliveries {partner} {}", name.number);
        let page = Page::read(request.page_size, &request.page_token, &question)?;
        self.own_endpoint(allowed, &*self.directory.known_now(&self.network.ledger)?, name)?;
        let (found, next_page_token) = page_of(self.calling.outboxes.deliveries(name), &page);
        let deliveries = found.iter().map(|delivery| messages::delivery(name, delivery)).collect();
        Ok(ListDeliveriesResponse { deliveries, next_page_token })
    }

    pub(super) fn replay_deliveries(
        &self,
        allowed: &Allowed,
        request: ReplayDeliveriesRequest,
    ) -> Result<ReplayDeliveriesResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let name = name(request.partner_owner_number, request.endpoint_number)?;
        let from = fields::sequence("from_sequence", request.from_sequence)?;
        let (through, newest) = (request.through_sequence.map(Sequence::new), self.network.ledger.position());
        if through.is_some_and(|through| through > newest) {
            return Err(NotDone::bad("through_sequence", "at most the newest entry, or absent for that"));
        }
        if from > through.unwrap_or(newest) {
            return Err(NotDone::bad("from_sequence", "from 1 to through_sequence, or to the newest entry"));
        }
        // What is asked for without an end ends before the entry that asks, so that the same request is the same note.
        let said = Said::Replay { from, through: through.unwrap_or(Sequence::ZERO) };
        // Before what is said is written: files of outboxes are waited for here, and not where all other notes would wait too.
        let replaying = self.calling.outboxes.replaying(name);
        let receipt = self.say_of_endpoint(allowed, id, name, &said, |kept| {
            is_sent_to(kept)?;
            if replaying.is_some_and(|replaying| replaying.has_to_end(kept)) {
                let what = "events are being sent to this endpoint once more already";
                return Err(NotDone::NotYet { what, seconds: REPLAY_AGAIN_SECONDS });
            }
            Ok(())
        })?;
        Ok(ReplayDeliveriesResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    pub(super) fn send_test_event(
        &self,
        allowed: &Allowed,
        request: SendTestEventRequest,
    ) -> Result<SendTestEventResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let name = name(request.partner_owner_number, request.endpoint_number)?;
        let receipt = self.say_of_endpoint(allowed, id, name, &Said::Test, is_sent_to)?;
        let event = EventId { entry: receipt.entry.sequence, kind: EventKind::Test };
        let webhook_id = if id.mode == Mode::Write { event.webhook_id(name) } else { String::new() };
        Ok(SendTestEventResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), webhook_id })
    }
}

/// That anything is sent to an endpoint: one without an address is only watched.
fn is_sent_to(kept: &Kept) -> Result<(), NotDone> {
    if kept.url.is_empty() {
        return Err(NotDone::bad(
            "endpoint_number",
            "that of an endpoint of this partner that has an address",
        ));
    }
    Ok(())
}

/// A page of deliveries, of which the newest event comes first, and the token of the next page. What comes meanwhile is newer, and
/// so on a page before.
fn page_of(mut all: Vec<Delivery>, page: &Page) -> (Vec<Delivery>, String) {
    all.retain(|delivery| page.after.is_none_or(|after| place(delivery.id) < after));
    let has_more = all.len() > page.size;
    all.truncate(page.size);
    let last = all.last().filter(|_| has_more);
    let next = last.map(|delivery| page.token_after(place(delivery.id)));
    (all, next.unwrap_or_default())
}

/// The place of an event in the list of all: an entry makes at most one of each kind, of which there are fewer than 16.
fn place(id: EventId) -> u64 {
    id.entry.get().saturating_mul(16).saturating_add(id.kind.number().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::hooks::outbox::State;

    fn delivery(entry: u64, kind: EventKind) -> Delivery {
        let entry = Sequence::new(entry);
        let due = Timestamp::from_micros(0);
        Delivery {
            id: EventId { entry, kind },
            order: entry,
            state: State::Waits,
            attempts: 0,
            last: None,
            due,
        }
    }

    /// Goal: each delivery is on one page, those of one entry too, and what comes while pages are turned moves none of them.
    /// Method: an entry with two events among others, pages of each size; a newer event before each page but the first.
    #[test]
    fn pages_stay_while_events_come() {
        let kinds = [EventKind::Captured, EventKind::BudgetLow];
        let mut first = vec![delivery(9, kinds[0]), delivery(7, kinds[1]), delivery(7, kinds[0])];
        first.extend((1..=4).rev().map(|entry| delivery(entry, EventKind::Test)));
        for size in 1..=8 {
            let (mut all, mut seen, mut token) = (first.clone(), Vec::new(), String::new());
            loop {
                let page = Page::read(size, &token, "deliveries 7 1").unwrap();
                let (found, next) = page_of(all.clone(), &page);
                assert!(found.len() <= page.size && (next.is_empty() || found.len() == page.size));
                seen.extend(found);
                if next.is_empty() {
                    break;
                }
                token = next;
                all.insert(0, delivery(10 + u64::try_from(all.len()).unwrap(), EventKind::Captured));
            }
            assert_eq!(seen, first, "{size} a page");
        }
    }
}

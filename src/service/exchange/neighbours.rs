//! Second persons lent to a neighbour bank that has nobody of its own who could agree.
//!
//! Whoever is lent sees what waits, with the accounts it would move and how far, and nothing else of that bank:
//! neither names nor words, nor what becomes of it. Where nothing waits for them, the bank is not there for them.

use crate::access::{Allowed, Capacity, Reach, Role};
use crate::api;
use crate::api::{ListWaitingRequest, ListWaitingResponse};
use crate::directory::Known;
use crate::directory::people::terms::PersonKind;
use crate::domain::{Acting, BankNumber, Entry, Sequence};
use crate::exchange::rules::neighbours;
use crate::exchange::waiting::Waiting;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::pages::Page;

impl Installation {
    /// What waits, and the caller lent to its bank for it; none where they are not.
    pub(super) fn lent(
        &self,
        allowed: &Allowed,
        open: Option<&Waiting>,
    ) -> Result<Option<(Entry, Allowed)>, NotDone> {
        let Some(open) = open else { return Ok(None) };
        let known = self.directory.known_now(&self.network.ledger)?;
        if !self.may_be_lent(allowed, &known, open) {
            return Ok(None);
        }
        drop(known);
        let kept = self.network.ledger.books().durable(open.number).map_err(unreadable)?;
        Ok(kept.map(|kept| (kept, allowed.lent_to(open.bank))))
    }

    /// What waits in a neighbour bank for somebody lent to it; as if the bank were not there, where nothing does.
    pub(super) fn waiting_next_door(
        &self,
        allowed: &Allowed,
        request: &ListWaitingRequest,
        not_there: NotDone,
    ) -> Result<ListWaitingResponse, NotDone> {
        let bank = BankNumber::new(request.bank_number);
        let page =
            Page::read(request.page_size, &request.page_token, &format!("waiting next to bank {bank}"))?;
        let after = page.after.map_or(Sequence::ZERO, Sequence::new);
        let matters = self.matters.now(&self.network.ledger).map_err(unreadable)?;
        let known = self.directory.known_now(&self.network.ledger)?;
        let open = matters.waiting_after(bank, after);
        let lent = open.filter(|open| self.may_be_lent(allowed, &known, open));
        let lent = lent.take(page.size.saturating_add(1)).map(|one| self.second_person(one));
        let mut waiting = lent.collect::<Result<Vec<_>, _>>()?;
        if waiting.is_empty() {
            return Err(not_there);
        }
        let has_more = waiting.len() > page.size;
        waiting.truncate(page.size);
        let last = waiting.last().filter(|_| has_more).map(|one| page.token_after(one.number));
        Ok(ListWaitingResponse { waiting, next_page_token: last.unwrap_or_default() })
    }

    /// Whether the caller works in a neighbour of the bank where this waits, and nobody works there who could agree.
    fn may_be_lent(&self, allowed: &Allowed, known: &Known, open: &Waiting) -> bool {
        let caller = allowed.caller();
        let agrees = matches!(caller.capacity, Capacity::Role(Role::Broker | Role::Lead));
        let Reach::Banks(banks) = &caller.reach else { return false };
        let is_next = banks.iter().any(|own| known.banks.clearing(*own, open.bank).is_some());
        if !agrees || !is_next {
            return false;
        }
        let (humans, seen_keys) = (self.access.humans(), self.access.seen_keys());
        let sight = self.sight(caller, known, (&humans, &seen_keys));
        // Whoever works there and comes with tokens may be a broker: only a token says.
        let works_there = |owner: &_| {
            let person = known.people.person(*owner);
            person.is_some_and(|person| person.kind == PersonKind::Staff && person.bank == open.bank)
        };
        let mut office = self.access.office_of(open.bank, sight.now);
        office.extend(self.access.linked().into_iter().filter(works_there));
        let office = office.into_iter().map(|who| Acting { who, at: sight.now });
        sight.with_ties(|ties| neighbours::stand_in(open.asked(), office, ties))
    }
}

/// What whoever was lent hears of what they agreed to, or not: that it is written.
pub(super) fn only_written(entry: api::Entry) -> api::Entry {
    let api::Entry { sequence, recorded_at, form, request_id, .. } = entry;
    api::Entry { sequence, recorded_at, form, request_id, ..api::Entry::default() }
}

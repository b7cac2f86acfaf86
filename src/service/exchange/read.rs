//! What waits for somebody.

use std::collections::BTreeSet;

use crate::access::{Allowed, Words};
use crate::api::*;
use crate::domain::{AccountNumber, Action, BankNumber, Sequence, Transfer};
use crate::exchange::matters::{Unsettled, WhyUnsettled};
use crate::exchange::sides::Sides;
use crate::exchange::waiting;
use crate::ledger::recovery::RecoveryError;
use crate::service::answers;
use crate::service::asked::{accounts_named, entry_named};
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::pages::Page;
use crate::words::exchange as words;

impl Installation {
    /// The accounts about which a broker or a second person has to settle something. Blocking.
    pub(in crate::service) fn accounts_with_open_matters(
        &self,
    ) -> Result<BTreeSet<AccountNumber>, RecoveryError> {
        let matters = self.matters.now(&self.network.ledger)?;
        let mut accounts = BTreeSet::new();
        let mut entries: Vec<_> = matters.unsettled_after(Sequence::ZERO).map(|one| one.proposal).collect();
        for waiting in matters.all_waiting() {
            accounts.extend(accounts_named(&waiting.command.action));
            entries.extend(entry_named(&waiting.command.action));
        }
        drop(matters);
        for sequence in entries {
            let entry = self.network.ledger.books().durable(sequence)?;
            accounts.extend(entry.iter().flat_map(|entry| accounts_named(&entry.command.action)));
            accounts.extend(entry.iter().filter_map(Sides::beside).flat_map(Sides::both));
        }
        Ok(accounts)
    }

    pub(super) fn list_waiting(
        &self,
        allowed: &Allowed,
        request: ListWaitingRequest,
    ) -> Result<ListWaitingResponse, NotDone> {
        let bank = BankNumber::new(request.bank_number);
        if let Err(not_there) = self.bank_in_reach(allowed, bank) {
            return self.waiting_next_door(allowed, &request, not_there);
        }
        let page = Page::read(request.page_size, &request.page_token, &format!("waiting in bank {bank}"))?;
        let after = page.after.map_or(Sequence::ZERO, Sequence::new);
        let matters = self.matters.now(&self.network.ledger).map_err(unreadable)?;
        let is_open = |one: &&waiting::Waiting| self.may_still_be(&one.command.action);
        let second = matters.waiting_after(bank, after).filter(is_open).take(page.size.saturating_add(1));
        let mut waiting: Vec<Waiting> =
            second.map(|one| self.second_person(one)).collect::<Result<_, _>>()?;
        for one in matters.unsettled_after(after) {
            if waiting.len() > page.size.saturating_mul(2) {
                break; // Each of both lists is long enough for this page.
            }
            let entry = self.network.ledger.books().durable(one.proposal).map_err(unreadable)?;
            let Some(entry) = entry.filter(|entry| self.concerns_bank(allowed, entry, bank)) else {
                continue;
            };
            waiting.push(Waiting {
                number: one.proposal.get(),
                waiting_for: WaitingFor::Broker.into(),
                actor: one.by.get(),
                recorded_at: Some(answers::timestamp(one.recorded_at)),
                transfers: entry.command.action.transfers().iter().map(answers::transfer).collect(),
                kind: answers::kind(entry.command.action.kind()),
                sentence: words::why_unsettled(one.why).to_owned(),
                ..self.remembered(allowed, one)?
            });
        }
        waiting.sort_unstable_by_key(|one| one.number);
        let has_more = waiting.len() > page.size;
        waiting.truncate(page.size);
        let last = waiting.last().filter(|_| has_more).map(|one| page.token_after(one.number));
        Ok(ListWaitingResponse { waiting, next_page_token: last.unwrap_or_default() })
    }

    /// Whether what waits can still be done: the hours it would take or let go are set aside.
    fn may_still_be(&self, action: &Action) -> bool {
        action.hold_named().is_none_or(|hold| self.network.ledger.views().open_hold(hold).is_some())
    }

    /// What a second person is to agree to.
    pub(super) fn second_person(&self, one: &waiting::Waiting) -> Result<Waiting, NotDone> {
        let action = &one.command.action;
        let (closes, rest_to) = if let Action::Close(close) = action {
            (close.account.printed(), close.remainder_to.printed())
        } else {
            (0, 0)
        };
        let about = entry_named(action);
        let entry = about.map(|about| self.network.ledger.books().durable(about)).transpose();
        let entry = entry.map_err(unreadable)?.flatten();
        let named = entry.as_ref().map(|entry| &entry.command.action);
        // What takes hours that were set aside moves those, as much of them as it takes.
        let (kind, transfers) = match (action, named) {
            (Action::Capture(capture), Some(Action::Hold(hold))) => {
                let taken = |transfer: &Transfer| {
                    let amount = capture.amount.unwrap_or(transfer.amount);
                    answers::transfer(&Transfer { amount, ..*transfer })
                };
                (Some(hold.kind), hold.transfers.iter().map(taken).collect())
            }
            _ => (action.kind(), action.transfers().iter().map(answers::transfer).collect()),
        };
        Ok(Waiting {
            number: one.number.get(),
            waiting_for: WaitingFor::SecondPerson.into(),
            actor: one.by.get(),
            recorded_at: Some(answers::timestamp(one.recorded_at)),
            transfers,
            kind: answers::kind(kind),
            sentence: words::why_it_waits(one.why).to_owned(),
            closes_account_number: closes,
            rest_to_account_number: rest_to,
            about_sequence: about.map_or(0, Sequence::get),
            ..Waiting::default()
        })
    }

    /// What whoever disputes it remembers and says, for a caller who reads words.
    fn remembered(&self, allowed: &Allowed, one: &Unsettled) -> Result<Waiting, NotDone> {
        if one.why != WhyUnsettled::Disputed || allowed.words() != Words::All {
            return Ok(Waiting::default());
        }
        let entry = self.network.ledger.books().durable(one.entry).map_err(unreadable)?;
        let text = entry.map(|entry| self.names().text_of(&entry).0).unwrap_or_default();
        let (remembered, reason) = (text.typed.unwrap_or_default(), text.reason.unwrap_or_default());
        Ok(Waiting { remembered, reason, ..Waiting::default() })
    }
}

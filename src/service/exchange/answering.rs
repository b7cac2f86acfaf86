//! Calls that answer something that is open: proposals, bookings, disputes, what waits for a second person.

use super::id::Id;
use super::told::{asked, length_or_none, words};
use super::writing::Done;
use crate::access::Allowed;
use crate::api::*;
use crate::domain::{AccountNumber, Action, Entry, OwnerNumber, Sequence};
use crate::exchange::book::Booked;
use crate::exchange::claim_back::LineLeft;
use crate::exchange::plan::{Plan, Said};
use crate::exchange::propose::{Agreed, Answer, Open, Proposal};
use crate::exchange::rules::doubles::Asked;
use crate::exchange::rules::effects::Effects;
use crate::exchange::sight::Sight;
use crate::exchange::{Refusal, claim_back, waiting};
use crate::ledger::Mode;
use crate::seal;
use crate::service::fields;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;

/// How it was settled and why it may pass a limit have at most so many bytes together.
const BOTH_BYTES_MAX: usize = 898;

/// Lines that an organisation claims back.
type LinesLeft<'a> = &'a (AccountNumber, Vec<LineLeft>);

impl Installation {
    pub(super) fn confirm_exchange(
        &self,
        allowed: &Allowed,
        request: ConfirmExchangeRequest,
    ) -> Result<ConfirmExchangeResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let length = length_or_none("length", request.length)?;
        let limit_reason = words("limit_reason", request.limit_reason)?;
        let answer = Answer { length: length.as_ref(), limit_reason, asked: asked(request.is_another) };
        let proposal = proposal(request.proposal_sequence)?;
        let (done, _) = self.answered(allowed, id, proposal, |sight, entry| {
            Ok((Open::of(entry)?.confirm(sight, answer)?, ()))
        })?;
        if done.waits {
            let waiting_number = done.receipt.entry.sequence.get();
            let outcome = Outcome::Waits.into();
            return Ok(ConfirmExchangeResponse { receipt: None, outcome, waiting_number });
        }
        let outcome = outcome_of(&done.receipt.entry).into();
        let receipt = Some(self.written_as_seen(allowed, &done.receipt));
        Ok(ConfirmExchangeResponse { receipt, outcome, waiting_number: 0 })
    }

    pub(super) fn reject_exchange(
        &self,
        allowed: &Allowed,
        request: RejectExchangeRequest,
    ) -> Result<RejectExchangeResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let reason = words("reason", request.reason)?;
        let proposal = proposal(request.proposal_sequence)?;
        let (done, _) = self.answered(allowed, id, proposal, |sight, entry| {
            Ok((Open::of(entry)?.reject(sight, reason)?, ()))
        })?;
        Ok(RejectExchangeResponse { receipt: Some(self.written_as_seen(allowed, &done.receipt)) })
    }

    pub(super) fn dispute_exchange(
        &self,
        allowed: &Allowed,
        request: DisputeExchangeRequest,
    ) -> Result<DisputeExchangeResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let (length, reason) = (length_or_none("length", request.length)?, words("reason", request.reason)?);
        let proposal = proposal(request.proposal_sequence)?;
        let (done, _) = self.answered(allowed, id, proposal, |sight, entry| {
            Ok((Open::of(entry)?.dispute(sight, length.as_ref(), reason)?, ()))
        })?;
        Ok(DisputeExchangeResponse { receipt: Some(self.written_as_seen(allowed, &done.receipt)) })
    }

    pub(super) fn resolve_dispute(
        &self,
        allowed: &Allowed,
        request: ResolveDisputeRequest,
    ) -> Result<ResolveDisputeResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let length = length_or_none("length", request.length)?;
        let (reason, limit_reason) = (request.reason, request.limit_reason);
        // Both become one text of the entry.
        if reason.len().saturating_add(limit_reason.len()) > BOTH_BYTES_MAX {
            return Err(NotDone::bad("limit_reason", "with reason at most 898 bytes"));
        }
        let (reason, limit_reason) = (words("reason", reason)?, words("limit_reason", limit_reason)?);
        let answer = Answer { length: length.as_ref(), limit_reason, asked: asked(request.is_another) };
        let proposal = proposal(request.proposal_sequence)?;
        let matters = self.matters.now(&self.network.ledger).map_err(unreadable)?;
        let unsettled = matters.unsettled(proposal);
        let (done, _) = self.answered(allowed, id, proposal, |sight, entry| {
            let unsettled = unsettled.ok_or(Refusal::NothingWaits(entry.sequence))?;
            Ok((Open::of(entry)?.resolve(sight, unsettled.said(), (answer, reason))?, ()))
        })?;
        drop(matters); // Nobody else settled it meanwhile.
        Ok(ResolveDisputeResponse { receipt: Some(self.written_as_seen(allowed, &done.receipt)) })
    }

    pub(super) fn take_booking(
        &self,
        allowed: &Allowed,
        request: TakeBookingRequest,
    ) -> Result<TakeBookingResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let length = length_or_none("length", request.length)?;
        let asked = asked(request.is_another);
        let booking = fields::sequence("booking_sequence", request.booking_sequence)?;
        let (done, _) = self.answered(allowed, id, booking, |sight, entry| {
            Ok((Booked::of(entry)?.take(sight, length.as_ref(), asked)?, ()))
        })?;
        Ok(TakeBookingResponse { done: Some(self.done(allowed, &done)) })
    }

    pub(super) fn cancel_booking(
        &self,
        allowed: &Allowed,
        request: CancelBookingRequest,
    ) -> Result<CancelBookingResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let reason = words("reason", request.reason)?;
        let booking = fields::sequence("booking_sequence", request.booking_sequence)?;
        let (done, _) = self.answered(allowed, id, booking, |sight, entry| {
            Ok((Booked::of(entry)?.cancel(sight, reason)?, ()))
        })?;
        Ok(CancelBookingResponse { receipt: Some(self.written_as_seen(allowed, &done.receipt)) })
    }

    pub(super) fn approve(
        &self,
        allowed: &Allowed,
        request: ApproveRequest,
    ) -> Result<ApproveResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let number = fields::sequence("waiting_number", request.waiting_number)?;
        let matters = self.matters.now(&self.network.ledger).map_err(unreadable)?;
        let waiting = matters.waiting(number);
        let asked = asked(request.is_another);
        let left = waiting.map(|waiting| self.left_to_claim(waiting)).transpose()?.flatten();
        if let Some(Action::Close(close)) = waiting.map(|waiting| &waiting.command.action)
            && id.mode == Mode::Write
        {
            self.make_way(allowed, id, *close, || {
                self.approved(allowed, id.only_checked(), (number, asked), (waiting, None))
            })?;
        }
        let done = self.approved(allowed, id, (number, asked), (waiting, left.as_ref()))?;
        drop(matters); // Nobody else ended it meanwhile.
        if let Action::Close(close) = &done.receipt.entry.command.action {
            self.forget_codes_of(close.account);
        }
        Ok(ApproveResponse { receipt: Some(self.written_as_seen(allowed, &done.receipt)) })
    }

    pub(super) fn decline(
        &self,
        allowed: &Allowed,
        request: DeclineRequest,
    ) -> Result<DeclineResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let number = fields::sequence("waiting_number", request.waiting_number)?;
        let reason = words("reason", request.reason)?;
        let matters = self.matters.now(&self.network.ledger).map_err(unreadable)?;
        let waiting = matters.waiting(number);
        let done = self.ended(allowed, id, (number, waiting), |open, sight, (_, about)| {
            let about = if about.is_empty() { open.concerns(sight)? } else { about };
            open.declined(about, reason)
        })?;
        drop(matters);
        Ok(DeclineResponse { receipt: Some(self.written_as_seen(allowed, &done.receipt)) })
    }

    /// Does what waits under `number`, now that the caller agrees. `left` is what is left of the lines that it claims back.
    fn approved(
        &self,
        allowed: &Allowed,
        id: Id,
        (number, asked): (Sequence, Asked),
        (waiting, left): (Option<&waiting::Waiting>, Option<LinesLeft<'_>>),
    ) -> Result<Done, NotDone> {
        self.ended(allowed, id, (number, waiting), |open, sight, (said, about)| {
            let action = open.action(sight)?;
            let action = left.map_or(Ok(action.clone()), |(_, lines)| claim_back::at(action, lines))?;
            let original = self.named_by(&action)?;
            let effects = Effects::of_action(&action, original.as_ref(), |close| sight.posted(close.account));
            let mut plan = open.approved(sight, (said, about, asked), (action, &effects))?;
            if let Some((organisation, lines)) = left {
                plan.claims = claim_back::claims(*organisation, lines);
            }
            Ok(plan)
        })
    }

    /// Ends what waits under `number`, if anything does: the caller keeps it until then, so it ends once.
    fn ended(
        &self,
        allowed: &Allowed,
        id: Id,
        (number, open): (Sequence, Option<&waiting::Waiting>),
        end: impl FnOnce(&waiting::Waiting, &Sight<'_>, (Said, Vec<OwnerNumber>)) -> Result<Plan, Refusal>,
    ) -> Result<Done, NotDone> {
        let bank = open.map_or_else(crate::domain::BankNumber::default, |open| open.bank);
        let (kept, allowed) = match self.named(allowed, number) {
            Ok(kept) => (kept, allowed.clone()),
            Err(not_there) => match self.lent(allowed, open)? {
                Some(lent) => lent,
                // Who was lent to a bank before hears what they heard then.
                None => return self.first_answer(id)?.ok_or(not_there),
            },
        };
        let words = (self.said_in(&kept), seal::owners_of(&kept.command.text).unwrap_or_default());
        let (done, _) = self.exchange(&allowed, id, Ok(bank), |sight| {
            let open = open.ok_or(Refusal::NothingWaits(number))?;
            Ok((end(open, sight, words)?, ()))
        })?;
        Ok(done)
    }

    /// The words of an entry, to be said again.
    fn said_in(&self, entry: &Entry) -> Said {
        let (text, _) = self.names().text_of(entry);
        Said { memo: text.memo, reason: text.reason, typed: text.typed }
    }

    /// The entry an action names, as it is in the books.
    fn named_by(&self, action: &Action) -> Result<Option<Entry>, Refusal> {
        let Some(sequence) = crate::service::asked::entry_named(action) else { return Ok(None) };
        let entry = self.network.ledger.books().durable(sequence).ok().flatten();
        entry.map(Some).ok_or(crate::domain::Refusal::EntryNotFound(sequence).into())
    }

    /// Answers the hold at `sequence`, as `plan` says. Where it is not there for the caller any more, what this request
    /// was answered before.
    fn answered<T>(
        &self,
        allowed: &Allowed,
        id: Id,
        sequence: Sequence,
        plan: impl FnOnce(&Sight<'_>, &Entry) -> Result<(Plan, T), Refusal>,
    ) -> Result<(Done, Option<T>), NotDone> {
        let entry = match self.named(allowed, sequence) {
            Ok(entry) => entry,
            Err(not_there) => return self.as_before(id, not_there),
        };
        let bank = self.bank_of_hold(allowed, &entry);
        self.exchange(allowed, id, bank, |sight| plan(sight, &entry))
    }

    fn bank_of_hold(&self, allowed: &Allowed, entry: &Entry) -> Result<crate::domain::BankNumber, NotDone> {
        let first = entry.command.action.transfers().first().map(|transfer| transfer.debit);
        let view = first.and_then(|account| self.network.ledger.views().account(account));
        view.map(|view| view.bank)
            .ok_or_else(|| self.not_exchanged(allowed, &Refusal::NotOpen(entry.sequence)))
    }
}

fn proposal(sequence: u64) -> Result<Sequence, NotDone> {
    fields::sequence("proposal_sequence", sequence)
}

/// What confirming came to, as it stands beside the entry: whoever asks again hears the same.
fn outcome_of(entry: &Entry) -> Outcome {
    match Proposal::beside(entry) {
        Some(Proposal::Agreed(Agreed::TheSame)) => Outcome::Confirmed,
        Some(Proposal::Agreed(Agreed::TheMiddle)) => Outcome::Middle,
        Some(Proposal::Disputed) => Outcome::Disputed,
        Some(Proposal::Said(..) | Proposal::Settled(_)) | None => Outcome::Unspecified,
    }
}

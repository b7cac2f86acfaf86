//! What becomes of a sale later: taken, let go, given back.

use super::hearing::Why;
use super::selling::Sold;
use crate::access::{Allowed, Capacity, Role};
use crate::api::*;
use crate::directory::partners::Offer;
use crate::domain::{Acting, Action, Claim, Entry, Reason, Sequence};
use crate::exchange::plan::Plan;
use crate::exchange::rules::effects::Effects;
use crate::exchange::sight::Sight;
use crate::ledger::Mode;
use crate::redemption::beside::{INITIALS_MAX, Step};
use crate::redemption::ending::{self, Asking, Done};
use crate::redemption::refusal::Refusal;
use crate::redemption::rules::{self, NotSold};
use crate::redemption::standing::Redemption as Standing;
use crate::redemption::states::{Mover, When};
use crate::service::asked::asked_for;
use crate::service::exchange::Id;
use crate::service::fields;
use crate::service::installation::{Installation, nobody_forgotten, unreadable};
use crate::service::not_done::NotDone;
use crate::words::redemption as words;

/// A reason has at most this many bytes.
const REASON_BYTES_MAX: usize = 200;

/// Beside a step.
#[derive(Default)]
struct Beside {
    /// Who is at the till.
    initials: Option<String>,
    /// Why.
    reason: Option<String>,
}

impl Installation {
    pub(super) fn capture_redemption(
        &self,
        allowed: &Allowed,
        request: CaptureRedemptionRequest,
    ) -> Result<CaptureRedemptionResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let step =
            |sale: &Standing, offer: &Offer, asking| ending::captured(sale, offer, request.people, asking);
        let number = request.redemption_sequence;
        let Sold { redemption, repeated, sentence } =
            self.step(allowed, id, number, Beside::default(), step)?;
        Ok(CaptureRedemptionResponse { redemption: Some(redemption), repeated, sentence })
    }

    pub(super) fn void_redemption(
        &self,
        allowed: &Allowed,
        request: VoidRedemptionRequest,
    ) -> Result<VoidRedemptionResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let step = |sale: &Standing, _: &Offer, asking| ending::voided(sale, asking);
        let number = request.redemption_sequence;
        let Sold { redemption, repeated, sentence } =
            self.step(allowed, id, number, Beside::default(), step)?;
        Ok(VoidRedemptionResponse { redemption: Some(redemption), repeated, sentence })
    }

    pub(super) fn refund_redemption(
        &self,
        allowed: &Allowed,
        request: RefundRedemptionRequest,
    ) -> Result<RefundRedemptionResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let RefundRedemptionRequest { redemption_sequence, amount_seconds, reason, staff_initials, .. } =
            request;
        let amount =
            if amount_seconds == 0 { None } else { Some(fields::amount("amount_seconds", amount_seconds)?) };
        if reason.trim().is_empty() || reason.len() > REASON_BYTES_MAX {
            return Err(NotDone::bad("reason", "1 to 200 bytes: nothing is given back without one"));
        }
        let is_till = matches!(allowed.caller().capacity, Capacity::Role(Role::Till));
        let letters = staff_initials.as_bytes();
        let is_named = letters.len() <= INITIALS_MAX
            && letters.iter().all(u8::is_ascii_uppercase)
            && !(is_till && letters.is_empty());
        if !is_named {
            return Err(NotDone::bad("staff_initials", "1 to 4 capital letters: who is at the till"));
        }
        let initials = (!staff_initials.is_empty()).then_some(staff_initials);
        let beside = Beside { initials, reason: Some(reason) };
        let step = |sale: &Standing, offer: &Offer, asking| ending::refunded(sale, offer, amount, asking);
        // One at a time: how much of a sale was given back before decides what counts no more. What takes a sale or lets it go
        // is decided by the ledger.
        let _one = self.giving_back(Sequence::new(redemption_sequence));
        let Sold { redemption, repeated, sentence } =
            self.step(allowed, id, redemption_sequence, beside, step)?;
        Ok(RefundRedemptionResponse { redemption: Some(redemption), repeated, sentence })
    }

    /// One step of a sale in reach. What this request did before is its answer.
    fn step(
        &self,
        allowed: &Allowed,
        id: Id,
        number: u64,
        beside: Beside,
        step: impl FnOnce(&Standing, &Offer, Asking) -> Result<Done, NotSold>,
    ) -> Result<Sold, NotDone> {
        let number = fields::sequence("redemption_sequence", number)?;
        let repeated = self.first_answer(id)?.is_some();
        let redemption = self.sale_in_reach(allowed, number)?;
        if repeated {
            return Ok(self.sold(allowed, &redemption, repeated));
        }
        let written = self.stepped(allowed, id, &redemption, beside, step);
        let entry = written.map_err(|why| match why {
            Why::NotDone(not_done) => not_done,
            Why::NotSold(NotSold::Invalid(invalid)) => invalid.into(),
            Why::NotSold(NotSold::Refused(refusal)) => not_ended(self.not_sold(allowed, &refusal)),
        })?;
        let more: i64 = entry.moves().filter(|part| part.of == 0).map(|part| part.amount.seconds()).sum();
        let redemption = match redemption.taken_by {
            Some(_) => {
                let given_back = redemption.refunded.saturating_add(more);
                redemption.given_back(given_back)
            }
            None => redemption.ended_by(&entry),
        };
        Ok(self.sold(allowed, &redemption, false))
    }

    fn stepped(
        &self,
        allowed: &Allowed,
        id: Id,
        redemption: &Standing,
        beside: Beside,
        step: impl FnOnce(&Standing, &Offer, Asking) -> Result<Done, NotSold>,
    ) -> Result<Entry, Why> {
        let original = redemption.taken_by.unwrap_or(redemption.number);
        let original = self.network.ledger.books().durable(original).map_err(unreadable)?;
        let known = self.directory.known();
        let (humans, seen_keys) = (self.access.humans(), self.access.seen_keys());
        let sight = self.sight(allowed.caller(), &known, (&humans, &seen_keys));
        let receipt = redemption.sale.receipt;
        let kept = known.partners.offer(receipt.partner, redemption.sale.offer);
        let offer = &kept.ok_or(NotSold::Refused(Refusal::OfferNotOpen)).map_err(Why::NotSold)?.offer;
        let bank = known.people.person(receipt.partner).and_then(|partner| known.banks.get(partner.bank));
        let today = bank.map(|bank| bank.today(sight.now));
        let asking = Asking {
            mover: mover(allowed),
            when: if today == Some(receipt.day) { When::SameDay } else { When::Later },
            now: sight.now,
        };
        let (action, mut claims) = step(redemption, offer, asking).map_err(Why::NotSold)?;
        claims.extend(self.lines_given_back(&action, original.as_ref())?);
        let effects = Effects::of_action(&action, original.as_ref(), |_| 0);
        let mut plan = Plan::new(action, concerned(&sight, redemption));
        plan.claims = claims;
        plan.said.reason = beside.reason;
        let mut moved_on = Step { given_back_before: redemption.refunded, ..Step::default() };
        if let Some(initials) = beside.initials {
            staff_may(&sight, redemption, &initials).map_err(Why::NotSold)?;
            moved_on.initials = initials.into();
        }
        plan.attachment = Some(moved_on.attachment());
        let plan = self.agreed(&sight, redemption, plan, &effects).map_err(Why::NotSold)?;
        let mut asked = asked_for(id.key, id.mode, id.asked.kept_with(plan));
        asked.command.actor = allowed.caller().holder;
        asked.command.check().map_err(|invalid| Why::NotDone(invalid.into()))?;
        if let Some(owner) = self.seal(&mut asked)? {
            return Err(Why::NotDone(nobody_forgotten(owner)));
        }
        let mode = if id.mode == Mode::ValidateOnly { Mode::ValidateOnly } else { Mode::Write };
        let (command, decision) = self.submitted(asked.command, mode, known)?;
        self.entry_decided(command, decision)
    }

    /// What giving back takes from the counters of lines that an organisation can claim back from a pot, if it is not claimed.
    fn lines_given_back(&self, action: &Action, original: Option<&Entry>) -> Result<Vec<Claim>, Why> {
        let (Action::Reverse(reverse), Some(original)) = (action, original) else { return Ok(Vec::new()) };
        let payers = self.payers_of(original, &reverse.parts)?;
        match self.claimed_back(original.sequence, &payers)? {
            Some((line, claim)) => Err(Refusal::ClaimedBack { line, claim }.into()),
            None => Ok(self.lines_put_right(action)?),
        }
    }

    /// Whoever showed the code agreed to what was set aside; for what is given back whoever gets it says so with
    /// somebody else (I11).
    fn agreed(
        &self,
        sight: &Sight<'_>,
        redemption: &Standing,
        plan: Plan,
        effects: &Effects,
    ) -> Result<Plan, NotSold> {
        let is_capture = redemption.taken_by.is_none();
        let by = sight.party(redemption.account)?.own.owner;
        let by = is_capture.then_some(Acting { who: by, at: redemption.recorded_at });
        let plan = plan.judged(sight, effects, by, None)?;
        if plan.waits_for.is_some() { Err(NotSold::Refused(Refusal::NeedsAnother)) } else { Ok(plan) }
    }

    /// The sale of that number, if it is there for the caller: for a till its own, for a partner its tills', for a broker
    /// those of the partner's bank and of whose hours they are.
    pub(super) fn sale_in_reach(&self, allowed: &Allowed, number: Sequence) -> Result<Standing, NotDone> {
        let entry = self.network.ledger.books().entry(number).map_err(unreadable)?;
        let entry = entry.ok_or_else(|| self.no_such_sale(number))?;
        let redemption = self.standing_of(&entry)?.ok_or_else(|| self.no_such_sale(number))?;
        let receipt = redemption.sale.receipt;
        let is_own_till = allowed.caller().till.is_none_or(|till| till == u32::from(receipt.till));
        let is_seen = is_own_till
            && (self.sees_account(allowed, redemption.partner_account)
                || self.sees_account(allowed, redemption.account));
        if is_seen { Ok(redemption) } else { Err(self.no_such_sale(number)) }
    }
}

/// What a till hears of a step: it showed no code, so of an account that takes nothing any more it hears what it can do.
fn not_ended(not_done: NotDone) -> NotDone {
    if let NotDone::Refused { reason: reason @ Reason::CodeNotUsable, figures, .. } = not_done {
        return NotDone::Refused { reason, sentence: words::cannot_be_given_back(), figures };
    }
    not_done
}

/// Nobody gives back to themselves while they are on the till.
fn staff_may(sight: &Sight<'_>, redemption: &Standing, initials: &str) -> Result<(), NotSold> {
    let staff = sight.known.partners.staff(redemption.sale.receipt.partner);
    rules::staff_may(initials, staff, |owner| sight.stands_for(owner, redemption.account))
}

/// Whom the words of a step are about.
fn concerned(sight: &Sight<'_>, redemption: &Standing) -> Vec<crate::domain::OwnerNumber> {
    let owners = [redemption.account, redemption.partner_account].map(|account| sight.party(account));
    let mut owners: Vec<_> = owners.into_iter().flatten().map(|party| party.own.owner).collect();
    owners.dedup();
    owners
}

fn mover(allowed: &Allowed) -> Mover {
    match allowed.caller().capacity {
        Capacity::Role(Role::Till) => Mover::Till,
        Capacity::Role(Role::Partner) => Mover::Partner,
        Capacity::LocalOperator
        | Capacity::Role(
            Role::Member
            | Role::Broker
            | Role::Lead
            | Role::Auditor
            | Role::Reporter
            | Role::Admin
            | Role::Integration,
        ) => Mover::Office,
    }
}

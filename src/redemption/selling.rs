//! A sale, from what is told at a till to the one entry it becomes, with everything that could refuse it.
//!
//! - What it costs comes from the offer; whose hours they are from what was shown; where they go is the partner's account in
//!   the same bank, or through the accounts two banks keep for each other.
//! - Caps, the budget and the single use of a code are claims of the entry, so that the ledger decides them with the hours.
//! - Whoever showed a code, or a card with its PIN, has agreed: they are the second person (I11).
//! - A slip says what happened: counts go up by it and refuse nothing, and a pause since does not either.

use aws_lc_rs::digest::{SHA256, digest};
use smallvec::smallvec;

use super::beside::{Sale, ShownBy};
use super::caps::{self, BusinessDay, Counted, Counting, OfferName};
use super::cards::{CardShown, Proof};
use super::codes::Authority;
use super::refusal::Refusal;
use super::rules::{self, Counter, NotSold, When};
use crate::directory::partners::{Kept, Moment, Offer};
use crate::directory::people::sites::InUse;
use crate::directory::people::{MayTake, Person, Taking};
use crate::domain::time::SECONDS_PER_DAY;
use crate::domain::transfer::People;
use crate::domain::{
    AccountKind, AccountNumber, Acting, Action, Amount, AtDeadline, BankNumber, Claim, ClaimFate, ClaimKey,
    ClaimUnit, ClaimWord, Ends, Hold, Invalid, Kind, Note, OwnerNumber, Post, RequestKey, Rest, Sequence,
    Timestamp, Topic, Transfer, Transfers,
};
use crate::exchange::plan::Plan;
use crate::exchange::record::between;
use crate::exchange::rules::effects::Effects;
use crate::exchange::rules::monthly::{self, Speaking};
use crate::exchange::rules::standing::AccountState;
use crate::exchange::sight::{Party, Sight};

/// A code for practice is as one with so many seconds on it.
pub const PRACTICE_SECONDS: i64 = 7_200;
/// An attempt's id is kept for so long: as long as a till may sell for the day of it, and a day more.
const ATTEMPT_SECONDS: i64 = 2 * SECONDS_PER_DAY;

/// Whose hours they are, and by what that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Whose hours.
    pub account: AccountNumber,
    /// Who agreed by showing it, or asked for it.
    pub shown_by: OwnerNumber,
    /// As what they asked for it.
    pub authority: Authority,
    /// The counter of its single use, and until when that is kept; none for what works again.
    pub single_use: Option<(ClaimKey, Timestamp)>,
    /// The voucher whose hours it takes.
    pub voucher: Option<Sequence>,
    /// The card that was shown.
    pub card: Option<CardShown>,
}

/// What becomes of the hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// They are taken.
    Take,
    /// They are set aside until then.
    SetAside(Timestamp),
    /// They were taken: a slip says so. With a broker's word, past the member's limits.
    FromSlip(Limits),
}

/// Whether a slip may pass the limits of whose hours they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// It keeps to them.
    Kept,
    /// A broker says why not.
    Passed,
}

/// What is to be sold, as the offer says.
struct Priced<'a> {
    partner: &'a Person,
    offer: &'a Offer,
    amount: Amount,
    on: BusinessDay<'a>,
    name: OfferName,
}

/// The entry of a sale.
///
/// # Errors
/// [`NotSold`].
pub fn plan(sight: &Sight<'_>, sale: &Sale, bearer: &Bearer, how: How) -> Result<Plan, NotSold> {
    let priced = priced(sight, sale)?;
    let payer = payer(sight, bearer)?;
    if !sale.is_from_slip {
        not_paused(sight, bearer, payer)?;
    }
    staff_may(sight, sale, bearer)?;
    let claims = claims(sight, sale, bearer, payer, &priced, how)?;
    let action = action(bearer, transfers(sight, &priced, payer)?, how)?;
    let effects = Effects::of_action(&action, None, |_| 0);
    let mut plan = Plan::new(action, vec![payer.own.owner, priced.partner.owner]);
    plan.occurred_on = Some(sale.receipt.day);
    plan.claims = claims;
    let budget = sight.known.partners.budget(sale.receipt.partner);
    plan.attachment = Some(Sale { budget, ..sale.clone() }.attachment());
    if matches!(how, How::FromSlip(Limits::Passed)) {
        plan.allowed_by = Some(sight.actor);
    }
    agreed(sight, sale, bearer, plan, &effects)
}

/// What a sale would come to, if somebody else stood at the till: for a look at what may be taken.
///
/// # Errors
/// [`NotSold`].
pub fn looked_at(sight: &Sight<'_>, sale: &Sale, bearer: &Bearer) -> Result<Plan, NotSold> {
    let priced = priced(sight, sale)?;
    let payer = payer(sight, bearer)?;
    not_paused(sight, bearer, payer)?;
    let mut plan = Plan::new(action(bearer, transfers(sight, &priced, payer)?, How::Take)?, Vec::new());
    plan.claims = claims(sight, sale, bearer, payer, &priced, How::Take)?;
    Ok(plan)
}

/// Whether what was shown may be used at all, whatever is to be had for it.
///
/// # Errors
/// [`NotSold`].
pub fn may_be_used(sight: &Sight<'_>, bearer: &Bearer) -> Result<(), NotSold> {
    let payer = payer(sight, bearer)?;
    let is_alone = bearer.card.is_some_and(|card| card.proof == Proof::CardAlone);
    if is_alone && sight.settings(payer.bank).till.card_alone_day_seconds == 0 {
        return Err(NotSold::Refused(Refusal::PinNeeded));
    }
    spends(sight, bearer, payer, Amount::MAX).map(drop) // How much, it leaves to the books.
}

/// What a sale for practice comes to: the counts it would take from, in a note that is never written. Who stands at the till
/// is asked where somebody asked for the code.
///
/// # Errors
/// [`NotSold`].
pub fn practised(sight: &Sight<'_>, sale: &Sale, asked_for_by: Option<OwnerNumber>) -> Result<Plan, NotSold> {
    let priced = priced(sight, sale)?;
    if let Some(by) = asked_for_by {
        let staff = sight.known.partners.staff(sale.receipt.partner);
        rules::staff_may(&sale.initials, staff, |owner| sight.humans.are_one(owner, by))?;
    }
    if priced.amount.seconds() > PRACTICE_SECONDS {
        return Err(NotSold::Refused(Refusal::PracticeSpent));
    }
    let of_all = of_all(sight, sale, &priced);
    let subject = u64::from(sale.receipt.partner.get());
    let note = Note { topic: Topic::SALE, subject, body: Box::default() };
    let mut plan = Plan::new(Action::Note(note), Vec::new());
    plan.claims = of_all.map(|(count, take)| count.claim(take)).collect();
    Ok(plan)
}

fn priced<'a>(sight: &Sight<'a>, sale: &Sale) -> Result<Priced<'a>, NotSold> {
    let receipt = sale.receipt;
    let not_open = NotSold::Refused(Refusal::OfferNotOpen);
    let partner = sight.known.people.person(receipt.partner).ok_or_else(|| not_open.clone())?;
    let zone = sight.known.banks.get(partner.bank).ok_or_else(|| not_open.clone())?.zone();
    let kept: &Kept = sight.known.partners.offer(receipt.partner, sale.offer).ok_or(not_open)?;
    let at =
        if sale.is_from_slip { When::OnDay(receipt.day) } else { When::Now(Moment::at(sight.now, zone)) };
    let is_taken = takes_kind(sight, partner, &kept.offer);
    let counter = Counter { venue: sale.venue, at };
    let amount = rules::price(kept, is_taken, counter, u32::from(sale.people))?;
    let name = OfferName { partner: receipt.partner, number: sale.offer };
    Ok(Priced { partner, offer: &kept.offer, amount, on: BusinessDay { day: receipt.day, zone }, name })
}

/// Whether the partner's bank takes offers of this kind now.
#[must_use]
pub fn takes_kind(sight: &Sight<'_>, partner: &Person, offer: &Offer) -> bool {
    let settings = sight.settings(partner.bank);
    let is_declared = settings.till.has_declared_practice || !offer.kind.needs_declared_practice();
    is_declared && settings.offer_kinds.contains(offer.kind)
}

/// Whose hours they are: a person or a group; or, of a voucher, any account.
fn payer(sight: &Sight<'_>, bearer: &Bearer) -> Result<Party, NotSold> {
    let party = sight.party(bearer.account)?;
    if bearer.voucher.is_some() {
        return Ok(party);
    }
    match party.kind {
        AccountKind::Member | AccountKind::Organisation => {}
        AccountKind::Partner | AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => {
            return Err(NotSold::Refused(Refusal::CodeUnknown));
        }
    }
    if party.state == AccountState::Closed {
        return Err(crate::domain::Refusal::AccountClosed(bearer.account).into());
    }
    if bearer.card.is_some_and(|card| !card.is_still(sight.known)) {
        return Err(NotSold::Refused(Refusal::CardBlocked));
    }
    Ok(party)
}

/// Nothing new is sold to somebody who is paused. A slip is nothing new: it happened.
fn not_paused(sight: &Sight<'_>, bearer: &Bearer, payer: Party) -> Result<(), NotSold> {
    if bearer.voucher.is_some() {
        return Ok(());
    }
    sight.not_paused(payer.own)?;
    if bearer.authority == Authority::Own {
        sight.none_paused(bearer.shown_by)?;
    }
    Ok(())
}

/// Nobody takes their own hours while they are on the till, nor those they fetched a code for.
fn staff_may(sight: &Sight<'_>, sale: &Sale, bearer: &Bearer) -> Result<(), NotSold> {
    let staff = sight.known.partners.staff(sale.receipt.partner);
    let is_one_of_theirs = |owner: OwnerNumber| {
        let is_theirs = bearer.voucher.is_none() && sight.stands_for(owner, bearer.account);
        is_theirs || sight.humans.are_one(owner, bearer.shown_by)
    };
    rules::staff_may(&sale.initials, staff, is_one_of_theirs)
}

/// Whoever fetched it may spend so much: what they claim of their month, where it is limited.
fn spends(
    sight: &Sight<'_>,
    bearer: &Bearer,
    payer: Party,
    amount: Amount,
) -> Result<Option<Claim>, NotSold> {
    if bearer.authority == Authority::Office || bearer.voucher.is_some() {
        return Ok(None);
    }
    let bank = sight.bank(payer.bank)?;
    let (who, owner) = (bearer.shown_by, payer.own.owner);
    match sight.known.people.may_take(who, owner, bank.today(sight.now), Taking::Spending) {
        MayTake::Nothing => Err(NotSold::Refused(Refusal::CodeOver)),
        MayTake::AsTheAccountAllows => Ok(None),
        MayTake::Monthly(limit) => {
            let who = Speaking { actor: who, owner, bank: payer.bank };
            Ok(Some(monthly::claim(who, bank.month(sight.now), amount, limit)))
        }
    }
}

/// From whose hours they are to the partner: within a bank, or between two.
fn transfers(sight: &Sight<'_>, priced: &Priced<'_>, payer: Party) -> Result<Transfers, NotSold> {
    let (partner, amount) = (priced.partner, priced.amount);
    let credit = account_of(partner, payer.bank).ok_or(NotSold::Refused(Refusal::OfferNotOpen))?;
    let gets = sight.party(credit)?;
    if gets.bank == payer.bank {
        return Ok(smallvec![Transfer::new(payer.own.account, credit, amount)]);
    }
    Ok(between(sight, (gets, gets.own), (payer, payer.own), amount, People::default())?)
}

/// The account of a partner that takes hours of a bank: the one there, else the one in its own bank, else any.
#[must_use]
pub fn account_of(partner: &Person, bank: BankNumber) -> Option<AccountNumber> {
    let open = || partner.accounts.iter().filter(|account| account.in_use() == InUse::Yes);
    let in_bank = |bank| open().find(|account| account.bank == bank);
    in_bank(bank).or_else(|| in_bank(partner.bank)).or_else(|| open().next()).map(|account| account.number)
}

fn action(bearer: &Bearer, transfers: Transfers, how: How) -> Result<Action, NotSold> {
    let kind = Kind::Redemption;
    match (how, bearer.voucher) {
        (How::Take | How::FromSlip(_), voucher) => {
            let ends = voucher.map(|hold| Ends { hold, rest: Rest::Keep });
            Ok(Action::Post(Post { kind, transfers, ends }))
        }
        (How::SetAside(deadline), None) => {
            let at_deadline = AtDeadline::Release;
            Ok(Action::Hold(Hold { kind, transfers, deadline, at_deadline }))
        }
        (How::SetAside(_), Some(_)) => {
            let limit =
                "a code or a card: the hours of a voucher are set aside already, so Redeem takes them";
            Err(NotSold::Invalid(Invalid { field: "shown", limit }))
        }
    }
}

/// What it claims: what works once, what it counts towards, what may be spent.
fn claims(
    sight: &Sight<'_>,
    sale: &Sale,
    bearer: &Bearer,
    payer: Party,
    priced: &Priced<'_>,
    how: How,
) -> Result<Vec<Claim>, NotSold> {
    let limit = spends(sight, bearer, payer, priced.amount)?;
    let counted = counted(sight, sale, bearer, payer, priced)?.into_iter();
    let counted = counted.map(|(count, take)| match how {
        How::Take | How::SetAside(_) => count.claim(take),
        // What happened counts, whatever there was left.
        How::FromSlip(_) => Counted { max: Amount::MAX.seconds(), ..count }.claim(take),
    });
    let claims = used_up(sale, bearer, sight.now).into_iter().chain(counted).chain(limit);
    Ok(claims.filter(|claim| claim.until > sight.now).collect())
}

/// What works once: the code, and the attempt.
fn used_up(sale: &Sale, bearer: &Bearer, now: Timestamp) -> Vec<Claim> {
    let once = |key, until, word| Claim {
        key,
        take: 1,
        max: 1,
        until,
        unit: ClaimUnit::Times,
        fate: ClaimFate::Kept,
        word,
    };
    let code = bearer.single_use.map(|(key, until)| once(key, until, ClaimWord::CodeUsed));
    let attempt =
        once(attempt_key(sale.attempt), now.plus_seconds(ATTEMPT_SECONDS), ClaimWord::ReceiptReused);
    code.into_iter().chain([attempt]).collect()
}

/// The counter of an attempt's id, which names one receipt.
fn attempt_key(attempt: RequestKey) -> ClaimKey {
    let mut bytes = b"attempt at a till".to_vec();
    bytes.extend(attempt.scope.get().to_le_bytes());
    bytes.extend(attempt.id.bytes());
    digest(&SHA256, &bytes).as_ref().first_chunk().copied().unwrap_or_default() // 32 bytes hold 16.
}

/// What a sale counts towards, in the order in which it may be refused: the member's own, the offer's, the budget.
fn counted(
    sight: &Sight<'_>,
    sale: &Sale,
    bearer: &Bearer,
    payer: Party,
    priced: &Priced<'_>,
) -> Result<Vec<(Counted, i64)>, NotSold> {
    let owner = payer.own.owner;
    let times = i64::from(priced.offer.times_for(u32::from(sale.people)));
    let who = bearer.voucher.map_or(Counting::Owner(owner), Counting::Voucher);
    let own = caps::of_member(priced.name, priced.offer, who, priced.on).map(|count| (count, times));
    let mut counts: Vec<_> = own.collect();
    if sale.shown.by == ShownBy::Card {
        let most = sight.settings(payer.bank).till.card_alone_day_seconds;
        if most == 0 {
            return Err(NotSold::Refused(Refusal::PinNeeded));
        }
        counts.push((caps::of_card_alone(owner, most, priced.on), priced.amount.seconds()));
    }
    counts.extend(of_all(sight, sale, priced));
    Ok(counts)
}

/// The offer's counts, and the partner's month, unless it takes this one beyond it.
fn of_all<'a>(
    sight: &Sight<'a>,
    sale: &Sale,
    priced: &Priced<'a>,
) -> impl Iterator<Item = (Counted, i64)> + use<'a> {
    let times = i64::from(priced.offer.times_for(u32::from(sale.people)));
    let offers = caps::of_all(priced.name, priced.offer, priced.on).map(move |count| (count, times));
    let partner = sale.receipt.partner;
    let budget = caps::of_budget(partner, sight.known.partners.budget(partner), priced.on);
    let budget = (!sale.is_beyond_budget).then_some((budget, priced.amount.seconds()));
    offers.chain(budget)
}

/// Whoever showed it has agreed; without them a slip needs somebody whom the partner's account is not.
fn agreed(
    sight: &Sight<'_>,
    sale: &Sale,
    bearer: &Bearer,
    plan: Plan,
    effects: &Effects,
) -> Result<Plan, NotSold> {
    let by = match sale.shown.by {
        ShownBy::Code | ShownBy::CardAndPin | ShownBy::Card => {
            Some(Acting { who: bearer.shown_by, at: sight.now })
        }
        ShownBy::Account => None,
    };
    let plan = plan.judged(sight, effects, by, None)?;
    match plan.waits_for {
        None => Ok(plan),
        Some(_) if sale.is_from_slip => Err(NotSold::Refused(Refusal::NeedsAnother)),
        Some(_) => Err(NotSold::Refused(Refusal::StaffAtTill)),
    }
}

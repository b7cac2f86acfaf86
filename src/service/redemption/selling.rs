//! Sales: taken at once, set aside, or written down from a slip.
//!
//! - The receipt comes first: what was accepted under it is the answer for ever, as it stands by now (I6).
//! - Whatever is refused leaves the receipt free, and is decided anew the next time.
//! - A till is told no more than it may hear (`hearing.rs`); who may hear more is told by `ListTillRefusals`.

use std::collections::HashMap;

use super::hearing::Why;
use super::shown::{Holder, Shows};
use super::standing::{as_told, sentence};
use super::told::{Held, Practice, Told};
use super::trying::Trial;
use crate::access::{Allowed, Capacity, Role};
use crate::api::*;
use crate::directory::partners::Stands;
use crate::domain::{
    AccountKind, AccountNumber, Command, Day, Digits, Entry, Reason, Refusal as Books, Sequence,
};
use crate::exchange::plan::Plan;
use crate::exchange::sight::Sight;
use crate::ledger::{Decision, Detail, Mode, NoReceipt};
use crate::redemption::beside::{Sale, ShownBy};
use crate::redemption::receipt::Receipt;
use crate::redemption::refusal::Refusal;
use crate::redemption::rules::NotSold;
use crate::redemption::selling::{self, Bearer, How, Limits};
use crate::redemption::standing::Redemption as Standing;
use crate::redemption::states::State;
use crate::redemption::turned_away::TurnedAway;
use crate::service::answers;
use crate::service::asked::asked_for;
use crate::service::installation::{Installation, nobody_forgotten, unreadable};
use crate::service::not_done::NotDone;

/// Hours stay set aside for so long, if nobody says otherwise: an hour.
const LIFE_SECONDS_USUAL: u32 = 3_600;
/// At most a day.
const LIFE_SECONDS_MAX: u32 = 86_400;
/// So many numbers are tried for a sale that has none: where a million a day are hardly used, the first is free.
const NUMBERS_TRIED: u32 = 50;
/// A reason has at most this many bytes.
const REASON_BYTES_MAX: usize = 200;

/// What a till hears of a sale.
pub struct Sold {
    /// As it stands.
    pub redemption: Redemption,
    /// Whether it was accepted before.
    pub repeated: bool,
    /// What the screen says.
    pub sentence: String,
}

/// What a sale was judged by, kept as it is until it has its place in the books.
pub(super) type Judged<'a> = std::sync::RwLockReadGuard<'a, crate::directory::Known>;

/// What becomes of the hours, as it was asked.
pub(super) enum Asked {
    Take,
    SetAside(i64),
    FromSlip(Option<String>),
}

impl Installation {
    pub(super) fn redeem(
        &self,
        allowed: &Allowed,
        request: RedeemRequest,
    ) -> Result<RedeemResponse, NotDone> {
        let RedeemRequest { request_id, sale, validate_only } = request;
        let told = Told::read(self, allowed, (&request_id, sale, validate_only))?;
        let sold = self.sell(allowed, told, &Asked::Take)?;
        let Sold { redemption, repeated, sentence } = sold;
        Ok(RedeemResponse { redemption: Some(redemption), repeated, sentence })
    }

    pub(super) fn authorize_redemption(
        &self,
        allowed: &Allowed,
        request: AuthorizeRedemptionRequest,
    ) -> Result<AuthorizeRedemptionResponse, NotDone> {
        let AuthorizeRedemptionRequest { request_id, sale, life_seconds, validate_only } = request;
        let life = if life_seconds == 0 { LIFE_SECONDS_USUAL } else { life_seconds };
        if !(60..=LIFE_SECONDS_MAX).contains(&life) {
            return Err(NotDone::bad("life_seconds", "from 60 to 86,400, or 0 for 3,600"));
        }
        let told = Told::read(self, allowed, (&request_id, sale, validate_only))?;
        let sold = self.sell(allowed, told, &Asked::SetAside(i64::from(life)))?;
        let Sold { redemption, repeated, sentence } = sold;
        Ok(AuthorizeRedemptionResponse { redemption: Some(redemption), repeated, sentence })
    }

    pub(super) fn record_redemption(
        &self,
        allowed: &Allowed,
        mut request: RecordRedemptionRequest,
    ) -> Result<RecordRedemptionResponse, NotDone> {
        let reason = std::mem::take(&mut request.limit_reason);
        let mut told = Told::read_slip(self, allowed, request)?;
        let is_the_partners = allowed.caller().capacity == Capacity::Role(Role::Partner);
        if is_the_partners && matches!(told.held, Held::Account(_) | Held::Card(_, None)) {
            return Err(self.not_sold(allowed, &Refusal::NeedsAnother));
        }
        if let Held::Card(number, None) = told.held {
            // Staff write down no PIN. To the office the card says whose hours they were, as an account number does.
            let account = self.account_of_card(number);
            told.held = Held::Account(account.map_err(|why| self.not_sold(allowed, &why))?);
            told.sale.shown = self.as_kept(told.at.partner, &told.held)?;
        }
        self.was_open(allowed, &told)?;
        if let Held::Account(account) = told.held {
            match self.account_in_reach(allowed, account)?.kind {
                AccountKind::Member | AccountKind::Organisation => {}
                AccountKind::Partner | AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => {
                    let limit = "the account of a member or an organisation";
                    return Err(NotDone::bad("account_number", limit));
                }
            }
        }
        if reason.len() > REASON_BYTES_MAX || (is_the_partners && !reason.is_empty()) {
            let limit = "at most 200 bytes, and a broker's or a lead's only";
            return Err(NotDone::bad("limit_reason", limit));
        }
        let reason = (!reason.trim().is_empty()).then_some(reason);
        let sold = self.sell(allowed, told, &Asked::FromSlip(reason))?;
        let Sold { redemption, repeated, sentence } = sold;
        Ok(RecordRedemptionResponse { redemption: Some(redemption), repeated, sentence })
    }

    /// Whose a card is that was not blocked.
    fn account_of_card(&self, number: Digits) -> Result<AccountNumber, Refusal> {
        let known = self.directory.known();
        let (_, card) = known.cards.find(&number).ok_or(Refusal::CodeUnknown)?;
        if card.blocked_at.is_some() { Err(Refusal::CardBlocked) } else { Ok(card.account) }
    }

    /// That an offer was open on the day of a slip: not approved after it, nor ended before.
    fn was_open(&self, allowed: &Allowed, told: &Told) -> Result<(), NotDone> {
        let Receipt { partner, day, .. } = told.sale.receipt;
        let known = self.directory.known_now(&self.network.ledger)?;
        let Some(kept) = known.partners.offer(partner, told.sale.offer) else { return Ok(()) };
        let (set_by, is_open) = (kept.set_by, kept.stands == Stands::Open);
        let bank = known.people.person(partner).and_then(|person| known.banks.get(person.bank));
        let zone = bank.map(|bank| bank.zone().clone());
        drop(known);
        let entry = self.network.ledger.books().durable(set_by).map_err(unreadable)?;
        let Some((entry, zone)) = entry.zip(zone) else { return Ok(()) };
        let set_on = Day::at(entry.recorded_at, &zone);
        let was_open = if is_open { set_on <= day } else { set_on >= day };
        if was_open { Ok(()) } else { Err(self.not_sold(allowed, &Refusal::OfferNotOpen)) }
    }

    /// Sells, or answers what was sold under this receipt.
    fn sell(&self, allowed: &Allowed, mut told: Told, asked: &Asked) -> Result<Sold, NotDone> {
        if told.practice == Practice::No
            && let Some(sold) = self.sold_before(allowed, &mut told)?
        {
            return Ok(sold);
        }
        let now = self.access.now();
        let mut trial = self.trying((told.at.partner, told.at.till), &told.held, now)?;
        let when = match asked {
            Asked::Take | Asked::SetAside(_) => Shows::Now(now),
            Asked::FromSlip(_) => Shows::OnDay(told.sale.receipt.day, now),
        };
        let sold = self.holder_trying(&told, when, &mut trial).and_then(|holder| match holder {
            Holder::Practice(_) if told.practice == Practice::No => Err(Why::NotDone(practice_code())),
            Holder::Practice(by) => self.try_practice(allowed, &told, by, asked),
            Holder::Somebody(bearer) => self.try_sale(allowed, &mut told, &bearer, asked),
        });
        sold.map_err(|why| match why {
            Why::NotDone(not_done) => not_done,
            Why::NotSold(NotSold::Invalid(invalid)) => match asked {
                Asked::Take | Asked::SetAside(_) => NotDone::from(invalid).inside("sale"),
                Asked::FromSlip(_) => invalid.into(),
            },
            Why::NotSold(NotSold::Refused(refusal)) => self.turned_away(allowed, &told, trial, refusal),
        })
    }

    /// Whose hours they are, if what was shown works here and may be tried once more.
    fn holder_trying(&self, told: &Told, when: Shows, trial: &mut Trial<'_>) -> Result<Holder, Why> {
        let (Shows::Now(now) | Shows::OnDay(_, now)) = when;
        let holder = || self.holder(&told.at, told.sale.offer, &told.held, when);
        // Whoever only asks whether it would be done learns as much as by a look, and as freely.
        let is_look = told.practice == Practice::Yes || told.mode == Mode::ValidateOnly;
        let Held::Code(digits) = &told.held else {
            let holder = holder()?;
            if let Holder::Somebody(Bearer { account, card: Some(_), .. }) = holder {
                if is_look { self.looks_by_card(account, now) } else { trial.by_card(account, now) }?;
            }
            return Ok(holder);
        };
        let hash = self.codes().hash(digits);
        if self.code(hash, when)?.account.is_none() || !is_look {
            trial.by_code(hash, now)?;
            return Ok(holder()?);
        }
        let holder = holder()?;
        let answers = self.codes().look(hash, now);
        if answers { Ok(holder) } else { Err(Refusal::CodeOver.into()) }
    }

    /// What was sold under the receipt, or by the same attempt under a receipt that was made for it. Of a sale that has no
    /// number, the first number that is free becomes that of the sale.
    fn sold_before(&self, allowed: &Allowed, told: &mut Told) -> Result<Option<Sold>, NotDone> {
        let own = told.sale.receipt;
        let yesterday = Day::from_days(own.day.days().saturating_sub(1));
        let days = if told.named.day.is_some() { vec![own.day] } else { vec![own.day, yesterday] };
        for day in days {
            for try_number in 0..NUMBERS_TRIED {
                let number = match told.named.number {
                    Some(number) => number,
                    None => Receipt::made_number(told.attempt, try_number),
                };
                let receipt = Receipt { day, number, ..own };
                let Some(entry) = self.sale_entry(receipt)? else {
                    if day == own.day {
                        told.sale.receipt = receipt;
                    }
                    break;
                };
                let is_same_attempt = Sale::beside(&entry).is_some_and(|sale| sale.attempt == told.attempt);
                // Yesterday's receipt of this number is another sale, unless this is the same attempt after midnight.
                let is_it = is_same_attempt || (told.named.number.is_some() && day == own.day);
                if is_it {
                    return self.as_accepted(allowed, told, &entry).map(Some);
                }
                if told.named.number.is_some() {
                    break;
                }
            }
        }
        Ok(None)
    }

    /// The entry that a receipt names, if it was accepted.
    pub(super) fn sale_entry(&self, receipt: Receipt) -> Result<Option<Entry>, NotDone> {
        self.network.ledger.find(receipt.key()).map_err(|error| self.not_done(error))
    }

    /// A sale that was accepted, for whoever asks for it again.
    fn as_accepted(&self, allowed: &Allowed, told: &Told, entry: &Entry) -> Result<Sold, NotDone> {
        let redemption = self.standing_of(entry)?.ok_or_else(|| self.no_such_sale(entry.sequence))?;
        let mut fields = told.sale.differs_from(&redemption.sale);
        if self.is_of_the_same(told, &redemption) {
            fields.retain(|field| *field != "shown");
        }
        if fields.is_empty() {
            return Ok(self.sold(allowed, &redemption, true));
        }
        Err(self.not_sold(allowed, &Refusal::ReceiptReused { fields }))
    }

    /// Whether a sale is told of the same person, by something else: a slip of a sale that had arrived after all, or a card once
    /// with its PIN and once alone.
    fn is_of_the_same(&self, told: &Told, accepted: &Standing) -> bool {
        let is_card = |by| matches!(by, ShownBy::Card | ShownBy::CardAndPin);
        let is_slip = told.sale.is_from_slip || accepted.sale.is_from_slip;
        let by = [told.sale.shown.by, accepted.sale.shown.by];
        // Another code is another sale: one works once.
        if by.iter().all(|by| *by == ShownBy::Code) || !(is_slip || by.into_iter().all(is_card)) {
            return false;
        }
        self.whose(&told.held, self.access.now()) == Some(accepted.account)
    }

    /// Every answer, and nothing is written.
    fn try_practice(
        &self,
        allowed: &Allowed,
        told: &Told,
        by: crate::domain::OwnerNumber,
        asked: &Asked,
    ) -> Result<Sold, Why> {
        let sight_and_plan = |sight: &Sight<'_>| selling::practised(sight, &told.sale, Some(by));
        let (command, known) = self.planned(allowed, told, None, sight_and_plan)?;
        let (command, decision) = self.submitted(command, Mode::ValidateOnly, known)?;
        self.entry_decided(command, decision)?;
        let state = match asked {
            Asked::SetAside(_) => State::Authorized,
            Asked::Take | Asked::FromSlip(_) => State::Captured,
        };
        Ok(self.practice_of(told, state))
    }

    fn try_sale(
        &self,
        allowed: &Allowed,
        told: &mut Told,
        bearer: &Bearer,
        asked: &Asked,
    ) -> Result<Sold, Why> {
        let (how, reason) = match asked {
            Asked::Take => (How::Take, None),
            Asked::SetAside(seconds) => (How::SetAside(self.access.now().plus_seconds(*seconds)), None),
            Asked::FromSlip(None) => (How::FromSlip(Limits::Kept), None),
            Asked::FromSlip(Some(reason)) => (How::FromSlip(Limits::Passed), Some(reason.clone())),
        };
        let mode = if told.practice == Practice::Yes { Mode::ValidateOnly } else { told.mode };
        for try_number in 0..NUMBERS_TRIED {
            if told.named.number.is_none() && try_number > 0 {
                told.sale.receipt.number = Receipt::made_number(told.attempt, try_number);
            }
            let plan = |sight: &Sight<'_>| selling::plan(sight, &told.sale, bearer, how);
            let (command, known) = self.planned(allowed, told, reason.clone(), plan)?;
            let (command, decision) = self.submitted(command, mode, known)?;
            if let Decision::Known(sequence) = decision {
                let entry = self.entry_there(sequence)?;
                let is_others = Sale::beside(&entry).is_some_and(|sale| sale.attempt != told.attempt);
                if told.named.number.is_none() && is_others {
                    continue; // Another attempt made the same number.
                }
                return Ok(self.as_accepted(allowed, told, &entry)?);
            }
            let entry = self.entry_decided(command, decision).map_err(|why| of_voucher(bearer, why))?;
            if mode == Mode::Write {
                self.voucher_was_used(&told.held);
            }
            let redemption = Standing::begun_by(&entry).ok_or_else(|| self.no_such_sale(entry.sequence))?;
            return Ok(self.sold(allowed, &redemption, false));
        }
        Err(Why::NotDone(NotDone::Busy("no number for this receipt could be found")))
    }

    /// The command of a sale, and what it was judged by, kept until it has its place in the books.
    ///
    /// What the directory knows is what it was told itself: accounts that others open or close are judged by the ledger.
    fn planned(
        &self,
        allowed: &Allowed,
        told: &Told,
        reason: Option<String>,
        plan: impl FnOnce(&Sight<'_>) -> Result<Plan, NotSold>,
    ) -> Result<(Command, Judged<'_>), Why> {
        let known = self.directory.known();
        let (humans, seen_keys) = (self.access.humans(), self.access.seen_keys());
        let sight = self.sight(allowed.caller(), &known, (&humans, &seen_keys));
        let mut plan = plan(&sight).map_err(Why::NotSold)?;
        plan.said.reason = reason;
        let mut asked = asked_for(told.sale.receipt.key(), told.mode, plan);
        asked.command.actor = allowed.caller().holder;
        asked.command.check().map_err(|invalid| Why::NotDone(invalid.into()))?;
        if let Some(owner) = self.seal(&mut asked)? {
            return Err(Why::NotDone(nobody_forgotten(owner)));
        }
        Ok((asked.command, known))
    }

    /// Puts a command into the books, or only asks whether it would be; waits until that is decided. What it was judged by is
    /// kept until it has its place.
    pub(super) fn submitted(
        &self,
        command: Command,
        mode: Mode,
        judged: Judged<'_>,
    ) -> Result<(Command, Decision), NotDone> {
        let ticket = self.network.ledger.submit(vec![command], mode, Detail::Outcomes);
        let ticket = ticket.map_err(|error| self.not_done(error))?;
        drop(judged);
        ticket.wait().and_then(|decided| decided.each().next()).ok_or_else(|| self.gone())
    }

    /// The entry that was decided, or would be; or why not.
    pub(super) fn entry_decided(&self, command: Command, decision: Decision) -> Result<Entry, Why> {
        if matches!(decision, Decision::WouldBe(_)) {
            return Ok(self.receipt(command, decision)?.entry);
        }
        match self.network.ledger.receipt(command, decision) {
            Ok(receipt) => Ok(receipt.entry),
            Err(NoReceipt::Refused(refusal)) => Err(Why::NotSold((*refusal).into())),
            Err(other) => Err(Why::NotDone(self.not_done(other))),
        }
    }

    fn entry_there(&self, sequence: Sequence) -> Result<Entry, NotDone> {
        let entry = self.network.ledger.books().durable(sequence);
        let entry = entry.map_err(unreadable)?;
        entry.ok_or_else(|| self.no_such_sale(sequence))
    }

    /// A sale that is not made: whoever may hear why hears it later, and what was shown was tried once more in vain.
    fn turned_away(&self, allowed: &Allowed, told: &Told, trial: Trial<'_>, why: Refusal) -> NotDone {
        let now = self.access.now();
        trial.refused(&why);
        let not_done = self.not_sold(allowed, &why);
        if told.mode == Mode::Write
            && told.practice == Practice::No
            && let Some(account) = self.whose(&told.held, now)
        {
            let one = TurnedAway { at: now, sale: told.sale.clone(), why };
            self.all_turned_away().add(account, one);
        }
        not_done
    }

    /// What a sale for practice would be.
    fn practice_of(&self, told: &Told, state: State) -> Sold {
        let known = self.directory.known();
        let kept = known.partners.offer(told.at.partner, told.sale.offer);
        let amount = kept.and_then(|kept| kept.offer.price_for(u32::from(told.sale.people)));
        let amount = amount.map_or(0, crate::domain::Amount::seconds);
        let captured = if state == State::Captured { amount } else { 0 };
        let redemption = Redemption {
            amount_seconds: amount,
            captured_seconds: captured,
            recorded_at: Some(answers::timestamp(self.access.now())),
            ..as_told(&told.sale, state)
        };
        let sentence = sentence(&told.sale, state, (amount, captured, 0), false);
        Sold { redemption, repeated: false, sentence }
    }

    /// What a till hears of a sale.
    pub(super) fn sold(&self, allowed: &Allowed, redemption: &Standing, repeated: bool) -> Sold {
        let figures = (redemption.amount, redemption.captured, redemption.refunded);
        let sentence = sentence(&redemption.sale, redemption.state, figures, repeated);
        Sold { redemption: self.redemption_as_seen(allowed, redemption), repeated, sentence }
    }
}

/// A code for practice takes nothing, and a till that is not practising does not take it: it is nobody's, so that is no secret.
fn practice_code() -> NotDone {
    let (reason, sentence) = (Reason::CodeNotUsable, crate::words::redemption::practice_code());
    NotDone::Refused { reason, sentence, figures: HashMap::new() }
}

/// What the books say of a voucher's hold is said of the voucher.
fn of_voucher(bearer: &Bearer, why: Why) -> Why {
    match why {
        Why::NotSold(NotSold::Refused(Refusal::Books(books))) => of_books(bearer, books).into(),
        Why::NotSold(_) | Why::NotDone(_) => why,
    }
}

/// The same of what the books say.
pub(super) fn of_books(bearer: &Bearer, books: Books) -> Refusal {
    if bearer.voucher.is_none() {
        return Refusal::Books(books);
    }
    let is_over = matches!(books, Books::HoldResolved(_) | Books::HoldExpired(_) | Books::HoldNotFound(_));
    if let Books::CaptureExceedsHold { left, .. } = books {
        Refusal::VoucherSpent { left }
    } else if is_over {
        Refusal::CodeOver
    } else {
        Refusal::Books(books)
    }
}

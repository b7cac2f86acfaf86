//! Codes and vouchers: made for whoever may spend the hours, and looked up at a till.

use qrcode::QrCode;
use qrcode::render::svg;

use super::hearing::Why;
use super::selling::of_books;
use super::shown::{Holder, Shows, holder_of};
use super::told::{At, Held, hears_as_till, offer_number, partner_named, people, read_shown};
use crate::access::{Allowed, Capacity, Role};
use crate::api::*;
use crate::directory::people::{MayTake, Taking};
use crate::directory::policy::TillRules;
use crate::domain::time::SECONDS_PER_DAY;
use crate::domain::{
    AccountKind, AccountNumber, ClaimWord, Digits, OwnerNumber, Reason, Refusal as Books, RequestId,
    RequestKey, Sequence, Timestamp,
};
use crate::exchange::sight::Sight;
use crate::ledger::{Decision, Detail, Mode};
use crate::redemption::beside::Sale;
use crate::redemption::codes::{Authority, Code, CodeHash, LOOK_UPS_MAX, TooMany, used_key};
use crate::redemption::receipt::Receipt;
use crate::redemption::refusal::{Heard, Refusal};
use crate::redemption::rules::NotSold;
use crate::redemption::selling;
use crate::redemption::vouchers::{Voucher, voucher_of};
use crate::service::asked::asked_for;
use crate::service::exchange::Id;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::{answers, fields};
use crate::words::redemption as words;

/// A code works for a minute at least.
const LIFE_SECONDS_MIN: u32 = 60;
/// A code for practice works for an hour at most.
const PRACTICE_SECONDS_MAX: u32 = 3_600;
/// For so long, if nobody says otherwise.
const PRACTICE_SECONDS_USUAL: u32 = 600;
/// A reason has at most this many bytes.
const REASON_BYTES_MAX: usize = 200;

impl Installation {
    pub(super) fn issue_code(
        &self,
        allowed: &Allowed,
        request: IssueCodeRequest,
    ) -> Result<IssueCodeResponse, NotDone> {
        let now = self.access.now();
        let code = if request.is_practice {
            self.practice_code(allowed, &request, now)?
        } else {
            self.code_for(allowed, &request, now)?
        };
        self.code_made(code, now)
    }

    pub(super) fn issue_voucher(
        &self,
        allowed: &Allowed,
        request: IssueVoucherRequest,
    ) -> Result<IssueVoucherResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let from = fields::account("from_account_number", request.from_account_number)?;
        let last_day = fields::day("last_day", request.last_day)?;
        let last_day = last_day.ok_or_else(|| NotDone::bad("last_day", "given"))?;
        if request.reason.trim().is_empty() || request.reason.len() > REASON_BYTES_MAX {
            return Err(NotDone::bad("reason", "1 to 200 bytes: no hours are handed out without one"));
        }
        let amount = fields::amount("amount_seconds", request.amount_seconds)?;
        let voucher = Voucher { from, amount, last_day, reason: request.reason };
        let bank = self.bank_of(allowed, from);
        let (done, _) = self.exchange(allowed, id, bank, |sight| Ok((voucher.plan(sight)?, ())))?;
        let answer = Some(self.done(allowed, &done));
        let is_new = done.receipt.repeated == crate::ledger::Repeated::No && id.mode == Mode::Write;
        if done.waits || !is_new {
            return Ok(IssueVoucherResponse { done: answer, ..Default::default() });
        }
        let code = self.voucher_code(allowed, done.receipt.entry.sequence)?;
        let IssueCodeResponse { code, svg, .. } = self.code_made(code, self.access.now())?;
        Ok(IssueVoucherResponse { done: answer, code, svg })
    }

    pub(super) fn look_up_code(
        &self,
        allowed: &Allowed,
        request: LookUpCodeRequest,
    ) -> Result<LookUpCodeResponse, NotDone> {
        let at = self.open_till_of(allowed, request.till).map_err(|error| error.inside("till"))?;
        let held = read_shown(request.shown)?;
        let people = people(request.people)?;
        let now = self.access.now();
        let trial = self.trying((at.partner, at.till), &held, now)?;
        let (enough, looks_left) =
            self.enough_here(allowed, &at, (&held, people), now).map_err(|why| match why {
                Why::NotSold(NotSold::Refused(refusal)) => {
                    trial.refused(&refusal);
                    self.not_sold(allowed, &refusal)
                }
                Why::NotSold(NotSold::Invalid(invalid)) => invalid.into(),
                Why::NotDone(not_done) => not_done,
            })?;
        let known = self.directory.known();
        let listed = enough.iter().filter_map(|found| {
            known.partners.offer(at.partner, found.offer).map(|kept| (at.partner, found.offer, kept))
        });
        let offers = self.as_they_stand(&known, &listed.collect::<Vec<_>>())?;
        let offers = offers.into_iter().zip(enough);
        let offers = offers.map(|(offer, found)| OfferFor {
            offer: Some(offer),
            is_enough: found.is_enough,
            is_only_beyond_budget: found.is_only_beyond_budget,
        });
        Ok(LookUpCodeResponse { offers: offers.collect(), day: Some(answers::date(at.today)), looks_left })
    }

    /// The offers to be had here now for what was shown, and whether there is enough for each; and how many more times a code
    /// answers. Nothing is written.
    fn enough_here(
        &self,
        allowed: &Allowed,
        at: &At,
        (held, people): (&Held, u16),
        now: Timestamp,
    ) -> Result<(Vec<Found>, Option<u32>), Why> {
        let (holder, code) = self.looked_up(at, held, now)?;
        let works_for = |offer: &u16| code.is_none_or(|code| code.works_for(at.partner, *offer));
        let offers: Vec<u16> = {
            let known = self.directory.known();
            known.partners.offers(at.partner).map(|(number, _)| number).filter(works_for).collect()
        };
        let attempt = RequestKey { scope: allowed.caller().scope, id: RequestId::fresh() };
        let shown = self.as_kept(at.partner, held)?;
        let sale = |offer, is_beyond_budget| Sale {
            receipt: Receipt {
                partner: at.partner,
                till: at.till,
                day: at.today,
                number: Receipt::made_number(attempt, u32::from(offer)),
                line: 1,
            },
            venue: at.venue,
            offer,
            people,
            is_beyond_budget,
            is_from_slip: false,
            shown,
            attempt,
            budget: None,
            initials: Box::default(),
        };
        let sales: Vec<_> = offers.into_iter().map(|offer| sale(offer, false)).collect();
        let mut found = self.enough_for(allowed, holder, &sales)?;
        // What the shop's hours do not allow, it may take beyond them: whether there is enough for that is asked once more.
        let beyond = found.iter().filter(|found| found.is_only_beyond_budget);
        let beyond: Vec<_> = beyond.map(|found| sale(found.offer, true)).collect();
        if !beyond.is_empty() {
            found.retain(|found| !found.is_only_beyond_budget);
            let beyond = self.enough_for(allowed, holder, &beyond)?.into_iter();
            found.extend(beyond.map(|found| Found { is_only_beyond_budget: true, ..found }));
            found.sort_unstable_by_key(|found| found.offer);
        }
        let looks_left =
            code.map(|code| u32::from(LOOK_UPS_MAX.saturating_sub(code.look_ups).saturating_sub(1)));
        Ok((found, looks_left))
    }

    /// Whose hours they are, for one look, which is counted before it is answered; and by which code.
    fn looked_up(&self, at: &At, held: &Held, now: Timestamp) -> Result<(Holder, Option<Code>), Why> {
        let digits = match held {
            Held::Code(digits) => digits,
            Held::Card(number, pin) => {
                let holder = self.holder_of_card(*number, pin.as_ref())?;
                if let Holder::Somebody(bearer) = holder {
                    self.looks_by_card(bearer.account, now)?;
                }
                return Ok((holder, None));
            }
            Held::Account(_) => return Err(Refusal::CodeUnknown.into()),
        };
        let hash = self.codes().hash(digits);
        let code = self.code(hash, Shows::Now(now))?;
        if !code.is_alive(now) {
            return Err(Refusal::CodeOver.into());
        }
        if code.partner.is_some_and(|only| only != at.partner) {
            return Err(Refusal::CodeNotHere.into());
        }
        let answers = self.codes().look(hash, now);
        if !answers || self.is_used_up(hash, &code)? {
            return Err(Refusal::CodeOver.into());
        }
        Ok((holder_of(hash, &code), Some(code)))
    }

    /// Whether the books say that a code was used, or that a voucher has no hours left.
    fn is_used_up(&self, hash: CodeHash, code: &Code) -> Result<bool, NotDone> {
        if let Some(voucher) = code.voucher {
            return Ok(self.network.ledger.views().open_hold(voucher).is_none());
        }
        let taken = self.network.ledger.taken_of(vec![used_key(hash)]);
        Ok(taken.map_err(|error| self.not_done(error))?.iter().any(|taken| *taken > 0))
    }

    /// Of these sales those that the offers allow now, and whether there is enough for each: asked of the books, and nothing
    /// is written. What cannot be used at all is refused whatever it would be for, so that it is not told from digits
    /// nobody knows.
    fn enough_for(&self, allowed: &Allowed, holder: Holder, sales: &[Sale]) -> Result<Vec<Found>, Why> {
        let known = self.directory.known();
        let (humans, seen_keys) = (self.access.humans(), self.access.seen_keys());
        let sight = self.sight(allowed.caller(), &known, (&humans, &seen_keys));
        if let Holder::Somebody(bearer) = holder
            && let Err(NotSold::Refused(refusal)) = selling::may_be_used(&sight, &bearer)
        {
            found_but(0, refusal)?; // Who may not today, hears so of each offer.
        }
        let mut planned = Vec::new();
        let mut enough = Vec::new();
        for sale in sales {
            let plan = match holder {
                Holder::Somebody(bearer) => selling::looked_at(&sight, sale, &bearer),
                Holder::Practice(_) => selling::practised(&sight, sale, None),
            };
            match plan {
                Ok(plan) => {
                    let mut command = asked_for(sale.receipt.key(), Mode::ValidateOnly, plan).command;
                    command.actor = allowed.caller().holder;
                    planned.push((sale.offer, command));
                }
                Err(NotSold::Refused(refusal)) => {
                    enough.extend(found_but(sale.offer, refusal)?);
                }
                Err(NotSold::Invalid(_)) => {}
            }
        }
        let (offers, commands): (Vec<_>, Vec<_>) = planned.into_iter().unzip();
        let ticket = self.network.ledger.submit(commands, Mode::ValidateOnly, Detail::Numbers);
        let ticket = ticket.map_err(|error| self.not_done(error))?;
        drop(known);
        let decided = ticket.wait().ok_or_else(|| self.gone())?;
        for (offer, (_, decision)) in offers.into_iter().zip(decided.each()) {
            match decision {
                Decision::WouldBe(_) => {
                    enough.push(Found { offer, is_enough: true, is_only_beyond_budget: false });
                }
                Decision::Refused(books) => {
                    let refusal = match holder {
                        Holder::Somebody(bearer) => of_books(&bearer, *books),
                        Holder::Practice(_) => Refusal::Books(*books),
                    };
                    enough.extend(found_but(offer, refusal)?);
                }
                Decision::Accepted(_) | Decision::AcceptedWith(_) | Decision::Known(_) | Decision::NotNow => {
                }
            }
        }
        enough.sort_unstable_by_key(|found| found.offer);
        Ok(enough)
    }

    fn code_made(&self, code: Code, now: Timestamp) -> Result<IssueCodeResponse, NotDone> {
        let made = self.codes().make(code, now, &aws_lc_rs::rand::SystemRandom::new());
        let digits = made.map_err(|TooMany { most }| {
            let figures = [("what", "codes".to_owned()), ("most", most.to_string())];
            NotDone::by_rule(Reason::BooksFull, words::too_many_codes(most), &figures)
        })?;
        Ok(IssueCodeResponse {
            code: digits.to_string(),
            svg: svg_of(&digits),
            ends_at: Some(answers::timestamp(code.ends_at)),
        })
    }

    /// A code for practice, of the partner or with any.
    fn practice_code(
        &self,
        allowed: &Allowed,
        request: &IssueCodeRequest,
        now: Timestamp,
    ) -> Result<Code, NotDone> {
        if request.account_number != 0 || request.voucher_sequence != 0 {
            return Err(NotDone::bad("account_number", "0 for practice: nobody's hours are taken"));
        }
        if request.offer_number != 0 {
            return Err(NotDone::bad("offer_number", "0 for practice, which is for all of a partner's"));
        }
        let life = if request.life_seconds == 0 { PRACTICE_SECONDS_USUAL } else { request.life_seconds };
        if !(LIFE_SECONDS_MIN..=PRACTICE_SECONDS_MAX).contains(&life) {
            return Err(NotDone::bad("life_seconds", "from 60 to 3,600 for practice, or 0 for 600"));
        }
        let partner = self.bound_to(allowed, request)?;
        Ok(Code {
            account: None,
            issued_by: allowed.caller().holder,
            authority: Authority::Own,
            voucher: None,
            partner,
            offer: None,
            ends_at: now.plus_seconds(i64::from(life)),
            look_ups: 0,
            refusals: 0,
        })
    }

    /// A code for somebody's hours.
    fn code_for(
        &self,
        allowed: &Allowed,
        request: &IssueCodeRequest,
        now: Timestamp,
    ) -> Result<Code, NotDone> {
        if hears_as_till(allowed) {
            return Err(NotDone::bad("is_practice", "true: tills and partners have codes for practice only"));
        }
        let partner = self.bound_to(allowed, request)?;
        let offer = match request.offer_number {
            0 => None,
            number => Some(offer_number(number)?),
        };
        let known = self.directory.known_now(&self.network.ledger)?;
        let is_there = |offer| partner.is_some_and(|partner| known.partners.offer(partner, offer).is_some());
        if offer.is_some_and(|offer| !is_there(offer)) {
            return Err(NotDone::bad("offer_number", "the number of an offer of this partner, from 1"));
        }
        if request.voucher_sequence != 0 {
            if request.account_number != 0 {
                return Err(NotDone::bad("account_number", "0 where a voucher is named: they are its hours"));
            }
            drop(known);
            let voucher = fields::sequence("voucher_sequence", request.voucher_sequence)?;
            let code = self.voucher_code(allowed, voucher)?;
            self.codes().forget_voucher(voucher);
            return Ok(Code { partner, offer, ..code });
        }
        drop(known); // Whose bank it is, is looked up by itself.
        let account = fields::account("account_number", request.account_number)?;
        let bank = self.bank_of(allowed, account)?;
        let known = self.directory.known_now(&self.network.ledger)?;
        let (humans, seen_keys) = (self.access.humans(), self.access.seen_keys());
        let sight = self.sight(allowed.caller(), &known, (&humans, &seen_keys));
        let (issued_by, authority) = self.on_whose_word(allowed, &sight, account)?;
        let life = life_of(request.life_seconds, sight.settings(bank).till)?;
        Ok(Code {
            account: Some(account),
            issued_by,
            authority,
            voucher: None,
            partner,
            offer,
            ends_at: now.plus_seconds(life),
            look_ups: 0,
            refusals: 0,
        })
    }

    /// Who asks for a code of this account, and as what: whoever may spend its hours, or a broker of its bank.
    fn on_whose_word(
        &self,
        allowed: &Allowed,
        sight: &Sight<'_>,
        account: AccountNumber,
    ) -> Result<(OwnerNumber, Authority), NotDone> {
        let refused = |refusal: &crate::exchange::Refusal| self.not_exchanged(allowed, refusal);
        let party = sight.party(account).map_err(|refusal| refused(&refusal))?;
        match party.kind {
            AccountKind::Member | AccountKind::Organisation => {}
            AccountKind::Partner | AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => {
                let limit = "the account of a member or an organisation; of a pot a voucher is made";
                return Err(NotDone::bad("account_number", limit));
            }
        }
        sight.taking_part("account_number", account).map_err(|refusal| refused(&refusal))?;
        if party.state == crate::exchange::rules::standing::AccountState::Closed {
            return Err(self.refused(&crate::domain::Refusal::AccountClosed(account)));
        }
        let day = sight.today(party.bank).map_err(|refusal| refused(&refusal))?;
        let may_spend = |who: &OwnerNumber| {
            sight.known.people.may_take(*who, party.own.owner, day, Taking::Spending) != MayTake::Nothing
        };
        // For themselves, or for whom they speak, whichever of their numbers they come with.
        if let Some(own) = sight.humans.numbers_of(sight.actor).find(may_spend) {
            return Ok((own, Authority::Own));
        }
        match allowed.caller().capacity {
            Capacity::LocalOperator | Capacity::Role(Role::Broker | Role::Lead) => {
                Ok((sight.actor, Authority::Office))
            }
            Capacity::Role(
                Role::Member
                | Role::Till
                | Role::Partner
                | Role::Auditor
                | Role::Reporter
                | Role::Admin
                | Role::Integration,
            ) => Err(refused(&crate::exchange::Refusal::NotYours { account })),
        }
    }

    /// The only partner a code works with, if it is bound to one.
    fn bound_to(
        &self,
        allowed: &Allowed,
        request: &IssueCodeRequest,
    ) -> Result<Option<OwnerNumber>, NotDone> {
        let field = "partner_owner_number";
        if hears_as_till(allowed) {
            let partner = partner_named(allowed, field, request.partner_owner_number)?;
            self.partner_in_reach(allowed, partner)?;
            return Ok(Some(partner));
        }
        let partner = fields::person(request.partner_owner_number);
        let known = self.directory.known_now(&self.network.ledger)?;
        let is_partner = |partner: &OwnerNumber| {
            let person = known.people.person(*partner);
            person.is_some_and(|person| person.kind == crate::directory::people::terms::PersonKind::Partner)
        };
        if partner.as_ref().is_some_and(|partner| !is_partner(partner)) {
            return Err(NotDone::bad(field, "the owner number of a partner, or 0 for any"));
        }
        if partner.is_none() && request.offer_number != 0 {
            return Err(NotDone::bad(field, "given where the code is for one offer"));
        }
        Ok(partner)
    }

    /// A code for a voucher whose hours are in reach, and still set aside.
    fn voucher_code(&self, allowed: &Allowed, voucher: Sequence) -> Result<Code, NotDone> {
        let entry = self.network.ledger.books().entry(voucher).map_err(unreadable)?;
        let found = entry.as_ref().filter(|entry| self.sees_entry(allowed, entry)).and_then(voucher_of);
        let is_open = self.network.ledger.views().open_hold(voucher).is_some();
        let (account, ends_at) = found
            .filter(|_| is_open)
            .ok_or_else(|| self.refused(&crate::domain::Refusal::HoldNotFound(voucher)))?;
        Ok(Code {
            account: Some(account),
            issued_by: allowed.caller().holder,
            authority: Authority::Office,
            voucher: Some(voucher),
            partner: None,
            offer: None,
            ends_at,
            look_ups: 0,
            refusals: 0,
        })
    }
}

/// An offer that a look finds.
struct Found {
    offer: u16,
    is_enough: bool,
    is_only_beyond_budget: bool,
}

/// What a look says of an offer that was refused: not enough, or nothing where it is a matter of the shop, but for its hours of
/// the month.
///
/// # Errors
/// What was shown cannot be used: that ends the look, as for digits nobody knows.
fn found_but(offer: u16, refusal: Refusal) -> Result<Option<Found>, Refusal> {
    let is_only_beyond_budget =
        matches!(&refusal, Refusal::Books(Books::Claim { word: ClaimWord::BudgetSpent, .. }));
    match refusal.heard() {
        Some(Heard::CodeNotUsable) => Err(refusal),
        Some(Heard::NotToday) => Ok(Some(Found { offer, is_enough: false, is_only_beyond_budget })),
        Some(Heard::OfferNotAvailable) if is_only_beyond_budget => {
            Ok(Some(Found { offer, is_enough: false, is_only_beyond_budget }))
        }
        Some(Heard::OfferNotAvailable | Heard::StaffAtTill) | None => Ok(None),
    }
}

/// How long a code works, as the bank allows.
fn life_of(seconds: u32, rules: TillRules) -> Result<i64, NotDone> {
    let (phone, printed) = (i64::from(rules.code_life_seconds), i64::from(rules.printed_code_days));
    let printed = printed.saturating_mul(SECONDS_PER_DAY);
    let life = if seconds == 0 { phone } else { i64::from(seconds) };
    if life >= i64::from(LIFE_SECONDS_MIN) && life <= phone.max(printed) {
        return Ok(life);
    }
    let limit = format!(
        "from 60 to {}, which this bank allows for printed codes; or 0 for {phone}, for a phone",
        phone.max(printed)
    );
    Err(NotDone::bad("life_seconds", limit))
}

/// The digits for a scanner, which types what it reads.
fn svg_of(digits: &Digits) -> String {
    let text: String = digits.bytes().iter().map(|digit| char::from(b'0'.saturating_add(*digit))).collect();
    // Twelve digits fit into the smallest code there is.
    let drawn = QrCode::new(text.as_bytes());
    drawn.map_or_else(
        |_| String::new(),
        |code| code.render::<svg::Color<'_>>().min_dimensions(240, 240).build(),
    )
}

//! What is told becomes words of `exchange`, is judged and written: calls that begin something.

use super::id::Id;
use crate::access::Allowed;
use crate::api::*;
use crate::domain::hours::TEXT_BYTES_MAX;
use crate::domain::{AccountNumber, Amount, BankNumber, Day, Entry, Reason, Sequence};
use crate::exchange::Refusal;
use crate::exchange::book::Book;
use crate::exchange::give::{Credit, Give, To, What};
use crate::exchange::length::Length as Said;
use crate::exchange::moving::MoveBanks;
use crate::exchange::propose::Propose;
use crate::exchange::put_right::PutRight;
use crate::exchange::rules::confirming::Side;
use crate::exchange::rules::doubles::{self, Asked};
use crate::exchange::rules::group::GroupRule;
use crate::exchange::sessions::Group;
use crate::redemption::beside::Sale;
use crate::service::fields;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;

/// A memo or reason has at most this many bytes; with what was typed it is at most 1 KiB.
const WORDS_BYTES_MAX: usize = 900;
/// A proposal is looked for among so many open holds of an account, the oldest; beyond them nobody hears its number.
const HOLDS_LOOKED_AT_MAX: usize = 1_000;

/// How long, if it is said.
pub(super) fn length_or_none(field: &str, length: Option<Length>) -> Result<Option<Said>, NotDone> {
    let Some(Length { amount_seconds, typed }) = length else { return Ok(None) };
    match (amount_seconds, typed.as_str()) {
        (0, "") => Err(NotDone::bad(field, "amount_seconds or typed, one of them given")),
        (0, _) if typed.len() > TEXT_BYTES_MAX => {
            Err(NotDone::bad(format!("{field}.typed"), "at most 32 bytes"))
        }
        (0, _) => Ok(Some(Said::Typed(typed.into()))),
        (_, "") => {
            Ok(Some(Said::Seconds(fields::amount(&format!("{field}.amount_seconds"), amount_seconds)?)))
        }
        (_, _) => Err(NotDone::bad(field, "amount_seconds or typed, not both")),
    }
}

/// How long; must be said.
pub(super) fn length(field: &str, length: Option<Length>) -> Result<Said, NotDone> {
    length_or_none(field, length)?.ok_or_else(|| NotDone::bad(field, "given"))
}

/// Words, if there are any.
pub(super) fn words(field: &str, text: String) -> Result<Option<String>, NotDone> {
    if text.len() > WORDS_BYTES_MAX {
        return Err(NotDone::bad(field, "at most 900 bytes"));
    }
    Ok((!text.is_empty()).then_some(text))
}

pub(super) fn activity(number: u32) -> Result<Option<u16>, NotDone> {
    let number =
        u16::try_from(number).map_err(|_| NotDone::bad("activity_number", "from 1 to 65,535, or 0"))?;
    Ok((number != 0).then_some(number))
}

/// The number of a standing group there can be; none for 0.
fn standing_group(number: u32) -> Result<Option<u16>, NotDone> {
    let number =
        u16::try_from(number).map_err(|_| NotDone::bad("standing_group_number", "from 1 to 1,000, or 0"))?;
    Ok((number != 0).then_some(number))
}

pub(super) fn day(field: &str, date: Option<Date>) -> Result<Day, NotDone> {
    fields::day(field, date)?.ok_or_else(|| NotDone::bad(field, "given"))
}

pub(super) fn confirmed(seconds: i64) -> Result<Option<Amount>, NotDone> {
    if seconds == 0 { Ok(None) } else { fields::amount("confirmed_amount_seconds", seconds).map(Some) }
}

pub(super) const fn asked(is_another: bool) -> Asked {
    if is_another { Asked::IsAnother } else { Asked::NotYet }
}

fn side(number: i32) -> Result<Side, NotDone> {
    match crate::api::Side::try_from(number) {
        Ok(crate::api::Side::Giver) => Ok(Side::Giver),
        Ok(crate::api::Side::Receiver) => Ok(Side::Receiver),
        Ok(crate::api::Side::Unspecified) | Err(_) => {
            Err(NotDone::bad("said_by", "1, the giver, or 2, the receiver"))
        }
    }
}

/// How the hours of a session are shared, by its number in the API.
pub(in crate::service) fn rule(number: i32) -> Result<GroupRule, NotDone> {
    let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let rule = place.and_then(|place| GroupRule::ALL.get(place)).copied();
    rule.ok_or_else(|| NotDone::bad("rule", "one of the rules there are, from 1 to 6"))
}

impl Installation {
    pub(super) fn propose_exchange(
        &self,
        allowed: &Allowed,
        request: ProposeExchangeRequest,
    ) -> Result<ProposeExchangeResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let propose = Propose {
            giver: fields::account("giver_account_number", request.giver_account_number)?,
            receiver: fields::account("receiver_account_number", request.receiver_account_number)?,
            said_by: side(request.said_by)?,
            length: length("length", request.length)?,
            occurred_on: day("occurred_on", request.occurred_on)?,
            activity: activity(request.activity_number)?,
            memo: words("memo", request.memo)?,
            confirmed: confirmed(request.confirmed_amount_seconds)?,
            asked: asked(request.is_another),
        };
        let own = match propose.said_by {
            Side::Giver => propose.giver,
            Side::Receiver => propose.receiver,
        };
        let bank = self.in_banks_within_reach(allowed, [propose.giver, propose.receiver]);
        let bank = bank.and_then(|()| self.bank_of(allowed, own));
        let bank = bank.and_then(|bank| self.with_activity(bank, propose.activity));
        let written = self.exchange(allowed, id, bank, |sight| Ok((propose.plan(sight)?, ())));
        let (done, _) = written.map_err(|not_done| self.said_already(allowed, &propose, not_done))?;
        if done.waits {
            let waiting_number = done.receipt.entry.sequence.get();
            let outcome = Outcome::Waits.into();
            return Ok(ProposeExchangeResponse { receipt: None, outcome, waiting_number });
        }
        let stands = matches!(done.receipt.entry.command.action, crate::domain::Action::Post(_));
        let outcome = if stands { Outcome::Confirmed } else { Outcome::Unspecified };
        let receipt = Some(self.written_as_seen(allowed, &done.receipt));
        Ok(ProposeExchangeResponse { receipt, outcome: outcome.into(), waiting_number: 0 })
    }

    /// The question whether it is here already names the proposal of the same help that is open, if there is one.
    fn said_already(&self, allowed: &Allowed, propose: &Propose, not_done: NotDone) -> NotDone {
        if not_done.reason() != Some(Reason::AlreadyHere) {
            return not_done;
        }
        let views = self.network.ledger.views();
        let owner = |account| views.account(account).map(|view| view.owner);
        let Some((giver, receiver)) = owner(propose.giver).zip(owner(propose.receiver)) else {
            return not_done;
        };
        let key = doubles::said_key(giver, receiver, propose.occurred_on);
        let open = [propose.receiver, propose.giver].into_iter().find_map(|account| {
            let held = views.open_holds(Some(account), Sequence::default(), HOLDS_LOOKED_AT_MAX);
            held.into_iter().find(|(_, hold)| hold.claims.iter().any(|claim| claim.key == key))
        });
        open.map_or(not_done, |(proposal, _)| self.not_exchanged(allowed, &Refusal::SaidAlready { proposal }))
    }

    pub(super) fn record_group_exchange(
        &self,
        allowed: &Allowed,
        request: RecordGroupExchangeRequest,
    ) -> Result<RecordGroupExchangeResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let most = crate::domain::TRANSFERS_MAX;
        if request.givers.len() > most || request.participant_account_numbers.len() > most {
            return Err(NotDone::bad("givers and participant_account_numbers", "at most 256 each"));
        }
        let givers = request.givers.into_iter().map(|giver| {
            let account = fields::account("givers.account_number", giver.account_number)?;
            Ok((account, length("givers.length", giver.length)?))
        });
        let participants = request.participant_account_numbers.into_iter();
        let participants = participants.map(|number| fields::account("participant_account_numbers", number));
        let group = Group {
            rule: rule(request.rule)?,
            givers: givers.collect::<Result<_, NotDone>>()?,
            participants: participants.collect::<Result<_, _>>()?,
            guests: request.guest_count,
            length: length_or_none("length", request.length)?,
            keeper: fields::account_or_any("keeper_account_number", request.keeper_account_number)?,
            occurred_on: day("occurred_on", request.occurred_on)?,
            activity: activity(request.activity_number)?,
            memo: words("memo", request.memo)?,
            limit_reason: words("limit_reason", request.limit_reason)?,
            confirmed: confirmed(request.confirmed_amount_seconds)?,
            asked: asked(request.is_another),
            standing: standing_group(request.standing_group_number)?,
        };
        let accounts: Vec<AccountNumber> = group
            .givers
            .iter()
            .map(|(account, _)| *account)
            .chain(group.participants.iter().copied())
            .collect();
        let first = accounts.first().copied().ok_or_else(|| NotDone::bad("givers", "at least one"))?;
        let bank = self.all_in_reach(allowed, accounts);
        let bank = bank.and_then(|()| self.in_banks_within_reach(allowed, group.keeper));
        let bank = bank.and_then(|()| self.bank_of(allowed, first));
        let bank = bank.and_then(|bank| self.with_activity(bank, group.activity));
        let (done, comes_to) = self.exchange(allowed, id, bank, |sight| group.plan(sight))?;
        let residual_seconds = comes_to.map_or(0, |comes_to| comes_to.residual_seconds);
        Ok(RecordGroupExchangeResponse { done: Some(self.done(allowed, &done)), residual_seconds })
    }

    pub(super) fn book_hours(
        &self,
        allowed: &Allowed,
        request: BookHoursRequest,
    ) -> Result<BookHoursResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let book = Book {
            giver: fields::account("giver_account_number", request.giver_account_number)?,
            receiver: fields::account("receiver_account_number", request.receiver_account_number)?,
            length: length("length", request.length)?,
            day: day("day", request.day)?,
            activity: activity(request.activity_number)?,
            memo: words("memo", request.memo)?,
            confirmed: confirmed(request.confirmed_amount_seconds)?,
            asked: asked(request.is_another),
        };
        let bank = self.in_banks_within_reach(allowed, [book.giver, book.receiver]);
        let bank = bank.and_then(|()| self.bank_of(allowed, book.receiver));
        let bank = bank.and_then(|bank| self.with_activity(bank, book.activity));
        let (done, _) = self.exchange(allowed, id, bank, |sight| Ok((book.plan(sight)?, ())))?;
        Ok(BookHoursResponse { receipt: Some(self.written_as_seen(allowed, &done.receipt)) })
    }

    pub(super) fn credit_member(
        &self,
        allowed: &Allowed,
        request: CreditMemberRequest,
    ) -> Result<CreditMemberResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let activity = activity(request.activity_number)?;
        let credit = Credit {
            to: fields::account("account_number", request.account_number)?,
            from: fields::account("from_account_number", request.from_account_number)?,
            length: length("length", request.length)?,
            what: if request.is_help { What::Help(activity) } else { What::Grant },
            occurred_on: fields::day("occurred_on", request.occurred_on)?,
            memo: words("memo", request.memo)?,
            reason: words("reason", request.reason)?,
            confirmed: confirmed(request.confirmed_amount_seconds)?,
        };
        Ok(CreditMemberResponse { done: Some(self.credited(allowed, id, &credit, activity)?) })
    }

    pub(super) fn grant_from_pot(
        &self,
        allowed: &Allowed,
        request: GrantFromPotRequest,
    ) -> Result<GrantFromPotResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let grant = Credit {
            to: fields::account("to_account_number", request.to_account_number)?,
            from: fields::account("pot_account_number", request.pot_account_number)?,
            length: length("length", request.length)?,
            what: What::GrantFromPot,
            occurred_on: fields::day("occurred_on", request.occurred_on)?,
            memo: words("memo", request.memo)?,
            reason: words("reason", request.reason)?,
            confirmed: confirmed(request.confirmed_amount_seconds)?,
        };
        Ok(GrantFromPotResponse { done: Some(self.credited(allowed, id, &grant, None)?) })
    }

    fn credited(
        &self,
        allowed: &Allowed,
        id: Id,
        credit: &Credit,
        activity: Option<u16>,
    ) -> Result<Done, NotDone> {
        let bank = self.all_in_reach(allowed, [credit.to, credit.from]);
        let bank = bank.and_then(|()| self.bank_of(allowed, credit.from));
        let bank = bank.and_then(|bank| self.with_activity(bank, activity));
        let (done, _) = self.exchange(allowed, id, bank, |sight| Ok((credit.plan(sight)?, ())))?;
        Ok(self.done(allowed, &done))
    }

    pub(super) fn gift(&self, allowed: &Allowed, request: GiftRequest) -> Result<GiftResponse, NotDone> {
        let to = To::Somebody(fields::account("to_account_number", request.to_account_number)?);
        let id = Id::read(allowed, &request)?;
        let give = Give {
            from: fields::account("from_account_number", request.from_account_number)?,
            to,
            length: length("length", request.length)?,
            memo: words("memo", request.memo)?,
            confirmed: confirmed(request.confirmed_amount_seconds)?,
        };
        Ok(GiftResponse { done: Some(self.given(allowed, id, &give)?) })
    }

    pub(super) fn donate(
        &self,
        allowed: &Allowed,
        request: DonateRequest,
    ) -> Result<DonateResponse, NotDone> {
        let pot = fields::account_or_any("pot_account_number", request.pot_account_number)?;
        let id = Id::read(allowed, &request)?;
        let give = Give {
            from: fields::account("from_account_number", request.from_account_number)?,
            to: pot.map_or(To::CommunityPot, To::Pot),
            length: length("length", request.length)?,
            memo: words("memo", request.memo)?,
            confirmed: confirmed(request.confirmed_amount_seconds)?,
        };
        Ok(DonateResponse { done: Some(self.given(allowed, id, &give)?) })
    }

    fn given(&self, allowed: &Allowed, id: Id, give: &Give) -> Result<Done, NotDone> {
        let to = match give.to {
            To::Somebody(account) | To::Pot(account) => Some(account),
            To::CommunityPot => None,
        };
        let bank = self.in_banks_within_reach(allowed, to).and_then(|()| self.bank_of(allowed, give.from));
        let (done, _) = self.exchange(allowed, id, bank, |sight| Ok((give.plan(sight)?, ())))?;
        Ok(self.done(allowed, &done))
    }

    pub(super) fn transfer_between_banks(
        &self,
        allowed: &Allowed,
        request: TransferBetweenBanksRequest,
    ) -> Result<TransferBetweenBanksResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let moving = MoveBanks {
            from: fields::account("from_account_number", request.from_account_number)?,
            to: fields::account("to_account_number", request.to_account_number)?,
            length: length_or_none("length", request.length)?,
            reason: words("reason", request.reason)?,
            confirmed: confirmed(request.confirmed_amount_seconds)?,
        };
        let bank = self.all_in_reach(allowed, [moving.from, moving.to]);
        let bank = bank.and_then(|()| self.bank_of(allowed, moving.from));
        let posted = self.network.ledger.balance(moving.from).map_or(0, |balance| balance.posted);
        let (done, _) = self.exchange(allowed, id, bank, |sight| Ok((moving.plan(sight, posted)?, ())))?;
        Ok(TransferBetweenBanksResponse { done: Some(self.done(allowed, &done)) })
    }

    pub(super) fn put_right(
        &self,
        allowed: &Allowed,
        request: PutRightRequest,
    ) -> Result<PutRightResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let sequence = fields::sequence("original_sequence", request.original_sequence)?;
        let parts = crate::service::commands::reversed_parts(&request.parts)?;
        let reason = words("reason", request.reason)?.unwrap_or_default();
        let original = match self.named(allowed, sequence) {
            Ok(original) => original,
            Err(not_there) => {
                let (done, _) = self.as_before::<()>(id, not_there)?;
                return Ok(PutRightResponse { done: Some(self.done(allowed, &done)) });
            }
        };
        let Some(moved) = original.moves().next() else {
            return Err(self.refused(&crate::domain::Refusal::EntryNotFound(sequence)));
        };
        let bank = self.bank_of(allowed, moved.debit);
        let hold = self.hold_of(&original)?;
        is_no_sale("original_sequence", &original, hold.as_ref())?;
        let of_hold = hold.map(|hold| hold.command.claims).unwrap_or_default();
        let claims = doubles::taken_by(&of_hold, &original.command.claims);
        let payers = self.payers_of(&original, &parts)?;
        let claimed = self.claimed_back(sequence, &payers)?;
        let put_right = PutRight { original: &original, claims: &claims, payers: &payers, parts, reason };
        let (done, _) = self.exchange(allowed, id, bank, |sight| match claimed {
            Some((line, claim)) => Err(Refusal::ClaimedBack { line, claim }),
            None => Ok((put_right.plan(sight)?, ())),
        })?;
        Ok(PutRightResponse { done: Some(self.done(allowed, &done)) })
    }

    /// That an entry is no sale at a till, nor what became of one: those are moved on where a shop's statement, its software and
    /// what counts towards its hours follow it. One that is not seen is no matter here.
    pub(in crate::service) fn is_no_sale(
        &self,
        allowed: &Allowed,
        field: &str,
        sequence: Sequence,
    ) -> Result<(), NotDone> {
        let Ok(named) = self.named(allowed, sequence) else { return Ok(()) };
        is_no_sale(field, &named, self.hold_of(&named)?.as_ref())
    }

    /// The hold that an entry ended.
    pub(super) fn hold_of(&self, entry: &Entry) -> Result<Option<Entry>, NotDone> {
        let hold = entry.command.action.hold_named();
        let hold = hold.map(|hold| self.network.ledger.books().durable(hold));
        Ok(hold.transpose().map_err(unreadable)?.flatten())
    }

    /// The bank, if the activity is on its list.
    fn with_activity(&self, bank: BankNumber, activity: Option<u16>) -> Result<BankNumber, NotDone> {
        self.listed(&[bank], activity).map(|()| bank)
    }

    pub(super) fn all_in_reach(
        &self,
        allowed: &Allowed,
        accounts: impl IntoIterator<Item = AccountNumber>,
    ) -> Result<(), NotDone> {
        accounts.into_iter().try_for_each(|account| self.account_in_reach(allowed, account).map(|_| ()))
    }
}

fn is_no_sale(field: &str, entry: &Entry, hold: Option<&Entry>) -> Result<(), NotDone> {
    if std::iter::once(entry).chain(hold).all(|entry| Sale::beside(entry).is_none()) {
        return Ok(());
    }
    let limit = "that of an entry that is no sale at a till: CaptureRedemption, VoidRedemption and RefundRedemption \
                 move those on";
    Err(NotDone::bad(field, limit))
}

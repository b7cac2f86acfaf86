//! Help written down: one slip, or a paper list of them.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

use super::id::Id;
use super::told::{self, activity, asked, confirmed, day, length};
use super::writing::{Done, change};
use crate::access::Allowed;
use crate::api::slip_answer::Answer;
use crate::api::*;
use crate::domain::{
    AccountKind, AccountNumber, BankNumber, ClaimKey, ClaimWord, Entry, Limit, LimitPassed, Reason, Refusal,
};
use crate::exchange::{self, record::Exchange};
use crate::ledger::{Repeated, Ticket};
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::{BadField, NotDone};
use crate::words::exchange as words;

/// A list has at most so many slips.
const SLIPS_MAX: usize = 200;

impl Installation {
    pub(super) fn record_exchange(
        &self,
        allowed: &Allowed,
        request: RecordExchangeRequest,
    ) -> Result<RecordExchangeResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let exchange = read(request)?;
        let bank = self.bank_of_exchange(allowed, &exchange);
        let (done, _) = self.exchange(allowed, id, bank, |sight| Ok((exchange.plan(sight)?, ())))?;
        Ok(RecordExchangeResponse { done: Some(self.done(allowed, &done)) })
    }

    pub(super) fn record_exchanges(
        &self,
        allowed: &Allowed,
        request: RecordExchangesRequest,
    ) -> Result<RecordExchangesResponse, NotDone> {
        let RecordExchangesRequest { slips, validate_only } = request;
        if slips.is_empty() || slips.len() > SLIPS_MAX {
            return Err(NotDone::bad("slips", "from 1 to 200"));
        }
        if slips.iter().any(|slip| slip.validate_only) {
            return Err(NotDone::bad(
                "slips.validate_only",
                "left out: validate_only is said of the whole list",
            ));
        }
        // All are with the ledger before the first is waited for: together they wait for the disk once.
        let slips = slips.into_iter().map(|slip| RecordExchangeRequest { validate_only, ..slip });
        let submitted: Vec<_> = slips.map(|slip| self.slip(allowed, slip)).collect();
        let mut before = Before::default();
        let answers = submitted.into_iter().zip(1..).map(|(slip, place)| {
            let done = slip.and_then(|slip| {
                let done = self.slip_done(allowed, slip)?;
                if validate_only && done.receipt.repeated == Repeated::No {
                    self.beside_those_before(allowed, &mut before, &done.receipt.entry, place)?;
                }
                Ok(done)
            });
            let answer = match done {
                Ok(done) => Answer::Done(self.done(allowed, &done)),
                Err(not_written) => not_written.answer()?,
            };
            Ok(SlipAnswer { answer: Some(answer) })
        });
        Ok(RecordExchangesResponse { answers: answers.collect::<Result<_, NotDone>>()? })
    }

    /// Gives a slip to the ledger.
    fn slip(&self, allowed: &Allowed, slip: RecordExchangeRequest) -> Result<Slip, NotWritten> {
        let id = Id::read(allowed, &slip)?;
        let exchange = read(slip)?;
        let is_question = Cell::new(false);
        let judged = self.bank_of_exchange(allowed, &exchange).and_then(|bank| {
            self.judged(allowed, id, bank, |sight| {
                let plan = exchange.plan(sight);
                is_question.set(plan.as_ref().is_err_and(exchange::Refusal::is_question));
                Ok((plan?, ()))
            })
        });
        match judged {
            Ok((ticket, waits, ())) => Ok(Slip::Asked(id, ticket, waits)),
            Err(not_done) => {
                let before = self.as_before::<()>(id, not_done).map(|(done, _)| Slip::Before(Box::new(done)));
                before.map_err(|not_done| NotWritten { not_done, is_question: is_question.get() })
            }
        }
    }

    fn slip_done(&self, allowed: &Allowed, slip: Slip) -> Result<Done, NotWritten> {
        match slip {
            Slip::Before(done) => Ok(*done),
            Slip::Asked(id, ticket, waits) => {
                let (done, _) = self.became_of(allowed, id, (ticket, waits, ()))?;
                Ok(done)
            }
        }
    }

    /// Judges what a slip would write beside what those before it would, which is not written: whether one of them looks like it,
    /// and whether everybody stays above their floor.
    fn beside_those_before(
        &self,
        allowed: &Allowed,
        before: &mut Before,
        entry: &Entry,
        place: u32,
    ) -> Result<(), NotDone> {
        let asked_about = entry.command.claims.iter().filter(|claim| claim.word == ClaimWord::AlreadyHere);
        let keys: Vec<_> = asked_about.map(|claim| (claim.key, claim.max > claim.take)).collect();
        let looks_like =
            keys.iter().filter(|(_, is_another)| !is_another).find_map(|(key, _)| before.keys.get(key));
        if let Some(slip) = looks_like {
            let figures = [("slip", slip.to_string())];
            return Err(NotDone::by_rule(Reason::AlreadyHere, words::on_this_list(*slip), &figures));
        }
        let accounts: BTreeSet<_> = entry.moves().flat_map(|moved| [moved.debit, moved.credit]).collect();
        let changes: Vec<_> = accounts.into_iter().map(|account| (account, change(entry, account))).collect();
        let passed =
            changes.iter().filter(|_| entry.command.allowed_by.is_none()).filter_map(|(account, change)| {
                let earlier = before.changes.get(account).copied().filter(|_| *change < 0)?;
                self.floor_passed(*account, earlier, change.saturating_neg())
            });
        let passed: Vec<_> = passed.collect();
        if !passed.is_empty() {
            return Err(self.not_exchanged(allowed, &Refusal::Limits(passed).into()));
        }
        for (account, change) in changes {
            let sum = before.changes.entry(account).or_default();
            *sum = sum.saturating_add(change);
        }
        before.keys.extend(keys.into_iter().map(|(key, _)| (key, place)));
        Ok(())
    }

    /// The floor that somebody would pass from where `earlier` would have brought them, if `requested` were taken then.
    fn floor_passed(&self, account: AccountNumber, earlier: i64, requested: i64) -> Option<LimitPassed> {
        let balance = self.network.ledger.balance(account)?;
        let view = self.network.ledger.views().account(account)?;
        let limits = self.limits_of(account).ok()?;
        let passed = LimitPassed {
            account,
            limit: Limit::Floor,
            posted: balance.posted.saturating_add(earlier),
            held: balance.held,
            promised: 0, // That counts towards ceilings only.
            bound: limits.floor(),
            requested,
        };
        (view.kind != AccountKind::Clearing && passed.available() < requested).then_some(passed)
    }

    /// The bank of whoever helped, if all who are named and the activity are there for the caller.
    fn bank_of_exchange(&self, allowed: &Allowed, exchange: &Exchange) -> Result<BankNumber, NotDone> {
        self.all_in_reach(allowed, [exchange.giver, exchange.receiver])?;
        let beside = [exchange.paid_by, exchange.hours_to, exchange.in_the_name_of];
        self.in_banks_within_reach(allowed, beside.into_iter().flatten())?;
        let bank = self.bank_of(allowed, exchange.giver)?;
        // Each bank has numbers of its own; between two it is one of either.
        self.listed(&[bank, self.bank_of(allowed, exchange.receiver)?], exchange.activity)?;
        Ok(bank)
    }
}

fn read(request: RecordExchangeRequest) -> Result<Exchange, NotDone> {
    Ok(Exchange {
        giver: fields::account("giver_account_number", request.giver_account_number)?,
        receiver: fields::account("receiver_account_number", request.receiver_account_number)?,
        length: length("length", request.length)?,
        occurred_on: day("occurred_on", request.occurred_on)?,
        activity: activity(request.activity_number)?,
        paid_by: fields::account_or_any("paid_by_account_number", request.paid_by_account_number)?,
        hours_to: fields::account_or_any("hours_to_account_number", request.hours_to_account_number)?,
        in_the_name_of: fields::account_or_any(
            "in_the_name_of_account_number",
            request.in_the_name_of_account_number,
        )?,
        memo: told::words("memo", request.memo)?,
        limit_reason: told::words("limit_reason", request.limit_reason)?,
        confirmed: confirmed(request.confirmed_amount_seconds)?,
        asked: asked(request.is_another),
    })
}

/// A slip on its way.
enum Slip {
    /// The ledger has it, and says what became of it; whether it waits for a second person then.
    Asked(Id, Ticket, bool),
    /// It was answered before.
    Before(Box<Done>),
}

/// What those before a slip would write.
#[derive(Default)]
struct Before {
    /// By what they are asked about, and their places.
    keys: HashMap<ClaimKey, u32>,
    /// What they add to accounts.
    changes: HashMap<AccountNumber, i64>,
}

/// Why a slip was not written.
struct NotWritten {
    not_done: NotDone,
    /// Whether it is for the way it was said.
    is_question: bool,
}

impl From<NotDone> for NotWritten {
    fn from(not_done: NotDone) -> Self {
        Self { not_done, is_question: false }
    }
}

impl NotWritten {
    /// The answer to the slip; an error where the whole list is to be sent again.
    fn answer(self) -> Result<Answer, NotDone> {
        let Self { not_done, is_question } = self;
        let (is_question, said) = match not_done {
            NotDone::Bad(BadField { field, must }) => {
                let sentence = format!("{field}: {must}");
                (is_question, SlipNotDone { field, sentence, ..SlipNotDone::default() })
            }
            NotDone::Refused { reason, sentence, figures } => {
                let asks =
                    [Reason::AlreadyHere, Reason::UnusualAmount, Reason::BelowFloor, Reason::AboveCeiling];
                let reason_word = reason.word().to_owned();
                let said = SlipNotDone { reason: reason_word, sentence, figures, ..SlipNotDone::default() };
                (is_question || asks.contains(&reason), said)
            }
            whole @ (NotDone::NotLetIn(_)
            | NotDone::Busy(_)
            | NotDone::NotYet { .. }
            | NotDone::NotServing(_)
            | NotDone::Unknown(_)
            | NotDone::NotReached { .. }
            | NotDone::Unreadable(_)) => return Err(whole),
        };
        Ok(if is_question { Answer::Question(said) } else { Answer::NotDone(said) })
    }
}

//! Help written down: one slip, or a paper list of them.
//!
//! - A list that is only checked is answered as it is when it is written: each slip beside those before it.
//! - Once a slip of a list is with the ledger, nobody hears that nothing was done.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

use super::id::Id;
use super::told::{self, activity, asked, confirmed, day, length};
use super::writing::{Done, change};
use crate::access::Allowed;
use crate::api::slip_answer::Answer;
use crate::api::*;
use crate::domain::{
    AccountKind, AccountNumber, BankNumber, CeilingRule, Claim, ClaimKey, ClaimWord, Entry, Limit,
    LimitPassed, Reason, Refusal, Sequence,
};
use crate::exchange::{self, record::Exchange};
use crate::ledger::{Repeated, Ticket};
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::{BadField, NotDone};
use crate::words::exchange as words;

/// A list has at most so many slips.
const SLIPS_MAX: usize = 200;
/// What open holds may bring to an account is added up of so many of them, the oldest.
const HOLDS_LOOKED_AT_MAX: usize = 1_000;

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
        let mut waiting = HashMap::new();
        let submitted = slips.zip(1..).map(|(slip, place)| self.slip(allowed, slip, (&mut waiting, place)));
        let submitted: Vec<_> = submitted.collect();
        let is_any_given = !validate_only && submitted.iter().any(|slip| matches!(slip, Ok(Slip::Asked(..))));
        let mut before = Before::default();
        let done = submitted.into_iter().zip(1..).map(|(slip, place)| {
            let done = self.slip_done(allowed, slip?)?;
            if validate_only && done.receipt.repeated == Repeated::No {
                self.beside_those_before(allowed, &mut before, &done.receipt.entry, place)?;
            }
            Ok(self.became_since(done)?)
        });
        let answers = self.slip_answers(allowed, done.collect());
        let answers = answers.map_err(|whole| if is_any_given { after_some(whole) } else { whole })?;
        Ok(RecordExchangesResponse { answers })
    }

    /// What is said of each slip; an error where the whole list is to be sent again.
    fn slip_answers(
        &self,
        allowed: &Allowed,
        done: Vec<Result<Done, NotWritten>>,
    ) -> Result<Vec<SlipAnswer>, NotDone> {
        let repeated =
            done.iter().flatten().filter(|done| done.receipt.repeated == Repeated::Yes && !done.waits);
        let entries: Vec<_> = repeated.map(|done| &done.receipt.entry).collect();
        let put_right = self.put_right_since(&entries)?;
        let answers = done.into_iter().map(|done| {
            let answer = match done {
                Ok(done) => {
                    let mut told = self.done(allowed, &done);
                    if done.receipt.repeated == Repeated::Yes && !done.waits {
                        // What went with it was heard then.
                        told.sentences =
                            put_right.get(&done.receipt.entry.sequence).cloned().into_iter().collect();
                    }
                    Answer::Done(told)
                }
                Err(not_written) => not_written.answer()?,
            };
            Ok(SlipAnswer { answer: Some(answer) })
        });
        answers.collect()
    }

    /// Gives a slip to the ledger.
    ///
    /// What waits for a second person takes nothing in the books, so what looks like one in `waiting`, those of this list before
    /// it, is found here; it is the slip at `place`.
    fn slip(
        &self,
        allowed: &Allowed,
        slip: RecordExchangeRequest,
        (waiting, place): (&mut HashMap<ClaimKey, u32>, u32),
    ) -> Result<Slip, NotWritten> {
        let id = Id::read(allowed, &slip)?;
        let exchange = read(slip)?;
        let (is_question, looks_like) = (Cell::new(false), Cell::new(None));
        let judged = self.bank_of_exchange(allowed, &exchange).and_then(|bank| {
            self.judged(allowed, id, bank, |sight| {
                let plan = exchange.plan(sight);
                is_question.set(plan.as_ref().is_err_and(exchange::Refusal::is_question));
                let plan = plan?;
                let keys = asked_about(&plan.claims);
                if let Some((claim, slip)) = like_one_before(&plan.claims, waiting) {
                    looks_like.set(Some(slip));
                    let Claim { word, unit, take, .. } = claim;
                    return Err(Refusal::Claim { word, place: 0, unit, left: 0, take }.into());
                }
                Ok((plan, keys))
            })
        });
        let judged = judged.map_err(|not_done| looks_like.get().map_or(not_done, on_this_list));
        match judged {
            Ok((ticket, waits, keys)) => {
                if waits {
                    waiting.extend(keys.into_iter().map(|key| (key, place)));
                }
                Ok(Slip::Asked(id, ticket, waits))
            }
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
    /// and whether everybody stays within their limits.
    fn beside_those_before(
        &self,
        allowed: &Allowed,
        before: &mut Before,
        entry: &Entry,
        place: u32,
    ) -> Result<(), NotDone> {
        if let Some((_, slip)) = like_one_before(&entry.command.claims, &before.keys) {
            return Err(on_this_list(slip));
        }
        let accounts: BTreeSet<_> = entry.moves().flat_map(|moved| [moved.debit, moved.credit]).collect();
        let changes: Vec<_> = accounts.into_iter().map(|account| (account, change(entry, account))).collect();
        let passed =
            changes.iter().filter(|_| entry.command.allowed_by.is_none()).filter_map(|(account, change)| {
                let earlier = before.changes.get(account).copied()?;
                self.limit_passed(*account, earlier, *change)
            });
        let passed: Vec<_> = passed.collect();
        if !passed.is_empty() {
            return Err(self.not_exchanged(allowed, &Refusal::Limits(passed).into()));
        }
        for (account, change) in changes {
            let sum = before.changes.entry(account).or_default();
            *sum = sum.saturating_add(change);
        }
        before.keys.extend(asked_about(&entry.command.claims).into_iter().map(|key| (key, place)));
        Ok(())
    }

    /// The limit that somebody would pass by `change` from where `earlier` would have brought them: their floor, or a ceiling that
    /// stops.
    fn limit_passed(&self, account: AccountNumber, earlier: i64, change: i64) -> Option<LimitPassed> {
        let balance = self.network.ledger.balance(account)?;
        let view = self.network.ledger.views().account(account)?;
        let limits = self.limits_of(account).ok()?;
        let (limit, bound, promised) = match change {
            ..0 => (Limit::Floor, limits.floor(), 0), // What is promised counts towards ceilings only.
            _ => (Limit::Ceiling, limits.ceiling(), self.promised_to(account)),
        };
        let stops = limit == Limit::Floor || limits.ceiling_rule() == CeilingRule::Hard;
        let passed = LimitPassed {
            account,
            limit,
            posted: balance.posted.saturating_add(earlier),
            held: balance.held,
            promised,
            bound,
            requested: i64::try_from(change.unsigned_abs()).unwrap_or(i64::MAX),
        };
        let is_past = stops && passed.available() < passed.requested;
        (view.kind != AccountKind::Clearing && is_past).then_some(passed)
    }

    /// What open holds may bring to an account, seconds.
    fn promised_to(&self, account: AccountNumber) -> i64 {
        let holds =
            self.network.ledger.views().open_holds(Some(account), Sequence::default(), HOLDS_LOOKED_AT_MAX);
        let bring = holds.iter().filter(|(_, open)| open.sides.iter().any(|sides| sides.credit == account));
        bring.fold(0, |sum, (_, open)| i64::saturating_add(sum, open.left))
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

/// By what an entry is known when the next one that looks like it is asked about.
fn asked_about(claims: &[Claim]) -> Vec<ClaimKey> {
    claims.iter().filter(|claim| claim.word == ClaimWord::AlreadyHere).map(|claim| claim.key).collect()
}

/// The claim by which something looks like one of those before it, and the place of that; none where it is said to be another.
fn like_one_before(claims: &[Claim], before: &HashMap<ClaimKey, u32>) -> Option<(Claim, u32)> {
    let asked = claims.iter().filter(|claim| claim.word == ClaimWord::AlreadyHere && claim.max <= claim.take);
    asked.copied().find_map(|claim| before.get(&claim.key).map(|place| (claim, *place)))
}

/// It looks like the slip in this place.
fn on_this_list(slip: u32) -> NotDone {
    NotDone::by_rule(Reason::AlreadyHere, words::on_this_list(slip), &[("slip", slip.to_string())])
}

/// Why a list is not answered of which slips are with the ledger already: that nothing was done is not known any more.
fn after_some(whole: NotDone) -> NotDone {
    match whole {
        NotDone::Busy(what) | NotDone::NotYet { what, .. } => NotDone::Unknown(words::list_not_known(what)),
        known @ (NotDone::Bad(_)
        | NotDone::Refused { .. }
        | NotDone::NotLetIn(_)
        | NotDone::NotServing(_)
        | NotDone::Unknown(_)
        | NotDone::NotReached { .. }
        | NotDone::Unreadable(_)) => known,
    }
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

#[cfg(test)]
mod tests {
    use super::super::figures;
    use super::*;
    use crate::words::{exchange_tests, slips, tests as ledger_words};

    /// As the command line says it.
    fn in_the_list(not_done: NotDone, is_question: bool) -> String {
        let (is_question, said) = match (NotWritten { not_done, is_question }.answer().unwrap()) {
            Answer::Question(said) => (true, said),
            Answer::NotDone(said) => (false, said),
            Answer::Done(done) => panic!("{done:?}"),
        };
        let amount = said.figures.get("amount_seconds").map(|seconds| (seconds.parse().unwrap(), "3".into()));
        let said = slips::Said {
            reason: &said.reason,
            field: &said.field,
            sentence: &said.sentence,
            hours: "1.45",
            amount,
            ..slips::Said::default()
        };
        if is_question { slips::question(&said) } else { slips::not_done(&said) }
    }

    /// Goal: whatever is said of a slip of a list is said to a broker: no word of the API in it. Method: every refusal of exchanges
    /// and of the ledger, in each of its ways, and every field that cannot be read, as the command line says them.
    #[test]
    fn slips_are_answered_in_no_words_of_the_api() {
        let mut said = Vec::new();
        for (refusal, _) in exchange_tests::samples() {
            let names = |_| "Ivy".to_owned();
            let not_done = match refusal.reason().zip(words::refusal_sentence(&refusal, &names)) {
                Some((reason, sentence)) => {
                    NotDone::Refused { reason, sentence, figures: figures::figures(&refusal) }
                }
                None if refusal.reason().is_some() => continue, // In the ledger's words.
                None => NotDone::bad(figures::field(&refusal), words::must_be(&refusal)),
            };
            said.push(in_the_list(not_done, refusal.is_question()));
        }
        for (refusal, sentence) in ledger_words::all_said() {
            said.push(in_the_list(NotDone::refused(&refusal, sentence), false));
        }
        let fine = RecordExchangeRequest {
            giver_account_number: 10_019,
            receiver_account_number: 10_035,
            length: Some(Length { amount_seconds: 3_600, typed: String::new() }),
            occurred_on: Some(Date { year: 2026, month: 6, day: 1 }),
            ..RecordExchangeRequest::default()
        };
        assert!(read(fine.clone()).is_ok());
        let changed = |change: fn(&mut RecordExchangeRequest)| {
            let mut slip = fine.clone();
            change(&mut slip);
            slip
        };
        for slip in [
            changed(|slip| slip.giver_account_number = 7),
            changed(|slip| slip.receiver_account_number = 0),
            changed(|slip| slip.length = None),
            changed(|slip| slip.length = Some(Length { amount_seconds: 0, typed: "x".repeat(33) })),
            changed(|slip| slip.occurred_on = None),
            changed(|slip| slip.occurred_on = Some(Date { year: 2026, month: 13, day: 1 })),
            changed(|slip| slip.activity_number = 70_000),
            changed(|slip| slip.memo = "x".repeat(901)),
            changed(|slip| slip.limit_reason = "x".repeat(901)),
            changed(|slip| slip.confirmed_amount_seconds = -1),
        ] {
            said.push(in_the_list(read(slip).unwrap_err(), false));
        }
        assert!(said.len() > 60, "{}", said.len());
        for sentence in said {
            assert!(!sentence.contains('_') && sentence.ends_with(['.', '?', '!']), "{sentence}");
        }
    }

    /// Goal: once a slip is with the ledger, a list that is not answered is never said to be undone. Method: what a full queue says,
    /// then; what is not known anyhow.
    #[test]
    fn half_a_list_is_not_called_undone() {
        let full = after_some(NotDone::BUSY);
        let NotDone::Unknown(said) = &full else { panic!("{full:?}") };
        assert!(said.contains("not known") && said.contains("ask again"), "{said}");
        assert!(!said.contains("nothing was done"), "{said}");
        let status = tonic::Status::from(full);
        assert_eq!(status.code(), tonic::Code::Unavailable);
        assert!(matches!(after_some(NotDone::NotYet { what: "x", seconds: 3 }), NotDone::Unknown(_)));
        assert!(matches!(after_some(NotDone::NotServing("x")), NotDone::NotServing("x")));
    }
}

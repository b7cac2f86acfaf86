//! Whether the books allow a command: `decide` looks at state, command and time, and changes nothing.
//!
//! Rules are judged in the order of `Reason::precedence`, so the same command on the same state
//! always hears the same answer. What a decision needs of old entries comes along with the command
//! (`ReadAhead`): entries are immutable, so it cannot go stale.

mod account;
mod claims;
mod effects;
mod hold;
mod limits;
mod post;

use super::bounds::Bounds;
use super::state::State;
use crate::domain::{Action, Command, Day, Move, Outcome, OwnerNumber, Refusal, Sequence, Timestamp};

/// What was read of old entries before the command was submitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReadAhead {
    /// Nothing is needed, or what is needed does not exist.
    #[default]
    Nothing,
    /// The sequence the command names as a hold is one, open or not.
    HoldExists,
    /// What the original of a reversal moved.
    Original(Vec<Move>),
}

/// Everything a decision may look at.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The books so far.
    pub state: &'a State,
    /// What is asked.
    pub command: &'a Command,
    /// What was read of old entries.
    pub ahead: &'a ReadAhead,
    /// The one moment of this batch.
    pub now: Timestamp,
    /// How many of everything there may be.
    pub bounds: &'a Bounds,
}

/// Decides a command that was checked (`Command::check`), or one of the ledger's own: what it would add.
///
/// # Errors
/// The first [`Refusal`] in the order of precedence.
pub fn decide(case: Case<'_>) -> Result<Outcome, Refusal> {
    let mut outcome = Outcome::default();
    decide_into(case, &mut outcome).map(|()| outcome)
}

/// The same into an outcome that was used before: it is a few hundred bytes, and carrying it through
/// every rule would cost more than most rules. Worth nothing after a refusal.
///
/// # Errors
/// As [`decide`].
pub fn decide_into(case: Case<'_>, outcome: &mut Outcome) -> Result<(), Refusal> {
    day_has_begun(case.command.occurred_on, case.now)?;
    hold::deadline_within_reach(&case)?;
    people_exist(&case)?;
    match &case.command.action {
        Action::Post(post) => post::post(&case, post, outcome)?,
        Action::Reverse(reverse) => *outcome = post::reverse(&case, reverse)?,
        Action::Hold(hold) => *outcome = hold::hold(&case, hold)?,
        Action::Capture(capture) => *outcome = hold::capture(&case, capture)?,
        Action::Void(number) => *outcome = hold::void(&case, *number)?,
        Action::Expire(number) => *outcome = hold::expire(&case, *number)?,
        Action::RegisterOwners(count) => *outcome = account::register_owners(&case, *count)?,
        Action::OpenBank(bank) => *outcome = account::open_bank(&case, bank)?,
        Action::OpenClearing(pair) => *outcome = account::open_clearing(&case, pair)?,
        Action::OpenAccounts(accounts) => *outcome = account::open_accounts(&case, accounts)?,
        Action::SetLimits(number, _) => *outcome = account::set_limits(&case, *number)?,
        Action::Close(close) => *outcome = account::close(&case, close)?,
        Action::Reopen(number) => *outcome = account::reopen(&case, *number)?,
        Action::Note(_) => *outcome = Outcome::default(),
    }
    claims::judge(&case)?;
    claims::count(&case, &mut outcome.counted);
    Ok(())
}

/// A day that has not begun anywhere on Earth is a slip of the finger. Which day it is in a bank's
/// own time zone is for the desk to judge; here the zone furthest ahead, UTC+14, is the bound.
fn day_has_begun(occurred_on: Option<Day>, now: Timestamp) -> Result<(), Refusal> {
    let furthest = now.plus_seconds(14 * 3_600).utc_day();
    if occurred_on.is_some_and(|day| day > furthest) { Err(Refusal::DayInFuture) } else { Ok(()) }
}

/// Every person an entry names has a number: the journal is for ever, and so would be a wrong one.
fn people_exist(case: &Case<'_>) -> Result<(), Refusal> {
    let command = case.command;
    let exists = |owner: OwnerNumber| {
        if case.state.has_owner(owner) { Ok(()) } else { Err(Refusal::OwnerNotFound(owner)) }
    };
    exists(command.actor)?;
    command.second_person.map_or(Ok(()), exists)?;
    command.allowed_by.map_or(Ok(()), exists)?;
    for transfer in command.action.transfers() {
        let people = &transfer.people;
        for person in [people.given_by, people.received_by, people.paid_by, people.in_the_name_of] {
            person.map_or(Ok(()), exists)?;
        }
    }
    Ok(())
}

/// The old entry a command needs to be decided, if it names one.
#[must_use]
pub fn needs_of_old(command: &Command) -> Option<Sequence> {
    if let Action::Reverse(reverse) = &command.action {
        return Some(reverse.original);
    }
    command.action.hold_named()
}

/// Keeps the refusal that answers first.
fn keep_first(kept: &mut Option<Refusal>, refusal: Refusal) {
    let answers_first =
        kept.as_ref().is_none_or(|before| refusal.reason().precedence() < before.reason().precedence());
    if answers_first {
        *kept = Some(refusal);
    }
}

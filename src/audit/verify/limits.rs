//! I2 limits: whoever is past a floor or a ceiling was let past it by a rule or by a named person.
//!
//! Limits are followed from the entries that set them. Judged per account on the net effect of the
//! entry, in the direction it moves: `floor <= posted - held` where it falls, and
//! `posted + promised <= ceiling` where it rises.

use super::effects::{Effect, Effects};
use super::own_books::{Account, OwnBooks};
use super::report::{Check, Faults, Invariant};
use crate::audit::words::{FORGED, bound, hours};
use crate::domain::{Action, CeilingRule, Entry, Passed, SUM_LIMIT_SECONDS};

/// What was found so far.
#[derive(Debug, Default)]
pub struct Limits {
    judged: u64,
    marked: u64,
    faults: Faults,
}

/// Captures and the other ends of a hold are not judged at all: the hold was.
const fn is_looked_at(action: &Action) -> bool {
    match action {
        Action::Post(_) | Action::Hold(_) | Action::Reverse(_) | Action::Close(_) => true,
        Action::Capture(_)
        | Action::Void(_)
        | Action::Expire(_)
        | Action::RegisterOwners(_)
        | Action::OpenBank(_)
        | Action::OpenClearing(_)
        | Action::OpenAccounts(_)
        | Action::SetLimits(..)
        | Action::Reopen(_)
        | Action::Note(_) => false,
    }
}

/// A limit an account is past after an entry that moved it further. Seconds.
struct Past {
    mark: Passed,
    which: &'static str,
    bound: i128,
    reached: i128,
    /// Whether the limit stops, or only warns.
    stops: bool,
}

fn passed(account: &Account, effect: &Effect) -> impl Iterator<Item = Past> {
    let falls = effect.held - effect.posted > 0;
    let rises = effect.posted + effect.promised > 0;
    let lowest = account.posted + effect.posted - account.held - effect.held;
    let highest = account.posted + effect.posted + account.promised + effect.promised;
    let floor =
        Past { mark: Passed::FLOOR, which: "floor", bound: account.floor, reached: lowest, stops: true };
    let stops = account.ceiling_rule == CeilingRule::Hard;
    let ceiling =
        Past { mark: Passed::CEILING, which: "ceiling", bound: account.ceiling, reached: highest, stops };
    let floor = (falls && lowest < account.floor).then_some(floor);
    floor.into_iter().chain((rises && highest > account.ceiling).then_some(ceiling))
}

impl Limits {
    /// Checks an entry against the books before it.
    pub fn entry(&mut self, entry: &Entry, effects: &Effects, books: &OwnBooks) {
        let is_looked_at = is_looked_at(&entry.command.action);
        for effect in effects.iter() {
            let Some(account) = books.account(effect.account) else { continue };
            let mut marks = Passed::NOTHING;
            if is_looked_at {
                self.judged += 1;
                for past in passed(account, effect) {
                    marks = marks.and(past.mark);
                    self.may_pass(entry, account, effect, &past);
                }
            }
            let found = entry.line(effect.account).map_or(Passed::NOTHING, |line| line.passed);
            self.marked += u64::from(found != Passed::NOTHING);
            if found != marks {
                let (sequence, number) = (entry.sequence, effect.account);
                self.faults.add(|| {
                    format!(
                        "Entry {sequence} leaves account {number} at {} with {} held, floor {}, ceiling {}: it should be marked {} \
                         and is marked {}. {FORGED}.",
                        hours(account.posted + effect.posted),
                        hours(account.held + effect.held),
                        bound(account.floor),
                        bound(account.ceiling),
                        named(marks),
                        named(found)
                    )
                });
            }
        }
    }

    fn may_pass(&mut self, entry: &Entry, account: &Account, effect: &Effect, past: &Past) {
        let is_judged = entry.kind().is_some_and(|kind| kind.is_judged_by_limits());
        let is_allowed = entry.command.allowed_by.is_some() && account.kind.may_be_overridden();
        let beyond_count = past.reached.unsigned_abs() > u128::from(SUM_LIMIT_SECONDS.unsigned_abs());
        if (is_judged && past.stops && !is_allowed) || beyond_count {
            self.faults.add(|| {
                let why = if beyond_count {
                    "no books go beyond 2^62 seconds"
                } else if entry.command.allowed_by.is_some() {
                    "nobody may allow that for an account of its kind"
                } else {
                    "nobody is named who allowed it"
                };
                let side = if past.mark == Passed::FLOOR { "down to" } else { "up to" };
                format!(
                    "Entry {} takes account {} ({}) {side} {}, past its {} of {}, and {why}. {FORGED}.",
                    entry.sequence,
                    effect.account,
                    account.kind.word(),
                    hours(past.reached),
                    past.which,
                    bound(past.bound)
                )
            });
        }
    }

    /// What was found about I2.
    pub fn check(&self) -> Check {
        let counts = [
            (self.judged, "judgement", "judgements"),
            (self.marked, "marked past a limit", "marked past a limit"),
        ];
        self.faults.check(Invariant::Limits, &counts)
    }
}

fn named(passed: Passed) -> &'static str {
    match (passed.includes(Passed::FLOOR), passed.includes(Passed::CEILING)) {
        (false, false) => "with nothing",
        (true, false) => "below its floor",
        (false, true) => "above its ceiling",
        (true, true) => "past both limits",
    }
}

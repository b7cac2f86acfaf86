//! Holds: setting hours aside, taking them, letting them go (I9).

use super::super::bounds::HOLD_SECONDS_MAX;
use super::super::state::{OpenHold, holds::Sides};
use super::effects::{Effects, sides_fit};
use super::limits::{self, Judgement};
use super::{Case, ReadAhead};
use crate::domain::{
    Action, Amount, AtDeadline, Capture, Hold, Move, Moves, Outcome, Refusal, Rest, Sequence,
};

/// Sets hours aside; the ceiling of who may get them is judged now, so a capture never has to be.
pub fn hold(case: &Case<'_>, hold: &Hold) -> Result<Outcome, Refusal> {
    let sides =
        hold.transfers.iter().map(|transfer| Sides { debit: transfer.debit, credit: transfer.credit });
    sides_fit(case.state, sides.clone())?;
    let mut effects = Effects::default();
    for (sides, transfer) in sides.clone().zip(&hold.transfers) {
        effects.set_aside(sides, transfer.amount.seconds());
    }
    effects.clearing_is_mirrored(case.state)?;
    room_for_hold(case, sides)?;
    limits::judge(case.state, &mut effects, Judgement::of(hold.kind, case.command))?;
    Ok(Outcome { lines: effects.lines(case.state), ..Outcome::default() })
}

/// A deadline lies ahead, and not further than anybody remembers. Judged beside the day, before
/// anything the books would have to know.
pub fn deadline_within_reach(case: &Case<'_>) -> Result<(), Refusal> {
    let Action::Hold(hold) = &case.command.action else { return Ok(()) };
    if hold.deadline <= case.now || hold.deadline > case.now.plus_seconds(HOLD_SECONDS_MAX) {
        return Err(Refusal::DeadlineOutOfReach);
    }
    Ok(())
}

fn room_for_hold(case: &Case<'_>, sides: impl Iterator<Item = Sides>) -> Result<(), Refusal> {
    let most = case.bounds.holds_max;
    if u32::try_from(case.state.holds.len()).is_ok_and(|open| open >= most) {
        return Err(Refusal::TooManyHolds { account: None, most });
    }
    let most = case.bounds.holds_per_account_max;
    for account in sides.flat_map(|sides| [sides.debit, sides.credit]) {
        if case.state.account(account).is_some_and(|known| known.open_holds >= most) {
            return Err(Refusal::TooManyHolds { account: Some(account), most });
        }
    }
    Ok(())
}

/// Turns (part of) a hold into transfers. Never judged by limits: it was when it was set aside.
pub fn capture(case: &Case<'_>, capture: &Capture) -> Result<Outcome, Refusal> {
    or_missing(case, capture.hold)?;
    let open = open_hold(case, capture.hold)?;
    let requested = capture.amount.or_else(|| Amount::new(open.left));
    let Some(amount) = requested.filter(|amount| amount.seconds() <= open.left) else {
        let requested = requested.unwrap_or(Amount::MAX);
        return Err(Refusal::CaptureExceedsHold { left: open.left, requested });
    };
    let released = if capture.rest == Rest::Release { open.left - amount.seconds() } else { 0 };
    Ok(taken(case, open, Some(amount), released))
}

/// Lets a hold go.
pub fn void(case: &Case<'_>, hold: Sequence) -> Result<Outcome, Refusal> {
    or_missing(case, hold)?;
    let open = open_hold(case, hold)?;
    Ok(taken(case, open, None, open.left))
}

/// Ends a hold whose deadline has passed, as it said it would.
pub fn expire(case: &Case<'_>, hold: Sequence) -> Result<Outcome, Refusal> {
    let open = case
        .state
        .holds
        .get(hold)
        .filter(|open| open.deadline <= case.now)
        .ok_or(Refusal::HoldResolved(hold))?;
    match open.at_deadline {
        AtDeadline::Release => Ok(taken(case, open, None, open.left)),
        AtDeadline::Capture => Ok(taken(case, open, Amount::new(open.left), 0)),
    }
}

fn taken(case: &Case<'_>, open: &OpenHold, amount: Option<Amount>, released: i64) -> Outcome {
    let mut effects = Effects::default();
    effects.take(open, amount.map_or(0, Amount::seconds), released);
    let moves: Moves = amount.map_or_else(Moves::new, |amount| {
        (0u16..)
            .zip(&open.sides)
            .map(|(of, sides)| Move { debit: sides.debit, credit: sides.credit, amount, of })
            .collect()
    });
    Outcome { lines: effects.lines(case.state), moves, ..Outcome::default() }
}

/// A sequence that was never a hold is missing; that is said before anything else about it.
pub fn or_missing(case: &Case<'_>, hold: Sequence) -> Result<(), Refusal> {
    let exists = case.state.holds.get(hold).is_some() || *case.ahead == ReadAhead::HoldExists;
    if exists { Ok(()) } else { Err(Refusal::HoldNotFound(hold)) }
}

/// The hold, if it is open. Deadlines are met by time, not by the entry that records them.
///
/// How a hold ended that is not open any more is read from the books by whoever asks: "resolved"
/// here means resolved or expired.
pub fn open_hold<'a>(case: &Case<'a>, hold: Sequence) -> Result<&'a OpenHold, Refusal> {
    let open = case.state.holds.get(hold).ok_or(Refusal::HoldResolved(hold))?;
    if open.deadline > case.now {
        return Ok(open);
    }
    match open.at_deadline {
        AtDeadline::Release => Err(Refusal::HoldExpired(hold)),
        AtDeadline::Capture => Err(Refusal::HoldResolved(hold)),
    }
}

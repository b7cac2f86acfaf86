//! Posts and reversals: hours that move at once.

use super::super::state::holds::Sides;
use super::effects::{Effects, sides_fit};
use super::hold::{open_hold, or_missing};
use super::limits::{self, Judgement};
use super::{Case, ReadAhead};
use crate::domain::{Amount, Ends, Move, Moves, Outcome, Post, Refusal, Rest, Reverse};
use crate::ledger::state::OpenHold;

/// 1..=256 transfers, all or nothing, perhaps taking from a hold, or ending one, in the same decision.
///
/// - I1: both accounts of a transfer in one bank; clearing mirrored.
/// - I2: judged on the net effect, what the hold lets go included: what was set aside falls from its account once.
/// - I9: where the rest stays set aside, no more is taken than was left.
pub fn post(case: &Case<'_>, post: &Post, outcome: &mut Outcome) -> Result<(), Refusal> {
    if let Some(ends) = post.ends {
        or_missing(case, ends.hold)?;
    }
    sides_fit(
        case.state,
        post.transfers.iter().map(|transfer| Sides { debit: transfer.debit, credit: transfer.credit }),
    )?;
    let mut effects = Effects::default();
    for transfer in &post.transfers {
        effects.transfer(transfer.debit, transfer.credit, transfer.amount.seconds());
    }
    effects.clearing_is_mirrored(case.state)?;
    if let Some(Ends { hold, rest }) = post.ends {
        let open = open_hold(case, hold)?;
        let let_go = match rest {
            Rest::Release => open.left,
            Rest::Keep => part_of(post, open)?,
        };
        effects.take(open, 0, let_go);
    }
    limits::judge(case.state, &mut effects, Judgement::of(post.kind, case.command))?;
    outcome.clear();
    effects.put_lines(case.state, &mut outcome.lines);
    Ok(())
}

/// What a post takes of a hold whose rest stays set aside, seconds.
fn part_of(post: &Post, open: &OpenHold) -> Result<i64, Refusal> {
    let debits = open.sides.iter().map(|sides| sides.debit);
    let taken = post.taken_from(debits.clone()).filter(|taken| *taken <= open.left);
    taken.ok_or_else(|| {
        // What it takes of where it takes most; of a hold that gives nothing, all that it moves was asked for.
        let most = debits.map(|debit| post.debited_from(debit)).max().filter(|most| *most > 0);
        let in_all = || post.transfers.iter().map(|transfer| transfer.amount.seconds()).sum();
        let requested = Amount::new(most.unwrap_or_else(in_all)).unwrap_or(Amount::MAX);
        Refusal::CaptureExceedsHold { left: open.left, requested }
    })
}

/// A post with the sides of the original swapped, whole or in part, together never above it.
pub fn reverse(case: &Case<'_>, reverse: &Reverse) -> Result<Outcome, Refusal> {
    let ReadAhead::Original(original) = case.ahead else {
        return Err(Refusal::EntryNotFound(reverse.original));
    };
    // Judged is what would move; whether so much is left of it comes later in the order.
    let moves = parts(case, reverse, original);
    sides_fit(case.state, moves.iter().map(|part| Sides { debit: part.credit, credit: part.debit }))?;
    let mut effects = Effects::default();
    for part in &moves {
        effects.transfer(part.debit, part.credit, part.amount.seconds());
    }
    // A half of a pair of transfers between banks cannot be put right without the other.
    effects.clearing_is_mirrored(case.state)?;
    nothing_above_original(case, reverse, original, &moves)?;
    limits::judge(case.state, &mut effects, Judgement::NotJudged)?;
    Ok(Outcome { lines: effects.lines(case.state), moves, ..Outcome::default() })
}

/// The moves of a reversal: what is named, or all that is left of the original.
fn parts(case: &Case<'_>, reverse: &Reverse, original: &[Move]) -> Moves {
    let swapped = |part: &Move, amount| Move { debit: part.credit, credit: part.debit, amount, of: part.of };
    if reverse.parts.is_empty() {
        let remaining =
            |part: &Move| Some(swapped(part, Amount::of_balance(left(case, reverse, part).max(0))?));
        return original.iter().filter_map(remaining).collect();
    }
    let known = |of: u16| original.iter().find(|known| known.of == of);
    reverse.parts.iter().filter_map(|part| Some(swapped(known(part.transfer)?, part.amount))).collect()
}

/// Several reversals may name one original, together never above it.
fn nothing_above_original(
    case: &Case<'_>,
    reverse: &Reverse,
    original: &[Move],
    moves: &Moves,
) -> Result<(), Refusal> {
    for part in &reverse.parts {
        let known = original.iter().find(|known| known.of == part.transfer);
        let left = known.map_or(0, |known| left(case, reverse, known));
        if part.amount.seconds() > left {
            let (transfer, requested) = (part.transfer, Some(part.amount));
            return Err(Refusal::ReversalExceeds { transfer, left, requested });
        }
    }
    if moves.is_empty() {
        return Err(Refusal::ReversalExceeds { transfer: 0, left: 0, requested: None });
    }
    Ok(())
}

/// What is left of a transfer of the original, seconds.
fn left(case: &Case<'_>, reverse: &Reverse, part: &Move) -> i64 {
    let reversed = case.state.reversed.get(&(reverse.original, part.of)).copied().unwrap_or(0);
    part.amount.seconds().saturating_sub(reversed)
}

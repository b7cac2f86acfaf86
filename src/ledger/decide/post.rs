//! Posts and reversals: hours that move at once.

use super::super::state::holds::Sides;
use super::effects::{Effects, sides_fit, sides_of};
use super::hold::{open_hold, or_missing};
use super::limits::{self, Judgement};
use super::{Case, ReadAhead};
use crate::domain::{Amount, Move, Moves, Outcome, Post, Refusal, Reverse};

/// 1..=256 transfers, all or nothing, perhaps ending a hold in the same decision.
///
/// - I1: both accounts of a transfer in one bank; clearing mirrored.
/// - I2: judged on the net effect, what the ended hold lets go included.
pub fn post(case: &Case<'_>, post: &Post) -> Result<Outcome, Refusal> {
    if let Some(hold) = post.ends {
        or_missing(case, hold)?;
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
    if let Some(hold) = post.ends {
        let open = open_hold(case, hold)?;
        effects.take(open, 0, open.left);
    }
    limits::judge(case.state, &mut effects, Judgement::of(post.kind, case.command))?;
    Ok(Outcome { lines: effects.lines(case.state), ..Outcome::default() })
}

/// A post with the sides of the original swapped, whole or in part, together never above it.
pub fn reverse(case: &Case<'_>, reverse: &Reverse) -> Result<Outcome, Refusal> {
    let ReadAhead::Original(original) = case.ahead else {
        return Err(Refusal::EntryNotFound(reverse.original));
    };
    sides_fit(case.state, sides_of(original))?;
    let moves = parts(case, reverse, original)?;
    let mut effects = Effects::default();
    for part in &moves {
        effects.transfer(part.debit, part.credit, part.amount.seconds());
    }
    // A half of a pair of transfers between banks cannot be put right without the other.
    effects.clearing_is_mirrored(case.state)?;
    limits::judge(case.state, &mut effects, Judgement::NotJudged)?;
    Ok(Outcome { lines: effects.lines(case.state), moves, ..Outcome::default() })
}

/// The moves of a reversal: what is named, or all that is left of the original.
fn parts(case: &Case<'_>, reverse: &Reverse, original: &[Move]) -> Result<Moves, Refusal> {
    let left = |part: &Move| {
        let reversed = case.state.reversed.get(&(reverse.original, part.of)).copied().unwrap_or(0);
        part.amount.seconds().saturating_sub(reversed)
    };
    let swapped = |part: &Move, amount| Move { debit: part.credit, credit: part.debit, amount, of: part.of };
    let mut moves = Moves::new();
    if reverse.parts.is_empty() {
        let remaining =
            original.iter().filter_map(|part| Some(swapped(part, Amount::of_balance(left(part).max(0))?)));
        moves.extend(remaining);
        if moves.is_empty() {
            return Err(Refusal::ReversalExceeds { transfer: 0, left: 0, requested: None });
        }
        return Ok(moves);
    }
    for part in &reverse.parts {
        let named = original.iter().find(|known| known.of == part.transfer);
        let left = named.map_or(0, left);
        match named {
            Some(known) if part.amount.seconds() <= left => moves.push(swapped(known, part.amount)),
            _ => {
                return Err(Refusal::ReversalExceeds {
                    transfer: part.transfer,
                    left,
                    requested: Some(part.amount),
                });
            }
        }
    }
    Ok(moves)
}

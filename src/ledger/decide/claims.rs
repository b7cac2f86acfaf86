//! Whether counters have room for what an entry claims, in the order the claims are named.

use super::Case;
use crate::domain::{Claim, Refusal};

/// Refuses with the word of the first claim whose counter would pass its maximum.
pub fn judge(case: &Case<'_>) -> Result<(), Refusal> {
    let claims = &case.command.claims;
    for (place, claim) in (0u8..).zip(claims) {
        let taken = case.state.counters.taken(&claim.key, case.now);
        if claim.take > 0 && taken.saturating_add(claim.take) > claim.max {
            let left = claim.max.saturating_sub(taken).max(0);
            return Err(Refusal::Claim { word: claim.word, place, unit: claim.unit, left, take: claim.take });
        }
    }
    room_for_counters(case)
}

/// What each counter holds once the entry has taken from it: after the claims before it, too.
pub fn count(case: &Case<'_>, counted: &mut Vec<i64>) {
    let claims = &case.command.claims;
    counted.clear();
    for (place, claim) in claims.iter().enumerate() {
        let same = |before: &(&Claim, &i64)| before.0.key == claim.key;
        let before = claims.iter().zip(counted.iter()).take(place).rev().find(same).map(|(_, held)| *held);
        let before = before.unwrap_or_else(|| case.state.counters.taken(&claim.key, case.now));
        let until = case.state.counters.until(&claim.key).map_or(claim.until, |until| until.max(claim.until));
        counted.push(if until > case.now { before.saturating_add(claim.take).max(0) } else { 0 });
    }
}

/// Counters that have ended make room, though they are forgotten only with the next entry; and a
/// claim on a counter that is there needs none.
fn room_for_counters(case: &Case<'_>) -> Result<(), Refusal> {
    let (claims, counters) = (&case.command.claims, &case.state.counters);
    let most = case.bounds.counters_max;
    if claims.is_empty() || counters.len().saturating_add(claims.len()) <= most {
        return Ok(()); // Counting is left for when it matters.
    }
    let is_new = |key, until| until > case.now && !counters.counts(key, case.now);
    let new = claims.iter().filter(|claim| is_new(&claim.key, claim.until)).count();
    if new > 0 && counters.counting(case.now).saturating_add(new) > most {
        return Err(Refusal::BooksFull { what: "counters", most: u64::try_from(most).unwrap_or(u64::MAX) });
    }
    Ok(())
}

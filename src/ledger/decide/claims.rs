//! Whether counters have room for what an entry claims, in the order the claims are named.

use super::Case;
use crate::domain::Refusal;

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
    if !claims.is_empty() && case.state.counters.len().saturating_add(claims.len()) > case.bounds.counters_max
    {
        let most = u64::try_from(case.bounds.counters_max).unwrap_or(u64::MAX);
        return Err(Refusal::BooksFull { what: "counters", most });
    }
    Ok(())
}

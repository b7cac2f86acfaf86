//! Tokens accepted a moment ago, by their hash, so that not every call pays for a signature check.
//!
//! Only accepted ones are kept: what anybody can send fills nothing. Two halves instead of a list of ages: the
//! younger fills, then takes the place of the older, which is forgotten whole.

use std::collections::HashMap;
use std::mem;

use super::TokenCaller;
use super::bounds::{REMEMBERED_MAX, REMEMBERED_SECONDS};
use crate::domain::time::MICROS_PER_SECOND;
use crate::ledger::clock::Moment;

/// SHA-256 of a token.
pub(super) type TokenHash = [u8; 32];

/// What an accepted token said.
struct Accepted {
    caller: TokenCaller,
    /// The set of keys it was accepted with.
    keys_number: u64,
    at: Moment,
}

/// Tokens accepted a moment ago.
#[derive(Default)]
pub(super) struct Remembered {
    young: HashMap<TokenHash, Accepted>,
    old: HashMap<TokenHash, Accepted>,
}

impl Remembered {
    /// Who calls, if the token was accepted less than a minute ago with the same keys and is not expired.
    pub(super) fn get(&self, token: &TokenHash, keys_number: u64, now: Moment) -> Option<TokenCaller> {
        let accepted = self.young.get(token).or_else(|| self.old.get(token))?;
        let passed = now.monotonic_micros.saturating_sub(accepted.at.monotonic_micros);
        // A clock that was set back may make it not valid yet: then everything is judged again.
        let holds = accepted.keys_number == keys_number
            && passed < REMEMBERED_SECONDS.saturating_mul(MICROS_PER_SECOND)
            && (accepted.at.wall..accepted.caller.expires_at).contains(&now.wall);
        holds.then(|| accepted.caller.clone())
    }

    /// Keeps an accepted token in mind.
    pub(super) fn put(&mut self, token: TokenHash, caller: TokenCaller, keys_number: u64, at: Moment) {
        if self.young.len() >= REMEMBERED_MAX {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(token, Accepted { caller, keys_number, at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Reach, Role};
    use crate::domain::Timestamp;

    fn moment(wall_seconds: i64, monotonic_seconds: i64) -> Moment {
        let wall = Timestamp::default().plus_seconds(wall_seconds);
        Moment { wall, monotonic_micros: monotonic_seconds * MICROS_PER_SECOND }
    }

    fn caller(expires_seconds: i64) -> TokenCaller {
        let expires_at = Timestamp::default().plus_seconds(expires_seconds);
        TokenCaller {
            issuer_and_subject_hash: [7; 32],
            role: Role::Broker,
            reach: Reach::Network,
            expires_at,
        }
    }

    /// Goal: a remembered token never outlives a minute, its expiry, or the keys it was accepted with.
    /// Method: one token, looked for at the bounds.
    #[test]
    fn nothing_is_remembered_too_long() {
        let mut remembered = Remembered::default();
        remembered.put([1; 32], caller(1_050), 3, moment(1_000, 0));
        let known = |token, number, now| remembered.get(&[token; 32], number, now).is_some();
        assert!(known(1, 3, moment(1_000, 0)) && known(1, 3, moment(1_049, 59)));
        assert!(!known(2, 3, moment(1_000, 0)), "another token");
        assert!(!known(1, 4, moment(1_000, 0)), "other keys");
        assert!(!known(1, 3, moment(1_049, 60)), "a minute");
        assert!(!known(1, 3, moment(1_050, 10)), "expired");
        assert!(!known(1, 3, moment(999, 10)), "set back");
    }

    /// Goal: there is a most, and the newest stay. Method: three times as many tokens as a half holds.
    #[test]
    fn at_most_so_many() {
        let mut remembered = Remembered::default();
        let token = |number: usize| {
            let mut token = [0; 32];
            token[..8].copy_from_slice(&number.to_le_bytes());
            token
        };
        let count = 3 * REMEMBERED_MAX;
        for number in 0..count {
            remembered.put(token(number), caller(1_050), 1, moment(1_000, 0));
            assert!(remembered.young.len() + remembered.old.len() <= 2 * REMEMBERED_MAX);
        }
        let known = |number| remembered.get(&token(number), 1, moment(1_000, 0)).is_some();
        assert!((count - REMEMBERED_MAX..count).all(known));
        assert!(!known(0));
    }
}

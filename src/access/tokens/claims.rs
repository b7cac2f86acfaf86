//! What a token's claims say: from whom, for whom, until when, which role, how far. Pure.
//!
//! Nothing here proves anything: whether the issuer wrote these claims is for `verify` to say. Words that mean
//! nothing to us are ignored, as issuers put their own beside ours; a word ignored can only make a caller reach
//! less far. Where a guess would be needed (two roles), the answer is no.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::bounds::{CLAIMS_DEPTH_MAX, CLAIMS_MAX, LEEWAY_SECONDS, SUBJECT_BYTES_MAX, WORDS_MAX};
use super::error::TokenError;
use super::settings::{ClaimPath, TokenSettings};
use crate::access::role::{Reach, Role};
use crate::domain::numbers::OWNERS_MAX;
use crate::domain::time::MICROS_PER_SECOND;
use crate::domain::{BankNumber, OwnerNumber, Timestamp};

/// In the claim of banks: all of them. Never meant by leaving something out.
const NETWORK_WORD: &str = "network";

/// The claims of a token, within bounds.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// Reads the middle part of a token, decoded.
    pub(super) fn read(payload: &[u8]) -> Result<Self, TokenError> {
        let Ok(Value::Object(claims)) = serde_json::from_slice(payload) else {
            return Err(TokenError::Malformed);
        };
        let fits = claims.len() <= CLAIMS_MAX
            && claims.values().all(|value| no_deeper(value, CLAIMS_DEPTH_MAX.saturating_sub(1)));
        if fits { Ok(Self(claims)) } else { Err(TokenError::TooManyClaims) }
    }

    /// Whether the token is from our issuer and for us, exactly.
    pub(super) fn check_parties(&self, issuer: &str, audience: &str) -> Result<(), TokenError> {
        if self.0.get("iss").and_then(Value::as_str) != Some(issuer) {
            return Err(TokenError::AnotherIssuer);
        }
        let named = |value: &Value| value.as_str() == Some(audience);
        let ours = self.0.get("aud").is_some_and(|value| match value.as_array() {
            Some(several) => several.iter().any(named),
            None => named(value),
        });
        if ours { Ok(()) } else { Err(TokenError::AnotherAudience) }
    }

    /// Until when the token is accepted, leeway included, if it is accepted `now`.
    pub(super) fn expiry(&self, now: Timestamp, lifetime_seconds_max: i64) -> Result<Timestamp, TokenError> {
        let now_seconds = now.micros().div_euclid(MICROS_PER_SECOND);
        let expires = self.seconds("exp")?.ok_or(TokenError::NoExpiry)?;
        let (begins, issued) = (self.seconds("nbf")?, self.seconds("iat")?);
        let expires_at = Timestamp::default().plus_seconds(expires).plus_seconds(LEEWAY_SECONDS);
        if now >= expires_at {
            return Err(TokenError::Expired);
        }
        let latest = now_seconds.saturating_add(LEEWAY_SECONDS);
        if [begins, issued].into_iter().flatten().any(|begin| begin > latest) {
            return Err(TokenError::NotYetValid);
        }
        let lifetime = expires.saturating_sub(issued.unwrap_or(now_seconds));
        if lifetime > lifetime_seconds_max { Err(TokenError::LivesTooLong) } else { Ok(expires_at) }
    }

    /// Whom the token is about.
    pub(super) fn subject(&self, path: &ClaimPath) -> Result<&str, TokenError> {
        let subject = path.find(&self.0).and_then(Value::as_str);
        let fits = |subject: &&str| !subject.is_empty() && subject.len() <= SUBJECT_BYTES_MAX;
        subject.filter(fits).ok_or(TokenError::NoSubject)
    }

    /// Our one role among the issuer's words. Two words for the same role are one role.
    pub(super) fn role(&self, settings: &TokenSettings) -> Result<Role, TokenError> {
        let words = self.words(&settings.roles)?;
        let mut roles = words.iter().filter_map(|word| settings.role_map.role(word));
        let role = roles.next().ok_or(TokenError::NoRole)?;
        if roles.all(|other| other == role) { Ok(role) } else { Err(TokenError::SeveralRoles) }
    }

    /// How far `role` reaches: over partners if it is one, else over banks or the network. Whether it may reach
    /// that far is for the role table to say.
    pub(super) fn reach(&self, role: Role, settings: &TokenSettings) -> Result<Reach, TokenError> {
        match role {
            Role::Till | Role::Partner => {
                let words = self.words(&settings.partners)?;
                let partners = numbers(&words, OWNERS_MAX).ok_or(TokenError::NoReach)?;
                Ok(Reach::Partners(partners.into_iter().map(OwnerNumber::new).collect()))
            }
            Role::Member
            | Role::Broker
            | Role::Lead
            | Role::Auditor
            | Role::Reporter
            | Role::Admin
            | Role::Integration => {
                let words = self.words(&settings.banks)?;
                if words.iter().any(|word| word == NETWORK_WORD) {
                    return Ok(Reach::Network);
                }
                let banks = numbers(&words, u32::MAX).ok_or(TokenError::NoReach)?;
                Ok(Reach::Banks(banks.into_iter().map(BankNumber::new).collect()))
            }
        }
    }

    /// A time, in whole seconds since 1970.
    fn seconds(&self, name: &str) -> Result<Option<i64>, TokenError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or(TokenError::Time),
        }
    }

    /// The words of a claim: one alone, those of a list, or the names within an object. Whatever else stands
    /// there is no word.
    fn words(&self, path: &ClaimPath) -> Result<Vec<Cow<'_, str>>, TokenError> {
        let words: Vec<Cow<'_, str>> = match path.find(&self.0) {
            None => Vec::new(),
            Some(Value::Array(several)) => several.iter().filter_map(word).collect(),
            Some(Value::Object(named)) => named.keys().map(|name| Cow::from(name.as_str())).collect(),
            Some(one) => word(one).into_iter().collect(),
        };
        if words.len() <= WORDS_MAX { Ok(words) } else { Err(TokenError::TooManyWords) }
    }
}

fn word(value: &Value) -> Option<Cow<'_, str>> {
    let number = || value.as_u64().map(|number| Cow::from(number.to_string()));
    value.as_str().map(Cow::from).or_else(number)
}

/// The numbers from 1 to `max` among the words, ascending; `None` if there is none.
fn numbers(words: &[Cow<'_, str>], max: u32) -> Option<Vec<u32>> {
    // The parser would take "+3".
    let plain = |word: &&Cow<'_, str>| word.bytes().all(|letter| letter.is_ascii_digit());
    let parsed = words.iter().filter(plain).filter_map(|word| word.parse().ok());
    let mut found: Vec<u32> = parsed.filter(|number| (1..=max).contains(number)).collect();
    found.sort_unstable();
    found.dedup();
    (!found.is_empty()).then_some(found)
}

/// Whether `value` has at most `levels` levels; a bare value has none. The parser stops at 128.
fn no_deeper(value: &Value, levels: usize) -> bool {
    match (value, levels.checked_sub(1)) {
        (Value::Array(several), Some(left)) => several.iter().all(|inner| no_deeper(inner, left)),
        (Value::Object(named), Some(left)) => named.values().all(|inner| no_deeper(inner, left)),
        (Value::Array(_) | Value::Object(_), None) => false,
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => true,
    }
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;

//! Bearer tokens of the network's own identity provider: JSON Web Tokens, signed with keys it publishes.
//!
//! Owns how a token is judged, which keys it may be signed with and what its claims mean here. Refuses to know
//! what a role may do, and any wire.
//!
//! - A token is accepted only if it is signed by a key of our issuer with a method of that key, is from that
//!   issuer and for us, has begun, is not expired and does not live too long, and gives exactly one of our
//!   roles and how far it reaches.
//! - Neither a token nor what its claims say is in an error, a log line or memory; an accepted one is
//!   remembered by its hash, for a minute at most.
//! - `claims`, `key_set`, `verify` and `settings` are pure; `keys` keeps, `fetch` asks.
//!
//! A first call costs a signature check (43 µs for RS256, 61 for EdDSA, 89 for ES256, 307 for ES384, in a
//! development build), the next ones of that minute a hash and a look: 1 to 3 µs.
//!
//! Limits: `bounds`. One issuer. A token that names no key (`kid`) is not accepted, nor one whose role is a
//! till: those have keys of their own.

pub mod bounds;
mod claims;
mod endpoint;
mod error;
mod fetch;
mod key_set;
mod keys;
mod remembered;
mod settings;
mod verify;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest;

pub use error::TokenError;
pub use settings::{BadSetting, ClaimPath, KeyAges, RoleMap, TokenSettings};

use crate::access::{Reach, Role};
use crate::domain::{Invalid, Timestamp};
use crate::ledger::Clock;
use crate::outward::AuthoritiesError;

/// Stands before what the hash of a person covers, so that it is never the hash of something else.
const PERSON_HASH_PREFIX: &[u8] = b"hourbook person by token 1";
/// Nobody here takes tokens of that issuer, or of any.
pub const ANOTHER_ISSUER: Invalid =
    Invalid { field: "issuer", limit: "the identity provider whose tokens are taken here" };

/// Who calls, as a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCaller {
    /// The same for a person as long as issuer and subject are; tells neither.
    pub issuer_and_subject_hash: [u8; 32],
    /// What the caller is; never a till.
    pub role: Role,
    /// How far it reaches, as the token says; whether the role may is still to be judged.
    pub reach: Reach,
    /// From then on the token is not accepted. Leeway is included.
    pub expires_at: Timestamp,
}

/// What was done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenCounts {
    /// Signatures checked.
    pub signatures: u64,
    /// Times the issuer was asked for its keys.
    pub fetches: u64,
}

/// Judges tokens of one issuer.
pub struct Tokens {
    settings: TokenSettings,
    clock: Arc<dyn Clock>,
    keys: keys::Keys,
    remembered: Mutex<remembered::Remembered>,
    signatures: AtomicU64,
}

impl Tokens {
    /// Begins to fetch the issuer's keys; until they are there, [`Tokens::verify`] waits for them. An issuer
    /// that cannot be reached is no error: whoever has another credential must not suffer from it. Must be
    /// called within a runtime with IO and time.
    ///
    /// # Errors
    /// [`AuthoritiesError`] if nobody could vouch for the issuer.
    pub fn new(settings: TokenSettings, clock: Arc<dyn Clock>) -> Result<Self, AuthoritiesError> {
        let fetcher = fetch::Fetcher::new(&settings)?;
        let keys = keys::Keys::new(fetcher, settings.ages, Arc::clone(&clock));
        let (remembered, signatures) = (Mutex::default(), AtomicU64::new(0));
        Ok(Self { settings, clock, keys, remembered, signatures })
    }

    /// Who calls with `token` (without `Bearer`). Waits only for keys that are being fetched, at most the
    /// timeout of a fetch.
    ///
    /// # Errors
    /// [`TokenError`], the first that applies.
    pub async fn verify(&self, token: &str) -> Result<TokenCaller, TokenError> {
        if token.len() > bounds::TOKEN_BYTES_MAX {
            return Err(TokenError::TooLong);
        }
        let hash = sha256(&[token.as_bytes()]);
        let now = self.clock.now();
        if let Some(fetched) = self.keys.current()
            && let Some(caller) = self.remembered().get(&hash, fetched.number, now)
        {
            return Ok(caller);
        }
        let presented = verify::Presented::read(token)?;
        let claims = &presented.claims;
        claims.check_parties(&self.settings.issuer, &self.settings.audience)?;
        let expires_at = claims.expiry(now.wall, seconds(self.settings.lifetime))?;
        let fetched = self.keys.with(&presented.key_id).await?;
        let key = fetched.keys.get(&presented.key_id).ok_or(TokenError::UnknownKey)?;
        self.signatures.fetch_add(1, Ordering::Relaxed);
        presented.check_signature(key)?;
        // From here on the claims are the issuer's.
        let subject = claims.subject(&self.settings.subject)?;
        let role = claims.role(&self.settings)?;
        let reach = claims.reach(role, &self.settings)?;
        let issuer_and_subject_hash = person(&self.settings.issuer, subject);
        let caller = TokenCaller { issuer_and_subject_hash, role, reach, expires_at };
        self.remembered().put(hash, caller.clone(), fetched.number, now);
        Ok(caller)
    }

    /// Who `subject` is, as its tokens will say, without one.
    ///
    /// # Errors
    /// [`Invalid`] where its tokens would not be taken.
    pub fn person(&self, issuer: &str, subject: &str) -> Result<[u8; 32], Invalid> {
        if *issuer != *self.settings.issuer {
            return Err(ANOTHER_ISSUER);
        }
        if !(1..=bounds::SUBJECT_BYTES_MAX).contains(&subject.len()) {
            return Err(Invalid { field: "subject", limit: "1 to 255 bytes" });
        }
        Ok(person(issuer, subject))
    }

    /// What was done so far.
    #[must_use]
    pub fn counts(&self) -> TokenCounts {
        TokenCounts { signatures: self.signatures.load(Ordering::Relaxed), fetches: self.keys.fetches() }
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, remembered::Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One person of one issuer. Lengths keep "a" of "bc" apart from "ab" of "c".
fn person(issuer: &str, subject: &str) -> [u8; 32] {
    let length = |text: &str| u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes();
    sha256(&[PERSON_HASH_PREFIX, &length(issuer), issuer.as_bytes(), &length(subject), subject.as_bytes()])
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

//! Bearer tokens against a real issuer: what is accepted, every way to be refused, keys that come and go,
//! an issuer that cannot be reached or answers with anything.

mod judged;
mod kept;
mod random;
mod reached;

use std::sync::Arc;
use std::time::Duration;

use hourbook::access::tokens::{TokenCaller, TokenError, TokenSettings, Tokens};
use hourbook::domain::time::MICROS_PER_SECOND;
use hourbook::ledger::ManualClock;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::issuer::{self, Issuer, Key};
use crate::support::START;

pub const AUDIENCE: &str = "hourbook";
/// `START` as tokens say it.
pub const NOW: i64 = START.micros() / MICROS_PER_SECOND;

/// A judge of tokens, its issuer and its clock.
struct Desk {
    tokens: Arc<Tokens>,
    clock: Arc<ManualClock>,
    /// After `tokens`: what it runs must end first.
    runtime: Runtime,
}

impl Desk {
    /// Trusts `issuer`, whose keys it finds by discovery.
    fn at(issuer: &Issuer) -> Self {
        Self::with(issuer, |_| {})
    }

    fn with(issuer: &Issuer, change: impl FnOnce(&mut TokenSettings)) -> Self {
        let mut settings = TokenSettings::new(&issuer.name(), AUDIENCE, None).unwrap();
        // Only a test of the timer wants it; here time goes only when told to.
        settings.ages.look = Duration::from_secs(3_600);
        settings.ages.timeout = Duration::from_secs(60);
        change(&mut settings);
        Self::new(settings)
    }

    fn new(settings: TokenSettings) -> Self {
        let runtime = Runtime::new().unwrap();
        let clock = Arc::new(ManualClock::new(START));
        let tokens = {
            let _in_runtime = runtime.enter();
            Arc::new(Tokens::new(settings, Arc::clone(&clock) as _).unwrap())
        };
        Self { tokens, clock, runtime }
    }

    /// Two minutes are only a net for an answer that never comes.
    fn verify(&self, token: &str) -> Result<TokenCaller, TokenError> {
        let net = Duration::from_secs(120);
        let answer = async { tokio::time::timeout(net, self.tokens.verify(token)).await };
        self.runtime.block_on(answer).expect("an answer")
    }

    fn why(&self, token: &str) -> Option<TokenError> {
        self.verify(token).err()
    }

    /// Begins to verify many at once, each in a task of its own.
    fn verify_all(
        &self,
        tokens: impl IntoIterator<Item = String>,
    ) -> Vec<tokio::task::JoinHandle<Result<TokenCaller, TokenError>>> {
        let begin = |token: String| {
            let judge = Arc::clone(&self.tokens);
            self.runtime.spawn(async move { judge.verify(&token).await })
        };
        tokens.into_iter().map(begin).collect()
    }
}

/// Claims of a broker of bank 3, good for an hour.
fn claims(issuer: &Issuer) -> Value {
    json!({
        "iss": issuer.name(), "aud": AUDIENCE, "sub": "4711", "iat": NOW, "exp": NOW + 3_600,
        "roles": ["hourbook-broker"], "hourbook_banks": ["3"], "email": "dilys@example.org",
    })
}

/// `claims` with some of them changed; null takes one away.
pub fn changed(claims: &Value, changes: Value) -> Value {
    let mut claims = claims.as_object().unwrap().clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
    claims.into()
}

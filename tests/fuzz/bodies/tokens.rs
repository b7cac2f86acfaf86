//! Tokens: whatever a caller shows, and whatever our issuer may sign.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hourbook::access::Reach;
use hourbook::access::tokens::bounds::{LEEWAY_SECONDS, TOKEN_BYTES_MAX};
use hourbook::access::tokens::{TokenCaller, TokenError, TokenSettings, Tokens};
use hourbook::domain::time::MICROS_PER_SECOND;
use hourbook::ledger::ManualClock;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::changed::changed;
use super::office::START;
use crate::issuer::{Issuer, Key, encoded};

const AUDIENCE: &str = "hourbook";
const NOW: i64 = START.micros() / MICROS_PER_SECOND;
/// Stands for the issuer's name in claims, which is another in each process.
const ISSUER_WORD: &str = "ISSUER";

struct Setting {
    tokens: Tokens,
    issuer: Issuer,
    /// What it signs whatever claims with: the fastest.
    signs: Key,
    good: Vec<String>,
    runtime: Runtime,
}

static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let keys = [Key::rsa("r"), Key::p256("p"), Key::ed25519("e")];
    let issuer = Issuer::start(&keys.iter().collect::<Vec<_>>());
    let claims = json!({
        "iss": issuer.name(), "aud": AUDIENCE, "sub": "4711", "iat": NOW, "exp": NOW + 3_600,
        "roles": ["hourbook-broker"], "hourbook_banks": ["3"],
    });
    let good = keys.iter().map(|key| key.token(&claims)).collect();
    let [.., signs] = keys;
    let mut settings = TokenSettings::new(&issuer.name(), AUDIENCE, None).unwrap();
    // Nothing but the first question: time stands still here.
    settings.ages.look = Duration::from_secs(3_600);
    settings.ages.timeout = Duration::from_secs(60);
    let runtime = Runtime::new().unwrap();
    let tokens = {
        let _in_runtime = runtime.enter();
        Tokens::new(settings, Arc::new(ManualClock::new(START))).unwrap()
    };
    Setting { tokens, issuer, signs, good, runtime }
});

/// The first byte says which good token the others change, that they are claims which the issuer signs, or that
/// they are a text themselves: as it stands, or of parts with zeros between them, which are encoded here.
pub fn body(bytes: &[u8]) {
    let setting = &*SETTING;
    let Some((which, rest)) = bytes.split_first() else { return };
    match which {
        0..=2 => {
            let good = &setting.good[usize::from(*which)];
            shown(setting, &String::from_utf8_lossy(&changed(good.as_bytes(), rest)));
        }
        b'{' => signed(setting, bytes),
        3 => {
            let parts: Vec<_> = rest.split(|byte| *byte == 0).map(encoded).collect();
            shown(setting, &parts.join("."));
        }
        _ => shown(setting, &String::from_utf8_lossy(rest)),
    }
}

/// Only good tokens are accepted, and none costs more than one look at a signature.
fn shown(setting: &Setting, token: &str) {
    let before = setting.tokens.counts();
    let told = verify(setting, token);
    let after = setting.tokens.counts();
    assert!(after.signatures - before.signatures <= 1);
    assert_eq!(told.is_ok(), setting.good.iter().any(|good| good == token), "{token}: {told:?}");
    if token.len() > TOKEN_BYTES_MAX {
        assert_eq!(told, Err(TokenError::TooLong));
    }
}

/// Claims that are accepted say that they may be, and the caller is what they say.
fn signed(setting: &Setting, claims: &[u8]) {
    let text = String::from_utf8_lossy(claims).replace(ISSUER_WORD, &setting.issuer.name());
    let head = json!({"alg": setting.signs.method(), "kid": setting.signs.id});
    let token = setting.signs.signed(&format!("{}.{}", encoded(head.to_string()), encoded(&text)));
    let told = verify(setting, &token);
    let allowed =
        serde_json::from_str(&text).is_ok_and(|claims| may_be_accepted(&claims, &setting.issuer.name()));
    let Ok(caller) = told else { return };
    assert!(allowed, "accepted: {text}");
    let claims: Value = serde_json::from_str(&text).unwrap();
    as_it_says(&caller, &claims);
}

fn verify(setting: &Setting, token: &str) -> Result<TokenCaller, TokenError> {
    // Two minutes are only a net for an answer that never comes.
    let net = Duration::from_secs(120);
    let answer = async { tokio::time::timeout(net, setting.tokens.verify(token)).await };
    setting.runtime.block_on(answer).expect("an answer")
}

/// What must be true of claims at least.
fn may_be_accepted(claims: &Value, issuer: &str) -> bool {
    let is_ours = |audience: &Value| audience == AUDIENCE;
    let audience = &claims["aud"];
    let audience_is_ours =
        is_ours(audience) || audience.as_array().is_some_and(|all| all.iter().any(is_ours));
    let begun = ["nbf", "iat"].iter().all(|name| {
        let begins = &claims[*name];
        claims.get(*name).is_none() || begins.as_i64().is_some_and(|begins| begins <= NOW + LEEWAY_SECONDS)
    });
    let expires = claims["exp"].as_i64().unwrap_or(i64::MIN);
    let lives = i128::from(expires) - i128::from(claims["iat"].as_i64().unwrap_or(NOW)) <= 86_400;
    let subject = claims["sub"].as_str().is_some_and(|subject| (1..=255).contains(&subject.len()));
    let is_live = expires > NOW - LEEWAY_SECONDS && begun && lives;
    claims["iss"] == issuer && audience_is_ours && is_live && subject
}

/// The caller's role and reach are among the words of its claims; there is one role.
fn as_it_says(caller: &TokenCaller, claims: &Value) {
    let roles = words(&claims["roles"]);
    let role = caller.role.word();
    assert!(role != "till" && roles.contains(&format!("hourbook-{role}")), "{role}: {claims}");
    let others = ["member", "partner", "broker", "lead", "auditor", "reporter", "admin", "integration"];
    let is_another = |other: &&str| *other != role && roles.contains(&format!("hourbook-{other}"));
    assert!(!others.iter().any(is_another), "two roles: {claims}");
    let (banks, partners) = (words(&claims["hourbook_banks"]), words(&claims["hourbook_partners"]));
    let is_partner = role == "partner";
    match &caller.reach {
        Reach::Network => assert!(!is_partner && banks.contains(&"network".to_owned()), "{claims}"),
        Reach::Banks(numbers) => {
            assert!(!is_partner && !numbers.is_empty() && !banks.contains(&"network".to_owned()), "{claims}");
            named(numbers.iter().map(|number| number.get()), &banks, claims);
        }
        Reach::Partners(numbers) => {
            assert!(is_partner && !numbers.is_empty(), "{claims}");
            named(numbers.iter().map(|number| number.get()), &partners, claims);
        }
    }
    let expires = caller.expires_at.micros() / MICROS_PER_SECOND;
    assert_eq!(Some(expires), claims["exp"].as_i64().map(|expires| expires + LEEWAY_SECONDS), "{claims}");
}

/// Each number is one of the words, with zeros before it or without.
fn named(numbers: impl Iterator<Item = u32>, words: &[String], claims: &Value) {
    for number in numbers {
        let is_it = |word: &String| word.trim_start_matches('0') == number.to_string();
        assert!(number > 0 && words.iter().any(is_it), "{number}: {claims}");
    }
}

fn words(value: &Value) -> Vec<String> {
    let word = |value: &Value| match value {
        Value::String(word) => Some(word.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Array(several) => several.iter().filter_map(word).collect(),
        Value::Object(named) => named.keys().cloned().collect(),
        one => word(one).into_iter().collect(),
    }
}

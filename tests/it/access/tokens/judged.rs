//! One token at a time: accepted, or refused for the right reason.

use hourbook::access::{Reach, Role};
use hourbook::domain::BankNumber;

use super::issuer::{Answer, KEYS, by_secret, encoded};
use super::*;

/// Goal: tokens of every method are accepted and say who, what and how far. Method: keys of all kinds, each
/// method of each; another person and another issuer to compare with.
#[test]
fn good_tokens_of_every_method() {
    let keys = [Key::rsa("r"), Key::p256("p"), Key::p384("q"), Key::ed25519("e")];
    let issuer = Issuer::start(&keys.iter().collect::<Vec<_>>());
    let desk = Desk::at(&issuer);
    let claims = claims(&issuer);
    let methods: [&[&str]; 4] = [
        &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
        &["ES256"],
        &["ES384"],
        &["EdDSA", "Ed25519"],
    ];
    let mut people = Vec::new();
    for (key, methods) in keys.iter().zip(methods) {
        for method in methods {
            let caller = desk.verify(&key.token_with(&json!({"alg": method, "kid": key.id}), &claims));
            let caller = caller.unwrap_or_else(|error| panic!("{method}: {error}"));
            assert_eq!(
                (caller.role, &caller.reach),
                (Role::Broker, &Reach::Banks([BankNumber::new(3)].into()))
            );
            assert_eq!(caller.expires_at, START.plus_seconds(3_630));
            people.push(caller.issuer_and_subject_hash);
        }
    }
    people.dedup();
    assert_eq!(people.len(), 1, "one person, whatever the method");
    let other = desk.verify(&keys[3].token(&changed(&claims, json!({"sub": "4712"})))).unwrap();
    assert_ne!(other.issuer_and_subject_hash, people[0]);

    let elsewhere = Issuer::start(&[&keys[3]]);
    let caller = Desk::at(&elsewhere).verify(&keys[3].token(&super::claims(&elsewhere))).unwrap();
    assert_ne!(caller.issuer_and_subject_hash, people[0], "the same subject of another issuer");
}

/// Goal: every way to be wrong is refused for its reason, and neither answer nor log form tells what was in
/// the token. Method: good tokens with one thing changed each; after all of them the good one is accepted.
#[test]
fn wrong_tokens_are_refused_in_words() {
    let (rsa, p256, ed) = (Key::rsa("r"), Key::p256("p"), Key::ed25519("e"));
    let thief = Key::rsa("r");
    let issuer = Issuer::start(&[&rsa, &p256, &ed]);
    let desk = Desk::at(&issuer);
    let claims = claims(&issuer);
    let good = rsa.token(&claims);
    assert_eq!(desk.why(&good), None);
    let with = |changes| rsa.token(&changed(&claims, changes));
    let header = |header| rsa.token_with(&header, &claims);
    let (head, rest) = good.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let promoted = encoded(changed(&claims, json!({"roles": ["hourbook-admin"]})).to_string());
    let thiefs = json!({"alg": "RS256", "kid": "r", "jwk": thief.published()});
    for (what, token, error) in [
        ("another issuer", with(json!({"iss": "https://evil.example.org"})), TokenError::AnotherIssuer),
        ("no issuer", with(json!({"iss": null})), TokenError::AnotherIssuer),
        ("another audience", with(json!({"aud": ["grafana"]})), TokenError::AnotherAudience),
        ("no audience", with(json!({"aud": null})), TokenError::AnotherAudience),
        ("another's signature", thief.token(&claims), TokenError::Signature),
        ("a key of its own", thief.token_with(&thiefs, &claims), TokenError::Signature),
        ("claims changed", format!("{head}.{promoted}.{signature}"), TokenError::Signature),
        ("no signature", format!("{head}.{rest}").replace(signature, ""), TokenError::Signature),
        ("none", header(json!({"alg": "none", "kid": "r"})), TokenError::Method),
        (
            "swapped within its kind",
            format!("{}.{rest}", encoded(json!({"alg": "PS256", "kid": "r"}).to_string())),
            TokenError::Signature,
        ),
        ("a method of another kind", header(json!({"alg": "ES256", "kid": "r"})), TokenError::KeyDoesNotFit),
        ("a key of another kind", header(json!({"alg": "RS256", "kid": "p"})), TokenError::KeyDoesNotFit),
        ("expired", with(json!({"exp": NOW - 30})), TokenError::Expired),
        ("never expires", with(json!({"exp": null})), TokenError::NoExpiry),
        ("lives too long", with(json!({"exp": NOW + 86_401})), TokenError::LivesTooLong),
        ("not yet valid", with(json!({"nbf": NOW + 31})), TokenError::NotYetValid),
        ("unknown key", header(json!({"alg": "RS256", "kid": "x"})), TokenError::UnknownKey),
        ("no key", header(json!({"alg": "RS256"})), TokenError::NoKeyId),
        (
            "extension",
            header(json!({"alg": "RS256", "kid": "r", "crit": ["x"], "x": 1})),
            TokenError::Extension,
        ),
        ("huge", with(json!({"email": "x".repeat(8_192)})), TokenError::TooLong),
        ("nobody", with(json!({"sub": null})), TokenError::NoSubject),
        ("no role", with(json!({"roles": ["admin"]})), TokenError::NoRole),
        ("two roles", with(json!({"roles": ["hourbook-lead", "hourbook-broker"]})), TokenError::SeveralRoles),
        ("no bank", with(json!({"hourbook_banks": null})), TokenError::NoReach),
    ] {
        let error_found = desk.why(&token);
        assert_eq!(error_found, Some(error), "{what}");
        assert!(!error.is_unavailable(), "{what}");
        let told = format!("{error} {error:?}");
        for secret in ["evil", "grafana", "4711", "dilys", "hourbook-", &issuer.name(), &token[..10]] {
            assert!(!told.contains(secret), "{what}: {told}");
        }
    }
    assert_eq!(desk.why(&good), None);
    assert_eq!(format!("{:?}", desk.verify(&good)).matches("4711").count(), 0, "who it is stays a hash");
}

/// Goal: a public key is never a secret to sign with. Method: `HS` tokens whose secret is each form in which a
/// public key may be written down; also where the issuer publishes a shared secret itself.
#[test]
fn a_public_key_is_no_shared_secret() {
    let keys = [Key::rsa("r"), Key::p256("p"), Key::ed25519("e")];
    let issuer = Issuer::start(&keys.iter().collect::<Vec<_>>());
    let desk = Desk::at(&issuer);
    let claims = claims(&issuer);
    for key in &keys {
        for method in ["HS256", "HS384", "HS512"] {
            for secret in key.public_bytes() {
                let token = by_secret(&json!({"alg": method, "kid": key.id}), &claims, &secret);
                assert_eq!(desk.why(&token), Some(TokenError::Method));
            }
        }
        let secret = &key.public_bytes()[1];
        let mislabelled = by_secret(&json!({"alg": key.method(), "kid": key.id}), &claims, secret);
        assert_eq!(desk.why(&mislabelled), Some(TokenError::Signature));
    }
    let shared = json!({"kid": "s", "kty": "oct", "alg": "HS256", "k": encoded(b"shared")});
    issuer.answer(KEYS, Answer::Json(json!({"keys": [shared, keys[1].published()]})));
    let desk = Desk::at(&issuer);
    assert_eq!(desk.why(&keys[1].token(&claims)), None);
    let by_shared = |method| by_secret(&json!({"alg": method, "kid": "s"}), &claims, b"shared");
    assert_eq!(desk.why(&by_shared("HS256")), Some(TokenError::Method));
    assert_eq!(desk.why(&by_shared("RS256")), Some(TokenError::UnknownKey));
}

/// Goal: a key that says which method it is for works with no other. Method: an RSA key for PS256 alone.
#[test]
fn a_key_says_which_method() {
    let key = Key::rsa("r");
    let issuer = Issuer::start(&[]);
    let mut published = key.published();
    published["alg"] = "PS256".into();
    issuer.answer(KEYS, Answer::Json(json!({ "keys": [published] })));
    let desk = Desk::at(&issuer);
    let by = |method: &str| desk.why(&key.token_with(&json!({"alg": method, "kid": "r"}), &claims(&issuer)));
    assert_eq!(by("PS256"), None);
    assert_eq!(by("RS256"), Some(TokenError::KeyDoesNotFit));
}

/// Goal: addresses in a token are never asked. Method: headers that name a server of the thief, which counts.
#[test]
fn addresses_in_a_token_are_not_asked() {
    let (key, thief) = (Key::p256("p"), Key::p256("t"));
    let (issuer, trap) = (Issuer::start(&[&key]), Issuer::start(&[&thief]));
    let desk = Desk::at(&issuer);
    for kid in ["p", "t"] {
        let header = json!({"alg": "ES256", "kid": kid, "jku": trap.url(KEYS), "x5u": trap.url(KEYS)});
        assert!(desk.why(&thief.token_with(&header, &claims(&issuer))).is_some());
    }
    assert_eq!(desk.why(&key.token(&claims(&issuer))), None);
    assert_eq!((trap.asked(KEYS), issuer.asked(KEYS)), (0, 1));
}

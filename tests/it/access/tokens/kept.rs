//! Keys that come, go and grow old, and tokens that are remembered.

use super::issuer::{Answer, DESCRIPTION, KEYS};
use super::*;
use crate::support::wait_until;

/// Goal: a new key works as soon as the issuer publishes it, a withdrawn one no longer than until the next
/// fetch, also for a token that was accepted a moment ago. Method: a key beside another, then instead of it.
#[test]
fn keys_rotate() {
    let (first, second, third) = (Key::p256("1"), Key::rsa("2"), Key::ed25519("3"));
    let issuer = Issuer::start(&[&first]);
    let desk = Desk::at(&issuer);
    let claims = changed(&claims(&issuer), json!({"exp": NOW + 7_200}));
    assert_eq!(desk.why(&first.token(&claims)), None);

    issuer.publish(&[&first, &second]);
    assert_eq!(desk.why(&second.token(&claims)), Some(TokenError::UnknownKey), "asked a moment ago");
    desk.clock.advance_seconds(30);
    assert_eq!(desk.why(&second.token(&claims)), None);
    assert_eq!(desk.why(&first.token(&claims)), None);
    assert_eq!(issuer.asked(KEYS), 2);

    issuer.publish(&[&second, &third]);
    desk.clock.advance_seconds(30);
    let remembered = first.token(&claims);
    assert_eq!(desk.why(&remembered), None, "not known to be withdrawn yet");
    assert_eq!(desk.why(&third.token(&claims)), None);
    assert_eq!(desk.why(&remembered), Some(TokenError::UnknownKey));
    assert_eq!(desk.why(&second.token(&claims)), None);
    assert_eq!(issuer.asked(KEYS), 3);
}

/// Goal: old keys are fetched again without anybody waiting for it. Method: a withdrawn key, time, and only
/// tokens of that key: the first is still accepted, and soon none is.
#[test]
fn keys_are_fetched_again_before_they_are_old() {
    let (first, second) = (Key::p256("1"), Key::p256("2"));
    let issuer = Issuer::start(&[&first]);
    let desk = Desk::at(&issuer);
    let token = first.token(&claims(&issuer));
    assert_eq!(desk.why(&token), None);
    issuer.publish(&[&second]);
    desk.clock.advance_seconds(599);
    assert_eq!((desk.why(&token), desk.tokens.counts().fetches), (None, 1));
    desk.clock.advance_seconds(1);
    issuer.hold();
    assert_eq!(desk.why(&token), None, "while they are fetched, those at hand work");
    issuer.let_go();
    wait_until("the withdrawn key works no more", || desk.why(&token) == Some(TokenError::UnknownKey));
    assert_eq!(issuer.asked(KEYS), 2);
}

/// Goal: keys are fetched again where no token comes at all. Method: only the clock moves.
#[test]
fn keys_are_fetched_again_by_time() {
    let key = Key::p256("1");
    let issuer = Issuer::start(&[&key]);
    let desk = Desk::with(&issuer, |settings| settings.ages.look = Duration::from_millis(1));
    wait_until("fetched at start", || issuer.asked(KEYS) == 1);
    assert_eq!(desk.why(&key.token(&claims(&issuer))), None);
    desk.clock.advance_seconds(600);
    wait_until("fetched again", || issuer.asked(KEYS) == 2);
}

/// Goal: a flood of unknown keys costs one question, and honest callers are served beside it.
/// Method: 300 tokens with names of their own at once; again when the interval has passed.
#[test]
fn a_flood_of_unknown_keys_costs_one_question() {
    let (key, thief) = (Key::p256("p"), Key::ed25519("t"));
    let issuer = Issuer::start(&[&key]);
    let desk = Desk::at(&issuer);
    let claims = claims(&issuer);
    let token = key.token(&claims);
    assert_eq!(desk.why(&token), None);
    let unknown = |number| thief.token_with(&json!({"alg": "EdDSA", "kid": format!("{number}")}), &claims);
    for fetches in [1, 2, 3] {
        for begun in desk.verify_all((0..300).map(unknown)) {
            let error = desk.runtime.block_on(begun).unwrap().unwrap_err();
            assert!(matches!(error, TokenError::UnknownKey | TokenError::KeysUnavailable), "{error}");
        }
        assert_eq!(desk.why(&token), None);
        assert_eq!(issuer.asked(KEYS), fetches);
        desk.clock.advance_seconds(30);
    }
}

/// Goal: only so many calls wait for keys, the rest is told to try again at once; and a call that is given up
/// takes the fetch with it from nobody. Method: an issuer that holds its answer; the first caller goes away.
#[test]
fn calls_that_wait_are_bounded_and_independent() {
    let key = Key::p256("p");
    let issuer = Issuer::start(&[&key]);
    issuer.hold();
    let desk = Desk::at(&issuer);
    wait_until("the issuer is asked", || issuer.asked(DESCRIPTION) == 1);
    let given_up = desk.verify_all([key.token(&claims(&issuer))]);
    given_up[0].abort();
    let person = |number: i32| key.token(&changed(&claims(&issuer), json!({"sub": number.to_string()})));
    let mut begun = desk.verify_all((0..100).map(person));
    let refused = || begun.iter().filter(|begun| begun.is_finished()).count();
    wait_until("all but 64 are refused", || refused() >= 100 - 64);
    issuer.let_go();
    let mut accepted = 0;
    for begun in begun.drain(..) {
        match desk.runtime.block_on(begun).unwrap() {
            Ok(_) => accepted += 1,
            Err(error) => assert_eq!(error, TokenError::KeysUnavailable),
        }
    }
    assert!((63..=64).contains(&accepted), "{accepted}");
    assert_eq!((issuer.asked(KEYS), desk.tokens.counts().fetches), (1, 1));
}

/// Goal: while the issuer cannot be reached, its keys work to their age limit and no longer, whatever is
/// remembered; new keys are refused clearly; when it is back, all is well again.
/// Method: the issuer ends; time moves to the limit; another one starts on the same port.
#[test]
fn an_issuer_that_cannot_be_reached() {
    let (key, new) = (Key::p256("p"), Key::p256("n"));
    let issuer = Issuer::start(&[&key]);
    let desk = Desk::with(&issuer, |settings| settings.ages.limit = Duration::from_secs(1_200));
    let claims = changed(&claims(&issuer), json!({"exp": NOW + 7_200}));
    let (token, address) = (key.token(&claims), issuer.address());
    assert_eq!(desk.why(&token), None);
    drop(issuer);
    desk.clock.advance_seconds(30);
    let error = desk.why(&new.token(&claims)).unwrap();
    assert_eq!(error.to_string(), "the issuer's keys cannot be fetched");
    assert!(error.is_unavailable());
    desk.clock.advance_seconds(1_169);
    assert_eq!(desk.why(&token), None, "a second before the limit");
    wait_until("one more fetch has failed", || desk.tokens.counts().fetches == 3);
    desk.clock.advance_seconds(1);
    assert_eq!(desk.why(&token), Some(TokenError::KeysUnavailable), "at the limit, though remembered");

    let _back = Issuer::with(&[&new], None, address);
    desk.clock.advance_seconds(30);
    assert_eq!(desk.why(&new.token(&claims)), None);
    assert_eq!(desk.why(&token), Some(TokenError::UnknownKey));
}

/// Goal: an issuer that is away at start does no harm beyond its own tokens. Method: nobody listens, then
/// somebody does.
#[test]
fn an_issuer_that_comes_later() {
    let key = Key::p256("p");
    let (name, address) = {
        let issuer = Issuer::start(&[]);
        (issuer.name(), issuer.address())
    };
    let desk = Desk::new(TokenSettings::new(&name, AUDIENCE, None).unwrap());
    let claims = json!({
        "iss": name, "aud": AUDIENCE, "sub": "4711", "exp": NOW + 3_600,
        "roles": "hourbook-auditor", "hourbook_banks": "network",
    });
    let token = key.token(&claims);
    assert_eq!(desk.why(&token), Some(TokenError::KeysUnavailable));
    let issuer = Issuer::with(&[&key], None, address);
    assert_eq!(desk.why(&token), Some(TokenError::KeysUnavailable), "asked a moment ago");
    desk.clock.advance_seconds(30);
    assert_eq!(desk.why(&token), None);
    issuer.answer(KEYS, Answer::Nothing);
}

/// Goal: a remembered token costs no signature check, for a minute, and never outlives its expiry.
/// Method: signatures are counted while time moves.
#[test]
fn accepted_tokens_are_remembered_for_a_minute() {
    let key = Key::rsa("r");
    let issuer = Issuer::start(&[&key]);
    let desk = Desk::at(&issuer);
    let (token, brief) = (key.token(&claims(&issuer)), changed(&claims(&issuer), json!({"exp": NOW + 10})));
    let brief = key.token(&brief);
    let signatures = || desk.tokens.counts().signatures;
    for _ in 0..3 {
        assert_eq!((desk.why(&token), desk.why(&brief)), (None, None));
    }
    assert_eq!(signatures(), 2);
    desk.clock.advance_seconds(39);
    assert_eq!((desk.why(&token), desk.why(&brief), signatures()), (None, None, 2));
    desk.clock.advance_seconds(1);
    assert_eq!((desk.why(&brief), signatures()), (Some(TokenError::Expired), 2));
    desk.clock.advance_seconds(20);
    assert_eq!((desk.why(&token), signatures()), (None, 3));
}

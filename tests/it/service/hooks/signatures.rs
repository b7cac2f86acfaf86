//! What events are signed with, and for how long.

use hourbook::api;
use hourbook::hooks::signing::{NotBelieved, Signed, Verifier};
use hourbook::ledger::Clock;

use super::Cafe;

/// Whether a receiver with this key, secret or public, believes an event now.
fn believed(cafe: &Cafe, key: &str, event: &api::WatchEventsResponse) -> Result<(), NotBelieved> {
    let request = Signed {
        id: Some(&event.webhook_id),
        timestamp: Some(&event.webhook_timestamp),
        signature: Some(&event.webhook_signature),
        body: event.body.as_bytes(),
    };
    Verifier::parse(key).unwrap().check(&request, cafe.town.served.clock.now().wall)
}

/// With either of the two keys that one is.
fn both(cafe: &Cafe, key: &api::EndpointKey, event: &api::WatchEventsResponse) -> bool {
    let [secret, public] = [&key.secret, &key.public_key].map(|key| believed(cafe, key, event).is_ok());
    assert_eq!(secret, public, "both are of one key");
    secret
}

/// A test event, read now.
fn event(cafe: &Cafe, number: u32) -> api::WatchEventsResponse {
    let after = cafe.town.position();
    let test = cafe.test(number);
    let heard = cafe.heard_until((number, after), |event| event.webhook_id == test);
    assert_eq!(heard.len(), 1);
    heard.into_iter().next().unwrap()
}

/// Goal: an event is believed with the newest key of its endpoint and, until its time is over, the one before; with no older
/// one, and no other endpoint's. Method: two endpoints, one key replaced with each time that a key can be good beside it, and
/// replaced again before it was over.
#[test]
fn signed_with_the_newest_and_the_one_before() {
    let cafe = Cafe::selling();
    let made = |_| cafe.made("Cafe", cafe.endpoint()).unwrap().key.unwrap();
    let [first, others] = [1, 2].map(made);
    let one = event(&cafe, 1);
    assert_eq!(one.webhook_signature.split(' ').count(), 2);
    assert!(both(&cafe, &first, &one) && !both(&cafe, &others, &one));
    assert!(both(&cafe, &others, &event(&cafe, 2)));

    let rotated = cafe.rotate(1, Some(3_600));
    let (second, until) = (rotated.key.unwrap(), rotated.endpoint.unwrap().older_key_until.unwrap());
    let now = cafe.town.served.clock.now().wall.micros() / 1_000_000;
    assert_eq!((second.key_number, until.seconds), (2, now + 3_600));
    let kept: Vec<_> = cafe.endpoints("Cafe").unwrap().into_iter().map(|one| one.public_key).collect();
    assert_eq!(kept, [second.public_key.clone(), others.public_key.clone()]);
    cafe.town.served.clock.advance_seconds(3_599);
    let beside = event(&cafe, 1);
    assert_eq!(beside.webhook_signature.split(' ').count(), 4);
    assert!(both(&cafe, &first, &beside) && both(&cafe, &second, &beside) && !both(&cafe, &others, &beside));
    cafe.town.served.clock.advance_seconds(1);
    let after = event(&cafe, 1);
    assert_eq!(after.webhook_signature.split(' ').count(), 2);
    assert!(!both(&cafe, &first, &after) && both(&cafe, &second, &after));

    let third = cafe.rotate(1, None).key.unwrap();
    let fourth = cafe.rotate(1, None).key.unwrap();
    let event_now = event(&cafe, 1);
    let good = [&first, &second, &third, &fourth].map(|key| both(&cafe, key, &event_now));
    assert_eq!(good, [false, false, true, true], "two are good at most");
    let fifth = cafe.rotate(1, Some(0)).key.unwrap();
    let event_now = event(&cafe, 1);
    let good = [&third, &fourth, &fifth].map(|key| both(&cafe, key, &event_now));
    assert_eq!(good, [false, false, true], "of a key that leaked nothing is left");
}

/// Goal: an event is signed for the moment it is read at, so that it is good then, and no longer than a signature is; its id
/// and its body are the same whenever that is. Method: read, five minutes and a second later looked at again, read again.
#[test]
fn signed_when_it_is_read() {
    let cafe = Cafe::selling();
    let key = cafe.made("Cafe", cafe.endpoint()).unwrap().key.unwrap();
    let after = cafe.town.position();
    let test = cafe.test(1);
    let read = || cafe.heard_until((1, after), |event| event.webhook_id == test).remove(0);
    let first = read();
    assert_eq!(believed(&cafe, &key.secret, &first), Ok(()));
    cafe.town.served.clock.advance_seconds(300);
    assert_eq!(believed(&cafe, &key.secret, &first), Ok(()));
    cafe.town.served.clock.advance_seconds(1);
    assert_eq!(believed(&cafe, &key.secret, &first), Err(NotBelieved::Time));
    let again = read();
    assert_eq!(believed(&cafe, &key.public_key, &again), Ok(()));
    assert_eq!((&again.webhook_id, &again.body), (&first.webhook_id, &first.body));
    let bent = api::WatchEventsResponse { body: first.body.replace("test", "tost"), ..again };
    assert_eq!(believed(&cafe, &key.secret, &bent), Err(NotBelieved::Signature));
}

//! Endpoints: how they begin, change and end, who may say so, and that a request has one answer.

use hourbook::api::{self, EndpointState};

use super::{Cafe, named, why};
use crate::access::{why_it_ends, with};
use crate::support::served::fresh;

const NUMBER: &str = "endpoint_number";

/// Goal: an endpoint is as was said of it last, by its partner or the bank's lead; once it ended nothing is said of it, and no
/// other gets its number. Method: the life of one, each answer and the list; then another.
#[test]
fn the_life_of_an_endpoint() {
    let cafe = Cafe::new();
    let made = cafe.made("Cafe", cafe.endpoint()).unwrap();
    let (entry, key) = (made.receipt.unwrap().entry.unwrap().sequence, made.key.unwrap());
    let one = made.endpoint.unwrap();
    let expected = api::Endpoint {
        endpoint_number: 1,
        state: EndpointState::Open.into(),
        public_key: key.public_key.clone(),
        key_number: 1,
        position: entry,
        set_by_sequence: entry,
        ..cafe.endpoint()
    };
    assert_eq!((&one, key.key_number), (&expected, 1));
    assert!(key.secret.starts_with("whsec_") && key.public_key.starts_with("whpk_"));
    for who in ["Cafe", "Una"] {
        assert_eq!(cafe.endpoints(who).unwrap(), std::slice::from_ref(&expected));
    }
    let event_types = vec![api::EventType::RedemptionCaptured.into(), api::EventType::BudgetLow.into()];
    let changed = api::Endpoint { url: "https://8.8.8.8/".into(), event_types, ..one };
    let update = api::UpdateEndpointRequest {
        request_id: fresh(),
        endpoint: Some(changed.clone()),
        validate_only: false,
    };
    let updated = cafe.update_endpoint("Una", update).unwrap();
    let by = |receipt: Option<api::Receipt>| receipt.unwrap().entry.unwrap().sequence;
    let changed = api::Endpoint { set_by_sequence: by(updated.receipt), ..changed };
    assert_eq!(updated.endpoint.unwrap(), changed);
    assert_eq!(why(cafe.resume("Cafe", 1)), NUMBER, "it is open");
    assert_eq!(cafe.pause("Una", 1).unwrap().state(), EndpointState::Paused);
    assert_eq!(why(cafe.pause("Cafe", 1)), NUMBER, "it is paused");
    assert_eq!(cafe.resume("Cafe", 1).unwrap().state(), EndpointState::Open);
    let rotated = cafe.rotate(1, None).endpoint.unwrap();
    assert_eq!((rotated.key_number, &rotated.url), (2, &changed.url));
    assert_ne!(rotated.public_key, changed.public_key);
    cafe.delete("Cafe", 1).unwrap();
    assert_eq!(cafe.endpoints("Cafe").unwrap(), []);
    for refused in [
        why(cafe.delete("Cafe", 1)),
        why(cafe.pause("Cafe", 1)),
        why(cafe.resume("Cafe", 1)),
        why(cafe.rotate_endpoint_key("Cafe", named!(cafe, RotateEndpointKeyRequest, 1))),
        why(cafe.send_test_event("Cafe", named!(cafe, SendTestEventRequest, 1))),
        why(cafe.list_deliveries(
            "Cafe",
            api::ListDeliveriesRequest { endpoint_number: 1, ..Default::default() },
        )),
    ] {
        assert_eq!(refused, NUMBER);
    }
    let next = cafe.made("Una", cafe.endpoint()).unwrap();
    assert_eq!(next.endpoint.unwrap().endpoint_number, 2);
    assert_ne!(next.key.unwrap().secret, key.secret);
}

/// Goal: a request asked again has its first answer, with its key as long as there is no newer one; with other content, or
/// under somebody else's key, it is another request; what is only checked shows no key. Method: each for the two calls that
/// make keys; time passes before a key is asked for again, and the endpoint ends.
#[test]
fn the_same_request_again() {
    let cafe = Cafe::new();
    let create = api::CreateEndpointRequest {
        request_id: fresh(),
        endpoint: Some(cafe.endpoint()),
        validate_only: false,
    };
    let checked = api::CreateEndpointRequest { validate_only: true, ..create.clone() };
    let would_be = cafe.create_endpoint("Cafe", checked.clone()).unwrap();
    assert_eq!((would_be.key, would_be.endpoint.unwrap().endpoint_number), (None, 1));
    let first = cafe.create_endpoint("Cafe", create.clone()).unwrap();
    assert!(first.key.is_some());
    let again = || cafe.create_endpoint("Cafe", create.clone()).unwrap();
    assert!(again().receipt.unwrap().repeated);
    // How far its events were looked for goes on by itself.
    let still = |endpoint: Option<api::Endpoint>| api::Endpoint { position: 0, ..endpoint.unwrap() };
    assert_eq!((still(again().endpoint), again().key), (still(first.endpoint.clone()), first.key.clone()));
    assert_eq!(cafe.create_endpoint("Cafe", checked).unwrap().key, None);
    let url = "https://other.example/".into();
    let endpoint = Some(api::Endpoint { url, ..cafe.endpoint() });
    let other = api::CreateEndpointRequest { endpoint, ..create.clone() };
    assert_eq!(why(cafe.create_endpoint("Cafe", other)), "REQUEST_ID_REUSED");
    let of_una = cafe.create_endpoint("Una", create.clone()).unwrap();
    assert_eq!(of_una.endpoint.unwrap().endpoint_number, 2, "her request");
    let pause = api::PauseEndpointRequest {
        request_id: create.request_id.clone(),
        ..named!(cafe, PauseEndpointRequest, 1)
    };
    assert_eq!(why(cafe.pause_endpoint("Cafe", pause)), "REQUEST_ID_REUSED");
    cafe.pause("Cafe", 1).unwrap();
    assert_eq!(again().key, first.key, "its key is the newest still");

    let rotate = named!(cafe, RotateEndpointKeyRequest, 1);
    let checked = api::RotateEndpointKeyRequest { validate_only: true, ..rotate.clone() };
    assert_eq!(cafe.rotate_endpoint_key("Cafe", checked.clone()).unwrap().key, None);
    let rotated = cafe.rotate_endpoint_key("Cafe", rotate.clone()).unwrap();
    assert_eq!(rotated.key.as_ref().unwrap().key_number, 2);
    assert_eq!(again().key, None, "there is a newer one");
    cafe.town.served.clock.advance_seconds(7_200);
    let later = || cafe.rotate_endpoint_key("Cafe", rotate.clone()).unwrap();
    assert!(later().receipt.unwrap().repeated);
    assert_eq!((still(later().endpoint), later().key), (still(rotated.endpoint), rotated.key));
    assert_eq!(cafe.rotate_endpoint_key("Cafe", checked).unwrap().key, None);
    for overlap_seconds in [0, 3_600, 86_399 - 7_200, 604_800] {
        let other =
            api::RotateEndpointKeyRequest { overlap_seconds: Some(overlap_seconds), ..rotate.clone() };
        assert_eq!(why(cafe.rotate_endpoint_key("Cafe", other)), "REQUEST_ID_REUSED");
    }
    let usual = api::RotateEndpointKeyRequest { overlap_seconds: Some(86_400), ..rotate.clone() };
    assert!(cafe.rotate_endpoint_key("Cafe", usual).unwrap().key.is_some(), "the same, said");
    let of_una = api::RotateEndpointKeyRequest { endpoint_number: 2, ..rotate.clone() };
    assert_eq!(why(cafe.rotate_endpoint_key("Cafe", of_una)), "REQUEST_ID_REUSED");
    cafe.rotate(1, Some(86_400));
    assert_eq!(later().key, None);
    cafe.delete("Cafe", 1).unwrap();
    assert_eq!((again().endpoint, later().endpoint), (None, None));
    assert!(again().receipt.unwrap().repeated && later().receipt.unwrap().repeated);
}

/// Goal: another partner, a till, a broker and a member learn nothing of a partner's endpoints, not by a call about hooks and
/// not from the entries; whoever looks after its bank sees that there was something, not what. Method: each call that reads,
/// and an entry, with each key.
#[test]
fn nobody_else_hears_of_them() {
    let cafe = Cafe::new();
    let made = cafe.made("Cafe", cafe.endpoint()).unwrap();
    let sequence = made.receipt.unwrap().entry.unwrap().sequence;
    for (who, reason) in [
        ("Baths", "OWNER_NOT_FOUND"),
        ("Till", "BEYOND_REACH"),
        ("Tobias", "BEYOND_REACH"),
        ("Ann", "BEYOND_REACH"),
        ("Oyin", "BEYOND_REACH"),
        ("admin", "BEYOND_REACH"),
    ] {
        let deliveries = api::ListDeliveriesRequest {
            partner_owner_number: cafe.cafe,
            endpoint_number: 1,
            ..Default::default()
        };
        let watch = api::WatchEventsRequest {
            partner_owner_number: cafe.cafe,
            endpoint_number: 1,
            after_sequence: Some(0),
        };
        let watch = with(cafe.town.key(who), watch);
        let watched = cafe.town.served.block_on(cafe.town.served.hooks().watch_events(watch));
        for heard in [
            why(cafe.endpoints(who)),
            why(cafe.list_deliveries(who, deliveries)),
            why(watched),
            why(cafe.pause(who, 1)),
            why(cafe.made(who, cafe.endpoint())),
        ] {
            assert_eq!(heard, reason, "{who}");
        }
    }
    let own = api::ListEndpointsRequest::default();
    assert_eq!(cafe.list_endpoints("Baths", own).unwrap().endpoints, []);
    let entry = |who: &str| cafe.town.get_entry(who, api::GetEntryRequest { sequence, ..Default::default() });
    let seen = entry("Tobias").unwrap();
    assert!(!format!("{seen:?}").contains("till.example"), "{seen:?}");
    for who in ["Baths", "Ann", "Oyin"] {
        assert_eq!(why(entry(who)), "ENTRY_NOT_FOUND", "{who}");
    }
}

/// Goal: who watches an endpoint that ends hears so. Method: a stream that has begun.
#[test]
fn a_stream_ends_with_its_endpoint() {
    let cafe = Cafe::selling();
    cafe.made("Cafe", api::Endpoint { url: String::new(), ..cafe.endpoint() }).unwrap();
    let request = api::WatchEventsRequest { endpoint_number: 1, ..Default::default() };
    let request = with(cafe.town.key("Cafe"), request);
    let served = &cafe.town.served;
    let mut stream = served.block_on(served.hooks().watch_events(request)).unwrap().into_inner();
    let begins = served.block_on(stream.message()).unwrap().unwrap();
    assert_eq!((begins.webhook_id.as_str(), begins.position), ("", cafe.town.position()));
    cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap();
    let sold = served.block_on(stream.message()).unwrap().unwrap();
    assert_eq!(sold.position, cafe.town.position());
    cafe.delete("Cafe", 1).unwrap();
    let ended = why_it_ends(served, &mut stream);
    assert!(ended.message().contains("that has not ended"), "{ended:?}");
    assert_eq!(why::<()>(Err(ended)), NUMBER);
}

/// Goal: a partner that was forgotten has no endpoints any more, and nothing is signed for it. Method: each call that reads,
/// and one that writes, before and after.
#[test]
fn a_partner_that_was_forgotten() {
    let mut cafe = Cafe::new();
    cafe.made("Cafe", cafe.endpoint()).unwrap();
    assert_eq!(cafe.endpoints("Una").unwrap().len(), 1);
    let owner_number = cafe.cafe;
    let erase = api::EraseMemberRequest { request_id: fresh(), owner_number, ..Default::default() };
    cafe.town.erase_member("Una", erase).unwrap();
    cafe.town.served.clock.advance_seconds(14 * 86_400);
    cafe.town.reopened(|_| {});
    let look = api::GetPersonRequest { owner_number, account_number: 0 };
    assert!(cafe.town.get_person("Una", look).unwrap().person.unwrap().erased_at.is_some());
    let watch = api::WatchEventsRequest {
        partner_owner_number: owner_number,
        endpoint_number: 1,
        after_sequence: Some(0),
    };
    let watch = with(cafe.town.key("Una"), watch);
    let watched = cafe.town.served.block_on(cafe.town.served.hooks().watch_events(watch));
    for heard in [
        why(cafe.endpoints("Una")),
        why(watched),
        why(cafe.pause("Una", 1)),
        why(cafe.made("Una", cafe.endpoint())),
    ] {
        assert_eq!(heard, "OWNER_NOT_FOUND");
    }
}

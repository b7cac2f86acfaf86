//! How many endpoints there may be.

use hourbook::api;
use tonic::Status;
use tonic_types::StatusExt;

use super::Cafe;
use crate::support::served::fresh;

/// At once, of a partner.
const AT_ONCE: u32 = 8;
/// Of a partner, ever.
const EVER: u32 = 1_000;
/// At once, of all partners.
const OF_NETWORK: u32 = 256;

/// That there are as many as there may be, and so many these are.
fn is_full<T: std::fmt::Debug>(answer: Result<T, Status>, most: u32) {
    let info = answer.unwrap_err().get_details_error_info().unwrap();
    assert_eq!(info.reason, "BOOKS_FULL");
    assert_eq!(
        (info.metadata["what"].as_str(), info.metadata["most"].as_str()),
        ("endpoints", &*most.to_string())
    );
}

/// Goal: a partner has at most 8 endpoints at once and 1,000 ever, and numbers go on; others are not in the way of that.
/// Method: 8, one ended, one more; then as many as there may be ever, each ended.
#[test]
fn of_a_partner() {
    let cafe = Cafe::new();
    let number = |made: api::CreateEndpointResponse| made.endpoint.unwrap().endpoint_number;
    for expected in 1..=AT_ONCE {
        assert_eq!(number(cafe.made("Cafe", cafe.endpoint()).unwrap()), expected);
    }
    is_full(cafe.made("Cafe", cafe.endpoint()), AT_ONCE);
    let of_baths = api::Endpoint { partner_owner_number: cafe.baths, ..cafe.endpoint() };
    cafe.made("Baths", of_baths).unwrap();
    cafe.pause("Cafe", 3).unwrap();
    is_full(cafe.made("Cafe", cafe.endpoint()), AT_ONCE);
    cafe.delete("Cafe", 3).unwrap();
    assert_eq!(number(cafe.made("Cafe", cafe.endpoint()).unwrap()), AT_ONCE + 1);
    for expected in AT_ONCE + 2..=EVER {
        cafe.delete("Cafe", expected - 1).unwrap();
        assert_eq!(number(cafe.made("Cafe", cafe.endpoint()).unwrap()), expected);
    }
    cafe.delete("Cafe", EVER).unwrap();
    is_full(cafe.made("Cafe", cafe.endpoint()), EVER);
}

/// Goal: all partners together have at most 256 endpoints at once. Method: 32 partners with 8 each; one more has none, until
/// one of another's ends.
#[test]
fn of_a_network() {
    let cafe = Cafe::new();
    let made = |number: u32| {
        let request = api::CreatePersonRequest {
            request_id: fresh(),
            bank_number: 1,
            kind: api::PersonKind::Partner.into(),
            profile: Some(api::Profile { name: format!("Shop {number}"), ..Default::default() }),
            is_somebody_else: true,
            ..Default::default()
        };
        cafe.town.create_person("Tobias", request).unwrap().owner_number
    };
    let of = |partner_owner_number| api::Endpoint { partner_owner_number, ..cafe.endpoint() };
    for number in 0..OF_NETWORK / AT_ONCE - 1 {
        let partner = made(number);
        (0..AT_ONCE).for_each(|_| drop(cafe.made("Una", of(partner)).unwrap()));
    }
    (0..AT_ONCE).for_each(|_| drop(cafe.made("Cafe", cafe.endpoint()).unwrap()));
    is_full(cafe.made("Baths", of(cafe.baths)), OF_NETWORK);
    cafe.delete("Cafe", 1).unwrap();
    cafe.made("Baths", of(cafe.baths)).unwrap();
    is_full(cafe.made("Cafe", cafe.endpoint()), OF_NETWORK);
}

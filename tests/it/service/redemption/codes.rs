//! Who has codes made, how long they work, and that practice takes nothing.

use hourbook::api::{self, RedemptionState};

use super::{Cafe, shown, why};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Goal: whoever may spend the hours has a code made, and a broker; nobody else; as long as the bank allows. Method: each
/// role, each life.
#[test]
fn who_has_a_code_made() {
    let mut cafe = Cafe::selling();
    cafe.town.member("Bea", 0);
    cafe.town.give_key("Bea", api::Role::Member);
    let request = |life_seconds| api::IssueCodeRequest {
        account_number: cafe.town.of("Ann"),
        life_seconds,
        ..Default::default()
    };
    assert_eq!(why(cafe.issue_code("Bea", request(0))), "ACCOUNT_NOT_FOUND");
    assert_eq!(why(cafe.issue_code("Oyin", request(0))), "ACCOUNT_NOT_FOUND");
    for who in ["Till", "Cafe"] {
        assert_eq!(why(cafe.issue_code(who, request(0))), "is_practice", "{who}");
    }
    let of_pot = api::IssueCodeRequest { account_number: cafe.town.of("A pot"), ..Default::default() };
    assert_eq!(why(cafe.issue_code("Tobias", of_pot)), "account_number");
    for (life, digits) in [(0, 11), (60, 11), (3_600, 11), (3_601, 15), (30 * 86_400, 15)] {
        let made = cafe.issue_code("Tobias", request(life)).unwrap();
        assert_eq!(made.code.len(), digits, "{life}");
        assert!(made.svg.starts_with("<?xml") && made.svg.contains("<svg"));
    }
    for life in [1, 30 * 86_400 + 1] {
        assert_eq!(why(cafe.issue_code("Ann", request(life))), "life_seconds", "{life}");
    }
    let for_an_offer = api::IssueCodeRequest { offer_number: 1, ..request(0) };
    assert_eq!(why(cafe.issue_code("Ann", for_an_offer)), "partner_owner_number");
    let bound = api::IssueCodeRequest { partner_owner_number: cafe.cafe, ..for_an_offer };
    let bound = cafe.issue_code("Ann", bound).unwrap().code;
    cafe.offer("Tobias", cafe.lunch()).unwrap();
    let other = api::Sale { offer_number: 2, ..cafe.sale(1, &bound) };
    assert_eq!(why(cafe.sell(other)), "CODE_NOT_USABLE");
    cafe.sell(cafe.sale(1, &bound)).unwrap();
}

/// Goal: what a representative may take in a month holds at the till. Method: Bea speaks for Ann up to 2 hours a month.
#[test]
fn a_representative_keeps_to_their_month() {
    let mut cafe = Cafe::selling();
    cafe.town.member("Bea", 0);
    cafe.town.give_key("Bea", api::Role::Member);
    let speaks = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: cafe.town.owner_number("Ann"),
        representative: Some(api::Representative {
            owner_number: cafe.town.owner_number("Bea"),
            speaks: api::Speaks::ForAll.into(),
            monthly_limit_seconds: 2 * HOUR,
            ..Default::default()
        }),
        ..Default::default()
    };
    cafe.town.set_representative("Tobias", speaks).unwrap();
    for number in 1..=2 {
        cafe.sell(cafe.sale(number, &cafe.code("Bea", "Ann"))).unwrap();
    }
    assert_eq!(why(cafe.sell(cafe.sale(3, &cafe.code("Bea", "Ann")))), "NOT_TODAY");
    cafe.sell(cafe.sale(3, &cafe.code("Ann", "Ann"))).unwrap();
    cafe.town.served.clock.advance_seconds(31 * 86_400);
    cafe.sell(cafe.sale(4, &cafe.code("Bea", "Ann"))).unwrap();
}

/// Goal: practice gives every answer and writes nothing: a practice code, and a real one used for practice. Method: each
/// answer a till can hear, and the position of the books before and after.
#[test]
fn practice_writes_nothing() {
    let cafe = Cafe::selling();
    cafe.give("Ann", -9 * HOUR);
    let before = cafe.town.position();
    let practice = |who: &str| {
        let request = api::IssueCodeRequest { is_practice: true, ..Default::default() };
        cafe.issue_code(who, request).unwrap().code
    };
    let code = practice("Till");
    let offers =
        cafe.look_up_code("Till", api::LookUpCodeRequest { shown: shown(&code), ..Default::default() });
    assert!(offers.unwrap().offers.iter().all(|offer| offer.is_enough));
    let serious = cafe.sell(cafe.sale(1, &code)).unwrap_err();
    assert_eq!(serious.message(), "This code is for practice only. Nothing was taken.");
    let tried = || api::Sale { is_practice: true, ..cafe.sale(1, &code) };
    let sold = cafe.sell(tried()).unwrap().redemption.unwrap();
    assert_eq!(
        (sold.redemption_sequence, sold.state(), sold.captured_seconds),
        (0, RedemptionState::Captured, HOUR)
    );
    cafe.sell(tried()).unwrap();
    let held = cafe.set_aside(tried()).unwrap();
    assert_eq!((held.redemption_sequence, held.state()), (0, RedemptionState::Authorized));
    assert_eq!(why(cafe.sell(api::Sale { people: 3, ..tried() })), "NOT_TODAY", "there are two hours on it");
    assert_eq!(why(cafe.sell(api::Sale { offer_number: 9, ..tried() })), "OFFER_NOT_AVAILABLE");
    assert_eq!(why(cafe.sell(cafe.sale(1, "000 000 000"))), "CODE_NOT_USABLE");
    let own = api::Sale { staff_initials: "AN".into(), ..cafe.sale(1, &cafe.code("Ann", "Ann")) };
    assert_eq!(why(cafe.sell(api::Sale { is_practice: true, ..own })), "STAFF_AT_TILL");
    let real = cafe.code("Ann", "Ann");
    let tried = api::Sale { is_practice: true, ..cafe.sale(1, &real) };
    assert_eq!(cafe.sell(tried.clone()).unwrap().redemption.unwrap().redemption_sequence, 0);
    let dear = api::Sale { people: 7, ..tried };
    assert_eq!(why(cafe.sell(dear)), "NOT_TODAY");
    assert_eq!(cafe.town.position(), before);
    cafe.sell(cafe.sale(1, &real)).unwrap();
}

//! What a till hears: four answers, the same to the byte whatever stands behind them; and who is told all of it.

use hourbook::api;
use hourbook::words::till::AskAgain;
use tonic::Status;

use super::{Cafe, shown, why};
use crate::support::HOUR;
use crate::support::served::fresh;

/// All of an answer that goes over the wire.
pub fn bytes(status: &Status) -> (i32, String, Vec<u8>) {
    (status.code().into(), status.message().to_owned(), status.details().to_vec())
}

/// Goal: to a till not enough, paused and a cap of their own are one answer, and so are codes and cards that are unknown, used,
/// over, for elsewhere, with a wrong PIN, locked, blocked, of a closed account, of somebody forgotten. Method: each, over the
/// wire, code, sentence and details byte for byte; Ann and her broker see why.
#[test]
fn the_same_bytes() {
    let mut cafe = Cafe::selling();
    for who in ["Poor", "Paused", "Often", "Gone", "Locked", "Blocked", "Erased"] {
        cafe.town.member(who, 0);
    }
    let capped =
        api::Offer { caps: Some(api::OfferCaps { member_day: 1, ..Default::default() }), ..cafe.lunch() };
    assert_eq!(cafe.offer("Tobias", capped).unwrap().offer_number, 2);
    for who in ["Paused", "Often", "Gone", "Locked", "Blocked", "Erased"] {
        cafe.give(who, 5 * HOUR);
    }
    let sale =
        |number, whose: &str| api::Sale { offer_number: 2, ..cafe.sale(number, &cafe.code("Tobias", whose)) };
    cafe.sell(sale(1, "Often")).unwrap();
    let poor = cafe.sell(sale(2, "Poor")).unwrap_err();
    let often = cafe.sell(sale(3, "Often")).unwrap_err();
    let of_paused = sale(4, "Paused");
    let pause = api::PauseMemberRequest {
        request_id: fresh(),
        owner_number: cafe.town.owner_number("Paused"),
        ..Default::default()
    };
    cafe.town.pause_member("Una", pause).unwrap();
    let paused = cafe.sell(of_paused).unwrap_err();
    assert_eq!(poor.message(), "This cannot be done today. Please talk to your time broker.");
    assert_eq!([&often, &paused].map(bytes), [bytes(&poor), bytes(&poor)]);

    let used = cafe.code("Ann", "Ann");
    cafe.sell(cafe.sale(10, &used)).unwrap();
    let again = cafe.sell(cafe.sale(13, &used)).unwrap_err();
    let over = cafe.code("Ann", "Ann");
    let of_gone = cafe.code("Tobias", "Gone");
    let elsewhere = api::IssueCodeRequest {
        account_number: cafe.town.of("Ann"),
        partner_owner_number: cafe.baths,
        life_seconds: 86_400,
        ..Default::default()
    };
    let elsewhere = cafe.issue_code("Ann", elsewhere).unwrap().code;
    let close = api::CloseAccountRequest {
        request_id: fresh(),
        account_number: cafe.town.of("Gone"),
        remainder_to_account_number: cafe.town.of("A pot"),
        ..Default::default()
    };
    cafe.town.close_account("integration", close).unwrap();
    let gone = cafe.sell(cafe.sale(11, &of_gone)).unwrap_err();
    cafe.town.served.clock.advance_seconds(601);
    let unknown = cafe.sell(cafe.sale(12, "000 000 000")).unwrap_err();
    assert_eq!(unknown.message(), "This code or card cannot be used. Please talk to your time broker.");
    let card = api::CardShown { number: "000 000 000 000".into(), pin: "2580".into() };
    let card = api::Shown { by: Some(api::shown::By::Card(card)) };
    let mut others = vec![
        again,
        cafe.sell(cafe.sale(14, &over)).unwrap_err(),
        cafe.sell(cafe.sale(15, &elsewhere)).unwrap_err(),
        cafe.sell(api::Sale { shown: Some(card), ..cafe.sale(16, &over) }).unwrap_err(),
        gone,
    ];
    let of_erased = printed_code(&cafe, "Erased");
    let receipt = std::cell::Cell::new(700);
    let next_receipt = || {
        receipt.set(receipt.get() + 1);
        receipt.get()
    };
    let [locked, blocked, erased] = ["Locked", "Blocked", "Erased"].map(|who| cafe.card(who, "2580"));
    for card in [&locked, &blocked, &erased] {
        cafe.sell(cafe.by_card(next_receipt(), card, "2580")).unwrap();
    }
    let refused = |card: &str, pin: &str| cafe.sell(cafe.by_card(next_receipt(), card, pin)).unwrap_err();
    others.extend((0..5).map(|_| refused(&locked, "9999")));
    others.push(refused(&locked, "2580"));
    let block = api::BlockCardRequest {
        request_id: fresh(),
        account_number: cafe.town.of("Blocked"),
        validate_only: false,
    };
    cafe.town.block_card("Tobias", block).unwrap();
    others.push(refused(&blocked, "2580"));
    for other in &others {
        assert_eq!(bytes(other), bytes(&unknown));
    }

    let told = |who: &str, whose: &str| {
        let request = api::ListTillRefusalsRequest { account_number: cafe.town.of(whose) };
        let refusals = cafe.list_till_refusals(who, request).unwrap().refusals;
        refusals.iter().map(|one| (one.receipt.unwrap().number, one.reason.clone())).collect::<Vec<_>>()
    };
    assert_eq!(told("Tobias", "Poor"), [(2, "BELOW_FLOOR".to_owned())]);
    assert_eq!(told("Tobias", "Often"), [(3, "OFFER_EXHAUSTED".to_owned())]);
    assert_eq!(told("Tobias", "Paused"), [(4, "PAUSED".to_owned())]);
    let reasons = [(15, "CODE_NOT_HERE"), (14, "CODE_EXPIRED"), (13, "CODE_USED")];
    assert_eq!(told("Ann", "Ann"), reasons.map(|(number, reason)| (number, reason.to_owned())));
    let of_others = api::ListTillRefusalsRequest { account_number: cafe.town.of("Poor") };
    assert_eq!(why(cafe.list_till_refusals("Ann", of_others)), "ACCOUNT_NOT_FOUND");

    let owner_number = cafe.town.owner_number("Erased");
    let erase = api::EraseMemberRequest { request_id: fresh(), owner_number, ..Default::default() };
    cafe.town.erase_member("Una", erase).unwrap();
    cafe.town.served.clock.advance_seconds(14 * 86_400);
    cafe.town.reopened(|_| {});
    let look = api::GetPersonRequest { owner_number, account_number: 0 };
    assert!(cafe.town.get_person("Una", look).unwrap().person.unwrap().erased_at.is_some());
    for sale in [cafe.sale(800, &of_erased), cafe.by_card(801, &erased, "2580")] {
        assert_eq!(bytes(&cafe.sell(sale).unwrap_err()), bytes(&unknown));
    }
}

/// A code that works for a month.
fn printed_code(cafe: &Cafe, whose: &str) -> String {
    let request = api::IssueCodeRequest {
        account_number: cafe.town.of(whose),
        life_seconds: 30 * 86_400,
        ..Default::default()
    };
    cafe.issue_code("Tobias", request).unwrap().code
}

/// Goal: the shop's own side is told with its figures. Method: an offer that is not there, one for other hours.
#[test]
fn the_shops_own_side() {
    let cafe = Cafe::selling();
    let sale = |offer_number| api::Sale { offer_number, ..cafe.sale(1, &cafe.code("Ann", "Ann")) };
    assert_eq!(why(cafe.sell(sale(9))), "OFFER_NOT_AVAILABLE");
    let thursdays = api::OfferHours { weekdays: vec![4], ..Default::default() };
    cafe.offer("Tobias", api::Offer { hours: Some(thursdays), ..cafe.lunch() }).unwrap();
    let refused = cafe.sell(sale(2)).unwrap_err();
    assert_eq!(
        refused.message(),
        "This offer is for other days or hours: next on 2026-05-07. Nothing was taken. Choose another one."
    );
    assert_eq!(why::<()>(Err(refused)), "OFFER_NOT_AVAILABLE");
    cafe.town.served.clock.advance_seconds(2 * 86_400);
    cafe.sell(sale(2)).unwrap();
}

/// Goal: a code answers five look-ups, and is good for nothing after three refusals; what a look tells is enough or not
/// enough of each offer, and nothing is written. Method: Ann has 1 hour; lunch is 1 hour and supper 7.
#[test]
fn looks_and_refusals_are_counted() {
    let cafe = Cafe::selling();
    cafe.give("Ann", -9 * HOUR);
    let supper = api::Offer { price_seconds: 7 * HOUR, wording: "supper".into(), ..cafe.lunch() };
    cafe.offer("Tobias", supper).unwrap();
    let before = cafe.town.position();
    let code = cafe.code("Ann", "Ann");
    let look = || api::LookUpCodeRequest { shown: shown(&code), ..Default::default() };
    for _ in 0..5 {
        let offers = cafe.look_up_code("Till", look()).unwrap().offers;
        let told: Vec<_> = offers
            .iter()
            .map(|offer| (offer.offer.as_ref().unwrap().offer_number, offer.is_enough))
            .collect();
        assert_eq!(told, [(1, true), (2, false)]);
    }
    assert_eq!(why(cafe.look_up_code("Till", look())), "CODE_NOT_USABLE");
    assert_eq!(cafe.town.position(), before);
    let sale = |offer_number| api::Sale { offer_number, ..cafe.sale(1, &code) };
    for _ in 0..3 {
        assert_eq!(why(cafe.sell(sale(2))), "NOT_TODAY");
    }
    assert_eq!(why(cafe.sell(sale(1))), "CODE_NOT_USABLE");
    let fresh_code = cafe.code("Ann", "Ann");
    for _ in 0..3 {
        assert_eq!(
            why(cafe.sell(api::Sale { offer_number: 9, ..cafe.sale(1, &fresh_code) })),
            "OFFER_NOT_AVAILABLE"
        );
    }
    cafe.sell(cafe.sale(1, &fresh_code)).unwrap();
}

/// Goal: a till that tries codes there are not waits. Method: as many as are looked at, and one more, which is right.
#[test]
fn a_till_that_guesses_waits() {
    let cafe = Cafe::selling();
    let code = cafe.code("Ann", "Ann");
    for number in 0..20 {
        assert_eq!(why(cafe.sell(cafe.sale(number + 1, "000 000 000"))), "CODE_NOT_USABLE");
    }
    let busy = cafe.sell(cafe.sale(30, &code)).unwrap_err();
    assert_eq!(busy.code(), tonic::Code::ResourceExhausted);
    cafe.town.served.clock.advance_seconds(30);
    cafe.sell(cafe.sale(30, &code)).unwrap();
}

const README_BEGINS: &str = "<!-- tills: a test compares this table with what the code says to tills -->\n";
const README_ENDS: &str = "<!-- end of tills -->\n";

/// Goal: README's table for whoever builds a till is what the code says. Method: the rows of the code as a table.
#[test]
fn the_table_for_tills() {
    let mut table =
        "| reason | ask again? | what the screen says | what staff do |\n|---|---|---|---|\n".to_owned();
    for row in hourbook::words::till::rows() {
        let again = match row.ask_again {
            AskAgain::WithTheNext => "with the next number or line",
            AskAgain::WhenItChanged => "the same receipt, when that has changed",
            AskAgain::Later => "the same receipt, later",
            AskAgain::No => "no",
        };
        table += &format!("| `{}` | {again} | {} | {} |\n", row.reason.word(), row.says, row.staff);
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let written = readme.split_once(README_BEGINS).and_then(|(_, rest)| rest.split_once(README_ENDS));
    let written = written.map_or("", |(written, _)| written);
    assert!(written == table, "README must say, between its two marks:\n{README_BEGINS}{table}{README_ENDS}");
}

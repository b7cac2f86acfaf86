//! Sales: each receipt once, whatever happens to the line; caps and budgets to the last.

use hourbook::api::{self, RedemptionState};
use tonic_types::StatusExt;

use super::{Cafe, shown, why};
use crate::support::HOUR;
use crate::support::served::fresh;

const DAY_SECONDS: i64 = 86_400;

/// Goal: a receipt that was accepted answers with that sale for ever; another sale under it is told in what it differs; a
/// till that asks with another attempt, another key, or after a rotation of its key hears the same. Method: one seat, asked
/// again in every way.
#[test]
fn a_receipt_is_taken_once() {
    let cafe = Cafe::selling();
    let code = cafe.code("Ann", "Ann");
    let sale = cafe.sale(411, &code);
    let request = api::RedeemRequest { request_id: fresh(), sale: Some(sale.clone()), validate_only: false };
    let checked = cafe.redeem("Till", api::RedeemRequest { validate_only: true, ..request.clone() }).unwrap();
    assert_eq!((checked.repeated, cafe.stands("Ann")), (false, (10 * HOUR, 0)), "only checked");
    let first = cafe.redeem("Till", request.clone()).unwrap();
    let taken = first.redemption.clone().unwrap();
    assert_eq!((first.repeated, first.sentence.as_str()), (false, "1 hour was taken."));
    assert_eq!(
        (taken.state(), taken.captured_seconds, taken.account_number),
        (RedemptionState::Captured, HOUR, 0)
    );
    assert_eq!((cafe.stands("Ann"), cafe.stands("Cafe")), ((9 * HOUR, 0), (HOUR, 0)));
    for again in [
        request.clone(),
        api::RedeemRequest { request_id: fresh(), ..request.clone() },
        api::RedeemRequest { request_id: String::new(), sale: Some(of_day(&sale)), validate_only: false },
        api::RedeemRequest {
            sale: Some(api::Sale { staff_initials: "AN".into(), ..sale.clone() }),
            ..request.clone()
        },
    ] {
        let answer = cafe.redeem("Till", again).unwrap();
        assert_eq!((answer.repeated, answer.redemption), (true, Some(taken.clone())));
    }
    let other = api::Sale { people: 2, shown: shown(&cafe.code("Ann", "Ann")), ..sale.clone() };
    let refused = cafe.sell(other).unwrap_err();
    assert_eq!(refused.get_details_error_info().unwrap().metadata["fields"], "people,shown");
    assert_eq!(why::<()>(Err(refused)), "RECEIPT_REUSED");
    assert_eq!(why(cafe.sell(cafe.sale(412, &code))), "CODE_NOT_USABLE", "a code works once");
    let line = api::SaleReceipt { number: 411, line: 2, ..Default::default() };
    let next = api::Sale { receipt: Some(line), shown: shown(&cafe.code("Ann", "Ann")), ..sale };
    assert!(!cafe.sell(next).unwrap().repeated, "the next line is another sale");
    let reused = api::RedeemRequest { sale: Some(cafe.sale(413, &cafe.code("Ann", "Ann"))), ..request };
    assert_eq!(why(cafe.redeem("Till", reused)), "REQUEST_ID_REUSED", "one attempt names one receipt");
    assert_eq!((cafe.stands("Ann"), cafe.stands("Cafe")), ((8 * HOUR, 0), (2 * HOUR, 0)));
    assert_eq!(cafe.by_receipt(411).unwrap(), taken);
    assert_eq!(why(cafe.by_receipt(414)), "ENTRY_NOT_FOUND");
}

/// Goal: where a till has no numbers the server makes one, the same for the same attempt, also after midnight; without a
/// number and without an attempt nothing is sold. Method: one attempt asked again at once and the next day.
#[test]
fn numbers_are_made_for_a_till() {
    let cafe = Cafe::selling();
    let sale = cafe.sale(0, &cafe.code("Ann", "Ann"));
    let request = api::RedeemRequest { request_id: fresh(), sale: Some(sale), validate_only: false };
    let first = cafe.redeem("Till", request.clone()).unwrap().redemption.unwrap();
    let number = first.receipt.unwrap().number;
    assert!(number >= 1_000_000_000, "{number}");
    assert_eq!(cafe.by_receipt(number).unwrap(), first);
    for seconds in [0, DAY_SECONDS] {
        cafe.town.served.clock.advance_seconds(seconds);
        let again = cafe.redeem("Till", request.clone()).unwrap();
        assert_eq!((again.repeated, again.redemption), (true, Some(first.clone())));
    }
    assert_eq!(cafe.stands("Ann"), (9 * HOUR, 0));
    let code = cafe.code("Ann", "Ann");
    for sale in [cafe.sale(7, &code), of_day(&cafe.sale(0, &code))] {
        let nameless = api::RedeemRequest { sale: Some(sale), ..Default::default() };
        assert_eq!(
            why(cafe.redeem("Till", nameless)),
            "request_id",
            "after midnight it would be another sale"
        );
    }
}

/// The same sale, with the day on which the tests begin.
fn of_day(sale: &api::Sale) -> api::Sale {
    let day = Some(api::Date { year: 2026, month: 5, day: 5 });
    let receipt = sale.receipt.map(|receipt| api::SaleReceipt { day, ..receipt });
    api::Sale { receipt, ..sale.clone() }
}

/// Goal: a cash register that begins at 1 again every morning has every sale counted, with the same regulars. Method: forty
/// days, five receipts a day.
#[test]
fn forty_mornings() {
    let cafe = Cafe::selling();
    cafe.give("Ann", 190 * HOUR);
    for day in 1..=40 {
        for number in 1..=5 {
            let answer = cafe.sell(cafe.sale(number, &cafe.code("Ann", "Ann"))).unwrap();
            assert!(!answer.repeated, "receipt {number} of day {day}");
        }
        cafe.town.served.clock.advance_seconds(DAY_SECONDS);
    }
    assert_eq!((cafe.stands("Ann"), cafe.stands("Cafe")), ((0, 0), (200 * HOUR, 0)));
}

/// Goal: a receipt that was only refused is taken at once when it has become possible. Method: nothing left, a broker's
/// top-up, the same receipt with the same code.
#[test]
fn refused_and_topped_up() {
    let cafe = Cafe::selling();
    cafe.give("Ann", -14 * HOUR);
    let sale = api::Sale { people: 2, ..cafe.sale(411, &cafe.code("Ann", "Ann")) };
    let request = api::RedeemRequest { request_id: fresh(), sale: Some(sale), validate_only: false };
    assert_eq!(why(cafe.redeem("Till", request.clone())), "NOT_TODAY");
    assert_eq!(why(cafe.redeem("Till", request.clone())), "NOT_TODAY");
    assert_eq!(why(cafe.by_receipt(411)), "ENTRY_NOT_FOUND");
    cafe.give("Ann", HOUR);
    let taken = cafe.redeem("Till", request).unwrap();
    assert_eq!((taken.repeated, cafe.stands("Ann")), (false, (-5 * HOUR, 0)));
}

/// Goal: caps and the budget hold to the last, come back with what is let go or given back, and begin again with their day
/// and month; what is beyond the budget is the shop's own wish. Method: two a member and day, four a month, five in all; a
/// budget of three hours.
#[test]
fn caps_and_budget() {
    let cafe = Cafe::selling();
    let caps = api::OfferCaps { member_day: 2, month: 4, total: 5, ..Default::default() };
    let craft = api::Offer { caps: Some(caps), wording: "the craft table".into(), ..cafe.lunch() };
    assert_eq!(cafe.offer("Tobias", craft).unwrap().offer_number, 2);
    let craft = |number| api::Sale { offer_number: 2, ..cafe.sale(number, &cafe.code("Ann", "Ann")) };
    let first = cafe.sell(craft(1)).unwrap().redemption.unwrap();
    cafe.sell(craft(2)).unwrap();
    assert_eq!(why(cafe.sell(craft(3))), "NOT_TODAY", "two a day are hers");
    cafe.give_back("Till", first.redemption_sequence, 0).unwrap();
    cafe.sell(craft(3)).unwrap();
    cafe.town.served.clock.advance_seconds(DAY_SECONDS);
    cafe.sell(craft(1)).unwrap();
    cafe.sell(craft(2)).unwrap();
    cafe.town.served.clock.advance_seconds(DAY_SECONDS);
    let refused = cafe.sell(craft(1)).unwrap_err();
    assert_eq!(refused.get_details_error_info().unwrap().metadata["why"], "OFFER_EXHAUSTED");
    assert_eq!(why::<()>(Err(refused)), "OFFER_NOT_AVAILABLE", "four a month are the shop's");
    cafe.town.served.clock.advance_seconds(30 * DAY_SECONDS);
    cafe.sell(craft(1)).unwrap();
    assert_eq!(why(cafe.sell(craft(2))), "OFFER_NOT_AVAILABLE", "five in all");

    let budget = |hours: Option<i64>| {
        let request = api::SetPartnerBudgetRequest {
            request_id: fresh(),
            partner_owner_number: cafe.cafe,
            month_seconds: hours.map(|hours| hours * HOUR),
            validate_only: false,
        };
        cafe.set_partner_budget("Cafe", request).unwrap();
    };
    budget(Some(4)); // One of June is taken.
    let lunch = |number| cafe.sale(number, &cafe.code("Ann", "Ann"));
    cafe.sell(lunch(11)).unwrap();
    let held = cafe.set_aside(lunch(12)).unwrap();
    assert_eq!(held.state(), RedemptionState::Authorized);
    cafe.sell(lunch(13)).unwrap();
    let refused = cafe.sell(lunch(14)).unwrap_err();
    assert_eq!(refused.get_details_error_info().unwrap().metadata["why"], "BUDGET_SPENT");
    let on_us = api::Sale { is_beyond_budget: true, ..lunch(14) };
    cafe.sell(on_us).unwrap();
    cafe.let_go("Till", held.redemption_sequence).unwrap();
    cafe.sell(lunch(15)).unwrap();
    assert_eq!(why(cafe.sell(lunch(16))), "OFFER_NOT_AVAILABLE");
    budget(None);
    cafe.sell(lunch(16)).unwrap();
}

/// Goal: nobody uses their own hours while on the till, nor those of whom they speak for; initials are somebody's. Method:
/// Ann is on the till, with her own code, and with one she fetched for a group.
#[test]
fn not_while_on_the_till() {
    let mut cafe = Cafe::selling();
    cafe.town.owner("Hall");
    cafe.town.account("Hall", (1, api::AccountKind::Organisation), "Hall", -20);
    let speaks = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: cafe.town.owner_number("Hall"),
        representative: Some(api::Representative {
            owner_number: cafe.town.owner_number("Ann"),
            speaks: api::Speaks::ForAll.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    cafe.town.set_representative("Tobias", speaks).unwrap();
    for whose in ["Ann", "Hall"] {
        let own = api::Sale { staff_initials: "AN".into(), ..cafe.sale(1, &cafe.code("Ann", whose)) };
        assert_eq!(why(cafe.sell(own.clone())), "STAFF_AT_TILL", "{whose}");
        cafe.sell(api::Sale { staff_initials: "EP".into(), ..own.clone() }).unwrap();
        let sold = cafe.by_receipt(1).unwrap();
        let request = api::RefundRedemptionRequest {
            staff_initials: "AN".into(),
            ..cafe.refund(sold.redemption_sequence, 0)
        };
        assert_eq!(why(cafe.refund_redemption("Till", request)), "STAFF_AT_TILL", "{whose}");
        cafe.town.served.clock.advance_seconds(DAY_SECONDS);
    }
    let nobody = api::Sale { staff_initials: "XX".into(), ..cafe.sale(9, &cafe.code("Ann", "Ann")) };
    assert_eq!(why(cafe.sell(nobody)), "sale.staff_initials");
}

/// Goal: a member takes an offer of a café in another bank, up to what the banks agreed on, and gets it back. Method: Maud of
/// Quillmere at the café of Ashenford; the cap is 3 hours.
#[test]
fn at_another_banks_cafe() {
    let mut cafe = Cafe::selling();
    cafe.town.owner("Maud");
    cafe.town.account("Maud", (2, api::AccountKind::Member), "Maud", -5);
    let sale = |cafe: &Cafe, number| cafe.sale(number, &cafe.code("Oyin", "Maud"));
    let seats = api::Sale { people: 3, ..sale(&cafe, 1) };
    let sold = cafe.sell(seats).unwrap().redemption.unwrap();
    assert_eq!((cafe.stands("Maud"), cafe.stands("Cafe")), ((-3 * HOUR, 0), (3 * HOUR, 0)));
    assert_eq!(cafe.town.posted("Q between"), 3 * HOUR);
    assert_eq!(why(cafe.sell(sale(&cafe, 2))), "NOT_TODAY", "the banks agreed on three hours");
    cafe.give_back("Till", sold.redemption_sequence, HOUR).unwrap();
    let again = cafe.sell(sale(&cafe, 3)).unwrap().redemption.unwrap();
    assert_eq!((cafe.stands("Maud"), cafe.stands("Cafe")), ((-3 * HOUR, 0), (3 * HOUR, 0)));
    cafe.give_back("Till", again.redemption_sequence, 0).unwrap();
    cafe.give_back("Till", sold.redemption_sequence, 0).unwrap();
    assert_eq!(
        (cafe.stands("Maud"), cafe.stands("Cafe"), cafe.town.posted("Q between")),
        ((0, 0), (0, 0), 0)
    );
}

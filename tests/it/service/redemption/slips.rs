//! Paper slips, written down when the line is back.

use hourbook::api;

use super::{Cafe, shown, why};
use crate::support::HOUR;
use crate::support::served::fresh;

impl Cafe {
    pub fn slip(&self, number: u32, by: api::record_redemption_request::By) -> api::RecordRedemptionRequest {
        let till = Some(api::TillName { partner_owner_number: self.cafe, till_number: 1 });
        let day = Some(api::Date { year: 2026, month: 5, day: 5 });
        api::RecordRedemptionRequest {
            receipt: Some(api::SaleReceipt { till, day, number, line: 0 }),
            by: Some(by),
            offer_number: 1,
            staff_initials: "EP".into(),
            ..Default::default()
        }
    }

    fn of_account(&self, whose: &str) -> api::record_redemption_request::By {
        api::record_redemption_request::By::AccountNumber(self.town.of(whose))
    }
}

/// Goal: a slip is a sale of its day, once, whoever brings it; caps count it and do not refuse it; where there is not enough a
/// broker decides, with a reason. Method: Ann has nothing left; a slip of yesterday, asked again, and by the partner.
#[test]
fn a_slip_is_a_sale_of_its_day() {
    let cafe = Cafe::selling();
    let caps = api::OfferCaps { month: 1, ..Default::default() };
    assert_eq!(
        cafe.offer("Tobias", api::Offer { caps: Some(caps), ..cafe.lunch() }).unwrap().offer_number,
        2
    );
    cafe.give("Ann", -15 * HOUR);
    cafe.town.served.clock.advance_seconds(86_400);
    let slip = |number| api::RecordRedemptionRequest {
        offer_number: 2,
        ..cafe.slip(number, cafe.of_account("Ann"))
    };
    let refused = cafe.record_redemption("Tobias", slip(1)).unwrap_err();
    assert!(
        refused.message().contains("5 hours below zero"),
        "a broker hears all of it: {}",
        refused.message()
    );
    assert_eq!(why::<()>(Err(refused)), "BELOW_FLOOR");
    let allowed =
        |number| api::RecordRedemptionRequest { limit_reason: "lunch was eaten".into(), ..slip(number) };
    let first = cafe.record_redemption("Tobias", allowed(1)).unwrap();
    let taken = first.redemption.unwrap();
    assert!(taken.is_from_slip && !first.repeated);
    assert!(cafe.record_redemption("Tobias", allowed(1)).unwrap().repeated);
    assert!(cafe.record_redemption("Oswin", slip(1)).unwrap().repeated, "whoever brings it");
    cafe.record_redemption("Tobias", allowed(2)).unwrap();
    assert_eq!((cafe.stands("Ann").0, cafe.stands("Cafe").0), (-7 * HOUR, 2 * HOUR));
    let over = api::Sale { offer_number: 2, ..cafe.sale(9, &cafe.code("Ann", "Ann")) };
    cafe.give("Ann", 20 * HOUR);
    assert_eq!(why(cafe.sell(over)), "OFFER_NOT_AVAILABLE", "the slips count");
    for (who, change) in [("Tobias", 61), ("Tobias", -1)] {
        let day = api::Date {
            year: 2026,
            month: if change > 0 { 3 } else { 5 },
            day: if change > 0 { 6 } else { 7 },
        };
        let mut far = slip(3);
        far.receipt.as_mut().unwrap().day = Some(day);
        assert_eq!(why(cafe.record_redemption(who, far)), "receipt.day");
    }
}

/// Goal: the partner's manager writes down what a code on the slip says, though its time has passed since, and nothing that
/// nobody agreed to. Method: a code of ten minutes, a day later; an account; a code that was used.
#[test]
fn the_managers_slip_shows_a_code() {
    let cafe = Cafe::selling();
    let code = cafe.code("Ann", "Ann");
    let used = cafe.code("Ann", "Ann");
    cafe.sell(cafe.sale(7, &used)).unwrap();
    cafe.town.served.clock.advance_seconds(86_400);
    let by_code = |code: &str| api::record_redemption_request::By::Shown(shown(code).unwrap());
    assert_eq!(
        why(cafe.record_redemption("Cafe", cafe.slip(1, cafe.of_account("Ann")))),
        "SECOND_PERSON_NEEDED"
    );
    assert_eq!(why(cafe.sell(cafe.sale(1, &code))), "CODE_NOT_USABLE", "for a sale it is over");
    let slip = cafe.slip(1, by_code(&code));
    let named = api::RecordRedemptionRequest { limit_reason: "no".into(), ..slip.clone() };
    assert_eq!(why(cafe.record_redemption("Cafe", named)), "limit_reason");
    let sold = cafe.record_redemption("Cafe", slip).unwrap().redemption.unwrap();
    assert_eq!((sold.account_number, cafe.stands("Cafe").0), (0, 2 * HOUR));
    assert_eq!(why(cafe.record_redemption("Cafe", cafe.slip(2, by_code(&used)))), "CODE_NOT_USABLE");
    assert_eq!(why(cafe.record_redemption("Cafe", cafe.slip(7, by_code(&code)))), "RECEIPT_REUSED");
    assert!(cafe.record_redemption("Cafe", cafe.slip(7, by_code(&used))).unwrap().repeated);
    assert_eq!(why(cafe.record_redemption("Till", cafe.slip(3, by_code(&code)))), "BEYOND_REACH");
    cafe.town.served.clock.advance_seconds(20 * 86_400);
    let late = cafe.code("Ann", "Ann");
    assert_eq!(why(cafe.record_redemption("Cafe", cafe.slip(3, by_code("000 000 000")))), "CODE_NOT_USABLE");
    let request = api::RecordRedemptionRequest { request_id: fresh(), ..cafe.slip(3, by_code(&late)) };
    cafe.record_redemption("Cafe", request).unwrap();
}

/// Goal: a slip of a sale that had arrived after all is that sale, whatever is on the slip of whose hours they were, and so is
/// the till's sale after its slip; somebody else's is not. Method: Ann's sale by code and by card, Bea's account and card.
#[test]
fn a_slip_of_what_had_arrived() {
    use api::record_redemption_request::By;
    let mut cafe = Cafe::selling();
    cafe.town.member("Bea", -5);
    let (ann, bea) = (cafe.card("Ann", "2580"), cafe.card("Bea", "1470"));
    let card = |number: &str, pin: &str| By::Shown(cafe.by_card(1, number, pin).shown.unwrap());
    let code = cafe.code("Ann", "Ann");
    cafe.sell(cafe.sale(1, &code)).unwrap();
    cafe.sell(cafe.by_card(2, &ann, "2580")).unwrap();
    let bring = |number, by| cafe.record_redemption("Tobias", cafe.slip(number, by));
    for number in [1, 2] {
        for by in [cafe.of_account("Ann"), card(&ann, ""), card(&ann, "2580")] {
            assert!(bring(number, by).unwrap().repeated, "receipt {number}");
        }
        for by in [cafe.of_account("Bea"), card(&bea, ""), card(&bea, "1470")] {
            assert_eq!(why(bring(number, by)), "RECEIPT_REUSED", "receipt {number}");
        }
    }
    assert!(bring(1, By::Shown(shown(&code).unwrap())).unwrap().repeated);
    assert!(!bring(3, cafe.of_account("Ann")).unwrap().repeated);
    assert!(cafe.sell(cafe.sale(3, &cafe.code("Ann", "Ann"))).unwrap().repeated, "the slip came first");
    assert!(cafe.sell(cafe.by_card(3, &ann, "2580")).unwrap().repeated);
    assert_eq!(why(cafe.sell(cafe.sale(3, &cafe.code("Tobias", "Bea")))), "RECEIPT_REUSED");
    assert_eq!((cafe.stands("Ann").0, cafe.stands("Bea").0), (7 * HOUR, 0));
}

/// Goal: a card on a slip says whose hours they were without its PIN, which staff never write down, also where somebody is
/// paused since; a card that was blocked and one there is not say so. Method: a broker's slips of Ann's card.
#[test]
fn a_card_on_a_slip() {
    use api::record_redemption_request::By;
    let cafe = Cafe::selling();
    let ann = cafe.card("Ann", "2580");
    let card = |number: &str| By::Shown(cafe.by_card(1, number, "").shown.unwrap());
    let bring = |who, number, card_number| cafe.record_redemption(who, cafe.slip(number, card(card_number)));
    assert_eq!(why(bring("Cafe", 1, &ann)), "SECOND_PERSON_NEEDED", "the partner alone is not enough");
    let taken = bring("Tobias", 1, &ann).unwrap().redemption.unwrap();
    assert_eq!(taken.account_number, cafe.town.of("Ann"));
    let account_number = cafe.town.of("Ann");
    let for_weeks = api::IssueCodeRequest { account_number, life_seconds: 30 * 86_400, ..Default::default() };
    let no_card = cafe.issue_code("Tobias", for_weeks).unwrap().code;
    let owner_number = cafe.town.owner_number("Ann");
    let pause = api::PauseMemberRequest { request_id: fresh(), owner_number, ..Default::default() };
    cafe.town.pause_member("Una", pause).unwrap();
    assert_eq!(why(cafe.sell(cafe.by_card(9, &ann, "2580"))), "NOT_TODAY");
    bring("Tobias", 2, &ann).unwrap();
    let block = api::BlockCardRequest { request_id: fresh(), account_number, validate_only: false };
    cafe.town.block_card("Tobias", block).unwrap();
    assert_eq!(why(bring("Tobias", 3, &ann)), "CARD_NOT_FOUND");
    assert_eq!(why(bring("Tobias", 3, &no_card)), "CODE_UNKNOWN");
    assert_eq!(cafe.stands("Ann").0, 8 * HOUR);
}

/// Goal: a slip sells what was open on its day: not what was approved after it, nor what had ended before. Method: an offer of
/// today and one that ended yesterday, on slips of three days.
#[test]
fn only_what_was_open_that_day() {
    let cafe = Cafe::selling();
    let of_day = |number, offer_number, day| {
        let mut slip = cafe.slip(number, cafe.of_account("Ann"));
        slip.offer_number = offer_number;
        slip.receipt.as_mut().unwrap().day = Some(api::Date { year: 2026, month: 5, day });
        cafe.record_redemption("Tobias", slip)
    };
    cafe.town.served.clock.advance_seconds(86_400);
    assert_eq!(cafe.offer("Tobias", cafe.lunch()).unwrap().offer_number, 2);
    cafe.retire("Tobias", 1).unwrap();
    cafe.town.served.clock.advance_seconds(86_400);
    for (number, offer, day, is_taken) in [
        (1, 1, 5, true),
        (2, 1, 6, true),
        (3, 1, 7, false),
        (4, 2, 5, false),
        (5, 2, 6, true),
        (6, 2, 7, true),
    ] {
        let answer = of_day(number, offer, day);
        assert_eq!(answer.is_ok(), is_taken, "offer {offer} on day {day}: {answer:?}");
        if !is_taken {
            assert_eq!(why(answer), "OFFER_NOT_NOW");
        }
    }
}

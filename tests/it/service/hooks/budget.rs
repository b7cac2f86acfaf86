//! Few of the month's hours are left: said by the entry that crosses the line, once.

use hourbook::api;

use super::Cafe;
use crate::support::HOUR;
use crate::support::served::fresh;

const CAPTURED: &str = "redemption.captured";
const AUTHORIZED: &str = "redemption.authorized";
const LOW: &str = "budget.low";

impl Cafe {
    fn budget(&self, hours: Option<i64>) {
        let request = api::SetPartnerBudgetRequest {
            request_id: fresh(),
            partner_owner_number: self.cafe,
            month_seconds: hours.map(|hours| hours * HOUR),
            validate_only: false,
        };
        self.set_partner_budget("Cafe", request).unwrap();
    }

    fn lunch_of(&self, receipt: u32) -> api::Sale {
        self.sale(receipt, &self.code("Ann", "Ann"))
    }
}

/// A café with an endpoint, and a budget of so many hours: from where on to listen.
fn with_budget(hours: Option<i64>) -> (Cafe, u64) {
    let cafe = Cafe::selling();
    cafe.made("Cafe", cafe.endpoint()).unwrap();
    cafe.budget(hours);
    let after = cafe.town.position();
    (cafe, after)
}

/// Goal: less than a fifth left is said by exactly the entry by which it is, after what that entry did, under a name of its own
/// and with its figures; what comes after says nothing. Method: five hours a month, taken one after the other; the fifth, and
/// one on the house.
#[test]
fn said_by_the_sale_that_crosses() {
    let (cafe, after) = with_budget(Some(5));
    (1..=5).for_each(|receipt| drop(cafe.sell(cafe.lunch_of(receipt)).unwrap()));
    let crossing = cafe.town.position();
    cafe.sell(api::Sale { is_beyond_budget: true, ..cafe.lunch_of(6) }).unwrap();
    let heard = cafe.heard(1, after);
    let kinds: Vec<_> = heard.iter().map(|told| told.kind.as_str()).collect();
    assert_eq!(kinds, [CAPTURED, CAPTURED, CAPTURED, CAPTURED, CAPTURED, LOW, CAPTURED]);
    let [fifth, low] = [&heard[4], &heard[5]];
    assert_eq!(low.id, format!("{}-1-{crossing}-budget", cafe.cafe));
    assert_eq!(fifth.id, format!("{}-1-{crossing}", cafe.cafe));
    let expected = serde_json::json!({
        "position": crossing, "partner_owner_number": cafe.cafe,
        "receipt": {"till_number": 1, "day": "2026-05-05", "number": 5, "line": 1},
        "budget_seconds": 5 * HOUR, "taken_seconds": 5 * HOUR, "left_seconds": 0,
    });
    assert_eq!(low.data, expected);
    assert_eq!(heard[6].data["is_beyond_budget"], true);
    // Whoever was cut between the two goes on with both.
    assert_eq!((fifth.position, low.position), (crossing - 1, crossing));
    assert_eq!(cafe.kinds(1, fifth.position), [CAPTURED, LOW, CAPTURED]);
    assert_eq!(cafe.kinds(1, low.position), [CAPTURED]);
}

/// Goal: a fifth is not less than a fifth, hours that are set aside count, and the line is that of the budget there was then.
/// Method: ten hours: eight taken at once, one set aside; let go and set aside again; twenty hours from then on.
#[test]
fn what_is_set_aside_counts() {
    let (cafe, after) = with_budget(Some(10));
    cafe.give("Ann", 20 * HOUR);
    cafe.sell(api::Sale { people: 8, ..cafe.lunch_of(1) }).unwrap();
    assert_eq!(cafe.kinds(1, after), [CAPTURED], "two of ten are left");
    let held = cafe.set_aside(cafe.lunch_of(2)).unwrap();
    cafe.let_go("Till", held.redemption_sequence).unwrap();
    cafe.set_aside(cafe.lunch_of(3)).unwrap();
    let kinds = cafe.kinds(1, after);
    assert_eq!(
        kinds,
        [CAPTURED, AUTHORIZED, LOW, "redemption.voided", AUTHORIZED, LOW],
        "it was crossed twice"
    );
    cafe.budget(Some(20));
    let after = cafe.town.position();
    cafe.sell(api::Sale { people: 7, ..cafe.lunch_of(4) }).unwrap();
    cafe.sell(cafe.lunch_of(5)).unwrap();
    assert_eq!(cafe.kinds(1, after), [CAPTURED, CAPTURED, LOW]);
}

/// Goal: without a budget nothing is low, whatever is taken. Method: none said, ten hours; then none any more, after there was
/// one.
#[test]
fn nothing_is_low_without_a_budget() {
    let (cafe, after) = with_budget(None);
    cafe.sell(api::Sale { people: 9, ..cafe.lunch_of(1) }).unwrap();
    assert_eq!(cafe.kinds(1, after), [CAPTURED]);
    cafe.budget(Some(100));
    cafe.budget(None);
    cafe.sell(cafe.lunch_of(2)).unwrap();
    assert_eq!(cafe.kinds(1, after), [CAPTURED, CAPTURED]);
}

/// Goal: a slip crosses the line as a sale does, and one that comes after says nothing, though it goes beyond the budget.
/// Method: five hours, four taken, two slips; an endpoint that wants nothing else hears the one event.
#[test]
fn a_slip_crosses() {
    let (cafe, after) = with_budget(Some(5));
    let event_types = vec![api::EventType::BudgetLow.into()];
    cafe.made("Cafe", api::Endpoint { event_types, ..cafe.endpoint() }).unwrap();
    cafe.sell(api::Sale { people: 4, ..cafe.lunch_of(1) }).unwrap();
    let slip = |number| {
        let by = api::record_redemption_request::By::AccountNumber(cafe.town.of("Ann"));
        cafe.record_redemption("Tobias", cafe.slip(number, by)).unwrap()
    };
    slip(2);
    let crossing = cafe.town.position();
    slip(3);
    let heard = cafe.heard(1, after);
    let kinds: Vec<_> = heard.iter().map(|told| told.kind.as_str()).collect();
    assert_eq!(kinds, [CAPTURED, CAPTURED, LOW, CAPTURED]);
    assert_eq!(heard[2].data["position"], crossing);
    assert!([1, 3].iter().all(|place| heard[*place].data["is_from_slip"] == true));
    let low: Vec<_> = cafe.heard(2, after).into_iter().map(|told| (told.id, told.kind)).collect();
    assert_eq!(low, [(format!("{}-2-{crossing}-budget", cafe.cafe), LOW.to_owned())]);
}

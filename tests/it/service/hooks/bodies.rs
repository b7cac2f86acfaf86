//! What events say, and what they never do: who it was, or anything by which the same person could be known again.

use std::collections::BTreeSet;

use hourbook::api::{self, SettlementModel};
use serde_json::Value;

use super::{Cafe, Told};
use crate::support::HOUR;
use crate::support::served::fresh;

/// The names of all fields that a body may have.
const SAID: [&str; 30] = [
    "amount_seconds",
    "budget_seconds",
    "captured_seconds",
    "data",
    "day",
    "deadline",
    "due_day",
    "endpoint_number",
    "is_beyond_budget",
    "is_from_slip",
    "left_seconds",
    "line",
    "model",
    "number",
    "offer_number",
    "partner_owner_number",
    "people",
    "period_number",
    "position",
    "receipt",
    "redemption_sequence",
    "reference",
    "refunded_seconds",
    "settled_seconds",
    "state",
    "taken_seconds",
    "till_number",
    "timestamp",
    "type",
    "venue_number",
];

/// A café where everything there is an event of happened to the hours of Zoe, whose number is like no other: from where on to
/// listen, and her card. She came with a code, with the card, and on a slip.
fn everything() -> (Cafe, u64, String) {
    let mut cafe = Cafe::selling();
    // Numbers of people that are no position, amount or number of anything else.
    for _ in 0..7 {
        let many = api::RegisterOwnersRequest { request_id: fresh(), count: 1_000, ..Default::default() };
        cafe.town.register_owners("admin", many).unwrap();
    }
    cafe.town.member("Zoe", -5);
    cafe.town.give_key("Zoe", api::Role::Member);
    cafe.give("Zoe", 20 * HOUR);
    cafe.made("Cafe", cafe.endpoint()).unwrap();
    let budget = api::SetPartnerBudgetRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        month_seconds: Some(5 * HOUR),
        validate_only: false,
    };
    cafe.set_partner_budget("Cafe", budget).unwrap();
    let after = cafe.town.position();
    let sale = |number| cafe.sale(number, &cafe.code("Zoe", "Zoe"));
    let held = cafe.set_aside(sale(1)).unwrap().redemption_sequence;
    cafe.take("Till", held, 0).unwrap();
    cafe.give_back("Till", held, HOUR / 2).unwrap();
    cafe.give_back("Till", held, 0).unwrap();
    let let_go = cafe.set_aside(sale(2)).unwrap().redemption_sequence;
    cafe.let_go("Till", let_go).unwrap();
    cafe.set_aside(sale(3)).unwrap();
    cafe.town.served.clock.advance_seconds(3_600);
    let card = cafe.card("Zoe", "2580");
    cafe.sell(cafe.by_card(4, &card, "2580")).unwrap();
    let by = api::record_redemption_request::By::AccountNumber(cafe.town.of("Zoe"));
    let slip = api::RecordRedemptionRequest { people: 4, ..cafe.slip(5, by) };
    cafe.record_redemption("Tobias", slip).unwrap();
    let settle = api::SettlePartnerRequest {
        due_day: Some(crate::service::exchange::day(5, 19)),
        reference: "May, invoice 12".into(),
        ..cafe.settlement(1, SettlementModel::PaidOutside, "A created")
    };
    cafe.settle_partner("Tobias", settle).unwrap();
    (cafe, after, card)
}

/// Every name of a field in a body, and every number and text under one.
fn walk(
    value: &Value,
    fields: &mut BTreeSet<String>,
    numbers: &mut BTreeSet<u64>,
    texts: &mut BTreeSet<String>,
) {
    match value {
        Value::Object(inside) => {
            fields.extend(inside.keys().cloned());
            inside.values().for_each(|value| walk(value, fields, numbers, texts));
        }
        Value::Array(inside) => inside.iter().for_each(|value| walk(value, fields, numbers, texts)),
        Value::Number(number) => drop(numbers.insert(number.as_u64().unwrap())),
        Value::String(text) => drop(texts.insert(text.clone())),
        Value::Bool(_) => {}
        Value::Null => panic!("what is not there is left out"),
    }
}

/// Goal: no body holds the number of an account, of an owner but the partner's own, a name, initials, a card or what was shown;
/// and no field but those that are meant. Method: all kinds of events there are, of somebody whose number is like no other;
/// every account and owner of the town is looked for among the numbers and in the text.
#[test]
fn bodies_name_nobody() {
    let (cafe, after, card) = everything();
    let end = cafe.test(1);
    let heard = cafe.heard_until((1, after), |event| event.webhook_id == end);
    let kinds: BTreeSet<_> = heard.iter().cloned().map(|event| Told::from(event).kind).collect();
    let told = [
        "budget.low",
        "redemption.authorized",
        "redemption.captured",
        "redemption.expired",
        "redemption.refunded",
        "redemption.voided",
        "statement.settled",
        "test",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), told, "all but an endpoint's end");
    let (mut fields, mut numbers, mut texts) = Default::default();
    for event in &heard {
        walk(&serde_json::from_str(&event.body).unwrap(), &mut fields, &mut numbers, &mut texts);
    }
    let unknown: Vec<_> = fields.iter().filter(|field| !SAID.contains(&field.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let accounts: Vec<_> = cafe.town.accounts().into_iter().chain([cafe.account()]).collect();
    let zoe = cafe.town.owner_number("Zoe");
    assert!(zoe > 7_000 && accounts.len() > 5 && accounts.contains(&cafe.town.of("Zoe")));
    for secret in accounts.iter().chain([&zoe]) {
        assert!(!numbers.contains(&u64::from(*secret)), "{secret} in {numbers:?}");
        let digits = secret.to_string();
        let said = heard.iter().find(|event| event.body.contains(&digits));
        assert!(said.is_none(), "{secret} in {said:?}");
    }
    // Small owner numbers are positions too; of those the fields say that there is but one.
    assert!(heard.iter().all(|event| Told::from(event.clone()).data["partner_owner_number"] == cafe.cafe));
    let names = cafe.town.names();
    assert!(names.contains(&"Zoe") && names.contains(&"Tobias"));
    let others = ["EP", "Saucer", "Spoon", "bridge", "seat", "lunch", "whsec_", card.as_str()];
    for name in names.into_iter().chain(others) {
        let said = texts.iter().find(|text| text.contains(name));
        assert!(said.is_none(), "{name} in {said:?}");
    }
}

/// Goal: an event made again says the same bytes under the same id, whatever happened since. Method: all kinds are read; then
/// what was sold is given back, the budget and the endpoint change, the key does, a month passes and the server starts again.
#[test]
fn an_event_made_again_is_the_same() {
    let (mut cafe, after, _) = everything();
    let end = cafe.test(1);
    let read = |cafe: &Cafe| {
        let heard = cafe.heard_until((1, after), |event| event.webhook_id == end);
        heard.into_iter().map(|event| (event.webhook_id, event.body)).collect::<Vec<_>>()
    };
    let first = read(&cafe);
    assert!(first.len() >= 10);
    let sold = cafe.by_receipt(4).unwrap().redemption_sequence;
    cafe.give_back("Cafe", sold, 0).unwrap();
    let budget = api::SetPartnerBudgetRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        ..Default::default()
    };
    cafe.set_partner_budget("Cafe", budget).unwrap();
    let endpoint =
        api::Endpoint { endpoint_number: 1, url: "https://other.example/".into(), ..cafe.endpoint() };
    let update =
        api::UpdateEndpointRequest { request_id: fresh(), endpoint: Some(endpoint), validate_only: false };
    cafe.update_endpoint("Cafe", update).unwrap();
    cafe.rotate(1, Some(0));
    cafe.retire("Cafe", 1).unwrap();
    assert_eq!(read(&cafe), first);
    cafe.town.served.clock.advance_seconds(2 * 86_400);
    cafe.town.reopened(|_| {});
    assert_eq!(read(&cafe), first);
}

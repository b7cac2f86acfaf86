//! Which events there are, in which order, and for whom.

use hourbook::api::{self, SettlementModel};
use serde_json::{Value, json};

use super::{Cafe, Told, why};
use crate::access::with;
use crate::support::HOUR;
use crate::support::served::fresh;

/// What of an event tells how a sale stands.
fn stands(told: &Told) -> (&str, u64, &str, [i64; 3]) {
    let seconds = |field: &str| told.data[field].as_i64().unwrap();
    let receipt = told.data["receipt"]["number"].as_u64().unwrap();
    let figures = ["amount_seconds", "captured_seconds", "refunded_seconds"].map(seconds);
    (&told.kind, receipt, told.data["state"].as_str().unwrap(), figures)
}

/// Goal: each thing that happens to a sale is one event, in the order it happened, that says how the sale stood by then.
/// Method: set aside for two, taken for one, given back in two parts; let go; run out; sold at once and given back; a slip.
#[test]
fn what_happens_to_lunch() {
    let cafe = Cafe::selling();
    cafe.made("Cafe", cafe.endpoint()).unwrap();
    let after = cafe.town.position();
    let two = |number| api::Sale { people: 2, ..cafe.sale(number, &cafe.code("Ann", "Ann")) };
    let held = cafe.set_aside(two(1)).unwrap().redemption_sequence;
    cafe.take("Till", held, 1).unwrap();
    cafe.give_back("Till", held, HOUR / 2).unwrap();
    cafe.give_back("Till", held, 0).unwrap();
    let let_go = cafe.set_aside(two(2)).unwrap().redemption_sequence;
    cafe.let_go("Till", let_go).unwrap();
    let run_out = cafe.set_aside(two(3)).unwrap().redemption_sequence;
    cafe.town.served.clock.advance_seconds(3_600);
    assert_eq!(why(cafe.take("Till", run_out, 0)), "HOLD_EXPIRED");
    let sold = cafe.sell(cafe.sale(4, &cafe.code("Ann", "Ann"))).unwrap().redemption.unwrap();
    cafe.give_back("Till", sold.redemption_sequence, 0).unwrap();
    let by = api::record_redemption_request::By::AccountNumber(cafe.town.of("Ann"));
    cafe.record_redemption("Tobias", cafe.slip(5, by)).unwrap();

    let heard = cafe.heard(1, after);
    let (one, half) = (HOUR, HOUR / 2);
    let expected = [
        ("redemption.authorized", 1, "authorized", [2 * one, 0, 0]),
        ("redemption.captured", 1, "captured", [one, one, 0]),
        ("redemption.refunded", 1, "partly_refunded", [half, one, half]),
        ("redemption.refunded", 1, "refunded", [half, one, one]),
        ("redemption.authorized", 2, "authorized", [2 * one, 0, 0]),
        ("redemption.voided", 2, "voided", [2 * one, 0, 0]),
        ("redemption.authorized", 3, "authorized", [2 * one, 0, 0]),
        ("redemption.expired", 3, "expired", [2 * one, 0, 0]),
        ("redemption.captured", 4, "captured", [one, one, 0]),
        ("redemption.refunded", 4, "refunded", [one, one, one]),
        ("redemption.captured", 5, "captured", [one, one, 0]),
    ];
    assert_eq!(heard.iter().map(stands).collect::<Vec<_>>(), expected);
    let positions: Vec<_> = heard.iter().map(|told| told.data["position"].as_u64().unwrap()).collect();
    assert!(positions.is_sorted_by(|one, next| one < next), "{positions:?}");
    for (told, position) in heard.iter().zip(&positions) {
        assert_eq!((&told.id, told.position), (&format!("{}-1-{position}", cafe.cafe), *position));
    }
    let slips: Vec<_> = heard.iter().map(|told| told.data["is_from_slip"] == true).collect();
    assert_eq!(slips.iter().filter(|is_one| **is_one).count(), 1);
    let first = json!({
        "position": held, "partner_owner_number": cafe.cafe, "redemption_sequence": held,
        "receipt": {"till_number": 1, "day": "2026-05-05", "number": 1, "line": 1},
        "venue_number": 1, "offer_number": 1, "people": 2, "state": "authorized",
        "amount_seconds": 2 * HOUR, "captured_seconds": 0, "refunded_seconds": 0,
        "deadline": "2026-05-05T10:00:00Z", "is_beyond_budget": false, "is_from_slip": false,
    });
    assert_eq!(heard[0].data, first);
    let body: Value = serde_json::from_str(&heard[0].body).unwrap();
    assert_eq!(
        (&body["type"], &body["timestamp"]),
        (&heard[0].kind.clone().into(), &"2026-05-05T09:00:00Z".into())
    );
}

/// Goal: a period made final is an event, that it was paid is none, and neither is anything else that is written. Method: kept,
/// then paid outside and recorded as paid; offers, budgets, endpoints and other people's hours in between.
#[test]
fn what_else_is_told() {
    let cafe = Cafe::selling();
    cafe.made("Cafe", cafe.endpoint()).unwrap();
    cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap();
    let after = cafe.town.position();
    cafe.settle_partner("Tobias", cafe.settlement(1, SettlementModel::Kept, "")).unwrap();
    let kept = cafe.town.position();
    cafe.offer("Cafe", cafe.lunch()).unwrap();
    cafe.made("Cafe", cafe.endpoint()).unwrap();
    cafe.pause("Cafe", 2).unwrap();
    cafe.rotate(1, None);
    cafe.give("Ann", HOUR);
    let outside = api::SettlePartnerRequest {
        due_day: Some(crate::service::exchange::day(5, 19)),
        reference: "May, invoice 12".into(),
        ..cafe.settlement(2, SettlementModel::PaidOutside, "A created")
    };
    cafe.settle_partner("Tobias", outside).unwrap();
    let paid_outside = cafe.town.position();
    let paid = api::RecordSettlementPaidRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        period_number: 2,
        paid_day: Some(crate::service::exchange::day(5, 5)),
        ..Default::default()
    };
    cafe.record_settlement_paid("Tobias", paid).unwrap();
    let heard: Vec<_> =
        cafe.heard(1, after).into_iter().map(|told| (told.id, told.kind, told.data)).collect();
    let id = |position: u64| format!("{}-1-{position}", cafe.cafe);
    let settled = "statement.settled".to_owned();
    let first = json!({
        "position": kept, "partner_owner_number": cafe.cafe, "period_number": 1, "model": "kept",
    });
    let second = json!({
        "position": paid_outside, "partner_owner_number": cafe.cafe, "period_number": 2, "model": "paid_outside",
        "settled_seconds": HOUR, "due_day": "2026-05-19", "reference": "May, invoice 12",
    });
    assert_eq!(heard, [(id(kept), settled.clone(), first), (id(paid_outside), settled, second)]);
}

/// Goal: an endpoint hears what it wants and is for it: no other partner's, no other endpoint's test, nothing it did not ask
/// for; a test it hears whatever it wants. Method: one for all, one for refunds, one of another partner; a sale and a refund
/// at the café.
#[test]
fn each_hears_its_own() {
    let cafe = Cafe::selling();
    cafe.made("Cafe", cafe.endpoint()).unwrap();
    let event_types = vec![api::EventType::RedemptionRefunded.into()];
    cafe.made("Cafe", api::Endpoint { event_types, ..cafe.endpoint() }).unwrap();
    cafe.made("Baths", api::Endpoint { partner_owner_number: cafe.baths, ..cafe.endpoint() }).unwrap();
    let after = cafe.town.position();
    let sold = cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap().redemption.unwrap();
    cafe.give_back("Till", sold.redemption_sequence, 0).unwrap();
    assert_eq!(cafe.kinds(1, after), ["redemption.captured", "redemption.refunded"]);
    assert_eq!(cafe.kinds(2, after), ["redemption.refunded"]);
    let test = cafe.test(2);
    assert_eq!(test, format!("{}-2-{}", cafe.cafe, cafe.town.position()));
    let own = cafe.test(1);
    let all: Vec<_> =
        cafe.heard_until((1, after), |event| event.webhook_id == own).into_iter().map(Told::from).collect();
    let tests: Vec<_> = all.iter().filter(|told| told.kind == "test").collect();
    assert!(tests.iter().all(|told| told.data["endpoint_number"] == 1), "{tests:?}");
    let of_baths = api::SendTestEventRequest {
        request_id: fresh(),
        partner_owner_number: cafe.baths,
        endpoint_number: 1,
        validate_only: false,
    };
    let end = cafe.send_test_event("Baths", of_baths).unwrap().webhook_id;
    let request =
        api::WatchEventsRequest { endpoint_number: 1, after_sequence: Some(0), ..Default::default() };
    let request = with(cafe.town.key("Baths"), request);
    let first = cafe.town.served.block_on(async {
        let mut stream = cafe.town.served.hooks().watch_events(request).await.unwrap().into_inner();
        loop {
            let message = stream.message().await.unwrap().unwrap();
            if !message.webhook_id.is_empty() {
                return message;
            }
        }
    });
    assert_eq!(first.webhook_id, end, "of all there is");
}

/// Goal: deliveries are asked for once more by whoever may, within what there is; what is not sent anywhere is not sent once
/// more and not tested. Method: an endpoint that is sent to, one that is only watched; the list of both.
#[test]
fn once_more() {
    let cafe = Cafe::selling();
    cafe.made("Cafe", cafe.endpoint()).unwrap();
    cafe.made("Cafe", api::Endpoint { url: String::new(), ..cafe.endpoint() }).unwrap();
    let sold = cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap().redemption.unwrap();
    let replay = |endpoint_number, from_sequence, through_sequence| api::ReplayDeliveriesRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        endpoint_number,
        from_sequence,
        through_sequence,
        validate_only: false,
    };
    let all = replay(1, 1, None);
    let first = cafe.replay_deliveries("Cafe", all.clone()).unwrap().receipt.unwrap();
    cafe.sell(cafe.sale(2, &cafe.code("Ann", "Ann"))).unwrap();
    let again = cafe.replay_deliveries("Cafe", all).unwrap().receipt.unwrap();
    assert_eq!((again.repeated, again.entry), (true, first.entry));
    assert_eq!(
        why(cafe.replay_deliveries("Cafe", replay(2, sold.redemption_sequence, None))),
        "endpoint_number"
    );
    let test = api::SendTestEventRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        endpoint_number: 2,
        validate_only: false,
    };
    assert_eq!(why(cafe.send_test_event("Cafe", test.clone())), "endpoint_number");
    let checked = api::SendTestEventRequest { endpoint_number: 1, validate_only: true, ..test };
    assert_eq!(cafe.send_test_event("Cafe", checked).unwrap().webhook_id, "");
    let watched = api::ListDeliveriesRequest { endpoint_number: 2, ..Default::default() };
    assert_eq!(cafe.list_deliveries("Cafe", watched).unwrap(), api::ListDeliveriesResponse::default());
}

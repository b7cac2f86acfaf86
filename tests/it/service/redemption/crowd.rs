//! Many tills at once: exact to the last.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hourbook::api::{self, RedemptionState};
use tonic::Code;

use super::{Cafe, why};
use crate::access::with;
use crate::support::HOUR;
use crate::support::served::fresh;

/// Asks again where the server was too busy.
macro_rules! until_heard {
    ($ask:expr) => {
        loop {
            match $ask.await {
                Ok(answer) => break answer.into_inner(),
                Err(status) if status.code() == Code::ResourceExhausted => tokio::task::yield_now().await,
                Err(status) => panic!("{status:?}"),
            }
        }
    };
}

const TILLS: u32 = 200;
const ATTEMPTS: u32 = 500;

/// A café with two hundred tills, each with a key of its own.
fn with_tills() -> (Cafe, Vec<String>) {
    let cafe = Cafe::selling();
    let mut keys = vec![cafe.town.key("Till").to_owned()];
    for till_number in 2..=TILLS {
        let till = api::SetTillRequest {
            request_id: fresh(),
            partner_owner_number: cafe.cafe,
            venue_number: 1,
            ..Default::default()
        };
        assert_eq!(cafe.town.set_till("Tobias", till).unwrap().till_number, till_number);
        let request = api::CreateKeyRequest {
            request_id: fresh(),
            role: api::Role::Till.into(),
            reach: Some(api::Reach { partner_owner_numbers: vec![cafe.cafe], ..Default::default() }),
            till_number,
            name: "made".into(),
            ..Default::default()
        };
        keys.push(cafe.town.create_key("admin", request).unwrap().key);
    }
    (cafe, keys)
}

/// Codes of Ann's for as many attempts.
fn codes(cafe: &Cafe, count: u32) -> Vec<String> {
    (0..count).map(|_| cafe.code("Tobias", "Ann")).collect()
}

/// All at once, each by its till; asked again where the server was too busy. How many were taken, and what the others
/// heard.
fn all_at_once(cafe: &Arc<Cafe>, keys: &[String], sales: Vec<api::Sale>) -> (u32, Vec<String>) {
    let tasks: Vec<_> = sales
        .into_iter()
        .zip(keys.iter().cycle().cloned())
        .map(|(sale, key)| {
            let mut client = cafe.town.served.redemptions();
            async move {
                let request =
                    api::RedeemRequest { request_id: fresh(), sale: Some(sale), validate_only: false };
                loop {
                    match client.redeem(with(&key, request.clone())).await {
                        Err(status) if status.code() == Code::ResourceExhausted => {
                            tokio::task::yield_now().await;
                        }
                        answer => return answer.map(tonic::Response::into_inner),
                    }
                }
            }
        })
        .collect();
    cafe.town.served.block_on(async {
        let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
        let (mut taken, mut refused) = (0, Vec::new());
        for task in tasks {
            match task.await.unwrap() {
                Ok(answer) => {
                    assert!(!answer.repeated);
                    taken += 1;
                }
                refusal => refused.push(why(refusal)),
            }
        }
        refused.sort_unstable();
        refused.dedup();
        (taken, refused)
    })
}

/// Goal: two hundred tills on one café, one member with 10 hours and floor 0, five hundred attempts of 1 hour at once, each
/// with a receipt and a code of its own: exactly ten succeed. Method: all are sent before any is answered.
#[test]
fn ten_hours_are_ten_hours() {
    let (mut cafe, keys) = with_tills();
    cafe.town.member("Ten", 0);
    cafe.give("Ten", 10 * HOUR);
    let cafe = Arc::new(cafe);
    let sales = (1..=ATTEMPTS).map(|number| cafe.sale(number, &cafe.code("Tobias", "Ten")));
    let (taken, refused) = all_at_once(&cafe, &keys, sales.collect());
    assert_eq!((taken, refused), (10, vec!["NOT_TODAY".to_owned()]));
    assert_eq!((cafe.stands("Ten"), cafe.stands("Cafe").0), ((0, 0), 10 * HOUR));
}

/// Goal: a code works once, a cap of ten is ten and a budget of ten hours ten hours, whoever asks at the same moment. Method:
/// two hundred tills with one code; fifty codes for a capped offer; fifty beyond a budget.
#[test]
fn single_use_caps_and_budget_are_exact() {
    let (cafe, keys) = with_tills();
    cafe.give("Ann", 100 * HOUR);
    let capped =
        api::Offer { caps: Some(api::OfferCaps { month: 10, ..Default::default() }), ..cafe.lunch() };
    assert_eq!(cafe.offer("Tobias", capped).unwrap().offer_number, 2);
    let cafe = Arc::new(cafe);
    let code = cafe.code("Ann", "Ann");
    let (taken, refused) =
        all_at_once(&cafe, &keys, (1..=200).map(|number| cafe.sale(number, &code)).collect());
    assert_eq!((taken, refused), (1, vec!["CODE_NOT_USABLE".to_owned()]));

    let sales = codes(&cafe, 50)
        .into_iter()
        .zip(300..)
        .map(|(code, number)| api::Sale { offer_number: 2, ..cafe.sale(number, &code) });
    let (taken, refused) = all_at_once(&cafe, &keys, sales.collect());
    assert_eq!((taken, refused), (10, vec!["OFFER_NOT_AVAILABLE".to_owned()]));

    let budget = api::SetPartnerBudgetRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        month_seconds: Some(21 * HOUR),
        validate_only: false,
    };
    cafe.set_partner_budget("Tobias", budget).unwrap();
    cafe.town.served.clock.advance_seconds(601);
    let sales = codes(&cafe, 50).into_iter().zip(400..).map(|(code, number)| cafe.sale(number, &code));
    let (taken, refused) = all_at_once(&cafe, &keys, sales.collect());
    // The eleven of before were taken in the same month, before there was a budget.
    assert_eq!((taken, refused), (10, vec!["OFFER_NOT_AVAILABLE".to_owned()]));
    assert_eq!(cafe.stands("Cafe").0, 21 * HOUR);
}

/// Goal: hours that run out while others ask for them are given to exactly as many, and so are the places of a capped offer and
/// the hours of a budget. Method: ten hours are all there are, of Ten, of the offer and of the shop, and all are set aside;
/// thirty ask at once, and when half are answered time passes the deadline, with the other half on the way; whoever was turned
/// away before asks once more.
#[test]
fn expiring_while_others_arrive() {
    let (mut cafe, keys) = with_tills();
    cafe.town.member("Ten", 0);
    cafe.give("Ten", 10 * HOUR);
    let caps = Some(api::OfferCaps { month: 10, ..Default::default() });
    assert_eq!(cafe.offer("Tobias", api::Offer { caps, ..cafe.lunch() }).unwrap().offer_number, 2);
    let budget = api::SetPartnerBudgetRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        month_seconds: Some(10 * HOUR),
        validate_only: false,
    };
    cafe.set_partner_budget("Tobias", budget).unwrap();
    let lunch = |number, code: &str| api::Sale { offer_number: 2, ..cafe.sale(number, code) };
    for number in 1..=10 {
        cafe.set_aside(lunch(number, &cafe.code("Tobias", "Ten"))).unwrap();
    }
    cafe.town.served.clock.advance_seconds(3_599);
    let sales: Vec<_> = (100..130).map(|number| lunch(number, &cafe.code("Tobias", "Ten"))).collect();
    let (taken, refused) = while_time_passes(&cafe, &keys, sales);
    assert_eq!(taken, 10);
    // Which of the three is looked at first is for `selling` to say: each of them is used up.
    assert!(refused.iter().all(|why| why == "NOT_TODAY" || why == "OFFER_NOT_AVAILABLE"), "{refused:?}");
    assert_eq!((cafe.stands("Ten"), cafe.stands("Cafe").0), ((0, 0), 10 * HOUR));
    for number in 1..=10 {
        assert_eq!(cafe.by_receipt(number).unwrap().state(), RedemptionState::Expired, "{number}");
    }
    let totals = cafe.day_totals("Cafe", api::DayTotalsRequest::default()).unwrap();
    assert_eq!(totals.budget_taken_seconds, 10 * HOUR);
    let held: i64 = totals.tills.iter().map(|till| till.held_seconds).sum();
    let captured: u32 = totals.tills.iter().map(|till| till.captured_count).sum();
    assert_eq!((held, captured), (0, 10));
    // Ann has hours enough, and the shop may take it beyond its own: the offer's places alone are in the way, one by one.
    let more = |number| {
        cafe.sell(api::Sale { is_beyond_budget: true, ..lunch(number, &cafe.code("Tobias", "Ann")) })
    };
    assert_eq!(why(more(200)), "OFFER_NOT_AVAILABLE");
    let listed = cafe.list_redemptions("Cafe", api::ListRedemptionsRequest::default()).unwrap();
    cafe.give_back("Cafe", listed.redemptions[0].redemption_sequence, 0).unwrap();
    more(201).unwrap();
    assert_eq!(why(more(202)), "OFFER_NOT_AVAILABLE");
}

/// All at once; when half are answered a second passes. Whoever was turned away asks once more after that: how many were
/// taken, and what the others heard last.
fn while_time_passes(cafe: &Cafe, keys: &[String], sales: Vec<api::Sale>) -> (u32, Vec<String>) {
    let (half, answered) = (sales.len() / 2, Arc::new(AtomicUsize::new(0)));
    let (passes, has_passed) = tokio::sync::watch::channel(false);
    let passes = Arc::new(passes);
    let tasks: Vec<_> = sales
        .into_iter()
        .zip(keys.iter().cycle().cloned())
        .map(|(sale, key)| {
            let mut client = cafe.town.served.redemptions();
            let clock = Arc::clone(&cafe.town.served.clock);
            let (answered, passes) = (Arc::clone(&answered), Arc::clone(&passes));
            let mut has_passed = has_passed.clone();
            async move {
                let mut ask = async || {
                    let sale = Some(sale.clone());
                    let request = api::RedeemRequest { request_id: fresh(), sale, validate_only: false };
                    client.redeem(with(&key, request)).await.map(tonic::Response::into_inner)
                };
                let first = ask().await;
                if answered.fetch_add(1, Ordering::SeqCst) + 1 == half {
                    clock.advance_seconds(1);
                    passes.send_replace(true);
                }
                if first.is_ok() {
                    return first;
                }
                has_passed.wait_for(|has_passed| *has_passed).await.unwrap();
                ask().await
            }
        })
        .collect();
    cafe.town.served.block_on(async {
        let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
        let (mut taken, mut refused) = (0, Vec::new());
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => taken += 1,
                refusal => refused.push(why(refusal)),
            }
        }
        (taken, refused)
    })
}

/// Goal: nobody waits for ever: codes are made while tills sell by them and the directory changes. Method: two hundred tills at
/// once, each making a code as a broker would and selling by it, five times; meanwhile somebody says again who is at the
/// tills.
#[test]
fn codes_are_made_while_tills_sell() {
    const EACH: u32 = 5;
    let (cafe, keys) = with_tills();
    cafe.give("Ann", i64::from(TILLS * EACH) * HOUR);
    let account_number = cafe.town.of("Ann");
    let broker = cafe.town.key("Tobias").to_owned();
    let sales: Vec<_> = (1..=EACH).map(|number| cafe.sale(number, "")).collect();
    let tasks: Vec<_> = keys
        .iter()
        .cloned()
        .map(|till| {
            let (broker, sales, mut client) = (broker.clone(), sales.clone(), cafe.town.served.redemptions());
            async move {
                for sale in sales {
                    let code = api::IssueCodeRequest { account_number, ..Default::default() };
                    let code = until_heard!(client.issue_code(with(&broker, code))).code;
                    let sale = Some(api::Sale { shown: super::shown(&code), ..sale });
                    let request = api::RedeemRequest { request_id: fresh(), sale, validate_only: false };
                    until_heard!(client.redeem(with(&till, request.clone())));
                }
            }
        })
        .collect();
    let mut client = cafe.town.served.redemptions();
    let partner_owner_number = cafe.cafe;
    let changes = async move {
        for _ in 0..40 {
            let people = vec![api::TillPerson { initials: "EP".into(), owner_number: 0 }];
            let request = api::SetTillStaffRequest {
                request_id: fresh(),
                partner_owner_number,
                people,
                validate_only: false,
            };
            until_heard!(client.set_till_staff(with(&broker, request.clone())));
        }
    };
    cafe.town.served.block_on(async {
        let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
        changes.await;
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(cafe.stands("Cafe").0, i64::from(TILLS * EACH) * HOUR);
}

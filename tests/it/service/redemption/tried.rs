//! What may be tried at a till how often, alone and many at once.

use std::sync::Arc;

use hourbook::api;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::hears::bytes;
use super::{Cafe, shown, why};
use crate::access::with;
use crate::support::HOUR;
use crate::support::served::fresh;

/// Sent by the till at the same moment.
const AT_ONCE: u32 = 16;

impl Cafe {
    fn look(&self, code: &str) -> Result<api::LookUpCodeResponse, Status> {
        self.look_up_code("Till", api::LookUpCodeRequest { shown: shown(code), ..Default::default() })
    }

    /// A code of Ann's that lasts a day.
    fn printed(&self, by: &str, request: api::IssueCodeRequest) -> String {
        let account_number = self.town.of("Ann");
        let request = api::IssueCodeRequest { account_number, life_seconds: 86_400, ..request };
        self.issue_code(by, request).unwrap().code
    }

    /// The sale is only checked.
    fn check(&self, sale: api::Sale) -> Result<api::RedeemResponse, Status> {
        let request = api::RedeemRequest { request_id: fresh(), sale: Some(sale), validate_only: true };
        self.redeem("Till", request)
    }
}

/// In so many seconds it may be asked again.
fn seconds_to_wait<T: std::fmt::Debug>(answer: Result<T, Status>) -> u64 {
    let status = answer.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    status.get_details_retry_info().unwrap().retry_delay.unwrap().as_secs()
}

/// Goal: by a look codes that were used, are over, for elsewhere, of a closed account, fetched by somebody who may not any
/// more, of a voucher that is used up, and cards that are blocked or locked are not told from digits nobody knows. Method:
/// each, byte for byte, with something to be had and with nothing.
#[test]
fn a_look_tells_no_code_from_none() {
    let mut cafe = Cafe::selling();
    for who in ["Bea", "Gone"] {
        cafe.town.member(who, 0);
    }
    cafe.town.give_key("Bea", api::Role::Member);
    cafe.give("A pot", 20 * HOUR);
    let speaks = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: cafe.town.owner_number("Ann"),
        representative: Some(api::Representative {
            owner_number: cafe.town.owner_number("Bea"),
            speaks: api::Speaks::ForAll.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    cafe.town.set_representative("Tobias", speaks.clone()).unwrap();
    let of_bea = cafe.printed("Bea", api::IssueCodeRequest::default());
    let is_over = api::SetRepresentativeRequest { request_id: fresh(), is_over: true, ..speaks };
    cafe.town.set_representative("Tobias", is_over).unwrap();
    let used = cafe.printed("Ann", api::IssueCodeRequest::default());
    cafe.sell(cafe.sale(1, &used)).unwrap();
    let elsewhere =
        cafe.printed("Ann", api::IssueCodeRequest { partner_owner_number: cafe.baths, ..Default::default() });
    let of_gone = cafe.code("Tobias", "Gone");
    let close = api::CloseAccountRequest {
        request_id: fresh(),
        account_number: cafe.town.of("Gone"),
        remainder_to_account_number: cafe.town.of("A pot"),
        ..Default::default()
    };
    cafe.town.close_account("integration", close).unwrap();
    let voucher = cafe.issue_voucher("Una", cafe.voucher(HOUR)).unwrap().code;
    cafe.sell(cafe.sale(2, &voucher)).unwrap();
    let over = cafe.code("Ann", "Ann");
    let card = cafe.card("Ann", "2580");
    cafe.town.served.clock.advance_seconds(601);
    let codes = [used, elsewhere, of_gone, of_bea, voucher, over];
    let cards = ["9999", ""].map(|pin| cafe.by_card(1, &card, pin).shown);
    let all: Vec<_> = codes.iter().map(|code| shown(code)).chain(cards).collect();
    let by_nobody = cafe.by_card(1, "000 000 000 000", "2580").shown;
    for something in ["to be had", "not to be had"] {
        let look = |shown: &Option<api::Shown>| {
            let request = api::LookUpCodeRequest { shown: shown.clone(), ..Default::default() };
            cafe.look_up_code("Till", request).unwrap_err()
        };
        let unknown = bytes(&look(&shown("000 000 000")));
        assert_eq!(bytes(&look(&by_nobody)), unknown);
        for (place, shown) in all.iter().enumerate() {
            assert_eq!(bytes(&look(shown)), unknown, "{place}, {something}");
        }
        cafe.town.served.clock.advance_seconds(600);
        if something == "to be had" {
            cafe.retire("Cafe", 1).unwrap();
        }
    }
    assert!(cafe.look(&cafe.code("Ann", "Ann")).unwrap().offers.is_empty());
}

/// Goal: a look lists what the code works for, and nothing else. Method: one for an offer of two.
#[test]
fn a_look_lists_what_the_code_is_for() {
    let cafe = Cafe::selling();
    cafe.offer("Tobias", api::Offer { wording: "supper".into(), ..cafe.lunch() }).unwrap();
    let request =
        api::IssueCodeRequest { partner_owner_number: cafe.cafe, offer_number: 2, ..Default::default() };
    let listed = |code: &str| {
        let offers = cafe.look(code).unwrap().offers;
        offers.into_iter().map(|offer| offer.offer.unwrap().offer_number).collect::<Vec<_>>()
    };
    assert_eq!(listed(&cafe.printed("Ann", request)), [2]);
    assert_eq!(listed(&cafe.code("Ann", "Ann")), [1, 2]);
}

/// Goal: asking what would be done tells no more than five looks do: sales that are checked or tried out are looks, whether
/// there is enough or not, and cost none of the refused sales; then the code still sells. Method: each kind, one look too
/// many; the same of a card, which answers again after two minutes.
#[test]
fn what_is_only_checked_is_a_look() {
    let cafe = Cafe::selling();
    let code = cafe.code("Ann", "Ann");
    let sale = |people| api::Sale { people, ..cafe.sale(7, &code) };
    let practice = |people| api::Sale { is_practice: true, ..sale(people) };
    cafe.look(&code).unwrap();
    cafe.check(sale(3)).unwrap();
    cafe.sell(practice(4)).unwrap();
    assert_eq!(why(cafe.check(sale(60))), "NOT_TODAY");
    assert_eq!(why(cafe.sell(practice(60))), "NOT_TODAY");
    for answer in [cafe.check(sale(1)), cafe.sell(practice(1)), cafe.check(sale(60))] {
        assert_eq!(why(answer), "CODE_NOT_USABLE");
    }
    assert_eq!(why(cafe.look(&code)), "CODE_NOT_USABLE");
    for _ in 0..2 {
        assert_eq!(why(cafe.sell(sale(60))), "NOT_TODAY");
    }
    cafe.sell(sale(1)).unwrap();

    let card = cafe.card("Ann", "2580");
    let sale = |number, people| api::Sale { people, ..cafe.by_card(number, &card, "2580") };
    let look = |pin: &str| {
        let shown = cafe.by_card(1, &card, pin).shown;
        cafe.look_up_code("Till", api::LookUpCodeRequest { shown, ..Default::default() })
    };
    for _ in 0..3 {
        look("2580").unwrap();
    }
    cafe.check(sale(8, 1)).unwrap();
    assert_eq!(why(cafe.check(sale(8, 60))), "NOT_TODAY");
    assert_eq!(seconds_to_wait(look("2580")), 120);
    assert_eq!(seconds_to_wait(cafe.check(sale(8, 1))), 120);
    assert_eq!(why(look("9999")), "CODE_NOT_USABLE", "whoever has not the PIN hears nothing new");
    cafe.sell(sale(8, 1)).unwrap();
    for _ in 0..5 {
        assert_eq!(why(cafe.sell(sale(9, 60))), "NOT_TODAY");
    }
    assert_eq!(seconds_to_wait(cafe.sell(sale(9, 1))), 120);
    cafe.town.served.clock.advance_seconds(120);
    cafe.sell(sale(9, 1)).unwrap();
    look("2580").unwrap();
    assert_eq!(seconds_to_wait(look("2580")), 120);
}

/// Goal: what is no matter of whose hours they are costs a code nothing. Method: its member at the till, a receipt that was
/// used for something else, an offer there is not, each three times; then it sells.
#[test]
fn the_shops_own_side_costs_no_code() {
    let cafe = Cafe::selling();
    cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap();
    let code = cafe.code("Ann", "Ann");
    let sale = || cafe.sale(2, &code);
    for _ in 0..3 {
        let own = api::Sale { staff_initials: "AN".into(), ..sale() };
        assert_eq!(why(cafe.sell(own)), "STAFF_AT_TILL");
        assert_eq!(why(cafe.sell(cafe.sale(1, &code))), "RECEIPT_REUSED");
        assert_eq!(why(cafe.sell(api::Sale { offer_number: 9, ..sale() })), "OFFER_NOT_AVAILABLE");
    }
    cafe.sell(sale()).unwrap();
}

/// Goal: a till learns not even by how long it may try whether digits ever were a code. Method: a used one is shown as often
/// as one that never was.
#[test]
fn a_used_code_is_a_guess() {
    let cafe = Cafe::selling();
    let used = cafe.code("Ann", "Ann");
    cafe.sell(cafe.sale(1, &used)).unwrap();
    for _ in 0..20 {
        assert_eq!(why(cafe.sell(cafe.sale(2, &used))), "CODE_NOT_USABLE");
    }
    assert_eq!(seconds_to_wait(cafe.sell(cafe.sale(2, &used))), 30);
    assert_eq!(seconds_to_wait(cafe.look(&used)), 30);
}

/// Goal: whose card it is, and their broker, see why it was not taken. Method: a wrong PIN, no PIN, a locked card, a blocked one.
#[test]
fn why_a_card_was_not_taken_is_told() {
    let cafe = Cafe::selling();
    let card = cafe.card("Ann", "2580");
    assert_eq!(why(cafe.sell(cafe.by_card(1, &card, ""))), "CODE_NOT_USABLE");
    for number in 2..=7 {
        assert_eq!(why(cafe.sell(cafe.by_card(number, &card, "9999"))), "CODE_NOT_USABLE");
    }
    let block = api::BlockCardRequest {
        request_id: fresh(),
        account_number: cafe.town.of("Ann"),
        validate_only: false,
    };
    cafe.town.block_card("Tobias", block).unwrap();
    assert_eq!(why(cafe.sell(cafe.by_card(8, &card, "2580"))), "CODE_NOT_USABLE");
    for who in ["Ann", "Tobias"] {
        let request_of_ann = api::ListTillRefusalsRequest { account_number: cafe.town.of("Ann") };
        let refusals = cafe.list_till_refusals(who, request_of_ann).unwrap().refusals;
        let told: Vec<_> =
            refusals.iter().map(|one| (one.receipt.unwrap().number, one.reason.as_str())).collect();
        let wrong = [6, 5, 4, 3, 2, 1].map(|number| (number, "PIN_WRONG"));
        assert_eq!(told, [&[(8, "CARD_NOT_FOUND"), (7, "PIN_LOCKED")][..], &wrong].concat(), "{who}");
        // It is held about them, so it is in what they may have.
        let owner_number = cafe.town.owner_number("Ann");
        let held = api::ExportMemberRequest { owner_number, ..Default::default() };
        let held = cafe.town.export_member(who, held).unwrap().refusals;
        assert!(
            held.iter()
                .map(|one| (one.refused_at, &one.reason))
                .eq(refusals.iter().map(|one| (one.refused_at, &one.reason)))
        );
        assert!(
            held.iter()
                .all(|one| one.account_number == request_of_ann.account_number && !one.sentence.is_empty())
        );
    }
}

/// Goal: a code answers five looks and three refused sales, however many are asked at the same moment. Method: sixteen of
/// each at once; who hears that it is being used asks again.
#[test]
fn many_at_once() {
    let cafe = Arc::new(Cafe::selling());
    let code = cafe.printed("Ann", api::IssueCodeRequest::default());
    let key = cafe.town.key("Till").to_owned();
    let all = |sells: bool| {
        let tasks: Vec<_> = (1..=AT_ONCE)
            .map(|number| {
                let (mut client, key) = (cafe.town.served.redemptions(), key.clone());
                let sale = Some(api::Sale { people: 60, ..cafe.sale(number, &code) });
                async move {
                    loop {
                        let answer = if sells {
                            let request = api::RedeemRequest {
                                request_id: fresh(),
                                sale: sale.clone(),
                                validate_only: false,
                            };
                            client.redeem(with(&key, request)).await.map(drop)
                        } else {
                            let shown = sale.clone().unwrap().shown;
                            let request = api::LookUpCodeRequest { shown, ..Default::default() };
                            client.look_up_code(with(&key, request)).await.map(drop)
                        };
                        match answer {
                            Err(status) if status.code() == Code::ResourceExhausted => {
                                tokio::task::yield_now().await;
                            }
                            answer => {
                                return answer.map_or_else(|status| why::<()>(Err(status)), |()| "ok".into());
                            }
                        }
                    }
                }
            })
            .collect();
        cafe.town.served.block_on(async {
            let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            let mut heard = Vec::new();
            for task in tasks {
                heard.push(task.await.unwrap());
            }
            heard
        })
    };
    let count = |heard: &[String], word: &str| heard.iter().filter(|one| *one == word).count();
    let heard = all(false);
    assert_eq!((count(&heard, "ok"), count(&heard, "CODE_NOT_USABLE")), (5, 11), "{heard:?}");
    cafe.town.served.clock.advance_seconds(600);
    let heard = all(true);
    assert_eq!((count(&heard, "NOT_TODAY"), count(&heard, "CODE_NOT_USABLE")), (3, 13), "{heard:?}");
    assert_eq!(why(cafe.sell(cafe.sale(99, &code))), "CODE_NOT_USABLE");
}

//! Cards at the till: with their PIN, and alone up to a bank's daily line.

use hourbook::api;

use super::{Cafe, why};
use crate::support::HOUR;
use crate::support::served::fresh;

impl Cafe {
    /// A card for somebody, with this PIN: its number.
    pub fn card(&self, whose: &str, pin: &str) -> String {
        let account_number = self.town.of(whose);
        let issue = api::IssueCardRequest { request_id: fresh(), account_number, validate_only: false };
        let number = self.town.issue_card("Tobias", issue).unwrap().card_number;
        let set =
            api::SetPinRequest { request_id: fresh(), account_number, pin: pin.into(), ..Default::default() };
        self.town.set_pin("Tobias", set).unwrap();
        number
    }

    pub fn by_card(&self, receipt: u32, number: &str, pin: &str) -> api::Sale {
        let card = api::CardShown { number: number.into(), pin: pin.into() };
        api::Sale {
            shown: Some(api::Shown { by: Some(api::shown::By::Card(card)) }),
            ..self.sale(receipt, "")
        }
    }
}

/// Goal: a card with its PIN sells, again and again, and a receipt tells one card from another; a wrong PIN, five of them, a
/// card that is blocked: to the till the same. Method: Ann's card and Bea's.
#[test]
fn with_its_pin() {
    let mut cafe = Cafe::selling();
    cafe.town.member("Bea", -5);
    let (ann, bea) = (cafe.card("Ann", "2580"), cafe.card("Bea", "1470"));
    for receipt in [412, 413] {
        cafe.sell(cafe.by_card(receipt, &ann, "2580")).unwrap();
    }
    assert!(cafe.sell(cafe.by_card(412, &ann, "2580")).unwrap().repeated);
    assert_eq!(
        why(cafe.sell(cafe.by_card(412, &bea, "1470"))),
        "RECEIPT_REUSED",
        "another card is another sale"
    );
    assert_eq!(
        why(cafe.sell(cafe.by_card(414, &ann, ""))),
        "CODE_NOT_USABLE",
        "this bank takes none without its PIN"
    );
    let look =
        |pin: &str| api::LookUpCodeRequest { shown: cafe.by_card(1, &ann, pin).shown, ..Default::default() };
    assert!(cafe.look_up_code("Till", look("2580")).unwrap().offers[0].is_enough);
    for _ in 0..5 {
        assert_eq!(why(cafe.sell(cafe.by_card(414, &ann, "9999"))), "CODE_NOT_USABLE");
    }
    assert_eq!(why(cafe.sell(cafe.by_card(414, &ann, "2580"))), "CODE_NOT_USABLE", "it is locked");
    cafe.sell(cafe.by_card(415, &bea, "1470")).unwrap();
    let block = api::BlockCardRequest {
        request_id: fresh(),
        account_number: cafe.town.of("Bea"),
        validate_only: false,
    };
    cafe.town.block_card("Tobias", block).unwrap();
    assert_eq!(why(cafe.sell(cafe.by_card(416, &bea, "1470"))), "CODE_NOT_USABLE");
    assert_eq!((cafe.stands("Ann").0, cafe.stands("Bea").0), (8 * HOUR, -HOUR));
}

/// Goal: where a bank allows a card alone, it is good for so much a day, and with its PIN for more. Method: an hour a day; two
/// sales without, one with; the next day; a sale that was given back.
#[test]
fn alone_up_to_the_daily_line() {
    let cafe = Cafe::selling();
    let look = api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 };
    let policy = cafe.town.get_bank_policy("Una", look).unwrap().policy.unwrap();
    let policy = Some(api::BankPolicy { card_alone_day_seconds: HOUR, ..policy });
    let request =
        api::SetBankPolicyRequest { request_id: fresh(), bank_number: 1, policy, validate_only: false };
    cafe.town.set_bank_policy("Una", request).unwrap();
    let card = cafe.card("Ann", "2580");
    let first = cafe.sell(cafe.by_card(1, &card, "")).unwrap().redemption.unwrap();
    assert_eq!(why(cafe.sell(cafe.by_card(2, &card, ""))), "NOT_TODAY");
    cafe.sell(cafe.by_card(2, &card, "2580")).unwrap();
    cafe.give_back("Till", first.redemption_sequence, 0).unwrap();
    cafe.sell(cafe.by_card(3, &card, "")).unwrap();
    assert_eq!(why(cafe.sell(cafe.by_card(4, &card, ""))), "NOT_TODAY");
    cafe.town.served.clock.advance_seconds(86_400);
    cafe.sell(cafe.by_card(1, &card, "")).unwrap();
}

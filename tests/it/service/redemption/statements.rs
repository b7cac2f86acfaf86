//! A partner's statement, period by period, and what becomes of its hours.

use hourbook::api::{self, PartnerLineKind, SettlementModel};

use super::{Cafe, why};
use crate::service::exchange::{day, of_seconds};
use crate::support::HOUR;
use crate::support::served::fresh;

const DAY_SECONDS: i64 = 86_400;

impl Cafe {
    pub fn statement(&self, who: &str, period_number: u32) -> api::GetPartnerStatementResponse {
        let request = api::GetPartnerStatementRequest {
            partner_owner_number: self.cafe,
            period_number,
            ..Default::default()
        };
        self.get_partner_statement(who, request).unwrap()
    }

    pub fn settlement(
        &self,
        period_number: u32,
        model: SettlementModel,
        to: &str,
    ) -> api::SettlePartnerRequest {
        api::SettlePartnerRequest {
            request_id: fresh(),
            partner_owner_number: self.cafe,
            period_number,
            model: model.into(),
            to_account_number: if to.is_empty() { 0 } else { self.town.of(to) },
            ..Default::default()
        }
    }
}

/// What a statement says: brought forward, taken, given back, spent, settled, other, kept, in hours.
fn hours(statement: &api::GetPartnerStatementResponse) -> [i64; 7] {
    let sums = statement.sums.unwrap();
    [
        sums.brought_forward_seconds,
        sums.taken_seconds,
        sums.given_back_seconds,
        sums.spent_seconds,
        sums.settled_seconds,
        sums.other_seconds,
        sums.kept_seconds,
    ]
    .map(|seconds| seconds / HOUR)
}

/// Goal: the statement of a period adds up to what the account has, a line a receipt, without members; what is settled is
/// final, and a later refund stands in the next one. Method: sales, a refund, hours spent, a gift; kept, then given back.
#[test]
fn a_period_and_the_next() {
    let cafe = Cafe::selling();
    let sell = |number| {
        let sold = cafe.sell(cafe.sale(number, &cafe.code("Ann", "Ann"))).unwrap();
        sold.redemption.unwrap().redemption_sequence
    };
    let sold = [1, 2, 3, 4].map(sell);
    let held = cafe.set_aside(api::Sale { people: 2, ..cafe.sale(5, &cafe.code("Ann", "Ann")) }).unwrap();
    cafe.take("Till", held.redemption_sequence, 1).unwrap();
    cafe.give_back("Till", sold[0], 0).unwrap();
    let spent = api::RecordExchangeRequest {
        request_id: fresh(),
        giver_account_number: cafe.town.of("Ann"),
        receiver_account_number: cafe.account(),
        length: of_seconds(HOUR),
        occurred_on: Some(day(5, 5)),
        ..Default::default()
    };
    cafe.town.record_exchange("Tobias", spent).unwrap();
    let runs = cafe.statement("Cafe", 0);
    assert_eq!((runs.period_number, runs.settlement.clone(), runs.last_day), (1, None, None));
    assert_eq!(hours(&runs), [0, 5, 1, 1, 0, 0, 3]);
    assert_eq!(cafe.stands("Cafe").0, 3 * HOUR);
    let lines: Vec<_> = runs
        .lines
        .iter()
        .map(|line| {
            (line.kind(), line.receipt.map_or(0, |receipt| receipt.number), line.change_seconds / HOUR)
        })
        .collect();
    let taken = |number| (PartnerLineKind::Taken, number, 1);
    assert_eq!(
        lines,
        [
            taken(1),
            taken(2),
            taken(3),
            taken(4),
            taken(5),
            (PartnerLineKind::GivenBack, 1, -1),
            (PartnerLineKind::Spent, 0, -1)
        ]
    );

    assert_eq!(
        why(cafe.settle_partner("Tobias", cafe.settlement(2, SettlementModel::Kept, ""))),
        "period_number"
    );
    let kept = cafe.settlement(1, SettlementModel::Kept, "");
    let first = cafe.settle_partner("Tobias", kept.clone()).unwrap();
    assert!(cafe.settle_partner("Tobias", kept).unwrap().receipt.unwrap().repeated);
    assert_eq!(first.settlement.unwrap().settled_seconds, 0);
    cafe.town.served.clock.advance_seconds(DAY_SECONDS);
    cafe.give_back("Cafe", sold[1], 0).unwrap();
    sell(1);
    let sealed = cafe.statement("Cafe", 1);
    assert_eq!((hours(&sealed), &sealed.lines), (hours(&runs), &runs.lines), "what is final stays");
    assert_eq!(hours(&cafe.statement("Cafe", 2)), [3, 1, 1, 0, 0, 0, 3]);

    let back = cafe.settlement(2, SettlementModel::GivenBack, "A pot");
    assert_eq!(why(cafe.settle_partner("Cafe", back.clone())), "BEYOND_REACH");
    assert_eq!(why(cafe.settle_partner("Oyin", back.clone())), "OWNER_NOT_FOUND");
    cafe.settle_partner("Tobias", back).unwrap();
    assert_eq!((cafe.stands("Cafe").0, cafe.town.posted("A pot")), (0, 3 * HOUR));
    let second = cafe.statement("Cafe", 2);
    assert_eq!(hours(&second), [3, 1, 1, 0, 3, 0, 0]);
    assert_eq!((second.last_day, second.settlement.unwrap().settled_seconds), (Some(day(5, 6)), 3 * HOUR));
    assert_eq!(hours(&cafe.statement("Cafe", 0)), [0; 7]);
}

/// Goal: what is paid outside has a due day, a day it was paid, and says how late that is. Method: due in 14 days, looked at
/// after 20, paid after 21, once.
#[test]
fn paid_outside_and_late() {
    let cafe = Cafe::selling();
    cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap();
    let paid = api::SettlePartnerRequest {
        due_day: Some(day(5, 19)),
        reference: "May, invoice 12".into(),
        ..cafe.settlement(1, SettlementModel::PaidOutside, "A created")
    };
    for (bent, field) in [
        (api::SettlePartnerRequest { due_day: None, ..paid.clone() }, "due_day"),
        (api::SettlePartnerRequest { due_day: Some(day(5, 4)), ..paid.clone() }, "due_day"),
        (api::SettlePartnerRequest { reference: String::new(), ..paid.clone() }, "reference"),
        (api::SettlePartnerRequest { to_account_number: 0, ..paid.clone() }, "to_account_number"),
        (
            api::SettlePartnerRequest { to_account_number: cafe.town.of("Ann"), ..paid.clone() },
            "to_account_number",
        ),
        (cafe.settlement(1, SettlementModel::Kept, "A pot"), "to_account_number"),
        (cafe.settlement(1, SettlementModel::Unspecified, ""), "model"),
    ] {
        assert_eq!(why(cafe.settle_partner("Tobias", bent)), field);
    }
    let settled = cafe.settle_partner("Tobias", paid).unwrap().settlement.unwrap();
    assert_eq!((settled.settled_seconds, settled.days_late, settled.paid_day), (HOUR, 0, None));
    cafe.town.served.clock.advance_seconds(20 * DAY_SECONDS);
    let waits = cafe.statement("Cafe", 1).settlement.unwrap();
    assert_eq!((waits.due_day, waits.days_late), (Some(day(5, 19)), 6));
    let request = |paid_day| api::RecordSettlementPaidRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        period_number: 1,
        paid_day: Some(paid_day),
        ..Default::default()
    };
    assert_eq!(why(cafe.record_settlement_paid("Tobias", request(day(5, 26)))), "paid_day");
    let paid = cafe.record_settlement_paid("Tobias", request(day(5, 20))).unwrap().settlement.unwrap();
    assert_eq!((paid.paid_day, paid.days_late), (Some(day(5, 20)), 1));
    assert_eq!(why(cafe.record_settlement_paid("Tobias", request(day(5, 20)))), "period_number");
}

/// Goal: a long period is read page by page, each line once, with the same sums on each page; a venue's lines alone are asked
/// for, and what the venue took and gave back; that of all venues makes the account's. Method: seven sales in two venues, half
/// an hour of two of them given back, a gift; pages of three.
#[test]
fn page_by_page() {
    let cafe = Cafe::selling();
    let venue = api::SetVenueRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        name: "At the mill".into(),
        ..Default::default()
    };
    cafe.town.set_venue("Tobias", venue).unwrap();
    for number in 1..=7 {
        let moved = api::SetTillRequest {
            request_id: fresh(),
            partner_owner_number: cafe.cafe,
            till_number: 1,
            venue_number: 1 + number % 2,
            ..Default::default()
        };
        cafe.town.set_till("Tobias", moved).unwrap();
        let sold = cafe.sell(cafe.sale(number, &cafe.code("Ann", "Ann"))).unwrap().redemption.unwrap();
        if number <= 2 {
            cafe.give_back("Till", sold.redemption_sequence, HOUR / 2 * i64::from(number)).unwrap();
        }
    }
    let pages = |venue_number| {
        let (mut numbers, mut changes) = (Vec::new(), 0);
        let mut page_token = String::new();
        loop {
            let request = api::GetPartnerStatementRequest {
                venue_number,
                page_size: 3,
                page_token,
                ..Default::default()
            };
            let page = cafe.get_partner_statement("Cafe", request).unwrap();
            let sums = page.sums.unwrap();
            assert_eq!([sums.taken_seconds, sums.given_back_seconds], [7 * HOUR, 3 * HOUR / 2]);
            numbers.extend(page.lines.iter().map(|line| line.receipt.unwrap().number));
            changes += page.lines.iter().map(|line| line.change_seconds).sum::<i64>();
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return (numbers, changes, page.venue);
            }
        }
    };
    assert_eq!(pages(0), (vec![1, 1, 2, 2, 3, 4, 5, 6, 7], 11 * HOUR / 2, None));
    let venue = |venue_number, taken_seconds, given_back_seconds| {
        let difference_seconds = taken_seconds - given_back_seconds;
        let venue = api::VenueSums { venue_number, taken_seconds, given_back_seconds, difference_seconds };
        (difference_seconds, Some(venue))
    };
    let (changes, bridge) = venue(1, 3 * HOUR, HOUR);
    assert_eq!(pages(1), (vec![2, 2, 4, 6], changes, bridge));
    let (changes, mill) = venue(2, 4 * HOUR, HOUR / 2);
    assert_eq!(pages(2), (vec![1, 1, 3, 5, 7], changes, mill));
    assert_eq!(pages(3), (vec![], 0, venue(3, 0, 0).1));
}

/// Goal: what the shop takes beyond its hours of the month is shown wherever the sale is. Method: a shop that takes nothing a
/// month; the answer, by its receipt, in the list, in the statement, and when it was given back.
#[test]
fn on_us_is_shown() {
    let cafe = Cafe::selling();
    cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap();
    let budget = api::SetPartnerBudgetRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        month_seconds: Some(0),
        validate_only: false,
    };
    cafe.set_partner_budget("Cafe", budget).unwrap();
    let sale = |number| cafe.sale(number, &cafe.code("Ann", "Ann"));
    assert_eq!(why(cafe.sell(sale(2))), "OFFER_NOT_AVAILABLE");
    let on_us = api::Sale { is_beyond_budget: true, ..sale(2) };
    let sold = cafe.sell(on_us.clone()).unwrap();
    assert_eq!(sold.sentence, "1 hour was taken. On us: beyond the shop's hours of this month.");
    let sold = sold.redemption.unwrap();
    assert!(sold.is_beyond_budget && cafe.sell(on_us).unwrap().redemption.unwrap().is_beyond_budget);
    cafe.give_back("Till", sold.redemption_sequence, HOUR / 2).unwrap();
    let told = [1, 2].map(|number| cafe.by_receipt(number).unwrap().is_beyond_budget);
    assert_eq!(told, [false, true]);
    let list = cafe.list_redemptions("Cafe", api::ListRedemptionsRequest::default()).unwrap();
    assert_eq!(list.redemptions.iter().map(|one| one.is_beyond_budget).collect::<Vec<_>>(), [true, false]);
    let lines = cafe.statement("Cafe", 0).lines;
    assert_eq!(lines.iter().map(|line| line.is_beyond_budget).collect::<Vec<_>>(), [false, true, true]);
}

/// Goal: what a partner has in another bank is not for a broker of this one to read or to settle. Method: the café has an
/// account in Quillmere too; Tobias is of Ashenford, Una of both.
#[test]
fn an_account_in_another_bank() {
    let cafe = Cafe::selling();
    let account = api::NewAccount {
        bank_number: 2,
        kind: api::AccountKind::Partner.into(),
        owner_number: cafe.cafe,
        ..Default::default()
    };
    let request =
        api::OpenAccountRequest { request_id: fresh(), account: Some(account), validate_only: false };
    let opened = cafe.town.open_account("integration", request).unwrap().receipt.unwrap().entry.unwrap();
    let Some(api::entry::Action::AccountsOpened(opened)) = opened.action else { panic!() };
    let far = opened.account_numbers[0];
    let read = |who: &str, account_number| {
        let request = api::GetPartnerStatementRequest {
            partner_owner_number: cafe.cafe,
            account_number,
            ..Default::default()
        };
        cafe.get_partner_statement(who, request)
    };
    let settle = |who: &str, period_number| {
        let kept = cafe.settlement(period_number, SettlementModel::Kept, "");
        cafe.settle_partner(who, api::SettlePartnerRequest { account_number: far, ..kept })
    };
    assert_eq!(why(read("Tobias", far)), "account_number");
    assert_eq!(why(settle("Tobias", 1)), "account_number");
    assert_eq!(read("Tobias", 0).unwrap().period_number, 1, "the only one there is for him");
    assert_eq!(why(read("Cafe", 0)), "account_number", "it has two");
    for who in ["Cafe", "Una"] {
        assert_eq!(read(who, far).unwrap().period_number, 1, "{who}");
    }
    settle("Una", 1).unwrap();
}

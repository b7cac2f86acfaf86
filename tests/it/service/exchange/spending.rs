//! Representatives who take hours of whom they speak for, and banks that take the word of whoever received help.

use hourbook::api;

use super::{Town, approve_it, day, of_seconds, reason};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Goal: a representative takes hours in the ways they speak for, no more in a month than they may, whichever way;
/// what is let go counts no more, and the next month is another. Method: Dev speaks for Wayside with 5 hours a month,
/// Greta only to receive, each way of taking hours on either side of the limit.
#[test]
fn so_much_a_month() {
    let mut town = Town::new();
    town.owner("Wayside");
    town.account("Wayside", (1, api::AccountKind::Organisation), "Wayside", -100);
    for name in ["Dev", "Greta", "Ivy"] {
        town.member(name, -10);
        town.give_key(name, api::Role::Member);
    }
    let limit = |who: &str, speaks: api::Speaks, seconds| api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: town.owners["Wayside"],
        representative: Some(api::Representative {
            owner_number: town.owners[who],
            speaks: speaks.into(),
            monthly_limit_seconds: seconds,
            last_day: None,
        }),
        ..Default::default()
    };
    town.set_representative("Tobias", limit("Dev", api::Speaks::ForAll, 5 * HOUR)).unwrap();
    town.set_representative("Tobias", limit("Greta", api::Speaks::ToReceive, 0)).unwrap();
    let gift = |hours: i64| api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Wayside"),
        to_account_number: town.of("Ivy"),
        length: of_seconds(hours * HOUR),
        ..Default::default()
    };
    let book = |hours: i64| town.booking("Ivy", "Wayside", hours * HOUR);
    let received = |hours: i64| town.said(("Ivy", "Wayside"), api::Side::Receiver, hours * HOUR, day(5, 4));
    let given = |hours: i64| town.said(("Ivy", "Wayside"), api::Side::Giver, hours * HOUR, day(5, 3));
    let confirm = |proposal_sequence| api::ConfirmExchangeRequest {
        request_id: fresh(),
        proposal_sequence,
        ..Default::default()
    };

    assert_eq!(reason(town.gift("Greta", gift(1))), "NOT_YOURS");
    assert_eq!(reason(town.book_hours("Greta", book(1))), "NOT_YOURS");
    assert_eq!(reason(town.gift("Dev", gift(6))), "BUDGET_SPENT");
    town.gift("Dev", gift(1)).unwrap();
    let booking = super::sequence(&town.book_hours("Dev", book(2)).unwrap().receipt);
    town.propose_exchange("Dev", received(1)).unwrap();
    let by_ivy = town.proposed("Ivy", given(2));
    assert_eq!(reason(town.confirm_exchange("Dev", confirm(by_ivy))), "BUDGET_SPENT");
    assert_eq!(reason(town.gift("Dev", gift(2))), "BUDGET_SPENT");
    let cancel =
        api::CancelBookingRequest { request_id: fresh(), booking_sequence: booking, ..Default::default() };
    town.cancel_booking("Dev", cancel).unwrap();
    town.confirm_exchange("Dev", confirm(by_ivy)).unwrap();
    assert_eq!(reason(town.gift("Dev", gift(2))), "BUDGET_SPENT");
    // Nobody else's limit: Greta has none, a broker writes what Wayside said.
    let another = api::ProposeExchangeRequest { is_another: true, ..received(7) };
    town.propose_exchange("Greta", another).unwrap();
    town.gift("Tobias", gift(8)).unwrap();
    assert_eq!(town.posted("Wayside"), -11 * HOUR);

    // Of a changed limit, and in June, there is more.
    town.set_representative("Tobias", limit("Dev", api::Speaks::ForAll, 6 * HOUR)).unwrap();
    assert_eq!(reason(town.gift("Dev", gift(3))), "BUDGET_SPENT");
    town.gift("Dev", gift(2)).unwrap();
    town.served.clock.advance_seconds(31 * 86_400);
    town.gift("Dev", gift(6)).unwrap();
    assert_eq!(reason(town.gift("Dev", gift(1))), "BUDGET_SPENT");
}

/// Goal: where a bank takes the word of whoever received help, that word moves the hours at once, and the word of
/// whoever helped still moves nothing; above the second line somebody else agrees. Method: both sides, at each line.
#[test]
fn the_word_of_who_received() {
    let mut town = Town::new();
    for name in ["Dev", "Greta"] {
        town.member(name, -100);
        town.give_key(name, api::Role::Member);
    }
    let policy = town.get_bank_policy("Una", api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 });
    let policy =
        api::BankPolicy { confirming: api::Confirming::Receiver.into(), ..policy.unwrap().policy.unwrap() };
    let request = api::SetBankPolicyRequest {
        request_id: fresh(),
        bank_number: 1,
        policy: Some(policy),
        ..Default::default()
    };
    town.set_bank_policy("Una", request).unwrap();

    let said = |side, hours: i64| town.said(("Dev", "Greta"), side, hours * HOUR, day(5, 4));
    let request = said(api::Side::Receiver, 2);
    for repeated in [false, true] {
        let answer = town.propose_exchange("Greta", request.clone()).unwrap();
        assert_eq!((answer.outcome(), answer.receipt.unwrap().repeated), (api::Outcome::Confirmed, repeated));
        assert_eq!((town.posted("Dev"), town.posted("Greta")), (2 * HOUR, -2 * HOUR));
    }
    let more = api::ProposeExchangeRequest { is_another: true, ..said(api::Side::Giver, 3) };
    let answer = town.propose_exchange("Dev", more).unwrap();
    assert_eq!(answer.outcome(), api::Outcome::Unspecified);
    assert_eq!((town.posted("Dev"), town.held("Greta")), (2 * HOUR, 3 * HOUR));
    let proposal_sequence = super::sequence(&answer.receipt);
    let confirm =
        api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    town.confirm_exchange("Greta", confirm).unwrap();
    assert_eq!(reason(town.propose_exchange("Greta", said(api::Side::Receiver, 41))), "UNUSUAL_AMOUNT");
    let long = api::ProposeExchangeRequest {
        confirmed_amount_seconds: 41 * HOUR,
        is_another: true,
        ..said(api::Side::Receiver, 41)
    };
    let answer = town.propose_exchange("Greta", long).unwrap();
    assert_eq!((answer.outcome(), town.posted("Dev")), (api::Outcome::Waits, 5 * HOUR));
    town.approve("Tobias", approve_it(answer.waiting_number)).unwrap();
    assert_eq!(town.posted("Dev"), 46 * HOUR);
}

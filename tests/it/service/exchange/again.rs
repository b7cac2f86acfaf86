//! The same request asked again after the world has changed (I6).

use hourbook::api;

use super::{Town, approve_it, day, number, of_seconds, reason, sequence, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

fn town() -> Town {
    let mut town = Town::new();
    for name in ["Imelda", "Jonah", "Ivy"] {
        town.member(name, -200);
    }
    town.give_key("Imelda", api::Role::Broker);
    town.give_key("Jonah", api::Role::Member);
    town.give_key("Ivy", api::Role::Member);
    town.begin_with("A created", &[("A pot", 100 * HOUR)]);
    town
}

/// The bank's policy with hours as they were, and other questions.
pub fn settle(town: &Town, change: impl FnOnce(&mut api::BankPolicy)) {
    let get = api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 };
    let mut policy = town.get_bank_policy("Una", get).unwrap().policy.unwrap();
    change(&mut policy);
    let set = api::SetBankPolicyRequest {
        request_id: fresh(),
        bank_number: 1,
        policy: Some(policy),
        validate_only: false,
    };
    town.set_bank_policy("Una", set).unwrap();
}

/// Goal: a retry hears its first answer, whatever has changed: another rounding, a later hour, less patience, what it
/// answered is over, or would be asked about now; and other content under its id is REQUEST_ID_REUSED, also where the
/// rules would refuse it. Method: every kind of write once, then the world changes, then each again, and changed.
#[test]
fn the_first_answer_stands() {
    let town = town();
    let record = api::RecordExchangeRequest {
        memo: "the fence".into(),
        ..town.helped("Jonah", "Ivy", 50 * 60, day(5, 4))
    };
    let recorded = town.record_exchange("Tobias", record.clone()).unwrap().done.unwrap();
    assert_eq!(town.posted("Jonah"), HOUR);
    let long = town.helped("Jonah", "Ivy", 20 * HOUR, day(5, 1));
    let long_number = town.recorded("Tobias", long.clone());
    let propose = town.said(("Jonah", "Ivy"), api::Side::Giver, HOUR, day(5, 3));
    let proposed = town.proposed("Jonah", propose.clone());
    let confirm = api::ConfirmExchangeRequest {
        request_id: fresh(),
        proposal_sequence: proposed,
        length: of_seconds(HOUR + 10 * 60),
        ..Default::default()
    };
    let confirmed = town.confirm_exchange("Ivy", confirm.clone()).unwrap();
    assert_eq!(confirmed.outcome(), api::Outcome::Middle);
    let own = town.helped("Imelda", "Jonah", 50 * 60, day(5, 2));
    let own_waits = waits(town.record_exchange("Imelda", own.clone()).unwrap().done);
    let agree = approve_it(own_waits);
    let agreed = sequence(&town.approve("Tobias", agree.clone()).unwrap().receipt);
    let right = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: long_number,
        reason: "a slip".into(),
        ..Default::default()
    };
    let righted = number(&town.put_right("Tobias", right.clone()).unwrap().done.unwrap());

    settle(&town, |policy| {
        policy.rounding = api::Rounding::Exact.into();
        policy.unusual_question_above_seconds = 10 * HOUR;
        policy.unusual_second_person_above_seconds = 12 * HOUR;
        policy.dispute_tolerance_seconds = 0;
        policy.auto_accept_days = 3;
        policy.reversal_window_days = 1;
    });
    town.served.clock.advance_seconds(3 * 86_400);
    let stands = |town: &Town| ["Jonah", "Ivy", "Imelda"].map(|name| town.posted(name));
    let before = (stands(&town), town.position());

    let again = town.record_exchange("Tobias", record.clone()).unwrap().done.unwrap();
    assert_eq!(number(&again), number(&recorded));
    assert!(again.receipt.unwrap().repeated);
    assert_eq!(town.recorded("Tobias", long.clone()), long_number);
    assert_eq!(town.proposed("Jonah", propose.clone()), proposed);
    let again = town.confirm_exchange("Ivy", confirm.clone()).unwrap();
    assert_eq!(
        (sequence(&again.receipt), again.outcome()),
        (sequence(&confirmed.receipt), api::Outcome::Middle)
    );
    assert_eq!(waits(town.record_exchange("Imelda", own.clone()).unwrap().done), own_waits);
    assert_eq!(sequence(&town.approve("Tobias", agree.clone()).unwrap().receipt), agreed);
    assert_eq!(number(&town.put_right("Tobias", right.clone()).unwrap().done.unwrap()), righted);

    let other = api::RecordExchangeRequest { length: of_seconds(51 * 60), ..record.clone() };
    assert_eq!(reason(town.record_exchange("Tobias", other)), "REQUEST_ID_REUSED");
    let other = api::RecordExchangeRequest { length: of_seconds(21 * HOUR), ..long.clone() };
    assert_eq!(reason(town.record_exchange("Tobias", other)), "REQUEST_ID_REUSED");
    let other = api::ProposeExchangeRequest { occurred_on: Some(day(5, 2)), ..propose };
    assert_eq!(reason(town.propose_exchange("Jonah", other)), "REQUEST_ID_REUSED");
    let other = api::ApproveRequest { waiting_number: righted, ..agree };
    assert_eq!(reason(town.approve("Tobias", other)), "REQUEST_ID_REUSED");
    let gift = api::GiftRequest {
        request_id: record.request_id.clone(),
        from_account_number: town.of("Jonah"),
        to_account_number: town.of("Ivy"),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    assert_eq!(reason(town.gift("Tobias", gift)), "REQUEST_ID_REUSED");
    assert_eq!((stands(&town), town.position()), before);
}

/// Goal: what confirming came to is kept, and not guessed from what was written. Method: the middle of 3 h and 2 h 45,
/// which is 3 h as a step is a quarter; what a representative with a monthly limit agreed to as it was said; a dispute.
/// Then patience is over, and the month; each again.
#[test]
fn what_it_came_to_stands() {
    let mut town = town();
    town.owner("Wayside");
    town.account("Wayside", (1, api::AccountKind::Organisation), "Wayside", -100);
    town.set_representative("Tobias", speaks(&town, false)).unwrap();
    let confirmed = |receiver: &str, said: i64, remembered: i64| {
        let told = town.said(("Jonah", receiver), api::Side::Giver, said, day(5, 3));
        let told = api::ProposeExchangeRequest { is_another: true, ..told };
        let request = api::ConfirmExchangeRequest {
            request_id: fresh(),
            proposal_sequence: town.proposed("Jonah", told),
            length: if remembered == 0 { None } else { of_seconds(remembered) },
            ..Default::default()
        };
        let answer = town.confirm_exchange("Ivy", request.clone()).unwrap();
        (request, answer)
    };
    let all = [
        (confirmed("Ivy", 3 * HOUR, 2 * HOUR + 45 * 60), api::Outcome::Middle),
        (confirmed("Wayside", 2 * HOUR, 0), api::Outcome::Confirmed),
        (confirmed("Wayside", HOUR, HOUR + 10 * 60), api::Outcome::Middle),
        (confirmed("Ivy", 5 * HOUR, HOUR), api::Outcome::Disputed),
    ];
    settle(&town, |policy| policy.dispute_tolerance_seconds = 0);
    town.served.clock.advance_seconds(31 * 86_400);
    for ((request, answer), outcome) in all {
        let again = town.confirm_exchange("Ivy", request.clone()).unwrap();
        assert_eq!((answer.outcome(), again.outcome()), (outcome, outcome), "{request:?}");
        assert_eq!(sequence(&again.receipt), sequence(&answer.receipt));
    }
}

/// Ivy speaks for Wayside with 5 hours a month, or no more.
fn speaks(town: &Town, is_over: bool) -> api::SetRepresentativeRequest {
    api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Wayside"),
        representative: Some(api::Representative {
            owner_number: town.owner_number("Ivy"),
            speaks: if is_over { api::Speaks::Unspecified } else { api::Speaks::ForAll }.into(),
            monthly_limit_seconds: if is_over { 0 } else { 5 * HOUR },
            last_day: None,
        }),
        is_over,
        ..Default::default()
    }
}

/// Goal: whoever may not ask any more still hears what they were answered, as they may have missed it; and by another
/// id, or of something else, that it is not there. Method: a representative gives, books, proposes, confirms, rejects,
/// disputes, cancels and takes; then speaks for nobody, and asks each again.
#[test]
fn a_retry_after_the_right_ended() {
    let mut town = town();
    town.owner("Wayside");
    town.account("Wayside", (1, api::AccountKind::Organisation), "Wayside", -100);
    let limited = speaks(&town, false);
    let unlimited = api::Representative { monthly_limit_seconds: 0, ..limited.representative.unwrap() };
    let begun = api::SetRepresentativeRequest { representative: Some(unlimited), ..limited };
    town.set_representative("Tobias", begun).unwrap();
    let said = |hours: i64| {
        let told = town.said(("Jonah", "Wayside"), api::Side::Giver, hours * HOUR, day(5, 3));
        let told = api::ProposeExchangeRequest { is_another: true, ..told };
        town.proposed("Jonah", told)
    };
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Wayside"),
        to_account_number: town.of("Jonah"),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    let donation = api::DonateRequest {
        request_id: fresh(),
        from_account_number: town.of("Wayside"),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    let booking = town.booking("Jonah", "Wayside", HOUR);
    let proposal = town.said(("Jonah", "Wayside"), api::Side::Receiver, 2 * HOUR, day(5, 2));
    let confirm =
        api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence: said(3), ..Default::default() };
    let reject =
        api::RejectExchangeRequest { request_id: fresh(), proposal_sequence: said(4), ..Default::default() };
    let dispute =
        api::DisputeExchangeRequest { request_id: fresh(), proposal_sequence: said(5), ..Default::default() };
    let asked = |town: &Town| {
        let number = |done: Result<Option<api::Done>, tonic::Status>| done.map(|done| number(&done.unwrap()));
        let entry = |receipt: Result<Option<api::Receipt>, tonic::Status>| receipt.map(|it| sequence(&it));
        [
            number(town.gift("Ivy", gift.clone()).map(|answer| answer.done)),
            number(town.donate("Ivy", donation.clone()).map(|answer| answer.done)),
            entry(town.book_hours("Ivy", booking.clone()).map(|answer| answer.receipt)),
            entry(town.propose_exchange("Ivy", proposal.clone()).map(|answer| answer.receipt)),
            entry(town.confirm_exchange("Ivy", confirm.clone()).map(|answer| answer.receipt)),
            entry(town.reject_exchange("Ivy", reject.clone()).map(|answer| answer.receipt)),
            entry(town.dispute_exchange("Ivy", dispute.clone()).map(|answer| answer.receipt)),
        ]
        .map(|answer| answer.map_err(|refused| reason::<()>(Err(refused))))
    };
    let first = asked(&town);
    assert!(first.iter().all(Result::is_ok), "{first:?}");
    let booking_sequence = first[2].clone().unwrap();
    let cancel = api::CancelBookingRequest { request_id: fresh(), booking_sequence, ..Default::default() };
    let cancelled = sequence(&town.cancel_booking("Ivy", cancel.clone()).unwrap().receipt);

    town.set_representative("Tobias", speaks(&town, true)).unwrap();
    let before = town.position();
    assert_eq!(asked(&town), first);
    assert_eq!(sequence(&town.cancel_booking("Ivy", cancel).unwrap().receipt), cancelled);
    let reused = api::GiftRequest { length: of_seconds(2 * HOUR), ..gift.clone() };
    assert_eq!(reason(town.gift("Ivy", reused)), "REQUEST_ID_REUSED");
    let another = api::GiftRequest { request_id: fresh(), ..gift.clone() };
    assert_eq!(reason(town.gift("Ivy", another)), "ACCOUNT_NOT_FOUND");
    let another = api::ConfirmExchangeRequest { request_id: fresh(), ..confirm.clone() };
    assert_eq!(reason(town.confirm_exchange("Ivy", another)), "ENTRY_NOT_FOUND");
    assert_eq!(town.position(), before);
}

/// Goal: other words under an id that was used are REQUEST_ID_REUSED, and what is only checked uses none up. Method:
/// checked, written, and asked again with another memo.
#[test]
fn words_are_part_of_a_request() {
    let town = town();
    let record = town.helped("Jonah", "Ivy", HOUR, day(5, 4));
    let checked = api::RecordExchangeRequest { validate_only: true, ..record.clone() };
    let before = town.position();
    let done = town.record_exchange("Tobias", checked).unwrap().done.unwrap();
    assert_eq!((sequence(&done.receipt), town.position()), (0, before));
    town.recorded("Tobias", record.clone());
    let other = api::RecordExchangeRequest { memo: "the gate".into(), ..record };
    assert_eq!(reason(town.record_exchange("Tobias", other)), "REQUEST_ID_REUSED");
}

/// Goal: an entry stays what the policy made of it, and is judged by the window that was in force when it was
/// recorded. Method: under quarters rounded up with 30 days, then exact with one day; each put right after 5 days.
#[test]
fn a_policy_changes_nothing_that_was() {
    let town = town();
    let before = town.recorded("Tobias", town.helped("Jonah", "Ivy", 50 * 60, day(5, 3)));
    settle(&town, |policy| {
        policy.rounding = api::Rounding::Exact.into();
        policy.reversal_window_days = 1;
    });
    assert_eq!(town.posted("Jonah"), HOUR, "nothing is worked out again");
    let after = town.recorded("Tobias", town.helped("Jonah", "Ivy", 50 * 60, day(5, 4)));
    assert_eq!(town.posted("Jonah"), HOUR + 50 * 60);
    town.served.clock.advance_seconds(5 * 86_400);
    let right = |original_sequence| api::PutRightRequest {
        request_id: fresh(),
        original_sequence,
        reason: "a slip".into(),
        ..Default::default()
    };
    assert_eq!(reason(town.put_right("Tobias", right(after))), "WINDOW_PASSED");
    number(&town.put_right("Tobias", right(before)).unwrap().done.unwrap());
    assert_eq!(town.posted("Jonah"), 50 * 60);
}

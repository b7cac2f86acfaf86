//! What nobody answers.

use hourbook::api;

use super::{Town, day, reason};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Goal: silence accepts what adds to the silent person's hours, and nothing else: what would take some goes to a broker,
/// also after a start; nobody answers any more.
/// Method: the receiver says it, then the giver; the clock just before the deadline and at it.
#[test]
fn silence_gives_and_never_takes() {
    let mut town = Town::new();
    for name in ["Dev", "Greta"] {
        town.member(name, -10);
        town.give_key(name, api::Role::Member);
    }
    let said = |side, on| town.said(("Dev", "Greta"), side, 2 * HOUR, day(5, on));
    let by_receiver = town.proposed("Greta", said(api::Side::Receiver, 4));
    let by_giver = town.proposed("Dev", said(api::Side::Giver, 5));
    assert_eq!(town.held("Greta"), 4 * HOUR);
    let look = |on| town.recorded("Tobias", town.helped("Dev", "Greta", HOUR, day(4, on)));
    town.served.clock.advance_seconds(14 * 86_400 - 1);
    look(1);
    assert_eq!((town.posted("Dev"), town.held("Greta")), (HOUR, 4 * HOUR));
    town.served.clock.advance_seconds(1);
    look(2);
    assert_eq!((town.posted("Dev"), town.posted("Greta")), (4 * HOUR, -4 * HOUR));
    assert_eq!(town.held("Greta"), 0);
    // It was on the day that Greta said, however late: for the statement and for the books as of that day.
    let statement =
        api::ListStatementRequest { account_number: town.of("Dev"), page_size: 100, ..Default::default() };
    let lines = town.list_statement("Tobias", statement).unwrap().lines;
    let taken = lines.iter().find(|line| line.form() == api::Form::Expire).unwrap();
    let told = (taken.day, taken.sentence.as_str());
    assert_eq!(told, (Some(day(5, 4)), "gave 2 h to Greta, on 4 May (entered 19 May)"));
    let as_of = |on| {
        let request = api::GetBalanceRequest {
            account_number: town.of("Dev"),
            through_day: Some(day(5, on)),
            min_sequence: town.position(),
            ..Default::default()
        };
        town.get_balance("Una", request).unwrap().balance.unwrap().posted_seconds
    };
    assert_eq!([as_of(3), as_of(4)], [2 * HOUR, 4 * HOUR], "two hours of April, and two of 4 May");
    // A broker asks Greta whether it was so.
    let waiting = |town: &Town| {
        let request = api::ListWaitingRequest { bank_number: 1, ..Default::default() };
        let waiting = town.list_waiting("Tobias", request).unwrap().waiting;
        Vec::from_iter(waiting.into_iter().map(|one| (one.number, one.waiting_for(), one.actor)))
    };
    let unanswered = [(by_giver, api::WaitingFor::Broker, town.owner_number("Dev"))];
    assert_eq!(waiting(&town), unanswered);
    town.reopened(|_| {});
    assert_eq!(waiting(&town), unanswered, "after a start");
    let settle = api::ResolveDisputeRequest {
        request_id: fresh(),
        proposal_sequence: by_giver,
        length: super::of_seconds(HOUR),
        reason: "she had forgotten".into(),
        ..Default::default()
    };
    town.resolve_dispute("Tobias", settle).unwrap();
    assert_eq!((waiting(&town), town.posted("Greta")), (vec![], -5 * HOUR));
    for (key, proposal_sequence, why) in
        [("Dev", by_receiver, "HOLD_RESOLVED"), ("Greta", by_giver, "HOLD_EXPIRED")]
    {
        let confirm =
            api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
        assert_eq!(reason(town.confirm_exchange(key, confirm)), why);
    }
}

/// Goal: what is rejected moves nothing, and the slip can be written down again. Method: by the other side, by
/// whoever said it, and by somebody who is neither.
#[test]
fn what_is_rejected_moves_nothing() {
    let mut town = Town::new();
    for name in ["Dev", "Greta", "Ivy"] {
        town.member(name, -10);
        town.give_key(name, api::Role::Member);
    }
    for key in ["Greta", "Dev"] {
        let said = town.said(("Dev", "Greta"), api::Side::Giver, HOUR, day(5, 4));
        let proposal_sequence = town.proposed("Dev", said);
        let no = || api::RejectExchangeRequest {
            request_id: fresh(),
            proposal_sequence,
            reason: "I was away".into(),
            validate_only: false,
        };
        assert_eq!(reason(town.reject_exchange("Ivy", no())), "ENTRY_NOT_FOUND");
        town.reject_exchange(key, no()).unwrap();
        assert_eq!((town.posted("Dev"), town.held("Greta")), (0, 0));
        assert_eq!(reason(town.reject_exchange(key, no())), "HOLD_RESOLVED");
    }
    let booked = town.booking("Dev", "Greta", HOUR);
    let booking_sequence = super::sequence(&town.book_hours("Greta", booked).unwrap().receipt);
    let cancel = api::CancelBookingRequest { request_id: fresh(), booking_sequence, ..Default::default() };
    town.cancel_booking("Greta", cancel).unwrap();
    assert_eq!(town.held("Greta"), 0);
}

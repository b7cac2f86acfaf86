//! Nobody alone adds to hours of their own (I11).

use hourbook::api;

use super::again::settle;
use super::{Town, approve_it, day, number, of_seconds, reason, sequence, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Imelda is broker and member; Tobias is a broker; Jonah and Ivy are members.
fn town() -> Town {
    let mut town = Town::new();
    for name in ["Imelda", "Jonah", "Ivy"] {
        town.member(name, -200);
    }
    town.give_key("Imelda", api::Role::Broker);
    town.give_key("Jonah", api::Role::Member);
    town.begin_with("A created", &[("A pot", 100 * HOUR), ("Jonah", 10 * HOUR), ("Ivy", 10 * HOUR)]);
    town
}

fn entry(town: &Town, sequence: u64) -> api::Entry {
    town.get_entry("Una", api::GetEntryRequest { sequence, min_sequence: 0 }).unwrap().entry.unwrap()
}

/// Goal: whatever adds to a broker's own account waits, moves nothing, and is done when another broker agrees and not
/// when they do themselves; the entry says who asked and who agreed. Method: each call that can, and each is approved.
#[test]
fn what_adds_to_ones_own_waits() {
    let town = town();
    let me = town.of("Imelda");
    let to_me = town.recorded("Tobias", town.helped("Jonah", "Imelda", HOUR, day(4, 2)));
    let stood = town.posted("Imelda");
    let mine = || town.helped("Imelda", "Jonah", HOUR, day(4, 3));
    let walk = api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::SplitProviderTime.into(),
        givers: vec![api::GroupGiver { account_number: me, length: of_seconds(2 * HOUR) }],
        participant_account_numbers: vec![town.of("Jonah"), town.of("Ivy")],
        occurred_on: Some(day(4, 4)),
        ..Default::default()
    };
    let thanks = api::CreditMemberRequest {
        request_id: fresh(),
        account_number: me,
        from_account_number: town.of("A pot"),
        length: of_seconds(HOUR),
        is_help: true,
        occurred_on: Some(day(4, 5)),
        ..Default::default()
    };
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Ivy"),
        to_account_number: me,
        length: of_seconds(HOUR),
        ..Default::default()
    };
    let booking = api::BookHoursRequest {
        request_id: fresh(),
        giver_account_number: me,
        receiver_account_number: town.of("Jonah"),
        length: of_seconds(HOUR),
        day: Some(day(5, 5)),
        ..Default::default()
    };
    let booking_sequence = sequence(&town.book_hours("Imelda", booking).unwrap().receipt);
    let take = api::TakeBookingRequest { request_id: fresh(), booking_sequence, ..Default::default() };
    let right = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: to_me,
        reason: "a slip".into(),
        ..Default::default()
    };
    let waiting = [
        waits(town.record_exchange("Imelda", mine()).unwrap().done),
        waits(town.record_group_exchange("Imelda", walk).unwrap().done),
        waits(town.credit_member("Imelda", thanks).unwrap().done),
        waits(town.gift("Imelda", gift).unwrap().done),
        waits(town.take_booking("Imelda", take).unwrap().done),
        waits(town.put_right("Imelda", right).unwrap().done),
    ];
    assert_eq!(town.posted("Imelda"), stood);
    let list = api::ListWaitingRequest { bank_number: 1, ..Default::default() };
    let numbers: Vec<_> =
        town.list_waiting("Tobias", list.clone()).unwrap().waiting.iter().map(|one| one.number).collect();
    assert_eq!(numbers, waiting);
    let mut stood = stood;
    for (one, hours) in waiting.into_iter().zip([1, 2, 1, 1, 1, 1]) {
        assert_eq!(reason(town.approve("Imelda", approve_it(one))), "SECOND_PERSON_NEEDED");
        assert_eq!(town.posted("Imelda"), stood);
        let written = sequence(&town.approve("Tobias", approve_it(one)).unwrap().receipt);
        stood += hours * HOUR;
        assert_eq!(town.posted("Imelda"), stood);
        let entry = entry(&town, written);
        assert_eq!(entry.actor, town.owners["Imelda"]);
        let second = entry.details.unwrap().second_person;
        assert!(second != 0 && second != entry.actor, "{second}");
        assert_eq!(reason(town.approve("Tobias", approve_it(one))), "NOTHING_WAITS");
    }
    assert!(town.list_waiting("Tobias", list).unwrap().waiting.is_empty());
    // What takes from her own needs nobody.
    town.recorded("Imelda", town.helped("Ivy", "Imelda", HOUR, day(4, 6)));
}

/// Goal: who is one of the two settles no dispute, and nobody answers what they wrote down, nor is a broker's silence
/// their own consent. Method: a dispute, proposals by each side written by Imelda, and the clock past all deadlines.
#[test]
fn nobody_answers_themselves() {
    let town = town();
    let said = |side, on| town.said(("Imelda", "Jonah"), side, 2 * HOUR, day(4, on));
    let disputed = town.proposed("Jonah", said(api::Side::Receiver, 1));
    let dispute = api::DisputeExchangeRequest {
        request_id: fresh(),
        proposal_sequence: disputed,
        length: of_seconds(HOUR),
        ..Default::default()
    };
    town.dispute_exchange("Imelda", dispute).unwrap();
    let settle = || api::ResolveDisputeRequest {
        request_id: fresh(),
        proposal_sequence: disputed,
        length: of_seconds(2 * HOUR),
        ..Default::default()
    };
    assert_eq!(reason(town.resolve_dispute("Imelda", settle())), "SECOND_PERSON_NEEDED");
    for (side, on) in [(api::Side::Receiver, 2), (api::Side::Giver, 3)] {
        let proposal_sequence = town.proposed("Imelda", said(side, on));
        let confirm =
            api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
        assert_eq!(reason(town.confirm_exchange("Imelda", confirm)), "SECOND_PERSON_NEEDED");
    }
    town.served.clock.advance_seconds(40 * 86_400);
    let wake = town.helped("Jonah", "Ivy", HOUR, day(4, 9));
    town.recorded("Tobias", wake);
    assert_eq!(town.held("Jonah"), 0, "all deadlines are past");
    assert_eq!(town.posted("Imelda"), 0);
    town.resolve_dispute("Tobias", settle()).unwrap();
    assert_eq!(town.posted("Imelda"), 2 * HOUR);
}

/// Goal: what is left of an entry that was put right in part may be a gain though the whole of it was none. Method:
/// Imelda paid in one part of a session and was paid in another; Tobias puts the second right, she would the rest.
#[test]
fn what_is_left_may_be_a_gain() {
    let town = town();
    let (me, jonah, ivy) = (town.of("Imelda"), town.of("Jonah"), town.of("Ivy"));
    let transfers = vec![
        crate::support::served::transfer(me, jonah, HOUR),
        crate::support::served::transfer(ivy, me, HOUR),
    ];
    let both = api::PostEntryRequest {
        request_id: fresh(),
        kind: api::Kind::Group.into(),
        transfers,
        ..Default::default()
    };
    let original_sequence = sequence(&town.post_entry("integration", both).unwrap().receipt);
    let right = |parts| api::PutRightRequest {
        request_id: fresh(),
        original_sequence,
        parts,
        reason: "a slip".into(),
        validate_only: false,
    };
    let second = api::ReversedPart { transfer_index: 1, amount_seconds: HOUR };
    number(&town.put_right("Tobias", right(vec![second])).unwrap().done.unwrap());
    assert_eq!(town.posted("Imelda"), -HOUR);
    waits(town.put_right("Imelda", right(Vec::new())).unwrap().done);
    assert_eq!(town.posted("Imelda"), -HOUR);
}

/// Goal: a lead alone makes no hours, and a broker does not agree to that; after the window a broker cannot put right
/// and a lead needs a second person; above the second line somebody else agrees. Method: each in turn.
#[test]
fn other_things_that_need_two() {
    let mut town = town();
    town.broker("Oswin");
    let made = api::CreditMemberRequest {
        request_id: fresh(),
        account_number: town.of("A pot"),
        from_account_number: town.of("A created"),
        length: of_seconds(HOUR),
        reason: "backed by the health board".into(),
        ..Default::default()
    };
    let one = waits(town.credit_member("Tobias", made).unwrap().done);
    assert_eq!(reason(town.approve("Oswin", approve_it(one))), "SECOND_PERSON_NEEDED");
    town.approve("Una", approve_it(one)).unwrap();

    let seconds = 41 * HOUR;
    let long = town.helped("Jonah", "Ivy", seconds, day(4, 1));
    let long = api::RecordExchangeRequest { confirmed_amount_seconds: seconds, ..long };
    let two = waits(town.record_exchange("Tobias", long).unwrap().done);
    let no = api::DeclineRequest {
        request_id: fresh(),
        waiting_number: two,
        reason: "it was an afternoon".into(),
        ..Default::default()
    };
    let said = town.decline("Oswin", no).unwrap().receipt.unwrap().entry.unwrap().details.unwrap();
    assert_eq!(said.reason, "it was an afternoon", "asked for without a word");
    assert_eq!(reason(town.approve("Oswin", approve_it(two))), "NOTHING_WAITS");

    // To a clearing account, or to where hours are made, nothing is handed out.
    for to in ["A between", "A created"] {
        let grant = api::CreditMemberRequest {
            request_id: fresh(),
            account_number: town.of(to),
            from_account_number: town.of("A pot"),
            length: of_seconds(HOUR),
            ..Default::default()
        };
        assert_eq!(reason(town.credit_member("Una", grant)), "account_number");
    }

    let original_sequence = town.recorded("Tobias", town.helped("Jonah", "Ivy", HOUR, day(4, 2)));
    town.served.clock.advance_seconds(31 * 86_400);
    let right = || api::PutRightRequest {
        request_id: fresh(),
        original_sequence,
        reason: "a slip".into(),
        ..Default::default()
    };
    assert_eq!(reason(town.put_right("Tobias", right())), "WINDOW_PASSED");
    let three = waits(town.put_right("Una", right()).unwrap().done);
    assert_eq!(reason(town.approve("Una", approve_it(three))), "SECOND_PERSON_NEEDED");
    town.approve("Tobias", approve_it(three)).unwrap();
    assert_eq!((town.posted("Jonah"), town.posted("Ivy")), (10 * HOUR, 10 * HOUR));
}

/// Goal: nobody steps around the second line by booking: what is taken above it needs somebody else, unless somebody else
/// booked it. Method: a bank whose lines are low; three hours booked and taken by one broker, and by two.
#[test]
fn a_booking_above_the_second_line_needs_two() {
    let mut town = town();
    town.broker("Oswin");
    settle(&town, |policy| {
        policy.unusual_question_above_seconds = HOUR;
        policy.unusual_second_person_above_seconds = 2 * HOUR;
    });
    let booked = |seconds| {
        let booking = api::BookHoursRequest {
            request_id: fresh(),
            giver_account_number: town.of("Jonah"),
            receiver_account_number: town.of("Ivy"),
            length: of_seconds(seconds),
            day: Some(day(5, 5)),
            confirmed_amount_seconds: seconds,
            is_another: true,
            ..Default::default()
        };
        sequence(&town.book_hours("Tobias", booking).unwrap().receipt)
    };
    let take = |who, booking_sequence| {
        let request_id = fresh();
        let take = api::TakeBookingRequest { request_id, booking_sequence, ..Default::default() };
        town.take_booking(who, take).unwrap().done
    };
    let stood = town.posted("Jonah");
    let waiting = waits(take("Tobias", booked(3 * HOUR)));
    assert_eq!(town.posted("Jonah"), stood);
    town.approve("Oswin", approve_it(waiting)).unwrap();
    assert_eq!(town.posted("Jonah"), stood + 3 * HOUR);
    assert!(take("Oswin", booked(3 * HOUR)).unwrap().receipt.is_some(), "Tobias booked it");
    assert!(take("Tobias", booked(2 * HOUR)).unwrap().receipt.is_some(), "on the line");
    assert_eq!(town.posted("Jonah"), stood + 8 * HOUR);
}

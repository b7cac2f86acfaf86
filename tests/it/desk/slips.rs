//! RecordExchanges: each slip by itself, all of them together, and only checked.

use std::sync::Barrier;
use std::thread;

use hourbook::api;
use hourbook::api::slip_answer::Answer;

use crate::service::exchange::again::settle;
use crate::service::exchange::{Town, approve_it, day, number, reason, typed};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Dev can go 10 hours below zero, Ann 2, Kit 5.
fn town() -> Town {
    let mut town = Town::new();
    for (name, floor_hours) in [("Dev", -10), ("Ann", -2), ("Kit", -5)] {
        town.member(name, floor_hours);
    }
    town
}

fn list(slips: &[api::RecordExchangeRequest], validate_only: bool) -> api::RecordExchangesRequest {
    api::RecordExchangesRequest { slips: slips.to_vec(), validate_only }
}

/// An answer in a few words: what was written under which number, or why it was not.
fn told(answer: &api::SlipAnswer) -> String {
    let why = |what: &str, said: &api::SlipNotDone| {
        assert!(!said.sentence.is_empty() && (said.reason.is_empty() != said.field.is_empty()), "{said:?}");
        format!("{what} {}{}", said.reason, said.field)
    };
    match answer.answer.as_ref().unwrap() {
        Answer::Done(done) if done.waiting_number > 0 || done.receipt.is_none() => "waits".into(),
        Answer::Done(done) if done.receipt.as_ref().unwrap().repeated => format!("again {}", number(done)),
        Answer::Done(done) => format!("done {}", number(done)),
        Answer::Question(said) => why("asks", said),
        Answer::NotDone(said) => why("not", said),
    }
}

fn answers(town: &Town, slips: &[api::RecordExchangeRequest], validate_only: bool) -> Vec<String> {
    let answered = town.record_exchanges("Tobias", list(slips, validate_only)).unwrap();
    answered.answers.iter().map(told).collect()
}

/// Goal: each slip has its own answer, in the order of the list; what is fine is written whatever the others are; a list that is sent
/// again writes nothing; a slip is the same request in a list and alone. Method: one slip of each sort, checked, written, again, and
/// each once more by RecordExchange.
#[test]
fn each_slip_has_its_own_answer() {
    let town = town();
    let helped = |seconds, on| town.helped("Dev", "Ann", seconds, day(5, on));
    let slips = [
        helped(HOUR, 1),
        api::RecordExchangeRequest { length: typed("1.45"), ..helped(1, 2) },
        api::RecordExchangeRequest { length: typed("1,5"), ..helped(1, 2) },
        helped(30 * HOUR, 2),
        api::RecordExchangeRequest { is_another: true, ..helped(HOUR, 1) },
        helped(2 * HOUR, 3),
        helped(HOUR, 30),
        api::RecordExchangeRequest { giver_account_number: 7, ..helped(HOUR, 3) },
        api::RecordExchangeRequest { request_id: String::new(), ..helped(HOUR, 3) },
    ];
    let position = town.position();
    let expected = |word: &str, numbers: [u64; 2]| {
        let [first, second] = numbers.map(|number| format!("{word} {number}"));
        let said = |said: &str| said.to_owned();
        vec![
            first,
            said("asks length"),
            said("asks length"),
            said("asks UNUSUAL_AMOUNT"),
            second,
            said("asks BELOW_FLOOR"),
            said("not DAY_IN_FUTURE"),
            said("not giver_account_number"),
            said("not request_id"),
        ]
    };
    assert_eq!(answers(&town, &slips, true), expected("done", [0, 0]));
    assert_eq!(town.position(), position, "nothing is written by a look");
    let numbers = [position + 1, position + 2];
    assert_eq!(answers(&town, &slips, false), expected("done", numbers));
    assert_eq!(answers(&town, &slips, false), expected("again", numbers));
    assert_eq!(town.position(), position + 2);
    for (slip, again) in [(&slips[0], 1), (&slips[4], 2)] {
        let alone = town.record_exchange("Tobias", slip.clone()).unwrap().done.unwrap();
        assert!(alone.receipt.as_ref().unwrap().repeated);
        assert_eq!(number(&alone), position + again);
    }
    assert_eq!((town.posted("Ann"), town.posted("Dev")), (-2 * HOUR, 2 * HOUR));
}

/// Goal: a list that is only checked is answered as it would be when it is written, one slip after the other: what looks like an
/// earlier slip is asked about, and whoever passes their floor only by all of them together; what asks something counts for nothing.
/// Method: the same list checked and then written; ids left free by the look.
#[test]
fn a_look_at_a_list_is_what_becomes_of_it() {
    let town = town();
    let slips = [
        town.helped("Dev", "Ann", HOUR, day(5, 1)),
        town.helped("Ann", "Dev", HOUR, day(5, 1)),
        town.helped("Dev", "Ann", HOUR, day(5, 2)),
        town.helped("Kit", "Ann", HOUR / 2, day(5, 2)),
        town.helped("Ann", "Kit", HOUR, day(5, 3)),
        town.helped("Kit", "Ann", HOUR / 2, day(5, 4)),
        town.helped("Kit", "Ann", HOUR / 2, day(5, 4)),
        api::RecordExchangeRequest {
            limit_reason: "she was ill".into(),
            ..town.helped("Dev", "Ann", 2 * HOUR, day(5, 4))
        },
    ];
    let expected = ["ok", "ALREADY_HERE", "ok", "BELOW_FLOOR", "ok", "ok", "ALREADY_HERE", "ok"];
    for validate_only in [true, false] {
        assert_eq!(short(answers(&town, &slips, validate_only)), expected, "only checked: {validate_only}");
    }
    assert_eq!(town.posted("Ann"), -HOUR - HOUR + HOUR - HOUR / 2 - 2 * HOUR);
}

/// What asks or is not done, as a word; whatever is fine, waits or is written as `ok`.
fn short(said: Vec<String>) -> Vec<String> {
    said.into_iter()
        .map(|one| match one.split_once(' ') {
            Some(("asks" | "not", why)) => why.to_owned(),
            _ => "ok".to_owned(),
        })
        .collect()
}

/// Goal: the look at a list is what becomes of it, with a ceiling that stops and with slips that wait for a second person: whoever
/// passes their ceiling only by all of them together is told, and what looks like a slip that waits is asked about, also where that
/// was sent before; what is answered to be another one waits beside it. Method: the same list checked, written, and checked again;
/// hours that are promised to whoever has the ceiling.
#[test]
fn a_look_sees_ceilings_and_what_waits() {
    let town = town();
    settle(&town, |policy| {
        policy.unusual_question_above_seconds = 4 * HOUR;
        policy.unusual_second_person_above_seconds = 4 * HOUR;
    });
    let limits = api::Limits {
        floor_seconds: Some(-10 * HOUR),
        ceiling_seconds: Some(3 * HOUR),
        ceiling_is_hard: true,
        ..Default::default()
    };
    let set = api::SetLimitsRequest {
        request_id: fresh(),
        account_number: town.of("Kit"),
        limits: Some(limits),
        ..Default::default()
    };
    town.set_limits("integration", set).unwrap();
    town.proposed("Tobias", town.said(("Kit", "Dev"), api::Side::Giver, HOUR / 2, day(4, 28)));
    let long = |on| api::RecordExchangeRequest {
        confirmed_amount_seconds: 5 * HOUR,
        ..town.helped("Ann", "Dev", 5 * HOUR, day(5, on))
    };
    let slips = [
        town.helped("Kit", "Dev", 2 * HOUR, day(5, 1)),
        town.helped("Kit", "Dev", HOUR, day(5, 2)),
        town.helped("Kit", "Dev", HOUR / 2, day(5, 3)),
        town.helped("Kit", "Dev", HOUR / 4, day(5, 4)),
        town.helped("Dev", "Kit", HOUR, day(5, 4)),
        town.helped("Kit", "Dev", HOUR / 4, day(5, 5)),
        long(1),
        long(1),
        long(2),
        api::RecordExchangeRequest { is_another: true, ..long(1) },
    ];
    let expected =
        ["ok", "ABOVE_CEILING", "ok", "ABOVE_CEILING", "ok", "ok", "ok", "ALREADY_HERE", "ok", "ok"];
    assert_eq!(short(answers(&town, &slips, true)), expected);
    let written = answers(&town, &slips, false);
    assert_eq!(short(written.clone()), expected);
    assert_eq!([6, 8, 9].map(|place: usize| &*written[place]), ["waits"; 3]);
    let position = town.position();
    assert_eq!(answers(&town, &slips, true)[7], "asks ALREADY_HERE");
    assert_eq!(answers(&town, &slips[6..8], false), ["waits", "asks ALREADY_HERE"]);
    assert_eq!(town.position(), position);
}

/// Goal: a list that is sent again says how each slip stands now: what waited and was agreed to is the entry that did it, what was
/// declined is not done, and what was put right since says so, the whole of it or a part. Method: two that wait, one agreed to and
/// one declined, and one that still waits; three written, one put right, one in part; sent again, checked and written.
#[test]
fn a_list_sent_again_says_how_it_stands() {
    let mut town = town();
    settle(&town, |policy| {
        policy.unusual_question_above_seconds = 2 * HOUR;
        policy.unusual_second_person_above_seconds = 2 * HOUR;
    });
    town.broker("Rosa");
    let long = |on| api::RecordExchangeRequest {
        confirmed_amount_seconds: 3 * HOUR,
        length: typed("3"),
        ..town.helped("Ann", "Dev", 3 * HOUR, day(5, on))
    };
    let one = |on| town.helped("Kit", "Dev", HOUR, day(5, on));
    let slips = [long(1), long(2), long(3), one(1), one(2), one(3)];
    let waiting = town.record_exchanges("Tobias", list(&slips, false)).unwrap().answers;
    let done = |answers: &[api::SlipAnswer], place: usize| match answers[place].answer.clone() {
        Some(Answer::Done(done)) => done,
        other => panic!("{other:?}"),
    };
    let numbers = [0, 1].map(|place| done(&waiting, place).waiting_number);
    let agreed =
        town.approve("Rosa", approve_it(numbers[0])).unwrap().receipt.unwrap().entry.unwrap().sequence;
    let decline = api::DeclineRequest {
        request_id: fresh(),
        waiting_number: numbers[1],
        reason: "not so".into(),
        validate_only: false,
    };
    town.decline("Rosa", decline).unwrap();
    let entries = [3, 4, 5].map(|place| number(&done(&waiting, place)));
    for (original_sequence, parts) in [
        (entries[0], vec![]),
        (entries[1], vec![api::ReversedPart { transfer_index: 0, amount_seconds: HOUR / 2 }]),
    ] {
        let right = api::PutRightRequest {
            request_id: fresh(),
            original_sequence,
            parts,
            reason: "a slip of the pen".into(),
            validate_only: false,
        };
        town.put_right("Tobias", right).unwrap();
    }
    let position = town.position();
    for validate_only in [true, false] {
        let answered = town.record_exchanges("Tobias", list(&slips, validate_only)).unwrap().answers;
        let said: Vec<_> = answered.iter().map(told).collect();
        let again = |number: u64| format!("again {number}");
        let expected = [
            again(agreed),
            "not NOTHING_WAITS".to_owned(),
            "waits".to_owned(),
            again(entries[0]),
            again(entries[1]),
            again(entries[2]),
        ];
        assert_eq!(said, expected, "only checked: {validate_only}");
        let Some(Answer::NotDone(declined)) = &answered[1].answer else { panic!() };
        assert_eq!(declined.figures["waiting_number"], numbers[1].to_string());
        let since = [3, 4, 5].map(|place| done(&answered, place).sentences.join(" "));
        assert!(since[0].contains("put right since: all"), "{since:?}");
        assert!(since[1].contains("put right since: a part"), "{since:?}");
        assert_eq!(since[2], "");
    }
    assert_eq!(town.position(), position);
}

/// Goal: a list has from 1 to 200 slips, and is checked as a whole; of a call that cannot be meant nothing is written. Method: 0, 200
/// and 201 slips; one that is said to be only checked; a member and another bank's broker.
#[test]
fn how_long_a_list_may_be() {
    let mut town = town();
    town.give_key("Ann", api::Role::Member);
    let slip = |place: i64| {
        let seconds = 900 * (1 + place / 2 % 4);
        let [giver, receiver] = if place % 2 == 0 { ["Dev", "Ann"] } else { ["Ann", "Dev"] };
        let slip =
            town.helped(giver, receiver, seconds, day(1 + (place / 16 % 4) as i32, 1 + (place % 16) as i32));
        api::RecordExchangeRequest { is_another: true, ..slip }
    };
    let position = town.position();
    assert_eq!(reason(town.record_exchanges("Tobias", list(&[], false))), "slips");
    let many: Vec<_> = (0..201).map(slip).collect();
    assert_eq!(reason(town.record_exchanges("Tobias", list(&many, false))), "slips");
    let only_checked = api::RecordExchangeRequest { validate_only: true, ..slip(0) };
    assert_eq!(
        reason(town.record_exchanges("Tobias", list(&[slip(1), only_checked], false))),
        "slips.validate_only"
    );
    assert_eq!(reason(town.record_exchanges("Ann", list(&many[..1], false))), "BEYOND_REACH");
    assert_eq!(town.position(), position);
    let answered = answers(&town, &many[..200], false);
    assert!(answered.iter().all(|said| said.starts_with("done ")), "{answered:?}");
    assert_eq!(town.position(), position + 200);
}

/// Goal: two brokers who send the same list at once write each slip once. Method: one list with ids of their own for each of two, at
/// the same moment; and the same list by one from two windows.
#[test]
fn two_at_one_pile_of_paper() {
    let mut town = town();
    town.give_another_key("Rosa", "Kit", api::Role::Broker);
    town.member("Zoe", -60);
    let slips = |town: &Town| -> Vec<_> {
        let on = |place: i32| town.helped("Dev", "Zoe", 900, day(4, 1 + place));
        (0..20).map(on).collect()
    };
    let position = town.position();
    let at_once = |first: (&str, Vec<api::RecordExchangeRequest>),
                   second: (&str, Vec<api::RecordExchangeRequest>)| {
        let barrier = Barrier::new(2);
        let send = |(who, slips): (&str, Vec<api::RecordExchangeRequest>)| {
            barrier.wait();
            let answered = town.record_exchanges(who, list(&slips, false)).unwrap().answers;
            answered.iter().map(told).collect::<Vec<_>>()
        };
        thread::scope(|scope| {
            let one = scope.spawn(|| send(first));
            let other = scope.spawn(|| send(second));
            (one.join().unwrap(), other.join().unwrap())
        })
    };
    let (one, other) = at_once(("Tobias", slips(&town)), ("Rosa", slips(&town)));
    for (one, other) in one.iter().zip(&other) {
        let asks = [one, other].iter().filter(|said| ***said == "asks ALREADY_HERE").count();
        assert_eq!(asks, 1, "{one} {other}");
    }
    assert_eq!(town.position(), position + 20);
    let again: Vec<_> = slips(&town)
        .into_iter()
        .map(|slip| api::RecordExchangeRequest { request_id: fresh(), is_another: true, ..slip })
        .collect();
    let (one, other) = at_once(("Tobias", again.clone()), ("Tobias", again));
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one.split(' ').next_back(), other.split(' ').next_back());
        assert_eq!([one, other].iter().filter(|said| said.starts_with("done")).count(), 1, "{one} {other}");
    }
    assert_eq!(town.position(), position + 40);
}

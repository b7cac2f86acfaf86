//! "Already here?"

use hourbook::api;
use tonic_types::StatusExt;

use super::{Town, day, number, reason};
use crate::access::with;
use crate::support::HOUR;
use crate::support::served::fresh;

/// Goal: of two brokers with one slip at once one is asked; who says that it is another one writes it; putting right
/// gives the question back, of a confirmed proposal as well. Method: both at the same time, ten times over.
#[test]
fn one_of_two_is_asked() {
    let mut town = Town::new();
    for name in ["Jonah", "Ivy"] {
        town.member(name, -200);
        town.give_key(name, api::Role::Member);
    }
    town.broker("Oswin");
    for on in 1..=10 {
        let slip = |giver, receiver| town.helped(giver, receiver, HOUR, day(4, on));
        // One slip from each side.
        let both = [("Tobias", slip("Jonah", "Ivy")), ("Oswin", slip("Jonah", "Ivy"))];
        let answers = town.served.block_on(async {
            let [one, other] = both.map(|(key, request)| {
                let request = with(town.key(key), request);
                let mut client = town.served.exchanges();
                async move { client.record_exchange(request).await }
            });
            tokio::join!(one, other)
        });
        let (written, asked): (Vec<_>, Vec<_>) = [answers.0, answers.1].into_iter().partition(Result::is_ok);
        assert_eq!((written.len(), asked.len()), (1, 1));
        assert_eq!(reason(asked.into_iter().next().unwrap()), "ALREADY_HERE");
        let written = written.into_iter().next().unwrap().unwrap().into_inner().done.unwrap();
        assert_eq!(
            reason(town.record_exchange("Tobias", slip("Ivy", "Jonah"))),
            "ALREADY_HERE",
            "the other way"
        );
        let another = api::RecordExchangeRequest { is_another: true, ..slip("Jonah", "Ivy") };
        let another = town.recorded("Oswin", another);
        for original_sequence in [another, number(&written)] {
            assert_eq!(reason(town.record_exchange("Tobias", slip("Jonah", "Ivy"))), "ALREADY_HERE");
            let right = api::PutRightRequest {
                request_id: fresh(),
                original_sequence,
                reason: "twice".into(),
                ..Default::default()
            };
            number(&town.put_right("Tobias", right).unwrap().done.unwrap());
        }
        town.recorded("Tobias", slip("Jonah", "Ivy"));
        assert_eq!(town.posted("Jonah"), i64::from(on) * HOUR);
    }
}

/// Goal: help of the last 200 days is asked about, whichever of the two gave, and older help is not: README says so. Method:
/// the 200th day before the next midnight, 5 May being today, and the day before it; each slip twice, then the other way.
#[test]
fn help_of_two_hundred_days_is_asked_about() {
    let mut town = Town::new();
    for name in ["Jonah", "Ivy"] {
        town.member(name, -200);
    }
    let october = |day| api::Date { year: 2025, month: 10, day };
    for (on, is_asked) in [(october(18), true), (october(17), false)] {
        town.recorded("Tobias", town.helped("Jonah", "Ivy", HOUR, on));
        for (giver, receiver) in [("Jonah", "Ivy"), ("Ivy", "Jonah")] {
            let again = town.record_exchange("Tobias", town.helped(giver, receiver, HOUR, on));
            assert_eq!(again.is_err(), is_asked, "{giver} on {on:?}");
            if is_asked {
                assert_eq!(reason(again), "ALREADY_HERE");
            }
        }
    }
}

/// Goal: the same id answers the question: a question uses no id up. Method: asked, then the same with the answer.
#[test]
fn a_question_uses_no_id_up() {
    let mut town = Town::new();
    town.member("Jonah", -200);
    town.member("Ivy", -200);
    let long = town.helped("Jonah", "Ivy", 30 * HOUR, day(4, 1));
    assert_eq!(reason(town.record_exchange("Tobias", long.clone())), "UNUSUAL_AMOUNT");
    let wrong = api::RecordExchangeRequest { confirmed_amount_seconds: 31 * HOUR, ..long.clone() };
    assert_eq!(reason(town.record_exchange("Tobias", wrong)), "UNUSUAL_AMOUNT");
    let right = api::RecordExchangeRequest { confirmed_amount_seconds: 30 * HOUR, ..long };
    town.recorded("Tobias", right.clone());
    let twin = api::RecordExchangeRequest { request_id: fresh(), ..right };
    assert_eq!(reason(town.record_exchange("Tobias", twin.clone())), "ALREADY_HERE");
    town.recorded("Tobias", api::RecordExchangeRequest { is_another: true, ..twin });
    assert_eq!(town.posted("Jonah"), 60 * HOUR);
}

/// Goal: a confirmed proposal that is put right gives the question back. Method: proposed, confirmed, put right,
/// written down again.
#[test]
fn a_confirmed_one_gives_it_back() {
    let mut town = Town::new();
    for name in ["Jonah", "Ivy"] {
        town.member(name, -200);
        town.give_key(name, api::Role::Member);
    }
    let proposal_sequence =
        town.proposed("Jonah", town.said(("Jonah", "Ivy"), api::Side::Giver, HOUR, day(4, 1)));
    let confirm =
        api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    let confirmed = super::sequence(&town.confirm_exchange("Ivy", confirm).unwrap().receipt);
    let slip = || town.helped("Jonah", "Ivy", HOUR, day(4, 1));
    assert_eq!(reason(town.record_exchange("Tobias", slip())), "ALREADY_HERE");
    let right = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: confirmed,
        reason: "a slip".into(),
        ..Default::default()
    };
    number(&town.put_right("Tobias", right).unwrap().done.unwrap());
    town.recorded("Tobias", slip());
}

/// Goal: one help on one day is said once: the other side's word of it, longer or shorter, is asked about and names the
/// proposal that is open; what was rejected, another direction or another day is not. Method: Jonah says 3 h, Ivy 2 h 45.
#[test]
fn one_slip_from_each_side_is_one_help() {
    let mut town = Town::new();
    for name in ["Jonah", "Ivy"] {
        town.member(name, -200);
        town.give_key(name, api::Role::Member);
    }
    let by_jonah = |on| town.said(("Jonah", "Ivy"), api::Side::Giver, 3 * HOUR, day(4, on));
    let by_ivy = |on| town.said(("Jonah", "Ivy"), api::Side::Receiver, 3 * HOUR - HOUR / 4, day(4, on));
    let first = town.proposed("Jonah", by_jonah(1));
    for key in ["Ivy", "Tobias"] {
        let asked = town.propose_exchange(key, by_ivy(1)).unwrap_err();
        let expected = format!(
            "Not done: there is word of such help already, under number {first}, and it waits for an answer. Nothing \
             was written down. Let that one be answered; or, if this is another one, say so and ask again."
        );
        assert_eq!(asked.message(), expected);
        let figures = asked.get_error_details().error_info().unwrap().metadata.clone();
        assert_eq!(figures["proposal_sequence"], first.to_string());
        assert_eq!(reason::<()>(Err(asked)), "ALREADY_HERE");
    }
    assert_eq!(town.held("Ivy"), 3 * HOUR);
    let other_way = town.said(("Ivy", "Jonah"), api::Side::Receiver, HOUR, day(4, 1));
    town.proposed("Jonah", other_way);
    town.proposed("Ivy", by_ivy(2));

    let reject =
        api::RejectExchangeRequest { request_id: fresh(), proposal_sequence: first, ..Default::default() };
    town.reject_exchange("Ivy", reject).unwrap();
    let proposal_sequence = town.proposed("Ivy", by_ivy(1));
    let length = super::of_seconds(3 * HOUR);
    let confirm =
        api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, length, ..Default::default() };
    let confirmed = super::sequence(&town.confirm_exchange("Jonah", confirm).unwrap().receipt);
    let asked = town.propose_exchange(
        "Jonah",
        api::ProposeExchangeRequest { length: super::of_seconds(HOUR), ..by_jonah(1) },
    );
    let asked = asked.unwrap_err();
    assert!(asked.message().contains("of the same people and the same day"), "{asked:?}");
    assert_eq!(reason::<()>(Err(asked)), "ALREADY_HERE");
    let right = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: confirmed,
        reason: "a slip".into(),
        ..Default::default()
    };
    number(&town.put_right("Tobias", right).unwrap().done.unwrap());
    town.proposed("Jonah", by_jonah(1));
    town.proposed("Ivy", api::ProposeExchangeRequest { is_another: true, ..by_ivy(1) });

    // What a broker settled is here as well.
    let disputed = town.proposed("Jonah", by_jonah(3));
    let dispute = api::DisputeExchangeRequest {
        request_id: fresh(),
        proposal_sequence: disputed,
        ..Default::default()
    };
    town.dispute_exchange("Ivy", dispute).unwrap();
    let settle = api::ResolveDisputeRequest {
        request_id: fresh(),
        proposal_sequence: disputed,
        length: super::of_seconds(2 * HOUR),
        ..Default::default()
    };
    town.resolve_dispute("Tobias", settle).unwrap();
    assert_eq!(reason(town.propose_exchange("Ivy", by_ivy(3))), "ALREADY_HERE");
}

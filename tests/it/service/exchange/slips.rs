//! "Already here?"

use hourbook::api;

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

//! I6: an accepted request id has one effect for ever, and every retry gets its first answer.

use std::sync::Barrier;

use hourbook::domain::{Command, Day, Kind, OwnerNumber, Reason, RequestId, RequestKey, Scope};
use hourbook::ledger::{Decision, Detail, Mode, NoReceipt, Repeated};

use crate::support::{Desk, HOUR, key, post};

/// A version 7 id of a time, with a number in its random part.
fn version_7(unix_millis: u64, number: u64) -> RequestKey {
    let bytes = uuid::Builder::from_unix_timestamp_millis(unix_millis, &{
        let mut random = [0; 10];
        random[2..].copy_from_slice(&number.to_be_bytes());
        random
    });
    RequestKey { scope: Scope::OPERATOR, id: RequestId::from_bytes(bytes.into_uuid().into_bytes()).unwrap() }
}

/// Goal: I6: nothing depends on the time inside an id. Method: ids all of one instant, from 1970 and
/// from 2100, each sent twice, then once more after a restart.
#[test]
fn i6_ids_of_any_time() {
    let mut desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -500), desk.member(bank, -500));
    let instants = [0, 1_777_971_600_000, 4_102_444_800_000];
    let ids: Vec<_> = instants.iter().flat_map(|at| (1..=20).map(|number| version_7(*at, number))).collect();
    let command =
        |id: &RequestKey| Command::new(*id, OwnerNumber::OPERATOR, post(Kind::Exchange, &[(ann, bea, HOUR)]));
    let first: Vec<_> = ids.iter().map(|id| desk.ledger.post(command(id)).unwrap()).collect();
    assert!(first.iter().all(|receipt| receipt.repeated == Repeated::No));
    for _ in 0..2 {
        for (id, first) in ids.iter().zip(&first) {
            let again = desk.ledger.post(command(id)).unwrap();
            assert_eq!((again.repeated, &again.entry), (Repeated::Yes, &first.entry));
        }
        desk = desk.kill_and_reopen();
    }
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, 60 * HOUR);
}

/// Goal: I6: an id is known after a million others and after a restart; other content is refused
/// and named.
#[test]
fn i6_known_after_a_million_others() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -900_000), desk.member(bank, -900_000));
    let exchange = |number: u128, seconds| {
        Command::new(key(number), OwnerNumber::OPERATOR, post(Kind::Exchange, &[(ann, bea, seconds)]))
    };
    let first = desk.ledger.post(exchange(1_000_000, 60)).unwrap();
    for batch in 0..100u128 {
        let commands = (0..10_000).map(|number| exchange(2_000_000 + batch * 10_000 + number, 1)).collect();
        let decisions =
            desk.ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap().wait().unwrap().decisions;
        assert!(decisions.iter().all(|decision| matches!(decision, Decision::Accepted(_))));
    }
    let known = |desk: &Desk| {
        let again = desk.ledger.post(exchange(1_000_000, 60)).unwrap();
        assert_eq!((again.repeated, again.entry), (Repeated::Yes, first.entry.clone()));
        let other = Command { occurred_on: Some(Day::from_days(20_000)), ..exchange(1_000_000, 61) };
        let Err(NoReceipt::Refused(refusal)) = desk.ledger.post(other) else {
            panic!("other content was taken")
        };
        assert_eq!(refusal.reason(), Reason::RequestIdReused);
        assert_eq!(
            *refusal,
            hourbook::domain::Refusal::RequestIdReused { fields: vec!["occurred_on", "transfers"] }
        );
    };
    known(&desk);
    let desk = desk.kill_and_reopen();
    known(&desk);
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, 1_000_060);
}

/// Goal: I6: two copies that race have one effect and one answer. Method: eight threads send the
/// same fifty requests at once.
#[test]
fn i6_racing_copies_have_one_effect() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -500), desk.member(bank, -500));
    let start = Barrier::new(8);
    let answers: Vec<Vec<_>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (ledger, start) = (&desk.ledger, &start);
                scope.spawn(move || {
                    start.wait();
                    let exchange = |number| {
                        Command::new(
                            key(number),
                            OwnerNumber::OPERATOR,
                            post(Kind::Exchange, &[(ann, bea, HOUR)]),
                        )
                    };
                    (5_000..5_050).map(|number| ledger.post(exchange(number)).unwrap()).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (place, receipt) in answers[0].iter().enumerate() {
        let copies: Vec<_> = answers.iter().map(|answers| &answers[place]).collect();
        assert!(copies.iter().all(|copy| copy.entry == receipt.entry), "one answer");
        assert_eq!(
            copies.iter().filter(|copy| copy.repeated == Repeated::No).count(),
            1,
            "one of them is the first"
        );
    }
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, 50 * HOUR);
}

/// Goal: a sale that was only refused may be tried again at once under its receipt; any other request is not, in the same
/// ten minutes. Method: refused for want of hours, which then come in: the same command under ids of both kinds; then once more.
#[test]
fn i6_a_refused_receipt_is_tried_again_at_once() {
    let desk = Desk::new();
    let (bank, _, made) = desk.bank();
    let (ann, bea) = (desk.member(bank, 0), desk.member(bank, 0));
    let asked = |scope| {
        let key = RequestKey { scope, ..key(78) };
        Command::new(key, OwnerNumber::OPERATOR, post(Kind::Exchange, &[(ann, bea, HOUR)]))
    };
    let (sale, till) = (asked(Scope::RECEIPTS), asked(Scope::new(u32::MAX - 1)));
    let answer = |command: &Command| match desk.ledger.post(command.clone()) {
        Ok(receipt) => Ok(receipt.repeated),
        Err(NoReceipt::Refused(refusal)) => Err(refusal.reason()),
        Err(other) => panic!("{other}"),
    };
    for command in [&sale, &till, &sale] {
        assert_eq!(answer(command), Err(Reason::BelowFloor));
    }
    desk.post(post(Kind::Grant, &[(made, ann, 3 * HOUR)])).unwrap();
    assert_eq!(answer(&till), Err(Reason::BelowFloor), "copies in flight hear one answer");
    assert_eq!(answer(&sale), Ok(Repeated::No));
    assert_eq!(answer(&sale), Ok(Repeated::Yes));
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, HOUR);
}

/// Goal: a refusal uses up no id: it is remembered ten minutes, then the same id is decided again.
#[test]
fn i6_a_refusal_uses_up_no_id() {
    let desk = Desk::new();
    let (bank, _, made) = desk.bank();
    let (ann, bea) = (desk.member(bank, 0), desk.member(bank, 0));
    let asked = Command::new(key(77), OwnerNumber::OPERATOR, post(Kind::Exchange, &[(ann, bea, HOUR)]));
    let refused = |desk: &Desk| matches!(desk.ledger.post(asked.clone()), Err(NoReceipt::Refused(refusal)) if refusal.reason() == Reason::BelowFloor);
    assert!(refused(&desk));
    desk.post(post(Kind::Grant, &[(made, ann, 2 * HOUR)])).unwrap();
    desk.clock.advance_seconds(599);
    assert!(refused(&desk), "copies in flight hear one answer");
    let other = Command { present_count: Some(3), ..asked.clone() };
    assert!(desk.ledger.validate(other).is_ok(), "another question is another decision");
    desk.clock.advance_seconds(1);
    assert_eq!(desk.ledger.post(asked.clone()).map(|receipt| receipt.repeated), Ok(Repeated::No));
    assert_eq!(desk.ledger.post(asked.clone()).map(|receipt| receipt.repeated), Ok(Repeated::Yes));
}

//! Statements and balances of any position; checkpoints that may be lost.

use std::sync::Arc;

use hourbook::domain::{Action, Limits, Sequence};
use hourbook::ledger::{Checkpoints, checkpoint};

use crate::support::{Desk, HOUR, START};

/// Goal: any line of a statement and the balance at any position are found. Method: 300 exchanges of
/// rising length among three members, compared with sums made by hand.
#[test]
fn balances_at_every_position() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let members = [desk.member(bank, -9_000), desk.member(bank, -9_000), desk.member(bank, -9_000)];
    let first = desk.ledger.position();
    let mut by_hand = vec![[0i64; 3]];
    for step in 0..300usize {
        let (debit, credit) = (step % 3, (step * step + 1) % 3);
        if debit == credit {
            continue;
        }
        let seconds = 60 * (i64::try_from(step).unwrap() + 1);
        desk.clock.advance_seconds(1);
        desk.exchange(members[debit], members[credit], seconds).unwrap();
        let mut after = *by_hand.last().unwrap();
        after[debit] -= seconds;
        after[credit] += seconds;
        by_hand.push(after);
    }
    let books = desk.ledger.books();
    for (place, expected) in by_hand.iter().enumerate() {
        let at = first.plus(u64::try_from(place).unwrap());
        for (member, expected) in members.iter().zip(expected) {
            assert_eq!(books.balance_at(*member, at).unwrap().posted, *expected, "at {at}");
            let before =
                books.entry(at.next()).unwrap().map_or(START.plus_seconds(1_000), |next| next.recorded_at);
            assert_eq!(books.balance_before(*member, before).unwrap().posted, *expected, "before {before}");
        }
    }
    for (place, member) in members.iter().enumerate() {
        let all = books.statement(*member, None, 1_000).unwrap();
        let numbers: Vec<_> = all.iter().map(|line| line.number).collect();
        assert_eq!(numbers, (1..=u64::try_from(all.len()).unwrap()).rev().collect::<Vec<_>>());
        assert_eq!(all[0].line.posted, by_hand.last().unwrap()[place]);
        for below in [2, 17, 100] {
            let page = books.statement(*member, Some(below), 7).unwrap();
            assert_eq!(page[..], all[all.len() - usize::try_from(below).unwrap() + 1..][..page.len()]);
        }
    }
}

/// Goal: I8: a lost, damaged or foreign checkpoint changes nothing but the time to open.
/// Method: checkpoints every 50 entries, then deleted, flipped, and swapped with another bank's.
#[test]
fn i8_checkpoints_may_be_lost() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -900), desk.member(bank, -900));
    let checkpoints = Checkpoints::in_folder(folder.path().to_owned());
    let (journal, clock) = (desk.journal.kill(), Arc::clone(&desk.clock));
    drop(desk);
    let mut desk = Desk::with(journal, clock, |options| options.checkpoints = checkpoints.clone());
    for _ in 0..5 {
        for _ in 0..30 {
            // Ids go on where the first ledger's ended.
            let id = crate::support::key(10_000 + u128::from(desk.ledger.position().get()));
            let exchange = crate::support::post(hourbook::domain::Kind::Exchange, &[(ann, bea, HOUR)]);
            desk.ledger
                .post(hourbook::domain::Command::new(id, hourbook::domain::OwnerNumber::OPERATOR, exchange))
                .unwrap();
        }
        desk.ledger.checkpoint().unwrap();
    }
    let canonical = checkpoint::canonical(&desk.ledger.copy_state().unwrap());
    let files =
        || std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(files().len(), 2, "the newest two are kept");
    let reopened = |desk: Desk| {
        let (journal, clock) = (desk.journal.kill(), Arc::clone(&desk.clock));
        drop(desk);
        let desk = Desk::with(journal, clock, |options| options.checkpoints = checkpoints.clone());
        assert_eq!(checkpoint::canonical(&desk.ledger.copy_state().unwrap()), canonical);
        desk
    };
    let reader = Arc::clone(desk.ledger.books().journal());
    assert!(!checkpoints.newest(&*reader, Sequence::MAX).position.is_zero(), "checkpoints are used at all");
    desk = reopened(desk);
    for file in files() {
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    }
    assert!(checkpoints.newest(&*reader, Sequence::MAX).position.is_zero(), "a flipped byte is not believed");
    desk = reopened(desk);
    for file in files() {
        std::fs::remove_file(file).unwrap();
    }
    reopened(desk);
}

/// Goal: limits keep their history, through closing and reopening.
#[test]
fn limits_keep_their_history() {
    let desk = Desk::new();
    let (bank, pot, _) = desk.bank();
    let ann = desk.member(bank, -5);
    let limits = |hours: i64| Limits::from_floor(hours * HOUR).unwrap();
    desk.post(Action::SetLimits(ann, limits(-10))).unwrap();
    desk.post(Action::Close(hourbook::domain::Close { account: ann, remainder_to: pot })).unwrap();
    assert!(desk.post(Action::SetLimits(ann, limits(-3))).is_err(), "closed");
    desk.post(Action::Reopen(ann)).unwrap();
    let books = desk.ledger.books();
    assert_eq!(books.limits(ann).unwrap(), Some(limits(-10)));
    let history = books.standing_history(ann, 100).unwrap();
    let words: Vec<_> = history
        .iter()
        .map(|entry| match &entry.command.action {
            Action::Reopen(_) => "reopened",
            Action::Close(_) => "closed",
            Action::SetLimits(..) => "limits",
            Action::OpenAccounts(_) => "opened",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(words, ["reopened", "closed", "limits", "opened"]);
    assert_eq!(books.limits(pot).unwrap().map(Limits::floor), Some(0));
}

/// Goal: a reader beside the poster never finds a head without its entry: no empty statement, no lost
/// limits, no changed past. Method: batches of 500 that all touch one account, beside one reader.
#[test]
fn readers_beside_the_poster() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let ann = desk.member(bank, -9_000_000);
    let others: Vec<_> = (0..200).map(|_| desk.member(bank, -9_000_000)).collect();
    desk.exchange(ann, others[0], HOUR).unwrap();
    let at = desk.ledger.position();
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let books = desk.ledger.books();
            while !ended.load(Ordering::Acquire) {
                assert_eq!(books.balance_at(ann, at).unwrap().posted, -HOUR);
                assert_eq!(books.statement(ann, None, 1).unwrap().len(), 1);
                assert!(books.limits(ann).unwrap().is_some());
            }
        });
        for batch in 0..5_000u128 {
            let commands = (0..500)
                .map(|place| {
                    let action = if place == 0 {
                        Action::SetLimits(ann, Limits::from_floor(-9_000_000 * HOUR).unwrap())
                    } else {
                        crate::support::post(
                            hourbook::domain::Kind::Exchange,
                            &[(ann, others[place as usize % 200], 1)],
                        )
                    };
                    let id = crate::support::key(1_000_000 + batch * 500 + place);
                    hourbook::domain::Command::new(id, hourbook::domain::OwnerNumber::OPERATOR, action)
                })
                .collect();
            desk.ledger
                .submit(commands, hourbook::ledger::Mode::Write, hourbook::ledger::Detail::Numbers)
                .unwrap()
                .wait()
                .unwrap();
        }
        ended.store(true, Ordering::Release);
    });
}

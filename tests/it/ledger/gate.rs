//! I4, I5 and fail stop: what anybody sees is on disk, and after a failed write nothing is accepted.

use hourbook::domain::{Kind, Reason};
use hourbook::journal::Fault;
use hourbook::ledger::{Decision, Detail, Failure, Mode, NoReceipt};

use crate::support::{Desk, HOUR, post};

/// Goal: I5: nothing that is not on disk is visible: no balance, no entry, no answer, no refusal that
/// rests on it. Method: the journal's gate holds an append back.
#[test]
fn i5_nothing_is_visible_before_it_is_on_disk() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -1), desk.member(bank, 0));
    let before = desk.ledger.position();
    desk.journal.close_gate();
    let exchange = |debit, credit| desk.command(post(Kind::Exchange, &[(debit, credit, HOUR)]));
    let mut accepted = desk.ledger.submit(vec![exchange(ann, bea)], Mode::Write, Detail::Numbers).unwrap();
    desk.journal.wait_until_blocked();
    // Decided in memory behind the first: refused because of it, so it may not be heard before it.
    let mut refused = desk.ledger.submit(vec![exchange(ann, bea)], Mode::Write, Detail::Numbers).unwrap();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..1_000 {
        assert_eq!(desk.ledger.balance(ann).unwrap().posted, 0);
        assert_eq!(desk.ledger.position(), before);
        assert_eq!(desk.ledger.books().entry(before.next()).unwrap(), None);
        for ticket in [&mut accepted, &mut refused] {
            assert!(std::future::Future::poll(std::pin::Pin::new(ticket), &mut context).is_pending());
        }
    }
    desk.journal.open_gate();
    assert!(
        matches!(accepted.wait().unwrap().decisions[0], Decision::Accepted(sequence) if sequence == before.next())
    );
    assert_eq!(desk.ledger.balance(ann).unwrap().posted, -HOUR, "published before it was answered");
    let heard = refused.wait().unwrap().decisions;
    assert!(matches!(&heard[0], Decision::Refused(refusal) if refusal.reason() == Reason::BelowFloor));
}

/// Goal: I4, fail stop: after a failed write nothing is accepted, nobody hears yes or no, and the
/// next process finds exactly what was acknowledged and perhaps the batch nobody knew of.
#[test]
fn i4_a_failed_write_stops_everything() {
    let cases = [
        (Fault::BeforeWrite, false, false),
        (Fault::MidWrite, false, false),
        (Fault::BeforeSync, true, false),
        (Fault::AfterWrite, true, true),
    ];
    for (fault, there_after_kill, there_after_power_cut) in cases {
        for power_cut in [false, true] {
            let desk = Desk::new();
            let (bank, _, _) = desk.bank();
            let (ann, bea) = (desk.member(bank, -50), desk.member(bank, -50));
            let known = desk.exchange(ann, bea, HOUR).unwrap();
            desk.journal.fail_next(fault);
            let lost = desk.command(post(Kind::Exchange, &[(ann, bea, HOUR)]));
            assert!(matches!(desk.ledger.post(lost.clone()), Err(NoReceipt::Unknown(_))), "{fault:?}");
            assert!(matches!(desk.ledger.failure(), Some(Failure::Journal(_))), "{fault:?}");
            assert!(matches!(desk.exchange(ann, bea, HOUR), Err(NoReceipt::Unknown(_))), "stopped for good");
            assert!(matches!(desk.ledger.post(known.entry.command.clone()), Err(NoReceipt::Unknown(_))));
            assert_eq!(desk.ledger.balance(ann).unwrap().posted, -HOUR, "what was seen stays as it was");

            let next = if power_cut { desk.journal.power_cut() } else { desk.journal.kill() };
            let clock = std::sync::Arc::clone(&desk.clock);
            drop(desk);
            let desk = Desk::with(next, clock, |_| {});
            let there = if power_cut { there_after_power_cut } else { there_after_kill };
            assert_eq!(
                desk.ledger.find(lost.key.unwrap()).unwrap().is_some(),
                there,
                "{fault:?}, power cut {power_cut}"
            );
            assert_eq!(
                desk.ledger.find(known.entry.command.key.unwrap()).unwrap(),
                Some(known.entry.clone())
            );
            desk.ledger.post(lost).unwrap();
            assert_eq!(desk.ledger.balance(ann).unwrap().posted, -2 * HOUR, "asked again: there once");
        }
    }
}

/// Goal: DISK_LOW comes before the disk is full, known answers are still given, and it goes away.
#[test]
fn disk_low_refuses_what_is_new() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let desk = {
        let fresh = Desk::new();
        let (journal, clock) = (fresh.journal.kill(), Arc::clone(&fresh.clock));
        drop(fresh);
        let free = Arc::clone(&free);
        Desk::with(journal, clock, move |options| {
            options.free_bytes = Box::new(move || Ok(free.load(Ordering::SeqCst)))
        })
    };
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -50), desk.member(bank, -50));
    let known = desk.exchange(ann, bea, HOUR).unwrap();
    free.store(1, Ordering::SeqCst);
    desk.exchange(ann, bea, HOUR).unwrap(); // It is after this one that the disk is found low.
    let Err(NoReceipt::Refused(refusal)) = desk.exchange(ann, bea, HOUR) else { panic!("accepted") };
    assert_eq!(refusal.reason(), Reason::DiskLow);
    assert_eq!(desk.ledger.post(known.entry.command.clone()).unwrap().entry, known.entry);
    free.store(u64::MAX, Ordering::SeqCst);
    let _may_still_be_low = desk.exchange(ann, bea, HOUR);
    assert!(desk.exchange(ann, bea, HOUR).is_ok(), "room again: accepted without a restart");
}

/// Goal: a full queue is answered at once and nothing of it is lost. Method: the gate is closed and
/// the queue has four slots.
#[test]
fn a_full_queue_says_busy() {
    let fresh = Desk::new();
    let (journal, clock) = (fresh.journal.kill(), std::sync::Arc::clone(&fresh.clock));
    drop(fresh);
    let desk = Desk::with(journal, clock, |options| {
        options.bounds.queue_submissions_max = 4;
        options.bounds.batch_entries_max = 2;
    });
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -500), desk.member(bank, -500));
    desk.journal.close_gate();
    let mut tickets = Vec::new();
    let busy = loop {
        let command = desk.command(post(Kind::Exchange, &[(ann, bea, HOUR)]));
        match desk.ledger.submit(vec![command], Mode::Write, Detail::Numbers) {
            Ok(ticket) => tickets.push(ticket),
            Err(error) => break error,
        }
        assert!(tickets.len() < 100, "four slots, one batch under way and one filling cannot hold a hundred");
    };
    assert_eq!(busy, NoReceipt::Busy);
    desk.journal.open_gate();
    let taken = tickets.len();
    assert!(
        tickets
            .into_iter()
            .all(|ticket| matches!(ticket.wait().unwrap().decisions[0], Decision::Accepted(_)))
    );
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, HOUR * i64::try_from(taken).unwrap());
}

/// Goal: fail stop ends the process with exit code 70, also when its last words cannot be written.
/// Method: a process of its own, a journal that fails, and standard error on a full device.
#[test]
fn a_stopped_ledger_ends_the_process() {
    const CHILD: &str = "HOURBOOK_STOP_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let journal = hourbook::journal::MemoryJournal::new();
        let clock = std::sync::Arc::new(hourbook::ledger::ManualClock::new(crate::support::START));
        let desk = Desk::with(journal, clock, |options| {
            options.on_failure = Box::new(hourbook::ledger::exit_process)
        });
        desk.journal.fail_next(Fault::BeforeSync);
        desk.owner();
        unreachable!("the process should have ended");
    }
    for stderr in ["/dev/null", "/dev/full"] {
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ledger::gate::a_stopped_ledger_ends_the_process", "--nocapture"])
            .env(CHILD, "1")
            .stdout(std::process::Stdio::null())
            .stderr(std::fs::OpenOptions::new().write(true).open(stderr).unwrap())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(hourbook::ledger::FAIL_STOP_EXIT_CODE), "stderr to {stderr}");
    }
}

/// Goal: what is due is recorded when a low disk has room again, also while nobody calls. Method: a
/// hold falls due on a low disk; then there is room, and the test only looks.
#[test]
fn disk_low_is_looked_at_while_nobody_calls() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let seen = Arc::clone(&free);
    let clock = Arc::new(hourbook::ledger::ManualClock::new(crate::support::START));
    let desk = Desk::with(hourbook::journal::MemoryJournal::new(), clock, move |options| {
        options.free_bytes = Box::new(move || Ok(seen.load(Ordering::SeqCst)));
    });
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -50), desk.member(bank, -50));
    let hold = hourbook::domain::Hold {
        kind: Kind::Redemption,
        transfers: smallvec::smallvec![hourbook::domain::Transfer::new(
            ann,
            bea,
            hourbook::domain::Amount::new(HOUR).unwrap()
        )],
        deadline: crate::support::START.plus_seconds(60),
        at_deadline: hourbook::domain::AtDeadline::Capture,
    };
    desk.post(hourbook::domain::Action::Hold(hold)).unwrap();
    free.store(0, Ordering::SeqCst);
    desk.exchange(ann, bea, 1).unwrap(); // After this one the disk is found low.
    desk.clock.advance_seconds(60);
    desk.ledger.tick().unwrap();
    assert_eq!(desk.ledger.balance(ann).unwrap().held, HOUR, "nothing is recorded on a low disk");
    free.store(u64::MAX, Ordering::SeqCst);
    crate::support::wait_until("the hold ends", || desk.ledger.balance(ann).unwrap().held == 0);
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, HOUR + 1);
}

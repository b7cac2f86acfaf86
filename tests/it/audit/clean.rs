//! Books that nobody broke.

use std::sync::atomic::{AtomicBool, Ordering};

use hourbook::audit::{Invariant, Progress, verify};
use hourbook::domain::{Action, Command, Entry, Kind, OwnerNumber, Sequence};
use hourbook::ledger::Ledger;

use super::played::Network;
use super::verified;
use crate::support::{Desk, key, post};

pub fn entries(ledger: &Ledger) -> Vec<Entry> {
    (1..=ledger.position().get())
        .map(|at| ledger.books().entry(Sequence::new(at)).unwrap().unwrap())
        .collect()
}

/// Counts are taken from the entries once more, by hand.
fn assert_clean(desk: &Desk) {
    let entries = entries(&desk.ledger);
    let number =
        |wanted: &dyn Fn(&Entry) -> usize| u64::try_from(entries.iter().map(wanted).sum::<usize>()).unwrap();
    let all = number(&|_| 1);
    let set_aside =
        |entry: &Entry| if let Action::Hold(hold) = &entry.command.action { hold.transfers.len() } else { 0 };
    let transfers = number(&|entry| entry.moves().count() + set_aside(entry));
    let lines = number(&|entry| entry.outcome.lines.len());
    let marked = number(&|entry| entry.outcome.lines.iter().filter(|line| line.passed.bits() != 0).count());
    let ids = number(&|entry| usize::from(entry.command.key.is_some()));
    let of = |wanted: &dyn Fn(&Action) -> bool| number(&|entry| usize::from(wanted(&entry.command.action)));
    let holds = of(&|action| matches!(action, Action::Hold(_)));
    let ends = of(&|action| {
        let by_post = matches!(action, Action::Post(post) if post.ends.is_some());
        by_post || matches!(action, Action::Capture(_) | Action::Void(_) | Action::Expire(_))
    });
    let reversals = of(&|action| matches!(action, Action::Reverse(_)));
    assert!(marked > 2 && ends > 5 && reversals > 1, "the books have something of everything");

    let report = verified(&desk.ledger);
    assert!(report.is_clean(), "\n{report}");
    assert_eq!(report.through, desk.ledger.position());
    let counts = |invariant| {
        report.check(invariant).unwrap().counts.iter().map(|count| count.number).collect::<Vec<_>>()
    };
    assert_eq!(counts(Invariant::ZeroSum), [all, transfers]);
    assert_eq!(counts(Invariant::Limits)[1], marked);
    assert_eq!(counts(Invariant::Dense), [all]);
    assert_eq!(counts(Invariant::Once), [ids]);
    assert_eq!(counts(Invariant::Derived), [lines, 9, 9]);
    assert_eq!(counts(Invariant::Resolved), [holds, ends, reversals]);
}

/// Goal: honest books with every form of entry are clean, everything is counted, and the table says so.
/// Method: play every form; count by hand; again after a kill.
#[test]
fn every_form_is_clean() {
    let network = Network::new();
    network.play_every_form();
    assert_clean(&network.desk);
    let desk = network.desk.kill_and_reopen();
    assert_clean(&desk);
    let table = verified(&desk.ledger).to_string();
    assert!(table.contains(": nothing wrong\n"), "{table}");
    assert!(
        table.lines().any(|line| line.starts_with("I1  zero-sum  ") && line.ends_with("   ok")),
        "{table}"
    );
}

/// Goal: verify's own bookkeeping agrees with the ledger wherever the rules lead; it cries no wolf.
/// Method: thousands of random commands on a few accounts, three seeds.
#[test]
fn random_books_are_clean() {
    for seed in [1, 20_260_505, 77] {
        let network = Network::new();
        network.play_at_random(seed, 2_000);
        assert_clean(&network.desk);
    }
}

/// Goal: empty books are clean, and so are books of one entry.
#[test]
fn empty_books_are_clean() {
    let desk = Desk::new();
    let report = verified(&desk.ledger);
    assert!(report.is_clean() && report.through.is_zero() && report.recorded_at.is_none(), "{report}");
    desk.owner();
    assert!(verified(&desk.ledger).is_clean());
}

/// Goal: verify judges one position while the books go on, and names nobody who is merely busy.
/// Method: two threads post without end; verify runs 20 times, each time in books that grew since.
#[test]
fn busy_books_are_clean() {
    let network = Network::new();
    let (ann, bea, ledger) = (network.ann, network.bea, &network.desk.ledger);
    let done = AtomicBool::new(false);
    let reports: Vec<_> = std::thread::scope(|scope| {
        for thread in 1..=2_u128 {
            let done = &done;
            scope.spawn(move || {
                for number in (thread << 64..).take_while(|_| !done.load(Ordering::Relaxed)) {
                    let (from, to) = if number % 2 == 0 { (ann, bea) } else { (bea, ann) };
                    let action = post(Kind::Exchange, &[(from, to, 60)]);
                    drop(ledger.post(Command::new(key(number), OwnerNumber::OPERATOR, action)));
                }
            });
        }
        let verified_once = |_| {
            let report = verified(ledger);
            while ledger.position() == report.through && ledger.failure().is_none() {
                std::thread::yield_now();
            }
            report
        };
        let reports = (0..20).map(verified_once).collect();
        done.store(true, Ordering::Relaxed);
        reports
    });
    assert!(ledger.failure().is_none());
    for report in &reports {
        assert!(report.is_clean(), "\n{report}");
    }
}

/// Goal: who waits sees how far it is: from nothing to all, never back, then the store.
/// Method: collect all progress of a run.
#[test]
fn progress_goes_forward() {
    let network = Network::new();
    network.play_every_form();
    let mut seen: Vec<Progress> = Vec::new();
    let report = verify(&network.desk.ledger, &mut |progress| seen.push(progress));
    assert!(seen.iter().all(|progress| progress.entries_total == report.through.get()));
    assert!(seen.is_sorted_by_key(|progress| progress.entries_done));
    assert_eq!((seen[0].entries_done, seen[0].inspected), (0, None));
    assert!(seen.last().unwrap().inspected.is_some());
    let last_read = seen.iter().rfind(|progress| progress.inspected.is_none()).unwrap();
    assert_eq!(last_read.entries_done, report.through.get());
}

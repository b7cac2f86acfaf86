//! Stores that are not what was written: I4 and I7. Never an error, never a panic: a report.

use hourbook::audit::{Invariant, verify};
use hourbook::domain::{Kind, Sequence};
use hourbook::journal::{Batch, Journal, MemoryJournal, ReadError};

use super::forge::Switch;
use super::played::Network;
use super::{fault, only_fault, verified};
use crate::support::{HOUR, post};

/// Goal: I4, a batch whose checksum does not fit is named; what does not rest on it is still checked.
/// Method: one byte of the first batch is damaged after the ledger opened.
#[test]
fn i4_a_damaged_batch() {
    let network = Network::new();
    network.play_every_form();
    network.desk.journal.damage_first_batch();
    let mut last = None;
    let report = verify(&network.desk.ledger, &mut |progress| last = Some(progress));
    assert_eq!(
        fault(&report, Invariant::Durable),
        "Entries 1 to 1 cannot be read: volume 000000 is damaged: batch 1 to 1: checksum does not match. Stop the server and put \
         that volume back from a backup that verifies; the others can stay."
    );
    assert_eq!(
        report.check(Invariant::Durable).unwrap().faults,
        2,
        "reading met it, and so did inspect\n{report}"
    );
    let through = network.desk.ledger.position().get();
    assert_eq!(report.check(Invariant::Dense).unwrap().counts[0].number, through - 1, "all others were read");
    assert_eq!(last.unwrap().entries_done, through);
    for check in &report.checks {
        assert!(!check.is_clean(), "nothing is clean that was not all checked\n{report}");
        assert!(check.invariant == Invariant::Durable || check.faults == 0, "\n{report}");
    }
    let table = report.to_string();
    assert!(
        table.contains("NOT CLEAN") && table.contains("NOT ALL CHECKED") && table.contains("2 FAULTS"),
        "{table}"
    );
}

/// Goal: a part in the middle that cannot be read is named from its first to its last entry, whatever
/// its size, and reading goes on right behind it.
/// Method: readings that touch a stretch fail; every stretch of a short journal.
#[test]
fn i4_a_lost_stretch() {
    for (from, to) in [(2, 2), (3, 7), (4, 11), (1, 10)] {
        let (ledger, shown) = Switch::open(Network::new().desk);
        shown.tamper(move |batches| {
            let is_lost = |at: Sequence| (from..=to).contains(&at.get());
            if batches.iter().any(|batch| is_lost(batch.first())) {
                return Err(ReadError::Damaged { volume: 7, what: "a test lost it".into() });
            }
            Ok(())
        });
        let report = verified(&ledger);
        let words = fault(&report, Invariant::Durable);
        assert!(
            words.starts_with(&format!(
                "Entries {from} to {to} cannot be read: volume 000007 is damaged: a test lost it."
            )),
            "{words}"
        );
        let read = report.check(Invariant::Dense).unwrap().counts[0].number;
        assert_eq!(read, 11 - (to - from + 1), "\n{report}");
    }
}

/// Goal: I4, an acknowledged entry that is not there. Method: the readers see a journal that ends earlier.
#[test]
fn i4_acknowledged_and_gone() {
    let (longer, shorter) = (Network::new(), Network::new());
    longer.post(post(Kind::Exchange, &[(longer.ann, longer.bea, HOUR)]));
    let (ledger, shown) = Switch::open(longer.desk);
    shown.exchange(&shorter.desk.journal);
    let report = verified(&ledger);
    let words = fault(&report, Invariant::Durable);
    assert!(
        words.starts_with(
            "Entries through 12 were acknowledged, but the journal has nothing where entry 12 should be."
        ),
        "{words}"
    );
    let words = fault(&report, Invariant::Visible);
    assert!(words.starts_with("Balances show entry 12, but only entry 11 is on disk."), "{words}");
}

/// Goal: I4, a record that is whole on disk and no entry. Method: the readers see one in the place of the last.
#[test]
fn i4_no_entry() {
    let (here, there) = (Network::new(), Network::new());
    here.post(post(Kind::Exchange, &[(here.ann, here.bea, HOUR)]));
    let mut journal: MemoryJournal = there.desk.journal.kill();
    let tip = journal.acquire().unwrap();
    let mut batch = Batch::new();
    batch.start(tip.position.next(), there.desk.ledger.copy_state().unwrap().recorded_at, tip.position);
    batch.push(&[0xee; 40]).unwrap();
    journal.append(&tip, &batch).unwrap();
    let (ledger, shown) = Switch::open(here.desk);
    shown.exchange(&journal);
    let report = verified(&ledger);
    let words = fault(&report, Invariant::Durable);
    assert!(words.starts_with("Entry 12 is whole on disk but no entry: "), "{words}");
    assert!(words.contains("It was written by another program or another version"), "{words}");
    assert_eq!(report.checks.iter().map(|check| check.faults).sum::<u64>(), 1, "\n{report}");
}

/// Goal: I7, a byte changed after it was written, and a batch exchanged for another.
/// Method: what the readers see of one seal is changed: a field under its hash, the hash before it, the
/// newest hash itself.
#[test]
fn i7_chain_broken() {
    let changed = |at: u64, change: fn(&mut hourbook::journal::StoredBatch)| {
        let (ledger, shown) = Switch::open(Network::new().desk);
        shown.tamper(move |batches| {
            batches.iter_mut().filter(|batch| batch.first() == Sequence::new(at)).for_each(change);
            Ok(())
        });
        verified(&ledger)
    };
    let report = changed(5, |batch| batch.seal.epoch = 2);
    let words = fault(&report, Invariant::Chained);
    assert!(words.starts_with("The hash of the batch of entries 5 to 5 is "), "{words}");
    assert!(words.contains(" by its bytes: a byte was changed after it was written."), "{words}");
    let words = fault(&report, Invariant::Dense);
    assert!(
        words.starts_with("Writer 1 wrote the batch of entries 6 to 6 after writer 2 had taken over."),
        "{words}"
    );
    assert_eq!(
        report.check(Invariant::Chained).unwrap().faults,
        1,
        "one changed byte is one fault\n{report}"
    );

    let words = only_fault(&changed(5, |batch| batch.seal.previous = [7; 32]), Invariant::Chained);
    assert!(words.starts_with("The seal of the batch of entries 5 to 5 names another batch before it (070707070707) than the one"), "{words}");

    let report = changed(5, |batch| batch.seal.hash = [7; 32]);
    assert_eq!(
        report.check(Invariant::Chained).unwrap().faults,
        2,
        "it fits neither its bytes nor the next\n{report}"
    );
}

/// Goal: I7, a newest batch that is not the one the process wrote. Method: only the readings are of other books.
#[test]
fn i7_newest_batch_exchanged() {
    let (here, there) = (Network::new(), Network::new());
    here.post(post(Kind::Exchange, &[(here.ann, here.bea, HOUR)]));
    there.post(post(Kind::Exchange, &[(there.ann, there.bea, 2 * HOUR)]));
    let newest = there.desk.journal.reader().read(Sequence::new(12), 1).unwrap();
    let (ledger, shown) = Switch::open(here.desk);
    shown.tamper(move |batches| {
        for batch in batches.iter_mut().filter(|batch| batch.first() == Sequence::new(12)) {
            *batch = newest[0].clone();
        }
        Ok(())
    });
    let words = fault(&verified(&ledger), Invariant::Chained);
    assert!(words.starts_with("The newest batch, through entry 12, has the hash "), "{words}");
}

/// Goal: a ledger that has stopped can still be verified; that its state was not compared is said.
/// Method: the next append fails.
#[test]
fn a_stopped_ledger_is_verified() {
    let network = Network::new();
    network.desk.journal.fail_next(hourbook::journal::Fault::BeforeWrite);
    assert!(network.desk.exchange(network.ann, network.bea, HOUR).is_err());
    let report = verified(&network.desk.ledger);
    assert_eq!(report.through, Sequence::new(11));
    assert!(!report.is_clean());
    for check in &report.checks {
        assert_eq!(check.is_clean(), check.invariant != Invariant::Derived, "\n{report}");
    }
    let not_checked = report.check(Invariant::Derived).unwrap().not_checked.clone().unwrap();
    assert!(not_checked.starts_with("The state of the ledger could not be compared: "), "{not_checked}");
}

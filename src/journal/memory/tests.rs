//! The suite over memory, and its faults.

use std::sync::mpsc;
use std::thread;

use super::super::conformance::{self, Subject, append, batch_of, records_of};
use super::*;
use crate::domain::Sequence;

struct Memory {
    journal: MemoryJournal,
}

impl Subject for Memory {
    fn start(&mut self) -> Box<dyn Journal> {
        self.journal = self.journal.kill();
        Box::new(self.journal.clone())
    }

    fn tear(&mut self, mut journal: Box<dyn Journal>, tip: &Tip, batch: &Batch) {
        self.journal.fail_next(Fault::MidWrite);
        let torn = journal.append(tip, batch);
        assert!(matches!(torn, Err(JournalError::Unknown { .. })), "{torn:?}");
    }
}

/// Goal: the journal of the tests keeps the contract.
/// Method: the conformance suite.
#[test]
fn memory_conforms() {
    conformance::run(&mut || Box::new(Memory { journal: MemoryJournal::new() }));
}

/// Goal: after a fault nothing is taken, nobody sees what was not acknowledged (I5), and what is
/// there after a restart is what a disk would hold.
/// Method: every fault with both ends of a process.
#[test]
fn faults_leave_what_a_disk_would() {
    for (fault, power_cut, survives) in [
        (Fault::BeforeWrite, false, false),
        (Fault::BeforeWrite, true, false),
        (Fault::MidWrite, false, false),
        (Fault::MidWrite, true, false),
        (Fault::BeforeSync, false, true),
        (Fault::BeforeSync, true, false),
        (Fault::AfterWrite, false, true),
        (Fault::AfterWrite, true, true),
    ] {
        let mut journal = MemoryJournal::new();
        let start = journal.acquire().unwrap();
        let tip = append(&mut journal, &start, &records_of(5, 30, 1));
        let reader = journal.reader();
        journal.fail_next(fault);
        let batch = batch_of(&tip, &records_of(4, 30, 2));
        let failed = journal.append(&tip, &batch);
        match fault {
            Fault::BeforeWrite => assert!(matches!(failed, Err(JournalError::NotApplied { .. }))),
            Fault::MidWrite | Fault::BeforeSync | Fault::AfterWrite => {
                assert!(matches!(failed, Err(JournalError::Unknown { .. })));
            }
        }
        assert_eq!(reader.tip(), tip);
        assert_eq!(reader.read(Sequence::new(1), usize::MAX).unwrap().len(), 1);
        assert_eq!(reader.record(Sequence::new(6)).unwrap(), None);
        assert!(matches!(journal.append(&tip, &batch), Err(JournalError::NotApplied { .. })));
        assert!(journal.acquire().is_err());
        let mut next = if power_cut { journal.power_cut() } else { journal.kill() };
        let found = next.acquire().unwrap();
        assert_eq!(found.position.get(), if survives { 9 } else { 5 }, "{fault:?} {power_cut}");
        // The old process never writes again.
        assert!(matches!(journal.append(&found, &batch), Err(JournalError::NotApplied { .. })));
        append(&mut next, &found, &records_of(1, 1, 3));
    }
}

/// Goal: while an append blocks, readers neither wait nor see it.
/// Method: close the gate, append on another thread, look, open the gate.
#[test]
fn readers_do_not_wait_for_an_append() {
    let mut journal = MemoryJournal::new();
    let start = journal.acquire().unwrap();
    let tip = append(&mut journal, &start, &records_of(5, 30, 1));
    let handle = journal.clone();
    handle.close_gate();
    let (sender, receiver) = mpsc::channel();
    let writer = thread::spawn(move || {
        sender.send(journal.append(&tip, &batch_of(&tip, &records_of(2, 30, 2)))).unwrap();
    });
    handle.wait_until_blocked();
    assert_eq!(handle.reader().tip(), tip);
    assert_eq!(handle.reader().record(Sequence::new(6)).unwrap(), None);
    assert!(receiver.try_recv().is_err());
    handle.open_gate();
    let after = receiver.recv().unwrap().unwrap();
    writer.join().unwrap();
    assert_eq!(handle.reader().tip(), after);
}

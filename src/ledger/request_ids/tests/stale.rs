//! A caller who looked ids up long ago.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::domain::{Action, Command, Note, OwnerNumber, Sequence, Topic};
use crate::journal::MemoryJournal;
use crate::ledger::queue::Haste;
use crate::ledger::submission::{Commands, Decision, Detail, Found, Mode, Submission, Terms};
use crate::ledger::{Bounds, Ledger, ManualClock, Options};

use super::super::testing::key;

fn command(number: u64) -> Command {
    let note = Note { topic: Topic::new(40), subject: number, body: Box::default() };
    Command::new(key(number), OwnerNumber::OPERATOR, Action::Note(note))
}

/// Goal: I6: ids that were looked up before runs covered what the poster has forgotten since are not
/// decided: neither is an old one accepted again nor a new one accepted unseen.
/// Method: what callers submit, with a position from before the first run.
#[test]
fn i6_what_was_looked_up_long_ago_is_not_decided() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        bounds: Bounds { run_entries: 20, batch_entries_max: 10, ..Bounds::default() },
        clock: Arc::new(ManualClock::new(crate::domain::Timestamp::from_micros(1_777_971_600_000_000))),
        request_ids: Some(folder.path().to_owned()),
        on_failure: Box::new(|_| {}),
        ..Options::default()
    };
    let ledger = Ledger::open(Box::new(MemoryJournal::new()), options).unwrap();
    let commands = (1..=100).map(command).collect();
    ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap().wait().unwrap();
    let began = Instant::now();
    while ledger.shared.runs.through() < Sequence::new(60) {
        assert!(began.elapsed() < Duration::from_secs(120), "no runs were written");
        std::thread::yield_now();
    }
    // The poster begins batches: it forgets what runs covered at one before, but for two runs.
    (0..4).for_each(|_| ledger.tick().unwrap());

    let submit = |number, looked| {
        let (to, from) = oneshot::channel();
        let (commands, beside) = (vec![command(number)], Vec::new());
        let commands = Commands {
            commands,
            beside,
            terms: Terms { looked, mode: Mode::Write, detail: Detail::Numbers },
            to,
        };
        ledger.shared.relay.queue.submit(Submission::Commands(commands), Haste::Now).unwrap();
        from.blocking_recv().unwrap().decisions.remove(0)
    };
    let long_ago = Sequence::new(10);
    for number in [1, 15, 100, 101] {
        assert!(matches!(submit(number, long_ago), Decision::NotNow), "{number}");
    }
    let (to, from) = oneshot::channel();
    ledger.shared.relay.queue.submit(Submission::Find(key(100), long_ago, to), Haste::Now).unwrap();
    assert_eq!(from.blocking_recv(), Ok(Found::NotNow));
    // Looked up in the runs of one run's length ago: what is newer is still in memory.
    let lately = Sequence::new(ledger.shared.runs.through().get() - 20);
    assert!(matches!(submit(100, lately), Decision::Known(entry) if entry == Sequence::new(100)));
    assert!(matches!(submit(101, lately), Decision::Accepted(entry) if entry == Sequence::new(101)));
}

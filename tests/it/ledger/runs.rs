//! I6 where ids have left memory: runs on disk, lost, damaged, of other books, or out of reach.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hourbook::domain::{Action, Command, Note, OwnerNumber, Sequence, Topic};
use hourbook::journal::{Journal, MemoryJournal};
use hourbook::ledger::{Bounds, Decision, Detail, Ledger, ManualClock, Mode, NoReceipt, Repeated};

use crate::support::{START, key, open, wait_until};

const RUN_ENTRIES: u64 = 100;

fn bounds() -> Bounds {
    Bounds { run_entries: RUN_ENTRIES, batch_entries_max: 20, ..Bounds::default() }
}

fn open_in(folder: &Path, journal: &MemoryJournal, bounds: Bounds) -> Ledger {
    open(journal, &Arc::new(ManualClock::new(START)), |options| {
        options.bounds = bounds;
        options.request_ids = Some(folder.to_owned());
    })
}

fn command(number: u64) -> Command {
    let note = Note { topic: Topic::new(40), subject: number, body: Box::default() };
    Command::new(
        key(u128::from(number) << 70 | u128::from(number)),
        OwnerNumber::OPERATOR,
        Action::Note(note),
    )
}

/// Entries numbered like their commands, some at a time.
fn write(ledger: &Ledger, numbers: std::ops::RangeInclusive<u64>) {
    let commands: Vec<_> = numbers.map(command).collect();
    for commands in commands.chunks(50) {
        let decisions =
            ledger.submit(commands.to_vec(), Mode::Write, Detail::Numbers).unwrap().wait().unwrap().decisions;
        assert!(decisions.iter().all(|decision| matches!(decision, Decision::Accepted(_))));
    }
}

/// Each command again: its first answer, and nothing is written.
fn all_repeated(ledger: &Ledger, through: u64) {
    let commands: Vec<_> = (1..=through).map(command).collect();
    let decisions = ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap().wait().unwrap().decisions;
    for (decision, number) in decisions.iter().zip(1..) {
        assert!(
            matches!(decision, Decision::Known(entry) if entry.get() == number),
            "{number}: {decision:?}"
        );
    }
    let again = ledger.post(command(1)).unwrap();
    assert_eq!((again.repeated, again.entry.sequence), (Repeated::Yes, Sequence::new(1)));
    assert_eq!(ledger.find(command(2).key.unwrap()).unwrap().unwrap().sequence, Sequence::new(2));
    assert_eq!(ledger.find(command(through + 1).key.unwrap()), Ok(None));
    assert_eq!(ledger.position(), Sequence::new(through));
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// The last entry that runs cover, as far as their names say.
fn covered(folder: &Path) -> u64 {
    let last =
        |file: &PathBuf| file.file_name()?.to_str()?.strip_suffix(".ids")?.split_once('-')?.1.parse().ok();
    listed(folder).iter().filter_map(last).max().unwrap_or(0)
}

/// Books with 1,050 entries, all but the newest in runs.
fn written(folder: &Path) -> (MemoryJournal, Ledger) {
    let journal = MemoryJournal::new();
    let ledger = open_in(folder, &journal, bounds());
    write(&ledger, 1..=1_050);
    wait_until("runs are written", || covered(folder) > 1_050 - RUN_ENTRIES - 50);
    (journal, ledger)
}

/// Goal: I6: an id is known after many runs were written and merged, and after opening again, though
/// memory has room for a fraction of the ids only.
/// Method: ten runs' worth of entries; each command again, in the same process and the next.
#[test]
fn i6_ids_that_left_memory_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, ledger) = written(folder.path());
    all_repeated(&ledger, 1_050);
    let files = listed(folder.path());
    assert!(files.len() < 10, "runs are merged: {files:?}");
    drop(ledger);
    let bounds = Bounds { recent_ids_max: 250, ..bounds() };
    let ledger = open_in(folder.path(), &journal.kill(), bounds);
    all_repeated(&ledger, 1_050);
    write(&ledger, 1_051..=1_100);
    all_repeated(&ledger, 1_100);
}

/// Goal: I6: runs that are lost, or not what was written, are written again before the books open, and
/// nothing is accepted twice meanwhile.
/// Method: all files, then one, are removed; then each of them in turn has a byte changed, at its
/// beginning, in its middle, at its end.
#[test]
fn i6_lost_and_damaged_runs_are_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, ledger) = written(folder.path());
    drop(ledger);
    let mut reopened = |change: &dyn Fn(&[PathBuf])| {
        change(&listed(folder.path()));
        journal = journal.kill();
        let ledger = open_in(folder.path(), &journal, Bounds { recent_ids_max: 250, ..bounds() });
        // A damaged page is found when it is read: until it is written again nobody knows.
        wait_until("all ids are known", || {
            let commands = (1..=1_050).map(command).collect();
            let Ok(ticket) = ledger.submit(commands, Mode::ValidateOnly, Detail::Numbers) else {
                return false;
            };
            ticket.wait().unwrap().decisions.iter().all(|decision| matches!(decision, Decision::Known(_)))
        });
        all_repeated(&ledger, 1_050);
    };
    reopened(&|files| files.iter().for_each(|file| fs::remove_file(file).unwrap()));
    reopened(&|files| fs::remove_file(&files[files.len() / 2]).unwrap());
    reopened(&|_| {
        fs::remove_dir_all(folder.path()).unwrap();
        fs::write(folder.path(), "what is this").unwrap();
    });
    for at in [0.0, 0.5, 0.99] {
        reopened(&|files| {
            for file in files {
                let mut bytes = fs::read(file).unwrap();
                let at = (bytes.len() as f64 * at) as usize;
                bytes[at] ^= 4;
                fs::write(file, bytes).unwrap();
            }
        });
    }
}

/// Goal: I6: runs of books that were put back older, and went on differently, are not believed.
/// Method: the same folder with a journal of 500 entries, of which the first 400 are the same.
#[test]
fn i6_runs_of_a_journal_that_was_put_back_are_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (_, ledger) = written(folder.path());
    drop(ledger);
    let older = MemoryJournal::new();
    let apart = tempfile::tempdir().unwrap();
    let ledger = open_in(apart.path(), &older, bounds());
    write(&ledger, 1..=400);
    write(&ledger, 5_001..=5_100);
    drop(ledger);
    let ledger = open_in(folder.path(), &older.kill(), bounds());
    let asked = |number| ledger.find(command(number).key.unwrap()).unwrap().map(|entry| entry.sequence.get());
    assert_eq!([asked(400), asked(401), asked(450), asked(1_000)], [Some(400), None, None, None]);
    assert_eq!(asked(5_001), Some(401));
    // What the older books never saw is new to them.
    assert_eq!(ledger.post(command(401)).map(|receipt| receipt.repeated), Ok(Repeated::No));
    assert_eq!(ledger.post(command(400)).map(|receipt| receipt.repeated), Ok(Repeated::Yes));
}

/// Goal: while runs cannot be written, new entries are taken until memory for their ids is full; then the
/// answer is "busy", known ids keep their answers, and it goes on by itself once the disk is mended.
/// Method: a file where the folder was.
#[test]
fn a_disk_that_does_not_take_runs_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let (ids, away) = (folder.path().join("ids"), folder.path().join("away"));
    let journal = MemoryJournal::new();
    let ledger = open_in(&ids, &journal, Bounds { recent_ids_max: 300, ..bounds() });
    fs::rename(&ids, &away).unwrap();
    fs::write(&ids, "in the way").unwrap();
    write(&ledger, 1..=300);
    assert_eq!(ledger.post(command(301)), Err(NoReceipt::Busy));
    assert_eq!(ledger.post(command(7)).map(|receipt| receipt.repeated), Ok(Repeated::Yes));
    assert_eq!(journal.reader().tip().position, Sequence::new(300));
    fs::remove_file(&ids).unwrap();
    fs::rename(&away, &ids).unwrap();
    wait_until("the disk is mended", || ledger.post(command(301)).is_ok());
    all_repeated(&ledger, 301);
}

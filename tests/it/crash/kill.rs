//! `kill -9`: the process is gone, the page cache is not.

use std::path::PathBuf;

use hourbook::domain::Form;
use hourbook::journal::DirectoryError;
use hourbook::network::{Network, NetworkError};
use tempfile::TempDir;

use super::check::{Report, check};
use super::disk;
use super::heard::Heard;
use super::load::Dice;
use super::orders::Orders;
use super::process::Child;

const CYCLES: u16 = 30;
/// The child is killed after at most this many acknowledged requests.
const ACKS_MAX: u64 = 8_000;

/// A folder, and where the books are in it.
pub fn folder() -> (TempDir, PathBuf) {
    let folder = disk::folder();
    let data = folder.path().join("data");
    (folder, data)
}

/// Goal: I4 durable, I6 once: thirty kills under load, during rollovers and sealing, lose nothing
/// that was acknowledged, write nothing that was refused, and every answer is given again.
/// Method: the child is killed after a random number of acknowledgements; the parent opens the books
/// and compares every one.
#[test]
fn i4_thirty_kills_lose_nothing() {
    let report = many_kills(0x5eed_0001, |orders| orders, |_, _| {});
    // Else the load was too small to show anything.
    assert!(report.volumes_sealed >= 3, "{report:?}");
    for form in [Form::Post, Form::Hold, Form::Capture, Form::Void, Form::Expire, Form::Note] {
        assert!(report.forms.contains_key(&form), "no {form:?} in {report:?}");
    }
}

/// Goal: I8: checkpoints are derived. Written under load, cut off by a kill, or deleted, they change
/// no balance.
/// Method: the same kills with a checkpoint each 500 entries; the folder is deleted before every
/// third start, and the newest file is cut short before every fifth.
#[test]
fn i8_kills_with_checkpoints_deleted() {
    let small = |orders| Orders { checkpoint_entries: 500, ..orders };
    let mut written = 0;
    many_kills(0x5eed_0008, small, |orders, cycle| {
        let folder = orders.directory.join("checkpoints");
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        written += files.len();
        files.sort();
        if cycle % 3 == 0 {
            std::fs::remove_dir_all(&folder).unwrap();
        } else if cycle % 5 == 0
            && let Some(newest) = files.last()
        {
            let bytes = std::fs::read(newest).unwrap();
            std::fs::write(newest, &bytes[..bytes.len() / 2]).unwrap();
        }
    });
    assert!(written > 10, "{written} checkpoints");
}

fn many_kills(seed: u64, change: impl Fn(Orders) -> Orders, mut between: impl FnMut(&Orders, u16)) -> Report {
    println!("seed {seed:#x}");
    let (_folder, directory) = folder();
    let (mut dice, mut heard) = (Dice(seed), Heard::nothing());
    let mut report = Report::default();
    for cycle in 1..=CYCLES {
        let orders = change(Orders::load(directory.clone(), cycle));
        let mut child = Child::start(&orders);
        child.hear_acks(&mut heard, dice.below(ACKS_MAX));
        child.kill();
        // What was in the pipe was acknowledged, too.
        child.hear_rest(&mut heard);
        let ended = child.ended();
        assert_eq!(ended.code, None, "killed, and not ended by itself: {ended:?}");
        between(&orders, cycle);
        report = check(&orders, &mut heard).unwrap_or_else(|what| panic!("seed {seed:#x}, {cycle}: {what}"));
    }
    println!("{} acknowledged, {} refused, {report:?}", heard.accepted.len(), heard.refused.len());
    assert!(report.entries >= heard.accepted.len() as u64, "{report:?}");
    report
}

/// Goal: one process owns the books; the second is told who.
/// Method: open the directory of a running child; kill the child; open again.
#[test]
fn a_second_process_is_told_the_owner() {
    let (_folder, directory) = folder();
    let orders = Orders::load(directory, 1);
    let mut child = Child::start(&orders);
    let owner = child.ready();
    match Network::open(&orders.directory, orders.network()) {
        Err(NetworkError::Directory(DirectoryError::Owned { pid, .. })) => assert_eq!(pid, owner),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("two processes own the books"),
    }
    let mut second = Child::start(&orders);
    let refused = second.ended();
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.errors.contains(&format!("in use by process {owner}")), "{refused:?}");
    let mut heard = Heard::nothing();
    child.hear_acks(&mut heard, 200); // The owner was not disturbed.
    child.kill();
    child.hear_rest(&mut heard);
    child.ended();
    check(&orders, &mut heard).unwrap();
    assert!(heard.accepted.len() >= 100, "{}", heard.accepted.len());
}

//! Disks that return errors, or do not return at all.
//!
//! strace makes the chosen system call fail on its way to the disk; the program sees what a failing
//! disk would show it.

use hourbook::ledger::FAIL_STOP_EXIT_CODE;

use super::check::check;
use super::disk::{Disk, has};
use super::heard::{Heard, Said};
use super::kill::folder;
use super::orders::{AtFailure, Orders, Task};
use super::process::{Child, Ended};

/// One volume for the whole run, so that its `db` can be named.
const ONE_VOLUME: u64 = 512 << 20;

/// Goal: fail stop: after a sync that failed nothing is accepted and nothing known is answered, the
/// process exits non-zero, and I4: after a restart everything acknowledged is there.
/// Method: the 60th `fdatasync` of a thread returns EIO, and is not called again.
#[test]
fn i4_a_sync_error_stops_for_good() {
    let test = "crash::failing::i4_a_sync_error_stops_for_good";
    for on_failure in [AtFailure::Exit, AtFailure::AskMore] {
        fails(test, &["-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=60"], on_failure);
    }
}

/// Goal: the same for a write.
/// Method: a write into the `db` file of the volume returns EIO, or finds no room.
#[test]
fn i4_a_write_error_stops_for_good() {
    let test = "crash::failing::i4_a_write_error_stops_for_good";
    for (error, on_failure) in
        [("EIO", AtFailure::Exit), ("EIO", AtFailure::AskMore), ("ENOSPC", AtFailure::Exit)]
    {
        let inject = format!("inject=pwrite64:error={error}:when=60");
        fails(test, &["-e", "trace=pwrite64", "-e", &inject, "-P", DB], on_failure);
    }
}

/// Stands for the path of the volume's `db`.
const DB: &str = "<db>";

fn fails(test: &str, inject: &[&str], on_failure: AtFailure) {
    if !strace_works(test) {
        return;
    }
    let (_folder, directory) = folder();
    let orders = Orders {
        volume_bytes_max: ONE_VOLUME,
        on_failure,
        append_deadline_seconds: 20,
        ..Orders::load(directory, 1)
    };
    let mut heard = Heard::nothing();
    first_volume(&orders, &mut heard);

    let db = orders.directory.join("journal/000001/db");
    let inject: Vec<&str> =
        inject.iter().map(|word| if *word == DB { db.to_str().unwrap() } else { word }).collect();
    let next = Orders { cycle: 2, ..orders };
    let mut child = Child::start_traced(&next, &inject);
    child.ready();
    let before = heard.accepted.len();
    let said = child.hear_rest(&mut heard);
    let ended = child.ended();
    stopped(&ended, "the journal did not take a batch");
    assert!(heard.accepted.len() > before, "the error came before anything was accepted: {inject:?}");
    let refused: Vec<u64> = said
        .iter()
        .filter_map(|said| if let Said::RefusedAfterStop(count) = said { Some(*count) } else { None })
        .collect();
    match on_failure {
        AtFailure::Exit => assert!(refused.is_empty(), "{refused:?}"),
        AtFailure::AskMore => {
            assert!(refused.len() == 4 && refused.iter().all(|count| *count >= 20), "{refused:?}")
        }
    }
    check(&next, &mut heard).unwrap_or_else(|what| panic!("{inject:?}: {what}"));
}

/// Goal: a disk that does not return ends the process: nobody else could say so; I4 afterwards.
/// Method: a file system of our own is frozen under load; once the watchdog has spoken it is thawed,
/// as a thread that waits for a frozen file system cannot end. Why not strace's delay: 6.1 gets
/// stuck itself when the process ends during one.
#[test]
fn a_disk_that_hangs_ends_the_process() {
    let test = "crash::failing::a_disk_that_hangs_ends_the_process";
    let Some(disk) = Disk::new(128 << 20, test) else { return };
    let orders = Orders { append_deadline_seconds: 2, ..Orders::load(disk.data(), 1) };
    let mut heard = Heard::nothing();
    first_volume(&orders, &mut heard);
    let next = Orders { cycle: 2, ..orders };
    let mut child = Child::start(&next);
    child.ready();
    child.hear_acks(&mut heard, 500);
    let Some(frozen) = disk.freeze(test) else { return };
    child.hear_error(&mut heard, "a write has not returned");
    drop(frozen);
    child.hear_rest(&mut heard);
    stopped(&child.ended(), "a write has not returned");
    check(&next, &mut heard).unwrap();
}

/// Goal: the watchdog, also where there is no strace.
/// Method: a journal in memory whose append stands before a closed gate; the deadline is a second.
#[test]
fn an_append_that_hangs_ends_the_process() {
    let (_folder, directory) = folder();
    let orders = Orders { task: Task::Stuck, append_deadline_seconds: 1, ..Orders::load(directory, 1) };
    let mut child = Child::start(&orders);
    child.ready();
    let said = child.hear_rest(&mut Heard::nothing());
    assert!(!said.contains(&Said::Answered), "{said:?}");
    stopped(&child.ended(), "a write has not returned");
}

/// Something to lose.
fn first_volume(orders: &Orders, heard: &mut Heard) {
    let mut child = Child::start(orders);
    child.hear_acks(heard, 500);
    child.kill();
    child.hear_rest(heard);
    child.ended();
    check(orders, heard).unwrap();
}

fn stopped(ended: &Ended, why: &str) {
    assert_eq!(ended.code, Some(FAIL_STOP_EXIT_CODE), "{ended:?}");
    assert!(ended.errors.contains(why), "{ended:?}");
}

fn strace_works(test: &str) -> bool {
    has("strace", &["-f", "-q", "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO", "true"], test)
}

//! The past against a naive fold of the entries, and what becomes of it when its files are lost,
//! damaged, of other books, or left by a killed process.
//!
//! `naive` works everything out from the entries once more; `played` makes random books.

mod chain;
mod damage;
mod naive;
mod network;
mod played;
mod random;

use std::path::Path;
use std::time::Duration;

use hourbook::journal::DataDirectory;
use hourbook::ledger::Ledger;
use hourbook::past::{Past, PastBounds};

use crate::support::wait_until;

/// Small, so that short books have many of everything.
const BOUNDS: PastBounds =
    PastBounds { checkpoint_entries: 20, read_entries: 7, chunk_entries: 7, rest: Duration::ZERO };

/// A data directory on the disk of the build, not in memory.
fn directory() -> (tempfile::TempDir, DataDirectory) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let directory = DataDirectory::open(folder.path()).unwrap();
    (folder, directory)
}

/// Opens the past and waits until it has seen everything.
fn caught_up(ledger: &Ledger, directory: &DataDirectory) -> Past {
    let past = Past::open_with(ledger, directory, BOUNDS).unwrap();
    catch_up(&past, ledger);
    past
}

fn catch_up(past: &Past, ledger: &Ledger) {
    wait_until("the follower has seen everything", || {
        assert_eq!(past.failure(), None);
        past.position() == ledger.position()
    });
}

/// The balances checkpoints in a directory, oldest first.
fn checkpoints(directory: &DataDirectory) -> Vec<std::path::PathBuf> {
    let listed = std::fs::read_dir(directory.checkpoints()).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = listed.filter(|path| name(path).starts_with("balances-")).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

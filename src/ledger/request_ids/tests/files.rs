//! Runs on disk: damaged, of other books, left over from a crash.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::super::footer::{FOOTER_BYTES, Footer};
use super::super::merge::RUNS_MAX;
use super::super::page::Filed;
use super::super::run::Run;
use super::super::testing::{Books, key, key_in_time};
use super::super::{GoOn, Keeper, RunSet, Seed};
use crate::domain::{RequestKey, Scope, Sequence};
use crate::journal::Journal;

const SEED: Seed = Seed::new([3, 4]);

fn open(folder: &Path, books: &Books, run_entries: u64) -> Keeper {
    Keeper::open(folder.to_owned(), &*books.journal.reader(), SEED, run_entries).unwrap()
}

fn keep_up(keeper: &mut Keeper, books: &Books) -> RunSet {
    keeper.keep_up(&*books.journal.reader(), &|| GoOn::Yes).unwrap();
    keeper.runs().now()
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn name(first: u64, last: u64) -> String {
    format!("{first:020}-{last:020}.ids")
}

/// Every id numbered like its entry is found, and others are not.
fn all_found(runs: &RunSet, through: u64, key: impl Fn(u64) -> RequestKey) {
    assert_eq!(runs.through(), Sequence::new(through));
    let keys: Vec<_> = (1..=through).map(&key).collect();
    let expected: Vec<_> = (1..=through).map(|sequence| Some(Sequence::new(sequence))).collect();
    assert_eq!(runs.look(&keys).unwrap(), expected);
    let others: Vec<_> = (through + 1..through + 500).map(&key).collect();
    assert!(runs.look(&others).unwrap().iter().all(Option::is_none));
    let scopes: Vec<_> = keys.iter().map(|key| RequestKey { scope: Scope::new(9), ..*key }).collect();
    assert!(runs.look(&scopes).unwrap().iter().all(Option::is_none));
}

/// Goal: no byte of a run can change without being noticed: it is not opened, or what it says is an
/// error; never another answer, never a panic. A shorter or longer file is not opened.
/// Method: each byte in turn; one id of each page is asked for.
#[test]
fn a_changed_byte_is_never_believed() {
    let (folder, mut books) = (tempfile::tempdir().unwrap(), Books::new());
    books.append_many(1..601, 100, key);
    keep_up(&mut open(folder.path(), &books, 600), &books);
    let path = folder.path().join(name(1, 600));
    let good = fs::read(&path).unwrap();
    let asked: Vec<_> = (1..=600).step_by(20).map(|number| (Filed::new(&key(number), 0), number)).collect();
    let pages = usize::try_from(Run::open(&path).unwrap().pages()).unwrap() * 4_096;
    assert!(pages >= 3 * 4_096, "several pages");
    // In place: some file systems sync a file that is written anew.
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let put = |at: usize, byte: u8| file.write_all_at(&[byte], at as u64).unwrap();
    for (at, byte) in good.iter().copied().enumerate() {
        put(at, byte ^ (1 << (at % 8)));
        let run = Run::open(&path);
        assert_eq!(run.is_some(), at < pages, "byte {at}");
        if let Some(run) = run {
            let answers: Vec<_> = asked.iter().map(|(filed, _)| run.find(filed)).collect();
            let right =
                answers.iter().zip(&asked).filter(|(answer, (_, number))| **answer == Ok(Some(*number)));
            let unknown = answers.iter().filter(|answer| answer.is_err()).count();
            assert_eq!(right.count() + unknown, asked.len(), "byte {at}");
            assert!(unknown > 0 && run.is_unreadable(), "byte {at}");
        }
        put(at, byte);
    }
    for length in [0, 1, 4_095, good.len() - 1] {
        fs::write(&path, &good[..length]).unwrap();
        assert!(Run::open(&path).is_none(), "{length} bytes");
    }
    fs::write(&path, [&good[..], &[0]].concat()).unwrap();
    assert!(Run::open(&path).is_none());
}

/// Goal: a page that is whole but belongs elsewhere is not believed.
/// Method: two pages of one run change places.
#[test]
fn a_page_in_the_wrong_place_is_not_believed() {
    let (folder, mut books) = (tempfile::tempdir().unwrap(), Books::new());
    books.append_many(1..601, 100, key);
    keep_up(&mut open(folder.path(), &books, 600), &books);
    let path = folder.path().join(name(1, 600));
    let mut bytes = fs::read(&path).unwrap();
    let (first, second) = bytes.split_at_mut(4_096);
    first.swap_with_slice(&mut second[..4_096]);
    fs::write(&path, bytes).unwrap();
    let run = Run::open(&path).unwrap();
    let answers: Vec<_> = (1..=600).map(|number| run.find(&Filed::new(&key(number), 0))).collect();
    assert!(answers.iter().zip(1..).all(|(answer, number)| answer.is_err() || *answer == Ok(Some(number))));
    assert!(answers.iter().filter(|answer| answer.is_err()).count() > 300);
}

/// Goal: the number of runs grows with the logarithm of history where ids are in no order; ids of
/// version 7 ask hardly any filter, so that their runs stay as they are while there are not too many.
/// Method: 256 runs' worth of entries, of both versions.
#[test]
fn many_runs_become_few() {
    for (key, runs_max) in [(key as fn(u64) -> RequestKey, 12), (key_in_time, RUNS_MAX)] {
        let (folder, mut books) = (tempfile::tempdir().unwrap(), Books::new());
        let mut keeper = open(folder.path(), &books, 50);
        for start in (1..12_801).step_by(200) {
            books.append_many(start..start + 200, 25, key);
            keep_up(&mut keeper, &books);
        }
        let runs = keeper.runs().now();
        assert!(runs.len() <= runs_max, "{}", runs.len());
        assert_eq!(listed(folder.path()).len(), runs.len());
        all_found(&runs, 12_800, key);
        drop(keeper);
        all_found(&keep_up(&mut open(folder.path(), &books, 50), &books), 12_800, key);
    }
}

/// Goal: less than two bytes of memory for a historic entry, 19 on disk.
/// Method: the sizes of 60,000 ids in no order, summed.
#[test]
fn a_historic_entry_takes_less_than_two_bytes() {
    let (folder, mut books) = (tempfile::tempdir().unwrap(), Books::new());
    books.append_many(1..60_001, 5_000, key);
    let runs = keep_up(&mut open(folder.path(), &books, 15_000), &books);
    let bytes = runs.memory_bytes();
    assert!((60_000..110_000).contains(&bytes), "{bytes} bytes of memory for 60,000 entries");
    let disk: u64 = listed(folder.path()).iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(disk < 60_000 * 20, "{disk} bytes on disk for 60,000 entries");
}

/// Goal: after a crash between writing a merged run and removing its parts, the merged one counts and
/// the parts go; if the merged one is damaged, its parts count.
/// Method: the parts are put back beside it, then a byte of its end is changed.
#[test]
fn a_crash_while_merging_leaves_one_set() {
    let (folder, mut books) = (tempfile::tempdir().unwrap(), Books::new());
    let mut keeper = open(folder.path(), &books, 100);
    let mut parts = Vec::new();
    for start in (1..401).step_by(100) {
        parts.extend(listed(folder.path()).into_iter().map(|file| (fs::read(&file).unwrap(), file)));
        books.append_many(start..start + 100, 50, key);
        keep_up(&mut keeper, &books);
    }
    drop(keeper);
    let merged = folder.path().join(name(1, 400));
    assert_eq!(listed(folder.path()), std::slice::from_ref(&merged));
    let put_back = || parts.iter().for_each(|(bytes, file)| fs::write(file, bytes).unwrap());
    put_back();
    fs::write(folder.path().join(name(401, 500) + ".tmp"), b"half").unwrap();
    all_found(&open(folder.path(), &books, 100).runs().now(), 400, key);
    assert_eq!(
        listed(folder.path()),
        std::slice::from_ref(&merged),
        "parts and the unfinished file are gone"
    );

    put_back();
    let mut bytes = fs::read(&merged).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&merged, bytes).unwrap();
    let mut keeper = open(folder.path(), &books, 100);
    all_found(&keeper.runs().now(), 300, key);
    assert!(!merged.exists());
    all_found(&keep_up(&mut keeper, &books), 400, key);
}

/// Goal: runs of other books, and of books that were put back older, are not believed and go; what the
/// books have in common with them stays.
/// Method: two journals with the same first 200 entries; one went on further, one went on differently.
#[test]
fn runs_of_other_books_are_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let books_of = |differently: u64, through: u64| {
        let mut books = Books::new();
        books.append_many(1..201, 50, key);
        books.append_many(201..through + 1, 50, |number| key(number + differently));
        books
    };
    let full = books_of(0, 350);
    // Kept apart by a span that is not merged: three runs of 100 and 50 more entries.
    keep_up(&mut open(folder.path(), &full, 100), &full);
    assert_eq!(listed(folder.path()).len(), 3);
    let older = books_of(0, 250);
    all_found(&open(folder.path(), &older, 100).runs().now(), 200, key);
    assert_eq!(listed(folder.path()).len(), 2);

    keep_up(&mut open(folder.path(), &full, 100), &full);
    let other = books_of(1_000_000, 350);
    let mut keeper = open(folder.path(), &other, 100);
    assert_eq!(keeper.runs().through(), Sequence::new(200));
    let runs = keep_up(&mut keeper, &other);
    assert_eq!(runs.look(&[key(250), key(1_000_250)]).unwrap(), [None, Some(Sequence::new(250))]);
}

/// Goal: a run in the middle that is gone or damaged is written again, and meanwhile nobody is told that
/// its entries are covered.
/// Method: the middle file is removed before opening; then a page of it is changed while it is in use.
#[test]
fn a_hole_is_filled_from_the_journal() {
    let (folder, mut books) = (tempfile::tempdir().unwrap(), Books::new());
    books.append_many(1..301, 50, key);
    keep_up(&mut open(folder.path(), &books, 100), &books);
    let middle = folder.path().join(name(101, 200));
    fs::remove_file(&middle).unwrap();
    let mut keeper = open(folder.path(), &books, 100);
    assert_eq!((keeper.runs().through(), keeper.due()), (Sequence::new(100), Sequence::ZERO));
    assert_eq!(keeper.runs().now().look(&[key(250)]).unwrap(), [Some(Sequence::new(250))]);
    all_found(&keep_up(&mut keeper, &books), 300, key);

    let mut bytes = fs::read(&middle).unwrap();
    bytes[1_000] ^= 1;
    fs::write(&middle, bytes).unwrap();
    assert!(keeper.runs().now().look(&[key(150)]).is_err());
    assert_eq!(keeper.due(), Sequence::ZERO);
    all_found(&keep_up(&mut keeper, &books), 300, key);
    assert_eq!(listed(folder.path()).len(), 3);
}

/// Goal: an id that forged books hold twice keeps its first entry, within a run and across a merge.
#[test]
fn a_forged_second_entry_does_not_count() {
    let (folder, mut books) = (tempfile::tempdir().unwrap(), Books::new());
    for start in [1, 1, 101, 201] {
        books.append_many(start..start + 100, 100, key);
    }
    let again: Vec<_> = [5, 5].iter().chain(&[6; 98]).map(|number| Some(key(*number))).collect();
    books.append(&again);
    let runs = keep_up(&mut open(folder.path(), &books, 100), &books);
    assert_eq!(
        runs.look(&[key(5), key(6), key(101)]).unwrap(),
        [5, 6, 201].map(|entry| Some(Sequence::new(entry)))
    );
}

/// Goal: entries without an id are covered all the same, also where a run has none.
#[test]
fn a_run_may_have_no_ids() {
    let (folder, mut books) = (tempfile::tempdir().unwrap(), Books::new());
    books.append(&[None; 100]);
    books.append_many(101..201, 50, key);
    let runs = keep_up(&mut open(folder.path(), &books, 100), &books);
    assert_eq!((runs.through(), runs.len()), (Sequence::new(200), 2));
    assert_eq!(runs.look(&[key(150), key(1)]).unwrap(), [Some(Sequence::new(150)), None]);
    drop(runs);
    assert_eq!(open(folder.path(), &books, 100).runs().through(), Sequence::new(200));
}

/// Goal: a footer with numbers that no file has is refused, whatever they are, without a panic.
/// Method: valid checksums around lengths at the end of their range.
#[test]
fn impossible_footers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut books = Books::new();
    books.append_many(1..101, 100, key);
    keep_up(&mut open(folder.path(), &books, 100), &books);
    let path = folder.path().join(name(1, 100));
    let good = fs::read(&path).unwrap();
    let (body, footer) = good.split_at(good.len() - FOOTER_BYTES);
    let footer = Footer::read(footer).unwrap();
    for change in [
        Footer { pages: u64::MAX, ..footer },
        Footer { lines: u64::MAX, ..footer },
        Footer { pages: u64::MAX / 4_096, lines: u64::MAX / 64, ..footer },
        Footer { pages: footer.pages + 1, ..footer },
        Footer { lines: 0, ..footer },
    ] {
        fs::write(&path, [body, &change.write()[..]].concat()).unwrap();
        assert!(Run::open(&path).is_none(), "{change:?}");
    }
}

//! What a failing disk does, and what may be deleted.

use std::fs;
use std::path::PathBuf;

use hourbook::audit;

use super::{account, exchange_many, folder, open, open_a_bank};

/// Files of volumes that are sealed, with the number of the volume.
fn sealed_files(journal: &std::path::Path) -> Vec<(u32, PathBuf)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(journal).unwrap() {
        let path = entry.unwrap().path();
        let sealed = path.extension().is_some_and(|extension| extension == "sealed");
        let Some(number) = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok()).filter(|_| sealed)
        else {
            continue;
        };
        let volume = path.with_extension("");
        let inside =
            fs::read_dir(volume).unwrap().map(|file| file.unwrap().path()).filter(|file| file.is_file());
        files.extend(inside.map(|file| (number, file)));
        files.push((number, path));
    }
    files.sort();
    files
}

/// Goal: I4, I7: a flipped byte anywhere in a sealed volume is found by verify, which names the
/// volume. Method: 200 random places over all files of all sealed volumes; each is put back.
#[test]
fn i7_a_flipped_byte_in_a_sealed_volume_is_found() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    exchange_many(&network, 1_000, 6_000);
    // Sealing goes on in the background; opening again does what is left of it.
    drop(network);
    let network = open(folder.path()).unwrap();
    let journal = network.directory().journal();
    let three_are_sealed = || sealed_files(&journal).last().is_some_and(|(number, _)| *number >= 3);
    crate::support::wait_until("three volumes are sealed", three_are_sealed);
    let files = sealed_files(&journal);
    let report = audit::verify(&network.ledger, &mut |_| {});
    assert!(report.is_clean(), "{report}");

    let mut random = 0x2545_f491_4f6c_dd1du64;
    println!("seed {random:#x}, {} files", files.len());
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for _ in 0..200 {
        let (volume, file) = &files[next(files.len())];
        let bytes = fs::read(file).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let place = next(bytes.len());
        let mut damaged = bytes.clone();
        damaged[place] ^= 1 << next(8);
        fs::write(file, &damaged).unwrap();
        let report = audit::verify(&network.ledger, &mut |_| {});
        assert!(!report.is_clean(), "byte {place} of {}", file.display());
        let said = report.to_string();
        assert!(
            said.contains(&format!("{volume:06}")),
            "byte {place} of {} is not named:\n{said}",
            file.display()
        );
        fs::write(file, &bytes).unwrap();
    }
    let report = audit::verify(&network.ledger, &mut |_| {});
    assert!(report.is_clean(), "put back: {report}");
}

/// Goal: I8: derived data and checkpoints may be deleted at any time and come back equal.
#[test]
fn i8_derived_data_may_be_deleted() {
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    exchange_many(&network, 1_000, 1_000);
    network.ledger.checkpoint().unwrap();
    let balances = |network: &hourbook::network::Network| {
        (0..12).map(|slot| network.ledger.balance(account(slot))).collect::<Vec<_>>()
    };
    let before = balances(&network);
    let directory = (network.directory().checkpoints(), network.directory().derived());
    assert!(fs::read_dir(&directory.0).unwrap().next().is_some(), "a checkpoint is there");
    drop(network);
    fs::remove_dir_all(directory.0).unwrap();
    fs::remove_dir_all(directory.1).unwrap();
    let network = open(folder.path()).unwrap();
    assert_eq!(balances(&network), before);
    let report = audit::verify(&network.ledger, &mut |_| {});
    assert!(report.is_clean(), "{report}");
}

/// Goal: no value of any volume grows a file of its own, which nothing would sync. Method: thousands
/// of entries and the largest there may be.
#[test]
fn blobs_stay_empty() {
    use hourbook::domain::{Action, Command, Note, OwnerNumber, Topic};
    let folder = folder();
    let network = open(folder.path()).unwrap();
    open_a_bank(&network);
    exchange_many(&network, 1_000, 2_000);
    for number in 0..50 {
        let note = Note { topic: Topic::new(99), subject: 0, body: vec![7; 4_096].into() };
        network
            .ledger
            .post(Command::new(
                crate::support::key(9_000 + number),
                OwnerNumber::OPERATOR,
                Action::Note(note),
            ))
            .unwrap();
    }
    let journal = network.directory().journal();
    drop(network);
    let mut volumes = 0;
    for entry in fs::read_dir(journal).unwrap() {
        let blobs = entry.unwrap().path().join("blobs");
        if blobs.exists() {
            volumes += 1;
            assert_eq!(fs::read_dir(blobs).unwrap().count(), 0);
        }
    }
    assert!(volumes >= 2, "{volumes} volumes looked at");
}

//! The keyring: what survives, what is gone, what is refused.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use tempfile::TempDir;

use super::layout::{Header, OWNER_NUMBER_MAX};
use super::{KeyError, Keyring, KeyringError};
use crate::domain::{OwnerNumber, Sequence};

fn owner(number: u32) -> OwnerNumber {
    OwnerNumber::new(number)
}

fn entry(number: u64) -> Sequence {
    Sequence::new(number)
}

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyring");
    (directory, path)
}

fn make(path: &Path, owners: &[u32]) -> Keyring {
    let keyring = Keyring::open(path).unwrap();
    for number in owners {
        keyring.ensure([owner(*number)], &SystemRandom::new()).unwrap();
    }
    keyring
}

fn key(keyring: &Keyring, number: u32) -> [u8; 32] {
    *keyring.key(owner(number)).unwrap().bytes()
}

fn in_file(path: &Path, key: &[u8; 32]) -> bool {
    fs::read(path).unwrap().windows(32).any(|window| window == key)
}

/// Goal: a key is the same after reopening and after asking for it again; gaps have none; the file
/// is for its owner alone; numbers without a slot are refused.
/// Method: owners 1 and 3, then reopen.
#[test]
fn keys_stay() {
    let (_directory, path) = place();
    let first = make(&path, &[1, 3]);
    let (one, three) = (key(&first, 1), key(&first, 3));
    assert_ne!(one, three);
    assert!(in_file(&path, &one), "on disk before first use");
    drop(first);
    let again = make(&path, &[3]);
    assert_eq!((key(&again, 1), key(&again, 3)), (one, three));
    for without in [0, 2, 4, OWNER_NUMBER_MAX, OWNER_NUMBER_MAX + 1, u32::MAX] {
        assert!(
            matches!(again.key(owner(without)), Err(KeyError::NoKey { owner: o }) if o == owner(without))
        );
    }
    for none in [0, OWNER_NUMBER_MAX + 1] {
        let out = again.ensure([owner(none)], &SystemRandom::new());
        assert!(matches!(out, Err(KeyError::NumberOutOfRange { .. })));
        assert!(matches!(again.erase(owner(none)), Err(KeyError::NumberOutOfRange { .. })));
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(format!("{:?}", again.key(owner(1)).unwrap()), "Key(32 secret bytes)");
}

/// Goal: erased means no byte run of the key in the file, for ever, also for an owner who had none.
/// Method: scan the file for the 32 bytes before and after; reopen; ask for a new key.
#[test]
fn erased_is_gone_and_stays_gone() {
    let (_directory, path) = place();
    let keyring = make(&path, &[1, 2]);
    let (one, two) = (key(&keyring, 1), key(&keyring, 2));
    keyring.erase(owner(1)).unwrap();
    keyring.erase(owner(7)).unwrap();
    assert!(!in_file(&path, &one) && in_file(&path, &two));
    drop(keyring);
    let again = Keyring::open_existing(&path).unwrap();
    for gone in [1, 7] {
        assert!(matches!(again.key(owner(gone)), Err(KeyError::Erased { .. })));
        let anew = again.ensure([owner(gone)], &SystemRandom::new());
        assert!(matches!(anew, Err(KeyError::Erased { .. })));
    }
    assert_eq!(key(&again, 2), two);
}

/// Goal: a restored older keyring has the erased key again until the journal's erasures are applied;
/// applying twice is the same as once; an owner made after the copy can be erased too.
/// Method: copy the file, erase and note, put the copy back.
#[test]
fn a_restore_applies_the_erasures() {
    let (directory, path) = place();
    let keyring = make(&path, &[1, 2]);
    let (one, two) = (key(&keyring, 1), key(&keyring, 2));
    let copy = directory.path().join("copy");
    fs::copy(&path, &copy).unwrap();
    keyring.erase(owner(1)).unwrap();
    keyring.note_applied_through(entry(40)).unwrap();
    drop(keyring);
    assert_eq!(Keyring::open(&path).unwrap().erasures_applied_through().unwrap(), entry(40));

    fs::copy(&copy, &path).unwrap();
    let restored = Keyring::open_existing(&path).unwrap();
    assert_eq!((key(&restored, 1), restored.erasures_applied_through().unwrap()), (one, Sequence::ZERO));
    let erasures = [(entry(40), owner(1)), (entry(44), owner(9))];
    for _ in 0..2 {
        restored.apply_erasures(erasures.into_iter(), entry(50)).unwrap();
        assert!(matches!(restored.key(owner(1)), Err(KeyError::Erased { .. })));
        assert!(matches!(restored.key(owner(9)), Err(KeyError::Erased { .. })));
        assert_eq!(restored.erasures_applied_through().unwrap(), entry(50));
    }
    assert!(!in_file(&path, &one));
    assert_eq!(key(&restored, 2), two);

    let broken = [(entry(60), owner(2)), (entry(61), owner(0))];
    let refused = restored.apply_erasures(broken.into_iter(), entry(70));
    assert!(matches!(refused, Err(KeyringError::ErasureOfNobody { sequence, .. }) if sequence == entry(61)));
    assert_eq!((key(&restored, 2), restored.erasures_applied_through().unwrap()), (two, entry(50)));
}

/// Goal: the position is noted after the overwrite, never before: else a crash in between leaves a
/// live key nobody looks for.
/// Method: a file in memory that may not grow, so that the slot cannot be written but the header can.
#[test]
fn overwrites_before_it_notes() {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    let (_directory, path) = place();
    drop(make(&path, &[]));
    let memory = File::from(memfd_create("keyring", MemfdFlags::ALLOW_SEALING).unwrap());
    memory.write_all_at(&fs::read(&path).unwrap(), 0).unwrap();
    fcntl_add_seals(&memory, SealFlags::GROW).unwrap();

    let keyring = Keyring::from_file(memory.try_clone().unwrap()).unwrap();
    keyring.note_applied_through(entry(3)).unwrap();
    let failed = keyring.apply_erasures([(entry(4), owner(1))].into_iter(), entry(4));
    assert!(matches!(failed, Err(KeyringError::Io { action: "write", .. })));
    assert!(matches!(keyring.note_applied_through(entry(4)), Err(KeyringError::Stopped)));
    let reopened = Keyring::from_file(memory).unwrap();
    assert_eq!(reopened.erasures_applied_through().unwrap(), entry(3));
}

/// Goal: after a failed write or sync nothing is answered, not even what could be read.
/// Method: a handle that may only read, a device that is always full, one that cannot sync.
#[test]
fn fails_stop() {
    let (_directory, path) = place();
    drop(make(&path, &[1]));
    let header = Header { counter: 1, applied_through: Sequence::ZERO };
    let read_only = File::open(&path).unwrap();
    let full = OpenOptions::new().read(true).write(true).open("/dev/full").unwrap();
    let no_sync = OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
    for (file, expected) in [(read_only, "write"), (full, "write"), (no_sync, "sync")] {
        let keyring = Keyring::over(file, header);
        assert!(!matches!(keyring.key(owner(1)), Err(KeyError::Keyring(_))));
        let failed = keyring.ensure([owner(2)], &SystemRandom::new());
        assert!(
            matches!(failed, Err(KeyError::Keyring(KeyringError::Io { action, .. })) if action == expected)
        );
        let stopped = |result: Result<(), KeyError>| {
            assert!(matches!(result, Err(KeyError::Keyring(KeyringError::Stopped))));
        };
        stopped(keyring.key(owner(1)).map(|_| ()));
        stopped(keyring.ensure([owner(1)], &SystemRandom::new()));
        stopped(keyring.erase(owner(1)));
        stopped(keyring.apply_erasures(std::iter::empty(), entry(1)).map_err(KeyError::from));
        stopped(keyring.erasures_applied_through().map(|_| ()).map_err(KeyError::from));
    }
    assert!(Keyring::open(&path).unwrap().key(owner(1)).is_ok());
}

/// Goal: no changed byte anywhere makes another key, brings an erased one back or raises the noted
/// position; a damaged slot is named and not made anew.
/// Method: at each offset flip one bit, then all, over live, free and erased slots.
#[test]
fn a_flipped_byte_is_never_another_key() {
    let (_directory, path) = place();
    let keyring = make(&path, &[1, 2, 4]);
    keyring.erase(owner(2)).unwrap();
    keyring.note_applied_through(entry(9)).unwrap();
    let keys = [1, 4].map(|number| (number, key(&keyring, number)));
    drop(keyring);
    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let (mut headers_lost, mut slots_lost) = (0, 0);
    for (offset, byte) in (0_u64..).zip(&bytes) {
        for flip in [0x01, 0x80, 0xff] {
            file.write_all_at(&[byte ^ flip], offset).unwrap();
            let keyring = Keyring::from_file(file.try_clone().unwrap()).unwrap();
            let through = keyring.erasures_applied_through().unwrap();
            assert!(through <= entry(9), "offset {offset}");
            headers_lost += u32::from(through < entry(9));
            for (number, expected) in keys {
                match keyring.key(owner(number)) {
                    Ok(key) => assert_eq!(*key.bytes(), expected, "offset {offset}"),
                    Err(KeyError::Damaged { owner: named }) => {
                        assert_eq!(named, owner(number));
                        let anew = keyring.ensure([named], &SystemRandom::new());
                        assert!(matches!(anew, Err(KeyError::Damaged { .. })));
                        slots_lost += 1;
                    }
                    Err(other) => panic!("offset {offset}: {other}"),
                }
            }
            assert!(matches!(keyring.key(owner(2)), Err(KeyError::Erased { .. } | KeyError::Damaged { .. })));
            assert!(matches!(keyring.key(owner(3)), Err(KeyError::NoKey { .. } | KeyError::Damaged { .. })));
        }
        file.write_all_at(&[*byte], offset).unwrap();
    }
    // Every one of the 32 header bytes and of the 2 × 64 slot bytes counts.
    assert_eq!((headers_lost, slots_lost), (32 * 3, 2 * 64 * 3));
}

/// Goal: a slot written over another owner's is damage, not that owner's key.
/// Method: copy the 64 bytes.
#[test]
fn a_misplaced_slot_is_damage() {
    let (_directory, path) = place();
    drop(make(&path, &[1, 2]));
    let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let mut slot = [0; 64];
    file.read_exact_at(&mut slot, 8192).unwrap();
    file.write_all_at(&slot, 8192 + 64).unwrap();
    let keyring = Keyring::open(&path).unwrap();
    assert!(matches!(keyring.key(owner(2)), Err(KeyError::Damaged { .. })));
    keyring.erase(owner(2)).unwrap();
    assert!(matches!(keyring.key(owner(2)), Err(KeyError::Erased { .. })));
}

/// Goal: what cannot be read is left as it is: a newer format, a lost header, an empty file.
/// Method: write it, try to open it, compare bytes.
#[test]
fn refuses_and_leaves_as_it_is() {
    let (_directory, path) = place();
    let keyring = make(&path, &[1]);
    keyring.note_applied_through(entry(5)).unwrap();
    keyring.note_applied_through(entry(6)).unwrap();
    drop(keyring);
    let good = fs::read(&path).unwrap();

    let mut newer = good.clone();
    newer[8] = 2;
    let crc = crc32fast::hash(&newer[..28]).to_le_bytes();
    newer[28..32].copy_from_slice(&crc);
    let mut headless = good.clone();
    headless[0] ^= 1;
    headless[4096] ^= 1;
    for (bytes, is_newer) in [(newer, true), (headless, false), (vec![], false), (good[..20].to_vec(), false)]
    {
        fs::write(&path, &bytes).unwrap();
        let refused = Keyring::open(&path);
        match refused {
            Err(KeyringError::NewerFormat { format: 2 }) => assert!(is_newer),
            Err(KeyringError::DamagedHeader) => assert!(!is_newer),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    // One torn header costs at most the last note, which a start repeats.
    let counters = [0, 4096].map(|at| good[at + 12]);
    let newest = if counters[0] > counters[1] { 0 } else { 4096 };
    let mut torn = good;
    torn[newest + 20] ^= 1;
    fs::write(&path, &torn).unwrap();
    assert_eq!(Keyring::open(&path).unwrap().erasures_applied_through().unwrap(), entry(5));

    fs::remove_file(&path).unwrap();
    assert!(matches!(Keyring::open_existing(&path), Err(KeyringError::Io { .. })));
    assert!(!path.exists(), "a lost keyring is not replaced by an empty one");
}

/// Goal: several threads that need the same new owners get the same keys, while others are erased.
/// Method: four threads over one keyring, no order between them.
#[test]
fn threads_agree() {
    let (_directory, path) = place();
    let keyring = make(&path, &[]);
    let seen: Vec<Vec<[u8; 32]>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let keyring = &keyring;
                scope.spawn(move || {
                    keyring.erase(owner(100 + thread)).unwrap();
                    (1..=8)
                        .map(|number| {
                            keyring.ensure([owner(number)], &SystemRandom::new()).unwrap();
                            key(keyring, number)
                        })
                        .collect()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(seen.iter().all(|keys| *keys == seen[0]));
    assert!((100..104).all(|number| matches!(keyring.key(owner(number)), Err(KeyError::Erased { .. }))));
}

//! Rows of volumes: filling, sealing, reopening, and what crashes leave between the steps.

use std::sync::atomic::AtomicBool;
use std::thread;

use super::*;

const SMALL: u64 = 48 * 1024;

fn seals(disk: &Disk) -> usize {
    catalogue::list(&disk.path()).unwrap().iter().filter(|listed| listed.sealed.is_some()).count()
}

/// Goal: many volumes behave as one journal, also after a restart, with a bounded number open.
/// Method: 80 batches over more than 30 volumes; read everything twice; count what is open.
#[test]
fn many_volumes_are_one_journal() {
    let disk = Disk::new(SMALL);
    let mut model = disk.fill(80);
    for _ in 0..2 {
        let (mut journal, tip) = disk.acquire();
        assert!(disk.volumes().len() > 2 * VOLUMES_OPEN_MAX, "{:?}", disk.volumes());
        assert_eq!(tip.position.get() as usize, model.len());
        let reader = journal.reader();
        assert_holds(&*reader, &model);
        assert!(journal.shared.shelf.open_count() <= VOLUMES_OPEN_MAX - 2);
        // Batches that lie in different volumes come back in one answer.
        assert_eq!(reader.read(Sequence::new(1), usize::MAX).unwrap().last().unwrap().last(), tip.position);
        let records = records_of(3, 100, 9);
        append(&mut journal, &tip, &records);
        model.extend(records);
    }
    let (journal, _) = disk.acquire();
    let found = journal.reader().inspect(&mut |_| {}).unwrap();
    assert_eq!(found.volumes_sealed as usize, seals(&disk));
    assert!(found.volumes_sealed > 30, "{found:?}");
}

/// Goal: readers of more volumes than may be open wait for each other and all get right answers.
/// Method: eight threads read all over the place at once, while a writer goes on and volumes are
/// sealed under them. Nobody ever sees a position that was not acknowledged.
#[test]
fn readers_and_writer_together() {
    let disk = Disk::new(SMALL);
    let (mut journal, mut tip) = disk.acquire();
    let done = AtomicBool::new(false);
    let seed = Random::from_entropy("readers_and_writer_together").0;
    thread::scope(|scope| {
        for thread in 0..8 {
            let (reader, done) = (journal.reader(), &done);
            scope.spawn(move || {
                let mut random = Random(seed ^ thread);
                while !done.load(Ordering::SeqCst) {
                    let from =
                        Sequence::new(1 + random.below(reader.tip().position.get() as usize + 2) as u64);
                    let batches = reader.read(from, 300).unwrap();
                    let tip = reader.tip();
                    for batch in &batches {
                        assert!(batch.last() <= tip.position);
                        assert!(batch.records().all(|record| record.bytes.len() == 500));
                    }
                    assert!(
                        batches.first().is_none_or(|batch| batch.first() <= from && from <= batch.last())
                    );
                    if let Some(record) = reader.record(from).unwrap() {
                        assert_eq!((record.sequence, record.bytes.len()), (from, 500));
                    }
                }
            });
        }
        for salt in 0..60 {
            tip = append(&mut journal, &tip, &records_of(40, 500, salt));
        }
        journal.wait_until_sealed();
        done.store(true, Ordering::SeqCst);
    });
    assert_eq!(journal.wait_until_sealed(), []);
    assert_eq!(read_all(&*journal.reader()).len(), 60 * 40);
    journal.reader().inspect(&mut |_| {}).unwrap();
}

/// Goal: I5, values without a seal are never seen, whatever their keys.
/// Method: put the pages of a batch into the volume behind the writer's back.
#[test]
fn values_without_a_seal_are_invisible() {
    let disk = Disk::new(VOLUME_BYTES_MAX);
    let (mut journal, tip) = disk.acquire();
    let tip = append(&mut journal, &tip, &records_of(5, 100, 1));
    let current = journal.writing.as_ref().unwrap().current.clone().unwrap();
    for (key, page) in batch_of(&tip, &records_of(500, 100, 2)).pages() {
        current.insert(key, page).unwrap();
    }
    drop(current);
    let reader = journal.reader();
    assert_eq!(read_all(&*reader).len(), 5);
    assert_eq!(reader.record(Sequence::new(6)).unwrap(), None);
    assert!(reader.read(Sequence::new(6), 9).unwrap().is_empty());
    let inspected = reader.inspect(&mut |_| {});
    assert!(matches!(inspected, Err(ReadError::Damaged { volume: 1, .. })), "{inspected:?}");
}

/// Goal: a process that dies before the sealed file is written seals again at the next start.
/// Method: take the sealed files of some volumes away, the last, one in the middle, all.
#[test]
fn sealing_is_redone() {
    let disk = Disk::new(SMALL);
    let model = disk.fill(10);
    let sealed = seals(&disk);
    let all: Vec<u32> = (1..=sealed as u32).collect();
    for missing in [vec![sealed as u32], vec![3], vec![1], all] {
        for number in missing {
            fs::remove_file(catalogue::sealed_path(&disk.path(), number)).unwrap();
        }
        let (journal, _) = disk.acquire();
        assert_holds(&*journal.reader(), &model);
        assert_eq!(journal.wait_until_sealed(), []);
        journal.reader().inspect(&mut |_| {}).unwrap();
        drop(journal);
        assert!(seals(&disk) >= sealed - 1);
    }
    // The last sealed one may have become the current one again; everything before it is sealed.
    let listed = catalogue::list(&disk.path()).unwrap();
    assert!(listed.iter().take(sealed - 1).all(|listed| listed.sealed.is_some()));
}

/// Goal: opening, reading and closing a sealed volume changes none of its bytes.
/// Method: the files before and after several restarts that read everything in several ways. Only a
/// volume that ends in a leaf about to be split can fail, so several lengths in a row are tried.
#[test]
fn reading_changes_no_sealed_byte() {
    for batches in 196..204 {
        sealed_bytes_stay(batches);
    }
}

fn sealed_bytes_stay(batches: u64) {
    let measured = Disk::new(VOLUME_BYTES_MAX);
    measured.fill(batches);
    let all = measured.acquire().0.reader().read(Sequence::new(1), usize::MAX).unwrap();
    // Now the first volume is full after exactly these batches.
    let disk = Disk::new(all.last().unwrap().seal.volume_bytes);
    let model = disk.fill(batches + 3);
    let picture = || {
        let path = |number| open::volume_path(&disk.path(), number);
        (1..=seals(&disk) as u32)
            .map(|number| fingerprint::files_of(&path(number), &mut |_| {}).unwrap())
            .collect::<Vec<_>>()
    };
    let before = picture();
    assert!(!before.is_empty());
    for _ in 0..3 {
        let (journal, _) = disk.acquire();
        assert_holds(&*journal.reader(), &model);
        let mut random = Random(7);
        for _ in 0..200 {
            let sequence = Sequence::new(1 + random.below(model.len()) as u64);
            assert!(journal.reader().record(sequence).unwrap().is_some());
        }
        drop(journal);
        assert!(picture() == before);
    }
}

/// Goal: what a kill while a volume is opened or created leaves is no obstacle.
/// Method: leave it: a half-made snapshot in every volume, a half-made volume, half-written files.
#[test]
fn leftovers_of_a_kill_are_no_obstacle() {
    let disk = Disk::new(SMALL);
    let model = disk.fill(6);
    let path = disk.path();
    let next = disk.volumes().len() as u32 + 1;
    for number in disk.volumes() {
        let volume = open::volume_path(&path, number);
        fs::write(volume.join("snap.00000000000FFFFF.generating"), b"half").unwrap();
    }
    let half = open::volume_path(&path, next).with_extension("new");
    fs::create_dir_all(half.join("blobs")).unwrap();
    fs::write(half.join("db"), [0; 100]).unwrap();
    fs::write(path.join("000001.sealed.tmp"), "hourbook sea").unwrap();
    fs::write(path.join("epoch.tmp"), "ep").unwrap();
    let (mut journal, mut tip) = disk.acquire();
    assert_holds(&*journal.reader(), &model);
    for salt in 0..4 {
        tip = append(&mut journal, &tip, &records_of(40, 500, salt));
    }
    assert_eq!(journal.wait_until_sealed(), []);
    assert!(!half.exists() && open::volume_path(&path, next).exists());
    journal.reader().inspect(&mut |_| {}).unwrap();
}

/// Goal: the epoch never goes back, even when its file is lost.
/// Method: delete it; the seal of the last batch knows better.
#[test]
fn a_lost_epoch_file_fences_all_the_same() {
    let disk = Disk::new(VOLUME_BYTES_MAX);
    for expected in 1..4 {
        let (mut journal, tip) = disk.acquire();
        assert_eq!(tip.epoch, expected);
        append(&mut journal, &tip, &records_of(1, 10, expected));
    }
    fs::remove_file(disk.path().join(epoch::FILE)).unwrap();
    assert_eq!(disk.acquire().1.epoch, 4);
}

/// Goal: a store that lacks a volume, or begins in the middle, is refused and the volume named.
/// Method: take volumes away, exchange two, put one of another journal in the place of one.
#[test]
fn a_row_with_a_gap_is_refused() {
    let other = Disk::new(SMALL);
    other.fill_with(16, 1_000_000);
    type Damage = (&'static str, fn(&Path, &Path), u32);
    let damage: [Damage; 5] = [
        ("first missing", |path, _| remove(path, 1), 1),
        ("middle missing", |path, _| remove(path, 4), 4),
        (
            "renamed away with its sealed file",
            |path, _| {
                remove(path, 4);
                fs::remove_file(catalogue::sealed_path(path, 4)).unwrap();
            },
            4,
        ),
        (
            "exchanged",
            |path, _| {
                for (from, to) in [(2, 99), (3, 2), (99, 3)] {
                    fs::rename(open::volume_path(path, from), open::volume_path(path, to)).unwrap();
                    fs::rename(catalogue::sealed_path(path, from), catalogue::sealed_path(path, to)).unwrap();
                }
            },
            2,
        ),
        (
            "of another journal",
            |path, other| {
                fs::copy(catalogue::sealed_path(other, 3), catalogue::sealed_path(path, 3)).unwrap();
            },
            3,
        ),
    ];
    for (name, break_it, volume) in damage {
        let disk = Disk::new(SMALL);
        disk.fill(16);
        break_it(&disk.path(), &other.path());
        let refused = disk.try_open().and_then(|mut journal| journal.acquire());
        match refused {
            Err(JournalError::NotApplied {
                cause: Cause::Read(ReadError::Damaged { volume: found, .. }),
            }) => {
                assert_eq!(found, volume, "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

fn remove(path: &Path, number: u32) {
    fs::remove_dir_all(open::volume_path(path, number)).unwrap();
}

/// Goal: how full a volume is survives a restart, so volumes end where they should.
/// Method: one batch a process; two fit into a volume.
#[test]
fn restarts_do_not_make_volumes_larger() {
    let disk = Disk::new(SMALL);
    for salt in 0..10 {
        let (mut journal, tip) = disk.acquire();
        append(&mut journal, &tip, &records_of(40, 500, salt));
        assert_eq!(journal.wait_until_sealed(), []);
    }
    assert_eq!(seals(&disk), 4);
}

/// Goal: a volume that lost one of its files is refused; sled alone would begin an empty one.
/// Method: take each part of the volume being written away, with and without what was acknowledged.
#[test]
fn a_volume_without_one_of_its_files_is_refused() {
    for part in ["db", "conf", "blobs"] {
        for forget in [false, true] {
            let disk = Disk::new(VOLUME_BYTES_MAX);
            disk.fill(2);
            let path = open::volume_path(&disk.path(), 1).join(part);
            if path.is_dir() {
                fs::remove_dir_all(&path).unwrap()
            } else {
                fs::remove_file(&path).unwrap()
            }
            if forget {
                fs::remove_file(disk.path().join("acknowledged")).unwrap();
            }
            let refused = disk.open().acquire();
            let damaged = |error| matches!(error, ReadError::Damaged { volume: 1, .. });
            match refused {
                Err(JournalError::NotApplied { cause: Cause::Read(error) }) => {
                    assert!(damaged(error), "{part}")
                }
                other => panic!("{part}: {other:?}"),
            }
        }
    }
}

/// Goal: a batch larger than a volume has a volume of its own; large batches sync on the way.
/// Method: batches of 3 MB in volumes of 48 KiB.
#[test]
fn a_batch_may_be_larger_than_a_volume() {
    let disk = Disk::new(SMALL);
    let (mut journal, mut tip) = disk.acquire();
    let mut model = Vec::new();
    for salt in 0..3 {
        let records = records_of(50, 60_000, salt);
        tip = append(&mut journal, &tip, &records);
        model.extend(records);
    }
    assert_eq!(journal.wait_until_sealed(), []);
    assert_holds(&*journal.reader(), &model);
    assert!(journal.reader().all_in_place().unwrap());
    assert_eq!(tip.position.get(), 150);
    let empty = Inspection::default();
    assert_ne!(journal.reader().inspect(&mut |_| {}).unwrap(), empty);
    assert_ne!(tip.hash, GENESIS);
}

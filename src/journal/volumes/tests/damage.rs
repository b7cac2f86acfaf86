//! Flipped bytes: found, named, never read as something else.

use std::os::unix::fs::FileExt;

use super::*;

/// All files of `directory`, also in its directories.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Changes one byte and gives it back; calling it twice restores the file.
fn flip(path: &Path, offset: u64, with: u8) {
    let file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset).unwrap();
    file.write_all_at(&[byte[0] ^ with], offset).unwrap();
}

/// A place to damage: any byte of any file below `directory`; small files are as likely as large.
fn choose(random: &mut Random, directory: &Path) -> (PathBuf, u64, u8) {
    let files = files_below(directory);
    let file = files[random.below(files.len())].clone();
    let length = fs::metadata(&file).unwrap().len() as usize;
    (file, random.below(length) as u64, 1 << random.below(8))
}

/// Goal: I7, a changed byte anywhere in any file of a sealed volume, or in its sealed file, is
/// found by `inspect`, and the volume is named.
/// Method: 200 random places, some while the volume is open; restored each time. Seed printed.
#[test]
fn every_flipped_byte_of_a_sealed_volume_is_found() {
    let disk = Disk::new(100 * 1024);
    let model = disk.fill(20);
    let (journal, _) = disk.acquire();
    let reader = journal.reader();
    let sealed = reader.inspect(&mut |_| {}).unwrap().volumes_sealed;
    assert!(sealed > 2);
    let mut random = Random::from_entropy("every_flipped_byte_of_a_sealed_volume_is_found");
    for round in 0..200 {
        let number = 1 + random.below(sealed as usize) as u32;
        let (file, offset, with) = if round % 20 == 0 {
            let file = catalogue::sealed_path(&disk.path(), number);
            let length = fs::metadata(&file).unwrap().len() as usize;
            (file, random.below(length) as u64, 1)
        } else {
            choose(&mut random, &open::volume_path(&disk.path(), number))
        };
        flip(&file, offset, with);
        match reader.inspect(&mut |_| {}) {
            Err(ReadError::Damaged { volume, what }) => {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                assert_eq!(volume, number, "{what}");
                assert!(what.contains(&name) || name.ends_with(".sealed"), "{what}: {name}");
            }
            other => panic!("{file:?} at {offset}: {other:?}"),
        }
        flip(&file, offset, with);
        if round % 10 == 0 {
            assert_holds(&*reader, &model); // Opens them all again.
        }
    }
    reader.inspect(&mut |_| {}).unwrap();
    // Files that come or go are found as well.
    let extra = open::volume_path(&disk.path(), 2).join("notes");
    fs::write(&extra, b"").unwrap();
    assert!(matches!(reader.inspect(&mut |_| {}), Err(ReadError::Damaged { volume: 2, .. })));
}

/// Goal: reading damaged sealed volumes gives the right bytes or `Damaged`, never a panic, never
/// other bytes; and sled, opening a damaged volume, does not make it worse.
/// Method: flip a byte, restart, read everything, compare the files, restore. Seed printed.
#[test]
fn damaged_sealed_volumes_are_never_misread() {
    let disk = Disk::new(100 * 1024);
    let model = disk.fill(20);
    let sealed =
        catalogue::list(&disk.path()).unwrap().iter().filter(|listed| listed.sealed.is_some()).count();
    let mut random = Random::from_entropy("damaged_sealed_volumes_are_never_misread");
    let mut refused = 0;
    for _ in 0..120 {
        let path = open::volume_path(&disk.path(), 1 + random.below(sealed) as u32);
        let (file, offset, with) = choose(&mut random, &path);
        flip(&file, offset, with);
        let damaged = fingerprint::files_of(&path, &mut |_| {}).unwrap();
        {
            let (journal, _) = disk.acquire();
            refused += usize::from(misread(&*journal.reader(), &model));
        }
        let after = fingerprint::files_of(&path, &mut |_| {}).unwrap();
        assert_eq!(fingerprint::difference(&damaged, &after), None, "{file:?} at {offset}");
        flip(&file, offset, with);
    }
    assert!(refused > 20, "the flips hardly hit anything: {refused}");
    assert_holds(&*disk.acquire().0.reader(), &model);
}

/// Reads all there is and compares; whether something was refused as damaged.
fn misread(reader: &dyn JournalReader, model: &[Vec<u8>]) -> bool {
    let mut refused = false;
    let mut from = 1;
    while from <= model.len() as u64 {
        match reader.read(Sequence::new(from), 1) {
            Ok(batches) => {
                for record in batches.iter().flat_map(StoredBatch::records) {
                    assert!(
                        *record.bytes == model[record.sequence.get() as usize - 1],
                        "{}",
                        record.sequence
                    );
                }
                from = batches.last().unwrap().last().next().get();
            }
            Err(ReadError::Damaged { .. }) => {
                refused = true;
                from += 40;
            }
            Err(other) => panic!("{other}"),
        }
    }
    for index in (0..model.len()).step_by(17) {
        match reader.record(Sequence::new(index as u64 + 1)) {
            Ok(Some(record)) => assert!(record.bytes == model[index], "entry {}", index + 1),
            Err(ReadError::Damaged { .. }) => refused = true,
            other => panic!("{other:?}"),
        }
    }
    refused
}

/// Goal: damage in the volume that is being written never shortens the books silently.
/// Method: flip a byte of a store that was closed cleanly, on a copy each time; it opens with all
/// that was acknowledged, or is refused by name. Seed printed.
#[test]
fn damage_in_the_current_volume_is_never_silent() {
    let disk = Disk::new(VOLUME_BYTES_MAX);
    let model = disk.fill(30);
    let mut random = Random::from_entropy("damage_in_the_current_volume_is_never_silent");
    let (mut opened, mut refused) = (0, 0);
    for round in 0..120 {
        let copy = Disk::new(VOLUME_BYTES_MAX);
        copy_all(&disk.path(), &copy.path());
        let volume = open::volume_path(&copy.path(), 1);
        if round % 2 == 0 {
            // As after a long run without a restart: sled reads its whole log, and may panic.
            let snapshots =
                files_below(&volume).into_iter().filter(|file| file.to_string_lossy().contains("snap."));
            snapshots.for_each(|file| fs::remove_file(file).unwrap());
        }
        let (file, offset, with) = choose(&mut random, &volume);
        flip(&file, offset, with);
        let mut journal = copy.open();
        match journal.acquire() {
            Ok(tip) => {
                assert_eq!(tip.position.get() as usize, model.len(), "{file:?} at {offset}");
                misread(&*journal.reader(), &model);
                opened += 1;
            }
            Err(JournalError::NotApplied { cause: Cause::Read(ReadError::Damaged { volume, .. }) }) => {
                assert_eq!(volume, 1);
                refused += 1;
            }
            Err(other) => panic!("{file:?} at {offset}: {other:?}"),
        }
    }
    println!("{opened} opened with everything, {refused} refused");
    assert!(refused > 10);
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

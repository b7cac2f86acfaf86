//! Processes that are killed while they append, roll over and seal.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::*;

const DIRECTORY: &str = "HOURBOOK_KILLED_JOURNAL";
const SEED: &str = "HOURBOOK_KILLED_SEED";
const SMALL: u64 = 96 * 1024;

/// The record at `sequence`, always the same.
fn record_at(sequence: u64) -> Vec<u8> {
    let mut random = Random(sequence);
    let length = if sequence.is_multiple_of(211) { 20_000 } else { random.below(400) };
    random.bytes(length)
}

/// Goal: I4, what was acknowledged survives `kill -9` at any moment, and what was not is all there
/// or not at all.
/// Method: a child process appends and prints what was acknowledged; it is killed after a random
/// number of lines, 12 times over the same volumes. A kill cannot show a missing sync (the
/// operating system survives); the power-cut harness does that. Seed printed.
#[test]
fn killed_processes_lose_nothing() {
    if std::env::var_os(DIRECTORY).is_some() {
        return;
    }
    let disk = Disk::new(SMALL);
    let mut random = Random::from_entropy("killed_processes_lose_nothing");
    let mut acknowledged = 0;
    for _ in 0..12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["journal::volumes::tests::kills::child", "--exact", "--nocapture"])
            .env(DIRECTORY, disk.path())
            .env(SEED, random.next().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut patience = random.below(40);
        while let Some(Ok(line)) = lines.next() {
            if let Some(position) = line.strip_prefix("acknowledged ") {
                acknowledged = position.parse().unwrap();
                if patience == 0 {
                    child.kill().unwrap();
                }
                patience = patience.saturating_sub(1);
            }
        }
        child.wait().unwrap();
        let (journal, tip) = disk.acquire();
        let found = tip.position.get();
        assert!(found >= acknowledged, "{found} of {acknowledged}");
        for (index, record) in read_all(&*journal.reader()).iter().enumerate() {
            assert!(*record == record_at(index as u64 + 1), "entry {}", index + 1);
        }
        acknowledged = found; // From here on it was read, so it may never go away.
    }
    let (journal, _) = disk.acquire();
    assert_eq!(journal.wait_until_sealed(), []);
    let inspected = journal.reader().inspect(&mut |_| {}).unwrap();
    println!("{acknowledged} entries, {inspected:?}");
    assert!(inspected.volumes_sealed > 3, "{inspected:?}");
}

/// Goal, method: the process that is killed by the test above; by itself it has nothing to do.
#[test]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let mut random = Random(std::env::var(SEED).unwrap().parse().unwrap());
    let options = VolumesOptions { volume_bytes_max: SMALL, ..VolumesOptions::default() };
    let mut journal = SledJournal::open(&directory, options).unwrap();
    let mut tip = journal.acquire().unwrap();
    for _ in 0..2000 {
        let from = tip.position.get() + 1;
        let count = 1 + random.below(120) as u64;
        let records: Vec<Vec<u8>> = (from..from + count).map(record_at).collect();
        tip = append(&mut journal, &tip, &records);
        println!("\nacknowledged {}", tip.position);
        std::io::stdout().flush().unwrap();
    }
}

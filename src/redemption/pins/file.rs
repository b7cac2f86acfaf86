//! The file of wrong PINs: records one after the other, the last one of an account is what holds.
//!
//! ```text
//! "hourbook pins 1\n"
//! records of 20 bytes: slot of the account u32, entry that set its PIN u64, wrong ones in a row u8, zeros 3,
//!     CRC-32 of the record before it
//! ```
//!
//! Numbers are little-endian. Written without waiting for the disk: a kill takes nothing, a power cut the last few tries.
//! From the first record that is not whole on nothing is read, which is said in the log. When most of it is no longer
//! needed the file is written anew, whole or not at all. Nobody else on the machine may read it. Kept is one count for each
//! account at most, as there is one card.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{PinOf, WRONG_MAX};
use crate::domain::{AccountNumber, Sequence};
use crate::journal::files;

const MAGIC: &[u8] = b"hourbook pins 1\n";
const RECORD_BYTES: usize = 20;
const SUMMED_BYTES: usize = RECORD_BYTES - 4;
/// The file is written anew once it has so many more records than there are counts, and twice as many.
const RECORDS_SPARE: usize = 1_000;

/// Wrong ones in a row, for the newest PIN of an account that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    set_by: Sequence,
    wrong: u8,
}

/// How often wrong PINs were typed, and the file of it.
#[derive(Debug)]
pub(super) struct TriesFile {
    path: PathBuf,
    counts: BTreeMap<AccountNumber, Count>,
    /// None where it cannot be written: then counts last as long as this process.
    file: Option<File>,
    records: usize,
}

impl TriesFile {
    /// The counts in the file at `path`; none if it is not there, or not one of ours.
    ///
    /// # Errors
    /// It is there and cannot be read: it is left as it is.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let counts = match files::read_if_there(&path)? {
            None => BTreeMap::new(),
            Some(bytes) => {
                let (counts, lost) = parse(&bytes);
                if lost > 0 {
                    let path = path.display();
                    tracing::warn!(%path, bytes = lost, "this file of wrong PINs is damaged: begun anew from there on");
                }
                counts
            }
        };
        let mut file = Self { path, counts, file: None, records: 0 };
        file.write_anew();
        Ok(file)
    }

    /// How many wrong ones were typed in a row; of a PIN before the one that was tried last, all.
    pub(super) fn wrong(&self, of: PinOf) -> u8 {
        match self.counts.get(&of.account) {
            Some(count) if count.set_by == of.set_by => count.wrong,
            Some(count) if count.set_by > of.set_by => WRONG_MAX,
            Some(_) | None => 0,
        }
    }

    /// Counts one more, and gives how many that are; none if there may be no more.
    pub(super) fn count(&mut self, of: PinOf) -> Option<u8> {
        let wrong = self.wrong(of).checked_add(1).filter(|wrong| *wrong <= WRONG_MAX)?;
        self.put(of, wrong);
        Some(wrong)
    }

    /// It was the right one.
    pub(super) fn forget(&mut self, of: PinOf) {
        self.put(of, 0);
    }

    fn put(&mut self, of: PinOf, wrong: u8) {
        let count = Count { set_by: of.set_by, wrong };
        if wrong == 0 {
            self.counts.remove(&of.account);
        } else {
            self.counts.insert(of.account, count);
        }
        let written = self.file.as_mut().map(|file| file.write_all(&record(of.account, count)));
        if !matches!(written, Some(Ok(()))) {
            self.file = None;
        }
        self.records = self.records.saturating_add(1);
        let needed = self.counts.len().saturating_mul(2).saturating_add(RECORDS_SPARE);
        if self.file.is_none() || self.records > needed {
            self.write_anew();
        }
    }

    /// That it cannot be written costs the counts at the next start.
    fn write_anew(&mut self) {
        self.file = written(&self.path, &self.counts).ok();
        self.records = self.counts.len();
    }
}

fn written(path: &Path, counts: &BTreeMap<AccountNumber, Count>) -> io::Result<File> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(counts.iter().flat_map(|(account, count)| record(*account, *count)));
    files::replace_private(path, &bytes)?;
    OpenOptions::new().append(true).open(path)
}

fn record(account: AccountNumber, count: Count) -> [u8; RECORD_BYTES] {
    let mut bytes = Vec::with_capacity(RECORD_BYTES);
    bytes.extend(account.slot().to_le_bytes());
    bytes.extend(count.set_by.get().to_le_bytes());
    bytes.push(count.wrong);
    bytes.resize(SUMMED_BYTES, 0);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.try_into().unwrap_or([0; RECORD_BYTES]) // Never: as many as were put.
}

/// The counts, and how many bytes say nothing.
fn parse(bytes: &[u8]) -> (BTreeMap<AccountNumber, Count>, usize) {
    let Some(records) = bytes.strip_prefix(MAGIC) else { return (BTreeMap::new(), bytes.len()) };
    let (mut counts, mut lost) = (BTreeMap::new(), records.len());
    for (account, count) in records.as_chunks::<RECORD_BYTES>().0.iter().map_while(read) {
        counts.insert(account, count);
        lost = lost.saturating_sub(RECORD_BYTES);
    }
    counts.retain(|_, count| count.wrong > 0);
    (counts, lost)
}

fn read(record: &[u8; RECORD_BYTES]) -> Option<(AccountNumber, Count)> {
    let (summed, sum) = record.split_last_chunk()?;
    if u32::from_le_bytes(*sum) != crc32fast::hash(summed) {
        return None;
    }
    let (slot, rest) = summed.split_first_chunk()?;
    let (set_by, rest) = rest.split_first_chunk()?;
    let account = AccountNumber::from_slot(u32::from_le_bytes(*slot))?;
    let wrong = rest.first().copied()?;
    Some((account, Count { set_by: Sequence::new(u64::from_le_bytes(*set_by)), wrong }))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn of(slot: u32, set_by: u64) -> PinOf {
        PinOf { account: AccountNumber::from_slot(slot).unwrap(), set_by: Sequence::new(set_by) }
    }

    /// Goal: counts are there after a start; another PIN begins anew, and one from before it begins nothing. Method: tries
    /// at two accounts, opened again after each.
    #[test]
    fn counts_last() {
        let folder = tempfile::tempdir().unwrap();
        let open = || TriesFile::open(folder.path().join("pins")).unwrap();
        for (tried, expected) in [
            (of(1, 9), Some(1)),
            (of(1, 9), Some(2)),
            (of(2, 9), Some(1)),
            (of(1, 12), Some(1)),
            (of(1, 9), None),
            (of(1, 12), Some(2)),
        ] {
            assert_eq!(open().count(tried), expected, "{tried:?}");
        }
        open().forget(of(1, 12));
        assert_eq!([of(1, 12), of(2, 9), of(3, 9)].map(|of| open().wrong(of)), [0, 1, 0]);
        for expected in [2, 3, 4, 5].map(Some).into_iter().chain([None, None]) {
            assert_eq!(open().count(of(2, 9)), expected);
        }
    }

    /// Goal: a file that was cut or bent gives the counts before that, and no others; one that is not ours gives none; one
    /// that cannot be read is an error; nobody else may read what is written. Method: cut at every byte, and each byte
    /// bent; a folder in its place.
    #[test]
    fn damage_costs_counts_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pins");
        let mut tries = TriesFile::open(path.clone()).unwrap();
        (0..3).for_each(|slot| assert_eq!(tries.count(of(slot, 9)), Some(1)));
        drop(tries);
        let whole = std::fs::read(&path).unwrap();
        assert_eq!(whole.len(), MAGIC.len() + 3 * RECORD_BYTES);
        let before = |place: usize| place.saturating_sub(MAGIC.len()) / RECORD_BYTES;
        for place in 0..whole.len() {
            assert_eq!(parse(&whole[..place]).0.len(), before(place), "cut at {place}");
            let mut bent = whole.clone();
            bent[place] ^= 1;
            let (counts, lost) = parse(&bent);
            assert_eq!(counts.len(), before(place), "bent at {place}");
            assert!(lost > 0, "it is said: bent at {place}");
        }
        assert_eq!(parse(&whole).1, 0);
        std::fs::write(&path, b"something else").unwrap();
        assert_eq!(TriesFile::open(path.clone()).unwrap().wrong(of(1, 9)), 0);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let error = TriesFile::open(path.clone()).unwrap_err().to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(path.is_dir(), "left as it is");
    }

    /// Goal: the file is as long as what it keeps needs. Method: thousands of tries that were right in the end.
    #[test]
    fn the_file_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pins");
        let mut tries = TriesFile::open(path.clone()).unwrap();
        for _ in 0..2_000 {
            tries.count(of(1, 9));
            tries.forget(of(1, 9));
        }
        tries.count(of(2, 9));
        let length = std::fs::metadata(&path).unwrap().len();
        assert!(length < 1_100 * RECORD_BYTES as u64, "{length}");
        assert_eq!(TriesFile::open(path).unwrap().wrong(of(2, 9)), 1);
    }

    /// Goal: where the file cannot be written tries are counted all the same, as long as the process lives. Method: a
    /// folder that is not there.
    #[test]
    fn no_file_is_no_free_try() {
        let folder = tempfile::tempdir().unwrap();
        let mut tries = TriesFile::open(folder.path().join("gone").join("pins")).unwrap();
        for expected in [1, 2, 3, 4, 5].map(Some).into_iter().chain([None]) {
            assert_eq!(tries.count(of(1, 9)), expected);
        }
    }
}

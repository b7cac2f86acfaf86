//! The file of codes: records one after the other, the last one of a code is what holds.
//!
//! ```text
//! "hourbook codes 1\n", 32 random bytes: the key of the hashes
//! records of 52 bytes: hash 16, account u32 (MAX for practice), issued by u32, partner u32 (0 any), offer u16 (0 any),
//!     ends at i64 (microseconds), look-ups u8, refusals u8, zeros 8, CRC-32 of the record before it
//! ```
//!
//! Numbers are little-endian. Written without waiting for the disk: a kill takes nothing, a power cut the last few codes.
//! From the first record that is not whole on nothing is read. When most of it is no longer needed the file is written
//! anew.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::rand::SecureRandom;

use super::{CODES_MAX, CODES_OF_ACCOUNT_MAX, Code, CodeHash, TooMany};
use crate::domain::{AccountNumber, OwnerNumber, Timestamp};
use crate::redemption::digits::{Digits, LONG, SHORT};

const MAGIC: &[u8] = b"hourbook codes 1\n";
const KEY_BYTES: usize = 32;
const RECORD_BYTES: usize = 52;
const SUMMED_BYTES: usize = RECORD_BYTES - 4;
const PRACTICE: u32 = u32::MAX;
/// The file is written anew once it has so many more records than there are codes, and twice as many.
const RECORDS_SPARE: usize = 1_000;

/// Codes that may still be used, and their file.
#[derive(Debug)]
pub struct CodeFile {
    path: PathBuf,
    key: hmac::Key,
    key_bytes: [u8; KEY_BYTES],
    codes: BTreeMap<CodeHash, Code>,
    of_account: BTreeMap<AccountNumber, u32>,
    /// None where it cannot be written: then codes last as long as this process.
    file: Option<File>,
    records: usize,
}

impl CodeFile {
    /// The codes in the file at `path` that have not ended; none if it is not there, or not one of ours.
    ///
    /// # Errors
    /// Only where no randomness can be had.
    pub fn open(path: PathBuf, now: Timestamp, random: &dyn SecureRandom) -> io::Result<Self> {
        let found = std::fs::read(&path).ok().and_then(|bytes| parse(&bytes));
        let (key_bytes, codes) = match found {
            Some(found) => found,
            None => {
                let mut key = [0; KEY_BYTES];
                random.fill(&mut key).map_err(|_| io::Error::other("no randomness"))?;
                (key, BTreeMap::new())
            }
        };
        let mut file = Self {
            path,
            key: hmac::Key::new(HMAC_SHA256, &key_bytes),
            key_bytes,
            codes,
            of_account: BTreeMap::new(),
            file: None,
            records: 0,
        };
        file.forget_ended(now);
        file.write_anew();
        Ok(file)
    }

    /// What digits are known by here.
    #[must_use]
    pub fn hash(&self, digits: &Digits) -> CodeHash {
        let mut hash = CodeHash::default();
        for (byte, hashed) in hash.iter_mut().zip(hmac::sign(&self.key, digits.bytes()).as_ref()) {
            *byte = *hashed;
        }
        hash
    }

    /// The code with this hash, if there is one that has not ended.
    #[must_use]
    pub fn get(&self, hash: CodeHash, now: Timestamp) -> Option<&Code> {
        self.codes.get(&hash).filter(|code| now < code.ends_at)
    }

    /// Makes digits for a code: short ones for what works an hour at most.
    ///
    /// # Errors
    /// [`TooMany`] of this account, or of all.
    pub fn make(&mut self, code: Code, now: Timestamp, random: &dyn SecureRandom) -> Result<Digits, TooMany> {
        self.forget_ended(now);
        let of_account = code.account.and_then(|account| self.of_account.get(&account)).copied();
        if of_account.is_some_and(|count| count >= CODES_OF_ACCOUNT_MAX) {
            return Err(TooMany { most: usize::try_from(CODES_OF_ACCOUNT_MAX).unwrap_or(usize::MAX) });
        }
        let too_many = TooMany { most: CODES_MAX };
        if self.codes.len() >= CODES_MAX {
            return Err(too_many);
        }
        let is_short = code.ends_at.micros_since(now) <= HOUR_MICROS;
        // One in fifty tries is turned down for fairness, and one in thousands is another code already.
        for _ in 0..TRIES {
            let digits =
                if is_short { fresh::<{ SHORT - 1 }>(random) } else { fresh::<{ LONG - 1 }>(random) };
            let hash = digits.as_ref().map(|digits| self.hash(digits));
            if let Some((digits, hash)) = digits.zip(hash).filter(|(_, hash)| !self.codes.contains_key(hash))
            {
                self.put(hash, code);
                return Ok(digits);
            }
        }
        Err(too_many)
    }

    /// What a code is from now on: a look-up or a refusal more.
    pub fn put(&mut self, hash: CodeHash, code: Code) {
        if self.codes.insert(hash, code).is_none() {
            self.count(code, 1);
        }
        let written = self.file.as_mut().map(|file| file.write_all(&record(hash, &code)));
        if !matches!(written, Some(Ok(()))) {
            self.file = None;
        }
        self.records = self.records.saturating_add(1);
        let needed = self.codes.len().saturating_mul(2).saturating_add(RECORDS_SPARE);
        if self.file.is_none() || self.records > needed {
            self.write_anew();
        }
    }

    /// An account that is closed or forgotten has no codes.
    pub fn forget_account(&mut self, account: AccountNumber) {
        self.codes.retain(|_, code| code.account != Some(account));
        if self.of_account.remove(&account).is_some() {
            self.write_anew();
        }
    }

    fn forget_ended(&mut self, now: Timestamp) {
        self.codes.retain(|_, code| now < code.ends_at);
        self.of_account.clear();
        for code in self.codes.values() {
            if let Some(account) = code.account {
                let count = self.of_account.entry(account).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    fn count(&mut self, code: Code, more: u32) {
        if let Some(account) = code.account {
            let count = self.of_account.entry(account).or_default();
            *count = count.saturating_add(more);
        }
    }

    /// That it cannot be written costs a new code after a start.
    fn write_anew(&mut self) {
        self.file = written(&self.path, &self.key_bytes, &self.codes).ok();
        self.records = self.codes.len();
    }
}

const HOUR_MICROS: i64 = 3_600_000_000;
/// So many fresh digits are tried for one code.
const TRIES: usize = 100;

fn fresh<const COUNT: usize>(random: &dyn SecureRandom) -> Option<Digits> {
    let mut bytes = [0; COUNT];
    random.fill(&mut bytes).ok()?;
    Digits::from_random(bytes)
}

/// Whole or not at all for readers.
fn written(path: &Path, key: &[u8; KEY_BYTES], codes: &BTreeMap<CodeHash, Code>) -> io::Result<File> {
    let beside = path.with_extension("tmp");
    let mut bytes = [MAGIC, key].concat();
    bytes.extend(codes.iter().flat_map(|(hash, code)| record(*hash, code)));
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)?;
    OpenOptions::new().append(true).open(path)
}

fn record(hash: CodeHash, code: &Code) -> [u8; RECORD_BYTES] {
    let mut bytes = Vec::with_capacity(RECORD_BYTES);
    bytes.extend(hash);
    bytes.extend(code.account.map_or(PRACTICE, AccountNumber::slot).to_le_bytes());
    bytes.extend(code.issued_by.get().to_le_bytes());
    bytes.extend(code.partner.map_or(0, OwnerNumber::get).to_le_bytes());
    bytes.extend(code.offer.unwrap_or_default().to_le_bytes());
    bytes.extend(code.ends_at.micros().to_le_bytes());
    bytes.extend([code.look_ups, code.refusals]);
    bytes.resize(SUMMED_BYTES, 0);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.try_into().unwrap_or([0; RECORD_BYTES]) // Never: as many as were put.
}

fn parse(bytes: &[u8]) -> Option<([u8; KEY_BYTES], BTreeMap<CodeHash, Code>)> {
    let (key, records) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
    let (records, _) = records.as_chunks::<RECORD_BYTES>();
    Some((*key, records.iter().map_while(read).collect()))
}

fn read(record: &[u8; RECORD_BYTES]) -> Option<(CodeHash, Code)> {
    let (summed, sum) = record.split_last_chunk()?;
    if u32::from_le_bytes(*sum) != crc32fast::hash(summed) {
        return None;
    }
    let mut rest = summed;
    let rest = &mut rest;
    let hash = take(rest)?;
    let number = |bytes| u32::from_le_bytes(bytes);
    let account = match number(take(rest)?) {
        PRACTICE => None,
        slot => Some(AccountNumber::from_slot(slot)?),
    };
    let issued_by = OwnerNumber::new(number(take(rest)?));
    let partner = Some(number(take(rest)?)).filter(|partner| *partner != 0).map(OwnerNumber::new);
    let offer = Some(u16::from_le_bytes(take(rest)?)).filter(|offer| *offer != 0);
    let ends_at = Timestamp::from_micros(i64::from_le_bytes(take(rest)?));
    let [look_ups, refusals] = take(rest)?;
    Some((hash, Code { account, issued_by, partner, offer, ends_at, look_ups, refusals }))
}

fn take<const COUNT: usize>(rest: &mut &[u8]) -> Option<[u8; COUNT]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000);

    fn code(slot: u32, minutes: i64) -> Code {
        Code {
            account: AccountNumber::from_slot(slot),
            issued_by: OwnerNumber::new(3),
            partner: Some(OwnerNumber::new(7)),
            offer: None,
            ends_at: NOW.plus_seconds(60 * minutes),
            look_ups: 0,
            refusals: 0,
        }
    }

    fn open(path: &Path, now: Timestamp) -> CodeFile {
        CodeFile::open(path.to_owned(), now, &SystemRandom::new()).unwrap()
    }

    /// Goal: a code and what became of it are there after a start, until it ends; the file says no digits. Method: a code on
    /// a phone and a printed one, looked up, opened again, and once more an hour later.
    #[test]
    fn codes_last_until_they_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes");
        let mut codes = open(&path, NOW);
        let phone = codes.make(code(1, 10), NOW, &SystemRandom::new()).unwrap();
        let printed = codes.make(code(1, 61), NOW, &SystemRandom::new()).unwrap();
        assert_eq!((phone.bytes().len(), printed.bytes().len()), (9, 12));
        let hash = codes.hash(&printed);
        let looked = Code { look_ups: 2, refusals: 1, ..code(1, 61) };
        codes.put(hash, looked);
        drop(codes);
        let bytes = std::fs::read(&path).unwrap();
        for digits in [phone, printed] {
            let text = digits.to_string().replace(' ', "").into_bytes();
            assert!(!bytes.windows(9).any(|found| found == &text[..9] || found == &digits.bytes()[..9]));
        }
        let codes = open(&path, NOW);
        assert_eq!(codes.get(codes.hash(&phone), NOW), Some(&code(1, 10)));
        assert_eq!(codes.get(hash, NOW), Some(&looked));
        let later = NOW.plus_seconds(600);
        assert_eq!(codes.get(codes.hash(&phone), later), None);
        drop(codes);
        let codes = open(&path, later);
        assert_eq!((codes.codes.len(), codes.get(hash, later)), (1, Some(&looked)));
    }

    /// Goal: a file that was cut or bent gives the codes before that, and no others; one that is not ours gives none. Method:
    /// cut at every byte, and each byte bent.
    #[test]
    fn damage_costs_codes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes");
        let mut codes = open(&path, NOW);
        let made: Vec<_> =
            (0..3).map(|slot| codes.make(code(slot, 10), NOW, &SystemRandom::new()).unwrap()).collect();
        let hashes: Vec<_> = made.iter().map(|digits| codes.hash(digits)).collect();
        drop(codes);
        let whole = std::fs::read(&path).unwrap();
        let header = MAGIC.len() + KEY_BYTES;
        assert_eq!(whole.len(), header + 3 * RECORD_BYTES);
        let before = |place: usize| place.saturating_sub(header) / RECORD_BYTES;
        for place in 0..whole.len() {
            let cut = parse(&whole[..place]).map_or(0, |(_, codes)| codes.len());
            assert_eq!(cut, before(place), "cut at {place}");
            let mut bent = whole.clone();
            bent[place] ^= 1;
            let found = parse(&bent).map_or(0, |(_, codes)| codes.len());
            let expected = if place < MAGIC.len() {
                0
            } else if place < header {
                3
            } else {
                before(place)
            };
            assert_eq!(found, expected, "bent at {place}");
        }
        std::fs::write(&path, b"something else").unwrap();
        let codes = open(&path, NOW);
        assert!(hashes.iter().all(|hash| codes.get(*hash, NOW).is_none()));
    }

    /// Goal: nobody fills the file: an account has fifty codes at most, a closed one has none, and the file is as long as what
    /// it keeps needs. Method: one code too many, an account gone, thousands of look-ups.
    #[test]
    fn the_file_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes");
        let mut codes = open(&path, NOW);
        let random = SystemRandom::new();
        for _ in 0..50 {
            codes.make(code(1, 10), NOW, &random).unwrap();
        }
        assert_eq!(codes.make(code(1, 10), NOW, &random), Err(TooMany { most: 50 }));
        let other = codes.make(code(2, 10), NOW, &random).unwrap();
        let hash = codes.hash(&other);
        for look_ups in 0..5_000_u32 {
            codes.put(hash, Code { look_ups: look_ups as u8, ..code(2, 10) });
        }
        let length = std::fs::metadata(&path).unwrap().len();
        assert!(length < 1_200 * RECORD_BYTES as u64, "{length}");
        codes.forget_account(AccountNumber::from_slot(1).unwrap());
        assert_eq!(codes.codes.len(), 1);
        codes.make(code(1, 10), NOW, &random).unwrap();
        assert_eq!(open(&path, NOW).codes.len(), 2);
        let later = NOW.plus_seconds(601);
        codes.make(code(1, 60), later, &random).unwrap();
        assert_eq!(codes.codes.len(), 1, "what ended is forgotten");
    }

    /// Goal: where the file cannot be written codes work all the same, as long as the process lives. Method: a folder that is
    /// not there.
    #[test]
    fn no_file_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gone").join("codes");
        let mut codes = open(&path, NOW);
        let digits = codes.make(code(1, 10), NOW, &SystemRandom::new()).unwrap();
        assert_eq!(codes.get(codes.hash(&digits), NOW), Some(&code(1, 10)));
    }
}

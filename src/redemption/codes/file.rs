//! The file of codes: records one after the other ([`super::stored`]), the last one of a code is what holds.
//!
//! Written without waiting for the disk: a kill takes nothing, a power cut the last few codes.
//! From the first record that is not whole on nothing is read; where the key is not, nothing at all. Either is said in the
//! log. When most of it is no longer needed the file is written anew, whole or not at all. Nobody else on the machine may
//! read it: with the key, digits are found by trying all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::rand::SecureRandom;

use super::stored::{Key, header, parse, record};
use super::{
    Begun, CODES_MAX, CODES_OF_ACCOUNT_MAX, Code, CodeHash, Ended, PRACTICE_CODES_MAX, REFUSALS_MAX, TooMany,
};
use crate::domain::digits::{Digits, LONG, SHORT};
use crate::domain::{AccountNumber, OwnerNumber, Sequence, Timestamp};
use crate::journal::files;

/// The file is written anew once it has so many more records than there are codes, and twice as many.
const RECORDS_SPARE: usize = 1_000;

/// Among which codes one is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Among {
    /// Those of an account.
    Account(AccountNumber),
    /// Those for practice with a partner, or with any.
    Practice(Option<OwnerNumber>),
}

impl Among {
    /// None for vouchers: there are as many as there may be holds.
    fn of(code: &Code) -> Option<Self> {
        match (code.voucher, code.account) {
            (Some(_), _) => None,
            (None, Some(account)) => Some(Self::Account(account)),
            (None, None) => Some(Self::Practice(code.partner)),
        }
    }

    const fn most(self) -> u32 {
        match self {
            Self::Account(_) => CODES_OF_ACCOUNT_MAX,
            Self::Practice(_) => PRACTICE_CODES_MAX,
        }
    }
}

/// Codes that may still be used, and their file.
#[derive(Debug)]
pub struct CodeFile {
    path: PathBuf,
    key: hmac::Key,
    key_bytes: Key,
    /// Invariant: each is in `until`, under the moment until which it is known, and counted in `counts`.
    codes: BTreeMap<CodeHash, Code>,
    until: BTreeSet<(Timestamp, CodeHash)>,
    counts: BTreeMap<Among, u32>,
    /// Attempts under way, in memory only. Invariant: with the refusals there were at most [`REFUSALS_MAX`].
    under_way: BTreeMap<CodeHash, u8>,
    /// None where it cannot be written: then codes last as long as this process.
    file: Option<File>,
    records: usize,
}

impl CodeFile {
    /// The codes in the file at `path` that are still known; none if it is not there, or not one of ours.
    ///
    /// # Errors
    /// It is there and cannot be read, so it is left as it is; or no randomness can be had.
    pub fn open(path: PathBuf, now: Timestamp, random: &dyn SecureRandom) -> io::Result<Self> {
        let bytes = files::read_if_there(&path)?;
        let found = bytes.as_deref().map(|bytes| parse(bytes).ok_or(bytes.len()));
        let (shown, damaged) =
            (path.display(), "this file of codes is damaged: codes made from there on are none");
        let (key_bytes, codes) = match found {
            Some(Ok(found)) => {
                if found.lost > 0 {
                    tracing::warn!(path = %shown, bytes = found.lost, "{damaged}");
                }
                (found.key, found.codes)
            }
            found @ (None | Some(Err(_))) => {
                if let Some(Err(lost)) = found {
                    tracing::warn!(path = %shown, bytes = lost, "{damaged}");
                }
                let mut key = Key::default();
                random.fill(&mut key).map_err(|_| io::Error::other("no randomness"))?;
                (key, BTreeMap::new())
            }
        };
        let mut file = Self {
            path,
            key: hmac::Key::new(HMAC_SHA256, &key_bytes),
            key_bytes,
            codes: BTreeMap::new(),
            until: BTreeSet::new(),
            counts: BTreeMap::new(),
            under_way: BTreeMap::new(),
            file: None,
            records: 0,
        };
        for (hash, code) in codes.into_iter().filter(|(_, code)| now < code.known_until()) {
            file.insert(hash, code);
        }
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

    /// The code with this hash, if there is one that is still known.
    #[must_use]
    pub fn get(&self, hash: CodeHash, now: Timestamp) -> Option<&Code> {
        self.codes.get(&hash).filter(|code| now < code.known_until())
    }

    /// Makes digits for a code: short ones for what works an hour at most.
    ///
    /// # Errors
    /// [`TooMany`] of this account, or of all.
    pub fn make(&mut self, code: Code, now: Timestamp, random: &dyn SecureRandom) -> Result<Digits, TooMany> {
        self.forget_ended(now);
        if let Some(among) = Among::of(&code)
            && self.counts.get(&among).is_some_and(|count| *count >= among.most())
        {
            return Err(TooMany { most: usize::try_from(among.most()).unwrap_or(usize::MAX) });
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
                self.insert(hash, code);
                self.write(hash, code);
                return Ok(digits);
            }
        }
        Err(too_many)
    }

    /// Counts a look, if the code answers one more; whether it does.
    pub fn look(&mut self, hash: CodeHash, now: Timestamp) -> bool {
        let answers = self.get(hash, now).is_some_and(Code::answers);
        if answers {
            self.change(hash, |code| code.look_ups = code.look_ups.saturating_add(1));
        }
        answers
    }

    /// Begins an attempt, unless it could be one refusal too many.
    pub fn begin(&mut self, hash: CodeHash, now: Timestamp) -> Begun {
        let Some(refusals) = self.get(hash, now).map(|code| code.refusals) else { return Begun::Never };
        if refusals >= REFUSALS_MAX {
            return Begun::Never;
        }
        let under_way = self.under_way.get(&hash).copied().unwrap_or_default();
        if refusals.saturating_add(under_way) >= REFUSALS_MAX {
            return Begun::NotNow;
        }
        self.under_way.insert(hash, under_way.saturating_add(1));
        Begun::Yes
    }

    /// Ends an attempt that was begun.
    pub fn end(&mut self, hash: CodeHash, ended: Ended) {
        match self.under_way.get(&hash).and_then(|under_way| under_way.checked_sub(1)) {
            Some(others @ 1..) => drop(self.under_way.insert(hash, others)),
            Some(0) | None => drop(self.under_way.remove(&hash)),
        }
        match ended {
            Ended::Refused => self.change(hash, |code| code.refusals = code.refusals.saturating_add(1)),
            Ended::Otherwise => {}
        }
    }

    /// A voucher was used: what is left of it answers as often as at first. All else is as it was.
    pub fn voucher_was_used(&mut self, hash: CodeHash) {
        if self.codes.get(&hash).is_some_and(|code| code.voucher.is_some()) {
            self.change(hash, |code| (code.look_ups, code.refusals) = (0, 0));
        }
    }

    /// The codes of these accounts that may be used at `now`, in no order.
    #[must_use]
    pub fn alive_of(&self, accounts: &[AccountNumber], now: Timestamp) -> Vec<Code> {
        let is_theirs = |code: &&Code| {
            code.is_alive(now) && code.account.is_some_and(|account| accounts.contains(&account))
        };
        self.codes.values().filter(is_theirs).copied().collect()
    }

    /// An account that is closed or forgotten has no codes.
    pub fn forget_account(&mut self, account: AccountNumber) {
        self.forget(|code| code.account == Some(account));
    }

    /// Codes that were made for a voucher before work no more.
    pub fn forget_voucher(&mut self, voucher: Sequence) {
        self.forget(|code| code.voucher == Some(voucher));
    }

    fn forget(&mut self, is_over: impl Fn(&Code) -> bool) {
        let over = self.codes.iter().filter(|(_, code)| is_over(code)).map(|(hash, _)| *hash);
        let over: Vec<_> = over.collect();
        over.iter().for_each(|hash| self.remove(*hash));
        if !over.is_empty() {
            self.write_anew();
        }
    }

    fn forget_ended(&mut self, now: Timestamp) {
        while let Some((until, hash)) = self.until.first().copied()
            && until <= now
        {
            self.until.remove(&(until, hash));
            self.remove(hash);
        }
    }

    fn insert(&mut self, hash: CodeHash, code: Code) {
        self.codes.insert(hash, code);
        self.until.insert((code.known_until(), hash));
        if let Some(among) = Among::of(&code) {
            let count = self.counts.entry(among).or_default();
            *count = count.saturating_add(1);
        }
    }

    fn remove(&mut self, hash: CodeHash) {
        let Some(code) = self.codes.remove(&hash) else { return };
        self.until.remove(&(code.known_until(), hash));
        if let Some(among) = Among::of(&code) {
            match self.counts.get(&among).and_then(|count| count.checked_sub(1)) {
                Some(others @ 1..) => drop(self.counts.insert(among, others)),
                Some(0) | None => drop(self.counts.remove(&among)),
            }
        }
    }

    /// What a code is from now on, where it is still known: nothing that was forgotten comes back. How long it is known and
    /// whose it is stays.
    fn change(&mut self, hash: CodeHash, change: impl FnOnce(&mut Code)) {
        let Some(code) = self.codes.get_mut(&hash) else { return };
        change(code);
        let code = *code;
        self.write(hash, code);
    }

    fn write(&mut self, hash: CodeHash, code: Code) {
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

fn written(path: &Path, key: &Key, codes: &BTreeMap<CodeHash, Code>) -> io::Result<File> {
    let mut bytes = header(key);
    bytes.extend(codes.iter().flat_map(|(hash, code)| record(*hash, code)));
    files::replace_private(path, &bytes)?;
    OpenOptions::new().append(true).open(path)
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;

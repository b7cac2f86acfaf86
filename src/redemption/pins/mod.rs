//! PINs of cards: how they are kept, and how often a wrong one was typed.
//!
//! Kept is a hash that is slow to guess (argon2id), never the digits; whoever keeps it seals it. Wrong ones are counted on
//! this machine only (`local/pins`), for each PIN of a card: after [`WRONG_MAX`] in a row it is locked until another PIN is
//! set, and a start changes nothing about it. Losing the file costs the count.
//!
//! - A try is counted before it is compared: a kill in between gives nobody another one.
//! - Whatever was typed for whatever card costs one hash: how long an answer takes says nothing. Only one that is locked
//!   is answered without: a till that keeps trying it costs nothing, and by how soon it hears it learns no more than that
//!   there were five wrong ones.
//! - A hash needs 19 MiB, so at most [`HASHES_AT_ONCE`] are worked out at once; of one card one at a time, so that the
//!   right PIN, typed twice at once, is not counted against it.
//!
//! Progress: blocking, about 20 ms a hash and as much again for each that waits before it. Nothing else is locked meanwhile.

mod file;
mod hash;

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand::SecureRandom;

use crate::domain::{AccountNumber, Digits, Pin, Sequence};
use file::TriesFile;
pub use hash::NoHash;

/// So many wrong PINs in a row lock a card.
pub const WRONG_MAX: u8 = 5;
/// So many hashes are worked out at once.
pub const HASHES_AT_ONCE: usize = 2;

/// The PIN of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinOf {
    /// Whose card.
    pub account: AccountNumber,
    /// The entry that set it.
    pub set_by: Sequence,
}

/// Why a typed PIN is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRight {
    /// It is not the one.
    Wrong {
        /// So many tries are left.
        left: u8,
    },
    /// There were too many wrong ones before; whether this is the one is not said.
    Locked,
}

/// Hashes PINs, compares them, and counts.
#[derive(Debug)]
pub struct Pins {
    /// Locked for a look or a write of a few bytes; after one of `hashing`, or alone.
    tries: Mutex<TriesFile>,
    hashing: [Mutex<()>; HASHES_AT_ONCE],
}

impl Pins {
    /// With the counts in the file at `path`, if it is there and one of ours.
    ///
    /// # Errors
    /// It is there and cannot be read; the error names it.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self { tries: Mutex::new(TriesFile::open(path)?), hashing: Default::default() })
    }

    /// The hash of a PIN for the card of `account`, as a PHC string.
    ///
    /// # Errors
    /// [`NoHash`].
    pub fn hash(
        &self,
        account: AccountNumber,
        pin: &Pin,
        random: &dyn SecureRandom,
    ) -> Result<String, NoHash> {
        let _one_at_a_time = self.turn_of(account);
        hash::hash(pin, random)
    }

    /// Whether too many wrong ones were typed.
    #[must_use]
    pub fn is_locked(&self, of: PinOf) -> bool {
        self.tries().wrong(of) >= WRONG_MAX
    }

    /// Whether `pin` is the PIN of this hash; the try is counted.
    ///
    /// # Errors
    /// [`NotRight`].
    pub fn check(&self, of: PinOf, pin: &Pin, hash: &str) -> Result<(), NotRight> {
        self.compare(of, || hash::is_right(pin, hash))
    }

    /// A locked one is not compared. It waits for its turn all the same: who is before it may have the right one.
    fn compare(&self, of: PinOf, compare: impl FnOnce() -> bool) -> Result<(), NotRight> {
        let _one_at_a_time = self.turn_of(of.account);
        let Some(wrong) = self.tries().count(of) else { return Err(NotRight::Locked) };
        if !compare() {
            return Err(NotRight::Wrong { left: WRONG_MAX.saturating_sub(wrong) });
        }
        self.tries().forget(of);
        Ok(())
    }

    /// As much work for a card that is not there, or has no PIN to compare.
    pub fn pretend(&self, card: &Digits, pin: &Pin) {
        let last = card.bytes().last().copied().unwrap_or_default();
        let _one_at_a_time = self.turn(usize::from(last));
        std::hint::black_box(hash::is_right(pin, hash::NOBODYS));
    }

    fn turn_of(&self, account: AccountNumber) -> Option<MutexGuard<'_, ()>> {
        self.turn(usize::try_from(account.slot()).unwrap_or_default())
    }

    fn turn(&self, place: usize) -> Option<MutexGuard<'_, ()>> {
        let turn = self.hashing.get(place % HASHES_AT_ONCE);
        turn.map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tries(&self) -> MutexGuard<'_, TriesFile> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use aws_lc_rs::rand::SystemRandom;

    use super::*;

    fn of(slot: u32, set_by: u64) -> PinOf {
        PinOf { account: AccountNumber::from_slot(slot).unwrap(), set_by: Sequence::new(set_by) }
    }

    fn pin(text: &str) -> Pin {
        Pin::parse(text).unwrap()
    }

    /// Goal: five wrong PINs in a row lock a card, for the right one too and after a start; the right one before that
    /// begins anew, and so does another PIN. Method: four wrong ones and the right one; then five, the file opened again
    /// between them.
    #[test]
    fn five_wrong_ones_in_a_row() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Pins::open(folder.path().join("pins")).unwrap();
        let mut pins = open();
        let hash = pins.hash(of(1, 9).account, &pin("2580"), &SystemRandom::new()).unwrap();
        let wrong = |left| Err(NotRight::Wrong { left });
        for left in [4, 3, 2, 1] {
            assert_eq!(pins.check(of(1, 9), &pin("2581"), &hash), wrong(left));
        }
        assert_eq!(pins.check(of(1, 9), &pin("2580"), &hash), Ok(()));
        for left in [4, 3, 2, 1, 0] {
            pins = open();
            assert!(!pins.is_locked(of(1, 9)));
            assert_eq!(pins.check(of(1, 9), &pin("25800"), &hash), wrong(left));
        }
        for _ in 0..2 {
            pins = open();
            assert!(pins.is_locked(of(1, 9)) && !pins.is_locked(of(2, 9)));
            assert_eq!(pins.check(of(1, 9), &pin("2580"), &hash), Err(NotRight::Locked));
            let compared = pins.compare(of(1, 9), || panic!("a locked card costs no hash"));
            assert_eq!(compared, Err(NotRight::Locked));
        }
        assert!(!pins.is_locked(of(1, 10)));
        assert_eq!(pins.check(of(1, 10), &pin("2580"), &hash), Ok(()));
    }

    /// Goal: the right PIN, typed many times at once, is never counted against its card. Method: twelve threads with the
    /// right one, after four wrong ones.
    #[test]
    fn the_right_one_many_times_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pins = Pins::open(folder.path().join("pins")).unwrap();
        let hash = pins.hash(of(1, 9).account, &pin("2580"), &SystemRandom::new()).unwrap();
        (0..4).for_each(|_| assert!(pins.check(of(1, 9), &pin("2581"), &hash).is_err()));
        let all = Barrier::new(12);
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    all.wait();
                    assert_eq!(pins.check(of(1, 9), &pin("2580"), &hash), Ok(()));
                });
            }
        });
    }

    /// Goal: a kill after a try was begun and before it was answered costs that try, and nobody gets another one by it.
    /// Method: in the middle of the comparison the file is read as a start would read it.
    #[test]
    fn counted_before_it_is_compared() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pins");
        let pins = Pins::open(path.clone()).unwrap();
        let killed = folder.path().join("as it was");
        let compared = pins.compare(of(1, 9), || {
            std::fs::copy(&path, &killed).unwrap();
            true
        });
        assert_eq!(compared, Ok(()));
        assert_eq!(TriesFile::open(killed).unwrap().wrong(of(1, 9)), 1);
        assert_eq!(TriesFile::open(path).unwrap().wrong(of(1, 9)), 0);
    }
}

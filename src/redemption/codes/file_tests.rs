//! The file of codes: what lasts, what damage costs, how much it holds, and many at once.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Barrier, Mutex};

use aws_lc_rs::rand::SystemRandom;

use super::super::Authority;
use super::super::stored::{HEADER_BYTES, RECORD_BYTES};
use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_000_000);

fn code(slot: u32, minutes: i64) -> Code {
    Code {
        account: AccountNumber::from_slot(slot),
        issued_by: OwnerNumber::new(3),
        authority: Authority::Office,
        voucher: None,
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
    assert!(codes.look(hash, NOW) && codes.look(hash, NOW));
    for (ended, expected) in [(Ended::Otherwise, 0), (Ended::Refused, 1)] {
        assert_eq!(codes.begin(hash, NOW), Begun::Yes);
        codes.end(hash, ended);
        assert_eq!(codes.get(hash, NOW).unwrap().refusals, expected);
    }
    codes.voucher_was_used(hash);
    drop(codes);
    let bytes = std::fs::read(&path).unwrap();
    for digits in [phone, printed] {
        let text = digits.to_string().replace(' ', "").into_bytes();
        assert!(!bytes.windows(9).any(|found| found == &text[..9] || found == &digits.bytes()[..9]));
    }
    let codes = open(&path, NOW);
    assert_eq!(codes.get(codes.hash(&phone), NOW), Some(&code(1, 10)));
    assert_eq!(codes.get(hash, NOW), Some(&looked));
    let later = code(1, 10).known_until();
    assert_eq!(codes.get(codes.hash(&phone), later), None);
    drop(codes);
    let codes = open(&path, later);
    assert_eq!((codes.codes.len(), codes.get(hash, later)), (1, Some(&looked)));
}

/// Goal: a file that was cut or bent gives the codes before that, and no others; one that is not ours, or whose key is
/// bent, gives none; one that cannot be read is an error; nobody else may read what is written. Method: cut at every
/// byte, and each byte bent; a folder in its place.
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
    assert_eq!(whole.len(), HEADER_BYTES + 3 * RECORD_BYTES);
    assert_eq!(parse(&whole).map(|found| (found.codes.len(), found.lost)), Some((3, 0)));
    let before = |place: usize| {
        place.checked_sub(HEADER_BYTES).map(|bytes| (bytes / RECORD_BYTES, bytes % RECORD_BYTES))
    };
    for place in 0..whole.len() {
        let cut = parse(&whole[..place]).map(|found| (found.codes.len(), found.lost));
        assert_eq!(cut, before(place), "cut at {place}");
        let mut bent = whole.clone();
        bent[place] ^= 1;
        let found = parse(&bent).map(|found| (found.codes.len(), found.lost));
        let expected = before(place).map(|(whole, _)| (whole, (3 - whole) * RECORD_BYTES));
        assert_eq!(found, expected, "bent at {place}");
    }
    std::fs::write(&path, b"something else").unwrap();
    let codes = open(&path, NOW);
    assert!(hashes.iter().all(|hash| codes.get(*hash, NOW).is_none()));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let error = CodeFile::open(path.clone(), NOW, &SystemRandom::new()).unwrap_err().to_string();
    assert!(error.contains(&path.display().to_string()), "{error}");
    assert!(path.is_dir(), "left as it is");
}

/// Goal: nobody fills the file: an account has a thousand codes at most, also of those that are over and are kept for
/// slips, and so has practice with one partner, which is forgotten as it ends; a closed account has none, and the file
/// is as long as what it keeps needs. Method: one code too many, later, an account gone, thousands of attempts.
#[test]
fn the_file_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes");
    let mut codes = open(&path, NOW);
    let random = SystemRandom::new();
    for _ in 0..1_000 {
        codes.make(code(1, 10), NOW, &random).unwrap();
    }
    let ended = code(1, 10).ends_at;
    let too_many = Err(TooMany { most: 1_000 });
    assert_eq!(codes.make(code(1, 10), NOW, &random), too_many);
    assert_eq!(codes.make(code(1, 20), ended, &random), too_many, "what is over is kept, and counted");
    assert_eq!(open(&path, ended).make(code(1, 20), ended, &random), too_many, "after a start too");
    let other = codes.make(code(2, 10), NOW, &random).unwrap();
    let hash = codes.hash(&other);
    for _ in 0..2_000 {
        let voucher = Code { voucher: Some(Sequence::new(9)), ..code(2, 10) };
        codes.change(hash, |code| *code = voucher);
        assert_eq!((codes.begin(hash, NOW), codes.look(hash, NOW)), (Begun::Yes, true));
        codes.end(hash, Ended::Refused);
        codes.voucher_was_used(hash);
    }
    let length = std::fs::metadata(&path).unwrap().len();
    assert!(length < 3_100 * RECORD_BYTES as u64, "{length}");
    codes.change(hash, |now| *now = code(2, 10));
    codes.forget_account(AccountNumber::from_slot(1).unwrap());
    assert_eq!(codes.codes.len(), 1);
    codes.make(code(1, 10), NOW, &random).unwrap();
    assert_eq!(open(&path, NOW).codes.len(), 2);
    let voucher = Code { voucher: Some(Sequence::new(9)), ..code(1, 10) };
    for _ in 0..50 {
        codes.make(voucher, NOW, &random).unwrap();
    }
    let practice = |partner| Code { account: None, partner: Some(OwnerNumber::new(partner)), ..code(1, 10) };
    for _ in 0..1_000 {
        codes.make(practice(7), NOW, &random).unwrap();
    }
    assert_eq!(codes.make(practice(7), NOW, &random), too_many);
    codes.make(practice(8), NOW, &random).unwrap();
    codes.make(practice(7), ended, &random).unwrap();
    assert_eq!(codes.codes.len(), 2 + 50 + 1, "of practice nothing is kept");
    let later = code(1, 10).known_until();
    codes.make(code(1, 60), later, &random).unwrap();
    assert_eq!((codes.codes.len(), codes.until.len()), (1, 1), "what is over is forgotten");
    assert_eq!(codes.counts.values().sum::<u32>(), 1);
}

/// Goal: many at once are no more than one by one: five looks, three refusals, and what was forgotten meanwhile does not
/// come back. Method: sixteen threads at one code, an attempt that is over after its account was closed.
#[test]
fn many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes");
    let mut codes = open(&path, NOW);
    let digits = codes.make(code(1, 10), NOW, &SystemRandom::new()).unwrap();
    let hash = codes.hash(&digits);
    let codes = Mutex::new(codes);
    let (looks, refused, barrier) = (Mutex::new(0), Mutex::new(0), Barrier::new(16));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                barrier.wait();
                if codes.lock().unwrap().look(hash, NOW) {
                    *looks.lock().unwrap() += 1;
                }
                barrier.wait(); // What is refused too often answers no looks.
                loop {
                    let begun = codes.lock().unwrap().begin(hash, NOW);
                    match begun {
                        Begun::Yes => {
                            *refused.lock().unwrap() += 1;
                            codes.lock().unwrap().end(hash, Ended::Refused);
                        }
                        Begun::NotNow => std::thread::yield_now(),
                        Begun::Never => return,
                    }
                }
            });
        }
    });
    assert_eq!((looks.into_inner().unwrap(), refused.into_inner().unwrap()), (5, 3));
    let mut codes = codes.into_inner().unwrap();
    assert!(!codes.get(hash, NOW).unwrap().is_alive(NOW) && codes.under_way.is_empty());
    let digits = codes.make(code(1, 10), NOW, &SystemRandom::new()).unwrap();
    let hash = codes.hash(&digits);
    assert_eq!([(); 4].map(|()| codes.begin(hash, NOW))[2..], [Begun::Yes, Begun::NotNow]);
    codes.forget_account(AccountNumber::from_slot(1).unwrap());
    for ended in [Ended::Refused, Ended::Otherwise, Ended::Refused] {
        codes.end(hash, ended);
    }
    assert!(codes.codes.is_empty() && codes.under_way.is_empty());
    assert!(open(&path, NOW).codes.is_empty());
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

//! Sealed text: the same for a retry, nothing for anybody else.

use std::os::unix::fs::FileExt;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tempfile::TempDir;

use super::layout::{self, Key};
use super::{
    KeyError, Keyring, OWNERS_PER_TEXT_MAX, OpenError, Place, SEALED_BYTES_MAX, SealError, TEXT_BYTES_MAX,
    Text, WORDS_BYTES_MAX, Words, open, open_words, owners_of, seal, seal_words, sealed_length,
};
use crate::domain::{OwnerNumber, RequestId, RequestKey, Scope};

const OWNERS_MADE: u32 = 10;

fn owners(numbers: &[u32]) -> Vec<OwnerNumber> {
    numbers.iter().copied().map(OwnerNumber::new).collect()
}

fn request(scope: u32, id: u8) -> RequestKey {
    RequestKey { scope: Scope::new(scope), id: RequestId::derived([id; 16]) }
}

fn memo(text: &str) -> Text {
    Text { memo: Some(text.to_owned()), ..Text::default() }
}

fn keyring() -> (TempDir, Keyring) {
    let directory = tempfile::tempdir().unwrap();
    let keyring = Keyring::open(&directory.path().join("keyring")).unwrap();
    for number in 1..=OWNERS_MADE {
        keyring.ensure([OwnerNumber::new(number)], &SystemRandom::new()).unwrap();
    }
    (directory, keyring)
}

/// Goal: an honest retry has the same bytes, whatever the order of its owners; every other request,
/// scope, text or owner list has others.
/// Method: one base case, one difference at a time.
#[test]
fn the_same_for_a_retry_and_for_nothing_else() {
    let (_directory, keyring) = keyring();
    let sealed = |numbers: &[u32], key: RequestKey, text: &str| {
        seal(&keyring, &owners(numbers), &key, Place::Entry, &memo(text)).unwrap().into_bytes()
    };
    let base = sealed(&[1, 2], request(3, 4), "hedge cut");
    assert_eq!(base, sealed(&[1, 2], request(3, 4), "hedge cut"));
    assert_eq!(base, sealed(&[2, 1, 2], request(3, 4), "hedge cut"));
    assert_eq!(owners_of(&base).unwrap(), owners(&[1, 2]));
    let others = [
        sealed(&[1, 2], request(3, 5), "hedge cut"),
        sealed(&[1, 2], request(4, 4), "hedge cut"),
        sealed(&[1, 2], request(3, 4), "hedge cuT"),
        sealed(&[1, 3], request(3, 4), "hedge cut"),
    ];
    for other in &others {
        assert_eq!(other.len(), base.len());
        for part in [10..26, 26..base.len()] {
            assert_ne!(other[part.clone()], base[part]); // Siv; ciphertext and tag.
        }
    }
    assert!(!base.windows(5).any(|window| window == b"hedge"));
}

/// Goal: a text opens at its own place in the entry only, and one text at two places has two forms.
/// Method: one text sealed at each place of one request under the same owners, opened at each.
#[test]
fn a_text_keeps_its_place() {
    let (_directory, keyring) = keyring();
    let places = [
        Place::Entry,
        Place::Account(0),
        Place::Account(1),
        Place::Account(255),
        Place::Note,
        Place::Attachment,
    ];
    let (key, both) = (request(3, 4), owners(&[1, 2]));
    let sealed =
        places.map(|place| seal(&keyring, &both, &key, place, &memo("Ann Ash")).unwrap().into_bytes());
    for (bytes, own) in sealed.iter().zip(places) {
        for (other, place) in sealed.iter().zip(places) {
            let opened = open(&keyring, &key, place, bytes);
            if place == own {
                assert_eq!(opened.unwrap(), memo("Ann Ash"));
            } else {
                assert!(matches!(opened, Err(OpenError::Damaged)), "{own:?} opened at {place:?}");
                assert_ne!(bytes[10..26], other[10..26], "siv of {own:?} and {place:?}");
                assert_ne!(bytes[26..], other[26..], "ciphertext and tag of {own:?} and {place:?}");
            }
        }
    }
}

/// Goal: the sealed form never changes, because retries of old requests are compared with it.
/// Method: keys 0x11… and 0x22…, two places; expected bytes computed with Python's `cryptography`
/// from the formulas in `sealed.rs`, not with this code.
#[test]
fn the_sealed_form_is_for_ever() {
    let (directory, keyring) = keyring();
    plant(&directory.path().join("keyring"), 1, 0x11);
    plant(&directory.path().join("keyring"), 2, 0x22);
    let text = Text { memo: Some("hedge".to_owned()), label: Some("é".to_owned()), ..Text::default() };
    let sealed = |place| {
        let sealed = seal(&keyring, &owners(&[1, 2]), &request(3, 4), place, &text).unwrap();
        sealed.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    assert_eq!(
        sealed(Place::Entry),
        concat!(
            "01020100000002000000",             // Format, owners 1 and 2.
            "2b63a8027a99e0ea5f31de21fe9c0db7", // Siv.
            "9d3eae1a8675ce05764892df15",       // Ciphertext.
            "e67dc60b7cee963c9e021ea911642a24", // Tag.
        )
    );
    assert_eq!(
        sealed(Place::Account(31)),
        concat!(
            "01020100000002000000",
            "3c6fb1080ef54c5e87d124a7122e959e",
            "34b828417cd26a3c312d1183ae",
            "300cff80572075cd67b8cc3e3cb792b1",
        )
    );
    let alone = seal(&keyring, &owners(&[1]), &request(3, 4), Place::Entry, &Text::default()).unwrap();
    assert_eq!(alone.as_bytes().len(), 2 + 4 + 16 + 16);
}

fn plant(path: &Path, number: u32, byte: u8) {
    let owner = OwnerNumber::new(number);
    let mut key = Key::zeroed();
    key.bytes_mut().fill(byte);
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    let place = layout::slot_place(owner).unwrap();
    file.write_all_at(layout::live_slot(owner, &key).bytes(), place).unwrap();
}

/// Goal: a changed bit anywhere, a cut, or another request never gives a text.
/// Method: every bit of one sealed text; every length; three wrong requests; another keyring.
#[test]
fn changed_or_moved_bytes_do_not_open() {
    let (_directory, keyring) = keyring();
    let key = request(3, 4);
    let sealed =
        seal(&keyring, &owners(&[1, 2]), &key, Place::Entry, &memo("hedge cut")).unwrap().into_bytes();
    assert_eq!(open(&keyring, &key, Place::Entry, &sealed).unwrap(), memo("hedge cut"));
    for index in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[index] ^= 1 << bit;
            let opened = open(&keyring, &key, Place::Entry, &changed);
            match index {
                0..10 => assert!(opened.is_err(), "byte {index} bit {bit}"),
                _ => assert!(matches!(opened, Err(OpenError::Damaged)), "byte {index} bit {bit}"),
            }
        }
        assert!(matches!(open(&keyring, &key, Place::Entry, &sealed[..index]), Err(OpenError::Damaged)));
    }
    for other in [request(3, 5), request(4, 4), request(0, 4)] {
        assert!(matches!(open(&keyring, &other, Place::Entry, &sealed), Err(OpenError::Damaged)));
    }
    let mut newer = sealed.clone();
    newer[0] = 2;
    assert!(matches!(open(&keyring, &key, Place::Entry, &newer), Err(OpenError::NewerFormat { format: 2 })));
    let (_elsewhere, stranger) = self::keyring();
    assert!(matches!(open(&stranger, &key, Place::Entry, &sealed), Err(OpenError::Damaged)));
}

/// Goal: with one of two owners erased the text is gone, and the answer says whose key; erased is
/// said before missing; text of others is untouched.
/// Method: erase one, look at both; sealing for the erased is refused too.
#[test]
fn one_erased_owner_takes_the_text() {
    let (_directory, keyring) = keyring();
    let key = request(3, 4);
    let both = seal(&keyring, &owners(&[1, 2]), &key, Place::Entry, &memo("hedge cut")).unwrap();
    let alone = seal(&keyring, &owners(&[1]), &key, Place::Entry, &memo("hedge cut")).unwrap();
    let two = OwnerNumber::new(2);
    keyring.erase(two).unwrap();
    let gone = open(&keyring, &key, Place::Entry, both.as_bytes());
    assert!(matches!(gone, Err(OpenError::Erased { owner }) if owner == two));
    assert_eq!(open(&keyring, &key, Place::Entry, alone.as_bytes()).unwrap(), memo("hedge cut"));
    let again = seal(&keyring, &owners(&[1, 2]), &key, Place::Entry, &memo("hedge cut"));
    assert!(matches!(again, Err(SealError::Key(KeyError::Erased { owner })) if owner == two));

    let (mut unknown, mut unknown_alone) = (both.into_bytes(), alone.into_bytes());
    unknown[6] = 99; // Owners 1 and 99.
    assert!(
        matches!(open(&keyring, &key, Place::Entry, &unknown), Err(OpenError::NoKey { owner }) if owner.get() == 99)
    );
    keyring.erase(OwnerNumber::new(99)).unwrap();
    unknown[2] = 11; // Owners 11, without a key, and 99.
    assert!(
        matches!(open(&keyring, &key, Place::Entry, &unknown), Err(OpenError::Erased { owner }) if owner.get() == 99)
    );
    unknown_alone[2] = 0; // The operator, who has no key.
    assert!(matches!(open(&keyring, &key, Place::Entry, &unknown_alone), Err(OpenError::Damaged)));
}

/// Goal: the limits are the named ones, and the largest text of the most owners fits the constant.
/// Method: at each limit and one above.
#[test]
fn limits() {
    let (_directory, keyring) = keyring();
    let key = request(3, 4);
    let text = |memo: usize| Text {
        memo: Some("m".repeat(memo)),
        reason: Some("r".to_owned()),
        typed: Some("t".to_owned()),
        label: Some("l".to_owned()),
    };
    let eight: Vec<u32> = (1..=8).collect();
    let largest = seal(&keyring, &owners(&eight), &key, Place::Entry, &text(TEXT_BYTES_MAX - 3)).unwrap();
    assert_eq!(largest.as_bytes().len(), SEALED_BYTES_MAX);
    assert_eq!(open(&keyring, &key, Place::Entry, largest.as_bytes()).unwrap(), text(TEXT_BYTES_MAX - 3));
    let mut too_long = largest.into_bytes();
    too_long.push(0);
    assert!(matches!(owners_of(&too_long), Err(OpenError::Damaged)));

    let above = seal(&keyring, &owners(&[1]), &key, Place::Entry, &text(TEXT_BYTES_MAX - 2)).unwrap_err();
    assert_eq!(
        above.to_string(),
        "the texts of an entry have 1025 bytes together, 1024 are possible; the longest is memo"
    );
    let nine: Vec<u32> = (1..=9).collect();
    let many = seal(&keyring, &owners(&nine), &key, Place::Entry, &text(1));
    assert!(matches!(many, Err(SealError::TooManyOwners { count }) if count == OWNERS_PER_TEXT_MAX + 1));
    assert!(matches!(seal(&keyring, &[], &key, Place::Entry, &text(1)), Err(SealError::NoOwner)));
    let operator = seal(&keyring, &owners(&[0]), &key, Place::Entry, &text(1));
    assert!(matches!(operator, Err(SealError::Key(KeyError::NoKey { .. }))));
    let unknown = seal(&keyring, &owners(&[1, 11]), &key, Place::Entry, &text(1));
    assert!(matches!(unknown, Err(SealError::Key(KeyError::NoKey { owner })) if owner.get() == 11));
}

/// Goal: a capability's own bytes open as they were, at their place and in their request only, and not once
/// a key is gone; the largest is the named one. What a text allows does not grow by it.
/// Method: lengths at the limits; a place, a request and a bit changed; a sealed text's form compared.
#[test]
fn words_of_a_capability() {
    let (_directory, keyring) = keyring();
    let (key, one) = (request(3, 4), owners(&[1]));
    let words = |bytes: &[u8]| Words::new(bytes.to_vec()).unwrap();
    let sealed =
        |bytes: &[u8], place| seal_words(&keyring, &one, &key, place, words(bytes)).unwrap().into_bytes();
    for length in [0, 1, 1_500, WORDS_BYTES_MAX] {
        let plain = vec![0xab; length];
        let bytes = sealed(&plain, Place::Note);
        assert_eq!(bytes.len(), sealed_length(1, length));
        assert_eq!(bytes, sealed(&plain, Place::Note), "a retry");
        assert_eq!(open_words(&keyring, &key, Place::Note, &bytes).unwrap().bytes(), plain);
        let elsewhere = open_words(&keyring, &key, Place::Attachment, &bytes);
        assert!(matches!(elsewhere, Err(OpenError::Damaged)));
        let another = open_words(&keyring, &request(3, 5), Place::Note, &bytes);
        assert!(matches!(another, Err(OpenError::Damaged)));
        let mut bent = bytes.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert!(matches!(open_words(&keyring, &key, Place::Note, &bent), Err(OpenError::Damaged)));
    }
    let above = Words::new(vec![0; WORDS_BYTES_MAX + 1]).unwrap_err();
    assert_eq!(above.to_string(), "4001 bytes are too many to seal together: at most 4000");
    assert_eq!(format!("{:?}", words(b"Ann")), "Words(3 bytes)");
    let long = sealed(&[7; TEXT_BYTES_MAX * 2], Place::Entry);
    assert!(matches!(open(&keyring, &key, Place::Entry, &long), Err(OpenError::Damaged)));
    let text = seal(&keyring, &one, &key, Place::Entry, &memo("hedge")).unwrap().into_bytes();
    assert_eq!(text, sealed(&memo("hedge").encode().unwrap(), Place::Entry), "one construction");

    let (both, whole) = (owners(&[1, 2]), owners(&(1..=8).collect::<Vec<_>>()));
    let shared = seal_words(&keyring, &both, &key, Place::Note, words(b"Ann")).unwrap();
    let largest = seal_words(&keyring, &whole, &key, Place::Note, words(&[9; WORDS_BYTES_MAX])).unwrap();
    assert!(open_words(&keyring, &key, Place::Note, largest.as_bytes()).is_ok());
    keyring.erase(OwnerNumber::new(2)).unwrap();
    let gone = open_words(&keyring, &key, Place::Note, shared.as_bytes());
    assert!(matches!(gone, Err(OpenError::Erased { owner }) if owner.get() == 2));
}

fn any_text() -> impl Strategy<Value = Text> {
    let part = || option::of("\\PC{0,60}");
    (part(), part(), part(), part()).prop_map(|(memo, reason, typed, label)| Text {
        memo,
        reason,
        typed,
        label,
    })
}

/// Goal: what was sealed opens as it was, and random bytes never open or panic.
/// Method: random texts, owners, requests and bytes over one keyring.
#[test]
fn opens_what_was_sealed_and_nothing_else() {
    let (_directory, keyring) = keyring();
    let who = vec(1..=OWNERS_MADE, 1..=OWNERS_PER_TEXT_MAX);
    proptest!(|(text in any_text(), numbers in who, scope: u32, id: u8, noise in vec(any::<u8>(), 0..200))| {
        let key = request(scope, id);
        match seal(&keyring, &owners(&numbers), &key, Place::Entry, &text) {
            Ok(sealed) => {
                prop_assert!(sealed.as_bytes().len() <= SEALED_BYTES_MAX);
                prop_assert_eq!(open(&keyring, &key, Place::Entry, sealed.as_bytes()).unwrap(), text);
                let mut named = owners(&numbers);
                named.sort_unstable();
                named.dedup();
                prop_assert_eq!(owners_of(sealed.as_bytes()).unwrap(), named);
            }
            Err(SealError::TooLong(long)) => prop_assert!(long.bytes > TEXT_BYTES_MAX),
            Err(other) => prop_assert!(false, "{}", other),
        }
        prop_assert!(open(&keyring, &key, Place::Entry, &noise).is_err());
        // The same noise behind a good header reaches the cipher.
        let mut near = vec![1, 1, 1, 0, 0, 0];
        near.extend(&noise);
        prop_assert!(matches!(open(&keyring, &key, Place::Entry, &near), Err(OpenError::Damaged)));
    });
}

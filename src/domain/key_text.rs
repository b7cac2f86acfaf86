//! The text of a key: what a caller shows to say who they are.
//!
//! ```text
//! hbk_7_e3tq…   "hbk", the credential's number, 56 letters: the secret (32 bytes) and a check (3 bytes)
//! ```
//!
//! - The number is in plain digits: a key that is found somewhere says which one to revoke.
//! - Letters and digits only (RFC 4648 base32 in small letters, without padding): one double click takes
//!   all of it. 35 bytes are 56 letters exactly, so every key has one text and no other.
//! - The check covers number and secret, so a letter that was mistyped, left out or swapped with its
//!   neighbour is told apart from a wrong key without asking anybody. It says nothing about whether a
//!   key is right.
//!
//! Knows no credential and no rule. The secret is never printed but by [`KeyText::reveal`].

use std::fmt;

use super::secret::Secret;

/// Bytes of the secret of a key.
pub const SECRET_BYTES: usize = 32;
/// The longest text a key can have, in bytes.
pub const KEY_TEXT_BYTES_MAX: usize = PREFIX.len() + NUMBER_DIGITS_MAX + 1 + LETTERS;

const PREFIX: &str = "hbk_";
/// Digits of the largest u32.
const NUMBER_DIGITS_MAX: usize = 10;
const CHECK_BYTES: usize = 3;
const BODY_BYTES: usize = SECRET_BYTES + CHECK_BYTES;
const LETTERS: usize = BODY_BYTES * 8 / 5;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

const _: () = assert!(BODY_BYTES.is_multiple_of(5) && LETTERS == 56);

/// A key as its holder has it: the number of a credential and the secret that proves it.
pub struct KeyText {
    number: u32, // Invariant: from 1.
    secret: Secret<SECRET_BYTES>,
}

/// Why a text is no key. Never says what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextError {
    /// It does not look like one.
    #[error("this is no key: a key begins with hbk_, a number and _, and 56 small letters and digits follow")]
    Shape,
    /// It looks like one, and letters of it are wrong.
    #[error("this key is not whole: a letter or digit of it is wrong; copy it again")]
    Check,
}

impl KeyText {
    /// The key of credential `number`, from 1, with `secret`.
    #[must_use]
    pub const fn new(number: u32, secret: Secret<SECRET_BYTES>) -> Self {
        Self { number, secret }
    }

    /// Whether a text that stands where a key or a token may stand is meant as a key: tokens have dots.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(PREFIX) || !text.contains('.')
    }

    /// Reads a key.
    ///
    /// # Errors
    /// [`KeyTextError`] if it is none, or not whole.
    pub fn parse(text: &str) -> Result<Self, KeyTextError> {
        let rest = text.strip_prefix(PREFIX).filter(|_| text.len() <= KEY_TEXT_BYTES_MAX);
        let (number, letters) = rest.and_then(|rest| rest.split_once('_')).ok_or(KeyTextError::Shape)?;
        let number = read_number(number).ok_or(KeyTextError::Shape)?;
        let body = read_letters(letters.as_bytes()).ok_or(KeyTextError::Shape)?;
        let mut secret = Secret::zeroed();
        let (read, check) = body.bytes().split_at(SECRET_BYTES);
        secret.bytes_mut().copy_from_slice(read);
        if check == check_of(number, secret.bytes()) {
            Ok(Self { number, secret })
        } else {
            Err(KeyTextError::Check)
        }
    }

    /// Which credential it is of.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// What proves it.
    #[must_use]
    pub const fn secret(&self) -> &Secret<SECRET_BYTES> {
        &self.secret
    }

    /// The text, with the secret in it: for its holder alone, once.
    #[must_use]
    pub fn reveal(&self) -> String {
        let mut body = Secret::<BODY_BYTES>::zeroed();
        let (secret, check) = body.bytes_mut().split_at_mut(SECRET_BYTES);
        secret.copy_from_slice(self.secret.bytes());
        check.copy_from_slice(&check_of(self.number, self.secret.bytes()));
        // All of its room at once: a text that grows leaves copies behind.
        let mut text = String::with_capacity(KEY_TEXT_BYTES_MAX);
        text.push_str(PREFIX);
        text.push_str(&self.number.to_string());
        text.push('_');
        for five in body.bytes().chunks(5) {
            let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in (0..8).rev() {
                let letter = usize::try_from(bits >> (place * 5) & 31).ok().and_then(|at| ALPHABET.get(at));
                text.push(char::from(*letter.unwrap_or(&b'a'))); // 5 bits are below 32.
            }
        }
        text
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key of credential {}", self.number)
    }
}

/// A number from 1 in its one form: no sign, no zero before it.
fn read_number(digits: &str) -> Option<u32> {
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|number| is_plain && *number > 0)
}

fn read_letters(letters: &[u8]) -> Option<Secret<BODY_BYTES>> {
    if letters.len() != LETTERS {
        return None;
    }
    let mut body = Secret::<BODY_BYTES>::zeroed();
    for (eight, five) in letters.chunks(8).zip(body.bytes_mut().chunks_mut(5)) {
        let mut bits = 0_u64;
        for letter in eight {
            bits = bits << 5 | u64::from(value_of(*letter)?);
        }
        let [_, _, _, read @ ..] = bits.to_be_bytes(); // 8 letters are 40 bits.
        five.copy_from_slice(&read);
    }
    Some(body)
}

const fn value_of(letter: u8) -> Option<u8> {
    match letter {
        b'a'..=b'z' => Some(letter - b'a'),
        b'2'..=b'7' => Some(letter - b'2' + 26),
        _ => None,
    }
}

fn check_of(number: u32, secret: &[u8; SECRET_BYTES]) -> [u8; CHECK_BYTES] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(secret);
    let [check @ .., _] = hasher.finalize().to_le_bytes();
    check
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u32, bytes: [u8; SECRET_BYTES]) -> KeyText {
        let mut secret = Secret::zeroed();
        *secret.bytes_mut() = bytes;
        KeyText::new(number, secret)
    }

    fn parts(key: &KeyText) -> (u32, [u8; SECRET_BYTES]) {
        (key.number(), *key.secret().bytes())
    }

    proptest! {
        /// Goal: a key reads back as it was, and its text is the only one that does.
        /// Method: any key; what is read is printed again and must be the text.
        #[test]
        fn a_key_has_one_text(number in 1_u32.., bytes: [u8; SECRET_BYTES]) {
            let text = key(number, bytes).reveal();
            prop_assert!(text.len() <= KEY_TEXT_BYTES_MAX);
            prop_assert_eq!(parts(&KeyText::parse(&text).unwrap()), (number, bytes));
            prop_assert_eq!(KeyText::parse(&text.to_uppercase()).unwrap_err(), KeyTextError::Shape);
        }

        /// Goal: the reader takes anything without a panic, and what it takes is a key's one text.
        /// Method: text made of what keys are made of, and any text at all.
        #[test]
        fn any_text_is_read_or_refused(text in "(hbk_)?[0-9_+-]{0,12}_?[a-z2-7A-Z01=_-]{0,60}|\\PC{0,90}") {
            if let Ok(read) = KeyText::parse(&text) {
                prop_assert_eq!(read.reveal(), text);
            }
        }
    }

    /// Goal: one wrong letter, two neighbours swapped, one left out or put in twice, a wrong digit of the
    /// number: all are told apart from a wrong key. Method: every one of them, at every place; the check is
    /// linear, so one secret stands for all but for swaps, where letters that differ in every way come by.
    #[test]
    fn slips_are_told_apart() {
        let text = key(4_096, std::array::from_fn(|place| (place * 37 % 251) as u8)).reveal();
        let bytes = text.as_bytes();
        let parse = |bytes: &[u8]| KeyText::parse(std::str::from_utf8(bytes).unwrap()).map(|key| parts(&key));
        let begins = "hbk_4096_".len();
        for place in begins..bytes.len() {
            for letter in ALPHABET.iter().filter(|letter| **letter != bytes[place]) {
                let mut bent = bytes.to_vec();
                bent[place] = *letter;
                assert_eq!(parse(&bent), Err(KeyTextError::Check), "{letter} at {place}");
            }
            let mut short = bytes.to_vec();
            short.remove(place);
            assert_eq!(parse(&short), Err(KeyTextError::Shape));
        }
        for place in begins..bytes.len() - 1 {
            for (one, other) in ALPHABET.iter().flat_map(|one| ALPHABET.iter().map(move |other| (one, other)))
            {
                let mut straight = bytes[begins..].to_vec();
                (straight[place - begins], straight[place + 1 - begins]) = (*one, *other);
                let body = read_letters(&straight).unwrap();
                let whole = key(4_096, body.bytes()[..SECRET_BYTES].try_into().unwrap()).reveal();
                let mut swapped = whole.clone().into_bytes();
                swapped.swap(place, place + 1);
                let is_itself = swapped == whole.as_bytes();
                assert_eq!(parse(&swapped).is_ok(), is_itself, "{one} and {other} at {place}");
            }
        }
        for number in ["4095", "4097", "409", "40960", "496"] {
            let bent = text.replace("4096", number);
            assert_eq!(KeyText::parse(&bent).unwrap_err(), KeyTextError::Check, "{number}");
        }
        for number in ["04096", "+4096", "0", "", "4294967296", "-1"] {
            let bent = text.replace("4096", number);
            assert_eq!(KeyText::parse(&bent).unwrap_err(), KeyTextError::Shape, "{number:?}");
        }
    }

    /// Goal: a key shows up nowhere by accident. Method: its Debug form, and the words for a bad one.
    #[test]
    fn a_key_is_not_printed() {
        let key = key(7, [0xa5; SECRET_BYTES]);
        assert_eq!(format!("{key:?}"), "key of credential 7");
        let bent = key.reveal().replacen("uw", "uv", 1);
        let error = KeyText::parse(&bent).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&bent[6..20]));
    }
}

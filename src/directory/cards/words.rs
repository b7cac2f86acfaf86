//! What is sealed of a card: its number, and the hash of its PIN.

use crate::directory::people::Sealed;
use crate::domain::{Digits, OwnerNumber, RequestKey};
use crate::seal::{self, Keyring, OpenError, Place, SealError, SealedText, Words};

/// Seals a card's number in the note of `key`.
///
/// # Errors
/// [`SealError`].
pub fn seal_number(
    keyring: &Keyring,
    owner: OwnerNumber,
    key: &RequestKey,
    number: &Digits,
) -> Result<SealedText, SealError> {
    seal(keyring, owner, key, number.bytes().iter().map(|digit| digit + b'0').collect())
}

/// The number that was sealed.
///
/// # Errors
/// [`OpenError`].
pub fn open_number(keyring: &Keyring, sealed: &Sealed) -> Result<Digits, OpenError> {
    let words = seal::open_words(keyring, &sealed.key, sealed.place, &sealed.bytes)?;
    let digits = std::str::from_utf8(words.bytes()).ok().and_then(|text| Digits::parse(text).ok());
    digits.ok_or(OpenError::Damaged)
}

/// Seals the hash of a PIN in the note of `key`.
///
/// # Errors
/// [`SealError`].
pub fn seal_hash(
    keyring: &Keyring,
    owner: OwnerNumber,
    key: &RequestKey,
    hash: &str,
) -> Result<SealedText, SealError> {
    seal(keyring, owner, key, hash.as_bytes().to_vec())
}

/// The hash that was sealed.
///
/// # Errors
/// [`OpenError`].
pub fn open_hash(keyring: &Keyring, sealed: &Sealed) -> Result<String, OpenError> {
    let words = seal::open_words(keyring, &sealed.key, sealed.place, &sealed.bytes)?;
    std::str::from_utf8(words.bytes()).map(str::to_owned).map_err(|_| OpenError::Damaged)
}

fn seal(
    keyring: &Keyring,
    owner: OwnerNumber,
    key: &RequestKey,
    bytes: Vec<u8>,
) -> Result<SealedText, SealError> {
    // Never too long: twelve digits, or about a hundred letters.
    let words = Words::new(bytes).map_err(|_| SealError::Crypto)?;
    seal::seal_words(keyring, &[owner], key, Place::Note, words)
}

//! Text under lock: sealed bytes out of words and keys, and back.
//!
//! ```text
//! format 1, number of owners 1, owner numbers u32 LE each, siv 16, ciphertext, tag 16
//! place   = 0 0 for the entry's own text, 1 n for the label of its account n, 2 0 for words in the body
//!           of a note, 3 0 for words in an attachment
//! context = format, owners, scope u32 LE, request id, place   root = HKDF-SHA256 of all owners' keys
//! siv     = HMAC-SHA256(mac key of root, context, text) cut to 16 bytes
//! key, nonce = HKDF of root for (context, siv)                AES-256-GCM with the context as associated data
//! ```
//!
//! - Deterministic: an honest retry seals to the same bytes. It costs nothing, because a (key, nonce)
//!   meets a second text only if 16 bytes of two HMACs for one place of one request are equal.
//! - Bound to its entry and its place there: under another request id, scope, owner list or place the
//!   bytes do not open, so two labels of one entry cannot be swapped, and equal ones do not look equal.
//! - With the key of one owner gone the text is gone.
//! - What a capability says in a note or an attachment is sealed the same way, as bytes of its own.
//!
//! Why not random nonces: a retry would be a new entry. Why not AES-GCM-SIV: its key would still have
//! to come from several keys and the request id, and then plain GCM does the rest.
//!
//! Why the place is not written into the bytes: whoever reads them knows where they stand.
//!
//! The format is for ever: a changed byte would make an old request id answer "different content".

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac};

use super::error::{KeyError, OpenError, SealError};
use super::keyring::Keyring;
use super::layout::KEY_BYTES;
use super::text::{TEXT_ENCODED_BYTES_MAX, Text};
use super::words::{WORDS_BYTES_MAX, Words};
use crate::domain::note::NOTE_BYTES_MAX;
use crate::domain::{OwnerNumber, RequestKey, Secret};

/// The most owners one text can concern.
pub const OWNERS_PER_TEXT_MAX: usize = 8;
/// The most bytes a sealed text has.
pub const SEALED_BYTES_MAX: usize = sealed_length(OWNERS_PER_TEXT_MAX, TEXT_ENCODED_BYTES_MAX);
const SEALED_WORDS_BYTES_MAX: usize = sealed_length(OWNERS_PER_TEXT_MAX, WORDS_BYTES_MAX);

const _: () = assert!(SEALED_WORDS_BYTES_MAX < NOTE_BYTES_MAX);

const FORMAT: u8 = 1;
const OWNER_BYTES: usize = 4;
const SIV_BYTES: usize = 16;
const TAG_BYTES: usize = 16;

const SALT: &[u8] = b"hourbook sealed text 1";
const MAC_LABEL: &[u8] = b"siv";
const KEY_LABEL: &[u8] = b"key";
const NONCE_LABEL: &[u8] = b"nonce";

/// Where in its entry a text stands: one request may carry several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The text of the entry itself: memo, reason, what was typed, the name of a bank.
    Entry,
    /// The label of the account the entry opens at this place, from 0.
    Account(u8),
    /// Words of a capability in the body of the note.
    Note,
    /// Words of a capability in the attachment.
    Attachment,
}

impl Place {
    const fn bytes(self) -> [u8; 2] {
        match self {
            Self::Entry => [0, 0],
            Self::Account(number) => [1, number],
            Self::Note => [2, 0],
            Self::Attachment => [3, 0],
        }
    }
}

/// Sealed bytes, as an entry keeps them.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedText(Vec<u8>); // Invariant: made by `seal` or `seal_words`, so no longer than those allow.

impl SealedText {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, to keep.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for SealedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedText({} bytes)", self.0.len())
    }
}

/// How many bytes sealed bytes have, by how many owners and plain bytes they are of.
#[must_use]
pub const fn sealed_length(owners: usize, plain_bytes: usize) -> usize {
    2 + owners * OWNER_BYTES + SIV_BYTES + plain_bytes + TAG_BYTES
}

/// Seals `text` under the keys of all `owners`, for `place` in the entry of `key`.
///
/// The order of `owners` does not matter, nor does naming one twice.
///
/// # Errors
/// [`SealError`]. A retry after an erasure is [`SealError::Key`] with [`KeyError::Erased`].
pub fn seal(
    keyring: &Keyring,
    owners: &[OwnerNumber],
    key: &RequestKey,
    place: Place,
    text: &Text,
) -> Result<SealedText, SealError> {
    seal_plain(keyring, owners, key, place, text.encode()?)
}

/// Seals `words`, bytes whose format is their capability's, as [`seal`] does a text.
///
/// # Errors
/// As [`seal`].
pub fn seal_words(
    keyring: &Keyring,
    owners: &[OwnerNumber],
    key: &RequestKey,
    place: Place,
    words: Words,
) -> Result<SealedText, SealError> {
    seal_plain(keyring, owners, key, place, words.take())
}

fn seal_plain(
    keyring: &Keyring,
    owners: &[OwnerNumber],
    key: &RequestKey,
    place: Place,
    mut plain: Vec<u8>, // Becomes the ciphertext, so that no copy of it stays behind.
) -> Result<SealedText, SealError> {
    let mut owners = owners.to_vec();
    owners.sort_unstable();
    owners.dedup();
    let count = owners.len();
    let owner_count = match u8::try_from(count) {
        Ok(0) => return Err(SealError::NoOwner),
        Ok(small) if count <= OWNERS_PER_TEXT_MAX => small,
        Ok(_) | Err(_) => return Err(SealError::TooManyOwners { count }),
    };
    let mut sealed = vec![FORMAT, owner_count];
    sealed.extend(owners.iter().flat_map(|owner| owner.get().to_le_bytes()));

    let sealer = Sealer::new(keyring, &owners, &sealed, key, place)?;
    let siv = sealer.siv(&plain).map_err(|_| SealError::Crypto)?;
    let (cipher, nonce) = sealer.cipher(&siv).map_err(|_| SealError::Crypto)?;
    cipher
        .seal_in_place_append_tag(nonce, Aad::from(&sealer.context), &mut plain)
        .map_err(|_| SealError::Crypto)?;
    sealed.extend(siv);
    sealed.extend(plain);
    Ok(SealedText(sealed))
}

/// Opens what [`seal`] made for `place` in the entry of `key`.
///
/// # Errors
/// [`OpenError`]; never a wrong text.
pub fn open(keyring: &Keyring, key: &RequestKey, place: Place, sealed: &[u8]) -> Result<Text, OpenError> {
    let plain = open_plain(keyring, key, place, sealed, SEALED_BYTES_MAX)?;
    Text::decode(&plain).map_err(|_| OpenError::Damaged)
}

/// Opens what [`seal_words`] made for `place` in the entry of `key`.
///
/// # Errors
/// [`OpenError`]; never wrong words.
pub fn open_words(
    keyring: &Keyring,
    key: &RequestKey,
    place: Place,
    sealed: &[u8],
) -> Result<Words, OpenError> {
    let plain = open_plain(keyring, key, place, sealed, SEALED_WORDS_BYTES_MAX)?;
    Words::new(plain).map_err(|_| OpenError::Damaged)
}

fn open_plain(
    keyring: &Keyring,
    key: &RequestKey,
    place: Place,
    sealed: &[u8],
    bytes_max: usize,
) -> Result<Vec<u8>, OpenError> {
    let parts = Parts::read(sealed, bytes_max)?;
    let sealer = Sealer::new(keyring, &parts.owners, parts.header, key, place)?;
    let (cipher, nonce) = sealer.cipher(parts.siv).map_err(|_| OpenError::Crypto)?;
    let mut buffer = parts.ciphertext.to_vec();
    let plain = cipher
        .open_in_place(nonce, Aad::from(&sealer.context), &mut buffer)
        .map_err(|_| OpenError::Damaged)?;
    let bytes = plain.len();
    buffer.truncate(bytes);
    Ok(buffer)
}

/// Whom a sealed text concerns, in rising order; needs no key.
///
/// # Errors
/// [`OpenError::Damaged`] or [`OpenError::NewerFormat`].
pub fn owners_of(sealed: &[u8]) -> Result<Vec<OwnerNumber>, OpenError> {
    Parts::read(sealed, SEALED_BYTES_MAX).map(|parts| parts.owners)
}

/// Sealed bytes, taken apart but not yet believed.
struct Parts<'a> {
    header: &'a [u8],
    owners: Vec<OwnerNumber>, // Rising, without the operator, 1..=OWNERS_PER_TEXT_MAX.
    siv: &'a [u8; SIV_BYTES],
    ciphertext: &'a [u8], // With the tag.
}

impl<'a> Parts<'a> {
    fn read(sealed: &'a [u8], bytes_max: usize) -> Result<Self, OpenError> {
        let (&[format, count], _) = sealed.split_first_chunk::<2>().ok_or(OpenError::Damaged)?;
        match format {
            FORMAT => {}
            newer if newer > FORMAT => return Err(OpenError::NewerFormat { format }),
            _ => return Err(OpenError::Damaged),
        }
        let count = usize::from(count);
        if !(1..=OWNERS_PER_TEXT_MAX).contains(&count) || sealed.len() > bytes_max {
            return Err(OpenError::Damaged);
        }
        let (header, rest) = sealed.split_at_checked(2 + count * OWNER_BYTES).ok_or(OpenError::Damaged)?;
        let (siv, ciphertext) = rest.split_first_chunk::<SIV_BYTES>().ok_or(OpenError::Damaged)?;
        let (numbers, _) = header.split_at(2).1.as_chunks::<OWNER_BYTES>();
        let owners: Vec<_> =
            numbers.iter().map(|bytes| OwnerNumber::new(u32::from_le_bytes(*bytes))).collect();
        let rising = owners.is_sorted_by(|one, next| one < next);
        if !rising || owners.first() == Some(&OwnerNumber::OPERATOR) || ciphertext.len() < TAG_BYTES {
            return Err(OpenError::Damaged);
        }
        Ok(Self { header, owners, siv, ciphertext })
    }
}

/// The root of all keys of one text, and what the text is bound to.
struct Sealer {
    root: hkdf::Prk,
    context: Vec<u8>,
}

impl Sealer {
    fn new(
        keyring: &Keyring,
        owners: &[OwnerNumber],
        header: &[u8],
        key: &RequestKey,
        place: Place,
    ) -> Result<Self, KeyError> {
        let mut context = header.to_vec();
        context.extend(key.scope.get().to_le_bytes());
        context.extend(key.id.bytes());
        context.extend(place.bytes());
        Ok(Self { root: root(keyring, owners)?, context })
    }

    fn siv(&self, plain: &[u8]) -> Result<[u8; SIV_BYTES], Unspecified> {
        let mac_key = hmac::Key::from(self.root.expand(&[MAC_LABEL], hmac::HMAC_SHA256)?);
        let mut mac = hmac::Context::with_key(&mac_key);
        mac.update(&self.context); // Tells its own length: it begins with the number of owners.
        mac.update(plain);
        mac.sign().as_ref().first_chunk().copied().ok_or(Unspecified)
    }

    fn cipher(&self, siv: &[u8; SIV_BYTES]) -> Result<(LessSafeKey, Nonce), Unspecified> {
        let key = UnboundKey::from(self.root.expand(&[KEY_LABEL, &self.context, siv], &AES_256_GCM)?);
        let mut nonce = [0; NONCE_LEN];
        self.root.expand(&[NONCE_LABEL, &self.context, siv], NonceLength)?.fill(&mut nonce)?;
        Ok((LessSafeKey::new(key), Nonce::assume_unique_for_key(nonce)))
    }
}

struct NonceLength;

impl hkdf::KeyType for NonceLength {
    fn len(&self) -> usize {
        NONCE_LEN
    }
}

/// HKDF over all owners' keys in rising order of their numbers. An erased key is said before a
/// missing or damaged one, because it is the answer that stays.
fn root(keyring: &Keyring, owners: &[OwnerNumber]) -> Result<hkdf::Prk, KeyError> {
    let mut keys = Secret::<{ OWNERS_PER_TEXT_MAX * KEY_BYTES }>::zeroed();
    let mut missing = None;
    for (owner, place) in owners.iter().zip(keys.bytes_mut().as_chunks_mut::<KEY_BYTES>().0) {
        match keyring.key(*owner) {
            Ok(key) => place.copy_from_slice(key.bytes()),
            Err(erased @ KeyError::Erased { .. }) => return Err(erased),
            Err(other) => missing = missing.or(Some(other)),
        }
    }
    match missing {
        Some(error) => Err(error),
        None => {
            let (used, _) = keys.bytes().split_at(owners.len().min(OWNERS_PER_TEXT_MAX) * KEY_BYTES);
            Ok(hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(used))
        }
    }
}

//! Text and the keys it is sealed under: what people wrote, readable only as long as they allow it.
//!
//! Owns the file `keyring` and the bytes of a sealed text. Refuses to know entries, the journal, who
//! may read what, and what a text means. Imports `domain` only.
//!
//! Invariants:
//! - One text, one request, one [`Place`] in its entry, one owner list: one sealed form, for ever (an
//!   honest retry is the same entry).
//! - Sealed bytes open only for the request and the place they were sealed for, under the keys of *all*
//!   owners they name. With one key gone the text is gone from the journal, every follower and every
//!   backup, and every hash still verifies, because hashes cover the sealed bytes.
//! - A key is durable before first use; erased stays erased; damage is said and never mended with a
//!   new key; after a failed write the keyring refuses everything until it is opened again.
//! - Erasure order: erasure entry durable, slot overwritten and synced, position noted. Each step may
//!   be lost in a crash; [`Keyring::apply_erasures`] at the next start does it again.
//!
//! Limits: 1,024 bytes and eight owners a text ([`TEXT_BYTES_MAX`], [`OWNERS_PER_TEXT_MAX`]), 4,000 bytes
//! where a capability brings bytes of its own ([`WORDS_BYTES_MAX`]), owner numbers up to
//! [`OWNER_NUMBER_MAX`].
//!
//! Protects against: somebody who has the journal, a follower or their backups, but no keyring; after
//! an erasure, somebody who has the journal and the keyring as it is now; moving sealed bytes to
//! another entry or to another place in theirs; changed bytes.
//!
//! Does not protect against: somebody who has the journal and a keyring, or an older copy of it that
//! still has the key; whoever controls the running machine (memory, swap, core dumps); what shows
//! without a key: owner numbers, times, the length of a text; somebody who can write the keyring
//! (its checksums find accidents, not forgery). A slot wholly overwritten with zeros, or cut off with
//! the end of the file, reads as "no key was made".
//!
//! What overwriting can promise: the bytes are gone from the file as this system shows it, and from
//! the place on disk where the file system writes in place (ext4, XFS without reflinks). Not gone:
//! old blocks of a copy-on-write file system or a snapshot (btrfs, ZFS, a virtual disk), cells a
//! flash drive has moved away from, and copies of the file. So: keep the keyring on an encrypted
//! disk, exclude it from snapshots, and back it up by itself with a retention as short as the
//! erasure promise (the key is gone for good when the last copy that holds it is).

mod error;
mod keyring;
mod layout;
mod mac;
mod sealed;
mod text;
mod words;

#[cfg(test)]
mod keyring_tests;
#[cfg(test)]
mod sealed_tests;

pub use error::{KeyError, KeyringError, OpenError, SealError};
pub use keyring::Keyring;
pub use layout::{Key, OWNER_NUMBER_MAX};
pub use mac::mac_key;
pub use sealed::{
    OWNERS_PER_TEXT_MAX, Place, SEALED_BYTES_MAX, SealedText, open, open_words, owners_of, seal, seal_words,
    sealed_length,
};
pub use text::{TEXT_BYTES_MAX, TEXT_ENCODED_BYTES_MAX, Text, TextDecodeError, TextTooLong};
pub use words::{WORDS_BYTES_MAX, Words, WordsTooLong};

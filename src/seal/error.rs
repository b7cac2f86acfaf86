//! Why text or a key is not to be had. Sentences for operators; members read none of these.

use std::io;

use super::OWNER_NUMBER_MAX;
use super::sealed::OWNERS_PER_TEXT_MAX;
use super::text::TextTooLong;
use crate::domain::{OwnerNumber, Sequence};

/// Why the keyring as a whole cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The operating system refused.
    #[error("keyring: could not {action}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What it said.
        source: io::Error,
    },
    /// A write or a sync failed earlier; what is on disk is unknown.
    #[error("keyring: stopped after a failed write; restart to read again what is on disk")]
    Stopped,
    /// Written by a later Hourbook; nothing was changed.
    #[error("keyring: format {format} is newer than this program; start the newer program instead")]
    NewerFormat {
        /// The format found.
        format: u32,
    },
    /// Both header copies are unreadable; nothing was changed.
    #[error(
        "keyring: both header copies are damaged or this is no keyring; put the keyring back from its own \
         backup, and the erasures in the journal will be applied to it"
    )]
    DamagedHeader,
    /// The journal names an erasure of a number that cannot have a key; nothing was changed.
    #[error("keyring: entry {sequence} erases owner {owner}, a number that can have no key")]
    ErasureOfNobody {
        /// The erasure entry.
        sequence: Sequence,
        /// Whom it names.
        owner: OwnerNumber,
    },
}

/// Why there is no key for an owner.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No key was ever made.
    #[error("owner {owner} has no key")]
    NoKey {
        /// Whose.
        owner: OwnerNumber,
    },
    /// The key was erased, for ever.
    #[error("the key of owner {owner} is erased")]
    Erased {
        /// Whose.
        owner: OwnerNumber,
    },
    /// The slot is not what was written. The key may still be in a backup of the keyring.
    #[error("the key of owner {owner} is damaged; put the keyring back from its own backup")]
    Damaged {
        /// Whose.
        owner: OwnerNumber,
    },
    /// 0 (the local operator) or above [`OWNER_NUMBER_MAX`]: no slot.
    #[error("owner {owner} can have no key: numbers run from 1 to {}", OWNER_NUMBER_MAX)]
    NumberOutOfRange {
        /// Which number.
        owner: OwnerNumber,
    },
    /// The system gave no random bytes; nothing was changed.
    #[error("no random bytes for the key of owner {owner}")]
    NoRandomness {
        /// Whose.
        owner: OwnerNumber,
    },
    /// The crypto library failed, which these lengths give it no reason for.
    #[error("deriving a key failed in the crypto library")]
    Crypto,
    /// Not about this owner.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
}

/// Why a text was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Too much text.
    #[error(transparent)]
    TooLong(#[from] TextTooLong),
    /// Nobody was named; text about nobody is sealed under its bank.
    #[error("a text is sealed under at least one owner: its bank, if it concerns no person")]
    NoOwner,
    /// More than [`OWNERS_PER_TEXT_MAX`].
    #[error("a text can concern {OWNERS_PER_TEXT_MAX} owners, not {count}; name the organisation or bank")]
    TooManyOwners {
        /// How many different ones were named.
        count: usize,
    },
    /// An owner has no key to seal under.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The crypto library failed, which these lengths give it no reason for.
    #[error("sealing failed in the crypto library")]
    Crypto,
}

/// Why sealed bytes do not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The text is gone for ever, as it should be. Said before any other reason about keys.
    #[error("the text is gone: the key of owner {owner} is erased")]
    Erased {
        /// Whose key.
        owner: OwnerNumber,
    },
    /// The keyring does not know this owner: it is too old or too new for this journal.
    #[error("owner {owner} has no key")]
    NoKey {
        /// Whose key.
        owner: OwnerNumber,
    },
    /// The keyring is damaged at this owner.
    #[error("the key of owner {owner} is damaged; put the keyring back from its own backup")]
    KeyDamaged {
        /// Whose key.
        owner: OwnerNumber,
    },
    /// Not bytes that were sealed for this place of this request under these keys.
    #[error("the sealed text is damaged, belongs elsewhere, or was sealed under other keys")]
    Damaged,
    /// Written by a later Hourbook.
    #[error("sealed text of format {format} is newer than this program")]
    NewerFormat {
        /// The format found.
        format: u8,
    },
    /// The keyring cannot be used.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The crypto library failed, which these lengths give it no reason for.
    #[error("opening failed in the crypto library")]
    Crypto,
}

impl From<KeyError> for OpenError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Erased { owner } => Self::Erased { owner },
            KeyError::NoKey { owner }
            | KeyError::NumberOutOfRange { owner }
            | KeyError::NoRandomness { owner } => Self::NoKey { owner },
            KeyError::Damaged { owner } => Self::KeyDamaged { owner },
            KeyError::Crypto => Self::Crypto,
            KeyError::Keyring(error) => Self::Keyring(error),
        }
    }
}

//! What can go wrong with the books, in the words the ledger decides by.

use std::io;

use crate::domain::Sequence;

/// Why the journal did not take a batch, or could not be acquired.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Somebody acquired the journal later. Nothing was written.
    #[error("epoch {held} may not write any more: the journal is at epoch {current}")]
    Fenced {
        /// The epoch the caller came with.
        held: u64,
        /// The epoch of the journal.
        current: u64,
    },
    /// The books do not end where the caller believes. Nothing was written.
    #[error("the books end at {actual}, not at {expected} as the writer expected, or with another hash")]
    Conflict {
        /// Where the caller's tip says the books end.
        expected: Sequence,
        /// Where they do end.
        actual: Sequence,
    },
    /// Surely not written.
    #[error("nothing was written: {cause}")]
    NotApplied {
        /// Why.
        #[source]
        cause: Cause,
    },
    /// May or may not be there. `acquire` at the next start decides, by the tip it returns.
    #[error("it is not known whether the batch was written: {cause}")]
    Unknown {
        /// Why.
        #[source]
        cause: Cause,
    },
}

/// The reason behind a journal error.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// Reading what is there failed or found damage.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The machine could not.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the machine said.
        #[source]
        source: io::Error,
    },
    /// The batch cannot be written by anybody: empty, or not made of consecutive records.
    #[error("the batch cannot be written: {0}")]
    Unusable(&'static str),
    /// `append` before `acquire`.
    #[error("the journal was not acquired")]
    NotAcquired,
    /// An earlier append failed; this one did not touch the store.
    #[error("an earlier append failed; nothing is accepted until the journal is opened again")]
    Poisoned,
    /// A test asked for it.
    #[error("a fault a test asked for")]
    Injected,
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store is not what was written. The volume is named so that it can be restored alone.
    #[error("volume {volume:06} is damaged: {what}")]
    Damaged {
        /// The volume; 0 where the journal has no volumes or the fault lies beside them.
        volume: u32,
        /// What was found.
        what: String,
    },
    /// The machine could not read it.
    #[error("volume {volume:06}: {doing}: {source}")]
    Io {
        /// The volume; 0 where the journal has no volumes or the fault lies beside them.
        volume: u32,
        /// What was being done.
        doing: String,
        /// What the machine said.
        #[source]
        source: io::Error,
    },
}

impl ReadError {
    pub(crate) fn damaged(volume: u32, what: impl Into<String>) -> Self {
        Self::Damaged { volume, what: what.into() }
    }

    pub(crate) fn io(volume: u32, doing: impl Into<String>, source: io::Error) -> Self {
        Self::Io { volume, doing: doing.into(), source }
    }
}

impl From<ReadError> for JournalError {
    /// Only for what happens before the first byte of a batch is written.
    fn from(error: ReadError) -> Self {
        Self::NotApplied { cause: Cause::Read(error) }
    }
}

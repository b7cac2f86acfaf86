//! The journal: the books themselves, in batches, nothing lost.
//!
//! Owns how a batch of records becomes durable and how it is read back. A record is opaque bytes
//! here: this folder knows no accounts and no rules; only `codec` knows what an entry says.
//!
//! - I3 dense: a batch is written at exactly the position that is expected, or not at all.
//! - I4 durable: `append` returns when the batch survives a power cut.
//! - I5 visible: readers see only what `append` has returned for.
//! - I7 chained: the hash of a batch covers its bytes and the hash of the batch before.
//! - After one failed append nothing is accepted until the journal is opened again.
//!
//! | to find | look in |
//! |---|---|
//! | what a batch is made of, byte by byte | `layout.rs`, `seal.rs` |
//! | building one, reading one | `batch.rs`, `stored.rs` |
//! | the row of sled databases | `volumes/` |
//! | the journal tests run on, with faults | `memory/` |
//! | who owns a data directory | `directory.rs`; replacing a file so that a crash leaves old or new: `files.rs` |
//! | what every journal must do | `conformance/` |

use std::sync::Arc;

use crate::domain::{Sequence, Timestamp};

mod batch;
pub mod codec;
#[cfg(test)]
mod conformance;
mod directory;
mod errors;
pub(crate) mod files;
mod layout;
mod memory;
mod seal;
mod stored;
mod volumes;

pub use batch::{Batch, TooLarge};
pub use directory::{DataDirectory, DirectoryError, free_bytes};
pub use errors::{Cause, JournalError, ReadError};
pub use layout::{BATCH_BYTES_MAX, RECORD_BYTES_MAX, VALUE_BYTES_MAX, VALUE_BYTES_TARGET};
// Public because tests of everybody who uses a journal need one that fails when told to.
pub use memory::{Fault, MemoryJournal};
pub use seal::BatchSeal;
pub use stored::{Page, StoredBatch, StoredRecord};
pub use volumes::{SledJournal, Sync, VOLUME_BYTES_MAX, VOLUMES_OPEN_MAX, VolumesOptions};

/// SHA-256.
pub type Hash = [u8; 32];

/// The hash before the first batch.
pub const GENESIS: Hash = [0; 32];

/// Where the books end, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Whose turn it is to write; a higher one shuts out all lower ones for ever.
    pub epoch: u64,
    /// The last durable entry; `Sequence::ZERO` while the books are empty.
    pub position: Sequence,
    /// Hash of the last batch; `GENESIS` while the books are empty.
    pub hash: Hash,
}

impl Tip {
    /// The tip of books nobody has written in yet.
    pub const EMPTY: Self = Self { epoch: 0, position: Sequence::ZERO, hash: GENESIS };
}

/// The one writer's side of the journal. Blocking: it lives on a thread of its own.
///
/// Why not async: sled's asynchronous flush deadlocks, and one thread waits for one disk anyway.
pub trait Journal: Send {
    /// Makes the caller the only writer and says where the books end.
    ///
    /// After it returns, no older epoch can ever append, and an unsealed tail is gone for good.
    /// Must be called once before the first `append`.
    fn acquire(&mut self) -> Result<Tip, JournalError>;

    /// Writes `batch` after exactly `tip`, all or nothing, durable when it returns.
    ///
    /// I3, I4, I7. Any error but `Fenced` and `Conflict` ends this journal's life as a writer:
    /// every later `append` is refused until the books are opened again.
    fn append(&mut self, tip: &Tip, batch: &Batch) -> Result<Tip, JournalError>;

    /// A reader of the same books; any number, on any thread, for as long as the journal lives.
    fn reader(&self) -> Arc<dyn JournalReader>;
}

/// Reads what is durable. I5: nothing past the last acknowledged batch is ever returned.
pub trait JournalReader: Send + std::marker::Sync {
    /// The last acknowledged position; `Tip::EMPTY` until the journal was acquired.
    fn tip(&self) -> Tip;

    /// Whole batches in order, starting with the one that holds `from` (which may begin before it).
    ///
    /// Stops at the first batch that brings the number of entries to `entries_max` or more, so at
    /// least one batch comes back; none when `from` is past the tip. Dense and prefix-stable: what
    /// was read once is read the same way for ever. Checksums are checked; the chain is not, as
    /// that needs the batch before: see [`StoredBatch::hash_after`].
    fn read(&self, from: Sequence, entries_max: usize) -> Result<Vec<StoredBatch>, ReadError>;

    /// The record of one entry, or nothing when it is not (yet) in the books.
    fn record(&self, sequence: Sequence) -> Result<Option<Record>, ReadError>;

    /// Whether no value has been put where nothing would sync it. Cheap: it looks at names only.
    fn all_in_place(&self) -> Result<bool, ReadError>;

    /// Checks what only the store itself can see, naming the volume where something is wrong.
    fn inspect(&self, progress: &mut dyn FnMut(InspectProgress)) -> Result<Inspection, ReadError>;
}

/// One record of the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its position.
    pub sequence: Sequence,
    /// When its batch was written down.
    pub recorded_at: Timestamp,
    /// What was pushed.
    pub bytes: Vec<u8>,
}

/// How far an inspection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InspectProgress {
    /// The volume that was just checked.
    pub volume: u32,
    /// How many there are to check.
    pub volumes: u32,
    /// Bytes of files read so far, over all volumes.
    pub bytes_read: u64,
}

/// What an inspection looked at. That it came back at all says nothing was found wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Volumes whose files were compared byte for byte with their sealed digest.
    pub volumes_sealed: u32,
    /// Volumes without a digest yet: the one being written and those waiting to be sealed. Their
    /// values were walked and their batches checked instead.
    pub volumes_open: u32,
    /// Batches walked in volumes without a digest.
    pub batches_walked: u64,
    /// Bytes of files read.
    pub bytes_read: u64,
    /// The last position of the books when the inspection began.
    pub through: Sequence,
}

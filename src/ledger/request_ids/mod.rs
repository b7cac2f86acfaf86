//! Request ids: an accepted id has one effect for ever (I6); a refusal is remembered for a while.
//!
//! Accepted ids point to their entry, which is the stored answer. The newest are in the poster's memory
//! ([`Recent`]), older ones in sorted runs on disk ([`Runs`]), derived from the journal by one background
//! thread ([`Keeper`]) and written again from it when they are missing or damaged.
//!
//! Why no id slips through between the two (I6):
//!
//! 1. Runs cover every entry from 1 through some S, without a gap; which runs these are only changes
//!    from one set with this property to another. A look-up in such a set finds the id of every entry
//!    through S: filters never deny an id that is there, and a page that cannot be read is an error,
//!    never "not there".
//! 2. The poster knows every id of every entry after some K, up to the one it decided last.
//! 3. Whoever submits looks first and says the S that was looked through. If `S >= K`, an id of any entry
//!    whatever is at or before S, and was found, or after K, and the poster knows it. If `S < K` the
//!    poster does not decide: the caller looks again.
//! 4. What was found cannot go stale: entries are immutable, and runs hold entries of the journal, which
//!    are durable and thus visible (I5).
//! 5. The poster raises K only to what runs covered before everything in the queue was put there
//!    ([`Settled`]), less the length of two runs, so that `S < K` needs a caller who slept between looking
//!    and submitting while more than that was written.
//! 6. At the start K is what believed runs cover. Believed are those that the journal's own batch hash
//!    vouches for, so that runs of other books, or of books that were put back older, count for nothing.
//!    What believed runs leave out is written again before the books open.
//! 7. Should a run turn out damaged while the books are open, S falls to where it began, below K: nothing
//!    is decided, and callers hear "busy", until it has been written again.
//!
//! Nothing depends on the clock inside an id. Ids of version 7 are in order of time, so that a new one
//! lies beyond what older runs hold, and their filters are not asked.
//!
//! Memory per historic entry: 1.5 bytes of filter and less than 0.2 of fences. On disk: about 19 bytes
//! for ids in no order, fewer for version 7; twice that while runs are merged. The number of runs grows with the logarithm of history.
//!
//! A refusal uses up no id. It is remembered for ten minutes of ledger time, so that copies of one
//! request in flight hear one answer; then, or if the copy says something else, it is decided again.
//! A refused sale is decided again at once (`Scope::remembers_refusals`).

mod build;
mod filter;
mod folder;
mod footer;
mod hash;
mod keeper;
mod lines;
mod merge;
mod page;
mod recent;
mod refusals;
mod run;
mod runs;
mod settled;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use hash::Seed;
pub use keeper::Keeper;
pub use merge::GoOn;
pub use recent::Recent;
pub use refusals::Refusals;
pub use run::Unreadable;
pub use runs::{RunSet, Runs};
pub use settled::Settled;

use super::recovery::RecoveryError;

/// Why runs could not be written.
#[derive(Debug, thiserror::Error)]
pub enum IdsError {
    /// The journal could not be read.
    #[error(transparent)]
    Journal(Box<RecoveryError>),
    /// The machine could not.
    #[error("request ids: {what}: {source}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// What the machine said.
        source: std::io::Error,
    },
    /// A run that was to be merged is damaged; it is written again from the journal.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl From<RecoveryError> for IdsError {
    fn from(error: RecoveryError) -> Self {
        Self::Journal(Box::new(error))
    }
}

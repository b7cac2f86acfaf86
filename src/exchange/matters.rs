//! What is open between people: disputes nobody has settled, and what waits for a second person.
//!
//! Folded from the books, and read on whenever it is asked. Whoever ends one keeps the fold to themselves until
//! that is on disk, so that it ends once. A start begins with an excerpt of the books (`derived/matters`): what was open
//! when it was written, and what was said since; what ended does not stay in it.
//!
//! Limits: [`OPEN_MAX`] open matters in the network, and as many more as are being written at that moment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::asked::without_fingerprint;
use super::propose::Proposal;
use super::waiting::{Waiting, Waits};
use crate::domain::{Action, BankNumber, Entry, OwnerNumber, Refusal, Sequence, Timestamp, Topic};
use crate::journal::JournalReader;
use crate::ledger::Ledger;
use crate::ledger::excerpt::{Choice, Excerpt};
use crate::ledger::recovery::RecoveryError;

/// Open matters that are kept at once.
pub const OPEN_MAX: usize = 100_000;
/// What is read of the books.
const CHOICE: Choice = Choice { name: "matters", forms: &[], topics: &[Topic::PROPOSAL, Topic::WAITING] };
/// The excerpt says anew how far it goes after so many entries without anything for it.
const REMEMBERED_EVERY: u64 = 100_000;

/// A dispute that nobody has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// The proposal.
    pub proposal: Sequence,
    /// The entry that disputes it.
    pub entry: Sequence,
    /// Who disputed it.
    pub by: OwnerNumber,
    /// When.
    pub recorded_at: Timestamp,
}

/// What is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matters {
    disputes: BTreeMap<Sequence, Dispute>,
    waiting: BTreeMap<Sequence, Waiting>,
}

impl Matters {
    /// The dispute about `proposal`, if it is open.
    #[must_use]
    pub fn dispute(&self, proposal: Sequence) -> Option<&Dispute> {
        self.disputes.get(&proposal)
    }

    /// What waits under `number`.
    #[must_use]
    pub fn waiting(&self, number: Sequence) -> Option<&Waiting> {
        self.waiting.get(&number)
    }

    /// All disputes after this one, oldest first.
    pub fn disputes_after(&self, after: Sequence) -> impl Iterator<Item = &Dispute> {
        self.disputes.range(after.next()..).map(|(_, dispute)| dispute)
    }

    /// All that waits in `bank` after this number, oldest first.
    pub fn waiting_after(&self, bank: BankNumber, after: Sequence) -> impl Iterator<Item = &Waiting> {
        self.waiting.range(after.next()..).map(|(_, one)| one).filter(move |one| one.bank == bank)
    }

    /// Whether one more may be open.
    ///
    /// # Errors
    /// [`Refusal::BooksFull`].
    pub fn check_room(&self) -> Result<(), Refusal> {
        if self.disputes.len().saturating_add(self.waiting.len()) < OPEN_MAX {
            return Ok(());
        }
        let most = u64::try_from(OPEN_MAX).unwrap_or(u64::MAX);
        Err(Refusal::BooksFull { what: "open matters", most })
    }

    fn apply(&mut self, entry: &Entry) -> Result<(), RecoveryError> {
        match Proposal::beside(entry) {
            Some(Proposal::Disputed) => self.disputed(entry),
            Some(Proposal::Settled(proposal)) => drop(self.disputes.remove(&proposal)),
            Some(Proposal::Said(..)) | None => {}
        }
        let beside = entry.command.attachment.as_deref().filter(|one| one.topic == Topic::WAITING);
        if let Some(attachment) = beside {
            self.said(entry, BankNumber::default(), without_fingerprint(&attachment.body))?;
        }
        let Action::Note(note) = &entry.command.action else { return Ok(()) };
        match note.topic {
            Topic::PROPOSAL => {
                if let Some(Proposal::Settled(proposal)) = Proposal::decode(without_fingerprint(&note.body)) {
                    self.disputes.remove(&proposal);
                }
            }
            Topic::WAITING => {
                let bank = u32::try_from(note.subject).map_or(BankNumber::default(), BankNumber::new);
                self.said(entry, bank, without_fingerprint(&note.body))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn disputed(&mut self, entry: &Entry) {
        if let Action::Void(proposal) = entry.command.action {
            let (number, by, recorded_at) = (entry.sequence, entry.command.actor, entry.recorded_at);
            self.disputes.insert(proposal, Dispute { proposal, entry: number, by, recorded_at });
        }
    }

    fn said(&mut self, entry: &Entry, bank: BankNumber, body: &[u8]) -> Result<(), RecoveryError> {
        let unread = |source| RecoveryError::Entry { sequence: entry.sequence, source };
        match Waits::decode(body).map_err(unread)? {
            Some(Waits::For(why, command)) => {
                let (number, by, recorded_at) = (entry.sequence, entry.command.actor, entry.recorded_at);
                self.waiting.insert(number, Waiting { number, bank, by, recorded_at, why, command });
            }
            Some(Waits::Ended(number)) => drop(self.waiting.remove(&number)),
            None => {}
        }
        Ok(())
    }

    /// The entries that say what is open.
    fn entries(&self) -> BTreeSet<Sequence> {
        let disputes = self.disputes.values().map(|dispute| dispute.entry);
        disputes.chain(self.waiting.keys().copied()).collect()
    }
}

/// Keeps what is open.
pub struct OpenMatters {
    reader: Arc<dyn JournalReader>,
    matters: Mutex<Matters>,
    /// Locked after `matters`.
    excerpt: Mutex<Excerpt>,
}

impl OpenMatters {
    /// Of the books that `reader` reads, as far as can be from the excerpt in `file`; what follows is read when it is
    /// asked first.
    #[must_use]
    pub fn open(reader: Arc<dyn JournalReader>, file: PathBuf) -> Self {
        let (excerpt, matters) = Excerpt::open(CHOICE, file, &*reader, Matters::apply);
        Self { reader, matters: Mutex::new(matters), excerpt: Mutex::new(excerpt) }
    }

    /// What is open now; nobody else ends anything as long as it is kept.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal cannot be read.
    pub fn now(&self, ledger: &Ledger) -> Result<MutexGuard<'_, Matters>, RecoveryError> {
        let mut matters = self.matters();
        self.read_on(&mut matters, ledger.position())?;
        Ok(matters)
    }

    /// Writes what is open into the excerpt, if much has changed, or how far it goes if that is much further now.
    /// Blocking, and whoever asks what is open waits. That it could not be done only makes the next start longer.
    pub fn remember(&self, ledger: &Ledger) {
        self.remember_through(ledger.position(), REMEMBERED_EVERY);
    }

    fn remember_through(&self, position: Sequence, every: u64) {
        let mut matters = self.matters();
        let behind = position.get().saturating_sub(self.excerpt().seen().get());
        if behind >= every && self.read_on(&mut matters, position).is_err() {
            return;
        }
        let open = Vec::from_iter(matters.entries());
        self.excerpt().keep_only(&*self.reader, every, &open);
    }

    fn read_on(&self, matters: &mut Matters, position: Sequence) -> Result<(), RecoveryError> {
        self.excerpt().read_on(&*self.reader, position, |entry| matters.apply(entry))
    }

    fn matters(&self) -> MutexGuard<'_, Matters> {
        self.matters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn excerpt(&self) -> MutexGuard<'_, Excerpt> {
        self.excerpt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenMatters {
    /// The next start is quick.
    fn drop(&mut self) {
        self.remember_through(self.reader.tip().position, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: no more may be open than are kept, and one that ends makes room. Method: all places taken, one given back.
    #[test]
    fn open_matters_are_bounded() {
        let mut matters = Matters::default();
        let recorded_at = Timestamp::from_micros(0);
        for number in 1..=u64::try_from(OPEN_MAX).unwrap() {
            assert_eq!(matters.check_room(), Ok(()), "{number}");
            let proposal = Sequence::new(number);
            let by = OwnerNumber::new(1);
            matters.disputes.insert(proposal, Dispute { proposal, entry: proposal, by, recorded_at });
        }
        assert_eq!(matters.check_room(), Err(Refusal::BooksFull { what: "open matters", most: 100_000 }));
        matters.disputes.pop_first();
        assert_eq!(matters.check_room(), Ok(()));
    }
}

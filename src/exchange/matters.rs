//! What is open between people: disputes nobody has settled, and what waits for a second person.
//!
//! Folded from the journal, and read on whenever it is asked. Whoever ends one keeps the fold to themselves until
//! that is on disk, so that it ends once.
//!
//! Limits: [`OPEN_MAX`] open matters in the network, and as many more as are being written at that moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::asked::without_fingerprint;
use super::propose::Proposal;
use super::waiting::{Waiting, Waits};
use crate::domain::{Action, BankNumber, Entry, OwnerNumber, Refusal, Sequence, Timestamp, Topic};
use crate::journal::JournalReader;
use crate::ledger::Ledger;
use crate::ledger::recovery::{self, RecoveryError};

/// Open matters that are kept at once.
pub const OPEN_MAX: usize = 100_000;

/// A dispute that nobody has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// The proposal.
    pub proposal: Sequence,
    /// Who disputed it.
    pub by: OwnerNumber,
    /// When.
    pub recorded_at: Timestamp,
}

/// What is open, through one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matters {
    position: Sequence,
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
            let (by, recorded_at) = (entry.command.actor, entry.recorded_at);
            self.disputes.insert(proposal, Dispute { proposal, by, recorded_at });
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

    fn read_on(&mut self, reader: &dyn JournalReader, position: Sequence) -> Result<(), RecoveryError> {
        recovery::each_record(reader, self.position.next(), position, |record| {
            if let Some(entry) = recovery::decode_unless_plain(&record)? {
                self.apply(&entry)?;
            }
            self.position = record.sequence;
            Ok(())
        })
    }
}

/// Keeps what is open.
pub struct OpenMatters {
    reader: Arc<dyn JournalReader>,
    matters: Mutex<Matters>,
}

impl OpenMatters {
    /// Of the books that `reader` reads; read when it is asked first.
    #[must_use]
    pub fn new(reader: Arc<dyn JournalReader>) -> Self {
        Self { reader, matters: Mutex::default() }
    }

    /// What is open now; nobody else ends anything as long as it is kept.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal cannot be read.
    pub fn now(&self, ledger: &Ledger) -> Result<MutexGuard<'_, Matters>, RecoveryError> {
        let mut matters = self.matters.lock().unwrap_or_else(PoisonError::into_inner);
        matters.read_on(&*self.reader, ledger.position())?;
        Ok(matters)
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
            matters.disputes.insert(proposal, Dispute { proposal, by: OwnerNumber::new(1), recorded_at });
        }
        assert_eq!(matters.check_room(), Err(Refusal::BooksFull { what: "open matters", most: 100_000 }));
        matters.disputes.pop_first();
        assert_eq!(matters.check_room(), Ok(()));
    }
}

//! What is open between people: what a broker has to settle, and what waits for a second person.
//!
//! A broker settles what two remember differently, and what somebody was asked to confirm and did not answer, where it
//! would have taken hours of theirs.
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
use super::claimed_lines::ClaimedLines;
use super::propose::Proposal;
use super::waiting::{Waiting, Waits};
use crate::domain::{
    Acting, Action, AtDeadline, BankNumber, Entry, Form, OwnerNumber, Refusal, Sequence, Timestamp, Topic,
};
use crate::journal::JournalReader;
use crate::ledger::Ledger;
use crate::ledger::excerpt::{Choice, Excerpt};
use crate::ledger::recovery::RecoveryError;

/// Open matters that are kept at once.
pub const OPEN_MAX: usize = 100_000;
/// What is read of the books.
const CHOICE: Choice = Choice {
    name: "matters",
    forms: &[Form::Expire],
    topics: &[Topic::PROPOSAL, Topic::WAITING, Topic::CLAIM],
};
/// Proposals are looked through for those that were answered once there are twice as many as the last time, and so many.
const LOOKED_THROUGH_MIN: usize = 1_000;
/// The excerpt says anew how far it goes after so many entries without anything for it.
const REMEMBERED_EVERY: u64 = 100_000;

/// Why a broker has to settle a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhyUnsettled {
    /// Two remember it differently.
    Disputed,
    /// Nobody answered, and silence takes no hours.
    Unanswered,
}

/// A proposal that nobody has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The proposal.
    pub proposal: Sequence,
    /// Why.
    pub why: WhyUnsettled,
    /// The entry that disputes it, or let it go.
    pub entry: Sequence,
    /// Who disputed it, or said it and heard no answer.
    pub by: OwnerNumber,
    /// When.
    pub recorded_at: Timestamp,
}

impl Unsettled {
    /// Who disputed it, or said it, and when.
    #[must_use]
    pub const fn said(&self) -> Acting {
        Acting { who: self.by, at: self.recorded_at }
    }
}

/// What is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matters {
    unsettled: BTreeMap<Sequence, Unsettled>,
    waiting: BTreeMap<Sequence, Waiting>,
    /// Proposals whose hours are let go if nobody answers, and who said them. Some were answered meanwhile.
    said: BTreeMap<Sequence, OwnerNumber>,
    /// Those of them that were open no more when they were looked through last.
    answered: BTreeSet<Sequence>,
    /// As many were left then.
    left: usize,
}

impl Matters {
    /// Why a broker has to settle `proposal`, if that is so.
    #[must_use]
    pub fn unsettled(&self, proposal: Sequence) -> Option<&Unsettled> {
        self.unsettled.get(&proposal)
    }

    /// What waits under `number`.
    #[must_use]
    pub fn waiting(&self, number: Sequence) -> Option<&Waiting> {
        self.waiting.get(&number)
    }

    /// All proposals to settle after this one, oldest first.
    pub fn unsettled_after(&self, after: Sequence) -> impl Iterator<Item = &Unsettled> {
        self.unsettled.range(after.next()..).map(|(_, one)| one)
    }

    /// All that waits in `bank` after this number, oldest first.
    pub fn waiting_after(&self, bank: BankNumber, after: Sequence) -> impl Iterator<Item = &Waiting> {
        self.waiting.range(after.next()..).map(|(_, one)| one).filter(move |one| one.bank == bank)
    }

    /// All that waits, in all banks.
    pub fn all_waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.values()
    }

    /// Whether one more may be open.
    ///
    /// # Errors
    /// [`Refusal::BooksFull`].
    pub fn check_room(&self) -> Result<(), Refusal> {
        if self.unsettled.len().saturating_add(self.waiting.len()) < OPEN_MAX {
            return Ok(());
        }
        let most = u64::try_from(OPEN_MAX).unwrap_or(u64::MAX);
        Err(Refusal::BooksFull { what: "open matters", most })
    }

    fn apply(&mut self, entry: &Entry) -> Result<(), RecoveryError> {
        match Proposal::beside(entry) {
            Some(Proposal::Disputed) => self.disputed(entry),
            Some(Proposal::Settled(proposal)) => drop(self.unsettled.remove(&proposal)),
            Some(Proposal::Said(said)) => self.proposed(entry, said.by),
            Some(Proposal::Agreed(_)) | None => {}
        }
        if let Action::Expire(proposal) = entry.command.action
            && let Some(by) = self.said.remove(&proposal)
        {
            self.left_to_settle(entry, proposal, WhyUnsettled::Unanswered, by);
        }
        if let Some(waited) = ClaimedLines::beside(entry).and_then(|claimed| claimed.agreed) {
            self.waiting.remove(&waited);
        }
        let beside = entry.command.attachment.as_deref().filter(|one| one.topic == Topic::WAITING);
        if let Some(attachment) = beside {
            self.said(entry, BankNumber::default(), without_fingerprint(&attachment.body))?;
        }
        let Action::Note(note) = &entry.command.action else { return Ok(()) };
        match note.topic {
            Topic::PROPOSAL => {
                if let Some(Proposal::Settled(proposal)) = Proposal::decode(without_fingerprint(&note.body)) {
                    self.unsettled.remove(&proposal);
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
            self.said.remove(&proposal);
            self.left_to_settle(entry, proposal, WhyUnsettled::Disputed, entry.command.actor);
        }
    }

    fn proposed(&mut self, entry: &Entry, by: OwnerNumber) {
        if let Action::Hold(hold) = &entry.command.action
            && hold.at_deadline == AtDeadline::Release
        {
            self.said.insert(entry.sequence, by);
        }
    }

    fn left_to_settle(&mut self, entry: &Entry, proposal: Sequence, why: WhyUnsettled, by: OwnerNumber) {
        let (number, recorded_at) = (entry.sequence, entry.recorded_at);
        self.unsettled.insert(proposal, Unsettled { proposal, why, entry: number, by, recorded_at });
    }

    /// Forgets proposals that were answered, if there may be many. What ended a hold is read a moment after it is
    /// seen to be open no more: one is forgotten the second time that is seen.
    fn look_through(&mut self, is_open: impl Fn(Sequence) -> bool) {
        if self.said.len() < self.left.saturating_mul(2).max(LOOKED_THROUGH_MIN) {
            return;
        }
        let before = std::mem::take(&mut self.answered);
        self.said.retain(|proposal, _| !before.contains(proposal));
        self.answered = self.said.keys().copied().filter(|proposal| !is_open(*proposal)).collect();
        self.left = self.said.len().saturating_sub(self.answered.len());
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

    /// The entries that say what is open: a proposal nobody answered is said by two.
    fn entries(&self) -> BTreeSet<Sequence> {
        let unsettled = self.unsettled.values().flat_map(|one| [one.proposal, one.entry]);
        unsettled.chain(self.waiting.keys().copied()).chain(self.said.keys().copied()).collect()
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
        matters.look_through(|proposal| ledger.views().open_hold(proposal).is_some());
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
            let why = WhyUnsettled::Disputed;
            matters.unsettled.insert(proposal, Unsettled { proposal, why, entry: proposal, by, recorded_at });
        }
        assert_eq!(matters.check_room(), Err(Refusal::BooksFull { what: "open matters", most: 100_000 }));
        matters.unsettled.pop_first();
        assert_eq!(matters.check_room(), Ok(()));
    }
}

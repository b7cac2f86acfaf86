//! The heart of the poster: takes a command, decides it, writes it down, moves the state on.
//!
//! Owns what decisions rest on: the state, the accepted ids, the refusals of late. Knows no queue, no
//! clock, no disk and no caller; what it decides goes into a [`Work`], which somebody else carries on.
//!
//! - I6 first: an id that was accepted or, lately, refused has its answer already.
//! - Whatever is refused changes nothing; whatever is accepted is in the batch, the state and the ids.
//! - The same commands at the same moments give the same books.
//!
//! Nothing is allocated for a plain post in the steady state: buffers and tables have their size by then.

use super::bounds::Bounds;
use super::clock::Unsure;
use super::decide::{Case, ReadAhead, decide_into};
use super::request_ids::Refusals;
pub use super::request_ids::{Recent, Seed};
use super::state::State;
use super::submission::{Added, Decision, Detail, Found, Mode};
pub use super::submission::{Beside, Terms};
pub use super::work::Work;
use crate::domain::{Command, Fact, Outcome, Refusal, RequestKey, Sequence, Timestamp};
use crate::journal::{Batch, TooLarge, codec};

/// Commands whose accounts and ids are fetched ahead together.
pub const FETCHED_AHEAD: usize = 16;

/// What decisions rest on.
#[derive(Debug)]
pub struct Core {
    state: State,
    ids: Recent,
    refusals: Refusals,
    bounds: Bounds,
    record: Vec<u8>,
    /// What the command being decided would add; filled again and again.
    outcome: Outcome,
}

/// What is the same for all commands of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The one moment of the batch, if the clock can be believed.
    pub now: Result<Timestamp, Unsure>,
    /// Whether the disk has room for anything new.
    pub disk: Disk,
}

/// Whether the disk has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// It has.
    Roomy,
    /// Nothing new is accepted.
    Low,
}

impl Core {
    /// A core that goes on from `state`.
    #[must_use]
    pub fn new(state: State, ids: Recent, bounds: Bounds) -> Self {
        let refusals = Refusals::new(bounds.refusals_max);
        Self { state, ids, refusals, bounds, record: Vec::new(), outcome: Outcome::default() }
    }

    /// The books so far, as far as decisions need them.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The entry accepted under an id that is not in runs through `looked`, if there is one.
    #[must_use]
    pub fn find(&self, key: &RequestKey, looked: Sequence) -> Found {
        if looked < self.ids.after() {
            return Found::NotNow; // Ids in between are neither in what was looked at nor here.
        }
        self.ids.get(key).map_or(Found::Nothing, Found::Entry)
    }

    /// Forgets the ids of entries up to `through`: runs know them.
    pub fn forget_ids(&mut self, through: Sequence) {
        self.ids.forget(through);
    }

    /// Looks at everything the next commands will need, so that a million accounts cost one wait for
    /// memory and not one a command. Changes nothing; the sum only keeps the look from being left out.
    pub fn fetch_ahead(&self, commands: &[Command]) {
        let next = || commands.iter().take(FETCHED_AHEAD);
        let sides = next().filter_map(|command| command.action.transfers().first());
        let seen = self.state.touch(sides.flat_map(|transfer| [transfer.debit, transfer.credit]));
        let keys = next().filter_map(|command| command.key.as_ref());
        std::hint::black_box((seen, self.ids.touch(keys)));
    }

    /// Decides one command of a caller.
    ///
    /// # Errors
    /// [`TooLarge`] if the batch had no room for the entry, which is a defect: then state and batch no
    /// longer agree, and nothing may go on from them.
    pub fn decide_one(
        &mut self,
        work: &mut Work,
        command: &Command,
        beside: Option<&Beside>,
        terms: Terms,
        circumstances: Circumstances,
    ) -> Result<Decision, TooLarge> {
        let refused = |refusal| Ok(Decision::Refused(Box::new(refusal)));
        let Some(key) = command.key else {
            // `Command::check` let nothing through without an id; only expiries have none.
            return refused(Refusal::RequestIdReused { fields: vec!["request_id"] });
        };
        if let Some(sequence) = beside.and_then(|beside| beside.known) {
            return Ok(Decision::Known(sequence));
        }
        match self.find(&key, terms.looked) {
            Found::Entry(sequence) => return Ok(Decision::Known(sequence)),
            Found::NotNow => return Ok(Decision::NotNow),
            Found::Nothing => {}
        }
        let Ok(now) = circumstances.now else { return refused(Refusal::ClockUnsure) };
        if let Some(refusal) = self.refusals.get(&key, command, now) {
            return refused(refusal);
        }
        if circumstances.disk == Disk::Low {
            return refused(Refusal::DiskLow);
        }
        let ahead = beside.map_or(&ReadAhead::Nothing, |beside| &beside.ahead);
        if let Err(refusal) = self.judge(command, ahead, now) {
            if terms.mode == Mode::Write && key.scope.remembers_refusals() {
                self.refusals.remember(key, command, &refusal, now);
            }
            return refused(refusal);
        }
        // The last of all questions, as of everything that is full. What the ledger does by itself has no
        // id and always has room.
        if !self.ids.has_room() {
            return Ok(Decision::NotNow);
        }
        if terms.mode == Mode::ValidateOnly {
            return Ok(Decision::WouldBe(Box::new(self.outcome.clone())));
        }
        let sequence = self.write(work, command, now)?;
        Ok(match terms.detail {
            Detail::Numbers => Decision::Accepted(sequence),
            Detail::Outcomes => {
                let outcome = self.outcome.clone();
                Decision::AcceptedWith(Box::new(Added { sequence, recorded_at: now, outcome }))
            }
        })
    }

    /// Decides a command of the ledger's own.
    ///
    /// # Errors
    /// The outer [`TooLarge`] as above; the inner [`Refusal`] if the rules say no.
    pub fn decide_own(
        &mut self,
        work: &mut Work,
        command: &Command,
        now: Timestamp,
    ) -> Result<Result<Sequence, Refusal>, TooLarge> {
        match self.judge(command, &ReadAhead::Nothing, now) {
            Ok(()) => self.write(work, command, now).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Whether the books allow the command; then `outcome` says what it would add.
    fn judge(&mut self, command: &Command, ahead: &ReadAhead, now: Timestamp) -> Result<(), Refusal> {
        let case = Case { state: &self.state, command, ahead, now, bounds: &self.bounds };
        decide_into(case, &mut self.outcome)
    }

    /// From here it must succeed: the entry is in the batch, the state and the ids, or nowhere.
    fn write(
        &mut self,
        work: &mut Work,
        command: &Command,
        recorded_at: Timestamp,
    ) -> Result<Sequence, TooLarge> {
        let sequence = self.state.position.next();
        let fact = Fact { sequence, recorded_at, command, outcome: &self.outcome };
        push(&mut work.batch, &mut self.record, fact)?;
        self.state.apply(fact);
        if let Some(key) = command.key {
            self.ids.insert(key, sequence);
        }
        work.show(&self.state, fact);
        Ok(sequence)
    }
}

fn push(batch: &mut Batch, record: &mut Vec<u8>, fact: Fact<'_>) -> Result<(), TooLarge> {
    record.clear();
    codec::encode(fact.command, fact.outcome, fact.sequence, fact.recorded_at, record);
    batch.push(record)
}

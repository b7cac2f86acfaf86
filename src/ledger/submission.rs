//! What goes to the poster and what comes back.

use tokio::sync::oneshot;

use super::decide::ReadAhead;
use super::queue::Haste;
use super::state::State;
use crate::domain::{ClaimKey, Command, Outcome, Refusal, RequestKey, Sequence, Timestamp};

/// What was read of old entries for a command that needs it. Most need nothing.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The place of the command in its submission.
    pub place: usize,
    /// What it needs of old entries.
    pub ahead: ReadAhead,
    /// The entry its id belongs to already, if the runs know one.
    pub known: Option<Sequence>,
}

/// How much of what the ledger added comes back with an acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The number of the entry: enough for many commands at once.
    Numbers,
    /// All of it, so that nobody has to read the entry back.
    Outcomes,
}

/// Whether a decision is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Write,
    /// The same checks and the same answer, but nothing is written and no id used up.
    ValidateOnly,
}

/// What the poster says to one command. Answers arrive when everything they rest on is on disk.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Written down as this entry.
    Accepted(Sequence),
    /// Written down, with what the ledger added; where [`Detail::Outcomes`] was asked for.
    AcceptedWith(Box<Added>),
    /// The id belongs to this entry already; whether the content is the same is for the caller's
    /// side to compare, as the entry may be old.
    Known(Sequence),
    /// A rule said no.
    Refused(Box<Refusal>),
    /// It would have been accepted with this outcome; only in `ValidateOnly`.
    WouldBe(Box<Outcome>),
    /// Not decided: whether its id is known must be looked up again, or there is no room for one more
    /// until older ones are on disk. Nothing was written; ask again shortly.
    NotNow,
}

/// What the poster knows of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It belongs to this entry.
    Entry(Sequence),
    /// It belongs to no entry.
    Nothing,
    /// The runs must be asked again.
    NotNow,
}

/// What the ledger added to a command when it became an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its place.
    pub sequence: Sequence,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Lines, moves and numbers.
    pub outcome: Outcome,
}

/// What is the same for all commands of a submission.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Their ids are not in runs through this entry, but for those that are known.
    pub looked: Sequence,
    /// Whether decisions are written down.
    pub mode: Mode,
    /// How much of what the ledger added comes back.
    pub detail: Detail,
}

/// Commands, independent of each other, to be decided in order.
#[derive(Debug)]
pub struct Commands {
    /// What is asked. Only read by the poster; they go back to whoever asked.
    pub commands: Vec<Command>,
    /// What was read for some of them, in the order of their places.
    pub beside: Vec<Beside>,
    /// What holds for all of them.
    pub terms: Terms,
    /// Who waits.
    pub to: oneshot::Sender<Decided>,
}

/// Commands and what was decided of them, in order. As many of one as of the other.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// What was asked.
    pub commands: Vec<Command>,
    /// What the poster said.
    pub decisions: Vec<Decision>,
}

impl Decided {
    /// Each command with its decision.
    pub fn each(self) -> impl ExactSizeIterator<Item = (Command, Decision)> {
        self.commands.into_iter().zip(self.decisions)
    }
}

/// Figures of the poster's own state.
#[derive(Debug)]
pub enum Figures {
    /// How much is taken of these counters.
    Taken(Vec<ClaimKey>),
    /// How much of these transfers, each by its entry and its place there, was put right or given back.
    Reversed(Vec<(Sequence, u16)>),
}

impl Figures {
    /// How many are asked for.
    #[must_use]
    pub const fn count(&self) -> usize {
        match self {
            Self::Taken(keys) => keys.len(),
            Self::Reversed(transfers) => transfers.len(),
        }
    }

    /// What they are in `state`, one for each, at `now`.
    #[must_use]
    pub fn of(&self, state: &State, now: Timestamp) -> Vec<i64> {
        match self {
            Self::Taken(keys) => keys.iter().map(|key| state.counters.taken(key, now)).collect(),
            Self::Reversed(transfers) => {
                let reversed = |transfer| state.reversed.get(transfer).copied().unwrap_or(0);
                transfers.iter().map(reversed).collect()
            }
        }
    }
}

/// One slot of the queue.
#[derive(Debug)]
pub enum Submission {
    /// Independent commands, answered together.
    Commands(Commands),
    /// Which entry an id belongs to that is not in runs through this entry.
    Find(RequestKey, Sequence, oneshot::Sender<Found>),
    /// Figures as they are now, one for each that is asked for.
    Figures(Figures, oneshot::Sender<Vec<i64>>),
    /// A copy of the state at some position, for comparing (I8). Stops the poster for its length.
    Copy(oneshot::Sender<Box<State>>),
    /// Nothing but a look at the clock; answered when every hold due by then has ended, on disk.
    Tick(oneshot::Sender<()>),
    /// An operator says that the wall clock is right.
    AcceptClock(oneshot::Sender<()>),
}

/// Commands in one submission from which on it is worth waking the poster, so that they are decided while
/// the batch before is being written.
const COMMANDS_WORTH_WAKING: usize = 64;

impl Submission {
    /// Whether the poster is to be woken for it while a batch is being written.
    pub fn haste(&self) -> Haste {
        match self {
            Self::Commands(commands) if commands.commands.len() >= COMMANDS_WORTH_WAKING => Haste::Now,
            Self::Commands(_)
            | Self::Find(..)
            | Self::Figures(..)
            | Self::Copy(_)
            | Self::Tick(_)
            | Self::AcceptClock(_) => Haste::Soon,
        }
    }
}

/// An answer waiting for its batch.
#[derive(Debug)]
pub enum Answer {
    /// To `Commands`.
    Decisions(Decided, oneshot::Sender<Decided>),
    /// To `Find`.
    Found(Found, oneshot::Sender<Found>),
    /// To `Figures`.
    Figures(Vec<i64>, oneshot::Sender<Vec<i64>>),
    /// To `Copy`.
    Copied(Box<State>, oneshot::Sender<Box<State>>),
    /// To `Tick` and `AcceptClock`.
    Done(oneshot::Sender<()>),
}

impl Answer {
    /// Sends it; a caller who left is no concern of ours, the entry stands.
    pub fn send(self) {
        match self {
            Self::Decisions(decided, to) => drop(to.send(decided)),
            Self::Found(found, to) => drop(to.send(found)),
            Self::Figures(figures, to) => drop(to.send(figures)),
            Self::Copied(state, to) => drop(to.send(state)),
            Self::Done(to) => drop(to.send(())),
        }
    }
}

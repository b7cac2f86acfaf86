//! What goes to the poster and what comes back.

use tokio::sync::oneshot;

use super::decide::ReadAhead;
use super::state::State;
use crate::domain::{Command, Outcome, Refusal, RequestKey, Sequence};

/// A command with what was read of old entries for it.
#[derive(Clone, Debug)]
pub struct Item {
    /// What is asked.
    pub command: Command,
    /// What it needs of old entries.
    pub ahead: ReadAhead,
    /// The entry its id belongs to already, if the runs know one.
    pub known: Option<Sequence>,
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

/// One slot of the queue.
#[derive(Debug)]
pub enum Submission {
    /// Independent commands, decided in order, answered together; their ids are not in runs through
    /// this entry, but for those that are known.
    Commands(Vec<Item>, Sequence, Mode, oneshot::Sender<Vec<Decision>>),
    /// Which entry an id belongs to that is not in runs through this entry.
    Find(RequestKey, Sequence, oneshot::Sender<Found>),
    /// A copy of the state at some position, for comparing (I8). Stops the poster for its length.
    Copy(oneshot::Sender<Box<State>>),
    /// Nothing but a look at the clock; answered when every hold due by then has ended, on disk.
    Tick(oneshot::Sender<()>),
    /// An operator says that the wall clock is right.
    AcceptClock(oneshot::Sender<()>),
}

/// An answer waiting for its batch.
#[derive(Debug)]
pub enum Answer {
    /// To `Commands`.
    Decisions(Vec<Decision>, oneshot::Sender<Vec<Decision>>),
    /// To `Find`.
    Found(Found, oneshot::Sender<Found>),
    /// To `Copy`.
    Copied(Box<State>, oneshot::Sender<Box<State>>),
    /// To `Tick` and `AcceptClock`.
    Done(oneshot::Sender<()>),
}

impl Answer {
    /// Sends it; a caller who left is no concern of ours, the entry stands.
    pub fn send(self) {
        match self {
            Self::Decisions(decisions, to) => drop(to.send(decisions)),
            Self::Found(found, to) => drop(to.send(found)),
            Self::Copied(state, to) => drop(to.send(state)),
            Self::Done(to) => drop(to.send(())),
        }
    }
}

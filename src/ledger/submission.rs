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
}

/// One slot of the queue.
#[derive(Debug)]
pub enum Submission {
    /// Independent commands, decided in order, answered together.
    Commands(Vec<Item>, Mode, oneshot::Sender<Vec<Decision>>),
    /// Which entry an id belongs to.
    Find(RequestKey, oneshot::Sender<Option<Sequence>>),
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
    Found(Option<Sequence>, oneshot::Sender<Option<Sequence>>),
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
            Self::Found(sequence, to) => drop(to.send(sequence)),
            Self::Copied(state, to) => drop(to.send(state)),
            Self::Done(to) => drop(to.send(())),
        }
    }
}

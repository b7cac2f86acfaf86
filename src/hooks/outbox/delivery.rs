//! An event on its way to one endpoint.

use crate::domain::{Sequence, Timestamp};
use crate::hooks::event::EventId;

/// Why an attempt did not arrive, where there was no answer to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// The host has no address.
    NoAddress,
    /// It has one that may not be called.
    AddressRefused,
    /// Nobody listens there.
    NoConnection,
    /// Its certificate does not prove its name, or it speaks no TLS.
    Tls,
    /// What it answered was no HTTP, or broke off.
    NoAnswer,
    /// It did not answer in time.
    Timeout,
    /// The event could not be made or signed here.
    Here,
}

impl Failure {
    /// All, in the order of their numbers on disk, from 1.
    pub const ALL: [Self; 7] = [
        Self::NoAddress,
        Self::AddressRefused,
        Self::NoConnection,
        Self::Tls,
        Self::NoAnswer,
        Self::Timeout,
        Self::Here,
    ];
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With an answer of this status.
    Status(u16),
    /// Without one.
    Failed(Failure),
}

/// The answer of a receiver that wants nothing any more.
pub const GONE: u16 = 410;

impl Ended {
    /// A word for counting.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status(200..=299) => "delivered",
            Self::Status(_) => "status",
            Self::Failed(Failure::NoAddress) => "no_address",
            Self::Failed(Failure::AddressRefused) => "address_refused",
            Self::Failed(Failure::NoConnection) => "no_connection",
            Self::Failed(Failure::Tls) => "tls",
            Self::Failed(Failure::NoAnswer) => "no_answer",
            Self::Failed(Failure::Timeout) => "timeout",
            Self::Failed(Failure::Here) => "here",
        }
    }

    /// Whether the event arrived. Another address to look at is no arrival: none is followed.
    #[must_use]
    pub const fn has_arrived(self) -> bool {
        match self {
            Self::Status(status) => status >= 200 && status < 300,
            Self::Failed(_) => false,
        }
    }
}

/// What became of sending an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to be sent, or sent again.
    Waits,
    /// It arrived.
    Delivered,
    /// It was given up after the last attempt.
    GivenUp,
}

/// An event on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The event.
    pub id: EventId,
    /// Events with the same are sent one after the other.
    pub order: Sequence,
    /// What became of it.
    pub state: State,
    /// How many attempts there were.
    pub attempts: u8,
    /// When the last one ended, and how.
    pub last: Option<(Timestamp, Ended)>,
    /// When the next one is due, as long as it waits.
    pub due: Timestamp,
}

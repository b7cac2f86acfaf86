//! Hooks: a partner's own software learns of its redemptions as they happen.
//!
//! Owns what an event is and says, how it is signed, where it may go, when it is sent, and what is known of that beside the
//! books. Where partners want to be told, and what, is the directory's (`directory::hooks`).
//!
//! - The journal is the outbox: an event is what one entry says, with the earlier entries it names, and never anything that
//!   came later. So it can be made again at any time, and always says the same.
//! - Beside the books is only how far each endpoint is and which events are on their way (`local/hooks/`). Losing it costs
//!   repeated events, never a lost one.
//! - Every event comes at least once; those of one redemption in order. Endpoints do not wait for each other.
//!
//! | to find | look in |
//! |---|---|
//! | which events an entry makes | [`event`]; what they say: [`body`]; as a receiver reads it: [`told`] |
//! | when something is sent again | [`schedule`] |
//! | signatures, and checking them | [`signing`] |
//! | where something may be sent | [`target`] |
//! | what waits for an endpoint, how that ends, and its file | [`outbox`] |
//! | the outboxes of all endpoints | [`outboxes`] |
//! | one attempt | [`sending`]; over connections of attempts before: `kept` |
//! | a small receiver: checks signatures and passes events on | [`receiver`] |

pub mod body;
pub mod event;
mod kept;
pub mod outbox;
pub mod outboxes;
pub mod receiver;
pub mod schedule;
pub mod sending;
pub mod signing;
pub mod target;
pub mod told;

use std::path::PathBuf;

use target::Subnets;

/// What an operator says of sending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookSettings {
    /// Where something may be sent beside the internet.
    pub allowed: Subnets,
    /// Who vouches for receivers, PEM; none for whom this machine trusts.
    pub authorities: Option<PathBuf>,
}

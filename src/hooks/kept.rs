//! Connections that are kept a while for the next event.
//!
//! To begin one costs both sides more than the event does, with TLS many times as much. One that is kept is asked again only where
//! its address is among those the name stands for now: so what goes over it was judged as any other attempt.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::sending::ATTEMPT_MAX;
use super::target::{Scheme, Target};
use crate::outward::Asking;

/// So long after it began, in all, a connection is asked again: certificates are looked at anew after that.
const KEPT_FOR: Duration = Duration::from_secs(10);
/// So many are kept, of all endpoints together: the newest.
const KEPT_MAX: usize = 64;

/// A connection, and whom it reaches. It is closed when this is dropped.
pub(super) struct Connection {
    scheme: Scheme,
    authority: Box<str>,
    address: SocketAddr,
    began: Instant,
    /// What is asked over it.
    pub asking: Asking,
    /// What keeps it going.
    _going: JoinSet<()>,
}

impl Connection {
    /// Keeps `going` going for as long as it is of use.
    pub fn begin(
        target: &Target,
        address: SocketAddr,
        asking: Asking,
        going: impl Future<Output: Send> + Send + 'static,
    ) -> Self {
        let mut all = JoinSet::new();
        // The last attempt over it begins just before it is too old.
        all.spawn(
            async move { drop(tokio::time::timeout(KEPT_FOR.saturating_add(ATTEMPT_MAX), going).await) },
        );
        let (scheme, authority) = (target.scheme, target.authority.clone());
        Self { scheme, authority, address, began: Instant::now(), asking, _going: all }
    }

    fn is_of_use(&self, now: Instant) -> bool {
        !self.asking.is_closed() && now.saturating_duration_since(self.began) < KEPT_FOR
    }

    fn reaches(&self, target: &Target, addresses: &[SocketAddr]) -> bool {
        self.scheme == target.scheme
            && self.authority == target.authority
            && addresses.contains(&self.address)
    }
}

/// Those that nobody asks at the moment.
///
/// Invariant: at most [`KEPT_MAX`], the oldest first.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<Connection>>);

impl Kept {
    /// One that reaches `target` at one of these addresses; it is kept no more.
    pub fn take(&self, target: &Target, addresses: &[SocketAddr]) -> Option<Connection> {
        let mut kept = self.of_use();
        let newest = kept.iter().rposition(|one| one.reaches(target, addresses))?;
        Some(kept.remove(newest))
    }

    /// Keeps one whose last answer is over.
    pub fn keep(&self, connection: Connection) {
        let mut kept = self.of_use();
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push(connection);
    }

    /// What is left when those of no use are closed.
    fn of_use(&self) -> MutexGuard<'_, Vec<Connection>> {
        let now = Instant::now();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.is_of_use(now));
        kept
    }
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;

//! How fast one caller may ask, and how many streams they may have at once.
//!
//! Counted at the gate, so over every protocol together. It is for callers that run wild, a till in a loop or a
//! page that asks for everything at once: they are answered "busy", and nobody else feels them. Nobody waits.
//!
//! - Every credential has a pace of its own, and every login one in each role it comes in; both keys of a rotation
//!   share one.
//! - It is lost on restart, and so is what was used up.
//!
//! Progress of [`Pace::may_call`]: lock-free, one atomic number.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::role::Role;
use crate::ledger::Clock;

/// Streams of one caller at once.
pub const STREAMS_MAX: usize = 16;
/// Calls a second of one caller, if nobody says otherwise.
pub const CALLS_PER_SECOND_USUAL: NonZeroU32 = NonZeroU32::new(200).unwrap();
/// The most that can be said.
pub const CALLS_PER_SECOND_MAX: u32 = 1_000_000;
/// How many times as fast an integration may ask: it brings the books of a whole bank.
pub const INTEGRATION_TIMES: u32 = 50;
/// How many seconds' worth of calls may come at once.
const BURST_SECONDS: u32 = 2;

/// Time, as `governor` wants it.
#[derive(Clone)]
pub(crate) struct Ticks(pub(crate) Arc<dyn Clock>);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let micros = self.0.now().monotonic_micros;
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }
}

/// A rate in one number.
type Rate = RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>;

/// Makes the paces of callers.
#[derive(Clone)]
pub struct Pacer {
    clock: Arc<dyn Clock>,
    calls_per_second: NonZeroU32,
}

impl Pacer {
    /// Paces of so many calls a second.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, calls_per_second: NonZeroU32) -> Self {
        Self { clock, calls_per_second }
    }

    /// A pace of somebody new.
    pub(super) fn pace(&self, role: Role) -> Arc<Pace> {
        let times = NonZeroU32::new(INTEGRATION_TIMES).filter(|_| role == Role::Integration);
        let rate = self.calls_per_second.saturating_mul(times.unwrap_or(NonZeroU32::MIN));
        let burst = NonZeroU32::new(BURST_SECONDS).map_or(rate, |seconds| rate.saturating_mul(seconds));
        let quota = Quota::per_second(rate).allow_burst(burst);
        let calls = RateLimiter::direct_with_clock(quota, Ticks(Arc::clone(&self.clock)));
        Arc::new(Pace { calls, streams: Arc::new(Semaphore::new(STREAMS_MAX)) })
    }
}

/// What one caller may still ask for now.
pub struct Pace {
    calls: Rate,
    streams: Arc<Semaphore>,
}

impl Pace {
    /// Counts a call, unless it comes too fast.
    #[must_use]
    pub fn may_call(&self) -> bool {
        self.calls.check().is_ok()
    }

    /// A place for a stream, as long as it is kept; none while [`STREAMS_MAX`] are open.
    #[must_use]
    pub fn begin_stream(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.streams).try_acquire_owned().ok()
    }
}

impl std::fmt::Debug for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pace with {} places for streams", self.streams.available_permits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::ledger::ManualClock;

    /// Goal: a caller may ask so many times a second, twice as many at once, and again when time has passed; an
    /// integration fifty times as often. Method: as many calls as are let through, the clock in hand.
    #[test]
    fn a_caller_has_a_pace() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_777_971_600_000_000)));
        let pacer = Pacer::new(Arc::clone(&clock) as _, NonZeroU32::new(10).unwrap());
        let let_through = |pace: &Pace| (0..10_000).take_while(|_| pace.may_call()).count();
        let (desk, other, import) =
            (pacer.pace(Role::Broker), pacer.pace(Role::Till), pacer.pace(Role::Integration));
        assert_eq!((let_through(&desk), let_through(&desk)), (20, 0));
        assert_eq!((let_through(&other), let_through(&import)), (20, 1_000), "each for itself");
        clock.advance_seconds(1);
        assert_eq!((let_through(&desk), let_through(&import)), (10, 500));
        clock.advance_seconds(3_600);
        assert_eq!(let_through(&desk), 20, "what was not asked is not saved up");
    }

    /// Goal: streams of one caller are bounded, and a place comes back. Method: all places, one more, one less.
    #[test]
    fn streams_have_places() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
        let pace = Pacer::new(clock, CALLS_PER_SECOND_USUAL).pace(Role::Auditor);
        let mut open: Vec<_> = (0..STREAMS_MAX).map(|_| pace.begin_stream().unwrap()).collect();
        assert!(pace.begin_stream().is_none());
        open.pop();
        assert!(pace.begin_stream().is_some());
    }
}

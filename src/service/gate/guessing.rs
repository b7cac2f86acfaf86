//! Whoever shows wrong keys or tokens is slowed down, by the address they come from.
//!
//! A key has 256 bits: nobody guesses one. This is for what guessing costs, for programs that ask with a wrong
//! key in a loop, and so that it is seen.
//!
//! - The right key is let in at once, also from an address that others guess from: a library, a household and
//!   a proxy are one address for many. A token costs more to judge: while [`WAITING_MAX`] wrong ones of an
//!   address wait, no token of it is looked at, and further wrong keys are answered "busy".
//! - A few slips cost nothing: [`AT_ONCE`], then one in [`SECONDS_EACH`] seconds. What is beyond hears its no
//!   later.
//! - An address is one of IPv4, or a /64 of IPv6, which is one customer's.
//!
//! Limits: [`ADDRESSES_MAX`] addresses; what is beyond shares one place.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::access::pace::Ticks;
use crate::ledger::Clock;

/// Wrong ones of an address that are answered at once.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// After those, one in so many seconds is.
const SECONDS_EACH: u64 = 10;
/// Wrong ones of an address that wait for their answer.
pub const WAITING_MAX: usize = 16;
/// Of all addresses together.
const WAITING_ALL_MAX: usize = 1_024;
/// Addresses that are told apart.
const ADDRESSES_MAX: usize = 10_000;
/// Where all others are counted.
const ALL_OTHERS: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

type ByAddress = RateLimiter<IpAddr, HashMapStateStore<IpAddr>, Ticks, NoOpMiddleware<Duration>>;

/// Wrong keys and tokens by address.
pub struct Guessing {
    clock: Arc<dyn Clock>,
    /// Made when the first wrong one comes: nobody asks the clock before the books do.
    at_once: OnceLock<ByAddress>,
    /// How long a wrong one waits for its answer.
    wait: Duration,
    waiting: Arc<Waiting>,
}

#[derive(Default)]
struct Waiting {
    /// As long as it is zero, nobody looks further.
    all: AtomicUsize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// A wrong one that waits; its place is free when this goes.
pub struct Waits {
    wait: Duration,
    address: IpAddr,
    waiting: Arc<Waiting>,
}

impl Waits {
    /// Waits until it may be answered.
    pub async fn over(self) {
        tokio::time::sleep(self.wait).await;
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.waiting.all.fetch_sub(1, Ordering::Relaxed);
        let mut by_address = self.waiting.lock();
        if let Some(count) = by_address.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

impl Waiting {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_place(&self, address: IpAddr) -> bool {
        self.lock().get(&address).is_none_or(|count| *count < WAITING_MAX)
    }
}

impl Guessing {
    /// Wrong ones that are too many wait for this long.
    pub fn new(clock: Arc<dyn Clock>, wait: Duration) -> Self {
        Self { clock, at_once: OnceLock::new(), wait, waiting: Arc::default() }
    }

    /// Whether one more wrong one of `peer` could wait now.
    pub fn may_show(&self, peer: IpAddr) -> bool {
        let all = self.waiting.all.load(Ordering::Relaxed);
        if all == 0 {
            return true;
        }
        let is_counted_alone = self.at_once().len() < ADDRESSES_MAX;
        all < WAITING_ALL_MAX
            && self.waiting.has_place(network(peer))
            && (is_counted_alone || self.waiting.has_place(ALL_OTHERS))
    }

    fn at_once(&self) -> &ByAddress {
        self.at_once.get_or_init(|| {
            let each = Quota::with_period(Duration::from_secs(SECONDS_EACH));
            let quota = each.unwrap_or(Quota::per_second(AT_ONCE)).allow_burst(AT_ONCE);
            RateLimiter::hashmap_with_clock(quota, Ticks(Arc::clone(&self.clock)))
        })
    }

    /// Counts a wrong one of `peer`; it must wait if there were many. Where nobody has a place to wait any more
    /// it hears at once.
    pub fn wrong(&self, peer: IpAddr) -> Option<Waits> {
        let mut address = network(peer);
        let at_once = self.at_once();
        if at_once.len() >= ADDRESSES_MAX {
            at_once.retain_recent(); // Whose slips are forgiven need not be known.
            if at_once.len() >= ADDRESSES_MAX {
                address = ALL_OTHERS;
            }
        }
        if at_once.check_key(&address).is_ok() {
            return None;
        }
        let mut by_address = self.waiting.lock();
        let count = by_address.get(&address).copied().unwrap_or_default();
        if count >= WAITING_MAX || self.waiting.all.load(Ordering::Relaxed) >= WAITING_ALL_MAX {
            return None;
        }
        by_address.insert(address, count.saturating_add(1));
        self.waiting.all.fetch_add(1, Ordering::Relaxed);
        Some(Waits { wait: self.wait, address, waiting: Arc::clone(&self.waiting) })
    }
}

/// The address, or the network of IPv6 it is in.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::ledger::ManualClock;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn guessing() -> (Guessing, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_777_971_600_000_000)));
        (Guessing::new(Arc::clone(&clock) as _, HOUR), clock)
    }

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    /// Goal: ten slips cost nothing, one more waits; after ten seconds one slip is free again; another address
    /// is another's affair. Method: wrong ones by hand, the clock in hand.
    #[test]
    fn slips_are_free_and_guesses_wait() {
        let (guessing, clock) = guessing();
        let library = at("192.0.2.1");
        let free = |address| (0..100).take_while(|_| guessing.wrong(address).is_none()).count();
        assert_eq!((free(library), free(library)), (10, 0));
        assert_eq!(free(at("192.0.2.2")), 10);
        clock.advance_seconds(10);
        assert_eq!(free(library), 1);
        clock.advance_seconds(3_600);
        assert_eq!(free(library), 10);
    }

    /// Goal: sixteen wrong ones of an address wait, and meanwhile nothing else that comes from there is looked
    /// at; from elsewhere it is; one that goes makes room. Method: all places taken, then one given back.
    #[test]
    fn those_that_wait_are_bounded() {
        let (guessing, _clock) = guessing();
        let (library, elsewhere) = (at("2001:db8:1:2::7"), at("2001:db8:1:3::7"));
        assert!((0..10).all(|_| guessing.wrong(library).is_none()));
        let mut waits: Vec<_> = (0..WAITING_MAX).map(|_| guessing.wrong(library).unwrap()).collect();
        assert!(guessing.wrong(library).is_none(), "no place to wait");
        assert!(!guessing.may_show(library) && !guessing.may_show(at("2001:db8:1:2:ffff::1")), "one /64");
        assert!(guessing.may_show(elsewhere));
        waits.pop();
        assert!(guessing.may_show(library));
        waits.clear();
        assert!(guessing.waiting.lock().is_empty());
        assert_eq!(guessing.waiting.all.load(Ordering::Relaxed), 0);
    }

    /// Goal: however many addresses there are, what is kept of them is bounded. Method: more than are told
    /// apart; then time passes, and there is room again.
    #[test]
    fn addresses_are_bounded() {
        let (guessing, clock) = guessing();
        for number in 0..u32::try_from(ADDRESSES_MAX).unwrap() + 500 {
            let _counted = guessing.wrong(Ipv4Addr::from(number + 1).into());
        }
        assert!(guessing.at_once().len() <= ADDRESSES_MAX + 1);
        let stranger = at("203.0.113.9");
        assert!(guessing.wrong(stranger).is_some(), "all others share their slips");
        clock.advance_seconds(3_600);
        assert!(guessing.wrong(stranger).is_none());
        assert_eq!(guessing.at_once().len(), 1);
    }
}

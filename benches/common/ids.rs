//! Request ids as callers make them: fresh for every entry, never one twice.

use std::time::SystemTime;

use super::random::Random;

/// Which ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Version 7: milliseconds of the clock, then 74 random bits.
    Rising,
    /// Version 8, random all over, as an import derives them from its rows.
    Scattered,
}

/// Makes ids.
#[derive(Debug)]
pub struct Ids {
    order: Order,
    random: Random,
    millis: u64,
}

impl Ids {
    /// Ids of a seed of their own: two makers of scattered ids must not share one.
    pub fn new(order: Order, seed: u64) -> Self {
        Self { order, random: Random::new(seed), millis: 0 }
    }

    /// Looks at the clock: once a submission, as many ids fall into one millisecond anyway.
    pub fn look_at_clock(&mut self) {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        self.millis = since.as_millis() as u64;
    }

    /// The clock when it was last looked at, milliseconds since 1970.
    pub const fn millis(&self) -> u64 {
        self.millis
    }

    /// The 16 bytes of the next id.
    pub fn next(&mut self) -> [u8; 16] {
        let (first, second) = (self.random.bits(), self.random.bits());
        let high = match self.order {
            Order::Rising => self.millis << 16 | 0x7000 | first >> 52,
            Order::Scattered => first & !0xf000 | 0x8000,
        };
        let low = second >> 2 | 1 << 63;
        (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
    }
}

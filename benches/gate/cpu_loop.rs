//! A fixed piece of work for the processor: what it takes says how fast this machine is just now.
//!
//! Steps depend on each other, mix integers, and read a table that fits no first-level cache, as deciding
//! does; nothing of Hourbook is in it, so no change to Hourbook changes it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::common::usage::thread_cpu;

/// Words of the table: 1 MiB.
const TABLE_WORDS: usize = 1 << 17;
/// Steps between two looks at the clock.
const STEPS_AT_A_TIME: u64 = 1 << 18;

/// The loop with its table.
pub struct CpuLoop {
    table: Vec<u64>,
}

impl CpuLoop {
    pub fn new() -> Self {
        let words = (0..TABLE_WORDS as u64).map(|place| place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self { table: words.collect() }
    }

    /// Steps a CPU second of one thread.
    pub fn per_cpu_second(&self, lasts: Duration) -> f64 {
        let before = thread_cpu();
        let steps = self.steps(lasts);
        steps as f64 / (thread_cpu() - before).as_secs_f64()
    }

    /// Steps a second by the clock of the room, with a thread on every core: what others leave of them.
    pub fn per_second(&self, lasts: Duration) -> f64 {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let began = Instant::now();
        let steps: u64 = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| self.steps(lasts))).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        steps as f64 / began.elapsed().as_secs_f64()
    }

    fn steps(&self, lasts: Duration) -> u64 {
        let began = Instant::now();
        let (mut state, mut steps) = (1_u64, 0);
        while began.elapsed() < lasts {
            for _ in 0..STEPS_AT_A_TIME {
                state = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                state ^= self.table[(state >> 40) as usize % TABLE_WORDS];
                state = state.wrapping_add(1);
            }
            steps += STEPS_AT_A_TIME;
        }
        black_box(state);
        steps
    }
}

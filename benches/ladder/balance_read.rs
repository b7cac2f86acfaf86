//! `balance_read`: how fast balances are read while 300,000 entries a second arrive, and what that does to
//! those who post.
//!
//! One thread reads balances of random members without a pause. Turns with and without it alternate.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use hourbook::ledger::Bounds;

use crate::common::books;
use crate::common::driver::{self, Turn};
use crate::common::figures::{Percentiles, median};
use crate::common::reading;
use crate::common::workload::{Generator, Workload};
use crate::durable::MEMBERS;
use crate::line::{Printer, Sync};
use crate::options::Options;

/// Entries that arrive a second.
pub const ARRIVING_PER_S: f64 = 300_000.0;
/// In submissions of so many: one a millisecond.
pub const ARRIVING_TOGETHER: usize = 300;

pub fn run(printer: &Printer, folder: &Path, options: &Options) {
    let network = books::open(&folder.join("books"), Bounds::default());
    let ledger = &network.ledger;
    let accounts = books::furnish(ledger, MEMBERS);
    let mut generator = Generator::new(Workload::Uniform, accounts, 1);
    let mut post = || {
        rustix::fs::sync();
        driver::open_loop(ledger, &mut generator, ARRIVING_TOGETHER, ARRIVING_PER_S, options.turn())
    };
    let (mut alone, mut beside, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.turns {
        alone.push(post());
        let over = AtomicBool::new(false);
        let (turn, (reads, cpu)) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| reading::balances(ledger, accounts, &over));
            let turn = post();
            over.store(true, Ordering::Relaxed);
            (turn, reader.join().unwrap())
        });
        beside.push(turn);
        rates.push(reads as f64 / cpu.as_secs_f64());
    }
    let line = |turns: &[Turn], readers: u64| {
        let percentiles: Vec<Percentiles> = turns.iter().filter_map(|turn| turn.percentiles).collect();
        printer
            .line("balance_read", Workload::Uniform.name(), Sync::EachBatch)
            .turns(turns)
            .latencies(
                Percentiles::of_turns(&percentiles),
                format!("posting, open loop at {ARRIVING_PER_S:.0} entries/s"),
            )
            .more("readers", readers)
    };
    line(&beside, 1).more("reads_per_cpu_s", median(rates).round()).print();
    line(&alone, 0).print();
}

//! `statement_page`: 50 lines of a random account while 300,000 entries a second arrive. Every second page
//! ends at the newest line, the others in the middle of the account's history, which is found first.
//!
//! Then the same from the disk with nothing arriving: the books were closed and opened again, and the page
//! cache was dropped. What the store read while it opened may still be in its own cache.

use std::path::Path;
use std::time::{Duration, Instant};

use hourbook::ledger::Bounds;

use crate::balance_read::{ARRIVING_PER_S, ARRIVING_TOGETHER};
use crate::common::books;
use crate::common::caches::drop_caches;
use crate::common::driver::{self, Turn, schedule, wait_until};
use crate::common::figures::{Percentiles, median};
use crate::common::plain_file::Until;
use crate::common::random::Random;
use crate::common::reading::{self, Page};
use crate::common::usage::Usage;
use crate::common::workload::{Generator, Workload};
use crate::durable::{IN_FLIGHT, MEMBERS, SUBMISSION};
use crate::line::{Printer, Sync};
use crate::options::Options;

/// Pages asked for a second, at moments fixed beforehand.
const PAGES_PER_S: f64 = 100.0;
/// Entries there are before the first page is read.
const HISTORY_ENTRIES: u64 = 3_000_000;
/// Pages read from the disk, each of another account.
const COLD_PAGES: u32 = 200;

pub fn run(printer: &Printer, folder: &Path, options: &Options) {
    let books = folder.join("books");
    let network = books::open(&books, Bounds::default());
    let accounts = books::furnish(&network.ledger, MEMBERS);
    let mut generator = Generator::new(Workload::Uniform, accounts, 1);
    let history = Until::Entries(if options.quick { HISTORY_ENTRIES / 6 } else { HISTORY_ENTRIES });
    driver::closed_loop(&network.ledger, &mut generator, SUBMISSION, IN_FLIGHT, history);
    let (mut turns, mut pages) = (Vec::new(), Vec::new());
    let mut random = Random::new(11);
    for _ in 0..options.turns {
        rustix::fs::sync();
        let (ledger, lasts) = (&network.ledger, options.turn());
        let (turn, latencies) = std::thread::scope(|scope| {
            let posting = scope.spawn(|| {
                driver::open_loop(ledger, &mut generator, ARRIVING_TOGETHER, ARRIVING_PER_S, lasts)
            });
            let moments = schedule(Instant::now(), 1.0 / PAGES_PER_S, lasts);
            let latencies = moments.zip(Page::BY_TURNS.into_iter().cycle()).map(|(moment, page)| {
                wait_until(moment);
                reading::page(ledger, accounts, random.below(accounts.count), page);
                moment.elapsed()
            });
            let latencies = latencies.collect::<Vec<Duration>>();
            (posting.join().unwrap(), latencies)
        });
        turns.push(turn);
        pages.push(latencies);
    }
    let rates = pages.iter().map(|turn| turn.len() as f64 / options.turn_seconds).collect();
    let percentiles: Vec<Percentiles> = pages.into_iter().filter_map(Percentiles::of).collect();
    let arrived = median(turns.iter().map(Turn::entries_per_s).collect());
    printer
        .line("statement_page", Workload::Uniform.name(), Sync::EachBatch)
        .in_flight(1)
        .rates(rates)
        .used(turns.iter().map(|turn| turn.usage))
        .latencies(Percentiles::of_turns(&percentiles), format!("open loop at {PAGES_PER_S:.0} pages/s"))
        .more("arriving_per_s", arrived.round())
        .more("history_entries", network.ledger.position().get())
        .print();
    drop(network);
    let network = books::open(&books, Bounds::default());
    let dropped = drop_caches();
    let (usage, began) = (Usage::mine(), Instant::now());
    let first = random.below(accounts.count);
    let cold = (0..COLD_PAGES).zip(Page::BY_TURNS.into_iter().cycle()).map(|(place, page)| {
        let since = Instant::now();
        // A step that shares no factor with 10,000.
        reading::page(&network.ledger, accounts, first + place * 7_919, page);
        since.elapsed()
    });
    let cold: Vec<Duration> = cold.collect();
    printer
        .line("statement_page", Workload::Uniform.name(), Sync::None)
        .in_flight(1)
        .rates(vec![cold.len() as f64 / began.elapsed().as_secs_f64()])
        .used([Usage::mine() - usage].into_iter())
        .latencies(Percentiles::of(cold), "closed loop, nothing arriving".into())
        .more("cache", dropped.words())
        .print();
}

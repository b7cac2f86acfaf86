//! `overload_batch` and `overload_unary`: calls come at twice the rate that was just measured, and what
//! becomes of them, of the server's memory, and of those who come afterwards.
//!
//! Capacity is measured with the same calls, none refused. Client and server share the cores, so what it
//! costs to make and to refuse the calls beyond is taken from what could have been served.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::figures::thousandths;
use crate::common::usage::resident_bytes_of;
use crate::common::workload::Workload;
use crate::durable::MEMBERS;
use crate::line::{Printer, Sync};
use crate::options::Options;
use crate::server::Server;
use crate::wire::crowd::{self, Load, Order};

/// Entries of a batch.
const BATCH_ENTRIES: usize = 1_024;
/// Of the capacity, how much comes before and after.
const CALM_SHARE: f64 = 0.25;
/// Of the capacity, how much comes between.
const FLOOD_SHARE: f64 = 2.0;
/// How long it is calm.
const CALM: Duration = Duration::from_secs(3);
/// Between two looks at the server's memory.
const LOOK: Duration = Duration::from_millis(50);

/// A way to call.
struct Way {
    rung: &'static str,
    batch: Option<usize>,
    /// At capacity.
    in_flight: usize,
    /// At 64 calls each: so many may be open at once in the flood.
    connections: usize,
}

const WAYS: [Way; 2] = [
    Way { rung: "overload_batch", batch: Some(BATCH_ENTRIES), in_flight: 16, connections: 4 },
    Way { rung: "overload_unary", batch: None, in_flight: 128, connections: 64 },
];

pub fn run(printer: &Printer, folder: &Path, options: &Options) {
    for (way, seed) in WAYS.into_iter().zip(1..) {
        let folder = folder.join(way.rung);
        std::fs::create_dir(&folder).unwrap();
        flood(printer, &Server::start(&folder, MEMBERS), &way, seed, options);
    }
}

fn flood(printer: &Printer, server: &Server, way: &Way, seed: u64, options: &Options) {
    let order = |seed, load| Order {
        address: server.address.clone(),
        accounts: server.accounts,
        seed,
        batch: way.batch,
        connections: way.connections,
        load,
    };
    // Twice, because the first finds everything cold.
    let again = Load::Again { in_flight: way.in_flight, lasts: options.turn() };
    let capacity = [2 * seed, 2 * seed + 100].map(|seed| crowd::ask(&order(seed, again)).accepted_per_s)[1];
    let load = Load::Flood {
        calm_per_s: capacity * CALM_SHARE,
        calm: CALM,
        flood_per_s: capacity * FLOOD_SHARE,
        flood: Duration::from_secs_f64(options.flood_seconds),
    };
    let before = resident_bytes_of(server.process());
    let over = AtomicBool::new(false);
    let (heard, peak) = std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut peak = 0;
            while !over.load(Ordering::Relaxed) {
                peak = resident_bytes_of(server.process()).max(peak);
                std::thread::sleep(LOOK);
            }
            peak
        });
        let heard = crowd::ask(&order(seed, load));
        over.store(true, Ordering::Relaxed);
        (heard, looking.join().unwrap())
    });
    let after = resident_bytes_of(server.process());
    let entries = way.batch.unwrap_or(1) as f64;
    let came = (heard.accepted + heard.refused + heard.held_back) as f64;
    let share = |count: u64| thousandths(count as f64 / came);
    let mebibytes = |bytes: u64| bytes >> 20;
    let p99 = |of: Option<crate::common::figures::Percentiles>| of.map(|all| thousandths(all.p99_ms));
    printer
        .line(way.rung, Workload::Uniform.name(), Sync::EachBatch)
        .rates(vec![heard.accepted_per_s * entries])
        .batch(way.batch.unwrap_or(1) as u64)
        .latencies(
            heard.flood,
            format!("accepted, open loop at {:.0} entries/s", came * entries / options.flood_seconds),
        )
        .more("capacity_entries_per_s", (capacity * entries).round())
        .more("accepted_of_capacity", thousandths(heard.accepted_per_s / capacity))
        .more("came_of_capacity", thousandths(came / options.flood_seconds / capacity))
        .more("accepted_share", share(heard.accepted))
        .more("refused_share", share(heard.refused))
        .more("held_back_share", share(heard.held_back))
        .more("refused", heard.refused)
        .more("refused_without_retry_info", heard.without_hint)
        .more("refusal_p99_ms", p99(heard.refusals))
        .more("calm_p99_ms", p99(heard.calm))
        .more("back_ms", heard.back_ms)
        .more("rss_before_mib", mebibytes(before))
        .more("rss_peak_mib", mebibytes(peak))
        .more("rss_after_mib", mebibytes(after))
        .print();
}

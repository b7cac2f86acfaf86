//! `grpc_unary`: one entry a call; `grpc_noop`, `append_128` and the same with a key (`grpc_unary_key`) beside it.
//!
//! Both kinds of call go over the same number of connections of the same client to the same server, at 64
//! calls a connection. With N in flight a loop is closed by its nature: each of N callers calls again when
//! it was answered. A last turn is open, at half of what 128 in flight reached.

use std::path::Path;
use std::time::{Duration, Instant};

use hourbook::domain::{Sequence, Timestamp};
use hourbook::journal::{Batch, Journal, SledJournal, Tip, VolumesOptions};
use hourbook::ledger::Bounds;

use crate::common::books;
use crate::common::driver::{self, Turn};
use crate::common::figures::Percentiles;
use crate::common::plain_file::{Records, Until};
use crate::common::usage::Usage;
use crate::common::workload::{Generator, Workload};
use crate::durable::{LATENCY_SHARE, MEMBERS, SUBMISSION};
use crate::line::{Printer, Sync};
use crate::options::Options;
use crate::server::Server;
use crate::wire::{self, CALLS_PER_CONNECTION, Heard, Order, What, When};

/// Calls in flight; the first is the reference, which the goals are about.
const IN_FLIGHT: [usize; 4] = [128, 1, 16, 512];
/// Records of one append.
const RECORDS: u64 = 128;

pub fn run(printer: &Printer, folder: &Path, options: &Options) {
    let server = Server::start(folder, MEMBERS);
    let (keyed, key) = {
        let folder = folder.join("keyed");
        std::fs::create_dir(&folder).unwrap();
        Server::start_with_keys(&folder, MEMBERS)
    };
    let records = records(&folder.join("sample"));
    let mut appends = Appends::open(&folder.join("appends"), records);
    let mut seed = 0;
    let mut ask = |server: &Server, key: Option<&String>, what, when, in_flight: usize| {
        seed += 1;
        wire::ask(&Order {
            address: server.address.clone(),
            server: server.process(),
            key: key.cloned(),
            accounts: server.accounts,
            workload: Workload::Uniform,
            seed,
            what,
            when,
            connections: in_flight.div_ceil(CALLS_PER_CONNECTION),
            lasts: options.turn(),
        })
    };
    let mut append_turns = Vec::new();
    let mut lines = Vec::new();
    for in_flight in options.in_flight.map_or(IN_FLIGHT.to_vec(), |only| vec![only]) {
        let (mut noops, mut posts, mut with_key) = (Vec::new(), Vec::new(), Vec::new());
        for turn in 0..options.turns {
            let when = When::InFlight(in_flight);
            noops.push(ask(&server, None, What::Nothing, when, in_flight));
            let is_reference = in_flight == IN_FLIGHT[0];
            // Each comes first as often as the other.
            let key_first = turn % 2 == 1;
            for shows_key in [key_first, !key_first].into_iter().filter(|shows| is_reference || !shows) {
                rustix::fs::sync(); // What the turn before wrote is its own affair.
                if shows_key {
                    with_key.push(ask(&keyed, Some(&key), What::Post, when, in_flight));
                } else {
                    posts.push(ask(&server, None, What::Post, when, in_flight));
                }
            }
            if is_reference {
                append_turns.push(appends.turn(options.turn()));
            }
        }
        let line = |rung, sync, turns: &[Heard]| {
            printer
                .line(rung, Workload::Uniform.name(), sync)
                .in_flight(in_flight)
                .heard(turns)
                .heard_latencies(turns, "closed loop")
                .more("connections", in_flight.div_ceil(CALLS_PER_CONNECTION))
        };
        lines.push(line("grpc_noop", Sync::None, &noops));
        lines.push(line("grpc_unary", Sync::EachBatch, &posts));
        if in_flight == IN_FLIGHT[0] {
            lines.push(line("grpc_unary_key", Sync::EachBatch, &with_key));
            let offered = posts.last().unwrap().entries_per_s() * LATENCY_SHARE;
            let measured = format!("open loop at {offered:.0} calls/s");
            let whats =
                [("grpc_noop", What::Nothing, Sync::None), ("grpc_unary", What::Post, Sync::EachBatch)];
            for (rung, what, sync) in whats {
                let open = [ask(&server, None, what, When::PerSecond(offered), in_flight)];
                let line = printer.line(rung, Workload::Uniform.name(), sync).heard(&open);
                lines.push(line.heard_latencies(&open, &measured));
            }
        }
    }
    // The reference cases first, as on every rung.
    lines.sort_by_key(|line| line.rung);
    for line in lines {
        line.print();
    }
    if !append_turns.is_empty() {
        let percentiles: Vec<Percentiles> = append_turns.iter().filter_map(|turn| turn.percentiles).collect();
        printer
            .line("append_128", Workload::Uniform.name(), Sync::EachBatch)
            .in_flight(1)
            .turns(&append_turns)
            .latencies(Percentiles::of_turns(&percentiles), "closed loop".into())
            .print();
    }
}

/// Records of the uniform workload, from books made for it.
fn records(folder: &Path) -> Records {
    let network = books::open(folder, Bounds::default());
    let accounts = books::furnish(&network.ledger, MEMBERS);
    let mut generator = Generator::new(Workload::Uniform, accounts, 1);
    driver::closed_loop(&network.ledger, &mut generator, SUBMISSION, 1, Until::Entries(100_000));
    books::newest_records(&network.ledger)
}

/// A journal that nothing else writes to.
struct Appends {
    journal: SledJournal,
    tip: Tip,
    batch: Batch,
    records: Records,
}

impl Appends {
    fn open(folder: &Path, records: Records) -> Self {
        std::fs::create_dir(folder).unwrap();
        let mut journal = SledJournal::open(folder, VolumesOptions::default()).unwrap();
        let tip = journal.acquire().unwrap();
        Self { journal, tip, batch: Batch::new(), records }
    }

    /// One append after the other. Records are cut at their average length: their bytes say nothing here.
    fn turn(&mut self, lasts: Duration) -> Turn {
        rustix::fs::sync();
        let record_bytes = self.records.bytes_each().round() as usize;
        let mut latencies = Vec::new();
        let (usage, began) = (Usage::mine(), Instant::now());
        while began.elapsed() < lasts {
            let committed: Sequence = self.tip.position;
            self.batch.start(committed.next(), Timestamp::from_micros(0), committed);
            let skipped = latencies.len() % 64;
            for record in self.records.bytes.chunks_exact(record_bytes).skip(skipped).take(RECORDS as usize) {
                self.batch.push(record).unwrap();
            }
            assert_eq!(u64::from(self.batch.count()), RECORDS);
            let since = Instant::now();
            self.tip = self.journal.append(&self.tip, &self.batch).unwrap();
            latencies.push(since.elapsed());
        }
        Turn {
            entries: latencies.len() as u64 * RECORDS,
            batches: latencies.len() as u64,
            took: began.elapsed(),
            percentiles: Percentiles::of(latencies),
            usage: Usage::mine() - usage,
        }
    }
}

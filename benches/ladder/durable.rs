//! `durable`: a whole ledger on sled, every batch synced; and `plain_file` beside it.
//!
//! All workloads take turns in one process. Those that would change what the others find have books of
//! their own: ids all over, and holds.

use std::path::Path;

use hourbook::ledger::Bounds;
use hourbook::network::Network;

use crate::common::books;
use crate::common::driver::{self, Turn};
use crate::common::figures::{Percentiles, thousandths};
use crate::common::plain_file::{PlainFile, PlainTurn, Until};
use crate::common::usage::resident_bytes;
use crate::common::workload::{Generator, Workload};
use crate::line::{Printer, Sync};
use crate::options::Options;

pub const MEMBERS: u32 = 10_000;
const MEMBERS_MANY: u32 = 1_000_000;
/// Entries of one submission.
pub const SUBMISSION: usize = 1_024;
/// Submissions in flight.
pub const IN_FLIGHT: usize = 16;
/// Of the capacity, at which latency is measured.
pub const LATENCY_SHARE: f64 = 0.5;

/// A workload with its books.
pub struct Case<'n> {
    network: &'n Network,
    generator: Generator,
    size: usize,
    in_flight: usize,
    turns: Vec<Turn>,
    open: Vec<Percentiles>,
    offered_per_s: f64,
}

impl<'n> Case<'n> {
    pub fn new(network: &'n Network, generator: Generator, options: &Options) -> Self {
        Self {
            network,
            generator,
            size: options.batch.unwrap_or(SUBMISSION),
            in_flight: options.in_flight.unwrap_or(IN_FLIGHT),
            turns: Vec::new(),
            open: Vec::new(),
            offered_per_s: 0.0,
        }
    }

    /// Capacity.
    pub fn closed_turn(&mut self, options: &Options) {
        rustix::fs::sync();
        let until = Until::Elapsed(options.turn());
        let (size, in_flight) = (self.size, self.in_flight);
        let turn = driver::closed_loop(&self.network.ledger, &mut self.generator, size, in_flight, until);
        self.turns.push(turn);
    }

    /// Latency, at a share of the capacity of the turn before.
    pub fn open_turn(&mut self, options: &Options) {
        rustix::fs::sync();
        let capacity = self.turns.last().unwrap().entries_per_s();
        self.offered_per_s = capacity * LATENCY_SHARE;
        let (ledger, generator) = (&self.network.ledger, &mut self.generator);
        let turn = driver::open_loop(ledger, generator, self.size, self.offered_per_s, options.turn());
        self.open.extend(turn.percentiles);
    }

    pub fn print(&self, printer: &Printer) {
        let workload = self.generator.workload();
        let mut line = printer
            .line("durable", workload.name(), Sync::EachBatch)
            .in_flight(self.in_flight)
            .turns(&self.turns)
            .latencies(
                Percentiles::of_turns(&self.open),
                format!("open loop at {:.0} entries/s in the last turn", self.offered_per_s),
            );
        if workload.transfers() > 1 {
            let transfers = line.entries_per_s.unwrap_or(0.0) * workload.transfers() as f64;
            line = line.more("transfers_per_s", transfers.round());
        }
        line.print();
    }
}

pub fn run(printer: &Printer, folder: &Path, options: &Options) {
    let open = |name: &str| {
        let network = books::open(&folder.join(name), Bounds::default());
        let accounts = books::furnish(&network.ledger, MEMBERS);
        (network, accounts)
    };
    let (main, holds, scattered) = (open("main"), open("holds"), open("scattered"));
    let workloads = [
        (Workload::Uniform, &main),
        (Workload::Hot, &main),
        (Workload::Zipf, &main),
        (Workload::Group, &main),
        (Workload::Holds, &holds),
        (Workload::RandomIds, &scattered),
    ];
    let mut cases: Vec<Case<'_>> = workloads
        .into_iter()
        .filter(|(workload, _)| options.wants(*workload))
        .zip(1..)
        .map(|((workload, (network, accounts)), seed)| {
            Case::new(network, Generator::new(workload, *accounts, seed), options)
        })
        .collect();
    let mut plain_file = PlainFile::create(folder);
    let mut plain_turns = Vec::new();
    for _ in 0..options.turns {
        for case in &mut cases {
            case.closed_turn(options);
            if case.generator.workload() == Workload::Uniform {
                let records = books::newest_records(&case.network.ledger);
                let per_sync = case.turns.last().unwrap().entries_per_batch();
                let turn = plain_file.turn(&records, per_sync, Until::Elapsed(options.turn()));
                plain_turns.push((turn, per_sync, records.bytes_each()));
            }
        }
    }
    for case in &mut cases {
        case.open_turn(options);
    }
    print_plain(printer, &plain_turns);
    for case in &cases {
        case.print(printer);
    }
}

fn print_plain(printer: &Printer, turns: &[(PlainTurn, u64, f64)]) {
    let percentiles: Vec<Percentiles> = turns.iter().filter_map(|(turn, ..)| turn.percentiles).collect();
    let rate = |turn: &PlainTurn| turn.entries as f64 / turn.took.as_secs_f64();
    let (_, per_sync, bytes_each) = turns.last().unwrap();
    printer
        .line("plain_file", Workload::Uniform.name(), Sync::EachBatch)
        .in_flight(1)
        .rates(turns.iter().map(|(turn, ..)| rate(turn)).collect())
        .used(turns.iter().map(|(turn, ..)| turn.usage))
        .batch(*per_sync)
        .latencies(Percentiles::of_turns(&percentiles), "closed loop, one write and sync each".into())
        .more("encoded_bytes_per_entry", thousandths(*bytes_each))
        .print();
}

/// A million accounts, and what memory they take: how much more this process holds once they are open,
/// in memory and on disk, before anything is posted to them and with nothing else in between.
pub fn run_million(printer: &Printer, folder: &Path, options: &Options) {
    let network = books::open(&folder.join("million"), Bounds::default());
    let before = resident_bytes();
    let accounts = books::furnish(&network.ledger, MEMBERS_MANY);
    let opened = resident_bytes();
    let mut case = Case::new(&network, Generator::new(Workload::AccountsMillion, accounts, 1), options);
    for _ in 0..options.turns {
        case.closed_turn(options);
    }
    case.open_turn(options);
    case.print(printer);
    let bytes = (opened - before) as f64 / f64::from(MEMBERS_MANY);
    printer
        .line("memory_per_account", Workload::AccountsMillion.name(), Sync::EachBatch)
        .more("bytes_per_account", bytes.round())
        .print();
}

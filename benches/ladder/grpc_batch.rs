//! `grpc_batch`: a client process posts batches to a server process; and `durable` beside it.
//!
//! The server is the real program with the settings it has when nothing is said.

use std::path::Path;

use hourbook::ledger::Bounds;

use crate::common::books;
use crate::common::figures::Percentiles;
use crate::common::workload::{Generator, Workload};
use crate::durable::{Case, LATENCY_SHARE, MEMBERS};
use crate::line::{Printer, Sync};
use crate::options::Options;
use crate::server::Server;
use crate::wire::{self, Heard, Order, What, When};

/// Entries of one message.
const MESSAGE_ENTRIES: usize = 1_024;
/// Messages in flight, over all streams; a stream has at most 4 unanswered.
const IN_FLIGHT: usize = 16;

pub fn run(printer: &Printer, folder: &Path, options: &Options) {
    let server = Server::start(folder, MEMBERS);
    let network = books::open(&folder.join("durable"), Bounds::default());
    let accounts = books::furnish(&network.ledger, MEMBERS);
    let own = Options { batch: None, in_flight: None, ..options.clone() };
    let mut durable = Case::new(&network, Generator::new(Workload::Uniform, accounts, 1), &own);
    let workloads = [Workload::Uniform, Workload::Hot, Workload::Group];
    let wanted = |workload: &Workload| options.wants(*workload);
    let mut cases: Vec<(Workload, Vec<Heard>)> =
        workloads.into_iter().filter(wanted).map(|workload| (workload, Vec::new())).collect();
    let entries = options.batch.unwrap_or(MESSAGE_ENTRIES);
    let in_flight = options.in_flight.unwrap_or(IN_FLIGHT);
    let mut seed = 0;
    let mut ask = |workload, when| {
        seed += 1;
        wire::ask(&Order {
            address: server.address.clone(),
            server: server.process(),
            key: None,
            accounts: server.accounts,
            workload,
            seed,
            what: What::Batches { entries, streams: options.streams },
            when,
            connections: options.streams,
            lasts: options.turn(),
        })
    };
    for _ in 0..options.turns {
        for (workload, heard) in &mut cases {
            heard.push(ask(*workload, When::InFlight(in_flight)));
            if *workload == Workload::Uniform {
                durable.closed_turn(options);
            }
        }
    }
    for (workload, heard) in &cases {
        let offered = heard.last().unwrap().entries_per_s() * LATENCY_SHARE;
        let open = ask(*workload, When::PerSecond(offered));
        let mut line = printer
            .line("grpc_batch", workload.name(), Sync::EachBatch)
            .in_flight(in_flight)
            .heard(heard)
            .batch(entries as u64)
            .latencies(open.percentiles, format!("open loop at {offered:.0} entries/s"))
            .more("streams", options.streams);
        if workload.transfers() > 1 {
            let transfers = line.entries_per_s.unwrap_or(0.0) * workload.transfers() as f64;
            line = line.more("transfers_per_s", transfers.round());
        }
        line.print();
    }
    durable.print(printer);
}

impl crate::line::Line {
    /// Rates and use of turns on the wire. Bytes written are the server's; CPU is both processes'.
    pub fn heard(self, turns: &[Heard]) -> Self {
        let sum = |of: fn(&Heard) -> f64| crate::common::figures::thousandths(turns.iter().map(of).sum());
        self.rates(turns.iter().map(Heard::entries_per_s).collect())
            .used(turns.iter().map(|turn| turn.server + turn.client))
            .more("server_cpu_s", sum(|turn| turn.server.cpu_s))
            .more("client_cpu_s", sum(|turn| turn.client.cpu_s))
    }

    /// Latencies of turns on the wire.
    pub fn heard_latencies(self, turns: &[Heard], measured: &str) -> Self {
        let percentiles: Vec<Percentiles> = turns.iter().filter_map(|turn| turn.percentiles).collect();
        self.latencies(Percentiles::of_turns(&percentiles), measured.to_owned())
    }
}

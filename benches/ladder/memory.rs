//! `core_memory`: a whole ledger, with the journal in memory: everything but the disk.

use hourbook::journal::MemoryJournal;
use hourbook::ledger::{Bounds, Ledger, Options as LedgerOptions};

use crate::common::books;
use crate::common::driver::{self, Turn};
use crate::common::plain_file::Until;
use crate::common::workload::{Generator, Workload};
use crate::durable::{IN_FLIGHT, MEMBERS, SUBMISSION};
use crate::line::{Printer, Sync};
use crate::options::Options;

/// More than are posted in any turn.
const RECENT_IDS_MAX: usize = 100_000_000;

pub fn run(printer: &Printer, options: &Options) {
    // Without a disk there is nowhere to put request ids: room for those of the longest turn.
    let bounds = Bounds { recent_ids_max: RECENT_IDS_MAX, ..Bounds::default() };
    // A ledger a turn: its journal keeps every byte in memory.
    let turns: Vec<Turn> = (0..options.turns as u64)
        .map(|turn| {
            let options_of = LedgerOptions { bounds, ..LedgerOptions::default() };
            let ledger = Ledger::open(Box::new(MemoryJournal::new()), options_of).unwrap();
            let accounts = books::furnish(&ledger, MEMBERS);
            let mut generator = Generator::new(Workload::Uniform, accounts, turn);
            let (size, in_flight) = sizes(options);
            driver::closed_loop(&ledger, &mut generator, size, in_flight, Until::Elapsed(options.turn()))
        })
        .collect();
    let (_, in_flight) = sizes(options);
    printer
        .line("core_memory", Workload::Uniform.name(), Sync::None)
        .in_flight(in_flight)
        .turns(&turns)
        .print();
}

fn sizes(options: &Options) -> (usize, usize) {
    (options.batch.unwrap_or(SUBMISSION), options.in_flight.unwrap_or(IN_FLIGHT))
}

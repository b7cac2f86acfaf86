//! `core`: how fast one thread decides and encodes, with the checks of ids and limits and nothing else.
//!
//! Commands are drawn a submission at a time, off the clock.

use crate::common::figures::median;
use crate::common::workload::{Generator, Workload};
use crate::core_turn;
use crate::durable::{MEMBERS, SUBMISSION};
use crate::line::{Printer, Sync};
use crate::options::Options;

pub fn run(printer: &Printer, options: &Options) {
    let mut cases =
        [(Workload::Uniform, MEMBERS), (Workload::AccountsMillion, 1_000_000)].map(|(workload, members)| {
            let (core, accounts) = core_turn::furnished(members);
            (workload, core, Generator::new(workload, accounts, 1), Vec::new(), Vec::new())
        });
    for _ in 0..options.turns {
        for (_, core, generator, rates, cpus) in &mut cases {
            let (entries, took, cpu) = core_turn::run(core, generator, SUBMISSION, options.turn());
            rates.push(entries as f64 / took.as_secs_f64());
            cpus.push(cpu.as_secs_f64());
        }
    }
    for (workload, _, _, rates, cpus) in cases {
        let mut line = printer.line("core", workload.name(), Sync::None).rates(rates);
        line.cpu_s = Some(median(cpus));
        line.print();
    }
}

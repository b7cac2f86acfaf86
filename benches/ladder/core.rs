//! `core`: how fast one thread decides and encodes, with the checks of ids and limits and nothing else.
//!
//! Commands are drawn a submission at a time, off the clock.

use std::time::{Duration, Instant, SystemTime};

use hourbook::domain::{Command, OwnerNumber, Timestamp};

use crate::common::books;
use crate::common::figures::median;
use crate::common::usage::thread_cpu;
use crate::common::workload::{Generator, Workload};
use crate::core_adapter::Deciding;
use crate::durable::{MEMBERS, SUBMISSION};
use crate::line::{Printer, Sync};
use crate::options::Options;

pub fn run(printer: &Printer, options: &Options) {
    let mut cases =
        [(Workload::Uniform, MEMBERS), (Workload::AccountsMillion, 1_000_000)].map(|(workload, members)| {
            let mut core = Deciding::default();
            core.start_batch(now());
            let accounts = books::furnish_with(members, &mut |actions| {
                for action in actions {
                    put(&mut core, &[Command::new(books::fresh_key(), OwnerNumber::OPERATOR, action)]);
                }
            });
            (workload, core, Generator::new(workload, accounts, 1), Vec::new(), Vec::new())
        });
    for _ in 0..options.turns {
        for (_, core, generator, rates, cpus) in &mut cases {
            let (entries, took, cpu) = turn(core, generator, options.turn());
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

/// Entries, and the time and CPU they took, drawing left out.
fn turn(core: &mut Deciding, generator: &mut Generator, lasts: Duration) -> (u64, Duration, Duration) {
    let began = Instant::now();
    let (mut entries, mut took, mut cpu) = (0, Duration::ZERO, Duration::ZERO);
    let mut commands = Vec::new();
    while began.elapsed() < lasts {
        generator.fill(&mut commands, SUBMISSION);
        let (cpu_before, since) = (thread_cpu(), Instant::now());
        put(core, &commands);
        took += since.elapsed();
        cpu += thread_cpu() - cpu_before;
        entries += SUBMISSION as u64;
    }
    (entries, took, cpu)
}

fn put(core: &mut Deciding, commands: &[Command]) {
    if core.batch_is_full() {
        core.start_batch(now());
    }
    core.decide(commands);
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(since.as_micros() as i64)
}

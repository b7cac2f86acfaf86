//! A turn of the core: commands are drawn a submission at a time, off the clock, and decided.

use std::time::{Duration, Instant, SystemTime};

use hourbook::domain::{Command, OwnerNumber, Timestamp};

use crate::common::books;
use crate::common::usage::thread_cpu;
use crate::common::workload::{Accounts, Generator};
use crate::core_adapter::Deciding;

/// A core with a bank, its café and so many members.
pub fn furnished(members: u32) -> (Deciding, Accounts) {
    let mut core = Deciding::default();
    core.start_batch(now());
    let accounts = books::furnish_with(members, &mut |actions| {
        for action in actions {
            put(&mut core, &[Command::new(books::fresh_key(), OwnerNumber::OPERATOR, action)]);
        }
    });
    (core, accounts)
}

/// Entries, and the time and CPU they took, drawing left out.
pub fn run(
    core: &mut Deciding,
    generator: &mut Generator,
    submission: usize,
    lasts: Duration,
) -> (u64, Duration, Duration) {
    let began = Instant::now();
    let (mut entries, mut took, mut cpu) = (0, Duration::ZERO, Duration::ZERO);
    let mut commands = Vec::new();
    while began.elapsed() < lasts {
        generator.fill(&mut commands, submission);
        let (cpu_before, since) = (thread_cpu(), Instant::now());
        put(core, &commands);
        took += since.elapsed();
        cpu += thread_cpu() - cpu_before;
        entries += submission as u64;
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

//! Posts a workload into a ledger of this process, in one of two ways.
//!
//! - Closed loop: so many submissions are always in flight. Says what the ledger can take. One thread draws
//!   the entries, submits and takes answers; its work is part of the figure, on the same cores.
//! - Open loop: submissions leave at moments fixed beforehand, whether or not earlier ones are answered,
//!   and wait from that moment on. So a stall counts for everybody who would have come during it. One
//!   thread draws and submits, a second takes the answers. What the first is late by counts as well.

use std::collections::VecDeque;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use hourbook::ledger::Ledger;

use super::figures::Percentiles;
use super::plain_file::Until;
use super::posting::{self, InFlight};
use super::usage::Usage;
use super::workload::Generator;

/// Submissions that an open loop may be behind, above what the ledger itself would take.
const BEHIND_MAX: usize = 8_192;

/// What came of a turn.
#[derive(Clone, Debug)]
pub struct Turn {
    pub entries: u64,
    /// Batches of the journal, each one sync.
    pub batches: u64,
    pub took: Duration,
    /// From the moment a submission should have left to its answer; of open loops only.
    pub percentiles: Option<Percentiles>,
    /// This process, the driver included.
    pub usage: Usage,
}

impl Turn {
    pub fn entries_per_s(&self) -> f64 {
        self.entries as f64 / self.took.as_secs_f64()
    }

    pub fn entries_per_batch(&self) -> u64 {
        self.entries / self.batches.max(1)
    }
}

/// Keeps `in_flight` submissions of `size` entries on their way.
pub fn closed_loop(
    ledger: &Ledger,
    generator: &mut Generator,
    size: usize,
    in_flight: usize,
    until: Until,
) -> Turn {
    let before = Before::now(ledger);
    let mut waiting: VecDeque<InFlight> = VecDeque::with_capacity(in_flight);
    let (mut entries, mut submitted) = (0, 0);
    let mut settle = |oldest: InFlight, generator: &mut Generator| {
        let settled = posting::settle(oldest);
        generator.accepted(settled.sequences());
        entries += settled.entries();
        settled.commands
    };
    while until.goes_on(before.began, submitted) {
        let oldest = if waiting.len() < in_flight { None } else { waiting.pop_front() };
        let mut commands = oldest.map(|oldest| settle(oldest, generator)).unwrap_or_default();
        let captures = generator.fill(&mut commands, size);
        waiting.push_back(posting::submit(ledger, commands, captures, Instant::now()));
        submitted += size as u64;
    }
    for oldest in waiting {
        settle(oldest, generator);
    }
    before.turn(ledger, entries, None)
}

/// Sends submissions of `size` entries at `entries_per_s` for so long.
pub fn open_loop(
    ledger: &Ledger,
    generator: &mut Generator,
    size: usize,
    entries_per_s: f64,
    lasts: Duration,
) -> Turn {
    let before = Before::now(ledger);
    let (sent, to_settle) = mpsc::sync_channel::<InFlight>(BEHIND_MAX);
    let (settled, again) = mpsc::sync_channel(BEHIND_MAX);
    let mut entries = 0;
    let latencies = std::thread::scope(|scope| {
        let collector = scope.spawn(move || {
            let mut latencies = Vec::new();
            for in_flight in to_settle {
                let since = in_flight.since;
                let answered = posting::settle(in_flight);
                latencies.push(since.elapsed());
                drop(settled.send(answered)); // Nobody wants them any more once the turn is over.
            }
            latencies
        });
        for moment in schedule(before.began, size as f64 / entries_per_s, lasts) {
            let mut commands = Vec::new();
            while let Ok(answered) = again.try_recv() {
                generator.accepted(answered.sequences());
                commands = answered.commands;
            }
            let captures = generator.fill(&mut commands, size);
            wait_until(moment);
            sent.send(posting::submit(ledger, commands, captures, moment)).unwrap();
            entries += size as u64;
        }
        drop(sent);
        for answered in again {
            generator.accepted(answered.sequences());
        }
        collector.join().unwrap()
    });
    before.turn(ledger, entries, Percentiles::of(latencies))
}

/// The moments at which something leaves.
pub fn schedule(began: Instant, every_s: f64, lasts: Duration) -> impl Iterator<Item = Instant> {
    let count = (lasts.as_secs_f64() / every_s) as u64;
    (0..count).map(move |place| began + Duration::from_secs_f64(every_s * place as f64))
}

/// Sleeps until a moment; not at all if it has passed.
pub fn wait_until(moment: Instant) {
    let left = moment.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        std::thread::sleep(left);
    }
}

/// How things stood when a turn began.
struct Before {
    batches: u64,
    usage: Usage,
    began: Instant,
}

impl Before {
    fn now(ledger: &Ledger) -> Self {
        Self { batches: ledger.batches(), usage: Usage::mine(), began: Instant::now() }
    }

    fn turn(&self, ledger: &Ledger, entries: u64, percentiles: Option<Percentiles>) -> Turn {
        Turn {
            entries,
            batches: ledger.batches() - self.batches,
            took: self.began.elapsed(),
            percentiles,
            usage: Usage::mine() - self.usage,
        }
    }
}

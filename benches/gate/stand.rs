//! Where the rungs are measured: books, a core, a file and a server, all open at once, by turns.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hourbook::ledger::Bounds;
use hourbook::network::Network;
use tempfile::TempDir;

use crate::common::books;
use crate::common::driver::{self, Turn};
use crate::common::plain_file::{PlainFile, Until};
use crate::common::random::Random;
use crate::common::reading::{self, Page};
use crate::common::usage::thread_cpu;
use crate::common::workload::{Accounts, Generator, Workload};
use crate::core_adapter::Deciding;
use crate::core_turn;
use crate::cpu_loop::CpuLoop;
use crate::others::Cpu;
use crate::ratios::Ratio;
use crate::server::Server;
use crate::wire::{self, CALLS_PER_CONNECTION, Order, What, When};

const MEMBERS: u32 = 10_000;
/// Entries of a submission or message, and how many of them are in flight.
const SUBMISSION: usize = 1_024;
const IN_FLIGHT: usize = 16;
/// Streams of batches.
const STREAMS: usize = 4;
/// Unary calls in flight.
const CALLS: usize = 128;
/// Entries before the first turn, so that every member has pages to read.
const HISTORY_ENTRIES: u64 = 1_000_000;
/// Quiet rounds that are wanted; their median counts.
const ROUNDS: usize = 7;
/// How long rounds may go on for them when a change is judged, and when floors are recorded.
pub const PATIENCE_JUDGING: Duration = Duration::from_secs(65);
pub const PATIENCE_RECORDING: Duration = Duration::from_secs(100);
/// Of the processors' time, what others may have in a round whose figures by the clock count: the kernel's
/// own threads, which write our pages out, are others too.
const OTHERS_MAX: f64 = 0.12;
/// How long a turn is, where threads or processes have to find their pace.
const TURN: Duration = Duration::from_millis(700);
/// The same for one thread that needs nobody.
const TURN_ALONE: Duration = Duration::from_millis(250);

/// What is measured; more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Steps of a fixed loop, a CPU second.
    CpuLoop,
    /// The same a second, on all cores at once.
    CpuLoopOnAllCores,
    /// Entries a CPU second.
    Core,
    /// Entries a second.
    PlainFile,
    /// Entries a byte that the kernel was given.
    PlainFileBytes,
    /// Entries a second.
    Durable,
    /// Entries a CPU second of all threads.
    DurableCpu,
    /// Entries a byte that the kernel was given.
    DurableBytes,
    /// Entries a second.
    Hot,
    /// Entries a CPU second of all threads.
    HotCpu,
    /// Entries a second.
    GrpcBatch,
    /// Entries a CPU second of both processes.
    GrpcBatchCpu,
    /// Calls a second.
    GrpcNoop,
    /// Calls a CPU second of both processes.
    GrpcNoopCpu,
    /// Entries a second.
    GrpcUnary,
    /// Entries a CPU second of both processes.
    GrpcUnaryCpu,
    /// Reads a CPU second.
    BalanceRead,
    /// Pages a CPU second.
    StatementPage,
}

impl Rung {
    pub const fn name(self) -> &'static str {
        match self {
            Self::CpuLoop => "cpu_loop",
            Self::CpuLoopOnAllCores => "cpu_loop on all cores",
            Self::Core => "core",
            Self::PlainFile => "plain_file",
            Self::PlainFileBytes => "plain_file a byte",
            Self::Durable => "durable",
            Self::DurableCpu => "durable a CPU second",
            Self::DurableBytes => "durable a byte",
            Self::Hot => "durable, hot",
            Self::HotCpu => "durable, hot, a CPU second",
            Self::GrpcBatch => "grpc_batch",
            Self::GrpcBatchCpu => "grpc_batch a CPU second",
            Self::GrpcNoop => "grpc_noop",
            Self::GrpcNoopCpu => "grpc_noop a CPU second",
            Self::GrpcUnary => "grpc_unary",
            Self::GrpcUnaryCpu => "grpc_unary a CPU second",
            Self::BalanceRead => "balance_read",
            Self::StatementPage => "statement_page",
        }
    }
}

impl Rung {
    /// Whether others on the machine change the figure much: it is counted a second by the clock.
    pub const fn is_by_clock(self) -> bool {
        match self {
            Self::CpuLoopOnAllCores
            | Self::PlainFile
            | Self::Durable
            | Self::Hot
            | Self::GrpcBatch
            | Self::GrpcNoop
            | Self::GrpcUnary => true,
            Self::CpuLoop
            | Self::Core
            | Self::PlainFileBytes
            | Self::DurableCpu
            | Self::DurableBytes
            | Self::HotCpu
            | Self::GrpcBatchCpu
            | Self::GrpcNoopCpu
            | Self::GrpcUnaryCpu
            | Self::BalanceRead
            | Self::StatementPage => false,
        }
    }
}

/// One turn of every rung that was wanted.
pub struct Round {
    pub figures: BTreeMap<Rung, f64>,
    /// Of the processors' time, what others had meanwhile.
    pub others: f64,
}

impl Round {
    /// Whether figures by the clock mean something.
    pub fn is_quiet(&self) -> bool {
        self.others <= OTHERS_MAX
    }
}

/// Everything that rungs need.
pub struct Stand {
    cpu_loop: CpuLoop,
    core: (Deciding, Generator),
    plain_file: PlainFile,
    network: Network,
    accounts: Accounts,
    uniform: Generator,
    hot: Generator,
    server: Server,
    random: Random,
    seed: u64,
    _folder: TempDir,
}

impl Stand {
    pub fn set_up() -> Self {
        // On the disk of the build, not in a temporary folder that may be memory.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let network = books::open(&folder.path().join("books"), Bounds::default());
        let accounts = books::furnish(&network.ledger, MEMBERS);
        let mut uniform = Generator::new(Workload::Uniform, accounts, 1);
        let history = Until::Entries(HISTORY_ENTRIES);
        driver::closed_loop(&network.ledger, &mut uniform, SUBMISSION, IN_FLIGHT, history);
        let (core, core_accounts) = core_turn::furnished(MEMBERS);
        Self {
            cpu_loop: CpuLoop::new(),
            core: (core, Generator::new(Workload::Uniform, core_accounts, 1)),
            plain_file: PlainFile::create(folder.path()),
            network,
            accounts,
            uniform,
            hot: Generator::new(Workload::Hot, accounts, 2),
            server: Server::start(folder.path(), MEMBERS),
            random: Random::new(11),
            seed: 0,
            _folder: folder,
        }
    }

    /// Measures what these ratios need, by turns, until there are enough quiet rounds or it takes too long.
    pub fn measure(&mut self, ratios: &[Ratio], patience: Duration) -> Vec<Round> {
        let wanted: Vec<Rung> = ratios.iter().flat_map(Ratio::rungs).collect();
        let (began, mut rounds) = (Instant::now(), Vec::<Round>::new());
        while rounds.iter().filter(|round| round.is_quiet()).count() < ROUNDS && began.elapsed() < patience {
            let before = Cpu::now(&self.server);
            let figures = self.round(&wanted).into_iter().collect();
            rounds.push(Round { figures, others: Cpu::now(&self.server).others_since(before) });
        }
        rounds
    }

    /// A turn of each rung that is wanted, what is compared next to each other. One turn may say several things.
    fn round(&mut self, wanted: &[Rung]) -> Vec<(Rung, f64)> {
        let wants = |rungs: &[Rung]| rungs.iter().any(|rung| wanted.contains(rung));
        let mut figures = Vec::new();
        if wants(&[Rung::CpuLoop]) {
            figures.push((Rung::CpuLoop, self.cpu_loop.per_cpu_second(TURN_ALONE)));
        }
        if wants(&[Rung::Core]) {
            figures.push((Rung::Core, self.core()));
        }
        if wants(&[Rung::BalanceRead]) {
            figures.push((Rung::BalanceRead, self.balance_read()));
        }
        if wants(&[Rung::StatementPage]) {
            figures.push((Rung::StatementPage, self.statement_page()));
        }
        if wants(&[Rung::CpuLoopOnAllCores]) {
            figures.push((Rung::CpuLoopOnAllCores, self.cpu_loop.per_second(TURN_ALONE)));
        }
        if wants(&[Rung::Durable, Rung::DurableCpu, Rung::DurableBytes]) {
            let turn = Self::durable(&self.network, &mut self.uniform);
            let entries = turn.entries as f64;
            figures.push((Rung::Durable, turn.entries_per_s()));
            figures.push((Rung::DurableCpu, entries / turn.usage.cpu_s));
            figures.push((Rung::DurableBytes, entries / turn.usage.bytes_written as f64));
            if wants(&[Rung::PlainFile, Rung::PlainFileBytes]) {
                let records = books::newest_records(&self.network.ledger);
                let per_sync = turn.entries_per_batch();
                let turn = self.plain_file.turn(&records, per_sync, Until::Elapsed(TURN));
                let entries = turn.entries as f64;
                figures.push((Rung::PlainFile, entries / turn.took.as_secs_f64()));
                figures.push((Rung::PlainFileBytes, entries / turn.usage.bytes_written as f64));
            }
        }
        if wants(&[Rung::GrpcBatch, Rung::GrpcBatchCpu]) {
            let what = What::Batches { entries: SUBMISSION, streams: STREAMS };
            let (a_second, a_cpu_second) = self.ask(what, IN_FLIGHT, STREAMS);
            figures.extend([(Rung::GrpcBatch, a_second), (Rung::GrpcBatchCpu, a_cpu_second)]);
        }
        if wants(&[Rung::Hot, Rung::HotCpu]) {
            let turn = Self::durable(&self.network, &mut self.hot);
            figures.push((Rung::Hot, turn.entries_per_s()));
            figures.push((Rung::HotCpu, turn.entries as f64 / turn.usage.cpu_s));
        }
        let calls = [
            (Rung::GrpcNoop, Rung::GrpcNoopCpu, What::Nothing),
            (Rung::GrpcUnary, Rung::GrpcUnaryCpu, What::Post),
        ];
        for (rung, rung_cpu, what) in calls {
            if wants(&[rung, rung_cpu]) {
                let (a_second, a_cpu_second) = self.ask(what, CALLS, CALLS / CALLS_PER_CONNECTION);
                figures.extend([(rung, a_second), (rung_cpu, a_cpu_second)]);
            }
        }
        figures
    }

    fn core(&mut self) -> f64 {
        let (core, generator) = &mut self.core;
        let (entries, _, cpu) = core_turn::run(core, generator, SUBMISSION, TURN);
        entries as f64 / cpu.as_secs_f64()
    }

    fn durable(network: &Network, generator: &mut Generator) -> Turn {
        rustix::fs::sync();
        let until = Until::Elapsed(TURN);
        driver::closed_loop(&network.ledger, generator, SUBMISSION, IN_FLIGHT, until)
    }

    /// Entries or calls a second, and a CPU second.
    fn ask(&mut self, what: What, in_flight: usize, connections: usize) -> (f64, f64) {
        self.seed += 1;
        let heard = wire::ask(&Order {
            address: self.server.address.clone(),
            server: self.server.process(),
            key: None,
            accounts: self.server.accounts,
            workload: Workload::Uniform,
            seed: self.seed,
            what,
            when: When::InFlight(in_flight),
            connections,
            lasts: TURN,
        });
        let cpu_s = heard.server.cpu_s + heard.client.cpu_s;
        (heard.entries_per_s(), heard.entries as f64 / cpu_s)
    }

    fn balance_read(&self) -> f64 {
        let over = AtomicBool::new(false);
        let (reads, cpu) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| reading::balances(&self.network.ledger, self.accounts, &over));
            std::thread::sleep(TURN_ALONE);
            over.store(true, Ordering::Relaxed);
            reader.join().unwrap()
        });
        reads as f64 / cpu.as_secs_f64()
    }

    fn statement_page(&mut self) -> f64 {
        let (began, before, mut pages) = (Instant::now(), thread_cpu(), 0_u32);
        for which in Page::BY_TURNS.into_iter().cycle() {
            if began.elapsed() >= TURN_ALONE {
                break;
            }
            let place = self.random.below(self.accounts.count);
            reading::page(&self.network.ledger, self.accounts, place, which);
            pages += 1;
        }
        f64::from(pages) / (thread_cpu() - before).as_secs_f64()
    }
}

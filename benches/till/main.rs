//! Tills: whether hours are set aside and taken as fast as aimed at, with 64 tills at once.
//!
//! `cargo bench --bench till` starts a server of the real program over empty books and opens a café with 64 tills. Then
//! these take turns: calls that do nothing (64 in flight), each till setting an hour aside and taking it
//! (AuthorizeRedemption, then CaptureRedemption, both answered when they are on disk), and appends to a journal that
//! nothing else writes to, synced one after the other. It prints one JSON object for each, and the goal.
//!
//! Then half as many are sold, at an even pace, by two shops in turn, of which one has software that is told of every sale. A
//! turn's 99th percentile says little alone, so what counts is the middle one of the ratios of the two turns of each pair.
//!
//! Measured is the pair of calls. Codes are made before a turn, as they are before somebody is at the counter. The client is
//! in this process and shares the machine's cores with the server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "a benchmark fails by panicking, and its figures are no hours"
)]

#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "../ladder/server.rs"]
mod server;
mod shop;
mod told;

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Parser;
use common::figures::{Percentiles, thousandths};
use hourbook::domain::Timestamp;
use hourbook::journal::{Batch, Journal, SledJournal, VolumesOptions};
use serde_json::json;
use server::Server;
use shop::Shop;
use tokio::task::JoinSet;

/// Tills at once, and calls that do nothing at once.
const AT_ONCE: u32 = 64;
/// Bytes of one append, about those of the two entries of a sale.
const APPEND_BYTES: usize = 600;

/// Whether tills are served as fast as aimed at.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo bench --bench till --")]
struct Options {
    /// How often each till sets aside and takes in a turn
    #[arg(long, default_value_t = 60, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=900))]
    sales: u32,
    /// How many turns each has
    #[arg(long, default_value_t = 5, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100))]
    turns: u32,
    /// How many turns the two shops have of which one is told
    #[arg(long, default_value_t = 16, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100))]
    pairs: u32,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    if !common::is_asked_for() {
        return;
    }
    let options = Options::parse();
    // As many codes as a member may have.
    let most = options.sales * options.turns.max(options.pairs);
    assert!(most <= 1_000, "at most 1,000 sales of a till in all turns");
    let folder = common::begin();
    let server = Server::start(folder.path(), AT_ONCE * 3);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let shop = runtime.block_on(Shop::open(&server, (AT_ONCE, 0), "Saucer & Spoon"));
    let mut appends = Appends::open(&folder.path().join("appends"));
    let (mut nothing, mut sales, mut synced) = (Vec::new(), Vec::new(), Vec::new());
    let (mut sold, mut took) = (0, Duration::ZERO);
    for turn in 0..options.turns {
        let calls = options.sales * 4;
        nothing.extend(Percentiles::of(runtime.block_on(nothing_at_all(&server, calls))));
        rustix::fs::sync(); // What the turn before wrote is its own affair.
        let (each, together) = runtime.block_on(shop.sell(turn, options.sales, Duration::ZERO));
        took += together;
        sold += each.len();
        sales.extend(Percentiles::of(each));
        rustix::fs::sync();
        synced.extend(Percentiles::of(appends.turn(options.sales * 10)));
    }
    let [nothing, sales, synced] =
        [("grpc_noop", nothing), ("set aside and taken", sales), ("append", synced)]
            .map(|(what, turns)| print(what, Percentiles::of_turns(&turns).unwrap()));
    println!(
        "{}",
        json!({"what": "sales a second, all tills at once", "count": (sold as f64 / took.as_secs_f64()).round()})
    );
    let most = 2.0 * nothing.p99_ms + 4.0 * synced.p99_ms;
    let pace = took.div_f64(sold as f64) * 2 * AT_ONCE;
    let felt = told::turns(&runtime, &server, (options.pairs, options.sales), pace);
    for (what, turns) in
        [("half as many, without hooks", &felt.quiet), ("half as many, with hooks", &felt.told)]
    {
        print(what, Percentiles::of_turns(turns).unwrap());
    }
    println!(
        "{}",
        json!({
            "what": "events that arrived",
            "count": felt.arrived,
            "while_selling": felt.arrived_meanwhile,
            "seconds_of_selling": thousandths(felt.sold_for.as_secs_f64()),
            "seconds_until_the_last": thousandths(felt.arrived_for.as_secs_f64()),
        })
    );
    println!("\n| goal | value | at most | met |\n|---|---|---|---|");
    println!(
        "| p99 of setting aside and taking, {AT_ONCE} tills: ≤ 2 × grpc_noop + 4 × append | {:.3} ms | {most:.3} ms | {} |",
        sales.p99_ms,
        if sales.p99_ms <= most { "yes" } else { "no" }
    );
    let ratio = felt.ratio();
    println!(
        "| p99 of the same at half of that, with hooks ÷ without, in the middle of {} pairs of turns: < 1.1 | {ratio:.3} | 1.100 | {} |",
        options.pairs,
        if ratio < 1.1 { "yes" } else { "no" }
    );
}

fn print(what: &str, percentiles: Percentiles) -> Percentiles {
    let Percentiles { p50_ms, p99_ms, p999_ms, max_ms } = percentiles;
    let [p50_ms, p99_ms, p999_ms, max_ms] = [p50_ms, p99_ms, p999_ms, max_ms].map(thousandths);
    println!(
        "{}",
        json!({"what": what, "p50_ms": p50_ms, "p99_ms": p99_ms, "p999_ms": p999_ms, "max_ms": max_ms})
    );
    percentiles
}

/// Calls that do nothing, as many at once as there are tills.
async fn nothing_at_all(server: &Server, calls: u32) -> Vec<Duration> {
    let mut tasks = JoinSet::new();
    let channel = shop::connect(&server.address).await;
    for _ in 0..AT_ONCE {
        let mut client = tonic_health::pb::health_client::HealthClient::new(channel.clone());
        tasks.spawn(async move {
            let mut took = Vec::new();
            for _ in 0..calls {
                let began = Instant::now();
                client.check(tonic_health::pb::HealthCheckRequest::default()).await.unwrap();
                took.push(began.elapsed());
            }
            took
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

/// A journal that nothing else writes to.
struct Appends {
    journal: SledJournal,
    tip: hourbook::journal::Tip,
    batch: Batch,
}

impl Appends {
    fn open(folder: &Path) -> Self {
        std::fs::create_dir(folder).unwrap();
        let mut journal = SledJournal::open(folder, VolumesOptions::default()).unwrap();
        let tip = journal.acquire().unwrap();
        Self { journal, tip, batch: Batch::new() }
    }

    fn turn(&mut self, count: u32) -> Vec<Duration> {
        let record = vec![7; APPEND_BYTES];
        let append = |_| {
            let committed = self.tip.position;
            self.batch.start(committed.next(), Timestamp::from_micros(0), committed);
            self.batch.push(&record).unwrap();
            let began = Instant::now();
            self.tip = self.journal.append(&self.tip, &self.batch).unwrap();
            began.elapsed()
        };
        (0..count).map(append).collect()
    }
}

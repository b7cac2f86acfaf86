//! The client of the wire rungs, in a process of its own so that its CPU is counted apart.
//!
//! Runs on one thread, which is the cheapest for two cores shared with the server. Told what to do as JSON
//! in an argument, it connects, warms up, measures for the time asked, and answers in JSON.

mod batches;
mod calls;
pub mod crowd;
mod message;
mod process;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tonic::transport::{Channel, Endpoint};

use crate::common::figures::Percentiles;
use crate::common::usage::Usage;
use crate::common::workload::{Accounts, Workload};

/// The argument that makes this program a client.
pub const CLIENT: &str = "client-of-the-ladder";
/// Calls of one connection that the server answers at once.
pub const CALLS_PER_CONNECTION: usize = 64;
/// Moments of an open loop that may be behind.
const BEHIND_MAX: usize = 65_536;
/// Before the measured time: connections are opened, buffers and the server's threads find their size.
const WARM_UP: Duration = Duration::from_millis(500);

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// PostBatches with messages of so many entries, on so many streams.
    Batches { entries: usize, streams: usize },
    /// PostEntry.
    Post,
    /// Health checks.
    Nothing,
}

/// When it is sent.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum When {
    /// So many are always in flight.
    InFlight(usize),
    /// So many leave a second, answered or not.
    PerSecond(f64),
}

/// What a client is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub address: String,
    pub server: u32,
    /// What is shown with every call, if anything; a benchmark's key opens nothing else.
    pub key: Option<String>,
    pub accounts: Accounts,
    pub workload: Workload,
    /// Of its own, so that no two clients of one server draw the same.
    pub seed: u64,
    pub what: What,
    pub when: When,
    pub connections: usize,
    pub lasts: Duration,
}

/// What it says.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Heard {
    /// Entries, or calls, answered in the measured time; each answer was looked at.
    pub entries: u64,
    pub took: Duration,
    /// From the moment a message or call was sent, or should have been, to its answer.
    pub percentiles: Option<Percentiles>,
    pub server: Usage,
    pub client: Usage,
}

impl Heard {
    pub fn entries_per_s(&self) -> f64 {
        self.entries as f64 / self.took.as_secs_f64()
    }
}

/// An answer: when it came, how long it took, and for how many entries.
pub struct Answered {
    at: Instant,
    took: Duration,
    entries: u64,
}

impl Answered {
    fn now(since: Instant, entries: u64) -> Self {
        let at = Instant::now();
        Self { at, took: at.saturating_duration_since(since), entries }
    }
}

/// Has a client do something and returns what it says.
pub fn ask(order: &Order) -> Heard {
    process::ask(CLIENT, order)
}

/// The client itself.
pub fn client(order: &str) {
    process::answer(order, run);
}

async fn run(order: Order) -> Heard {
    let mut channels = Vec::new();
    for _ in 0..order.connections {
        channels.push(connect(&order.address).await);
    }
    let begins = Instant::now() + WARM_UP;
    let ends = begins + order.lasts;
    let measuring = tokio::spawn(measure(order.server, begins, ends));
    let answered = match order.what {
        What::Batches { entries, .. } => batches::run(&order, channels, entries, ends).await,
        What::Post | What::Nothing => calls::run(&order, channels, ends).await,
    };
    let (took, server, client) = measuring.await.unwrap();
    let counted = answered.iter().filter(|one| (begins..ends).contains(&one.at));
    let (mut entries, mut latencies) = (0, Vec::new());
    for one in counted {
        entries += one.entries;
        latencies.push(one.took);
    }
    Heard { entries, took, percentiles: Percentiles::of(latencies), server, client }
}

async fn connect(address: &str) -> Channel {
    Endpoint::from_shared(format!("http://{address}"))
        .unwrap()
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20)
        .connect()
        .await
        .unwrap()
}

/// What both processes use in the measured time.
async fn measure(server: u32, begins: Instant, ends: Instant) -> (Duration, Usage, Usage) {
    tokio::time::sleep_until(begins.into()).await;
    let before = (Usage::of(server), Usage::mine());
    tokio::time::sleep_until(ends.into()).await;
    (ends - begins, Usage::of(server) - before.0, Usage::mine() - before.1)
}

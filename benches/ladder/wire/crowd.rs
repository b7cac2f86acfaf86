//! A crowd: callers who come at moments fixed beforehand, whatever becomes of those before them, first few,
//! then more than the server can serve, then few again.
//!
//! Each call is on its own: an entry, or a stream with one batch. A call that finds no place on any connection
//! (HTTP/2 lets only so many be open), or this client behind, does not leave and is counted as held back, as in a
//! caller's own queue.
//! Nobody asks again. An answer that is neither a receipt nor RESOURCE_EXHAUSTED ends the client.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hourbook::api::PostEntryRequest;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use super::batches::METHOD;
use super::calls::post_request;
use super::message::{Maker, Prepared};
use super::{CALLS_PER_CONNECTION, connect, process};
use crate::common::driver::{schedule, wait_until};
use crate::common::figures::Percentiles;
use crate::common::workload::{Accounts, Generator, Workload};

/// The argument that makes this program a crowd.
pub const CROWD: &str = "crowd-of-the-ladder";
/// Calls that this client itself may be behind; one more does not leave.
const BEHIND_MAX: usize = 256;
/// Calls of so long come together: a client that wakes for each of them would leave the server no processor.
const TOGETHER: Duration = Duration::from_millis(1);
/// In which latencies after the flood are put together.
const WINDOW: Duration = Duration::from_millis(100);
/// The p99 is back when it is no more than this above twice what it was.
const BACK_WITHIN_MS: f64 = 2.0;

/// What a crowd is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub address: String,
    pub accounts: Accounts,
    /// Of its own, so that no two crowds of one server draw the same.
    pub seed: u64,
    /// Entries of a batch; none for PostEntry.
    pub batch: Option<usize>,
    pub connections: usize,
    pub load: Load,
}

/// When its callers come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Load {
    /// So many call again and again: capacity.
    Again { in_flight: usize, lasts: Duration },
    /// Calls a second, and for how long; the calm comes before and after.
    Flood { calm_per_s: f64, calm: Duration, flood_per_s: f64, flood: Duration },
}

/// What it says. Counts are of calls that came during the flood, or the whole time.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Heard {
    pub accepted: u64,
    /// Answers a second of those.
    pub accepted_per_s: f64,
    pub refused: u64,
    /// Of those, without a RetryInfo.
    pub without_hint: u64,
    pub held_back: u64,
    pub calm: Option<Percentiles>,
    pub flood: Option<Percentiles>,
    pub refusals: Option<Percentiles>,
    /// From the end of the flood until the p99 of calls is back.
    pub back_ms: Option<f64>,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Accepted,
    Refused { with_hint: bool },
    HeldBack,
}

#[derive(Clone, Copy)]
struct Told {
    came: Instant,
    took: Duration,
    fate: Fate,
}

/// Has a crowd do something and returns what it says.
pub fn ask(order: &Order) -> Heard {
    process::ask(CROWD, order)
}

/// The crowd itself.
pub fn client(order: &str) {
    process::answer(order, run);
}

async fn run(order: Order) -> Heard {
    let mut channels = Vec::new();
    for _ in 0..order.connections {
        channels.push(connect(&order.address).await);
    }
    match order.load {
        Load::Again { in_flight, lasts } => again(&order, &channels, in_flight, lasts).await,
        Load::Flood { calm_per_s, calm, flood_per_s, flood } => {
            let begins = Instant::now();
            let (rises, falls) = (begins + calm, begins + calm + flood);
            let parts = [(begins, calm_per_s, calm), (rises, flood_per_s, flood), (falls, calm_per_s, calm)];
            let told = come(&order, &channels, parts).await;
            say(&told, rises, falls)
        }
    }
}

/// Capacity: who was answered calls again.
async fn again(order: &Order, channels: &[Channel], in_flight: usize, lasts: Duration) -> Heard {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for place in 0..in_flight {
        let mut caller = Caller::new(order, channels[place % channels.len()].clone(), place);
        tasks.spawn(async move {
            let mut accepted = 0_u64;
            while began.elapsed() < lasts {
                assert_eq!(caller.call().await, Fate::Accepted);
                accepted += 1;
            }
            accepted
        });
    }
    let accepted = tasks.join_all().await.into_iter().sum();
    Heard { accepted, accepted_per_s: accepted as f64 / began.elapsed().as_secs_f64(), ..Heard::default() }
}

/// Calls come at their moments.
async fn come(order: &Order, channels: &[Channel], parts: [(Instant, f64, Duration); 3]) -> Vec<Told> {
    let (leave, mut moments) = mpsc::channel(BEHIND_MAX);
    // A thread, because the runtime is busy with what came before.
    let scheduled = std::thread::spawn(move || {
        let (mut late, mut now) = (Vec::new(), Instant::now());
        for moment in parts.into_iter().flat_map(|(began, rate, lasts)| schedule(began, 1.0 / rate, lasts)) {
            if moment > now {
                wait_until(moment + TOGETHER);
                now = Instant::now();
            }
            if leave.try_send(moment).is_err() {
                late.push(moment);
            }
        }
        late
    });
    let mut callers: Vec<Caller> =
        (0..channels.len()).map(|place| Caller::new(order, channels[place].clone(), place)).collect();
    let free: Vec<Arc<Semaphore>> =
        channels.iter().map(|_| Arc::new(Semaphore::new(CALLS_PER_CONNECTION))).collect();
    let (tell, mut hear) = mpsc::unbounded_channel();
    let (mut told, mut next) = (Vec::new(), 0);
    while let Some(came) = moments.recv().await {
        let places = (next..next + channels.len()).map(|place| place % channels.len());
        next += 1;
        let place = places.into_iter().find_map(|place| {
            let permit = Arc::clone(&free[place]).try_acquire_owned().ok()?;
            Some((place, permit))
        });
        let Some((place, permit)) = place else {
            told.push(Told { came, took: Duration::ZERO, fate: Fate::HeldBack });
            // The moments of a flood never end: those who wait for answers have their turn too.
            tokio::task::yield_now().await;
            continue;
        };
        let (call, tell) = (callers[place].call(), tell.clone());
        tokio::spawn(async move {
            let fate = call.await;
            drop(permit);
            tell.send(Told { came, took: came.elapsed(), fate }).ok();
        });
    }
    drop(tell);
    while let Some(one) = hear.recv().await {
        told.push(one);
    }
    let late = scheduled.join().unwrap().into_iter();
    told.extend(late.map(|came| Told { came, took: Duration::ZERO, fate: Fate::HeldBack }));
    told
}

fn say(told: &[Told], rises: Instant, falls: Instant) -> Heard {
    let during = |one: &&Told| (rises..falls).contains(&one.came);
    let count =
        |is: &dyn Fn(Fate) -> bool| told.iter().filter(during).filter(|one| is(one.fate)).count() as u64;
    let latencies = |from: Instant, to: Instant, is: &dyn Fn(Fate) -> bool| {
        let of = told.iter().filter(|one| (from..to).contains(&one.came) && is(one.fate));
        Percentiles::of(of.map(|one| one.took).collect())
    };
    let accepted = |fate| fate == Fate::Accepted;
    let refused = |fate| matches!(fate, Fate::Refused { .. });
    let ends = told.iter().map(|one| one.came).max().unwrap_or(falls) + WINDOW;
    let calm = latencies(told.iter().map(|one| one.came).min().unwrap_or(rises), rises, &accepted);
    let windows = std::iter::successors(Some(falls), |from| Some(*from + WINDOW));
    let back = calm.and_then(|calm| {
        let bound = 2.0 * calm.p99_ms + BACK_WITHIN_MS;
        windows.take_while(|from| *from < ends).find(|from| {
            let all = told.iter().filter(|one| (*from..*from + WINDOW).contains(&one.came));
            let none_lost = all.into_iter().all(|one| accepted(one.fate));
            let window = latencies(*from, *from + WINDOW, &accepted);
            none_lost && window.is_some_and(|window| window.p99_ms <= bound)
        })
    });
    let answered =
        told.iter().filter(|one| accepted(one.fate) && (rises..falls).contains(&(one.came + one.took)));
    Heard {
        accepted: count(&accepted),
        accepted_per_s: answered.count() as f64 / (falls - rises).as_secs_f64(),
        refused: count(&refused),
        without_hint: count(&|fate| fate == Fate::Refused { with_hint: false }),
        held_back: count(&|fate| fate == Fate::HeldBack),
        calm,
        flood: latencies(rises, falls, &accepted),
        refusals: latencies(rises, falls, &refused),
        back_ms: back.map(|back| (back - falls).as_secs_f64() * 1_000.0),
    }
}

/// Callers of one connection, who share a generator.
struct Caller {
    channel: Channel,
    draws: Draws,
}

enum Draws {
    Entries(Box<Generator>),
    Batches(Box<Maker>),
}

/// What leaves.
enum Letter {
    Entry(Box<PostEntryRequest>),
    Batch { message: Vec<u8>, entries: usize },
}

impl Caller {
    fn new(order: &Order, channel: Channel, place: usize) -> Self {
        let seed = order.seed << 20 | place as u64;
        let generator = Generator::new(Workload::Uniform, order.accounts, seed);
        let draws = match order.batch {
            None => Draws::Entries(Box::new(generator)),
            Some(entries) => Draws::Batches(Box::new(Maker::new(generator, entries))),
        };
        Self { channel, draws }
    }

    fn call(&mut self) -> impl Future<Output = Fate> + use<> {
        let letter = match &mut self.draws {
            Draws::Entries(generator) => Letter::Entry(Box::new(post_request(generator))),
            Draws::Batches(maker) => Letter::Batch { entries: maker.entries(), message: maker.message() },
        };
        let channel = self.channel.clone();
        async move {
            match send(channel, letter).await {
                Ok(()) => Fate::Accepted,
                Err(status) if status.code() == Code::ResourceExhausted => {
                    Fate::Refused { with_hint: status.get_details_retry_info().is_some() }
                }
                Err(status) => panic!("neither a receipt nor a refusal: {status:?}"),
            }
        }
    }
}

async fn send(channel: Channel, letter: Letter) -> Result<(), Status> {
    match letter {
        Letter::Entry(request) => {
            let answer = LedgerServiceClient::new(channel).post_entry(*request).await?.into_inner();
            let receipt = answer.receipt.unwrap();
            assert!(!receipt.repeated && receipt.entry.unwrap().sequence > 0);
        }
        Letter::Batch { message, entries } => {
            let mut grpc = Grpc::new(channel);
            grpc.ready().await.unwrap();
            let request = Request::new(tokio_stream::once(message));
            let path = PathAndQuery::from_static(METHOD);
            let mut answers = grpc.streaming(request, path, Prepared { entries }).await?.into_inner();
            assert_eq!(answers.message().await?, Some(entries as u64));
        }
    }
    Ok(())
}

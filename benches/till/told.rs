//! Whether tills feel it that a shop's software is told: half of what they can do at most, with hooks and without.
//!
//! Two shops take turns, of which one has an endpoint. What receives its events is in this process and gives way to everything
//! else, as it would be on another machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hourbook::api::hook_service_client::HookServiceClient;
use hourbook::api::{CreateEndpointRequest, Endpoint};
use hourbook::background::{give_way, let_others};
use hourbook::domain::RequestId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::AT_ONCE;
use crate::common::figures::{Percentiles, median};
use crate::server::Server;
use crate::shop::Shop;

/// What the tills of both shops felt in each turn, how many events arrived, and how many of them while tills sold.
#[derive(Default)]
pub struct Felt {
    pub quiet: Vec<Percentiles>,
    pub told: Vec<Percentiles>,
    pub arrived: usize,
    pub arrived_meanwhile: usize,
    /// How long the told shop sold in all turns.
    pub sold_for: Duration,
    /// And how long it took in all turns until the last event arrived, from the first sale.
    pub arrived_for: Duration,
}

impl Felt {
    /// How many times its 99th percentile without hooks that with hooks is, in the middle of all turns.
    pub fn ratio(&self) -> f64 {
        let pairs = self.told.iter().zip(&self.quiet);
        median(pairs.map(|(told, quiet)| told.p99_ms / quiet.p99_ms).collect())
    }
}

/// Turns of both shops, each till selling `sales` times a turn, `pace` apart.
pub fn turns(runtime: &Runtime, server: &Server, (turns, sales): (u32, u32), pace: Duration) -> Felt {
    let [quiet, told] = [(AT_ONCE, "Green Barrow"), (2 * AT_ONCE, "Ladle Street Baths")]
        .map(|(customers_from, name)| runtime.block_on(Shop::open(server, (AT_ONCE, customers_from), name)));
    let arrived = Arc::new(AtomicUsize::new(0));
    let port = receiver(Arc::clone(&arrived));
    runtime.block_on(endpoint(server, told.partner(), port));
    let mut felt = Felt::default();
    for turn in 0..turns {
        // Each goes first as often as the other.
        for is_told in [turn % 2 == 0, turn % 2 != 0] {
            let (shop, felt_here) = if is_told { (&told, &mut felt.told) } else { (&quiet, &mut felt.quiet) };
            rustix::fs::sync();
            let before = arrived.load(Ordering::Relaxed);
            let (took, sold_for) = runtime.block_on(shop.sell(turn, sales, pace));
            let sold = Instant::now();
            felt.arrived_meanwhile += arrived.load(Ordering::Relaxed) - before;
            // What is still on its way belongs to this turn: each sale is two events.
            let expected = before + if is_told { 2 * took.len() } else { 0 };
            felt_here.extend(Percentiles::of(took));
            while arrived.load(Ordering::Relaxed) < expected {
                std::thread::sleep(Duration::from_millis(1));
            }
            if is_told {
                felt.sold_for += sold_for;
                felt.arrived_for += sold_for + sold.elapsed();
            }
        }
    }
    felt.arrived = arrived.load(Ordering::Relaxed);
    felt
}

async fn endpoint(server: &Server, partner: u32, port: u16) {
    let url = format!("http://127.0.0.1:{port}/hook");
    let endpoint = Endpoint { partner_owner_number: partner, url, ..Endpoint::default() };
    let request = CreateEndpointRequest {
        request_id: RequestId::fresh().to_string(),
        endpoint: Some(endpoint),
        validate_only: false,
    };
    let channel = crate::shop::connect(&server.address).await;
    HookServiceClient::new(channel).create_endpoint(request).await.unwrap();
}

/// Answers whatever comes, and counts it; its port.
fn receiver(arrived: Arc<AtomicUsize>) -> u16 {
    let (said, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        give_way();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            said.send(listener.local_addr().unwrap().port()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let_others();
                let arrived = Arc::clone(&arrived);
                tokio::spawn(async move { answer(stream, &arrived).await });
            }
        });
    });
    port.recv().unwrap()
}

/// One request after the other, as they come.
async fn answer(mut stream: TcpStream, arrived: &AtomicUsize) {
    let mut request = Vec::new();
    let mut some = [0; 4_096];
    while let Ok(read @ 1..) = stream.read(&mut some).await {
        let_others();
        request.extend(&some[..read]);
        if request.ends_with(b"}}") {
            request.clear();
            arrived.fetch_add(1, Ordering::Relaxed);
            drop(stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await);
            let_others();
        }
    }
}

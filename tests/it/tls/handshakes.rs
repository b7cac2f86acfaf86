//! Handshakes that never end, fail, or are too many.

use std::net::SocketAddr;
use std::time::Duration;

use hourbook::telemetry::{Settings, Telemetry, names};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use super::Shown;
use crate::service::hostile::wire;
use crate::support::served::{Served, open_secret_channel};
use crate::telemetry::collector::{Collector, points};

/// The beginning of a hello of TLS 1.2 that says it is 508 bytes long.
const HALF_A_HELLO: &[u8] = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03 and so on";
/// Longer than any test.
const FOR_EVER: Duration = Duration::from_secs(3_600);

/// A collector of what a server counts.
struct Counted {
    runtime: Runtime,
    collector: Collector,
    telemetry: Telemetry,
}

impl Counted {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let (collector, address) = runtime.block_on(Collector::listen());
        let settings = Settings { otlp_endpoint: Some(format!("http://{address}")), ..Settings::default() };
        let telemetry = Telemetry::build(&settings, BoxMakeWriter::new(std::io::sink)).unwrap();
        Self { runtime, collector, telemetry }
    }

    /// How many connections were closed for what, once the server has ended.
    fn closed(self) -> Vec<String> {
        self.telemetry.shutdown(Duration::from_secs(120)).unwrap();
        let closed = points(&self.collector.metric(names::CONNECTIONS_CLOSED));
        drop(self.runtime);
        closed
    }
}

async fn say_and_be_closed(address: SocketAddr, words: &[u8]) {
    let mut stream = wire::say(address, words).await;
    wire::until_closed(&mut stream).await;
}

/// Goal: whoever begins a handshake and never ends it keeps nobody from being served. Method: a hundred who say
/// nothing and a hundred who say half a hello, with all the time in the world; then somebody new comes.
#[test]
fn handshakes_that_never_end_keep_nobody_out() {
    let shown = Shown::new();
    let served = Served::secret(shown.tls(), &shown.authority, |options| {
        options.patience.handshake = FOR_EVER;
        options.patience.opening_words = FOR_EVER;
    });
    let mut open = Vec::new();
    served.block_on(async {
        for _ in 0..100 {
            open.push(wire::say(served.address, b"").await);
            open.push(wire::say(served.address, HALF_A_HELLO).await);
        }
        open_secret_channel(served.address, &shown.authority).await.unwrap();
    });
    served.owners(1);
    drop(open);
}

/// Goal: a handshake has its time and no more, one that fails is over at once; either closes that connection
/// alone and is counted. Method: silence, half a hello that dribbles, and four who speak something else.
#[test]
fn slow_and_failed_handshakes_are_closed_and_counted() {
    let (shown, counted) = (Shown::new(), Counted::new());
    // Nobody else is served here: on a slow machine an honest handshake might take as long.
    let mut served = Served::insecure(shown.tls(), |options| {
        options.patience.handshake = Duration::from_millis(250);
        options.metrics = counted.telemetry.metrics();
    });
    served.block_on(async {
        say_and_be_closed(served.address, b"").await;
        say_and_be_closed(served.address, HALF_A_HELLO).await;
    });
    served.end().unwrap();
    assert_eq!(counted.closed(), ["hourbook.why=handshake_slow 2"]);

    let counted = Counted::new();
    let mut served = Served::secret(shown.tls(), &shown.authority, |options| {
        options.patience.handshake = FOR_EVER;
        options.metrics = counted.telemetry.metrics();
    });
    served.block_on(async {
        say_and_be_closed(served.address, &wire::hello(None)).await;
        say_and_be_closed(served.address, b"GET / HTTP/1.1\r\nHost: hourbook\r\n\r\n").await;
        say_and_be_closed(served.address, &[0xff; 4_096]).await;
        let other = crate::support::certificates::Authority::new("Somebody else's");
        open_secret_channel(served.address, &other).await.unwrap_err();
    });
    served.owners(1);
    served.end().unwrap();
    assert_eq!(counted.closed(), ["hourbook.why=handshake_failed 4"]);
}

/// Goal: a connection in its handshake is one of those there may be, one more is closed as it comes, and a place
/// that becomes free can be had. Method: three places, one of them ours; two who say nothing; then one of these
/// goes away.
#[test]
fn the_cap_counts_handshakes() {
    let (shown, counted) = (Shown::new(), Counted::new());
    let mut served = Served::secret(shown.tls(), &shown.authority, |options| {
        options.patience.handshake = FOR_EVER;
        options.connections_max = 3;
        options.metrics = counted.telemetry.metrics();
    });
    served.block_on(async {
        let silent = [wire::say(served.address, b"").await, wire::say(served.address, b"").await];
        // Accepted after those two, as the system keeps the order.
        let mut one_more = TcpStream::connect(served.address).await.unwrap();
        assert_eq!(wire::until_closed(&mut one_more).await, b"");
        drop(silent);
        // A place is free once the server has seen that they went.
        while open_secret_channel(served.address, &shown.authority).await.is_err() {}
    });
    served.owners(1);
    served.end().unwrap();
    let closed = counted.closed();
    assert_eq!(closed[0], "hourbook.why=handshake_failed 2");
    assert!(closed[1].starts_with("hourbook.why=too_many "), "{closed:?}");
}

//! `kill -9` in the middle of ten thousand events to four receivers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hourbook::api;
use hourbook::api::hook_service_client::HookServiceClient;
use hourbook::api::redemption_service_client::RedemptionServiceClient;
use hourbook::domain::Timestamp;
use hourbook::hooks::outbox::WAITING_MAX;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::child::Child;
use super::receiver::{Got, Mode, Receiver};
use crate::crash::tills::{Shop, connected};
use crate::support::served::fresh;
use crate::support::{HOUR, START};

/// Sales, and who sells them at once.
const SALES: u32 = 1_040;
const SELLERS: u32 = 16;
/// Of each sale ten hours are set aside and taken, and eight of them given back one by one.
const REFUNDS: u32 = 8;
/// While nothing arrives, 10,000 events wait, ten for most sales: so many sales at least.
const FIRSTS_MIN: usize = WAITING_MAX / 10;
/// Asked so often in a row, it says that as many wait as before: then nothing is due.
const QUIET: u32 = 200;
const EVENTS: usize = (SALES * (2 + REFUNDS)) as usize;

/// Asks until there is an answer: a server that is killed answers nothing, and is asked again in the same words.
macro_rules! answered {
    ($seller:expr, $client:ident, $call:ident, $request:expr) => {
        loop {
            let channel = connected(&$seller.address).await;
            match $client::new(channel).$call($request).await {
                Ok(answer) => break answer.into_inner(),
                Err(status) => is_cut(&status),
            }
        }
    };
}

fn is_cut(status: &Status) {
    let is_cut = matches!(
        status.code(),
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::ResourceExhausted
    );
    assert!(is_cut, "{status:?}");
}

struct Seller {
    shop: Arc<Shop>,
    address: String,
    till_number: u32,
    sold: Arc<AtomicU32>,
}

impl Seller {
    async fn sell(&self, number: u32) {
        let whose = self.shop.members[number as usize % self.shop.members.len()];
        let issue =
            api::IssueCodeRequest { account_number: whose, life_seconds: 3_600, ..Default::default() };
        let code = answered!(self, RedemptionServiceClient, issue_code, issue).code;
        let till = api::TillName { partner_owner_number: self.shop.partner, till_number: self.till_number };
        let sale = api::Sale {
            receipt: Some(api::SaleReceipt { till: Some(till), number, ..Default::default() }),
            shown: Some(api::Shown { by: Some(api::shown::By::Code(code)) }),
            offer_number: 1,
            people: 10,
            staff_initials: "EP".into(),
            ..Default::default()
        };
        let aside = api::AuthorizeRedemptionRequest {
            request_id: fresh(),
            sale: Some(sale),
            life_seconds: 86_400,
            validate_only: false,
        };
        let aside = answered!(self, RedemptionServiceClient, authorize_redemption, aside.clone());
        let redemption_sequence = aside.redemption.unwrap().redemption_sequence;
        let take =
            api::CaptureRedemptionRequest { request_id: fresh(), redemption_sequence, ..Default::default() };
        answered!(self, RedemptionServiceClient, capture_redemption, take.clone());
        for _ in 0..REFUNDS {
            let back = api::RefundRedemptionRequest {
                request_id: fresh(),
                redemption_sequence,
                amount_seconds: HOUR,
                reason: "one stayed away".into(),
                staff_initials: "EP".into(),
                validate_only: false,
            };
            answered!(self, RedemptionServiceClient, refund_redemption, back.clone());
        }
        self.sold.fetch_add(1, Ordering::SeqCst);
    }
}

async fn endpoint(channel: &Channel, partner: u32, url: String) -> (u32, api::EndpointKey) {
    let endpoint = api::Endpoint { partner_owner_number: partner, url, ..Default::default() };
    let request =
        api::CreateEndpointRequest { request_id: fresh(), endpoint: Some(endpoint), validate_only: false };
    let made = HookServiceClient::new(channel.clone()).create_endpoint(request).await.unwrap().into_inner();
    (made.endpoint.unwrap().endpoint_number, made.key.unwrap())
}

/// All events of an endpoint, as the books say: by their names.
async fn in_the_books(channel: &Channel, partner: u32, endpoint_number: u32) -> BTreeMap<String, String> {
    let request =
        api::WatchEventsRequest { partner_owner_number: partner, endpoint_number, after_sequence: Some(0) };
    let mut stream =
        HookServiceClient::new(channel.clone()).watch_events(request).await.unwrap().into_inner();
    let mut events = BTreeMap::new();
    while events.len() < EVENTS {
        let message = stream.message().await.unwrap().unwrap();
        if !message.webhook_id.is_empty() {
            events.insert(message.webhook_id, message.body);
        }
    }
    events
}

async fn doing(channel: &Channel, partner: u32) -> Vec<api::Endpoint> {
    let request = api::ListEndpointsRequest { partner_owner_number: partner };
    let listed = HookServiceClient::new(channel.clone()).list_endpoints(request).await.unwrap();
    listed.into_inner().endpoints
}

fn has_all(got: &[Got]) -> bool {
    got.len() >= EVENTS
        && got.iter().filter(|one| one.was_taken).map(|one| &one.id).collect::<BTreeSet<_>>().len() == EVENTS
}

/// What was taken is what the books say, each at least once, and nothing else; of each redemption first one, then the next.
fn everything_in_order(got: &[Got], books: &BTreeMap<String, String>, key: &api::EndpointKey) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut last: BTreeMap<u64, u64> = BTreeMap::new();
    for (place, one) in got.iter().enumerate() {
        assert_eq!(books.get(&one.id), Some(&one.body), "{}", one.id);
        if place % 10 == 0 {
            assert_eq!((one.check(&key.secret), one.check(&key.public_key)), (Ok(()), Ok(())));
        }
        if one.was_taken && seen.insert(&one.id) {
            let body = one.json();
            let position = body["data"]["position"].as_u64().unwrap();
            let of = body["data"]["redemption_sequence"].as_u64().unwrap();
            let before = last.insert(of, position);
            assert!(before.is_none_or(|before| before < position), "redemption {of}: {before:?}, {position}");
        }
    }
    assert_eq!(seen.len(), EVENTS);
}

/// Attempts of one event come no sooner than after the schedule's pauses, but for one that was under way at a kill. How much later is
/// a matter of the machine, and of an outbox's own tests.
fn on_schedule(got: &[Got], pauses: &[i64]) {
    let mut times: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for one in got {
        times.entry(&one.id).or_default().push(one.timestamp);
    }
    let mut paused = 0;
    for (id, mut times) in times {
        times.dedup();
        let gaps: Vec<_> = times.windows(2).map(|two| two[1] - two[0]).collect();
        for (gap, least) in gaps.iter().zip(pauses) {
            assert!(gap >= least, "{id}: {gaps:?}");
        }
        paused += usize::from(gaps.len() >= pauses.len());
    }
    assert!(paused >= FIRSTS_MIN / 2, "{paused}");
}

/// Goal: with two kills in the middle, a good receiver gets every event at least once, those of one redemption in order and nothing
/// invented; so does a slow one; one that fails for a while is tried after the schedule's pauses and catches up; one that is dead
/// keeps 10,000 waiting and holds up nobody. Method: 10,400 events of 1,040 sales, the server's clock moved by the test; what came is
/// compared with the books, byte by byte.
#[test]
fn ten_thousand_events_to_four_receivers() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (address, nowhere) = (free(), free());
    let mut now = START;
    let start = |now: Timestamp| Child::start(folder.path(), &address, now);
    let mut child = start(now);
    runtime.block_on(async {
        let channel = connected(&address).await;
        let shop = Arc::new(Shop::open(&channel).await);
        let partner = shop.partner;
        let good = Receiver::new(Mode::Good).await;
        let slow = Receiver::new(Mode::Slow(Duration::from_millis(3))).await;
        let failing = Receiver::new(Mode::Says("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")).await;
        let mut made = Vec::new();
        for url in [good.url(), slow.url(), failing.url(), format!("http://{nowhere}/")] {
            made.push(endpoint(&channel, partner, url).await);
        }
        let sold = Arc::new(AtomicU32::new(0));
        let sellers: Vec<_> = (0..SELLERS)
            .map(|place| {
                let seller = Seller {
                    shop: Arc::clone(&shop),
                    address: address.clone(),
                    till_number: 1 + place % 8,
                    sold: Arc::clone(&sold),
                };
                tokio::spawn(async move {
                    for number in (1..=SALES).filter(|number| number % SELLERS == place) {
                        seller.sell(number).await;
                    }
                })
            })
            .collect();
        good.until_count(EVENTS / 4).await;
        child.kill();
        child = start(now);
        good.until_count(EVENTS / 2).await;
        child.kill();
        child = start(now);
        for seller in sellers {
            seller.await.unwrap();
        }
        assert_eq!(sold.load(Ordering::SeqCst), SALES);
        let got = good.until(has_all).await;
        let channel = connected(&address).await;
        everything_in_order(&got, &in_the_books(&channel, partner, made[0].0).await, &made[0].1);
        println!("good: {} requests for {EVENTS} events", got.len());

        // The good one has everything, whatever the others do.
        let dead = doing(&channel, partner).await.remove(3);
        assert_eq!(dead.waiting_count as usize, WAITING_MAX);
        assert!(dead.failing_since.is_some() && dead.delivered_at.is_none());

        let got = slow.until(has_all).await;
        everything_in_order(&got, &in_the_books(&channel, partner, made[1].0).await, &made[1].1);

        // The first events of most sales were tried, and no others: they come in order. Of the last sales nothing was taken in.
        let firsts = |got: &[Got]| got.iter().map(|one| one.id.clone()).collect::<BTreeSet<_>>().len();
        failing.until(|got| firsts(got) >= FIRSTS_MIN).await;
        let step = |child: &mut Child, now: &mut Timestamp, seconds: i64| {
            child.advance(seconds);
            *now = now.plus_seconds(seconds);
        };
        let tried = failing.got().len();
        step(&mut child, &mut now, 6);
        // But for those that were under way when the clock moved.
        failing.until_count(tried + FIRSTS_MIN - 100).await;
        failing.mode.send_replace(Mode::Good);
        step(&mut child, &mut now, 331);
        let (mut quiet, mut waiting) = (0, 0);
        // Of those tried last some failed once more, by a clock that had moved on: it moves on until all arrived.
        let got = loop {
            let listed = tokio::select! {
                biased;
                got = failing.until(has_all) => break got,
                listed = doing(&channel, partner) => listed,
            };
            let before = std::mem::replace(&mut waiting, listed[2].waiting_count);
            quiet = if before == waiting { quiet + 1 } else { 0 };
            if quiet == QUIET {
                step(&mut child, &mut now, 331);
                quiet = 0;
            }
        };
        everything_in_order(&got, &in_the_books(&channel, partner, made[2].0).await, &made[2].1);
        on_schedule(&got, &[5, 300]);
        println!("failing: {} requests for {EVENTS} events", got.len());
    });
}

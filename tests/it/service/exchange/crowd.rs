//! Many brokers at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourbook::api;
use tonic::Code;

use super::{Town, day, number};
use crate::access::with;
use crate::support::HOUR;

const BROKERS: u32 = 100;
const EXCHANGES: u32 = 100_000;
const MEMBERS: u32 = 50;
/// Every so many an exchange is sent twice, the second time beside the first.
const TWICE_EVERY: u32 = 10;

/// One exchange: its place among all, who helped whom, and how long.
struct Slip {
    place: u32,
    giver: u32,
    receiver: u32,
    seconds: i64,
}

impl Slip {
    fn new(place: u32) -> Self {
        let giver = place % MEMBERS;
        let receiver = (giver + 1 + place / MEMBERS % (MEMBERS - 1)) % MEMBERS;
        Self { place, giver, receiver, seconds: i64::from(1 + place % 7) * HOUR / 4 }
    }
}

/// Goal: a hundred brokers who write down help among the same fifty people at once lose nothing and write nothing
/// twice. Method: 100,000 exchanges, every tenth sent twice at the same time; each hears one number; then every
/// balance is compared with the sums, and the number of entries with the number of exchanges.
#[test]
fn a_hundred_brokers_at_once() {
    let mut town = Town::new();
    let names: Vec<&'static str> = (0..MEMBERS).map(|number| &*format!("m{number}").leak()).collect();
    let accounts: Vec<u32> = names.iter().map(|name| town.member(name, -1_000_000)).collect();
    let keys: Vec<String> = (0..BROKERS)
        .map(|number| {
            let name = &*format!("b{number}").leak();
            town.broker(name);
            town.key(name).to_owned()
        })
        .collect();
    let before = town.position();
    let (town, accounts) = (Arc::new(town), Arc::new(accounts));
    let brokers: Vec<_> = (0..BROKERS)
        .zip(keys)
        .map(|(broker, key)| {
            let (town, accounts) = (Arc::clone(&town), Arc::clone(&accounts));
            let own = (broker..EXCHANGES).step_by(usize::try_from(BROKERS).unwrap());
            async move {
                let mut numbers = Vec::new();
                for slip in own.map(Slip::new) {
                    let request = request(&accounts, &slip);
                    let number = if (slip.place / BROKERS).is_multiple_of(TWICE_EVERY) {
                        let (first, second) =
                            tokio::join!(ask(&town, &key, request.clone()), ask(&town, &key, request));
                        assert_eq!(first, second, "each request has one effect");
                        first
                    } else {
                        ask(&town, &key, request).await
                    };
                    numbers.push(number);
                }
                numbers
            }
        })
        .collect();
    let served = &town.served;
    let mut numbers = served.block_on(async {
        let tasks: Vec<_> = brokers.into_iter().map(tokio::spawn).collect();
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.extend(task.await.unwrap());
        }
        numbers
    });
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), usize::try_from(EXCHANGES).unwrap());
    assert_eq!(town.position(), before + u64::from(EXCHANGES));
    let mut sums: BTreeMap<u32, i64> = BTreeMap::new();
    for slip in (0..EXCHANGES).map(Slip::new) {
        *sums.entry(slip.giver).or_default() += slip.seconds;
        *sums.entry(slip.receiver).or_default() -= slip.seconds;
    }
    assert_eq!(sums.len(), names.len());
    for (member, seconds) in sums {
        let name = names[usize::try_from(member).unwrap()];
        assert_eq!(town.posted(name), seconds, "{name}");
    }
}

fn request(accounts: &[u32], slip: &Slip) -> api::RecordExchangeRequest {
    let of = |member: u32| accounts[usize::try_from(member).unwrap()];
    api::RecordExchangeRequest {
        request_id: crate::support::served::fresh(),
        giver_account_number: of(slip.giver),
        receiver_account_number: of(slip.receiver),
        length: super::of_seconds(slip.seconds),
        occurred_on: Some(day(4, 1 + i32::try_from(slip.place % 30).unwrap())),
        memo: format!("slip {}", slip.place),
        is_another: true,
        ..Default::default()
    }
}

/// Asks until it is not too much at once.
async fn ask(town: &Town, key: &str, request: api::RecordExchangeRequest) -> u64 {
    loop {
        let request = with(key, request.clone());
        match town.served.exchanges().record_exchange(request).await {
            Ok(answer) => return number(&answer.into_inner().done.unwrap()),
            Err(status) => assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}"),
        }
        tokio::task::yield_now().await;
    }
}

//! Many brokers at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use hourbook::api;
use tonic::Code;

use super::{Town, day, number};
use crate::access::with;
use crate::support::HOUR;

const BROKERS: [&str; 8] = ["b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"];
const EXCHANGES: u32 = 2_000;
const MEMBERS: u32 = 50;

/// Goal: eight brokers who write down help among the same fifty people at once lose nothing and write nothing twice.
/// Method: 2,000 exchanges, each sent twice at different times; each hears one number twice; then every balance is
/// compared with the sums, and the number of entries with the number of exchanges.
#[test]
fn eight_brokers_at_once() {
    let mut town = Town::new();
    let names: Vec<&'static str> = (0..MEMBERS).map(|number| &*format!("m{number}").leak()).collect();
    for name in &names {
        town.member(name, -10_000);
    }
    for name in BROKERS {
        town.broker(name);
    }
    let mut sums: BTreeMap<&str, i64> = names.iter().map(|name| (*name, 0)).collect();
    let requests: Vec<_> = (0..EXCHANGES)
        .map(|place| {
            let (giver, receiver) = (place % MEMBERS, (place + 1 + place / MEMBERS) % MEMBERS);
            let receiver = if receiver == giver { (giver + 1) % MEMBERS } else { receiver };
            let [giver, receiver] = [giver, receiver].map(|at| names[usize::try_from(at).unwrap()]);
            let seconds = i64::from(1 + place % 7) * HOUR / 4;
            *sums.get_mut(giver).unwrap() += seconds;
            *sums.get_mut(receiver).unwrap() -= seconds;
            let on = 1 + i32::try_from(place / 100).unwrap();
            api::RecordExchangeRequest {
                is_another: true,
                memo: format!("slip {place}"),
                ..town.helped(giver, receiver, seconds, day(4, on))
            }
        })
        .collect();
    let before = town.position();
    let next = [AtomicU32::new(0), AtomicU32::new(0)];
    let mut numbers = [vec![0_u64; requests.len()], vec![0_u64; requests.len()]];
    let answers = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..BROKERS.len())
            .map(|place| {
                let (town, requests, next) = (&town, &requests, &next[place % 2]);
                scope.spawn(move || {
                    let mut heard = Vec::new();
                    loop {
                        let at = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap();
                        let Some(request) = requests.get(at) else { return (place % 2, heard) };
                        // A request belongs to who asks it: both times the same broker.
                        let key = town.key(BROKERS[at % BROKERS.len()]);
                        heard.push((at, ask(town, key, request)));
                    }
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    for (round, heard) in answers {
        for (at, number) in heard {
            numbers[round][at] = number;
        }
    }
    assert_eq!(numbers[0], numbers[1], "each request has one effect");
    let mut once = numbers[0].clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), requests.len());
    assert_eq!(town.position(), before + u64::from(EXCHANGES));
    for (name, seconds) in sums {
        assert_eq!(town.posted(name), seconds, "{name}");
    }
}

/// Asks until it is not too much at once.
fn ask(town: &Town, key: &str, request: &api::RecordExchangeRequest) -> u64 {
    loop {
        let request = with(key, request.clone());
        match town.served.block_on(town.served.exchanges().record_exchange(request)) {
            Ok(answer) => return number(&answer.into_inner().done.unwrap()),
            Err(status) => assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}"),
        }
    }
}

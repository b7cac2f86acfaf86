//! The protocol between callers, poster and committer, with more threads and longer runs than loom can
//! exhaust, in two hundred thousand random orders, others each time it is run.
//!
//! The same files of `src/ledger` as in `loom.rs`, on the types of shuttle. shuttle shows the newest
//! value to every load, so what memory orders allow is loom's to find; orders of many threads are found
//! here: drawn evenly (random), and with few switches at chosen places (PCT), which finds what needs one
//! rare order. A thread that sleeps for good shows as shuttle's "deadlock". What failed is printed as a
//! schedule and its seed, for `shuttle::replay` and `SHUTTLE_RANDOM_SEED`.

#![allow(missing_docs, reason = "a test says goal and method in its first comment")]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests fail by panicking, and not every model needs all of a file"
)]

/// The checker's types, as `sync.rs` and `model/` know them.
mod checker {
    pub use shuttle::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
    pub use shuttle::thread::{Thread, current, park};
}

mod model;
mod sync;

#[path = "../../src/ledger/balances.rs"]
mod balances;
#[path = "../../src/ledger/bell.rs"]
mod bell;
#[path = "../../src/ledger/gate.rs"]
mod gate;
#[path = "../../src/ledger/handoff.rs"]
mod handoff;
#[path = "../../src/ledger/queue.rs"]
mod queue;
#[path = "../../src/ledger/relay.rs"]
mod relay;

use std::sync::Arc;

use hourbook::domain;
use hourbook::ledger::state;
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use model::asked::{Ask, Asked, Heard, Hears};
use model::batch::Batch;
use model::books::{ACCOUNTS, Books, Ours};
use model::committer::Committer;
use model::poster::Poster;
use queue::Haste;
use relay::Relay;

/// Schedules of each scheduler and size; four of them are run.
const SCHEDULES: usize = 50_000;
/// Switches at chosen places in a schedule of PCT.
const PCT_DEPTH: usize = 3;

/// At most how many of what a scene draws.
#[derive(Clone, Copy)]
struct Size {
    callers: usize,
    asks: usize,
    readers: usize,
    looks: usize,
}

const SHORT: Size = Size { callers: 2, asks: 2, readers: 1, looks: 3 };
const LONG: Size = Size { callers: 4, asks: 4, readers: 2, looks: 6 };

type Way = Arc<Relay<Asked, Batch>>;

/// Asks some number of times, sometimes before having heard the last answer, and hears about each.
fn call(relay: &Way, books: &Books<Ours>, asks: usize) {
    let mut waits: Vec<Arc<Heard>> = Vec::new();
    for number in 0..asks {
        let ask = if thread_rng().gen_ratio(1, 4) { Ask::ToBeRefused } else { Ask::ToWrite };
        let (asked, heard) = Asked::new(ask);
        match relay.queue.submit(asked, Haste::Soon) {
            Ok(()) => waits.push(heard),
            Err(_full_or_closed) => assert_eq!(heard.get(), Hears::Gone, "not taken and not dropped"),
        }
        if number + 1 == asks || thread_rng().gen_bool(0.5) {
            for heard in waits.drain(..) {
                match heard.wait() {
                    Hears::Answer(position) => books.look_after_answer(position),
                    Hears::Gone => {}
                    Hears::Silence => unreachable!("it was waited for"),
                }
            }
        }
    }
}

/// Looks at accounts in turn; nothing goes back.
fn read(books: &Books<Ours>, looks: usize) {
    let mut seen = [0; ACCOUNTS as usize];
    for account in (0..seen.len()).cycle().take(looks) {
        let shown = books.look(account as u64);
        assert!(shown >= std::mem::replace(&mut seen[account], shown), "a balance went back");
    }
}

/// Callers, readers, poster and committer; a journal that fails in one of four scenes; and a close at
/// any time, before or after everybody has been served.
fn scene(size: Size) {
    let mut random = thread_rng();
    let relay: Way = Arc::new(Relay::new(random.gen_range(1..=4)));
    let books = Arc::new(Books::<Ours>::default());
    let fails_at = random.gen_ratio(1, 4).then(|| random.gen_range(1..=4));
    let mut poster = Poster::new(&books, random.gen_range(1..=3));
    let mut committer = Committer::new(&books, fails_at);
    let posting = {
        let relay = Arc::clone(&relay);
        thread::spawn(move || {
            relay.post(&mut poster);
            poster.decided
        })
    };
    let committing = {
        let relay = Arc::clone(&relay);
        thread::spawn(move || relay.commit(&mut committer))
    };
    let mut others = Vec::new();
    for _ in 0..random.gen_range(1..=size.callers) {
        let (relay, books, asks) = (Arc::clone(&relay), Arc::clone(&books), random.gen_range(1..=size.asks));
        others.push(thread::spawn(move || call(&relay, &books, asks)));
    }
    for _ in 0..random.gen_range(1..=size.readers) {
        let (books, looks) = (Arc::clone(&books), random.gen_range(1..=size.looks));
        others.push(thread::spawn(move || read(&books, looks)));
    }
    // Nobody needs the close to be served: now and then it comes when all have been.
    let close_first = random.gen_ratio(3, 4);
    if close_first {
        for _ in 0..random.gen_range(0..20) {
            thread::yield_now();
        }
    } else {
        others.drain(..).for_each(|other| other.join().unwrap());
    }
    let (asked, last_heard) = Asked::new(Ask::ToWrite);
    let last_taken = relay.queue.submit(asked, Haste::Soon).is_ok();
    relay.close();
    others.into_iter().for_each(|other| other.join().unwrap());
    let decided = posting.join().unwrap();
    committing.join().unwrap();
    let stopped = books.stopped.load(checker::Ordering::SeqCst);
    assert!(stopped || books.on_disk() == decided, "decided and not written");
    assert!(relay.queue.next().is_none(), "kept in the queue for ever");
    match last_heard.get() {
        Hears::Silence => panic!("never answered"),
        Hears::Answer(position) => assert!(last_taken && position <= books.on_disk()),
        Hears::Gone => assert!(stopped || !last_taken, "taken before the close and not written"),
    }
}

/// Goal: whoever asks hears an answer or that the ledger is gone; nobody sleeps for good; batches are
/// written in order and once; answers and readers find what belongs to a position; a close writes what
/// was taken. Method: a few threads, orders drawn evenly.
#[test]
fn short_scenes_in_random_orders() {
    shuttle::check_random(|| scene(SHORT), SCHEDULES);
}

/// Goal: as above. Method: more callers, more batches.
#[test]
fn long_scenes_in_random_orders() {
    shuttle::check_random(|| scene(LONG), SCHEDULES);
}

/// Goal: as above. Method: few switches, at places chosen so that each order of few threads is found
/// with a known chance.
#[test]
fn short_scenes_with_few_switches() {
    shuttle::check_pct(|| scene(SHORT), SCHEDULES, PCT_DEPTH);
}

/// Goal: as above. Method: more callers, more batches, few switches.
#[test]
fn long_scenes_with_few_switches() {
    shuttle::check_pct(|| scene(LONG), SCHEDULES, PCT_DEPTH);
}

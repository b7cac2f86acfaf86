//! The protocol between callers, poster and committer, in every order of the threads of a model and
//! with every value that the memory order of an atomic allows a load to see.
//!
//! The files of `src/ledger` named below are the ledger's own, built on the atomics and the parking of
//! loom through `sync.rs`, whose header says what is trusted. Around them stand callers, a journal and
//! readers of `model/`. A model sleeps without time-outs: that a thread sleeps for good shows as loom's
//! "deadlock". Two small models are played in every order there is. In the others, orders with more than
//! `PREEMPTIONS_MAX` switches away from a thread that could go on are left out; `shuttle.rs` samples
//! those, and longer runs.

#![allow(missing_docs, reason = "a test says goal and method in its first comment")]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests fail by panicking, and not every model needs all of a file"
)]
#![allow(clippy::duplicate_mod, reason = "balances once more, over an atomic that is broken")]

/// The checker's types, as `sync.rs` and `model/` know them.
mod checker {
    pub use loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
    pub use loom::thread::{Thread, current, park};
}

mod model;
mod sync;
mod torn;

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
use std::time::Duration;

use hourbook::domain;
use hourbook::ledger::state;
use loom::thread;

use gate::let_through;
use handoff::Handoff;
use model::asked::{Ask, Asked, Heard, Hears};
use model::batch::Batch;
use model::books::{Books, Ours, Table};
use model::committer::Committer;
use model::poster::Poster;
use queue::{Haste, NotTaken, Queue};
use relay::Relay;

/// Switches away from a thread that could go on, at most so many in one order of the larger models.
const PREEMPTIONS_MAX: usize = 3;
/// The same in the two models that have most to choose from.
const PREEMPTIONS_OF_LARGEST_MAX: usize = 2;

fn play(preemptions_max: Option<usize>, scene: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions_max;
    builder.check(scene);
}

/// Every order there is.
fn every_order(scene: impl Fn() + Send + Sync + 'static) {
    play(None, scene);
}

/// Every order with few switches.
fn most_orders(scene: impl Fn() + Send + Sync + 'static) {
    play(Some(PREEMPTIONS_MAX), scene);
}

/// Every order with fewer.
fn fewer_orders(scene: impl Fn() + Send + Sync + 'static) {
    play(Some(PREEMPTIONS_OF_LARGEST_MAX), scene);
}

type Told = (Result<(), NotTaken>, Arc<Heard>);

fn submit(queue: &Queue<Asked>, ask: Ask) -> Told {
    let (asked, heard) = Asked::new(ask);
    (queue.submit(asked, Haste::Soon), heard)
}

/// Nobody waits for what never comes.
fn assert_heard((taken, heard): &Told) {
    match taken {
        Ok(()) => assert_ne!(heard.get(), Hears::Silence, "taken and never answered"),
        Err(_) => assert_eq!(heard.get(), Hears::Gone, "not taken and not dropped"),
    }
}

/// Goal: the poster never sleeps for good while something waits. Method: two callers submit one each;
/// the poster ends only when it has answered both.
#[test]
fn nobody_is_left_waiting_beside_a_sleeping_poster() {
    most_orders(|| {
        let queue = Arc::new(Queue::new(2));
        let callers = [(); 2].map(|()| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || submit(&queue, Ask::ToWrite))
        });
        let poster = thread::spawn(move || {
            queue.bell().own();
            for number in 1..=2 {
                let asked: Asked = loop {
                    match queue.next() {
                        Some(asked) => break asked,
                        None => queue.bell().sleep(Duration::ZERO),
                    }
                };
                asked.answer(number);
            }
        });
        let told = callers.map(|caller| caller.join().unwrap());
        poster.join().unwrap();
        for (taken, heard) in told {
            assert_eq!(taken, Ok(()));
            assert!(matches!(heard.get(), Hears::Answer(_)));
        }
    });
}

/// Goal: what was taken is answered or dropped, whatever the poster was doing when it left; a full or
/// closed queue says so. Method: two callers against a poster that answers one if it finds one, and
/// closes; with room for both and for one.
#[test]
fn a_queue_that_closes_forgets_nobody() {
    for slots_max in [1, 2] {
        most_orders(move || {
            let queue = Arc::new(Queue::new(slots_max));
            let callers = [(); 2].map(|()| {
                let queue = Arc::clone(&queue);
                thread::spawn(move || submit(&queue, Ask::ToWrite))
            });
            if let Some(asked) = queue.next() {
                asked.answer(1);
            }
            queue.close();
            assert_eq!(submit(&queue, Ask::ToWrite).0, Err(NotTaken::Closed));
            // Whoever comes late drains for the others too: what all of them did counts.
            let told = callers.map(|caller| caller.join().unwrap());
            told.iter().for_each(assert_heard);
        });
    }
}

/// Poster and committer as threads of their own: loom's `unpark` also wakes who waits in `join`, so the
/// thread that joins sleeps on no bell.
struct Running {
    relay: Arc<Relay<Asked, Batch>>,
    books: Arc<Books<Ours>>,
    poster: thread::JoinHandle<u64>,
    committer: thread::JoinHandle<()>,
}

fn run(relay: &Arc<Relay<Asked, Batch>>, fails_at: Option<u64>) -> Running {
    let relay = Arc::clone(relay);
    let books = Arc::new(Books::<Ours>::default());
    let poster = {
        let (relay, mut poster) = (Arc::clone(&relay), Poster::new(&books, 1));
        thread::spawn(move || {
            relay.post(&mut poster);
            poster.decided
        })
    };
    let committer = {
        let (relay, mut committer) = (Arc::clone(&relay), Committer::new(&books, fails_at));
        thread::spawn(move || relay.commit(&mut committer))
    };
    Running { relay, books, poster, committer }
}

impl Running {
    /// Waits for both ends; then what was decided is on disk, unless the journal failed before.
    fn end(self) {
        let decided = self.poster.join().unwrap();
        self.committer.join().unwrap();
        let stopped = self.books.stopped.load(checker::Ordering::Acquire);
        assert!(stopped || self.books.on_disk() == decided, "decided and not written");
        assert!(self.relay.queue.next().is_none(), "kept in the queue for ever");
    }
}

/// Goal: batches reach the committer in order, each once, buffers come back empty and in time, and
/// neither thread sleeps for good; the last batch is written although the way is closed. Method: three
/// submissions in batches of one, on a way that is closed from the start.
#[test]
fn batches_are_handed_over_in_order_and_once() {
    most_orders(|| {
        let relay = Arc::new(Relay::new(3));
        let asked = [(); 3].map(|()| submit(&relay.queue, Ask::ToWrite));
        relay.close();
        run(&relay, None).end();
        for (number, (_, heard)) in (1..).zip(&asked) {
            assert_eq!(heard.get(), Hears::Answer(number), "taken before the close: written and answered");
        }
    });
}

/// Goal: a batch given to a committer who is leaving is written or dropped, never kept. Method: one
/// gives two batches while the other takes what it finds once, and leaves.
#[test]
fn a_committer_who_leaves_keeps_nobody_waiting() {
    every_order(|| {
        let handoff = Arc::new(Handoff::<Batch>::default());
        let committer = {
            let handoff = Arc::clone(&handoff);
            thread::spawn(move || {
                drop(handoff.take());
                handoff.leave();
            })
        };
        let (asked, heard) = Asked::new(Ask::ToWrite);
        drop(handoff.give(Batch { asked: vec![(asked, 0)], ..Batch::default() }));
        committer.join().unwrap();
        assert_eq!(heard.get(), Hears::Gone);
        drop(handoff);
    });
}

/// Two batches come through the gate while each of `readers` looks at its accounts, one after another.
fn readers_look<B: Table>(readers: &'static [&'static [u64]]) {
    let books = Arc::new(Books::<B>::default());
    let readers: Vec<_> = readers
        .iter()
        .map(|accounts| {
            let books = Arc::clone(&books);
            thread::spawn(move || {
                let mut seen = [0; 2];
                for account in *accounts {
                    let shown = books.look(*account);
                    let before = std::mem::replace(&mut seen[*account as usize - 1], shown);
                    assert!(shown >= before, "a balance went back");
                }
            })
        })
        .collect();
    let mut committer = Committer::new(&books, None);
    for entries in [vec![1, 2], vec![3]] {
        let_through(&mut committer, &mut Batch { entries, ..Batch::default() }).unwrap();
    }
    for reader in readers {
        reader.join().unwrap();
    }
}

/// Goal: who reads a position finds balances at least as new; posted and held belong together; what is
/// not on disk is not seen; nothing goes back. Method: readers at any time of two batches: two beside
/// each other, and one who looks at the same account twice.
#[test]
fn readers_find_what_belongs_to_a_position() {
    fewer_orders(|| readers_look::<Ours>(&[&[1], &[2]]));
    most_orders(|| readers_look::<Ours>(&[&[1, 1]]));
}

/// Goal: the model before finds a torn balance if there is one. Method: the ledger's own table over an
/// atomic that is stored in two halves.
#[test]
#[should_panic(expected = "torn: ")]
fn a_torn_balance_would_be_found() {
    most_orders(|| readers_look::<torn::Torn>(&[&[1]]));
}

/// Goal: who has an answer finds what it says, be it an entry or a refusal that rests on one. Method:
/// two callers wait for the answers of one batch, which a third thread lets through, and look.
#[test]
fn an_answer_comes_after_what_it_says() {
    every_order(|| {
        let books = Arc::new(Books::<Ours>::default());
        let (written, hears_written) = Asked::new(Ask::ToWrite);
        let (refused, hears_refused) = Asked::new(Ask::ToBeRefused);
        let callers = [hears_written, hears_refused].map(|heard| {
            let books = Arc::clone(&books);
            thread::spawn(move || {
                assert_eq!(heard.wait(), Hears::Answer(1));
                books.look_after_answer(1);
            })
        });
        let mut committer = Committer::new(&books, None);
        let mut first = Batch { entries: vec![1], asked: vec![(written, 1)], buffer: 1 };
        let mut second = Batch { entries: vec![], asked: vec![(refused, 1)], buffer: 2 };
        let_through(&mut committer, &mut first).unwrap();
        let_through(&mut committer, &mut second).unwrap();
        for caller in callers {
            caller.join().unwrap();
        }
    });
}

/// Submissions before poster and committer start and while they run; then the close, if no failure ends
/// them.
fn close(before: usize, after: usize, fails_at: Option<u64>) {
    let relay = Arc::new(Relay::new(before + after));
    let mut asked: Vec<_> = (0..before).map(|_| submit(&relay.queue, Ask::ToWrite)).collect();
    let running = run(&relay, fails_at);
    asked.extend((0..after).map(|_| submit(&relay.queue, Ask::ToWrite)));
    if fails_at.is_none() {
        relay.close();
    }
    running.end();
    for (number, told) in (1..).zip(&asked) {
        assert_heard(told);
        if fails_at.is_none_or(|fails_at| number < fails_at) {
            assert_eq!(told.1.get(), Hears::Answer(number), "taken before the close: written and answered");
        } else {
            assert_eq!(told.1.get(), Hears::Gone, "nobody hears of what is not on disk");
        }
    }
}

/// Goal: both threads end, and what was taken before the close is written, also the last batch.
/// Method: one submission before they start, one while they run, then the close.
#[test]
fn closing_writes_what_was_taken() {
    most_orders(|| close(1, 1, None));
}

/// Goal: when the journal fails both threads end, and nobody hears yes or no. Method: it takes the
/// first entry or none; nobody closes anything.
#[test]
fn a_failing_journal_ends_both_threads() {
    most_orders(|| close(1, 0, Some(1)));
    most_orders(|| close(1, 1, Some(2)));
}

/// Goal: a caller who races with the close hears an answer or "closed". Method: as before, with a
/// caller in a thread of his own.
#[test]
fn a_caller_against_the_close_hears_something() {
    fewer_orders(|| {
        let relay = Arc::new(Relay::new(1));
        let caller = {
            let relay = Arc::clone(&relay);
            thread::spawn(move || submit(&relay.queue, Ask::ToWrite))
        };
        let running = run(&relay, None);
        relay.close();
        let told = caller.join().unwrap();
        running.end();
        assert_heard(&told);
    });
}

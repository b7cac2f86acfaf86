//! The process that is killed: the test binary, started again by a crash test.
//!
//! It says on standard output what it heard, one line an answer and only after the answer was
//! given:
//!
//! ```text
//! ready <process id>
//! ack <request> <sequence> <sequence it is about>     accepted, now or before
//! no <request> <reason>                               refused
//! stopped                                             the ledger stopped
//! refused-after-stop <count>                          and refused so many more requests
//! ```

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Barrier;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hourbook::domain::{Action, Command, Opened, OwnerNumber, Reason, Sequence};
use hourbook::journal::MemoryJournal;
use hourbook::ledger::{Decision, Detail, FAIL_STOP_EXIT_CODE, Ledger, Mode, NoReceipt, Options};
use hourbook::network::Network;

use super::load::{self, Dice, Form, Needs, Number};
use super::orders::{AtFailure, Orders, Task, VARIABLE};

/// Half of them post one by one, half in batches.
const THREADS: u8 = 4;
/// Requests of one submission of a batching thread, at most.
const BATCH_MAX: u64 = 64;
/// Earlier entries a thread remembers to come back to.
const REMEMBERED_MAX: usize = 256;
/// The parent is gone.
const NOBODY_LISTENS: i32 = 3;
/// The ledger stopped and the process did not end: what `exit_process` is there to prevent.
const STILL_ALIVE: i32 = 4;

/// Goal, method: none of its own. It is the child of the tests beside it, and returns at once when
/// nobody ordered anything.
#[test]
fn child_process() {
    let Ok(orders) = std::env::var(VARIABLE) else { return };
    let orders = Orders::parse(&orders);
    match orders.task {
        Task::Load => work(&orders),
        Task::Stuck => get_stuck(&orders),
    }
}

fn work(orders: &Orders) {
    let network = match Network::open(&orders.directory, orders.network()) {
        Ok(network) => network,
        Err(error) => {
            eprintln!("hourbook: {error}");
            std::process::exit(1);
        }
    };
    set_up(&network);
    say(&format!("\nready {}\n", std::process::id()));
    let born = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as u32;
    let all_stopped = Barrier::new(usize::from(THREADS));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let mut caller = Caller::new(orders, &network.ledger, born, thread);
            let all_stopped = &all_stopped;
            scope.spawn(move || {
                caller.ask_until_it_stops();
                all_stopped.wait();
                caller.after_the_stop(orders.on_failure);
                all_stopped.wait();
                std::process::exit(FAIL_STOP_EXIT_CODE);
            });
        }
    });
}

/// Owners and accounts; every child asks, the first one writes.
fn set_up(network: &Network) {
    // A disk that is too full already has the banks from an earlier child, and known ids are answered.
    network.register_owners(load::owners_key(), OwnerNumber::OPERATOR, 3).unwrap();
    let mut members = load::members();
    for command in load::opening() {
        let opened = network.ledger.post(command).unwrap().entry.outcome.opened;
        if let Opened::Accounts(first) = opened {
            assert_eq!(members.next(), Some(first), "accounts are handed out in order");
            members.nth(23); // The rest of this entry's 25.
        }
    }
}

fn get_stuck(orders: &Orders) {
    let journal = MemoryJournal::new();
    let options = Options { bounds: orders.bounds(), ..Options::default() };
    let ledger = Ledger::open(Box::new(journal.clone()), options).unwrap();
    journal.close_gate();
    say(&format!("\nready {}\n", std::process::id()));
    let owners = Command::new(load::owners_key(), OwnerNumber::OPERATOR, Action::RegisterOwners(3));
    let _no_answer = ledger.post(owners);
    say("answered\n");
}

/// Writes whole lines; returns once the parent can read them.
fn say(lines: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(lines.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(NOBODY_LISTENS);
    }
}

/// A request with the entry it is about.
type Asked = (Number, Sequence);

/// One thread of the load.
struct Caller<'a> {
    ledger: &'a Ledger,
    born: u32,
    cycle: u16,
    thread: u8,
    count: u64,
    dice: Dice,
    holds: VecDeque<Sequence>,
    posts: VecDeque<Sequence>,
    accepted: VecDeque<(Asked, Sequence)>,
    /// Refused for want of room; asked again, with the same id.
    later: Vec<Asked>,
}

impl<'a> Caller<'a> {
    fn new(orders: &Orders, ledger: &'a Ledger, born: u32, thread: u8) -> Self {
        let seed = u64::from(orders.cycle) << 8 | u64::from(thread);
        Self {
            ledger,
            born,
            cycle: orders.cycle,
            thread,
            count: 0,
            dice: Dice(seed),
            holds: VecDeque::new(),
            posts: VecDeque::new(),
            accepted: VecDeque::new(),
            later: Vec::new(),
        }
    }

    fn ask_until_it_stops(&mut self) {
        loop {
            let size = if self.thread.is_multiple_of(2) { 1 } else { 1 + self.dice.below(BATCH_MAX) };
            let asked: Vec<Asked> = (0..size).map(|_| self.next_request()).collect();
            let heard = if size == 1 { self.post(asked[0]) } else { self.submit(&asked) };
            match heard {
                Ok(lines) => say(&lines),
                Err(NoReceipt::Busy) => self.later.extend(asked),
                Err(NoReceipt::Unknown(_)) => return,
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    fn next_request(&mut self) -> Asked {
        if !self.accepted.is_empty() && self.dice.below(20) == 0 {
            let place = self.dice.below(self.accepted.len() as u64) as usize;
            return self.accepted[place].0; // Asked and answered before.
        }
        if let Some(asked) = self.later.pop() {
            return asked;
        }
        loop {
            self.count += 1;
            let number = Number::new(self.born, self.cycle, self.thread, self.count);
            let from = match Form::of(number).needs() {
                Needs::Nothing => return (number, Sequence::ZERO),
                Needs::Hold => &mut self.holds,
                Needs::Post => &mut self.posts,
            };
            if from.is_empty() {
                continue;
            }
            let place = self.dice.below(from.len() as u64) as usize;
            // Some are come back to, and then refused, as it was resolved or reversed before.
            let of = if self.dice.below(3) == 0 { Some(from[place]) } else { from.swap_remove_back(place) };
            return (number, of.unwrap());
        }
    }

    fn post(&mut self, asked: Asked) -> Result<String, NoReceipt> {
        let mut lines = String::new();
        match self.ledger.post(load::command(asked.0, asked.1)) {
            Ok(receipt) => self.heard_yes(asked, receipt.entry.sequence, &mut lines),
            Err(NoReceipt::Refused(refusal)) => self.heard_no(asked, refusal.reason(), &mut lines),
            Err(other) => return Err(other),
        }
        Ok(lines)
    }

    fn submit(&mut self, asked: &[Asked]) -> Result<String, NoReceipt> {
        let commands = asked.iter().map(|asked| load::command(asked.0, asked.1)).collect();
        let ticket = self.ledger.submit(commands, Mode::Write, Detail::Numbers)?;
        let decisions = ticket.wait().ok_or_else(|| NoReceipt::Unknown(String::new()))?.decisions;
        let mut lines = String::new();
        for (asked, decision) in asked.iter().zip(decisions) {
            match decision {
                Decision::Accepted(sequence) => self.heard_yes(*asked, sequence, &mut lines),
                Decision::AcceptedWith(added) => panic!("only numbers were asked for: {added:?}"),
                Decision::Known(_) => {
                    let receipt = self.ledger.receipt(load::command(asked.0, asked.1), decision)?;
                    self.heard_yes(*asked, receipt.entry.sequence, &mut lines);
                }
                Decision::Refused(refusal) => self.heard_no(*asked, refusal.reason(), &mut lines),
                Decision::NotNow => self.later.push(*asked),
                Decision::WouldBe(outcome) => panic!("{outcome:?}"),
            }
        }
        Ok(lines)
    }

    fn heard_yes(&mut self, asked: Asked, sequence: Sequence, lines: &mut String) {
        lines.push_str(&format!("ack {} {sequence} {}\n", asked.0, asked.1));
        match Form::of(asked.0) {
            Form::Hold | Form::ShortHold => remember(&mut self.holds, sequence),
            Form::Exchange | Form::Group => remember(&mut self.posts, sequence),
            Form::Claimed | Form::Greedy | Form::Note | Form::Capture | Form::Void | Form::Reverse => {}
        }
        remember(&mut self.accepted, (asked, sequence));
    }

    fn heard_no(&mut self, asked: Asked, reason: Reason, lines: &mut String) {
        lines.push_str(&format!("no {} {}\n", asked.0, reason.word()));
        if reason == Reason::DiskLow {
            self.later.push(asked);
            std::thread::sleep(Duration::from_millis(1)); // A polite caller; nothing waits for this.
        }
    }

    /// Whether the stopped ledger refuses everything: the new and the known.
    fn after_the_stop(&mut self, on_failure: AtFailure) {
        if on_failure == AtFailure::Exit {
            std::thread::sleep(Duration::from_secs(60));
            std::process::exit(STILL_ALIVE); // Somebody else should have ended this long ago.
        }
        say("stopped\n");
        assert!(self.ledger.failure().is_some());
        let known: Vec<Asked> = self.accepted.iter().take(20).map(|known| known.0).collect();
        let new: Vec<Asked> = (0..20).map(|_| self.next_request()).collect();
        let mut refused = 0;
        for asked in known.into_iter().chain(new) {
            match self.ledger.post(load::command(asked.0, asked.1)) {
                Err(NoReceipt::Unknown(_)) => refused += 1,
                other => panic!("a stopped ledger answered {other:?}"),
            }
            assert!(self.ledger.find(asked.0.key()).is_err(), "a stopped ledger found something");
        }
        say(&format!("refused-after-stop {refused}\n"));
    }
}

fn remember<T>(row: &mut VecDeque<T>, new: T) {
    row.push_back(new);
    if row.len() > REMEMBERED_MAX {
        row.pop_front();
    }
}

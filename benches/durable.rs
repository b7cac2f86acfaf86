//! Durable one-transfer entries a second through the library, beside a plain file.
//!
//! `cargo bench --bench durable` plays both in turns of the same run (A B A B) and prints the
//! medians: absolute figures drift with the machine, the ratio holds. The plain file is appended and
//! synced with the same encoded bytes, batch by batch as large as the ledger's were: the limit of
//! what any ledger could do with this record on this disk.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "a benchmark fails by panicking, and its figures are no hours"
)]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, BankNumber, Command, Kind, Limits, NewAccount, OpenBank,
    Opened, OwnerNumber, Post, RequestId, RequestKey, Scope, Transfer,
};
use hourbook::journal::codec;
use hourbook::ledger::{Detail, Mode};
use hourbook::network::{Network, NetworkOptions};

const ACCOUNTS: u32 = 10_000;
const COMMANDS_PER_SUBMISSION: usize = 1_024;
const SUBMISSIONS_IN_FLIGHT: usize = 16;
const TURN: Duration = Duration::from_secs(3);
const TURNS: usize = 5;

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return; // `cargo test --benches` only asks whether it builds.
    }
    // On the disk of the build, not in a temporary folder that may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut bench = Bench::open(folder.path());
    let (mut durable, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let turn = bench.durable_turn();
        let (records, per_sync) = (bench.record_bytes(), turn.entries_per_batch());
        plain.push(plain_file_turn(folder.path(), &records, per_sync));
        durable.push(turn);
    }
    let rate = |turns: &[Turn]| {
        median(turns.iter().map(|turn| turn.entries as f64 / turn.took.as_secs_f64()).collect())
    };
    let (durable_rate, plain_rate) = (rate(&durable), rate(&plain));
    let batch = median(durable.iter().map(|turn| turn.entries_per_batch() as f64).collect());
    println!("accounts {ACCOUNTS}, {TURNS} turns of {} s each, A B A B; medians", TURN.as_secs());
    println!(
        "record                  {:>10.1} bytes an entry",
        bench.record_bytes().len() as f64 / COMMANDS_PER_SUBMISSION as f64
    );
    println!("batch                   {batch:>10.0} entries a sync");
    println!("plain file, synced      {plain_rate:>10.0} entries/s");
    println!("durable (sled, synced)  {durable_rate:>10.0} entries/s");
    println!("durable / plain file    {:>10.2}", durable_rate / plain_rate);
}

struct Turn {
    entries: u64,
    batches: u64,
    took: Duration,
}

impl Turn {
    fn entries_per_batch(&self) -> u64 {
        self.entries / self.batches.max(1)
    }
}

struct Bench {
    network: Network,
    first: u32,
    random: u64,
    next_id: u128,
}

impl Bench {
    fn open(folder: &Path) -> Self {
        let network = Network::open(&folder.join("data"), NetworkOptions::default()).unwrap();
        let mut bench = Self { network, first: 0, random: 0x9e37_79b9_7f4a_7c15, next_id: 1 };
        let key = bench.key();
        let owner = bench.network.register_owners(key, OwnerNumber::OPERATOR, 1).unwrap()[0];
        let wide = Limits::WIDEST;
        let bank = OpenBank { owner, time_zone: "Europe/London".into(), pot: wide, issuance: wide };
        bench.post(Action::OpenBank(bank));
        for first in (0..ACCOUNTS).step_by(32) {
            let new = NewAccount {
                bank: BankNumber::new(1),
                kind: AccountKind::Member,
                owner,
                limits: wide,
                label: Box::default(),
            };
            let count = (ACCOUNTS - first).min(32) as usize;
            if let Opened::Accounts(opened) = bench.post(Action::OpenAccounts(vec![new; count]))
                && first == 0
            {
                bench.first = opened.slot();
            }
        }
        bench
    }

    fn post(&mut self, action: Action) -> Opened {
        let key = self.key();
        self.network
            .ledger
            .post(Command::new(key, OwnerNumber::OPERATOR, action))
            .unwrap()
            .entry
            .outcome
            .opened
    }

    fn key(&mut self) -> RequestKey {
        self.next_id += 1;
        // Like ids of version 7: rising, with random low bits.
        let random = u128::from(self.random()) & 0xffff_ffff_ffff;
        RequestKey {
            scope: Scope::OPERATOR,
            id: RequestId::derived((self.next_id << 64 | random).to_be_bytes()),
        }
    }

    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn account(&mut self) -> AccountNumber {
        AccountNumber::from_slot(self.first + (self.random() % u64::from(ACCOUNTS)) as u32).unwrap()
    }

    fn commands(&mut self) -> Vec<Command> {
        (0..COMMANDS_PER_SUBMISSION)
            .map(|_| {
                let (debit, mut credit) = (self.account(), self.account());
                while credit == debit {
                    credit = self.account();
                }
                let amount = Amount::new(900 * (1 + (self.random() % 16) as i64)).unwrap();
                let transfers = smallvec::smallvec![Transfer::new(debit, credit, amount)];
                let key = self.key();
                Command::new(
                    key,
                    OwnerNumber::OPERATOR,
                    Action::Post(Post { kind: Kind::Exchange, transfers, ends: None }),
                )
            })
            .collect()
    }

    fn durable_turn(&mut self) -> Turn {
        let before = self.network.ledger.position().get();
        let batches_before = self.batches();
        let mut in_flight = std::collections::VecDeque::new();
        let started = Instant::now();
        while started.elapsed() < TURN {
            if in_flight.len() >= SUBMISSIONS_IN_FLIGHT {
                settle(in_flight.pop_front().unwrap());
            }
            let commands = self.commands();
            in_flight.push_back(self.network.ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap());
        }
        in_flight.drain(..).for_each(settle);
        let took = started.elapsed();
        let entries = self.network.ledger.position().get() - before;
        Turn { entries, batches: self.batches() - batches_before, took }
    }

    fn batches(&self) -> u64 {
        self.network.ledger.batches()
    }

    /// The bytes of a submission's records, as the journal has them.
    fn record_bytes(&mut self) -> Vec<u8> {
        let tip = self.network.ledger.position().get();
        let mut bytes = Vec::new();
        for sequence in tip - COMMANDS_PER_SUBMISSION as u64 + 1..=tip {
            let entry = self
                .network
                .ledger
                .books()
                .entry(hourbook::domain::Sequence::new(sequence))
                .unwrap()
                .unwrap();
            codec::encode(&entry.command, &entry.outcome, entry.sequence, entry.recorded_at, &mut bytes);
        }
        bytes
    }
}

fn settle(ticket: hourbook::ledger::Ticket) {
    let decisions = ticket.wait().unwrap().decisions;
    assert!(decisions.iter().all(|decision| matches!(decision, hourbook::ledger::Decision::Accepted(_))));
}

fn plain_file_turn(folder: &Path, records: &[u8], entries_per_sync: u64) -> Turn {
    let mut file: File = OpenOptions::new().create(true).append(true).open(folder.join("plain")).unwrap();
    let record = records.len() as u64 / COMMANDS_PER_SUBMISSION as u64;
    let batch: Vec<u8> = records.iter().copied().cycle().take((record * entries_per_sync) as usize).collect();
    let (mut entries, mut batches) = (0, 0);
    let started = Instant::now();
    while started.elapsed() < TURN {
        file.write_all(&batch).unwrap();
        file.sync_data().unwrap();
        entries += entries_per_sync;
        batches += 1;
    }
    Turn { entries, batches, took: started.elapsed() }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

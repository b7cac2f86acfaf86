//! After every crash: open the books, and compare them with everything that was heard.
//!
//! Says what is wrong instead of failing, as one test wants to see a loss.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use hourbook::audit;
use hourbook::domain::{
    AccountNumber, BankNumber, Entry, Form as EntryForm, RequestKey, SUM_LIMIT_SECONDS, Sequence,
};
use hourbook::journal::StoredBatch;
use hourbook::ledger::checkpoint::canonical;
use hourbook::ledger::{Checkpoints, Decision, Detail, Ledger, Mode, recovery};
use hourbook::network::Network;

use super::heard::Heard;
use super::load::{self, Number};
use super::orders::{AtFailure, Orders};

/// What was found in books that are right.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub entries: u64,
    pub forms: BTreeMap<EntryForm, u64>,
    pub volumes_sealed: usize,
}

type Checked<T> = Result<T, String>;

/// Requests asked again together.
const AGAIN_MAX: usize = 1_000;
/// Accounts whose whole statement is walked after every crash.
const STATEMENTS: usize = 6;
/// Ids looked up one by one after every crash.
const FOUND_MAX: usize = 200;

/// Opens the books of `orders` and checks them. Afterwards everything found counts as heard: it was
/// read, so it may not go away either.
///
/// I1 balanced, I3 dense, I4 durable, I6 once, I7 chained, I8 a function of the entries.
pub fn check(orders: &Orders, heard: &mut Heard) -> Checked<Report> {
    let quiet = Orders { on_failure: AtFailure::AskMore, disk_headroom_bytes: 0, ..orders.clone() };
    let network = Network::open(&orders.directory, quiet.network())
        .map_err(|error| format!("the books do not open: {error}"))?;
    let ledger = &network.ledger;
    let entries = all_entries(ledger)?;
    let report = Report {
        entries: entries.len() as u64,
        forms: count_forms(&entries),
        volumes_sealed: sealed_volumes(&orders.directory),
    };
    same_as_read_before(ledger, heard)?;
    answers_are_there(&entries, heard)?;
    answers_are_given_again(ledger, &entries, heard)?;
    balances_follow_from_moves(ledger, &entries)?;
    states_are_the_same(ledger)?;
    statements_walk(ledger, heard.read.position.get())?;
    verifies(ledger)?;
    no_blobs(&orders.directory)?;
    ensure(ledger.failure().is_none(), || format!("the ledger stopped: {:?}", ledger.failure()))?;
    heard.read = ledger.books().journal().tip();
    heard.news.clear();
    Ok(report)
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Checked<()> {
    if holds { Ok(()) } else { Err(what()) }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// I3, I7: every entry once, in order, and every batch chained to the one before.
fn all_entries(ledger: &Ledger) -> Checked<Vec<Entry>> {
    let reader = ledger.books().journal();
    let tip = reader.tip();
    let mut entries: Vec<Entry> = Vec::new();
    let mut hash = hourbook::journal::GENESIS;
    while (entries.len() as u64) < tip.position.get() {
        let next = Sequence::new(entries.len() as u64 + 1);
        let batches: Vec<StoredBatch> = reader.read(next, 10_000).map_err(text)?;
        ensure(!batches.is_empty(), || format!("entry {next} is missing"))?;
        // A hold may have ended by time since; what it wrote is behind the tip.
        for batch in batches.iter().take_while(|batch| batch.last() <= tip.position) {
            ensure(batch.follows(&hash), || format!("the batch at {} is not chained", batch.first()))?;
            hash = batch.seal.hash;
            for record in batch.records() {
                let expected = entries.len() as u64 + 1;
                ensure(record.sequence.get() == expected, || format!("{} at {expected}", record.sequence))?;
                entries.push(recovery::decode(&record).map_err(text)?);
            }
        }
    }
    ensure(hash == tip.hash, || "the last batch is not the tip".into())?;
    Ok(entries)
}

/// What was read after an earlier crash is still there, byte for byte (by its hash).
fn same_as_read_before(ledger: &Ledger, heard: &Heard) -> Checked<()> {
    if heard.read.position.is_zero() {
        return Ok(());
    }
    let batches = ledger.books().journal().read(heard.read.position, 1).map_err(text)?;
    let found = batches.first().map(|batch| (batch.last(), batch.seal.hash));
    let before = (heard.read.position, heard.read.hash);
    ensure(found == Some(before), || format!("{:?} was read before and is gone", heard.read.position))
}

/// I4, I6: every accepted request at its place with its content and nowhere else; no refused one.
fn answers_are_there(entries: &[Entry], heard: &Heard) -> Checked<()> {
    let mut places: HashMap<RequestKey, Sequence> = HashMap::new();
    for entry in entries {
        if let Some(key) = entry.command.key {
            let twice = places.insert(key, entry.sequence);
            ensure(twice.is_none(), || format!("{key:?} is at {twice:?} and at {}", entry.sequence))?;
        }
    }
    let lost: Vec<Number> =
        heard.accepted.keys().filter(|number| !places.contains_key(&number.key())).copied().collect();
    ensure(lost.is_empty(), || {
        format!("{} of {} acknowledged requests are lost", lost.len(), heard.accepted.len())
    })?;
    for (number, accepted) in &heard.accepted {
        let entry = &entries[accepted.sequence.get() as usize - 1];
        ensure(entry.command == load::command(*number, accepted.of), || {
            format!("{number} was acknowledged at {} and is not what is there: {entry:?}", accepted.sequence)
        })?;
    }
    for (number, reason) in &heard.refused {
        let found = places.get(&number.key());
        ensure(found.is_none(), || format!("{number} was refused ({reason}) and is at {found:?}"))?;
    }
    Ok(())
}

/// I6: asking again gives the same answer, whether found, posted, or posted with others.
fn answers_are_given_again(ledger: &Ledger, entries: &[Entry], heard: &Heard) -> Checked<()> {
    let commands: Vec<_> =
        heard.news.iter().map(|number| load::command(*number, heard.accepted[number].of)).collect();
    let places: Vec<Sequence> = heard.news.iter().map(|number| heard.accepted[number].sequence).collect();
    for (commands, places) in commands.chunks(AGAIN_MAX).zip(places.chunks(AGAIN_MAX)) {
        let ticket = ledger.submit(commands.to_vec(), Mode::Write, Detail::Numbers).map_err(text)?;
        let decisions = ticket.wait().ok_or("asking again was not answered")?.decisions;
        for ((command, decision), place) in commands.iter().zip(decisions).zip(places) {
            ensure(matches!(decision, Decision::Known(known) if known == *place), || {
                format!("{:?} at {place}: asked again: {decision:?}", command.key)
            })?;
            let receipt = ledger.receipt(command.clone(), decision).map_err(text)?;
            ensure(receipt.entry == entries[place.get() as usize - 1], || format!("{receipt:?}"))?;
        }
    }
    let step = heard.news.len() / FOUND_MAX + 1;
    for number in heard.news.iter().step_by(step) {
        let found = ledger.find(number.key()).map_err(text)?.map(|entry| entry.sequence);
        ensure(found == Some(heard.accepted[number].sequence), || format!("{number} found at {found:?}"))?;
    }
    let asked_again = ledger.position().get() - entries.len() as u64;
    // Holds may end by time while this runs; nothing else may be written.
    let added = (1..=asked_again).map(|more| Sequence::new(entries.len() as u64 + more));
    for sequence in added {
        let entry = ledger.books().entry(sequence).map_err(text)?;
        let by_time = entry.as_ref().is_some_and(|entry| entry.form() == EntryForm::Expire);
        ensure(by_time, || format!("asking again wrote {entry:?}"))?;
    }
    Ok(())
}

/// I1: balances are the sum of the moves, worked out here, and a bank's add up to nothing.
fn balances_follow_from_moves(ledger: &Ledger, entries: &[Entry]) -> Checked<()> {
    let mut posted: HashMap<AccountNumber, i64> = HashMap::new();
    for moved in entries.iter().flat_map(Entry::moves) {
        *posted.entry(moved.debit).or_default() -= moved.amount.seconds();
        *posted.entry(moved.credit).or_default() += moved.amount.seconds();
    }
    let through = Sequence::new(entries.len() as u64);
    let state = ledger.state_at(through).map_err(text)?;
    let mut sums: HashMap<BankNumber, i64> = HashMap::new();
    let mut held = 0;
    for (number, account) in state.numbered_accounts() {
        let expected = posted.remove(&number).unwrap_or(0);
        ensure(account.posted == expected, || format!("{number} has {}, not {expected}", account.posted))?;
        ensure(expected.abs() < SUM_LIMIT_SECONDS, || format!("{number} has {expected}"))?;
        *sums.entry(account.bank).or_default() += account.posted;
        held += account.held;
    }
    ensure(posted.is_empty(), || format!("moves on accounts that are not there: {posted:?}"))?;
    ensure(sums.values().all(|sum| *sum == 0), || format!("banks do not add up: {sums:?}"))?;
    let left: i64 = state.holds.iter().map(|(_, open)| open.left * open.sides.len() as i64).sum();
    ensure(held == left, || format!("{held} s are held, and open holds have {left} s left"))
}

/// I8: from a checkpoint or from the first entry, it is the poster's own state.
fn states_are_the_same(ledger: &Ledger) -> Checked<()> {
    let own = ledger.copy_state().map_err(text)?;
    let from_checkpoint = ledger.state_at(own.position).map_err(text)?;
    let reader = ledger.books().journal();
    let from_scratch = recovery::at_position(&**reader, &Checkpoints::none(), own.position).map_err(text)?;
    for (name, state) in [("a checkpoint", from_checkpoint), ("the first entry", from_scratch)] {
        ensure(*own == state && canonical(&own) == canonical(&state), || {
            format!("the state at {} from {name} is not the poster's", own.position)
        })?;
    }
    Ok(())
}

/// Every line of some accounts is there, counted down to 1, and carries the balance on.
fn statements_walk(ledger: &Ledger, seed: u64) -> Checked<()> {
    let members: Vec<AccountNumber> = load::members().collect();
    let mut dice = load::Dice(seed);
    for _ in 0..STATEMENTS {
        let account = members[dice.below(members.len() as u64) as usize];
        let head = ledger.views().balances.head(account);
        let mut below = head.lines + 1;
        let mut newer: Option<(Sequence, i64)> = None;
        while below > 1 {
            let lines = ledger.books().statement(account, Some(below), 500).map_err(text)?;
            ensure(!lines.is_empty(), || format!("{account} has no line below {below}"))?;
            for line in lines {
                let gained: i64 = line
                    .entry
                    .moves()
                    .map(|one| {
                        let in_or_out = i64::from(one.credit == account) - i64::from(one.debit == account);
                        in_or_out * one.amount.seconds()
                    })
                    .sum();
                let follows = newer.is_none_or(|(sequence, before)| {
                    line.entry.sequence < sequence && line.line.posted == before
                });
                ensure(follows && line.number == below - 1, || {
                    format!("{account}: line {} does not lead to line {below}", line.number)
                })?;
                newer = Some((line.entry.sequence, line.line.posted - gained));
                below = line.number;
            }
        }
        ensure(newer.is_none_or(|(_, first)| first == 0), || format!("{account} did not begin at zero"))?;
    }
    Ok(())
}

/// I1 to I9 and I11 as an auditor would have them checked, and every byte of the sealed volumes.
fn verifies(ledger: &Ledger) -> Checked<()> {
    let report = audit::verify(ledger, &mut |_| {});
    ensure(report.is_clean(), || format!("verify found {:?}", report.checks))
}

/// No value has grown a file of its own, which nothing would sync.
fn no_blobs(directory: &Path) -> Checked<()> {
    for volume in std::fs::read_dir(directory.join("journal")).map_err(text)? {
        let blobs = volume.map_err(text)?.path().join("blobs");
        if blobs.is_dir() {
            let first = std::fs::read_dir(&blobs).map_err(text)?.next();
            ensure(first.is_none(), || format!("{} is not empty", blobs.display()))?;
        }
    }
    Ok(())
}

fn count_forms(entries: &[Entry]) -> BTreeMap<EntryForm, u64> {
    let mut forms = BTreeMap::new();
    for entry in entries {
        *forms.entry(entry.form()).or_default() += 1;
    }
    forms
}

/// Volumes that were full and settled.
pub fn sealed_volumes(directory: &Path) -> usize {
    let names = std::fs::read_dir(directory.join("journal")).unwrap();
    names
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "sealed"))
        .count()
}

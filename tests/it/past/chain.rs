//! Reversals of reversals without end, and entries that need others of the same batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hourbook::domain::{
    AccountKind, AccountNumber, Action, AtDeadline, Capture, Correction, Hold, Kind, Limits, Post, Rest,
    ReversalKind, Reverse, Sequence, Transfer,
};
use hourbook::journal::{
    Batch, InspectProgress, Inspection, Journal, JournalError, JournalReader, MemoryJournal, ReadError,
    Record, StoredBatch, Tip,
};
use hourbook::ledger::{Detail, ManualClock, Mode, Options};
use hourbook::past::{Past, PastBounds};

use super::naive::{entries, naive, shown};
use super::played::amount;
use super::{catch_up, caught_up, directory};
use crate::support::{Desk, HOUR, START, stay};

/// A journal that counts how often a single entry is read.
struct Counting {
    inner: MemoryJournal,
    reads: Arc<AtomicU64>,
}

struct CountingReader {
    inner: Arc<dyn JournalReader>,
    reads: Arc<AtomicU64>,
}

impl Journal for Counting {
    fn acquire(&mut self) -> Result<Tip, JournalError> {
        self.inner.acquire()
    }

    fn append(&mut self, tip: &Tip, batch: &Batch) -> Result<Tip, JournalError> {
        self.inner.append(tip, batch)
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::new(CountingReader { inner: self.inner.reader(), reads: Arc::clone(&self.reads) })
    }
}

impl JournalReader for CountingReader {
    fn tip(&self) -> Tip {
        self.inner.tip()
    }

    fn read(&self, from: Sequence, entries_max: usize) -> Result<Vec<StoredBatch>, ReadError> {
        self.inner.read(from, entries_max)
    }

    fn record(&self, sequence: Sequence) -> Result<Option<Record>, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.record(sequence)
    }

    fn all_in_place(&self) -> Result<bool, ReadError> {
        self.inner.all_in_place()
    }

    fn inspect(&self, progress: &mut dyn FnMut(InspectProgress)) -> Result<Inspection, ReadError> {
        self.inner.inspect(progress)
    }
}

/// Two members without limits.
fn members(desk: &Desk) -> (AccountNumber, AccountNumber) {
    let (bank, ..) = desk.bank();
    let member = || desk.account(bank, AccountKind::Member, Limits::WIDEST);
    (member(), member())
}

fn correction(debit: AccountNumber, credit: AccountNumber, seconds: i64) -> Transfer {
    let mut transfer = Transfer::new(debit, credit, amount(seconds));
    transfer.people.correction = Correction::Yes;
    transfer
}

/// Goal: a chain of reversals costs a read for each, however long it is, in the follower and in both
/// questions that go through the journal; and balances checkpoints remember how each counts.
/// Method: 5,000 reversals, each of the one before; single reads are counted. Then a new start from the
/// checkpoint in the middle, and one more reversal.
#[test]
fn a_chain_of_reversals_is_followed_in_linear_work() {
    const CHAIN: u64 = 5_000;
    let reads = Arc::new(AtomicU64::new(0));
    let journal = MemoryJournal::new();
    let clock = Arc::new(ManualClock::new(START));
    let counting = Counting { inner: journal.clone(), reads: Arc::clone(&reads) };
    let options =
        Options { clock: Arc::clone(&clock) as _, on_failure: Box::new(stay), ..Options::default() };
    let desk =
        Desk::around(hourbook::ledger::Ledger::open(Box::new(counting), options).unwrap(), journal, clock);
    let (debit, credit) = members(&desk);
    let first = desk.exchange(debit, credit, HOUR).unwrap().entry.sequence;
    let reverse = |original| {
        let kind = ReversalKind::Reversal;
        let entry = desk.post(Action::Reverse(Reverse { original, kind, parts: Vec::new() })).unwrap().entry;
        entry.sequence
    };
    let mut newest = first;
    for _ in 0..CHAIN {
        newest = reverse(newest);
    }

    let (_folder, directory) = directory();
    let bounds = PastBounds { checkpoint_entries: 3_000, ..PastBounds::default() };
    let open = || {
        let past = Past::open_with(&desk.ledger, &directory, bounds).unwrap();
        catch_up(&past, &desk.ledger);
        past
    };
    let bank = hourbook::domain::BankNumber::new(1);
    let moved = |fold: &hourbook::past::Fold| fold.bank(bank).unwrap().net_moved;
    // Each reversal turns what the one before it did.
    let expected =
        |at: Sequence| if (at.get() - first.get()).is_multiple_of(2) { i128::from(HOUR) } else { 0 };
    let costs = |what: &str, work: &dyn Fn() -> i128, at: Sequence| {
        let before = reads.load(Ordering::SeqCst);
        assert_eq!(work(), expected(at), "{what}");
        let cost = reads.load(Ordering::SeqCst) - before;
        assert!(cost <= CHAIN + 100, "{what}: {cost} entries were read one by one");
    };
    costs("following", &|| open().now(moved), newest);
    std::fs::remove_dir_all(directory.derived()).unwrap();
    let past = open();
    let earlier = Sequence::new(newest.get() - 1);
    costs("an earlier position", &|| moved(&past.at(earlier).unwrap()), earlier);
    let day = START.utc_day();
    costs("an earlier position by day", &|| moved(&past.through_day(day, Some(earlier)).unwrap()), earlier);
    let at_checkpoint = Sequence::new(3_500);
    costs("after a checkpoint", &|| moved(&past.at(at_checkpoint).unwrap()), at_checkpoint);
    newest = reverse(newest);
    costs(
        "one more",
        &|| {
            catch_up(&past, &desk.ledger);
            past.now(moved)
        },
        newest,
    );
}

/// Goal: how an entry counts is known also when what it needs stands in the same batch.
/// Method: a hold that corrects other books, and its captures in parts, in one submission and the last
/// part in another; against the naive fold.
#[test]
fn a_hold_and_its_captures_may_share_a_batch() {
    let desk = Desk::new();
    let (debit, credit) = members(&desk);
    let (_folder, directory) = directory();
    let past = caught_up(&desk.ledger, &directory);
    let hold = desk.ledger.position().next();
    let capture = |seconds| {
        desk.command(Action::Capture(Capture { hold, amount: Some(amount(seconds)), rest: Rest::Keep }))
    };
    let opened = desk.command(Action::Hold(Hold {
        kind: Kind::Exchange,
        transfers: smallvec::smallvec![correction(debit, credit, HOUR)],
        deadline: START.plus_seconds(HOUR),
        at_deadline: AtDeadline::Release,
    }));
    let together = vec![opened, capture(600), capture(900)];
    for commands in [together, vec![capture(HOUR - 1_500)]] {
        desk.ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap().wait().unwrap();
    }
    catch_up(&past, &desk.ledger);
    let newest = desk.ledger.position();
    assert_eq!(newest.get(), hold.get() + 3);
    let moved = past.now(|fold| fold.banks().map(|(_, bank)| bank.net_moved).sum::<i128>());
    assert_eq!(moved, -i128::from(HOUR));
    assert_eq!(past.now(shown), naive(&entries(&desk.ledger), newest, None));
}

/// Goal: a correction that is put right counts as hours moved, and as a correction again when that is
/// put right. Method: a post of a correction and an ordinary transfer; a chain of three
/// reversals; a new start from the checkpoint before each next one.
#[test]
fn a_correction_put_right_counts_its_own_way() {
    let desk = Desk::new();
    let (debit, credit) = members(&desk);
    let (_folder, directory) = directory();
    let transfers =
        smallvec::smallvec![Transfer::new(debit, credit, amount(10)), correction(credit, debit, 3),];
    let post = Post { kind: Kind::Exchange, transfers, ends: None };
    let original = desk.post(Action::Post(post)).unwrap().entry.sequence;
    let mut originals = vec![original];
    let mut found = Vec::new();
    for turn in 0..4_usize {
        let bounds =
            PastBounds { checkpoint_entries: 1, read_entries: 7, chunk_entries: 7, rest: Duration::ZERO };
        let past = Past::open_with(&desk.ledger, &directory, bounds).unwrap();
        catch_up(&past, &desk.ledger);
        found.push(past.now(|fold| fold.banks().map(|(_, bank)| bank.net_moved).sum::<i128>()));
        assert_eq!(past.now(shown), naive(&entries(&desk.ledger), desk.ledger.position(), None));
        let reverse = Reverse { original: originals[turn], kind: ReversalKind::Reversal, parts: Vec::new() };
        originals.push(desk.post(Action::Reverse(reverse)).unwrap().entry.sequence);
    }
    assert_eq!(found, [7, 0, 7, 0]);
}

//! The one writer: decides in memory, in order, and fills batch N+1 while N syncs.
//!
//! Its state may run ahead of the disk; what anybody can see may not (I5). So every answer, refusals
//! too, travels with the batch in which it was decided, and the committer sends it.
//!
//! No IO and one clock reading a batch. Waits only when there is nothing to do, or when the batch is
//! full and the one before is still being written.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::clock::{ClockGuard, Unsure};
use super::decide::{Case, ReadAhead, decide};
use super::failure::Failure;
use super::request_ids::{Recent, Refusals, Settled};
use super::shared::Shared;
use super::state::State;
use super::submission::{Answer, Decision, Found, Item, Mode, Submission};
use super::work::Work;
use crate::domain::{Action, Command, Entry, OwnerNumber, Refusal, RequestKey, Sequence, Timestamp};
use crate::journal::codec;

/// How long the poster sleeps at most: holds are let go by time, not only when somebody calls.
const TICK: Duration = Duration::from_secs(1);
/// Ids whose places in memory are brought near together.
const IDS_TOUCHED: usize = 64;

/// The poster's own.
pub struct Poster {
    shared: Arc<Shared>,
    state: State,
    ids: Recent,
    settled: Settled,
    refusals: Refusals,
    guard: ClockGuard,
    work: Work,
    now: Result<Timestamp, Unsure>,
    record: Vec<u8>,
    /// Where in a submission the poster is that did not fit into one batch.
    unfinished: Option<Unfinished>,
    /// Who waits for everything due to be recorded; at most as many as the queue has slots.
    ticks: Vec<tokio::sync::oneshot::Sender<()>>,
}

/// Whether holds are due that a batch had no room for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    More,
    NoMore,
}

/// A submission that goes on in the next batch.
struct Unfinished {
    items: std::vec::IntoIter<Item>,
    /// Older ids were looked up through here.
    looked: Sequence,
    mode: Mode,
    decisions: Vec<Decision>,
    to: tokio::sync::oneshot::Sender<Vec<Decision>>,
}

impl Poster {
    /// A poster that goes on from `state`.
    pub fn new(shared: Arc<Shared>, state: State, ids: Recent) -> Self {
        let now = shared.clock.now();
        let mut guard = ClockGuard::new(state.recorded_at, now);
        let refusals = Refusals::new(shared.bounds.refusals_max);
        let now = guard.read(now);
        let settled = Settled::new(ids.after(), shared.bounds.queue_submissions_max);
        Self {
            shared,
            state,
            ids,
            settled,
            refusals,
            guard,
            work: Work::default(),
            now,
            record: Vec::new(),
            unfinished: None,
            ticks: Vec::new(),
        }
    }

    /// Runs until the ledger closes or stops.
    pub fn run(mut self) {
        self.shared.queue.bell().own();
        loop {
            let closing = self.shared.closing.load(Ordering::Acquire);
            self.fill();
            if self.shared.fail_stop.failure().is_some() {
                break; // Filling may have found that the state is not what it should be.
            }
            if !self.work.is_empty() && self.shared.handoff.is_free() {
                let empty = self.shared.handoff.give(std::mem::take(&mut self.work));
                self.work = empty;
                continue;
            }
            if self.work.is_empty() && !self.ticks.is_empty() {
                continue; // They wait for a batch that begins after they came.
            }
            let idle = self.work.is_empty() && self.unfinished.is_none() && self.shared.queue.is_empty();
            if closing && idle {
                break;
            }
            // Woken by callers and by the committer when it is free again.
            self.shared.queue.bell().sleep(self.until_next_deadline());
        }
        self.shared.queue.close();
        self.shared.handoff.end();
    }

    /// Takes from the queue until the batch is full or the queue empty.
    fn fill(&mut self) {
        if self.work.is_empty() {
            self.start_batch();
        }
        if let Some(unfinished) = self.unfinished.take() {
            self.decide_items(unfinished);
        }
        while self.unfinished.is_none() && !self.batch_is_full() {
            let Some(submission) = self.shared.queue.next() else { return self.settled.drained() };
            self.settled.taken();
            self.take(submission);
        }
    }

    fn start_batch(&mut self) {
        self.now = self.guard.read(self.shared.clock.now());
        let recorded_at = self.now.unwrap_or(self.state.recorded_at);
        let committed = self.shared.views.position();
        self.work.batch.start(self.state.position.next(), recorded_at, committed);
        // I6: what stays in memory, and why it is enough: see `request_ids`.
        let settled = self.settled.through(self.shared.runs.through()).get();
        self.ids.forget(Sequence::new(settled.saturating_sub(self.shared.bounds.run_entries)));
        if self.expire_due_holds() == Due::NoMore {
            self.work.answers.extend(self.ticks.drain(..).map(Answer::Done));
        }
    }

    /// I9: what is due ends before anybody new is decided, a bounded number a batch.
    fn expire_due_holds(&mut self) -> Due {
        let Ok(now) = self.now else { return Due::NoMore };
        if self.shared.disk_low.load(Ordering::Relaxed) {
            return Due::NoMore; // Deadlines are met by time all the same; they are recorded when there is room.
        }
        for _ in 0..self.shared.bounds.expiries_per_batch_max {
            let Some((deadline, hold)) = self.state.holds.next_due() else { return Due::NoMore };
            if deadline > now {
                return Due::NoMore;
            }
            let command = Command::of_the_ledger(OwnerNumber::OPERATOR, Action::Expire(hold));
            let decision = self.decide_new(command, &ReadAhead::Nothing, now, Mode::Write);
            if let Decision::Refused(refusal) = decision {
                // A due hold that cannot end would be tried for ever: the state is not what we think.
                let what = format!("hold {hold} is due and cannot end: {:?}", refusal.reason());
                self.shared.fail_stop.stop(Failure::ThreadEnded { thread: "poster", what });
                return Due::NoMore;
            }
        }
        Due::More
    }

    fn take(&mut self, submission: Submission) {
        match submission {
            Submission::Commands(items, looked, mode, to) => {
                let decisions = Vec::with_capacity(items.len());
                self.decide_items(Unfinished { items: items.into_iter(), looked, mode, decisions, to });
            }
            Submission::Find(key, looked, to) => {
                self.work.answers.push(Answer::Found(self.find(&key, looked), to));
            }
            Submission::Copy(to) => self.work.answers.push(Answer::Copied(Box::new(self.state.clone()), to)),
            Submission::Tick(to) => self.ticks.push(to),
            Submission::AcceptClock(to) => {
                self.guard.accept(self.shared.clock.now());
                self.work.answers.push(Answer::Done(to));
            }
        }
    }

    fn find(&self, key: &RequestKey, looked: Sequence) -> Found {
        if looked < self.ids.after() {
            return Found::NotNow; // Ids in between are neither in what was looked at nor here.
        }
        self.ids.get(key).map_or(Found::Nothing, Found::Entry)
    }

    /// Brings the places of the next ids near, so that their cache misses overlap.
    fn touch_ids(&self, unfinished: &Unfinished) {
        let next = unfinished.items.as_slice().iter().take(IDS_TOUCHED);
        std::hint::black_box(self.ids.touch(next.filter_map(|item| item.command.key.as_ref())));
    }

    fn decide_items(&mut self, mut unfinished: Unfinished) {
        while !self.batch_is_full() {
            if unfinished.decisions.len().is_multiple_of(IDS_TOUCHED) {
                self.touch_ids(&unfinished);
            }
            let Some(item) = unfinished.items.next() else {
                self.work.answers.push(Answer::Decisions(unfinished.decisions, unfinished.to));
                return;
            };
            unfinished.decisions.push(self.decide_item(item, unfinished.looked, unfinished.mode));
        }
        self.unfinished = Some(unfinished);
    }

    /// I6 first: an id that was accepted or, lately, refused has its answer already.
    fn decide_item(&mut self, item: Item, looked: Sequence, mode: Mode) -> Decision {
        let Some(key) = item.command.key else {
            // `Command::check` let nothing through without an id; only expiries have none.
            return Decision::Refused(Box::new(Refusal::RequestIdReused { fields: vec!["request_id"] }));
        };
        if let Some(sequence) = item.known {
            return Decision::Known(sequence);
        }
        match self.find(&key, looked) {
            Found::Entry(sequence) => return Decision::Known(sequence),
            Found::NotNow => return Decision::NotNow,
            Found::Nothing => {}
        }
        let Ok(now) = self.now else {
            return Decision::Refused(Box::new(Refusal::ClockUnsure));
        };
        if let Some(refusal) = self.refusals.get(&key, &item.command, now) {
            return Decision::Refused(Box::new(refusal));
        }
        if self.shared.disk_low.load(Ordering::Relaxed) {
            return Decision::Refused(Box::new(Refusal::DiskLow));
        }
        self.decide_new(item.command, &item.ahead, now, mode)
    }

    fn decide_new(&mut self, command: Command, ahead: &ReadAhead, now: Timestamp, mode: Mode) -> Decision {
        let case = Case { state: &self.state, command: &command, ahead, now, bounds: &self.shared.bounds };
        let outcome = match decide(case) {
            Ok(outcome) => outcome,
            Err(refusal) => {
                if let (Some(key), Mode::Write) = (command.key, mode) {
                    self.refusals.remember(key, &command, &refusal, now);
                }
                return Decision::Refused(Box::new(refusal));
            }
        };
        // The last of all questions, as of everything that is full. What the ledger does by itself has no
        // id and always has room.
        if command.key.is_some() && !self.ids.has_room() {
            return Decision::NotNow;
        }
        if mode == Mode::ValidateOnly {
            return Decision::WouldBe(Box::new(outcome));
        }
        let entry = Entry { sequence: self.state.position.next(), recorded_at: now, command, outcome };
        self.write(&entry)
    }

    /// From here it must succeed: the entry is in the batch, the state and the ids, or nowhere.
    fn write(&mut self, entry: &Entry) -> Decision {
        self.record.clear();
        codec::encode(&entry.command, &entry.outcome, entry.sequence, entry.recorded_at, &mut self.record);
        if let Err(too_large) = self.work.batch.push(&self.record) {
            // The bounds of a command are const-asserted below the bounds of a record.
            let what = format!("entry {}: {too_large}", entry.sequence);
            self.shared.fail_stop.stop(Failure::ThreadEnded { thread: "poster", what });
        }
        self.state.apply(entry);
        if let Some(key) = entry.command.key {
            self.ids.insert(key, entry.sequence);
        }
        self.work.show(&self.state, entry);
        Decision::Accepted(entry.sequence)
    }

    fn batch_is_full(&self) -> bool {
        self.work.batch.count() >= self.shared.bounds.batch_entries_max
            || self.work.batch.bytes() >= self.shared.bounds.batch_bytes_max
            || self.work.answers.len() >= self.shared.bounds.queue_submissions_max
            || self.ticks.len() >= self.shared.bounds.queue_submissions_max
    }

    fn until_next_deadline(&self) -> Duration {
        let due_in = self.state.holds.next_due().and_then(|(deadline, _)| {
            let now = self.now.ok()?;
            u64::try_from(deadline.micros_since(now)).ok()
        });
        due_in.map_or(TICK, |micros| Duration::from_micros(micros.max(1_000)).min(TICK))
    }
}

//! The one writer: decides in memory, in order, and fills batch N+1 while N syncs.
//!
//! Its state may run ahead of the disk; what anybody can see may not (I5). So every answer, refusals
//! too, travels with the batch in which it was decided, and the committer sends it.
//!
//! Owns the order and the moment of things; what is decided is `core`'s, when to look again or to end is
//! `relay`'s. No IO and one clock reading a batch. Waits only when there is nothing to do, when the batch is
//! full and the one before is still being written, or, for a millisecond at most, for callers who will
//! come: batches are what costs, and a busy processor is better used for few large ones.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::bell::Bell;
use super::clock::ClockGuard;
use super::core::{Circumstances, Core, Disk, FETCHED_AHEAD};
use super::failure::Failure;
use super::queue::Queue;
use super::relay::{Filled, Posting};
use super::request_ids::{Recent, Settled};
use super::shared::Shared;
use super::state::State;
use super::submission::{Answer, Commands, Decided, Decision, Submission};
use super::work::Work;
use crate::domain::Sequence;
use crate::journal::TooLarge;

/// How long the poster sleeps at most: holds are let go by time, not only when somebody calls.
const TICK: Duration = Duration::from_secs(1);

/// Where many callers wait for a batch, as many will come for the next: a batch waits for them, but not
/// longer than this after the one before. Each batch costs the processor a fifth of a millisecond.
const GATHERED_AT_MOST: Duration = Duration::from_millis(1);
/// So many callers are many. With fewer a batch goes at once.
const COMPANY_MIN: usize = 16;
/// A batch of so many entries is worth its cost.
const ENTRIES_ENOUGH: u32 = 1_024;

/// The poster's own.
pub struct Poster {
    shared: Arc<Shared>,
    core: Core,
    settled: Settled,
    guard: ClockGuard,
    work: Work,
    circumstances: Circumstances,
    /// Where in a submission the poster is that did not fit into one batch.
    unfinished: Option<Unfinished>,
    /// Who waits for everything due to be recorded; at most as many as the queue has slots.
    ticks: Vec<tokio::sync::oneshot::Sender<()>>,
    /// When the batch before went on its way.
    given_at: Instant,
    /// How many waited for it, if they were many.
    company: usize,
}

/// Whether holds are due that a batch had no room for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    More,
    NoMore,
}

/// A submission that is decided up to some command, and may go on in the next batch.
struct Unfinished {
    commands: Commands,
    decisions: Vec<Decision>,
    /// How much of what was read beside is used.
    beside_used: usize,
}

impl Poster {
    /// A poster that goes on from `state`.
    pub fn new(shared: Arc<Shared>, state: State, ids: Recent) -> Self {
        let now = shared.clock.now();
        let mut guard = ClockGuard::new(state.recorded_at, now);
        let circumstances = Circumstances { now: guard.read(now), disk: Disk::Roomy };
        let settled = Settled::new(ids.after(), shared.bounds.queue_submissions_max);
        let core = Core::new(state, ids, shared.bounds);
        let (work, unfinished, ticks, given_at) = (Work::default(), None, Vec::new(), Instant::now());
        Self { shared, core, settled, guard, work, circumstances, unfinished, ticks, given_at, company: 0 }
    }

    /// Runs until the ledger closes or stops.
    pub fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        shared.relay.post(&mut self);
    }

    fn start_batch(&mut self) {
        let now = self.guard.read(self.shared.clock.now());
        let low = self.shared.disk_low.load(Ordering::Relaxed);
        self.circumstances = Circumstances { now, disk: if low { Disk::Low } else { Disk::Roomy } };
        let state = self.core.state();
        let recorded_at = now.unwrap_or(state.recorded_at);
        self.work.batch.start(state.position.next(), recorded_at, self.shared.views.position());
        // I6: what stays in memory, and why it is enough: see `request_ids`.
        let settled = self.settled.through(self.shared.runs.through()).get();
        let margin = self.shared.bounds.run_entries.saturating_mul(2);
        self.core.forget_ids(Sequence::new(settled.saturating_sub(margin)));
        if self.expire_due_holds() == Due::NoMore {
            self.work.answers.extend(self.ticks.drain(..).map(Answer::Done));
        }
    }

    /// I9: what is due ends before anybody new is decided, a bounded number a batch.
    fn expire_due_holds(&mut self) -> Due {
        let Ok(now) = self.circumstances.now else { return Due::NoMore };
        if self.circumstances.disk == Disk::Low {
            return Due::NoMore; // Deadlines are met by time all the same; they are recorded when there is room.
        }
        for _ in 0..self.shared.bounds.expiries_per_batch_max {
            let Some((deadline, hold)) = self.core.state().holds.next_due() else { return Due::NoMore };
            if deadline > now {
                return Due::NoMore;
            }
            let command = self.core.state().holds.expiry(hold);
            match self.core.decide_own(&mut self.work, &command, now) {
                Ok(Ok(_)) => {}
                Ok(Err(refusal)) => {
                    // A due hold that cannot end would be tried for ever: the state is not what we think.
                    self.stop(format!("hold {hold} is due and cannot end: {:?}", refusal.reason()));
                    return Due::NoMore;
                }
                Err(too_large) => {
                    self.stop_over(too_large);
                    return Due::NoMore;
                }
            }
        }
        Due::More
    }

    fn take(&mut self, submission: Submission) {
        match submission {
            Submission::Commands(commands) => {
                let decisions = Vec::with_capacity(commands.commands.len());
                self.decide_on(Unfinished { commands, decisions, beside_used: 0 });
            }
            Submission::Find(key, looked, to) => {
                self.work.answers.push(Answer::Found(self.core.find(&key, looked), to));
            }
            Submission::Figures(asked, to) => {
                let state = self.core.state();
                let now = self.circumstances.now.unwrap_or(state.recorded_at);
                let figures = asked.of(state, now);
                self.work.answers.push(Answer::Figures(figures, to));
            }
            Submission::Copy(to) => {
                let copy = Box::new(self.core.state().clone());
                self.work.answers.push(Answer::Copied(copy, to));
            }
            Submission::Tick(to) => self.ticks.push(to),
            Submission::AcceptClock(to) => {
                self.guard.accept(self.shared.clock.now());
                self.work.answers.push(Answer::Done(to));
            }
        }
    }

    fn decide_on(&mut self, mut unfinished: Unfinished) {
        let Unfinished { commands, decisions, beside_used } = &mut unfinished;
        while let Some(left) = commands.commands.get(decisions.len()..).filter(|left| !left.is_empty()) {
            if self.batch_is_full() {
                self.unfinished = Some(unfinished);
                return;
            }
            self.core.fetch_ahead(left);
            for command in left.iter().take(FETCHED_AHEAD) {
                let beside = commands.beside.get(*beside_used).filter(|next| next.place == decisions.len());
                *beside_used += usize::from(beside.is_some());
                match self.core.decide_one(
                    &mut self.work,
                    command,
                    beside,
                    commands.terms,
                    self.circumstances,
                ) {
                    Ok(decision) => decisions.push(decision),
                    Err(too_large) => return self.stop_over(too_large),
                }
                if self.batch_is_full() {
                    break;
                }
            }
        }
        let Unfinished { commands, decisions, .. } = unfinished;
        let decided = Decided { commands: commands.commands, decisions };
        self.work.answers.push(Answer::Decisions(decided, commands.to));
    }

    /// The bounds of a command are const-asserted below the bounds of a record.
    fn stop_over(&self, too_large: TooLarge) {
        self.stop(format!("entry {}: {too_large}", self.core.state().position.next()));
    }

    fn stop(&self, what: String) {
        self.shared.fail_stop.stop(Failure::ThreadEnded { thread: "poster", what });
    }

    fn batch_is_full(&self) -> bool {
        self.work.batch.count() >= self.shared.bounds.batch_entries_max
            || self.work.batch.bytes() >= self.shared.bounds.batch_bytes_max
            || self.work.answers.len() >= self.shared.bounds.queue_submissions_max
            || self.ticks.len() >= self.shared.bounds.queue_submissions_max
    }

    fn filled(&self) -> Filled {
        if self.shared.fail_stop.failure().is_some() {
            Filled::Stopped // Filling may have found that the state is not what it should be.
        } else if !self.work.is_empty() {
            Filled::Batch
        } else if !self.ticks.is_empty() || self.unfinished.is_some() {
            Filled::More // Ticks wait for a batch that begins after they came.
        } else {
            Filled::Nothing
        }
    }

    fn until_next_deadline(&self) -> Duration {
        let due_in = self.core.state().holds.next_due().and_then(|(deadline, _)| {
            let now = self.circumstances.now.ok()?;
            u64::try_from(deadline.micros_since(now)).ok()
        });
        due_in.map_or(TICK, |micros| Duration::from_micros(micros.max(1_000)).min(TICK))
    }
}

impl Posting<Submission, Work> for Poster {
    fn fill(&mut self, queue: &Queue<Submission>) -> Filled {
        if self.work.is_empty() {
            self.start_batch();
        }
        if let Some(unfinished) = self.unfinished.take() {
            self.decide_on(unfinished);
        }
        while self.unfinished.is_none() && !self.batch_is_full() {
            let Some(submission) = queue.next() else {
                self.settled.drained();
                break;
            };
            self.settled.taken();
            self.take(submission);
        }
        self.filled()
    }

    fn batch(&mut self) -> &mut Work {
        &mut self.work
    }

    fn gathers(&self) -> Option<Duration> {
        let waiting = self.work.answers.len();
        if waiting >= self.company || self.work.batch.count() >= ENTRIES_ENOUGH {
            return None;
        }
        GATHERED_AT_MOST.checked_sub(self.given_at.elapsed()).filter(|left| !left.is_zero())
    }

    fn given(&mut self) {
        self.given_at = Instant::now();
        let waiting = self.work.answers.len();
        self.company = if waiting >= COMPANY_MIN { waiting } else { 0 };
    }

    fn rest(&self, bell: &Bell) {
        bell.sleep(self.until_next_deadline());
    }
}

//! The ledger: decides, writes down, shows, answers. In this order.
//!
//! ```text
//! callers → queue → poster (one thread decides, in memory, in order) → committer (append, sync)
//!                                                                        → publish → answer
//! ```
//!
//! Owns the state of the books and the order of everything. Knows no people, offers, words or wire:
//! what a command needs beyond hours comes as limits, claims, deadlines and notes.
//!
//! What may hold up what, said in the words of concurrency: *wait-free* ends after so many steps whatever
//! the others do; *lock-free*: somebody always gets on, and no lock is held; *bounded non-blocking*: if it
//! cannot be done now that is said now; *blocking* names what it waits for.
//!
//! | operation | progress |
//! |---|---|
//! | `submit` | lock-free while there is room, and a full or closed queue is answered at once (`queue` has the small print). What names an older entry reads it first, and an id that may be an older one's is looked up on disk first: blocking on that, as `books` ([`Ledger::reads_ahead`] says whether) |
//! | a decision | the poster's alone, one after another; no lock, no IO. It waits only for work, or, its batch full, for the disk, or a millisecond at most for many callers to come |
//! | an answer | blocking on the disk: it comes when its batch and all before are on it. Who waits for one holds up nobody |
//! | `balance`, `position` | wait-free, where the processor loads 16 bytes at once ([`balances::read_path`] says so) |
//! | accounts, banks, holds | blocking on one batch's changes to that table (`views`) |
//! | a statement, an entry | blocking on the disk and the journal's own locks; never on the poster (`books`) |
//! | a watch | awaits the position; the committer tells it and waits for no watcher but while it reads the position |
//! | a checkpoint | a follower: blocking on the disk, holding up nobody; one is written at a time |
//! | close | blocking until everything taken is on disk |
//!
//! Callers, poster and committer meet in `relay`, `queue`, `handoff`, `bell`, `gate` and `balances` and
//! nowhere else. These files know nothing of what they carry, and `tests/proof` plays them in every order
//! of their threads. They, and all of Hourbook, are without unsafe code.
//!
//! I1, I2 and I9 are decided in `decide`; I3, I4 and I7 are the journal's; I5 is the order of
//! `gate`; I6 is `request_ids` and `sameness`; I8 is `state` being a function of the entries.

pub mod balances;
mod bell;
pub mod books;
pub mod bounds;
pub mod chain;
pub mod checkpoint;
pub mod clock;
mod committer;
pub mod core;
pub mod decide;
pub mod excerpt;
pub mod failure;
mod follower;
mod gate;
mod handoff;
mod open;
mod poster;
mod queue;
pub mod recovery;
mod relay;
mod request_ids;
mod sameness;
mod shared;
pub mod state;
pub mod submission;
mod sync;
pub mod views;
mod work;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

pub use books::{Books, HoldStanding, StatementLine};
pub use bounds::Bounds;
pub use checkpoint::Checkpoints;
pub use clock::{Clock, ManualClock, SystemClock};
pub use committer::{BatchWritten, OnBatch};
pub use failure::{FAIL_STOP_EXIT_CODE, Failure, OnFailure, exit_process};
pub use follower::OnCheckpoint;
pub use open::{AcceptClock, OpenError, Options};
pub use request_ids::Seed;
pub use sameness::TextIsGone;
pub use submission::{Added, Decided, Decision, Detail, Mode};
pub use work::AccountView;

use crate::domain::{
    AccountNumber, Action, Balance, ClaimKey, Command, Entry, Invalid, Outcome, Refusal, RequestKey, Sequence,
};
use decide::{ReadAhead, needs_of_old};
use queue::NotTaken;
use recovery::RecoveryError;
use request_ids::RunSet;
use shared::Shared;
use state::State;
use submission::{Beside, Commands, Figures, Found, Submission, Terms};
use views::Views;

/// So many counters may be asked about at once.
pub const FIGURES_ASKED_MAX: usize = 4_096;

/// The books of one network, open for business.
///
/// Dropping it takes no more, writes what was taken, and waits for the disk.
pub struct Ledger {
    shared: Arc<Shared>,
    books: Books,
    text_is_gone: Arc<TextIsGone>,
    checkpoints: Checkpoints,
    /// Poster and committer; they end first.
    posting: Vec<JoinHandle<()>>,
    /// Checkpoints, runs of request ids, and watchdog; the watchdog watches to the end of the last write.
    following: Vec<JoinHandle<()>>,
    /// Goes when the ledger goes.
    alive: watch::Sender<()>,
}

/// A written entry, or the one that was written under this id before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The entry; the same for every retry.
    pub entry: Entry,
    /// Whether this request was the first.
    pub repeated: Repeated,
}

/// Whether an answer was given before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// This is the first answer.
    No,
    /// The entry was written under this id before; this is its answer again.
    Yes,
}

/// Why there is no receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReceipt {
    /// A field cannot be meant. Nothing was written.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A rule said no. Nothing was written.
    #[error("refused: {}", .0.reason().word())]
    Refused(Box<Refusal>),
    /// Too many are waiting. Nothing was written; ask again shortly.
    #[error("too many requests are waiting; ask again shortly with the same request id")]
    Busy,
    /// It is not known whether it was written: ask again with the same request id.
    #[error("it is not known whether this was written ({0}); ask again with the same request id")]
    Unknown(String),
}

impl Ledger {
    /// Puts a command into the books and waits until it is on disk, or until it is refused.
    ///
    /// Blocks the thread. For many at once see [`Ledger::submit`].
    ///
    /// # Errors
    /// [`NoReceipt`]. Only `Unknown` leaves open whether it was written; the same request id tells.
    pub fn post(&self, command: Command) -> Result<Receipt, NoReceipt> {
        let (asked, decision) = self.decide_one(command, Mode::Write)?;
        self.receipt(asked, decision)
    }

    /// The same checks and the same answer as `post`, with nothing written and no id used up. The
    /// outcome is what would be added; a known id answers with its entry's.
    ///
    /// # Errors
    /// [`NoReceipt`], as `post` would.
    pub fn validate(&self, command: Command) -> Result<Outcome, NoReceipt> {
        match self.decide_one(command, Mode::ValidateOnly)? {
            (_, Decision::WouldBe(outcome)) => Ok(*outcome),
            (asked, decision) => self.receipt(asked, decision).map(|receipt| receipt.entry.outcome),
        }
    }

    /// Puts independent commands into the books, in order, each with its own decision. They come
    /// back together, with the commands, once all of them are on disk.
    ///
    /// May read a disk first: see [`Ledger::reads_ahead`].
    ///
    /// # Errors
    /// [`NoReceipt::Invalid`] for the first command out of bounds, `Busy` if the queue is full.
    pub fn submit(&self, commands: Vec<Command>, mode: Mode, detail: Detail) -> Result<Ticket, NoReceipt> {
        if commands.len() > self.shared.bounds.submission_entries_max {
            return Err(Invalid { field: "entries", limit: "at most 10,000 in one submission" }.into());
        }
        let mut keys = Vec::with_capacity(commands.len());
        for command in &commands {
            command.check()?;
            keys.push(command.key.ok_or(Invalid { field: "request_id", limit: "given" })?);
        }
        let runs = self.shared.runs.now();
        let known = self.look(&runs, &keys)?;
        let mut beside = Vec::new();
        for (place, (command, known)) in commands.iter().zip(known).enumerate() {
            let ahead = if known.is_some() { ReadAhead::Nothing } else { self.read_ahead(command)? };
            if known.is_some() || ahead != ReadAhead::Nothing {
                beside.push(Beside { place, ahead, known });
            }
        }
        let terms = Terms { looked: runs.through(), mode, detail };
        let (to, from) = oneshot::channel();
        self.take(Submission::Commands(Commands { commands, beside, terms, to }))?;
        Ok(Ticket { from })
    }

    /// Turns the decision on a command into its receipt: a known id is compared with its entry, and
    /// a hold that is no longer open is looked up. Reads the journal, but for `AcceptedWith` and most
    /// refusals.
    ///
    /// # Errors
    /// [`NoReceipt`], as `post` would.
    pub fn receipt(&self, asked: Command, decision: Decision) -> Result<Receipt, NoReceipt> {
        match decision {
            Decision::Accepted(sequence) => {
                Ok(Receipt { entry: self.stored(sequence)?, repeated: Repeated::No })
            }
            Decision::AcceptedWith(added) => {
                let Added { sequence, recorded_at, outcome } = *added;
                let entry = Entry { sequence, recorded_at, command: asked, outcome };
                Ok(Receipt { entry, repeated: Repeated::No })
            }
            Decision::Known(sequence) => {
                let entry = self.stored(sequence)?;
                let fields = sameness::differences(&asked, &entry.command, &*self.text_is_gone);
                if fields.is_empty() {
                    Ok(Receipt { entry, repeated: Repeated::Yes })
                } else {
                    Err(NoReceipt::Refused(Box::new(Refusal::RequestIdReused { fields })))
                }
            }
            Decision::Refused(refusal) => Err(NoReceipt::Refused(Box::new(self.how_hold_ended(*refusal)?))),
            Decision::WouldBe(_) => Err(NoReceipt::Unknown("nothing was to be written".into())),
            Decision::NotNow => Err(NoReceipt::Busy),
        }
    }

    /// Whether one more submission would be taken, as far as can be said now: whoever has a costly one to
    /// prepare asks first.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.shared.relay.queue.has_room()
    }

    /// The entry accepted under a request id, if there is one.
    ///
    /// # Errors
    /// [`NoReceipt::Busy`] or `Unknown`.
    pub fn find(&self, key: RequestKey) -> Result<Option<Entry>, NoReceipt> {
        let runs = self.shared.runs.now();
        if let Some(Some(sequence)) = self.look(&runs, &[key])?.first() {
            return self.stored(*sequence).map(Some);
        }
        let (to, from) = oneshot::channel();
        self.take(Submission::Find(key, runs.through(), to))?;
        match from.blocking_recv().map_err(|_| self.gone())? {
            Found::Entry(sequence) => self.stored(sequence).map(Some),
            Found::Nothing => Ok(None),
            Found::NotNow => Err(NoReceipt::Busy),
        }
    }

    /// How much is taken of each of these counters, with all that was submitted before; zero for what nobody ever took
    /// from. At most [`FIGURES_ASKED_MAX`] keys.
    ///
    /// # Errors
    /// [`NoReceipt::Busy`] or `Unknown`.
    pub fn taken_of(&self, keys: Vec<ClaimKey>) -> Result<Vec<i64>, NoReceipt> {
        self.figures(Figures::Taken(keys))
    }

    /// How much of each of these transfers, by its entry and its place there, was put right or given back, seconds. At
    /// most [`FIGURES_ASKED_MAX`].
    ///
    /// # Errors
    /// [`NoReceipt::Busy`] or `Unknown`.
    pub fn reversed_of(&self, transfers: Vec<(Sequence, u16)>) -> Result<Vec<i64>, NoReceipt> {
        self.figures(Figures::Reversed(transfers))
    }

    fn figures(&self, asked: Figures) -> Result<Vec<i64>, NoReceipt> {
        if asked.count() > FIGURES_ASKED_MAX {
            return Err(NoReceipt::Busy);
        }
        let (to, from) = oneshot::channel();
        self.take(Submission::Figures(asked, to))?;
        from.blocking_recv().map_err(|_| self.gone())
    }

    /// Looks at the clock now: when it returns, every hold due by now has ended, on disk. While the
    /// disk is low or the clock unsure nothing is recorded, and so neither is the end of a hold.
    ///
    /// # Errors
    /// [`NoReceipt::Busy`] or `Unknown`.
    pub fn tick(&self) -> Result<(), NoReceipt> {
        let (to, from) = oneshot::channel();
        self.take(Submission::Tick(to))?;
        from.blocking_recv().map_err(|_| self.gone())
    }

    /// An operator says that the wall clock is right, after `CLOCK_UNSURE`.
    ///
    /// # Errors
    /// [`NoReceipt::Busy`] or `Unknown`.
    pub fn accept_clock(&self) -> Result<(), NoReceipt> {
        let (to, from) = oneshot::channel();
        self.take(Submission::AcceptClock(to))?;
        from.blocking_recv().map_err(|_| self.gone())
    }

    /// A copy of the poster's own state, on disk up to its position: for comparing (I8). The poster
    /// stands still while it copies.
    ///
    /// # Errors
    /// [`NoReceipt::Busy`] or `Unknown`.
    pub fn copy_state(&self) -> Result<Box<State>, NoReceipt> {
        let (to, from) = oneshot::channel();
        self.take(Submission::Copy(to))?;
        from.blocking_recv().map_err(|_| self.gone())
    }

    /// Posted and held of an account, as of the acknowledged position. Wait-free; nothing if there
    /// is no such account to see.
    #[must_use]
    pub fn balance(&self, account: AccountNumber) -> Option<Balance> {
        self.shared.views.balance(account)
    }

    /// Everything anybody can see.
    #[must_use]
    pub fn views(&self) -> &Views {
        &self.shared.views
    }

    /// Entries and statements.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// The acknowledged position.
    #[must_use]
    pub fn position(&self) -> Sequence {
        self.shared.views.position()
    }

    /// Batches written since the ledger was opened.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.shared.batches.load(Ordering::Relaxed)
    }

    /// The state right after entry `position`, from the newest checkpoint before it.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal cannot be read.
    pub fn state_at(&self, position: Sequence) -> Result<State, RecoveryError> {
        recovery::at_position(&**self.books.journal(), &self.checkpoints, position.min(self.position()))
    }

    /// Why the ledger stopped, if it has.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.shared.fail_stop.failure()
    }

    /// For followers that outlive the ledger's owner: its `changed` fails once the ledger is gone.
    #[must_use]
    pub fn alive(&self) -> watch::Receiver<()> {
        self.alive.subscribe()
    }

    /// Writes a checkpoint at the end of the newest batch, without stopping the poster.
    ///
    /// # Errors
    /// [`checkpoint::CheckpointError`]; the older checkpoints are still there.
    pub fn checkpoint(&self) -> Result<(), checkpoint::CheckpointError> {
        follower::checkpoint(&**self.books.journal(), &self.checkpoints).map(drop)
    }

    fn decide_one(&self, command: Command, mode: Mode) -> Result<(Command, Decision), NoReceipt> {
        let decided = self.submit(vec![command], mode, Detail::Outcomes)?.wait();
        decided.and_then(|decided| decided.each().next()).ok_or_else(|| self.gone())
    }

    /// The entries that ids belong to, as far as runs reach. A run that cannot be read is written again
    /// from the journal; until then nobody knows.
    fn look(&self, runs: &RunSet, keys: &[RequestKey]) -> Result<Vec<Option<Sequence>>, NoReceipt> {
        runs.look(keys).map_err(|error| {
            tracing::warn!(%error, "request ids were not looked up");
            self.shared.run_bell.ring();
            NoReceipt::Busy
        })
    }

    fn take(&self, submission: Submission) -> Result<(), NoReceipt> {
        let haste = submission.haste();
        self.shared.relay.queue.submit(submission, haste).map_err(|not_taken| match not_taken {
            NotTaken::Full => NoReceipt::Busy,
            NotTaken::Closed => self.gone(),
        })
    }

    fn gone(&self) -> NoReceipt {
        NoReceipt::Unknown(
            self.failure().map_or_else(|| "the ledger is closing".to_owned(), ToString::to_string),
        )
    }

    fn stored(&self, sequence: Sequence) -> Result<Entry, NoReceipt> {
        let unreadable =
            |what: String| NoReceipt::Unknown(format!("entry {sequence} cannot be read: {what}"));
        let entry = self.books.entry(sequence).map_err(|error| unreadable(error.to_string()))?;
        entry.ok_or_else(|| unreadable("it is not there".into()))
    }

    /// Whether submitting the command may read a disk before it is put in line.
    #[must_use]
    pub fn reads_ahead(&self, command: &Command) -> bool {
        let may_be_known = |key| self.shared.runs.now().may_hold(&key);
        needs_of_old(command).is_some() || command.key.is_some_and(may_be_known)
    }

    /// What a command needs of old entries. Entries are immutable, so it cannot go stale.
    fn read_ahead(&self, command: &Command) -> Result<ReadAhead, NoReceipt> {
        let Some(sequence) = needs_of_old(command) else { return Ok(ReadAhead::Nothing) };
        let unreadable = |error: RecoveryError| NoReceipt::Unknown(error.to_string());
        if matches!(command.action, Action::Reverse(_)) {
            let moved = self.books.moved_by(sequence).map_err(unreadable)?;
            return Ok(moved.map_or(ReadAhead::Nothing, ReadAhead::Original));
        }
        let entry = self.books.entry(sequence).map_err(unreadable)?;
        let is_hold = entry.is_some_and(|entry| matches!(entry.command.action, Action::Hold(_)));
        Ok(if is_hold { ReadAhead::HoldExists } else { ReadAhead::Nothing })
    }

    /// The poster keeps open holds only; how one ended is read from the books by whoever asks.
    fn how_hold_ended(&self, refusal: Refusal) -> Result<Refusal, NoReceipt> {
        let Refusal::HoldResolved(hold) = refusal else { return Ok(refusal) };
        let standing = self.books.hold(hold).map_err(|error| NoReceipt::Unknown(error.to_string()))?;
        Ok(if let Some(HoldStanding::Expired(_)) = standing { Refusal::HoldExpired(hold) } else { refusal })
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.shared.relay.close();
        for thread in self.posting.drain(..) {
            drop(thread.join());
        }
        self.shared.ended.store(true, Ordering::Release);
        self.shared.checkpoint_bell.ring();
        self.shared.run_bell.ring();
        self.shared.watchdog_bell.ring();
        for thread in self.following.drain(..) {
            drop(thread.join());
        }
    }
}

/// Decisions on their way. Await it, or block on `wait`.
#[derive(Debug)]
pub struct Ticket {
    from: oneshot::Receiver<Decided>,
}

impl Ticket {
    /// Blocks the thread until the decisions are on disk; none if the ledger stopped before, and
    /// then it is not known whether they were written.
    #[must_use]
    pub fn wait(self) -> Option<Decided> {
        self.from.blocking_recv().ok()
    }
}

impl Future for Ticket {
    type Output = Option<Decided>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.from).poll(context).map(Result::ok)
    }
}

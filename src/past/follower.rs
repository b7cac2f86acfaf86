//! The follower: reads the journal behind the ledger and keeps balances and day totals.
//!
//! It goes in chunks of whole batches, never past what is acknowledged (I5). The ledger never waits for it; who
//! asks about the past may, and then it does not rest. Memory: one read of the journal, the entries of one batch, the rows of one chunk. A chunk is
//! what there is to read, up to a million entries: the further behind, the fewer writes for each.
//!
//! What it starts from: the day totals' position, if the journal vouches for it, and the newest
//! balances checkpoint not after that; so both go on together, and agree before either is shown.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::balances::BalancesFolder;
use super::counts::{self, Counts, Remembered};
use super::days::{Days, Mark, Served};
use super::fold::{Change, Fold};
use super::net::{Net, ROWS_MAX};
use super::{PastBounds, PastError};
use crate::background::give_way;
use crate::domain::{BankNumber, Day, Entry, Sequence, Timestamp};
use crate::journal::codec::PlainPost;
use crate::journal::{JournalReader, ReadError, StoredBatch};
use crate::ledger::checkpoint::batch_hash_at;
use crate::ledger::recovery::{self, RecoveryError};

/// However long a chunk took, the follower rests no longer than this.
const REST_MAX: Duration = Duration::from_secs(10);
/// Once it has caught up for the first time it rests so many times as long as it works: it takes a tenth of
/// one core at most, however much there is to follow.
const REST_TIMES: u32 = 9;

/// What follower and readers share.
pub struct Shared {
    /// Locked for writing while the entries of one batch are applied.
    pub fold: RwLock<Fold>,
    /// Locked for writing while the rows of one chunk are written, for reading while totals are read.
    pub days: RwLock<Days>,
    pub position: watch::Sender<Sequence>,
    pub failure: Mutex<Option<String>>,
}

/// The thread's own.
pub struct Follower {
    pub shared: Arc<Shared>,
    pub reader: Arc<dyn JournalReader>,
    pub balances: BalancesFolder,
    pub bounds: PastBounds,
    pub acknowledged: watch::Receiver<Sequence>,
    /// Fails once the ledger is gone.
    pub alive: watch::Receiver<()>,
    /// The newest position somebody waited for; fails once nobody asks about the past any more.
    pub wanted: watch::Receiver<Sequence>,
    /// What the chunk has changed so far.
    pub net: Net,
    /// Room for the entries of one batch, which come by the thousand.
    pub entries: Vec<Decoded>,
}

/// What was read of an entry.
pub enum Decoded {
    /// A plain post.
    Plain(PlainPost),
    /// Any other, and how its moves count.
    Whole(Box<Entry>, Vec<Counts>),
}

/// Which day it was in a bank when a batch was written down. A zone is asked once for entries of one
/// bank in a row.
struct Today {
    recorded_at: Timestamp,
    known: Option<(BankNumber, Day)>,
}

impl Today {
    fn of(&mut self, fold: &Fold, bank: BankNumber) -> Day {
        match self.known {
            Some((known, day)) if known == bank => day,
            Some(_) | None => {
                let day = fold.day_at(self.recorded_at, bank);
                self.known = Some((bank, day));
                day
            }
        }
    }
}

/// Whether totals that do not agree may be thrown away: once, or it would go on for ever.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chance {
    First,
    Last,
}

impl Follower {
    /// Follows until nobody wants it or something fails; then says why, and wakes who waits.
    pub fn run(mut self) {
        give_way();
        if let Err(error) = self.follow() {
            *self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
            self.shared.position.send_modify(|_same| {});
        }
    }

    fn follow(&mut self) -> Result<(), PastError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(PastError::Thread)?;
        self.balances.tidy(&*self.reader)?;
        let mut chance = Chance::First;
        if !self.believed()? {
            chance = Chance::Last;
            self.days_mut(Days::begin_again)?;
        }
        let position = self.days(|days| days.position.position);
        let start = self.balances.newest(&*self.reader, position)?;
        self.fold_mut(|fold| *fold = start);
        let mut has_caught_up = false;
        loop {
            let through = *self.acknowledged.borrow_and_update();
            let began = Instant::now();
            if self.position() < through {
                self.chunk(through)?;
            }
            let is_behind = !self.settled(&mut chance)? || self.position() < through;
            has_caught_up |= !is_behind;
            // Whoever starts a server waits for it too: until it has caught up it does not rest.
            let needed = (*self.wanted.borrow_and_update()).min(*self.acknowledged.borrow());
            if !has_caught_up || needed > self.position() {
                if self.is_over() {
                    return Ok(());
                }
                continue;
            }
            let rest = self.bounds.rest.max(began.elapsed().saturating_mul(REST_TIMES).min(REST_MAX));
            let (acknowledged, alive, wanted) = (&mut self.acknowledged, &mut self.alive, &mut self.wanted);
            let goes_on = runtime.block_on(async {
                tokio::select! {
                    moved = async {
                        tokio::time::sleep(rest).await;
                        if is_behind { Ok(()) } else { acknowledged.changed().await }
                    } => moved.is_ok(),
                    _gone = alive.changed() => false,
                    wanted = wanted.changed() => wanted.is_ok(),
                }
            });
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Whether the journal has the hashes that the totals name.
    fn believed(&self) -> Result<bool, ReadError> {
        let (position, ahead) = self.days(|days| (days.position, days.ahead));
        let vouched = |mark: Mark| -> Result<bool, ReadError> {
            Ok(mark.position.is_zero() || batch_hash_at(&*self.reader, mark.position)? == Some(mark.hash))
        };
        Ok(position.position <= ahead.position && vouched(position)? && vouched(ahead)?)
    }

    /// Shows how far it is, once balances have caught up with totals and agree with them.
    fn settled(&mut self, chance: &mut Chance) -> Result<bool, PastError> {
        let (shown, ahead) = self.days(|days| (days.served.is_some(), days.ahead.position));
        if shown {
            return Ok(true);
        }
        if self.position() < ahead {
            return Ok(false);
        }
        let agree = {
            let fold = self.shared.fold.read().unwrap_or_else(PoisonError::into_inner);
            self.days(|days| days.agree(&fold))
        };
        if agree.unwrap_or(false) {
            self.show(None)?;
            return Ok(true);
        }
        if *chance == Chance::Last {
            return Err(PastError::Disagree(self.position()));
        }
        *chance = Chance::Last;
        self.net.take();
        self.days_mut(Days::begin_again)?;
        self.fold_mut(|fold| *fold = Fold::default());
        Ok(false)
    }

    /// The next entries, at most as many as a chunk has.
    fn chunk(&mut self, through: Sequence) -> Result<(), PastError> {
        let (from, ahead) = (self.position(), self.days(|days| days.ahead.position));
        // What a killed process was writing is gone over again to exactly where it would have ended.
        let through = if from < ahead { through.min(ahead) } else { through };
        let enough_at = from.plus(self.bounds.chunk_entries);
        let mut hash = None;
        'chunk: while self.position() < through.min(enough_at) {
            let batches = self.reader.read(self.position().next(), self.bounds.read_entries)?;
            if batches.is_empty() {
                break;
            }
            for batch in batches {
                let enough = hash.is_some() && self.net.len() >= ROWS_MAX;
                if batch.last() > through || enough || self.is_over() {
                    break 'chunk;
                }
                self.batch(&batch)?;
                hash = Some(batch.seal.hash);
            }
        }
        let position = self.position();
        match hash {
            Some(hash) if position > ahead || (position == ahead && !self.net.is_empty()) => {
                self.show(Some(Mark { position, hash }))
            }
            Some(_) => Ok(()),
            None if self.is_over() => Ok(()),
            None => Err(RecoveryError::NotDense { expected: from.next(), found: Sequence::ZERO }.into()),
        }
    }

    fn batch(&mut self, batch: &StoredBatch) -> Result<(), PastError> {
        let (before, written) = (self.position(), self.days(|days| days.position.position));
        let mut entries = std::mem::take(&mut self.entries);
        entries.clear();
        {
            // Only this thread changes it, so what is decided by it here still holds below.
            let fold = self.shared.fold.read().unwrap_or_else(PoisonError::into_inner);
            let mut lately = Remembered::default();
            for record in batch.records() {
                let expected = before.plus(u64::try_from(entries.len()).unwrap_or(u64::MAX)).next();
                if record.sequence != expected {
                    return Err(RecoveryError::NotDense { expected, found: record.sequence }.into());
                }
                if let Some(post) = recovery::plain_post(&record)? {
                    entries.push(Decoded::Plain(post));
                    continue;
                }
                let entry = recovery::decode(&record)?;
                let counts = counts::by_place(&entry, &fold.remembered, &lately, &*self.reader)?;
                lately.learn(&entry, &counts);
                entries.push(Decoded::Whole(Box::new(entry), counts));
            }
        }
        {
            let mut fold = self.shared.fold.write().unwrap_or_else(PoisonError::into_inner);
            let recorded_at = batch.recorded_at();
            let mut today = Today { recorded_at, known: None };
            for (entry, sequence) in entries.iter().zip((before.next().get()..).map(Sequence::new)) {
                let net = &mut self.net;
                let mut add = |fold: &Fold, occurred_on: Option<Day>, change: Change| {
                    let day = occurred_on.unwrap_or_else(|| today.of(fold, change.bank));
                    net.add(&change, day);
                };
                match entry {
                    Decoded::Plain(post) => {
                        if sequence > written {
                            fold.each_change_plain(post, |change| add(&fold, post.occurred_on, change));
                        }
                        fold.apply_plain(sequence, recorded_at, post);
                    }
                    Decoded::Whole(entry, counts) => {
                        if sequence > written {
                            let occurred_on = entry.command.occurred_on;
                            fold.each_change(entry, counts, |change| add(&fold, occurred_on, change));
                        }
                        fold.apply(entry, counts);
                    }
                }
            }
        }
        self.entries = entries;
        let each = self.bounds.checkpoint_entries.max(1);
        if before.get() / each < self.position().get() / each {
            let fold = self.shared.fold.read().unwrap_or_else(PoisonError::into_inner);
            let _unneeded = self.balances.write(&fold, &batch.seal.hash);
        }
        Ok(())
    }

    /// Writes what the chunk changed, if there was one, and moves the position everybody sees.
    fn show(&mut self, end: Option<Mark>) -> Result<(), PastError> {
        let shared = Arc::clone(&self.shared);
        let served = {
            let fold = shared.fold.read().unwrap_or_else(PoisonError::into_inner);
            Served {
                position: fold.position,
                recorded_at: fold.recorded_at,
                accounts: fold.accounts_len(),
                banks: fold.banks.len(),
            }
        };
        let mut days = shared.days.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(end) = end {
            days.write(&mut self.net, end)?;
        }
        if end.is_none() || days.served.is_some() {
            days.served = Some(served);
            drop(days);
            shared.position.send_replace(served.position);
        }
        Ok(())
    }

    fn position(&self) -> Sequence {
        self.shared.fold.read().unwrap_or_else(PoisonError::into_inner).position
    }

    fn is_over(&self) -> bool {
        self.wanted.has_changed().is_err() || self.alive.has_changed().is_err()
    }

    fn days<T>(&self, look: impl FnOnce(&Days) -> T) -> T {
        look(&self.shared.days.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn days_mut<T>(&self, change: impl FnOnce(&mut Days) -> T) -> T {
        change(&mut self.shared.days.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn fold_mut<T>(&self, change: impl FnOnce(&mut Fold) -> T) -> T {
        change(&mut self.shared.fold.write().unwrap_or_else(PoisonError::into_inner))
    }
}

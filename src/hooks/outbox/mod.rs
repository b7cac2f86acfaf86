//! What waits for one endpoint, and how that ends.
//!
//! The journal says which events there are; here is kept how far it was looked through, which events are on their way, and how
//! the last attempts ended. Written down as it happens and without waiting for the disk: a kill takes nothing, a power cut the
//! last few words, and then events are sent once more.
//!
//! - An event is written down before the position moves past its entry: none is lost.
//! - Events with the same order are sent one after the other; others do not wait for each other.
//! - At most [`WAITING_MAX`] wait, and one more where an entry has two events; then nothing more is taken in until there is room.
//! - Time is an argument, and nothing here waits.

mod delivery;
mod keep;
mod stored;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::PathBuf;

pub use delivery::{Delivery, Ended, Failure, GONE, State};
use keep::Keep;
use stored::{Record, Replaying};

use super::event::{Event, EventId};
use super::schedule;
use crate::directory::hooks::{Because, Endpoint, EndpointName};
use crate::domain::time::MICROS_PER_SECOND;
use crate::domain::{Sequence, Timestamp};

/// At most so many events wait for an endpoint.
pub const WAITING_MAX: usize = 10_000;
/// So many that do not wait any more are remembered.
pub const ENDED_MAX: usize = 1_000;
/// Where nothing was taken in, how far was looked is written down after so many entries.
const LOOKED_EVERY: u64 = 10_000;

/// Events of which entries are asked for next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// From this one on.
    pub from: Sequence,
    /// Through this one; none for as far as there are any.
    pub through: Option<Sequence>,
}

/// How an endpoint is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doing {
    /// Everything through this entry was looked at.
    pub position: Sequence,
    /// So many events wait.
    pub waiting: usize,
    /// Since when nothing arrives.
    pub failing_since: Option<Timestamp>,
    /// When something did last.
    pub delivered_at: Option<Timestamp>,
}

/// How far what was asked to be sent once more had come at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplaysSoFar {
    runs: bool,
    /// The latest entry that asked for a replay which began.
    replayed: Sequence,
}

impl ReplaysSoFar {
    /// Whether something that was asked for of this endpoint, as it stands, has not been looked at to its end.
    #[must_use]
    pub fn has_to_end(self, endpoint: &Endpoint) -> bool {
        self.runs || endpoint.replay.is_some_and(|asked| asked.asked_by > self.replayed)
    }
}

/// What waits for one endpoint.
#[derive(Debug)]
pub struct Outbox {
    name: EndpointName,
    keep: Keep,
    position: Sequence,
    /// The position that was written down last.
    written: Sequence,
    opened_by: Sequence,
    replay: Option<Replaying>,
    /// The latest entry that asked for a replay which began.
    replayed: Sequence,
    /// Invariant: each is in `lines`, under its order.
    waiting: BTreeMap<EventId, Delivery>,
    /// Events of one order, the next one first.
    lines: BTreeMap<Sequence, BTreeSet<EventId>>,
    /// Orders that nothing is under way of. Invariant: each with the moment its next event is due.
    due: BTreeSet<(Timestamp, Sequence)>,
    under_way: BTreeSet<EventId>,
    ended: VecDeque<Delivery>,
    failing_since: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
    /// Until then the receiver wants to be left alone; in memory only.
    not_before: Option<Timestamp>,
}

impl Outbox {
    /// What the file at `path` says of an endpoint, of books that go through entry `tip`; nothing yet where there is none, or it is
    /// another's. What it says of entries beyond that is of other books, such as those before a backup was put back.
    ///
    /// # Errors
    /// The file is there and cannot be read: it is left as it is.
    pub fn open(path: PathBuf, name: EndpointName, endpoint: &Endpoint, tip: Sequence) -> io::Result<Self> {
        let (keep, records) = Keep::open(path, name, endpoint.made_by)?;
        let mut outbox = Self {
            name,
            keep,
            position: endpoint.made_by,
            written: endpoint.made_by,
            opened_by: endpoint.made_by,
            replay: None,
            replayed: Sequence::ZERO,
            waiting: BTreeMap::new(),
            lines: BTreeMap::new(),
            due: BTreeSet::new(),
            under_way: BTreeSet::new(),
            ended: VecDeque::new(),
            failing_since: None,
            delivered_at: None,
            not_before: None,
        };
        for record in records.into_iter().filter_map(|record| record.through(tip)) {
            outbox.apply(record);
        }
        outbox.keep.anew(&outbox.snapshot());
        Ok(outbox)
    }

    /// How it is doing.
    #[must_use]
    pub fn doing(&self) -> Doing {
        let Self { position, failing_since, delivered_at, .. } = *self;
        Doing { position, waiting: self.waiting.len(), failing_since, delivered_at }
    }

    /// How far what was asked to be sent once more has come.
    #[must_use]
    pub const fn replaying(&self) -> ReplaysSoFar {
        ReplaysSoFar { runs: self.replay.is_some(), replayed: self.replayed }
    }

    /// What is or was on its way, newest event first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        let mut all: Vec<_> = self.waiting.values().chain(&self.ended).copied().collect();
        all.sort_unstable_by_key(|delivery| std::cmp::Reverse(delivery.id));
        all
    }

    /// Which entries are looked at next for it, of those through `tip`, if there is room for what is in them. A replay waits until
    /// what is new was looked at.
    #[must_use]
    pub fn wants(&self, tip: Sequence) -> Option<Wanted> {
        if self.waiting.len() >= WAITING_MAX {
            return None;
        }
        if self.position < tip {
            return Some(Wanted { from: self.position.next(), through: None });
        }
        self.replay.map(|replay| Wanted { from: replay.next, through: Some(replay.through) })
    }

    /// Takes in the events of the entries from where it `wanted` them through `through`, those that are for it, and moves on: up to
    /// where there was room. Events come in the order of their entries.
    pub fn take_in(
        &mut self,
        endpoint: &Endpoint,
        events: &[Event],
        (wanted, through): (Wanted, Sequence),
        now: Timestamp,
    ) {
        let replay = self.replay.filter(|_| wanted.through.is_some());
        let mut records = Vec::new();
        let mut through = through;
        for event in events {
            if !event.is_for(self.name, endpoint) {
                continue;
            }
            if let Some(waiting) = self.waiting.get(&event.id).copied() {
                // What waits for its next attempt has it now, where it is asked for.
                if replay.is_some() && !self.under_way.contains(&event.id) {
                    let record = Record::Event(Delivery { attempts: 0, due: now, ..waiting });
                    self.apply(record);
                    records.push(record);
                }
                continue;
            }
            // All events of an entry or none: the position counts entries.
            let is_first = records
                .last()
                .is_none_or(|last| !matches!(last, Record::Event(taken) if taken.id.entry == event.id.entry));
            if is_first && self.waiting.len() >= WAITING_MAX {
                through = Sequence::new(event.id.entry.get().saturating_sub(1));
                break;
            }
            let order = event.in_order_with();
            let (state, attempts, last) = (State::Waits, 0, None);
            let record = Record::Event(Delivery { id: event.id, order, state, attempts, last, due: now });
            self.apply(record);
            records.push(record);
        }
        let moved = match replay {
            Some(replay) => Record::Replay(Replaying { next: through.next(), ..replay }),
            None => Record::Looked(through),
        };
        self.apply(moved);
        let is_far = self.position.get().saturating_sub(self.written.get()) >= LOOKED_EVERY;
        if !records.is_empty() || is_far || matches!(moved, Record::Replay(_)) {
            records.push(moved);
            self.written = self.position;
            self.write(&records);
        }
    }

    /// Follows what was said of the endpoint: where it was opened again everything that waits is due, and a replay begins once
    /// another one is done.
    pub fn follow(&mut self, endpoint: &Endpoint, now: Timestamp) {
        if endpoint.opened_by > self.opened_by {
            let mut records = vec![Record::Opened(endpoint.opened_by)];
            let again = self.waiting.values().filter(|delivery| !self.under_way.contains(&delivery.id));
            records.extend(again.map(|one| Record::Event(Delivery { attempts: 0, due: now, ..*one })));
            // After the events, whose last attempts failed.
            records.push(Record::Arrivals { failing_since: None, delivered_at: self.delivered_at });
            records.iter().for_each(|record| self.apply(*record));
            self.write(&records);
            self.not_before = None;
        }
        if self.has_replay_to_begin(endpoint)
            && let Some(asked) = endpoint.replay
        {
            let record = Record::Replay(Replaying {
                asked_by: asked.asked_by,
                next: asked.from,
                through: asked.through,
            });
            self.apply(record);
            self.write(&[record]);
        }
    }

    /// Whether a replay was asked for that has not begun, and none runs.
    #[must_use]
    pub fn has_replay_to_begin(&self, endpoint: &Endpoint) -> bool {
        self.replay.is_none() && self.replaying().has_to_end(endpoint)
    }

    /// Begins an attempt, if one is due. It is under way until [`Self::ended`].
    pub fn begin(&mut self, now: Timestamp) -> Option<Delivery> {
        if self.not_before.is_some_and(|until| now < until) {
            return None;
        }
        let (due, order) = self.due.first().copied().filter(|(due, _)| *due <= now)?;
        self.due.remove(&(due, order));
        let id = *self.lines.get(&order)?.first()?;
        self.under_way.insert(id);
        self.waiting.get(&id).copied()
    }

    /// So many attempts are under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// When the next attempt is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(due, _)| self.not_before.map_or(*due, |until| until.max(*due)))
    }

    /// Ends an attempt. Says why the endpoint is to be given up, if it is.
    pub fn ended(
        &mut self,
        id: EventId,
        ended: Ended,
        retry_after_seconds: Option<u32>,
        now: Timestamp,
    ) -> Option<Because> {
        self.under_way.remove(&id);
        let before = *self.waiting.get(&id)?;
        if ended == Ended::Failed(Failure::Here) {
            // That is nothing of the receiver's.
            let due = now.plus_seconds(schedule::HERE_SECONDS);
            self.stands_from_now_on(Delivery { last: Some((now, ended)), due, ..before });
            return None;
        }
        if !ended.has_arrived()
            && let Some(seconds) = retry_after_seconds
        {
            let until = now.plus_seconds(i64::from(seconds).min(schedule::RETRY_AFTER_SECONDS_MAX));
            self.not_before = self.not_before.max(Some(until));
        }
        let attempts = before.attempts.saturating_add(1);
        let next = schedule::due(attempts, now, retry_after_seconds, self.dice(id, attempts));
        let because = self.gives_up(ended, now);
        let (state, due) = match (ended.has_arrived(), next) {
            (true, _) => (State::Delivered, before.due),
            (false, Some(due)) => (State::Waits, due),
            // The endpoint is given up and not the event: it is sent when that is opened again.
            (false, None) if because.is_some() => {
                (State::Waits, now.plus_seconds(schedule::RETRY_AFTER_SECONDS_MAX))
            }
            (false, None) => (State::GivenUp, before.due),
        };
        self.stands_from_now_on(Delivery { state, attempts, last: Some((now, ended)), due, ..before });
        because
    }

    fn stands_from_now_on(&mut self, delivery: Delivery) {
        let record = Record::Event(delivery);
        self.apply(record);
        self.write(&[record]);
    }

    /// Why an endpoint is given up where an attempt ends so.
    fn gives_up(&self, ended: Ended, now: Timestamp) -> Option<Because> {
        if ended == Ended::Status(GONE) {
            return Some(Because::Gone);
        }
        let failing_seconds =
            self.failing_since.map_or(0, |since| now.micros_since(since)) / MICROS_PER_SECOND;
        (!ended.has_arrived() && failing_seconds >= schedule::FAILING_SECONDS_MAX).then_some(Because::Failing)
    }

    /// A number that differs from one event, endpoint and attempt to the next.
    fn dice(&self, id: EventId, attempts: u8) -> u64 {
        let text = format!("{} {attempts}", id.webhook_id(self.name));
        u64::from(crc32fast::hash(text.as_bytes()))
    }

    fn apply(&mut self, record: Record) {
        match record {
            Record::Looked(through) => self.position = self.position.max(through),
            Record::Opened(by) => self.opened_by = self.opened_by.max(by),
            Record::Arrivals { failing_since, delivered_at } => {
                (self.failing_since, self.delivered_at) = (failing_since, delivered_at);
            }
            Record::Replay(replay) => {
                self.replayed = self.replayed.max(replay.asked_by);
                self.replay = (replay.next <= replay.through).then_some(replay);
            }
            Record::Event(delivery) => self.stands(delivery),
        }
    }

    /// An event stands so from here on.
    fn stands(&mut self, delivery: Delivery) {
        if let Some((at, ended)) = delivery.last {
            if ended.has_arrived() {
                (self.failing_since, self.delivered_at) = (None, self.delivered_at.max(Some(at)));
            } else if ended != Ended::Failed(Failure::Here) && self.waiting.contains_key(&delivery.id) {
                self.failing_since.get_or_insert(at);
            }
        }
        let order = delivery.order;
        self.not_due(order);
        match delivery.state {
            State::Waits => {
                if self.replay.is_some() {
                    self.ended.retain(|ended| ended.id != delivery.id); // It is on its way once more.
                }
                self.waiting.insert(delivery.id, delivery);
                self.lines.entry(order).or_default().insert(delivery.id);
            }
            State::Delivered | State::GivenUp => {
                self.waiting.remove(&delivery.id);
                if let Some(line) = self.lines.get_mut(&order) {
                    line.remove(&delivery.id);
                    if line.is_empty() {
                        self.lines.remove(&order);
                    }
                }
                self.ended.push_back(delivery);
                if self.ended.len() > ENDED_MAX {
                    self.ended.pop_front();
                }
            }
        }
        self.next_of(order);
    }

    fn not_due(&mut self, order: Sequence) {
        for id in self.lines.get(&order).into_iter().flatten() {
            if let Some(delivery) = self.waiting.get(id) {
                self.due.remove(&(delivery.due, order));
            }
        }
    }

    /// The first of an order is due when it says, unless one of it is under way.
    fn next_of(&mut self, order: Sequence) {
        let Some(line) = self.lines.get(&order) else { return };
        if line.iter().any(|id| self.under_way.contains(id)) {
            return;
        }
        if let Some(first) = line.first().and_then(|id| self.waiting.get(id)) {
            self.due.insert((first.due, order));
        }
    }

    fn write(&mut self, records: &[Record]) {
        let kept = self.waiting.len().saturating_add(self.ended.len());
        if self.keep.add(records, kept) == keep::Room::No {
            self.keep.anew(&self.snapshot());
        }
    }

    /// All there is to know, as records.
    fn snapshot(&self) -> Vec<Record> {
        let Self { failing_since, delivered_at, .. } = *self;
        let mut records = vec![Record::Opened(self.opened_by)];
        records.extend(self.ended.iter().chain(self.waiting.values()).copied().map(Record::Event));
        // After the events, which say of arrivals what is not known of them any more.
        records.push(Record::Arrivals { failing_since, delivered_at });
        let over = Replaying { asked_by: self.replayed, next: Sequence::new(1), through: Sequence::ZERO };
        records.push(Record::Replay(self.replay.unwrap_or(over)));
        records.push(Record::Looked(self.position));
        records
    }

    /// Deletes the file of an endpoint that ended.
    pub fn delete(self) {
        self.keep.delete();
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

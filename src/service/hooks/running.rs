//! What goes on beside the calls: looks through the books for events, sends them, and sends them again.
//!
//! One thread does it all, lets others go first time and again, and takes a part of one core at most: an event may be late, but a
//! till may not. Nothing waits for it: not the ledger, not a call, not the end of the server.
//!
//! - Endpoints at the same entry are looked for together, so that a book is read once for all that keep up; one that is behind
//!   holds up nobody.
//! - At most [`AT_ONCE`] attempts of one endpoint are under way, each with its own connection.
//! - What is found goes to the outbox first; a kill at any moment sends something twice and forgets nothing.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::Instant;

use crate::background::{Share, let_others, politely};

use crate::directory::hooks::{Because, ENDPOINTS_OF_NETWORK_MAX, EndpointName, Said, Stands};
use crate::domain::{Command, RequestKey, Scope, Sequence, Timestamp};
use crate::hooks::body;
use crate::hooks::event::{Event, EventId};
use crate::hooks::outbox::{Failure, Wanted};
use crate::hooks::outboxes::Served;
use crate::hooks::sending::{Answer, Message, Sender};
use crate::hooks::signing::SigningKeys;
use crate::ledger::Mode;
use crate::network::derived_id;
use crate::service::installation::Installation;

/// So many attempts of one endpoint are under way at once.
const AT_ONCE: usize = 8;
/// So many entries are looked through at a time: other threads wait for that.
const LOOKED_AT_ONCE: u64 = 64;
/// Of one core it takes one part in so many: an attempt under way is ended, however much that takes.
const PART: u32 = 8;
/// After a rest so much is done at once: some dozens of events.
const AHEAD: Duration = Duration::from_millis(5);
/// Between two looks at the books at least: what comes meanwhile is looked at together.
const REST: Duration = Duration::from_millis(20);
/// So many events that were found last are known without another look at the books.
const RECENT_MAX: usize = 1_024;
/// What is due is looked at again after this at most: the clock may be set, and a test brings its own.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Names are looked up on threads of their own: one of an endpoint at a time.
const LOOKUPS_AT_ONCE: usize = ENDPOINTS_OF_NETWORK_MAX;

/// Begins to send what is to be sent, until the server ends. The answer comes when nothing of it uses the books any more.
///
/// # Errors
/// There can be no such thread.
pub fn begin(
    books: Weak<Installation>,
    sender: Sender,
    ending: watch::Receiver<bool>,
) -> io::Result<oneshot::Receiver<()>> {
    let (ended, is_ended) = oneshot::channel();
    let of_books = Handle::current();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(LOOKUPS_AT_ONCE)
        .build()?;
    let caller = Caller {
        books,
        sender: Arc::new(sender),
        followed: None,
        unreadable: None,
        attempts: JoinSet::new(),
        under_way: HashMap::new(),
        giving_up: JoinSet::new(),
        of_books,
        rests_until: None,
        is_behind: true,
        recent: BTreeMap::new(),
    };
    std::thread::Builder::new().name("hooks".into()).spawn(move || {
        let share = Share::one_in(PART, AHEAD);
        runtime.block_on(politely(caller.run(share, ending)));
        // A name that is still being looked up is nobody's concern any more.
        runtime.shutdown_background();
        let _nobody_waits = ended.send(());
    })?;
    Ok(is_ended)
}

/// An attempt that ended, or broke down.
type Done = Result<(task::Id, Answer), JoinError>;

struct Caller {
    books: Weak<Installation>,
    sender: Arc<Sender>,
    /// The last change of endpoints that was followed.
    followed: Option<Sequence>,
    /// Where the books could not be read last.
    unreadable: Option<Sequence>,
    attempts: JoinSet<Answer>,
    /// Invariant: which event each of the attempts is of.
    under_way: HashMap<task::Id, (EndpointName, EventId)>,
    /// Endpoints that are being given up: that waits for the disk.
    giving_up: JoinSet<()>,
    /// Where that is done: not where names are looked up.
    of_books: Handle,
    /// The books are not looked at before.
    rests_until: Option<Instant>,
    /// There is more in them than was looked at.
    is_behind: bool,
    /// Invariant: at most [`RECENT_MAX`], the latest.
    recent: BTreeMap<EventId, Event>,
}

impl Caller {
    async fn run(mut self, share: Share, ending: watch::Receiver<bool>) {
        self.call(share, ending).await;
        // What is on its way to the disk needs the books.
        while self.giving_up.join_next().await.is_some() {}
    }

    async fn call(&mut self, mut share: Share, mut ending: watch::Receiver<bool>) {
        let Some(mut positions) = self.books.upgrade().map(|books| books.network.ledger.views().positions())
        else {
            return;
        };
        loop {
            while self.giving_up.try_join_next().is_some() {}
            self.is_behind |= positions.has_changed().is_ok_and(|has_changed| has_changed);
            positions.mark_unchanged();
            let free_at = Instant::from_std(share.free_at(std::time::Instant::now()));
            let is_free = free_at <= Instant::now();
            let until_due = if is_free {
                let Some(until_due) = self.round() else { return };
                until_due
            } else {
                None
            };
            let rested = self.rests_until.unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                _ending = ending.wait_for(|ending| *ending) => return,
                Some(done) = self.attempts.join_next_with_id(), if !self.attempts.is_empty() => {
                    self.end(done);
                    // All that ended meanwhile, before the books are looked at again.
                    while let Some(done) = self.attempts.try_join_next_with_id() {
                        self.end(done);
                    }
                }
                () = tokio::time::sleep_until(free_at), if !is_free => {}
                () = tokio::time::sleep_until(rested), if is_free && self.is_behind => {}
                moved = positions.changed(), if is_free && !self.is_behind => {
                    if moved.is_err() {
                        return;
                    }
                    self.is_behind = true;
                }
                () = tokio::time::sleep(until_due.unwrap_or(LOOK_AGAIN)), if until_due.is_some() => {}
            }
        }
    }

    /// Looks through the books, if it has rested, and begins what is due: how long until more is, if anything waits. None once
    /// the books are closed.
    fn round(&mut self) -> Option<Option<Duration>> {
        let books = self.books.upgrade()?;
        let now = books.access.now();
        self.follow(&books, now);
        let moment = Instant::now();
        if self.is_behind && self.rests_until.is_none_or(|until| until <= moment) {
            self.is_behind = self.look(&books, now);
            // What is behind by more than was looked at goes on at once.
            self.rests_until = Some(if self.is_behind { moment } else { moment + REST });
        }
        // Not as of before: nothing is signed earlier than it happened, whatever the clock did meanwhile.
        let now = books.access.now();
        self.begin_what_is_due(&books, now);
        let outboxes = books.calling.outboxes.all();
        let waits = |served: &Served| served.is_called() && served.outbox.under_way() < AT_ONCE;
        let due = outboxes.values().filter(|served| waits(served)).filter_map(|one| one.outbox.next_due());
        Some(due.min().map(|due| until(now, due)))
    }

    /// Follows what was said of endpoints since.
    fn follow(&mut self, books: &Installation, now: Timestamp) {
        let known = books.directory.known();
        if self.followed == Some(known.hooks.changed_by()) && !books.calling.outboxes.have_replays_to_begin()
        {
            return;
        }
        let hooks = known.hooks.clone();
        drop(known); // Files are opened.
        books.calling.outboxes.follow(&hooks, books.network.ledger.position(), now);
        self.followed = Some(hooks.changed_by());
        self.is_behind = true;
    }

    fn begin_what_is_due(&mut self, books: &Arc<Installation>, now: Timestamp) {
        let mut begun = Vec::new();
        for (name, served) in books.calling.outboxes.all().iter_mut().filter(|(_, served)| served.is_called())
        {
            let mut deliveries = Vec::new();
            while served.outbox.under_way() < AT_ONCE
                && let Some(delivery) = served.outbox.begin(now)
            {
                deliveries.push(delivery);
            }
            if !deliveries.is_empty() {
                begun.push((*name, served.endpoint.clone(), Arc::clone(&served.lookup), deliveries));
            }
        }
        for (name, endpoint, lookup, deliveries) in begun {
            let signers = books.signers(name, &endpoint, now).unwrap_or_default();
            for delivery in deliveries {
                let event = self.recent.get(&delivery.id).cloned().or_else(|| books.event(delivery.id));
                let message = event.and_then(|event| message(name, &event, &signers, now));
                let (sender, lookup, url) =
                    (Arc::clone(&self.sender), Arc::clone(&lookup), endpoint.url.clone());
                let attempt = self.attempts.spawn(politely(async move {
                    match message {
                        Some(message) => sender.send((&url, lookup), message, now).await,
                        None => Failure::Here.into(),
                    }
                }));
                self.under_way.insert(attempt.id(), (name, delivery.id));
                let_others();
            }
        }
    }

    fn end(&mut self, done: Done) {
        let (attempt, answer) = done.unwrap_or_else(|broken| (broken.id(), Failure::Here.into()));
        let of = self.under_way.remove(&attempt);
        let (Some((name, id)), Some(books)) = (of, self.books.upgrade()) else { return };
        books.metrics.hook_attempt(answer.ended.word());
        let (now, tip) = (books.access.now(), books.network.ledger.position());
        let because = books.calling.outboxes.all().get_mut(&name).and_then(|served| {
            let because = served.outbox.ended(id, answer.ended, answer.retry_after_seconds, now);
            // One that was full has room.
            self.is_behind |= served.outbox.wants(tip).is_some_and(|wants| wants.from <= tip);
            because
        });
        if let Some(because) = because {
            self.giving_up.spawn_blocking_on(move || books.give_up(name, because), &self.of_books);
        }
    }

    /// Looks through the next entries for each endpoint that has room; whether there are more.
    fn look(&mut self, books: &Installation, now: Timestamp) -> bool {
        let tip = books.network.ledger.position();
        let mut wanted: BTreeMap<(Sequence, Option<Sequence>), Vec<EndpointName>> = BTreeMap::new();
        for (name, served) in &*books.calling.outboxes.all() {
            let wants = if served.endpoint.stands == Stands::Open { served.outbox.wants(tip) } else { None };
            if let Some(Wanted { from, through }) = wants.filter(|wants| wants.from <= tip) {
                wanted.entry((from, through)).or_default().push(*name);
            }
        }
        let mut is_behind = false;
        for ((from, end), names) in wanted {
            let last = end.unwrap_or(tip).min(tip);
            let through = last.min(from.plus(LOOKED_AT_ONCE.saturating_sub(1)));
            let events = match books.events_in(from, through) {
                Ok(events) => events,
                Err(error) => {
                    // Looked at again with the next entry, and said once.
                    if self.unreadable.replace(from) != Some(from) {
                        tracing::error!(%error, "events cannot be read from the books");
                    }
                    continue;
                }
            };
            let_others();
            self.recent.extend(events.iter().map(|event| (event.id, event.clone())));
            while self.recent.len() > RECENT_MAX {
                self.recent.pop_first();
            }
            let mut outboxes = books.calling.outboxes.all();
            for name in names {
                let Some(Served { endpoint, outbox, .. }) = outboxes.get_mut(&name) else { continue };
                // Where there is nowhere to send anything, nothing waits.
                let events = if endpoint.url.is_empty() { &[] } else { &events[..] };
                outbox.take_in(endpoint, events, (Wanted { from, through: end }, through), now);
                is_behind |= outbox.wants(tip).is_some_and(|wants| wants.from <= tip);
            }
        }
        is_behind
    }
}

/// How long to wait for what is due.
fn until(now: Timestamp, due: Timestamp) -> Duration {
    let micros = u64::try_from(due.micros_since(now)).unwrap_or_default();
    Duration::from_micros(micros).min(LOOK_AGAIN)
}

/// An event as it is sent; none where it cannot be signed.
fn message(name: EndpointName, event: &Event, signers: &[SigningKeys], now: Timestamp) -> Option<Message> {
    if signers.is_empty() {
        return None;
    }
    Some(Message::signed(event.id.webhook_id(name), body::of(event)?, signers, now))
}

impl Installation {
    /// An event, as the books say it.
    fn event(&self, id: EventId) -> Option<Event> {
        self.events_in(id.entry, id.entry).ok()?.into_iter().find(|event| event.id == id)
    }

    /// Gives an endpoint up. What cannot be written down now is tried again at the next attempt that fails.
    fn give_up(&self, name: EndpointName, because: Because) {
        let ledger = &self.network.ledger;
        let done = self.directory.change(ledger, |known| {
            let endpoint = known.hooks.endpoint(name).filter(|endpoint| endpoint.stands == Stands::Open);
            let Some(endpoint) = endpoint else { return Ok(()) };
            let from = [
                &name.partner.get().to_le_bytes()[..],
                &name.number.to_le_bytes(),
                &endpoint.opened_by.get().to_le_bytes(),
            ];
            let id = derived_id("hourbook gives an endpoint up", &from.concat());
            let command = Said::Disabled(because).command(name.partner, name.number);
            let key = Some(RequestKey { scope: Scope::OPERATOR, id });
            self.write_and_wait(Command { key, ..command }, Mode::Write).map(drop)
        });
        match done {
            Ok(()) => tracing::warn!(
                partner = name.partner.get(),
                endpoint = name.number,
                "nothing is sent to an endpoint any more"
            ),
            Err(not_done) => {
                tracing::warn!(code = ?not_done.code(), "an endpoint is to be given up, and could not be");
            }
        }
    }
}

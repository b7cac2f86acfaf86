//! What goes on beside the calls: looks through the books for events, sends them, and sends them again.
//!
//! One thread does it all, and gives way to every other: where there is not enough of the processor for all, an event may be
//! late, but a till may not. Nothing waits for it: not the ledger, not a call, not the end of the server.
//!
//! - Endpoints at the same entry are looked for together, so that a book is read once for all that keep up; one that is behind
//!   holds up nobody.
//! - At most [`AT_ONCE`] attempts of one endpoint are under way, each with its own connection.
//! - What is found goes to the outbox first; a kill at any moment sends something twice and forgets nothing.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::directory::hooks::{Because, ENDPOINTS_OF_NETWORK_MAX, EndpointName, Said, Stands};
use crate::domain::{Command, RequestKey, Scope, Sequence, Timestamp};
use crate::hooks::body;
use crate::hooks::event::EventId;
use crate::hooks::outbox::{Delivery, Failure, Wanted};
use crate::hooks::outboxes::Served;
use crate::hooks::sending::{Answer, Message, Sender};
use crate::ledger::Mode;
use crate::network::derived_id;
use crate::past::give_way;
use crate::service::installation::Installation;

/// So many attempts of one endpoint are under way at once.
const AT_ONCE: usize = 8;
/// So many entries are looked through at a time.
const LOOKED_AT_ONCE: u64 = 512;
/// Between two looks at the books at least: what comes meanwhile is looked at together.
const REST: Duration = Duration::from_millis(20);
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
        attempts: JoinSet::new(),
        giving_up: JoinSet::new(),
        of_books,
        rests_until: None,
        is_behind: true,
    };
    std::thread::Builder::new().name("hooks".into()).spawn(move || {
        give_way();
        runtime.block_on(caller.run(ending));
        // A name that is still being looked up is nobody's concern any more.
        runtime.shutdown_background();
        let _nobody_waits = ended.send(());
    })?;
    Ok(is_ended)
}

/// An attempt that ended.
type Done = (EndpointName, EventId, Answer);

struct Caller {
    books: Weak<Installation>,
    sender: Arc<Sender>,
    /// The last change of endpoints that was followed.
    followed: Option<Sequence>,
    attempts: JoinSet<Done>,
    /// Endpoints that are being given up: that waits for the disk.
    giving_up: JoinSet<()>,
    /// Where that is done: not where names are looked up.
    of_books: Handle,
    /// The books are not looked at before.
    rests_until: Option<Instant>,
    /// There is more in them than was looked at.
    is_behind: bool,
}

impl Caller {
    async fn run(mut self, ending: watch::Receiver<bool>) {
        self.call(ending).await;
        // What is on its way to the disk needs the books.
        while self.giving_up.join_next().await.is_some() {}
    }

    async fn call(&mut self, mut ending: watch::Receiver<bool>) {
        let Some(mut positions) = self.books.upgrade().map(|books| books.network.ledger.views().positions())
        else {
            return;
        };
        loop {
            while self.giving_up.try_join_next().is_some() {}
            self.is_behind |= positions.has_changed().is_ok_and(|has_changed| has_changed);
            positions.mark_unchanged();
            let Some(until_due) = self.round() else { return };
            let rested = self.rests_until.unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                _ending = ending.wait_for(|ending| *ending) => return,
                Some(done) = self.attempts.join_next(), if !self.attempts.is_empty() => {
                    self.end(done);
                    // All that ended meanwhile, before the books are looked at again.
                    while let Some(done) = self.attempts.try_join_next() {
                        self.end(done);
                    }
                }
                () = tokio::time::sleep_until(rested), if self.is_behind => {}
                moved = positions.changed(), if !self.is_behind => {
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
            self.is_behind = look(&books, now);
            self.rests_until = Some(moment + REST);
        }
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
            while served.outbox.under_way() < AT_ONCE
                && let Some(delivery) = served.outbox.begin(now)
            {
                begun.push((*name, served.endpoint.url.clone(), Arc::clone(&served.lookup), delivery));
            }
        }
        for (name, url, lookup, delivery) in begun {
            let (sender, id) = (Arc::clone(&self.sender), delivery.id);
            let message = books.message(name, &delivery, now);
            self.attempts.spawn(async move {
                let answer = match message {
                    Some(message) => sender.send((&url, lookup), message, now).await,
                    None => Failure::Here.into(),
                };
                (name, id, answer)
            });
        }
    }

    fn end(&mut self, done: Result<Done, tokio::task::JoinError>) {
        let (Ok((name, id, answer)), Some(books)) = (done, self.books.upgrade()) else { return };
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
}

/// How long to wait for what is due.
fn until(now: Timestamp, due: Timestamp) -> Duration {
    let micros = u64::try_from(due.micros_since(now)).unwrap_or_default();
    Duration::from_micros(micros).min(LOOK_AGAIN)
}

/// Looks through the next entries for each endpoint that has room; whether there are more.
fn look(books: &Installation, now: Timestamp) -> bool {
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
                tracing::error!(%error, "events cannot be read from the books");
                continue;
            }
        };
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

impl Installation {
    /// An event as it is sent; none where it cannot be made or signed.
    fn message(&self, name: EndpointName, delivery: &Delivery, now: Timestamp) -> Option<Message> {
        let entry = delivery.id.entry;
        let event = self.events_in(entry, entry).ok()?.into_iter().find(|event| event.id == delivery.id)?;
        let endpoint = self.directory.known().hooks.endpoint(name)?.clone();
        let (id, body) = (delivery.id.webhook_id(name), body::of(&event)?);
        Some(Message::signed(id, body, &self.signers(name, &endpoint, now).ok()?, now))
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

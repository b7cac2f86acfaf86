//! Opening the books beside a server that listens already, and hearing when the ledger stops.

use std::sync::{Arc, Weak, mpsc};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::{Options, ServerError, say};
use crate::access::Access;
use crate::directory::Directory;
use crate::hooks::HookSettings;
use crate::hooks::outboxes::Outboxes;
use crate::hooks::sending::Sender;
use crate::ledger::Failure;
use crate::network::{Network, NetworkOptions};
use crate::outward::{self, AuthoritiesError};
use crate::past::Past;
use crate::service::{Calling, Installation, Tills, begin_sending};

/// How long a ledger that stopped waits for health to say so before the process ends.
const TOLD_MAX: Duration = Duration::from_secs(1);

/// How often is looked whether what starts begin with is behind: excerpts of what is said of keys, people, what is open
/// and activities.
const REMEMBER_NOTES_EVERY: Duration = Duration::from_secs(10);
/// How many times that between two times of writing down when keys were used last: a minute.
const REMEMBER_USE_EVERY: u32 = 6;
/// How often is looked whether somebody is due to be forgotten; at the start before the first call is answered.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Books that are open, and what goes on beside the calls: it ends with them, and keeps the books until then.
pub type Open = (Arc<Installation>, JoinSet<()>);

/// Books on their way to being open.
pub struct Opening {
    task: JoinHandle<Result<Open, ServerError>>,
    failure: watch::Receiver<Option<Failure>>,
}

/// Starts to read the books; blocks nobody.
pub fn open(options: Options, health: HealthReporter, ending: watch::Receiver<bool>) -> Opening {
    let (stopped, failure) = watch::channel(None);
    let runtime = tokio::runtime::Handle::current();
    let Options {
        directory, clock, accept_clock, bounds, calls_per_second, metrics, on_failure, hooks, ..
    } = options;
    let (written, runtime_of_books) = (metrics.clone(), runtime.clone());
    let clock_of_keys = Arc::clone(&clock);
    let network = NetworkOptions {
        clock,
        accept_clock,
        bounds,
        on_batch: Box::new(move |batch| written.batch(batch)),
        on_failure: Box::new(move |failure| {
            // On a thread of the ledger, which has nothing else to do any more.
            let (told, is_told) = mpsc::channel();
            let health = health.clone();
            runtime.spawn(async move {
                say(&health, ServingStatus::NotServing).await;
                let _waited_long_enough = told.send(());
            });
            let _in_time = is_told.recv_timeout(TOLD_MAX);
            stopped.send_replace(Some(failure.clone()));
            on_failure(failure);
        }),
        ..NetworkOptions::default()
    };
    let task = tokio::task::spawn_blocking(move || {
        let network = Network::open_in(directory, network)?;
        let past = Past::open(&network.ledger, network.directory())?;
        let reader = Arc::clone(network.ledger.books().journal());
        let file = network.directory().derived().join("directory");
        let (keyring, position) = (Arc::clone(&network.keyring), network.ledger.position());
        let directory = Directory::open(reader, keyring, file, position)?;
        let access = Access::open(&network, clock_of_keys, calls_per_second)?;
        say_who_may_call(&access);
        let tills = Tills::open(&network.directory().local(), access.now()).map_err(ServerError::Tills)?;
        let outboxes = Outboxes::open(&network.directory().local()).map_err(ServerError::Hooks)?;
        let sender = sender(&hooks)?;
        let calling = Calling { outboxes, allowed: hooks.allowed };
        let (known, said) = ((access, tills, calling), metrics.clone());
        let installation = Arc::new(Installation::new(network, past, directory, known, said, ending.clone()));
        // Nobody hears any more of whom they are to forget, not even who asks first.
        while forgets_some(&installation) {}
        let (books, mut beside) = (Arc::downgrade(&installation), JoinSet::new());
        beside.spawn_on(remember(books.clone(), ending.clone()), &runtime_of_books);
        beside.spawn_on(forget(books.clone(), ending.clone()), &runtime_of_books);
        let sending = begin_sending(books.clone(), sender, ending.clone()).map_err(ServerError::Hooks)?;
        beside.spawn_on(say_if_it_ends_unexpectedly(sending), &runtime_of_books);
        beside.spawn_on(say_if_it_fails(books.clone(), ending), &runtime_of_books);
        metrics.observe_trial_balance(Box::new(move || {
            books.upgrade().map(|books| books.sum_of_all_balances())
        }));
        Ok((installation, beside))
    });
    Opening { task, failure }
}

/// What sends events: with TLS, as far as anybody vouches for others.
fn sender(hooks: &HookSettings) -> Result<Sender, ServerError> {
    let tls = match outward::connector(hooks.authorities.as_deref()) {
        Ok(tls) => Some(tls),
        Err(AuthoritiesError::NoneOnThisMachine) => {
            tracing::warn!(
                "this machine trusts no authorities, so no event is sent with TLS; name a file with --hook-authorities"
            );
            None
        }
        Err(error) => return Err(ServerError::HookAuthorities(error)),
    };
    Ok(Sender::new(tls, hooks.allowed.clone()))
}

fn say_who_may_call(access: &Access) {
    match access.begun() {
        None => tracing::info!(
            "this network has no keys yet, so whoever is on this machine acts as the local operator; 'hourbook \
             init' makes the first key, with the server stopped"
        ),
        Some(begun) => tracing::info!(network = %begun.name, "callers show their keys"),
    }
    if access.keyring_is_lost() {
        tracing::error!(
            "the network's own key is not in its keyring, so keys cannot be checked and nobody is let in: put \
             the keyring's backup back; or, if it is lost, stop the server, run 'hourbook init \
             --new-admin-key' on this machine, and rotate every other key"
        );
    }
}

/// Waits for `next`, or says that the server ends.
async fn unless_it_ends(ending: &mut watch::Receiver<bool>, next: impl Future) -> Option<()> {
    tokio::select! {
        _ended = ending.wait_for(|ending| *ending) => None,
        _ = next => Some(()),
    }
}

/// Now and then what the next start begins with is written down, as long as the books are open.
async fn remember(books: Weak<Installation>, mut ending: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(REMEMBER_NOTES_EVERY);
    for count in (0..REMEMBER_USE_EVERY).cycle() {
        let Some(()) = unless_it_ends(&mut ending, every.tick()).await else { return };
        let Some(books) = books.upgrade() else { return };
        // Beside the runtime; that it could not be done costs nothing.
        let done = tokio::task::spawn_blocking(move || {
            books.access.remember_notes();
            books.directory.remember(&books.network.ledger);
            books.matters.remember(&books.network.ledger);
            books.activities.remember(&books.network.ledger);
            if count == 0 {
                books.access.remember_use();
            }
        });
        let _done = done.await;
    }
}

/// Whoever asked to be forgotten is, once it is due, as long as the books are open.
async fn forget(books: Weak<Installation>, mut ending: watch::Receiver<bool>) {
    loop {
        let Some(()) = unless_it_ends(&mut ending, tokio::time::sleep(FORGET_EVERY)).await else { return };
        let Some(books) = books.upgrade() else { return };
        // Beside the runtime. What could not be done is due the next time as well.
        let done = tokio::task::spawn_blocking(move || while forgets_some(&books) {});
        let _ended_unexpectedly = done.await;
    }
}

/// Forgets some of those who are due; whether there were any.
fn forgets_some(books: &Installation) -> bool {
    match books.forget_whoever_is_due().map_err(|error| error.code()) {
        Ok(0) => false,
        Ok(people) => {
            tracing::info!(people, "whoever asked to be forgotten is");
            true
        }
        Err(code) => {
            tracing::warn!(?code, "somebody is due to be forgotten, and could not be; it is tried again");
            false
        }
    }
}

/// Whoever looks after the books is told where no event is sent any more.
async fn say_if_it_ends_unexpectedly(sending: oneshot::Receiver<()>) {
    if sending.await.is_err() {
        tracing::error!("partners' software is told of nothing any more; restart to go on where it was");
    }
}

/// What is derived may fail beside sound books; whoever looks after them is told once.
async fn say_if_it_fails(books: Weak<Installation>, mut ending: watch::Receiver<bool>) {
    let Some(mut positions) = books.upgrade().map(|books| books.past.positions()) else { return };
    while unless_it_ends(&mut ending, positions.changed()).await.is_some() {
        let Some(books) = books.upgrade() else { return };
        if let Some(failure) = books.past.failure() {
            tracing::error!(%failure, "questions about the past cannot be answered; restart to make it anew");
            return;
        }
    }
}

impl Opening {
    /// Waits until the books are open.
    pub async fn done(&mut self) -> Result<Open, ServerError> {
        (&mut self.task).await.map_err(ServerError::Opening)?
    }

    /// Waits until the ledger stops for good.
    pub async fn failed(&mut self) -> Failure {
        loop {
            if let Some(failure) = self.failure.borrow_and_update().clone() {
                return failure;
            }
            if self.failure.changed().await.is_err() {
                std::future::pending::<()>().await; // The ledger is gone without having failed.
            }
        }
    }
}

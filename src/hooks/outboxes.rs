//! The outboxes of all endpoints, as long as they are there.
//!
//! One lock, held for a look or a write of a few bytes, now and then while the file of an endpoint is written anew; nothing else is
//! locked meanwhile, and nobody waits for it who keeps others waiting.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::outbox::{Delivery, Doing, Outbox, ReplaysSoFar};
use crate::directory::hooks::{Endpoint, EndpointName, Hooks, Stands};
use crate::domain::{OwnerNumber, Sequence, Timestamp};
use crate::journal::files;

/// An endpoint, and what waits for it.
#[derive(Debug)]
pub struct Served {
    /// As it was when this was followed last.
    pub endpoint: Endpoint,
    /// What waits.
    pub outbox: Outbox,
    /// Its name is looked up once at a time: a name server that does not answer takes one thread, and not those of others.
    pub lookup: Arc<Semaphore>,
}

impl Served {
    /// Whether something is sent there.
    #[must_use]
    pub fn is_called(&self) -> bool {
        self.endpoint.stands == Stands::Open && !self.endpoint.url.is_empty()
    }
}

/// All that are served.
#[derive(Debug)]
pub struct Outboxes {
    folder: PathBuf,
    all: Mutex<BTreeMap<EndpointName, Served>>,
}

impl Outboxes {
    /// Those whose files are in the folder `local`; none is read yet.
    ///
    /// # Errors
    /// There can be no such folder.
    pub fn open(local: &Path) -> io::Result<Self> {
        let folder = local.join("hooks");
        files::create_directory(&folder)?;
        Ok(Self { folder, all: Mutex::default() })
    }

    /// The outboxes, for a look or a write.
    pub fn all(&self) -> MutexGuard<'_, BTreeMap<EndpointName, Served>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows what was said of endpoints: new ones are opened, those that ended are deleted. One whose file cannot be read is not
    /// served, and said so in the log; the others are.
    pub fn follow(&self, hooks: &Hooks, tip: Sequence, now: Timestamp) {
        let opened = self.opened(hooks, tip);
        let mut all = self.all();
        let ended: Vec<_> = all.keys().filter(|name| hooks.endpoint(**name).is_none()).copied().collect();
        for name in ended {
            if let Some(served) = all.remove(&name) {
                served.outbox.delete();
            }
        }
        all.extend(opened);
        for (name, endpoint) in hooks.all() {
            let Some(served) = all.get_mut(&name) else { continue };
            served.endpoint = endpoint.clone();
            served.outbox.follow(endpoint, now);
        }
    }

    /// Those that are not served yet, each read from its file.
    fn opened(&self, hooks: &Hooks, tip: Sequence) -> Vec<(EndpointName, Served)> {
        let served: BTreeSet<_> = self.all().keys().copied().collect();
        let mut opened = Vec::new();
        for (name, endpoint) in hooks.all().filter(|(name, _)| !served.contains(name)) {
            match Outbox::open(self.path(name), name, endpoint, tip) {
                Ok(outbox) => {
                    let (endpoint, lookup) = (endpoint.clone(), Arc::new(Semaphore::new(1)));
                    opened.push((name, Served { endpoint, outbox, lookup }));
                }
                Err(error) => {
                    tracing::error!(partner = name.partner.get(), endpoint = name.number, %error, "an endpoint is not served");
                }
            }
        }
        opened
    }

    fn path(&self, EndpointName { partner, number }: EndpointName) -> PathBuf {
        self.folder.join(format!("{}-{number}", OwnerNumber::get(partner)))
    }

    /// Whether a replay was asked for while another one ran, which is done now.
    #[must_use]
    pub fn have_replays_to_begin(&self) -> bool {
        self.all().values().any(|served| served.outbox.has_replay_to_begin(&served.endpoint))
    }

    /// How an endpoint is doing; none as long as it is not served.
    #[must_use]
    pub fn doing(&self, name: EndpointName) -> Option<Doing> {
        self.all().get(&name).map(|served| served.outbox.doing())
    }

    /// How far what was asked to be sent once more has come; none as long as the endpoint is not served.
    #[must_use]
    pub fn replaying(&self, name: EndpointName) -> Option<ReplaysSoFar> {
        self.all().get(&name).map(|served| served.outbox.replaying())
    }

    /// What is or was on its way to an endpoint, newest event first.
    #[must_use]
    pub fn deliveries(&self, name: EndpointName) -> Vec<Delivery> {
        self.all().get(&name).map(|served| served.outbox.deliveries()).unwrap_or_default()
    }
}

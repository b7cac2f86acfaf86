//! The outboxes of all endpoints, as long as they are there.
//!
//! One lock, held for a look or a write of a few bytes, or while the file of an endpoint is opened or written anew; nothing else is
//! locked meanwhile.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::outbox::{Delivery, Doing, Outbox};
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
        let mut all = self.all();
        let ended: Vec<_> = all.keys().filter(|name| hooks.endpoint(**name).is_none()).copied().collect();
        for name in ended {
            if let Some(served) = all.remove(&name) {
                served.outbox.delete();
            }
        }
        for (name, endpoint) in hooks.all() {
            if let Some(served) = all.get_mut(&name) {
                served.endpoint = endpoint.clone();
            } else {
                let path = self.path(name);
                match Outbox::open(path, name, endpoint, tip) {
                    Ok(outbox) => {
                        let lookup = Arc::new(Semaphore::new(1));
                        all.insert(name, Served { endpoint: endpoint.clone(), outbox, lookup });
                    }
                    Err(error) => {
                        tracing::error!(partner = name.partner.get(), endpoint = name.number, %error, "an endpoint is not served");
                        continue;
                    }
                }
            }
            if let Some(served) = all.get_mut(&name) {
                served.outbox.follow(&served.endpoint, now);
            }
        }
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

    /// Whether what was asked last to be sent once more to an endpoint, as it stands, is still looked for. Not as long as it is
    /// not served: then nothing is known of that.
    #[must_use]
    pub fn is_replaying(&self, name: EndpointName, endpoint: &Endpoint) -> bool {
        self.all().get(&name).is_some_and(|served| served.outbox.is_replaying(endpoint))
    }

    /// What is or was on its way to an endpoint, newest event first.
    #[must_use]
    pub fn deliveries(&self, name: EndpointName) -> Vec<Delivery> {
        self.all().get(&name).map(|served| served.outbox.deliveries()).unwrap_or_default()
    }
}

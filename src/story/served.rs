//! The demo's own server: started in this process, on a directory that goes away with it, and spoken to
//! over a real connection.
//!
//! Knows no story. TERM and INT are heard from the start, so that the directory goes away with them too:
//! whatever waits for an answer then ends.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{Once, StoryError, cut};
use crate::access::Access;
use crate::access::pace::CALLS_PER_SECOND_USUAL;
use crate::config::USUAL_ADDRESS;
use crate::domain::{KeyText, Timestamp};
use crate::hooks::receiver::{self, Received, Receiver};
use crate::hooks::signing::Verifier;
use crate::hooks::target::{Subnet, Subnets};
use crate::journal::DataDirectory;
use crate::ledger::Clock;
use crate::network::{Network, NetworkError, NetworkOptions};
use crate::server::{self, Options, ServerError};
use crate::telemetry::{self, LevelFilter, Metrics, Settings};

/// No answer takes longer: the story waits for none but the machine's.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// Where the shops of the story have their software.
const LOOPBACK: &[Subnet] = &[Subnet::LOOPBACK_V4];
/// How long what still runs at the end may take.
const END_MAX: Duration = Duration::from_secs(10);

/// A server, and the way to it.
pub struct Served {
    /// First, so that everything that runs is gone before its folder is.
    runtime: Runtime,
    running: Running,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    /// Whether TERM or INT came.
    told: watch::Receiver<bool>,
    folder: TempDir,
}

/// What runs.
struct Running {
    address: SocketAddr,
    channel: Channel,
    /// Closed when the server has ended.
    over: watch::Receiver<()>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), ServerError>>,
}

impl Running {
    /// Starts a server on the books in `directory`. Inside the runtime.
    fn start(
        directory: DataDirectory,
        listener: TcpListener,
        (clock, metrics): (Arc<dyn Clock>, Metrics),
    ) -> Result<Self, StoryError> {
        let mut options = Options::new(directory, metrics);
        options.clock = clock;
        // Shops' software is on this machine.
        options.hooks.allowed = Subnets::of(LOOPBACK);
        // The server says how it ended; exiting here would leave the folder behind.
        options.on_failure = Box::new(|_| {});
        let address = listener.local_addr().map_err(StoryError::io("listening"))?;
        let endpoint = Endpoint::from_shared(format!("http://{address}")).map_err(ServerError::from)?;
        let channel = endpoint.connect_lazy();
        let (stop, stopped) = oneshot::channel::<()>();
        let (runs, over) = watch::channel(());
        let ended = tokio::spawn(async move {
            let _dropped_at_the_end = runs;
            let until = async {
                let _told_or_dropped = stopped.await;
            };
            server::run(listener, until, options).await
        });
        Ok(Self { address, channel, over, stop, ended })
    }
}

impl Served {
    /// Starts a server on new books. Where it serves after the story it takes the usual port, if that is
    /// free.
    ///
    /// # Errors
    /// [`StoryError`] if the machine gives no directory, port or thread. Books that cannot be opened are
    /// heard of in [`Served::end`].
    pub fn start(clock: Arc<dyn Clock>, once: Once) -> Result<Self, StoryError> {
        // The demo's own words are its news; of the server only what went wrong is of interest.
        let settings = Settings { log_level: LevelFilter::WARN, ..Settings::default() };
        let metrics = telemetry::install(&settings)?.metrics();
        let folder = tempfile::Builder::new().prefix("hourbook-demo-").tempdir();
        let folder = folder.map_err(StoryError::io("making a temporary directory"))?;
        let directory = DataDirectory::open(books_in(&folder)).map_err(NetworkError::from)?;

        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(StoryError::io("starting the runtime"))?;
        let inside = runtime.enter();
        let listener = runtime.block_on(listen(once)).map_err(StoryError::io("listening"))?;
        let told = hear_signals().map_err(StoryError::io("listening for TERM and INT"))?;
        let running = Running::start(directory, listener, (Arc::clone(&clock), metrics.clone()))?;
        drop(inside);
        Ok(Self { runtime, running, clock, metrics, told, folder })
    }

    /// Stops the server, has the network begin as `hourbook init` does, and starts it again where it was. From
    /// now on nobody calls without a key; this is the first, an admin's.
    ///
    /// # Errors
    /// [`StoryError`] if the server failed, or does not stop and start again.
    pub fn begin(&mut self, name: &str) -> Result<KeyText, StoryError> {
        let inside = self.runtime.enter();
        let directory = books_in(&self.folder);
        let (clock, address) = (Arc::clone(&self.clock), self.running.address);
        // Somebody must be there to be stopped: another that never runs takes the place.
        let (stop, _) = oneshot::channel();
        let ended = tokio::spawn(async { Ok(()) });
        drop(std::mem::replace(&mut self.running.stop, stop));
        let ended = std::mem::replace(&mut self.running.ended, ended);
        self.runtime.block_on(ended).map_err(ServerError::Opening)??;

        let open = || DataDirectory::open(&directory).map_err(NetworkError::from);
        let options = NetworkOptions { clock: Arc::clone(&clock), ..NetworkOptions::default() };
        let network = Network::open_in(open()?, options)?;
        let access = Access::open(&network, clock, CALLS_PER_SECOND_USUAL)?;
        let key = access.begin(&network, name)?.text;
        drop(access);
        drop(network);

        let listener =
            self.runtime.block_on(TcpListener::bind(address)).map_err(StoryError::io("listening"))?;
        self.running = Running::start(open()?, listener, (Arc::clone(&self.clock), self.metrics.clone()))?;
        drop(inside);
        self.wait_until_serving()?;
        Ok(key)
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// A connection to it.
    pub fn channel(&self) -> Channel {
        self.running.channel.clone()
    }

    /// A connection to it that is cut before the first answer comes.
    ///
    /// # Errors
    /// [`StoryError`] if the machine gives no port.
    pub fn cut_line(&self) -> Result<Channel, StoryError> {
        let laid = self.runtime.block_on(cut::lay(self.address()));
        let address = laid.map_err(StoryError::io("laying a line to cut"))?;
        let endpoint = Endpoint::from_shared(format!("http://{address}")).map_err(ServerError::from)?;
        let _inside = self.runtime.enter();
        Ok(endpoint.connect_lazy())
    }

    /// Where files beside the books may stand; they go away with them.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until the books are open.
    pub fn wait_until_serving(&self) -> Result<(), StoryError> {
        let mut health = HealthClient::new(self.channel());
        let serving = self.answer(async move {
            let mut watched = health.watch(HealthCheckRequest::default()).await?.into_inner();
            while let Some(health) = watched.message().await? {
                if health.status() == ServingStatus::Serving {
                    return Ok(());
                }
            }
            Err(Status::unavailable("the server ended before it served"))
        })?;
        serving.map_err(|source| StoryError::Call { step: 0, source: Box::new(source) })
    }

    /// Somewhere on this machine to receive events.
    ///
    /// # Errors
    /// [`StoryError`] if the machine gives no port.
    pub fn ear(&self) -> Result<(TcpListener, SocketAddr), StoryError> {
        let listener = self.runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.map_err(StoryError::io("listening for events"))?;
        let address = listener.local_addr().map_err(StoryError::io("listening for events"))?;
        Ok((listener, address))
    }

    /// Receives events there that are signed with a key, by the demo's clock.
    pub fn receive(&self, listener: TcpListener, verifier: Verifier) -> mpsc::Receiver<Received> {
        let clock = Arc::clone(&self.clock);
        let now = Arc::new(move || -> Timestamp { clock.now().wall });
        let (to, received) = mpsc::channel(receiver::WAITING_MAX);
        // Who waits for an event in vain says so.
        drop(self.runtime.spawn(Receiver::new(listener, verifier, now).run(to)));
        received
    }

    /// Waits for the answer to a call, unless this process is told to end.
    pub fn answer<T>(
        &self,
        call: impl Future<Output = Result<T, Status>>,
    ) -> Result<Result<T, Status>, StoryError> {
        let mut told = self.told.clone();
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = told.wait_for(|told| *told) => Err(StoryError::ToldToEnd),
                answer = tokio::time::timeout(ANSWER_MAX, call) => {
                    Ok(answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in a minute"))))
                }
            }
        })
    }

    /// Fails once this process was told to end.
    pub fn go_on(&self) -> Result<(), StoryError> {
        if *self.told.borrow() { Err(StoryError::ToldToEnd) } else { Ok(()) }
    }

    /// Waits until this process is told to end, or the server ends by itself; [`Served::end`] says which.
    pub fn wait_until_told(&self) {
        let (mut told, mut over) = (self.told.clone(), self.running.over.clone());
        self.runtime.block_on(async {
            tokio::select! {
                _ = told.wait_for(|told| *told) => {}
                _ = over.changed() => {}
            }
        });
    }

    /// Ends the server, closes its books and takes its directory away.
    ///
    /// # Errors
    /// [`StoryError`] if the server failed, now or before, or something of the directory stays.
    pub fn end(self) -> Result<(), StoryError> {
        let Self { runtime, running: Running { channel, stop, ended, .. }, folder, .. } = self;
        drop((channel, stop));
        let ended = runtime.block_on(ended);
        runtime.shutdown_timeout(END_MAX);
        let gone = folder.close().map_err(StoryError::io("taking the temporary directory away"));
        ended.map_err(ServerError::Opening)??;
        gone
    }
}

/// The books stand beside the keys of the story.
fn books_in(folder: &TempDir) -> PathBuf {
    folder.path().join("books")
}

async fn listen(once: Once) -> io::Result<TcpListener> {
    let any_port = SocketAddr::new(USUAL_ADDRESS.ip(), 0);
    match once {
        Once::Yes => TcpListener::bind(any_port).await,
        Once::No => match TcpListener::bind(USUAL_ADDRESS).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => TcpListener::bind(any_port).await,
            bound => bound,
        },
    }
}

/// Becomes true when TERM or INT comes. Called inside the runtime.
fn hear_signals() -> io::Result<watch::Receiver<bool>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        tell.send_replace(true);
        // Whoever asks later must hear it too, and not that nobody is left who could tell.
        tell.closed().await;
    });
    Ok(told)
}

//! Connections: how many there may be, and how each becomes one that calls can come over.
//!
//! With TLS each has its handshake on a task of its own, so that one who is slow keeps nobody waiting; it has
//! its place from the moment it is accepted. A handshake that fails or takes too long closes that connection
//! alone, and is counted: whoever knocks and goes away is no fault of ours.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;
use tokio_stream::Stream;
use tokio_util::either::Either;

use super::Patience;
use super::connection::Connection;
use crate::service::Peer;
use crate::telemetry::{ConnectionClosed, Metrics};

/// Connections at once, those in their handshake among them; one more is closed as it comes.
pub const CONNECTIONS_MAX: usize = 8_192;
/// Files beside connections: volumes, the keyring, what is derived.
const OTHER_FILES: u64 = 1_024;
/// How long is waited after the system could not accept: it is usually out of files.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Lets this process have as many files open as its connections need, if the system allows it.
pub fn allow_many() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = OTHER_FILES.saturating_add(CONNECTIONS_MAX as u64);
    let allowed = limit.maximum.map_or(wanted, |most| most.min(wanted));
    if limit.current.is_some_and(|current| current < allowed) {
        limit.current = Some(allowed);
        let _as_many_as_there_are = setrlimit(Resource::Nofile, limit);
    }
}

/// Connections as they come.
pub struct Connections {
    listener: TcpListener,
    places: Arc<Semaphore>,
    tls: Option<TlsAcceptor>,
    /// At most as many as there are places; they end with this.
    handshakes: JoinSet<Option<Connection>>,
    patience: Patience,
    metrics: Metrics,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Connections {
    /// Connections to `listener`, at most `most` at once, each with TLS if there is a certificate.
    pub fn new(
        listener: TcpListener,
        most: usize,
        tls: Option<TlsAcceptor>,
        patience: Patience,
        metrics: Metrics,
    ) -> Self {
        let places = Arc::new(Semaphore::new(most));
        Self { listener, places, tls, handshakes: JoinSet::new(), patience, metrics, pause: None }
    }

    /// A connection that is ready now; none if it is not, or never will be.
    fn begin(&mut self, stream: TcpStream, peer: Peer) -> Option<Connection> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            self.metrics.connection_closed(ConnectionClosed::TooMany);
            return None;
        };
        let _slower_without = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else {
            return Some(Connection::new(Either::Left(stream), peer, place, self.patience.opening_words));
        };
        self.handshakes.spawn(shake_hands(tls, stream, peer, place, self.patience, self.metrics.clone()));
        None
    }
}

/// Agrees on TLS with whoever connected.
async fn shake_hands(
    tls: TlsAcceptor,
    stream: TcpStream,
    peer: Peer,
    place: OwnedSemaphorePermit,
    patience: Patience,
    metrics: Metrics,
) -> Option<Connection> {
    match tokio::time::timeout(patience.handshake, tls.accept(stream)).await {
        Ok(Ok(stream)) => {
            Some(Connection::new(Either::Right(Box::new(stream)), peer, place, patience.opening_words))
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, "a handshake failed");
            metrics.connection_closed(ConnectionClosed::HandshakeFailed);
            None
        }
        Err(_) => {
            metrics.connection_closed(ConnectionClosed::HandshakeSlow);
            None
        }
    }
}

impl Stream for Connections {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            while let Poll::Ready(Some(ended)) = self.handshakes.poll_join_next(context) {
                if let Ok(Some(connection)) = ended {
                    return Poll::Ready(Some(Ok(connection)));
                }
            }
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept(context)) {
                Ok((stream, address)) => {
                    if let Some(connection) = self.begin(stream, Peer::at(address)) {
                        return Poll::Ready(Some(Ok(connection)));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    self.pause = Some(Box::pin(tokio::time::sleep(AFTER_ERROR)));
                }
            }
        }
    }
}

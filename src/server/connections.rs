//! Connections: how many there may be, and how long they may say nothing.
//!
//! A connection that has not sent HTTP/2's opening words, or a head of HTTP/1.1, in time is closed: it costs
//! nobody a thread, but a place. From then on the transport asks quiet ones for signs of life, and closes
//! those of HTTP/1.1 that ask nothing for half a minute.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};
use tokio_stream::Stream;
use tonic::transport::server::Connected;

use super::opening_words::OpeningWords;

/// Connections at once; one more is closed as it comes.
const CONNECTIONS_MAX: usize = 8_192;
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
    opening_words_max: Duration,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Connections {
    /// Connections to `listener`, which have this long for their opening words.
    pub fn new(listener: TcpListener, opening_words_max: Duration) -> Self {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        Self { listener, places, opening_words_max, pause: None }
    }
}

impl Stream for Connections {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept(context)) {
                Ok((stream, _)) => {
                    let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { continue };
                    let _slower_without = stream.set_nodelay(true);
                    return Poll::Ready(Some(Ok(Connection::new(stream, place, self.opening_words_max))));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    self.pause = Some(Box::pin(tokio::time::sleep(AFTER_ERROR)));
                }
            }
        }
    }
}

/// A connection, watched until it has said which HTTP it speaks.
pub struct Connection {
    stream: TcpStream,
    opening: Option<Opening>,
    _place: OwnedSemaphorePermit,
}

struct Opening {
    words: OpeningWords,
    until: Pin<Box<Sleep>>,
}

impl Connection {
    fn new(stream: TcpStream, place: OwnedSemaphorePermit, opening_words_max: Duration) -> Self {
        let until = Box::pin(tokio::time::sleep_until(Instant::now() + opening_words_max));
        let opening = Some(Opening { words: OpeningWords::none(), until });
        Self { stream, opening, _place: place }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(opening) = &mut self.opening {
            if opening.words.hear(buffer.filled().get(before..).unwrap_or_default()) {
                self.opening = None;
            } else if opening.until.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

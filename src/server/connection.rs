//! One connection: with TLS or without, and watched until it has said which HTTP it speaks.
//!
//! A connection that has not sent HTTP/2's opening words, or a head of HTTP/1.1, in time is closed: it costs
//! nobody a thread, but a place. From then on the transport asks quiet ones of HTTP/2 for signs of life, and
//! closes those of HTTP/1.1 that ask nothing for half a minute.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;
use tonic::transport::server::Connected;

use super::opening_words::OpeningWords;
use crate::service::Peer;

/// What a connection is read from and written to. A box, as the state of TLS is a kilobyte.
pub type Wire = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// A connection that counts as one until it is dropped.
pub struct Connection {
    wire: Wire,
    peer: Peer,
    opening: Option<Opening>,
    _place: OwnedSemaphorePermit,
}

/// A connection that has not said what it speaks.
struct Opening {
    words: OpeningWords,
    until: Pin<Box<Sleep>>,
}

impl Connection {
    /// A connection that has this long to say what it speaks.
    pub fn new(wire: Wire, peer: Peer, place: OwnedSemaphorePermit, opening_words_max: Duration) -> Self {
        let until = Box::pin(tokio::time::sleep_until(Instant::now() + opening_words_max));
        let opening = Some(Opening { words: OpeningWords::none(), until });
        Self { wire, peer, opening, _place: place }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.wire).poll_read(context, buffer);
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
        Pin::new(&mut self.wire).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::server::opening_words::HTTP_2;

    /// Goal: a connection has its time to say what it speaks, and no longer; once it has said so it has all the
    /// time there is. Method: three that never come to an end of it, one that does and then is silent until it
    /// goes. Two minutes are only a net.
    #[tokio::test]
    async fn what_is_spoken_is_said_in_time() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        for (words, expected) in [
            (&b""[..], Err(io::ErrorKind::TimedOut)),
            (&HTTP_2[..23], Err(io::ErrorKind::TimedOut)),
            (b"POST /hourbook.v1.LedgerService/PostEntry HTTP/1.1", Err(io::ErrorKind::TimedOut)),
            (b"GET / HTTP/1.1\r\n", Err(io::ErrorKind::TimedOut)),
            (b"GET / HTTP/1.1\r\n\r\n", Ok(18)),
            (HTTP_2, Ok(24)),
        ] {
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (stream, address) = listener.accept().await.unwrap();
            client.write_all(words).await.unwrap();
            if !words.is_empty() {
                stream.readable().await.unwrap(); // They came before the time began.
            }
            let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
            let mut connection =
                Connection::new(Either::Left(stream), Peer::at(address), place, Duration::from_millis(20));
            let hears = async {
                if expected.is_ok() {
                    client.shutdown().await.unwrap();
                }
                connection.read_to_end(&mut Vec::new()).await.map_err(|error| error.kind())
            };
            assert_eq!(tokio::time::timeout(Duration::from_secs(120), hears).await.unwrap(), expected);
        }
    }
}

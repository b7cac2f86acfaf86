//! A small receiver of events over HTTP/1.1: checks signatures, tells repeats, hands each request on as a value.
//!
//! For developers and the demo; README's receiver does the same in Python. Knows nothing of what events say.
//!
//! - Answered is 204 for what is believed, also again; 401 for what is not; both are handed on first. What is no POST (405),
//!   is too long (413) or has too many headers (431) is not handed on.
//! - What is handed on waits for room. Whoever takes nothing stops the receiver, and senders send again.
//! - Every request has a bound: its body, its headers, its time, and how many there are at once. One request a connection.
//! - Only what is believed is remembered: nobody else can make an event look like a repeat.

mod seen;

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use self::seen::Seen;
use super::body::BODY_BYTES_MAX;
use super::signing::{self, NotBelieved, Signed, Verifier};
use crate::domain::Timestamp;

/// At most so many connections at once; others wait to be taken.
pub const CONNECTIONS_MAX: usize = 64;
/// How long a request may take, from its first byte to the last of its answer.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// A good size of the channel that requests are handed on through.
pub const WAITING_MAX: usize = 16;
/// Headers of a request.
const HEADERS_MAX: usize = 64;
/// Bytes of a request before its body.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// So much of a body that is too long is still read, so that its sender hears why it is not taken.
const READ_BYTES_MAX: usize = 5 * BODY_BYTES_MAX;
/// The longest name of an event.
const ID_BYTES_MAX: usize = 256;

/// Says what time it is.
pub type Now = dyn Fn() -> Timestamp + Send + Sync;

/// A request that came.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// When its last byte came.
    pub at: Timestamp,
    /// What it says it is known by; empty where it does not, and not to be trusted where it is not believed.
    pub id: String,
    /// What it says it tells of: the `type` in its body; empty where there is none.
    pub kind: String,
    /// Its body; null where it is no JSON.
    pub body: Value,
    /// Whether it is to be believed.
    pub verdict: Result<(), NotBelieved>,
    /// Whether it is believed and was here before.
    pub is_again: bool,
}

/// A receiver that is bound to its address.
pub struct Receiver {
    listener: TcpListener,
    patience: Duration,
    desk: Desk,
}

/// What every connection needs.
struct Desk {
    verifier: Verifier,
    now: Arc<Now>,
    seen: Mutex<Seen>,
}

impl Receiver {
    /// Receives on `listener` what `verifier` believes at the time that `now` says.
    #[must_use]
    pub fn new(listener: TcpListener, verifier: Verifier, now: Arc<Now>) -> Self {
        let desk = Desk { verifier, now, seen: Mutex::new(Seen::default()) };
        Self { listener, patience: PATIENCE, desk }
    }

    /// The same, with another patience than [`PATIENCE`].
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Hands on what comes, until nobody takes it any more; then answers what was taken, and ends.
    ///
    /// # Errors
    /// The listener's.
    pub async fn run(self, to: Sender<Received>) -> io::Result<()> {
        let Self { listener, patience, desk } = self;
        let desk = Arc::new(desk);
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = to.closed() => break,
                Some(_ended) = connections.join_next() => {}
                accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                    let stream = match accepted {
                        Ok((stream, _)) => stream,
                        Err(error) if is_of_one(&error) => continue,
                        Err(error) => return Err(error),
                    };
                    let served = serve(stream, Arc::clone(&desk), to.clone());
                    // Whoever is slower than that is cut off, and sends it again.
                    connections.spawn(tokio::time::timeout(patience, served));
                }
            }
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
        Ok(())
    }
}

/// Whether an error is about one connection that broke before it was taken.
fn is_of_one(error: &io::Error) -> bool {
    let broken =
        [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset, io::ErrorKind::Interrupted];
    broken.contains(&error.kind())
}

/// One connection, which is one request. What goes wrong with it is its sender's to see.
async fn serve(stream: TcpStream, desk: Arc<Desk>, to: Sender<Received>) {
    let answered = service_fn(|request| desk.answer(request, &to));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), answered);
    let mut connection = pin!(connection);
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = to.closed() => {}
    }
    // What was taken is still answered.
    connection.as_mut().graceful_shutdown();
    let _ended = connection.await;
}

impl Desk {
    async fn answer(
        &self,
        request: Request<Incoming>,
        to: &Sender<Received>,
    ) -> Result<Response<Empty<Bytes>>, Infallible> {
        let status = self.status(request, to).await;
        let mut response = Response::new(Empty::new());
        *response.status_mut() = status;
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
        }
        Ok(response)
    }

    async fn status(&self, request: Request<Incoming>, to: &Sender<Received>) -> StatusCode {
        if request.method() != Method::POST {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        let (head, body) = request.into_parts();
        let body = match Limited::new(body, READ_BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                return StatusCode::PAYLOAD_TOO_LARGE;
            }
            // Nobody is there any more to read this.
            Err(_) => return StatusCode::BAD_REQUEST,
        };
        if body.len() > BODY_BYTES_MAX {
            return StatusCode::PAYLOAD_TOO_LARGE;
        }
        // Remembered only once it can be handed on: what is not, is sent again, and is new then.
        let Ok(room) = to.reserve().await else { return StatusCode::SERVICE_UNAVAILABLE };
        let received = self.received(&head.headers, &body);
        let status = if received.verdict.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED };
        room.send(received);
        status
    }

    fn received(&self, headers: &HeaderMap, body: &[u8]) -> Received {
        let id = only(headers, signing::ID).filter(|id| id.len() <= ID_BYTES_MAX);
        let signed = Signed {
            id,
            timestamp: only(headers, signing::TIMESTAMP),
            signature: only(headers, signing::SIGNATURE),
            body,
        };
        let at = (self.now)();
        let verdict = self.verifier.check(&signed, at);
        let id = id.unwrap_or_default().to_owned();
        let is_again = verdict.is_ok() && {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.again(&id)
        };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let kind = body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        Received { at, id, kind, body, verdict, is_again }
    }
}

/// A header that is there once, as text.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    if all.next().is_none() { Some(first) } else { None }
}

#[cfg(test)]
mod tests;

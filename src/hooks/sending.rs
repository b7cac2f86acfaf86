//! One attempt: an event sent to where an endpoint is.
//!
//! - A name is looked up for each attempt, and what is called is an address that was looked at: one that may not be called refuses
//!   all of them, and nothing is looked up a second time.
//! - No redirects, no proxy. Of the answer only its status and `Retry-After` matter: nothing of its body is read, and only where it
//!   has none is the connection kept for the next event.
//! - All of it together takes fifteen seconds at most.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request, header};
use http_body_util::Full;
use hyper::body::{Body, Bytes};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;

use super::kept::{Connection, Kept};
use super::outbox::{Ended, Failure};
use super::signing::{self, SigningKeys};
use super::target::{Host, Scheme, Subnets, Target};
use crate::domain::Timestamp;
use crate::domain::time::MICROS_PER_SECOND;
use crate::outward;

/// An attempt takes at most so long.
pub const ATTEMPT_MAX: Duration = Duration::from_secs(15);
/// Of a name so many addresses are tried.
const ADDRESSES_MAX: usize = 4;

/// A signed event.
#[derive(Clone, Debug)]
pub struct Message {
    /// Header `webhook-id`.
    pub id: String,
    /// Header `webhook-timestamp`.
    pub timestamp: i64,
    /// Header `webhook-signature`.
    pub signature: String,
    /// The body.
    pub body: String,
}

impl Message {
    /// Signed with each of these keys, now.
    #[must_use]
    pub fn signed(id: String, body: String, signers: &[SigningKeys], now: Timestamp) -> Self {
        let timestamp = now.micros().div_euclid(MICROS_PER_SECOND);
        let signatures = signers.iter().map(|keys| keys.sign(&id, timestamp, body.as_bytes()));
        let signature = signatures.collect::<Vec<_>>().join(" ");
        Self { id, timestamp, signature, body }
    }
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub ended: Ended,
    /// For so many seconds the receiver wants to be left alone.
    pub retry_after_seconds: Option<u32>,
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Self { ended: Ended::Failed(failure), retry_after_seconds: None }
    }
}

/// What a name stands for now, by this machine's name servers or whatever else says so. Blocking.
pub type Resolve = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// Sends events.
pub struct Sender {
    /// None where this machine trusts nobody: then nothing is sent with TLS.
    tls: Option<TlsConnector>,
    allowed: Subnets,
    patience: Duration,
    resolve: Arc<Resolve>,
    kept: Kept,
}

impl Sender {
    /// Sends to the internet and to these subnets, within [`ATTEMPT_MAX`].
    #[must_use]
    pub fn new(tls: Option<TlsConnector>, allowed: Subnets) -> Self {
        let resolve = Arc::new(|name: &str, port| (name, port).to_socket_addrs().map(Iterator::collect));
        Self { tls, allowed, patience: ATTEMPT_MAX, resolve, kept: Kept::default() }
    }

    /// The same within another time.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same with other name servers.
    #[must_use]
    pub fn resolving(self, resolve: Arc<Resolve>) -> Self {
        Self { resolve, ..self }
    }

    /// Sends an event to `url`, whose name is looked up when `lookup` has a place. `now` tells what a date in `Retry-After` means.
    pub async fn send(
        &self,
        (url, lookup): (&str, Arc<Semaphore>),
        message: Message,
        now: Timestamp,
    ) -> Answer {
        let Ok(target) = Target::parse(url, &self.allowed) else { return Failure::AddressRefused.into() };
        let sent = async {
            let addresses = self.addresses(&target, self.resolve(&target, lookup).await)?;
            self.send_to(&target, &addresses, &message, now).await
        };
        match tokio::time::timeout(self.patience, sent).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) => failure.into(),
            Err(_) => Failure::Timeout.into(),
        }
    }

    /// What the host stands for now. Looking up a name has no end of its own: its place is free when it has ended, whoever waits for
    /// it.
    async fn resolve(&self, target: &Target, lookup: Arc<Semaphore>) -> io::Result<Vec<SocketAddr>> {
        match &target.host {
            Host::Address(address) => Ok(vec![SocketAddr::new(*address, target.port)]),
            Host::Name(name) => {
                let place = lookup.acquire_owned().await.map_err(io::Error::other)?;
                let (resolve, name, port) = (Arc::clone(&self.resolve), name.clone(), target.port);
                let looked_up = tokio::task::spawn_blocking(move || {
                    let _place = place;
                    resolve(&name, port)
                });
                looked_up.await.map_err(io::Error::other)?
            }
        }
    }

    /// What may be called of what a name stands for: all of it or nothing.
    fn addresses(
        &self,
        target: &Target,
        found: io::Result<Vec<SocketAddr>>,
    ) -> Result<Vec<SocketAddr>, Failure> {
        let mut found = found.map_err(|_| Failure::NoAddress)?;
        if found.is_empty() {
            return Err(Failure::NoAddress);
        }
        if !found.iter().all(|at| target.may_call(at.ip(), &self.allowed)) {
            return Err(Failure::AddressRefused);
        }
        found.truncate(ADDRESSES_MAX);
        Ok(found)
    }

    async fn send_to(
        &self,
        target: &Target,
        addresses: &[SocketAddr],
        message: &Message,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        let asked = || request(target, message).ok_or(Failure::Here);
        if let Some(kept) = self.kept.take(target, addresses) {
            let answer = self.ask(kept, asked()?, now).await;
            // One that was closed meanwhile is no answer: events come at least once.
            if answer != Err(Failure::NoAnswer) {
                return answer;
            }
        }
        let connection = self.connect(target, addresses).await?;
        self.ask(connection, asked()?, now).await
    }

    async fn connect(&self, target: &Target, addresses: &[SocketAddr]) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(addresses).await.map_err(|_| Failure::NoConnection)?;
        let address = stream.peer_addr().map_err(|_| Failure::NoConnection)?;
        match target.scheme {
            Scheme::Http => begin(stream, target, address).await,
            Scheme::Https => {
                let tls = self.tls.as_ref().ok_or(Failure::Tls)?;
                let name = match &target.host {
                    Host::Name(name) => ServerName::try_from(name.to_string()).map_err(|_| Failure::Tls)?,
                    Host::Address(address) => ServerName::from(*address),
                };
                let stream = tls.connect(name, stream).await.map_err(|_| Failure::Tls)?;
                begin(stream, target, address).await
            }
        }
    }

    async fn ask(
        &self,
        mut connection: Connection,
        request: Request<Full<Bytes>>,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        let asking = &mut connection.asking;
        asking.ready().await.map_err(|_| Failure::NoAnswer)?;
        let response = asking.send_request(request).await.map_err(|_| Failure::NoAnswer)?;
        let retry_after_seconds = retry_after(response.headers(), now);
        if response.body().is_end_stream() {
            self.kept.keep(connection);
        }
        Ok(Answer { ended: Ended::Status(response.status().as_u16()), retry_after_seconds })
    }
}

async fn begin<S>(stream: S, target: &Target, address: SocketAddr) -> Result<Connection, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (asking, connection) = outward::speak(stream).await.map_err(|_| Failure::NoAnswer)?;
    Ok(Connection::begin(target, address, asking, connection))
}

fn request(target: &Target, message: &Message) -> Option<Request<Full<Bytes>>> {
    Request::post(&*target.path)
        .header(header::HOST, &*target.authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("hourbook/", env!("CARGO_PKG_VERSION")))
        .header(signing::ID, &message.id)
        .header(signing::TIMESTAMP, message.timestamp)
        .header(signing::SIGNATURE, &message.signature)
        .body(Full::from(message.body.clone()))
        .ok()
}

/// `Retry-After`, in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u32> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u32::MAX)); // Digits that do not fit are many.
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_microsecond();
    let seconds = Timestamp::from_micros(date).micros_since(now).checked_div(MICROS_PER_SECOND)?;
    u32::try_from(seconds.max(0)).ok()
}

#[cfg(test)]
#[path = "sending_tests.rs"]
mod tests;

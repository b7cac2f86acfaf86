//! Asks the issuer for its keys over HTTP/1.1.
//!
//! Nothing is trusted that a connection brings before it is read to its end within bounds: no redirects, one
//! timeout around it all, 256 KiB an answer, TLS except to this machine. Knows no tokens and keeps nothing.
//!
//! Limits: no proxy; a new connection each time, as it is asked every ten minutes.

use std::io;
use std::time::Duration;

use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::bounds::ANSWER_BYTES_MAX;
use super::endpoint::Endpoint;
use super::key_set::KeySet;
use super::settings::{KeySource, TokenSettings};
use crate::outward::{self, AuthoritiesError};

/// Why keys were not fetched. For operators.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no connection")]
    Connection(#[from] io::Error),
    #[error("the connection is not TLS, and does not stay on this machine")]
    NotPrivate,
    #[error("the exchange broke off")]
    Exchange(#[from] hyper::Error),
    #[error("the request cannot be made")]
    Request(#[from] http::Error),
    #[error("answered with status {}", .0.as_u16())]
    Status(StatusCode),
    #[error("the answer broke off or is longer than {ANSWER_BYTES_MAX} bytes")]
    Answer,
    #[error("the description of the issuer is none, or names another issuer")]
    Description,
    #[error("the description of the issuer names an address for its keys that may not be asked")]
    KeysAddress,
    #[error("the answer holds no usable key")]
    NoKeys,
    #[error("no answer in time")]
    Timeout,
}

/// Fetches the keys of one issuer.
pub(super) struct Fetcher {
    issuer: Box<str>,
    source: KeySource,
    timeout: Duration,
    /// `None` where nothing is asked over TLS.
    tls: Option<TlsConnector>,
}

impl Fetcher {
    /// Reads the authorities, if TLS is needed.
    pub(super) fn new(settings: &TokenSettings) -> Result<Self, AuthoritiesError> {
        let (KeySource::Discovery(endpoint) | KeySource::Keys(endpoint)) = &settings.source;
        let tls =
            endpoint.is_https().then(|| outward::connector(settings.authorities.as_deref())).transpose()?;
        let (issuer, source) = (settings.issuer.clone(), settings.source.clone());
        Ok(Self { issuer, source, timeout: settings.ages.timeout, tls })
    }

    /// The keys as the issuer publishes them now.
    pub(super) async fn keys(&self) -> Result<KeySet, FetchError> {
        tokio::time::timeout(self.timeout, self.ask()).await.map_err(|_| FetchError::Timeout)?
    }

    async fn ask(&self) -> Result<KeySet, FetchError> {
        let answer = match &self.source {
            KeySource::Keys(endpoint) => self.get(endpoint).await?,
            KeySource::Discovery(endpoint) => {
                let keys = self.described(&self.get(endpoint).await?)?;
                // A description from over TLS must not lead to keys without.
                if keys.is_https() != endpoint.is_https() {
                    return Err(FetchError::KeysAddress);
                }
                self.get(&keys).await?
            }
        };
        KeySet::read(&answer).ok_or(FetchError::NoKeys)
    }

    /// Where the issuer's description says its keys are.
    fn described(&self, description: &[u8]) -> Result<Endpoint, FetchError> {
        #[derive(Deserialize)]
        struct Description {
            issuer: String,
            jwks_uri: String,
        }
        let description: Description =
            serde_json::from_slice(description).map_err(|_| FetchError::Description)?;
        if *description.issuer != *self.issuer {
            return Err(FetchError::Description);
        }
        Endpoint::parse(&description.jwks_uri).ok_or(FetchError::KeysAddress)
    }

    async fn get(&self, endpoint: &Endpoint) -> Result<Bytes, FetchError> {
        let stream = TcpStream::connect((endpoint.host(), endpoint.port())).await?;
        match &self.tls {
            Some(tls) if endpoint.is_https() => {
                let name = ServerName::try_from(endpoint.host().to_owned()).map_err(io::Error::other)?;
                exchange(tls.connect(name, stream).await?, endpoint).await
            }
            // `localhost` is whatever the machine resolves it to.
            Some(_) | None if !endpoint.is_https() && stream.peer_addr()?.ip().is_loopback() => {
                exchange(stream, endpoint).await
            }
            Some(_) | None => Err(FetchError::NotPrivate),
        }
    }
}

/// One question and its answer.
async fn exchange<S>(stream: S, endpoint: &Endpoint) -> Result<Bytes, FetchError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = outward::speak(stream).await?;
    let request = Request::get(endpoint.path())
        .header(header::HOST, endpoint.authority())
        .header(header::ACCEPT, "application/json")
        .body(Full::default())?;
    // The connection lives as long as the question, also where that is dropped by the timeout.
    let answer = async {
        let response = sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        body.map(http_body_util::Collected::to_bytes).map_err(|_| FetchError::Answer)
    };
    outward::beside(connection, answer).await
}

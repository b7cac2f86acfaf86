//! How this program asks others: HTTP/1.1 over a connection, with TLS to whom somebody vouches for.
//!
//! Knows neither whom it asks nor why. No proxy, no redirects; an answer's head is bounded, its body and the time it all takes
//! are for whoever asks to bound.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

/// The longest file of authorities, in bytes: a MiB.
const AUTHORITIES_BYTES_MAX: u64 = 1 << 20;
/// An answer's head has at most so many bytes, in so many headers.
const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 64;

/// Why the authorities that vouch for others cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// The file is not to be had.
    #[error("the file of authorities could not be read")]
    Io(#[from] io::Error),
    /// No certificate in it, or what is no certificate, or above a MiB.
    #[error("the file of authorities holds no certificates (PEM), or too many")]
    NoCertificates,
    /// Nothing was configured and the machine has none.
    #[error("this machine trusts no authorities; name a file of those to trust")]
    NoneOnThisMachine,
    /// The crypto library offers nothing TLS could use.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
}

/// A connection that answers questions.
pub type Asking = http1::SendRequest<Full<Bytes>>;

/// Begins to speak over `stream`. The second part is the connection: it lives as long as it is asked, beside the question
/// ([`beside`]) or on its own.
///
/// # Errors
/// It is no HTTP.
pub async fn speak<S>(stream: S) -> Result<(Asking, impl Future<Output = hyper::Result<()>>), hyper::Error>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut bounded = http1::Builder::new();
    bounded.max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    bounded.handshake(TokioIo::new(stream)).await
}

/// Waits for `answer`, and keeps the connection going meanwhile.
pub async fn beside<T>(connection: impl Future, answer: impl Future<Output = T>) -> T {
    tokio::pin!(answer, connection);
    tokio::select! {
        answer = &mut answer => answer,
        // However it ended, what was read before may be all of the answer; if not, the answer says so. Many
        // servers end TLS without saying goodbye.
        _ended = &mut connection => answer.await,
    }
}

/// TLS to whom the authorities in the file vouch for, or those this machine trusts.
///
/// # Errors
/// [`AuthoritiesError`].
pub fn connector(authorities: Option<&Path>) -> Result<TlsConnector, AuthoritiesError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(file) => {
            let mut pem = Vec::new();
            let read =
                File::open(file)?.take(AUTHORITIES_BYTES_MAX.saturating_add(1)).read_to_end(&mut pem)?;
            if u64::try_from(read).is_ok_and(|read| read > AUTHORITIES_BYTES_MAX) {
                return Err(AuthoritiesError::NoCertificates);
            }
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                roots.add(certificate.map_err(|_| AuthoritiesError::NoCertificates)?)?;
            }
            if roots.is_empty() {
                return Err(AuthoritiesError::NoCertificates);
            }
        }
        None => {
            // Some machines hold odd certificates among many good ones.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(AuthoritiesError::NoneOnThisMachine);
            }
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

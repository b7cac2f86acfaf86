//! A certificate and its private key, as they lie in two files.
//!
//! Owns how they are read and judged. Knows no connection. The key stays in memory, and is in no error and no
//! log line.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::InconsistentKeys;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::config::TlsFiles;

/// Bytes of either file; a chain of ten long certificates has a tenth of it.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// Why a certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{flag}: {path} cannot be read: {source}")]
    Unreadable {
        /// Which setting names it.
        flag: &'static str,
        /// The file.
        path: PathBuf,
        /// What the machine said.
        source: io::Error,
    },
    /// A file is no such file.
    #[error("{flag}: {path} is larger than 262,144 bytes, which no certificate and no key is")]
    TooLarge {
        /// Which setting names it.
        flag: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// There is no certificate in it.
    #[error(
        "--tls-cert: {path} holds no certificate that can be read; it must be PEM, the server's own certificate first \
         and after it those that lead to its authority"
    )]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// There is no key in it.
    #[error(
        "--tls-key: {path} holds no private key that can be read; it must be PEM, and without a passphrase \
         (BEGIN PRIVATE KEY, not BEGIN ENCRYPTED PRIVATE KEY)"
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// It is a key of a sort that is not used for TLS.
    #[error(
        "--tls-key: the key in {path} is of no kind that TLS uses here; make one on the curve P-256, or RSA with 2,048 bits"
    )]
    OddKey {
        /// The file.
        path: PathBuf,
    },
    /// Both can be read, and have nothing to do with each other.
    #[error(
        "--tls-key: the key in {key} is not the one that the first certificate in {certificate} was made for; give \
         the two that were made together, the server's own certificate first"
    )]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// The crypto provider lacks what both versions of TLS need: a defect in Hourbook.
    #[error("TLS cannot be spoken: {0}")]
    Provider(#[from] rustls::Error),
}

/// Reads both files, and says whether they belong together.
///
/// # Errors
/// [`CertificateError`], naming the flag and what to do.
pub fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, CertificateError> {
    let no_certificate = || CertificateError::NoCertificate { path: files.certificate.clone() };
    let pem = read_file("--tls-cert", &files.certificate)?;
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|_| no_certificate())?;
    if chain.is_empty() {
        return Err(no_certificate());
    }
    let key = PrivateKeyDer::from_pem_slice(&read_file("--tls-key", &files.key)?)
        .map_err(|_| CertificateError::NoKey { path: files.key.clone() })?;
    let key = provider.key_provider.load_private_key(key);
    let key = key.map_err(|_| CertificateError::OddKey { path: files.key.clone() })?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) => Ok(Arc::new(certified)),
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(CertificateError::Mismatch { certificate: files.certificate.clone(), key: files.key.clone() })
        }
        // The provider knows the public half of every key it loads, so it is the certificate that is none.
        Err(_) => Err(no_certificate()),
    }
}

fn read_file(flag: &'static str, path: &Path) -> Result<Vec<u8>, CertificateError> {
    let unreadable = |source| CertificateError::Unreadable { flag, path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= FILE_BYTES_MAX) {
        Ok(bytes)
    } else {
        Err(CertificateError::TooLarge { flag, path: path.to_owned() })
    }
}

/// What can be seen of the two files without reading them: different when either was written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen([Option<FileSeen>; 2]);

/// The same file, as long as before, not touched since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileSeen {
    number: (u64, u64),
    length_bytes: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl Seen {
    /// Looks at both.
    pub fn now(files: &TlsFiles) -> Self {
        Self([&files.certificate, &files.key].map(|path| {
            fs::metadata(path).ok().map(|file| FileSeen {
                number: (file.dev(), file.ino()),
                length_bytes: file.len(),
                written: (file.mtime(), file.mtime_nsec()),
                changed: (file.ctime(), file.ctime_nsec()),
            })
        }))
    }
}

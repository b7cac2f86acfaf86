//! TLS as the server speaks it: 1.3 and 1.2, HTTP/2 and HTTP/1.1, with a certificate that can be replaced
//! while calls are under way.
//!
//! Owns the certificate in use and when it is read again. Knows no call and no socket.
//!
//! - A pair of files that cannot be read or does not fit never replaces one that did; it is warned of once.
//! - Connections keep what they were opened with; new ones get the newest. No session is resumed, or a client
//!   would go on with a certificate that was withdrawn: a handshake costs a millisecond, and connections last.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsAcceptor;

use super::certificate::{self, CertificateError, Seen};
use crate::config::TlsFiles;

/// Between two looks at the files.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// A server's certificate, read and fitting.
#[derive(Debug)]
pub struct Tls {
    /// Between two looks at whether the files changed; ten seconds as usual.
    pub look_interval: Duration,
    config: Arc<ServerConfig>,
    reader: Reader,
    asked: Arc<Notify>,
}

/// Asks for the certificate to be read again, whether its files changed or not.
#[derive(Clone, Debug)]
pub struct ReadAgain(Arc<Notify>);

impl ReadAgain {
    /// Asks, and waits for nothing.
    pub fn now(&self) {
        self.0.notify_one();
    }
}

/// What new connections get.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`CertificateError`] if they cannot be read or do not belong together, naming the flag and what to do.
    pub fn read(files: TlsFiles) -> Result<Self, CertificateError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        // Looked at first: what is written while it is read looks different at the next look.
        let last = Last::Took(Seen::now(&files));
        let current = Arc::new(Current(RwLock::new(certificate::read(&files, &provider)?)));
        let config = Arc::new(config(Arc::clone(&provider), Arc::clone(&current))?);
        let reader = Reader { files, provider, current, last };
        Ok(Self { look_interval: LOOK_INTERVAL, config, reader, asked: Arc::default() })
    }

    /// Asks for it to be read again.
    #[must_use]
    pub fn read_again(&self) -> ReadAgain {
        ReadAgain(Arc::clone(&self.asked))
    }

    /// Makes connections secret.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }

    /// Reads the files again whenever they change or somebody asks, for ever.
    pub(super) async fn keep_current(self) {
        let mut reader = self.reader;
        loop {
            let because = match tokio::time::timeout(self.look_interval, self.asked.notified()).await {
                Ok(()) => Because::Asked,
                Err(_) => Because::Time,
            };
            let looked = spawn_blocking(move || {
                let came = reader.look(because);
                (reader, came)
            });
            let Ok((back, came)) = looked.await else { return };
            reader = back;
            match came {
                Came::Nothing => {}
                Came::Took => tracing::info!("the certificate was read again; new connections get it"),
                Came::Refused(error) => {
                    tracing::warn!(%error, "the certificate was not replaced; new connections get the one before");
                }
            }
        }
    }
}

fn config(provider: Arc<CryptoProvider>, current: Arc<Current>) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(current);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// Why the files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Because {
    /// It is time to.
    Time,
    /// Somebody wants to know.
    Asked,
}

/// What came of a look.
#[derive(Debug)]
enum Came {
    /// Nothing to say.
    Nothing,
    /// New connections get what was read.
    Took,
    /// They get what they got before.
    Refused(CertificateError),
}

/// What came of the files when they were read last, and how they looked then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// They are in use.
    Took(Seen),
    /// They could not be used; perhaps only half of them was there.
    Failed(Seen),
    /// They could not be used, and it was said.
    Said(Seen),
}

/// Reads the files when it has to.
#[derive(Debug)]
struct Reader {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: Arc<Current>,
    last: Last,
}

impl Reader {
    fn look(&mut self, because: Because) -> Came {
        let seen = Seen::now(&self.files);
        let is_known = self.last == Last::Took(seen) || self.last == Last::Said(seen);
        if because == Because::Time && is_known {
            return Came::Nothing;
        }
        match certificate::read(&self.files, &self.provider) {
            Ok(certified) => {
                *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = certified;
                self.last = Last::Took(seen);
                Came::Took
            }
            // Files are replaced one after the other: only what still does not fit at the next look is meant.
            Err(_) if because == Because::Time && self.last != Last::Failed(seen) => {
                self.last = Last::Failed(seen);
                Came::Nothing
            }
            Err(error) => {
                self.last = Last::Said(seen);
                Came::Refused(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rustls::pki_types::CertificateDer;

    use super::*;

    /// A certificate and its key, as PEM, with so many empty lines that its length is its own: files that are
    /// written twice within a tick of the clock look different by their length alone.
    fn pair(empty_lines: usize) -> [String; 2] {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        [made.cert.pem(), made.signing_key.serialize_pem()].map(|pem| pem + &"\n".repeat(empty_lines))
    }

    fn write(files: &TlsFiles, [certificate, key]: [&str; 2]) {
        fs::write(&files.certificate, certificate).unwrap();
        fs::write(&files.key, key).unwrap();
    }

    fn in_use(tls: &Tls) -> CertificateDer<'static> {
        tls.reader.current.0.read().unwrap().end_entity_cert().unwrap().clone().into_owned()
    }

    /// Goal: a new pair is taken, half of one never is, and what stays wrong is said once.
    /// Method: look after look at files that change under it, by time and because somebody asked.
    #[test]
    fn what_fits_is_taken_and_what_does_not_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles { certificate: folder.path().join("c.pem"), key: folder.path().join("k.pem") };
        let ([first, first_key], [second, second_key]) = (pair(0), pair(100));
        write(&files, [&first, &first_key]);
        let mut tls = Tls::read(files.clone()).unwrap();
        let before = in_use(&tls);
        assert!(matches!(tls.reader.look(Because::Time), Came::Nothing));
        assert!(
            matches!(tls.reader.look(Because::Asked), Came::Took),
            "asked, it is read though nothing changed"
        );

        write(&files, [&second, &first_key]);
        assert!(matches!(tls.reader.look(Because::Time), Came::Nothing), "the other half may come");
        assert!(matches!(tls.reader.look(Because::Time), Came::Refused(CertificateError::Mismatch { .. })));
        assert!(matches!(tls.reader.look(Because::Time), Came::Nothing), "it was said");
        assert!(matches!(tls.reader.look(Because::Asked), Came::Refused(_)), "whoever asks is told");
        fs::remove_file(&files.certificate).unwrap();
        assert!(matches!(
            tls.reader.look(Because::Asked),
            Came::Refused(CertificateError::Unreadable { .. })
        ));
        assert_eq!(in_use(&tls), before);

        write(&files, [&second, &second_key]);
        assert!(matches!(tls.reader.look(Because::Time), Came::Took));
        assert_ne!(in_use(&tls), before);
        assert!(matches!(tls.reader.look(Because::Time), Came::Nothing));
        fs::rename(&files.key, folder.path().join("away")).unwrap();
        fs::write(&files.key, &second_key).unwrap();
        assert!(matches!(tls.reader.look(Because::Time), Came::Took), "another file of the same name");
    }

    /// Goal: each way a pair can be useless is named with its flag, and nothing of a key is repeated.
    /// Method: one file spoilt at a time.
    #[test]
    fn what_is_useless_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles { certificate: folder.path().join("c.pem"), key: folder.path().join("k.pem") };
        let ([certificate, key], [_, other_key]) = (pair(0), pair(0));
        let secret = key.lines().nth(1).unwrap();
        let locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let cut = key.replace(secret, "AAAA");
        let large = "x".repeat(300_000);
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (pair, flag, must) in [
            (["", &key], "--tls-cert: ", "holds no certificate"),
            ([&key, &key], "--tls-cert: ", "holds no certificate"),
            ([empty, &key], "--tls-cert: ", "holds no certificate"),
            ([&large, &key], "--tls-cert: ", "is larger than"),
            ([&certificate, &certificate], "--tls-key: ", "without a passphrase"),
            ([&certificate, &locked], "--tls-key: ", "without a passphrase"),
            ([&certificate, &cut], "--tls-key: ", "of no kind that TLS uses"),
            ([&certificate, &other_key], "--tls-key: ", "made together"),
        ] {
            write(&files, pair);
            let error = Tls::read(files.clone()).unwrap_err();
            let (said, shown) = (error.to_string(), format!("{error:?}"));
            assert!(said.starts_with(flag) && said.contains(must), "{said}");
            assert!(!said.contains(secret) && !shown.contains(secret), "{shown}");
        }
        fs::remove_file(&files.key).unwrap();
        let said = Tls::read(files.clone()).unwrap_err().to_string();
        assert!(said.starts_with("--tls-key: ") && said.contains("cannot be read"), "{said}");
        write(&files, [&certificate, &key]);
        let shown = format!("{:?}", Tls::read(files).unwrap());
        assert!(!shown.contains(secret), "{shown}");
    }
}

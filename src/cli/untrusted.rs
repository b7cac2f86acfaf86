//! Why there is no connection, in words: nobody there, or somebody who is not to be believed.
//!
//! Owns the sentences. What waiting may mend is apart from what it cannot.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::server::{Server, Trusted};

/// How many causes of an error are looked at.
const CAUSES_MAX: usize = 16;
/// How many names of a certificate are told.
const NAMES_MAX: usize = 5;

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It may come.
    NotYet(&'static str),
    /// It will not, however long one waits.
    Never(String),
}

/// What `error`, of a connection to `server`, means.
pub fn why(error: &(dyn Error + 'static), server: &Server) -> Why {
    let mut causes = std::iter::successors(Some(error), |error| (*error).source()).take(CAUSES_MAX);
    let Some(machine) = causes.find_map(|cause| cause.downcast_ref::<io::Error>()) else {
        return Why::NotYet("what answers there does not speak as Hourbook does");
    };
    let inside = machine.get_ref().and_then(|inside| inside.downcast_ref::<rustls::Error>());
    if let (Some(tls), Some(trusted)) = (inside, &server.trusted) {
        return Why::Never(in_words(tls, trusted));
    }
    if machine.kind() == io::ErrorKind::TimedOut {
        return Why::NotYet("it does not answer");
    }
    let hung_up = [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe];
    if hung_up.contains(&machine.kind()) {
        return Why::NotYet("it hangs up");
    }
    Why::NotYet("nobody listens there")
}

fn in_words(error: &rustls::Error, trusted: &Trusted) -> String {
    if let rustls::Error::InvalidCertificate(certificate) = error {
        return of_certificate(certificate, trusted);
    }
    if matches!(error, rustls::Error::InvalidMessage(_)) {
        return "what answers there does not speak TLS; leave https:// away only if nobody else can be on the way"
            .to_owned();
    }
    format!("no TLS could be agreed on with it ({error})")
}

fn of_certificate(error: &CertificateError, trusted: &Trusted) -> String {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    if matches!(error, Expired | ExpiredContext { .. }) {
        return "its certificate has expired: the server needs a new one, unless this machine's clock is wrong".to_owned();
    }
    if matches!(error, NotValidYet | NotValidYetContext { .. }) {
        return "its certificate is not valid yet: is the clock of this machine right?".to_owned();
    }
    if let NotValidForNameContext { presented, .. } = error {
        let names: Vec<_> = presented.iter().take(NAMES_MAX).map(|name| plain(name)).collect();
        let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(" and ") };
        return format!(
            "its certificate is for {names}, not for what was typed: call the server as its certificate does, or have \
             one made for this name"
        );
    }
    if matches!(error, NotValidForName) {
        return "its certificate is for another name than the one typed".to_owned();
    }
    if matches!(error, UnknownIssuer | CertificateError::BadSignature) {
        return match trusted {
            Trusted::Machine => {
                "nobody whom this machine trusts has signed its certificate: if it comes from an \
                                 authority of your own, name that authority's certificate with --ca FILE"
                    .to_owned()
            }
            Trusted::File(file) => format!(
                "the authority in {file} has not signed its certificate: either --ca names the wrong file, or somebody \
                 else answers there"
            ),
        };
    }
    // The one mistake that everybody makes who signs certificates for the first time.
    if format!("{error:?}").contains("CaUsedAsEndEntity") {
        return "it shows the certificate of an authority as its own: have one made for the server, signed by that \
                authority"
            .to_owned();
    }
    format!("its certificate is not good ({error})")
}

/// A name of a certificate as rustls hands it on, `DnsName("a.example")` or `IpAddress(10.0.0.1)`, as people
/// write it.
fn plain(name: &str) -> String {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inside.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigError, Environment};

    struct Nothing;

    impl Environment for Nothing {
        fn get(&self, _name: &'static str) -> Result<Option<String>, ConfigError> {
            Ok(None)
        }
    }

    /// An error with a cause.
    #[derive(Debug, thiserror::Error)]
    #[error("outside")]
    struct Outside(#[source] Box<dyn Error + Send + Sync>);

    /// Goal: what may come is told apart from what never will, however deep the cause lies. Method: one error
    /// of each sort, as it comes and inside of two others.
    #[test]
    fn waiting_helps_or_does_not() {
        let mut server = Server::find(Some("localhost:8"), None, &Nothing).unwrap();
        server.trusted = Some(Trusted::Machine);
        let io = |kind: io::ErrorKind| -> Box<dyn Error + Send + Sync> { io::Error::from(kind).into() };
        let expired = rustls::Error::InvalidCertificate(CertificateError::Expired);
        for (cause, expected) in [
            (io(io::ErrorKind::ConnectionRefused), Ok("nobody listens there")),
            (io(io::ErrorKind::TimedOut), Ok("it does not answer")),
            (io(io::ErrorKind::UnexpectedEof), Ok("it hangs up")),
            ("no such protocol".into(), Ok("what answers there does not speak as Hourbook does")),
            (io::Error::new(io::ErrorKind::InvalidData, expired).into(), Err("its certificate has expired")),
        ] {
            let outside = Outside(Outside(cause).into());
            match (why(&outside, &server), expected) {
                (Why::NotYet(said), Ok(expected)) => assert_eq!(said, expected),
                (Why::Never(said), Err(expected)) => assert!(said.starts_with(expected), "{said}"),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Goal: names of certificates read as people write them. Method: both sorts, and one that is already plain.
    #[test]
    fn names_are_plain() {
        for (name, expected) in [
            ("DnsName(\"books.example\")", "books.example"),
            ("IpAddress(10.0.0.7)", "10.0.0.7"),
            ("books.example", "books.example"),
        ] {
            assert_eq!(plain(name), expected);
        }
    }
}

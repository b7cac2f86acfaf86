//! Where a server is, and whom to believe that it is the one meant.
//!
//! Owns what `--server` and `--ca` may say. Knows no call.
//!
//! - With `https://` nothing is sent before the server has shown a certificate for the name that was typed,
//!   signed by an authority that is trusted: the one of `--ca` alone, or else those of this machine. Why those
//!   of the machine and no list of our own: who looks after it takes authorities away, and adds their own.
//! - Without it a key goes to this machine alone: whoever is on the way could read it and be its holder.

use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::time::Duration;

use http::uri::Authority;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tonic::transport::{ClientTlsConfig, Endpoint};

use crate::config::{ConfigError, Environment, USUAL_ADDRESS};

/// Bytes of the file of authorities; all that there are in the world have some 250,000.
const AUTHORITIES_BYTES_MAX: u64 = 4 << 20;
/// The longest that one attempt to connect, TLS included, may take.
pub const ATTEMPT: Duration = Duration::from_secs(2);
/// A silent connection is asked for a sign of life this often, and given up after as long again.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// A server that can be connected to.
#[derive(Clone, Debug)]
pub struct Server {
    /// How it is connected to.
    pub endpoint: Endpoint,
    /// As people know it: what was typed.
    pub name: String,
    /// Who says that it is the one meant, if TLS is spoken.
    pub trusted: Option<Trusted>,
}

/// Who is believed to know servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trusted {
    /// The authorities that this machine trusts.
    Machine,
    /// Those in this file alone.
    File(String),
}

impl Server {
    /// The server of `--server`, `HOURBOOK_SERVER`, or the usual address; its authority of `--ca` or `HOURBOOK_CA`.
    ///
    /// # Errors
    /// [`ConfigError`] if they cannot be meant, or the file of `--ca` cannot be read.
    pub fn find(
        server: Option<&str>,
        ca: Option<&str>,
        environment: &dyn Environment,
    ) -> Result<Self, ConfigError> {
        let setting = |flag: Option<&str>, name| match flag {
            Some(value) => Ok(Some(value.to_owned())),
            None => environment.get(name),
        };
        let name = setting(server, "HOURBOOK_SERVER")?.unwrap_or_else(|| USUAL_ADDRESS.to_string());
        let ca = setting(ca, "HOURBOOK_CA")?;
        let wrong = |must| ConfigError { setting: "HOURBOOK_SERVER", value: name.clone(), must };
        let (has_tls, authority) = match name.strip_prefix("https://") {
            Some(rest) => (true, rest.trim_end_matches('/')),
            None => (false, name.as_str()),
        };
        let parsed = authority.parse::<Authority>();
        if !parsed.is_ok_and(|parsed| parsed.port_u16().is_some() && !authority.contains('@')) {
            return Err(wrong(
                "be an address or a name with a port, such as 127.0.0.1:4687, or with https:// before it where the \
                 server speaks TLS, such as https://books.example:4687",
            ));
        }
        let scheme = if has_tls { "https" } else { "http" };
        let unusable = || wrong("be a name that a certificate can be for, or an address");
        let endpoint = Endpoint::from_shared(format!("{scheme}://{authority}"))
            .map_err(|_| unusable())?
            .connect_timeout(ATTEMPT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .keep_alive_while_idle(true);
        let trusted = match (has_tls, ca) {
            (true, Some(file)) => Trusted::File(file),
            (true, None) => Trusted::Machine,
            (false, None) => return Ok(Self { endpoint, name, trusted: None }),
            (false, Some(_)) => {
                return Err(wrong(
                    "begin with https:// where an authority is given with --ca, HOURBOOK_CA or a profile",
                ));
            }
        };
        let authorities = authorities(&trusted)?;
        let tls = ClientTlsConfig::new().trust_anchors(authorities.roots).timeout(ATTEMPT);
        let endpoint = endpoint.tls_config(tls).map_err(|_| unusable())?;
        Ok(Self { endpoint, name, trusted: Some(trusted) })
    }

    /// Whether what is sent can be read by those it is for alone: over TLS, or without leaving this machine.
    ///
    /// # Errors
    /// [`ConfigError`] otherwise, with what to do.
    pub fn is_private(&self) -> Result<(), ConfigError> {
        if self.trusted.is_some() || self.endpoint.uri().host().is_some_and(is_here) {
            return Ok(());
        }
        Err(ConfigError {
            setting: "HOURBOOK_SERVER",
            value: self.name.clone(),
            must: "begin with https:// where a key is shown, because whoever is on the way could read it; without \
                   TLS a key goes to 127.0.0.1, [::1] or localhost alone. Nothing was sent",
        })
    }
}

/// Whether a host is this machine for sure: any other name may lead anywhere.
fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn authorities(trusted: &Trusted) -> Result<RootCertStore, ConfigError> {
    let (file, certificates) = match trusted {
        // What cannot be read of the machine's own is not trusted; the rest is.
        Trusted::Machine => ("", rustls_native_certs::load_native_certs().certs),
        Trusted::File(file) => (file.as_str(), read(file)?),
    };
    let mut authorities = RootCertStore::empty();
    let (usable, _others) = authorities.add_parsable_certificates(certificates);
    if usable > 0 {
        return Ok(authorities);
    }
    let must = match trusted {
        Trusted::Machine => {
            "name the file of the authority's certificate: this machine has no list of those it trusts"
        }
        Trusted::File(_) => "name a file with an authority's certificate, as PEM",
    };
    Err(ConfigError { setting: "HOURBOOK_CA", value: file.to_owned(), must })
}

fn read(file: &str) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let wrong = |must| ConfigError { setting: "HOURBOOK_CA", value: file.to_owned(), must };
    let mut pem = Vec::new();
    let read = File::open(file).and_then(|file| file.take(AUTHORITIES_BYTES_MAX).read_to_end(&mut pem));
    read.map_err(|_| wrong("name a file that can be read"))?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>();
    certificates.map_err(|_| wrong("name a file with an authority's certificate, as PEM"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Fixed;

    fn find(
        server: Option<&str>,
        ca: Option<&str>,
        variables: &[(&'static str, &'static str)],
    ) -> Result<Server, ConfigError> {
        Server::find(server, ca, &Fixed::new(variables.iter().copied()))
    }

    /// Goal: flag before variable before the usual address, and what cannot be meant is named.
    /// Method: all three, and addresses without a port or with too much.
    #[test]
    fn the_server_is_found() {
        let uri = |server: Server| server.endpoint.uri().to_string();
        let variable = [("HOURBOOK_SERVER", "[::1]:9")];
        assert_eq!(uri(find(None, None, &[]).unwrap()), format!("http://{USUAL_ADDRESS}/"));
        assert_eq!(uri(find(None, None, &variable).unwrap()), "http://[::1]:9/");
        assert_eq!(uri(find(Some("localhost:8"), None, &variable).unwrap()), "http://localhost:8/");
        for bad in [
            "localhost",
            "http://localhost:8",
            "https://localhost",
            "https://me@localhost:8",
            "me@localhost:8",
            "127.0.0.1:99999",
            "a b:1",
        ] {
            let error = find(Some(bad), None, &[]).unwrap_err();
            assert!(error.to_string().starts_with("--server (HOURBOOK_SERVER)"), "{bad}: {error}");
        }
    }

    /// Goal: without TLS a key goes nowhere but to this machine. Method: addresses and names of both sorts, those
    /// among them that only look like this machine, with TLS and without.
    #[test]
    fn where_a_key_may_go() {
        for here in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1", "LocalHost:1"] {
            assert!(find(Some(here), None, &[]).unwrap().is_private().is_ok(), "{here}");
        }
        for there in [
            "10.0.0.7:1",
            "0.0.0.0:1",
            "[::]:1",
            "[2001:db8::1]:1",
            "books.example:1",
            "localhost.example:1",
            "127.0.0.1.example:1",
            "127.1:1",
        ] {
            let error = find(Some(there), None, &[]).unwrap().is_private().unwrap_err().to_string();
            assert!(error.contains(there) && error.contains("begin with https://"), "{error}");
            let tls = Server { trusted: Some(Trusted::Machine), ..find(Some(there), None, &[]).unwrap() };
            assert!(tls.is_private().is_ok(), "{there}");
        }
    }

    /// Goal: an authority is for TLS, and one that cannot be read is named before anything is connected to.
    /// Method: none, a file that is not there, one that holds none, and one for a server without TLS.
    #[tokio::test]
    async fn authorities_are_read_first() {
        let tls = Some("https://localhost:8");
        let empty = tempfile::NamedTempFile::new().unwrap();
        let empty = empty.path().to_str().unwrap();
        for (server, ca, must) in [
            (tls, Some("/nowhere/ca.pem"), "can be read"),
            (tls, Some(empty), "with an authority's certificate"),
            (tls, Some(env!("CARGO_MANIFEST_DIR")), "can be read"),
            (Some("localhost:8"), Some(empty), "begin with https://"),
        ] {
            let error = find(server, ca, &[]).unwrap_err().to_string();
            assert!(error.contains(must), "{error}");
        }
        assert!(find(None, None, &[("HOURBOOK_CA", "ca.pem")]).is_err());
    }
}

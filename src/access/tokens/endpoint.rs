//! An address of the issuer, and whether it may be asked at all.
//!
//! Keys fetched over a connection that anybody can change are keys of anybody: `https` always, plain `http`
//! to this machine only.

use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

/// The longest address, in bytes.
const ADDRESS_BYTES_MAX: usize = 1_024;

/// Where something is fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Invariant: absolute, `https`, or `http` to loopback; nobody's password in it.
    uri: Uri,
}

impl Endpoint {
    /// The address `text`, if keys may be fetched there.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // A fragment never reaches a server; the parser would drop it silently.
        if text.len() > ADDRESS_BYTES_MAX || text.contains('#') {
            return None;
        }
        let uri: Uri = text.parse().ok()?;
        let authority = uri.authority()?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        let endpoint = Self { uri };
        let scheme = endpoint.uri.scheme()?;
        let allowed = *scheme == Scheme::HTTPS || *scheme == Scheme::HTTP && endpoint.names_loopback();
        allowed.then_some(endpoint)
    }

    /// What an issuer says of itself stands here, whatever path the issuer has.
    #[must_use]
    pub fn discovery(issuer: &str) -> Option<Self> {
        Self::parse(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))
            .filter(|endpoint| endpoint.uri.query().is_none())
    }

    /// Whether the connection is TLS; otherwise it stays on this machine.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    /// Host without the brackets of an address of version 6.
    pub(super) fn host(&self) -> &str {
        let host = self.uri.host().unwrap_or_default();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port, or the scheme's usual one.
    pub(super) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.is_https() { 443 } else { 80 })
    }

    /// Host and port as a request names them.
    pub(super) fn authority(&self) -> &str {
        self.uri.authority().map_or("", http::uri::Authority::as_str)
    }

    /// What is asked for there.
    pub(super) fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }

    /// `localhost` may be anything where names are resolved; who connects looks at the address again.
    fn names_loopback(&self) -> bool {
        self.host() == "localhost" || self.host().parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: only what cannot be changed on the way is fetched from. Method: a table of addresses.
    #[test]
    fn addresses_that_may_be_asked() {
        for good in [
            "https://id.example.org",
            "https://id.example.org:8443/realms/hours/certs?x=1",
            "https://10.0.0.1/keys",
            "http://127.0.0.1:8080/keys",
            "http://[::1]:8080/keys",
            "http://localhost/keys",
        ] {
            assert!(Endpoint::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "/keys",
            "id.example.org",
            "http://id.example.org/keys",
            "http://10.0.0.1/keys",
            "http://127.0.0.1.example.org/keys",
            "http://localhost.example.org/keys",
            "http://127.0.0.1@id.example.org/keys",
            "https://somebody:secret@id.example.org/keys",
            "https://id.example.org/keys#part",
            "ftp://127.0.0.1/keys",
            "file:///etc/passwd",
            "https://id.example.org/a b",
        ] {
            assert!(Endpoint::parse(bad).is_none(), "{bad}");
        }
        assert!(Endpoint::parse(&format!("https://id.example.org/{}", "a".repeat(1_024))).is_none());
    }

    /// Goal: the parts a connection and a request need. Method: with and without port and path.
    #[test]
    fn parts_of_an_address() {
        let parts = |text| {
            let endpoint = Endpoint::parse(text).unwrap();
            (endpoint.host().to_owned(), endpoint.port(), endpoint.path().to_owned())
        };
        assert_eq!(parts("https://id.example.org"), ("id.example.org".into(), 443, "/".into()));
        assert_eq!(parts("http://[::1]/k?a=b"), ("::1".into(), 80, "/k?a=b".into()));
        assert_eq!(parts("https://h:1/k"), ("h".into(), 1, "/k".into()));
        let discovery = |issuer| Endpoint::discovery(issuer).map(|endpoint| endpoint.path().to_owned());
        let path = "/realms/hours/.well-known/openid-configuration";
        assert_eq!(discovery("https://id.example.org/realms/hours").as_deref(), Some(path));
        assert_eq!(discovery("https://id.example.org/realms/hours/").as_deref(), Some(path));
        assert_eq!(discovery("https://id.example.org?tenant=1"), None);
    }
}

//! Where an endpoint may be: what is written down, and which addresses may be called.
//!
//! Whoever may say where this server sends something could otherwise have it knock on doors that only it can reach. So only
//! addresses that belong to the whole internet are called, on the usual port, with TLS; unless the operator allows a subnet:
//! there any port, and plain HTTP too. Names are judged by the addresses they have when they are called, each time.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::directory::hooks::URL_BYTES_MAX;

/// The usual port of HTTPS.
const PORT: u16 = 443;
const HOST_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;
/// At most so many subnets are allowed.
pub const SUBNETS_MAX: usize = 64;

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subnet {
    first: u128, // Invariant: without the bits after the prefix.
    bits: u32,
    is_v4: bool,
}

impl Subnet {
    /// This machine: 127.0.0.0/8.
    pub const LOOPBACK_V4: Self = Self { first: 127 << 24, bits: 8, is_v4: true };

    /// Whether an address is in it.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        let (number, is_v4) = number_of(address.to_canonical());
        is_v4 == self.is_v4 && begin(number, self.bits, is_v4) == self.first
    }
}

fn number_of(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), true),
        IpAddr::V6(address) => (address.to_bits(), false),
    }
}

const fn width(is_v4: bool) -> u32 {
    if is_v4 { 32 } else { 128 }
}

fn begin(number: u128, bits: u32, is_v4: bool) -> u128 {
    let rest = width(is_v4).saturating_sub(bits);
    // A shift by all there is leaves nothing.
    number.checked_shr(rest).and_then(|kept| kept.checked_shl(rest)).unwrap_or_default()
}

impl FromStr for Subnet {
    type Err = ();

    /// `127.0.0.0/8`, `fd00::/8`, or a single address.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(at, bits)| (at, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let (first, is_v4) = number_of(address);
        let bits = bits.map_or(Ok(width(is_v4)), |bits| bits.parse().map_err(|_| ()))?;
        if bits > width(is_v4) || begin(first, bits, is_v4) != first || address.to_canonical() != address {
            return Err(());
        }
        Ok(Self { first, bits, is_v4 })
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v4 = u32::try_from(self.first).map(Ipv4Addr::from_bits).ok().filter(|_| self.is_v4);
        let address = v4.map_or_else(|| IpAddr::from(Ipv6Addr::from_bits(self.first)), IpAddr::from);
        write!(f, "{address}/{}", self.bits)
    }
}

/// Subnets that the operator allows to be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subnets(Box<[Subnet]>);

impl Subnets {
    /// These.
    #[must_use]
    pub fn of(subnets: &[Subnet]) -> Self {
        Self(subnets.into())
    }

    fn have(&self, address: IpAddr) -> bool {
        self.0.iter().any(|subnet| subnet.has(address))
    }

    /// Whether there is none.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }
}

/// Networks of version 4 that are not of the whole internet, as IANA's register of special addresses has them, and one that
/// a cloud answers its own machines at.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];
/// All of version 6 that is given out to the whole internet, and what in it leads elsewhere or nowhere.
const PUBLIC_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is one of the whole internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    let within = |(first, bits): (IpAddr, u32)| {
        let (number, is_v4) = number_of(first);
        Subnet { first: number, bits, is_v4 }.has(address)
    };
    match address.to_canonical() {
        IpAddr::V4(_) => !NOT_PUBLIC_V4.iter().any(|(first, bits)| within(((*first).into(), *bits))),
        IpAddr::V6(_) => {
            within((PUBLIC_V6.0.into(), PUBLIC_V6.1))
                && !NOT_PUBLIC_V6.iter().any(|(first, bits)| within(((*first).into(), *bits)))
        }
    }
}

/// How something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// With TLS.
    Https,
    /// In the clear.
    Http,
}

/// Whom something is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name, in small letters.
    Name(Box<str>),
    /// An address.
    Address(IpAddr),
}

/// Where something is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// How.
    pub scheme: Scheme,
    /// To whom.
    pub host: Host,
    /// On which port.
    pub port: u16,
    /// Host and port as a request names them.
    pub authority: Box<str>,
    /// What is asked for there.
    pub path: Box<str>,
}

/// Why something is not sent somewhere; what it must be instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// Not an address of the web at all.
    #[error("https:// with a host and a path, at most 500 visible ASCII characters, without a fragment")]
    NotAUrl,
    /// It says a user.
    #[error("without a user name or password: events are signed instead")]
    User,
    /// Its host could be read in two ways.
    #[error(
        "a host of letters, digits and hyphens that ends with a letter's label and without a dot, or an address \
             as it is usually written"
    )]
    Host,
    /// Its address, port or scheme may not be called.
    #[error(
        "https on port 443, at an address of the whole internet; other ports, plain http and addresses of a local \
         network only where the server's operator allows that subnet (--hook-allow)"
    )]
    NotAllowed,
}

impl Target {
    /// Reads an address of the web, and refuses what could never be called. What a name stands for is judged when it is called.
    ///
    /// # Errors
    /// [`BadTarget`].
    pub fn parse(text: &str, allowed: &Subnets) -> Result<Self, BadTarget> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !br#"\"<>^`{|}#"#.contains(&byte);
        if text.len() > URL_BYTES_MAX || !text.bytes().all(is_plain) {
            return Err(BadTarget::NotAUrl);
        }
        let (scheme, rest) = text.split_once("://").ok_or(BadTarget::NotAUrl)?;
        let scheme = match scheme {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(BadTarget::NotAUrl),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).ok_or(BadTarget::NotAUrl)?;
        if authority.contains('@') {
            return Err(BadTarget::User);
        }
        let (host, port) = host_and_port(authority).ok_or(BadTarget::Host)?;
        let host = read_host(host).ok_or(BadTarget::Host)?;
        let port = port.unwrap_or(match scheme {
            Scheme::Https => PORT,
            Scheme::Http => 80,
        });
        let path = match path.bytes().next() {
            Some(b'/') => path.to_owned(),
            Some(_) | None => format!("/{path}"),
        };
        let target = Self { scheme, host, port, authority: authority.into(), path: path.into() };
        // Where nothing is allowed but the internet, the rest can be judged at once.
        let may_be = match &target.host {
            Host::Address(address) => target.may_call(*address, allowed),
            Host::Name(_) => !allowed.are_none() || target.is_usual(),
        };
        if may_be { Ok(target) } else { Err(BadTarget::NotAllowed) }
    }

    fn is_usual(&self) -> bool {
        self.scheme == Scheme::Https && self.port == PORT
    }

    /// Whether it may be called at this address, which is its own or that of its name.
    #[must_use]
    pub fn may_call(&self, address: IpAddr, allowed: &Subnets) -> bool {
        allowed.have(address) || self.is_usual() && is_public(address)
    }
}

/// Host, without brackets but with them looked at, and port.
fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if authority.starts_with('[') {
        let end = authority.find(']')?.checked_add(1)?;
        authority.split_at_checked(end)?
    } else {
        authority.split_at_checked(authority.find(':').unwrap_or(authority.len()))?
    };
    if port.is_empty() {
        return Some((host, None));
    }
    let port = port.strip_prefix(':')?;
    let number: u16 = port.parse().ok().filter(|number| *number != 0)?;
    // Not "+443", not "0443".
    (number.to_string() == port).then_some((host, Some(number)))
}

fn read_host(host: &str) -> Option<Host> {
    if let Some(address) = host.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        return Some(Host::Address(address.into()));
    }
    let is_label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let ends = !label.starts_with('-') && !label.ends_with('-');
        (1..=LABEL_BYTES_MAX).contains(&label.len()) && letters && ends
    };
    if host.len() > HOST_BYTES_MAX || !host.split('.').all(is_label) {
        return None;
    }
    let last = host.rsplit('.').next()?;
    if last.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Some(Host::Name(host.to_ascii_lowercase().into()));
    }
    // Whatever ends in a number is an address to somebody: 2130706433, 0x7f.1 and 127.1 are one to many. One way is taken.
    let address: Ipv4Addr = host.parse().ok()?;
    (address.to_string() == host).then_some(Host::Address(address.into()))
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;

//! Whose tokens are accepted and how their claims are read: everything judged before a port opens.
//!
//! Knows no flags and no environment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use super::endpoint::Endpoint;
use crate::access::role::Role;

/// The longest issuer or audience, in bytes.
const NAME_BYTES_MAX: usize = 1_024;
/// Segments of a path.
const PATH_SEGMENTS_MAX: usize = 8;
/// A segment of a path, and a role word of the issuer, in bytes.
const SEGMENT_BYTES_MAX: usize = 256;
/// Words a role map may hold.
const ROLE_MAP_MAX: usize = 64;
/// What stands before our word in an issuer's role words, if no map is given.
const ROLE_PREFIX: &str = "hourbook-";

/// Where a claim stands: a JSON pointer through objects, such as `/realm_access/roles`. Dots and colons are
/// letters like any other (`/urn:zitadel:iam:org:project:roles`); `~1` is a slash, `~0` a tilde.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Box<[Box<str>]>); // Invariant: 1..=PATH_SEGMENTS_MAX segments, none empty.

impl ClaimPath {
    /// The path `text`, or `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let segments: Box<[Box<str>]> =
            text.strip_prefix('/')?.split('/').map(unescaped).collect::<Option<_>>()?;
        let fits = |segment: &str| !segment.is_empty() && segment.len() <= SEGMENT_BYTES_MAX;
        (segments.len() <= PATH_SEGMENTS_MAX && segments.iter().all(|segment| fits(segment)))
            .then_some(Self(segments))
    }

    /// A claim of the first level.
    fn top(name: &str) -> Self {
        Self(Box::new([name.into()]))
    }

    /// What stands there.
    pub(super) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(claims.get(&**first)?, |value, segment| value.as_object()?.get(&**segment))
    }
}

/// A tilde stands only in `~0` and `~1`.
fn unescaped(segment: &str) -> Option<Box<str>> {
    let mut parts = segment.split('~');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (letter, rest) = (part.get(..1)?, part.get(1..)?);
        text.push_str(match letter {
            "0" => "~",
            "1" => "/",
            _ => return None,
        });
        text.push_str(rest);
    }
    Some(text.into())
}

/// The issuer's role words and ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMap(BTreeMap<Box<str>, Role>); // Invariant: nothing leads to `till`.

impl RoleMap {
    /// Reads `word=role,word=role`. A till is no role here: a token does not say which till, so tills have
    /// keys.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = BTreeMap::new();
        for pair in text.split(',') {
            // A word may hold "=", a role may not.
            let (word, role) = pair.rsplit_once('=')?;
            let role = Role::from_word(role.trim()).filter(|role| *role != Role::Till)?;
            let word = word.trim();
            let fits = !word.is_empty() && word.len() <= SEGMENT_BYTES_MAX && words.len() < ROLE_MAP_MAX;
            if !fits || words.insert(word.into(), role).is_some() {
                return None;
            }
        }
        Some(Self(words))
    }

    /// Our role for a word of the issuer.
    pub(super) fn role(&self, word: &str) -> Option<Role> {
        self.0.get(word).copied()
    }
}

impl Default for RoleMap {
    /// `hourbook-broker` is a broker, and so on. Not `broker` and surely not `admin` alone: every issuer has an
    /// `admin` of its own, who is not ours.
    fn default() -> Self {
        let roles = Role::ALL.into_iter().filter(|role| *role != Role::Till);
        Self(roles.map(|role| (format!("{ROLE_PREFIX}{}", role.word()).into(), role)).collect())
    }
}

/// Where the issuer's keys are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeySource {
    /// At an address that the issuer's own description names.
    Discovery(Endpoint),
    /// Here.
    Keys(Endpoint),
}

/// How long keys work and how often they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyAges {
    /// Keys older than this are fetched again, in the background. A key that the issuer withdraws works at
    /// most this long.
    pub refresh: Duration,
    /// While the issuer cannot be reached, keys work until they are this old.
    pub limit: Duration,
    /// From the start of one fetch to the start of the next, whoever asks for it.
    pub between: Duration,
    /// How often it is looked whether keys are due when no token comes.
    pub look: Duration,
    /// How long one fetch may take, discovery included.
    pub timeout: Duration,
}

impl Default for KeyAges {
    fn default() -> Self {
        Self {
            refresh: Duration::from_secs(600),
            limit: Duration::from_secs(43_200),
            between: Duration::from_secs(30),
            look: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
        }
    }
}

/// A setting that cannot be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadSetting {
    /// The issuer.
    Issuer,
    /// The audience.
    Audience,
    /// The address of the issuer's keys.
    KeysAddress,
}

impl BadSetting {
    /// What it must be: the end of a sentence.
    #[must_use]
    pub const fn must(self) -> &'static str {
        match self {
            Self::Issuer => {
                "be an https address, or http to this machine, without query; where the address of its keys \
                 is given, any name of at most 1,024 bytes without spaces"
            }
            Self::Audience => "be a name of at most 1,024 bytes without spaces",
            Self::KeysAddress => "be an https address, or http to this machine",
        }
    }
}

/// Whose tokens are accepted and how their claims are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    pub(super) issuer: Box<str>,
    pub(super) audience: Box<str>,
    pub(super) source: KeySource,
    /// The claim that says whom the token is about; must never change for a person. Usually `/sub`.
    pub subject: ClaimPath,
    /// The claim that lists roles. Usually `/roles`.
    pub roles: ClaimPath,
    /// The claim that lists banks, or says `network`. Usually `/hourbook_banks`.
    pub banks: ClaimPath,
    /// The claim that lists partners. Usually `/hourbook_partners`.
    pub partners: ClaimPath,
    /// The issuer's role words and ours.
    pub role_map: RoleMap,
    /// A file (PEM) of the authorities that vouch for the issuer; otherwise those this machine trusts.
    pub authorities: Option<PathBuf>,
    /// From issue to expiry. A token cannot be called back, so one that lives for a year is a password.
    pub lifetime: Duration,
    /// How long keys work and how often they are asked for.
    pub ages: KeyAges,
}

impl TokenSettings {
    /// Tokens of `issuer` for `audience`, both exactly as they stand in `iss` and `aud`. Keys come from
    /// `keys_address`, or from where the issuer's description says. All else is usual.
    ///
    /// # Errors
    /// [`BadSetting`], the first that cannot be meant.
    pub fn new(issuer: &str, audience: &str, keys_address: Option<&str>) -> Result<Self, BadSetting> {
        let source = match keys_address {
            Some(address) => KeySource::Keys(Endpoint::parse(address).ok_or(BadSetting::KeysAddress)?),
            None => KeySource::Discovery(Endpoint::discovery(issuer).ok_or(BadSetting::Issuer)?),
        };
        Ok(Self {
            issuer: name(issuer).ok_or(BadSetting::Issuer)?,
            audience: name(audience).ok_or(BadSetting::Audience)?,
            source,
            subject: ClaimPath::top("sub"),
            roles: ClaimPath::top("roles"),
            banks: ClaimPath::top("hourbook_banks"),
            partners: ClaimPath::top("hourbook_partners"),
            role_map: RoleMap::default(),
            authorities: None,
            lifetime: Duration::from_secs(86_400),
            ages: KeyAges::default(),
        })
    }
}

fn name(text: &str) -> Option<Box<str>> {
    let plain = |letter: char| !letter.is_whitespace() && !letter.is_control();
    (!text.is_empty() && text.len() <= NAME_BYTES_MAX && text.chars().all(plain)).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, claims: &str) -> Option<String> {
        let claims: Map<String, Value> = serde_json::from_str(claims).unwrap();
        ClaimPath::parse(path).unwrap().find(&claims).map(Value::to_string)
    }

    /// Goal: claims of Keycloak, Zitadel and Dex are found, whatever letters their names hold.
    /// Method: a path, claims, and what must stand there.
    #[test]
    fn paths_lead_to_claims() {
        let keycloak = r#"{"realm_access":{"roles":["a"]},"resource_access":{"hour.book":{"roles":["b"]}}}"#;
        assert_eq!(found("/realm_access/roles", keycloak).as_deref(), Some(r#"["a"]"#));
        assert_eq!(found("/resource_access/hour.book/roles", keycloak).as_deref(), Some(r#"["b"]"#));
        let zitadel = r#"{"urn:zitadel:iam:org:project:roles":{"broker":{"1":"x.org"}}}"#;
        let roles = found("/urn:zitadel:iam:org:project:roles", zitadel);
        assert_eq!(roles.as_deref(), Some(r#"{"broker":{"1":"x.org"}}"#));
        let odd = r#"{"https://x.org/roles":"a","til~de":"b","a":["c"]}"#;
        assert_eq!(found("/https:~1~1x.org~1roles", odd).as_deref(), Some(r#""a""#));
        assert_eq!(found("/til~0de", odd).as_deref(), Some(r#""b""#));
        assert_eq!(found("/a/0", odd), None, "only objects are walked through");
        assert_eq!(found("/b", odd), None);
    }

    /// Goal: what is no path is refused at start. Method: a table.
    #[test]
    fn paths_that_are_none() {
        let long = format!("/{}", "a".repeat(257));
        for bad in ["", "roles", "/", "/a//b", "/a/", "/~", "/a~2", "/a~é", "/1/2/3/4/5/6/7/8/9", &long] {
            assert_eq!(ClaimPath::parse(bad), None, "{bad}");
        }
        assert!(ClaimPath::parse("/1/2/3/4/5/6/7/8").is_some());
    }

    /// Goal: the map gives exactly the roles it names, and no till. Method: good and bad maps.
    #[test]
    fn role_maps() {
        let map = RoleMap::parse("time brokers=broker, cn=auditors=auditor").unwrap();
        assert_eq!(map.role("time brokers"), Some(Role::Broker));
        assert_eq!(map.role("cn=auditors"), Some(Role::Auditor));
        assert_eq!(map.role("hourbook-admin"), None, "a map replaces what is usual");
        for bad in ["", "broker", "a=boss", "a=till", "=broker", "a=broker,a=lead", "a=broker,,b=lead"] {
            assert_eq!(RoleMap::parse(bad), None, "{bad}");
        }
        let usual = RoleMap::default();
        assert_eq!(usual.role("hourbook-admin"), Some(Role::Admin));
        assert_eq!((usual.role("admin"), usual.role("hourbook-till")), (None, None));
    }

    /// Goal: an issuer that cannot be asked for its keys is refused at start. Method: a table.
    #[test]
    fn issuers() {
        let why = |issuer: &str, audience: &str, address| TokenSettings::new(issuer, audience, address).err();
        assert_eq!(why("https://id.example.org", "hourbook", None), None);
        assert_eq!(why("http://id.example.org", "hourbook", None), Some(BadSetting::Issuer));
        assert_eq!(why("http://id.example.org", "hourbook", Some("https://10.0.0.1/keys")), None);
        assert_eq!(why("a b", "hourbook", Some("https://10.0.0.1/keys")), Some(BadSetting::Issuer));
        assert_eq!(why("https://id.example.org", "", None), Some(BadSetting::Audience));
        let plain = Some("http://10.0.0.1/keys");
        assert_eq!(why("https://id.example.org", "hourbook", plain), Some(BadSetting::KeysAddress));
    }
}

//! Settings of bearer tokens: all of them belong to one issuer, so without one there are none.

use std::path::PathBuf;
use std::time::Duration;

use super::{ConfigError, Environment};
use crate::access::tokens::{BadSetting, ClaimPath, KeyAges, RoleMap, TokenSettings};

const ISSUER: &str = "HOURBOOK_JWT_ISSUER";
const AUDIENCE: &str = "HOURBOOK_JWT_AUDIENCE";
const KEYS_ADDRESS: &str = "HOURBOOK_JWT_JWKS_URL";
const LIFETIME: &str = "HOURBOOK_JWT_LIFETIME_SECONDS";
const KEYS_AGE: &str = "HOURBOOK_JWT_KEYS_AGE_SECONDS";
/// How long a token may live at most, in seconds: a minute to 30 days.
const LIFETIME_SECONDS: std::ops::RangeInclusive<u64> = 60..=2_592_000;
/// How long keys may work while the issuer cannot be reached, in seconds: a minute to a week.
const KEYS_AGE_SECONDS: std::ops::RangeInclusive<u64> = 60..=604_800;

/// Whose tokens are accepted, as asked for on the command line.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct TokenFlags {
    /// Accept bearer tokens (JWT) of this issuer, exactly as it names itself [env: HOURBOOK_JWT_ISSUER] [default: none]
    #[arg(long, value_name = "URL")]
    pub jwt_issuer: Option<String>,
    /// What tokens must name as their audience [env: HOURBOOK_JWT_AUDIENCE]
    #[arg(long, value_name = "NAME")]
    pub jwt_audience: Option<String>,
    /// Where the issuer's keys are [env: HOURBOOK_JWT_JWKS_URL] [default: as its openid-configuration says]
    #[arg(long, value_name = "URL")]
    pub jwt_jwks_url: Option<String>,
    /// PEM file of the authorities that vouch for the issuer [env: HOURBOOK_JWT_CA_FILE] [default: this machine's]
    #[arg(long, value_name = "FILE")]
    pub jwt_ca_file: Option<String>,
    /// Claim with the roles, such as /realm_access/roles [env: HOURBOOK_JWT_ROLES_PATH] [default: /roles]
    #[arg(long, value_name = "PATH")]
    pub jwt_roles_path: Option<String>,
    /// Claim with the banks' numbers, or "network" [env: HOURBOOK_JWT_BANKS_PATH] [default: /hourbook_banks]
    #[arg(long, value_name = "PATH")]
    pub jwt_banks_path: Option<String>,
    /// Claim with the partners' owner numbers [env: HOURBOOK_JWT_PARTNERS_PATH] [default: /hourbook_partners]
    #[arg(long, value_name = "PATH")]
    pub jwt_partners_path: Option<String>,
    /// Claim that says who it is and never changes [env: HOURBOOK_JWT_SUBJECT_PATH] [default: /sub]
    #[arg(long, value_name = "PATH")]
    pub jwt_subject_path: Option<String>,
    /// The issuer's words for roles, such as time-brokers=broker,it=admin [env: HOURBOOK_JWT_ROLE_MAP] [default: hourbook-broker=broker and so on]
    #[arg(long, value_name = "WORD=ROLE,…")]
    pub jwt_role_map: Option<String>,
    /// The longest a token may live, 60 to 2592000 [env: HOURBOOK_JWT_LIFETIME_SECONDS] [default: 86400]
    #[arg(long, value_name = "SECONDS")]
    pub jwt_lifetime_seconds: Option<String>,
    /// How long known keys work while the issuer cannot be reached, 60 to 604800 [env: HOURBOOK_JWT_KEYS_AGE_SECONDS] [default: 43200]
    #[arg(long, value_name = "SECONDS")]
    pub jwt_keys_age_seconds: Option<String>,
}

/// The settings of tokens, if there is an issuer.
pub(super) fn read(
    flags: &TokenFlags,
    environment: &dyn Environment,
) -> Result<Option<TokenSettings>, ConfigError> {
    let setting = |flag: &Option<String>, name: &'static str| match flag {
        Some(value) => Ok(Some(value.clone())),
        None => environment.get(name),
    };
    let issuer = setting(&flags.jwt_issuer, ISSUER)?;
    let audience = setting(&flags.jwt_audience, AUDIENCE)?;
    let keys_address = setting(&flags.jwt_jwks_url, KEYS_ADDRESS)?;
    let authorities = setting(&flags.jwt_ca_file, "HOURBOOK_JWT_CA_FILE")?;
    let lifetime = setting(&flags.jwt_lifetime_seconds, LIFETIME)?;
    let keys_age = setting(&flags.jwt_keys_age_seconds, KEYS_AGE)?;
    let role_map = setting(&flags.jwt_role_map, "HOURBOOK_JWT_ROLE_MAP")?;
    let mut paths = Vec::new();
    for (flag, name) in [
        (&flags.jwt_subject_path, "HOURBOOK_JWT_SUBJECT_PATH"),
        (&flags.jwt_roles_path, "HOURBOOK_JWT_ROLES_PATH"),
        (&flags.jwt_banks_path, "HOURBOOK_JWT_BANKS_PATH"),
        (&flags.jwt_partners_path, "HOURBOOK_JWT_PARTNERS_PATH"),
    ] {
        paths.push(setting(flag, name)?.map(|value| read_path(name, value)).transpose()?);
    }
    let Some(issuer) = issuer else {
        let others = [audience, keys_address, authorities, lifetime, keys_age, role_map];
        if others.iter().any(Option::is_some) || paths.iter().any(Option::is_some) {
            let must = "be given where anything else is said about tokens (--jwt-…)";
            return Err(ConfigError { setting: ISSUER, value: String::new(), must });
        }
        return Ok(None);
    };
    // Where the address of its keys is given it may be any name; one with a password would be compared and logged.
    if issuer.contains("://") && issuer.contains('@') {
        let must = "be without a name and password, as issuers call themselves";
        return Err(ConfigError { setting: ISSUER, value: issuer, must });
    }
    let audience = audience.unwrap_or_default();
    let settings = TokenSettings::new(&issuer, &audience, keys_address.as_deref());
    let mut settings = settings.map_err(|bad| match bad {
        BadSetting::Issuer => ConfigError { setting: ISSUER, value: issuer, must: bad.must() },
        BadSetting::Audience => ConfigError { setting: AUDIENCE, value: audience, must: bad.must() },
        BadSetting::KeysAddress => {
            ConfigError { setting: KEYS_ADDRESS, value: keys_address.unwrap_or_default(), must: bad.must() }
        }
    })?;
    let mut places =
        [&mut settings.subject, &mut settings.roles, &mut settings.banks, &mut settings.partners];
    for (place, path) in places.iter_mut().zip(paths) {
        if let Some(path) = path {
            **place = path;
        }
    }
    if let Some(value) = role_map {
        settings.role_map = RoleMap::parse(&value).ok_or(ConfigError {
            setting: "HOURBOOK_JWT_ROLE_MAP",
            value,
            must: "be the issuer's word, =, and member, partner, broker, lead, auditor, reporter, admin or \
                   integration; several with commas, each word once. A till has a key",
        })?;
    }
    settings.authorities = authorities.map(PathBuf::from);
    if let Some(value) = lifetime {
        let must = "be a number of seconds from 60 to 2592000";
        settings.lifetime = read_seconds(LIFETIME, value, LIFETIME_SECONDS, must)?;
    }
    if let Some(value) = keys_age {
        let must = "be a number of seconds from 60 to 604800";
        let limit = read_seconds(KEYS_AGE, value, KEYS_AGE_SECONDS, must)?;
        let usual = KeyAges::default();
        // Well before the limit, so that one failure is not the end.
        settings.ages = KeyAges { limit, refresh: usual.refresh.min(limit / 2), ..usual };
    }
    Ok(Some(settings))
}

fn read_path(setting: &'static str, value: String) -> Result<ClaimPath, ConfigError> {
    ClaimPath::parse(&value).ok_or(ConfigError {
        setting,
        value,
        must: "be a path of at most 8 names, each after a slash, such as /realm_access/roles; ~1 is a slash \
               within a name, ~0 a tilde",
    })
}

fn read_seconds(
    setting: &'static str,
    value: String,
    range: std::ops::RangeInclusive<u64>,
    must: &'static str,
) -> Result<Duration, ConfigError> {
    let seconds = value.parse().ok().filter(|seconds| range.contains(seconds));
    seconds.map(Duration::from_secs).ok_or(ConfigError { setting, value, must })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Fixed;

    const PARTIES: [(&str, &str); 2] =
        [("HOURBOOK_JWT_ISSUER", "https://id.example.org"), ("HOURBOOK_JWT_AUDIENCE", "hourbook")];

    fn with(variables: &[(&'static str, &'static str)]) -> Result<Option<TokenSettings>, ConfigError> {
        let all = PARTIES.iter().chain(variables).copied();
        read(&TokenFlags::default(), &Fixed::new(all))
    }

    /// Goal: what is set arrives, flags before variables, the rest is usual. Method: all of them set, and none.
    #[test]
    fn settings_arrive() {
        let usual = TokenSettings::new("https://id.example.org", "hourbook", None).unwrap();
        assert_eq!(with(&[]), Ok(Some(usual.clone())));
        let path = |text| ClaimPath::parse(text).unwrap();
        let keys = "http://127.0.0.1:1/keys";
        let mut expected = TokenSettings::new("https://id.example.org", "books", Some(keys)).unwrap();
        (expected.subject, expected.roles) = (path("/s"), path("/r/r"));
        (expected.banks, expected.partners) = (path("/b"), path("/p"));
        expected.role_map = RoleMap::parse("x=lead").unwrap();
        expected.authorities = Some("ca.pem".into());
        expected.lifetime = Duration::from_secs(60);
        expected.ages.limit = Duration::from_secs(600);
        expected.ages.refresh = Duration::from_secs(300);
        let variables = [
            ("HOURBOOK_JWT_JWKS_URL", keys),
            ("HOURBOOK_JWT_SUBJECT_PATH", "/s"),
            ("HOURBOOK_JWT_ROLES_PATH", "/r/r"),
            ("HOURBOOK_JWT_BANKS_PATH", "/b"),
            ("HOURBOOK_JWT_PARTNERS_PATH", "/p"),
            ("HOURBOOK_JWT_ROLE_MAP", "x=lead"),
            ("HOURBOOK_JWT_CA_FILE", "ca.pem"),
            ("HOURBOOK_JWT_LIFETIME_SECONDS", "60"),
            ("HOURBOOK_JWT_KEYS_AGE_SECONDS", "600"),
        ];
        let flags = TokenFlags { jwt_audience: Some("books".into()), ..TokenFlags::default() };
        let all = PARTIES.iter().chain(&variables).copied();
        assert_eq!(read(&flags, &Fixed::new(all)), Ok(Some(expected)));
        assert_eq!(read(&TokenFlags::default(), &Fixed::empty()), Ok(None));
    }

    /// Goal: what cannot be meant is named, before a port opens. Method: one bad value for each setting.
    #[test]
    fn bad_settings_are_named() {
        for (name, value) in [
            ("HOURBOOK_JWT_ISSUER", "http://id.example.org"),
            ("HOURBOOK_JWT_AUDIENCE", "two words"),
            ("HOURBOOK_JWT_JWKS_URL", "http://id.example.org/keys"),
            ("HOURBOOK_JWT_SUBJECT_PATH", "sub"),
            ("HOURBOOK_JWT_ROLES_PATH", "realm_access.roles"),
            ("HOURBOOK_JWT_BANKS_PATH", "/a//b"),
            ("HOURBOOK_JWT_PARTNERS_PATH", "/"),
            ("HOURBOOK_JWT_ROLE_MAP", "x=till"),
            ("HOURBOOK_JWT_LIFETIME_SECONDS", "59"),
            ("HOURBOOK_JWT_LIFETIME_SECONDS", "2592001"),
            ("HOURBOOK_JWT_KEYS_AGE_SECONDS", "59"),
            ("HOURBOOK_JWT_KEYS_AGE_SECONDS", "604801"),
        ] {
            let error = with(&[(name, value)]).unwrap_err();
            assert_eq!((error.setting, error.value.as_str()), (name, value), "{error}");
        }
        for (name, value) in [
            (ISSUER, "https://ann:secret@id.example.org"),
            (KEYS_ADDRESS, "https://ann:secret@id.example.org/keys"),
        ] {
            let other = (KEYS_ADDRESS, "https://id.example.org/keys");
            let error = with(&[other, (name, value)]).unwrap_err();
            assert_eq!(
                (error.setting, format!("{error} {error:?}").contains("secret")),
                (name, false),
                "{error}"
            );
        }
        let only = |name, value| read(&TokenFlags::default(), &Fixed::new([(name, value)])).unwrap_err();
        assert_eq!(only("HOURBOOK_JWT_ROLE_MAP", "x=lead").setting, ISSUER);
        assert_eq!(only("HOURBOOK_JWT_BANKS_PATH", "/b").setting, ISSUER);
        assert_eq!(only(ISSUER, "https://id.example.org").setting, AUDIENCE);
    }
}

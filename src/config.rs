//! Settings of a server and of the command line: flags first, then `HOURBOOK_*`, then what is usual.
//!
//! Everything is read and checked before a port opens or a file is touched. The environment is a trait,
//! so that a test brings its own and two tests never meet in the one of the process.

mod hidden;
mod hooks;
mod tokens;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

pub use hidden::{without_keys, without_secrets};
pub use hooks::HookFlags;
pub use tokens::TokenFlags;

use crate::access::pace::{CALLS_PER_SECOND_MAX, CALLS_PER_SECOND_USUAL};
use crate::access::tokens::TokenSettings;
use crate::hooks::HookSettings;

/// Where the server listens, and where the command line looks for it, if nobody says otherwise: the port
/// spells HOUR on a telephone.
pub const USUAL_ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4687);
/// How long calls under way may take once the server was told to end, if nobody says otherwise.
const USUAL_DRAIN_SECONDS: u64 = 10;
/// The longest drain, in seconds.
const DRAIN_SECONDS_MAX: u64 = 600;
/// No setting is longer, in bytes.
const SETTING_BYTES_MAX: usize = 4_096;

/// Where settings come from that no flag gives.
pub trait Environment {
    /// The value of a variable, if it is set and not empty.
    ///
    /// # Errors
    /// [`ConfigError`] if it is no text or too long.
    fn get(&self, name: &'static str) -> Result<Option<String>, ConfigError>;
}

/// The environment of a test.
#[cfg(test)]
pub(crate) struct Fixed(std::collections::BTreeMap<&'static str, String>);

#[cfg(test)]
impl Fixed {
    /// With these variables and no others.
    pub(crate) fn new<T: Into<String>>(variables: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name, value.into())).collect())
    }

    /// Without any.
    pub(crate) fn empty() -> Self {
        Self(std::collections::BTreeMap::new())
    }
}

#[cfg(test)]
impl Environment for Fixed {
    fn get(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        Ok(self.0.get(name).cloned())
    }
}

/// The environment of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn get(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else { return Ok(None) };
        let value = value.into_string().ok().filter(|value| value.len() <= SETTING_BYTES_MAX);
        value.map(Some).ok_or_else(|| ConfigError {
            setting: name,
            value: "(unreadable)".into(),
            must: "be text of at most 4,096 bytes",
        })
    }
}

/// A setting that cannot be meant. What is printed of it has no secret in it, whatever the value is.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is '{}', and must {must}", self.named(), without_secrets(value))]
pub struct ConfigError {
    /// Which setting, by its variable.
    pub setting: &'static str,
    /// What it is. May be a secret given in the wrong place: print the error, never this.
    pub value: String,
    /// What it must be.
    pub must: &'static str,
}

impl ConfigError {
    /// The variable, after the flag that says the same: `--drain-seconds` for `HOURBOOK_DRAIN_SECONDS`. A key
    /// is no flag, and what others have named has none of ours.
    fn named(&self) -> String {
        let setting = self.setting;
        match setting.strip_prefix("HOURBOOK_").filter(|name| !matches!(*name, "KEY" | "HOOK_KEY")) {
            Some(name) => format!("--{} ({setting})", name.to_ascii_lowercase().replace('_', "-")),
            None => setting.to_owned(),
        }
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// How a server is asked for on the command line. Values are judged by [`Config::read`], together with
/// those of the environment.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ServeFlags {
    /// Folder the books are kept in; made if it is not there [env: HOURBOOK_DATA] [default: hb-data]
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<String>,
    /// Address and port to listen on; beyond this machine with TLS [env: HOURBOOK_LISTEN] [default: 127.0.0.1:4687]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Speak TLS with this certificate: PEM, the server's own first, then those that lead to its authority
    /// [env: HOURBOOK_TLS_CERT] [default: no TLS]
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// The private key of the certificate: PEM, without a passphrase [env: HOURBOOK_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
    /// Listen beyond this machine without TLS: whoever is on the way can read everything and change it
    /// [env: HOURBOOK_PLAINTEXT_BEYOND_LOOPBACK=yes]
    #[arg(long)]
    pub plaintext_beyond_loopback: bool,
    /// Calls a second with one key or token, 1 to 1000000; an integration may ask 50 times as often
    /// [env: HOURBOOK_CALLS_PER_SECOND] [default: 200]
    #[arg(long, value_name = "CALLS")]
    pub calls_per_second: Option<String>,
    /// How long calls under way may take once the server is told to end, 0 to 600 [env: HOURBOOK_DRAIN_SECONDS] [default: 10]
    #[arg(long, value_name = "SECONDS")]
    pub drain_seconds: Option<String>,
    /// Believe a clock that is more than 30 days ahead of the books [env: HOURBOOK_ACCEPT_CLOCK=yes]
    #[arg(long)]
    pub accept_clock: bool,
    /// Whether clients may ask which calls there are, yes or no [env: HOURBOOK_REFLECTION] [default: yes]
    #[arg(long, value_name = "YES|NO")]
    pub reflection: Option<String>,
    /// Where traces and metrics go, such as http://127.0.0.1:4317 [env: HOURBOOK_OTLP] [default: nowhere]
    #[arg(long, value_name = "URL")]
    pub otlp: Option<String>,
    /// What is logged on standard error: error, warn, info, debug [env: HOURBOOK_LOG] [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// Whose tokens are accepted.
    #[command(flatten)]
    pub tokens: TokenFlags,
    /// Where partners' software may be.
    #[command(flatten)]
    pub hooks: HookFlags,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// What needs a human.
    Error,
    /// What may come to need one.
    Warn,
    /// What an operator wants to know of.
    #[default]
    Info,
    /// What a developer wants to know of.
    Debug,
}

/// Where a server's certificate is; not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the server's certificate first, then those that lead to its authority.
    pub certificate: PathBuf,
    /// PEM: the private key that belongs to it.
    pub key: PathBuf,
}

/// A server's settings, all of them usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The data directory.
    pub data: PathBuf,
    /// Where to listen: beyond this machine only with TLS, or if it was said in words that it be without.
    pub listen: SocketAddr,
    /// The certificate, if TLS is spoken.
    pub tls: Option<TlsFiles>,
    /// Calls a second of one caller.
    pub calls_per_second: NonZeroU32,
    /// How long calls under way may take once the server was told to end.
    pub drain: Duration,
    /// Whether a clock far ahead is believed at start.
    pub accept_clock: bool,
    /// Whether clients may ask which calls there are.
    pub reflection: bool,
    /// Where traces and metrics go, if anywhere.
    pub otlp: Option<String>,
    /// How much is logged.
    pub log: LogLevel,
    /// Whose tokens are accepted and how they are read, if any are.
    pub tokens: Option<TokenSettings>,
    /// Where partners' software may be, and who vouches for it.
    pub hooks: HookSettings,
}

impl Config {
    /// Settings from flags and environment.
    ///
    /// # Errors
    /// [`ConfigError`] with the first setting that cannot be meant.
    pub fn read(flags: &ServeFlags, environment: &dyn Environment) -> Result<Self, ConfigError> {
        let setting = |flag: &Option<String>, name: &'static str| match flag {
            Some(value) => Ok(Some(value.clone())),
            None => environment.get(name),
        };
        let data = data(flags.data.as_ref(), environment)?;
        let listen = setting(&flags.listen, "HOURBOOK_LISTEN")?;
        let certificate = setting(&flags.tls_cert, "HOURBOOK_TLS_CERT")?;
        let tls = read_tls(certificate, setting(&flags.tls_key, "HOURBOOK_TLS_KEY")?)?;
        let in_plaintext = "HOURBOOK_PLAINTEXT_BEYOND_LOOPBACK";
        let said = setting(&flags.plaintext_beyond_loopback.then(|| "yes".to_owned()), in_plaintext)?;
        let in_plaintext = said.map_or(Ok(false), |value| yes_or_no(in_plaintext, value))?;
        let reach = if tls.is_some() || in_plaintext { Reach::Network } else { Reach::Loopback };
        let drain = setting(&flags.drain_seconds, "HOURBOOK_DRAIN_SECONDS")?;
        let calls = setting(&flags.calls_per_second, "HOURBOOK_CALLS_PER_SECOND")?;
        let accept = setting(&flags.accept_clock.then(|| "yes".to_owned()), "HOURBOOK_ACCEPT_CLOCK")?;
        Ok(Self {
            data,
            listen: listen.map_or(Ok(USUAL_ADDRESS), |value| read_listen(value, reach))?,
            tls,
            calls_per_second: calls.map_or(Ok(CALLS_PER_SECOND_USUAL), read_calls)?,
            drain: Duration::from_secs(drain.map_or(Ok(USUAL_DRAIN_SECONDS), read_drain)?),
            accept_clock: accept.map_or(Ok(false), |value| yes_or_no("HOURBOOK_ACCEPT_CLOCK", value))?,
            reflection: setting(&flags.reflection, "HOURBOOK_REFLECTION")?
                .map_or(Ok(true), |value| yes_or_no("HOURBOOK_REFLECTION", value))?,
            otlp: setting(&flags.otlp, "HOURBOOK_OTLP")?
                .map(|value| read_otlp(value, environment))
                .transpose()?,
            log: setting(&flags.log, "HOURBOOK_LOG")?.map_or(Ok(LogLevel::Info), read_log)?,
            tokens: tokens::read(&flags.tokens, environment)?,
            hooks: hooks::read(&flags.hooks, environment)?,
        })
    }
}

/// The folder the books are kept in.
///
/// # Errors
/// [`ConfigError`] if it names none.
pub fn data(flag: Option<&String>, environment: &dyn Environment) -> Result<PathBuf, ConfigError> {
    let data = match flag {
        Some(value) => Some(value.clone()),
        None => environment.get("HOURBOOK_DATA")?,
    };
    let data = data.unwrap_or_else(|| "hb-data".to_owned());
    if data.is_empty() {
        return Err(ConfigError { setting: "HOURBOOK_DATA", value: data, must: "name a folder" });
    }
    Ok(data.into())
}

/// How far away a server may be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// On this machine.
    Loopback,
    /// Wherever its address can be reached.
    Network,
}

/// What is said on a network without TLS can be read and changed by whoever is on the way.
fn read_listen(value: String, reach: Reach) -> Result<SocketAddr, ConfigError> {
    let Ok(address) = value.parse::<SocketAddr>() else {
        return Err(ConfigError {
            setting: "HOURBOOK_LISTEN",
            value,
            must: "be an address and a port, such as 127.0.0.1:4687 or [::1]:4687",
        });
    };
    if reach == Reach::Network || address.ip().is_loopback() {
        return Ok(address);
    }
    Err(ConfigError {
        setting: "HOURBOOK_LISTEN",
        value,
        must: "be a loopback address such as 127.0.0.1:4687 as long as there is no TLS: give --tls-cert and \
               --tls-key, or say --plaintext-beyond-loopback where whoever is on the way may read everything \
               and change it",
    })
}

fn read_tls(certificate: Option<String>, key: Option<String>) -> Result<Option<TlsFiles>, ConfigError> {
    let missing = |setting, must| ConfigError { setting, value: String::new(), must };
    // Taken for the name of a file, it would be in an error, and so in a log.
    if let Some(value) = key.clone().filter(|key| key.contains("-----BEGIN")) {
        let must = "name the file of the private key; the key itself is in no variable and no flag";
        return Err(ConfigError { setting: "HOURBOOK_TLS_KEY", value, must });
    }
    match (certificate.filter(|name| !name.is_empty()), key.filter(|name| !name.is_empty())) {
        (Some(certificate), Some(key)) => {
            Ok(Some(TlsFiles { certificate: certificate.into(), key: key.into() }))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(missing(
            "HOURBOOK_TLS_KEY",
            "name the file of the private key that belongs to --tls-cert: TLS needs both, and without TLS neither \
             is given",
        )),
        (None, Some(_)) => Err(missing(
            "HOURBOOK_TLS_CERT",
            "name the file of the certificate that --tls-key belongs to: TLS needs both, and without TLS neither is \
             given",
        )),
    }
}

fn read_calls(value: String) -> Result<NonZeroU32, ConfigError> {
    let calls = value.parse().ok().filter(|calls: &NonZeroU32| calls.get() <= CALLS_PER_SECOND_MAX);
    calls.ok_or(ConfigError {
        setting: "HOURBOOK_CALLS_PER_SECOND",
        value,
        must: "be a number of calls from 1 to 1000000",
    })
}

fn read_drain(value: String) -> Result<u64, ConfigError> {
    let seconds = value.parse().ok().filter(|seconds| *seconds <= DRAIN_SECONDS_MAX);
    seconds.ok_or(ConfigError {
        setting: "HOURBOOK_DRAIN_SECONDS",
        value,
        must: "be a number of seconds from 0 to 600",
    })
}

fn yes_or_no(setting: &'static str, value: String) -> Result<bool, ConfigError> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" | "on" => Ok(true),
        "no" | "false" | "0" | "off" => Ok(false),
        _ => Err(ConfigError { setting, value, must: "be yes or no" }),
    }
}

/// Headers of other programs for a collector, which the library behind telemetry would send along: they hold
/// passwords and tokens.
const OTLP_HEADERS: [&str; 3] =
    ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS"];

/// What goes to a collector is not encrypted, so no secret goes along.
fn read_otlp(value: String, environment: &dyn Environment) -> Result<String, ConfigError> {
    let authority = value.strip_prefix("http://").unwrap_or_default().trim_end_matches('/');
    let parsed = authority.parse::<http::uri::Authority>();
    let has_password = authority.contains('@');
    if has_password || !parsed.is_ok_and(|authority| authority.port().is_some()) {
        let must = if has_password {
            "be without a name and password: what goes there is not encrypted; a collector on this machine can add them"
        } else {
            "be http:// with a host and a port, such as http://127.0.0.1:4317"
        };
        return Err(ConfigError { setting: "HOURBOOK_OTLP", value, must });
    }
    for setting in OTLP_HEADERS {
        if environment.get(setting)?.is_some() {
            let must = "not be set together with --otlp: what goes there is not encrypted; a collector on this \
                        machine can add headers";
            return Err(ConfigError { setting, value: "(not shown)".into(), must });
        }
    }
    Ok(value)
}

fn read_log(value: String) -> Result<LogLevel, ConfigError> {
    match value.to_ascii_lowercase().as_str() {
        "error" => Ok(LogLevel::Error),
        "warn" => Ok(LogLevel::Warn),
        "info" => Ok(LogLevel::Info),
        "debug" => Ok(LogLevel::Debug),
        _ => Err(ConfigError { setting: "HOURBOOK_LOG", value, must: "be error, warn, info or debug" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(flags: &ServeFlags, variables: &[(&'static str, &'static str)]) -> Result<Config, ConfigError> {
        Config::read(flags, &Fixed::new(variables.iter().copied()))
    }

    /// Goal: a flag beats its variable, a variable beats what is usual.
    /// Method: one setting in all three ways, and everything unset.
    #[test]
    fn flags_then_environment_then_usual() {
        let usual = read(&ServeFlags::default(), &[]).unwrap();
        assert_eq!((usual.listen, usual.drain.as_secs()), (USUAL_ADDRESS, 10));
        assert!(usual.reflection && !usual.accept_clock && usual.otlp.is_none());
        let variables = [("HOURBOOK_LISTEN", "127.0.0.1:1"), ("HOURBOOK_DATA", "there")];
        let config = read(&ServeFlags::default(), &variables).unwrap();
        assert_eq!((config.listen.port(), config.data), (1, PathBuf::from("there")));
        let flags = ServeFlags { listen: Some("[::1]:2".into()), ..ServeFlags::default() };
        assert_eq!(read(&flags, &variables).unwrap().listen.port(), 2);
    }

    /// Goal: what cannot be meant is named with what it must be.
    /// Method: one bad value for each setting, and the values next to the bounds.
    #[test]
    fn bad_settings_are_named() {
        for (name, value) in [
            ("HOURBOOK_LISTEN", "0.0.0.0:4687"),
            ("HOURBOOK_LISTEN", "192.168.0.1:4687"),
            ("HOURBOOK_LISTEN", "localhost"),
            ("HOURBOOK_PLAINTEXT_BEYOND_LOOPBACK", "perhaps"),
            ("HOURBOOK_CALLS_PER_SECOND", "0"),
            ("HOURBOOK_CALLS_PER_SECOND", "1000001"),
            ("HOURBOOK_DRAIN_SECONDS", "601"),
            ("HOURBOOK_DRAIN_SECONDS", "-1"),
            ("HOURBOOK_ACCEPT_CLOCK", "maybe"),
            ("HOURBOOK_REFLECTION", "2"),
            ("HOURBOOK_OTLP", "127.0.0.1:4317"),
            ("HOURBOOK_OTLP", "https://127.0.0.1:4317"),
            ("HOURBOOK_OTLP", "http://127.0.0.1"),
            ("HOURBOOK_OTLP", "http://ann:secret@127.0.0.1:4317"),
            ("HOURBOOK_TLS_KEY", "-----BEGIN PRIVATE KEY-----\nsecret"),
            ("HOURBOOK_LOG", "loud"),
        ] {
            let error = read(&ServeFlags::default(), &[(name, value)]).unwrap_err();
            assert_eq!((error.setting, error.value.as_str()), (name, value));
            let flag = name.to_lowercase().replace("hourbook", "-").replace('_', "-");
            assert!(error.to_string().starts_with(&format!("{flag} ({name})")), "{error}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
        }
        for name in OTLP_HEADERS {
            let header = (name, "authorization=secret");
            assert!(read(&ServeFlags::default(), &[header]).is_ok(), "nothing is sent");
            let otlp = ("HOURBOOK_OTLP", "http://127.0.0.1:4317");
            let error = read(&ServeFlags::default(), &[otlp, header]).unwrap_err().to_string();
            assert!(error.starts_with(name) && !error.contains("secret"), "{error}");
        }
        for (name, value) in [
            ("HOURBOOK_PLAINTEXT_BEYOND_LOOPBACK", "no"),
            ("HOURBOOK_CALLS_PER_SECOND", "1"),
            ("HOURBOOK_CALLS_PER_SECOND", "1000000"),
            ("HOURBOOK_DRAIN_SECONDS", "600"),
            ("HOURBOOK_DRAIN_SECONDS", "0"),
            ("HOURBOOK_OTLP", "http://collector:4317/"),
            ("HOURBOOK_LISTEN", "127.9.9.9:0"),
        ] {
            assert!(read(&ServeFlags::default(), &[(name, value)]).is_ok(), "{name} {value}");
        }
    }

    /// Goal: beyond this machine a server is heard with TLS or where it was said in words, and the refusal
    /// names both ways; half of a certificate is none.
    /// Method: every pair of certificate and key, said and not said, on an address of all networks.
    #[test]
    fn beyond_this_machine() {
        let everywhere = ("HOURBOOK_LISTEN", "0.0.0.0:1");
        let (certificate, key) = (("HOURBOOK_TLS_CERT", "c.pem"), ("HOURBOOK_TLS_KEY", "k.pem"));
        let refused = read(&ServeFlags::default(), &[everywhere]).unwrap_err().to_string();
        assert!(
            refused.contains("--tls-cert") && refused.contains("--plaintext-beyond-loopback"),
            "{refused}"
        );
        let no = ("HOURBOOK_PLAINTEXT_BEYOND_LOOPBACK", "no");
        assert!(read(&ServeFlags::default(), &[everywhere, no]).is_err());
        let said = ServeFlags { plaintext_beyond_loopback: true, ..ServeFlags::default() };
        assert_eq!(read(&said, &[everywhere]).unwrap().tls, None);
        let tls = read(&ServeFlags::default(), &[everywhere, certificate, key]).unwrap().tls;
        assert_eq!(tls, Some(TlsFiles { certificate: "c.pem".into(), key: "k.pem".into() }));
        for (given, missing) in [(certificate, key), (key, certificate)] {
            let error = read(&said, &[everywhere, given]).unwrap_err();
            assert_eq!((error.setting, error.value.as_str()), (missing.0, ""));
        }
    }
}

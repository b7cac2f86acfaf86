//! Whom to ask, and as whom: flags first, then `HOURBOOK_*`, then the profile, then what is usual.
//!
//! Owns what of a profile is used. Knows no call.
//!
//! - A profile is about its own server. Where a flag or a variable names another one, nothing of the profile goes
//!   there, its key least of all, and that is said.
//! - What is wrong with a value is said of the place it came from: a flag and its variable, or a line of the file.

use std::path::Path;

use super::failure::Failure;
use super::key;
use super::profiles::{Chosen, Key};
use super::server::Server;
use crate::client::Shown;
use crate::config::{ConfigError, Environment, USUAL_ADDRESS, without_secrets};

/// What was typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags<'a> {
    /// `--server`.
    pub server: Option<&'a str>,
    /// `--ca`.
    pub ca: Option<&'a str>,
    /// `--key-file`.
    pub key_file: Option<&'a Path>,
    /// `--profile`.
    pub profile: Option<&'a str>,
}

/// A server, and what is shown to it.
#[derive(Debug)]
pub struct Target {
    // Invariant: with a key to show, the server is private.
    server: Server,
    shown: Shown,
    /// The time bank in which names are looked up, if a profile says.
    pub bank: Option<u32>,
    /// What whoever asks may not expect.
    pub remark: Option<String>,
}

impl Target {
    /// What flags, environment and profile say together.
    ///
    /// # Errors
    /// [`Failure::Config`] or [`Failure::Profile`] with the first that cannot be meant, or a key that others could
    /// read on its way.
    pub fn find(flags: Flags<'_>, environment: &dyn Environment) -> Result<Self, Failure> {
        let given = |flag: Option<&str>, name| match flag {
            Some(value) => Ok(Some(value.to_owned())),
            None => environment.get(name),
        };
        let server = given(flags.server, "HOURBOOK_SERVER")?;
        let ca = given(flags.ca, "HOURBOOK_CA")?;
        let shown = key::given(flags.key_file, environment)?;
        let mut chosen = Chosen::find(flags.profile, environment)?;
        let elsewhere = chosen.take_if(|chosen| server.as_ref().is_some_and(|server| !is_of(chosen, server)));
        let profile = chosen.as_ref().map(|chosen| &chosen.profile);
        let bank = profile.and_then(|profile| profile.bank);
        let of_server = profile.and_then(|profile| profile.server.as_ref()).filter(|_| server.is_none());
        let of_ca = profile.and_then(|profile| profile.ca.as_ref()).filter(|_| ca.is_none());
        let of_key = profile.and_then(|profile| profile.key.as_ref()).filter(|_| shown.is_none());
        let blamed = |error: ConfigError| {
            let place = match (error.setting, of_key) {
                ("HOURBOOK_SERVER", _) => of_server.map(|field| ("server", field.line)),
                ("HOURBOOK_CA", _) => of_ca.map(|field| ("ca", field.line)),
                ("HOURBOOK_KEY_FILE", Some(Key::File(field))) => Some(("key_file", field.line)),
                _ => None,
            };
            let Some((chosen, (field, line))) = chosen.as_ref().zip(place) else { return error.into() };
            let why = format!("{field} is '{}', and must {}", without_secrets(&error.value), error.must);
            Failure::Profile(chosen.wrong(line, &why))
        };
        let remark =
            elsewhere.map(|chosen| chosen.profile).filter(|profile| profile.key.is_some() && shown.is_none());
        let remark = remark.map(|profile| {
            format!(
                "Profile {} is about another server than the one asked: its key is not shown.",
                profile.name
            )
        });
        let shown = match (shown, of_key) {
            (Some(shown), _) => shown,
            (None, Some(Key::Here(key))) => Shown::key(&key.value),
            (None, Some(Key::File(field))) => key::of_file(&field.value).map_err(blamed)?,
            (None, None) => Shown::NOTHING,
        };
        let server = server.as_ref().or(of_server.map(|field| &field.value));
        let ca = ca.as_ref().or(of_ca.map(|field| &field.value));
        let server =
            Server::find(server.map(String::as_str), ca.map(String::as_str), environment).map_err(blamed)?;
        if !shown.is_nothing() {
            server.is_private().map_err(blamed)?;
        }
        Ok(Self { server, shown, bank, remark })
    }

    /// Whom to ask.
    #[must_use]
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// As whom.
    #[must_use]
    pub const fn shown(&self) -> &Shown {
        &self.shown
    }
}

/// Whether a profile is about the server of this name.
fn is_of(chosen: &Chosen, server: &str) -> bool {
    let usual = USUAL_ADDRESS.to_string();
    let own = chosen.profile.server.as_ref().map_or(usual.as_str(), |field| &field.value);
    own.trim_end_matches('/') == server.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::Fixed;
    use crate::domain::{KeyText, Secret};

    fn key(number: u32) -> String {
        KeyText::new(number, Secret::zeroed()).reveal()
    }

    /// The server's name, the number of the key that is shown (0 is none), and whether something is remarked.
    type Found = (String, u32, bool);

    /// A home folder with these profiles and a file for keys 1 and 2 each, and what is found there.
    fn find(profiles: &str, flags: Flags<'_>, variables: &[(&'static str, &str)]) -> Result<Found, String> {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/hourbook");
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in
            [("config.toml", profiles.to_owned()), ("1.key", key(1)), ("2.key", key(2)), ("open.key", key(3))]
        {
            fs::write(folder.join(name), text).unwrap();
            let mode = if name == "open.key" { 0o644 } else { 0o600 };
            fs::set_permissions(folder.join(name), Permissions::from_mode(mode)).unwrap();
        }
        let key_file = flags.key_file.map(|file| folder.join(file));
        let mut variables: Vec<_> =
            variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        variables.push(("HOME", home.path().display().to_string()));
        let flags = Flags { key_file: key_file.as_deref(), ..flags };
        let target = Target::find(flags, &Fixed::new(variables));
        let target = target.map_err(|failure| {
            assert_eq!(failure.exit(), crate::cli::Exit::BadConfig);
            failure.to_string()
        })?;
        let mut request = http::Request::new(());
        target.shown.join(&mut request);
        let number = request.headers().get("authorization").map_or(0, |value| {
            KeyText::parse(value.to_str().unwrap().strip_prefix("Bearer ").unwrap()).unwrap().number()
        });
        Ok((target.server.name.clone(), number, target.remark.is_some()))
    }

    const TWO: &str = "[profile.default]\nserver = \"localhost:1\"\nkey_file = \"1.key\"\n\
                       [profile.work]\nserver = \"localhost:2\"\nkey_file = \"2.key\"\n";

    /// Goal: for server and key alike flag, variable, profile, usual, in this order. Method: a row for each step, with
    /// everything after it set too.
    #[test]
    fn flag_variable_profile_usual() {
        let (three, four) = (key(3), key(4));
        let usual = USUAL_ADDRESS.to_string();
        let variables = [("HOURBOOK_SERVER", "localhost:4"), ("HOURBOOK_KEY", four.as_str())];
        let typed =
            Flags { server: Some("localhost:3"), key_file: Some(Path::new("1.key")), ..Flags::default() };
        let work = Flags { profile: Some("work"), ..Flags::default() };
        for (profiles, flags, variables, expected) in [
            (TWO, Flags { profile: Some("work"), ..typed }, &variables[..], ("localhost:3", 1)),
            (TWO, work, &variables, ("localhost:4", 4)),
            (TWO, work, &[("HOURBOOK_KEY", &three)], ("localhost:2", 3)),
            (TWO, work, &[], ("localhost:2", 2)),
            (TWO, Flags::default(), &[("HOURBOOK_PROFILE", "work")], ("localhost:2", 2)),
            (TWO, Flags::default(), &[], ("localhost:1", 1)),
            ("", Flags::default(), &[], (&usual, 0)),
            ("[profile.default]\nkey_file = \"2.key\"", Flags::default(), &[], (&usual, 2)),
        ] {
            let found = find(profiles, flags, variables).unwrap();
            assert_eq!((found.0.as_str(), found.1, found.2), (expected.0, expected.1, false), "{flags:?}");
        }
    }

    /// Goal: the key of a profile goes to the profile's server alone, and that is said; it goes there too where the
    /// server is typed as in the profile. Method: another server by flag and by variable, with a key and without, and
    /// an authority that would not fit the other; the same server.
    #[test]
    fn a_profile_is_about_its_own_server() {
        let other = Flags { server: Some("localhost:3"), ..Flags::default() };
        let here = ("HOURBOOK_SERVER", "localhost:3");
        let (three, secret) = (
            key(3),
            format!(
                "[profile.default]\nserver = \"https://books.example:1\"\nca = \"ca.pem\"\nkey = \"{}\"",
                key(5)
            ),
        );
        for (profiles, flags, variables, expected) in [
            (TWO, other, &[][..], (0, true)),
            (TWO, Flags::default(), &[here], (0, true)),
            (TWO, other, &[("HOURBOOK_KEY", three.as_str())], (3, false)),
            (&secret, other, &[], (0, true)),
            ("[profile.default]\nkey_file = \"1.key\"", other, &[], (0, true)),
            ("[profile.default]\nserver = \"localhost:1\"", other, &[], (0, false)),
            (&TWO.replace("localhost:1", "localhost:3"), other, &[], (1, false)),
        ] {
            let found = find(profiles, flags, variables).unwrap();
            assert_eq!((found.0.as_str(), (found.1, found.2)), ("localhost:3", expected), "{profiles}");
        }
    }

    /// Goal: what is wrong in a profile is said of its line, what is wrong with a flag is not; a key is shown nowhere
    /// where others could read it, wherever key and server come from; no secret is in an error.
    /// Method: one mistake in each place.
    #[test]
    fn mistakes_are_said_of_their_place() {
        let profile = |lines: &str| format!("[profile.default]\n{lines}");
        let key = key(4);
        let far = Flags { server: Some("books.example:1"), ..Flags::default() };
        for (profiles, flags, variables, said) in [
            (
                profile("server = \"ann:secret@books:1\""),
                Flags::default(),
                &[][..],
                "config.toml, line 2: in [profile.default], server is '…@books:1'",
            ),
            (
                profile("server = \"https://books:1\"\nca = \"none.pem\""),
                Flags::default(),
                &[],
                "line 3: in [profile.default], ca is '/",
            ),
            (
                profile("\nkey_file = \"open.key\""),
                Flags::default(),
                &[],
                "line 3: in [profile.default], key_file is '/",
            ),
            (
                profile("key_file = \"1.key\"\nserver = \"books:1\""),
                Flags::default(),
                &[],
                "line 3: in [profile.default], server is 'books:1', and must begin with https://",
            ),
            (
                profile("server = \"books:1\""),
                Flags::default(),
                &[("HOURBOOK_KEY", key.as_str())],
                "line 2: in [profile.default], server is 'books:1', and must begin",
            ),
            (
                profile(""),
                far,
                &[("HOURBOOK_KEY", key.as_str())],
                "--server (HOURBOOK_SERVER) is 'books.example:1', and must begin",
            ),
            (TWO.to_owned(), Flags { profile: Some("none"), ..far }, &[], "there is no [profile.none]"),
        ] {
            let error = find(&profiles, flags, variables).unwrap_err();
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("secret") && !error.contains("hbk_"), "{error}");
        }
        assert!(find("", far, &[]).is_ok(), "without a key nothing is to be kept");
    }
}

//! Profiles: which server, and as whom, kept in a file under a name.
//!
//! Owns where the file is, `$XDG_CONFIG_HOME/hourbook/config.toml` or `.config` in the home folder in its place,
//! who may read it, and which profile is meant. Knows no flag but the one that chooses, and no server. What the
//! file says is read in `profiles/read.rs`.
//!
//! - All of the file is judged, whichever profile is chosen: a slip in one is not found on the day it is needed.
//! - A file that holds a key itself is one that nobody else can read.
//! - No error has a value in it that may be a key.

mod read;

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::key::is_kept;
use crate::config::{ConfigError, Environment, without_keys};
use crate::domain::KeyText;

/// The profile that is used where none is named.
const USUAL_NAME: &str = "default";
/// Bytes of the file; a hundred profiles with keys have a third of it.
const FILE_BYTES_MAX: usize = 64 << 10;
/// Names that an error lists.
const NAMES_MAX: usize = 10;

/// A server, and as whom it is asked.
#[derive(Debug)]
pub struct Profile {
    /// What it is called.
    pub name: String,
    /// Where the server is.
    pub server: Option<Field<String>>,
    /// The authority to believe.
    pub ca: Option<Field<String>>,
    /// As whom.
    pub key: Option<Key>,
    /// The time bank in which names are looked up.
    pub bank: Option<u32>,
}

/// What is in a profile, and where.
#[derive(Debug)]
pub struct Field<T> {
    /// What it says.
    pub value: T,
    /// The line of the file, from 1.
    pub line: usize,
}

/// A key, or where it is.
#[derive(Debug)]
pub enum Key {
    /// Itself.
    Here(Field<KeyText>),
    /// In a file.
    File(Field<PathBuf>),
}

/// Why there is no profile to go by.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Where the file is cannot be found out.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// The file, or something in it, is not as it must be.
    #[error("{}{}: {}", .file.display(), .line.map(|line| format!(", line {line}")).unwrap_or_default(), without_keys(.why))]
    File {
        /// Which.
        file: PathBuf,
        /// Which line, from 1, where one is at fault.
        line: Option<usize>,
        /// What is wrong, and what it must be.
        why: String,
    },
}

/// A profile that was chosen, and the file it is in.
#[derive(Debug)]
pub struct Chosen {
    /// The profile.
    pub profile: Profile,
    file: PathBuf,
}

impl Chosen {
    /// The profile called `flag`, or as `HOURBOOK_PROFILE` says, or else `default` if there is one.
    ///
    /// # Errors
    /// [`ProfileError`] if the file cannot be used, or has no profile of the name that was given.
    pub fn find(flag: Option<&str>, environment: &dyn Environment) -> Result<Option<Self>, ProfileError> {
        let named = match flag {
            Some(name) => Some(name.to_owned()),
            None => environment.get("HOURBOOK_PROFILE")?,
        };
        let home = environment.get("HOME")?.map(PathBuf::from);
        let Some(folder) = folder(home.as_deref(), environment)? else {
            let must = "be left away as long as neither XDG_CONFIG_HOME nor HOME says where profiles are";
            return named.map_or(Ok(None), |value| {
                Err(ConfigError { setting: "HOURBOOK_PROFILE", value, must }.into())
            });
        };
        let file = folder.join("config.toml");
        let bad = |line, why| ProfileError::File { file: file.clone(), line, why };
        let opened = match File::open(&file) {
            Ok(opened) => opened,
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => return Ok(None),
            Err(error) => return Err(bad(None, format!("a file with profiles is needed here ({error})"))),
        };
        let kept = is_kept(&opened).map_err(|error| bad(None, error.to_string()))?;
        let text = text(opened).map_err(|error| bad(None, error.to_string()))?;
        let profiles = read::profiles(&text, &folder, home.as_deref());
        let profiles = profiles.map_err(|slip| bad(Some(slip.line), slip.why))?;
        for profile in profiles.iter().filter(|_| !kept) {
            if let Some(Key::Here(key)) = &profile.key {
                let why = "a file that holds a key must be one that nobody else can read or change: chmod 600 it, \
                           and rotate the key";
                return Err(bad(Some(key.line), why.to_owned()));
            }
        }
        let name = named.as_deref().unwrap_or(USUAL_NAME);
        let names: Vec<_> = profiles.iter().take(NAMES_MAX).map(|profile| profile.name.clone()).collect();
        match profiles.into_iter().find(|profile| profile.name == name) {
            Some(profile) => Ok(Some(Self { profile, file })),
            None if named.is_none() => Ok(None),
            None => {
                let there_is = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let why = format!(
                    "there is no [profile.{name}] (--profile, HOURBOOK_PROFILE); there is {there_is}"
                );
                Err(bad(None, why))
            }
        }
    }

    /// A mistake in a field of the profile.
    #[must_use]
    pub fn wrong(&self, line: usize, why: &str) -> ProfileError {
        let why = format!("in [profile.{}], {why}", self.profile.name);
        ProfileError::File { file: self.file.clone(), line: Some(line), why }
    }
}

/// Where programs keep what they are told once. A folder that is not absolute is not meant.
fn folder(home: Option<&Path>, environment: &dyn Environment) -> Result<Option<PathBuf>, ConfigError> {
    let said = environment.get("XDG_CONFIG_HOME")?.map(PathBuf::from).filter(|folder| folder.is_absolute());
    Ok(said.or_else(|| home.map(|home| home.join(".config"))).map(|folder| folder.join("hourbook")))
}

fn text(file: File) -> io::Result<String> {
    let mut text = String::new();
    let most = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    match file.take(most + 1).read_to_string(&mut text) {
        Ok(bytes) if bytes > FILE_BYTES_MAX => {
            Err(io::Error::new(ErrorKind::FileTooLarge, "it must be at most 65,536 bytes"))
        }
        Ok(_) => Ok(text),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Err(io::Error::new(ErrorKind::InvalidData, "it must be text (UTF-8)"))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::Fixed;
    use crate::domain::Secret;

    /// A home folder with this file in it.
    fn home(text: &[u8], mode: u32) -> (tempfile::TempDir, String) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/hourbook");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), text).unwrap();
        fs::set_permissions(folder.join("config.toml"), Permissions::from_mode(mode)).unwrap();
        let path = home.path().display().to_string();
        (home, path)
    }

    const TWO: &str = "[profile.default]\nserver = \"a:1\"\n[profile.work]\nserver = \"b:2\"\n";

    /// Goal: flag, then variable, then `default`; the folder of XDG before the home folder, one that is not absolute
    /// not; nothing where nobody named one and there is none. Method: each, told apart by the name that is found.
    #[test]
    fn a_profile_is_found() {
        let (_home, path) = home(TWO.as_bytes(), 0o644);
        let (_other, other) = home(b"[profile.default]\n[profile.only]", 0o644);
        let found = |flag, variables: &[(&'static str, &str)]| {
            let variables = variables.iter().map(|(name, value)| (*name, *value));
            Chosen::find(flag, &Fixed::new(variables)).map(|chosen| chosen.map(|chosen| chosen.profile.name))
        };
        let is = |name: &str| Some(name.to_owned());
        let home = ("HOME", path.as_str());
        let xdg = format!("{other}/.config");
        assert_eq!(found(None, &[home]).unwrap(), is("default"));
        assert_eq!(found(None, &[home, ("HOURBOOK_PROFILE", "work")]).unwrap(), is("work"));
        assert_eq!(found(Some("work"), &[home, ("HOURBOOK_PROFILE", "none")]).unwrap(), is("work"));
        assert_eq!(found(Some("only"), &[home, ("XDG_CONFIG_HOME", &xdg)]).unwrap(), is("only"));
        assert_eq!(found(Some("work"), &[home, ("XDG_CONFIG_HOME", ".config")]).unwrap(), is("work"));
        for (flag, variables) in [(None, &[][..]), (None, &[("HOME", "/nowhere")])] {
            assert_eq!(found(flag, variables).unwrap(), None);
        }
        for (flag, variables, said) in [
            (
                Some("wrok"),
                &[home][..],
                "no [profile.wrok] (--profile, HOURBOOK_PROFILE); there is default, work",
            ),
            (
                None,
                &[("HOME", "/nowhere"), ("HOURBOOK_PROFILE", "work")],
                "/nowhere/.config/hourbook/config.toml: a file",
            ),
            (Some("work"), &[], "--profile (HOURBOOK_PROFILE) is 'work'"),
        ] {
            let error = found(flag, variables).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let (_none, none) = self::home(b"", 0o644);
        assert_eq!(found(None, &[("HOME", &none)]).unwrap(), None);
        assert!(found(Some("x"), &[("HOME", &none)]).unwrap_err().to_string().ends_with("there is none"));
    }

    /// Goal: a file is text of a bounded size, and one with a key in it nobody else's; a file with none may be
    /// anybody's. Method: each, with the bytes next to the bound.
    #[test]
    fn a_file_is_judged() {
        let said = |text: &[u8], mode| {
            let (_home, path) = home(text, mode);
            let found = Chosen::find(None, &Fixed::new([("HOME", path)]));
            found.map(|chosen| chosen.is_some()).map_err(|error| error.to_string())
        };
        let key = KeyText::new(7, Secret::zeroed()).reveal();
        let with_key = format!("[profile.other]\nkey = \"{key}\"\n{TWO}");
        assert_eq!(said(with_key.as_bytes(), 0o600), Ok(true));
        for mode in [0o604, 0o620, 0o602] {
            let error = said(with_key.as_bytes(), mode).unwrap_err();
            assert!(error.contains("config.toml, line 2: ") && error.contains("chmod 600"), "{error}");
        }
        let full = format!("{TWO}#{}", " ".repeat(FILE_BYTES_MAX - TWO.len() - 1));
        assert_eq!(said(full.as_bytes(), 0o644), Ok(true));
        assert!(said(format!("{full} ").as_bytes(), 0o644).unwrap_err().contains("at most 65,536 bytes"));
        assert!(said(b"[profile.default]\nserver = \"\xff\"", 0o644).unwrap_err().contains("UTF-8"));
    }
}

//! The key of whoever types: found, read, and put away.
//!
//! A key is never an argument: everybody on a machine can read those. It comes from a file that nobody else
//! can read, or from the environment, and a new one goes to such a file or to standard output. What it is,
//! is in no error text.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::new_file;
use crate::client::Shown;
use crate::config::{ConfigError, Environment};
use crate::domain::KeyText;
use crate::domain::key_text::KEY_TEXT_BYTES_MAX;

/// A key and a line end, and room for spaces.
const FILE_BYTES_MAX: usize = KEY_TEXT_BYTES_MAX + 64;
/// Anybody else may read or change it, or the group may change it.
const OPEN_TO_OTHERS: u32 = 0o027;

const KEY: &str = "HOURBOOK_KEY";
const KEY_FILE: &str = "HOURBOOK_KEY_FILE";

/// The key to show: of `--key-file`, else of `HOURBOOK_KEY`, else of `HOURBOOK_KEY_FILE`, if any of them is given.
///
/// # Errors
/// [`ConfigError`] if there should be one and it cannot be used.
pub fn given(flag: Option<&Path>, environment: &dyn Environment) -> Result<Option<Shown>, ConfigError> {
    if let Some(path) = flag {
        return of_file(path).map(Some);
    }
    if let Some(text) = environment.get(KEY)? {
        let key = KeyText::parse(text.trim()).map_err(|_| ConfigError {
            setting: KEY,
            value: "(not shown)".to_owned(),
            must: "be a whole key, from hbk_ to its end",
        })?;
        return Ok(Some(Shown::key(&key)));
    }
    environment.get(KEY_FILE)?.map(|path| of_file(Path::new(&path))).transpose()
}

/// The key in a file.
///
/// # Errors
/// [`ConfigError`] of `HOURBOOK_KEY_FILE` if there is none, or others can read it.
pub fn of_file(path: &Path) -> Result<Shown, ConfigError> {
    let text = kept_text(path, KEY_FILE)?;
    KeyText::parse(text.trim()).map(|key| Shown::key(&key)).map_err(|_| ConfigError {
        setting: KEY_FILE,
        value: path.display().to_string(),
        must: "hold a whole key, from hbk_ to its end, and nothing else",
    })
}

/// The text of a file that nobody else can read, as long as a key may be; nothing where it is no text. `setting` names the
/// file.
///
/// # Errors
/// [`ConfigError`] if there is no such file, or others can read it.
pub fn kept_text(path: &Path, setting: &'static str) -> Result<String, ConfigError> {
    let bad = |must| ConfigError { setting, value: path.display().to_string(), must };
    let file = File::open(path).map_err(|_| bad("name a file that can be read"))?;
    if !is_kept(&file).map_err(|_| bad("name a file that can be read"))? {
        return Err(bad("be a file that nobody else can read or change: chmod 600 it, and rotate its key"));
    }
    let mut text = String::with_capacity(FILE_BYTES_MAX + 1);
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let read = file.take(limit).read_to_string(&mut text);
    Ok(read.map_or_else(|_| String::new(), |_| text))
}

/// Whether nobody else can read or change `file`.
///
/// # Errors
/// As the machine says.
pub fn is_kept(file: &File) -> std::io::Result<bool> {
    Ok(file.metadata()?.permissions().mode() & OPEN_TO_OTHERS == 0)
}

/// Where a new key goes.
pub enum Place {
    /// To standard output, alone.
    Output,
    /// Into a new file that nobody else can read.
    File(PathBuf, File),
}

impl Place {
    /// Makes the file, before there is a key: a key that cannot be kept is not asked for.
    ///
    /// # Errors
    /// [`Failure::Refused`] if it is there already or cannot be made.
    pub fn open(out: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(path) = out else { return Ok(Self::Output) };
        let file = new_file::made(&path, 0o600)?;
        Ok(Self::File(path, file))
    }

    /// Puts a key there, if it goes into a file, and says where it is. `instead` is what to do if that fails.
    ///
    /// # Errors
    /// [`Failure::Refused`] if it could not be written: then nobody has the key.
    pub fn put(self, key: &str, instead: &str) -> Result<Option<PathBuf>, Failure> {
        let Self::File(path, mut file) = self else { return Ok(None) };
        let done = writeln!(file, "{key}").and_then(|()| file.sync_all());
        match done {
            Ok(()) => Ok(Some(path)),
            Err(error) => {
                let path = path.display();
                Err(Failure::Refused(format!(
                    "the key was made, but could not be written to {path}: {error}. Nobody has it: {instead}"
                )))
            }
        }
    }

    /// No key came: the file goes.
    pub fn leave(self) {
        if let Self::File(path, file) = self {
            drop(file);
            let _it_is_empty = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;
    use crate::config::Fixed;
    use crate::domain::Secret;

    fn key(number: u32) -> String {
        KeyText::new(number, Secret::zeroed()).reveal()
    }

    /// What a call would carry.
    fn carried(shown: Option<Shown>) -> Option<String> {
        let shown = shown?;
        let mut request = http::Request::new(());
        shown.join(&mut request);
        request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned())
    }

    /// Goal: flag, then the key's variable, then the file's, then none; what cannot be used is named, and no
    /// error holds a key. Method: all of them, with keys told apart by their numbers.
    #[test]
    fn a_key_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str, mode| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            path
        };
        let one = file("one", &(key(1) + "\n"), 0o600);
        let three = file("three", &format!("  {}\r\n\n", key(3)), 0o640).display().to_string();
        let both = Fixed::new([(KEY, key(2)), (KEY_FILE, three.clone())]);
        let number = |number| Some(format!("Bearer {}", key(number)));
        assert_eq!(carried(given(Some(&one), &both).unwrap()), number(1));
        assert_eq!(carried(given(None, &both).unwrap()), number(2));
        assert_eq!(carried(given(None, &Fixed::new([(KEY_FILE, three)])).unwrap()), number(3));
        assert_eq!(carried(given(None, &Fixed::empty()).unwrap()), None);
        let bent = key(4).replacen("aa", "ab", 1);
        let long = format!("{}{}", " ".repeat(200), key(4));
        for (path, said) in [
            (file("open", &key(4), 0o604), "chmod 600"),
            (file("group", &key(4), 0o660), "chmod 600"),
            (file("bent", &bent, 0o600), "whole key"),
            (file("two", &format!("{}\n{}\n", key(4), key(5)), 0o600), "nothing else"),
            (file("long", &long, 0o600), "nothing else"),
            (folder.path().join("none"), "can be read"),
        ] {
            let error = given(Some(&path), &both).unwrap_err().to_string();
            assert!(error.contains(said) && error.starts_with("--key-file"), "{error}");
            assert!(!error.contains("hbk_4"), "{error}");
        }
        let error = given(None, &Fixed::new([(KEY, bent.clone())])).unwrap_err().to_string();
        assert!(error.starts_with("HOURBOOK_KEY is '(not shown)'") && !error.contains("hbk_4"), "{error}");
        // A key where its file is meant.
        let error = given(None, &Fixed::new([(KEY_FILE, key(4))])).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("hbk_4") && error.to_string().contains("hbk_…"),
            "{error}"
        );
    }

    /// Goal: a new key goes where nobody else can read it and where nothing was; if none comes, nothing stays.
    #[test]
    fn a_new_key_is_put_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("admin.key");
        Place::open(Some(path.clone())).unwrap().leave();
        assert!(!path.exists());
        let put = Place::open(Some(path.clone())).unwrap().put(&key(1), "").unwrap();
        assert_eq!(put, Some(path.clone()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&path).unwrap(), key(1) + "\n");
        assert!(Place::open(Some(path.clone())).is_err());
        assert!(path.exists(), "what was there stays");
        assert_eq!(Place::open(None).unwrap().put(&key(1), "").unwrap(), None);
    }
}

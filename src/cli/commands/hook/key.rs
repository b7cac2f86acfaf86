//! The key that events are checked with: found in a file or the environment, never an argument.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::cli::key::kept_text;
use crate::config::{ConfigError, Environment};
use crate::hooks::signing::{PUBLIC_PREFIX, Verifier};

const KEY: &str = "HOURBOOK_HOOK_KEY";
const KEY_FILE: &str = "HOURBOOK_HOOK_KEY_FILE";
/// A file with a public key has at most so many bytes, with what is around it.
const PUBLIC_BYTES_MAX: u64 = 256;

/// The key of `--hook-key-file`, else of `HOURBOOK_HOOK_KEY`, else of `HOURBOOK_HOOK_KEY_FILE`; none where none is given.
///
/// # Errors
/// [`ConfigError`] if one is given and cannot be used.
pub fn given(flag: Option<&Path>, environment: &dyn Environment) -> Result<Option<Verifier>, ConfigError> {
    if let Some(path) = flag {
        return of_file(path).map(Some);
    }
    if let Some(text) = environment.get(KEY)? {
        let must = "be a whole key of an endpoint, from whsec_ or whpk_ to its end";
        let bad = || ConfigError { setting: KEY, value: "(not shown)".to_owned(), must };
        return Verifier::parse(text.trim()).ok_or_else(bad).map(Some);
    }
    environment.get(KEY_FILE)?.map(|path| of_file(Path::new(&path))).transpose()
}

/// A secret must be in a file of one's own; a public key may be anybody's to read.
fn of_file(path: &Path) -> Result<Verifier, ConfigError> {
    let text = match public_text(path) {
        Some(text) => text,
        None => kept_text(path, KEY_FILE)?,
    };
    Verifier::parse(text.trim()).ok_or_else(|| ConfigError {
        setting: KEY_FILE,
        value: path.display().to_string(),
        must: "hold a whole key of an endpoint, from whsec_ or whpk_ to its end, and nothing else",
    })
}

/// What a file begins with, if that is a public key.
fn public_text(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(PUBLIC_BYTES_MAX).read_to_string(&mut text).ok()?;
    text.trim_start().starts_with(PUBLIC_PREFIX).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::Fixed;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// Goal: flag, then the key's variable, then the file's, then none; what cannot be used is named, and no error holds a
    /// key. Method: all of them, with a wrong key at each place that is to be passed over.
    #[test]
    fn a_key_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str, mode| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            path
        };
        let good = file("good", &format!("{SECRET}\n"), 0o600);
        let wrong = Fixed::new([(KEY, "whsec_AAAA"), (KEY_FILE, "/none")]);
        let is_some = |found: Result<Option<Verifier>, ConfigError>| found.unwrap().is_some();
        assert!(is_some(given(Some(&good), &wrong)));
        assert!(is_some(given(None, &Fixed::new([(KEY, SECRET), (KEY_FILE, "/none")]))));
        assert!(is_some(given(None, &Fixed::new([(KEY_FILE, good.display().to_string())]))));
        assert!(!is_some(given(None, &Fixed::empty())));
        let error = given(None, &wrong).err().unwrap().to_string();
        assert!(error.starts_with("HOURBOOK_HOOK_KEY is '(not shown)'"), "{error}");
        for (path, said) in [
            (file("open", SECRET, 0o644), "chmod 600"),
            (file("bent", "whsec_MfKQ", 0o600), "whole key"),
            (folder.path().join("none"), "can be read"),
        ] {
            let error = given(Some(&path), &wrong).err().unwrap().to_string();
            assert!(error.contains(said) && error.starts_with("--hook-key-file"), "{error}");
            assert!(!error.contains("MfKQ"), "{error}");
        }
        // A key where its file is meant.
        let error = given(Some(Path::new(SECRET)), &wrong).err().unwrap();
        assert!(!format!("{error} {error:?}").contains("MfKQ"), "{error}");
    }
}

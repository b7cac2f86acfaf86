//! What a file of profiles says, each value with its line.
//!
//! ```toml
//! [profile.default]
//! server = "https://books.example:4687"
//! ca = "ca.pem"
//! key_file = "admin.key"        # or key = "hbk_…"
//! bank = 1
//! ```
//!
//! Why not serde: its errors repeat the value, which may be a key, and do not say the line of a value that was
//! read and cannot be meant. Names of files are meant from the folder of this one, so that it does not matter where a
//! command is typed; `~/` is the home folder.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Field, Key, Profile};
use crate::domain::KeyText;

/// A mistake in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Slip {
    /// Where, from 1.
    pub line: usize,
    /// What it is, and what it must be.
    pub why: String,
}

/// The profiles of `text`, a file in `folder`, in the order of their names.
///
/// # Errors
/// [`Slip`], the first that is found.
pub fn profiles(text: &str, folder: &Path, home: Option<&Path>) -> Result<Vec<Profile>, Slip> {
    let reading = Reading { text, folder, home };
    let document = DeTable::parse(text).map_err(|error| {
        let place = error.span().map_or(0, |span| span.start);
        reading.slip(place, format!("this is no TOML: {}", error.message()))
    })?;
    let mut profiles = Vec::new();
    for (name, value) in document.get_ref().iter() {
        if name.get_ref() != "profile" {
            let why = format!(
                "'{}' is nothing that is known here; each profile begins with [profile.NAME]",
                name.get_ref()
            );
            return Err(reading.slip(name.span().start, why));
        }
        for (name, value) in reading.table(name, value)?.iter() {
            profiles.push(reading.profile(name, reading.table(name, value)?)?);
        }
    }
    Ok(profiles)
}

struct Reading<'a> {
    text: &'a str,
    folder: &'a Path,
    home: Option<&'a Path>,
}

impl Reading<'_> {
    fn profile(&self, name: &Spanned<DeString<'_>>, fields: &DeTable<'_>) -> Result<Profile, Slip> {
        let mut profile =
            Profile { name: name.get_ref().to_string(), server: None, ca: None, key: None, bank: None };
        for (field, value) in fields.iter() {
            let place = field.span().start;
            let line = self.line(place);
            let slip = |must: &str| {
                self.slip(place, format!("{} in [profile.{}] must {must}", field.get_ref(), name.get_ref()))
            };
            let text = || {
                let text = value.get_ref().as_str().filter(|text| !text.is_empty());
                text.ok_or_else(|| slip("be text in quotes, and not empty"))
            };
            let has_key = profile.key.is_some();
            match field.get_ref().as_ref() {
                "server" => profile.server = Some(Field { value: text()?.to_owned(), line }),
                "ca" => profile.ca = Some(Field { value: self.path(text()?).display().to_string(), line }),
                "key" | "key_file" if has_key => {
                    return Err(slip("be left away where there is the other: a profile has key or key_file"));
                }
                "key_file" => profile.key = Some(Key::File(Field { value: self.path(text()?), line })),
                "key" => {
                    let key = KeyText::parse(text()?);
                    let value = key.map_err(|_| slip("be a whole key, from hbk_ to its end"))?;
                    profile.key = Some(Key::Here(Field { value, line }));
                }
                "bank" => {
                    let number = value.get_ref().as_integer().filter(|number| number.radix() == 10);
                    let number = number.and_then(|number| number.as_str().parse().ok());
                    let number = number.filter(|number| *number > 0);
                    let must = "be the number of a time bank, without quotes";
                    profile.bank = Some(number.ok_or_else(|| slip(must))?);
                }
                _ => return Err(slip("be server, ca, key_file, key or bank: there is no such field")),
            }
        }
        Ok(profile)
    }

    fn table<'t, 'i>(
        &self,
        name: &Spanned<DeString<'_>>,
        value: &'t Spanned<DeValue<'i>>,
    ) -> Result<&'t DeTable<'i>, Slip> {
        value.get_ref().as_table().ok_or_else(|| {
            let why = format!("'{}' must be a profile, which begins with [profile.NAME]", name.get_ref());
            self.slip(name.span().start, why)
        })
    }

    /// A file that is named in this one.
    fn path(&self, named: &str) -> PathBuf {
        match (named.strip_prefix("~/"), self.home) {
            (Some(inside), Some(home)) => home.join(inside),
            (Some(_), None) | (None, _) => self.folder.join(named),
        }
    }

    fn line(&self, place: usize) -> usize {
        let before = self.text.as_bytes().iter().take(place);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    fn slip(&self, place: usize, why: String) -> Slip {
        Slip { line: self.line(place), why }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Secret;

    fn read(text: &str) -> Result<Vec<Profile>, Slip> {
        profiles(text, Path::new("/etc/hourbook"), Some(Path::new("/home/ann")))
    }

    /// Goal: every field arrives with its line; names of files are meant from the file's folder, the home folder or the
    /// root. Method: two profiles with all there is.
    #[test]
    fn fields_arrive() {
        let key = KeyText::new(7, Secret::zeroed()).reveal();
        let text = format!(
            "# mine\n[profile.default]\nserver = \"https://books.example:1\"\nca = '~/ca.pem'\nkey_file = \"a.key\"\nbank = 2\n\
             [profile.\"of work\"]\nkey = \"{key}\"\nca = \"/ca.pem\"\n"
        );
        let found = read(&text).unwrap();
        let [first, second] = found.as_slice() else { panic!("{found:?}") };
        let server = first.server.as_ref().unwrap();
        assert_eq!(
            (first.name.as_str(), server.value.as_str(), server.line),
            ("default", "https://books.example:1", 3)
        );
        assert_eq!((first.bank, second.bank), (Some(2), None));
        assert_eq!(first.ca.as_ref().unwrap().value, "/home/ann/ca.pem");
        let Some(Key::File(file)) = &first.key else { panic!("{first:?}") };
        assert_eq!((file.value.as_path(), file.line), (Path::new("/etc/hourbook/a.key"), 5));
        assert_eq!(
            (second.name.as_str(), second.ca.as_ref().unwrap().value.as_str()),
            ("of work", "/ca.pem")
        );
        let Some(Key::Here(read)) = &second.key else { panic!("{second:?}") };
        assert_eq!((read.value.reveal(), read.line), (key.clone(), 8));
        assert!(!format!("{found:?}").contains(&key[..20]));
    }

    /// Goal: what cannot be meant is named by line and field with what it must be, and no value is repeated.
    /// Method: a slip of each sort, with a key wherever one could be typed.
    #[test]
    fn slips_are_named() {
        let key = KeyText::new(7, Secret::zeroed()).reveal();
        for (text, line, said) in [
            (
                "[profile.a]\nsever = \"KEY\"",
                2,
                "sever in [profile.a] must be server, ca, key_file, key or bank",
            ),
            ("[profile.a]\n\nserver = 4687", 3, "server in [profile.a] must be text in quotes"),
            ("[profile.a]\nca = \"\"", 2, "not empty"),
            ("[profile.a]\nbank = \"1\"", 2, "bank in [profile.a] must be the number of a time bank"),
            ("[profile.a]\nbank = 0", 2, "bank in [profile.a] must be the number of a time bank"),
            ("[profile.a]\nkey = [\"KEY\"]", 2, "key in [profile.a] must be text in quotes"),
            ("[profile.a]\nkey = \"KEYa\"", 2, "key in [profile.a] must be a whole key"),
            ("[profile.a]\nkey_file = \"f\"\nkey = \"KEY\"", 2, "a profile has key or key_file"),
            ("[profile.a]\nkey = KEY", 2, "this is no TOML"),
            ("[profile.a]\nkey = \"KEY", 2, "this is no TOML"),
            ("[profile.a]\nkey = \"KEY\"\nkey = \"KEY\"", 3, "this is no TOML: duplicate key"),
            ("[profile.a]\n[profile.b]\n[profile.a]", 3, "this is no TOML"),
            (
                "[profile]\nserver = \"KEY\"",
                2,
                "'server' must be a profile, which begins with [profile.NAME]",
            ),
            ("profile = \"KEY\"", 1, "'profile' must be a profile"),
            ("[[profile.a]]\nkey = \"KEY\"", 1, "'a' must be a profile"),
            ("\n[default]\nkey = \"KEY\"", 2, "'default' is nothing that is known here"),
        ] {
            let slip = read(&text.replace("KEY", &key)).unwrap_err();
            assert!(slip.line == line && slip.why.contains(said), "{text}: {slip:?}");
            assert!(!slip.why.contains("hbk_7"), "{slip:?}");
        }
    }

    proptest! {
        /// Goal: any file is read or refused, with a line that there is. Method: text made of what such files are
        /// made of.
        #[test]
        fn any_file_is_read_or_refused(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("[profile."), Just("[["), Just("]"), Just("\n"), Just("a"), Just("server"), Just("key"),
                    Just("="), Just("\""), Just("'''"), Just("{"), Just("}"), Just("#"), Just("é"), Just("."), Just("1"),
                ],
                0..40,
            ),
        ) {
            let text = parts.concat();
            if let Err(slip) = read(&text) {
                prop_assert!((1..=text.matches('\n').count() + 1).contains(&slip.line), "{:?}", slip);
            }
        }
    }
}

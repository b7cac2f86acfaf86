//! Names of the file, each kept once and known by a small number.
//!
//! A name belongs to a *scope*: an account and an activity to their bank, a bank and a note to nothing
//! (scope 0). Rows then hold numbers, and looking a row's account up is reading a list. Never more names
//! than twice the rows; text together at most as long as the file.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// The scope of what belongs to no bank.
pub(super) const NO_SCOPE: u32 = 0;

/// Names in the order in which they were first seen.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    names: Vec<Name>,
    /// Places in `names`.
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

#[derive(Clone, Copy, Debug)]
struct Name {
    scope: u32,
    begins: usize,
    ends: usize,
    first_line: u32,
}

impl Names {
    /// The number of a name; a new one if it was not seen before, in `line` of the file.
    pub(super) fn intern(&mut self, scope: u32, text: &str, line: u32) -> u32 {
        let hash = self.hasher.hash_one((scope, text));
        if let Some(&known) = self.table.find(hash, |&number| self.is(number, scope, text)) {
            return known;
        }
        // At most twice the rows, which are far fewer than a u32 counts.
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let begins = self.text.len();
        self.text.push_str(text);
        self.names.push(Name { scope, begins, ends: self.text.len(), first_line: line });
        let Self { text, names, table, hasher } = self;
        table.insert_unique(hash, number, |&number| {
            let name = get(names, number);
            hasher.hash_one((name.map_or(NO_SCOPE, |name| name.scope), of(text, name)))
        });
        number
    }

    /// The number of a name that is in the file.
    pub(super) fn find(&self, scope: u32, text: &str) -> Option<u32> {
        let hash = self.hasher.hash_one((scope, text));
        self.table.find(hash, |&number| self.is(number, scope, text)).copied()
    }

    /// The name; empty for a number that was never given.
    pub(super) fn text(&self, number: u32) -> &str {
        of(&self.text, get(&self.names, number))
    }

    /// To which bank it belongs.
    pub(super) fn scope(&self, number: u32) -> u32 {
        get(&self.names, number).map_or(NO_SCOPE, |name| name.scope)
    }

    /// The line of the file it was first seen in, from 1.
    pub(super) fn first_line(&self, number: u32) -> u32 {
        get(&self.names, number).map_or(0, |name| name.first_line)
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.names.len()).unwrap_or(u32::MAX)
    }

    fn is(&self, number: u32, scope: u32, text: &str) -> bool {
        self.scope(number) == scope && self.text(number) == text
    }
}

fn get(names: &[Name], number: u32) -> Option<Name> {
    names.get(usize::try_from(number).ok()?).copied()
}

fn of(text: &str, name: Option<Name>) -> &str {
    name.and_then(|name| text.get(name.begins..name.ends)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a name has one number in its scope and keeps it while the table grows.
    #[test]
    fn one_number_a_name() {
        let mut names = Names::default();
        for line in 0..10_000u32 {
            assert_eq!(names.intern(line % 7, &format!("m{line}"), line), line);
        }
        for line in (0..10_000u32).rev() {
            let text = format!("m{line}");
            assert_eq!(names.intern(line % 7, &text, 99_999), line);
            assert_eq!(names.find(line % 7, &text), Some(line));
            assert_eq!(names.find(line % 7 + 1, &text), None);
            assert_eq!((names.text(line), names.scope(line)), (text.as_str(), line % 7));
            assert_eq!(names.first_line(line), line);
        }
        assert_eq!((names.count(), names.text(10_000)), (10_000, ""));
    }
}

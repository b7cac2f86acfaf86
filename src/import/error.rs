//! Why an import ended before its end.

use std::fmt;

use super::book::{BAD_ROWS_LISTED_MAX, BadLine, FileError};
use super::summary::{Summary, list_bad, rows};
use crate::domain::hours::grouped;

/// Of names that are unknown or ambiguous, this many are listed; all are counted.
pub const NAMES_LISTED_MAX: usize = 50;

/// Why an import ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read. Nothing was posted.
    #[error(transparent)]
    File(#[from] FileError),
    /// Rows that cannot be posted. Nothing was posted.
    #[error(transparent)]
    BadRows(#[from] BadRows),
    /// Names the books do not know. Nothing was posted or opened.
    #[error(transparent)]
    Unknown(#[from] UnknownNames),
    /// Names that several have. Nothing was posted or opened.
    #[error(transparent)]
    Ambiguous(#[from] AmbiguousNames),
    /// Something that was missing could not be opened. No row was posted.
    #[error("{what} could not be opened: {message}")]
    NotOpened {
        /// What.
        what: String,
        /// Why, as the ledger says it.
        message: String,
    },
    /// The service could not be asked, or said something that is no answer. Nothing is half done: the
    /// same import again goes on where this one stopped.
    #[error("the ledger gave no answer ({}); {} posted so far; import the file again to go on", .status.message(), rows(.summary.rows_posted))]
    Service {
        /// What it said last.
        status: Box<tonic::Status>,
        /// What was done until then.
        summary: Box<Summary>,
    },
}

/// Bad rows of a file, none of which may be left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct BadRows {
    /// How many.
    pub total: u64,
    /// The first of them.
    pub listed: Vec<BadLine>,
}

impl fmt::Display for BadRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "nothing was posted, because {} cannot be:", rows(self.total))?;
        list_bad(f, &self.listed, self.total, BAD_ROWS_LISTED_MAX)?;
        f.write_str("put them right, or leave them out with --skip-bad")
    }
}

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A time bank.
    Bank,
    /// An account of a bank.
    Account,
    /// What help is for, in a bank's list.
    Activity,
}

impl Named {
    const fn word(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Account => "account",
            Self::Activity => "activity",
        }
    }
}

/// A name of the file that the books do not know. Texts are quoted and can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What it should name.
    pub named: Named,
    /// The name.
    pub name: String,
    /// Its bank; the name again for a bank.
    pub bank: String,
    /// Where it stands first.
    pub line: u32,
    /// Known names it may have been meant for.
    pub nearest: Vec<String>,
}

/// Names of a file that the books do not know.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct UnknownNames {
    /// How many.
    pub total: u64,
    /// The first of them.
    pub listed: Vec<UnknownName>,
}

impl fmt::Display for UnknownNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = if self.total == 1 { "name is" } else { "names are" };
        writeln!(f, "nothing was posted, because {} {names} not in the books:", grouped(self.total))?;
        for unknown in &self.listed {
            let UnknownName { named, name, bank, line, nearest } = unknown;
            write!(f, "    line {line}: {} {name}", named.word())?;
            if *named != Named::Bank {
                write!(f, " in {bank}")?;
            }
            if !nearest.is_empty() {
                write!(f, "; did you mean {}?", nearest.join(" or "))?;
            }
            writeln!(f)?;
        }
        more(f, self.total, self.listed.len())?;
        f.write_str("put them right, or open what is missing with --open-missing")
    }
}

/// A name that two have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmbiguousName {
    /// What it names.
    pub named: Named,
    /// The name.
    pub name: String,
    /// Its bank; the name again for a bank.
    pub bank: String,
    /// The number of one.
    pub first: u32,
    /// The number of another.
    pub second: u32,
}

/// Names of a file that several in the books have.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct AmbiguousNames {
    /// How many.
    pub total: u64,
    /// The first of them.
    pub listed: Vec<AmbiguousName>,
}

impl fmt::Display for AmbiguousNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "nothing was posted, because it is not clear who is meant:")?;
        for AmbiguousName { named, name, bank, first, second } in &self.listed {
            let of = if *named == Named::Bank { String::new() } else { format!(" in {bank}") };
            writeln!(f, "    {} {name}{of} is number {first} and number {second}", named.word())?;
        }
        more(f, self.total, self.listed.len())?;
        f.write_str("names that two have cannot be imported by name")
    }
}

fn more(f: &mut fmt::Formatter<'_>, total: u64, listed: usize) -> fmt::Result {
    let left = total.saturating_sub(u64::try_from(listed).unwrap_or(u64::MAX));
    if left > 0 { writeln!(f, "    and {} more", grouped(left)) } else { Ok(()) }
}

/// Counts one more and lists it while there is room.
pub(super) fn list<T>(total: &mut u64, listed: &mut Vec<T>, one: impl FnOnce() -> T) {
    *total += 1;
    if listed.len() < NAMES_LISTED_MAX {
        listed.push(one());
    }
}

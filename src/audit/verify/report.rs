//! What verify found: one line an invariant, with counts, and the first fault in words.

use std::fmt;

use crate::audit::words::{counted, grouped};
use crate::domain::{Sequence, Timestamp};

/// A promise of the books that verify checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// I1.
    ZeroSum,
    /// I2.
    Limits,
    /// I3.
    Dense,
    /// I4.
    Durable,
    /// I5.
    Visible,
    /// I6.
    Once,
    /// I7.
    Chained,
    /// I8.
    Derived,
    /// I9.
    Resolved,
    /// I11.
    SecondPerson,
}

impl Invariant {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::ZeroSum,
        Self::Limits,
        Self::Dense,
        Self::Durable,
        Self::Visible,
        Self::Once,
        Self::Chained,
        Self::Derived,
        Self::Resolved,
        Self::SecondPerson,
    ];

    /// Its id: "I1".
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ZeroSum => "I1",
            Self::Limits => "I2",
            Self::Dense => "I3",
            Self::Durable => "I4",
            Self::Visible => "I5",
            Self::Once => "I6",
            Self::Chained => "I7",
            Self::Derived => "I8",
            Self::Resolved => "I9",
            Self::SecondPerson => "I11",
        }
    }

    /// Its name in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ZeroSum => "zero-sum",
            Self::Limits => "limits",
            Self::Dense => "dense",
            Self::Durable => "durable",
            Self::Visible => "visible",
            Self::Once => "once",
            Self::Chained => "chained",
            Self::Derived => "derived",
            Self::Resolved => "resolved",
            Self::SecondPerson => "agreed",
        }
    }

    /// What the journal cannot show of it; nothing where it shows everything.
    #[must_use]
    pub const fn reservation(self) -> Option<&'static str> {
        match self {
            Self::Durable => Some(
                "what the disk can show: all there is, is sealed and whole; what a power cut took leaves no trace",
            ),
            Self::Visible => Some(
                "what the disk can show: no writer took for durable what was not yet written; who saw what leaves no trace",
            ),
            Self::SecondPerson => Some(
                "what the books can show: who owns an account; who speaks for it, and which owners are one person, is looked at when an entry is written",
            ),
            Self::ZeroSum
            | Self::Limits
            | Self::Dense
            | Self::Once
            | Self::Chained
            | Self::Derived
            | Self::Resolved => None,
        }
    }
}

/// How many of something were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub number: u64,
    /// The word for one.
    pub one: &'static str,
    /// The word for none and many.
    pub many: &'static str,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&counted(self.number, self.one, self.many))
    }
}

/// What was found about one invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub invariant: Invariant,
    /// What was checked.
    pub counts: Vec<Count>,
    /// How many faults were found.
    pub faults: u64,
    /// The first of them: where, the figures, and what to do next.
    pub first_fault: Option<String>,
    /// What could not be checked, and why; nothing if all was.
    pub not_checked: Option<String>,
}

impl Check {
    /// Whether all was checked and nothing was wrong.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.faults == 0 && self.not_checked.is_none()
    }
}

/// What verify found, I1 to I9 and I11.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The last entry that was looked at.
    pub through: Sequence,
    /// When it was written down, as far as it could be read.
    pub recorded_at: Option<Timestamp>,
    /// One check an invariant, in the order of their numbers.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether all was checked and nothing was wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(Check::is_clean)
    }

    /// What was found about one invariant.
    #[must_use]
    pub fn check(&self, invariant: Invariant) -> Option<&Check> {
        self.checks.iter().find(|check| check.invariant == invariant)
    }
}

/// Faults of one invariant: all are counted, the first is put into words.
#[derive(Debug, Default)]
pub struct Faults {
    number: u64,
    first: Option<String>,
}

impl Faults {
    /// One more. Only the first asks for its words: broken books may have millions.
    pub fn add(&mut self, say: impl FnOnce() -> String) {
        self.number = self.number.saturating_add(1);
        self.first.get_or_insert_with(say);
    }

    /// The check these faults make, with what was counted.
    pub fn check(&self, invariant: Invariant, counts: &[(u64, &'static str, &'static str)]) -> Check {
        let counts = counts.iter().map(|(number, one, many)| Count { number: *number, one, many });
        let (faults, first_fault) = (self.number, self.first.clone());
        Check { invariant, counts: counts.collect(), faults, first_fault, not_checked: None }
    }
}

const NAME_WIDTH: usize = 12;

/// A table: `I1 zero-sum   1,234 entries, 2,468 transfers   ok`, faults below their line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The books through entry {}", grouped(self.through.get()))?;
        if let Some(recorded_at) = self.recorded_at {
            write!(f, " of {recorded_at}")?;
        }
        writeln!(f, ": {}", if self.is_clean() { "nothing wrong" } else { "NOT CLEAN" })?;
        let counts: Vec<String> = self
            .checks
            .iter()
            .map(|check| check.counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            .collect();
        let width = counts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        for (check, counts) in self.checks.iter().zip(&counts) {
            let verdict = match (check.faults, &check.not_checked) {
                (0, None) => "ok".to_owned(),
                (0, Some(_)) => "NOT ALL CHECKED".to_owned(),
                (faults, _) => counted(faults, "FAULT", "FAULTS"),
            };
            writeln!(
                f,
                "{:<3} {:NAME_WIDTH$}{counts:width$}   {verdict}",
                check.invariant.id(),
                check.invariant.word()
            )?;
            let below =
                [check.invariant.reservation(), check.first_fault.as_deref(), check.not_checked.as_deref()];
            for text in below.into_iter().flatten() {
                writeln!(f, "     {text}")?;
            }
        }
        Ok(())
    }
}

//! Why a rule of the directory says no. The sentences are in `words::periods`; who hears them, the service knows.

use super::locks::{CannotLock, Month};
use crate::domain::{Reason, Sequence};

/// A rule said no; nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The month is closed already.
    PeriodClosed {
        /// Which month.
        month: Month,
        /// The entry that closed it, by itself or with the first month.
        by: Sequence,
    },
    /// Another month is to be closed before it.
    PeriodNotNext {
        /// Which month.
        month: Month,
        /// The one to close first.
        next: Month,
    },
    /// Help may still be given in the month.
    PeriodNotOver(Month),
}

impl Refusal {
    /// Why `month` cannot be closed.
    #[must_use]
    pub const fn of_lock(month: Month, why: CannotLock) -> Self {
        match why {
            CannotLock::Already(by) => Self::PeriodClosed { month, by },
            CannotLock::NotNext { next } => Self::PeriodNotNext { month, next },
            CannotLock::NotOver => Self::PeriodNotOver(month),
        }
    }

    /// Its stable word.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::PeriodClosed { .. } => Reason::PeriodClosed,
            Self::PeriodNotNext { .. } => Reason::PeriodNotNext,
            Self::PeriodNotOver(_) => Reason::PeriodNotOver,
        }
    }

    /// The figures that go with it, by their names; months as `2026-05`.
    #[must_use]
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PeriodClosed { month, by } => {
                vec![("month", month.to_string()), ("sequence", by.to_string())]
            }
            Self::PeriodNotNext { month, next } => {
                vec![("month", month.to_string()), ("next_month", next.to_string())]
            }
            Self::PeriodNotOver(month) => vec![("month", month.to_string())],
        }
    }
}

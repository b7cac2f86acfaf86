//! A partner's statement: what its account did in a period, line by line, without whose hours they were.
//!
//! Invariant: brought forward + taken - given back - spent - settled + other = kept, which is the account's balance.

use super::beside::Sale;
use crate::directory::partners::Settling;
use crate::domain::{Entry, Kind};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKind {
    /// Taken for a receipt.
    Taken,
    /// Given back for a receipt.
    GivenBack,
    /// Spent by the partner.
    Spent,
    /// Settled.
    Settled,
    /// Anything else, such as a gift to it.
    Other,
}

/// The sums of a period, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What the account had before.
    pub brought_forward: i64,
    /// Taken at the tills.
    pub taken: i64,
    /// Given back.
    pub given_back: i64,
    /// Spent.
    pub spent: i64,
    /// Settled.
    pub settled: i64,
    /// Anything else.
    pub other: i64,
}

impl Sums {
    /// Counts a line that changed the account by so much.
    pub const fn add(&mut self, kind: LineKind, change: i64) {
        match kind {
            LineKind::Taken => self.taken = self.taken.saturating_add(change),
            LineKind::GivenBack => self.given_back = self.given_back.saturating_sub(change),
            LineKind::Spent => self.spent = self.spent.saturating_sub(change),
            LineKind::Settled => self.settled = self.settled.saturating_sub(change),
            LineKind::Other => self.other = self.other.saturating_add(change),
        }
    }

    /// What the account has.
    #[must_use]
    pub const fn kept(&self) -> i64 {
        let Self { brought_forward, taken, given_back, spent, settled, other } = *self;
        brought_forward
            .saturating_add(taken)
            .saturating_sub(given_back)
            .saturating_sub(spent)
            .saturating_sub(settled)
            .saturating_add(other)
    }
}

/// What an entry is to a partner's account that it changed by so much. `kind` is why its hours moved, and `sale` the sale
/// it is about, if it is about one.
#[must_use]
pub fn line_kind(entry: &Entry, kind: Option<Kind>, sale: Option<&Sale>, change: i64) -> LineKind {
    if matches!(Settling::in_entry(entry), Ok(Some(_))) {
        return LineKind::Settled;
    }
    match (sale, kind) {
        (Some(_), _) if change > 0 => LineKind::Taken,
        (Some(_), _) => LineKind::GivenBack,
        (None, Some(Kind::Exchange | Kind::Group | Kind::Community)) if change < 0 => LineKind::Spent,
        (None, _) => LineKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the sums of a period make what the account has. Method: June at a café: ten hours taken, one given back, two
    /// spent, a gift; and a month that was settled.
    #[test]
    fn sums_make_what_is_kept() {
        let hour = 3_600;
        let mut june = Sums { brought_forward: hour, ..Sums::default() };
        june.add(LineKind::Taken, 10 * hour);
        june.add(LineKind::GivenBack, -hour);
        june.add(LineKind::Spent, -2 * hour);
        june.add(LineKind::Other, hour);
        assert_eq!((june.given_back, june.spent, june.kept()), (hour, 2 * hour, 9 * hour));
        june.add(LineKind::Settled, -9 * hour);
        assert_eq!((june.settled, june.kept()), (9 * hour, 0));
    }
}

//! "Really 5,012 hours?": when an amount is asked about before it is written down.
//!
//! Owns the two lines and the verdict. The sentence that repeats the figure is `words`' business, and who is
//! good enough as a second person that of [`super::second_person`].
//!
//! - An amount *on* a line is usual; above the first it is asked about, above the second somebody else has to
//!   say yes as well. Nothing is written before that.
//! - A question is answered with the figure itself. A plain "yes" would be given to the slip as well.
//! - Judged is what would be written, for one person: of a group what one gives, pays or gets
//!   ([`super::group::Plan::largest`]), as thirty people have thirty hours in a single afternoon.

use super::second_person::Cause;
use crate::domain::Amount;

/// A bank's two lines. Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    // Invariant: 1 <= ask_above <= second_person_above <= 2^40.
    ask_above: i64,
    second_person_above: i64,
}

/// The lines are not in order, or out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("second_person_above_seconds must be at least unusual_above_seconds, both from 1 to 2^40")]
pub struct LinesError;

impl Lines {
    /// Lines of a bank's own.
    ///
    /// # Errors
    /// [`LinesError`].
    pub fn new(ask_above: Amount, second_person_above: Amount) -> Result<Self, LinesError> {
        if ask_above > second_person_above {
            return Err(LinesError);
        }
        Ok(Self { ask_above: ask_above.seconds(), second_person_above: second_person_above.seconds() })
    }

    /// Above this an amount is asked about. Seconds.
    #[must_use]
    pub const fn ask_above(self) -> i64 {
        self.ask_above
    }

    /// Above this a second person is needed. Seconds.
    #[must_use]
    pub const fn second_person_above(self) -> i64 {
        self.second_person_above
    }

    /// How unusual `written` is.
    #[must_use]
    pub const fn judge(self, written: Amount) -> Unusual {
        let seconds = written.seconds();
        if seconds > self.second_person_above {
            Unusual::AskedWithSecondPerson
        } else if seconds > self.ask_above {
            Unusual::Asked
        } else {
            Unusual::No
        }
    }
}

/// How unusual an amount is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unusual {
    /// Not at all.
    No,
    /// It is asked about.
    Asked,
    /// It is asked about, and somebody else has to say yes.
    AskedWithSecondPerson,
}

impl Unusual {
    /// Whether `confirmed`, the figure that was repeated, answers the question about `written`. An amount that
    /// is not asked about needs none; a figure that is not this one is no answer to anything.
    #[must_use]
    pub fn is_answered(self, written: Amount, confirmed: Option<Amount>) -> bool {
        match self {
            Self::No => confirmed.is_none_or(|confirmed| confirmed == written),
            Self::Asked | Self::AskedWithSecondPerson => confirmed == Some(written),
        }
    }

    /// Why somebody else has to say yes, if somebody has.
    #[must_use]
    pub const fn cause(self) -> Option<Cause> {
        match self {
            Self::No | Self::Asked => None,
            Self::AskedWithSecondPerson => Some(Cause::SecondLine),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> Amount {
        Amount::new(seconds).unwrap()
    }

    /// Goal: both lines are where they should be, and only the figure itself answers. Method: both sides of
    /// each line; step 10 of the story (5012 typed for 5 h 12).
    #[test]
    fn slips_are_asked_about() {
        let hour = 3_600;
        for (amount, verdict) in [
            (1, Unusual::No),
            (24 * hour, Unusual::No),
            (24 * hour + 1, Unusual::Asked),
            (40 * hour, Unusual::Asked),
            (40 * hour + 1, Unusual::AskedWithSecondPerson),
            (5_012 * hour, Unusual::AskedWithSecondPerson),
            (5 * hour + 900, Unusual::No),
            (Amount::MAX.seconds(), Unusual::AskedWithSecondPerson),
        ] {
            let judged = Lines::new(seconds(24 * hour), seconds(40 * hour)).unwrap().judge(seconds(amount));
            println!("{amount:>13} s  {judged:?}");
            assert_eq!(judged, verdict, "{amount}");
            assert_eq!(judged.cause(), (amount > 40 * hour).then_some(Cause::SecondLine));
            assert_eq!(judged.is_answered(seconds(amount), None), amount <= 24 * hour);
            assert!(judged.is_answered(seconds(amount), Some(seconds(amount))));
            assert!(!judged.is_answered(seconds(amount), Some(seconds(2))));
        }
    }

    /// Goal: a bank's own lines are kept and may be one, but not crossed.
    #[test]
    fn lines_are_in_order() {
        let lines = Lines::new(seconds(60), seconds(60)).unwrap();
        assert_eq!((lines.ask_above(), lines.second_person_above()), (60, 60));
        assert_eq!(lines.judge(seconds(61)), Unusual::AskedWithSecondPerson);
        assert_eq!(lines.judge(seconds(60)), Unusual::No);
        assert_eq!(Lines::new(seconds(61), seconds(60)), Err(LinesError));
    }
}

//! How a bank writes down what somebody says they did: in which steps, and which way it rounds.
//!
//! What was typed stays beside what is written, so nothing here loses a fact.

use super::Amount;

/// The steps a bank may choose from, in minutes; each but one is a whole part of an hour.
pub const STEPS_MINUTES: [u8; 9] = [1, 3, 5, 6, 10, 15, 20, 30, 60];

const SECONDS_PER_MINUTE: i64 = 60;

/// The length of which every amount a bank writes down is a multiple, unless it writes exactly what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryStep(u8); // Invariant: one of STEPS_MINUTES.

impl EntryStep {
    /// A quarter of an hour, the usual step.
    pub const QUARTER: Self = Self(15);

    /// A step of `minutes`, if it is one of [`STEPS_MINUTES`].
    #[must_use]
    pub fn from_minutes(minutes: u32) -> Option<Self> {
        u8::try_from(minutes).ok().filter(|minutes| STEPS_MINUTES.contains(minutes)).map(Self)
    }

    /// Whole minutes.
    #[must_use]
    pub const fn minutes(self) -> u8 {
        self.0
    }

    fn seconds(self) -> i64 {
        i64::from(self.0) * SECONDS_PER_MINUTE
    }
}

/// Which way an amount between two steps goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// To the next step: 52 minutes in quarters are 60.
    Up,
    /// To the nearer step, up from the middle: 52 minutes in quarters are 45. Never to nothing.
    Nearest,
    /// Nowhere: what was said is written.
    Exact,
}

/// How one bank enters time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entering {
    /// The step.
    pub step: EntryStep,
    /// Which way to the step.
    pub rounding: Rounding,
}

impl Entering {
    /// Quarters of an hour, rounded up.
    pub const USUAL: Self = Self { step: EntryStep::QUARTER, rounding: Rounding::Up };

    /// What is written for `said`: a multiple of the step, at least one, or `said` itself. Nothing where that
    /// passes the largest amount.
    #[must_use]
    pub fn written(self, said: Amount) -> Option<Amount> {
        let step = self.step.seconds();
        let steps = match self.rounding {
            Rounding::Exact => return Some(said),
            Rounding::Up => said.seconds().checked_add(step - 1)? / step,
            Rounding::Nearest => (said.seconds().checked_add(step / 2)? / step).max(1),
        };
        Amount::new(steps.checked_mul(step)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: i64) -> Amount {
        Amount::new(minutes * SECONDS_PER_MINUTE).unwrap()
    }

    /// Goal: what was said becomes the step the bank writes, to the second. Method: a table of both roundings,
    /// edges of a step and of the largest amount among them.
    #[test]
    fn amounts_are_written_in_steps() {
        let rows = [
            // said, quarters up, quarters nearest
            (1, 15, 15),
            (7, 15, 15),
            (15, 15, 15),
            (16, 30, 15),
            (22, 30, 15),
            (52, 60, 45),
            (70, 75, 75),
            (312, 315, 315),
        ];
        for (said, up, nearest) in rows {
            let with = |rounding| Entering { step: EntryStep::QUARTER, rounding }.written(minutes(said));
            assert_eq!(with(Rounding::Up), Some(minutes(up)), "{said}");
            assert_eq!(with(Rounding::Nearest), Some(minutes(nearest)), "{said}");
            assert_eq!(with(Rounding::Exact), Some(minutes(said)), "{said}");
        }
        let middle = Amount::new(22 * 60 + 30).unwrap();
        let nearest = Entering { step: EntryStep::QUARTER, rounding: Rounding::Nearest };
        assert_eq!(nearest.written(middle), Some(minutes(30)), "up from the middle");
        assert_eq!(Entering::USUAL.written(Amount::MAX), None, "the largest amount is no multiple");
    }

    /// Goal: whatever is written is a multiple of its step, less than one step away, and stays when written
    /// again. Method: every step, both roundings, every second of two hours.
    #[test]
    fn written_is_a_multiple_close_by() {
        for step in STEPS_MINUTES.map(|minutes| EntryStep::from_minutes(minutes.into()).unwrap()) {
            for rounding in [Rounding::Up, Rounding::Nearest] {
                let entering = Entering { step, rounding };
                for said in (1..=7_200).filter_map(Amount::new) {
                    let written = entering.written(said).unwrap();
                    let away = written.seconds() - said.seconds();
                    assert_eq!(written.seconds() % step.seconds(), 0);
                    assert!(away.abs() < step.seconds(), "{said:?} {entering:?}");
                    assert!(rounding == Rounding::Nearest || away >= 0, "{said:?} {entering:?}");
                    assert_eq!(entering.written(written), Some(written));
                }
            }
        }
        assert_eq!(EntryStep::from_minutes(7), None);
        assert_eq!(EntryStep::from_minutes(u32::MAX), None);
    }
}

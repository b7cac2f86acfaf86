//! Two people remember one exchange: whether they agree, and what silence says.
//!
//! Owns "close enough" and the meaning of a deadline nobody answered. Knows neither who is asked nor how long
//! they have. Whole seconds throughout.
//!
//! - Two lengths are *close* when they differ by no more than the seconds **and** no more than the share of
//!   the longer one; both bounds belong to it. Close lengths and equal ones become the average, written in
//!   the bank's step. Others are remembered differently, and a broker who is no party speaks with both.
//! - Silence is never taken for "yes" against anybody: it ends an exchange well only where it adds to the
//!   silent person's own hours at the cost of whoever wrote it down.
//!
//! Decided where the books of rules are silent: the share is of the *longer* length, so it does not matter
//! which side said which. Half a second of an average goes with the bank's rounding: up where it rounds up,
//! else down, as nothing is made that nobody remembers. An average that passes the largest amount when it is
//! rounded is for the broker too.

use crate::directory::people::{HoursTo, Pays};
use crate::domain::{Amount, AtDeadline, Entering, Rounding};

/// How far two lengths may be apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tolerance {
    /// By at most so many seconds.
    pub seconds: u32,
    /// And by at most so many hundredths of the longer one.
    pub percent_of_longer: u8,
}

/// What two remembered lengths come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// Both said the same; this is written.
    Same(Amount),
    /// Close enough; the average as the bank writes it.
    Close(Amount),
    /// They remember it differently: nothing is written.
    Differ,
}

impl Compared {
    /// What is written, unless they remember it differently.
    #[must_use]
    pub const fn stands(self) -> Option<Amount> {
        match self {
            Self::Same(amount) | Self::Close(amount) => Some(amount),
            Self::Differ => None,
        }
    }
}

/// Compares what both sides of an exchange remember; the order of the two does not matter.
#[must_use]
pub fn compare(one: Amount, other: Amount, tolerance: Tolerance, entering: Entering) -> Compared {
    let (shorter, longer) = (one.min(other).seconds(), one.max(other).seconds());
    let apart = longer - shorter;
    // Both within 2^40, so hundredths stay far within an i64.
    let is_close = apart <= i64::from(tolerance.seconds)
        && apart * 100 <= longer * i64::from(tolerance.percent_of_longer);
    if !is_close {
        return Compared::Differ;
    }
    match average(shorter, longer, entering) {
        Some(stands) if apart == 0 => Compared::Same(stands),
        Some(stands) => Compared::Close(stands),
        None => Compared::Differ,
    }
}

/// The average in the bank's step. Half a second is settled first: a step and its middle are whole seconds,
/// so up stays up and what lies below the middle stays below it.
fn average(shorter: i64, longer: i64, entering: Entering) -> Option<Amount> {
    let half = match entering.rounding {
        Rounding::Up => 1,
        Rounding::Nearest | Rounding::Exact => 0,
    };
    Amount::new((shorter + longer + half) / 2).and_then(|average| entering.written(average))
}

/// One of the two people of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who helped.
    Giver,
    /// Who was helped.
    Receiver,
}

/// What happens to hours that one side set aside and the other never answered.
///
/// They are taken only where the receiver wrote it down and pays, and the silent giver gets them. Else they are let go
/// and the broker hears of it: a giver's own word charges nobody, nor does a receiver's word charge a pot, and hours
/// on their way to a pot add nothing to the silent giver's.
#[must_use]
pub const fn at_deadline(said_by: Side, pays: Pays, hours_to: HoursTo) -> AtDeadline {
    match (said_by, pays, hours_to) {
        (Side::Receiver, Pays::Themselves, HoursTo::Themselves) => AtDeadline::Capture,
        (Side::Giver, ..) | (_, Pays::Pot(_), _) | (.., HoursTo::Pot(_)) => AtDeadline::Release,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hours::format_hours;
    use crate::domain::{AccountNumber, EntryStep};

    /// A quarter of an hour and a quarter of it.
    const TOLERANCE: Tolerance = Tolerance { seconds: 900, percent_of_longer: 25 };

    fn seconds(seconds: i64) -> Amount {
        Amount::new(seconds).unwrap()
    }

    fn minutes(minutes: i64) -> Amount {
        seconds(minutes * 60)
    }

    /// Goal: what two people remember comes out to the second, either way round. Method: a printed table with
    /// steps 15 and 16 of the story and both sides of both bounds.
    #[test]
    fn two_memories_become_one_or_a_dispute() {
        let (up, nearest, exact) = (Rounding::Up, Rounding::Nearest, Rounding::Exact);
        let rows = [
            // Step 15: Dev 3 h, Greta 2 h 45. Step 16: Hanif 4 h, Ivy 2 h.
            (10_800, 9_900, up, Compared::Close(minutes(180))),
            (14_400, 7_200, up, Compared::Differ),
            (3_600, 3_600, up, Compared::Same(minutes(60))),
            (6_000, 6_000, up, Compared::Same(minutes(105))),
            (6_000, 6_000, exact, Compared::Same(minutes(100))),
            // A quarter of an hour is within, a second more is not.
            (7_200, 6_300, up, Compared::Close(minutes(120))),
            (7_200, 6_299, up, Compared::Differ),
            // A quarter of the longer is within, a second more is not.
            (3_600, 2_700, up, Compared::Close(minutes(60))),
            (3_599, 2_699, up, Compared::Differ),
            (1_200, 900, up, Compared::Close(minutes(30))),
            (1_200, 899, up, Compared::Differ),
            (2_700, 1_800, up, Compared::Differ),
            // The bank's rounding: 2 h 52 min 30 s is the middle of two steps; half a second below it.
            (10_800, 9_900, nearest, Compared::Close(minutes(180))),
            (10_800, 9_900, exact, Compared::Close(seconds(10_350))),
            (10_799, 9_900, nearest, Compared::Close(minutes(165))),
            (10_801, 9_900, nearest, Compared::Differ),
            (10_801, 9_901, nearest, Compared::Close(minutes(180))),
            (451, 450, nearest, Compared::Close(minutes(15))),
            (4, 3, exact, Compared::Close(seconds(3))),
            (901, 900, up, Compared::Close(minutes(30))),
            (Amount::MAX.seconds(), Amount::MAX.seconds(), up, Compared::Differ),
        ];
        println!("{:>16} {:>16} {:<8} stands", "one", "other", "rounding");
        for (one, other, rounding, expected) in rows {
            let entering = Entering { step: EntryStep::QUARTER, rounding };
            let compared = compare(seconds(one), seconds(other), TOLERANCE, entering);
            let stands = compared.stands().map_or("a dispute".to_owned(), |it| format_hours(it.seconds()));
            println!(
                "{:>16} {:>16} {:<8} {stands}",
                format_hours(one),
                format_hours(other),
                format!("{rounding:?}")
            );
            assert_eq!(compared, expected, "{one} {other}");
            assert_eq!(compare(seconds(other), seconds(one), TOLERANCE, entering), expected);
        }
    }

    /// Goal: silence takes hours only from whoever wrote them down, and only for the silent person. Method: all
    /// eight cases, printed, against that sentence: of each the one charged and the one credited.
    #[test]
    fn silence_only_ever_adds() {
        let pot = AccountNumber::from_slot(1).unwrap();
        for said_by in [Side::Giver, Side::Receiver] {
            for pays in [Pays::Themselves, Pays::Pot(pot)] {
                for hours_to in [HoursTo::Themselves, HoursTo::Pot(pot)] {
                    let charged = (pays == Pays::Themselves).then_some(Side::Receiver);
                    let credited = (hours_to == HoursTo::Themselves).then_some(Side::Giver);
                    let silent = if said_by == Side::Giver { Side::Receiver } else { Side::Giver };
                    let adds = charged == Some(said_by) && credited == Some(silent);
                    let expected = if adds { AtDeadline::Capture } else { AtDeadline::Release };
                    println!(
                        "said by {said_by:<8?} pays {pays:?} hours to {hours_to:?} silence: {expected:?}"
                    );
                    assert_eq!(at_deadline(said_by, pays, hours_to), expected);
                }
            }
        }
    }

    /// Goal: what stands is no further from either memory than they are apart and one step. Method: every pair
    /// of minutes up to three hours in every step and rounding.
    #[test]
    fn what_stands_lies_between() {
        for rounding in [Rounding::Up, Rounding::Nearest, Rounding::Exact] {
            for step in [1, 15, 60] {
                let entering = Entering { step: EntryStep::from_minutes(step).unwrap(), rounding };
                for (one, other) in (1..=180).flat_map(|one| (1..=one).map(move |other| (one, other))) {
                    let Some(stands) = compare(minutes(one), minutes(other), TOLERANCE, entering).stands()
                    else {
                        assert!(one - other > 15 || (one - other) * 4 > one);
                        continue;
                    };
                    assert!(one - other <= 15 && (one - other) * 4 <= one);
                    let twice_off = (2 * stands.seconds() - (one + other) * 60).abs();
                    assert!(twice_off < 2 * 60 * i64::from(step), "{one} {other} {entering:?}");
                }
            }
        }
    }
}

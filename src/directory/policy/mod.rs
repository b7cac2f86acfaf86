//! What a bank settles for itself, and since when.
//!
//! A policy is set whole by a note of topic `POLICY` and holds from that entry on: what was recorded before is
//! judged by the one before (`history.rs`). Pure: no lock, no clock, no journal; who may set one is for the
//! service to say.
//!
//! Not here: the time zone, which belongs to the bank's opening entry, and the list of activities, which is
//! notes of its own (`activities.rs`).

mod history;
mod note;
mod offers;
mod till;

pub use history::{BadPolicy, POLICIES_MAX, Policies, Set};
pub use note::POLICY_NOTE_BYTES;
pub use offers::{OfferKind, OfferKinds};
pub use till::TillRules;

use std::ops::RangeInclusive;

use crate::domain::{AccountKind, Amount, Entering, Invalid, Limits};

/// Silence counts as yes after at most this many days.
pub const AUTO_ACCEPT_DAYS_MAX: u16 = 90;
/// A broker may put an entry right for at most this many days: a year and a day.
pub const REVERSAL_WINDOW_DAYS_MAX: u16 = 366;
/// Two memories of one afternoon that differ by more than a day are no slip.
pub const DISPUTE_TOLERANCE_SECONDS_MAX: u32 = 86_400;
/// A percentage.
pub const DISPUTE_TOLERANCE_PERCENT_MAX: u8 = 100;
/// Who joins may be welcomed with at most this.
pub const WELCOME_GRANT_SECONDS_MAX: i64 = 5 * SECONDS_PER_HOUR;

const SECONDS_PER_HOUR: i64 = 3_600;
const DAY: Amount = Amount::new(24 * SECONDS_PER_HOUR).expect("within the bounds of an amount");
const FORTY_HOURS: Amount = Amount::new(40 * SECONDS_PER_HOUR).expect("within the bounds of an amount");

/// Whose word is needed after one of two people wrote down an exchange. What a broker writes down needs
/// nobody's: a broker has the slip. Whoever helped never gets hours by their own word alone (I11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confirming {
    /// That of the side that did not write it down, whichever that is.
    EitherSide,
    /// That of whoever received help: what they write down themselves stands at once.
    Receiver,
}

impl Confirming {
    /// All, in the order of their numbers in the journal.
    pub const ALL: [Self; 2] = [Self::EitherSide, Self::Receiver];

    /// The number in the journal; never changes its meaning.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The one with `number`, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// The fields of a policy, before they are checked together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Steps in which time is entered, and which way it rounds.
    pub entering: Entering,
    /// How far accounts of people go that are opened from here on, and where a friendly note starts. A new
    /// account is at zero: that is within, and needs no note. The same for the three below.
    pub member_limits: Limits,
    /// The same for groups.
    pub organisation_limits: Limits,
    /// The same for cafés and shops.
    pub partner_limits: Limits,
    /// The same for hours kept for a purpose.
    pub pot_limits: Limits,
    /// Whose word an exchange needs.
    pub confirming: Confirming,
    /// After so many days silence is a yes to hours that are added to whoever is silent; 1 to 90.
    pub auto_accept_days: u16,
    /// Two memories that differ by at most this, and by at most the percentage, meet in the middle; seconds,
    /// at most 24 hours.
    pub dispute_tolerance_seconds: u32,
    /// See there; 0 to 100.
    pub dispute_tolerance_percent: u8,
    /// For so many days after an entry any broker of the bank puts it right; after that a lead; 1 to 366.
    pub reversal_window_days: u16,
    /// Above this "really?" is asked.
    pub unusual_question_above: Amount,
    /// Above this a second person is needed; not below the line for the question.
    pub unusual_second_person_above: Amount,
    /// What a broker may hand out of a pot alone, seconds, from 0, which is nothing, to [`Amount::MAX`].
    pub broker_grant_line_seconds: i64,
    /// What partners of the bank may offer for hours. Goods and discounts also need a declared practice.
    pub offer_kinds: OfferKinds,
    /// What who joins is welcomed with, seconds; 0 for nothing, at most 5 hours.
    pub welcome_grant_seconds: i64,
    /// Codes, cards, and what hours buy.
    pub till: TillRules,
}

impl Settings {
    /// What holds in a bank that has settled nothing.
    ///
    /// | | |
    /// |---|---|
    /// | entering | quarters of an hour, rounded up |
    /// | members | to 10 hours below zero; a note from 5 hours below and from 40 hours above |
    /// | organisations | to 20 hours below zero; a note from 10 hours below and from 100 hours above |
    /// | partners, pots | not below zero; no note |
    /// | ceilings | none |
    /// | confirming | the side that did not write it down |
    /// | silence | accepts after 14 days |
    /// | dispute tolerance | a quarter of an hour and 25 % |
    /// | putting right | 30 days |
    /// | unusual | asked above 24 hours, a second person above 40 |
    /// | from a pot by a broker alone | 5 hours |
    /// | offers | activities and services |
    /// | welcome | nothing |
    /// | at the till | a code works ten minutes on a phone and thirty days printed; no card alone; no declared practice |
    #[must_use]
    pub fn usual() -> Self {
        Self {
            entering: Entering::USUAL,
            member_limits: usual_limits(-10, -5, 40),
            organisation_limits: usual_limits(-20, -10, 100),
            partner_limits: not_below_zero(),
            pot_limits: not_below_zero(),
            confirming: Confirming::EitherSide,
            auto_accept_days: 14,
            dispute_tolerance_seconds: 900,
            dispute_tolerance_percent: 25,
            reversal_window_days: 30,
            unusual_question_above: DAY,
            unusual_second_person_above: FORTY_HOURS,
            broker_grant_line_seconds: 5 * SECONDS_PER_HOUR,
            offer_kinds: OfferKinds::USUAL,
            welcome_grant_seconds: 0,
            till: TillRules::USUAL,
        }
    }
}

/// Floor and reminders in whole hours, no ceiling.
fn usual_limits(floor: i64, warn_below: i64, warn_above: i64) -> Limits {
    let [floor, below, above] = [floor, warn_below, warn_above].map(|hours| hours * SECONDS_PER_HOUR);
    let limits = Limits::from_floor(floor).and_then(|limits| limits.with_warnings(Some(below), Some(above)));
    limits.unwrap_or(Limits::WIDEST) // Never: some hours are far within the bounds of the books.
}

fn not_below_zero() -> Limits {
    Limits::from_floor(0).unwrap_or(Limits::WIDEST) // Never: zero is within.
}

/// What a bank has settled: settings that fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy(Settings); // Invariant: as `new` checks. Private, so only `new` and `usual` make one.

impl Policy {
    /// A policy of these settings.
    ///
    /// # Errors
    /// [`Invalid`], naming the first field that is out of bounds.
    pub fn new(settings: Settings) -> Result<Self, Invalid> {
        let (second_person, question) =
            (settings.unusual_second_person_above, settings.unusual_question_above);
        check_new_accounts(&settings)?;
        settings.till.check()?;
        within(
            1..=AUTO_ACCEPT_DAYS_MAX,
            settings.auto_accept_days,
            Invalid { field: "policy.auto_accept_days", limit: "1 to 90" },
        )?;
        within(
            0..=DISPUTE_TOLERANCE_SECONDS_MAX,
            settings.dispute_tolerance_seconds,
            Invalid { field: "policy.dispute_tolerance_seconds", limit: "0 to 86,400 seconds, 24 hours" },
        )?;
        within(
            0..=DISPUTE_TOLERANCE_PERCENT_MAX,
            settings.dispute_tolerance_percent,
            Invalid { field: "policy.dispute_tolerance_percent", limit: "0 to 100" },
        )?;
        within(
            1..=REVERSAL_WINDOW_DAYS_MAX,
            settings.reversal_window_days,
            Invalid { field: "policy.reversal_window_days", limit: "1 to 366" },
        )?;
        within(
            question..=Amount::MAX,
            second_person,
            Invalid {
                field: "policy.unusual_second_person_above_seconds",
                limit: "not below unusual_question_above_seconds",
            },
        )?;
        within(
            0..=Amount::MAX.seconds(),
            settings.broker_grant_line_seconds,
            Invalid { field: "policy.broker_grant_line_seconds", limit: "0 to 2^40 seconds" },
        )?;
        within(
            0..=WELCOME_GRANT_SECONDS_MAX,
            settings.welcome_grant_seconds,
            Invalid { field: "policy.welcome_grant_seconds", limit: "0 to 18,000 seconds, 5 hours" },
        )?;
        Ok(Self(settings))
    }

    /// What holds in a bank that has settled nothing: [`Settings::usual`].
    #[must_use]
    pub fn usual() -> Self {
        Self(Settings::usual()) // Fits together: a test says so.
    }

    /// What was settled.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.0
    }

    /// What an account of `kind` that is opened from here on gets. Nothing where it comes with a bank or with a
    /// pair of banks, who settle it there.
    #[must_use]
    pub const fn limits(&self, kind: AccountKind) -> Option<Limits> {
        match kind {
            AccountKind::Member => Some(self.0.member_limits),
            AccountKind::Organisation => Some(self.0.organisation_limits),
            AccountKind::Partner => Some(self.0.partner_limits),
            AccountKind::Pot => Some(self.0.pot_limits),
            AccountKind::Issuance | AccountKind::Clearing => None,
        }
    }
}

fn within<T: PartialOrd>(bounds: RangeInclusive<T>, value: T, invalid: Invalid) -> Result<(), Invalid> {
    if bounds.contains(&value) { Ok(()) } else { Err(invalid) }
}

/// Whoever joins starts at zero: within their limits, and without a reminder on the first day.
fn check_new_accounts(settings: &Settings) -> Result<(), Invalid> {
    let kinds = [
        ("policy.member_limits", settings.member_limits),
        ("policy.organisation_limits", settings.organisation_limits),
        ("policy.partner_limits", settings.partner_limits),
        ("policy.pot_limits", settings.pot_limits),
    ];
    for (field, limits) in kinds {
        let limit = "a floor of at most 0 and a ceiling of at least 0, as a new account is at zero";
        within(limits.floor()..=limits.ceiling(), 0, Invalid { field, limit })?;
        let limit = "without a reminder at zero: warn_below at most 0 and warn_above at least 0";
        let quiet = limits.warn_below().unwrap_or(0)..=limits.warn_above().unwrap_or(0);
        within(quiet, 0, Invalid { field, limit })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CeilingRule;

    type Change = fn(&mut Settings);

    /// What is said of the usual settings with one change: the field, or nothing.
    fn said(change: Change) -> Option<&'static str> {
        let mut settings = Settings::usual();
        change(&mut settings);
        let made = Policy::new(settings);
        if let Ok(policy) = &made {
            assert_eq!(*policy.settings(), settings);
        }
        made.err().map(|invalid| invalid.field)
    }

    /// Goal: each bound holds where it is said to, and the answer names the field.
    /// Method: the usual settings with one field on either side of each of its bounds.
    #[test]
    fn settings_keep_their_bounds() {
        assert_eq!(said(|_| ()), None, "what is usual fits together");
        let rows: [(&str, &[Change], &[Change]); 8] = [
            (
                "policy.auto_accept_days",
                &[|s| s.auto_accept_days = 1, |s| s.auto_accept_days = 90],
                &[|s| s.auto_accept_days = 0, |s| s.auto_accept_days = 91],
            ),
            (
                "policy.dispute_tolerance_seconds",
                &[|s| s.dispute_tolerance_seconds = 0, |s| s.dispute_tolerance_seconds = 86_400],
                &[|s| s.dispute_tolerance_seconds = 86_401],
            ),
            (
                "policy.dispute_tolerance_percent",
                &[|s| s.dispute_tolerance_percent = 0, |s| s.dispute_tolerance_percent = 100],
                &[|s| s.dispute_tolerance_percent = 101],
            ),
            (
                "policy.reversal_window_days",
                &[|s| s.reversal_window_days = 1, |s| s.reversal_window_days = 366],
                &[|s| s.reversal_window_days = 0, |s| s.reversal_window_days = 367],
            ),
            (
                "policy.unusual_second_person_above_seconds",
                &[|s| s.unusual_second_person_above = DAY, |s| s.unusual_question_above = FORTY_HOURS],
                &[
                    |s| s.unusual_second_person_above = Amount::new(86_399).unwrap(),
                    |s| s.unusual_question_above = Amount::new(144_001).unwrap(),
                ],
            ),
            (
                "policy.broker_grant_line_seconds",
                &[|s| s.broker_grant_line_seconds = 0, |s| s.broker_grant_line_seconds = 1 << 40],
                &[|s| s.broker_grant_line_seconds = -1, |s| s.broker_grant_line_seconds = (1 << 40) + 1],
            ),
            (
                "policy.welcome_grant_seconds",
                &[|s| s.welcome_grant_seconds = 0, |s| s.welcome_grant_seconds = 18_000],
                &[|s| s.welcome_grant_seconds = -1, |s| s.welcome_grant_seconds = 18_001],
            ),
            (
                "policy.partner_limits",
                &[
                    |s| s.partner_limits = Limits::WIDEST,
                    |s| s.partner_limits = s.pot_limits.with_ceiling(0, CeilingRule::Hard).unwrap(),
                    |s| s.partner_limits = s.pot_limits.with_warnings(Some(0), Some(0)).unwrap(),
                ],
                &[
                    |s| s.partner_limits = Limits::from_floor(1).unwrap(),
                    |s| s.partner_limits = Limits::WIDEST.with_ceiling(-1, CeilingRule::Warns).unwrap(),
                    |s| s.partner_limits = s.pot_limits.with_warnings(Some(1), None).unwrap(),
                    |s| s.partner_limits = s.pot_limits.with_warnings(None, Some(-1)).unwrap(),
                ],
            ),
        ];
        for (field, inside, outside) in rows {
            for change in inside {
                assert_eq!(said(*change), None, "{field} inside");
            }
            for change in outside {
                assert_eq!(said(*change), Some(field), "outside");
            }
        }
        let above_zero: [(&str, Change); 3] = [
            ("policy.member_limits", |s| s.member_limits = Limits::from_floor(1).unwrap()),
            ("policy.organisation_limits", |s| s.organisation_limits = Limits::from_floor(1).unwrap()),
            ("policy.pot_limits", |s| s.pot_limits = Limits::from_floor(1).unwrap()),
        ];
        for (field, change) in above_zero {
            assert_eq!(said(change), Some(field));
        }
    }

    /// Goal: each kind of account gets the limits of its own, as the table of the usual says. Method: all kinds.
    #[test]
    fn each_kind_has_its_limits() {
        let policy = Policy::usual();
        let rows = AccountKind::ALL.map(|kind| {
            policy.limits(kind).map(|limits| {
                let hours = |seconds: i64| seconds / SECONDS_PER_HOUR;
                (hours(limits.floor()), limits.warn_below().map(hours), limits.warn_above().map(hours))
            })
        });
        let zero = Some((0, None, None));
        let (member, organisation) = ((-10, Some(-5), Some(40)), (-20, Some(-10), Some(100)));
        assert_eq!(rows, [Some(member), Some(organisation), zero, zero, None, None]);
        let ceilings = AccountKind::ALL.map(|kind| policy.limits(kind).map(Limits::ceiling));
        assert!(ceilings.into_iter().flatten().all(|ceiling| ceiling == Limits::WIDEST.ceiling()));
    }

    /// Goal: ways to confirm keep their numbers. Method: there and back, and the first that is none.
    #[test]
    fn numbers_of_confirming_are_for_ever() {
        assert_eq!(Confirming::ALL.map(Confirming::number), [0, 1]);
        for confirming in Confirming::ALL {
            assert_eq!(Confirming::from_number(confirming.number()), Some(confirming));
        }
        assert_eq!(Confirming::from_number(2), None);
    }
}

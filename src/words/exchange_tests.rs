//! Every sentence about exchanges, rendered.

use super::exchange::{self, refusal_sentence};
use super::tests::fit_for_people;
use crate::domain::{AccountNumber, Amount, BankNumber, Day, Limits, Sequence};
use crate::exchange::Refusal;
use crate::exchange::length::Unread;
use crate::exchange::matters::WhyUnsettled;
use crate::exchange::rules::group::{GroupError, PARTICIPANTS};
use crate::exchange::rules::second_person::NotGoodEnough;
use crate::exchange::rules::standing::StandingError;
use crate::exchange::waiting::WhyWaits;

const HOUR: i64 = 3_600;

fn ivy(_: AccountNumber) -> String {
    "Ivy".to_owned()
}

fn amount(seconds: i64) -> Amount {
    Amount::new(seconds).unwrap()
}

/// Each refusal of the capability, in each of its ways; whether it has a sentence of its own.
pub(crate) fn samples() -> Vec<(Refusal, bool)> {
    let account = AccountNumber::from_slot(7).unwrap();
    let (sequence, last_day) = (Sequence::new(17), Day::from_days(20_591));
    let (first, second) = (BankNumber::new(1), BankNumber::new(2));
    let invalid = crate::domain::Invalid { field: "reason", limit: "given" };
    let owner = crate::domain::OwnerNumber::new(3);
    let said = [
        Refusal::UnusualAmount { amount: amount(5_012 * HOUR) },
        Refusal::Paused { account },
        Refusal::NotYours { account },
        Refusal::AfterClosing { account, closed_on: last_day },
        Refusal::NotTheSecondPerson(NotGoodEnough::Nobody),
        Refusal::NotTheSecondPerson(NotGoodEnough::Actor),
        Refusal::NotTheSecondPerson(NotGoodEnough::NotAPerson),
        Refusal::NotTheSecondPerson(NotGoodEnough::SharesAKey),
        Refusal::NotTheSecondPerson(NotGoodEnough::StandsFor(account)),
        Refusal::NotTheSecondPerson(NotGoodEnough::PaidFor),
        Refusal::WindowPassed { days: 30 },
        Refusal::NotOpen(sequence),
        Refusal::NothingWaits(sequence),
        Refusal::Party { account },
        Refusal::SaidItThemselves,
        Refusal::TheirOwnDispute,
        Refusal::SaidAlready { proposal: sequence },
        Refusal::BookedDayIsOver { day: last_day },
        Refusal::PotIsOver { account, last_day },
        Refusal::PotNotForBrokers { account },
        Refusal::PotNeedsPanel { account },
        Refusal::NoClearing { first, second },
        Refusal::NotForBrokers,
        Refusal::AbovePotLine,
        Refusal::WaitsAlready { number: sequence },
        Refusal::LineClaimed { sequence },
        Refusal::ClaimedBack { line: sequence, claim: None },
        Refusal::ClaimedBack { line: sequence, claim: Some(sequence) },
    ];
    let others = [
        Refusal::Ledger(crate::domain::Refusal::DayInFuture),
        Refusal::Invalid(invalid),
        Refusal::Unread { field: "length", unread: Unread::TwoWays((amount(60), amount(3_600))) },
        Refusal::TooLong { field: "length" },
        Refusal::NotSomebody { field: "giver_account_number", account },
        Refusal::NotAPot { field: "pot_account_number", account },
        Refusal::Standing(StandingError::SamePerson { owner }),
        Refusal::Group(GroupError::NobodyGives),
        Refusal::TooMuchToWait,
        Refusal::NothingToClaim { sequence },
    ];
    said.map(|refusal| (refusal, true)).into_iter().chain(others.map(|refusal| (refusal, false))).collect()
}

/// A new refusal has a place here, and so a sample.
const fn place(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::Ledger(_) => 0,
        Refusal::Invalid(_) => 1,
        Refusal::Unread { .. } => 2,
        Refusal::TooLong { .. } => 3,
        Refusal::NotSomebody { .. } => 4,
        Refusal::NotAPot { .. } => 5,
        Refusal::Standing(_) => 6,
        Refusal::Group(_) => 7,
        Refusal::UnusualAmount { .. } => 8,
        Refusal::Paused { .. } => 9,
        Refusal::NotYours { .. } => 10,
        Refusal::NotTheSecondPerson(_) => 11,
        Refusal::WindowPassed { .. } => 12,
        Refusal::NotOpen(_) => 13,
        Refusal::NothingWaits(_) => 14,
        Refusal::Party { .. } => 15,
        Refusal::SaidItThemselves => 16,
        Refusal::PotIsOver { .. } => 17,
        Refusal::PotNotForBrokers { .. } => 18,
        Refusal::NoClearing { .. } => 19,
        Refusal::NotForBrokers => 20,
        Refusal::TooMuchToWait => 21,
        Refusal::TheirOwnDispute => 22,
        Refusal::AfterClosing { .. } => 23,
        Refusal::PotNeedsPanel { .. } => 24,
        Refusal::SaidAlready { .. } => 25,
        Refusal::BookedDayIsOver { .. } => 26,
        Refusal::AbovePotLine => 27,
        Refusal::WaitsAlready { .. } => 28,
        Refusal::NothingToClaim { .. } => 29,
        Refusal::LineClaimed { .. } => 30,
        Refusal::ClaimedBack { .. } => 31,
    }
}

/// Goal: every refusal of exchanges is said so that a person can be told, but for what the ledger says or a field
/// names. Method: each in each of its ways; a new one without a sample fails.
#[test]
fn every_refusal_is_said() {
    let samples = samples();
    let places: std::collections::BTreeSet<_> = samples.iter().map(|(refusal, _)| place(refusal)).collect();
    assert_eq!(places, (0..=31).collect());
    for (refusal, is_said) in samples {
        let sentence = refusal_sentence(&refusal, &ivy);
        assert_eq!(sentence.is_some(), is_said, "{refusal:?}");
        let must = exchange::must_be(&refusal);
        assert_eq!(must == "one that the rules allow", is_said || place(&refusal) == 0, "{must}");
        if let Some(sentence) = sentence {
            println!("{sentence}");
            fit_for_people(&sentence);
            assert!(refusal.reason().is_some());
        }
    }
    fit_for_people(exchange::NOT_TODAY);
    fit_for_people(&exchange::declined_since(Sequence::new(17)));
    fit_for_people(&exchange::waits_no_more(Sequence::new(17)));
}

/// Goal: what a session must be is said after the field's name, and not twice. Method: each error, printed.
#[test]
fn a_session_is_asked_for_in_the_fields_of_the_api() {
    let owner = crate::domain::OwnerNumber::new(3);
    for error in [
        GroupError::NobodyGives,
        GroupError::NobodyTakesPart,
        GroupError::OneRecipient { named: 2 },
        GroupError::TooMany { field: PARTICIPANTS, most: 256, count: 300 },
        GroupError::TooManyTransfers { count: 257 },
        GroupError::NamedTwice { field: PARTICIPANTS, owner },
        GroupError::GivesAndTakesPart { owner },
        GroupError::LengthNeeded,
        GroupError::LengthUnused,
        GroupError::ShareIsNothing { participants: 2 },
        GroupError::TooLong,
        GroupError::KeeperNeeded { residual_seconds: -60 },
        GroupError::SameAccount { account: AccountNumber::from_slot(7).unwrap() },
    ] {
        let must = exchange::must_be(&Refusal::Group(error));
        println!("{} must be {must}", error.field());
        for twice in [error.field(), "must be", "seconds_", "residual"] {
            assert!(!must.contains(twice), "{must}");
        }
    }
}

/// Goal: a length that can be read in two ways is asked for in one of them. Method: word for word.
#[test]
fn both_readings_are_named() {
    let unread = Unread::TwoWays((amount(5_400), amount(4_680)));
    assert_eq!(
        exchange::must_be(&Refusal::Unread { field: "length", unread }),
        "typed in one way only: it can be 1 hour 30 minutes or 1 hour 18 minutes; type 1:30 or 1:18, or say \
         amount_seconds 5400 or 4680"
    );
}

/// Goal: what is said beside an answer is for people. Method: each sentence, word for word where it has figures.
#[test]
fn what_else_is_said() {
    let waits = [
        WhyWaits::OwnAccount,
        WhyWaits::SecondLine,
        WhyWaits::HoursMade,
        WhyWaits::WindowPassed,
        WhyWaits::MemberClosed,
        WhyWaits::PotLine,
    ];
    let mut sentences: Vec<String> = waits.map(|why| exchange::why_it_waits(why).to_owned()).to_vec();
    sentences.extend(
        [
            exchange::WAITS,
            exchange::why_unsettled(WhyUnsettled::Disputed),
            exchange::why_unsettled(WhyUnsettled::Unanswered),
        ]
        .map(str::to_owned),
    );
    sentences.push(exchange::late(Day::from_days(20_591)));
    for (seconds, said) in [
        (2_700, "Ashenford owes Quillmere 45 minutes."),
        (-2_700, "Quillmere owes Ashenford 45 minutes."),
        (0, "Ashenford and Quillmere owe each other nothing."),
    ] {
        assert_eq!(exchange::net_position("Ashenford", "Quillmere", seconds), said);
    }
    for sentence in sentences {
        let lower = sentence.to_lowercase();
        assert!(
            sentence.ends_with('.') && !lower.contains("debt") && !lower.contains("refused"),
            "{sentence}"
        );
    }
}

/// Goal: a friendly note comes where a change passes its line, on the way out. Method: each side of both lines.
#[test]
fn a_friendly_note_has_a_line() {
    let limits = Limits::WIDEST.with_warnings(Some(-3 * HOUR), Some(20 * HOUR)).unwrap();
    let note = |before: i64, after: i64| {
        exchange::friendly_note("Ivy", after * HOUR, (after - before) * HOUR, &limits)
    };
    for (before, after, said) in [
        (-2, -3, Some("Ivy is 3 hours below zero, where a friendly note starts.")),
        (-3, -4, None),
        (-4, -3, None),
        (-2, -2, None),
        (19, 20, Some("Ivy has 20 hours to spend, where a friendly note starts.")),
        (20, 21, None),
        (21, 20, None),
        (5, -9, Some("Ivy is 9 hours below zero, where a friendly note starts.")),
    ] {
        assert_eq!(note(before, after).as_deref(), said, "{before} to {after}");
    }
    assert_eq!(exchange::friendly_note("Ivy", -HOUR, -HOUR, &Limits::WIDEST), None);
}

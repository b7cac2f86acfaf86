//! Every sentence of the catalogue, rendered.

use proptest::prelude::*;

use super::{balance, figures, hours, periods, refusal_sentence};
use crate::domain::{
    AccountNumber, Amount, BankNumber, ClaimUnit, ClaimWord, Limit, LimitPassed, OwnerNumber, Reason,
    Refusal, SUM_LIMIT_SECONDS, Sequence,
};

const HOUR: i64 = 3_600;
const KIT: u32 = 0;
const POT: u32 = 1;
const ASHENFORD: u32 = 2;
const QUILLMERE: u32 = 3;

fn account(slot: u32) -> AccountNumber {
    AccountNumber::from_slot(slot).unwrap()
}

fn names(of: AccountNumber) -> String {
    let known = ["Kit", "the community pot", "Ashenford", "Quillmere"];
    known.get(usize::try_from(of.slot()).unwrap()).copied().unwrap_or("Ivy").to_owned()
}

fn said(refusal: &Refusal) -> String {
    refusal_sentence(refusal, &names)
}

fn amount(seconds: i64) -> Amount {
    Amount::new(seconds).unwrap()
}

fn past(slot: u32, limit: Limit, posted: i64, bound: i64, requested: i64) -> LimitPassed {
    LimitPassed { account: account(slot), limit, posted, held: 0, promised: 0, bound, requested }
}

fn limits(passed: &[LimitPassed]) -> String {
    said(&Refusal::Limits(passed.to_vec()))
}

/// All that the ledger can say.
pub(crate) fn all_said() -> Vec<(Refusal, String)> {
    let refusals = Reason::ALL.iter().flat_map(|reason| samples(*reason));
    refusals.map(|refusal| (refusal.clone(), said(&refusal))).collect()
}

/// What each reason can say, and each way it has to say it.
fn samples(reason: Reason) -> Vec<Refusal> {
    let (entry, kit) = (Sequence::new(17), account(KIT));
    let one = |limit| vec![Refusal::Limits(vec![past(KIT, limit, 6_300, -5 * HOUR, 8 * HOUR)])];
    let claim = |word| {
        let of = |unit, left, take| Refusal::Claim { word, place: 1, unit, left, take };
        vec![of(ClaimUnit::Times, 0, 1), of(ClaimUnit::Times, 1, 2), of(ClaimUnit::Seconds, 1_800, HOUR)]
    };
    let reversal = |left, requested| Refusal::ReversalExceeds { transfer: 0, left, requested };
    match reason {
        Reason::RequestIdReused => vec![Refusal::RequestIdReused { fields: vec!["kind", "occurred_on"] }],
        Reason::EntryNotFound => vec![Refusal::EntryNotFound(entry)],
        Reason::HoldNotFound => vec![Refusal::HoldNotFound(entry)],
        Reason::BankNotFound => vec![Refusal::BankNotFound(BankNumber::new(3))],
        Reason::AccountNotFound => vec![Refusal::AccountNotFound(kit)],
        Reason::OwnerNotFound => vec![Refusal::OwnerNotFound(OwnerNumber::new(12))],
        Reason::AccountClosed => vec![Refusal::AccountClosed(kit)],
        Reason::SameAccount => vec![Refusal::SameAccount(kit)],
        Reason::CrossBank => vec![Refusal::CrossBank(kit)],
        Reason::AlreadyThere => vec![Refusal::AlreadyThere(kit)],
        Reason::HoldResolved => vec![Refusal::HoldResolved(entry)],
        Reason::HoldExpired => vec![Refusal::HoldExpired(entry)],
        Reason::HoldsOpen => [1, 2, 1_000].map(|open| Refusal::HoldsOpen { account: kit, open }).to_vec(),
        Reason::TooManyHolds => {
            [None, Some(kit)].map(|account| Refusal::TooManyHolds { account, most: 1_000 }).to_vec()
        }
        Reason::DeadlineOutOfReach => vec![Refusal::DeadlineOutOfReach],
        Reason::CaptureExceedsHold => {
            vec![Refusal::CaptureExceedsHold { left: 2_700, requested: amount(HOUR) }]
        }
        Reason::ReversalExceeds => {
            vec![reversal(0, None), reversal(0, Some(amount(1))), reversal(60, Some(amount(61)))]
        }
        Reason::ClearingCap => [one(Limit::ClearingFloor), one(Limit::ClearingCeiling)].concat(),
        Reason::BelowFloor => [one(Limit::Floor), vec![Refusal::Limits(Vec::new())]].concat(),
        Reason::AboveCeiling => one(Limit::Ceiling),
        Reason::OfferExhausted => [claim(ClaimWord::OfferExhausted), claim(ClaimWord::OwnCap)].concat(),
        Reason::BudgetSpent => claim(ClaimWord::BudgetSpent),
        Reason::CodeUsed => claim(ClaimWord::CodeUsed),
        Reason::ReceiptReused => claim(ClaimWord::ReceiptReused),
        Reason::AlreadyHere => claim(ClaimWord::AlreadyHere),
        Reason::LineClaimed => claim(ClaimWord::LineClaimed),
        Reason::BooksFull => vec![Refusal::BooksFull { what: "owners", most: 16_777_216 }],
        Reason::DayInFuture => vec![Refusal::DayInFuture],
        Reason::DiskLow => vec![Refusal::DiskLow],
        Reason::ClockUnsure => vec![Refusal::ClockUnsure],
        // Said by `access`, whose own they are.
        Reason::NoKeysYet
        | Reason::KeyShownOnce
        | Reason::KeyNotFound
        | Reason::BeyondReach
        | Reason::KeyEnded
        | Reason::TwoKeysLive
        | Reason::LastAdminKey
        // Said by `periods`.
        | Reason::PeriodClosed
        | Reason::PeriodNotNext
        | Reason::PeriodNotOver
        // Said by `exchange`.
        | Reason::UnusualAmount
        | Reason::SamePerson
        | Reason::SecondPersonNeeded
        | Reason::WindowPassed
        | Reason::Paused
        | Reason::NotYours
        | Reason::NothingWaits
        | Reason::PotNotOpen
        // Said by `redemption`.
        | Reason::GoodsNotAllowed
        | Reason::CodeUnknown
        | Reason::CodeExpired
        | Reason::CodeNotHere
        | Reason::OfferNotNow
        | Reason::StaffSelfRedemption
        | Reason::CodeNotUsable
        | Reason::NotToday
        | Reason::OfferNotAvailable
        | Reason::StaffAtTill
        // Said by `cards`.
        | Reason::CardNotFound
        | Reason::PinWrong
        | Reason::PinLocked => Vec::new(),
    }
}

/// Everything the books can say.
pub(super) fn everything() -> Vec<Refusal> {
    Reason::ALL.into_iter().flat_map(samples).collect()
}

/// Goal: what is said of offers says what to do next. Method: each kind, with and without a practice.
#[test]
fn kinds_that_are_not_taken() {
    for kind in crate::directory::OfferKind::ALL {
        for needs_practice in [true, false] {
            fit_for_people(&super::redemption::kind_not_taken(kind, needs_practice));
        }
    }
}

/// What every sentence keeps to: it says what to do next, after what did not happen.
pub(super) fn fit_for_people(sentence: &str) {
    fit_in_words(sentence);
    let last = sentence.trim_end_matches('.').rsplit(". ").next().unwrap_or_default();
    assert!(!last.starts_with("Nothing "), "what to do next: {sentence}");
}

/// The same of limits: how far it can go says what to do next.
fn fit_in_words(sentence: &str) {
    plain(sentence);
    assert!(sentence.starts_with("Not done: ") && sentence.ends_with('.'), "{sentence}");
    let nothing = ["taken", "written down", "changed", "closed", "made", "offered", "revoked", "looked at"];
    let says_so = nothing.iter().any(|what| sentence.contains(&format!("Nothing was {what}.")));
    assert!(says_so || sentence.contains("Nothing moved."), "{sentence}");
}

/// What every sentence keeps to, a refusal or not.
pub(super) fn plain(sentence: &str) {
    let lower = sentence.to_lowercase();
    for word in ["denied", "failed", "insufficient", "debt", "wallet", "token", "money"] {
        assert!(!lower.contains(word), "{word}: {sentence}");
    }
    let words: Vec<_> = lower.split(|letter: char| !letter.is_alphanumeric()).collect();
    for word in ["he", "she", "his", "her", "him", "debit", "credit", "refused", "hold", "void", "captured"] {
        assert!(!words.contains(&word), "{word}: {sentence}");
    }
    for slip in
        ["  ", "..", " .", " ,", "\u{2212}", " -", "{", "}", "\n", " 1 hours", " 1 minutes", " 0 minutes"]
    {
        assert!(!sentence.contains(slip), "{slip:?}: {sentence}");
    }
}

/// Goal: every reason has a sentence that a person can be told.
/// Method: each reason in each of its ways; a new reason without a sample does not compile.
#[test]
fn every_reason_is_said() {
    let others: Vec<_> =
        [&Reason::OF_KEYS[..], &Reason::OF_PERIODS, &Reason::OF_PEOPLE, &Reason::OF_TILLS, &Reason::OF_CARDS]
            .concat();
    for reason in Reason::ALL.into_iter().filter(|reason| !others.contains(reason)) {
        let refusals = samples(reason);
        assert!(!refusals.is_empty());
        for refusal in refusals {
            assert_eq!(refusal.reason(), reason);
            let fits = if matches!(refusal, Refusal::Limits(_)) { fit_in_words } else { fit_for_people };
            fits(&said(&refusal));
        }
    }
}

/// Goal: why a month cannot be closed is said with what to do next. Method: each sentence, word for word, and every
/// month by its name.
#[test]
fn closed_months_are_said() {
    for (sentence, expected) in [
        (
            periods::closed((2026, 4), Sequence::new(41)),
            "April 2026 is closed already, by entry 41. Nothing was changed. What is written down for it from \
             now on stands in the next report.",
        ),
        (
            periods::not_next((2026, 2), (2025, 12)),
            "months are closed one after the other, and December 2025 comes before February 2026. Nothing was \
             closed. Close December 2025 first.",
        ),
        (
            periods::not_over((2026, 5)),
            "May 2026 is not over yet. Nothing was closed. Come back when its last day has passed.",
        ),
    ] {
        assert_eq!(sentence, format!("Not done: {expected}"));
        fit_for_people(&sentence);
    }
    let names: std::collections::BTreeSet<_> = (1..=12).map(|month| periods::month((2026, month))).collect();
    assert_eq!((names.len(), periods::month((1900, 1))), (12, "January 1900".to_owned()));
}

/// Goal: who cannot go so far hears how far it goes, wherever they stand.
/// Method: step 5 of the story, then each place between and beyond the limits.
#[test]
fn how_far_a_balance_can_go() {
    let floor = |posted, held, bound, requested| {
        limits(&[LimitPassed { held, ..past(KIT, Limit::Floor, posted, bound, requested) }])
    };
    for (sentence, expected) in [
        (
            floor(6_300, 0, -5 * HOUR, 8 * HOUR),
            "Kit can use 6 hours 45 minutes: the 1 hour 45 minutes Kit has, and up to 5 hours below zero. \
             8 hours were asked.",
        ),
        (
            floor(6_300, HOUR, -5 * HOUR, 8 * HOUR),
            "Kit can use 5 hours 45 minutes: the 45 minutes Kit has beside the 1 hour set aside, and up to \
             5 hours below zero. 8 hours were asked.",
        ),
        (
            floor(0, 0, -5 * HOUR, 6 * HOUR),
            "Kit is at zero and can go to 5 hours below zero, so 5 hours can be used. 6 hours were asked.",
        ),
        (
            floor(-3 * HOUR, HOUR, -5 * HOUR, 2 * HOUR),
            "Kit is 4 hours below zero, counting the 1 hour set aside, and can go to 5 hours below zero, so \
             1 hour can be used. 2 hours were asked.",
        ),
        (
            floor(-6 * HOUR, 0, -5 * HOUR, HOUR),
            "Kit is 6 hours below zero and can go no further than 5 hours below zero, so nothing can be used \
             now. 1 hour was asked.",
        ),
        (floor(HOUR, 0, 0, 2 * HOUR), "Kit can use 1 hour, all that Kit has. 2 hours were asked."),
        (
            floor(0, 0, 0, 900),
            "Kit is at zero and cannot go below zero, so nothing can be used now. 15 minutes were asked.",
        ),
        (
            floor(3 * HOUR, 0, 2 * HOUR, 2 * HOUR),
            "Kit can use 1 hour: Kit has 3 hours, and 2 hours must stay. 2 hours were asked.",
        ),
        (
            floor(HOUR, 0, 2 * HOUR, HOUR),
            "Kit has 1 hour and 2 hours must stay, so nothing can be used now. 1 hour was asked.",
        ),
        (
            limits(&[LimitPassed {
                promised: HOUR,
                ..past(KIT, Limit::Ceiling, 18 * HOUR, 20 * HOUR, 3 * HOUR)
            }]),
            "Kit has 18 hours, with 1 hour set aside to come, and can go up to 20 hours, so 1 hour can still \
             come in. 3 hours were asked.",
        ),
        (
            limits(&[past(KIT, Limit::Ceiling, HOUR, 0, HOUR)]),
            "Kit has 1 hour and can go up to zero, so nothing more can come in now. 1 hour was asked.",
        ),
    ] {
        assert_eq!(sentence, format!("Not done: {expected} Nothing moved."));
        fit_in_words(&sentence);
    }
}

/// Goal: every account concerned is named, and two mirrors between time banks say one thing.
/// Method: two people; step 20 of the story; each side of it alone; all together.
#[test]
fn everybody_concerned_is_named() {
    let kit = past(KIT, Limit::Floor, 6_300, -5 * HOUR, 8 * HOUR);
    let pot = past(POT, Limit::Floor, 0, 0, HOUR);
    assert_eq!(
        limits(&[kit, pot]),
        "Not done: Kit can use 6 hours 45 minutes: the 1 hour 45 minutes Kit has, and up to 5 hours below \
         zero. 8 hours were asked. The community pot is at zero and cannot go below zero, so nothing can be \
         used now. 1 hour was asked. Nothing moved."
    );
    let owing = past(QUILLMERE, Limit::ClearingCeiling, 900, 3 * HOUR, 3 * HOUR);
    let owed = past(ASHENFORD, Limit::ClearingFloor, -900, -3 * HOUR, 3 * HOUR);
    let agreed = "3 hours 15 minutes between the two time banks, and they agreed on 3 hours.";
    let end = "Nothing moved. Help in the other direction is possible.";
    assert_eq!(limits(&[owing, owed]), format!("Not done: Quillmere would owe Ashenford {agreed} {end}"));
    assert_eq!(limits(&[owed, owing]), limits(&[owing, owed]));
    assert_eq!(limits(&[owing]), format!("Not done: Quillmere would owe the other time bank {agreed} {end}"));
    assert_eq!(limits(&[owed]), format!("Not done: the other time bank would owe Ashenford {agreed} {end}"));
    let all = limits(&[owing, owed, kit, pot]);
    fit_in_words(&all);
    for name in ["Quillmere", "Ashenford", "Kit", "The community pot"] {
        assert!(all.contains(name), "{name}: {all}");
    }
}

/// Goal: of many accounts each is named, five at most with their figures and fewer where every name would not fit else;
/// only where they are too many the rest are counted; a pair between time banks counts as two. Method: 4 to 256
/// accounts, six pairs, and names of 256 bytes.
#[test]
fn of_many_accounts_each_is_named() {
    let names = |of: AccountNumber| format!("M{}", of.slot());
    let said = |passed: Vec<LimitPassed>, names: &dyn Fn(AccountNumber) -> String| {
        let sentence = refusal_sentence(&Refusal::Limits(passed), names);
        fit_in_words(&sentence);
        sentence
    };
    let floors = |count: u32| (0..count).map(|slot| past(slot, Limit::Floor, 0, 0, HOUR)).collect::<Vec<_>>();
    let words = |sentence: &str| sentence.split([' ', ',', '.']).map(str::to_owned).collect::<Vec<_>>();
    let named = |sentence: &str| {
        let words = words(sentence);
        (0..300).filter(|slot| words.contains(&format!("M{slot}"))).count()
    };
    let told = |sentence: &str| sentence.matches("was asked.").count();
    for (count, told_of_them, rest) in [
        (4, 4, "was asked. Nothing moved."),
        (5, 5, "was asked. Nothing moved."),
        (6, 5, "was asked. The same holds for M5. Nothing moved."),
        (7, 5, "was asked. The same holds for M5 and M6. Nothing moved."),
        (8, 5, "was asked. The same holds for M5, M6 and M7. Nothing moved."),
        (100, 5, "M97, M98 and M99. Nothing moved."),
        (150, 4, "M147, M148 and M149. Nothing moved."),
        (180, 2, "M177, M178 and M179. Nothing moved."),
    ] {
        let sentence = said(floors(count), &names);
        assert_eq!(
            (named(&sentence), told(&sentence)),
            (usize::try_from(count).unwrap(), told_of_them),
            "{sentence}"
        );
        assert!(
            sentence.ends_with(rest) && super::weight(&sentence) <= super::SENTENCE_WEIGHT_MAX,
            "{sentence}"
        );
    }
    let pairs = (0..6).flat_map(|pair: u32| {
        let most = i64::from(pair) * HOUR + HOUR;
        [
            past(2 * pair, Limit::ClearingCeiling, 0, most, most + 1),
            past(2 * pair + 1, Limit::ClearingFloor, 0, -most, most + 1),
        ]
    });
    let sentence = said(pairs.chain([past(12, Limit::Floor, 0, 0, HOUR)]).collect(), &names);
    assert_eq!(named(&sentence), 13, "{sentence}");
    assert!(
        sentence.contains("The same holds for M4, M5, M6,") && sentence.contains("M11 and M12. "),
        "{sentence}"
    );
    assert!(sentence.ends_with("Nothing moved. Help in the other direction is possible."), "{sentence}");

    let long = |of: AccountNumber| format!("{} M{}", "𐌰".repeat(63), of.slot());
    let usable = |slot| past(slot, Limit::Floor, HOUR, 2 * HOUR, HOUR);
    let sentence = said((0..256).map(usable).collect(), &long);
    assert_eq!((named(&sentence), told(&sentence)), (2, 1), "{sentence}");
    assert!(sentence.contains("M1 and 254 more accounts."), "{sentence}");
    assert!(super::weight(&sentence) <= super::SENTENCE_WEIGHT_MAX, "{sentence}");
    let twice = |slot| past(slot, Limit::Floor, 3 * HOUR, 2 * HOUR, 2 * HOUR);
    let sentence = said((0..256).map(twice).collect(), &long);
    assert_eq!(named(&sentence), 1, "{sentence}");
    assert!(sentence.contains("The same holds for 255 more accounts."), "{sentence}");
}

/// Goal: the other figures are said in the right unit and number.
/// Method: a table of sentences, word for word.
#[test]
fn figures_in_sentences() {
    let claim = |word, unit, left, take| said(&Refusal::Claim { word, place: 0, unit, left, take });
    for (sentence, expected) in [
        (
            said(&Refusal::CaptureExceedsHold { left: 2_700, requested: amount(HOUR) }),
            "45 minutes are left of what was set aside, and 1 hour was asked. Nothing was taken. Take 45 \
             minutes or less.",
        ),
        (
            said(&Refusal::ReversalExceeds { transfer: 2, left: HOUR, requested: Some(amount(7_200)) }),
            "1 hour is left to put right or give back of part 3, and 2 hours were asked. Nothing moved. Ask \
             for 1 hour or less.",
        ),
        (
            said(&Refusal::HoldsOpen { account: account(KIT), open: 2 }),
            "hours of Kit, or for Kit, are still set aside twice. Nothing was closed. Take them or let them \
             go first.",
        ),
        (
            claim(ClaimWord::OfferExhausted, ClaimUnit::Times, 1, 3),
            "this offer has 1 left, and 3 would be needed. Nothing was taken. Choose another offer or \
             another day.",
        ),
        (
            claim(ClaimWord::BudgetSpent, ClaimUnit::Seconds, 1_800, HOUR),
            "the budget for this has 30 minutes left, and 1 hour would be needed. Nothing was taken. Ask \
             again when the next budget begins.",
        ),
        (
            said(&Refusal::BooksFull { what: "owners", most: 16_777_216 }),
            "the books are full: they keep 16,777,216 owners and no more. Nothing was written down. Please \
             tell whoever looks after the network.",
        ),
    ] {
        assert_eq!(sentence, format!("Not done: {expected}"));
    }
    assert_eq!(
        [balance(6_300), balance(-3 * HOUR), balance(0)],
        ["1 hour 45 minutes", "3 hours below zero", "0 hours"]
    );
    assert_eq!([hours(11_700), hours(-HOUR)], ["3 hours 15 minutes", "1 hour"]);
    assert_eq!(
        [HOUR, 60, 1, 0, 2, HOUR + 60].map(figures::were),
        ["was", "was", "was", "were", "were", "were"]
    );
}

proptest! {
    /// Goal: no figures there can be make a sentence that a person cannot be told.
    /// Method: limits and balances of every size, whole hours and both ends more often than chance.
    #[test]
    fn any_figures_can_be_said(
        limit in prop::sample::select(vec![
            Limit::Floor, Limit::Ceiling, Limit::ClearingFloor, Limit::ClearingCeiling,
        ]),
        figures in prop::array::uniform5(prop_oneof![
            3 => (-9..9_i64).prop_map(|hours| hours * HOUR),
            1 => -SUM_LIMIT_SECONDS..=SUM_LIMIT_SECONDS,
            1 => prop::sample::select(vec![i64::MIN, -SUM_LIMIT_SECONDS, -1, 1, 60, i64::MAX]),
        ]),
    ) {
        let [posted, held, promised, bound, requested] = figures;
        let (held, promised, requested) =
            (held.saturating_abs(), promised.saturating_abs(), requested.saturating_abs().max(1));
        let passed = LimitPassed { account: account(KIT), limit, posted, held, promised, bound, requested };
        let sentence = limits(&[passed]);
        fit_in_words(&sentence);
        prop_assert!(sentence.contains("Kit"), "{}", sentence);
    }
}

//! How far an account can go, said so that people see what is possible.

use super::figures::{balance, hours, level, standing, were};
use super::refusals::NOTHING_MOVED;
use crate::domain::{AccountNumber, Limit, LimitPassed};

const BETWEEN_BANKS: &str = "between the two time banks, and they agreed";

/// Two sentences for each account that would pass a limit, one for each pair between time banks.
pub fn limits_passed(passed: &[LimitPassed], names: &dyn Fn(AccountNumber) -> String) -> String {
    let mut said = between_banks(passed, names);
    let other_direction = !said.is_empty();
    for one in passed {
        match one.limit {
            Limit::Floor => said.push(floor(one, &names(one.account))),
            Limit::Ceiling => said.push(ceiling(one, &names(one.account))),
            Limit::ClearingFloor | Limit::ClearingCeiling => {} // Said before all others.
        }
    }
    if said.is_empty() {
        said.push("it would go past a limit.".to_owned());
    }
    for later in said.iter_mut().skip(1) {
        *later = with_capital(later);
    }
    said.push(NOTHING_MOVED.to_owned());
    if other_direction {
        said.push("Help in the other direction is possible.".to_owned());
    }
    said.join(" ")
}

fn floor(passed: &LimitPassed, name: &str) -> String {
    let free = passed.posted.saturating_sub(passed.held);
    let (available, bound) = (passed.available(), passed.bound);
    let aside = match (passed.held, free) {
        (0, _) => String::new(),
        (held, 1..) => format!(" beside the {} set aside", hours(held)),
        (held, ..=0) => format!(", counting the {} set aside,", hours(held)),
    };
    let (stands, usable) = (standing(name, free), hours(available));
    let can_use = match (available, free, bound) {
        (..=0, _, 1..) => {
            format!("{stands}{aside} and {} must stay, so nothing can be used now", hours(bound))
        }
        (..=0, _, 0) => format!("{stands}{aside} and cannot go below zero, so nothing can be used now"),
        (..=0, _, ..0) => {
            format!(
                "{stands}{aside} and can go no further than {}, so nothing can be used now",
                balance(bound)
            )
        }
        (_, _, 1..) => {
            let stays = hours(bound);
            format!("{name} can use {usable}: {name} has {}{aside}, and {stays} must stay", hours(free))
        }
        (_, _, 0) => format!("{name} can use {usable}, all that {name} has{aside}"),
        (_, 1.., ..0) => {
            let has = hours(free);
            format!("{name} can use {usable}: the {has} {name} has{aside}, and up to {}", balance(bound))
        }
        (_, ..=0, ..0) => {
            format!("{stands}{aside} and can go to {}, so {usable} can be used", balance(bound))
        }
    };
    format!("{can_use}. {}", asked(passed.requested))
}

fn ceiling(passed: &LimitPassed, name: &str) -> String {
    let (stands, highest) = (standing(name, passed.posted), level(passed.bound));
    let coming = match passed.promised {
        0 => String::new(),
        promised => format!(", with {} set aside to come,", hours(promised)),
    };
    let room = match passed.available() {
        ..=0 => "nothing more can come in now".to_owned(),
        room => format!("{} can still come in", hours(room)),
    };
    format!("{stands}{coming} and can go up to {highest}, so {room}. {}", asked(passed.requested))
}

/// What one time bank would owe the other. Their two accounts are mirrors, so where both would pass
/// a limit they say one thing.
fn between_banks(passed: &[LimitPassed], names: &dyn Fn(AccountNumber) -> String) -> Vec<String> {
    let of = |limit: Limit| passed.iter().filter(move |one| one.limit == limit).collect::<Vec<_>>();
    let mut others = of(Limit::ClearingFloor);
    let mut said = Vec::new();
    for owing in of(Limit::ClearingCeiling) {
        let owed = owing.posted.saturating_add(owing.promised).saturating_add(owing.requested);
        let most = owing.bound;
        let mirrors =
            |other: &&LimitPassed| would_be_owed(other) == owed && other.bound == most.saturating_neg();
        let mirror = others.iter().position(mirrors).map(|place| others.remove(place));
        let whom = mirror.map_or_else(|| "the other time bank".to_owned(), |other| names(other.account));
        let (who, owed, most) = (names(owing.account), hours(owed), hours(most));
        said.push(format!("{who} would owe {whom} {owed} {BETWEEN_BANKS} on {most}."));
    }
    for other_side in others {
        let (whom, owed, most) =
            (names(other_side.account), hours(would_be_owed(other_side)), hours(other_side.bound));
        said.push(format!("the other time bank would owe {whom} {owed} {BETWEEN_BANKS} on {most}."));
    }
    said
}

fn would_be_owed(other_side: &LimitPassed) -> i64 {
    let afterwards = other_side.posted.saturating_sub(other_side.held).saturating_sub(other_side.requested);
    afterwards.saturating_neg()
}

fn asked(seconds: i64) -> String {
    format!("{} {} asked.", hours(seconds), were(seconds))
}

fn with_capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

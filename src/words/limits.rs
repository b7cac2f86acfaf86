//! How far an account can go, said so that people see what is possible.

use super::figures::{balance, hours, level, standing, were};
use super::refusals::NOTHING_MOVED;
use crate::domain::{AccountNumber, Limit, LimitPassed};

const BETWEEN_BANKS: &str = "between the two time banks, and they agreed";
const OTHER_BANK: &str = "the other time bank";
/// Accounts named in one answer: an entry can have hundreds, and an answer that is too long never arrives.
pub const ACCOUNTS_NAMED_MAX: usize = 5;
/// Bytes of what is said of them: where names are long, fewer are named. One always is.
const NAMED_BYTES_MAX: usize = 700;

/// Two sentences for each account that would pass a limit, one for each pair between time banks. The first
/// are named, at most five; of further ones it says how many there are.
pub fn limits_passed(passed: &[LimitPassed], names: &dyn Fn(AccountNumber) -> String) -> String {
    let (mut said, mut named, mut bytes) = (Vec::new(), 0_usize, 0_usize);
    let other_direction = passed.iter().any(|one| is_between_banks(one.limit));
    for concern in concerns(passed) {
        if named.saturating_add(concern.accounts()) > ACCOUNTS_NAMED_MAX {
            break;
        }
        let sentence = concern.said(names);
        bytes = bytes.saturating_add(sentence.len());
        if !said.is_empty() && bytes > NAMED_BYTES_MAX {
            break;
        }
        named = named.saturating_add(concern.accounts());
        said.push(sentence);
    }
    match passed.len().saturating_sub(named) {
        0 => {}
        1 => said.push("the same holds for 1 more account.".to_owned()),
        more => said.push(format!("the same holds for {more} more accounts.")),
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

/// What one sentence, or two, are about.
enum Concern<'a> {
    /// An account within its bank, past its floor.
    Floor(&'a LimitPassed),
    /// An account within its bank, past its ceiling.
    Ceiling(&'a LimitPassed),
    /// A time bank that would owe too much, and the mirror of that in the other's books.
    Owing(&'a LimitPassed, Option<&'a LimitPassed>),
    /// A time bank that would be owed too much, by one that may owe as much.
    Owed(&'a LimitPassed),
}

impl Concern<'_> {
    const fn accounts(&self) -> usize {
        if let Self::Owing(_, Some(_)) = self { 2 } else { 1 }
    }

    fn said(&self, names: &dyn Fn(AccountNumber) -> String) -> String {
        match *self {
            Self::Floor(one) => floor(one, &names(one.account)),
            Self::Ceiling(one) => ceiling(one, &names(one.account)),
            Self::Owing(owing, mirror) => {
                let whom = mirror.map_or_else(|| OTHER_BANK.to_owned(), |other| names(other.account));
                let (who, owed, most) = (names(owing.account), hours(would_owe(owing)), hours(owing.bound));
                format!("{who} would owe {whom} {owed} {BETWEEN_BANKS} on {most}.")
            }
            Self::Owed(other_side) => {
                let (whom, owed) = (names(other_side.account), hours(would_be_owed(other_side)));
                let most = hours(other_side.bound);
                format!("{OTHER_BANK} would owe {whom} {owed} {BETWEEN_BANKS} on {most}.")
            }
        }
    }
}

/// All there is to say, between time banks first. The two accounts between two time banks are mirrors, so
/// where both would pass a limit they say one thing.
fn concerns(passed: &[LimitPassed]) -> Vec<Concern<'_>> {
    let of = |limit: Limit| passed.iter().filter(move |one| one.limit == limit);
    let mut others: Vec<_> = of(Limit::ClearingFloor).collect();
    let mut concerns = Vec::new();
    for owing in of(Limit::ClearingCeiling) {
        let mirrors = |other: &&LimitPassed| {
            would_be_owed(other) == would_owe(owing) && other.bound == owing.bound.saturating_neg()
        };
        let mirror = others.iter().position(mirrors).map(|place| others.remove(place));
        concerns.push(Concern::Owing(owing, mirror));
    }
    concerns.extend(others.into_iter().map(Concern::Owed));
    concerns.extend(passed.iter().filter_map(|one| match one.limit {
        Limit::Floor => Some(Concern::Floor(one)),
        Limit::Ceiling => Some(Concern::Ceiling(one)),
        Limit::ClearingFloor | Limit::ClearingCeiling => None, // Said before.
    }));
    concerns
}

const fn is_between_banks(limit: Limit) -> bool {
    matches!(limit, Limit::ClearingFloor | Limit::ClearingCeiling)
}

const fn would_owe(owing: &LimitPassed) -> i64 {
    owing.posted.saturating_add(owing.promised).saturating_add(owing.requested)
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

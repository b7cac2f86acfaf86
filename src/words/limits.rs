//! How far an account can go, said so that people see what is possible.

use super::figures::{balance, hours, level, standing, were};
use super::refusals::{LEAD, NOTHING_MOVED};
use crate::domain::{AccountNumber, Limit, LimitPassed};

const BETWEEN_BANKS: &str = "between the two time banks, and they agreed";
const OTHER_BANK: &str = "the other time bank";
/// Accounts of which one answer tells the figures: an entry can have hundreds, and an answer that is too long never
/// arrives.
pub const ACCOUNTS_TOLD_MAX: usize = 5;
/// The [`weight`] of a sentence. Everybody is named within it where 100 people have names of ten letters; one always
/// is told of, however long the name.
pub const SENTENCE_WEIGHT_MAX: usize = 1_500;

/// How much of an answer a text takes: a byte that a header keeps as it is counts once, every other byte twice, as it
/// is three bytes there.
#[must_use]
pub fn weight(text: &str) -> usize {
    text.bytes().map(weight_of_byte).sum()
}

const fn weight_of_byte(byte: u8) -> usize {
    if byte.is_ascii_alphanumeric() || matches!(byte, b',' | b'.') { 1 } else { 2 }
}

/// Two sentences for each account that would pass a limit, one for each pair between time banks, and everybody by
/// name. The figures are told of the first five at most, and of fewer where there would be no room for every name else.
/// Where there is none even so, the names are the first, and of the others it says how many they are.
pub fn limits_passed(passed: &[LimitPassed], names: &dyn Fn(AccountNumber) -> String) -> String {
    let concerns = concerns(passed);
    let ending = if passed.iter().any(|one| is_between_banks(one.limit)) {
        format!("{NOTHING_MOVED} Help in the other direction is possible.")
    } else {
        NOTHING_MOVED.to_owned()
    };
    let mut accounts = 0_usize;
    let told = concerns.iter().take_while(|concern| {
        accounts = accounts.saturating_add(concern.accounts());
        accounts <= ACCOUNTS_TOLD_MAX
    });
    let mut said: Vec<_> = told.map(|concern| (concern.said(names), concern.accounts())).collect();
    if said.is_empty() {
        return format!("it would go past a limit. {ending}");
    }
    for (later, _) in said.iter_mut().skip(1) {
        *later = with_capital(later);
    }
    let lead = weight(LEAD).saturating_add(weight(&ending));
    loop {
        let weights = said.iter().map(|(sentence, _)| weight(sentence).saturating_add(weight(" ")));
        let room = SENTENCE_WEIGHT_MAX.saturating_sub(lead).saturating_sub(weights.sum());
        let told: usize = said.iter().map(|(_, accounts)| accounts).sum();
        let others = concerns.iter().skip(said.len()).flat_map(Concern::whose);
        let others = the_same_for(others, passed.len().saturating_sub(told), room, names);
        if others.is_whole || said.len() == 1 {
            let sentences = said.into_iter().map(|(sentence, _)| sentence);
            let all: Vec<_> = sentences.chain(others.sentence).chain([ending]).collect();
            return all.join(" ");
        }
        said.pop();
    }
}

/// What is said of those of whom no figures are told.
struct Others {
    /// Nothing where there are none.
    sentence: Option<String>,
    /// Whether each has a name in it.
    is_whole: bool,
}

/// That the same holds for `count` others, by name as far as there is `room`.
fn the_same_for(
    others: impl Iterator<Item = AccountNumber>,
    count: usize,
    room: usize,
    names: &dyn Fn(AccountNumber) -> String,
) -> Others {
    const FIXED: &str = "The same holds for  and 255 more accounts. "; // The most that is said beside the names.
    if count == 0 {
        return Others { sentence: None, is_whole: true };
    }
    let mut left = room.saturating_sub(weight(FIXED));
    let mut named = Vec::new();
    for name in others.map(names) {
        match left.checked_sub(weight(&name).saturating_add(weight(", "))) {
            Some(rest) => left = rest,
            None => break,
        }
        named.push(name);
    }
    let is_whole = named.len() == count;
    let last = match count.saturating_sub(named.len()) {
        0 => named.pop().unwrap_or_default(),
        1 => "1 more account".to_owned(),
        more => format!("{more} more accounts"),
    };
    let whom = if named.is_empty() { last } else { format!("{} and {last}", named.join(", ")) };
    Others { sentence: Some(format!("The same holds for {whom}.")), is_whole }
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

    /// Whose accounts they are.
    fn whose(&self) -> impl Iterator<Item = AccountNumber> + use<> {
        let (one, mirror) = match *self {
            Self::Owing(owing, mirror) => (owing, mirror),
            Self::Floor(one) | Self::Ceiling(one) | Self::Owed(one) => (one, None),
        };
        [Some(one.account), mirror.map(|other| other.account)].into_iter().flatten()
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

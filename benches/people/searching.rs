//! What a broker types, and how long the answer takes.

use std::time::{Duration, Instant};

use hourbook::directory::Directory;
use hourbook::domain::AccountNumber;

use crate::common::random::Random;
use crate::town::{BANK, Resident};

/// Searches of each sort.
const SEARCHES: u32 = 500;
/// So many a page has.
const PAGE: usize = 50;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Two letters from within a name: most of the bank is looked at, and thousands are found.
    TwoLetters,
    /// The beginning of a family name.
    Beginning,
    /// A whole name.
    Whole,
    /// The number of an account.
    Number,
    /// The last digits of a phone number.
    Phone,
    /// The beginning of an address.
    Email,
    /// What nobody has.
    Nothing,
}

impl Sort {
    pub const ALL: [Self; 7] = [
        Self::TwoLetters,
        Self::Beginning,
        Self::Whole,
        Self::Number,
        Self::Phone,
        Self::Email,
        Self::Nothing,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::TwoLetters => "two letters",
            Self::Beginning => "beginning of a name",
            Self::Whole => "whole name",
            Self::Number => "account number",
            Self::Phone => "end of a phone number",
            Self::Email => "beginning of an address",
            Self::Nothing => "nobody's",
        }
    }

    fn typed(self, place: u32) -> String {
        let Resident { name, phone, email } = Resident::at(place);
        match self {
            Self::TwoLetters => name.chars().skip(1).take(2).collect(),
            Self::Beginning => name.split(' ').next_back().unwrap().chars().take(4).collect(),
            Self::Whole => name,
            Self::Number => AccountNumber::from_slot(place + 2).unwrap().to_string(),
            Self::Phone => phone.chars().skip(5).collect(),
            Self::Email => email.chars().take(8).collect(),
            Self::Nothing => format!("xq{place}"),
        }
    }
}

/// How long searches of this sort took, one after the other.
pub fn search(directory: &Directory, sort: Sort, people: u32) -> Vec<Duration> {
    let mut random = Random::new(sort as u64 + 1);
    let known = directory.known();
    let mut times = Vec::new();
    for _ in 0..SEARCHES {
        let typed = sort.typed(random.below(people));
        let began = Instant::now();
        let found = known.names.search(&known.people, BANK, &typed, None, PAGE);
        times.push(began.elapsed());
        assert_eq!(found.is_empty(), sort == Sort::Nothing, "{typed}");
    }
    times
}

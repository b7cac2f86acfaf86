//! "Same person?": who of a bank somebody new may be already.
//!
//! A question, never an answer: two people may share a name, and a couple a telephone.

use super::contact::Contact;
use super::search::{NameIndex, Shelf};
use crate::domain::fold::{folded, squashed};
use crate::domain::{BankNumber, OwnerNumber};

/// At most this many are asked about.
pub const CANDIDATES_MAX: usize = 10;
/// Two names are nearly one if at most this part of their letters is a slip, in percent of the longer: one
/// slip from seven letters on, two from fourteen. It is a normalised Damerau-Levenshtein similarity of 0.85,
/// in whole numbers. At 0.80 half of all short names sharing a surname would be asked about; at 0.90
/// "Ann Lee" and "Ann Lea" would not.
const SLIPS_PERCENT: usize = 15;
/// A contact with fewer letters and digits says nothing about who it is.
const CONTACT_LETTERS_MIN: usize = 6;
/// Telephone numbers are one if so many last digits are: the number of the country may stand in front.
const DIGITS_COMPARED: usize = 9;

/// Why somebody may be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SameBecause {
    /// The name, or what they are known as, is the same, in any order of its words.
    Name,
    /// A contact is the same.
    Contact,
    /// The name is nearly the same.
    NearlyName,
}

/// Somebody of the bank who may be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Candidate {
    /// Why; the first that is true.
    pub because: SameBecause,
    /// Who.
    pub owner: OwnerNumber,
}

impl NameIndex {
    /// Who of `bank` somebody called `name` may be, the likeliest first.
    #[must_use]
    pub fn same_person(&self, bank: BankNumber, name: &str, contacts: &[Contact]) -> Vec<Candidate> {
        let mut candidates =
            self.shelf(bank).map(|shelf| candidates(shelf, name, contacts)).unwrap_or_default();
        candidates.sort_unstable();
        candidates.truncate(CANDIDATES_MAX);
        candidates
    }
}

fn candidates(shelf: &Shelf, name: &str, contacts: &[Contact]) -> Vec<Candidate> {
    let name = folded(name);
    let contacts: Vec<_> = contacts.iter().map(|contact| squashed(contact.text())).collect();
    let (in_order, letters) = (words_in_order(&name), name.chars().count());
    let mut candidates = Vec::new();
    for (owner, names, known) in shelf.everybody() {
        let by_name = |other: &str| {
            if other == name || other.len() == name.len() && words_in_order(other) == in_order {
                Some(SameBecause::Name)
            } else {
                is_near(&name, letters, other).then_some(SameBecause::NearlyName)
            }
        };
        let mut known = known;
        let best = names.filter(|_| !name.is_empty()).filter_map(by_name).min();
        let is_reached_so = known.any(|known| contacts.iter().any(|contact| is_same_contact(contact, known)));
        let by_contact = is_reached_so.then_some(SameBecause::Contact);
        if let Some(because) = best.into_iter().chain(by_contact).min() {
            candidates.push(Candidate { because, owner });
        }
    }
    candidates
}

fn words_in_order(name: &str) -> Vec<&str> {
    let mut words: Vec<_> = name.split(' ').collect();
    words.sort_unstable();
    words
}

fn is_near(name: &str, letters: usize, other: &str) -> bool {
    let others = other.chars().count();
    let slips_max = letters.max(others).saturating_mul(SLIPS_PERCENT) / 100;
    // Most names differ more in length, or in which letters they have, than that; the rest is compared.
    slips_max > 0
        && letters.abs_diff(others) <= slips_max
        && letters_apart(name, other) <= slips_max.saturating_mul(2)
        && strsim::damerau_levenshtein(name, other) <= slips_max
}

/// By how many letters two names differ when their order is not looked at; a slip makes at most two.
fn letters_apart(one: &str, other: &str) -> usize {
    let mut counts = [0_i16; 32];
    let mut count = |text: &str, step: i16| {
        for byte in text.bytes() {
            if let Some(count) = counts.get_mut(usize::from(byte % 32)) {
                *count = count.saturating_add(step);
            }
        }
    };
    if !(one.is_ascii() && other.is_ascii()) {
        return 0; // One letter is several bytes there: not a bound.
    }
    count(one, 1);
    count(other, -1);
    counts.iter().map(|count| usize::from(count.unsigned_abs())).fold(0, usize::saturating_add)
}

fn is_same_contact(one: &str, other: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let last =
        |text: &str| text.len().checked_sub(DIGITS_COMPARED).and_then(|at| text.get(at..)).map(str::to_owned);
    if is_number(one) && is_number(other) && last(one).is_some() && last(one) == last(other) {
        return true;
    }
    one == other && one.chars().count() >= CONTACT_LETTERS_MIN
}

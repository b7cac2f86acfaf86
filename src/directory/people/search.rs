//! Finding people by part of a name, by number, by part of a contact.
//!
//! Per bank one piece of text with all folded names and contacts, looked through from its beginning: 20,000
//! people are about a megabyte. Built from opened profiles at the start and kept in memory only.
//!
//! - What is found comes in one order: number, whole name, beginning of the name, beginning of a word,
//!   anywhere in the name, contact; and by rising owner number in each. It does not change while others join.
//! - Somebody forgotten is overwritten at once, here; copies in answers on their way are not ours.
//!
//! Why not an index of letters in threes: it would be ten times the size of the names, and looking through
//! them takes a few milliseconds.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use super::arena::Arena;
use super::person::{Person, ProfileError};
use super::profile::Profile;
use super::register::People;
use crate::domain::fold::{folded, squashed};
use crate::domain::{AccountNumber, BankNumber, OwnerNumber};
use crate::seal::Keyring;

/// At most this many are found at once.
pub const PAGE_MAX: usize = 1_000;
/// What is looked for has at most this many bytes; more finds nothing.
pub const QUERY_BYTES_MAX: usize = 200;
/// Part of a contact has at least this many letters and digits.
const CONTACT_LETTERS_MIN: usize = 3;
/// A bank's text is written anew when more than this, and half of it, is overwritten.
const OVERWRITTEN_BYTES_MAX: usize = 64 * 1_024;
/// Begins a name. Folded text has no control characters, so nothing is found across two.
const NAME: &str = "\u{1}";
/// Begins a contact.
const CONTACT: &str = "\u{2}";

/// By what somebody was found, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// It is their owner number or the number of their account.
    Number,
    /// It is their name, or what they are known as.
    Whole,
    /// Their name begins so.
    Beginning,
    /// A word of their name begins so.
    Word,
    /// It is somewhere in their name.
    Anywhere,
    /// It is part of how to reach them.
    Contact,
}

/// Somebody found; also where the next page goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Found {
    /// By what.
    pub rank: Rank,
    /// Who.
    pub owner: OwnerNumber,
}

/// The names of all banks, in memory.
#[derive(Default)]
pub struct NameIndex {
    shelves: BTreeMap<BankNumber, Shelf>,
    places: BTreeMap<(OwnerNumber, BankNumber), usize>, // In `Shelf::spans`.
}

/// The names of one bank.
#[derive(Default)]
pub(super) struct Shelf {
    text: Arena,
    spans: Vec<Span>, // In the order of the text; each ends where the next begins.
    overwritten: usize,
}

#[derive(Clone, Copy)]
struct Span {
    /// The operator where somebody was taken out.
    owner: OwnerNumber,
    begins: usize,
    contacts_at: usize,
}

/// What is looked for, folded.
struct Query {
    name: String,
    /// The name where it begins a word that is not the first.
    word: String,
    /// None if it is too short for a contact.
    contact: Option<String>,
}

impl NameIndex {
    /// The index of `people`, and whose profiles could not be read; whoever is forgotten is none of them.
    #[must_use]
    pub fn build(people: &People, keyring: &Keyring) -> (Self, Vec<(OwnerNumber, ProfileError)>) {
        let mut index = Self::default();
        let mut unread = Vec::new();
        for person in people.persons() {
            if let Err(error) = index.take_in(person, keyring) {
                unread.push((person.owner, error));
            }
        }
        (index, unread)
    }

    /// Writes down what somebody is called now, in each bank whose people they are of.
    ///
    /// # Errors
    /// [`ProfileError`] if their profile cannot be read; then they are not found by name.
    pub fn take_in(&mut self, person: &Person, keyring: &Keyring) -> Result<(), ProfileError> {
        self.forget(person.owner);
        let Some(sealed) = &person.profile else { return Ok(()) };
        let profile = sealed.profile(keyring)?;
        self.put(person.bank, person.owner, &profile);
        for account in &person.accounts {
            if !self.places.contains_key(&(person.owner, account.bank)) {
                self.put(account.bank, person.owner, &profile);
            }
        }
        Ok(())
    }

    /// Overwrites all there is of somebody.
    pub fn forget(&mut self, owner: OwnerNumber) {
        let all = (owner, BankNumber::new(0))..=(owner, BankNumber::new(u32::MAX));
        let places: Vec<_> = self.places.range(all).map(|((_, bank), place)| (*bank, *place)).collect();
        for (bank, place) in places {
            self.places.remove(&(owner, bank));
            let Some(shelf) = self.shelves.get_mut(&bank) else { continue };
            shelf.take_out(place);
            if shelf.overwritten > OVERWRITTEN_BYTES_MAX && shelf.overwritten > shelf.text.length() / 2 {
                *shelf = shelf.written_anew();
                for (place, span) in shelf.spans.iter().enumerate() {
                    self.places.insert((span.owner, bank), place);
                }
            }
        }
    }

    /// Those of `bank` in whose name or contacts `text` is, or whose number it is, after `after`; at most
    /// `size` and [`PAGE_MAX`]. Fewer than asked for are the last.
    #[must_use]
    pub fn search(
        &self,
        people: &People,
        bank: BankNumber,
        text: &str,
        after: Option<Found>,
        size: usize,
    ) -> Vec<Found> {
        if text.len() > QUERY_BYTES_MAX {
            return Vec::new();
        }
        let mut found = by_number(people, bank, text);
        if let Some(shelf) = self.shelves.get(&bank) {
            shelf.search(&Query::new(text), &mut found);
        }
        // The best of each: somebody may be found by number and by name.
        found.sort_unstable_by_key(|one| (one.owner, one.rank));
        found.dedup_by_key(|one| one.owner);
        found.retain(|one| after.is_none_or(|after| *one > after));
        let size = size.min(PAGE_MAX);
        if found.len() > size && size > 0 {
            found.select_nth_unstable(size.saturating_sub(1));
        }
        found.truncate(size);
        found.sort_unstable();
        found
    }

    pub(super) fn shelf(&self, bank: BankNumber) -> Option<&Shelf> {
        self.shelves.get(&bank)
    }

    /// Somebody who is not in this bank's text.
    fn put(&mut self, bank: BankNumber, owner: OwnerNumber, profile: &Profile) {
        let shelf = self.shelves.entry(bank).or_default();
        self.places.insert((owner, bank), shelf.spans.len());
        shelf.put(owner, profile);
    }
}

impl Shelf {
    fn put(&mut self, owner: OwnerNumber, profile: &Profile) {
        let begins = self.text.length();
        for name in [Some(profile.name()), profile.known_as()].into_iter().flatten() {
            self.text.push(NAME);
            self.text.push(&folded(name));
        }
        let contacts_at = self.text.length();
        for contact in profile.contacts() {
            self.text.push(CONTACT);
            self.text.push(&squashed(contact.text()));
        }
        self.spans.push(Span { owner, begins, contacts_at });
    }

    fn take_out(&mut self, place: usize) {
        let range = self.range(place);
        self.overwritten = self.overwritten.saturating_add(range.len());
        self.text.overwrite(range);
        if let Some(span) = self.spans.get_mut(place) {
            span.owner = OwnerNumber::OPERATOR;
        }
    }

    fn written_anew(&self) -> Self {
        let mut anew = Self::default();
        for (place, span) in self.spans.iter().enumerate() {
            if span.owner != OwnerNumber::OPERATOR {
                let moved = anew.text.length();
                let contacts_at = moved.saturating_add(span.contacts_at.saturating_sub(span.begins));
                anew.text.push(self.text.text().get(self.range(place)).unwrap_or_default());
                anew.spans.push(Span { owner: span.owner, begins: moved, contacts_at });
            }
        }
        anew
    }

    fn range(&self, place: usize) -> Range<usize> {
        let begins = |place: usize| self.spans.get(place).map_or(self.text.length(), |span| span.begins);
        begins(place)..begins(place.saturating_add(1))
    }

    fn search(&self, query: &Query, found: &mut Vec<Found>) {
        if !query.name.is_empty() {
            self.each_with(&query.name, query, found);
        }
        if let Some(contact) = query.contact.as_ref().filter(|contact| **contact != query.name) {
            self.each_with(contact, query, found);
        }
    }

    /// Those in whose part of the text `needle` is, each at the rank that the whole query gives them.
    fn each_with(&self, needle: &str, query: &Query, found: &mut Vec<Found>) {
        let mut at = 0;
        while let Some(hit) = self.text.text().get(at..).and_then(|rest| rest.find(needle)) {
            let hit = at.saturating_add(hit);
            let place = self.spans.partition_point(|span| span.begins <= hit).saturating_sub(1);
            at = self.range(place).end.max(hit.saturating_add(1));
            let Some(span) = self.spans.get(place) else { break };
            let (names, contacts) = self.parts(place, span);
            if let Some(rank) = query.rank(names, contacts) {
                found.push(Found { rank, owner: span.owner });
            }
        }
    }

    /// Everybody, with their names and contacts as they are compared.
    pub(super) fn everybody(
        &self,
    ) -> impl Iterator<Item = (OwnerNumber, impl Iterator<Item = &str>, impl Iterator<Item = &str>)> {
        let living = |(_, span): &(usize, &Span)| span.owner != OwnerNumber::OPERATOR;
        self.spans.iter().enumerate().filter(living).map(|(place, span)| {
            let (names, contacts) = self.parts(place, span);
            (span.owner, names.split(NAME).skip(1), contacts.split(CONTACT).skip(1))
        })
    }

    /// The text as it lies in memory.
    #[cfg(test)]
    pub(super) const fn plain(&self) -> &str {
        self.text.text()
    }

    /// What is kept of one person beside the text: the span, and the place with its share of a tree node.
    #[cfg(test)]
    pub(super) const fn bytes_a_person(&self) -> usize {
        size_of::<Span>() + 2 * size_of::<((OwnerNumber, BankNumber), usize)>()
    }

    fn parts(&self, place: usize, span: &Span) -> (&str, &str) {
        let range = self.range(place);
        let text = |range: Range<usize>| self.text.text().get(range).unwrap_or_default();
        (text(range.start..span.contacts_at), text(span.contacts_at..range.end))
    }
}

impl Query {
    fn new(text: &str) -> Self {
        let name = folded(text);
        let mut contact = squashed(text);
        if contact.bytes().all(|byte| byte.is_ascii_digit()) {
            // Zeros in front come and go with the number of the country.
            contact = contact.trim_start_matches('0').to_owned();
        }
        let is_enough = contact.chars().count() >= CONTACT_LETTERS_MIN;
        Self { word: format!(" {name}"), name, contact: is_enough.then_some(contact) }
    }

    fn rank(&self, names: &str, contacts: &str) -> Option<Rank> {
        let by_name = |name: &str| {
            if name == self.name {
                Some(Rank::Whole)
            } else if name.starts_with(&self.name) {
                Some(Rank::Beginning)
            } else if name.contains(&self.word) {
                Some(Rank::Word)
            } else {
                name.contains(&self.name).then_some(Rank::Anywhere)
            }
        };
        let best =
            if self.name.is_empty() { None } else { names.split(NAME).skip(1).filter_map(by_name).min() };
        best.or_else(|| {
            let is_part = self.contact.as_ref().is_some_and(|contact| contacts.contains(contact.as_str()));
            is_part.then_some(Rank::Contact)
        })
    }
}

/// Somebody of `bank` whose owner number this is, or the number of whose account.
fn by_number(people: &People, bank: BankNumber, text: &str) -> Vec<Found> {
    let typed = text.trim();
    let owner = typed.parse().ok().and_then(|number| people.person(OwnerNumber::new(number)));
    let account = typed.parse::<AccountNumber>().ok().and_then(|number| people.owner_of(number));
    let of_bank = owner.into_iter().chain(account).filter(|person| person.is_of(bank));
    of_bank.map(|person| Found { rank: Rank::Number, owner: person.owner }).collect()
}

impl fmt::Debug for NameIndex {
    /// How many; no name may reach a log by way of a `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameIndex({} people in {} banks)", self.places.len(), self.shelves.len())
    }
}

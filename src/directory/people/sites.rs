//! Venues and tills of a partner.
//!
//! Numbers are dense from 1 and given once: a receipt of a till that is gone still says which it was.

use std::collections::BTreeMap;

use super::person::Sealed;

/// A partner has at most this many venues, closed ones too.
pub const VENUES_MAX: usize = 50;
/// A partner has at most this many tills, closed ones too.
pub const TILLS_MAX: usize = 200;

/// Whether something is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InUse {
    /// It is.
    Yes,
    /// It was.
    NoLonger,
}

/// A place of a partner where hours are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venue {
    /// Its name and where it is: a text sealed under the partner's key.
    pub words: Sealed,
    /// Whether it is open.
    pub in_use: InUse,
}

/// A till.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Till {
    /// Where it stands.
    pub venue: u8,
    /// Whether it is used.
    pub in_use: InUse,
}

/// All of one partner, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sites {
    /// Venues.
    pub venues: BTreeMap<u8, Venue>,
    /// Tills.
    pub tills: BTreeMap<u16, Till>,
}

impl Sites {
    /// The number the next venue gets, if there may be another.
    #[must_use]
    pub fn next_venue(&self) -> Option<u8> {
        let count = self.venues.len();
        u8::try_from(count.saturating_add(1)).ok().filter(|_| count < VENUES_MAX)
    }

    /// The number the next till gets, if there may be another.
    #[must_use]
    pub fn next_till(&self) -> Option<u16> {
        let count = self.tills.len();
        u16::try_from(count.saturating_add(1)).ok().filter(|_| count < TILLS_MAX)
    }

    /// A new venue, or other words for one that is open; none if neither.
    pub(super) fn set_venue(&mut self, number: u8, words: Sealed) -> Option<()> {
        let is_next = self.next_venue() == Some(number);
        let is_open = self.venues.get(&number).is_some_and(|venue| venue.in_use == InUse::Yes);
        (is_next || is_open).then(|| {
            self.venues.insert(number, Venue { words, in_use: InUse::Yes });
        })
    }

    pub(super) fn close_venue(&mut self, number: u8) -> Option<()> {
        let venue = self.venues.get_mut(&number).filter(|venue| venue.in_use == InUse::Yes)?;
        venue.in_use = InUse::NoLonger;
        for till in self.tills.values_mut().filter(|till| till.venue == number) {
            till.in_use = InUse::NoLonger;
        }
        Some(())
    }

    /// A new till, or another venue for one that is used; none if neither.
    pub(super) fn set_till(&mut self, number: u16, venue: u8) -> Option<()> {
        let stands = self.venues.get(&venue).is_some_and(|venue| venue.in_use == InUse::Yes);
        let is_next = self.next_till() == Some(number);
        let is_used = self.tills.get(&number).is_some_and(|till| till.in_use == InUse::Yes);
        (stands && (is_next || is_used)).then(|| {
            self.tills.insert(number, Till { venue, in_use: InUse::Yes });
        })
    }

    pub(super) fn close_till(&mut self, number: u16) -> Option<()> {
        let till = self.tills.get_mut(&number).filter(|till| till.in_use == InUse::Yes)?;
        till.in_use = InUse::NoLonger;
        Some(())
    }
}

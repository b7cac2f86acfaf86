//! What was said of endpoints, folded one entry after the other.
//!
//! The same entries always give the same; what does not follow is an error that names its entry.

use std::collections::BTreeMap;

use super::note::{Because, Kinds, Said};
use crate::directory::reading::BadBytes;
use crate::domain::{Note, OwnerNumber, Sequence, Timestamp};

/// A partner has at most this many endpoints at once.
pub const ENDPOINTS_MAX: usize = 8;
/// And so many ever: each keeps its number.
pub const ENDPOINTS_EVER_MAX: usize = 1_000;
/// A network has at most this many at once: each has a queue in memory.
pub const ENDPOINTS_OF_NETWORK_MAX: usize = 256;

/// An entry that cannot be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHook {
    /// Its bytes.
    #[error("entry {0} about a partner's hooks cannot be read: {1}")]
    Bytes(Sequence, BadBytes),
    /// What it says does not follow from what was said before.
    #[error("entry {0} about a partner's hooks does not follow from those before it: {1}")]
    Order(Sequence, &'static str),
}

/// Which endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointName {
    /// Whose.
    pub partner: OwnerNumber,
    /// Its number with this partner, from 1.
    pub number: u16,
}

/// How an endpoint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Events are sent.
    Open,
    /// Its partner paused it.
    Paused,
    /// The server gave it up.
    Disabled(Because),
}

/// An endpoint, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where events go; empty for nowhere.
    pub url: Box<str>,
    /// Which it wants.
    pub kinds: Kinds,
    /// How it stands.
    pub stands: Stands,
    /// The entry that made it: what came before is only sent where a replay asks for it.
    pub made_by: Sequence,
    /// Which key it has, from 1.
    pub key_number: u32,
    /// The entry that gave it that key.
    pub key_by: Sequence,
    /// Until when the key before is good too; none before the first change.
    pub older_key_until: Option<Timestamp>,
    /// The entry that says how it stands.
    pub set_by: Sequence,
    /// The entry that made it, resumed it or said another address last: what waited then is due.
    pub opened_by: Sequence,
    /// What was asked to be sent once more last: by which entry, and events of which entries.
    pub replay: Option<Replay>,
}

/// Events that are sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The entry that asks for it.
    pub asked_by: Sequence,
    /// From this entry on.
    pub from: Sequence,
    /// Through this one.
    pub through: Sequence,
}

/// The endpoints of all partners.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    endpoints: BTreeMap<EndpointName, Endpoint>,
    /// How many each partner ever had.
    ever: BTreeMap<OwnerNumber, u16>,
    changed_by: Sequence,
}

impl Hooks {
    /// Takes in a note; those of other topics change nothing.
    ///
    /// # Errors
    /// [`BadHook`]; then nothing is changed.
    pub fn apply(&mut self, sequence: Sequence, note: &Note) -> Result<(), BadHook> {
        let said = Said::decode(note).map_err(|bad| BadHook::Bytes(sequence, bad))?;
        let Some((number, said)) = said else { return Ok(()) };
        let wrong = |why| BadHook::Order(sequence, why);
        let partner = u32::try_from(note.subject).map_err(|_| wrong("its partner is nobody"))?;
        let name = EndpointName { partner: OwnerNumber::new(partner), number };
        match said {
            Said::Created(kinds, url) => {
                if self.next(name.partner) != Some(number) {
                    return Err(wrong("it is not the next number of this partner"));
                }
                self.ever.insert(name.partner, number);
                self.endpoints.insert(name, Endpoint::made(sequence, kinds, url));
            }
            Said::Deleted => {
                self.endpoints.remove(&name).ok_or_else(|| wrong("there is no such endpoint"))?;
            }
            said @ (Said::Changed(..)
            | Said::Rotated { .. }
            | Said::Paused
            | Said::Resumed
            | Said::Disabled(_)
            | Said::Replay { .. }
            | Said::Test) => {
                let endpoint = self.endpoints.get_mut(&name);
                endpoint.ok_or_else(|| wrong("there is no such endpoint"))?.take_in(sequence, said);
            }
        }
        self.changed_by = sequence;
        Ok(())
    }

    /// A partner is forgotten: so end their endpoints, which nothing can be signed for any more.
    pub fn forget(&mut self, sequence: Sequence, partner: OwnerNumber) {
        let before = self.endpoints.len();
        self.endpoints.retain(|name, _| name.partner != partner);
        if self.endpoints.len() < before {
            self.changed_by = sequence;
        }
    }

    /// The entry that changed something here last.
    #[must_use]
    pub const fn changed_by(&self) -> Sequence {
        self.changed_by
    }

    /// An endpoint that has not ended.
    #[must_use]
    pub fn endpoint(&self, name: EndpointName) -> Option<&Endpoint> {
        self.endpoints.get(&name)
    }

    /// All that have not ended, in the order of their names.
    pub fn all(&self) -> impl Iterator<Item = (EndpointName, &Endpoint)> {
        self.endpoints.iter().map(|(name, endpoint)| (*name, endpoint))
    }

    /// Those of a partner.
    pub fn of(&self, partner: OwnerNumber) -> impl Iterator<Item = (EndpointName, &Endpoint)> {
        let name = |number| EndpointName { partner, number };
        self.endpoints.range(name(0)..=name(u16::MAX)).map(|(name, endpoint)| (*name, endpoint))
    }

    /// The number that the next endpoint of a partner gets; none where it had as many as there may be.
    #[must_use]
    pub fn next(&self, partner: OwnerNumber) -> Option<u16> {
        let ever = self.ever.get(&partner).copied().unwrap_or_default();
        if usize::from(ever) < ENDPOINTS_EVER_MAX { ever.checked_add(1) } else { None }
    }
}

impl Endpoint {
    /// One as it begins.
    #[must_use]
    pub const fn made(by: Sequence, kinds: Kinds, url: Box<str>) -> Self {
        Self {
            url,
            kinds,
            stands: Stands::Open,
            made_by: by,
            key_number: 1,
            key_by: by,
            older_key_until: None,
            set_by: by,
            opened_by: by,
            replay: None,
        }
    }

    /// What is said of an endpoint that there is; it always follows.
    fn take_in(&mut self, sequence: Sequence, said: Said) {
        match said {
            Said::Changed(kinds, url) => {
                if url != self.url {
                    self.opened_by = sequence;
                }
                (self.kinds, self.url) = (kinds, url);
            }
            Said::Rotated { until, overlap_seconds: _ } => {
                self.key_number = self.key_number.saturating_add(1);
                (self.key_by, self.older_key_until) = (sequence, Some(until));
            }
            Said::Paused => self.stands = Stands::Paused,
            Said::Resumed => (self.stands, self.opened_by) = (Stands::Open, sequence),
            Said::Disabled(why) => self.stands = Stands::Disabled(why),
            Said::Replay { from, through } => {
                let through = if through.is_zero() { sequence } else { through };
                self.replay = Some(Replay { asked_by: sequence, from, through });
                return; // It stands as it stood.
            }
            Said::Test | Said::Created(..) | Said::Deleted => return,
        }
        self.set_by = sequence;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::hooks::EventKind;
    use crate::domain::Action;

    fn note(said: &Said, number: u16) -> Note {
        let Action::Note(note) = said.command(OwnerNumber::new(7), number).action else { panic!() };
        note
    }

    fn said(hooks: &mut Hooks, sequence: u64, number: u16, said: &Said) -> Result<(), BadHook> {
        hooks.apply(Sequence::new(sequence), &note(said, number))
    }

    const NAME: EndpointName = EndpointName { partner: OwnerNumber::new(7), number: 1 };

    /// Goal: an endpoint stands as was said of it last; numbers come in order, and none comes again. Method: the life of one,
    /// and of another after it.
    #[test]
    fn the_life_of_an_endpoint() {
        let mut hooks = Hooks::default();
        let created = Said::Created(Kinds::ALL, "https://a.example/".into());
        assert!(said(&mut hooks, 1, 2, &created).is_err(), "not the next number");
        said(&mut hooks, 1, 1, &created).unwrap();
        let one = |hooks: &Hooks| hooks.endpoint(NAME).unwrap().clone();
        assert_eq!((one(&hooks).stands, one(&hooks).key_number), (Stands::Open, 1));
        said(&mut hooks, 2, 1, &Said::Paused).unwrap();
        assert_eq!((one(&hooks).stands, one(&hooks).opened_by.get()), (Stands::Paused, 1));
        said(&mut hooks, 3, 1, &Said::Resumed).unwrap();
        assert_eq!((one(&hooks).stands, one(&hooks).opened_by.get()), (Stands::Open, 3));
        said(&mut hooks, 4, 1, &Said::Disabled(Because::Gone)).unwrap();
        assert_eq!(one(&hooks).stands, Stands::Disabled(Because::Gone));
        let kinds = Kinds::of(&[EventKind::Refunded]);
        said(&mut hooks, 5, 1, &Said::Changed(kinds, "https://b.example/".into())).unwrap();
        assert_eq!((one(&hooks).kinds, &*one(&hooks).url), (kinds, "https://b.example/"));
        let until = Timestamp::from_micros(9);
        said(&mut hooks, 6, 1, &Said::Rotated { until, overlap_seconds: 1 }).unwrap();
        assert_eq!((one(&hooks).key_number, one(&hooks).older_key_until), (2, Some(until)));
        assert_eq!(one(&hooks).key_by.get(), 6);
        assert_eq!(one(&hooks).set_by.get(), 6);
        said(&mut hooks, 7, 1, &Said::Replay { from: Sequence::new(2), through: Sequence::ZERO }).unwrap();
        let replay = Replay { asked_by: Sequence::new(7), from: Sequence::new(2), through: Sequence::new(7) };
        assert_eq!((one(&hooks).replay, one(&hooks).set_by.get()), (Some(replay), 6));
        said(&mut hooks, 8, 1, &Said::Deleted).unwrap();
        assert_eq!((hooks.endpoint(NAME), hooks.changed_by().get()), (None, 8));
        for gone in [Said::Deleted, Said::Paused, Said::Test] {
            assert!(said(&mut hooks, 9, 1, &gone).is_err(), "{gone:?}");
        }
        assert_eq!(hooks.next(NAME.partner), Some(2));
        said(&mut hooks, 9, 2, &created).unwrap();
        let numbers: Vec<_> = hooks.of(NAME.partner).map(|(name, _)| name.number).collect();
        assert_eq!((numbers, hooks.of(OwnerNumber::new(6)).count(), hooks.all().count()), (vec![2], 0, 1));
    }

    /// Goal: whoever is forgotten has no endpoint, and takes nobody's place; nobody else's ends. Method: two partners, one forgotten.
    #[test]
    fn whoever_is_forgotten_has_none() {
        let mut hooks = Hooks::default();
        let created = Said::Created(Kinds::ALL, "https://a.example/".into());
        said(&mut hooks, 1, 1, &created).unwrap();
        said(&mut hooks, 2, 2, &created).unwrap();
        hooks.forget(Sequence::new(3), OwnerNumber::new(8));
        assert_eq!((hooks.all().count(), hooks.changed_by().get()), (2, 2));
        hooks.forget(Sequence::new(4), NAME.partner);
        assert_eq!((hooks.all().count(), hooks.changed_by().get()), (0, 4));
        assert_eq!(hooks.next(NAME.partner), Some(3), "and no number comes again");
    }

    /// Goal: no number is given twice, so there is an end. Method: as many as there may be, each ended.
    #[test]
    fn numbers_come_to_an_end() {
        let mut hooks = Hooks::default();
        for number in 1..=u16::try_from(ENDPOINTS_EVER_MAX).unwrap() {
            assert_eq!(hooks.next(NAME.partner), Some(number));
            said(&mut hooks, u64::from(number), number, &Said::Created(Kinds::ALL, "".into())).unwrap();
            said(&mut hooks, u64::from(number), number, &Said::Deleted).unwrap();
        }
        assert_eq!(hooks.next(NAME.partner), None);
    }
}

//! The credentials of a network as the journal gives them: notes folded, one after the other.
//!
//! Pure: no lock, no clock, no key. The same notes always give the same register.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::caller::{CredentialNumber, End, Ends, LoginNumber};
use super::grant::Grant;
use super::note::{BadNote, KeptSecret, Said};
use super::role::Role;
use crate::domain::{Entry, Humans, Note, OwnerNumber, SeenKeys, Sequence, Timestamp};

/// At most this many credentials, ended ones too.
pub const CREDENTIALS_MAX: u32 = 100_000;
/// At most this many people who come with tokens.
pub const LOGINS_MAX: u32 = 100_000;

/// A note of ours with what its entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The entry.
    pub sequence: Sequence,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: OwnerNumber,
    /// What the note says.
    pub note: Note,
}

impl Written {
    /// The note of an entry.
    #[must_use]
    pub fn of(entry: &Entry, note: &Note) -> Self {
        let actor = entry.command.actor;
        Self { sequence: entry.sequence, recorded_at: entry.recorded_at, actor, note: note.clone() }
    }
}

/// What `init` made of a data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// What the network is called.
    pub name: Box<str>,
    /// Since when it has keys.
    pub at: Timestamp,
    /// Whose key in the keyring secrets are hashed with now.
    pub key_owner: OwnerNumber,
}

/// One credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its number.
    pub number: CredentialNumber,
    /// What it allows.
    pub grant: Grant,
    /// Who its holder is in the books.
    pub holder: OwnerNumber,
    /// Who made it; the operator for whoever sat at the machine.
    pub made_by: OwnerNumber,
    /// When.
    pub made_at: Timestamp,
    /// When it got the secret it has.
    pub rotated_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Its secret.
    pub secret: KeptSecret,
    /// The one before, and until when that works too.
    pub older: Option<(KeptSecret, Timestamp)>,
}

impl Credential {
    /// When, and why, its newest key ends.
    #[must_use]
    pub fn ends(&self) -> Ends {
        if self.revoked_at.is_some() { Ends::REVOKED } else { Ends::first(self.grant.expires_at, None) }
    }

    /// When, and why, the key before ends, if there is one.
    #[must_use]
    pub fn older_ends(&self) -> Option<Ends> {
        let (_, until) = self.older?;
        let ends = Ends::first(self.grant.expires_at, Some(until));
        Some(if self.revoked_at.is_some() { Ends::REVOKED } else { ends })
    }

    /// Why it is over at `now`, if it is.
    #[must_use]
    pub fn ended(&self, now: Timestamp) -> Option<End> {
        self.ends().at(now)
    }
}

/// How it is known who somebody with a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    /// They came, and got a number.
    Met,
    /// Somebody said who they are.
    Linked,
}

/// Somebody whom the network's identity provider vouches for; role and reach are in each of their tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    /// Their number.
    pub number: LoginNumber,
    /// Who they are in the books.
    pub holder: OwnerNumber,
    /// How that is known.
    pub bond: Bond,
}

/// Everything notes of ours say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// Whether the network has keys, and since when.
    pub begun: Option<Begun>,
    /// In the order of their numbers from 1.
    pub credentials: Vec<Arc<Credential>>,
    /// By who they are to their issuer; shared with whoever looks people up.
    pub logins: Arc<BTreeMap<KeptSecret, Login>>,
    /// Who turned out to be somebody who was known already; shared as `logins` are.
    pub humans: Arc<Humans>,
    /// Who has seen whose key; shared as `logins` are.
    pub seen_keys: Arc<SeenKeys>,
}

/// A note that cannot be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFold {
    /// Its bytes.
    #[error("entry {0} about a key cannot be read: {1}")]
    Note(Sequence, BadNote),
    /// What it says does not follow from what was said before.
    #[error("entry {0} about a key does not follow from those before it")]
    Order(Sequence),
}

impl Register {
    /// The credential `number`.
    #[must_use]
    pub fn credential(&self, number: CredentialNumber) -> Option<&Arc<Credential>> {
        let place = usize::try_from(number.get().checked_sub(1)?).ok()?;
        self.credentials.get(place)
    }

    /// The number the next credential gets.
    #[must_use]
    pub fn next(&self) -> CredentialNumber {
        let count = u32::try_from(self.credentials.len()).unwrap_or(u32::MAX);
        CredentialNumber::new(count.saturating_add(1))
    }

    /// The number the next login gets.
    #[must_use]
    pub fn next_login(&self) -> LoginNumber {
        let count = u32::try_from(self.logins.len()).unwrap_or(u32::MAX);
        LoginNumber::new(count.saturating_add(1))
    }

    /// The number of whoever is this person to their issuer; the next one where they are not known.
    #[must_use]
    pub fn number_of(&self, person: &KeptSecret) -> LoginNumber {
        self.logins.get(person).map_or_else(|| self.next_login(), |login| login.number)
    }

    /// Takes in the next note; with an error nothing is changed.
    ///
    /// # Errors
    /// [`BadFold`], naming the entry.
    pub fn apply(&mut self, written: &Written) -> Result<(), BadFold> {
        let out_of_order = BadFold::Order(written.sequence);
        let said = Said::decode(&written.note.body).map_err(|bad| BadFold::Note(written.sequence, bad))?;
        let number = u32::try_from(written.note.subject).map_err(|_| out_of_order)?;
        match said {
            Said::Begun { key_owner, name } => {
                if number != 0 || self.begun.is_some() {
                    return Err(out_of_order);
                }
                self.begun = Some(Begun { name, at: written.recorded_at, key_owner });
            }
            Said::NewKey { key_owner } => {
                let begun = self.begun.as_mut().filter(|_| number == 0).ok_or(out_of_order)?;
                begun.key_owner = key_owner;
            }
            Said::Made { grant, holder, secret } => {
                let is_next = number == self.next().get() && number <= CREDENTIALS_MAX;
                if self.begun.is_none() || !is_next {
                    return Err(out_of_order);
                }
                let (by, from) = (written.actor, written.recorded_at);
                let keys = Arc::make_mut(&mut self.seen_keys);
                keys.made((number, holder), by, from, grant.expires_at);
                self.credentials.push(Arc::new(Credential {
                    number: CredentialNumber::new(number),
                    grant,
                    holder,
                    made_by: written.actor,
                    made_at: written.recorded_at,
                    rotated_at: None,
                    revoked_at: None,
                    secret,
                    older: None,
                }));
            }
            Said::Rotated { until, secret } => {
                let credential = self.live(number).ok_or(out_of_order)?;
                let before = std::mem::replace(&mut credential.secret, secret);
                // Whose time is over already is no key any more.
                credential.older = (until > written.recorded_at).then_some((before, until));
                credential.rotated_at = Some(written.recorded_at);
                let (holder, until) = (credential.holder, credential.grant.expires_at);
                let (by, from) = (written.actor, written.recorded_at);
                Arc::make_mut(&mut self.seen_keys).made((number, holder), by, from, until);
            }
            Said::Revoked => {
                let credential = self.live(number).ok_or(out_of_order)?;
                credential.revoked_at = Some(written.recorded_at);
                let holder = credential.holder;
                Arc::make_mut(&mut self.seen_keys).ended((number, holder), written.recorded_at);
            }
            Said::Met { holder, person } => {
                let is_next = number == self.next_login().get() && number <= LOGINS_MAX;
                if self.begun.is_none() || !is_next || self.logins.contains_key(&person) {
                    return Err(out_of_order);
                }
                let login = Login { number: LoginNumber::new(number), holder, bond: Bond::Met };
                Arc::make_mut(&mut self.logins).insert(person, login);
            }
            Said::Linked { holder, person } => {
                let before = self.logins.get(&person).copied();
                let expected = self.number_of(&person);
                let is_expected = number == expected.get() && number <= LOGINS_MAX;
                if self.begun.is_none() || !is_expected || holder == OwnerNumber::OPERATOR {
                    return Err(out_of_order);
                }
                if let Some(before) = before {
                    // What they did by the other number stays theirs, also where an earlier link was wrong.
                    Arc::make_mut(&mut self.humans).unite(before.holder, holder);
                }
                let login = Login { number: expected, holder, bond: Bond::Linked };
                Arc::make_mut(&mut self.logins).insert(person, login);
            }
        }
        Ok(())
    }

    fn live(&mut self, number: u32) -> Option<&mut Credential> {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        let credential = self.credentials.get_mut(place)?;
        (credential.revoked_at.is_none()).then(|| Arc::make_mut(credential))
    }

    /// Whether `number` is the only admin credential that works at `now`. `works` says of a kept secret
    /// whether it can still be checked.
    #[must_use]
    pub fn is_last_admin(
        &self,
        number: CredentialNumber,
        now: Timestamp,
        works: impl Fn(&KeptSecret) -> bool,
    ) -> bool {
        let mut admins = self.credentials.iter().filter(|credential| {
            credential.grant.role == Role::Admin
                && credential.ended(now).is_none()
                && works(&credential.secret)
        });
        admins.next().is_some_and(|first| first.number == number) && admins.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::role::Reach;
    use crate::domain::Topic;

    const NOW: i64 = 1_000;

    struct Story {
        register: Register,
        sequence: u64,
    }

    impl Story {
        fn begun() -> Self {
            let mut story = Self { register: Register::default(), sequence: 0 };
            story.say(0, Said::Begun { key_owner: OwnerNumber::new(1), name: "Rivermeet".into() }).unwrap();
            story
        }

        fn say(&mut self, subject: u64, said: Said) -> Result<(), BadFold> {
            self.sequence += 1;
            let note = Note { topic: Topic::CREDENTIAL, subject, body: said.encode() };
            let recorded_at = Timestamp::from_micros(NOW);
            let before = self.register.clone();
            let (sequence, actor) = (Sequence::new(self.sequence), OwnerNumber::OPERATOR);
            let written = Written { sequence, recorded_at, actor, note };
            let applied = self.register.apply(&written);
            assert!(applied.is_ok() || self.register == before, "an error changed something");
            applied
        }

        fn make(&mut self, number: u64, role: Role, expires_at: Option<i64>) -> Result<(), BadFold> {
            let reach = Reach::Network;
            let expires_at = expires_at.map(Timestamp::from_micros);
            let grant = Grant { role, reach, till: None, name: "x".into(), expires_at };
            self.say(number, Said::Made { grant, holder: OwnerNumber::new(2), secret: secret(1) })
        }
    }

    const fn secret(byte: u8) -> KeptSecret {
        KeptSecret { key_owner: OwnerNumber::new(1), hash: [byte; 32] }
    }

    fn rotated(until: i64, byte: u8) -> Said {
        Said::Rotated { until: Timestamp::from_micros(until), secret: secret(byte) }
    }

    /// Goal: notes fold into what they say, and what cannot follow is an error that changes nothing.
    /// Method: a life of two credentials, with everything out of order on the way.
    #[test]
    fn a_register_follows_its_notes() {
        let mut story = Story { register: Register::default(), sequence: 0 };
        assert_eq!(story.make(1, Role::Admin, None), Err(BadFold::Order(Sequence::new(1))), "not begun");
        let new_key = || Said::NewKey { key_owner: OwnerNumber::new(9) };
        assert!(story.say(0, new_key()).is_err());
        let mut story = Story::begun();
        assert!(story.say(0, Said::Begun { key_owner: OwnerNumber::new(1), name: "b".into() }).is_err());
        assert!(story.make(2, Role::Admin, None).is_err() && story.make(0, Role::Admin, None).is_err());
        story.make(1, Role::Admin, None).unwrap();
        story.make(2, Role::Auditor, Some(NOW + 500)).unwrap();
        assert!(story.make(2, Role::Admin, None).is_err() && story.say(3, rotated(NOW, 2)).is_err());

        story.say(1, rotated(NOW + 50, 2)).unwrap();
        let first = Arc::clone(&story.register.credentials[0]);
        assert_eq!(
            (first.secret, first.older),
            (secret(2), Some((secret(1), Timestamp::from_micros(NOW + 50))))
        );
        story.say(1, rotated(NOW, 3)).unwrap();
        assert_eq!(story.register.credentials[0].older, None, "both before are over");
        assert_eq!(first.secret, secret(2), "who looked before sees what there was");

        story.say(2, Said::Revoked).unwrap();
        assert!(story.say(2, Said::Revoked).is_err());
        assert!(story.say(2, rotated(NOW, 4)).is_err());
        story.say(0, new_key()).unwrap();
        assert_eq!(story.register.begun.as_ref().unwrap().key_owner, OwnerNumber::new(9));
        let body = Box::from([1, 99]);
        let note = Note { topic: Topic::CREDENTIAL, subject: 1, body };
        let (sequence, recorded_at) = (Sequence::new(40), Timestamp::from_micros(1));
        let written = Written { sequence, recorded_at, actor: OwnerNumber::OPERATOR, note };
        let bad = story.register.apply(&written).unwrap_err();
        assert_eq!(bad, BadFold::Note(Sequence::new(40), BadNote::Damaged));
    }

    /// Goal: whoever is linked keeps their number, is the owner that was said from then on, and is one human with
    /// the owner they were; whoever was never met gets the next number; what cannot follow changes nothing.
    /// Method: one who came before, one who did not, and the first linked again.
    #[test]
    fn links_follow_whom_they_name() {
        let owner = OwnerNumber::new;
        let met = |holder, byte| Said::Met { holder: owner(holder), person: secret(byte) };
        let linked = |holder, byte| Said::Linked { holder: owner(holder), person: secret(byte) };
        let mut early = Story { register: Register::default(), sequence: 0 };
        assert!(early.say(1, linked(5, 1)).is_err(), "not begun");
        let mut story = Story::begun();
        story.say(1, met(17, 1)).unwrap();
        assert!(story.say(2, linked(5, 1)).is_err(), "known by another number");
        assert!(story.say(3, linked(6, 2)).is_err() && story.say(1, linked(6, 2)).is_err(), "not the next");
        assert!(story.say(1, linked(0, 1)).is_err(), "the operator is nobody");
        story.say(2, linked(6, 2)).unwrap();
        assert_eq!(*story.register.humans, Humans::default(), "who was never met is one human as they are");
        story.say(1, linked(5, 1)).unwrap();
        let login = |story: &Story, byte| story.register.logins[&secret(byte)];
        let expected = |number, holder| Login {
            number: LoginNumber::new(number),
            holder: owner(holder),
            bond: Bond::Linked,
        };
        assert_eq!([login(&story, 1), login(&story, 2)], [expected(1, 5), expected(2, 6)]);
        assert!(story.register.humans.are_one(owner(17), owner(5)));
        story.say(1, linked(7, 1)).unwrap();
        assert_eq!(login(&story, 1), expected(1, 7));
        assert!(story.register.humans.are_one(owner(17), owner(7)));
        assert!(!story.register.humans.are_one(owner(17), owner(6)));
        assert!(story.say(3, met(8, 2)).is_err(), "known already");
        assert_eq!(story.register.next_login(), LoginNumber::new(3));
    }

    /// Goal: keys end when they should, the older ones too. Method: moments next to each end.
    #[test]
    fn keys_end_in_time() {
        let mut story = Story::begun();
        story.make(1, Role::Auditor, Some(NOW + 500)).unwrap();
        story.say(1, rotated(NOW + 50, 2)).unwrap();
        let at = |credential: &Credential, moment| {
            let now = Timestamp::from_micros(moment);
            (credential.ended(now), credential.older_ends().map(|ends| ends.at(now)))
        };
        let credential = Arc::clone(&story.register.credentials[0]);
        assert_eq!(at(&credential, NOW + 49), (None, Some(None)));
        assert_eq!(at(&credential, NOW + 50), (None, Some(Some(End::Replaced))));
        assert_eq!(at(&credential, NOW + 500).0, Some(End::Expired));
        story.say(1, Said::Revoked).unwrap();
        let revoked = (Some(End::Revoked), Some(Some(End::Revoked)));
        assert_eq!(at(&story.register.credentials[0], 0), revoked);
    }

    /// Goal: the last admin is the last that works: others that ended, or cannot be checked, do not count.
    #[test]
    fn the_last_admin_is_known() {
        let mut story = Story::begun();
        let last = |story: &Story, number, works: fn(&KeptSecret) -> bool| {
            story.register.is_last_admin(CredentialNumber::new(number), Timestamp::from_micros(NOW), works)
        };
        story.make(1, Role::Admin, None).unwrap();
        story.make(2, Role::Lead, None).unwrap();
        assert!(last(&story, 1, |_| true) && !last(&story, 2, |_| true));
        story.make(3, Role::Admin, Some(NOW)).unwrap();
        assert!(last(&story, 1, |_| true), "the other is past its day");
        story.make(4, Role::Admin, Some(NOW + 1)).unwrap();
        assert!(!last(&story, 1, |_| true) && !last(&story, 4, |_| true));
        story.say(4, rotated(NOW, 5)).unwrap();
        assert!(last(&story, 1, |secret| secret.hash == [1; 32]), "the other cannot be checked");
        story.say(4, Said::Revoked).unwrap();
        assert!(last(&story, 1, |_| true));
        assert!(!last(&story, 1, |_| false), "it does not work itself");
    }
}

//! Bytes of the topic `CREDENTIAL`: what a note says of the network or of one credential.
//!
//! ```text
//! format u8 (1), what u8, then                                    subject
//!   1 made      role u8, reach u8 (0 network, 1 banks, 2 partners), count u8, numbers u32 …,
//!               till u32 (0 none), holder u32, expires_at i64 (0 never), name length u8, name,
//!               secret                                            credential number
//!   2 rotated   until i64, secret                                 credential number
//!   3 revoked                                                     credential number
//!   4 begun     key owner u32, name length u8, name               0
//!   5 new key   key owner u32                                     0
//!   6 met       holder u32, secret                                login number
//!   7 linked    holder u32, secret                                login number
//! secret = key owner u32, hash 32
//! ```
//!
//! Numbers are little-endian, times microseconds since 1970. The *key owner* is the owner whose
//! key in the keyring the hash is made with. Who did it is the actor of the entry.
//!
//! The format is for ever. What is not exactly this is an error and never skipped: to overlook that a key
//! was revoked would be to let it in.

use super::grant::{Grant, NAME_BYTES_MAX, check_name};
use super::role::{REACH_MAX, Reach, Role};
use crate::domain::note::NOTE_BYTES_MAX;
use crate::domain::{BankNumber, OwnerNumber, Timestamp};

/// Bytes of the keyed hash of a secret.
pub const HASH_BYTES: usize = 32;

const FORMAT: u8 = 1;
const MADE: u8 = 1;
const ROTATED: u8 = 2;
const REVOKED: u8 = 3;
const BEGUN: u8 = 4;
const NEW_KEY: u8 = 5;
const MET: u8 = 6;
const LINKED: u8 = 7;
const NETWORK: u8 = 0;
const BANKS: u8 = 1;
const PARTNERS: u8 = 2;

const _: () = assert!(128 + REACH_MAX * 4 + NAME_BYTES_MAX <= NOTE_BYTES_MAX, "the longest note fits");

/// A secret as it is kept, or who somebody is elsewhere: nobody can find it from this, with or without the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptSecret {
    /// Whose key in the keyring it was hashed with.
    pub key_owner: OwnerNumber,
    /// HMAC-SHA256: of a key's number and secret, or of the person whom a token is about.
    pub hash: [u8; HASH_BYTES],
}

/// What a note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A credential was made.
    Made {
        /// What it allows.
        grant: Grant,
        /// Who its holder is in the books.
        holder: OwnerNumber,
        /// Its first secret.
        secret: KeptSecret,
    },
    /// It has another secret.
    Rotated {
        /// Until when the one before works too.
        until: Timestamp,
        /// The new secret.
        secret: KeptSecret,
    },
    /// It is no more.
    Revoked,
    /// The network has a name and keys from here on.
    Begun {
        /// Whose key in the keyring secrets are hashed with.
        key_owner: OwnerNumber,
        /// What it is called.
        name: Box<str>,
    },
    /// Secrets are hashed with another key from here on, as the one before was lost.
    NewKey {
        /// Whose.
        key_owner: OwnerNumber,
    },
    /// Somebody came with a token for the first time.
    Met {
        /// Who they are in the books.
        holder: OwnerNumber,
        /// Who they are to their issuer.
        person: KeptSecret,
    },
    /// Whoever comes with a token about this person is this owner from here on, known before or not.
    Linked {
        /// Who they are in the books.
        holder: OwnerNumber,
        /// Who they are to their issuer.
        person: KeptSecret,
    },
}

/// Why bytes are no such note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// Written by a later Hourbook.
    #[error("format {0} is newer than this program")]
    Newer(u8),
    /// Not what was written.
    #[error("it is damaged")]
    Damaged,
}

impl Said {
    /// The body of the note.
    #[must_use]
    pub fn encode(&self) -> Box<[u8]> {
        let mut bytes = vec![FORMAT];
        match self {
            Self::Made { grant, holder, secret } => {
                bytes.extend([MADE, grant.role.number()]);
                let (tag, numbers): (u8, Vec<u32>) = match &grant.reach {
                    Reach::Network => (NETWORK, Vec::new()),
                    Reach::Banks(banks) => (BANKS, banks.iter().map(|bank| bank.get()).collect()),
                    Reach::Partners(partners) => {
                        (PARTNERS, partners.iter().map(|partner| partner.get()).collect())
                    }
                };
                bytes.extend([tag, small(numbers.len())]);
                bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
                bytes.extend(grant.till.unwrap_or_default().to_le_bytes());
                bytes.extend(holder.get().to_le_bytes());
                bytes.extend(grant.expires_at.map_or(0, Timestamp::micros).to_le_bytes());
                name_into(&mut bytes, &grant.name);
                secret_into(&mut bytes, secret);
            }
            Self::Rotated { until, secret } => {
                bytes.push(ROTATED);
                bytes.extend(until.micros().to_le_bytes());
                secret_into(&mut bytes, secret);
            }
            Self::Revoked => bytes.push(REVOKED),
            Self::Begun { key_owner, name } => {
                bytes.push(BEGUN);
                bytes.extend(key_owner.get().to_le_bytes());
                name_into(&mut bytes, name);
            }
            Self::NewKey { key_owner } => {
                bytes.push(NEW_KEY);
                bytes.extend(key_owner.get().to_le_bytes());
            }
            Self::Met { holder, person } => {
                bytes.push(MET);
                bytes.extend(holder.get().to_le_bytes());
                secret_into(&mut bytes, person);
            }
            Self::Linked { holder, person } => {
                bytes.push(LINKED);
                bytes.extend(holder.get().to_le_bytes());
                secret_into(&mut bytes, person);
            }
        }
        bytes.into_boxed_slice()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`BadNote`] unless it is exactly what [`Self::encode`] makes.
    pub fn decode(body: &[u8]) -> Result<Self, BadNote> {
        match body.first() {
            Some(&FORMAT) => {}
            Some(&format) if format > FORMAT => return Err(BadNote::Newer(format)),
            Some(_) | None => return Err(BadNote::Damaged),
        }
        let said = Reader(body.get(1..).unwrap_or_default()).said().ok_or(BadNote::Damaged)?;
        // One meaning, one form: reaches in order, no bytes left over.
        if *said.encode() == *body { Ok(said) } else { Err(BadNote::Damaged) }
    }
}

fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX) // Reaches and names have at most 64.
}

fn name_into(bytes: &mut Vec<u8>, name: &str) {
    bytes.push(small(name.len()));
    bytes.extend(name.as_bytes());
}

fn secret_into(bytes: &mut Vec<u8>, secret: &KeptSecret) {
    bytes.extend(secret.key_owner.get().to_le_bytes());
    bytes.extend(secret.hash);
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn time(&mut self) -> Option<Timestamp> {
        self.take().map(|bytes| Timestamp::from_micros(i64::from_le_bytes(bytes)))
    }

    fn owner(&mut self) -> Option<OwnerNumber> {
        self.number().map(OwnerNumber::new)
    }

    fn name(&mut self) -> Option<Box<str>> {
        let length = usize::from(self.byte()?);
        let (name, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        let name = std::str::from_utf8(name).ok().filter(|name| check_name(name).is_ok())?;
        Some(name.into())
    }

    fn secret(&mut self) -> Option<KeptSecret> {
        Some(KeptSecret { key_owner: self.owner()?, hash: self.take()? })
    }

    fn reach(&mut self) -> Option<Reach> {
        let (tag, count) = (self.byte()?, self.byte()?);
        let numbers = (0..count).map(|_| self.number()).collect::<Option<Vec<_>>>()?;
        match tag {
            NETWORK if numbers.is_empty() => Some(Reach::Network),
            BANKS => Reach::banks(numbers.into_iter().map(BankNumber::new).collect()).ok(),
            PARTNERS => Reach::partners(numbers.into_iter().map(OwnerNumber::new).collect()).ok(),
            _ => None,
        }
    }

    fn said(&mut self) -> Option<Said> {
        match self.byte()? {
            MADE => {
                let (role, reach) = (Role::from_number(self.byte()?)?, self.reach()?);
                let till = Some(self.number()?).filter(|till| *till != 0);
                role.check_reach(&reach, till).ok()?;
                let holder = self.owner()?;
                let expires_at = Some(self.time()?).filter(|at| at.micros() != 0);
                let grant = Grant { role, reach, till, name: self.name()?, expires_at };
                Some(Said::Made { grant, holder, secret: self.secret()? })
            }
            ROTATED => Some(Said::Rotated { until: self.time()?, secret: self.secret()? }),
            REVOKED => Some(Said::Revoked),
            BEGUN => Some(Said::Begun { key_owner: self.owner()?, name: self.name()? }),
            NEW_KEY => Some(Said::NewKey { key_owner: self.owner()? }),
            MET => Some(Said::Met { holder: self.owner()?, person: self.secret()? }),
            LINKED => Some(Said::Linked { holder: self.owner()?, person: self.secret()? }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reaches() -> impl Strategy<Value = (Role, Reach, Option<u32>)> {
        let banks = |most| {
            proptest::collection::vec(1_u32.., 1..=most)
                .prop_map(|numbers| Reach::banks(numbers.into_iter().map(BankNumber::new).collect()).unwrap())
        };
        let partner =
            || (1_u32..).prop_map(|number| Reach::partners(vec![OwnerNumber::new(number)]).unwrap());
        prop_oneof![
            prop_oneof![Just(Role::Admin), Just(Role::Lead), Just(Role::Auditor), Just(Role::Reporter)]
                .prop_map(|role| (role, Reach::Network, None)),
            (prop_oneof![Just(Role::Broker), Just(Role::Lead)], banks(1))
                .prop_map(|(role, reach)| (role, reach, None)),
            (prop_oneof![Just(Role::Member), Just(Role::Integration)], banks(REACH_MAX))
                .prop_map(|(role, reach)| (role, reach, None)),
            (partner(), 1_u32..=9_999).prop_map(|(reach, till)| (Role::Till, reach, Some(till))),
            partner().prop_map(|reach| (Role::Partner, reach, None)),
        ]
    }

    fn secrets() -> impl Strategy<Value = KeptSecret> {
        (any::<u32>(), any::<[u8; 32]>())
            .prop_map(|(owner, hash)| KeptSecret { key_owner: OwnerNumber::new(owner), hash })
    }

    fn everything() -> impl Strategy<Value = Said> {
        let name = || "[a-zé][a-zé ,-]{0,20}[a-z]".prop_map(Box::<str>::from);
        let made = (reaches(), name(), proptest::option::of(1_i64..), any::<u32>(), secrets());
        prop_oneof![
            made.prop_map(|((role, reach, till), name, expires, holder, secret)| {
                let expires_at = expires.map(Timestamp::from_micros);
                let grant = Grant { role, reach, till, name, expires_at };
                Said::Made { grant, holder: OwnerNumber::new(holder), secret }
            }),
            (any::<i64>(), secrets())
                .prop_map(|(until, secret)| Said::Rotated { until: Timestamp::from_micros(until), secret }),
            Just(Said::Revoked),
            (any::<u32>(), secrets())
                .prop_map(|(holder, person)| Said::Met { holder: OwnerNumber::new(holder), person }),
            (any::<u32>(), secrets())
                .prop_map(|(holder, person)| Said::Linked { holder: OwnerNumber::new(holder), person }),
            (any::<u32>(), name())
                .prop_map(|(owner, name)| Said::Begun { key_owner: OwnerNumber::new(owner), name }),
            any::<u32>().prop_map(|owner| Said::NewKey { key_owner: OwnerNumber::new(owner) }),
        ]
    }

    proptest! {
        /// Goal: what was said reads back, and nothing shorter or longer does.
        #[test]
        fn what_was_said_reads_back(said in everything(), extra: u8) {
            let body = said.encode();
            prop_assert!(body.len() <= NOTE_BYTES_MAX);
            prop_assert_eq!(Said::decode(&body), Ok(said));
            for end in 0..body.len() {
                prop_assert!(Said::decode(&body[..end]).is_err());
            }
            prop_assert_eq!(Said::decode(&[&body[..], &[extra]].concat()), Err(BadNote::Damaged));
        }

        /// Goal: bytes that mean something have one meaning and one form. Method: any bytes, and notes with
        /// one byte changed: what is read is written again and must be the same.
        #[test]
        fn one_meaning_one_form(said in everything(), place: prop::sample::Index, byte: u8) {
            let mut body = said.encode().into_vec();
            let place = place.index(body.len());
            body[place] = byte;
            if let Ok(read) = Said::decode(&body) {
                prop_assert_eq!(&*read.encode(), &body[..]);
            }
        }
    }

    /// Goal: a note of a later Hourbook is told apart from a damaged one. Method: the first byte.
    #[test]
    fn later_formats_are_told_apart() {
        let mut body = Said::NewKey { key_owner: OwnerNumber::new(1) }.encode();
        body[0] = 2;
        assert_eq!(Said::decode(&body), Err(BadNote::Newer(2)));
        body[0] = 0;
        assert_eq!(Said::decode(&body), Err(BadNote::Damaged));
        assert_eq!(Said::decode(&[]), Err(BadNote::Damaged));
    }

    /// Goal: the bytes stay what they are. Method: one note, byte for byte.
    #[test]
    fn the_bytes_are_for_ever() {
        let said = Said::Made {
            grant: Grant {
                role: Role::Till,
                reach: Reach::partners(vec![OwnerNumber::new(0x0102)]).unwrap(),
                till: Some(2),
                name: "till 2".into(),
                expires_at: Some(Timestamp::from_micros(1)),
            },
            holder: OwnerNumber::new(9),
            secret: KeptSecret { key_owner: OwnerNumber::new(3), hash: [7; 32] },
        };
        let mut expected = vec![1, 1, 2, 2, 1, 2, 1, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0];
        expected.extend([1, 0, 0, 0, 0, 0, 0, 0, 6]);
        expected.extend(*b"till 2");
        expected.extend([3, 0, 0, 0]);
        expected.extend([7; 32]);
        assert_eq!(*said.encode(), expected[..]);
    }
}

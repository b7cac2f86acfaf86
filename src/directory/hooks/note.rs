//! Bytes of the topic `HOOK`; its subject is the partner's owner.
//!
//! ```text
//! format u8 (1), what u8, endpoint u16, then
//!   1 created, 2 changed: kinds u16, address (UTF-8, all that is left)
//!   3 another key: the one before is good until i64 (microseconds), which is for u32 seconds, as was asked
//!   4 paused   5 resumed   6 deleted   9 test: nothing
//!   7 disabled: why u8
//!   8 replay: from u64, through u64 (0: all there are by this note)
//! ```
//!
//! Numbers are little-endian. The format is for ever. What is not exactly this is an error.

use crate::directory::reading::{BadBytes, Reader, number_of, one_of};
use crate::domain::{Action, Command, Note, OwnerNumber, Sequence, Timestamp, Topic};

const FORMAT: u8 = 1;
/// An address has at most this many bytes.
pub const URL_BYTES_MAX: usize = 500;

/// What an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// Hours were set aside.
    Authorized,
    /// Hours were taken.
    Captured,
    /// What was set aside was let go.
    Voided,
    /// It was let go by itself.
    Expired,
    /// Hours were given back.
    Refunded,
    /// A period was made final.
    Settled,
    /// Less than a fifth of the month's hours is left.
    BudgetLow,
    /// Another endpoint was given up.
    EndpointDisabled,
    /// Somebody asked for it.
    Test,
}

impl EventKind {
    /// All, in the order of their numbers on disk and on the wire, from 1.
    pub const ALL: [Self; 9] = [
        Self::Authorized,
        Self::Captured,
        Self::Voided,
        Self::Expired,
        Self::Refunded,
        Self::Settled,
        Self::BudgetLow,
        Self::EndpointDisabled,
        Self::Test,
    ];

    /// As receivers read it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Authorized => "redemption.authorized",
            Self::Captured => "redemption.captured",
            Self::Voided => "redemption.voided",
            Self::Expired => "redemption.expired",
            Self::Refunded => "redemption.refunded",
            Self::Settled => "statement.settled",
            Self::BudgetLow => "budget.low",
            Self::EndpointDisabled => "endpoint.disabled",
            Self::Test => "test",
        }
    }

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> u8 {
        number_of(&Self::ALL, self)
    }

    /// The one with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        one_of(&Self::ALL, number)
    }
}

/// Which events an endpoint wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u16); // Invariant: a bit for each of `EventKind::ALL` at most, and not none.

impl Kinds {
    /// All there are, and will be.
    pub const ALL: Self = Self(u16::MAX);

    /// These; all where there are none.
    #[must_use]
    pub fn of(kinds: &[EventKind]) -> Self {
        let bits = kinds.iter().fold(0, |bits, kind| bits | bit(*kind));
        if bits == 0 { Self::ALL } else { Self(bits) }
    }

    /// Whether one is among them. That another endpoint was given up, and a test, everybody wants.
    #[must_use]
    pub fn wants(self, kind: EventKind) -> bool {
        self.0 & bit(kind) != 0 || matches!(kind, EventKind::EndpointDisabled | EventKind::Test)
    }

    /// Those that were said; none for all.
    #[must_use]
    pub fn said(self) -> Vec<EventKind> {
        if self == Self::ALL {
            return Vec::new();
        }
        EventKind::ALL.into_iter().filter(|kind| self.0 & bit(*kind) != 0).collect()
    }
}

fn bit(kind: EventKind) -> u16 {
    1 << kind.number().saturating_sub(1)
}

/// Why the server gives an endpoint up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// It answered 410 Gone.
    Gone,
    /// Nothing arrived for days.
    Failing,
}

impl Because {
    /// All, in the order of their numbers on disk and on the wire, from 1.
    pub const ALL: [Self; 2] = [Self::Gone, Self::Failing];
}

/// What a note of ours says of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// There is one: where, if anywhere, and what it wants.
    Created(Kinds, Box<str>),
    /// The same anew.
    Changed(Kinds, Box<str>),
    /// It has another key.
    Rotated {
        /// The one before is good until then.
        until: Timestamp,
        /// Which is for so long, as was asked.
        overlap_seconds: u32,
    },
    /// Nothing is sent for a while.
    Paused,
    /// It is sent to again.
    Resumed,
    /// It ended.
    Deleted,
    /// The server gave it up.
    Disabled(Because),
    /// Events of these entries are sent once more.
    Replay {
        /// From this one on.
        from: Sequence,
        /// Through this one; zero for all there are by this note.
        through: Sequence,
    },
    /// An event of no meaning is sent.
    Test,
}

impl Said {
    /// The note that says it of an endpoint.
    #[must_use]
    pub fn command(&self, partner: OwnerNumber, endpoint: u16) -> Command {
        let body = self.encode(endpoint);
        let note = Note { topic: Topic::HOOK, subject: u64::from(partner.get()), body };
        Command::without_key(OwnerNumber::OPERATOR, Action::Note(note))
    }

    /// The body.
    #[must_use]
    pub fn encode(&self, endpoint: u16) -> Box<[u8]> {
        let what = match self {
            Self::Created(..) => 1,
            Self::Changed(..) => 2,
            Self::Rotated { .. } => 3,
            Self::Paused => 4,
            Self::Resumed => 5,
            Self::Deleted => 6,
            Self::Disabled(_) => 7,
            Self::Replay { .. } => 8,
            Self::Test => 9,
        };
        let mut bytes = vec![FORMAT, what];
        bytes.extend(endpoint.to_le_bytes());
        match self {
            Self::Created(kinds, url) | Self::Changed(kinds, url) => {
                bytes.extend(kinds.0.to_le_bytes());
                bytes.extend(url.as_bytes());
            }
            Self::Rotated { until, overlap_seconds } => {
                bytes.extend(until.micros().to_le_bytes());
                bytes.extend(overlap_seconds.to_le_bytes());
            }
            Self::Disabled(why) => bytes.push(number_of(&Because::ALL, *why)),
            Self::Replay { from, through } => {
                bytes.extend(from.get().to_le_bytes());
                bytes.extend(through.get().to_le_bytes());
            }
            Self::Paused | Self::Resumed | Self::Deleted | Self::Test => {}
        }
        bytes.into()
    }

    /// What a note says, and of which endpoint of its partner; none if its topic is not ours.
    ///
    /// # Errors
    /// [`BadBytes`] unless it is exactly what [`Self::encode`] makes.
    pub fn decode(note: &Note) -> Result<Option<(u16, Self)>, BadBytes> {
        if note.topic != Topic::HOOK {
            return Ok(None);
        }
        let mut reader = Reader::new(&note.body, FORMAT)?;
        let said = read(&mut reader).filter(|_| reader.is_at_end()).ok_or(BadBytes::Damaged)?;
        if *said.1.encode(said.0) == *note.body { Ok(Some(said)) } else { Err(BadBytes::Damaged) }
    }
}

fn read(reader: &mut Reader<'_>) -> Option<(u16, Said)> {
    let (what, endpoint) = (reader.byte()?, reader.short()?);
    let said = match what {
        1 | 2 => {
            let kinds = Some(reader.short()?).filter(|bits| *bits != 0).map(Kinds)?;
            let url = std::str::from_utf8(reader.rest()).ok().filter(|url| url.len() <= URL_BYTES_MAX)?;
            if what == 1 { Said::Created(kinds, url.into()) } else { Said::Changed(kinds, url.into()) }
        }
        3 => Said::Rotated {
            until: Timestamp::from_micros(reader.long()?),
            overlap_seconds: reader.take().map(u32::from_le_bytes)?,
        },
        4 => Said::Paused,
        5 => Said::Resumed,
        6 => Said::Deleted,
        7 => Said::Disabled(one_of(&Because::ALL, reader.byte()?)?),
        8 => {
            let sequence = |reader: &mut Reader<'_>| reader.take().map(u64::from_le_bytes).map(Sequence::new);
            Said::Replay { from: sequence(reader)?, through: sequence(reader)? }
        }
        9 => Said::Test,
        _ => return None,
    };
    Some((endpoint, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what is said is read as it was said, and nothing else is. Method: one of each; cut by a byte, with one more, of a
    /// later format, of another topic, with what there is not.
    #[test]
    fn notes_read_as_they_were_written() {
        let url = "https://till.example/hook";
        for said in [
            Said::Created(Kinds::ALL, url.into()),
            Said::Created(Kinds::of(&[EventKind::Captured]), "".into()),
            Said::Changed(Kinds::of(&[EventKind::Refunded, EventKind::Settled]), url.into()),
            Said::Rotated { until: Timestamp::from_micros(-7), overlap_seconds: 86_400 },
            Said::Paused,
            Said::Resumed,
            Said::Deleted,
            Said::Disabled(Because::Gone),
            Said::Disabled(Because::Failing),
            Said::Replay { from: Sequence::new(4), through: Sequence::ZERO },
            Said::Test,
        ] {
            let Action::Note(note) = said.command(OwnerNumber::new(7), 3).action else { panic!() };
            assert_eq!(note.subject, 7);
            assert_eq!(Said::decode(&note), Ok(Some((3, said.clone()))));
            let with = |body: &[u8]| Said::decode(&Note { body: body.into(), ..note.clone() });
            let other = Note { topic: Topic::OFFER, ..note.clone() };
            assert_eq!(Said::decode(&other), Ok(None));
            assert_eq!(with(&[&[2], &note.body[1..]].concat()), Err(BadBytes::Newer(2)));
            assert_eq!(with(&[&[1, 99], &note.body[2..]].concat()), Err(BadBytes::Damaged));
            if !matches!(said, Said::Created(..) | Said::Changed(..)) {
                assert_eq!(with(&note.body[..note.body.len() - 1]), Err(BadBytes::Damaged), "{said:?}");
                assert_eq!(with(&[&note.body[..], &[0]].concat()), Err(BadBytes::Damaged), "{said:?}");
            }
        }
        let nothing = Note { topic: Topic::HOOK, subject: 7, body: [1, 1, 3, 0, 0, 0].into() };
        assert_eq!(Said::decode(&nothing), Err(BadBytes::Damaged), "an endpoint that wants nothing");
    }

    /// Goal: an endpoint wants what it said, all where it said nothing, and what everybody wants. Method: each kind.
    #[test]
    fn what_is_wanted() {
        let some = [EventKind::Captured, EventKind::Refunded];
        let kinds = Kinds::of(&some);
        assert_eq!(kinds.said(), some);
        assert_eq!(Kinds::of(&[]).said(), []);
        for kind in EventKind::ALL {
            let is_for_all = matches!(kind, EventKind::EndpointDisabled | EventKind::Test);
            assert_eq!(kinds.wants(kind), some.contains(&kind) || is_for_all, "{kind:?}");
            assert!(Kinds::ALL.wants(kind));
            assert_eq!(EventKind::from_number(kind.number()), Some(kind));
        }
    }
}

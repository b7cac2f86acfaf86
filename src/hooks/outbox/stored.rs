//! How an outbox stands in its file.
//!
//! ```text
//! "hourbook hook 1\n", partner u32, endpoint u16, the entry that made it u64, CRC-32 of all that
//! records of 44 bytes: what u8, kind u8, state u8, attempts u8, failure u8 (0 an answer), zero u8, status u16,
//!     entry u64, order u64, at i64, due i64 (microseconds), CRC-32 of the record before it
//!   what 1 looked at everything through `entry`
//!        2 an event: it waits or was tried, and stands so from here on
//!        3 a replay asked for by `order`, at `entry`, through `at`; over where `entry` is later
//!        4 opened by `entry`
//!        5 nothing arrives since `at` (MIN: it does), something did last at `due` (MIN: never)
//! ```
//!
//! Numbers are little-endian. Records follow each other as things happen, and the last word about something holds.

use super::delivery::{Delivery, Ended, Failure, State};
use crate::directory::hooks::{EndpointName, EventKind};
use crate::domain::{Sequence, Timestamp};
use crate::hooks::event::EventId;

const MAGIC: &[u8] = b"hourbook hook 1\n";
const SUM_BYTES: usize = 4;
/// One record.
pub(super) const RECORD_BYTES: usize = 44;
const NEVER: i64 = i64::MIN;

/// A replay under way: asked for by an entry, at the next one to look at, through the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Replaying {
    pub asked_by: Sequence,
    pub next: Sequence,
    pub through: Sequence,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Looked(Sequence),
    Event(Delivery),
    Replay(Replaying),
    Opened(Sequence),
    Arrivals { failing_since: Option<Timestamp>, delivered_at: Option<Timestamp> },
}

/// The plain fields of a record.
#[derive(Default)]
struct Fields {
    bytes: [u8; 6],
    status: u16,
    entry: u64,
    order: u64,
    at: i64,
    due: i64,
}

/// What stands before the records.
pub(super) fn header(name: EndpointName, made_by: Sequence) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(name.partner.get().to_le_bytes());
    bytes.extend(name.number.to_le_bytes());
    bytes.extend(made_by.get().to_le_bytes());
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// What a file of this endpoint says, and how many bytes at its end say nothing; none if it is not one.
pub(super) fn parse(bytes: &[u8], name: EndpointName, made_by: Sequence) -> Option<(Vec<Record>, usize)> {
    let rest = bytes.strip_prefix(&header(name, made_by)[..])?;
    let records: Vec<_> = rest.as_chunks::<RECORD_BYTES>().0.iter().map_while(Record::read).collect();
    let lost = rest.len().saturating_sub(records.len().saturating_mul(RECORD_BYTES));
    Some((records, lost))
}

fn optional(micros: i64) -> Option<Timestamp> {
    (micros != NEVER).then_some(Timestamp::from_micros(micros))
}

fn micros(time: Option<Timestamp>) -> i64 {
    time.map_or(NEVER, Timestamp::micros)
}

impl Record {
    /// The same of books that go through entry `tip`; none of what is said of an entry beyond.
    pub(super) fn through(self, tip: Sequence) -> Option<Self> {
        match self {
            Self::Looked(through) => Some(Self::Looked(through.min(tip))),
            Self::Event(delivery) => (delivery.id.entry <= tip).then_some(self),
            Self::Replay(replay) => (replay.asked_by <= tip).then_some(self),
            Self::Opened(by) => (by <= tip).then_some(self),
            Self::Arrivals { .. } => Some(self),
        }
    }

    pub(super) fn bytes(&self) -> [u8; RECORD_BYTES] {
        let fields = self.fields();
        let mut bytes = Vec::with_capacity(RECORD_BYTES);
        bytes.extend(fields.bytes);
        bytes.extend(fields.status.to_le_bytes());
        bytes.extend(fields.entry.to_le_bytes());
        bytes.extend(fields.order.to_le_bytes());
        bytes.extend(fields.at.to_le_bytes());
        bytes.extend(fields.due.to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes.try_into().unwrap_or([0; RECORD_BYTES]) // Never: as many as were put.
    }

    fn fields(&self) -> Fields {
        match self {
            Self::Looked(through) => {
                Fields { bytes: [1, 0, 0, 0, 0, 0], entry: through.get(), ..Fields::default() }
            }
            Self::Event(delivery) => event_fields(delivery),
            Self::Replay(replay) => Fields {
                bytes: [3, 0, 0, 0, 0, 0],
                entry: replay.next.get(),
                order: replay.asked_by.get(),
                at: replay.through.get().cast_signed(),
                ..Fields::default()
            },
            Self::Opened(by) => Fields { bytes: [4, 0, 0, 0, 0, 0], entry: by.get(), ..Fields::default() },
            Self::Arrivals { failing_since, delivered_at } => Fields {
                bytes: [5, 0, 0, 0, 0, 0],
                at: micros(*failing_since),
                due: micros(*delivered_at),
                ..Fields::default()
            },
        }
    }

    fn read(record: &[u8; RECORD_BYTES]) -> Option<Self> {
        let (summed, sum) = record.split_last_chunk::<SUM_BYTES>()?;
        if u32::from_le_bytes(*sum) != crc32fast::hash(summed) {
            return None;
        }
        let mut rest = summed;
        let rest = &mut rest;
        let fields = Fields {
            bytes: take(rest)?,
            status: u16::from_le_bytes(take(rest)?),
            entry: u64::from_le_bytes(take(rest)?),
            order: u64::from_le_bytes(take(rest)?),
            at: i64::from_le_bytes(take(rest)?),
            due: i64::from_le_bytes(take(rest)?),
        };
        let [what, ..] = fields.bytes;
        let entry = Sequence::new(fields.entry);
        match what {
            1 => Some(Self::Looked(entry)),
            2 => event(&fields).map(Self::Event),
            3 => Some(Self::Replay(Replaying {
                asked_by: Sequence::new(fields.order),
                next: entry,
                through: Sequence::new(fields.at.cast_unsigned()),
            })),
            4 => Some(Self::Opened(entry)),
            5 => Some(Self::Arrivals {
                failing_since: optional(fields.at),
                delivered_at: optional(fields.due),
            }),
            _ => None,
        }
    }
}

fn event_fields(delivery: &Delivery) -> Fields {
    let state = match delivery.state {
        State::Waits => 1,
        State::Delivered => 2,
        State::GivenUp => 3,
    };
    let (at, failure, status) = match delivery.last {
        None => (NEVER, 0, 0),
        Some((at, Ended::Status(status))) => (at.micros(), 0, status),
        Some((at, Ended::Failed(failure))) => {
            let place = Failure::ALL.iter().position(|one| *one == failure).unwrap_or_default();
            (at.micros(), u8::try_from(place).unwrap_or_default().saturating_add(1), 0)
        }
    };
    Fields {
        bytes: [2, delivery.id.kind.number(), state, delivery.attempts, failure, 0],
        status,
        entry: delivery.id.entry.get(),
        order: delivery.order.get(),
        at,
        due: delivery.due.micros(),
    }
}

fn event(fields: &Fields) -> Option<Delivery> {
    let [_, kind, state, attempts, failure, _] = fields.bytes;
    let state = match state {
        1 => State::Waits,
        2 => State::Delivered,
        3 => State::GivenUp,
        _ => return None,
    };
    let ended = match failure.checked_sub(1) {
        None => Ended::Status(fields.status),
        Some(place) => Ended::Failed(*Failure::ALL.get(usize::from(place))?),
    };
    Some(Delivery {
        id: EventId { entry: Sequence::new(fields.entry), kind: EventKind::from_number(kind)? },
        order: Sequence::new(fields.order),
        state,
        attempts,
        last: optional(fields.at).map(|at| (at, ended)),
        due: Timestamp::from_micros(fields.due),
    })
}

fn take<const COUNT: usize>(rest: &mut &[u8]) -> Option<[u8; COUNT]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OwnerNumber;

    const NAME: EndpointName = EndpointName { partner: OwnerNumber::new(7), number: 1 };

    fn records() -> Vec<Record> {
        let delivery = Delivery {
            id: EventId { entry: Sequence::new(9), kind: EventKind::Captured },
            order: Sequence::new(8),
            state: State::Waits,
            attempts: 0,
            last: None,
            due: Timestamp::from_micros(5),
        };
        let at = Timestamp::from_micros(6);
        let tried = |ended, state| Delivery { attempts: 3, last: Some((at, ended)), state, ..delivery };
        let failed = Failure::ALL.map(|failure| Record::Event(tried(Ended::Failed(failure), State::GivenUp)));
        let (asked_by, next, through) = (Sequence::new(30), Sequence::new(4), Sequence::new(20));
        [
            Record::Looked(Sequence::new(12)),
            Record::Event(delivery),
            Record::Event(tried(Ended::Status(204), State::Delivered)),
            Record::Replay(Replaying { asked_by, next, through }),
            Record::Opened(Sequence::new(3)),
            Record::Arrivals { failing_since: Some(at), delivered_at: None },
            Record::Arrivals { failing_since: None, delivered_at: Some(at) },
        ]
        .into_iter()
        .chain(failed)
        .collect()
    }

    /// Goal: what is written reads as it was, up to the first byte that is not, and a file of another endpoint is none. Method: one
    /// of each; every byte changed once; another name.
    #[test]
    fn records_read_back() {
        let all = records();
        let made_by = Sequence::new(2);
        let head = header(NAME, made_by);
        let mut bytes = head.clone();
        bytes.extend(all.iter().flat_map(Record::bytes));
        assert_eq!(parse(&bytes, NAME, made_by), Some((all.clone(), 0)));
        assert_eq!(parse(&bytes[..bytes.len() - 1], NAME, made_by).unwrap().1, RECORD_BYTES - 1);
        assert_eq!(parse(&bytes, EndpointName { number: 2, ..NAME }, made_by), None);
        assert_eq!(parse(&bytes, NAME, Sequence::new(3)), None);
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            let whole = place.checked_sub(head.len()).map(|place| place / RECORD_BYTES);
            let read = parse(&damaged, NAME, made_by).map(|(records, _)| records);
            assert_eq!(read.as_deref(), whole.map(|whole| &all[..whole]), "byte {place}");
        }
    }
}

//! Settlements: a partner's period made final, and that it was paid.
//!
//! ```text
//! beside the entry that moves the hours, or in a note where none move: what u8 1, account u32 (slot), period u32,
//!     model u8, due day i32 (MIN none), reference (length u8, UTF-8), 8 bytes by which the request is known again
//! in a note: what u8 2 paid: account u32 (slot), period u32, day i32
//! ```
//!
//! Numbers are little-endian; a format byte (1) stands before. How much was settled, and where it went, is what the entry
//! moves. What does not follow is an error that names its entry.

use std::collections::BTreeMap;

use super::register::BadOffer;
use crate::directory::reading::{BadBytes, Reader, number_of, one_of};
use crate::domain::{AccountNumber, Action, Day, Entry, Sequence, Timestamp, Topic};

const FORMAT: u8 = 1;
/// What the payer finds a settlement by has at most this many bytes.
pub const REFERENCE_BYTES_MAX: usize = 64;

/// By so many bytes the request of a settlement is known again.
const ASKED_BYTES: usize = 8;

/// What becomes of a partner's hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// They stay, to be spent again.
    Kept,
    /// They go back to where hours are made, or to a pot.
    GivenBack,
    /// The same, and somebody pays the partner outside of these books.
    PaidOutside,
}

impl Model {
    /// All, in the order of their numbers in the journal.
    pub const ALL: [Self; 3] = [Self::Kept, Self::GivenBack, Self::PaidOutside];
}

/// What is said of a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settling {
    /// A period is final.
    Settled {
        /// Of which account.
        account: AccountNumber,
        /// Its number, from 1.
        period: u32,
        /// How.
        model: Model,
        /// The day by which it is to be paid.
        due_day: Option<Day>,
        /// What the payer finds it by.
        reference: Box<str>,
    },
    /// It was paid.
    Paid {
        /// Of which account.
        account: AccountNumber,
        /// Which period.
        period: u32,
        /// When.
        day: Day,
    },
}

impl Settling {
    /// The body, but for the bytes by which the request is known again.
    #[must_use]
    pub fn encode(&self) -> Box<[u8]> {
        let mut bytes = vec![FORMAT];
        match self {
            Self::Settled { account, period, model, due_day, reference } => {
                bytes.push(1);
                bytes.extend(account.slot().to_le_bytes());
                bytes.extend(period.to_le_bytes());
                bytes.push(number_of(&Model::ALL, *model));
                bytes.extend(due_day.map_or(i32::MIN, Day::days).to_le_bytes());
                bytes.push(u8::try_from(reference.len()).unwrap_or(u8::MAX));
                bytes.extend(reference.as_bytes());
            }
            Self::Paid { account, period, day } => {
                bytes.push(2);
                bytes.extend(account.slot().to_le_bytes());
                bytes.extend(period.to_le_bytes());
                bytes.extend(day.days().to_le_bytes());
            }
        }
        bytes.into_boxed_slice()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`BadBytes`] unless it is exactly what [`Self::encode`] makes, and for a settlement what stands behind that.
    pub fn decode(body: &[u8]) -> Result<Self, BadBytes> {
        let body = match (body.get(1), body.split_last_chunk::<ASKED_BYTES>()) {
            (Some(1), Some((said, _))) => said,
            (_, _) => body,
        };
        let mut reader = Reader::new(body, FORMAT)?;
        let said = read(&mut reader).filter(|_| reader.is_at_end()).ok_or(BadBytes::Damaged)?;
        if *said.encode() == *body { Ok(said) } else { Err(BadBytes::Damaged) }
    }

    /// What an entry says of a settlement, if it does.
    ///
    /// # Errors
    /// [`BadBytes`].
    pub fn in_entry(entry: &Entry) -> Result<Option<Self>, BadBytes> {
        if let Action::Note(note) = &entry.command.action {
            return if note.topic == Topic::SETTLEMENT {
                Self::decode(&note.body).map(Some)
            } else {
                Ok(None)
            };
        }
        match entry.command.attachment.as_deref() {
            Some(beside) if beside.topic == Topic::SETTLEMENT => Self::decode(&beside.body).map(Some),
            Some(_) | None => Ok(None),
        }
    }
}

fn read(reader: &mut Reader<'_>) -> Option<Settling> {
    let what = reader.byte()?;
    let account = AccountNumber::from_slot(reader.number()?)?;
    let period = reader.number()?;
    match what {
        1 => {
            let model = one_of(&Model::ALL, reader.byte()?)?;
            let due_day = reader.signed().map(|days| (days != i32::MIN).then(|| Day::from_days(days)))?;
            let reference = reader.text()?.into();
            Some(Settling::Settled { account, period, model, due_day, reference })
        }
        2 => Some(Settling::Paid { account, period, day: Day::from_days(reader.signed()?) }),
        _ => None,
    }
}

/// A period that is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The entry that seals it: the period's last.
    pub sequence: Sequence,
    /// When that was written down.
    pub recorded_at: Timestamp,
    /// How.
    pub model: Model,
    /// How much went, seconds.
    pub seconds: i64,
    /// Where it went; none where it was kept.
    pub to: Option<AccountNumber>,
    /// The day by which it is to be paid.
    pub due_day: Option<Day>,
    /// What the payer finds it by.
    pub reference: Box<str>,
    /// When it was paid.
    pub paid_day: Option<Day>,
}

/// The periods of all accounts of partners; number n of an account in place n - 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlements(BTreeMap<AccountNumber, Vec<Settled>>);

impl Settlements {
    /// Takes in an entry, if it says something of a settlement.
    ///
    /// # Errors
    /// [`BadOffer`]; then nothing is changed.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), BadOffer> {
        let said = Settling::in_entry(entry).map_err(|bad| BadOffer::Bytes(entry.sequence, bad))?;
        let wrong = |why| BadOffer::Order(entry.sequence, why);
        match said {
            Some(Settling::Settled { account, period, model, due_day, reference }) => {
                if self.next_period(account) != period {
                    return Err(wrong("it is not the period that runs"));
                }
                let transfers = entry.command.action.transfers();
                self.0.entry(account).or_default().push(Settled {
                    sequence: entry.sequence,
                    recorded_at: entry.recorded_at,
                    model,
                    seconds: transfers.first().map_or(0, |first| first.amount.seconds()),
                    to: transfers.last().map(|last| last.credit),
                    due_day,
                    reference,
                    paid_day: None,
                });
                Ok(())
            }
            Some(Settling::Paid { account, period, day }) => {
                let settled = self.0.get_mut(&account).and_then(|all| all.get_mut(place(period)?));
                let settled = settled.ok_or_else(|| wrong("there is no such period"))?;
                settled.paid_day = Some(day);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The number of the period that runs, from 1.
    #[must_use]
    pub fn next_period(&self, account: AccountNumber) -> u32 {
        let final_ones = self.0.get(&account).map_or(0, Vec::len);
        u32::try_from(final_ones).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// A period that is final.
    #[must_use]
    pub fn period(&self, account: AccountNumber, period: u32) -> Option<&Settled> {
        self.0.get(&account)?.get(place(period)?)
    }
}

fn place(period: u32) -> Option<usize> {
    usize::try_from(period).ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Amount, Attachment, Command, Kind, Note, Outcome, OwnerNumber, Post, Transfer};

    fn account(slot: u32) -> AccountNumber {
        AccountNumber::from_slot(slot).unwrap()
    }

    fn settled(period: u32, model: Model) -> Settling {
        let due_day = Some(Day::from_days(20_650));
        Settling::Settled { account: account(4), period, model, due_day, reference: "July 14".into() }
    }

    fn written(said: &Settling) -> Box<[u8]> {
        let asked: &[u8] = if matches!(said, Settling::Settled { .. }) { &[7; ASKED_BYTES] } else { &[] };
        [&said.encode(), asked].concat().into()
    }

    fn entry(number: u64, action: Action, beside: Option<&Settling>) -> Entry {
        let mut command = Command::without_key(OwnerNumber::new(1), action);
        command.attachment =
            beside.map(|said| Box::new(Attachment { topic: Topic::SETTLEMENT, body: written(said) }));
        let recorded_at = Timestamp::from_micros(7);
        Entry { sequence: Sequence::new(number), recorded_at, command, outcome: Outcome::default() }
    }

    fn note(said: &Settling) -> Action {
        Action::Note(Note { topic: Topic::SETTLEMENT, subject: 9, body: written(said) })
    }

    /// Goal: what is said of a settlement reads as it was written, and nothing else does. Method: each model, with and
    /// without a due day; cut and longer.
    #[test]
    fn settlements_read_back() {
        let paid = Settling::Paid { account: account(4), period: 2, day: Day::from_days(20_651) };
        let no_due = Settling::Settled {
            account: account(4),
            period: 1,
            model: Model::Kept,
            due_day: None,
            reference: "".into(),
        };
        let all = Model::ALL.map(|model| settled(3, model)).into_iter().chain([paid, no_due]);
        for said in all {
            let body = written(&said);
            assert_eq!(Settling::decode(&body).unwrap(), said);
            assert!(Settling::decode(&body[..body.len() - 1]).is_err());
            assert!(Settling::decode(&[&body[..], &[0]].concat()).is_err());
        }
    }

    /// Goal: periods are numbered without gaps, and what was settled is what the entry moved. Method: one that was kept, one
    /// that went to a pot and was paid later; a gap, and a payment of nothing.
    #[test]
    fn periods_follow_each_other() {
        let mut all = Settlements::default();
        all.apply(&entry(10, note(&settled(1, Model::Kept)), None)).unwrap();
        let transfer = Transfer::new(account(4), account(1), Amount::new(9_900).unwrap());
        let post = Post { kind: Kind::Settlement, transfers: [transfer].into_iter().collect(), ends: None };
        let gap = entry(11, Action::Post(post.clone()), Some(&settled(3, Model::PaidOutside)));
        assert!(all.apply(&gap).is_err());
        all.apply(&entry(11, Action::Post(post), Some(&settled(2, Model::PaidOutside)))).unwrap();
        let paid =
            |period| note(&Settling::Paid { account: account(4), period, day: Day::from_days(20_651) });
        assert!(all.apply(&entry(12, paid(3), None)).is_err());
        all.apply(&entry(12, paid(2), None)).unwrap();
        assert_eq!((all.next_period(account(4)), all.next_period(account(5))), (3, 1));
        let first = all.period(account(4), 1).unwrap();
        assert_eq!((first.seconds, first.to, first.paid_day), (0, None, None));
        let second = all.period(account(4), 2).unwrap();
        assert_eq!(
            (second.sequence, second.seconds, second.to),
            (Sequence::new(11), 9_900, Some(account(1)))
        );
        assert_eq!(second.paid_day, Some(Day::from_days(20_651)));
    }
}

//! Bytes of the topics of this folder: what a note, or an attachment, says of a person, a group or a pot.
//!
//! ```text
//! format u8 (1), then by topic                                                                 subject
//!   PERSON          kind u8, bank u32, sealed profile                                          owner
//!   STANDING        pays u8 (1 self, 2 pot + slot u32), hours to u8 (the same),
//!                   what is left to u8 (1 community pot, 2 account + slot u32)                 owner
//!   REPRESENTATIVE  what u8: 1 named: representative u32, may u8 (1 spend, 2 receive, 3 both),
//!                   limit i64 (seconds a month, 0 none), last day i32 (MIN none)
//!                   2 ended: representative u32                                                owner represented
//!   PAUSE           what u8: 1 for now, 2 to be forgotten, 3 over                              owner
//!   VENUE           what u8: 1 venue: number u8, sealed words; 2 venue closed: number u8
//!                   3 till: number u16, venue u8; 4 till closed: number u16                    partner
//!   POT             last day i32 (MIN none), opens u8 (1 brokers up to limit i64, 2 a lead,
//!                   3 a panel), sealed words                                                   slot of the account
//! ```
//!
//! Numbers are little-endian. Who said it is the actor of the entry; when, its time. The format is for ever.
//! What is not exactly this is an error and never skipped: to overlook that somebody no longer speaks for a
//! group would be to let them spend its hours.

use super::terms::{
    HoursTo, Opens, PauseCause, Pays, PersonKind, Representative, RestTo, Site, Speaks, Standing,
};
use crate::directory::reading::{BadBytes, Reader, number_of, one_of};
use crate::domain::{AccountNumber, Amount, BankNumber, Day, OwnerNumber, Topic};

const FORMAT: u8 = 1;

/// What a note or an attachment of ours says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Who a person or a group is.
    Person {
        /// What they are.
        kind: PersonKind,
        /// Whose people they belong to.
        bank: BankNumber,
        /// Their profile, sealed under their key.
        profile: Box<[u8]>,
    },
    /// Who pays, where hours go, and in the end what is left.
    Standing(Standing),
    /// Somebody speaks for the subject.
    Named(Representative),
    /// Somebody no longer does.
    Ended(OwnerNumber),
    /// Nothing new for the subject.
    Paused(PauseCause),
    /// The pause is over.
    Resumed,
    /// A venue or till.
    Site(Site),
    /// What a pot is for.
    Pot {
        /// The last day it may be opened.
        last_day: Option<Day>,
        /// Who may.
        opens: Opens,
        /// Its purpose, sealed under the bank's key.
        purpose: Box<[u8]>,
    },
}

impl Said {
    /// The topic it is written under.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Person { .. } => Topic::PERSON,
            Self::Standing(_) => Topic::STANDING,
            Self::Named(_) | Self::Ended(_) => Topic::REPRESENTATIVE,
            Self::Paused(_) | Self::Resumed => Topic::PAUSE,
            Self::Site(_) => Topic::VENUE,
            Self::Pot { .. } => Topic::POT,
        }
    }

    /// The body.
    #[must_use]
    pub fn encode(&self) -> Box<[u8]> {
        let mut bytes = vec![FORMAT];
        match self {
            Self::Person { kind, bank, profile } => {
                bytes.push(number_of(&PersonKind::ALL, *kind));
                bytes.extend(bank.get().to_le_bytes());
                bytes.extend(profile);
            }
            Self::Standing(standing) => {
                let pays = match standing.pays {
                    Pays::Themselves => None,
                    Pays::Pot(pot) => Some(pot),
                };
                let hours_to = match standing.hours_to {
                    HoursTo::Themselves => None,
                    HoursTo::Pot(pot) => Some(pot),
                };
                let rest_to = match standing.rest_to {
                    RestTo::CommunityPot => None,
                    RestTo::Account(account) => Some(account),
                };
                for account in [pays, hours_to, rest_to] {
                    account_into(&mut bytes, account);
                }
            }
            Self::Named(one) => {
                bytes.push(1);
                bytes.extend(one.owner.get().to_le_bytes());
                bytes.push(number_of(&Speaks::ALL, one.speaks));
                bytes.extend(one.monthly_limit.map_or(0, Amount::seconds).to_le_bytes());
                day_into(&mut bytes, one.last_day);
            }
            Self::Ended(owner) => {
                bytes.push(2);
                bytes.extend(owner.get().to_le_bytes());
            }
            Self::Paused(PauseCause::ForNow) => bytes.push(1),
            Self::Paused(PauseCause::ToBeForgotten) => bytes.push(2),
            Self::Resumed => bytes.push(3),
            Self::Site(Site::Venue { number, words }) => {
                bytes.extend([1, *number]);
                bytes.extend(words);
            }
            Self::Site(Site::VenueClosed(number)) => bytes.extend([2, *number]),
            Self::Site(Site::Till { number, venue }) => {
                bytes.push(3);
                bytes.extend(number.to_le_bytes());
                bytes.push(*venue);
            }
            Self::Site(Site::TillClosed(number)) => {
                bytes.push(4);
                bytes.extend(number.to_le_bytes());
            }
            Self::Pot { last_day, opens, purpose } => {
                day_into(&mut bytes, *last_day);
                match opens {
                    Opens::Brokers(limit) => {
                        bytes.push(1);
                        bytes.extend(limit.seconds().to_le_bytes());
                    }
                    Opens::Lead => bytes.push(2),
                    Opens::Panel => bytes.push(3),
                }
                bytes.extend(purpose);
            }
        }
        bytes.into_boxed_slice()
    }

    /// Reads a body of `topic`; none if the topic is not ours.
    ///
    /// # Errors
    /// [`BadBytes`] unless it is exactly what [`Self::encode`] makes.
    pub fn decode(topic: Topic, body: &[u8]) -> Result<Option<Self>, BadBytes> {
        let read: fn(&mut Reader<'_>) -> Option<Self> = match topic {
            Topic::PERSON => person,
            Topic::STANDING => standing,
            Topic::REPRESENTATIVE => representative,
            Topic::PAUSE => pause,
            Topic::VENUE => site,
            Topic::POT => pot,
            _ => return Ok(None),
        };
        let mut reader = Reader::new(body, FORMAT)?;
        let said = read(&mut reader).filter(|_| reader.is_at_end()).ok_or(BadBytes::Damaged)?;
        if *said.encode() == *body { Ok(Some(said)) } else { Err(BadBytes::Damaged) }
    }
}

fn day_into(bytes: &mut Vec<u8>, day: Option<Day>) {
    bytes.extend(day.map_or(i32::MIN, Day::days).to_le_bytes());
}

fn account_into(bytes: &mut Vec<u8>, account: Option<AccountNumber>) {
    match account {
        None => bytes.push(1),
        Some(account) => {
            bytes.push(2);
            bytes.extend(account.slot().to_le_bytes());
        }
    }
}

fn read_account(reader: &mut Reader<'_>) -> Option<Option<AccountNumber>> {
    match reader.byte()? {
        1 => Some(None),
        2 => AccountNumber::from_slot(reader.number()?).map(Some),
        _ => None,
    }
}

fn read_day(reader: &mut Reader<'_>) -> Option<Option<Day>> {
    match reader.signed()? {
        i32::MIN => Some(None),
        days => Some(Day::from_days(days)).filter(|day| (Day::MIN..=Day::MAX).contains(day)).map(Some),
    }
}

fn amount(reader: &mut Reader<'_>) -> Option<i64> {
    reader.take().map(i64::from_le_bytes)
}

fn sealed(reader: &mut Reader<'_>) -> Option<Box<[u8]>> {
    Some(reader.rest()).filter(|bytes| !bytes.is_empty()).map(Box::from)
}

fn person(reader: &mut Reader<'_>) -> Option<Said> {
    let (kind, bank) = (one_of(&PersonKind::ALL, reader.byte()?)?, BankNumber::new(reader.number()?));
    Some(Said::Person { kind, bank, profile: sealed(reader)? })
}

fn standing(reader: &mut Reader<'_>) -> Option<Said> {
    let pays = read_account(reader)?.map_or(Pays::Themselves, Pays::Pot);
    let hours_to = read_account(reader)?.map_or(HoursTo::Themselves, HoursTo::Pot);
    let rest_to = read_account(reader)?.map_or(RestTo::CommunityPot, RestTo::Account);
    Some(Said::Standing(Standing { pays, hours_to, rest_to }))
}

fn representative(reader: &mut Reader<'_>) -> Option<Said> {
    match reader.byte()? {
        1 => {
            let (owner, speaks) = (reader.owner()?, one_of(&Speaks::ALL, reader.byte()?)?);
            let monthly_limit = match amount(reader)? {
                0 => None,
                seconds => Some(Amount::new(seconds)?),
            };
            Some(Said::Named(Representative { owner, speaks, monthly_limit, last_day: read_day(reader)? }))
        }
        2 => Some(Said::Ended(reader.owner()?)),
        _ => None,
    }
}

fn pause(reader: &mut Reader<'_>) -> Option<Said> {
    match reader.byte()? {
        1 => Some(Said::Paused(PauseCause::ForNow)),
        2 => Some(Said::Paused(PauseCause::ToBeForgotten)),
        3 => Some(Said::Resumed),
        _ => None,
    }
}

fn site(reader: &mut Reader<'_>) -> Option<Said> {
    let till = |reader: &mut Reader<'_>| reader.take().map(u16::from_le_bytes);
    let site = match reader.byte()? {
        1 => Site::Venue { number: reader.byte()?, words: sealed(reader)? },
        2 => Site::VenueClosed(reader.byte()?),
        3 => Site::Till { number: till(reader)?, venue: reader.byte()? },
        4 => Site::TillClosed(till(reader)?),
        _ => return None,
    };
    Some(Said::Site(site))
}

fn pot(reader: &mut Reader<'_>) -> Option<Said> {
    let last_day = read_day(reader)?;
    let opens = match reader.byte()? {
        1 => Opens::Brokers(Amount::new(amount(reader)?)?),
        2 => Opens::Lead,
        3 => Opens::Panel,
        _ => return None,
    };
    Some(Said::Pot { last_day, opens, purpose: sealed(reader)? })
}

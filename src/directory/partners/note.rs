//! Bytes of the topics of this folder; the subject of each is the partner's owner.
//!
//! ```text
//! format u8 (1), then by topic
//!   OFFER   what u8: 1 waits, 2 open: number u16, venue u8 (0 all), kind u8, price i64 (seconds), per u8,
//!             first day i32 (MIN none), last day i32 (MIN none), weekdays u8, from u16, until u16 (minutes),
//!             caps 4 × u32 (member a day, member a month, month, total; 0 none), wording (length u8, UTF-8)
//!           3 approved: number u16   4 declined: number u16, why (UTF-8)   5 retired: number u16
//!   BUDGET  seconds a month i64, -1 for as many as come
//!   STAFF   all of them, each: initials (length u8, ASCII), owner u32 (0 nobody known)
//! ```
//!
//! Numbers are little-endian. Who said it is the actor of the entry. The format is for ever. What is not exactly this is
//! an error and never skipped: to overlook that an offer is retired would be to sell it.

use super::hours::Hours;
use super::offer::{Caps, Offer, Per};
use crate::directory::OfferKind;
use crate::directory::reading::{BadBytes, Reader, number_of, one_of};
use crate::domain::{Amount, Day, OwnerNumber, Topic};

const FORMAT: u8 = 1;
const NO_BUDGET: i64 = -1;

/// Somebody at a partner's tills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffPerson {
    /// 1 to 4 capital letters.
    pub initials: Box<str>,
    /// Who that is, if they have an account.
    pub owner: Option<OwnerNumber>,
}

/// Everybody at a partner's tills, by initials.
pub type Staff = Vec<StaffPerson>;

/// What a note of ours says of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It offers something.
    Offered {
        /// Its number.
        number: u16,
        /// Whether the bank has approved it with that.
        is_approved: bool,
        /// What.
        offer: Offer,
    },
    /// The bank approves an offer.
    Approved(u16),
    /// The bank does not.
    Declined(u16, Box<str>),
    /// An offer ended.
    Retired(u16),
    /// So many hours it takes in a month, in seconds; none for as many as come.
    Budget(Option<i64>),
    /// Who stands at its tills.
    Staff(Staff),
}

impl Said {
    /// The topic it is written under.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Offered { .. } | Self::Approved(_) | Self::Declined(..) | Self::Retired(_) => Topic::OFFER,
            Self::Budget(_) => Topic::BUDGET,
            Self::Staff(_) => Topic::STAFF,
        }
    }

    /// The body.
    #[must_use]
    pub fn encode(&self) -> Box<[u8]> {
        let mut bytes = vec![FORMAT];
        match self {
            Self::Offered { number, is_approved, offer } => {
                bytes.push(1 + u8::from(*is_approved));
                bytes.extend(number.to_le_bytes());
                offer_into(&mut bytes, offer);
            }
            Self::Approved(number) => numbered(&mut bytes, 3, *number),
            Self::Declined(number, why) => {
                numbered(&mut bytes, 4, *number);
                bytes.extend(why.as_bytes());
            }
            Self::Retired(number) => numbered(&mut bytes, 5, *number),
            Self::Budget(month) => bytes.extend(month.unwrap_or(NO_BUDGET).to_le_bytes()),
            Self::Staff(staff) => {
                for person in staff {
                    text_into(&mut bytes, &person.initials);
                    bytes.extend(person.owner.map_or(0, OwnerNumber::get).to_le_bytes());
                }
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
            Topic::OFFER => offered,
            Topic::BUDGET => budget,
            Topic::STAFF => staff,
            _ => return Ok(None),
        };
        let mut reader = Reader::new(body, FORMAT)?;
        let said = read(&mut reader).filter(|_| reader.is_at_end()).ok_or(BadBytes::Damaged)?;
        if *said.encode() == *body { Ok(Some(said)) } else { Err(BadBytes::Damaged) }
    }
}

fn numbered(bytes: &mut Vec<u8>, what: u8, number: u16) {
    bytes.push(what);
    bytes.extend(number.to_le_bytes());
}

fn text_into(bytes: &mut Vec<u8>, text: &str) {
    // What is longer than it may be does not read as what it was: it is checked before.
    bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    bytes.extend(text.as_bytes());
}

fn offer_into(bytes: &mut Vec<u8>, offer: &Offer) {
    let Offer { venue, kind, wording, price, per, hours, caps } = offer;
    bytes.extend([venue.unwrap_or_default(), number_of(&OfferKind::ALL, *kind)]);
    bytes.extend(price.seconds().to_le_bytes());
    bytes.push(number_of(&Per::ALL, *per));
    for day in [hours.first_day, hours.last_day] {
        bytes.extend(day.map_or(i32::MIN, Day::days).to_le_bytes());
    }
    bytes.push(hours.weekdays);
    for minute in [hours.from_minute, hours.until_minute] {
        bytes.extend(minute.to_le_bytes());
    }
    for cap in [caps.member_day, caps.member_month, caps.month, caps.total] {
        bytes.extend(cap.to_le_bytes());
    }
    text_into(bytes, wording);
}

fn day(reader: &mut Reader<'_>) -> Option<Option<Day>> {
    reader.signed().map(|days| (days != i32::MIN).then(|| Day::from_days(days)))
}

fn offer(reader: &mut Reader<'_>) -> Option<Offer> {
    let venue = Some(reader.byte()?).filter(|venue| *venue != 0);
    let kind = one_of(&OfferKind::ALL, reader.byte()?)?;
    let price = Amount::new(reader.long()?)?;
    let per = one_of(&Per::ALL, reader.byte()?)?;
    let hours = Hours {
        first_day: day(reader)?,
        last_day: day(reader)?,
        weekdays: reader.byte()?,
        from_minute: reader.short()?,
        until_minute: reader.short()?,
    };
    let caps = Caps {
        member_day: reader.number()?,
        member_month: reader.number()?,
        month: reader.number()?,
        total: reader.number()?,
    };
    let offer = Offer { venue, kind, wording: reader.text()?.into(), price, per, hours, caps };
    offer.check().is_ok().then_some(offer)
}

fn offered(reader: &mut Reader<'_>) -> Option<Said> {
    let (what, number) = (reader.byte()?, reader.short()?);
    match what {
        1 | 2 => Some(Said::Offered { number, is_approved: what == 2, offer: offer(reader)? }),
        3 => Some(Said::Approved(number)),
        4 => std::str::from_utf8(reader.rest()).ok().map(|why| Said::Declined(number, why.into())),
        5 => Some(Said::Retired(number)),
        _ => None,
    }
}

fn budget(reader: &mut Reader<'_>) -> Option<Said> {
    match reader.long()? {
        NO_BUDGET => Some(Said::Budget(None)),
        month => (0..=Amount::MAX.seconds()).contains(&month).then_some(Said::Budget(Some(month))),
    }
}

fn staff(reader: &mut Reader<'_>) -> Option<Said> {
    let mut staff = Vec::new();
    while !reader.is_at_end() {
        let initials = reader.text()?.into();
        let owner = Some(reader.number()?).filter(|owner| *owner != 0).map(OwnerNumber::new);
        staff.push(StaffPerson { initials, owner });
    }
    Some(Said::Staff(staff))
}

#[cfg(test)]
mod tests {
    use super::super::testing::lunch;
    use super::*;

    /// Goal: what is said is read as it was said, and nothing else is. Method: one of each; each cut by a byte, with one
    /// more, of a later format, and with what no offer can have.
    #[test]
    fn notes_read_as_they_were_written() {
        let person = |initials: &str, owner: u32| StaffPerson {
            initials: initials.into(),
            owner: (owner != 0).then(|| OwnerNumber::new(owner)),
        };
        let limited = Offer {
            venue: Some(2),
            hours: Hours { last_day: Some(Day::from_days(20_000)), ..Hours::ALWAYS },
            ..lunch()
        };
        for said in [
            Said::Offered { number: 1, is_approved: false, offer: lunch() },
            Said::Offered { number: 200, is_approved: true, offer: limited },
            Said::Approved(3),
            Said::Declined(3, "tea is goods".into()),
            Said::Retired(3),
            Said::Budget(None),
            Said::Budget(Some(0)),
            Said::Budget(Some(36_000)),
            Said::Staff(Vec::new()),
            Said::Staff(vec![person("EP", 9), person("RAFE", 0)]),
        ] {
            let (topic, body) = (said.topic(), said.encode());
            assert_eq!(Said::decode(topic, &body), Ok(Some(said.clone())));
            assert_eq!(Said::decode(Topic::PERSON, &body), Ok(None));
            let newer: Vec<u8> = [2].iter().chain(&body[1..]).copied().collect();
            assert_eq!(Said::decode(topic, &newer), Err(BadBytes::Newer(2)));
            if !matches!(said, Said::Declined(..)) {
                let longer: Vec<u8> = body.iter().copied().chain([0]).collect();
                assert_eq!(Said::decode(topic, &longer), Err(BadBytes::Damaged), "{said:?}");
                assert_eq!(Said::decode(topic, &body[..body.len() - 1]), Err(BadBytes::Damaged), "{said:?}");
            }
        }
        let dear = Offer { price: Amount::MAX, ..lunch() };
        let body = Said::Offered { number: 1, is_approved: true, offer: dear }.encode();
        assert_eq!(Said::decode(Topic::OFFER, &body), Err(BadBytes::Damaged));
    }
}

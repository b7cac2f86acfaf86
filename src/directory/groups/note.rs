//! Bytes of the topic `STANDING_GROUP`; the subject is the bank.
//!
//! ```text
//! format u8 (1), what u8
//!   1 is so   number u16, rule u8 (1 to 6), length i64 (seconds, 0 not said), keeper slot u32 (MAX none),
//!             activity u16 (0 none), givers u16, people u16, givers first, each: account slot u32;
//!             then what each giver gives: i64 (seconds); then the sealed name
//!   2 ended   number u16
//! ```
//!
//! Numbers are little-endian. Who said it is the actor of the entry. The format is for ever. What is not exactly this is an
//! error and never skipped.

use crate::directory::reading::{BadBytes, Reader, number_of, one_of};
use crate::domain::{AccountNumber, Amount};

/// At most so many people usually come: as many as one entry may name.
pub const PEOPLE_MAX: usize = 256;
/// What a group is called has at most so many bytes.
pub const NAME_BYTES_MAX: usize = 200;
const FORMAT: u8 = 1;
const NOBODY: u32 = u32::MAX;

/// How the hours of a session are shared. What each rule moves is for `exchange` to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupRule {
    /// What each giver gave is shared among all who took part.
    SplitProviderTime,
    /// The same, rounded up.
    SplitProviderTimeCeil,
    /// Each pays the length of the session.
    EachPaysSession,
    /// Several helped one.
    ManyProvidersOneRecipient,
    /// The keeper pays who gave.
    PotPaysProvider,
    /// The keeper thanks everybody.
    PotPaysEveryone,
}

impl GroupRule {
    /// All, in the order of their numbers in the journal and in the API, from 1.
    pub const ALL: [Self; 6] = [
        Self::SplitProviderTime,
        Self::SplitProviderTimeCeil,
        Self::EachPaysSession,
        Self::ManyProvidersOneRecipient,
        Self::PotPaysProvider,
        Self::PotPaysEveryone,
    ];
}

/// What is usual in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How hours are shared.
    pub rule: GroupRule,
    /// How long a session is, where that is said.
    pub length: Option<Amount>,
    /// The pot that keeps or covers what is over; the community pot if none is named.
    pub keeper: Option<AccountNumber>,
    /// Number in the bank's list of activities.
    pub activity: Option<u16>,
    /// Who gives, and how long, in the order named.
    pub givers: Vec<(AccountNumber, Amount)>,
    /// Who takes part, in the order named.
    pub participants: Vec<AccountNumber>,
    /// What it is called, sealed under the bank's key.
    pub name: Box<[u8]>,
}

/// What a note says of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is so from now on.
    IsSo(u16, Group),
    /// It ended.
    Ended(u16),
}

impl Group {
    /// Whether somebody's account usually comes, to give or to take part.
    #[must_use]
    pub fn has(&self, account: AccountNumber) -> bool {
        self.participants.contains(&account) || self.givers.iter().any(|(giver, _)| *giver == account)
    }
}

impl Said {
    /// The number of the group.
    #[must_use]
    pub const fn number(&self) -> u16 {
        match self {
            Self::IsSo(number, _) | Self::Ended(number) => *number,
        }
    }

    /// The body.
    #[must_use]
    pub fn encode(&self) -> Box<[u8]> {
        let mut bytes = vec![FORMAT];
        match self {
            Self::IsSo(number, group) => {
                bytes.push(1);
                bytes.extend(number.to_le_bytes());
                group_into(&mut bytes, group);
            }
            Self::Ended(number) => {
                bytes.push(2);
                bytes.extend(number.to_le_bytes());
            }
        }
        bytes.into_boxed_slice()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`BadBytes`] unless it is exactly what [`Self::encode`] makes.
    pub fn decode(body: &[u8]) -> Result<Self, BadBytes> {
        let mut reader = Reader::new(body, FORMAT)?;
        let said = read(&mut reader).filter(|_| reader.is_at_end()).ok_or(BadBytes::Damaged)?;
        if *said.encode() == *body { Ok(said) } else { Err(BadBytes::Damaged) }
    }
}

fn group_into(bytes: &mut Vec<u8>, group: &Group) {
    bytes.push(number_of(&GroupRule::ALL, group.rule));
    bytes.extend(group.length.map_or(0, Amount::seconds).to_le_bytes());
    bytes.extend(group.keeper.map_or(NOBODY, AccountNumber::slot).to_le_bytes());
    bytes.extend(group.activity.unwrap_or_default().to_le_bytes());
    let count = |people: usize| u16::try_from(people).unwrap_or(u16::MAX); // At most PEOPLE_MAX.
    let people = group.givers.len().saturating_add(group.participants.len());
    bytes.extend(count(group.givers.len()).to_le_bytes());
    bytes.extend(count(people).to_le_bytes());
    let givers = group.givers.iter().map(|(account, _)| account);
    bytes.extend(givers.chain(&group.participants).flat_map(|account| account.slot().to_le_bytes()));
    bytes.extend(group.givers.iter().flat_map(|(_, length)| length.seconds().to_le_bytes()));
    bytes.extend(&group.name);
}

fn read(reader: &mut Reader<'_>) -> Option<Said> {
    match reader.byte()? {
        1 => {
            let number = reader.short()?;
            group(reader).map(|group| Said::IsSo(number, group))
        }
        2 => reader.short().map(Said::Ended),
        _ => None,
    }
}

fn group(reader: &mut Reader<'_>) -> Option<Group> {
    let rule = one_of(&GroupRule::ALL, reader.byte()?)?;
    let length = match reader.long()? {
        0 => None,
        seconds => Some(Amount::new(seconds)?),
    };
    let keeper = match reader.number()? {
        NOBODY => None,
        slot => Some(AccountNumber::from_slot(slot)?),
    };
    let activity = Some(reader.short()?).filter(|activity| *activity != 0);
    let givers_count = usize::from(reader.short()?);
    let people_count = usize::from(reader.short()?);
    if givers_count > people_count || people_count > PEOPLE_MAX {
        return None;
    }
    let mut people = Vec::with_capacity(people_count);
    for _ in 0..people_count {
        people.push(AccountNumber::from_slot(reader.number()?)?);
    }
    let participants = people.split_off(givers_count);
    let mut givers = Vec::with_capacity(givers_count);
    for account in people {
        givers.push((account, Amount::new(reader.long()?)?));
    }
    let name = Box::from(reader.rest());
    Some(Group { rule, length, keeper, activity, givers, participants, name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::note::NOTE_BYTES_MAX;
    use crate::seal::sealed_length;

    fn account(slot: u32) -> AccountNumber {
        AccountNumber::from_slot(slot).unwrap()
    }

    fn group(people: u32) -> Group {
        let amount = Amount::new(5_400).unwrap();
        Group {
            rule: GroupRule::PotPaysProvider,
            length: Some(amount),
            keeper: Some(account(1)),
            activity: Some(7),
            givers: (0..people).map(|slot| (account(slot), amount)).collect(),
            participants: vec![account(people + 1), account(people + 2)],
            name: Box::from(*b"sealed"),
        }
    }

    /// Goal: what is written is read again, and nothing else is. Method: with all there may be, with nothing that may be
    /// left out, and ended; each of them cut at every place.
    #[test]
    fn groups_are_read_again() {
        let little = Group {
            rule: GroupRule::PotPaysEveryone,
            length: None,
            keeper: None,
            activity: None,
            givers: Vec::new(),
            ..group(1)
        };
        for said in [Said::IsSo(3, group(2)), Said::IsSo(1, little), Said::Ended(9)] {
            let body = said.encode();
            assert_eq!(Said::decode(&body), Ok(said.clone()));
            let sealed = if matches!(said, Said::IsSo(..)) { 6 } else { 0 };
            for end in 0..body.len() - sealed {
                assert!(Said::decode(&body[..end]).is_err(), "{said:?} cut at {end}");
            }
            assert_eq!(Said::decode(&[&[FORMAT + 1], &body[1..]].concat()), Err(BadBytes::Newer(2)));
        }
        assert_eq!(Said::decode(&[FORMAT, 3, 0, 0]), Err(BadBytes::Damaged));
    }

    /// Goal: the largest group fits into a note. Method: as many givers as there may be, and the longest name.
    #[test]
    fn the_largest_group_fits() {
        let most = u32::try_from(PEOPLE_MAX).unwrap();
        let mut group = Group { participants: Vec::new(), ..group(most) };
        group.name = vec![0; sealed_length(1, NAME_BYTES_MAX + 16)].into_boxed_slice();
        let body = Said::IsSo(u16::MAX, group.clone()).encode();
        assert!(body.len() <= NOTE_BYTES_MAX, "{}", body.len());
        assert!(Said::decode(&body).is_ok());
        group.participants.push(account(most + 1));
        assert!(Said::decode(&Said::IsSo(1, group).encode()).is_err(), "one too many");
    }
}

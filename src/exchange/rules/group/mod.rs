//! Several people at once: one session, one entry.
//!
//! Owns the six rules by which a session becomes transfers, and who is named on each. Knows neither
//! balances nor limits: one person past a limit does not change what the others pay.
//!
//! | rule | each who takes part | each who gives | left over |
//! |---|---|---|---|
//! | `split_provider_time` | pays an equal part of what was given | gets what they gave | nothing |
//! | `split_provider_time_ceil` | pays that part, rounded up to the bank's step | gets what they gave | kept |
//! | `each_pays_session` | pays the session's length | gets what they gave | kept, or covered |
//! | `many_providers_one_recipient` | the only one, pays all that was given | gets what they gave | nothing |
//! | `pot_pays_provider` | pays nothing | gets what they gave | covered: all of it |
//! | `pot_pays_everyone` | gets the session's length | gets what they gave | covered: all of it |
//!
//! - *Left over* is what is paid less what is got, in seconds: above zero a named account keeps it, below zero
//!   that account covers it, usually a pot. It is called the *keeper*.
//! - With something left over, every transfer has the keeper on one side. With nothing, none has.
//! - Guests are counted and change no figure.
//! - Equal parts are rounded down to the second; the odd seconds go one each to the first named.
//! - At most 256 transfers: where hours run straight, that is givers times those who take part.
//!
//! Decided where the books of rules are silent:
//!
//! - **Several givers.** Each giver's time is shared among all who take part, because nobody wrote down who
//!   helped whom. The odd seconds of the second giver begin where those of the first ended, so that nobody
//!   pays two more than anybody else.
//! - **The step of `_ceil`** is the bank's, always upwards, also where the bank rounds to the nearest or not
//!   at all: that is what the rule's name says. The exact part is rounded, not the part in whole seconds.
//! - **The session's length** is what the givers gave where all gave the same; else it has to be said. Rules
//!   that do not need it refuse it: a figure that changes nothing was meant for something.
//! - **`pot_pays_provider`** needs nobody who takes part (an open walk). Who is named counts as helped, each
//!   with an equal part of the time, as with a single exchange that the pot pays.
//! - **Hours that go elsewhere.** A person may come with another's account (the pot pays for Bernard, my hours
//!   to the pot, in an organisation's name). That may be the keeper's: then a part of each giver's time is
//!   named after that person on the other leg. What would move from an account to itself is refused.
//!
//! **Names on transfers.** Where hours do not run straight from the one helped to the one who helped, the
//! transfer says who they are: `given_by` on a leg to the keeper if there is one giver alone, `received_by`
//! on a leg from the keeper if one person alone takes part. `paid_by` stands with `received_by` where somebody
//! else's account is charged for that person. So whoever adds up a person's time takes the legs away from the
//! keeper for what was given and the legs to the keeper for what was received, and only where a person has
//! none of these the others that name them: an hour that goes through the keeper is one hour.

mod amounts;
mod moves;
#[cfg(test)]
mod tests;

use super::Holder;
pub use crate::directory::groups::GroupRule;
use crate::domain::command::PRESENT_COUNT_MAX;
use crate::domain::{AccountNumber, Amount, Entering, Kind, OwnerNumber, TRANSFERS_MAX, Transfers};

/// At most this many givers, and as many who take part: each has at least one transfer.
pub const PEOPLE_MAX: usize = TRANSFERS_MAX;
/// Who took part, as the API calls them.
pub const PARTICIPANTS: &str = "participant_account_numbers";

impl GroupRule {
    /// The word callers use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SplitProviderTime => "split_provider_time",
            Self::SplitProviderTimeCeil => "split_provider_time_ceil",
            Self::EachPaysSession => "each_pays_session",
            Self::ManyProvidersOneRecipient => "many_providers_one_recipient",
            Self::PotPaysProvider => "pot_pays_provider",
            Self::PotPaysEveryone => "pot_pays_everyone",
        }
    }

    /// The rule called `word`, if there is one.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.word() == word)
    }

    /// What the entry is for: help for nobody in particular where the pot pays.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::SplitProviderTime
            | Self::SplitProviderTimeCeil
            | Self::EachPaysSession
            | Self::ManyProvidersOneRecipient => Kind::Group,
            Self::PotPaysProvider | Self::PotPaysEveryone => Kind::Community,
        }
    }
}

/// Somebody in a session, and the account that moves for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Person {
    /// Who.
    pub owner: OwnerNumber,
    /// Their own account, or the one that pays or gets in their stead.
    pub moves: Holder,
}

impl Person {
    /// Somebody with an account of their own.
    #[must_use]
    pub const fn own(owner: OwnerNumber, account: AccountNumber) -> Self {
        Self { owner, moves: Holder { account, owner } }
    }
}

/// Somebody who gave time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Giver {
    /// Who.
    pub person: Person,
    /// How much, as the bank writes it down.
    pub gave: Amount,
    /// The organisation they gave for, whose account gets the hours.
    pub in_the_name_of: Option<OwnerNumber>,
}

/// What is known of a session.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// How its hours are shared.
    pub rule: GroupRule,
    /// Who gave, in the order named.
    pub givers: &'a [Giver],
    /// Who took part, in the order named; none of the givers.
    pub participants: &'a [Person],
    /// People counted without hours.
    pub guests: u32,
    /// How long it was, where the rule asks.
    pub length: Option<Amount>,
    /// Who keeps or covers what is left over; needed only then.
    pub keeper: Option<Holder>,
    /// Number in the bank's list of activities.
    pub activity: Option<u16>,
    /// The bank's step.
    pub entering: Entering,
}

/// What a session comes to for one who took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Who.
    pub owner: OwnerNumber,
    /// What is paid for them, by themselves or in their stead.
    pub pays: Option<Amount>,
    /// What they get, where the pot thanks all who came.
    pub gets: Option<Amount>,
}

/// One entry, ready to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Group, or community where the pot pays.
    pub kind: Kind,
    /// 1 to 256, in the order in which people were named.
    pub transfers: Transfers,
    /// Guests, if there were any.
    pub present_count: Option<u32>,
    /// What is paid less what is got: above zero the keeper keeps it, below zero the keeper covers it.
    pub residual_seconds: i64,
    /// In the order named.
    pub shares: Vec<Share>,
    /// The most that one person gave, pays or gets: what is asked about when it is unusual.
    pub largest: Amount,
}

/// Why a session cannot be written down as it was told; what is said of it is in `words`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupError {
    /// No giver, where the rule needs one.
    NobodyGives,
    /// Nobody who took part, where the rule needs somebody.
    NobodyTakesPart,
    /// `many_providers_one_recipient` with more than one.
    OneRecipient {
        /// How many were named.
        named: usize,
    },
    /// More than fit into one entry.
    TooMany {
        /// Of what.
        field: &'static str,
        /// How many are possible.
        most: usize,
        /// How many there are, or would be.
        count: usize,
    },
    /// More transfers than fit into one entry: how many depends on both lists.
    TooManyTransfers {
        /// How many there would be.
        count: usize,
    },
    /// One person twice in one list.
    NamedTwice {
        /// In which list.
        field: &'static str,
        /// Who.
        owner: OwnerNumber,
    },
    /// One person gives and takes part.
    GivesAndTakesPart {
        /// Who.
        owner: OwnerNumber,
    },
    /// Givers gave different times, or there is none, and nobody said how long the session was.
    LengthNeeded,
    /// A length where no figure depends on it.
    LengthUnused,
    /// Fewer seconds than people to share them.
    ShareIsNothing {
        /// How many share.
        participants: usize,
    },
    /// A sum above [`Amount::MAX`].
    TooLong,
    /// Something is left over and nobody keeps or covers it.
    KeeperNeeded {
        /// Above zero to keep, below zero to cover.
        residual_seconds: i64,
    },
    /// Hours would go from an account to itself, so nobody could see that somebody helped.
    SameAccount {
        /// Which.
        account: AccountNumber,
    },
}

impl GroupError {
    /// The field to look at, in the words of the API.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::TooMany { field, .. } | Self::NamedTwice { field, .. } => field,
            Self::NobodyGives => "givers",
            Self::TooManyTransfers { .. } => "givers and participant_account_numbers",
            Self::NobodyTakesPart
            | Self::OneRecipient { .. }
            | Self::GivesAndTakesPart { .. }
            | Self::SameAccount { .. } => PARTICIPANTS,
            Self::LengthNeeded | Self::LengthUnused => "length",
            Self::ShareIsNothing { .. } | Self::TooLong => "givers.length",
            Self::KeeperNeeded { .. } => "keeper_account_number",
        }
    }
}

impl Session<'_> {
    /// The one entry this session is, or why there is none. The same session always gives the same entry.
    ///
    /// # Errors
    /// [`GroupError`]: people are looked at before figures, figures before accounts.
    pub fn plan(&self) -> Result<Plan, GroupError> {
        self.check_people()?;
        let amounts = amounts::of(self)?;
        let transfers = moves::of(self, &amounts)?;
        Ok(Plan {
            kind: self.rule.kind(),
            transfers,
            present_count: Some(self.guests).filter(|guests| *guests > 0),
            residual_seconds: amounts.residual_seconds,
            largest: amounts.largest,
            shares: amounts.shares,
        })
    }

    fn check_people(&self) -> Result<(), GroupError> {
        let (given, took) = (self.givers.len(), self.participants.len());
        if given == 0 && self.rule != GroupRule::PotPaysEveryone {
            return Err(GroupError::NobodyGives);
        }
        let is_shared = self.rule.kind() == Kind::Group;
        if took == 0 && (is_shared || given == 0) {
            return Err(GroupError::NobodyTakesPart);
        }
        if took > 1 && self.rule == GroupRule::ManyProvidersOneRecipient {
            return Err(GroupError::OneRecipient { named: took });
        }
        at_most("givers", given, PEOPLE_MAX)?;
        at_most(PARTICIPANTS, took, PEOPLE_MAX)?;
        let [guests, most] =
            [self.guests, PRESENT_COUNT_MAX].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        at_most("guest_count", guests, most)?;
        let givers: Vec<_> = self.givers.iter().map(|giver| giver.person.owner).collect();
        let participants: Vec<_> = self.participants.iter().map(|person| person.owner).collect();
        each_once("givers", &givers)?;
        each_once(PARTICIPANTS, &participants)?;
        match participants.into_iter().find(|owner| givers.contains(owner)) {
            Some(owner) => Err(GroupError::GivesAndTakesPart { owner }),
            None => Ok(()),
        }
    }
}

fn at_most(field: &'static str, count: usize, most: usize) -> Result<(), GroupError> {
    if count <= most { Ok(()) } else { Err(GroupError::TooMany { field, most, count }) }
}

fn each_once(field: &'static str, owners: &[OwnerNumber]) -> Result<(), GroupError> {
    let mut seen = std::collections::BTreeSet::new();
    match owners.iter().find(|owner| !seen.insert(**owner)) {
        Some(owner) => Err(GroupError::NamedTwice { field, owner: *owner }),
        None => Ok(()),
    }
}

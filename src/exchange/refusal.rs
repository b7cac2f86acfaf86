//! Why what a broker or member asked for is not done, in the words of this capability; sentences are in `words`.

use super::length::Unread;
use super::rules::group::GroupError;
use super::rules::second_person::NotGoodEnough;
use super::rules::standing::StandingError;
use crate::domain::{AccountNumber, Amount, BankNumber, Day, Invalid, Reason, Sequence};

/// A rule said no, or asks something; nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What the ledger would say, found out before it is asked.
    Ledger(crate::domain::Refusal),
    /// A field is out of bounds.
    Invalid(Invalid),
    /// A length cannot be read, or in two ways.
    Unread {
        /// Which field.
        field: &'static str,
        /// Why.
        unread: Unread,
    },
    /// A length that passes the largest amount once it is rounded.
    TooLong {
        /// Which field.
        field: &'static str,
    },
    /// An account of no person, group or partner.
    NotSomebody {
        /// Which field.
        field: &'static str,
        /// Its number.
        account: AccountNumber,
    },
    /// An account that is no pot of this bank.
    NotAPot {
        /// Which field.
        field: &'static str,
        /// Its number.
        account: AccountNumber,
    },
    /// An exchange that cannot be told like this.
    Standing(StandingError),
    /// A session that cannot be told like this.
    Group(GroupError),
    /// So much is asked about: the same with the figure repeated is done.
    UnusualAmount {
        /// What would be written.
        amount: Amount,
    },
    /// Nothing new for them now.
    Paused {
        /// Their account.
        account: AccountNumber,
    },
    /// Help of a day after somebody's account was closed.
    AfterClosing {
        /// Their account.
        account: AccountNumber,
        /// The day it was closed, where its bank is.
        closed_on: Day,
    },
    /// Neither the caller's nor of anybody they speak for.
    NotYours {
        /// Whose account it would be.
        account: AccountNumber,
    },
    /// The caller may not be the second person.
    NotTheSecondPerson(NotGoodEnough),
    /// Brokers may not any more; a lead may.
    WindowPassed {
        /// For how many days they may.
        days: u16,
    },
    /// No open proposal or booking has that number.
    NotOpen(Sequence),
    /// Nothing waits under that number.
    NothingWaits(Sequence),
    /// What would take or end those hours waits for somebody already.
    WaitsAlready {
        /// Its number.
        number: Sequence,
    },
    /// A party to a dispute does not settle it.
    Party {
        /// Their account.
        account: AccountNumber,
    },
    /// Nobody answers for both sides.
    SaidItThemselves,
    /// Whoever would settle it said it, or disputed it.
    TheirOwnDispute,
    /// The same help is said already, and waits for an answer.
    SaidAlready {
        /// The proposal.
        proposal: Sequence,
    },
    /// Whoever booked lets it go before its day is over; after that who gives does, or a broker.
    BookedDayIsOver {
        /// The day.
        day: Day,
    },
    /// The pot is for another time.
    PotIsOver {
        /// The pot.
        account: AccountNumber,
        /// The last day it could be opened.
        last_day: Day,
    },
    /// Only a lead opens it.
    PotNotForBrokers {
        /// The pot.
        account: AccountNumber,
    },
    /// What a panel decides opens it, and decisions are not kept yet.
    PotNeedsPanel {
        /// The pot.
        account: AccountNumber,
    },
    /// A line of which nothing can be claimed back.
    NothingToClaim {
        /// The entry.
        sequence: Sequence,
    },
    /// A line that was claimed back before.
    LineClaimed {
        /// The entry.
        sequence: Sequence,
    },
    /// What is to be put right was claimed back from a pot.
    ClaimedBack {
        /// The entry.
        line: Sequence,
        /// The entry that claims it, if it is not long ago.
        claim: Option<Sequence>,
    },
    /// The two banks keep no accounts for each other.
    NoClearing {
        /// One.
        first: BankNumber,
        /// The other.
        second: BankNumber,
    },
    /// Only a lead approves hours that are made.
    NotForBrokers,
    /// Only a lead approves what is taken from a pot above the line of brokers.
    AbovePotLine,
    /// An entry that needs a second person is too long to wait for one.
    TooMuchToWait,
}

impl Refusal {
    /// Whether it goes away when the same is said in another way, or once more: what was not guessed.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        matches!(self, Self::Unread { unread: Unread::TwoWays(_), .. } | Self::UnusualAmount { .. })
    }

    /// Its stable word; none for a field that cannot be meant.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Ledger(refusal) => Some(refusal.reason()),
            Self::Invalid(_)
            | Self::Unread { .. }
            | Self::TooLong { .. }
            | Self::NotSomebody { .. }
            | Self::NotAPot { .. }
            | Self::Standing(_)
            | Self::Group(_)
            | Self::NothingToClaim { .. }
            | Self::TooMuchToWait => None,
            Self::UnusualAmount { .. } => Some(Reason::UnusualAmount),
            Self::Paused { .. } => Some(Reason::Paused),
            Self::AfterClosing { .. } => Some(Reason::AccountClosed),
            Self::NotYours { .. } | Self::BookedDayIsOver { .. } => Some(Reason::NotYours),
            Self::SaidAlready { .. } => Some(Reason::AlreadyHere),
            Self::NotTheSecondPerson(_)
            | Self::Party { .. }
            | Self::SaidItThemselves
            | Self::TheirOwnDispute
            | Self::NotForBrokers
            | Self::AbovePotLine
            | Self::WaitsAlready { .. } => Some(Reason::SecondPersonNeeded),
            Self::WindowPassed { .. } => Some(Reason::WindowPassed),
            Self::NotOpen(_) => Some(Reason::HoldNotFound),
            Self::NothingWaits(_) => Some(Reason::NothingWaits),
            Self::PotIsOver { .. } | Self::PotNotForBrokers { .. } | Self::PotNeedsPanel { .. } => {
                Some(Reason::PotNotOpen)
            }
            Self::LineClaimed { .. } | Self::ClaimedBack { .. } => Some(Reason::LineClaimed),
            Self::NoClearing { .. } => Some(Reason::CrossBank),
        }
    }
}

impl From<crate::domain::Refusal> for Refusal {
    fn from(refusal: crate::domain::Refusal) -> Self {
        Self::Ledger(refusal)
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<StandingError> for Refusal {
    fn from(error: StandingError) -> Self {
        Self::Standing(error)
    }
}

impl From<GroupError> for Refusal {
    fn from(error: GroupError) -> Self {
        Self::Group(error)
    }
}

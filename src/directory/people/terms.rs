//! The words for what people are to each other and to their bank.

use crate::domain::{AccountNumber, Amount, Day, OwnerNumber};

/// Who pays when somebody is helped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pays {
    /// Their own account.
    #[default]
    Themselves,
    /// A pot: they count as helped, and their balance stays.
    Pot(AccountNumber),
}

/// Where hours go when somebody has helped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HoursTo {
    /// Their own account.
    #[default]
    Themselves,
    /// A pot: they count as the giver, and their balance stays.
    Pot(AccountNumber),
}

/// Where hours that are left go when an account is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RestTo {
    /// The community pot.
    #[default]
    CommunityPot,
    /// Another account of the bank, as long as it is open.
    Account(AccountNumber),
}

/// What somebody chose once for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Who pays.
    pub pays: Pays,
    /// Where hours go.
    pub hours_to: HoursTo,
    /// Where what is left goes in the end.
    pub rest_to: RestTo,
}

/// What somebody is in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonKind {
    /// A person with an account of their own.
    Member,
    /// A group.
    Organisation,
    /// A café or shop.
    Partner,
    /// Somebody who works for a bank or at a till and has no account.
    Staff,
}

impl PersonKind {
    pub(super) const ALL: [Self; 4] = [Self::Member, Self::Organisation, Self::Partner, Self::Staff];
}

/// What a representative may do for a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Speaks {
    /// Spend its hours.
    ToSpend,
    /// Say what it received, and confirm it.
    ToReceive,
    /// Both.
    ForAll,
}

impl Speaks {
    pub(super) const ALL: [Self; 3] = [Self::ToSpend, Self::ToReceive, Self::ForAll];

    /// Whether taking hours like this is among it.
    #[must_use]
    pub const fn allows(self, taking: Taking) -> bool {
        match taking {
            Taking::Spending => matches!(self, Self::ToSpend | Self::ForAll),
            Taking::Receiving => matches!(self, Self::ToReceive | Self::ForAll),
        }
    }
}

/// How a representative takes hours from the account of whom they speak for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Taking {
    /// Gives them away, or books something with them.
    Spending,
    /// Says that help was received, or confirms it.
    Receiving,
}

/// Somebody who speaks for somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Representative {
    /// Who speaks.
    pub owner: OwnerNumber,
    /// What for.
    pub speaks: Speaks,
    /// So much they may take in a calendar month, either way; none for as much as the account allows.
    pub monthly_limit: Option<Amount>,
    /// The last day they speak; none for until it is ended.
    pub last_day: Option<Day>,
}

/// Why somebody is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PauseCause {
    /// Nothing new for 14 days.
    ForNow,
    /// They asked to be forgotten: nothing new until that is done or taken back.
    ToBeForgotten,
}

/// What changed at a partner. A number once given is never another venue or till.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// A venue has, or has new, words: its name and where it is.
    Venue {
        /// Its number, from 1.
        number: u8,
        /// Sealed.
        words: Box<[u8]>,
    },
    /// A venue is no more; its tills are closed with it.
    VenueClosed(u8),
    /// A till stands in this venue.
    Till {
        /// Its number, from 1.
        number: u16,
        /// The venue.
        venue: u8,
    },
    /// A till is no more.
    TillClosed(u16),
}

/// Who may open a pot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// A broker of the bank, up to so much at a time; above it a lead.
    Brokers(Amount),
    /// A lead only.
    Lead,
    /// The decision of a panel.
    Panel,
}

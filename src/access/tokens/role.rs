//! The roles of callers and how far they reach.

use crate::domain::{BankNumber, OwnerNumber};

/// What a caller is, and so what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A person: itself and whom it speaks for.
    Member,
    /// One till of a partner.
    Till,
    /// A café or shop.
    Partner,
    /// Records exchanges of one bank.
    Broker,
    /// Leads a bank, or the network.
    Lead,
    /// Reads and verifies.
    Auditor,
    /// Reads reports of closed periods.
    Reporter,
    /// Runs the network.
    Admin,
    /// Another system that writes to the ledger.
    Integration,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Member,
        Self::Till,
        Self::Partner,
        Self::Broker,
        Self::Lead,
        Self::Auditor,
        Self::Reporter,
        Self::Admin,
        Self::Integration,
    ];

    /// Its stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Till => "till",
            Self::Partner => "partner",
            Self::Broker => "broker",
            Self::Lead => "lead",
            Self::Auditor => "auditor",
            Self::Reporter => "reporter",
            Self::Admin => "admin",
            Self::Integration => "integration",
        }
    }

    /// The role with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// How far a caller reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere.
    Network,
    /// These banks: 1..=64, ascending, none twice.
    Banks(Box<[BankNumber]>),
    /// These partners: 1..=64, ascending, none twice.
    Partners(Box<[OwnerNumber]>),
}

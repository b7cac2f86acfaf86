//! One account, as far as decisions need it: two cache lines, and never a part of a third.

use super::super::chain::Chain;
use crate::domain::{AccountKind, Balance, BankNumber, CeilingRule, Limits, OwnerNumber, Sequence};

/// An account's figures and limits. Seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub struct Account {
    /// Everything received minus everything given away.
    pub posted: i64,
    /// What open holds have set aside from it; never negative.
    pub held: i64,
    /// What open holds may still bring to it; never negative.
    pub promised: i64,
    /// How far it may fall.
    pub floor: i64,
    /// How far it may rise.
    pub ceiling: i64,
    /// The entry that last opened it, set its limits, closed or reopened it.
    pub standing_entry: Sequence,
    /// The thread through its lines.
    pub chain: Chain,
    /// Its bank.
    pub bank: BankNumber,
    /// Its owner.
    pub owner: OwnerNumber,
    /// Open holds that name it on either side.
    pub open_holds: u32,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether the ceiling stops.
    pub ceiling_rule: CeilingRule,
    /// Whether it takes part in anything new.
    pub standing: Standing,
}

/// Whether an account takes part in anything new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It does.
    #[default]
    Open,
    /// It is closed; its lines stay.
    Closed,
}

const _: () = assert!(
    size_of::<Account>() == 128,
    "a million accounts must fit into 256 MB with all that is published"
);

impl Account {
    /// An account as it is when opened by entry `opened`.
    #[must_use]
    pub fn new(
        bank: BankNumber,
        kind: AccountKind,
        owner: OwnerNumber,
        limits: Limits,
        opened: Sequence,
    ) -> Self {
        Self {
            posted: 0,
            held: 0,
            promised: 0,
            floor: limits.floor(),
            ceiling: limits.ceiling(),
            standing_entry: opened,
            chain: Chain::default(),
            bank,
            owner,
            open_holds: 0,
            kind,
            ceiling_rule: limits.ceiling_rule(),
            standing: Standing::Open,
        }
    }

    /// Posted and held.
    #[must_use]
    pub const fn balance(&self) -> Balance {
        Balance { posted: self.posted, held: self.held }
    }
}

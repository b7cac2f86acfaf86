//! A call that may be made, and what of the books it may see and move (I10).
//!
//! Pure: what an account is, is told. What a caller may not see is for them as if it were not there: they
//! hear the same as of a number that nobody has.

use std::sync::Arc;

use super::caller::{Caller, Capacity};
use super::calls::{Extent, Rule};
use super::role::{Reach, Role};
use crate::domain::{AccountKind, BankNumber, OwnerNumber};

/// A caller with a call they may make.
#[derive(Clone, Debug)]
pub struct Allowed {
    caller: Arc<Caller>,
    extent: Extent,
}

/// Which words of an entry a caller may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// All.
    All,
    /// The memo of what concerns them.
    Memo,
    /// None: names are in them.
    None,
}

impl Allowed {
    /// What `caller` may ask this call for; nothing if their role may not make it.
    #[must_use]
    pub fn new(caller: Arc<Caller>, rule: &Rule) -> Option<Self> {
        let extent = match rule.extent(caller.capacity) {
            Extent::Nothing => return None,
            Extent::Network if caller.reach != Reach::Network => return None,
            extent @ (Extent::Own | Extent::Houses | Extent::Network | Extent::Anything) => extent,
        };
        Some(Self { caller, extent })
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// Whether there is nothing in the books they may not see by this call.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        match self.extent {
            Extent::Nothing | Extent::Houses => false,
            Extent::Network | Extent::Anything => true,
            Extent::Own => self.caller.reach == Reach::Network && self.own().is_none(),
        }
    }

    /// Whether this bank is in reach.
    #[must_use]
    pub fn sees_bank(&self, bank: BankNumber) -> bool {
        match &self.caller.reach {
            _ if matches!(self.extent, Extent::Network | Extent::Anything) => true,
            Reach::Network => true,
            Reach::Banks(banks) => banks.contains(&bank),
            Reach::Partners(_) => false,
        }
    }

    /// Whether an account of this bank, kind and owner is.
    #[must_use]
    pub fn sees_account(&self, bank: BankNumber, kind: AccountKind, owner: OwnerNumber) -> bool {
        match self.extent {
            Extent::Nothing => false,
            Extent::Network | Extent::Anything => true,
            Extent::Houses => is_nobodys(kind) && self.sees_bank(bank),
            Extent::Own => match (self.own(), &self.caller.reach) {
                (Some(own), _) => own == owner && self.sees_bank(bank),
                (None, Reach::Partners(partners)) => partners.contains(&owner),
                (None, Reach::Network | Reach::Banks(_)) => self.sees_bank(bank),
            },
        }
    }

    /// Which words of an entry that concerns them.
    #[must_use]
    pub fn words(&self) -> Words {
        match self.caller.capacity {
            Capacity::LocalOperator | Capacity::Role(Role::Broker | Role::Lead | Role::Integration) => {
                Words::All
            }
            Capacity::Role(Role::Member) => Words::Memo,
            Capacity::Role(Role::Till | Role::Partner | Role::Auditor | Role::Reporter | Role::Admin) => {
                Words::None
            }
        }
    }

    /// Whether names of accounts they see may be told.
    #[must_use]
    pub fn sees_names(&self) -> bool {
        !matches!(self.caller.capacity, Capacity::Role(Role::Auditor | Role::Reporter))
    }

    /// Whether they see no more of an entry than their own side of it.
    #[must_use]
    pub fn sees_own_side_only(&self) -> bool {
        matches!(self.caller.capacity, Capacity::Role(Role::Member | Role::Till | Role::Partner))
    }

    /// The owner whose accounts alone they see.
    fn own(&self) -> Option<OwnerNumber> {
        (self.caller.capacity == Capacity::Role(Role::Member)).then_some(self.caller.holder)
    }
}

/// Whether an account is kept for a bank and not for a person or a group.
const fn is_nobodys(kind: AccountKind) -> bool {
    match kind {
        AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => true,
        AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => false,
    }
}

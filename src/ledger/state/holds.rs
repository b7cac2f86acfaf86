//! Holds that are open, and which is due next (I9: once ended, a hold is not in here).

use std::collections::BTreeSet;

use hashbrown::HashMap;
use smallvec::SmallVec;

use crate::domain::{
    AccountNumber, Action, AtDeadline, Claim, Command, Day, Kind, OwnerNumber, Sequence, Timestamp,
};

/// A hold of which something is left to capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenHold {
    /// Debit and credit account of its one or two transfers.
    pub sides: SmallVec<[Sides; 2]>,
    /// What was set aside, seconds.
    pub amount: i64,
    /// What is still set aside, seconds, above zero.
    pub left: i64,
    /// Until when.
    pub deadline: Timestamp,
    /// What happens then.
    pub at_deadline: AtDeadline,
    /// What for.
    pub kind: Kind,
    /// The day the help was given, where that is known.
    pub occurred_on: Option<Day>,
    /// What it took from counters.
    pub claims: Vec<Claim>,
}

/// The two accounts of a transfer of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// Its hours are set aside.
    pub debit: AccountNumber,
    /// They are promised to it.
    pub credit: AccountNumber,
}

/// All open holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    open: HashMap<Sequence, OpenHold>,
    due: BTreeSet<(Timestamp, Sequence)>,
}

impl Holds {
    /// The hold, if it is open.
    #[must_use]
    pub fn get(&self, hold: Sequence) -> Option<&OpenHold> {
        self.open.get(&hold)
    }

    /// How many are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Sequence, &OpenHold)> {
        self.open.iter().map(|(hold, open)| (*hold, open))
    }

    /// The next deadline, and whose.
    #[must_use]
    pub fn next_due(&self) -> Option<(Timestamp, Sequence)> {
        self.due.first().copied()
    }

    /// The ledger's own command that ends `hold` at its deadline. What is taken then is of the day that its hold said:
    /// the help was given on it, however late nobody had answered.
    #[must_use]
    pub fn expiry(&self, hold: Sequence) -> Command {
        let taken = self.get(hold).filter(|open| open.at_deadline == AtDeadline::Capture);
        let occurred_on = taken.and_then(|open| open.occurred_on);
        Command { occurred_on, ..Command::without_key(OwnerNumber::OPERATOR, Action::Expire(hold)) }
    }

    /// Files a hold that was just written down.
    pub fn insert(&mut self, hold: Sequence, open: OpenHold) {
        self.due.insert((open.deadline, hold));
        self.open.insert(hold, open);
    }

    /// Takes `captured` seconds off what is left; returns the hold if it ended with that, because
    /// nothing is left or the rest was let go.
    pub fn take(&mut self, hold: Sequence, captured: i64, rest_is_released: bool) -> Option<OpenHold> {
        let open = self.open.get_mut(&hold)?;
        open.left = open.left.saturating_sub(captured);
        if open.left > 0 && !rest_is_released {
            return None;
        }
        self.due.remove(&(open.deadline, hold));
        self.open.remove(&hold)
    }
}

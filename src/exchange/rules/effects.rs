//! What an entry does on the whole, as I11 looks at it: to which accounts it adds, and whom it helps while another pays.
//!
//! What goes in and out again by one entry adds nothing. What does not move yet adds nothing yet, but where nobody acts
//! when it does.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{AccountNumber, Action, Amount, AtDeadline, Close, Entry, Hold, OwnerNumber, Transfer};

/// What an entry does to each account on the whole, and who is helped by it at the cost of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    // Seconds; accounts it leaves as they were are not in it. An i128, so that no sum of what an entry may say
    // overflows.
    net: BTreeMap<AccountNumber, i128>,
    paid_for: BTreeSet<OwnerNumber>,
}

impl Effects {
    /// Of a post.
    #[must_use]
    pub fn of_post(transfers: &[Transfer]) -> Self {
        let moves = transfers.iter().map(|transfer| (transfer.debit, transfer.credit, transfer.amount));
        Self { paid_for: paid_for(transfers), ..Self::of(moves) }
    }

    /// Of a hold, when it is placed.
    #[must_use]
    pub fn of_hold(hold: &Hold) -> Self {
        match hold.at_deadline {
            AtDeadline::Release => Self::default(),
            AtDeadline::Capture => Self::of_post(&hold.transfers),
        }
    }

    /// Of a capture of `amount` from a hold of these transfers; each moves as much.
    #[must_use]
    pub fn of_capture(held: &[Transfer], amount: Amount) -> Self {
        let moves = held.iter().map(|transfer| (transfer.debit, transfer.credit, amount));
        Self { paid_for: paid_for(held), ..Self::of(moves) }
    }

    /// Of a reversal: debit, credit and amount of each part as the *original* has them.
    #[must_use]
    pub fn of_reversal(parts: impl IntoIterator<Item = (AccountNumber, AccountNumber, Amount)>) -> Self {
        Self::of(parts.into_iter().map(|(debit, credit, amount)| (credit, debit, amount)))
    }

    /// Of a reversal of all that is left, when each part moved so much from this debit. Parts may have been reversed
    /// before, so whoever would get something back by one part is not made good by what they give back by another.
    #[must_use]
    pub fn of_what_is_left(parts: impl IntoIterator<Item = (AccountNumber, Amount)>) -> Self {
        let mut effects = Self::default();
        for (debit, amount) in parts {
            effects.add(debit, i128::from(amount.seconds()));
        }
        effects
    }

    /// Of a closing, when the account stands at `posted` seconds: what is left goes, what is missing comes.
    #[must_use]
    pub fn of_closing(close: Close, posted: i64) -> Self {
        let mut effects = Self::default();
        effects.add(close.account, -i128::from(posted));
        effects.add(close.remainder_to, i128::from(posted));
        effects
    }

    /// Of an action. `original` is the entry it names, if it names one; `posted` says what an account that is closed
    /// stands at, seconds.
    #[must_use]
    pub fn of_action(action: &Action, original: Option<&Entry>, posted: impl Fn(&Close) -> i64) -> Self {
        match action {
            Action::Post(post) => Self::of_post(&post.transfers),
            Action::Hold(hold) => Self::of_hold(hold),
            Action::Reverse(reverse) => {
                let moves = original.into_iter().flat_map(Entry::moves);
                if reverse.parts.is_empty() {
                    return Self::of_what_is_left(moves.map(|moved| (moved.debit, moved.amount)));
                }
                Self::of_reversal(moves.enumerate().filter_map(|(place, moved)| {
                    let named = reverse.parts.iter().find(|part| usize::from(part.transfer) == place)?;
                    Some((moved.debit, moved.credit, named.amount))
                }))
            }
            Action::Capture(capture) => match original.map(|original| &original.command.action) {
                Some(Action::Hold(hold)) => {
                    let amount = capture.amount.or_else(|| hold.transfers.first().map(|first| first.amount));
                    amount.map_or_else(Self::default, |amount| Self::of_capture(&hold.transfers, amount))
                }
                Some(_) | None => Self::default(),
            },
            Action::Close(close) => Self::of_closing(*close, posted(close)),
            Action::Void(_)
            | Action::Expire(_)
            | Action::RegisterOwners(_)
            | Action::OpenBank(_)
            | Action::OpenClearing(_)
            | Action::OpenAccounts(_)
            | Action::SetLimits(..)
            | Action::Reopen(_)
            | Action::Note(_) => Self::default(),
        }
    }

    /// Accounts that have more afterwards, in the order of their numbers.
    pub fn added_to(&self) -> impl Iterator<Item = AccountNumber> + '_ {
        self.net.iter().filter(|(_, seconds)| **seconds > 0).map(|(account, _)| *account)
    }

    /// Accounts that have less afterwards, and by how much, seconds.
    pub fn taken_from(&self) -> impl Iterator<Item = (AccountNumber, i128)> + '_ {
        self.net.iter().filter(|(_, seconds)| **seconds < 0).map(|(account, seconds)| (*account, -seconds))
    }

    /// Who is helped while another pays, in the order of their numbers.
    pub fn paid_for(&self) -> impl Iterator<Item = OwnerNumber> + '_ {
        self.paid_for.iter().copied()
    }

    fn of(moves: impl IntoIterator<Item = (AccountNumber, AccountNumber, Amount)>) -> Self {
        let mut effects = Self::default();
        for (debit, credit, amount) in moves {
            effects.add(debit, -i128::from(amount.seconds()));
            effects.add(credit, i128::from(amount.seconds()));
        }
        effects
    }

    fn add(&mut self, account: AccountNumber, seconds: i128) {
        let sum = self.net.entry(account).or_default();
        *sum = sum.saturating_add(seconds); // At most 512 terms of 2^62: never near the end.
        if *sum == 0 {
            self.net.remove(&account);
        }
    }
}

/// Who is helped by these while another pays. Between two banks whoever is helped is named on either side, and nobody
/// beside them where they pay themselves.
fn paid_for(transfers: &[Transfer]) -> BTreeSet<OwnerNumber> {
    let people = transfers.iter().map(|transfer| transfer.people);
    let helped = people.filter_map(|people| people.received_by.zip(people.paid_by));
    helped.filter(|(receiver, payer)| receiver != payer).map(|(receiver, _)| receiver).collect()
}

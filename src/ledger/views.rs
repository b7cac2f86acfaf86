//! Everything anybody can see beside the journal itself, at the acknowledged position (I5).
//!
//! Accounts, banks and open holds change rarely and are behind locks that are held for a look-up, for
//! one page or for one batch's changes, never across IO.
//!
//! | operation | progress |
//! |---|---|
//! | `position`, `owners`, `accounts_len` | wait-free: one load |
//! | `balance` | wait-free where the processor loads 16 bytes at once (see `balances`) |
//! | `account`, `bank`, `open_hold` | blocking, on the committer while it writes one batch's changes to that table |
//! | `banks`, `accounts`, `open_holds` | likewise; `open_holds` looks at every open hold, and the committer waits that long |
//! | `positions` | blocking, on the committer while it tells that the position moved |
//! | `publish`, `tell` | blocking, on readers of the tables that the batch changes, and of the notice |

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashMap;
use tokio::sync::watch;

use super::balances::{Balances, Head};
use super::gate::Acknowledged;
use super::state::{Bank, OpenHold, State, slot};
use super::work::{AccountView, Work};
use crate::domain::{AccountNumber, Balance, BankNumber, Sequence};

/// What readers look at.
#[derive(Debug, Default)]
pub struct Views {
    /// Balances and heads.
    pub balances: Balances,
    accounts: RwLock<Vec<AccountView>>,
    accounts_len: AtomicUsize,
    /// In the order of their numbers from 1.
    banks: RwLock<Vec<Bank>>,
    holds: RwLock<HashMap<Sequence, Arc<OpenHold>>>,
    owners: AtomicU32,
    position: Acknowledged,
    /// The position again, for whoever waits for it to move.
    notice: watch::Sender<Sequence>,
}

impl Views {
    /// The views of a state whose every entry is on disk.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let views = Self { position: Acknowledged::at(state.position), ..Self::default() };
        for (number, account) in state.numbered_accounts() {
            let head = Head { sequence: account.chain.head(), lines: account.chain.lines() };
            if head.lines > 0 {
                views.balances.publish(number, account.balance(), head);
            }
        }
        *views.accounts.write().unwrap_or_else(PoisonError::into_inner) =
            state.accounts.iter().map(AccountView::of).collect();
        *views.holds.write().unwrap_or_else(PoisonError::into_inner) =
            state.holds.iter().map(|(hold, open)| (hold, Arc::new(open.clone()))).collect();
        views.accounts_len.store(state.accounts.len(), Ordering::Release);
        views.banks.write().unwrap_or_else(PoisonError::into_inner).clone_from(&state.banks);
        views.owners.store(state.owners, Ordering::Release);
        views.tell(state.position);
        views
    }

    /// The acknowledged position. Wait-free.
    #[must_use]
    pub fn position(&self) -> Sequence {
        self.position.get()
    }

    /// Says whenever the position moves. Followers and streams wait here; nobody is pushed to.
    #[must_use]
    pub fn positions(&self) -> watch::Receiver<Sequence> {
        self.notice.subscribe()
    }

    /// Banks after `after`, with their numbers, in order; at most `most`.
    #[must_use]
    pub fn banks(&self, after: BankNumber, most: usize) -> Vec<(BankNumber, Bank)> {
        let banks = self.banks.read().unwrap_or_else(PoisonError::into_inner);
        let skipped = usize::try_from(after.get()).unwrap_or(usize::MAX);
        let numbers = (after.get().saturating_add(1)..).map(BankNumber::new);
        // Banks first: where there are none left, no number beyond the last is asked for.
        let numbered = banks.iter().skip(skipped).copied().zip(numbers);
        numbered.map(|(bank, number)| (number, bank)).take(most).collect()
    }

    /// The bank, if it is there to see.
    #[must_use]
    pub fn bank(&self, number: BankNumber) -> Option<Bank> {
        let place = usize::try_from(number.get()).ok()?.checked_sub(1)?;
        self.banks.read().unwrap_or_else(PoisonError::into_inner).get(place).copied()
    }

    /// Owner numbers handed out; the newest is this one.
    #[must_use]
    pub fn owners(&self) -> u32 {
        self.owners.load(Ordering::Acquire)
    }

    /// The account, if it is there to see.
    #[must_use]
    pub fn account(&self, number: AccountNumber) -> Option<AccountView> {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner).get(slot(number)).copied()
    }

    /// Accounts from slot `from` on that `fits` holds for: at most `most` of them, from at most `looked_at`
    /// accounts; and the slot to go on from, if there are more.
    #[must_use]
    pub fn accounts(
        &self,
        from: u32,
        fits: impl Fn(&AccountView) -> bool,
        most: usize,
        looked_at: usize,
    ) -> (Vec<(AccountNumber, AccountView)>, Option<u32>) {
        let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        let places = accounts.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)).take(looked_at);
        let mut next = from;
        for view in places {
            if found.len() >= most {
                return (found, Some(next));
            }
            if let Some(number) = AccountNumber::from_slot(next).filter(|_| fits(view)) {
                found.push((number, *view));
            }
            next = next.saturating_add(1);
        }
        let more = usize::try_from(next).is_ok_and(|next| next < accounts.len());
        (found, more.then_some(next))
    }

    /// How many accounts there are to see. Wait-free.
    #[must_use]
    pub fn accounts_len(&self) -> usize {
        self.accounts_len.load(Ordering::Acquire)
    }

    /// Posted and held, if there is such an account to see. Wait-free where the processor loads 16
    /// bytes at once.
    #[must_use]
    pub fn balance(&self, account: AccountNumber) -> Option<Balance> {
        (slot(account) < self.accounts_len()).then(|| self.balances.balance(account))
    }

    /// The hold, if it is open.
    #[must_use]
    pub fn open_hold(&self, hold: Sequence) -> Option<Arc<OpenHold>> {
        self.holds.read().unwrap_or_else(PoisonError::into_inner).get(&hold).cloned()
    }

    /// Open holds after `after` that name `account` on either side (any account if none), oldest
    /// first, at most `most`.
    #[must_use]
    pub fn open_holds(
        &self,
        account: Option<AccountNumber>,
        after: Sequence,
        most: usize,
    ) -> Vec<(Sequence, Arc<OpenHold>)> {
        let holds = self.holds.read().unwrap_or_else(PoisonError::into_inner);
        let names = |open: &OpenHold| {
            account.is_none_or(|account| {
                open.sides.iter().any(|sides| sides.debit == account || sides.credit == account)
            })
        };
        // Only the oldest are kept while the lock is held: the committer waits for it.
        let mut oldest = BTreeMap::new();
        for (hold, open) in holds.iter().filter(|(hold, open)| **hold > after && names(open)) {
            oldest.insert(*hold, open);
            if oldest.len() > most {
                oldest.pop_last();
            }
        }
        oldest.into_iter().map(|(hold, open)| (hold, Arc::clone(open))).collect()
    }

    /// Shows what a durable batch did. The committer's.
    pub(crate) fn publish(&self, work: &Work) {
        // Heads come first: who finds a hold ended finds the line that ended it.
        for (account, balance, head) in &work.balances {
            self.balances.publish(*account, *balance, *head);
        }
        if !work.accounts.is_empty() {
            let mut accounts = self.accounts.write().unwrap_or_else(PoisonError::into_inner);
            for (number, view) in &work.accounts {
                match accounts.get_mut(slot(*number)) {
                    Some(known) => *known = *view,
                    None => accounts.push(*view), // Dense: the next one is always the next slot.
                }
            }
            self.accounts_len.store(accounts.len(), Ordering::Release);
        }
        if !work.banks.is_empty() {
            self.banks.write().unwrap_or_else(PoisonError::into_inner).extend(&work.banks);
        }
        if let Some(owners) = work.owners {
            self.owners.store(owners, Ordering::Release);
        }
        if !work.holds.is_empty() {
            let mut holds = self.holds.write().unwrap_or_else(PoisonError::into_inner);
            for (hold, open) in &work.holds {
                match open {
                    Some(open) => drop(holds.insert(*hold, Arc::clone(open))),
                    None => drop(holds.remove(hold)),
                }
            }
        }
    }

    /// The position as the gate moves it. The committer's.
    pub(crate) const fn acknowledged(&self) -> &Acknowledged {
        &self.position
    }

    /// Tells those who wait for the position that it moved. The committer's.
    pub(crate) fn tell(&self, position: Sequence) {
        self.notice.send_replace(position);
    }
}

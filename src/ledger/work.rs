//! A batch on its way from the poster to the committer: the bytes, what will be seen once they are
//! on disk, and who waits for them. Used again and again, so that nothing is allocated in the steady state.

use std::sync::Arc;

use super::balances::Head;
use super::state::{Account, Bank, OpenHold, Standing, State};
use super::submission::Answer;
use crate::domain::{
    AccountKind, AccountNumber, Action, Balance, BankNumber, Fact, Opened, OwnerNumber, Sequence,
};
use crate::journal::Batch;

/// One batch and all that hangs on it.
#[derive(Debug, Default)]
pub struct Work {
    /// The records.
    pub batch: Batch,
    /// Balances as the batch leaves them; the last of an account counts.
    pub balances: Vec<(AccountNumber, Balance, Head)>,
    /// Accounts it opened or changed.
    pub accounts: Vec<(AccountNumber, AccountView)>,
    /// Banks it opened, in the order of their numbers.
    pub banks: Vec<Bank>,
    /// Owner numbers handed out, if it handed out any.
    pub owners: Option<u32>,
    /// Holds it opened, changed or ended (none).
    pub holds: Vec<(Sequence, Option<Arc<OpenHold>>)>,
    /// Who waits.
    pub answers: Vec<Answer>,
}

/// What anybody may know of an account beside its balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// Its bank.
    pub bank: BankNumber,
    /// Its owner.
    pub owner: OwnerNumber,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether it takes part in anything new.
    pub standing: Standing,
    /// The entry that last opened it, set its limits, closed or reopened it: limits are read there.
    pub standing_entry: Sequence,
}

impl AccountView {
    /// The view of an account.
    #[must_use]
    pub const fn of(account: &Account) -> Self {
        Self {
            bank: account.bank,
            owner: account.owner,
            kind: account.kind,
            standing: account.standing,
            standing_entry: account.standing_entry,
        }
    }
}

impl Work {
    /// Notes what `entry`, just applied to `state`, will show once it is on disk.
    pub fn show(&mut self, state: &State, entry: Fact<'_>) {
        for line in &entry.outcome.lines {
            let lines = state.account(line.account).map_or(0, |account| account.chain.lines());
            let balance = Balance { posted: line.posted, held: line.held };
            self.balances.push((line.account, balance, Head { sequence: entry.sequence, lines }));
        }
        match &entry.command.action {
            Action::Post(post) => {
                if let Some(ends) = post.ends {
                    self.show_hold(state, ends.hold);
                }
            }
            Action::Hold(_) => self.show_hold(state, entry.sequence),
            Action::Capture(capture) => self.show_hold(state, capture.hold),
            Action::Void(hold) | Action::Expire(hold) => self.holds.push((*hold, None)),
            Action::OpenBank(_) => {
                self.banks.extend(state.banks.last());
                self.show_opened(state, entry);
            }
            Action::OpenClearing(_) | Action::OpenAccounts(_) => self.show_opened(state, entry),
            Action::SetLimits(number, _) => {
                self.show_account(state, *number);
                if let Some(mirror) = state.mirrors.get(number) {
                    self.show_account(state, *mirror);
                }
            }
            Action::Reopen(number) => self.show_account(state, *number),
            Action::Close(close) => self.show_account(state, close.account),
            Action::RegisterOwners(_) => self.owners = Some(state.owners),
            Action::Reverse(_) | Action::Note(_) => {}
        }
    }

    /// Whether there is neither an entry to write nor anybody to answer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.answers.is_empty()
    }

    /// Forgets everything and keeps the buffers.
    pub fn clear(&mut self) {
        self.batch.clear();
        self.balances.clear();
        self.accounts.clear();
        self.banks.clear();
        self.owners = None;
        self.holds.clear();
        self.answers.clear();
    }

    fn show_hold(&mut self, state: &State, hold: Sequence) {
        self.holds.push((hold, state.holds.get(hold).cloned().map(Arc::new)));
    }

    fn show_account(&mut self, state: &State, number: AccountNumber) {
        if let Some(account) = state.account(number) {
            self.accounts.push((number, AccountView::of(account)));
        }
    }

    fn show_opened(&mut self, state: &State, entry: Fact<'_>) {
        let first = match entry.outcome.opened {
            Opened::Bank(_, first) | Opened::Accounts(first) => first,
            Opened::Owners(_) | Opened::Nothing => return,
        };
        // Accounts are handed out in order: all from the first on are this entry's.
        for slot in first.slot()..u32::try_from(state.accounts.len()).unwrap_or(u32::MAX) {
            if let Some(number) = AccountNumber::from_slot(slot) {
                self.show_account(state, number);
            }
        }
    }
}

//! Applying an entry to the state. Cannot refuse: whether it was right was decided before.
//!
//! Recovery, checkpoints and verify only apply. An entry that names what is not there (a damaged
//! journal) changes nothing there; `verify` finds such entries by its own bookkeeping.

use smallvec::SmallVec;

use super::{Account, Bank, OpenHold, Standing, State, holds::Sides, slot};
use crate::domain::{
    AccountKind, AccountNumber, Action, Balance, BankNumber, CeilingRule, Ends, Fact, Hold, Limits,
    OpenClearing, Opened, OwnerNumber, Post, Rest, Sequence, Timestamp,
};
use crate::journal::codec::PlainPost;

impl State {
    /// Moves the state one entry forward.
    pub fn apply(&mut self, entry: Fact<'_>) {
        let balances = entry.outcome.lines.iter().map(|line| (line.account, line.balance()));
        self.apply_balances(entry.sequence, entry.recorded_at, balances);
        for claim in &entry.command.claims {
            self.counters.take(claim, entry.recorded_at);
        }
        self.apply_action(entry);
    }

    /// The same for a plain post, which does nothing beside its lines.
    pub fn apply_plain(&mut self, sequence: Sequence, recorded_at: Timestamp, post: &PlainPost) {
        self.apply_balances(sequence, recorded_at, post.balances());
    }

    fn apply_balances(
        &mut self,
        sequence: Sequence,
        recorded_at: Timestamp,
        balances: impl IntoIterator<Item = (AccountNumber, Balance)>,
    ) {
        self.position = sequence;
        self.recorded_at = recorded_at;
        self.counters.forget_ended(recorded_at);
        for (number, balance) in balances {
            if let Some(account) = self.accounts.get_mut(slot(number)) {
                account.posted = balance.posted;
                account.held = balance.held;
                account.chain.push(sequence);
            }
        }
    }

    fn apply_action(&mut self, entry: Fact<'_>) {
        match &entry.command.action {
            Action::Post(post) => {
                if let Some(ends) = post.ends {
                    self.post_for_hold(entry, post, ends);
                }
            }
            Action::Hold(hold) => self.open_hold(entry, hold),
            Action::Capture(capture) => {
                let captured = entry.outcome.moves.first().map_or(0, |first| first.amount.seconds());
                self.end_hold(entry, capture.hold, captured, capture.rest);
            }
            Action::Void(hold) => self.end_hold(entry, *hold, 0, Rest::Release),
            Action::Expire(hold) => {
                let captured = entry.outcome.moves.first().map_or(0, |first| first.amount.seconds());
                self.end_hold(entry, *hold, captured, Rest::Release);
            }
            Action::Reverse(reverse) => {
                for part in &entry.outcome.moves {
                    let reversed = self.reversed.entry((reverse.original, part.of)).or_insert(0);
                    *reversed = reversed.saturating_add(part.amount.seconds());
                }
            }
            Action::RegisterOwners(count) => self.owners = self.owners.saturating_add(u32::from(*count)),
            Action::OpenBank(bank) => {
                if let Opened::Bank(number, pot) = entry.outcome.opened {
                    self.banks.push(Bank { owner: bank.owner, pot, opened: entry.sequence });
                    self.open_account(Account::new(
                        number,
                        AccountKind::Pot,
                        bank.owner,
                        bank.pot,
                        entry.sequence,
                    ));
                    self.open_account(Account::new(
                        number,
                        AccountKind::Issuance,
                        bank.owner,
                        bank.issuance,
                        entry.sequence,
                    ));
                }
            }
            Action::OpenClearing(pair) => self.open_clearing(entry, pair),
            Action::OpenAccounts(accounts) => {
                for new in accounts {
                    self.open_account(Account::new(
                        new.bank,
                        new.kind,
                        new.owner,
                        new.limits,
                        entry.sequence,
                    ));
                }
            }
            // The caps of a clearing pair are one agreement: both sides change together.
            Action::SetLimits(number, limits) => match self.mirrors.get(number).copied() {
                None => self.set_limits(*number, *limits, entry.sequence),
                Some(mirror) => {
                    self.set_limits(*number, limits.of_clearing(), entry.sequence);
                    self.set_limits(mirror, limits.mirrored(), entry.sequence);
                }
            },
            Action::Close(close) => self.set_standing(close.account, Standing::Closed, entry.sequence),
            Action::Reopen(number) => self.set_standing(*number, Standing::Open, entry.sequence),
            Action::Note(_) => {}
        }
    }

    fn open_hold(&mut self, entry: Fact<'_>, hold: &Hold) {
        let sides: SmallVec<[Sides; 2]> = hold
            .transfers
            .iter()
            .map(|transfer| Sides { debit: transfer.debit, credit: transfer.credit })
            .collect();
        let Some(amount) = hold.transfers.first().map(|first| first.amount.seconds()) else { return };
        for side in &sides {
            self.change_promised(side.credit, amount);
        }
        self.change_open_holds(&sides, 1);
        let open = OpenHold {
            sides,
            amount,
            left: amount,
            deadline: hold.deadline,
            at_deadline: hold.at_deadline,
            kind: hold.kind,
            occurred_on: entry.command.occurred_on,
            claims: entry.command.claims.clone(),
        };
        self.holds.insert(entry.sequence, open);
    }

    /// A post that takes from a hold or ends one stands for its capture: what the hold claimed stays taken.
    fn post_for_hold(&mut self, entry: Fact<'_>, post: &Post, ends: Ends) {
        let Some(open) = self.holds.get(ends.hold) else { return };
        let captured = match ends.rest {
            Rest::Release => open.left,
            Rest::Keep => {
                let taken = post.taken_from(open.sides.iter().map(|sides| sides.debit));
                taken.unwrap_or(0).min(open.left)
            }
        };
        self.end_hold(entry, ends.hold, captured, ends.rest);
    }

    fn end_hold(&mut self, entry: Fact<'_>, hold: Sequence, captured: i64, rest: Rest) {
        let Some(open) = self.holds.get(hold) else { return };
        let released = if rest == Rest::Release { open.left } else { captured };
        let sides = open.sides.clone();
        for side in &sides {
            self.change_promised(side.credit, released.saturating_neg());
        }
        let Some(ended) = self.holds.take(hold, captured, rest == Rest::Release) else { return };
        self.change_open_holds(&sides, -1);
        // `left` of an ended hold is what nobody captured.
        let captured_in_all = ended.amount.saturating_sub(ended.left);
        self.counters.give_back(&ended.claims, ended.amount, captured_in_all, entry.recorded_at);
    }

    fn change_promised(&mut self, number: AccountNumber, by: i64) {
        if let Some(account) = self.accounts.get_mut(slot(number)) {
            account.promised = account.promised.saturating_add(by);
        }
    }

    /// A hold counts once for an account, also where both of its transfers name it.
    fn change_open_holds(&mut self, sides: &[Sides], by: i32) {
        let mut named: SmallVec<[AccountNumber; 4]> =
            sides.iter().flat_map(|side| [side.debit, side.credit]).collect();
        named.sort_unstable();
        named.dedup();
        for number in named {
            if let Some(account) = self.accounts.get_mut(slot(number)) {
                account.open_holds = account.open_holds.saturating_add_signed(by);
            }
        }
    }

    fn open_account(&mut self, account: Account) {
        self.accounts.push(account);
    }

    fn open_clearing(&mut self, entry: Fact<'_>, pair: &OpenClearing) {
        let Opened::Accounts(first) = entry.outcome.opened else { return };
        let Some(second) = AccountNumber::from_slot(first.slot().saturating_add(1)) else { return };
        let owner = |state: &Self, bank: BankNumber| {
            state.bank(bank).map_or(OwnerNumber::OPERATOR, |bank| bank.owner)
        };
        let (first_owner, second_owner) = (owner(self, pair.first), owner(self, pair.second));
        let (first_limits, second_limits) = clearing_limits(pair);
        self.open_account(Account::new(
            pair.first,
            AccountKind::Clearing,
            first_owner,
            first_limits,
            entry.sequence,
        ));
        self.open_account(Account::new(
            pair.second,
            AccountKind::Clearing,
            second_owner,
            second_limits,
            entry.sequence,
        ));
        self.mirrors.insert(first, second);
        self.mirrors.insert(second, first);
    }

    fn set_limits(&mut self, number: AccountNumber, limits: Limits, entry: Sequence) {
        if let Some(account) = self.accounts.get_mut(slot(number)) {
            account.floor = limits.floor();
            account.ceiling = limits.ceiling();
            account.ceiling_rule = limits.ceiling_rule();
            account.standing_entry = entry;
        }
    }

    fn set_standing(&mut self, number: AccountNumber, standing: Standing, entry: Sequence) {
        if let Some(account) = self.accounts.get_mut(slot(number)) {
            account.standing = standing;
            account.standing_entry = entry;
        }
    }
}

/// The limits of a clearing pair: what a bank keeps for the other rises as it owes more, so its
/// ceiling is what it may owe and its floor what it may be owed.
#[must_use]
pub fn clearing_limits(pair: &OpenClearing) -> (Limits, Limits) {
    let (owe, owed) = (pair.first_may_owe.seconds(), pair.second_may_owe.seconds());
    let first = Limits::from_floor(owed.saturating_neg())
        .and_then(|limits| limits.with_ceiling(owe, CeilingRule::Hard))
        .unwrap_or(Limits::WIDEST); // An amount is above zero and below 2^62, so both are in bounds.
    (first, first.mirrored())
}

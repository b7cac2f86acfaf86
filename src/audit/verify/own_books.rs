//! Verify's own bookkeeping: what the entries say, added up once more without the ledger's state.
//!
//! Posted and held follow the lines, because that is what everything after them rests on; what they
//! should have been is worked out in `effects` and compared in `lines`, so that one wrong line is one
//! fault and not one for every entry after it. All else follows the entries alone.
//!
//! Figures are 128 bits wide: a forged one cannot make a sum wrap. Memory: 8 bytes a line for ever
//! (the places of an account's lines), 16 an ended hold, 32 a reversed transfer, 144 an account.

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::effects::{Effects, Ending};
use crate::domain::{
    AccountKind, AccountNumber, Action, BankNumber, CeilingRule, Claim, ClaimFate, ClaimKey, ClaimUnit, Day,
    Entry, Hold as HoldAsked, Limits, OpenBank, OpenClearing, OwnerNumber, Sequence, Timestamp,
};
use crate::ledger::state::{Standing, slot};

/// An account as the entries made it. Seconds.
#[derive(Debug)]
pub struct Account {
    pub bank: BankNumber,
    pub kind: AccountKind,
    pub owner: OwnerNumber,
    pub posted: i128,
    pub held: i128,
    pub promised: i128,
    pub floor: i128,
    pub ceiling: i128,
    pub ceiling_rule: CeilingRule,
    pub standing: Standing,
    /// The entry that last opened it, set its limits, closed or reopened it.
    pub standing_entry: Sequence,
    pub open_holds: i64,
    /// Entries with a line of it, oldest first.
    pub lines: Vec<u64>,
}

/// A hold of which something is left. Seconds.
#[derive(Debug)]
pub struct Hold {
    /// Debit, credit and amount of each transfer.
    pub sides: SmallVec<[(AccountNumber, AccountNumber); 2]>,
    pub asked: HoldAsked,
    pub occurred_on: Option<Day>,
    pub placed_by: OwnerNumber,
    pub amount: i128,
    pub left: i128,
    pub claims: Vec<Claim>,
}

/// A counter that claims took from.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    pub taken: i128,
    /// From this moment on it counts as zero.
    pub until: Timestamp,
}

/// Everything the entries so far add up to.
#[derive(Debug, Default)]
pub struct OwnBooks {
    pub owners: u64,
    /// Owner, pot and opening entry of each bank.
    pub banks: Vec<(OwnerNumber, AccountNumber, Sequence)>,
    pub accounts: Vec<Account>,
    pub mirrors: HashMap<AccountNumber, AccountNumber>,
    pub holds: HashMap<Sequence, Hold>,
    /// Which entry ended a hold.
    pub ended: HashMap<Sequence, Sequence>,
    pub counters: HashMap<ClaimKey, Counter>,
    /// How much of a transfer (entry, place) was reversed.
    pub reversed: HashMap<(Sequence, u16), i128>,
    /// Sum of the balances of each bank.
    pub sums: HashMap<BankNumber, i128>,
    /// The latest moment of an entry: counters end by it.
    pub now: Timestamp,
}

impl OwnBooks {
    /// The account, if it was opened.
    pub fn account(&self, number: AccountNumber) -> Option<&Account> {
        self.accounts.get(slot(number))
    }

    fn account_mut(&mut self, number: AccountNumber) -> Option<&mut Account> {
        self.accounts.get_mut(slot(number))
    }

    /// Moves the books one entry forward.
    pub fn apply(&mut self, entry: &Entry, effects: &Effects) {
        self.now = self.now.max(entry.recorded_at);
        for line in &entry.outcome.lines {
            let Some(account) = self.accounts.get_mut(slot(line.account)) else { continue };
            let posted = i128::from(line.posted);
            *self.sums.entry(account.bank).or_default() += posted - account.posted;
            account.posted = posted;
            account.held = i128::from(line.held);
            account.lines.push(entry.sequence.get());
        }
        for effect in effects.iter() {
            if let Some(account) = self.account_mut(effect.account) {
                account.promised += effect.promised;
            }
        }
        for claim in &entry.command.claims {
            self.take(claim);
        }
        if let Some(ending) = &effects.ending {
            self.end(entry.sequence, ending);
        }
        self.apply_action(entry);
    }

    fn apply_action(&mut self, entry: &Entry) {
        let sequence = entry.sequence;
        match &entry.command.action {
            Action::Hold(asked) => self.open_hold(entry, asked),
            Action::Reverse(reverse) => {
                for part in &entry.outcome.moves {
                    *self.reversed.entry((reverse.original, part.of)).or_default() +=
                        i128::from(part.amount.seconds());
                }
            }
            Action::RegisterOwners(count) => self.owners += u64::from(*count),
            Action::OpenBank(bank) => self.open_bank(bank, sequence),
            Action::OpenClearing(pair) => self.open_clearing(pair, sequence),
            Action::OpenAccounts(accounts) => {
                for new in accounts {
                    self.open(new.bank, new.kind, new.owner, new.limits, sequence);
                }
            }
            Action::SetLimits(number, limits) => {
                let (floor, ceiling) = (i128::from(limits.floor()), i128::from(limits.ceiling()));
                match self.mirrors.get(number).copied() {
                    None => self.limit(*number, floor, ceiling, limits.ceiling_rule(), sequence),
                    // What one bank may owe, the other may be owed.
                    Some(mirror) => {
                        self.limit(*number, floor, ceiling, CeilingRule::Hard, sequence);
                        self.limit(mirror, -ceiling, -floor, CeilingRule::Hard, sequence);
                    }
                }
            }
            Action::Close(close) => self.stand(close.account, Standing::Closed, sequence),
            Action::Reopen(number) => self.stand(*number, Standing::Open, sequence),
            // Lines, claims and endings are all there is to these.
            Action::Post(_) | Action::Capture(_) | Action::Void(_) | Action::Expire(_) | Action::Note(_) => {}
        }
    }

    fn limit(
        &mut self,
        number: AccountNumber,
        floor: i128,
        ceiling: i128,
        rule: CeilingRule,
        sequence: Sequence,
    ) {
        if let Some(account) = self.account_mut(number) {
            account.floor = floor;
            account.ceiling = ceiling;
            account.ceiling_rule = rule;
            account.standing_entry = sequence;
        }
    }

    fn stand(&mut self, number: AccountNumber, standing: Standing, sequence: Sequence) {
        if let Some(account) = self.account_mut(number) {
            account.standing = standing;
            account.standing_entry = sequence;
        }
    }

    /// Numbers follow the order of the entries; whether an entry names the right one is `lines`' to say.
    fn open(
        &mut self,
        bank: BankNumber,
        kind: AccountKind,
        owner: OwnerNumber,
        limits: Limits,
        sequence: Sequence,
    ) {
        self.accounts.push(Account {
            bank,
            kind,
            owner,
            posted: 0,
            held: 0,
            promised: 0,
            floor: i128::from(limits.floor()),
            ceiling: i128::from(limits.ceiling()),
            ceiling_rule: limits.ceiling_rule(),
            standing: Standing::Open,
            standing_entry: sequence,
            open_holds: 0,
            lines: Vec::new(),
        });
    }

    /// The number of the next account, and of the one after it.
    pub fn next_account(&self, further: usize) -> Option<AccountNumber> {
        AccountNumber::from_slot(u32::try_from(self.accounts.len().saturating_add(further)).ok()?)
    }

    /// The number of the next bank.
    pub fn next_bank(&self) -> BankNumber {
        BankNumber::new(u32::try_from(self.banks.len().saturating_add(1)).unwrap_or(u32::MAX))
    }

    fn open_bank(&mut self, bank: &OpenBank, sequence: Sequence) {
        let (number, Some(pot)) = (self.next_bank(), self.next_account(0)) else { return };
        self.banks.push((bank.owner, pot, sequence));
        self.open(number, AccountKind::Pot, bank.owner, bank.pot, sequence);
        self.open(number, AccountKind::Issuance, bank.owner, bank.issuance, sequence);
    }

    /// The account a bank keeps for another rises as it owes more: its ceiling is what it may owe,
    /// its floor what it may be owed.
    fn open_clearing(&mut self, pair: &OpenClearing, sequence: Sequence) {
        let (Some(first), Some(second)) = (self.next_account(0), self.next_account(1)) else { return };
        for (bank, owes, owed) in [
            (pair.first, pair.first_may_owe, pair.second_may_owe),
            (pair.second, pair.second_may_owe, pair.first_may_owe),
        ] {
            let place = usize::try_from(bank.get()).ok().and_then(|number| number.checked_sub(1));
            let owner =
                place.and_then(|place| self.banks.get(place)).map_or(OwnerNumber::OPERATOR, |bank| bank.0);
            self.open(bank, AccountKind::Clearing, owner, Limits::WIDEST, sequence);
            if let Some(account) = self.accounts.last_mut() {
                account.floor = -i128::from(owed.seconds());
                account.ceiling = i128::from(owes.seconds());
                account.ceiling_rule = CeilingRule::Hard;
            }
        }
        self.mirrors.insert(first, second);
        self.mirrors.insert(second, first);
    }

    fn open_hold(&mut self, entry: &Entry, asked: &HoldAsked) {
        let Some(amount) = asked.transfers.first().map(|first| i128::from(first.amount.seconds())) else {
            return;
        };
        let sides: SmallVec<_> =
            asked.transfers.iter().map(|transfer| (transfer.debit, transfer.credit)).collect();
        self.count_holds(&sides, 1);
        let (claims, placed_by) = (entry.command.claims.clone(), entry.command.actor);
        let (asked, occurred_on) = (asked.clone(), entry.command.occurred_on);
        let hold = Hold { sides, asked, occurred_on, placed_by, amount, left: amount, claims };
        self.holds.insert(entry.sequence, hold);
    }

    fn end(&mut self, sequence: Sequence, ending: &Ending) {
        let Some(hold) = self.holds.get_mut(&ending.hold) else { return };
        hold.left -= ending.captured;
        if !ending.is_last {
            return;
        }
        let Some(hold) = self.holds.remove(&ending.hold) else { return };
        self.ended.insert(ending.hold, sequence);
        self.count_holds(&hold.sides, -1);
        for claim in &hold.claims {
            // A counter that has ended since may have started again; it gets nothing back.
            if claim.until <= self.now || claim.fate == ClaimFate::Kept || claim.take < 0 {
                continue;
            }
            let take = i128::from(claim.take);
            let back = match claim.unit {
                ClaimUnit::Times if hold.left == hold.amount => take,
                ClaimUnit::Times => 0,
                ClaimUnit::Seconds => (take * hold.left).checked_div(hold.amount).unwrap_or(0),
            };
            if let Some(counter) =
                self.counters.get_mut(&claim.key).filter(|counter| counter.until > self.now)
            {
                counter.taken = (counter.taken - back).max(0);
            }
        }
    }

    fn count_holds(&mut self, sides: &[(AccountNumber, AccountNumber)], by: i64) {
        for number in sides.iter().flat_map(|(debit, credit)| [*debit, *credit]) {
            if let Some(account) = self.account_mut(number) {
                account.open_holds += by;
            }
        }
    }

    /// What the counters of an entry's claims hold after it, in their order.
    pub fn counted(&self, entry: &Entry) -> Vec<i128> {
        let now = self.now.max(entry.recorded_at);
        let mut counters: HashMap<ClaimKey, Counter> = HashMap::new();
        let after = |claim: &Claim| {
            let before = counters.get(&claim.key).or_else(|| self.counters.get(&claim.key)).copied();
            let counter = taken_from(before, claim, now);
            counters.insert(claim.key, counter);
            if counter.until > now { counter.taken } else { 0 }
        };
        entry.command.claims.iter().map(after).collect()
    }

    fn take(&mut self, claim: &Claim) {
        let counter = taken_from(self.counters.get(&claim.key).copied(), claim, self.now);
        if counter.until > self.now {
            self.counters.insert(claim.key, counter);
        } else {
            self.counters.remove(&claim.key); // It counts as zero from the start.
        }
    }
}

/// A counter after a claim on it.
fn taken_from(before: Option<Counter>, claim: &Claim, now: Timestamp) -> Counter {
    let before = before.filter(|counter| counter.until > now);
    let (taken, until) =
        before.map_or((0, claim.until), |counter| (counter.taken, counter.until.max(claim.until)));
    Counter { taken: (taken + i128::from(claim.take)).max(0), until }
}

/// An account that was just opened, for the tests of `served`.
#[cfg(test)]
pub fn tests_account() -> Account {
    let mut books = OwnBooks::default();
    books.open(
        BankNumber::new(1),
        AccountKind::Member,
        OwnerNumber::OPERATOR,
        Limits::WIDEST,
        Sequence::ZERO,
    );
    books.accounts.remove(0)
}

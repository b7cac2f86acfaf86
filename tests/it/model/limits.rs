//! I2 written plainly: add up what an entry does to each account, then look.

use hourbook::domain::{
    AccountKind, AccountNumber, CeilingRule, Command, Kind, Limit, LimitPassed, Passed, Refusal,
};

use super::judge::Objections;
use super::naive::{ExpectedLine, Naive, Step, seconds};

/// What the figures of one account would become.
struct Net {
    account: AccountNumber,
    posted: i128,
    held: i128,
    promised: i128,
    lined: bool,
}

impl Net {
    /// How far what can be used falls.
    fn falls(&self) -> i128 {
        self.held - self.posted
    }

    /// How far what there may be rises.
    fn rises(&self) -> i128 {
        self.posted + self.promised
    }
}

impl Naive {
    /// I2: on the net effect, only in the direction an account moves.
    pub fn limits(&self, steps: &[Step], kind: Kind, command: &Command, against: &mut Objections) {
        if Self::kind_is_free_of_limits(kind) {
            return;
        }
        let mut passed: Vec<LimitPassed> = Vec::new();
        for net in nets(steps) {
            let Some(account) = self.account(net.account) else { continue };
            let promise_to_others = matches!(account.kind, AccountKind::Issuance | AccountKind::Clearing);
            if command.allowed_by.is_some() && !promise_to_others {
                continue;
            }
            let marks = self.marks(&net);
            let clearing = account.kind == AccountKind::Clearing;
            let mut name = |limit, bound, requested| {
                passed.push(LimitPassed {
                    account: net.account,
                    limit,
                    posted: seconds(self.posted(net.account)),
                    held: seconds(self.held(net.account)),
                    promised: seconds(self.promised(net.account)),
                    bound,
                    requested: seconds(requested),
                });
            };
            if marks.includes(Passed::FLOOR) {
                let limit = if clearing { Limit::ClearingFloor } else { Limit::Floor };
                name(limit, account.limits.floor(), net.falls());
            }
            if marks.includes(Passed::CEILING) && account.limits.ceiling_rule() == CeilingRule::Hard {
                let limit = if clearing { Limit::ClearingCeiling } else { Limit::Ceiling };
                name(limit, account.limits.ceiling(), net.rises());
            }
        }
        let rank = |limit: Limit| match limit {
            Limit::ClearingFloor | Limit::ClearingCeiling => 0,
            Limit::Floor => 1,
            Limit::Ceiling => 2,
        };
        let mut in_order = Vec::new();
        for wanted in 0..3 {
            in_order.extend(passed.iter().filter(|one| rank(one.limit) == wanted).copied());
        }
        if !in_order.is_empty() {
            against.push(Refusal::Limits(in_order));
        }
    }

    fn marks(&self, net: &Net) -> Passed {
        let Some(account) = self.account(net.account) else { return Passed::NOTHING };
        let usable = self.posted(net.account) - self.held(net.account) - net.falls();
        let coming = self.posted(net.account) + self.promised(net.account) + net.rises();
        let mut marks = Passed::NOTHING;
        if net.falls() > 0 && usable < i128::from(account.limits.floor()) {
            marks = marks.and(Passed::FLOOR);
        }
        if net.rises() > 0 && coming > i128::from(account.limits.ceiling()) {
            marks = marks.and(Passed::CEILING);
        }
        marks
    }

    pub fn lines(&self, steps: &[Step]) -> Vec<ExpectedLine> {
        // An account that is only promised hours has a line where that takes it past its ceiling.
        let lined = nets(steps).into_iter().filter(|net| {
            self.account(net.account).is_some() && (net.lined || self.marks(net) != Passed::NOTHING)
        });
        lined
            .map(|net| ExpectedLine {
                account: net.account,
                previous: self.newest_line(net.account),
                posted: seconds(self.posted(net.account) + net.posted),
                held: seconds(self.held(net.account) + net.held),
                passed: self.marks(&net),
            })
            .collect()
    }
}

/// The sums of all steps, account by account, in order of first appearance.
fn nets(steps: &[Step]) -> Vec<Net> {
    let mut accounts: Vec<AccountNumber> = Vec::new();
    for step in steps {
        let (Step::Transfer(debit, credit, _) | Step::Aside(debit, credit, _)) = *step;
        for account in [debit, credit] {
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
    }
    let net_of = |account: AccountNumber| {
        let mut net = Net { account, posted: 0, held: 0, promised: 0, lined: false };
        for step in steps {
            match *step {
                Step::Transfer(debit, credit, amount) => {
                    net.posted += if credit == account { amount } else { 0 };
                    net.posted -= if debit == account { amount } else { 0 };
                    net.lined |= debit == account || credit == account;
                }
                Step::Aside(debit, credit, amount) => {
                    net.held += if debit == account { amount } else { 0 };
                    net.promised += if credit == account { amount } else { 0 };
                    net.lined |= debit == account;
                }
            }
        }
        net
    };
    accounts.into_iter().map(net_of).collect()
}

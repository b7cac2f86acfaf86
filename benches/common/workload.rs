//! Who gives hours to whom: the workloads, drawn one entry at a time.
//!
//! An entry is drawn once and becomes either a command or bytes on the wire, so that every rung posts the
//! same. Amounts are a quarter of an hour to four hours. No limit refuses anything; all are judged.

use std::collections::VecDeque;

use hourbook::domain::{
    AccountNumber, Action, Amount, AtDeadline, Capture, Claim, ClaimFate, ClaimUnit, ClaimWord, Command,
    Hold, Kind, OwnerNumber, Post, RequestId, RequestKey, Rest, Scope, Sequence, Timestamp, Transfer,
};
use smallvec::SmallVec;

use super::ids::{Ids, Order};
use super::random::{Random, Zipf};

/// Transfers of an entry of the group workload.
pub const GROUP_TRANSFERS: usize = 12;

/// What is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[value(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Workload {
    /// Two different accounts, each as likely as any other; 10,000 of them where nothing else is said.
    Uniform,
    /// Both accounts by Zipf's law with exponent 1.
    Zipf,
    /// Every entry credits the one café.
    Hot,
    /// Uniform over 1,000,000 accounts.
    #[value(name = "accounts_1m")]
    #[serde(rename = "accounts_1m")]
    AccountsMillion,
    /// Twelve people were helped by one: 12 transfers in an entry.
    Group,
    /// Half are holds with one claim each, half take a hold of a few thousand entries before.
    Holds,
    /// Uniform, with ids of version 8 that are random all over.
    RandomIds,
}

impl Workload {
    /// As it is called in the output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Zipf => "zipf",
            Self::Hot => "hot",
            Self::AccountsMillion => "accounts_1m",
            Self::Group => "group",
            Self::Holds => "holds",
            Self::RandomIds => "random_ids",
        }
    }

    /// Transfers of one entry.
    pub const fn transfers(self) -> usize {
        match self {
            Self::Group => GROUP_TRANSFERS,
            Self::Uniform
            | Self::Zipf
            | Self::Hot
            | Self::AccountsMillion
            | Self::Holds
            | Self::RandomIds => 1,
        }
    }

    /// What its entries are for.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Group => Kind::Group,
            Self::Hot | Self::Holds => Kind::Redemption,
            Self::Uniform | Self::Zipf | Self::AccountsMillion | Self::RandomIds => Kind::Exchange,
        }
    }
}

/// The accounts of a bench.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct Accounts {
    /// Place of the café.
    pub cafe: u32,
    /// Place of the first member; the others follow.
    pub first: u32,
    /// How many members.
    pub count: u32,
}

/// A transfer: debit, credit, seconds. The accounts are places.
pub type Draft = (u32, u32, i64);

/// Draws entries.
#[derive(Debug)]
pub struct Generator {
    workload: Workload,
    accounts: Accounts,
    random: Random,
    ids: Ids,
    zipf: Option<Zipf>,
    drafts: Vec<Draft>,
    /// Holds to take, oldest first.
    holds: VecDeque<Sequence>,
}

impl Generator {
    /// A generator with a seed of its own: two that post into the same books must not share one.
    pub fn new(workload: Workload, accounts: Accounts, seed: u64) -> Self {
        let order = if workload == Workload::RandomIds { Order::Scattered } else { Order::Rising };
        Self {
            workload,
            accounts,
            random: Random::new(seed),
            ids: Ids::new(order, !seed),
            zipf: (workload == Workload::Zipf).then(|| Zipf::new(accounts.count)),
            drafts: Vec::new(),
            holds: VecDeque::new(),
        }
    }

    /// What it draws.
    pub const fn workload(&self) -> Workload {
        self.workload
    }

    /// Whose accounts.
    pub const fn accounts(&self) -> Accounts {
        self.accounts
    }

    /// Looks at the clock for the ids of the next submission.
    pub fn look_at_clock(&mut self) {
        self.ids.look_at_clock();
    }

    /// The id and the transfers of the next entry.
    pub fn draw(&mut self) -> ([u8; 16], &[Draft]) {
        self.drafts.clear();
        match self.workload {
            Workload::Uniform | Workload::Zipf | Workload::AccountsMillion | Workload::RandomIds => {
                let draft = self.pair();
                self.drafts.push(draft);
            }
            Workload::Hot | Workload::Holds => {
                let draft = (self.member(), self.accounts.cafe, self.seconds());
                self.drafts.push(draft);
            }
            Workload::Group => {
                // Neighbours on the list of members, so that no two of them are the same.
                let from = self.random.below(self.accounts.count - GROUP_TRANSFERS as u32);
                let (seconds, giver) = (self.seconds(), self.accounts.first + from);
                let helped = (1..=GROUP_TRANSFERS as u32).map(|next| (giver + next, giver, seconds));
                self.drafts.extend(helped);
            }
        }
        (self.ids.next(), &self.drafts)
    }

    fn pair(&mut self) -> Draft {
        let debit = self.member();
        let mut credit = self.member();
        while credit == debit {
            credit = self.member();
        }
        (debit, credit, self.seconds())
    }

    fn member(&mut self) -> u32 {
        let place = match &self.zipf {
            Some(zipf) => zipf.draw(&mut self.random),
            None => self.random.below(self.accounts.count),
        };
        self.accounts.first + place
    }

    fn seconds(&mut self) -> i64 {
        900 * (1 + i64::from(self.random.below(16)))
    }

    /// Fills `commands` with `count` new ones. Captures come first: where the others begin comes back.
    pub fn fill(&mut self, commands: &mut Vec<Command>, count: usize) -> usize {
        self.look_at_clock();
        commands.clear();
        commands.reserve_exact(count);
        let now = Timestamp::from_micros(self.ids.millis() as i64 * 1_000);
        let captures = self.holds.len().min(count / 2);
        for hold in self.holds.drain(..captures) {
            let capture = Capture { hold, amount: None, rest: Rest::Release };
            commands.push(command(self.ids.next(), Action::Capture(capture)));
        }
        for _ in captures..count {
            let (workload, holds) = (self.workload, self.workload == Workload::Holds);
            let (id, drafts) = self.draw();
            let transfers: SmallVec<[Transfer; 1]> = drafts.iter().copied().map(transfer).collect();
            if holds {
                let debit = drafts[0].0;
                let mut command = command(id, Action::Hold(hold(workload.kind(), transfers, now)));
                command.claims.push(claim(debit, now));
                commands.push(command);
            } else {
                let post = Post { kind: workload.kind(), transfers, ends: None };
                commands.push(command(id, Action::Post(post)));
            }
        }
        captures
    }

    /// What was accepted: holds among it are taken later.
    pub fn accepted(&mut self, sequences: impl Iterator<Item = Sequence>) {
        if self.workload == Workload::Holds {
            self.holds.extend(sequences);
        }
    }
}

fn command(id: [u8; 16], action: Action) -> Command {
    let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::from_bytes(id).unwrap() };
    Command::new(key, OwnerNumber::OPERATOR, action)
}

fn transfer((debit, credit, seconds): Draft) -> Transfer {
    let account = |place| AccountNumber::from_slot(place).unwrap();
    Transfer::new(account(debit), account(credit), Amount::new(seconds).unwrap())
}

/// A month, which no run lasts.
fn hold(kind: Kind, transfers: SmallVec<[Transfer; 1]>, now: Timestamp) -> Hold {
    Hold { kind, transfers, deadline: now.plus_seconds(30 * 86_400), at_deadline: AtDeadline::Release }
}

/// One use of an offer by this account, of as many as there may be.
fn claim(account: u32, now: Timestamp) -> Claim {
    Claim {
        key: (0x0ffe_u128 << 112 | u128::from(account)).to_be_bytes(),
        take: 1,
        max: 1 << 40,
        until: now.plus_seconds(30 * 86_400),
        unit: ClaimUnit::Times,
        fate: ClaimFate::GivenBack,
        word: ClaimWord::OfferExhausted,
    }
}

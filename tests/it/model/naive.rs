//! The books as the documents describe them, kept so plainly that they can be believed on sight.
//!
//! Facts are only ever added to lists; every figure is summed from the whole list when it is asked
//! for. All objections to a command are collected, and the one with the lowest precedence answers.

use std::collections::{BTreeMap, BTreeSet};

use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, BankNumber, CeilingRule, Command, Ends, Kind,
    Limits, Move, Opened, OwnerNumber, Passed, Post, Refusal, RequestKey, Rest, Scope, Sequence, Timestamp,
};
use hourbook::ledger::Bounds;

use super::counters::Counters;

/// Whom an account belongs to and how far it may go.
pub struct Account {
    pub bank: BankNumber,
    pub kind: AccountKind,
    pub limits: Limits,
    pub closed: bool,
    /// The entry that last opened, limited, closed or reopened it.
    pub standing: Sequence,
    /// The other side of a clearing account.
    pub mirror: Option<AccountNumber>,
}

/// A hold, open or not, with every second that left it.
pub struct Held {
    pub entry: Sequence,
    pub sides: Vec<(AccountNumber, AccountNumber)>,
    pub amount: i128,
    pub captured: i128,
    pub deadline: Timestamp,
    pub at_deadline: AtDeadline,
    pub command: Command,
    pub ended: Option<Ended>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    Resolved,
    RanOut,
}

impl Held {
    pub fn left(&self) -> i128 {
        if self.ended.is_some() { 0 } else { self.amount - self.captured }
    }

    /// What leaves it with a post in its place: all of it, or, where the rest stays set aside, what the post takes of
    /// each side alike. An account that stands on two sides gives for both.
    pub fn gone_with(&self, post: &Post) -> Result<i128, Refusal> {
        if post.ends.unwrap().rest == Rest::Release {
            return Ok(self.left());
        }
        let seconds_of = |transfer: &hourbook::domain::Transfer| i128::from(transfer.amount.seconds());
        let given = |account| -> i128 {
            post.transfers.iter().filter(|one| one.debit == account).map(seconds_of).sum()
        };
        let places = |account| self.sides.iter().filter(|side| side.0 == account).count() as i128;
        let first = self.sides[0].0;
        let taken = given(first) / places(first);
        let alike = self.sides.iter().all(|side| taken * places(side.0) == given(side.0));
        if alike && taken > 0 && taken <= self.left() {
            return Ok(taken);
        }
        let most = self.sides.iter().map(|side| given(side.0)).max().unwrap();
        let requested = if most > 0 { most } else { post.transfers.iter().map(seconds_of).sum() };
        let requested = Amount::new(seconds(requested)).unwrap_or(Amount::MAX);
        Err(Refusal::CaptureExceedsHold { left: seconds(self.left()), requested })
    }
}

/// What happened to each account, entry by entry: seconds, with their sign.
type Facts = BTreeMap<AccountNumber, Vec<(Sequence, i128)>>;

fn sum_through(facts: &Facts, account: AccountNumber, through: Sequence) -> i128 {
    let facts = facts.get(&account).map_or(&[][..], Vec::as_slice);
    facts.iter().filter(|fact| fact.0 <= through).map(|fact| fact.1).sum()
}

/// What an entry does, step by step, before anything is added up.
#[derive(Clone, Copy)]
pub enum Step {
    Transfer(AccountNumber, AccountNumber, i128),
    Aside(AccountNumber, AccountNumber, i128),
}

/// What the ledger should add to an accepted command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub lines: Vec<ExpectedLine>,
    pub moves: Vec<Move>,
    pub opened: Opened,
    pub standing_before: Sequence,
    /// What the counter of each claim holds afterwards.
    pub counted: Vec<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedLine {
    pub account: AccountNumber,
    pub previous: Sequence,
    pub posted: i64,
    pub held: i64,
    pub passed: Passed,
}

/// What the ledger should answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accept(Expected),
    Repeat(Sequence),
    Reused,
    Refuse(Refusal),
}

pub struct Refused {
    command: Command,
    refusal: Refusal,
    at: Timestamp,
}

pub struct Naive {
    pub bounds: Bounds,
    pub now: Timestamp,
    pub disk_low: bool,
    pub clock_unsure: bool,
    pub position: Sequence,
    pub owners: u32,
    pub banks: Vec<OwnerNumber>,
    pub accounts: Vec<Account>,
    /// What each entry moved.
    pub moves: BTreeMap<Sequence, Vec<Move>>,
    posted: Facts,
    aside: Facts,
    pub holds: Vec<Held>,
    /// (account, entry) for every line of every statement.
    pub lined: BTreeSet<(AccountNumber, Sequence)>,
    pub counters: Counters,
    /// Original, place, seconds.
    pub reversed: Vec<(Sequence, u16, i128)>,
    /// Every accepted command of a caller, and its place.
    pub stored: BTreeMap<RequestKey, (Sequence, Command)>,
    pub refused: BTreeMap<RequestKey, Refused>,
}

pub fn seconds(amount: i128) -> i64 {
    i64::try_from(amount).unwrap()
}

impl Naive {
    pub fn new(bounds: Bounds, now: Timestamp) -> Self {
        Self {
            bounds,
            now,
            disk_low: false,
            clock_unsure: false,
            position: Sequence::ZERO,
            owners: 0,
            banks: Vec::new(),
            accounts: Vec::new(),
            moves: BTreeMap::new(),
            posted: Facts::new(),
            aside: Facts::new(),
            holds: Vec::new(),
            lined: BTreeSet::new(),
            counters: Counters::default(),
            reversed: Vec::new(),
            stored: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    pub fn account(&self, number: AccountNumber) -> Option<&Account> {
        self.accounts.get(usize::try_from(number.slot()).unwrap())
    }

    pub fn number(place: usize) -> AccountNumber {
        AccountNumber::from_slot(u32::try_from(place).unwrap()).unwrap()
    }

    /// Everything received minus everything given away, through an entry.
    pub fn posted_at(&self, account: AccountNumber, through: Sequence) -> i128 {
        sum_through(&self.posted, account, through)
    }

    pub fn posted(&self, account: AccountNumber) -> i128 {
        self.posted_at(account, self.position)
    }

    pub fn held_at(&self, account: AccountNumber, through: Sequence) -> i128 {
        sum_through(&self.aside, account, through)
    }

    pub fn open_holds(&self) -> impl Iterator<Item = &Held> {
        self.holds.iter().filter(|hold| hold.ended.is_none())
    }

    pub fn held(&self, account: AccountNumber) -> i128 {
        let sides = self.open_holds().flat_map(|hold| hold.sides.iter().map(|sides| (sides.0, hold.left())));
        sides.filter(|(debit, _)| *debit == account).map(|(_, left)| left).sum()
    }

    pub fn promised(&self, account: AccountNumber) -> i128 {
        let sides = self.open_holds().flat_map(|hold| hold.sides.iter().map(|sides| (sides.1, hold.left())));
        sides.filter(|side| side.0 == account).map(|side| side.1).sum()
    }

    /// Open holds that name the account, each once.
    pub fn holds_naming(&self, account: AccountNumber) -> u32 {
        let naming = self
            .open_holds()
            .filter(|hold| hold.sides.iter().any(|sides| sides.0 == account || sides.1 == account));
        u32::try_from(naming.count()).unwrap()
    }

    pub fn hold(&self, entry: Sequence) -> Option<&Held> {
        self.holds.iter().find(|hold| hold.entry == entry)
    }

    /// What an entry moved.
    pub fn moved_by(&self, entry: Sequence) -> Vec<Move> {
        self.moves.get(&entry).cloned().unwrap_or_default()
    }

    /// What is left of a transfer to put right.
    pub fn left_of(&self, original: Sequence, part: &Move) -> i128 {
        let reversed: i128 = self
            .reversed
            .iter()
            .filter(|known| known.0 == original && known.1 == part.of)
            .map(|known| known.2)
            .sum();
        i128::from(part.amount.seconds()) - reversed
    }

    /// The account `bank` keeps for `other`.
    pub fn clearing(&self, bank: BankNumber, other: BankNumber) -> Option<AccountNumber> {
        let place = self.accounts.iter().position(|account| {
            let mirror = account.mirror.and_then(|mirror| self.account(mirror));
            account.bank == bank && mirror.is_some_and(|mirror| mirror.bank == other)
        })?;
        Some(Self::number(place))
    }

    /// The newest line of an account before the next entry.
    pub fn newest_line(&self, account: AccountNumber) -> Sequence {
        self.lined
            .range((account, Sequence::ZERO)..=(account, Sequence::MAX))
            .next_back()
            .map_or(Sequence::ZERO, |line| line.1)
    }

    /// What the ledger should answer now, when everything through `visible` could be read before.
    pub fn answer(&self, command: &Command, visible: Sequence) -> Verdict {
        if let Some((sequence, stored)) = self.stored.get(&command.key.unwrap()) {
            return if stored == command { Verdict::Repeat(*sequence) } else { Verdict::Reused };
        }
        if self.clock_unsure {
            return Verdict::Refuse(Refusal::ClockUnsure);
        }
        let lately =
            |refused: &&Refused| refused.command == *command && refused.at.plus_seconds(600) > self.now;
        if let Some(refused) = self.refused.get(&command.key.unwrap()).filter(lately) {
            return Verdict::Refuse(refused.refusal.clone());
        }
        if self.disk_low {
            return Verdict::Refuse(Refusal::DiskLow);
        }
        self.judge(command, visible).map_or_else(Verdict::Refuse, Verdict::Accept)
    }

    /// The ledger heard the command and this was its answer.
    pub fn heard(&mut self, command: &Command, verdict: &Verdict) {
        match verdict {
            Verdict::Accept(expected) => self.apply(command, expected),
            Verdict::Refuse(Refusal::ClockUnsure | Refusal::DiskLow)
            | Verdict::Repeat(_)
            | Verdict::Reused => {}
            // A sale is tried again at once, under its receipt.
            Verdict::Refuse(_) if command.key.unwrap().scope == Scope::RECEIPTS => {}
            Verdict::Refuse(refusal) => {
                let key = command.key.unwrap();
                // Heard again, it is still as old as the first time.
                let again = self.refused.get(&key).is_some_and(|refused| {
                    refused.command == *command && refused.at.plus_seconds(600) > self.now
                });
                if !again {
                    self.refused.insert(
                        key,
                        Refused { command: command.clone(), refusal: refusal.clone(), at: self.now },
                    );
                }
            }
        }
    }

    /// The next hold whose deadline has come: earliest deadline first, then the earlier hold.
    pub fn next_due(&self) -> Option<Sequence> {
        let due = self.open_holds().filter(|hold| hold.deadline <= self.now);
        due.min_by_key(|hold| (hold.deadline, hold.entry)).map(|hold| hold.entry)
    }

    /// What the expiry of a hold should look like.
    pub fn expiry(&self, hold: Sequence) -> Expected {
        let held = self.hold(hold).unwrap();
        let captured = if held.at_deadline == AtDeadline::Capture { held.left() } else { 0 };
        let (steps, moves) = Self::steps_of_taking(held, captured, held.left() - captured);
        Expected { lines: self.lines(&steps), moves, ..Expected::default() }
    }

    /// Writes an expected entry into the lists.
    pub fn apply(&mut self, command: &Command, expected: &Expected) {
        let entry = self.position.next();
        self.position = entry;
        if let Some(key) = command.key {
            self.stored.insert(key, (entry, command.clone()));
        }
        for line in &expected.lines {
            self.lined.insert((line.account, entry));
        }
        for claim in &command.claims {
            self.counters.take(claim, self.now);
        }
        let moves: Vec<Move> = match &command.action {
            Action::Post(post) => (0u16..)
                .zip(&post.transfers)
                .map(|(of, one)| Move { debit: one.debit, credit: one.credit, amount: one.amount, of })
                .collect(),
            _ => expected.moves.clone(),
        };
        let first_moved = expected.moves.first().map_or(0, |part| i128::from(part.amount.seconds()));
        for part in &moves {
            let amount = i128::from(part.amount.seconds());
            self.posted.entry(part.debit).or_default().push((entry, -amount));
            self.posted.entry(part.credit).or_default().push((entry, amount));
        }
        if !moves.is_empty() {
            self.moves.insert(entry, moves);
        }
        match &command.action {
            Action::Post(post) => {
                if let Some(Ends { hold, .. }) = post.ends {
                    let held = self.hold(hold).unwrap();
                    let gone = held.gone_with(post).unwrap();
                    let ends = gone == held.left();
                    self.end(hold, gone, ends, ends.then_some(Ended::Resolved));
                }
            }
            Action::Capture(capture) => {
                let rest = self.hold(capture.hold).unwrap().left() - first_moved;
                let ends = rest == 0 || capture.rest == Rest::Release;
                self.end(capture.hold, first_moved, ends, ends.then_some(Ended::Resolved));
            }
            Action::Void(hold) => self.end(*hold, 0, true, Some(Ended::Resolved)),
            Action::Expire(hold) => {
                // Taken at the deadline it was resolved; let go it ran out.
                let how = if first_moved > 0 { Ended::Resolved } else { Ended::RanOut };
                self.end(*hold, first_moved, true, Some(how));
            }
            Action::Reverse(reverse) => {
                let parts = expected
                    .moves
                    .iter()
                    .map(|part| (reverse.original, part.of, i128::from(part.amount.seconds())));
                self.reversed.extend(parts);
            }
            Action::Hold(hold) => {
                let amount = i128::from(hold.transfers[0].amount.seconds());
                let sides: Vec<_> = hold.transfers.iter().map(|one| (one.debit, one.credit)).collect();
                for side in &sides {
                    self.aside.entry(side.0).or_default().push((entry, amount));
                }
                self.holds.push(Held {
                    entry,
                    sides,
                    amount,
                    captured: 0,
                    deadline: hold.deadline,
                    at_deadline: hold.at_deadline,
                    command: command.clone(),
                    ended: None,
                });
            }
            Action::RegisterOwners(count) => self.owners += u32::from(*count),
            Action::OpenBank(bank) => {
                self.banks.push(bank.owner);
                let number = BankNumber::new(u32::try_from(self.banks.len()).unwrap());
                self.open(number, AccountKind::Pot, bank.pot, None);
                self.open(number, AccountKind::Issuance, bank.issuance, None);
            }
            Action::OpenClearing(pair) => {
                use hourbook::domain::CeilingRule::Hard;
                let place = self.accounts.len();
                let (one, other) = (pair.first_may_owe.seconds(), pair.second_may_owe.seconds());
                let limits = |may_owe: i64, may_be_owed: i64| {
                    Limits::from_floor(-may_be_owed).unwrap().with_ceiling(may_owe, Hard).unwrap()
                };
                self.open(
                    pair.first,
                    AccountKind::Clearing,
                    limits(one, other),
                    Some(Self::number(place + 1)),
                );
                self.open(pair.second, AccountKind::Clearing, limits(other, one), Some(Self::number(place)));
            }
            Action::OpenAccounts(accounts) => {
                for account in accounts {
                    self.open(account.bank, account.kind, account.limits, None);
                }
            }
            Action::SetLimits(number, limits) => match self
                .account(*number)
                .and_then(|account| account.mirror)
            {
                None => self.change(*number, |account| account.limits = *limits),
                Some(mirror) => {
                    // One agreement, seen from both sides; its ceiling always stops.
                    let hard = |floor: i64, ceiling: i64| {
                        Limits::from_floor(floor).unwrap().with_ceiling(ceiling, CeilingRule::Hard).unwrap()
                    };
                    let (floor, ceiling) = (limits.floor(), limits.ceiling());
                    self.change(*number, |account| account.limits = hard(floor, ceiling));
                    self.change(mirror, |account| account.limits = hard(-ceiling, -floor));
                }
            },
            Action::Close(close) => self.change(close.account, |account| account.closed = true),
            Action::Reopen(number) => self.change(*number, |account| account.closed = false),
            Action::Note(_) => {}
        }
    }

    fn open(&mut self, bank: BankNumber, kind: AccountKind, limits: Limits, mirror: Option<AccountNumber>) {
        self.accounts.push(Account { bank, kind, limits, closed: false, standing: self.position, mirror });
    }

    fn change(&mut self, number: AccountNumber, change: impl FnOnce(&mut Account)) {
        let account = &mut self.accounts[usize::try_from(number.slot()).unwrap()];
        change(account);
        account.standing = self.position;
    }

    /// Seconds leave a hold: captured, and the rest too if it ends.
    fn end(&mut self, hold: Sequence, captured: i128, ends: bool, how: Option<Ended>) {
        let entry = self.position;
        let held = self.holds.iter_mut().find(|held| held.entry == hold).unwrap();
        let gone = if ends { held.left() } else { captured };
        held.captured += captured;
        held.ended = how;
        for side in &held.sides {
            self.aside.entry(side.0).or_default().push((entry, -gone));
        }
        if ends {
            for claim in &held.command.claims {
                self.counters.give_back(claim, held.amount, held.captured, self.now);
            }
        }
    }

    pub fn kind_is_free_of_limits(kind: Kind) -> bool {
        [Kind::Reversal, Kind::Refund, Kind::Closing, Kind::Settlement, Kind::Opening].contains(&kind)
    }
}

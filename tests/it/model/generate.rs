//! What callers might ask: mostly sensible, often at an edge, sometimes plainly wrong.

use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, Attachment, BankNumber, Capture, CeilingRule,
    Claim, ClaimFate, ClaimUnit, ClaimWord, Close, Command, Day, Ends, Hold, Kind, Limits, NewAccount, Note,
    OpenBank, OpenClearing, OwnerNumber, Post, RequestKey, Rest, ReversalKind, Reverse, ReversedPart, Scope,
    Sequence, Topic, Transfer, Transfers,
};

use super::naive::Naive;
use super::random::Random;
use crate::support::{HOUR, key};

/// Accounts in play come from the first banks only, so that they meet often.
const BANKS_IN_PLAY: usize = 3;
const ACCOUNTS_MAX: usize = 90;
const KINDS: [Kind; 8] = [
    Kind::Exchange,
    Kind::Exchange,
    Kind::Gift,
    Kind::Redemption,
    Kind::Grant,
    Kind::Settlement,
    Kind::Opening,
    Kind::Donation,
];

pub struct Generator {
    pub random: Random,
    next_id: u128,
}

fn amount(seconds: i64) -> Amount {
    Amount::new(seconds).unwrap()
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), next_id: u128::from(seed) << 64 }
    }

    pub fn key(&mut self) -> RequestKey {
        self.next_id += 1;
        let scope = if self.random.percent(25) { Scope::RECEIPTS } else { Scope::OPERATOR };
        RequestKey { scope, ..key(self.next_id) }
    }

    /// A command nobody sent before.
    pub fn command(&mut self, model: &Naive) -> Command {
        let action = self.action(model);
        let owner = self.owner(model);
        let mut command = Command::new(self.key(), owner, action);
        if self.random.percent(10) {
            command.second_person = Some(self.owner(model));
        }
        if self.random.percent(12) {
            command.allowed_by = Some(self.owner(model));
        }
        if self.random.percent(10) {
            let today = model.now.utc_day().days();
            let days = self.random.between(-40, 2);
            command.occurred_on = Some(Day::from_days(today + i32::try_from(days).unwrap()));
        }
        if self.random.percent(3) {
            command.present_count = Some(12);
        }
        if self.random.percent(10) {
            command.text = vec![7; self.random.below(40)].into();
        }
        if self.random.percent(5) {
            let body = vec![2; self.random.below(30)].into();
            command.attachment = Some(Box::new(Attachment { topic: Topic::new(41), body }));
        }
        let may_claim = matches!(
            command.action,
            Action::Post(_) | Action::Hold(_) | Action::Capture(_) | Action::Reverse(_) | Action::Note(_)
        );
        if may_claim && self.random.percent(25) {
            command.claims = self.claims(model);
        }
        command
    }

    fn action(&mut self, model: &Naive) -> Action {
        match self.random.below(1_000) {
            0..330 => self.post(model),
            330..550 => self.hold(model),
            550..650 => Action::Capture(self.capture(model)),
            650..690 => Action::Void(self.hold_number(model)),
            690..780 => Action::Reverse(self.reverse(model)),
            780..840 => self.note(),
            840..850 => Action::RegisterOwners(1 + u16::try_from(self.random.below(3)).unwrap()),
            850..862 => Action::OpenBank(Box::new(self.bank(model))),
            862..880 => Action::OpenClearing(self.clearing(model)),
            880..900 => Action::OpenAccounts(self.accounts(model)),
            900..940 => Action::SetLimits(self.any_account(model), self.limits()),
            940..965 => {
                let account = self.any_account(model);
                let remainder_to =
                    if self.random.percent(5) { account } else { self.neighbour(model, account) };
                Action::Close(Close { account, remainder_to })
            }
            _ => {
                let closed: Vec<_> =
                    (0..model.accounts.len()).filter(|place| model.accounts[*place].closed).collect();
                let place = if self.random.percent(85) { self.random.of(&closed).copied() } else { None };
                Action::Reopen(place.map_or_else(|| self.any_account(model), Naive::number))
            }
        }
    }

    fn owner(&mut self, model: &Naive) -> OwnerNumber {
        let beyond = if self.random.below(150) == 0 { 50 } else { 0 };
        OwnerNumber::new(u32::try_from(self.random.below(model.owners as usize + 1)).unwrap() + beyond)
    }

    /// An account of the banks in play; now and then one that does not exist.
    fn any_account(&mut self, model: &Naive) -> AccountNumber {
        if self.random.below(120) == 0 {
            return Naive::number(5_000 + self.random.below(3));
        }
        let in_play: Vec<usize> = (0..model.accounts.len())
            .filter(|place| model.accounts[*place].bank.get() as usize <= BANKS_IN_PLAY)
            .collect();
        Naive::number(*self.random.of(&in_play).unwrap())
    }

    fn number_where(
        &mut self,
        model: &Naive,
        fits: impl Fn(AccountNumber, &super::naive::Account) -> bool,
    ) -> Option<AccountNumber> {
        let fitting: Vec<usize> = (0..model.accounts.len())
            .filter(|place| fits(Naive::number(*place), &model.accounts[*place]))
            .collect();
        self.random.of(&fitting).copied().map(Naive::number)
    }

    /// Another open account of the same bank, mostly.
    fn neighbour(&mut self, model: &Naive, account: AccountNumber) -> AccountNumber {
        let Some(known) = model.account(account).filter(|_| !self.random.percent(3)) else {
            return self.any_account(model);
        };
        let bank = known.bank;
        let closed_too = self.random.percent(5);
        let itself_too = self.random.percent(20);
        let found = self.number_where(model, |number, other| {
            let fits = other.bank == bank && other.kind != AccountKind::Clearing;
            fits && (itself_too || number != account) && (closed_too || !other.closed)
        });
        found.unwrap_or_else(|| self.any_account(model))
    }

    fn open_account(&mut self, model: &Naive) -> AccountNumber {
        if self.random.percent(6) {
            return self.any_account(model);
        }
        let found = self.number_where(model, |_, account| {
            !account.closed
                && account.kind != AccountKind::Clearing
                && account.bank.get() as usize <= BANKS_IN_PLAY
        });
        found.unwrap_or_else(|| self.any_account(model))
    }

    fn hours(&mut self) -> Amount {
        amount(match self.random.below(40) {
            0 => self.random.between(1, 1 << 30),
            1..10 => self.random.between(1, 600),
            10..25 => 900 * self.random.between(1, 12),
            _ => self.random.between(1, 5 * HOUR),
        })
    }

    fn transfer(&mut self, model: &Naive) -> Transfer {
        let debit = self.open_account(model);
        let credit = self.neighbour(model, debit);
        let mut transfer = Transfer::new(debit, credit, self.hours());
        if self.random.percent(15) {
            transfer.people.given_by = Some(self.owner(model));
            transfer.people.activity = Some(3);
        }
        if self.random.percent(5) {
            transfer.people.paid_by = Some(self.owner(model));
            transfer.people.in_the_name_of = Some(self.owner(model));
        }
        transfer
    }

    /// Hours from a member of one bank to somebody in another, through the pair; sometimes spoiled.
    fn between_banks(&mut self, model: &Naive) -> Transfers {
        let debit = self.open_account(model);
        let credit = self.open_account(model);
        let banks = (
            model.account(debit).map(|account| account.bank),
            model.account(credit).map(|account| account.bank),
        );
        let (Some(from), Some(to)) = banks else { return [self.transfer(model)].into_iter().collect() };
        let (Some(here), Some(there)) = (model.clearing(from, to), model.clearing(to, from)) else {
            return [self.transfer(model)].into_iter().collect();
        };
        let hours = self.hours();
        let mut pair = vec![Transfer::new(debit, here, hours), Transfer::new(there, credit, hours)];
        match self.random.below(30) {
            0 => drop(pair.remove(0)),
            1 => pair[1].credit = here,
            2 => pair.swap(0, 1),
            _ => {}
        }
        pair.into_iter().collect()
    }

    fn post(&mut self, model: &Naive) -> Action {
        let kind = self.random.of(&KINDS).copied().unwrap();
        let transfers: Transfers = match self.random.below(100) {
            0..20 => self.between_banks(model),
            20..21 => (0..=self.random.below(256)).map(|_| self.transfer(model)).collect(),
            21..40 => {
                // A ring: what goes out of an account comes back to it, or nearly.
                let one = self.open_account(model);
                let two = self.neighbour(model, one);
                let hours = self.hours();
                let back = if self.random.percent(50) { hours } else { self.hours() };
                [Transfer::new(one, two, hours), Transfer::new(two, one, back)].into_iter().collect()
            }
            40..60 => (0..1 + self.random.below(4)).map(|_| self.transfer(model)).collect(),
            _ => [self.transfer(model)].into_iter().collect(),
        };
        if self.random.percent(12) {
            return self.post_for_hold(model, kind, transfers);
        }
        Action::Post(Post { kind, transfers, ends: None })
    }

    /// A post in the place of a hold. One that keeps the rest mostly takes from the hold's accounts alike, and goes where it
    /// likes.
    fn post_for_hold(&mut self, model: &Naive, kind: Kind, mut transfers: Transfers) -> Action {
        let hold = self.hold_number(model);
        let rest = if self.random.percent(60) { Rest::Keep } else { Rest::Release };
        if let Some(held) = model.hold(hold).filter(|_| rest == Rest::Keep && self.random.percent(90)) {
            let left = super::naive::seconds(held.left()).max(1);
            let seconds = match self.random.below(10) {
                0 => left + self.random.between(0, 2),
                1..4 => left,
                _ => self.random.between(1, left),
            };
            let elsewhere = self.random.percent(70);
            transfers =
                held.sides.iter().map(|side| Transfer::new(side.0, side.1, amount(seconds))).collect();
            if elsewhere {
                let last = transfers.last_mut().unwrap();
                last.credit = self.neighbour(model, last.debit);
            }
            if self.random.percent(15) {
                transfers[0].amount = self.hours(); // Not alike, or more than a part.
            }
        }
        Action::Post(Post { kind, transfers, ends: Some(Ends { hold, rest }) })
    }

    fn hold(&mut self, model: &Naive) -> Action {
        let transfers: Transfers = match self.random.below(10) {
            0..3 => self.between_banks(model),
            3 => {
                // Passed on: one account on both sides of the hold.
                let first = self.transfer(model);
                let next = Transfer::new(first.credit, self.neighbour(model, first.credit), first.amount);
                [first, next].into_iter().collect()
            }
            _ => [self.transfer(model)].into_iter().collect(),
        };
        let ahead = match self.random.below(25) {
            0 => self.random.between(-5, 0),
            1 => 400 * 86_400 + self.random.between(0, 2),
            2 => 30 * 86_400,
            3..14 => self.random.between(1, 3_000),
            _ => self.random.between(1_000, 60_000),
        };
        let at_deadline = if self.random.percent(50) { AtDeadline::Release } else { AtDeadline::Capture };
        let kind = self.random.of(&KINDS).copied().unwrap();
        Action::Hold(Hold { kind, transfers, deadline: model.now.plus_seconds(ahead), at_deadline })
    }

    /// An open hold mostly; else an ended one, an entry that is none, or nothing.
    pub fn hold_number(&mut self, model: &Naive) -> Sequence {
        let open: Vec<_> = model.open_holds().map(|hold| hold.entry).collect();
        let ended: Vec<_> = model
            .holds
            .iter()
            .rev()
            .filter(|hold| hold.ended.is_some())
            .take(20)
            .map(|hold| hold.entry)
            .collect();
        let found = match self.random.below(100) {
            0..75 => self.random.of(&open).copied(),
            75..93 => self.random.of(&ended).copied(),
            93..97 => Some(self.old_entry(model)),
            _ => None,
        };
        found.unwrap_or(Sequence::new(1_000_000_000_000))
    }

    fn old_entry(&mut self, model: &Naive) -> Sequence {
        Sequence::new(1 + self.random.below(usize::try_from(model.position.get()).unwrap().max(1)) as u64)
    }

    fn capture(&mut self, model: &Naive) -> Capture {
        let hold = self.hold_number(model);
        let left = model.hold(hold).map_or(0, |held| super::naive::seconds(held.left()));
        let some = match self.random.below(10) {
            0..3 => None,
            3 => Some(left + self.random.between(0, 2)),
            4 => Some(left),
            _ => Some(self.random.between(1, left.max(1))),
        };
        let rest = if self.random.percent(50) { Rest::Keep } else { Rest::Release };
        Capture { hold, amount: some.map(|some| amount(some.max(1))), rest }
    }

    fn reverse(&mut self, model: &Naive) -> Reverse {
        let kind = if self.random.percent(60) { ReversalKind::Reversal } else { ReversalKind::Refund };
        let recent: Vec<_> = model.moves.keys().rev().take(60).copied().collect();
        let original = match self.random.below(100) {
            0..75 => self.random.of(&recent).copied().unwrap_or(Sequence::ZERO),
            75..98 => self.old_entry(model),
            _ => Sequence::new(1_000_000_000_000),
        };
        let mut parts = Vec::new();
        if self.random.percent(60) {
            for part in model.moved_by(original) {
                if self.random.percent(60) {
                    let left = super::naive::seconds(model.left_of(original, &part));
                    let wanted =
                        if self.random.percent(10) { left + 1 } else { self.random.between(1, left.max(1)) };
                    parts.push(ReversedPart { transfer: part.of, amount: amount(wanted.max(1)) });
                }
            }
            if self.random.percent(4) {
                parts.push(ReversedPart { transfer: 900, amount: amount(1) });
            }
        }
        Reverse { original, kind, parts }
    }

    fn note(&mut self) -> Action {
        let body = vec![1; self.random.below(20)].into();
        Action::Note(Note { topic: Topic::new(40), subject: self.random.below(9) as u64, body })
    }

    fn bank_number(&mut self, model: &Naive) -> BankNumber {
        let beyond = if self.random.percent(8) { 40 } else { 0 };
        BankNumber::new(u32::try_from(1 + self.random.below(model.banks.len())).unwrap() + beyond)
    }

    pub fn bank(&mut self, model: &Naive) -> OpenBank {
        OpenBank {
            owner: self.owner(model).max(OwnerNumber::new(1)), // The operator owns nothing.
            time_zone: "Europe/London".into(),
            pot: Limits::from_floor(0).unwrap(),
            issuance: Limits::from_floor(-self.random.between(20, 100) * HOUR).unwrap(),
        }
    }

    fn clearing(&mut self, model: &Naive) -> OpenClearing {
        let first = self.bank_number(model);
        let mut second = self.bank_number(model);
        while second == first {
            second = self.bank_number(model);
        }
        let mut cap = || amount(self.random.between(1, 12) * HOUR);
        OpenClearing { first, second, first_may_owe: cap(), second_may_owe: cap() }
    }

    pub fn new_account(&mut self, bank: BankNumber, owner: OwnerNumber) -> NewAccount {
        use AccountKind::{Member, Organisation, Partner, Pot};
        let kind = self.random.of(&[Member, Member, Member, Organisation, Partner, Pot]).copied().unwrap();
        NewAccount { bank, kind, owner, limits: self.limits(), label: Box::default() }
    }

    fn accounts(&mut self, model: &Naive) -> Vec<NewAccount> {
        let full = model.accounts.iter().filter(|account| account.kind != AccountKind::Clearing).count()
            >= ACCOUNTS_MAX;
        let count = 1 + self.random.below(3);
        (0..count)
            .map(|place| {
                // When there are enough accounts, one of them is always in a bank that does not exist.
                let bank = if full && place == 0 { BankNumber::new(99) } else { self.bank_number(model) };
                let owner = OwnerNumber::new(self.owner(model).get().max(1));
                self.new_account(bank, owner)
            })
            .collect()
    }

    fn limits(&mut self) -> Limits {
        let floor = -HOUR * self.random.between(0, 12);
        let limits = Limits::from_floor(floor).unwrap();
        match self.random.below(3) {
            0 => limits,
            1 => limits.with_ceiling(HOUR * self.random.between(0, 20), CeilingRule::Warns).unwrap(),
            _ => limits.with_ceiling(HOUR * self.random.between(0, 20), CeilingRule::Hard).unwrap(),
        }
    }

    /// Claims on few counters, with maxima that are soon reached and ends that are soon there.
    fn claims(&mut self, model: &Naive) -> Vec<Claim> {
        let mut claims: Vec<Claim> = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let counter = u8::try_from(self.random.below(16)).unwrap();
            let key = [counter; 16];
            if claims.iter().any(|claim| claim.key == key) {
                continue;
            }
            let unit = if counter.is_multiple_of(2) { ClaimUnit::Times } else { ClaimUnit::Seconds };
            let (most, max) = if unit == ClaimUnit::Times { (3, 4) } else { (5 * HOUR, 12 * HOUR) };
            let take = match self.random.below(10) {
                0..2 => -self.random.between(1, most),
                _ => self.random.between(1, most),
            };
            let end = model.now.plus_seconds(self.random.between(-20, 2_000));
            // Mostly the end the counter has already, as a month has one end for all.
            let until = model
                .counters
                .standing(&key, model.now)
                .filter(|_| !self.random.percent(20))
                .map_or(end, |known| known.1);
            let fate = if self.random.percent(70) { ClaimFate::GivenBack } else { ClaimFate::Kept };
            // The first five, and what is claimed back once.
            let words = [&ClaimWord::ALL[..5], &[ClaimWord::LineClaimed]].concat();
            let word = words[self.random.below(words.len())];
            claims.push(Claim { key, take, max: self.random.between(max / 2, max), until, unit, fate, word });
        }
        claims
    }
}

//! Random books of two banks whose days begin 19 to 21 hours apart.

use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, BankNumber, Capture, Close, Command, Correction,
    Day, Ends, Hold, Kind, Limits, OpenBank, OpenClearing, Opened, Post, Rest, ReversalKind, Reverse,
    Sequence, Transfer,
};

use crate::model::random::Random;
use crate::support::{Desk, HOUR, START};

pub const ZONES: [&str; 2] = ["Pacific/Auckland", "America/Los_Angeles"];

pub struct Game {
    pub desk: Desk,
    /// Members of each bank, then its pot.
    pub accounts: [Vec<AccountNumber>; 2],
    pub clearing: [AccountNumber; 2],
    pub random: Random,
}

pub fn amount(seconds: i64) -> Amount {
    Amount::new(seconds).unwrap()
}

impl Game {
    /// Two banks, a clearing pair, three members each.
    pub fn new(seed: u64) -> Self {
        let desk = Desk::new();
        let wide = Limits::WIDEST;
        let banks = ZONES.map(|zone| {
            let owner = desk.owner();
            let bank = OpenBank { owner, time_zone: zone.into(), pot: wide, issuance: wide };
            match desk.post(Action::OpenBank(Box::new(bank))).unwrap().entry.outcome.opened {
                Opened::Bank(bank, pot) => (bank, pot),
                other => panic!("{other:?}"),
            }
        });
        let pair = OpenClearing {
            first: banks[0].0,
            second: banks[1].0,
            first_may_owe: amount(900 * HOUR),
            second_may_owe: amount(900 * HOUR),
        };
        let Opened::Accounts(one) = desk.post(Action::OpenClearing(pair)).unwrap().entry.outcome.opened
        else {
            panic!()
        };
        let clearing = [one, AccountNumber::from_slot(one.slot() + 1).unwrap()];
        let member = |bank: BankNumber| desk.account(bank, AccountKind::Member, wide);
        let accounts = banks.map(|(bank, pot)| vec![member(bank), member(bank), member(bank), pot]);
        Self { desk, accounts, clearing, random: Random::new(seed) }
    }

    /// Writes random entries, some of which the ledger refuses.
    pub fn play(&mut self, moves: usize) {
        for _ in 0..moves {
            if self.random.percent(60) {
                self.desk.clock.advance_seconds(self.random.between(0, 20 * HOUR));
            }
            let action = self.action();
            let occurred_on = self.random.percent(50).then(|| self.day());
            let command = Command { occurred_on, ..self.desk.command(action) };
            let _perhaps_refused = self.desk.ledger.post(command);
        }
    }

    /// A day around the books' own.
    pub fn day(&mut self) -> Day {
        let days = i32::try_from(self.random.between(-40, 60)).unwrap();
        Day::from_days(START.utc_day().days() + days)
    }

    fn position(&mut self) -> Sequence {
        let newest = i64::try_from(self.desk.ledger.position().get()).unwrap();
        Sequence::new(u64::try_from(self.random.between(1, newest)).unwrap())
    }

    /// Any entry, but mostly one that does what is wanted of it.
    fn one_of(&mut self, wanted: impl Fn(&Action) -> bool) -> Sequence {
        let mut position = self.position();
        for _ in 0..20 {
            let entry = self.desk.ledger.books().entry(position).unwrap().unwrap();
            if wanted(&entry.command.action) {
                break;
            }
            position = self.position();
        }
        position
    }

    /// A hold, open if there is such.
    fn hold(&mut self) -> Sequence {
        let open = self.desk.ledger.views().open_holds(None, Sequence::ZERO, 50);
        let found = self.random.of(&open).map(|(hold, _)| *hold);
        found.unwrap_or_else(|| self.one_of(|action| matches!(action, Action::Hold(_))))
    }

    fn transfers(&mut self) -> smallvec::SmallVec<[Transfer; 1]> {
        let seconds = amount(self.random.between(1, 5 * HOUR));
        let bank = self.random.below(2);
        let from = *self.random.of(&self.accounts[bank]).unwrap();
        let mut transfers = if self.random.percent(25) {
            let to = *self.random.of(&self.accounts[1 - bank]).unwrap();
            let here = Transfer::new(from, self.clearing[bank], seconds);
            smallvec::smallvec![here, Transfer::new(self.clearing[1 - bank], to, seconds)]
        } else {
            let others: Vec<_> = self.accounts[bank].iter().copied().filter(|one| *one != from).collect();
            smallvec::smallvec![Transfer::new(from, *self.random.of(&others).unwrap(), seconds)]
        };
        if self.random.percent(20) {
            transfers.iter_mut().for_each(|one: &mut Transfer| one.people.correction = Correction::Yes);
        }
        transfers
    }

    fn action(&mut self) -> Action {
        match self.random.below(12) {
            0..4 => {
                let mut transfers = self.transfers();
                if self.random.percent(30) {
                    transfers.extend(self.transfers());
                }
                let ends = self.random.percent(15).then(|| {
                    let rest = if self.random.percent(50) { Rest::Keep } else { Rest::Release };
                    Ends { hold: self.hold(), rest }
                });
                Action::Post(Post { kind: Kind::Exchange, transfers, ends })
            }
            4..6 => {
                let at_deadline =
                    if self.random.percent(50) { AtDeadline::Capture } else { AtDeadline::Release };
                let deadline = self.desk.clock_now().plus_seconds(self.random.between(HOUR, 90 * HOUR));
                Action::Hold(Hold {
                    kind: Kind::Exchange,
                    transfers: self.transfers(),
                    deadline,
                    at_deadline,
                })
            }
            6..8 => {
                let hold = self.hold();
                let amount = self.random.percent(60).then(|| amount(self.random.between(1, HOUR)));
                let rest = if self.random.percent(50) { Rest::Keep } else { Rest::Release };
                Action::Capture(Capture { hold, amount, rest })
            }
            8 => Action::Void(self.hold()),
            9..11 => {
                let again = self.random.percent(40);
                let original = self.one_of(|action| {
                    matches!(action, Action::Post(_) | Action::Capture(_)) && !again
                        || matches!(action, Action::Reverse(_)) && again
                });
                let kind =
                    if self.random.percent(50) { ReversalKind::Reversal } else { ReversalKind::Refund };
                Action::Reverse(Reverse { original, kind, parts: Vec::new() })
            }
            _ => {
                let bank = self.random.below(2);
                let account = self.accounts[bank][0];
                let remainder_to = self.accounts[bank][3];
                let close = Action::Close(Close { account, remainder_to });
                if self.random.percent(50) { close } else { Action::Reopen(account) }
            }
        }
    }
}

//! Honest books with every form of entry, and as many random entries as a test asks for.

use std::cell::Cell;

use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, Capture, CeilingRule, Claim, ClaimFate,
    ClaimUnit, ClaimWord, Close, Command, Ends, Hold, Kind, Limits, Note, OpenClearing, Opened, OwnerNumber,
    Post, Rest, ReversalKind, Reverse, ReversedPart, Sequence, Topic,
};
use hourbook::ledger::NoReceipt;

use crate::support::{Desk, HOUR, START, post};

pub fn seconds(seconds: i64) -> Amount {
    Amount::new(seconds).unwrap()
}

pub fn hold(
    transfers: &[(AccountNumber, AccountNumber, i64)],
    after_seconds: i64,
    at_deadline: AtDeadline,
    desk: &Desk,
) -> Action {
    let Action::Post(Post { transfers, .. }) = post(Kind::Redemption, transfers) else { unreachable!() };
    let deadline = desk.ledger.views().position(); // Any entry: only its moment is wanted.
    let now = desk.ledger.books().entry(deadline).unwrap().map_or(START, |entry| entry.recorded_at);
    Action::Hold(Hold {
        kind: Kind::Redemption,
        transfers,
        deadline: now.plus_seconds(after_seconds),
        at_deadline,
    })
}

pub fn capture(hold: Sequence, amount: Option<i64>, rest: Rest) -> Action {
    Action::Capture(Capture { hold, amount: amount.map(seconds), rest })
}

/// A post that takes of a hold and leaves the rest set aside.
pub fn take(hold: Sequence, transfers: &[(AccountNumber, AccountNumber, i64)]) -> Action {
    let Action::Post(instead) = post(Kind::Redemption, transfers) else { unreachable!() };
    Action::Post(Post { ends: Some(Ends { hold, rest: Rest::Keep }), ..instead })
}

pub fn reverse(original: Sequence, parts: &[(u16, i64)]) -> Action {
    let parts =
        parts.iter().map(|(transfer, amount)| ReversedPart { transfer: *transfer, amount: seconds(*amount) });
    Action::Reverse(Reverse { original, kind: ReversalKind::Reversal, parts: parts.collect() })
}

/// Two banks with a clearing pair: what most tests need.
pub struct Network {
    pub desk: Desk,
    pub issuance: AccountNumber,
    pub pot: AccountNumber,
    /// What each bank keeps for the other.
    pub clearing: [AccountNumber; 2],
    /// Members of the first bank, floor −5 h.
    pub ann: AccountNumber,
    pub bea: AccountNumber,
    /// A café of the second bank with a hard ceiling of 20 h.
    pub cafe: AccountNumber,
}

impl Network {
    pub fn new() -> Self {
        let desk = Desk::new();
        let (first, pot, issuance) = desk.bank();
        let (second, _, _) = desk.bank();
        let pair = OpenClearing {
            first,
            second,
            first_may_owe: seconds(50 * HOUR),
            second_may_owe: seconds(40 * HOUR),
        };
        let opened = desk.post(Action::OpenClearing(pair)).unwrap().entry.outcome.opened;
        let Opened::Accounts(one) = opened else { panic!("{opened:?}") };
        let clearing = [one, AccountNumber::from_slot(one.slot() + 1).unwrap()];
        let (ann, bea) = (desk.member(first, -5), desk.member(first, -5));
        let hard = Limits::from_floor(0).unwrap().with_ceiling(20 * HOUR, CeilingRule::Hard).unwrap();
        let cafe = desk.account(second, AccountKind::Partner, hard);
        Self { desk, issuance, pot, clearing, ann, bea, cafe }
    }

    pub fn post(&self, action: Action) -> Sequence {
        self.desk.post(action).unwrap().entry.sequence
    }

    /// What moves hours from a member of the first bank to the café in the second.
    pub fn across(&self, from: AccountNumber, amount: i64) -> [(AccountNumber, AccountNumber, i64); 2] {
        [(from, self.clearing[0], amount), (self.clearing[1], self.cafe, amount)]
    }

    fn later(&self, seconds: i64) {
        self.desk.clock.advance_seconds(seconds);
        self.desk.ledger.tick().unwrap();
    }

    /// Every form of entry, every way a hold can end, and limits passed by every rule there is.
    pub fn play_every_form(&self) {
        let (desk, ann, bea) = (&self.desk, self.ann, self.bea);
        self.post(post(Kind::Grant, &[(self.issuance, ann, 30 * HOUR), (self.issuance, bea, 2 * HOUR)]));
        let exchange = self.post(post(Kind::Exchange, &[(ann, bea, 3 * HOUR)]));
        self.later(60);
        // A hold between banks, captured in parts; one let go; one that runs out; one that is captured then.
        let first = self.post(hold(&self.across(ann, 3 * HOUR), 600, AtDeadline::Release, desk));
        self.post(capture(first, Some(HOUR), Rest::Keep));
        self.post(capture(first, None, Rest::Keep));
        let second = self.post(hold(&[(ann, bea, HOUR)], 600, AtDeadline::Release, desk));
        self.post(Action::Void(second));
        self.post(hold(&[(ann, bea, HOUR)], 600, AtDeadline::Release, desk));
        self.post(hold(&[(ann, bea, HOUR)], 600, AtDeadline::Capture, desk));
        let fifth = self.post(hold(&[(ann, bea, 2 * HOUR)], 3_600, AtDeadline::Release, desk));
        self.post(capture(fifth, Some(HOUR), Rest::Release));
        self.later(700);
        let sixth = self.post(hold(&[(bea, ann, HOUR)], 600, AtDeadline::Release, desk));
        let Action::Post(instead) = post(Kind::Exchange, &[(bea, ann, 2 * HOUR), (ann, bea, 60)]) else {
            unreachable!()
        };
        let ends = Ends { hold: sixth, rest: Rest::Release };
        self.post(Action::Post(Post { ends: Some(ends), ..instead }));
        // One spent in parts: on who was not known when it was set aside, between banks too, and the rest let go.
        let seventh = self.post(hold(&[(bea, ann, 2 * HOUR)], 600, AtDeadline::Release, desk));
        self.post(take(seventh, &[(bea, self.pot, HOUR)]));
        self.post(take(seventh, &self.across(bea, HOUR / 2)));
        self.post(Action::Void(seventh));
        let eighth = self.post(hold(&self.across(bea, HOUR), 600, AtDeadline::Release, desk));
        self.post(take(eighth, &self.across(bea, HOUR)));
        self.claims();
        // Put right in parts, then the rest; and the reversal itself put right.
        self.post(reverse(exchange, &[(0, HOUR)]));
        let rest = self.post(reverse(exchange, &[]));
        self.post(reverse(rest, &[(0, 60)]));
        // Past a floor: by somebody's leave, by a rule, and because the limit came later.
        let allowed = Command {
            allowed_by: Some(OwnerNumber::new(1)),
            ..desk.command(post(Kind::Gift, &[(bea, ann, 30 * HOUR)]))
        };
        desk.ledger.post(allowed).unwrap();
        self.post(post(Kind::Opening, &[(bea, ann, HOUR)]));
        let low = Limits::from_floor(0).unwrap().with_ceiling(HOUR, CeilingRule::Warns).unwrap();
        self.post(Action::SetLimits(ann, low));
        self.post(post(Kind::Exchange, &[(self.issuance, ann, HOUR)]));
        // A closing with hours left, one with hours missing, one with nothing.
        self.post(Action::Close(Close { account: ann, remainder_to: self.pot }));
        self.post(Action::Close(Close { account: bea, remainder_to: self.pot }));
        self.post(Action::Reopen(ann));
        self.post(Action::Close(Close { account: ann, remainder_to: self.pot }));
        self.post(Action::Note(Note { topic: Topic::new(9), subject: 1, body: Box::from(*b"a fact") }));
        // And one that is still open.
        self.post(Action::Reopen(bea));
        self.post(hold(&[(bea, self.pot, HOUR)], 86_400, AtDeadline::Release, desk));
    }

    fn claims(&self) {
        let (desk, until) = (&self.desk, START.plus_seconds(86_400));
        let claim = |key, take, unit, fate| Claim {
            key: [key; 16],
            take,
            max: 1_000,
            until,
            unit,
            fate,
            word: ClaimWord::BudgetSpent,
        };
        let of_post = vec![
            claim(1, 3, ClaimUnit::Times, ClaimFate::GivenBack),
            claim(2, 500, ClaimUnit::Seconds, ClaimFate::Kept),
        ];
        let action = post(Kind::Exchange, &[(self.ann, self.bea, 60)]);
        desk.ledger.post(Command { claims: of_post, ..desk.command(action) }).unwrap();
        for (taken, fate) in
            [(Some(20), ClaimFate::GivenBack), (None, ClaimFate::Kept), (None, ClaimFate::GivenBack)]
        {
            let of_hold = vec![claim(1, 2, ClaimUnit::Times, fate), claim(3, 60, ClaimUnit::Seconds, fate)];
            let action = hold(&[(self.ann, self.bea, 60)], 600, AtDeadline::Release, desk);
            let held =
                desk.ledger.post(Command { claims: of_hold, ..desk.command(action) }).unwrap().entry.sequence;
            match taken {
                Some(taken) => self.post(capture(held, Some(taken), Rest::Release)),
                None => self.post(Action::Void(held)),
            };
        }
    }

    /// `number` random commands, most of which the rules let through; prints its seed.
    pub fn play_at_random(&self, seed: u64, number: usize) {
        println!("seed {seed}");
        let random = Random(Cell::new(seed));
        let people = [self.ann, self.bea, self.pot, self.issuance];
        let mut holds = Vec::new();
        let mut moved = Vec::new();
        for _ in 0..number {
            let (from, to) = (people[random.below(4)], people[random.below(4)]);
            let amount = i64::try_from(random.below(7_200) + 1).unwrap();
            let held = holds.get(random.below(holds.len().max(1))).copied().unwrap_or(Sequence::new(1));
            let original = moved.get(random.below(moved.len().max(1))).copied().unwrap_or(Sequence::new(1));
            let at_deadline = if random.below(2) == 0 { AtDeadline::Release } else { AtDeadline::Capture };
            let rest = if random.below(2) == 0 { Rest::Keep } else { Rest::Release };
            let action = match random.below(12) {
                0..3 => post(Kind::Exchange, &[(from, to, amount)]),
                3 => post(Kind::Group, &[(from, to, amount), (to, people[random.below(4)], amount / 2 + 1)]),
                4 => post(Kind::Redemption, &self.across(from, amount)),
                5 => hold(&[(from, to, amount)], 30, at_deadline, &self.desk),
                6 => hold(&self.across(from, amount), 30, at_deadline, &self.desk),
                7 => capture(held, (amount > 3_600).then_some(amount / 8), rest),
                8 => Action::Void(held),
                9 => reverse(original, if random.below(2) == 0 { &[] } else { &[(0, 60)] }),
                10 if random.below(2) == 0 => take(held, &[(from, to, amount / 8 + 1)]),
                10 => {
                    let Action::Post(instead) = post(Kind::Exchange, &[(from, to, amount)]) else {
                        unreachable!()
                    };
                    Action::Post(Post { ends: Some(Ends { hold: held, rest: Rest::Release }), ..instead })
                }
                _ => {
                    let limits = Limits::from_floor(-amount * 4)
                        .unwrap()
                        .with_ceiling(amount * 8, CeilingRule::Hard)
                        .unwrap();
                    Action::SetLimits(from, limits)
                }
            };
            let mut command = self.desk.command(action.clone());
            command.allowed_by = (random.below(4) == 0).then_some(OwnerNumber::new(1));
            match self.desk.ledger.post(command) {
                Ok(receipt) if matches!(action, Action::Hold(_)) => holds.push(receipt.entry.sequence),
                Ok(receipt) => moved.push(receipt.entry.sequence),
                Err(NoReceipt::Refused(_)) => {}
                Err(other) => panic!("{other}"),
            }
            self.desk.clock.advance_seconds(i64::try_from(random.below(3)).unwrap());
        }
    }
}

/// A linear congruential generator: the same seed plays the same books everywhere.
struct Random(Cell<u64>);

impl Random {
    fn below(&self, bound: usize) -> usize {
        let next =
            self.0.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0.set(next);
        usize::try_from(next >> 33).unwrap() % bound
    }
}

//! Everything that can be read, compared with the sums of the model.

use std::collections::BTreeMap;

use hourbook::domain::{AccountNumber, Action, Outcome, Sequence};
use hourbook::ledger::HoldStanding;
use hourbook::ledger::checkpoint::canonical;

use super::naive::{Ended, Expected, ExpectedLine, Naive, seconds};
use super::play::Play;

/// An outcome as the model says it. How far a line jumps back is the ledger's own affair.
pub fn outcome(outcome: &Outcome) -> Expected {
    let lines = outcome.lines.iter().map(|line| ExpectedLine {
        account: line.account,
        previous: line.previous,
        posted: line.posted,
        held: line.held,
        passed: line.passed,
    });
    Expected {
        lines: lines.collect(),
        moves: outcome.moves.to_vec(),
        opened: outcome.opened,
        standing_before: outcome.standing_before,
        counted: outcome.counted.clone(),
    }
}

fn numbers(model: &Naive) -> impl Iterator<Item = AccountNumber> {
    (0..model.accounts.len()).map(Naive::number)
}

impl Play {
    /// What anybody can see: balances, sums of banks, open holds, the past, one statement.
    pub fn check_views(&mut self) {
        let seed = self.seed;
        let mut sums: BTreeMap<u32, i128> = BTreeMap::new();
        for number in numbers(&self.model) {
            let shown = self.ledger.balance(number).unwrap();
            let figures = (i128::from(shown.posted), i128::from(shown.held));
            assert_eq!(
                figures,
                (self.model.posted(number), self.model.held(number)),
                "seed {seed}: balance of {number}"
            );
            assert_eq!(
                figures.1,
                self.model.held_at(number, self.model.position),
                "seed {seed}: the model of {number}"
            );
            *sums.entry(self.model.account(number).unwrap().bank.get()).or_default() += figures.0;
        }
        assert!(sums.values().all(|sum| *sum == 0), "seed {seed}: a bank does not sum to zero: {sums:?}");
        assert_eq!(self.ledger.balance(Naive::number(self.model.accounts.len())), None, "seed {seed}");
        self.check_holds();
        for _ in 0..20 {
            let number = self.random_account();
            let past = self.make.random.below(usize::try_from(self.model.position.get()).unwrap() + 1);
            let past = Sequence::new(past as u64);
            let found = self.ledger.books().balance_at(number, past).unwrap();
            let figures = (i128::from(found.posted), i128::from(found.held));
            let expected = (self.model.posted_at(number, past), self.model.held_at(number, past));
            assert_eq!(figures, expected, "seed {seed}: {number} after entry {past}");
        }
        self.check_answers_about_the_past();
        let number = self.random_account();
        self.check_statement(number, 97);
    }

    /// How holds stand, what limits are, which entry an id belongs to.
    fn check_answers_about_the_past(&mut self) {
        let seed = self.seed;
        for _ in 0..10 {
            let number = self.random_account();
            let limits = self.model.account(number).unwrap().limits;
            assert_eq!(self.ledger.books().limits(number).unwrap(), Some(limits), "seed {seed}: {number}");
            let place = self.make.random.below(self.model.stored.len());
            let (key, (sequence, command)) = self.model.stored.iter().nth(place).unwrap();
            let found = self.ledger.find(*key).unwrap().unwrap();
            assert_eq!((found.sequence, &found.command), (*sequence, command), "seed {seed}");
            let Some(hold) = self.make.random.of(&self.model.holds) else { continue };
            let (ended, story) = (hold.ended, format!("seed {seed}: hold {} {:?}", hold.entry, hold.ended));
            match self.ledger.books().hold(hold.entry).unwrap().unwrap() {
                HoldStanding::Open { left } => {
                    assert_eq!((ended, i128::from(left)), (None, hold.left()), "{story}");
                }
                HoldStanding::Expired(by) => {
                    let end = self.ledger.books().entry(by).unwrap().unwrap();
                    assert_eq!(end.command.action, Action::Expire(hold.entry), "{story}");
                    let taken = !end.outcome.moves.is_empty();
                    assert_eq!(ended, Some(if taken { Ended::Resolved } else { Ended::RanOut }), "{story}");
                }
                HoldStanding::Resolved(_) => assert_eq!(ended, Some(Ended::Resolved), "{story}"),
            }
        }
    }

    fn random_account(&mut self) -> AccountNumber {
        Naive::number(self.make.random.below(self.model.accounts.len()))
    }

    fn check_holds(&self) {
        let shown = self.ledger.views().open_holds(None, Sequence::ZERO, usize::MAX);
        let shown: Vec<_> = shown
            .iter()
            .map(|(hold, open)| {
                let sides: Vec<_> = open.sides.iter().map(|sides| (sides.debit, sides.credit)).collect();
                (*hold, sides, i128::from(open.left), open.deadline)
            })
            .collect();
        let expected: Vec<_> = self
            .model
            .open_holds()
            .map(|hold| (hold.entry, hold.sides.clone(), hold.left(), hold.deadline))
            .collect();
        assert_eq!(shown, expected, "seed {}: open holds", self.seed);
    }

    /// The whole statement page by page, and lines by their number, every `stride`th.
    pub fn check_statement(&self, number: AccountNumber, stride: usize) {
        let lined: Vec<Sequence> = self
            .model
            .lined
            .range((number, Sequence::ZERO)..=(number, Sequence::MAX))
            .map(|line| line.1)
            .collect();
        let mut below = None;
        let mut left = lined.len();
        while left > 0 {
            let page = self.ledger.books().statement(number, below, 333).unwrap();
            assert_eq!(page.len(), left.min(333), "seed {}: a page of {number}", self.seed);
            for line in &page {
                self.check_line(number, line, &lined);
            }
            below = page.last().map(|line| line.number);
            left -= page.len();
            assert_eq!(below, Some(left as u64 + 1));
        }
        for wanted in (0..lined.len()).step_by(stride) {
            let found = self.ledger.books().statement(number, Some(wanted as u64 + 2), 1).unwrap();
            assert_eq!(found[0].number, wanted as u64 + 1, "seed {}: line of {number}", self.seed);
            self.check_line(number, &found[0], &lined);
        }
    }

    fn check_line(&self, number: AccountNumber, line: &hourbook::ledger::StatementLine, lined: &[Sequence]) {
        let place = usize::try_from(line.number).unwrap() - 1;
        assert_eq!(line.entry.sequence, lined[place], "seed {}: line {} of {number}", self.seed, line.number);
        let through = lined[place];
        let expected =
            (seconds(self.model.posted_at(number, through)), seconds(self.model.held_at(number, through)));
        assert_eq!(
            (line.line.posted, line.line.held),
            expected,
            "seed {}: line {} of {number}",
            self.seed,
            line.number
        );
    }

    /// What only the poster knows.
    pub fn check_state(&self) {
        let (seed, model) = (self.seed, &self.model);
        let state = self.ledger.copy_state().unwrap();
        assert_eq!((state.position, state.owners), (model.position, model.owners), "seed {seed}");
        assert_eq!(
            (state.banks.len(), state.accounts.len()),
            (model.banks.len(), model.accounts.len()),
            "seed {seed}"
        );
        for number in numbers(model) {
            let account = state.account(number).unwrap();
            let known = model.account(number).unwrap();
            let figures =
                (i128::from(account.posted), i128::from(account.held), i128::from(account.promised));
            let expected = (model.posted(number), model.held(number), model.promised(number));
            assert_eq!(figures, expected, "seed {seed}: {number}");
            assert_eq!(account.open_holds, model.holds_naming(number), "seed {seed}: open holds of {number}");
            assert_eq!(
                (account.floor, account.ceiling),
                (known.limits.floor(), known.limits.ceiling()),
                "seed {seed}: {number}"
            );
        }
        for counter in 0..16 {
            let (key, now) = ([counter; 16], model.now);
            let expected = model.counters.taken(&key, now);
            assert_eq!(
                i128::from(state.counters.taken(&key, now)),
                expected,
                "seed {seed}: counter {counter}"
            );
        }
        let mut reversed: BTreeMap<(Sequence, u16), i128> = BTreeMap::new();
        for (original, of, amount) in &model.reversed {
            *reversed.entry((*original, *of)).or_default() += amount;
        }
        let kept: BTreeMap<_, _> =
            state.reversed.iter().map(|(of, amount)| (*of, i128::from(*amount))).collect();
        assert_eq!(kept, reversed, "seed {seed}: reversed");
    }

    /// I8: the state the poster serves is the one that a reader finds from the first entry on.
    pub fn check_recovery(&mut self) {
        let served = self.ledger.copy_state().unwrap();
        let with_checkpoints = self.ledger.state_at(served.position).unwrap();
        assert_eq!(canonical(&served), canonical(&with_checkpoints), "seed {}: with checkpoints", self.seed);
        self.restart_from_the_first_entry();
        let served = self.ledger.copy_state().unwrap();
        let from_scratch = self.ledger.state_at(served.position).unwrap();
        assert_eq!(*served, from_scratch, "seed {}", self.seed);
        assert_eq!(canonical(&served), canonical(&from_scratch), "seed {}", self.seed);
    }
}

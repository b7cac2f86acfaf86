//! Which rules object to a command: all of them are asked, and the lowest precedence answers.

use hourbook::domain::{
    AccountNumber, Action, Amount, BankNumber, Command, Move, Opened, OwnerNumber, Refusal, Rest, Reverse,
    Sequence,
};

use super::naive::{Ended, Expected, Held, Naive, Step, seconds};

const HOLD_DAYS_MAX: i64 = 400;

pub type Objections = Vec<Refusal>;

impl Naive {
    /// What should be written down, or the refusal that answers.
    pub fn judge(&self, command: &Command, visible: Sequence) -> Result<Expected, Refusal> {
        let mut against = Objections::new();
        let latest = self.now.plus_seconds(14 * 3_600).utc_day();
        if command.occurred_on.is_some_and(|day| day > latest) {
            against.push(Refusal::DayInFuture);
        }
        self.people(command, &mut against);
        let mut expected = Expected::default();
        let mut steps = Vec::new();
        self.object(command, visible, &mut against, &mut steps, &mut expected);
        expected.lines = self.lines(&steps);
        self.claims(command, &mut against);
        expected.counted = self.counters.after(&command.claims, self.now).into_iter().map(seconds).collect();
        // The first of the lowest rank.
        against.into_iter().min_by_key(|refusal| refusal.reason().precedence()).map_or(Ok(expected), Err)
    }

    fn object(
        &self,
        command: &Command,
        visible: Sequence,
        against: &mut Objections,
        steps: &mut Vec<Step>,
        expected: &mut Expected,
    ) {
        match &command.action {
            Action::Post(post) => {
                self.hold_exists(post.ends.map(|ends| ends.hold), visible, against);
                let pairs: Vec<_> = post
                    .transfers
                    .iter()
                    .map(|one| (one.debit, one.credit, i128::from(one.amount.seconds())))
                    .collect();
                self.sides(pairs.iter().map(|pair| (pair.0, pair.1)), against);
                steps.extend(pairs.iter().map(|pair| Step::Transfer(pair.0, pair.1, pair.2)));
                self.mirrored(&pairs, against);
                if let Some(held) = self.hold_is_open(post.ends.map(|ends| ends.hold), against) {
                    let gone = held.gone_with(post);
                    match gone {
                        Ok(gone) => steps.extend(Self::steps_of_taking(held, 0, gone).0),
                        Err(refusal) => against.push(refusal),
                    }
                }
                self.limits(steps, post.kind, command, against);
            }
            Action::Hold(hold) => {
                if hold.deadline <= self.now || hold.deadline > self.now.plus_seconds(HOLD_DAYS_MAX * 86_400)
                {
                    against.push(Refusal::DeadlineOutOfReach);
                }
                let pairs: Vec<_> = hold
                    .transfers
                    .iter()
                    .map(|one| (one.debit, one.credit, i128::from(one.amount.seconds())))
                    .collect();
                self.sides(pairs.iter().map(|pair| (pair.0, pair.1)), against);
                self.mirrored(&pairs, against);
                self.room_for_hold(&pairs, against);
                steps.extend(pairs.iter().map(|pair| Step::Aside(pair.0, pair.1, pair.2)));
                self.limits(steps, hold.kind, command, against);
            }
            Action::Capture(capture) => {
                self.hold_exists(Some(capture.hold), visible, against);
                let Some(held) = self.hold_is_open(Some(capture.hold), against) else { return };
                let left = held.left();
                let wanted = capture.amount.map_or(left, |amount| i128::from(amount.seconds()));
                if wanted > left {
                    against.push(Refusal::CaptureExceedsHold {
                        left: seconds(left),
                        requested: capture.amount.unwrap(),
                    });
                    return;
                }
                let rest = if capture.rest == Rest::Release { left - wanted } else { 0 };
                let taking = Self::steps_of_taking(held, wanted, rest);
                *steps = taking.0;
                expected.moves = taking.1;
            }
            Action::Void(hold) => {
                self.hold_exists(Some(*hold), visible, against);
                let Some(held) = self.hold_is_open(Some(*hold), against) else { return };
                *steps = Self::steps_of_taking(held, 0, held.left()).0;
            }
            Action::Expire(_) => panic!("nobody asks for an expiry"),
            Action::Reverse(reverse) => self.reverse(reverse, visible, against, steps, expected),
            Action::RegisterOwners(_) => expected.opened = Opened::Owners(OwnerNumber::new(self.owners + 1)),
            Action::OpenBank(bank) => {
                self.owner(bank.owner, against);
                let number = u32::try_from(self.banks.len() + 1).unwrap();
                if number > self.bounds.banks_max {
                    against
                        .push(Refusal::BooksFull { what: "banks", most: u64::from(self.bounds.banks_max) });
                }
                expected.opened = Opened::Bank(BankNumber::new(number), Self::number(self.accounts.len()));
            }
            Action::OpenClearing(pair) => {
                self.bank(pair.first, against);
                self.bank(pair.second, against);
                against.extend(self.clearing(pair.first, pair.second).map(Refusal::AlreadyThere));
                expected.opened = Opened::Accounts(Self::number(self.accounts.len()));
            }
            Action::OpenAccounts(accounts) => {
                for account in accounts {
                    self.bank(account.bank, against);
                    self.owner(account.owner, against);
                }
                expected.opened = Opened::Accounts(Self::number(self.accounts.len()));
            }
            Action::SetLimits(number, _) => match self.account(*number) {
                None => against.push(Refusal::AccountNotFound(*number)),
                Some(account) => {
                    against.extend(account.closed.then_some(Refusal::AccountClosed(*number)));
                    expected.standing_before = account.standing;
                }
            },
            Action::Reopen(number) => match self.account(*number) {
                None => against.push(Refusal::AccountNotFound(*number)),
                Some(account) => {
                    against.extend((!account.closed).then_some(Refusal::AlreadyThere(*number)));
                    expected.standing_before = account.standing;
                }
            },
            Action::Close(close) => {
                self.sides([(close.account, close.remainder_to)].into_iter(), against);
                let Some(account) = self.account(close.account) else { return };
                against.extend(account.mirror.map(|_| Refusal::CrossBank(close.account)));
                expected.standing_before = account.standing;
                let left = self.posted(close.account);
                if let Some(amount) = Amount::new(seconds(left.abs())) {
                    let swapped = left < 0;
                    let (debit, credit) = if swapped {
                        (close.remainder_to, close.account)
                    } else {
                        (close.account, close.remainder_to)
                    };
                    steps.push(Step::Transfer(debit, credit, left.abs()));
                    expected.moves.push(Move { debit, credit, amount, of: 0 });
                    self.mirrored(&[(debit, credit, left.abs())], against);
                }
                let open = self.holds_naming(close.account);
                if open > 0 {
                    against.push(Refusal::HoldsOpen { account: close.account, open });
                }
            }
            Action::Note(_) => {}
        }
    }

    fn reverse(
        &self,
        reverse: &Reverse,
        visible: Sequence,
        against: &mut Objections,
        steps: &mut Vec<Step>,
        expected: &mut Expected,
    ) {
        let original = if reverse.original <= visible { self.moved_by(reverse.original) } else { Vec::new() };
        if original.is_empty() {
            against.push(Refusal::EntryNotFound(reverse.original));
            return;
        }
        let mut moves: Vec<Move> = Vec::new();
        if reverse.parts.is_empty() {
            for part in &original {
                let left = self.left_of(reverse.original, part);
                if let Some(amount) = Amount::new(seconds(left)) {
                    moves.push(Move { debit: part.credit, credit: part.debit, amount, of: part.of });
                }
            }
            if moves.is_empty() {
                against.push(Refusal::ReversalExceeds { transfer: 0, left: 0, requested: None });
            }
        }
        for named in &reverse.parts {
            let part = original.iter().find(|part| part.of == named.transfer);
            let left = part.map_or(0, |part| self.left_of(reverse.original, part));
            if i128::from(named.amount.seconds()) > left {
                let requested = Some(named.amount);
                against.push(Refusal::ReversalExceeds {
                    transfer: named.transfer,
                    left: seconds(left),
                    requested,
                });
            }
            moves.extend(part.map(|part| Move {
                debit: part.credit,
                credit: part.debit,
                amount: named.amount,
                of: part.of,
            }));
        }
        // Sides are named as the original names them; only what would move is asked about.
        self.sides(moves.iter().map(|part| (part.credit, part.debit)), against);
        let pairs: Vec<_> =
            moves.iter().map(|part| (part.debit, part.credit, i128::from(part.amount.seconds()))).collect();
        self.mirrored(&pairs, against);
        steps.extend(pairs.iter().map(|pair| Step::Transfer(pair.0, pair.1, pair.2)));
        expected.moves = moves;
    }

    fn owner(&self, owner: OwnerNumber, against: &mut Objections) {
        if owner.get() > self.owners {
            against.push(Refusal::OwnerNotFound(owner));
        }
    }

    fn bank(&self, bank: BankNumber, against: &mut Objections) {
        if bank.get() == 0 || bank.get() as usize > self.banks.len() {
            against.push(Refusal::BankNotFound(bank));
        }
    }

    fn people(&self, command: &Command, against: &mut Objections) {
        let mut named = vec![Some(command.actor), command.second_person, command.allowed_by];
        let transfers = match &command.action {
            Action::Post(post) => &post.transfers[..],
            Action::Hold(hold) => &hold.transfers[..],
            _ => &[],
        };
        for transfer in transfers {
            let people = &transfer.people;
            named.extend([people.given_by, people.received_by, people.paid_by, people.in_the_name_of]);
        }
        for owner in named.into_iter().flatten() {
            self.owner(owner, against);
        }
    }

    fn sides(&self, sides: impl Iterator<Item = (AccountNumber, AccountNumber)>, against: &mut Objections) {
        for (debit, credit) in sides {
            for number in [debit, credit] {
                match self.account(number) {
                    None => against.push(Refusal::AccountNotFound(number)),
                    Some(account) if account.closed => against.push(Refusal::AccountClosed(number)),
                    Some(_) => {}
                }
            }
            if debit == credit {
                against.push(Refusal::SameAccount(debit));
            } else if let (Some(from), Some(to)) = (self.account(debit), self.account(credit))
                && from.bank != to.bank
            {
                against.push(Refusal::CrossBank(credit));
            }
        }
    }

    /// What a clearing account receives its mirror gives in the same entry.
    fn mirrored(&self, pairs: &[(AccountNumber, AccountNumber, i128)], against: &mut Objections) {
        let flow = |account: AccountNumber| -> i128 {
            let received: i128 = pairs.iter().filter(|pair| pair.1 == account).map(|pair| pair.2).sum();
            let given: i128 = pairs.iter().filter(|pair| pair.0 == account).map(|pair| pair.2).sum();
            received - given
        };
        for account in pairs.iter().flat_map(|pair| [pair.0, pair.1]) {
            let mirror = self.account(account).and_then(|known| known.mirror);
            if mirror.is_some_and(|mirror| flow(mirror) + flow(account) != 0) {
                against.push(Refusal::CrossBank(account));
            }
        }
    }

    fn room_for_hold(&self, pairs: &[(AccountNumber, AccountNumber, i128)], against: &mut Objections) {
        let most = self.bounds.holds_max;
        if self.open_holds().count() >= most as usize {
            against.push(Refusal::TooManyHolds { account: None, most });
        }
        let most = self.bounds.holds_per_account_max;
        let full = pairs
            .iter()
            .flat_map(|pair| [pair.0, pair.1])
            .filter(|account| self.holds_naming(*account) >= most);
        against.extend(full.map(|account| Refusal::TooManyHolds { account: Some(account), most }));
    }

    fn hold_exists(&self, hold: Option<Sequence>, visible: Sequence, against: &mut Objections) {
        let Some(hold) = hold else { return };
        let exists = self.hold(hold).is_some_and(|held| held.ended.is_none() || held.entry <= visible);
        if !exists {
            against.push(Refusal::HoldNotFound(hold));
        }
    }

    fn hold_is_open(&self, hold: Option<Sequence>, against: &mut Objections) -> Option<&Held> {
        let held = self.hold(hold?)?;
        match held.ended {
            Some(Ended::Resolved) => against.push(Refusal::HoldResolved(held.entry)),
            Some(Ended::RanOut) => against.push(Refusal::HoldExpired(held.entry)),
            None => return Some(held),
        }
        None
    }

    fn claims(&self, command: &Command, against: &mut Objections) {
        for (place, claim) in (0u8..).zip(&command.claims) {
            let taken = self.counters.taken(&claim.key, self.now);
            if claim.take > 0 && taken + i128::from(claim.take) > i128::from(claim.max) {
                let left = seconds((i128::from(claim.max) - taken).max(0));
                against.push(Refusal::Claim {
                    word: claim.word,
                    place,
                    left,
                    take: claim.take,
                    unit: claim.unit,
                });
            }
        }
        let alive = self.counters.alive(self.now);
        let new = command
            .claims
            .iter()
            .filter(|claim| claim.until > self.now && !alive.contains(&claim.key))
            .count();
        if new > 0 && alive.len() + new > self.bounds.counters_max {
            against.push(Refusal::BooksFull { what: "counters", most: self.bounds.counters_max as u64 });
        }
    }

    pub fn steps_of_taking(held: &Held, captured: i128, released: i128) -> (Vec<Step>, Vec<Move>) {
        let (mut steps, mut moves) = (Vec::new(), Vec::new());
        for (of, (debit, credit)) in (0u16..).zip(held.sides.iter().copied()) {
            steps.push(Step::Aside(debit, credit, -(captured + released)));
            if let Some(amount) = Amount::new(seconds(captured)) {
                steps.push(Step::Transfer(debit, credit, captured));
                moves.push(Move { debit, credit, amount, of });
            }
        }
        (steps, moves)
    }
}

//! I11: an entry that adds to an account its actor owns or speaks for names a second person.
//!
//! Owns the one function every call asks, whatever it is called: a post, a capture, a reversal, a closing, a
//! hold. Knows no roles: who may approve at all (a broker, a lead, a neighbour bank) is for `access`. Here is
//! said who may *not*, whatever their role.
//!
//! - Judged is the net effect of the whole entry on each account ([`Effects`]), so that it does not matter by
//!   which call, rule or detour hours arrive. What goes in and out again adds nothing.
//! - *The actor's* is what the human behind the actor owns or speaks for, by whatever owner number, role,
//!   organisation or pot: [`Ties`] answers for the human. Who speaks for an account may give its hours away but
//!   not take hours for it alone.
//! - The second person is another human, and none who owns or speaks for any account the entry adds to. They are
//!   somebody the directory knows, as a member or as staff: a key whose holder is nobody's number is nobody's word.
//! - Nor is it somebody by whose key the actor may have acted, or the other way round: whoever makes a key has seen it
//!   ([`crate::domain::SeenKeys`]).
//! - Whoever proposed what is now confirmed counts as the second person, if good enough: two humans have said
//!   the same. So the giver who confirms what the receiver wrote down needs nobody else.
//! - Somebody named must be good enough even where nobody is needed: an approval in the books is a true one.
//!
//! Decided where the books of rules are silent:
//!
//! - A hold that is let go at its deadline adds nothing yet; its capture is judged when it is made, with its
//!   own actor. One that is *captured* at its deadline is judged when it is placed, as nobody acts then.
//! - Letting a hold go adds to nobody: it was theirs.
//! - The local operator has no number of their own, so nobody could see later who approved: they may act,
//!   and never be the second person.
//! - Needed for another reason (above the second line, hours made, after the window, a closing), the second
//!   person must be as good.

use std::collections::BTreeMap;

use crate::domain::{
    AccountNumber, Acting, Action, Amount, AtDeadline, Close, Entry, Hold, OwnerNumber, Transfer,
};

/// What an entry does to each account on the whole. Seconds; accounts it leaves as they were are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    // An i128, so that no sum of what an entry may say overflows.
    net: BTreeMap<AccountNumber, i128>,
}

impl Effects {
    /// Of a post.
    #[must_use]
    pub fn of_post(transfers: &[Transfer]) -> Self {
        Self::of(transfers.iter().map(|transfer| (transfer.debit, transfer.credit, transfer.amount)))
    }

    /// Of a hold, when it is placed.
    #[must_use]
    pub fn of_hold(hold: &Hold) -> Self {
        match hold.at_deadline {
            AtDeadline::Release => Self::default(),
            AtDeadline::Capture => Self::of_post(&hold.transfers),
        }
    }

    /// Of a capture of `amount` from a hold of these transfers; each moves as much.
    #[must_use]
    pub fn of_capture(held: &[Transfer], amount: Amount) -> Self {
        Self::of(held.iter().map(|transfer| (transfer.debit, transfer.credit, amount)))
    }

    /// Of a reversal: debit, credit and amount of each part as the *original* has them.
    #[must_use]
    pub fn of_reversal(parts: impl IntoIterator<Item = (AccountNumber, AccountNumber, Amount)>) -> Self {
        Self::of(parts.into_iter().map(|(debit, credit, amount)| (credit, debit, amount)))
    }

    /// Of a reversal of all that is left, when each part moved so much from this debit. Parts may have been reversed
    /// before, so whoever would get something back by one part is not made good by what they give back by another.
    #[must_use]
    pub fn of_what_is_left(parts: impl IntoIterator<Item = (AccountNumber, Amount)>) -> Self {
        let mut effects = Self::default();
        for (debit, amount) in parts {
            effects.add(debit, i128::from(amount.seconds()));
        }
        effects
    }

    /// Of a closing, when the account stands at `posted` seconds: what is left goes, what is missing comes.
    #[must_use]
    pub fn of_closing(close: Close, posted: i64) -> Self {
        let mut effects = Self::default();
        effects.add(close.account, -i128::from(posted));
        effects.add(close.remainder_to, i128::from(posted));
        effects
    }

    /// Of an action. `original` is the entry it names, if it names one; `posted` says what an account that is closed
    /// stands at, seconds.
    #[must_use]
    pub fn of_action(action: &Action, original: Option<&Entry>, posted: impl Fn(&Close) -> i64) -> Self {
        match action {
            Action::Post(post) => Self::of_post(&post.transfers),
            Action::Hold(hold) => Self::of_hold(hold),
            Action::Reverse(reverse) => {
                let moves = original.into_iter().flat_map(Entry::moves);
                if reverse.parts.is_empty() {
                    return Self::of_what_is_left(moves.map(|moved| (moved.debit, moved.amount)));
                }
                Self::of_reversal(moves.enumerate().filter_map(|(place, moved)| {
                    let named = reverse.parts.iter().find(|part| usize::from(part.transfer) == place)?;
                    Some((moved.debit, moved.credit, named.amount))
                }))
            }
            Action::Capture(capture) => match original.map(|original| &original.command.action) {
                Some(Action::Hold(hold)) => {
                    let amount = capture.amount.or_else(|| hold.transfers.first().map(|first| first.amount));
                    amount.map_or_else(Self::default, |amount| Self::of_capture(&hold.transfers, amount))
                }
                Some(_) | None => Self::default(),
            },
            Action::Close(close) => Self::of_closing(*close, posted(close)),
            Action::Void(_)
            | Action::Expire(_)
            | Action::RegisterOwners(_)
            | Action::OpenBank(_)
            | Action::OpenClearing(_)
            | Action::OpenAccounts(_)
            | Action::SetLimits(..)
            | Action::Reopen(_)
            | Action::Note(_) => Self::default(),
        }
    }

    /// Accounts that have more afterwards, in the order of their numbers.
    pub fn added_to(&self) -> impl Iterator<Item = AccountNumber> + '_ {
        self.net.iter().filter(|(_, seconds)| **seconds > 0).map(|(account, _)| *account)
    }

    /// Accounts that have less afterwards, and by how much, seconds.
    pub fn taken_from(&self) -> impl Iterator<Item = (AccountNumber, i128)> + '_ {
        self.net.iter().filter(|(_, seconds)| **seconds < 0).map(|(account, seconds)| (*account, -seconds))
    }

    fn of(moves: impl IntoIterator<Item = (AccountNumber, AccountNumber, Amount)>) -> Self {
        let mut effects = Self::default();
        for (debit, credit, amount) in moves {
            effects.add(debit, -i128::from(amount.seconds()));
            effects.add(credit, i128::from(amount.seconds()));
        }
        effects
    }

    fn add(&mut self, account: AccountNumber, seconds: i128) {
        let sum = self.net.entry(account).or_default();
        *sum = sum.saturating_add(seconds); // At most 512 terms of 2^62: never near the end.
        if *sum == 0 {
            self.net.remove(&account);
        }
    }
}

/// Who is who and who stands for what, at the time of the call.
#[derive(Clone, Copy)]
pub struct Ties<'a> {
    /// The one number that stands for the human behind an owner number: the same for all of theirs.
    pub human: &'a dyn Fn(OwnerNumber) -> OwnerNumber,
    /// Whether the human behind an owner number owns an account or speaks for it, by whatever number or role.
    pub stands_for: &'a dyn Fn(OwnerNumber, AccountNumber) -> bool,
    /// Whether the directory knows the human behind an owner number as a person.
    pub is_a_person: &'a dyn Fn(OwnerNumber) -> bool,
    /// Whether one of two has seen a key by which the other may have acted.
    pub share_a_key: &'a dyn Fn(Acting, Acting) -> bool,
}

/// Why somebody else has to say yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// I11: it adds to this account, which the actor owns or speaks for.
    OwnAccount(AccountNumber),
    /// Above the bank's second line.
    SecondLine,
    /// Hours are made.
    HoursMade,
    /// A reversal after the window.
    WindowPassed,
    /// A member's account is closed.
    MemberClosed,
}

/// Why a second person is not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotGoodEnough {
    /// The local operator, whom nobody could name later.
    Nobody,
    /// The actor, or the same human by another owner number.
    Actor,
    /// Nobody the directory knows.
    NotAPerson,
    /// One of the two has seen a key by which the other may have acted.
    SharesAKey,
    /// They own this account or speak for it, and the entry adds to it.
    StandsFor(AccountNumber),
}

/// An entry about to be written, and who might approve it.
#[derive(Clone, Copy, Debug)]
pub struct Approval<'a> {
    /// Who asks for it, and when they did.
    pub actor: Acting,
    /// What it does.
    pub effects: &'a Effects,
    /// Whom the call names as the second person.
    pub named: Option<Acting>,
    /// Who wrote the proposal that this confirms, and when; none for anything else.
    pub proposed_by: Option<Acting>,
    /// Why one is needed whoever gains.
    pub also: Option<Cause>,
}

/// Why an entry must not be written like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecondPersonError {
    /// Nobody is named, nor did anybody propose it who would do.
    #[error("second_person must be named: somebody else has to approve this")]
    Needed(Cause),
    /// Somebody is named who may not be.
    #[error("second_person must be another person, who neither owns nor speaks for an account this adds to")]
    NotGoodEnough(NotGoodEnough),
}

impl Approval<'_> {
    /// Whom the entry has to name as its second person, if anybody. The one place where I11 is judged.
    ///
    /// # Errors
    /// [`SecondPersonError`]; somebody named who will not do is told first, also where nobody is needed.
    pub fn second_person(&self, ties: Ties<'_>) -> Result<Option<OwnerNumber>, SecondPersonError> {
        if let Some(named) = self.named {
            return match self.objection(named, ties) {
                Some(objection) => Err(SecondPersonError::NotGoodEnough(objection)),
                None => Ok(Some(named.who)),
            };
        }
        let Some(cause) = self.cause(ties) else { return Ok(None) };
        match self.proposed_by.filter(|proposer| self.objection(*proposer, ties).is_none()) {
            Some(proposer) => Ok(Some(proposer.who)),
            None => Err(SecondPersonError::Needed(cause)),
        }
    }

    /// Why a second person is needed, if one is; the actor's own account comes first.
    #[must_use]
    pub fn cause(&self, ties: Ties<'_>) -> Option<Cause> {
        let own = self.effects.added_to().find(|account| (ties.stands_for)(self.actor.who, *account));
        own.map(Cause::OwnAccount).or(self.also)
    }

    /// Why `person` is not good enough, if they are not.
    #[must_use]
    pub fn objection(&self, person: Acting, ties: Ties<'_>) -> Option<NotGoodEnough> {
        let gains = || self.effects.added_to().find(|account| (ties.stands_for)(person.who, *account));
        objection(self.actor, person, ties).or_else(|| gains().map(NotGoodEnough::StandsFor))
    }
}

/// Why `person` is never good enough for what `actor` asked, whoever gains by it.
#[must_use]
pub fn objection(actor: Acting, person: Acting, ties: Ties<'_>) -> Option<NotGoodEnough> {
    if person.who == OwnerNumber::OPERATOR {
        Some(NotGoodEnough::Nobody)
    } else if (ties.human)(person.who) == (ties.human)(actor.who) {
        Some(NotGoodEnough::Actor)
    } else if !(ties.is_a_person)(person.who) {
        Some(NotGoodEnough::NotAPerson)
    } else if (ties.share_a_key)(actor, person) {
        Some(NotGoodEnough::SharesAKey)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Kind, Timestamp, Transfers};

    fn account(number: u32) -> AccountNumber {
        AccountNumber::from_slot(number).unwrap()
    }

    fn owner(number: u32) -> OwnerNumber {
        OwnerNumber::new(number)
    }

    fn transfer(debit: u32, credit: u32, seconds: i64) -> Transfer {
        Transfer::new(account(debit), account(credit), Amount::new(seconds).unwrap())
    }

    /// Owner n has account n; owner 10 + n is the same human as owner n; 5 speaks for account 6. Nobody is called 8;
    /// 7 made 4's key.
    const TIES: Ties<'static> = Ties {
        human: &human,
        stands_for: &stands_for,
        is_a_person: &|owner| owner.get() % 10 != 8,
        share_a_key: &|one, other| shares(one.who.get(), other.who.get()),
    };

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn acting(number: u32) -> Acting {
        Acting { who: owner(number), at: NOW }
    }

    fn shares(one: u32, other: u32) -> bool {
        matches!((one % 10, other % 10), (4, 7) | (7, 4))
    }

    fn human(owner: OwnerNumber) -> OwnerNumber {
        OwnerNumber::new(owner.get() % 10)
    }

    fn stands_for(owner: OwnerNumber, account: AccountNumber) -> bool {
        let human = owner.get() % 10;
        account.slot() == human || (human == 5 && account.slot() == 6)
    }

    /// Goal: each reason and each objection is reachable by each call. Method: a printed table; the pot is
    /// account 9, Imelda (broker) is 3 and as a member 13, Tobias is 4, Wayside's representative 5 for 6.
    #[test]
    fn who_has_to_say_yes() {
        use NotGoodEnough::{Actor, Nobody, NotAPerson, SharesAKey, StandsFor};
        use SecondPersonError::{Needed, NotGoodEnough as Bad};
        let hour = Amount::new(3_600).unwrap();
        let held = |at_deadline| Hold {
            kind: Kind::Exchange,
            transfers: Transfers::from_iter([transfer(2, 3, 3_600)]),
            deadline: Timestamp::from_micros(0),
            at_deadline,
        };
        let thanked = Effects::of_post(&[transfer(9, 3, 3_600)]);
        let through = Effects::of_post(&[transfer(9, 3, 3_600), transfer(3, 2, 3_600)]);
        let wayside = Effects::of_post(&[transfer(2, 6, 3_600)]);
        let put_right = Effects::of_reversal([(account(3), account(2), hour)]);
        let captured = Effects::of_capture(&[transfer(2, 3, 7_200)], hour);
        let close = Close { account: account(3), remainder_to: account(9) };
        let (left, missing) = (Effects::of_closing(close, 3_600), Effects::of_closing(close, -3_600));
        let own = |number| Err(Needed(Cause::OwnAccount(account(number))));
        let some = |number| Ok(Some(owner(number)));
        let rows = [
            // what, effects, actor, named, proposed by, also, expected
            ("step 21: alone", &thanked, 3, None, None, None, own(3)),
            ("step 21: by her other number", &thanked, 13, None, None, None, own(3)),
            ("step 21: approved by herself", &thanked, 3, Some(3), None, None, Err(Bad(Actor))),
            ("step 21: by her other role", &thanked, 3, Some(13), None, None, Err(Bad(Actor))),
            ("step 21: Tobias approves", &thanked, 3, Some(4), None, None, some(4)),
            ("step 21: Tobias writes", &thanked, 4, None, None, None, Ok(None)),
            ("she may not approve it", &thanked, 4, Some(3), None, None, Err(Bad(StandsFor(account(3))))),
            ("nor the operator", &thanked, 3, Some(0), None, None, Err(Bad(Nobody))),
            ("nor a desk nobody knows", &thanked, 3, Some(8), None, None, Err(Bad(NotAPerson))),
            ("nor who made her key", &wayside, 4, Some(7), None, None, Err(Bad(SharesAKey))),
            ("nor by a key she made", &wayside, 7, Some(4), None, None, Err(Bad(SharesAKey))),
            ("what a desk proposed", &captured, 3, None, Some(8), None, own(3)),
            ("in and out again", &through, 3, None, None, None, Ok(None)),
            ("for an organisation", &wayside, 5, None, None, None, own(6)),
            ("who speaks for it", &wayside, 4, Some(5), None, None, Err(Bad(StandsFor(account(6))))),
            ("a reversal", &put_right, 3, None, None, None, own(3)),
            (
                "a reversal after the window",
                &put_right,
                4,
                None,
                None,
                Some(Cause::WindowPassed),
                Err(Needed(Cause::WindowPassed)),
            ),
            ("a capture", &captured, 3, None, None, None, own(3)),
            ("confirmed by the giver", &captured, 3, None, Some(2), None, some(2)),
            ("proposed by herself too", &captured, 3, None, Some(13), None, own(3)),
            ("confirmed by the receiver", &captured, 2, None, Some(3), None, Ok(None)),
            ("closing with hours left", &left, 3, None, None, None, Ok(None)),
            ("closing below zero", &missing, 3, None, None, None, own(3)),
            ("closing", &left, 4, None, None, Some(Cause::MemberClosed), Err(Needed(Cause::MemberClosed))),
            ("above the second line", &wayside, 4, Some(3), None, Some(Cause::SecondLine), some(3)),
            ("a hold let go", &Effects::of_hold(&held(AtDeadline::Release)), 3, None, None, None, Ok(None)),
            ("a hold taken", &Effects::of_hold(&held(AtDeadline::Capture)), 3, None, None, None, own(3)),
        ];
        for (what, effects, actor, named, proposed_by, also, expected) in rows {
            let asked = Approval {
                actor: acting(actor),
                effects,
                named: named.map(acting),
                proposed_by: proposed_by.map(acting),
                also,
            };
            let answer = asked.second_person(TIES);
            println!("{what:<30} {answer:?}");
            assert_eq!(answer, expected, "{what}");
        }
    }

    proptest! {
        /// Goal: nothing is written that adds to the actor's own without another human who gains nothing.
        /// Method: random entries, people and detours against sums made account by account, and every human
        /// tried; numbers meet often.
        #[test]
        fn nobody_helps_themselves_alone(
            moves in prop::collection::vec((0..8_u32, 0..8_u32, 1..4_i64), 1..6),
            actor in 0..20_u32,
            named in prop::option::of(0..20_u32),
            proposed_by in prop::option::of(0..20_u32),
            swapped in any::<bool>(),
            also in prop::option::of(Just(Cause::HoursMade)),
        ) {
            let transfers: Vec<_> = moves.iter().map(|(debit, credit, seconds)| transfer(*debit, *credit, *seconds)).collect();
            let sides = transfers.iter().map(|one| (one.debit, one.credit, one.amount));
            let effects = if swapped { Effects::of_reversal(sides) } else { Effects::of_post(&transfers) };
            let gains = |number: u32| {
                let sum: i64 = moves.iter().map(|(debit, credit, seconds)| {
                    seconds * (i64::from(*credit == number) - i64::from(*debit == number))
                }).sum();
                if swapped { sum < 0 } else { sum > 0 }
            };
            let gains_by = |owner: u32| {
                (0..8).any(|number| gains(number) && stands_for(OwnerNumber::new(owner), account(number)))
            };
            let is_good = |person: u32| {
                let is_known = person != 0 && person % 10 != 8;
                is_known && person % 10 != actor % 10 && !shares(person, actor) && !gains_by(person)
            };
            let asked = Approval {
                actor: acting(actor),
                effects: &effects,
                named: named.map(acting),
                proposed_by: proposed_by.map(acting),
                also,
            };
            let needed = gains_by(actor) || also.is_some();
            let expected = match (named, proposed_by) {
                (Some(person), _) => is_good(person).then_some(Some(person)),
                (None, Some(person)) if needed => is_good(person).then_some(Some(person)),
                (None, _) => (!needed).then_some(None),
            };
            let answer = asked.second_person(TIES).ok().map(|person| person.map(OwnerNumber::get));
            prop_assert_eq!(answer, expected);
        }
    }
}

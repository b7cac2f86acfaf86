//! I11: an entry that adds to an account its actor owns or speaks for names a second person.
//!
//! Owns the one function every call asks, whatever it is called: a post, a capture, a reversal, a closing, a
//! hold. Knows no roles: who may approve at all (a broker, a lead, a neighbour bank) is for `access`. Here is
//! said who may *not*, whatever their role.
//!
//! - Judged is the net effect of the whole entry on each account ([`Effects`]), so that it does not matter by
//!   which call, rule or detour hours arrive. What goes in and out again adds nothing.
//! - Whoever is helped and does not pay for it, as a pot or somebody else does, has something from it too, though
//!   nothing is added to an account of theirs: neither they nor who speaks for them says so alone, or agrees.
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

use super::effects::Effects;
use crate::domain::{AccountNumber, Acting, OwnerNumber};

/// Who is who and who stands for what, at the time of the call.
#[derive(Clone, Copy)]
pub struct Ties<'a> {
    /// The one number that stands for the human behind an owner number: the same for all of theirs.
    pub human: &'a dyn Fn(OwnerNumber) -> OwnerNumber,
    /// Whether the human behind an owner number owns an account or speaks for it, by whatever number or role.
    pub stands_for: &'a dyn Fn(OwnerNumber, AccountNumber) -> bool,
    /// Whether the human behind the first owner number is that of the second, or speaks for it.
    pub stands_for_person: &'a dyn Fn(OwnerNumber, OwnerNumber) -> bool,
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
    /// I11: the actor, or whom they speak for, is helped, and another pays.
    PaidFor,
    /// Above the line up to which brokers open a pot: only a lead will do.
    PotLine,
    /// Above the bank's second line, or what a broker alone hands out of its pots.
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
    /// They are helped, or speak for who is, and another pays.
    PaidFor,
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
    #[error("second_person must be another person, who has nothing from it")]
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
        let will_do =
            |proposer: &Acting| cause != Cause::PotLine && self.objection(*proposer, ties).is_none();
        match self.proposed_by.filter(will_do) {
            Some(proposer) => Ok(Some(proposer.who)),
            None => Err(SecondPersonError::Needed(cause)),
        }
    }

    /// Why a second person is needed, if one is. The line of a pot comes first, as not everybody will do then; after
    /// it the actor's own account.
    #[must_use]
    pub fn cause(&self, ties: Ties<'_>) -> Option<Cause> {
        if self.also == Some(Cause::PotLine) {
            return self.also;
        }
        let own = self.effects.added_to().find(|account| (ties.stands_for)(self.actor.who, *account));
        let is_helped = || self.is_paid_for(self.actor.who, ties).then_some(Cause::PaidFor);
        own.map(Cause::OwnAccount).or_else(is_helped).or(self.also)
    }

    fn is_paid_for(&self, person: OwnerNumber, ties: Ties<'_>) -> bool {
        self.effects.paid_for().any(|helped| (ties.stands_for_person)(person, helped))
    }

    /// Why `person` is not good enough, if they are not.
    #[must_use]
    pub fn objection(&self, person: Acting, ties: Ties<'_>) -> Option<NotGoodEnough> {
        let gains = || self.effects.added_to().find(|account| (ties.stands_for)(person.who, *account));
        let is_helped = || self.is_paid_for(person.who, ties).then_some(NotGoodEnough::PaidFor);
        objection(self.actor, person, ties)
            .or_else(|| gains().map(NotGoodEnough::StandsFor))
            .or_else(is_helped)
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
    use crate::domain::{Amount, AtDeadline, Close, Hold, Kind, People, Timestamp, Transfer, Transfers};

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
        stands_for_person: &|one, other| stands_for(one, account(other.get() % 10)),
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
        use NotGoodEnough::{Actor, Nobody, NotAPerson, PaidFor, SharesAKey, StandsFor};
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
        let paid = |helped, payer| {
            let people =
                People { received_by: Some(owner(helped)), paid_by: Some(owner(payer)), ..People::default() };
            Effects::of_post(&[Transfer { people, ..transfer(9, 2, 3_600) }])
        };
        let line = Some(Cause::PotLine);
        let (paid_for_her, paid_for_wayside, paid_herself) = (paid(3, 9), paid(6, 9), paid(3, 3));
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
            ("the pot pays for her", &paid_for_her, 3, None, None, None, Err(Needed(Cause::PaidFor))),
            ("by her other number", &paid_for_her, 13, None, None, None, Err(Needed(Cause::PaidFor))),
            ("another writes", &paid_for_her, 4, None, None, None, Ok(None)),
            ("and she agrees", &paid_for_her, 4, Some(3), None, None, Err(Bad(PaidFor))),
            ("another agrees", &paid_for_her, 3, Some(4), None, None, some(4)),
            ("for whom they speak", &paid_for_wayside, 5, None, None, None, Err(Needed(Cause::PaidFor))),
            ("she pays", &paid_herself, 3, None, None, None, Ok(None)),
            ("a pot's line comes first", &thanked, 3, None, None, line, Err(Needed(Cause::PotLine))),
            ("and no proposer will do", &thanked, 3, None, Some(4), line, Err(Needed(Cause::PotLine))),
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

//! What becomes of a sale later: taken, let go, given back.
//!
//! - Fewer may have come than were set aside for: taken is what the offer costs for them, the rest is let go.
//! - What is given back counts no more, as long as its day or its month still counts. A share of persons counts when all
//!   that was taken for them is given back.

use super::refusal::Refusal;
use super::rules::NotSold;
use super::standing::Redemption;
use super::states::{self, Mover, Step, When};
use crate::directory::partners::{Offer, Per};
use crate::domain::{
    Action, Amount, Capture, Claim, ClaimFate, ClaimUnit, Invalid, Rest, ReversalKind, Reverse, ReversedPart,
    Sequence, Timestamp,
};

/// Who asks for a step, and when.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// Who.
    pub mover: Mover,
    /// On which day, seen from the sale's.
    pub when: When,
    /// Now.
    pub now: Timestamp,
}

/// What a step does: an action, and what counts no more by it.
pub type Done = (Action, Vec<Claim>);

/// So many people came: what is taken, and what counts no more.
///
/// # Errors
/// [`NotSold`].
pub fn captured(
    redemption: &Redemption,
    offer: &Offer,
    people: u32,
    asking: Asking,
) -> Result<Done, NotSold> {
    check(redemption, Step::Capture, asking)?;
    let booked = u32::from(redemption.sale.people);
    let limit = "0 for all, or at most as many as were set aside for";
    let invalid = || NotSold::Invalid(Invalid { field: "people", limit });
    let came = if people == 0 { booked } else { people };
    let stayed_away = booked.checked_sub(came).ok_or_else(invalid)?;
    let amount = match offer.per {
        Per::Redemption => redemption.amount,
        Per::Person => {
            let one = redemption.amount.checked_div(i64::from(booked)).ok_or_else(invalid)?;
            one.checked_mul(i64::from(came)).ok_or_else(invalid)?
        }
    };
    let amount = Amount::new(amount).ok_or_else(invalid)?;
    let capture = Capture { hold: redemption.number, amount: Some(amount), rest: Rest::Release };
    let fewer = if offer.per == Per::Person { i64::from(stayed_away) } else { 0 };
    // What is counted in seconds comes back by itself with the rest.
    let claims = no_more(redemption, asking.now, 0, fewer);
    Ok((Action::Capture(capture), claims))
}

/// It is let go.
///
/// # Errors
/// [`NotSold`].
pub fn voided(redemption: &Redemption, asking: Asking) -> Result<Done, NotSold> {
    check(redemption, Step::Void, asking)?;
    Ok((Action::Void(redemption.number), Vec::new()))
}

/// `amount` of it is given back, or all that is left.
///
/// # Errors
/// [`NotSold`].
pub fn refunded(
    redemption: &Redemption,
    offer: &Offer,
    amount: Option<Amount>,
    asking: Asking,
) -> Result<Done, NotSold> {
    let left = redemption.left();
    let seconds = amount.map_or(left, Amount::seconds);
    let step = if seconds >= left { Step::RefundRest } else { Step::RefundPart };
    check(redemption, step, asking)?;
    let original = redemption.taken_by.ok_or_else(|| not_from(redemption.number))?;
    let part = |transfer| amount.map(|amount| ReversedPart { transfer, amount });
    let sides = if redemption.is_between_banks { 2 } else { 1 };
    let parts = (0..sides).filter_map(part).collect();
    let persons = match offer.per {
        Per::Redemption => i64::from(step == Step::RefundRest),
        Per::Person => {
            let one = offer.price.seconds();
            let given_back = |seconds: i64| seconds.checked_div(one).unwrap_or_default();
            let after = given_back(redemption.refunded.saturating_add(seconds));
            after.saturating_sub(given_back(redemption.refunded))
        }
    };
    let claims = no_more(redemption, asking.now, seconds, persons);
    Ok((Action::Reverse(Reverse { original, kind: ReversalKind::Refund, parts }), claims))
}

/// Whether the step leads on, and may be done by whoever asks.
fn check(redemption: &Redemption, step: Step, asking: Asking) -> Result<(), NotSold> {
    let number = redemption.number;
    states::after(redemption.state, step)
        .map_err(|not_from| NotSold::Refused(Refusal::NotFrom { number, state: not_from.from }))?;
    if states::may(asking.mover, step, asking.when) {
        Ok(())
    } else {
        Err(NotSold::Refused(Refusal::NotForTill { number }))
    }
}

fn not_from(number: Sequence) -> NotSold {
    NotSold::Refused(Refusal::Books(crate::domain::Refusal::EntryNotFound(number)))
}

/// What counts no more by it: so many seconds, and so many times.
fn no_more(redemption: &Redemption, now: Timestamp, seconds: i64, times: i64) -> Vec<Claim> {
    let counted = redemption
        .claims
        .iter()
        .filter(|claim| claim.fate == ClaimFate::GivenBack && claim.take > 0 && claim.until > now);
    let less = counted.map(|claim| {
        let less = match claim.unit {
            ClaimUnit::Seconds => seconds,
            ClaimUnit::Times => times,
        };
        Claim { take: less.min(claim.take).saturating_neg(), ..*claim }
    });
    less.filter(|claim| claim.take != 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ClaimWord;
    use crate::redemption::states::State;
    use crate::redemption::testing::{captured, lunch, redemption};

    const NOW: Timestamp = Timestamp::from_micros(50);

    fn asking(mover: Mover, when: When) -> Asking {
        Asking { mover, when, now: NOW }
    }

    fn by_till() -> Asking {
        asking(Mover::Till, When::SameDay)
    }

    /// What counts no more: of what, and how much.
    fn less(done: &Done) -> Vec<(ClaimWord, i64)> {
        done.1.iter().map(|claim| (claim.word, claim.take)).collect()
    }

    /// Goal: for whoever came is taken what they cost, and those who stayed away count no more; what is over or kept counts
    /// as it did. Method: three seats set aside, for three, one, none said and four; a price for all.
    #[test]
    fn taken_for_whoever_came() {
        let held = redemption(3);
        for (people, seconds, expected) in
            [(0, 10_800, vec![]), (3, 10_800, vec![]), (1, 3_600, vec![(ClaimWord::OwnCap, -2)])]
        {
            let done = super::captured(&held, &lunch(Per::Person), people, by_till()).unwrap();
            let Action::Capture(capture) = &done.0 else { panic!("{done:?}") };
            assert_eq!((capture.amount, capture.rest), (Amount::new(seconds), Rest::Release));
            assert_eq!(less(&done), expected);
        }
        assert!(matches!(
            super::captured(&held, &lunch(Per::Person), 4, by_till()),
            Err(NotSold::Invalid(Invalid { field: "people", .. }))
        ));
        let whole = super::captured(&held, &lunch(Per::Redemption), 1, by_till()).unwrap();
        let Action::Capture(capture) = &whole.0 else { panic!("{whole:?}") };
        assert_eq!((capture.amount, less(&whole)), (Amount::new(10_800), vec![]));
    }

    /// Goal: what is given back counts no more: seconds at once, persons when all that was taken for them is back. Method:
    /// half an hour of three hours, twice; then the rest; and a price for all.
    #[test]
    fn given_back_counts_no_more() {
        let amount = |seconds| Amount::new(seconds);
        let taken = captured(3);
        let half = refunded(&taken, &lunch(Per::Person), amount(1_800), by_till()).unwrap();
        assert_eq!(less(&half), [(ClaimWord::BudgetSpent, -1_800)]);
        let another = taken.clone().given_back(1_800);
        let second = refunded(&another, &lunch(Per::Person), amount(1_800), by_till()).unwrap();
        assert_eq!(less(&second), [(ClaimWord::OwnCap, -1), (ClaimWord::BudgetSpent, -1_800)]);
        let rest = refunded(&another, &lunch(Per::Person), None, by_till()).unwrap();
        assert_eq!(less(&rest), [(ClaimWord::OwnCap, -3), (ClaimWord::BudgetSpent, -9_000)]);
        let for_all = refunded(&another, &lunch(Per::Redemption), amount(1_800), by_till()).unwrap();
        assert_eq!(less(&for_all), [(ClaimWord::BudgetSpent, -1_800)]);
        let all_of_it = refunded(&another, &lunch(Per::Redemption), None, by_till()).unwrap();
        assert_eq!(less(&all_of_it), [(ClaimWord::OwnCap, -1), (ClaimWord::BudgetSpent, -9_000)]);
    }

    /// Goal: nobody moves a redemption from where the step does not lead, and a till only on its day. Method: each step of
    /// each state; a till the day after.
    #[test]
    fn only_where_it_leads() {
        let offer = lunch(Per::Person);
        for state in State::ALL {
            let one = Redemption { state, ..captured(1) };
            let steps = [
                super::captured(&one, &offer, 0, by_till()),
                voided(&one, by_till()),
                refunded(&one, &offer, None, by_till()),
            ];
            let leads = steps.map(|step| step.is_ok());
            let is_taken = matches!(state, State::Captured | State::PartlyRefunded);
            let is_held = state == State::Authorized;
            assert_eq!(leads, [is_held, is_held, is_taken], "{state:?}");
        }
        let late = refunded(&captured(1), &offer, None, asking(Mover::Till, When::Later));
        assert!(matches!(late, Err(NotSold::Refused(Refusal::NotForTill { .. }))));
        assert!(refunded(&captured(1), &offer, None, asking(Mover::Partner, When::Later)).is_ok());
    }
}

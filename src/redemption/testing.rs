//! Sales that tests begin with.

use super::beside::{Sale, Shown, ShownBy};
use super::receipt::Receipt;
use super::standing::Redemption;
use super::states::State;
use crate::directory::OfferKind;
use crate::directory::partners::{Caps, Hours, Offer, Per};
use crate::domain::{
    AccountNumber, Amount, Claim, ClaimFate, ClaimUnit, ClaimWord, Day, OwnerNumber, RequestId, RequestKey,
    Scope, Sequence, Timestamp,
};

/// Receipt 411 of a till.
pub fn sale() -> Sale {
    let receipt =
        Receipt { partner: OwnerNumber::new(7), till: 3, day: Day::from_days(20_629), number: 411, line: 2 };
    Sale {
        receipt,
        venue: 1,
        offer: 4,
        people: 2,
        is_beyond_budget: false,
        is_from_slip: false,
        shown: Shown { by: ShownBy::Code, hash: [9; 8] },
        attempt: RequestKey { scope: Scope::new(5), id: RequestId::derived([3; 16]) },
        budget: Some(36_000),
        initials: "EP".into(),
    }
}

/// An hour for each, or for all.
pub fn lunch(per: Per) -> Offer {
    Offer {
        venue: None,
        kind: OfferKind::Activity,
        wording: "a seat".into(),
        price: Amount::new(3_600).unwrap(),
        per,
        hours: Hours::ALWAYS,
        caps: Caps::default(),
    }
}

/// An hour each set aside for so many people; it counts towards a cap, a budget, a cap that is over and a code.
pub fn redemption(people: u16) -> Redemption {
    let claim = |word, unit, take, until| Claim {
        key: [word as u8; 16],
        take,
        max: 1 << 40,
        until: Timestamp::from_micros(until),
        unit,
        fate: if word == ClaimWord::CodeUsed { ClaimFate::Kept } else { ClaimFate::GivenBack },
        word,
    };
    let seconds = i64::from(people) * 3_600;
    Redemption {
        number: Sequence::new(10),
        sale: Sale { people, ..sale() },
        state: State::Authorized,
        account: AccountNumber::from_slot(4).unwrap(),
        partner_account: AccountNumber::from_slot(5).unwrap(),
        amount: seconds,
        captured: 0,
        refunded: 0,
        recorded_at: Timestamp::from_micros(0),
        deadline: Some(Timestamp::from_micros(100)),
        taken_by: None,
        claims: vec![
            claim(ClaimWord::CodeUsed, ClaimUnit::Times, 1, 100),
            claim(ClaimWord::OwnCap, ClaimUnit::Times, people.into(), 100),
            claim(ClaimWord::OfferExhausted, ClaimUnit::Times, people.into(), 50),
            claim(ClaimWord::BudgetSpent, ClaimUnit::Seconds, seconds, 100),
        ],
        is_between_banks: false,
    }
}

/// The same, taken.
pub fn captured(people: u16) -> Redemption {
    let held = redemption(people);
    Redemption {
        state: State::Captured,
        captured: held.amount,
        deadline: None,
        taken_by: Some(Sequence::new(11)),
        ..held
    }
}

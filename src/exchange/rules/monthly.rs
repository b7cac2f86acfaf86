//! What a representative takes in a month, where there is a limit to that.
//!
//! It is a claim of each entry by which they take hours of whom they speak for, so that two at once do not pass the
//! limit together. Hours that were only set aside count from then on, and no more once they are let go.
//!
//! ```text
//! key = first 16 bytes of SHA-256 of
//!   "hourbook month of a representative 1", actor u32, owner u32, bank u32, year i16, month u8
//! ```
//!
//! Numbers are little-endian. The month is the calendar's where the bank is, by the day of the request: a room for
//! July booked in June is of June.

use aws_lc_rs::digest::{SHA256, digest};

use crate::directory::Month;
use crate::domain::{
    Amount, BankNumber, Claim, ClaimFate, ClaimKey, ClaimUnit, ClaimWord, OwnerNumber, Timestamp,
};

const LABEL: &[u8] = b"hourbook month of a representative 1";

/// Who takes hours of whom, and in which bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaking {
    /// The representative.
    pub actor: OwnerNumber,
    /// For whom they speak.
    pub owner: OwnerNumber,
    /// Where the account is.
    pub bank: BankNumber,
}

/// What an entry that takes `amount` claims of `limit`, in a month that ends at the time beside it.
#[must_use]
pub fn claim(who: Speaking, (month, ends): (Month, Timestamp), amount: Amount, limit: Amount) -> Claim {
    Claim {
        key: key(who, month),
        take: amount.seconds(),
        max: limit.seconds(),
        until: ends,
        unit: ClaimUnit::Seconds,
        fate: ClaimFate::GivenBack,
        word: ClaimWord::MonthSpent,
    }
}

fn key(who: Speaking, month: Month) -> ClaimKey {
    let mut bytes = LABEL.to_vec();
    for number in [who.actor.get(), who.owner.get(), who.bank.get()] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(month.year().to_le_bytes());
    bytes.push(month.month());
    digest(&SHA256, &bytes).as_ref().first_chunk().copied().unwrap_or_default() // 32 bytes hold 16.
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: each month of each representative of each owner has a counter of its own. Method: one after another
    /// is another; the rest of the claim is what was asked.
    #[test]
    fn one_counter_a_month() {
        let amount = |seconds| Amount::new(seconds).unwrap();
        let who = |actor, owner, bank| Speaking {
            actor: OwnerNumber::new(actor),
            owner: OwnerNumber::new(owner),
            bank: BankNumber::new(bank),
        };
        let month = |number| Month::new(2026, number).unwrap();
        let ends = Timestamp::from_micros(7);
        let of = |who, month| claim(who, (month, ends), amount(60), amount(90));
        let one = of(who(1, 2, 3), month(5));
        assert_eq!((one.take, one.max, one.until, one.word), (60, 90, ends, ClaimWord::MonthSpent));
        assert_eq!(one, of(who(1, 2, 3), month(5)));
        for other in [
            of(who(2, 1, 3), month(5)),
            of(who(1, 2, 4), month(5)),
            of(who(1, 2, 3), month(6)),
            of(who(1, 3, 3), month(5)),
        ] {
            assert_ne!(one.key, other.key);
        }
    }
}

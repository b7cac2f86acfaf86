//! Codes that may still be used: digits that stand for somebody's hours, for a while, once.
//!
//! Kept on this machine only (`local/codes`): losing them costs a new code, never an hour. What is kept is a hash, with its
//! key beside it in the same file: whoever can read that finds the digits by trying all, so nobody else may. That a code was
//! used is in the books, as a claim of the entry that used it.
//!
//! A code answers [`LOOK_UPS_MAX`] looks and [`REFUSALS_MAX`] refused attempts, after a start too: whoever found one on the
//! ground does not try it at every till, and no till finds out what somebody has. A sale that is only checked or tried out is
//! a look. Looks are counted before they are answered; of attempts no more are under way than may still be refused.

mod file;
mod stored;

pub use file::CodeFile;

use crate::domain::time::SECONDS_PER_DAY;
use crate::domain::{AccountNumber, ClaimKey, Day, OwnerNumber, Sequence, Timestamp};

/// A code answers so many looks.
pub const LOOK_UPS_MAX: u8 = 5;
/// A code is refused so many times; after that it is none.
pub const REFUSALS_MAX: u8 = 3;
/// So many codes may be out at once in all.
pub const CODES_MAX: usize = 1_000_000;
/// So many of one account that are known, also those that are over; vouchers aside.
pub const CODES_OF_ACCOUNT_MAX: u32 = 1_000;
/// So many for practice with one partner, and with any.
pub const PRACTICE_CODES_MAX: u32 = 1_000;
/// For a slip of a day on which it worked, a code is known so many days longer.
pub const SLIP_DAYS: i64 = 14;

/// What a code is known by: a hash of its digits.
pub type CodeHash = [u8; 16];

/// As what somebody asked for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// For themselves, or for whom they speak: as long and as far as they do.
    Own,
    /// At the desk of the bank.
    Office,
}

/// For whose hours a code stands, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Whose hours; none for practice, which takes nothing.
    pub account: Option<AccountNumber>,
    /// Who asked for it.
    pub issued_by: OwnerNumber,
    /// As what they asked.
    pub authority: Authority,
    /// The voucher whose hours it takes, if it is one: then it works until they are used up.
    pub voucher: Option<Sequence>,
    /// The only partner it works with, if it is bound to one.
    pub partner: Option<OwnerNumber>,
    /// The only offer of that partner.
    pub offer: Option<u16>,
    /// Until then.
    pub ends_at: Timestamp,
    /// Look-ups it answered.
    pub look_ups: u8,
    /// Attempts that were refused.
    pub refusals: u8,
}

impl Code {
    /// Whether it may be used at all now.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.ends_at && self.refusals < REFUSALS_MAX
    }

    /// Whether it may be used for a slip of `day`, which is `now`: it had not ended before that day did.
    #[must_use]
    pub fn was_alive(&self, day: Day, now: Timestamp) -> bool {
        let is_of_its_time = day.days() <= self.ends_at.utc_day().days().saturating_add(1);
        is_of_its_time && now < self.known_until() && self.refusals < REFUSALS_MAX
    }

    /// Until then it is kept, and that it was used as well. No slip is written of practice.
    #[must_use]
    pub const fn known_until(&self) -> Timestamp {
        if self.account.is_none() {
            return self.ends_at;
        }
        self.ends_at.plus_seconds(SLIP_DAYS * SECONDS_PER_DAY)
    }

    /// Whether it answers one more look, as long as it works.
    #[must_use]
    pub const fn answers(&self) -> bool {
        self.look_ups < LOOK_UPS_MAX && self.refusals < REFUSALS_MAX
    }

    /// Whether it works for an offer of a partner.
    #[must_use]
    pub fn works_for(&self, partner: OwnerNumber, offer: u16) -> bool {
        self.partner.is_none_or(|only| only == partner) && self.offer.is_none_or(|only| only == offer)
    }
}

/// Whether an attempt with a code may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It has; it ends by [`CodeFile::end`].
    Yes,
    /// As many are under way as may still be refused.
    NotNow,
    /// The code was refused as often as it may be, or is not known.
    Never,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was refused for a reason that is the customer's own.
    Refused,
    /// In any other way.
    Otherwise,
}

/// The counter of the single use of a code.
#[must_use]
pub fn used_key(hash: CodeHash) -> ClaimKey {
    hash
}

/// There are as many codes as there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at most {most} codes")]
pub struct TooMany {
    /// So many.
    pub most: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a code works until it ends, for whom it is bound to, and after three refusals no more. Method: each bound.
    #[test]
    fn when_a_code_works() {
        let code = Code {
            account: AccountNumber::from_slot(4),
            issued_by: OwnerNumber::new(3),
            authority: Authority::Own,
            voucher: None,
            partner: Some(OwnerNumber::new(7)),
            offer: Some(2),
            ends_at: Timestamp::from_micros(100),
            look_ups: 4,
            refusals: 2,
        };
        let at = Timestamp::from_micros;
        assert!(code.is_alive(at(99)) && !code.is_alive(at(100)));
        assert!(code.answers() && !Code { look_ups: 5, ..code }.answers());
        assert!(Code { look_ups: 5, ..code }.is_alive(at(99)), "it may still be used");
        let fortnight = 14 * 86_400 * 1_000_000;
        let day = Day::from_days;
        assert!(code.was_alive(day(0), at(fortnight + 99)) && !code.was_alive(day(0), at(fortnight + 100)));
        assert!(
            code.was_alive(day(1), at(100)) && !code.was_alive(day(2), at(100)),
            "a day later than any clock's"
        );
        assert!(!Code { refusals: 3, ..code }.was_alive(day(0), at(100)));
        assert!(!Code { refusals: 3, ..code }.is_alive(at(0)) && !Code { refusals: 3, ..code }.answers());
        assert_eq!(Code { account: None, ..code }.known_until(), at(100), "practice is no matter for slips");
        let (own, other) = (OwnerNumber::new(7), OwnerNumber::new(8));
        assert!(code.works_for(own, 2) && !code.works_for(own, 3) && !code.works_for(other, 2));
        assert!(Code { offer: None, ..code }.works_for(own, 3));
        assert!(Code { partner: None, offer: None, ..code }.works_for(other, 9));
    }
}

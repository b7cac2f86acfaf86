//! Codes that may still be used: digits that stand for somebody's hours, for a while, once.
//!
//! Kept on this machine only (`local/codes`): losing them costs a new code, never an hour. What is kept is a hash under a key
//! of this file's own, never the digits. That a code was used is in the books, as a claim of the entry that used it.
//!
//! A code answers [`LOOK_UPS_MAX`] look-ups and [`REFUSALS_MAX`] refused attempts, after a start too: whoever found one on
//! the ground does not try it at every till.

mod file;

pub use file::CodeFile;

use crate::domain::{AccountNumber, ClaimKey, OwnerNumber, Timestamp};

/// A code answers so many look-ups.
pub const LOOK_UPS_MAX: u8 = 5;
/// A code is refused so many times; after that it is none.
pub const REFUSALS_MAX: u8 = 3;
/// So many codes may be out at once in all.
pub const CODES_MAX: usize = 1_000_000;
/// So many of one account.
pub const CODES_OF_ACCOUNT_MAX: u32 = 50;

/// What a code is known by: a hash of its digits.
pub type CodeHash = [u8; 16];

/// For whose hours a code stands, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Whose hours; none for practice, which takes nothing.
    pub account: Option<AccountNumber>,
    /// Who asked for it: themselves, a broker, or whoever speaks for them.
    pub issued_by: OwnerNumber,
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

    /// Whether it answers one more look-up now.
    #[must_use]
    pub fn answers(&self, now: Timestamp) -> bool {
        self.is_alive(now) && self.look_ups < LOOK_UPS_MAX
    }

    /// Whether it works for an offer of a partner.
    #[must_use]
    pub fn works_for(&self, partner: OwnerNumber, offer: u16) -> bool {
        self.partner.is_none_or(|only| only == partner) && self.offer.is_none_or(|only| only == offer)
    }
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
            account: None,
            issued_by: OwnerNumber::new(3),
            partner: Some(OwnerNumber::new(7)),
            offer: Some(2),
            ends_at: Timestamp::from_micros(100),
            look_ups: 4,
            refusals: 2,
        };
        let at = Timestamp::from_micros;
        assert!(code.is_alive(at(99)) && !code.is_alive(at(100)));
        assert!(code.answers(at(99)) && !Code { look_ups: 5, ..code }.answers(at(99)));
        assert!(Code { look_ups: 5, ..code }.is_alive(at(99)), "it may still be used");
        assert!(
            !Code { refusals: 3, ..code }.is_alive(at(0)) && !Code { refusals: 3, ..code }.answers(at(0))
        );
        let (own, other) = (OwnerNumber::new(7), OwnerNumber::new(8));
        assert!(code.works_for(own, 2) && !code.works_for(own, 3) && !code.works_for(other, 2));
        assert!(Code { offer: None, ..code }.works_for(own, 3));
        assert!(Code { partner: None, offer: None, ..code }.works_for(other, 9));
    }
}

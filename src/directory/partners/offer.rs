//! One offer: what it says, its price, when and how often it can be taken.

use super::hours::Hours;
use crate::directory::OfferKind;
use crate::domain::{Amount, Invalid};

/// What an offer says has at most this many bytes.
pub const WORDING_BYTES_MAX: usize = 120;
/// A price is at most 1,000 hours, in seconds.
pub const OFFER_SECONDS_MAX: i64 = 3_600_000;
/// At most so many people by one receipt line.
pub const PEOPLE_MAX: u32 = 100;
/// A cap for one member is at most so many times.
const MEMBER_CAP_MAX: u32 = 1_000;
/// A cap for all is at most so many times.
const CAP_MAX: u32 = 1_000_000;

/// For what a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// Each person.
    Person,
    /// All that one receipt line names.
    Redemption,
}

impl Per {
    /// Both, in the order of their numbers in the journal.
    pub const ALL: [Self; 2] = [Self::Person, Self::Redemption];
}

/// How often it can be taken: by persons where the price is for each, else by receipt lines. 0 for any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Caps {
    /// By one member on one day; at most 1,000.
    pub member_day: u32,
    /// By one member in one month; at most 1,000.
    pub member_month: u32,
    /// By all in one month; at most 1,000,000.
    pub month: u32,
    /// By all, ever; at most 1,000,000.
    pub total: u32,
}

/// What a partner gives for hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The one venue it is in; none for all of the partner's.
    pub venue: Option<u8>,
    /// What it is.
    pub kind: OfferKind,
    /// What it says: 1 to 120 bytes.
    pub wording: Box<str>,
    /// At most 1,000 hours.
    pub price: Amount,
    /// For what that is.
    pub per: Per,
    /// When it can be taken.
    pub hours: Hours,
    /// How often.
    pub caps: Caps,
}

impl Offer {
    /// Whether there can be such an offer.
    ///
    /// # Errors
    /// [`Invalid`] with the first field that is out of bounds.
    pub fn check(&self) -> Result<(), Invalid> {
        let invalid = |field, limit| Err(Invalid { field, limit });
        let is_said = (1..=WORDING_BYTES_MAX).contains(&self.wording.len())
            && self.wording.trim() == &*self.wording
            && !self.wording.contains(char::is_control);
        if !is_said {
            return invalid(
                "offer.wording",
                "1 to 120 bytes without control characters, no spaces around it",
            );
        }
        if self.price.seconds() > OFFER_SECONDS_MAX {
            return invalid("offer.price_seconds", "from 1 second to 1,000 hours");
        }
        if self.caps.member_day > MEMBER_CAP_MAX || self.caps.member_month > MEMBER_CAP_MAX {
            return invalid("offer.caps.member_day", "at most 1,000, as member_month");
        }
        if self.caps.month > CAP_MAX || self.caps.total > CAP_MAX {
            return invalid("offer.caps.total", "at most 1,000,000, as month");
        }
        self.hours.check()
    }

    /// What it costs for so many people.
    #[must_use]
    pub fn price_for(&self, people: u32) -> Option<Amount> {
        match self.per {
            Per::Person => Amount::new(self.price.seconds().checked_mul(i64::from(people))?),
            Per::Redemption => Some(self.price),
        }
    }

    /// How often one receipt line for so many people takes it.
    #[must_use]
    pub const fn times_for(&self, people: u32) -> u32 {
        match self.per {
            Per::Person => people,
            Per::Redemption => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::lunch;
    use super::*;

    /// Goal: every bound of an offer is named by its field. Method: each, at its edge and past it.
    #[test]
    fn offers_within_bounds() {
        let caps = |caps| Offer { caps, ..lunch() };
        let price = |seconds| Offer { price: Amount::new(seconds).unwrap(), ..lunch() };
        let wording = |text: &str| Offer { wording: text.into(), ..lunch() };
        for (offer, expected) in [
            (lunch(), Ok(())),
            (wording(&"a".repeat(120)), Ok(())),
            (wording(&"a".repeat(121)), Err("offer.wording")),
            (wording(""), Err("offer.wording")),
            (wording(" a"), Err("offer.wording")),
            (wording("a\nb"), Err("offer.wording")),
            (price(3_600_000), Ok(())),
            (price(3_600_001), Err("offer.price_seconds")),
            (
                caps(Caps { member_day: 1_000, member_month: 1_000, month: 1_000_000, total: 1_000_000 }),
                Ok(()),
            ),
            (caps(Caps { member_day: 1_001, ..Caps::default() }), Err("offer.caps.member_day")),
            (caps(Caps { member_month: 1_001, ..Caps::default() }), Err("offer.caps.member_day")),
            (caps(Caps { month: 1_000_001, ..Caps::default() }), Err("offer.caps.total")),
            (caps(Caps { total: 1_000_001, ..Caps::default() }), Err("offer.caps.total")),
        ] {
            assert_eq!(offer.check().map_err(|invalid| invalid.field), expected, "{offer:?}");
        }
    }

    /// Goal: amounts come from the offer and the people counted, never typed. Method: both kinds of price.
    #[test]
    fn a_price_for_so_many() {
        let hour = Amount::new(3_600);
        let each = lunch();
        assert_eq!((each.price_for(3), each.times_for(3)), (Amount::new(10_800), 3));
        let whole = Offer { per: Per::Redemption, ..lunch() };
        assert_eq!((whole.price_for(3), whole.times_for(3)), (hour, 1));
        assert_eq!(each.price_for(0), None);
    }
}

//! When a neighbour bank lends the second person.
//!
//! What waits in a bank that has nobody of its own who could agree, as one broker alone works there, is agreed to by a
//! lead of the network, or by a broker or lead of a neighbour: a bank with which it keeps accounts. Which banks are
//! neighbours, and who works in one, is told.
//!
//! Decided where the books of rules are silent:
//!
//! - *Nobody of its own* is asked of each thing that waits: a bank of two has somebody for what one of them asked, and
//!   nobody for what is asked by a key that both have seen. Who gains by it is not looked at: a bank of two whose other
//!   broker is thanked asks a lead of the network.
//! - A lead of the network is nobody's neighbour: they reach the bank anyway, and keep no neighbour away.

use super::second_person::{Ties, objection};
use crate::domain::Acting;

/// Whether neighbours may agree to what `asked` asked for, where these alone could in its own bank.
#[must_use]
pub fn stand_in(asked: Acting, office: impl IntoIterator<Item = Acting>, ties: Ties<'_>) -> bool {
    office.into_iter().all(|own| objection(asked, own, ties).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{OwnerNumber, Timestamp};

    const fn acting(number: u32) -> Acting {
        Acting { who: OwnerNumber::new(number), at: Timestamp::from_micros(0) }
    }

    /// Goal: neighbours stand in exactly where nobody of the bank could. Method: a table; 13 is one human with 3, a
    /// desk's key is 8, and 3 made 4's.
    #[test]
    fn neighbours_stand_in_for_nobody() {
        let ties = Ties {
            human: &|owner| OwnerNumber::new(owner.get() % 10),
            stands_for: &|_, _| false,
            stands_for_person: &|_, _| false,
            is_a_person: &|owner| owner.get() != 8,
            share_a_key: &|one, other| matches!((one.who.get(), other.who.get()), (3, 4) | (4, 3)),
        };
        for (asked, office, expected) in [
            (3, vec![3], true),
            (3, vec![3, 13], true),
            (3, vec![3, 8], true),
            (3, vec![3, 4], true),
            (3, vec![3, 5], false),
            (5, vec![3, 5], false),
            (9, vec![3], false),
            (9, vec![], true),
        ] {
            let own = office.iter().map(|number| acting(*number));
            assert_eq!(stand_in(acting(asked), own, ties), expected, "{asked} of {office:?}");
        }
    }
}

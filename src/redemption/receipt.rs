//! What names a sale: its receipt.
//!
//! Cash registers begin again at 1 every morning, and one receipt may have several lines that hours are taken for. So a
//! sale is named by partner, till, business day, number and line, and these make the request key of its entry: the ledger
//! finds it by them for ever, and whoever asks again with the same receipt, by whichever key of whichever till, asks for the
//! same sale (I6).
//!
//! Where a till gives no number, the server makes one from the attempt, above all that a till may give. The same attempt
//! makes the same number, so that it is safe to ask again; where two attempts of a till and a day make one number, the later
//! one tries the next.

use aws_lc_rs::digest::{SHA256, digest};

use crate::domain::{Day, OwnerNumber, RequestId, RequestKey, Scope};

/// The highest number a till may give.
pub const NUMBER_MAX: u32 = 999_999_999;
/// The highest line.
pub const LINE_MAX: u8 = 99;
/// Numbers that the server makes begin after this one.
const MADE_FROM: u32 = 1_000_000_000;
/// There are so many of them for each till and day: six digits are read aloud easily.
const MADE_COUNT: u32 = 1_000_000;

/// What names a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    /// Whose till.
    pub partner: OwnerNumber,
    /// Which.
    pub till: u16,
    /// The business day, where the venue is.
    pub day: Day,
    /// The number on the till's own receipt, from 1, or one that was made for it.
    pub number: u32,
    /// The line on it, 1 to 99.
    pub line: u8,
}

impl Receipt {
    /// The request key of its entry.
    #[must_use]
    pub fn key(&self) -> RequestKey {
        let mut bytes = b"receipt".to_vec();
        bytes.extend(self.partner.get().to_le_bytes());
        bytes.extend(self.till.to_le_bytes());
        bytes.extend(self.day.days().to_le_bytes());
        bytes.extend(self.number.to_le_bytes());
        bytes.push(self.line);
        RequestKey { scope: Scope::RECEIPTS, id: RequestId::derived(hashed(&bytes)) }
    }

    /// The number that the server makes for an attempt: the `try_number`th one, from 0.
    #[must_use]
    pub fn made_number(attempt: RequestKey, try_number: u32) -> u32 {
        let mut bytes = b"receipt number".to_vec();
        bytes.extend(attempt.scope.get().to_le_bytes());
        bytes.extend(attempt.id.bytes());
        let [one, two, three, four, ..] = hashed(&bytes);
        let place =
            u64::from(u32::from_le_bytes([one, two, three, four])).saturating_add(u64::from(try_number));
        let place = place.checked_rem(u64::from(MADE_COUNT)).unwrap_or_default();
        MADE_FROM.saturating_add(u32::try_from(place).unwrap_or_default())
    }

    /// Whether a number was made by the server.
    #[must_use]
    pub const fn is_made_number(number: u32) -> bool {
        number > NUMBER_MAX
    }
}

fn hashed(bytes: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    for (byte, hashed) in hash.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *byte = *hashed;
    }
    hash
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const LUNCH: Receipt =
        Receipt { partner: OwnerNumber::new(7), till: 1, day: Day::from_days(20_629), number: 411, line: 1 };

    /// Goal: each part of a receipt tells sales apart, and nothing else does. Method: one changed at a time.
    #[test]
    fn each_part_names_another_sale() {
        let others = [
            LUNCH,
            Receipt { partner: OwnerNumber::new(8), ..LUNCH },
            Receipt { till: 2, ..LUNCH },
            Receipt { day: Day::from_days(20_630), ..LUNCH },
            Receipt { number: 412, ..LUNCH },
            Receipt { line: 2, ..LUNCH },
        ];
        let keys: BTreeSet<RequestKey> = others.iter().map(Receipt::key).collect();
        assert_eq!(keys.len(), others.len());
        assert_eq!(LUNCH.key(), LUNCH.key());
        assert_eq!(LUNCH.key().scope, Scope::RECEIPTS);
    }

    /// Goal: an attempt asked again makes the number it made, apart from all that tills give; another attempt makes another
    /// one, nearly always, and a next try always. Method: two hundred attempts of a day.
    #[test]
    fn numbers_are_made_from_the_attempt() {
        let attempt = |number: u8| RequestKey { scope: Scope::new(3), id: RequestId::derived([number; 16]) };
        let numbers: BTreeSet<u32> =
            (0..200).map(|number| Receipt::made_number(attempt(number), 0)).collect();
        assert!(numbers.len() > 195, "{}", numbers.len());
        for number in 0..200 {
            let made = [0, 1, 2].map(|try_number| Receipt::made_number(attempt(number), try_number));
            assert_eq!(made, [0, 1, 2].map(|try_number| Receipt::made_number(attempt(number), try_number)));
            assert!(made[0] != made[1] && made[1] != made[2]);
            assert!(made.iter().all(|number| Receipt::is_made_number(*number)));
        }
        assert!(!Receipt::is_made_number(NUMBER_MAX));
    }
}

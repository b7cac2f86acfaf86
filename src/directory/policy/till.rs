//! What a bank has settled about hours at the till.

use crate::domain::{Amount, Invalid};

/// A code on a phone works for at most an hour.
pub const CODE_LIFE_SECONDS_MAX: u16 = 3_600;
/// A printed one works for at most 90 days.
pub const PRINTED_CODE_DAYS_MAX: u8 = 90;

/// Codes, cards, and what hours buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TillRules {
    /// Whether the bank has said, with an adviser, how it keeps people's benefits unaffected: without that no goods and
    /// no discounts are taken.
    pub has_declared_practice: bool,
    /// How long a code on a phone works, seconds; at most an hour, 0 for no such codes.
    pub code_life_seconds: u16,
    /// How long a printed code works at most, days; at most 90, 0 for no such codes.
    pub printed_code_days: u8,
    /// How much may be taken for a card alone, without its PIN, on one day, seconds; 0 for nothing.
    pub card_alone_day_seconds: i64,
}

impl TillRules {
    /// Nothing declared, ten minutes on a phone, thirty days printed, no card alone.
    pub const USUAL: Self = Self {
        has_declared_practice: false,
        code_life_seconds: 600,
        printed_code_days: 30,
        card_alone_day_seconds: 0,
    };

    /// Whether they are within their bounds.
    ///
    /// # Errors
    /// [`Invalid`], naming the first field that is not.
    pub fn check(&self) -> Result<(), Invalid> {
        let invalid = |field, limit| Err(Invalid { field, limit });
        if self.code_life_seconds > CODE_LIFE_SECONDS_MAX {
            return invalid("policy.code_life_seconds", "0 to 3,600");
        }
        if self.printed_code_days > PRINTED_CODE_DAYS_MAX {
            return invalid("policy.printed_code_days", "0 to 90");
        }
        if !(0..=Amount::MAX.seconds()).contains(&self.card_alone_day_seconds) {
            return invalid("policy.card_alone_day_seconds", "0 to 2^40");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: each bound holds where it is said to. Method: each at its edge and past it.
    #[test]
    fn rules_keep_their_bounds() {
        let usual = TillRules::USUAL;
        let most = TillRules {
            has_declared_practice: true,
            code_life_seconds: 3_600,
            printed_code_days: 90,
            card_alone_day_seconds: 1 << 40,
        };
        let least = TillRules { code_life_seconds: 0, printed_code_days: 0, ..usual };
        for (rules, expected) in [
            (usual, Ok(())),
            (most, Ok(())),
            (least, Ok(())),
            (TillRules { code_life_seconds: 3_601, ..usual }, Err("policy.code_life_seconds")),
            (TillRules { printed_code_days: 91, ..usual }, Err("policy.printed_code_days")),
            (TillRules { card_alone_day_seconds: -1, ..usual }, Err("policy.card_alone_day_seconds")),
            (
                TillRules { card_alone_day_seconds: (1 << 40) + 1, ..usual },
                Err("policy.card_alone_day_seconds"),
            ),
        ] {
            assert_eq!(rules.check().map_err(|invalid| invalid.field), expected, "{rules:?}");
        }
    }
}

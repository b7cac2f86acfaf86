//! The PIN of a card: four to eight digits that somebody has in mind.
//!
//! What everybody would try first is none. The digits are never printed, and overwritten when they go; the text they were
//! read from is not ours.

use std::fmt;

use super::digits::Digits;
use super::secret::Secret;

/// A PIN has so many digits at least.
pub const PIN_DIGITS_MIN: usize = 4;
/// And so many at most.
pub const PIN_DIGITS_MAX: usize = 8;

/// Four to eight digits.
pub struct Pin {
    digits: Secret<PIN_DIGITS_MAX>, // Invariant: 0 to 9 each, zeros from `len` on.
    len: usize,                     // Invariant: PIN_DIGITS_MIN..=PIN_DIGITS_MAX.
}

/// What a PIN must be and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Something else than digits, or too few or too many of them.
    #[error("4 to 8 digits")]
    NotDigits,
    /// `0000`.
    #[error("harder to guess: not one digit again and again")]
    AllTheSame,
    /// `1234`, `6543`, and past the end: `8901`.
    #[error("harder to guess: not digits in a row, up or down")]
    InARow,
    /// Whoever has the card reads it there.
    #[error("harder to guess: not the last digits of the card's number")]
    OnTheCard,
}

impl Pin {
    /// Reads digits, and nothing between or around them.
    ///
    /// # Errors
    /// [`PinError::NotDigits`].
    pub fn parse(text: &str) -> Result<Self, PinError> {
        let len = text.len();
        if !(PIN_DIGITS_MIN..=PIN_DIGITS_MAX).contains(&len)
            || !text.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(PinError::NotDigits);
        }
        let mut digits = Secret::zeroed();
        for (digit, byte) in digits.bytes_mut().iter_mut().zip(text.bytes()) {
            *digit = byte - b'0';
        }
        Ok(Self { digits, len })
    }

    /// The digits, one a byte, 0 to 9.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.digits.bytes().get(..self.len).unwrap_or_default()
    }

    /// Whether it may be the PIN of a card: one that is there already is not judged again.
    ///
    /// # Errors
    /// [`PinError`] with what makes it easy to guess.
    pub fn check(&self, card: &Digits) -> Result<(), PinError> {
        let digits = self.bytes();
        let all_steps_are = |step: u8| digits.array_windows().all(|[one, next]| (*one + step) % 10 == *next);
        if all_steps_are(0) {
            return Err(PinError::AllTheSame);
        }
        if all_steps_are(1) || all_steps_are(9) {
            return Err(PinError::InARow);
        }
        if card.bytes().ends_with(digits) { Err(PinError::OnTheCard) } else { Ok(()) }
    }
}

/// Never the digits.
impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a PIN")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what everybody would try first is no PIN, and what is wrong with it is said; nothing else is turned down.
    /// Method: a table, for a card whose number ends in 947 261.
    #[test]
    fn what_is_easy_to_guess() {
        let card = Digits::from_random([4, 0, 2, 1, 1, 9, 9, 4, 7, 2, 6]).unwrap();
        let last: String = card.bytes()[8..].iter().map(u8::to_string).collect();
        for (text, expected) in [
            ("0000", Some(PinError::AllTheSame)),
            ("77777777", Some(PinError::AllTheSame)),
            ("1234", Some(PinError::InARow)),
            ("87654321", Some(PinError::InARow)),
            ("8901", Some(PinError::InARow)),
            ("2109", Some(PinError::InARow)),
            (&last, Some(PinError::OnTheCard)),
            ("4021", None),
            ("1212", None),
            ("2580", None),
            ("1235", None),
            ("11112", None),
        ] {
            assert_eq!(Pin::parse(text).unwrap().check(&card).err(), expected, "{text}");
        }
        for text in ["", "123", "123456789", "12 34", "12a4", "１２３４", "+1234", "-123"] {
            assert_eq!(Pin::parse(text).err(), Some(PinError::NotDigits), "{text}");
        }
    }

    /// Goal: a PIN reads back as it was typed, and no debug print has it. Method: each length.
    #[test]
    fn digits_are_kept_and_not_printed() {
        for len in PIN_DIGITS_MIN..=PIN_DIGITS_MAX {
            let text = &"80420951"[..len];
            let pin = Pin::parse(text).unwrap();
            let digits: String = pin.bytes().iter().map(u8::to_string).collect();
            assert_eq!(digits, text);
            assert_eq!(format!("{pin:?}"), "a PIN");
        }
    }
}

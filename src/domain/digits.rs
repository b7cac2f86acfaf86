//! Digits that are read aloud over a counter or typed on a number pad: codes, vouchers, cards.
//!
//! In threes, the last one a check digit, so that a slip is told from a code there is not. Nine digits for what works an
//! hour at most, twelve for what works longer: whoever guesses has the pace of a till, and the longer there is to guess the
//! fewer of all numbers may be right.

use std::fmt;

use super::check_digit::damm_of;

/// Digits of what works for at most an hour.
pub const SHORT: usize = 9;
/// Digits of all else.
pub const LONG: usize = 12;
/// The longest text that is read, in bytes: a separator at each digit.
const TEXT_BYTES_MAX: usize = 32;

/// Nine or twelve digits, the last of them fits the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits {
    digits: [u8; LONG], // Invariant: 0 to 9, zeros from `len` on, and the check digit is right.
    len: u8,
}

/// Why a text is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigitsError {
    /// Something else than digits, with spaces and hyphens between them; or too few or too many of them.
    #[error("nine or twelve digits, with spaces or hyphens between them")]
    NotDigits,
    /// The last digit does not fit the others.
    #[error("read again: one digit is wrong or two neighbours are swapped")]
    WrongCheckDigit,
}

impl Digits {
    /// Those that random bytes make, one a digit but the last; none if a byte would make some digits likelier than others:
    /// ask with fresh ones.
    #[must_use]
    pub fn from_random<const BYTES: usize>(random: [u8; BYTES]) -> Option<Self> {
        let mut digits = [0; LONG];
        for (digit, byte) in digits.iter_mut().zip(random) {
            *digit = if byte < 250 { byte % 10 } else { return None };
        }
        *digits.get_mut(BYTES)? = damm_of(random.map(|byte| byte % 10));
        let len = BYTES.checked_add(1).filter(|len| [SHORT, LONG].contains(len))?;
        Some(Self { digits, len: u8::try_from(len).ok()? })
    }

    /// Reads digits with any spaces and hyphens between them.
    ///
    /// # Errors
    /// [`DigitsError`].
    pub fn parse(text: &str) -> Result<Self, DigitsError> {
        let text = text.trim_ascii();
        let is_between = |byte: &u8| matches!(byte, b' ' | b'-');
        if text.len() > TEXT_BYTES_MAX || !text.bytes().all(|byte| byte.is_ascii_digit() || is_between(&byte))
        {
            return Err(DigitsError::NotDigits);
        }
        let typed = || text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0');
        let len = typed().count();
        if ![SHORT, LONG].contains(&len) {
            return Err(DigitsError::NotDigits);
        }
        if damm_of(typed()) != 0 {
            return Err(DigitsError::WrongCheckDigit);
        }
        let mut digits = [0; LONG];
        for (digit, typed) in digits.iter_mut().zip(typed()) {
            *digit = typed;
        }
        Ok(Self { digits, len: u8::try_from(len).unwrap_or_default() })
    }

    /// The digits, one a byte, 0 to 9.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.digits.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// In threes: `402 119 736`.
impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, digit) in self.bytes().iter().enumerate() {
            if place != 0 && place % 3 == 0 {
                f.write_str(" ")?;
            }
            digit.fmt(f)?;
        }
        Ok(())
    }
}

/// Never the digits: they are worth hours.
impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} digits", self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what is made can be read aloud and typed again, and a slip is told. Method: both lengths; typed with and
    /// without spaces; every wrong digit and every swap of neighbours.
    #[test]
    fn digits_survive_a_counter() {
        let short = Digits::from_random([4, 10, 222, 1, 1, 249, 7, 3]).unwrap();
        assert_eq!(short.to_string().get(..10), Some("402 119 73"), "{short}");
        let long = Digits::from_random([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]).unwrap();
        assert_eq!((short.to_string().len(), long.to_string().len()), (11, 15));
        for right in [short, long] {
            let text = right.to_string();
            for typed in [text.clone(), text.replace(' ', ""), text.replace(' ', "-"), format!("  {text} ")] {
                assert_eq!(Digits::parse(&typed), Ok(right), "{typed}");
            }
            let digits = text.replace(' ', "").into_bytes();
            for place in 0..digits.len() {
                for wrong in (b'0'..=b'9').filter(|wrong| *wrong != digits[place]) {
                    let mut slip = digits.clone();
                    slip[place] = wrong;
                    let slip = String::from_utf8(slip).unwrap();
                    assert_eq!(Digits::parse(&slip), Err(DigitsError::WrongCheckDigit));
                }
                if place != 0 && digits[place] != digits[place - 1] {
                    let mut slip = digits.clone();
                    slip.swap(place, place - 1);
                    let slip = String::from_utf8(slip).unwrap();
                    assert_eq!(Digits::parse(&slip), Err(DigitsError::WrongCheckDigit));
                }
            }
            assert!(!format!("{right:?}").contains(&text[..3]));
        }
    }

    /// Goal: nothing else is taken for digits, and no digit is likelier than another. Method: a table; a byte that would
    /// make 0 to 5 likelier; a length that is none.
    #[test]
    fn nothing_else_is_digits() {
        for text in
            ["", "12345678", "1234567890", "12345678a", "１２３４５６７８９", &"1 ".repeat(17), "+12345678"]
        {
            assert_eq!(Digits::parse(text), Err(DigitsError::NotDigits), "{text:?}");
        }
        assert_eq!(Digits::from_random([250, 1, 1, 1, 1, 1, 1, 1]), None);
        assert_eq!(Digits::from_random([1, 1, 1]), None);
        assert_eq!(Digits::from_random([1; 12]), None);
    }
}

//! Account numbers: what is printed on a card and read out over a counter.
//!
//! A number is 1001 plus the place of the account in the ledger (its *slot*), followed by a check
//! digit: slot 0 is 1001 and its digit. Finding the slot is arithmetic; whether there is such an
//! account is for the ledger to say.
//!
//! Zeros in front do not change the [check digit](super::check_digit). So they are ignored: spreadsheets add and drop
//! them, and nothing is lost by that.

use std::fmt;
use std::str::FromStr;

use super::check_digit::damm;

/// The number of slot 0, check digit aside. Not taken for a bank or an owner, which count from 1.
const FIRST: u32 = 1_001;
/// Digits of the shortest text, check digit included.
const DIGITS_MIN: usize = 5;
/// Digits of the longest text, check digit included: three groups of three.
const DIGITS_MAX: usize = 9;
/// The longest text that is read, in bytes: room for a separator at each digit and zeros in front.
const TEXT_BYTES_MAX: usize = 32;

/// The number of an account of the network, by its slot in the ledger: 0 for the first, then dense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(u32); // Invariant: slot < ACCOUNTS_MAX. Private, so only constructors can break it.

/// Why a text is no account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountNumberError {
    /// Something else than digits, with spaces and hyphens between them.
    #[error("an account number has only digits, with spaces or hyphens between them; type it as on the card")]
    NotDigits,
    /// Fewer than five digits, zeros in front aside.
    #[error("an account number has at least {DIGITS_MIN} digits; a digit is missing, read it again")]
    TooShort,
    /// More than nine digits, zeros in front aside, or a text of more than 32 bytes.
    #[error("an account number has at most {DIGITS_MAX} digits; a digit is too many, read it again")]
    TooLong,
    /// The last digit does not fit the others.
    #[error("one digit is wrong or two neighbours are swapped; read it again")]
    WrongCheckDigit,
    /// In order, but below the first number that is handed out.
    #[error("account numbers begin with {}; this one is below, read it again", AccountNumber(0))]
    BelowFirst,
}

impl AccountNumber {
    /// How many accounts a network can have; slots are below this. The last number is 99999999 and
    /// its check digit.
    pub const ACCOUNTS_MAX: u32 = 100_000_000 - FIRST;

    /// The number of the account at `slot`, or nothing from [`Self::ACCOUNTS_MAX`] on.
    #[must_use]
    pub const fn from_slot(slot: u32) -> Option<Self> {
        if slot < Self::ACCOUNTS_MAX { Some(Self(slot)) } else { None }
    }

    /// The number as it is printed, check digit included.
    #[must_use]
    pub fn printed(self) -> u32 {
        let number = FIRST + self.0; // At most 99,999,999 by the invariant.
        number * 10 + u32::from(damm(number))
    }

    /// The account whose number is printed so.
    ///
    /// # Errors
    /// [`AccountNumberError`].
    pub fn from_printed(printed: u32) -> Result<Self, AccountNumberError> {
        match printed {
            ..=9_999 => return Err(AccountNumberError::TooShort),
            1_000_000_000.. => return Err(AccountNumberError::TooLong),
            10_000..=999_999_999 => {}
        }
        if damm(printed) != 0 {
            return Err(AccountNumberError::WrongCheckDigit);
        }
        (printed / 10).checked_sub(FIRST).and_then(Self::from_slot).ok_or(AccountNumberError::BelowFirst)
    }

    /// The place of the account in the ledger, 0..[`Self::ACCOUNTS_MAX`].
    #[must_use]
    pub const fn slot(self) -> u32 {
        self.0
    }
}

/// Prints plain digits, five to nine, the check digit last. Width and fill are those of a number.
impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.printed().fmt(f)
    }
}

/// Reads digits with any spaces and hyphens between them and spaces around; zeros in front are
/// ignored. A hyphen at either end is refused: it could be a minus.
///
/// # Errors
/// [`AccountNumberError`].
impl FromStr for AccountNumber {
    type Err = AccountNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(AccountNumberError::TooLong);
        }
        let text = text.trim_ascii();
        let between = |byte| byte == b' ' || byte == b'-';
        if text.starts_with('-') || text.ends_with('-') {
            return Err(AccountNumberError::NotDigits);
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit() || between(byte)) {
            return Err(AccountNumberError::NotDigits);
        }
        let digits: String =
            text.chars().filter(char::is_ascii_digit).skip_while(|&digit| digit == '0').collect();
        if digits.len() < DIGITS_MIN {
            return Err(AccountNumberError::TooShort);
        }
        Self::from_printed(digits.parse().map_err(|_| AccountNumberError::TooLong)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(slot: u32) -> AccountNumber {
        AccountNumber::from_slot(slot).unwrap()
    }

    fn parse(text: &str) -> Result<AccountNumber, AccountNumberError> {
        text.parse()
    }

    /// The first 5,000 slots, the last 1,000, and 4,000 in equal strides between.
    fn many_slots() -> impl Iterator<Item = u32> {
        let last = AccountNumber::ACCOUNTS_MAX;
        (0..5_000).chain((5_000..last).step_by(24_983)).chain(last - 1_000..last)
    }

    /// Goal: numbers are those that are printed on cards.
    /// Method: figures worked out apart from this code.
    #[test]
    fn known_numbers() {
        assert_eq!(number(0).to_string(), "10019");
        assert_eq!(number(1).to_string(), "10024");
    }

    /// Goal: every single wrong digit and every swap of two different neighbours is caught.
    /// Method: all of them, check digit included, on 10,000 numbers; the answer names the check
    /// digit, except where the slip put a zero in front of a number that becomes too short by it.
    #[test]
    fn every_wrong_digit_and_every_swap_is_caught() {
        let caught = |text: &[u8]| {
            let text = std::str::from_utf8(text).unwrap();
            let short = text.trim_start_matches('0').len() < DIGITS_MIN;
            let why = if short { AccountNumberError::TooShort } else { AccountNumberError::WrongCheckDigit };
            assert_eq!(parse(text), Err(why), "{text}");
        };
        for right in many_slots().map(|slot| number(slot).to_string().into_bytes()) {
            for place in 0..right.len() {
                for digit in (b'0'..=b'9').filter(|&digit| digit != right[place]) {
                    let mut wrong = right.clone();
                    wrong[place] = digit;
                    caught(&wrong);
                }
            }
            for place in (1..right.len()).filter(|&place| right[place - 1] != right[place]) {
                let mut wrong = right.clone();
                wrong.swap(place - 1, place);
                caught(&wrong);
            }
        }
    }

    /// Goal: every number reads back as its slot, however it is spaced, and grows with the slot.
    /// Method: plain, in threes with spaces, hyphenated, with zeros in front, on 10,000 slots.
    #[test]
    fn printed_numbers_read_back() {
        let mut last = None;
        for slot in many_slots() {
            let account = number(slot);
            let text = account.to_string();
            assert_eq!(account.slot(), slot);
            assert_eq!(text[..text.len() - 1].parse(), Ok(slot + 1_001));
            let threes = format!(" {} {}  {} ", &text[..2], &text[2..4], &text[4..]);
            let hyphens = text.chars().map(String::from).collect::<Vec<_>>().join("-");
            for written in [&text, &threes, &hyphens, &format!("000{text}"), &format!("0-{text}")] {
                assert_eq!(parse(written), Ok(account), "{written}");
            }
            assert!(last < Some(account));
            last = Some(account);
        }
    }

    /// Goal: slots and numbers end where they should, and printing follows a column's width.
    /// Method: both sides of each bound.
    #[test]
    fn bounds() {
        let last = number(AccountNumber::ACCOUNTS_MAX - 1);
        assert_eq!(last.to_string(), "999999999");
        assert_eq!(parse("999999999"), Ok(last));
        assert_eq!(AccountNumber::from_slot(AccountNumber::ACCOUNTS_MAX), None);
        assert_eq!(AccountNumber::from_slot(u32::MAX), None);
        assert_eq!(format!("{:>7}|{:<7}|", number(0), number(1)), "  10019|10024  |");
        let thousand = format!("1000{}", damm(1_000));
        assert_eq!(parse(&thousand), Err(AccountNumberError::BelowFirst));
        assert!(AccountNumberError::BelowFirst.to_string().contains("10019"));
    }

    /// Goal: each refusal is reachable and says what is wrong.
    /// Method: a table; digits of other scripts, signs and letters are no digits.
    #[test]
    fn refusals() {
        use AccountNumberError::{NotDigits, TooLong, TooShort, WrongCheckDigit};
        for (text, why) in [
            ("", TooShort),
            ("   ", TooShort),
            ("0000000000", TooShort),
            ("1001", TooShort),
            ("10018", WrongCheckDigit),
            ("1234567890", TooLong),
            ("99999999999999999999999999999999", TooLong),
            ("                            10019", TooLong),
            ("-10019", NotDigits),
            ("10019-", NotDigits),
            ("+10019", NotDigits),
            ("1OO19", NotDigits),
            ("10.019", NotDigits),
            ("10_019", NotDigits),
            ("\u{0661}0019", NotDigits),
            ("10\u{a0}019", NotDigits),
        ] {
            assert_eq!(parse(text), Err(why), "{text:?}");
        }
    }
}

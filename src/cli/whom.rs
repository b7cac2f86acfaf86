//! Whom or what somebody means: a number, or a part of a name.
//!
//! Owns the forms. Who fits is looked up in `lookup`.

use std::fmt;

use super::values;

/// What is looked for has at most this many bytes, as the server takes it.
const NAME_BYTES_MAX: usize = 200;

/// Whom or what somebody means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Whoever has the account of this number.
    Account(u32),
    /// Whoever has this number in the network, with an account or without: `person 7`.
    Person(u32),
    /// Whoever's name has this in it. Invariant: 1 to 200 bytes, no spaces around.
    Named(String),
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(number) => write!(f, "{number}"),
            Self::Person(number) => write!(f, "person {number}"),
            Self::Named(name) => write!(f, "'{name}'"),
        }
    }
}

/// Reads an account number, `person 7`, or a part of a name. What is all digits is a number, so that a slip in one is
/// heard of and not looked for.
///
/// # Errors
/// In words.
pub fn whom(text: &str) -> Result<Whom, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > NAME_BYTES_MAX {
        return Err("type an account number, or a part of a name: 1 to 200 bytes".to_owned());
    }
    if text.chars().all(|letter| letter.is_ascii_digit() || letter.is_whitespace()) {
        return values::account(text).map(Whom::Account);
    }
    let number = text.strip_prefix("person").map(|rest| rest.trim_start_matches([':', ' ']));
    if let Some(number) = number.filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) {
        let number = number.parse().ok().filter(|number| *number > 0);
        return number.map(Whom::Person).ok_or_else(|| "type a person's number like 'person 7'".to_owned());
    }
    Ok(Whom::Named(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountNumber;

    /// Goal: what is typed is a number or a name and never both, and a slip in a number is no name. Method: each form,
    /// and slips.
    #[test]
    fn numbers_and_names_are_told_apart() {
        let account = AccountNumber::from_slot(0).unwrap().to_string();
        let number = account.parse().unwrap();
        assert_eq!(whom(&account), Ok(Whom::Account(number)));
        assert_eq!(whom(&format!(" {} {}", &account[..2], &account[2..])), Ok(Whom::Account(number)));
        for text in ["person 7", "person:7", "person7", " person: 7 "] {
            assert_eq!(whom(text), Ok(Whom::Person(7)), "{text}");
        }
        for text in ["Ann", " Ann ", "7 sisters", "person ann", "personable", "Zoë O'Hara"] {
            assert_eq!(whom(text), Ok(Whom::Named(text.trim().to_owned())), "{text}");
        }
        for slip in ["", "  ", "10036", "0", "person 0", "person", "person 99999999999", &"a".repeat(201)] {
            assert!(whom(slip).is_err(), "{slip}");
        }
    }
}

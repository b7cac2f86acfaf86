//! What is typed at a till: digits, or a command.
//!
//! Owns the words and their help. Knows no server.

use crate::api;
use crate::cli::commands::sales::{self, TypedReceipt};
use crate::cli::values;

/// What `help` says.
pub const HELP: [&str; 14] = [
    "The digits of a code or a voucher: begins a sale. Spaces do not matter.",
    "card NUMBER: begins a sale with a card; its PIN is asked for and not shown.",
    "While a sale is asked about, 'stop' begins again. Nothing is taken before the receipt was asked for.",
    "Where an offer is asked for, its number takes the hours; 'aside 1' sets them aside for an hour; '1 on-us' takes \
     them beyond the shop's hours of the month.",
    "take NUMBER [PEOPLE]: takes what was set aside; with PEOPLE a part of it, and the rest is let go.",
    "let-go NUMBER: lets go of what was set aside.",
    "back NUMBER REASON: gives back what was taken today.",
    "look RECEIPT [DAY]: how the sale of a receipt stands.",
    "look: the last sales of this till.",
    "totals: what was taken today.",
    "staff INITIALS: somebody else is at the till.",
    "help: this.",
    "quit: ends.",
    "When no answer comes, the till asks again by itself, with the same receipt: it is taken once at most.",
];

/// What was typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Spoken {
    /// An empty line.
    Nothing,
    /// Digits.
    Code(String),
    /// A card, by its number if that was typed too.
    Card(String),
    /// What was set aside, taken; 0 for as many people as it was set aside for.
    Take(u64, u32),
    /// What was set aside, let go.
    LetGo(u64),
    /// What was taken, given back, and why.
    Back(u64, String),
    /// How the sale of a receipt stands; today's, or of a day.
    Look(TypedReceipt, Option<api::Date>),
    /// The last sales.
    LookAround,
    /// What was taken today.
    Totals,
    /// Somebody else is at the till.
    Staff(String),
    /// What can be typed.
    Help,
    /// The end.
    Quit,
}

/// Reads a line.
///
/// # Errors
/// In words.
pub fn spoken(text: &str) -> Result<Spoken, String> {
    let text = text.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    if text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Ok(Spoken::Code(text.to_owned()));
    }
    match (word.to_ascii_lowercase().as_str(), rest) {
        ("", _) => Ok(Spoken::Nothing),
        ("card", number) => Ok(Spoken::Card(number.to_owned())),
        ("take", rest) => {
            let (number, people) = rest.split_once(' ').unwrap_or((rest, ""));
            let people = if people.is_empty() { 0 } else { sales::people(people)? };
            Ok(Spoken::Take(sale_number(number)?, people))
        }
        ("let-go", number) => Ok(Spoken::LetGo(sale_number(number)?)),
        ("back", rest) => match rest.split_once(' ') {
            Some((number, reason)) => Ok(Spoken::Back(sale_number(number)?, reason.trim().to_owned())),
            None => Err("type the number, and why: back 52 the lunch was called off".to_owned()),
        },
        ("look", "") => Ok(Spoken::LookAround),
        ("look", rest) => {
            let (receipt, day) = rest.split_once(' ').unwrap_or((rest, ""));
            let day = if day.is_empty() { None } else { Some(values::day(day.trim())?) };
            Ok(Spoken::Look(sales::receipt(receipt)?, day))
        }
        ("totals", "") => Ok(Spoken::Totals),
        ("staff", initials) => Ok(Spoken::Staff(sales::initials(initials)?)),
        ("help" | "?", "") => Ok(Spoken::Help),
        ("quit" | "exit", "") => Ok(Spoken::Quit),
        ("stop", "") => Ok(Spoken::Nothing),
        _ => Err("That is no code and no command. Type 'help' for what there is.".to_owned()),
    }
}

fn sale_number(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "type the number of the sale: the till says it with every sale".to_owned())
}

/// What becomes of the hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// They are taken at once.
    Take,
    /// They are set aside.
    SetAside,
}

/// Whether the shop takes it beyond its hours of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Within them.
    Within,
    /// Beyond: "on us".
    OnUs,
}

/// An offer that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its number; none where only the rest was typed.
    pub offer: Option<u32>,
    /// What becomes of the hours.
    pub how: How,
    /// Whose.
    pub budget: Budget,
}

/// Reads which offer, over what was said before. Several numbers are none: digits of a code that are typed here by mistake
/// choose nothing.
///
/// # Errors
/// In words.
pub fn chosen(text: &str, before: Chosen) -> Result<Chosen, String> {
    let mut chosen = Chosen { offer: None, ..before };
    for word in text.split_whitespace() {
        match word.to_ascii_lowercase().as_str() {
            "aside" => chosen.how = How::SetAside,
            "on-us" => chosen.budget = Budget::OnUs,
            number => {
                let number = number.parse().ok().filter(|number| *number > 0 && chosen.offer.is_none());
                let slip = "type the number of an offer, like 1; or 'aside 1', '1 on-us', 'stop'";
                chosen.offer = Some(number.ok_or(slip)?);
            }
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: everything that help says can be typed, whatever its capitals, and a slip is told. Method: each command, and
    /// slips.
    #[test]
    fn what_is_typed_is_heard() {
        let receipt = TypedReceipt { number: 184, line: 2 };
        let day = api::Date { year: 2026, month: 5, day: 13 };
        for (text, expected) in [
            ("", Spoken::Nothing),
            ("  402 119-736 ", Spoken::Code("402 119-736".to_owned())),
            ("card", Spoken::Card(String::new())),
            ("Card 402 119 736", Spoken::Card("402 119 736".to_owned())),
            ("take 52", Spoken::Take(52, 0)),
            ("TAKE 52 2", Spoken::Take(52, 2)),
            ("let-go 52", Spoken::LetGo(52)),
            ("back 52 called  off", Spoken::Back(52, "called  off".to_owned())),
            ("look", Spoken::LookAround),
            ("look 184.2", Spoken::Look(receipt, None)),
            ("look 184.2 2026-05-13", Spoken::Look(receipt, Some(day))),
            ("totals", Spoken::Totals),
            ("staff ra", Spoken::Staff("RA".to_owned())),
            ("help", Spoken::Help),
            ("?", Spoken::Help),
            ("quit", Spoken::Quit),
        ] {
            assert_eq!(spoken(text), Ok(expected), "{text}");
        }
        for slip in
            ["take", "take x", "take 52 0", "let-go 0", "back 52", "look x", "look 184 today", "staff", "a"]
        {
            assert!(spoken(slip).is_err(), "{slip}");
        }
    }

    /// Goal: an offer is chosen with what becomes of the hours, in one line or two. Method: each form, and slips.
    #[test]
    fn offers_are_chosen() {
        let none = Chosen { offer: None, how: How::Take, budget: Budget::Within };
        assert_eq!(chosen("1", none), Ok(Chosen { offer: Some(1), ..none }));
        let aside = chosen("aside", none).unwrap();
        assert_eq!(aside, Chosen { how: How::SetAside, ..none });
        assert_eq!(chosen("2", aside), Ok(Chosen { offer: Some(2), ..aside }));
        let on_us = Chosen { offer: Some(3), how: How::Take, budget: Budget::OnUs };
        assert_eq!(chosen("3 On-us", none), Ok(on_us));
        for slip in ["0", "lunch", "402 1 736", "1 2"] {
            assert!(chosen(slip, none).is_err(), "{slip}");
        }
    }
}

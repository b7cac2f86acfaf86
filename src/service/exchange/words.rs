//! Refusals and notes of exchanges, for the wire: which field, which figures, which sentence.

use std::collections::HashMap;

use crate::domain::hours::in_words;
use crate::domain::{AccountNumber, Day, Limits};
use crate::exchange::Refusal;
use crate::exchange::rules::second_person::NotGoodEnough;

/// What waits for a second person.
pub const WAITS: &str = "Somebody else has to agree first. Nothing moved; it waits for a second person.";

/// The field that cannot be meant, and what it must be.
pub fn field(refusal: &Refusal) -> (String, String) {
    let somebody = "the account of a person, a group or a partner of this time bank";
    let (field, must) = match refusal {
        Refusal::Invalid(invalid) => (invalid.field, invalid.limit.to_owned()),
        Refusal::Unread { field, unread } => (*field, unread.to_string()),
        Refusal::TooLong { field } => (*field, "at most 2^40 seconds once it is rounded".to_owned()),
        Refusal::NotSomebody { field, .. } => (*field, somebody.to_owned()),
        Refusal::NotAPot { field, .. } => (*field, "the account of a pot of this time bank".to_owned()),
        Refusal::Standing(error) => ("receiver_account_number", error.to_string()),
        Refusal::Group(error) => (error.field(), error.to_string()),
        Refusal::TooMuchToWait => (
            "participant_account_numbers",
            "fewer, as this has to wait for a second person: about 150".to_owned(),
        ),
        Refusal::Ledger(_)
        | Refusal::UnusualAmount { .. }
        | Refusal::Paused { .. }
        | Refusal::NotYours { .. }
        | Refusal::NotTheSecondPerson(_)
        | Refusal::WindowPassed { .. }
        | Refusal::NotOpen(_)
        | Refusal::NothingWaits(_)
        | Refusal::Party { .. }
        | Refusal::SaidItThemselves
        | Refusal::PotIsOver { .. }
        | Refusal::PotNotForBrokers { .. }
        | Refusal::NoClearing { .. }
        | Refusal::NotForBrokers => ("request", "one that the rules allow".to_owned()),
    };
    (field.to_owned(), must)
}

/// What goes with a refusal, by name.
pub fn figures(refusal: &Refusal) -> HashMap<String, String> {
    let pairs: Vec<(&str, String)> = match refusal {
        Refusal::UnusualAmount { amount } => vec![("amount_seconds", amount.seconds().to_string())],
        Refusal::WindowPassed { days } => vec![("reversal_window_days", days.to_string())],
        Refusal::NotOpen(sequence) => vec![("hold_sequence", sequence.to_string())],
        Refusal::NothingWaits(number) => vec![("waiting_number", number.to_string())],
        Refusal::PotIsOver { last_day, .. } => vec![("last_day", last_day.to_string())],
        Refusal::Ledger(_)
        | Refusal::Invalid(_)
        | Refusal::Unread { .. }
        | Refusal::TooLong { .. }
        | Refusal::NotSomebody { .. }
        | Refusal::NotAPot { .. }
        | Refusal::Standing(_)
        | Refusal::Group(_)
        | Refusal::Paused { .. }
        | Refusal::NotYours { .. }
        | Refusal::NotTheSecondPerson(_)
        | Refusal::Party { .. }
        | Refusal::SaidItThemselves
        | Refusal::PotNotForBrokers { .. }
        | Refusal::NoClearing { .. }
        | Refusal::NotForBrokers
        | Refusal::TooMuchToWait => Vec::new(),
    };
    pairs.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect()
}

/// The refusal as it is said to a person.
pub fn sentence(refusal: &Refusal, name_of: &dyn Fn(AccountNumber) -> String) -> String {
    let said = match refusal {
        Refusal::UnusualAmount { amount } => {
            let hours = in_words(amount.seconds().unsigned_abs());
            format!("really {hours}? Nothing was written down. If it is right, ask again and repeat it.")
        }
        Refusal::Paused { account } => format!(
            "there is a pause for {}. Nothing was written down. Ask again when it is over.",
            name_of(*account)
        ),
        Refusal::NotYours { account } => format!(
            "you do not speak for {}. Nothing was written down. Please talk to your time broker.",
            name_of(*account)
        ),
        Refusal::NotTheSecondPerson(objection) => match objection {
            NotGoodEnough::Nobody => "somebody with a key of their own has to agree. Nothing moved. Ask a broker \
                                      or a lead."
                .to_owned(),
            NotGoodEnough::Actor => {
                "nobody agrees to what they asked for themselves. Nothing moved. Ask somebody else.".to_owned()
            }
            NotGoodEnough::StandsFor(account) => format!(
                "whoever agrees must not be somebody it adds hours to, and you stand for {}. Nothing moved. Ask \
                 somebody else.",
                name_of(*account)
            ),
        },
        Refusal::NotForBrokers => {
            "only a lead agrees to hours that are newly made. Nothing moved. Ask a lead.".to_owned()
        }
        Refusal::SaidItThemselves => {
            "you wrote it down, and the other side has to answer. Nothing moved. Ask them, or somebody who speaks \
             for them."
                .to_owned()
        }
        Refusal::Party { account } => format!(
            "you stand for {}, who is one of the two. Nothing was written down. Ask another broker to settle it.",
            name_of(*account)
        ),
        Refusal::WindowPassed { days } => format!(
            "it is more than {days} days old. Nothing was changed. Ask a lead of the time bank to put it right."
        ),
        Refusal::NotOpen(sequence) => format!(
            "nothing is open under number {sequence}. Nothing was changed. Check the number."
        ),
        Refusal::NothingWaits(number) => format!(
            "nothing waits under number {number}. Nothing was changed. Look at what waits now."
        ),
        Refusal::PotIsOver { account, last_day } => format!(
            "{} was for use until {last_day}. Nothing was taken. Choose another pot, or ask a lead.",
            name_of(*account)
        ),
        Refusal::PotNotForBrokers { account } => format!(
            "{} is opened by a lead, or by what a panel decides. Nothing was taken. Ask a lead.",
            name_of(*account)
        ),
        Refusal::NoClearing { first, second } => format!(
            "time banks {first} and {second} have not agreed to help each other. Nothing was written down. Ask an \
             admin of the network."
        ),
        Refusal::Ledger(_)
        | Refusal::Invalid(_)
        | Refusal::Unread { .. }
        | Refusal::TooLong { .. }
        | Refusal::NotSomebody { .. }
        | Refusal::NotAPot { .. }
        | Refusal::Standing(_)
        | Refusal::Group(_)
        | Refusal::TooMuchToWait => {
            let (field, must) = field(refusal);
            format!("{field} must be {must}. Nothing was written down.")
        }
    };
    format!("Not done: {said}")
}

/// That a day is in a month that was closed.
pub fn late(day: Day) -> String {
    format!("It is late: the month of {day} was closed before. It counts in the next report.")
}

/// A friendly note, where a change passed the point at which one starts.
pub fn friendly_note(name: &str, posted: i64, change: i64, limits: &Limits) -> Option<String> {
    let hours = in_words(posted.unsigned_abs());
    let is_below = limits.warn_below().is_some_and(|warn| change < 0 && posted <= warn);
    let is_above = limits.warn_above().is_some_and(|warn| change > 0 && posted >= warn);
    if is_below {
        Some(format!("{name} is {hours} below zero, where a friendly note starts."))
    } else if is_above {
        Some(format!("{name} has {hours} to spend, where a friendly note starts."))
    } else {
        None
    }
}

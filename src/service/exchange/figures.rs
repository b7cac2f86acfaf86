//! Refusals of exchanges for the wire: which field, which figures. Their sentences are in `words`.

use std::collections::HashMap;

use crate::exchange::Refusal;
use crate::exchange::waiting::WAITING_TRANSFERS_SURE;

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
            format!("fewer, as this has to wait for a second person: {WAITING_TRANSFERS_SURE} always fit"),
        ),
        Refusal::Ledger(_)
        | Refusal::UnusualAmount { .. }
        | Refusal::Paused { .. }
        | Refusal::AfterClosing { .. }
        | Refusal::NotYours { .. }
        | Refusal::NotTheSecondPerson(_)
        | Refusal::WindowPassed { .. }
        | Refusal::NotOpen(_)
        | Refusal::NothingWaits(_)
        | Refusal::Party { .. }
        | Refusal::SaidItThemselves
        | Refusal::TheirOwnDispute
        | Refusal::PotIsOver { .. }
        | Refusal::PotNotForBrokers { .. }
        | Refusal::PotNeedsPanel { .. }
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
        Refusal::AfterClosing { closed_on, .. } => vec![("closed_on", closed_on.to_string())],
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
        | Refusal::TheirOwnDispute
        | Refusal::PotNotForBrokers { .. }
        | Refusal::PotNeedsPanel { .. }
        | Refusal::NoClearing { .. }
        | Refusal::NotForBrokers
        | Refusal::TooMuchToWait => Vec::new(),
    };
    pairs.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect()
}

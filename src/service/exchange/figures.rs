//! Refusals of exchanges for the wire: which field, which figures. What is said of them is in `words`.

use std::collections::HashMap;

use crate::exchange::Refusal;

/// The field that cannot be meant.
pub const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Invalid(invalid) => invalid.field,
        Refusal::Unread { field, .. }
        | Refusal::TooLong { field }
        | Refusal::NotSomebody { field, .. }
        | Refusal::NotAPot { field, .. } => field,
        Refusal::Standing(_) => "receiver_account_number",
        Refusal::Group(error) => error.field(),
        Refusal::NothingToClaim { .. } => "line_sequences",
        Refusal::TooMuchToWait => "participant_account_numbers",
        Refusal::Ledger(_)
        | Refusal::UnusualAmount { .. }
        | Refusal::Paused { .. }
        | Refusal::AfterClosing { .. }
        | Refusal::NotYours { .. }
        | Refusal::NotTheSecondPerson(_)
        | Refusal::WindowPassed { .. }
        | Refusal::NotOpen(_)
        | Refusal::NothingWaits(_)
        | Refusal::WaitsAlready { .. }
        | Refusal::Party { .. }
        | Refusal::SaidItThemselves
        | Refusal::TheirOwnDispute
        | Refusal::SaidAlready { .. }
        | Refusal::BookedDayIsOver { .. }
        | Refusal::PotIsOver { .. }
        | Refusal::PotNotForBrokers { .. }
        | Refusal::PotNeedsPanel { .. }
        | Refusal::LineClaimed { .. }
        | Refusal::ClaimedBack { .. }
        | Refusal::NoClearing { .. }
        | Refusal::NotForBrokers
        | Refusal::AbovePotLine => "request",
    }
}

/// What goes with a refusal, by name.
pub fn figures(refusal: &Refusal) -> HashMap<String, String> {
    let pairs: Vec<(&str, String)> = match refusal {
        Refusal::UnusualAmount { amount } => vec![("amount_seconds", amount.seconds().to_string())],
        Refusal::WindowPassed { days } => vec![("reversal_window_days", days.to_string())],
        Refusal::LineClaimed { sequence } => vec![("line_sequence", sequence.to_string())],
        Refusal::ClaimedBack { line, claim } => {
            let claim = claim.map(|claim| ("claim_sequence", claim.to_string()));
            [("line_sequence", line.to_string())].into_iter().chain(claim).collect()
        }
        Refusal::NotOpen(sequence) => vec![("hold_sequence", sequence.to_string())],
        Refusal::SaidAlready { proposal } => vec![("proposal_sequence", proposal.to_string())],
        Refusal::BookedDayIsOver { day } => vec![("day", day.to_string())],
        Refusal::NothingWaits(number) | Refusal::WaitsAlready { number } => {
            vec![("waiting_number", number.to_string())]
        }
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
        | Refusal::NothingToClaim { .. }
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
        | Refusal::AbovePotLine
        | Refusal::TooMuchToWait => Vec::new(),
    };
    pairs.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect()
}

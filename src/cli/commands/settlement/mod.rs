//! `partner statement`, `partner settle` and `partner paid`: what a partner's hours add up to, and what becomes of them.

mod page;
mod settle;
mod statement;

pub use settle::{PaidFlags, SettleFlags, paid, settle};
pub use statement::{StatementFlags, statement};

use crate::api;
use crate::cli::figures;
use crate::cli::session::Session;
use crate::words;

/// What a line is, in a word or two.
const fn kind_words(kind: api::PartnerLineKind) -> &'static str {
    match kind {
        api::PartnerLineKind::Unspecified => "",
        api::PartnerLineKind::Taken => "taken",
        api::PartnerLineKind::GivenBack => "given back",
        api::PartnerLineKind::Spent => "spent",
        api::PartnerLineKind::Settled => "settled",
        api::PartnerLineKind::Other => "other",
    }
}

/// The same, and whether the shop took the sale beyond its hours of the month.
fn what_words(line: &api::PartnerLine) -> String {
    let on_us = if line.is_beyond_budget { ", on us" } else { "" };
    format!("{}{on_us}", kind_words(line.kind()))
}

/// What became of a period's hours, in a sentence.
async fn settlement_words(session: &mut Session<'_, '_>, settlement: &api::Settlement) -> String {
    let hours = words::hours(settlement.settled_seconds);
    let to = match settlement.to_account_number {
        0 => String::new(),
        account => format!(" to {}", session.names.of(account).await),
    };
    let day = |day| figures::day(day).unwrap_or_default();
    match settlement.model() {
        api::SettlementModel::Unspecified => String::new(),
        api::SettlementModel::Kept => "Kept: the hours stay on its account, to be spent again.".to_owned(),
        api::SettlementModel::GivenBack => format!("Given back: {hours}{to}."),
        api::SettlementModel::PaidOutside => {
            let due = format!("due {}", day(settlement.due_day));
            let paid = match settlement.paid_day {
                Some(_) => format!("paid {}", day(settlement.paid_day)),
                None => "not paid yet".to_owned(),
            };
            let late = match settlement.days_late {
                0 => String::new(),
                1 => ", 1 day late".to_owned(),
                days => format!(", {days} days late"),
            };
            format!(
                "Given back and paid outside: {hours}{to}, reference {}, {due}, {paid}{late}.",
                settlement.reference
            )
        }
    }
}

/// An amount with its direction: "1 hour", "−1 hour 30 minutes".
fn signed(seconds: i64) -> String {
    format!("{}{}", if seconds < 0 { "\u{2212}" } else { "" }, words::hours(seconds))
}

/// The sums, each with its sign and its name.
fn sums_in_order(sums: &api::PartnerSums) -> [(&'static str, &'static str, i64); 7] {
    [
        ("", "brought forward", sums.brought_forward_seconds),
        ("+", "taken", sums.taken_seconds),
        ("\u{2212}", "given back", sums.given_back_seconds),
        ("\u{2212}", "spent", sums.spent_seconds),
        ("\u{2212}", "settled", sums.settled_seconds),
        ("+", "other", sums.other_seconds),
        ("=", "kept", sums.kept_seconds),
    ]
}

/// "Brought forward 0 hours + taken 5 hours − given back 1 hour … = kept 3 hours."
fn sums_words(sums: &api::PartnerSums) -> String {
    let parts = sums_in_order(sums).map(|(sign, name, seconds)| {
        let part = format!("{sign} {name} {}", signed(seconds));
        part.trim_start().replacen("brought", "Brought", 1)
    });
    format!("{}.", parts.join(" "))
}

/// "At venue 2: taken 3 hours − given back 30 minutes = 2 hours 30 minutes."
fn venue_words(venue: &api::VenueSums) -> String {
    format!(
        "At venue {}: taken {} \u{2212} given back {} = {}.",
        venue.venue_number,
        signed(venue.taken_seconds),
        signed(venue.given_back_seconds),
        signed(venue.difference_seconds)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the sums stand in one line that adds up as it is read. Method: one with each part, one below zero.
    #[test]
    fn the_sums_are_one_line() {
        let sums = api::PartnerSums {
            brought_forward_seconds: -3_600,
            taken_seconds: 18_000,
            given_back_seconds: 3_600,
            spent_seconds: 5_400,
            settled_seconds: 0,
            other_seconds: -1_800,
            kept_seconds: 5_400,
        };
        let said = "Brought forward −1 hour + taken 5 hours − given back 1 hour − spent 1 hour 30 minutes − settled \
                    0 hours + other −30 minutes = kept 1 hour 30 minutes.";
        assert_eq!(sums_words(&sums), said);
    }

    /// Goal: what a venue did stands in one line, and a line that is on us says so. Method: a venue, and both lines.
    #[test]
    fn a_venue_and_what_is_on_us() {
        let venue = api::VenueSums {
            venue_number: 2,
            taken_seconds: 10_800,
            given_back_seconds: 1_800,
            difference_seconds: 9_000,
        };
        let said = "At venue 2: taken 3 hours − given back 30 minutes = 2 hours 30 minutes.";
        assert_eq!(venue_words(&venue), said);
        let kind = api::PartnerLineKind::Taken.into();
        let line = |is_beyond_budget| api::PartnerLine { kind, is_beyond_budget, ..Default::default() };
        assert_eq!([false, true].map(|on_us| what_words(&line(on_us))), ["taken", "taken, on us"]);
    }
}

//! `redemption totals`: what was taken on one business day, till by till.

use clap::Args;

use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::commands::sales;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};
use crate::words;

/// Which day.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook redemption totals saucer --day 2026-05-13")]
pub struct Flags {
    /// Whose: a part of its name, its account number, or 'person 7' [default: the key's own]
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Option<Whom>,
    #[command(flatten)]
    at: BankFlag,
    /// The business day [default: today, where the venue is]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    day: Option<api::Date>,
}

/// Tells them.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let partner_owner_number = sales::partner_or_own(session, flags.partner.as_ref(), flags.at.bank).await?;
    let request = api::DayTotalsRequest { partner_owner_number, day: flags.day };
    let answer = session.client.redemption.day_totals(call(request)).await?.into_inner();
    let day = figures::day(answer.day).unwrap_or_default();
    let columns = vec![
        Column::words("day", "Day", 10),
        Column::figures("venue_number", "Venue", 5),
        Column::figures("till_number", "Till", 4),
        Column::figures("captured_count", "Sales", 5),
        Column::figures("captured_seconds", "Taken", 6),
        Column::figures("refunded_seconds", "Given back", 6),
        Column::figures("held_seconds", "Set aside", 6),
        Column::figures("budget_seconds", "", 0),
        Column::figures("budget_taken_seconds", "", 0),
    ];
    let mut listing = Listing::begin(session.screen, columns)?;
    let together = together(&answer.tills);
    for till in answer.tills {
        listing.row(vec![
            Cell::Text(day.clone()),
            Cell::number_or_nothing(till.venue_number.into()),
            Cell::number_or_nothing(till.till_number.into()),
            Cell::Count(till.captured_count.into()),
            Cell::Seconds(till.captured_seconds),
            Cell::Seconds(till.refunded_seconds),
            Cell::Seconds(till.held_seconds),
            answer.budget_seconds.map_or(Cell::Nothing, Cell::Seconds),
            Cell::Seconds(answer.budget_taken_seconds),
        ])?;
    }
    listing.end()?;
    if let Some(line) = together.filter(|_| session.screen.is_for_people()) {
        session.screen.say(&line)?;
    }
    if let Some(budget) = answer.budget_seconds.filter(|_| session.screen.is_for_people()) {
        let [taken, budget] = [answer.budget_taken_seconds, budget].map(words::hours);
        session
            .screen
            .say(&format!("Of the shop's hours of this month {taken} of {budget} are taken or set aside."))?;
    }
    Ok(())
}

/// What several tills took together.
fn together(tills: &[api::TillTotals]) -> Option<String> {
    let sum = |of: fn(&api::TillTotals) -> i64| {
        words::hours(tills.iter().fold(0_i64, |sum, till| sum.saturating_add(of(till))))
    };
    let sales: u64 = tills.iter().map(|till| u64::from(till.captured_count)).sum();
    (tills.len() > 1).then(|| {
        let (taken, back) = (sum(|till| till.captured_seconds), sum(|till| till.refunded_seconds));
        let aside = sum(|till| till.held_seconds);
        format!("Together: sales {sales}, {taken} taken, {back} given back, {aside} set aside.")
    })
}

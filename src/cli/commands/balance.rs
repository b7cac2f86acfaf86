//! `balance`: what an account has.

use clap::Args;

use super::before;
use crate::api;
use crate::cli::arguments::MomentFlags;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::words;

/// Whose, and when.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook balance 10035
  hourbook balance 10035 --at 1200                       right after entry 1200
  hourbook balance 10035 --recorded-before 2026-05-01    as it was known when May began
  hourbook balance 10035 --as-of 2026-04-30              help given until the end of April, late entries too")]
pub struct Flags {
    /// Its number, as on a card
    #[arg(value_parser = values::account)]
    account: u32,
    #[command(flatten)]
    moment: MomentFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let request = api::GetBalanceRequest {
        account_number: flags.account,
        at_sequence: flags.moment.at,
        recorded_before: before(flags.moment.recorded_before),
        through_day: flags.moment.as_of,
        min_sequence: 0,
    };
    let answer = session.client.ledger.get_balance(call(request)).await?.into_inner();
    let balance = answer.balance.unwrap_or_default();
    if session.screen.is_for_people() {
        let name = session.names.of(flags.account).await;
        let mut said = words::figures::standing(&name, balance.posted_seconds);
        if let Some(held) = balance.held_seconds.filter(|held| *held > 0) {
            said.push_str(&format!("; {} set aside", words::hours(held)));
        }
        if let Some(available) = answer.available_seconds {
            let most = words::hours(available.max(0));
            said.push_str(&format!("; {most} can be used"));
        }
        let day = flags.moment.as_of.and_then(|day| figures::day(Some(day)));
        let day = day.map_or_else(String::new, |day| format!(", by day of help until {day}"));
        session.screen.say(&format!("{said} (after entry {}{day}).", answer.sequence))?;
        return Ok(());
    }
    session.screen.record(&[
        (Column::figures("account_number", "Account", 0), Cell::Number(flags.account.into())),
        (Column::figures("posted_seconds", "Balance", 0), Cell::Seconds(balance.posted_seconds)),
        (Column::figures("held_seconds", "Set aside", 0), Cell::seconds_or_nothing(balance.held_seconds)),
        (
            Column::figures("available_seconds", "Can be used", 0),
            Cell::seconds_or_nothing(answer.available_seconds),
        ),
        (Column::figures("sequence", "After entry", 0), Cell::Number(answer.sequence)),
        (
            Column::words("through_day", "By day of help until", 0),
            Cell::text_or_nothing(figures::day(flags.moment.as_of).unwrap_or_default()),
        ),
    ])?;
    Ok(())
}

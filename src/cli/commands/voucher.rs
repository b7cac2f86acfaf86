//! `voucher`: hours for somebody who is no member, set aside from a pot or an organisation.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::code::{say_digits, say_drawn};
use super::drawing;
use super::telling::{Under, tell_done};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures;
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// What can be done with vouchers.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set hours aside for whoever has the paper; what is left returns by itself
    Issue(IssueFlags),
}

/// A voucher to make.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook voucher issue pot 2 --until 2026-06-30 --reason 'a welcome for the new families'
  hourbook voucher issue 'Lantern Hall' 1:30 --until 2026-06-30 --reason 'thanks to the speaker' --svg speaker.svg

It is named by the entry it is written down as: hourbook code issue --voucher 52 makes its code again.")]
pub struct IssueFlags {
    /// Whose hours: pot for the community pot, a part of what another pot is for, an organisation, or a number
    #[arg(value_name = "FROM", value_parser = whom)]
    from: Whom,
    /// How many hours, like 1.5 or 1:30
    #[arg(value_name = "HOURS", value_parser = values::hours)]
    hours: i64,
    #[command(flatten)]
    at: BankFlag,
    /// The last day on which it works, at most 366 days ahead
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    until: api::Date,
    /// Why; kept encrypted
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// A new file for the same as a drawing, for a scanner
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Issue(flags) => issue(session, flags).await,
    }
}

async fn issue(session: &mut Session<'_, '_>, flags: IssueFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::IssueVoucherRequest {
        request_id: under.id.to_string(),
        from_account_number: lookup::account(session, &flags.from, flags.at.bank, Among::Both).await?,
        amount_seconds: flags.hours,
        last_day: Some(flags.until),
        reason: flags.reason,
        validate_only: under.validate_only,
    };
    let drawing = drawing::opened(flags.svg)?;
    let made = session.client.redemption.issue_voucher(call(request)).await.asking(under.id);
    let (made, drawing) = match (made, drawing) {
        (Ok(made), Some(drawing)) if !made.code.is_empty() => (made, Some(drawing)),
        (made, drawing) => {
            // Nothing is drawn where no code came.
            if let Some(drawing) = drawing {
                drawing.leave();
            }
            (made?, None)
        }
    };
    let receipt = made.done.as_ref().and_then(|done| done.receipt.as_ref());
    let number = receipt.and_then(|receipt| receipt.entry.as_ref()).map_or(0, |entry| entry.sequence);
    let is_repeated = receipt.is_some_and(|receipt| receipt.repeated);
    let is_for_people = session.screen.is_for_people();
    let path = drawing.map(|drawing| drawing::draw(drawing, &made.svg));
    let drawn = path.as_ref().and_then(|path| path.as_ref().ok()).cloned();
    let mut extra =
        vec![(Column::figures("voucher_sequence", "Voucher", 0), Cell::number_or_nothing(number))];
    if !is_for_people {
        extra.push((Column::words("code", "", 0), Cell::text_or_nothing(made.code.clone())));
        extra.push((
            Column::words("svg_file", "", 0),
            Cell::text_or_nothing(drawn.clone().unwrap_or_default()),
        ));
    }
    tell_done(session, made.done, under, extra).await?;
    if is_for_people && !made.code.is_empty() {
        say_digits(session, &made.code)?;
        let until = figures::day(Some(flags.until)).unwrap_or_default();
        let said = format!("It works through {until}, until its hours are used. It is not shown again.");
        session.screen.say(&said)?;
        say_drawn(session, drawn.as_deref())?;
    }
    if is_for_people && is_repeated {
        session.screen.say(&format!(
            "Its digits were shown before: 'hourbook code issue --voucher {number}' makes new ones."
        ))?;
    }
    path.transpose().map(drop)
}

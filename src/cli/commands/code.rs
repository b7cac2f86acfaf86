//! `code`: digits that somebody's hours can be used with, once.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::drawing;
use super::{counted, place, sales};
use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// What can be done with codes.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make one; it is shown once
    Issue(IssueFlags),
}

/// A code to make.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook code issue ann                                  for a phone, as long as the bank says
  hourbook code issue ann --life 30d --svg ann.svg         to be printed
  hourbook code issue ann --for saucer --offer 1           for one offer of one shop
  hourbook code issue --practice                           with a till's or a shop's key
  hourbook code issue --voucher 52                         for a voucher whose paper is lost")]
pub struct IssueFlags {
    /// Whose hours: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHOM", value_parser = whom, required_unless_present_any = ["practice", "voucher"])]
    #[arg(conflicts_with_all = ["practice", "voucher"])]
    whom: Option<Whom>,
    #[command(flatten)]
    at: BankFlag,
    /// Only with this partner
    #[arg(long = "for", value_name = "PARTNER", value_parser = whom)]
    partner: Option<Whom>,
    /// Only for this offer of theirs
    #[arg(long, value_name = "OFFER", value_parser = counted, requires = "partner")]
    offer: Option<u32>,
    /// How long it works, like 10m or 30d [default: as the bank says for phones]
    #[arg(long, value_name = "SPAN", value_parser = values::life, conflicts_with = "voucher")]
    life: Option<u32>,
    /// For a voucher that has hours left, by the entry it was made by; the code it had works no more
    #[arg(long, value_name = "NUMBER", value_parser = place, conflicts_with = "practice")]
    voucher: Option<u64>,
    /// For trying a till out: as a code with two hours on it, and nothing is taken
    #[arg(long)]
    practice: bool,
    /// A new file for the same as a drawing, for a scanner
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
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
    let bank = flags.at.bank;
    let account_number = match &flags.whom {
        Some(whom) => lookup::account(session, whom, bank, Among::People).await?,
        None => 0,
    };
    let request = api::IssueCodeRequest {
        account_number,
        partner_owner_number: sales::partner_or_own(session, flags.partner.as_ref(), bank).await?,
        offer_number: flags.offer.unwrap_or_default(),
        life_seconds: flags.life.unwrap_or_default(),
        is_practice: flags.practice,
        voucher_sequence: flags.voucher.unwrap_or_default(),
    };
    let drawing = drawing::opened(flags.svg)?;
    let made = session.client.redemption.issue_code(call(request)).await;
    let made = match made {
        Ok(made) => made.into_inner(),
        Err(status) => {
            if let Some(drawing) = drawing {
                drawing.leave();
            }
            return Err(status.into());
        }
    };
    let until = until(session, account_number, made.ends_at).await;
    if session.screen.is_for_people() {
        say_digits(session, &made.code)?;
        let works = match (flags.practice, flags.voucher) {
            (true, _) => "For practice: nothing is taken with it. It works once,",
            (false, Some(_)) => "It works until the hours of the voucher are used, at most",
            (false, None) => "It works once,",
        };
        session.screen.say(&format!("{works} until {until}. It is not shown again."))?;
    }
    let path = drawing.map(|drawing| drawing::draw(drawing, &made.svg)).transpose()?;
    if session.screen.is_for_people() {
        return say_drawn(session, path.as_deref());
    }
    Ok(session.screen.record(&[
        (Column::words("code", "", 0), Cell::Text(made.code)),
        (
            Column::words("ends_at", "", 0),
            Cell::text_or_nothing(figures::time(made.ends_at).unwrap_or_default()),
        ),
        (Column::words("is_practice", "", 0), Cell::Flag(flags.practice)),
        (Column::words("svg_file", "", 0), Cell::text_or_nothing(path.unwrap_or_default())),
    ])?)
}

/// The digits alone, with air around them, as they are read aloud.
///
/// # Errors
/// Of writing.
pub(super) fn say_digits(session: &mut Session<'_, '_>, code: &str) -> Result<(), Failure> {
    session.screen.say("")?;
    session.screen.say(&format!("    {code}"))?;
    Ok(session.screen.say("")?)
}

/// Where the drawing is.
///
/// # Errors
/// Of writing.
pub(super) fn say_drawn(session: &mut Session<'_, '_>, path: Option<&str>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    Ok(session
        .screen
        .say(&format!("For a scanner it is drawn in {path}; whoever has that file can use it."))?)
}

/// Until when, on the clocks of the account's bank where that can be asked, else in UTC.
async fn until(
    session: &mut Session<'_, '_>,
    account_number: u32,
    ends_at: Option<prost_types::Timestamp>,
) -> String {
    let zone = match account_number {
        0 => None,
        number => zone_of(session, number).await.ok(),
    };
    match zone.and_then(|zone| figures::time_in(ends_at, &zone)) {
        Some(local) => local,
        None => figures::minute_in_utc(ends_at),
    }
}

/// The clock of an account's bank. That it cannot be asked is no reason to fail.
async fn zone_of(session: &mut Session<'_, '_>, account_number: u32) -> Result<String, Failure> {
    let bank_number = session.account(account_number).await?.bank_number;
    Ok(session.bank(bank_number).await?.time_zone)
}

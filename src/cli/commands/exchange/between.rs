//! `between-banks agree`, `cap`, `move` and `position`: hours that change banks, and who may owe and owes whom.

use clap::{Args, Subcommand};

use super::{ConfirmFlag, said};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::counted;
use crate::cli::commands::telling::{Under, tell_done, tell_receipt};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};
use crate::words;

/// What can be done between two banks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Move hours with their owner from one bank to another
    Move(MoveFlags),
    /// Who of two banks owes the other how much, and how much more either may
    Position(PositionFlags),
    /// Let two banks help each other from now on; an admin does that, once
    Agree(AgreeFlags),
    /// Set how much either of two banks may owe the other; an admin does that
    Cap(CapFlags),
}

/// Hours that move with their owner.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  All that Cy has in bank 1 moves to bank 2, where Cy has an account too:
    hourbook between-banks move --bank 1 --from cy --to-bank 2 --to cy
  Two hours of it:
    hourbook between-banks move --from 10035 --to 10084 --hours 2")]
pub struct MoveFlags {
    /// The account in one bank: its balance falls
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    from: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// The account of the same owner in the other: its balance rises
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    to: Whom,
    /// The bank in which that name is looked up
    #[arg(long, value_name = "BANK", value_parser = counted)]
    to_bank: Option<u32>,
    /// How many hours, like 1.5, 1:30 or '1h 30m' [default: all that is there]
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    hours: Option<String>,
    /// Why, in a few words; kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    confirm: ConfirmFlag,
    #[command(flatten)]
    write: WriteFlags,
}

/// Which two banks.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "\
Example:
  hourbook between-banks position 1 2")]
pub struct PositionFlags {
    /// One bank
    #[arg(value_name = "BANK", value_parser = counted)]
    first: u32,
    /// The other
    #[arg(value_name = "OTHER_BANK", value_parser = counted)]
    second: u32,
}

/// Two banks that agreed to help each other.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook between-banks agree 1 2 --first-may-owe 20 --second-may-owe 20")]
pub struct AgreeFlags {
    #[command(flatten)]
    caps: Caps,
}

/// How much two banks may owe each other.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook between-banks cap 1 2 --first-may-owe 20 --second-may-owe 20")]
pub struct CapFlags {
    #[command(flatten)]
    caps: Caps,
}

/// Two banks, and how much either may owe the other.
#[derive(Debug, Args)]
struct Caps {
    #[command(flatten)]
    banks: PositionFlags,
    /// How many hours the first may owe the other
    #[arg(long, value_name = "HOURS", value_parser = values::hours)]
    first_may_owe: i64,
    /// How many hours the other may owe the first
    #[arg(long, value_name = "HOURS", value_parser = values::hours)]
    second_may_owe: i64,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Move(flags) => move_hours(session, flags).await,
        Command::Position(flags) => position(session, flags).await,
        Command::Agree(flags) => agree(session, flags.caps).await,
        Command::Cap(flags) => cap(session, flags.caps).await,
    }
}

async fn move_hours(session: &mut Session<'_, '_>, flags: MoveFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    if flags.to_bank.is_none() && !matches!(flags.to, Whom::Account(_)) {
        return Err(Failure::Usage(
            "say with --to-bank in which bank --to is, or type its number".to_owned(),
        ));
    }
    let from = lookup::account(session, &flags.from, flags.at.bank, Among::People).await?;
    let to = lookup::account(session, &flags.to, flags.to_bank, Among::People).await?;
    let request = api::TransferBetweenBanksRequest {
        request_id: under.id.to_string(),
        from_account_number: from,
        to_account_number: to,
        length: flags.hours.and_then(said),
        reason: flags.reason,
        validate_only: under.validate_only,
        confirmed_amount_seconds: flags.confirm.seconds(),
    };
    let answer = session.client.exchange.transfer_between_banks(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

async fn agree(session: &mut Session<'_, '_>, flags: Caps) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::OpenClearingRequest {
        request_id: under.id.to_string(),
        first_bank_number: flags.banks.first,
        second_bank_number: flags.banks.second,
        first_may_owe_seconds: flags.first_may_owe,
        second_may_owe_seconds: flags.second_may_owe,
        validate_only: under.validate_only,
    };
    let answer = session.client.ledger.open_clearing(call(request)).await.asking(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

async fn cap(session: &mut Session<'_, '_>, flags: Caps) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::SetClearingCapRequest {
        request_id: under.id.to_string(),
        first_bank_number: flags.banks.first,
        second_bank_number: flags.banks.second,
        first_may_owe_seconds: flags.first_may_owe,
        second_may_owe_seconds: flags.second_may_owe,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.set_clearing_cap(call(request)).await.asking(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

async fn position(session: &mut Session<'_, '_>, flags: PositionFlags) -> Result<(), Failure> {
    let PositionFlags { first, second } = flags;
    let request = api::GetNetPositionRequest { first_bank_number: first, second_bank_number: second };
    let answer = session.client.exchange.get_net_position(call(request)).await?.into_inner();
    if session.screen.is_for_people() {
        session.screen.say(&answer.sentence)?;
        session.screen.say(&format!(
            "Bank {first} may owe up to {}, bank {second} up to {}.",
            words::hours(answer.first_may_owe_seconds),
            words::hours(answer.second_may_owe_seconds)
        ))?;
        return Ok(());
    }
    Ok(session.screen.record(&[
        (Column::figures("first_bank_number", "", 0), Cell::Number(first.into())),
        (Column::figures("second_bank_number", "", 0), Cell::Number(second.into())),
        (Column::figures("first_owes_seconds", "", 0), Cell::Seconds(answer.first_owes_seconds)),
        (Column::figures("first_may_owe_seconds", "", 0), Cell::Seconds(answer.first_may_owe_seconds)),
        (Column::figures("second_may_owe_seconds", "", 0), Cell::Seconds(answer.second_may_owe_seconds)),
        (Column::figures("sequence", "", 0), Cell::Number(answer.sequence)),
        (Column::words("sentence", "", 0), Cell::Text(answer.sentence)),
    ])?)
}

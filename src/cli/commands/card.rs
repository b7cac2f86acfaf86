//! `card`: cards of people without a phone, and their PINs.

use clap::{Args, Subcommand};

use super::receipt;
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup::{self, Among};
use crate::cli::pin;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};

/// What can be done with cards.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Issue a card: its number is told once
    #[command(after_help = EXAMPLES)]
    Issue(WhoseFlags),
    /// Set the PIN of a card: it is asked for, and not shown
    #[command(after_help = PIN_EXAMPLES)]
    Pin(PinFlags),
    /// Issue another card in place of the one in use, which is blocked
    #[command(after_help = EXAMPLES)]
    Replace(WhoseFlags),
    /// Block a card: no till takes it any more
    #[command(after_help = EXAMPLES)]
    Block(WhoseFlags),
}

/// Below the help of cards.
const EXAMPLES: &str = "\
Examples:
  hourbook card issue faye
  hourbook card pin faye
  hourbook card replace faye
  hourbook card block faye";

/// Below the help of PINs.
const PIN_EXAMPLES: &str = "\
Examples:
  At the desk, typed by whose card it is:
    hourbook card pin faye
  With a key of one's own:
    hourbook card pin 10070 --change

From a pipe it is read as one line; with --change the one there is comes first.";

/// Whose card.
#[derive(Debug, Args)]
pub struct WhoseFlags {
    /// Whose: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    #[command(flatten)]
    write: WriteFlags,
}

/// A PIN to set.
#[derive(Debug, Args)]
pub struct PinFlags {
    #[command(flatten)]
    whose: WhoseFlags,
    /// Say the PIN there is first: a member changes their own like that
    #[arg(long)]
    change: bool,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Issue(flags) => issue(session, flags).await,
        Command::Pin(flags) => set_pin(session, flags).await,
        Command::Replace(flags) => replace(session, flags).await,
        Command::Block(flags) => block(session, flags).await,
    }
}

async fn account(session: &mut Session<'_, '_>, flags: &WhoseFlags) -> Result<u32, Failure> {
    lookup::account(session, &flags.who, flags.at.bank, Among::People).await
}

async fn issue(session: &mut Session<'_, '_>, flags: WhoseFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let request = api::IssueCardRequest {
        request_id: id.to_string(),
        account_number: account(session, &flags).await?,
        validate_only,
    };
    let answer = session.client.directory.issue_card(call(request)).await.asking(id)?;
    let extra = number(answer.card_number);
    tell(session, Written { receipt: receipt(answer.receipt)?, request_id: id, validate_only, extra }).await
}

async fn replace(session: &mut Session<'_, '_>, flags: WhoseFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let request = api::ReplaceCardRequest {
        request_id: id.to_string(),
        account_number: account(session, &flags).await?,
        validate_only,
    };
    let answer = session.client.directory.replace_card(call(request)).await.asking(id)?;
    let extra = number(answer.card_number);
    tell(session, Written { receipt: receipt(answer.receipt)?, request_id: id, validate_only, extra }).await
}

async fn set_pin(session: &mut Session<'_, '_>, flags: PinFlags) -> Result<(), Failure> {
    let PinFlags { whose: flags, change } = flags;
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let account_number = account(session, &flags).await?;
    let old_pin = if change { pin::ask(session.screen, "The PIN there is").await? } else { String::new() };
    let request = api::SetPinRequest {
        request_id: id.to_string(),
        account_number,
        pin: pin::ask_for_new(session.screen).await?,
        old_pin,
        validate_only,
    };
    let answer = session.client.directory.set_pin(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra: Vec::new() }).await
}

async fn block(session: &mut Session<'_, '_>, flags: WhoseFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let request = api::BlockCardRequest {
        request_id: id.to_string(),
        account_number: account(session, &flags).await?,
        validate_only,
    };
    let answer = session.client.directory.block_card(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra: Vec::new() }).await
}

/// What stands on the card.
fn number(number: String) -> Vec<(Column, Cell)> {
    vec![(Column::words("card_number", "The number of the card", 0), Cell::text_or_nothing(number))]
}

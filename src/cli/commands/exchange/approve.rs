//! `approve`, `approve list` and `decline`: what waits for a second person, or for a broker.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::telling::{Under, tell_receipt};
use crate::cli::commands::{counted, place};
use crate::cli::connection::call;
use crate::cli::entries::{transfer_json, transfers_words};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures;
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::words;

/// What to agree to.
#[derive(Debug, Args)]
#[command(
    subcommand_negates_reqs = true,
    override_usage = "hourbook approve [OPTIONS] <NUMBER>
       hourbook approve list [--bank <BANK>]"
)]
#[command(after_help = "\
Examples:
  hourbook approve list --bank 1  what waits in bank 1
  hourbook approve 17             agrees to what waits under number 17, and it is done

Nobody agrees to what they asked for themselves, nor to what adds hours to somebody they stand for.")]
pub struct ApproveFlags {
    /// What else can be done with it.
    #[command(subcommand)]
    command: Option<ApproveCommand>,
    /// The number under which it waits
    #[arg(value_name = "NUMBER", value_parser = place, required = true)]
    number: Option<u64>,
    /// Answer the question whether it is here already by now: it is another one
    #[arg(long)]
    another_one: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// What else can be done with what waits.
#[derive(Clone, Copy, Debug, Subcommand)]
enum ApproveCommand {
    /// What waits for a second person, or for a broker, oldest first
    List(ListFlags),
}

/// Which bank's.
#[derive(Clone, Copy, Debug, Args)]
struct ListFlags {
    /// In which bank [default: the profile's, or the only one your key reaches]
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: Option<u32>,
}

/// What not to agree to.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook decline 17 --reason 'the hall was closed that day'

Nothing moves. Whoever asked takes it back in the same way.")]
pub struct DeclineFlags {
    /// The number under which it waits
    #[arg(value_name = "NUMBER", value_parser = place)]
    number: u64,
    /// Why, in a few words; kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// Agrees, or lists what there is to agree to.
///
/// # Errors
/// [`Failure`].
pub async fn approve(session: &mut Session<'_, '_>, flags: ApproveFlags) -> Result<(), Failure> {
    let waiting_number = match (flags.command, flags.number) {
        (Some(ApproveCommand::List(flags)), None) => return list(session, flags).await,
        (None, Some(number)) => number,
        (Some(_), Some(_)) | (None, None) => {
            return Err(Failure::Usage("type a number to approve it, or list to see what waits".to_owned()));
        }
    };
    let under = Under::of(flags.write);
    let request = api::ApproveRequest {
        request_id: under.id.to_string(),
        waiting_number,
        validate_only: under.validate_only,
        is_another: flags.another_one,
    };
    let answer = session.client.exchange.approve(call(request)).await.answerable(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

/// Does not agree, or takes it back.
///
/// # Errors
/// [`Failure`].
pub async fn decline(session: &mut Session<'_, '_>, flags: DeclineFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::DeclineRequest {
        request_id: under.id.to_string(),
        waiting_number: flags.number,
        reason: flags.reason,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.decline(call(request)).await.asking(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

async fn list(session: &mut Session<'_, '_>, flags: ListFlags) -> Result<(), Failure> {
    let columns = cells(&api::Waiting::default(), None).into_iter().map(|(column, _)| column).collect();
    let bank_number = session.bank_number(flags.bank).await?;
    let mut exchange = session.client.exchange.clone();
    let mut names = session.names.clone();
    let is_for_people = session.screen.is_for_people();
    let mut listing = Listing::begin(session.screen, columns)?;
    let mut page_token = String::new();
    loop {
        let request = api::ListWaitingRequest { bank_number, page_size: PAGE_SIZE, page_token };
        let answer = exchange.list_waiting(call(request)).await?.into_inner();
        for waiting in &answer.waiting {
            let moves = match waiting.transfers.as_slice() {
                [] if is_for_people && waiting.closes_account_number != 0 => {
                    let closes = names.of(waiting.closes_account_number).await;
                    let rest_to = names.of(waiting.rest_to_account_number).await;
                    Some(format!("{closes} is closed, the rest to {rest_to}"))
                }
                [] if waiting.about_sequence != 0 => Some(format!("of entry {}", waiting.about_sequence)),
                [transfer] if is_for_people => {
                    let (from, to) = (transfer.debit_account_number, transfer.credit_account_number);
                    let (from, to) = (names.of(from).await, names.of(to).await);
                    Some(format!("{} from {from} to {to}", words::hours(transfer.amount_seconds)))
                }
                transfers => transfers_words(transfers),
            };
            listing.row(cells(waiting, moves).into_iter().map(|(_, cell)| cell).collect())?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(listing.end()?);
        }
    }
}

/// `moves` is the hours in words.
fn cells(waiting: &api::Waiting, moves: Option<String>) -> Vec<(Column, Cell)> {
    let waits_for = match waiting.waiting_for() {
        api::WaitingFor::Unspecified => Cell::Nothing,
        api::WaitingFor::SecondPerson => Cell::Said("second_person".into(), "a second person".to_owned()),
        api::WaitingFor::Broker => Cell::Said("broker".into(), "a broker".to_owned()),
    };
    let since = figures::time(waiting.recorded_at)
        .map_or(Cell::Nothing, |text| Cell::Said(text.into(), figures::short_time(waiting.recorded_at)));
    let transfers: Vec<_> = waiting.transfers.iter().map(transfer_json).collect();
    vec![
        (Column::figures("number", "Number", 6), Cell::Number(waiting.number)),
        (Column::words("waiting_for", "Waits for", 15), waits_for),
        (Column::figures("actor", "Asked by", 8), Cell::number_or_nothing(waiting.actor.into())),
        (Column::words("recorded_at", "Since (UTC)", 16), since),
        (
            Column::words("kind", "Kind", 10),
            Cell::Said(figures::kind_name(waiting.kind).into(), figures::kind_words(waiting.kind).to_owned()),
        ),
        (Column::words("transfers", "Hours", 16), Cell::Said(json!(transfers), moves.unwrap_or_default())),
        (Column::words("sentence", "Why", 16), Cell::Said(waiting.sentence.clone().into(), why(waiting))),
        (
            Column::figures("closes_account_number", "", 0),
            Cell::number_or_nothing(waiting.closes_account_number.into()),
        ),
        (
            Column::figures("rest_to_account_number", "", 0),
            Cell::number_or_nothing(waiting.rest_to_account_number.into()),
        ),
        (Column::figures("about_sequence", "", 0), Cell::number_or_nothing(waiting.about_sequence)),
        (Column::words("remembered", "", 0), Cell::text_or_nothing(waiting.remembered.clone())),
        (Column::words("reason", "", 0), Cell::text_or_nothing(waiting.reason.clone())),
    ]
}

/// Why it waits, with what the other side remembers and says.
fn why(waiting: &api::Waiting) -> String {
    let mut why = waiting.sentence.clone();
    if !waiting.remembered.is_empty() {
        why += &format!(" The other side says \"{}\".", waiting.remembered);
    }
    if !waiting.reason.is_empty() {
        why += &format!(" \"{}\"", waiting.reason);
    }
    why
}

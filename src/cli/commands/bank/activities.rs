//! `bank activities show` and `add`: what help is for, in one bank.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::api;
use crate::cli::activities;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::{counted, receipt};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::Session;

/// More names than these are only counted after they were added.
const NAMES_TOLD_MAX: usize = 10;

/// What can be done with a bank's list of activities.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The list, each with those under it
    Show(ShowFlags),
    /// Add to the list; what is in it already stays as it is
    Add(AddFlags),
}

/// Whose list.
#[derive(Debug, Args)]
pub struct ShowFlags {
    /// Which bank
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: u32,
}

/// What to add.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook bank activities add --bank 1 --default-list
  hourbook bank activities add --bank 1 'lantern making'
  hourbook bank activities add --bank 1 --under gardening 'rose pruning' 'leaf raking'")]
pub struct AddFlags {
    /// Which bank
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: u32,
    /// What they are called: 1 to 50 names of 1 to 64 bytes
    #[arg(value_name = "NAME", required_unless_present = "default_list")]
    names: Vec<String>,
    /// The activity they are under, which is under none itself, by its name or number in the list
    #[arg(long, value_name = "NAME|NUMBER")]
    under: Option<String>,
    /// The list that Hourbook comes with: about 30 activities, each with a few under it
    #[arg(long, conflicts_with_all = ["names", "under"])]
    default_list: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Show(flags) => show(session, flags.bank).await,
        Command::Add(flags) => add(session, flags).await,
    }
}

async fn show(session: &mut Session<'_, '_>, bank_number: u32) -> Result<(), Failure> {
    let request = api::ListActivitiesRequest { bank_number };
    let mut activities = session.client.ledger.list_activities(call(request)).await?.into_inner().activities;
    // Each before those under it: a parent was in the list before them.
    activities.sort_by_key(|one| match one.parent_number {
        0 => (one.activity_number, 0),
        parent => (parent, one.activity_number),
    });
    let columns = vec![
        Column::figures("activity_number", "Number", 6),
        Column::words("name", "Name", 24),
        Column::figures("parent_number", "Under", 6),
    ];
    let mut listing = Listing::begin(session.screen, columns)?;
    for one in activities {
        listing.row(vec![
            Cell::Number(one.activity_number.into()),
            Cell::Text(one.name),
            Cell::number_or_nothing(one.parent_number.into()),
        ])?;
    }
    Ok(listing.end()?)
}

async fn add(session: &mut Session<'_, '_>, flags: AddFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let parent_number = match &flags.under {
        Some(typed) => activities::number(session, typed, flags.bank).await?,
        None => 0,
    };
    let request = api::AddActivitiesRequest {
        request_id: id.to_string(),
        bank_number: flags.bank,
        names: flags.names,
        validate_only,
        parent_number,
        default_list: flags.default_list,
    };
    let answer = session.client.ledger.add_activities(call(request)).await.asking(id)?;
    let numbers = answer.activities.iter().map(|one| json!(one.activity_number)).collect();
    let told = if answer.activities.len() > NAMES_TOLD_MAX {
        format!("{} activities", answer.activities.len())
    } else {
        let names = answer.activities.iter().map(|one| format!("{} {}", one.activity_number, one.name));
        names.collect::<Vec<_>>().join(", ")
    };
    let in_list = if validate_only { Cell::Nothing } else { Cell::Said(numbers, told) };
    let extra = vec![(Column::words("activity_numbers", "In the list", 0), in_list)];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

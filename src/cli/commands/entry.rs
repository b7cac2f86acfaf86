//! `entry`: one entry of the books, by its number or by the request that made it.

use clap::Args;

use super::place;
use crate::api;
use crate::cli::connection::call;
use crate::cli::entries::{entry_json, entry_line};
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::screen::{Cell, Column, Format, Listing};
use crate::cli::session::Session;
use crate::cli::values;
use crate::domain::RequestId;

/// Which entry.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook entry 12
  hourbook entry --request-id 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct Flags {
    /// Its number
    #[arg(value_parser = place, required_unless_present = "request_id", conflicts_with = "request_id")]
    entry: Option<u64>,
    /// The id it was asked for under
    #[arg(long, value_name = "UUID", value_parser = values::request_id)]
    request_id: Option<RequestId>,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let (entry, sentences) = match flags.request_id {
        Some(id) => {
            let request = api::FindEntryRequest { request_id: id.to_string() };
            let answer = session.client.ledger.find_entry(call(request)).await?.into_inner();
            (answer.entry, answer.sentences)
        }
        None => {
            let request = api::GetEntryRequest { sequence: flags.entry.unwrap_or_default(), min_sequence: 0 };
            let answer = session.client.ledger.get_entry(call(request)).await?.into_inner();
            (answer.entry, answer.sentences)
        }
    };
    let entry = entry.unwrap_or_default();
    match session.screen.format {
        Format::Json => session.screen.json(&entry_json(&entry), true)?,
        Format::Table => {
            for (column, cell) in cells(&entry) {
                if cell != Cell::Nothing && !column.title.is_empty() {
                    session.screen.say(&format!("{:<13}{}", column.title, cell.for_people()))?;
                }
            }
            for sentence in sentences {
                session.screen.say(&format!("{:<13}{sentence}", ""))?;
            }
            lines(session, &entry).await?;
        }
        Format::Csv => session.screen.record(&cells(&entry))?,
    }
    Ok(())
}

fn cells(entry: &api::Entry) -> Vec<(Column, Cell)> {
    let details = entry.details.clone().unwrap_or_default();
    vec![
        (Column::figures("sequence", "Entry", 0), Cell::Number(entry.sequence)),
        (
            Column::words("recorded_at", "Written down", 0),
            Cell::text_or_nothing(figures::time(entry.recorded_at).unwrap_or_default()),
        ),
        (
            Column::words("form", "Form", 0),
            Cell::Said(figures::form_name(entry.form).into(), figures::form_words(entry.form()).to_owned()),
        ),
        (Column::words("line", "What", 0), Cell::Text(entry_line(entry))),
        (
            Column::words("occurred_on", "Day of help", 0),
            Cell::text_or_nothing(figures::day(details.occurred_on).unwrap_or_default()),
        ),
        (Column::words("memo", "Memo", 0), Cell::text_or_nothing(details.memo)),
        (Column::words("reason", "Why", 0), Cell::text_or_nothing(details.reason)),
        (Column::words("typed", "Typed", 0), Cell::text_or_nothing(details.typed)),
        (Column::figures("actor", "Written by", 0), Cell::number_or_nothing(entry.actor.into())),
        (Column::figures("allowed_by", "", 0), Cell::number_or_nothing(details.allowed_by.into())),
        // Who that is, the sentences say.
        (Column::figures("second_person", "", 0), Cell::number_or_nothing(details.second_person.into())),
        (
            Column::figures("present_count", "Were there", 0),
            Cell::number_or_nothing(details.present_count.into()),
        ),
        (Column::words("request_id", "Request", 0), Cell::text_or_nothing(entry.request_id.clone())),
    ]
}

async fn lines(session: &mut Session<'_, '_>, entry: &api::Entry) -> Result<(), Failure> {
    if entry.lines.is_empty() {
        return Ok(());
    }
    let columns = vec![
        Column::words("account", "Account", 20),
        Column::figures("posted_seconds", "Balance then", 9),
        Column::figures("held_seconds", "Set aside then", 9),
    ];
    let Session { screen, names, .. } = session;
    let mut listing = Listing::begin(screen, columns)?;
    for line in &entry.lines {
        let name = names.of(line.account_number).await;
        listing.row(vec![
            Cell::Text(name),
            Cell::Seconds(line.posted_seconds),
            Cell::Seconds(line.held_seconds),
        ])?;
    }
    Ok(listing.end()?)
}

//! `member record-of-help`: what somebody gave between two days, to show to others.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::folder;
use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::lookup;
use crate::cli::screen::{Cell, Column, Format};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};
use crate::letters;

/// What keeps a name to itself in a file; a terminal gets names without what would turn them.
const ISOLATES: [char; 2] = ['\u{2068}', '\u{2069}'];

/// Whose help, and from when.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook member record-of-help 'ann ash' --from 2026-01-01 --through 2026-06-30
  hourbook member record-of-help 10035 --from 2026-01-01 --through 2026-06-30 --out ann.html

Help counts for whoever gave it, also where the hours went to a pot or an organisation. What was put right does not count.")]
pub struct RecordFlags {
    /// Who gave it: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    /// The first day of help, like 2026-01-01
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    from: api::Date,
    /// The last day of help
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    through: api::Date,
    /// As the books were right after this entry
    #[arg(long, value_name = "SEQ")]
    at: Option<u64>,
    /// A page to print, instead of text on the screen; a file that is there is replaced
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    #[command(flatten)]
    in_bank: BankFlag,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn record(session: &mut Session<'_, '_>, flags: RecordFlags) -> Result<(), Failure> {
    let person = lookup::person(session, &flags.who, flags.in_bank.bank, None).await?;
    let request = api::GetRecordOfHelpRequest {
        owner_number: person.owner_number,
        bank_number: flags.in_bank.bank.unwrap_or_default(),
        from_day: Some(flags.from),
        through_day: Some(flags.through),
        at_sequence: flags.at,
    };
    let record = session.client.directory.get_record_of_help(call(request)).await?.into_inner();
    let paper = letters::record(&record);
    if let Some(path) = flags.out {
        folder::put(&path, &letters::page(&paper))?;
        let path = path.display().to_string();
        let cells = [(Column::words("file", "Written to", 0), Cell::Text(path))];
        return Ok(session.screen.record(&cells)?);
    }
    match session.screen.format {
        Format::Table => {
            for line in letters::text(&paper).replace(ISOLATES, "").lines() {
                session.screen.say(line)?;
            }
            Ok(())
        }
        Format::Json | Format::Csv => Ok(session.screen.record(&cells(&record))?),
    }
}

fn cells(record: &api::GetRecordOfHelpResponse) -> Vec<(Column, Cell)> {
    let help = record.help.iter().map(|help| {
        json!({
            "activity_number": help.activity_number,
            "activity_name": help.activity_name,
            "seconds": help.seconds,
            "times": help.times,
        })
    });
    let help = serde_json::Value::Array(help.collect());
    let day = |date| Cell::text_or_nothing(figures::day(date).unwrap_or_default());
    vec![
        (Column::figures("owner_number", "", 0), Cell::Number(record.owner_number.into())),
        (Column::words("name", "", 0), Cell::text_or_nothing(record.name.clone())),
        (Column::figures("bank_number", "", 0), Cell::Number(record.bank_number.into())),
        (Column::words("bank_name", "", 0), Cell::Text(record.bank_name.clone())),
        (Column::words("from_day", "", 0), day(record.from_day)),
        (Column::words("through_day", "", 0), day(record.through_day)),
        (Column::words("help", "", 0), Cell::Said(help.clone(), help.to_string())),
        (Column::figures("total_seconds", "", 0), Cell::Seconds(record.total_seconds)),
        (Column::figures("times", "", 0), Cell::Number(record.times)),
        (Column::words("said_on", "", 0), day(record.said_on)),
        (Column::figures("sequence", "", 0), Cell::Number(record.sequence)),
    ]
}

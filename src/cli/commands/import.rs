//! `import`: the books of another system, from a CSV file.

use serde_json::Value;

use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::screen::{Cell, Column, Format};
use crate::cli::session::Session;
use crate::import::{self, Arguments, ImportError, Phase, Summary};

/// Does it.
///
/// # Errors
/// [`Failure`]; rows that were not done are in the answer, and make the exit code 1.
pub async fn run(session: &mut Session<'_, '_>, arguments: Arguments) -> Result<(), Failure> {
    let source = arguments
        .open()
        .map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", arguments.file.display())))?;
    let bar = Progress::new(session.screen);
    let channel = session.client.channel.clone();
    let done = import::run(channel, source, &arguments.options(), &mut |progress| {
        let what = match progress.phase {
            Phase::Reading => "rows read",
            Phase::Opening => "opening what is missing",
            Phase::Posting => "rows posted",
        };
        bar.at(progress.done, progress.total.unwrap_or_default(), what);
    })
    .await;
    bar.end();
    match done {
        Ok(summary) => answer(session, &summary),
        Err(ImportError::Service { status, summary }) => {
            answer(session, &summary)?;
            Err(Failure::Unreachable(format!(
                "the server gave no answer ({}); import the file again to go on where this ended",
                status.message()
            )))
        }
        Err(
            error @ (ImportError::File(_)
            | ImportError::BadRows(_)
            | ImportError::Unknown(_)
            | ImportError::Ambiguous(_)
            | ImportError::NotOpened { .. }),
        ) => Err(Failure::Refused(error.to_string())),
    }
}

fn answer(session: &mut Session<'_, '_>, summary: &Summary) -> Result<(), Failure> {
    match session.screen.format {
        Format::Table => {
            for line in summary.to_string().lines() {
                session.screen.say(line)?;
            }
        }
        Format::Json => {
            let value = serde_json::to_value(summary).unwrap_or(Value::Null); // Numbers and texts only.
            session.screen.json(&value, true)?;
        }
        Format::Csv => {
            let figures = [
                ("rows_read", summary.rows_read),
                ("rows_posted", summary.rows_posted),
                ("rows_already_there", summary.rows_already_there),
                ("rows_skipped", summary.rows_skipped),
                ("rows_refused", summary.rows_refused),
                ("banks_opened", summary.banks_opened),
                ("accounts_opened", summary.accounts_opened),
                ("activities_opened", summary.activities_opened),
            ];
            let cells = figures.map(|(name, count)| (Column::figures(name, "", 0), Cell::Count(count)));
            session.screen.record(&cells)?;
        }
    }
    if summary.rows_refused == 0 { Ok(()) } else { Err(Failure::Refused(String::new())) }
}

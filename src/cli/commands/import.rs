//! `import`: the books of another system, from a CSV file.

use serde_json::Value;
use tonic::Code;

use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::screen::{Cell, Column, Format};
use crate::cli::session::Session;
use crate::domain::{Day, Timestamp};
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
    let options = arguments.options(latest_day());
    let done = import::run(channel, source, &options, &mut |progress| {
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
        Ok(summary) => {
            tell(session, &summary)?;
            if summary.rows_refused == 0 { Ok(()) } else { Err(Failure::Refused(String::new())) }
        }
        Err(ImportError::Service { status, summary }) => {
            tell(session, &summary)?;
            let (message, again) = (status.message(), "import the file again to go on where this ended");
            Err(if status.code() == Code::FailedPrecondition {
                Failure::Refused(format!("{message} Then {again}."))
            } else {
                Failure::Unreachable(format!("the server gave no answer ({message}); {again}"))
            })
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

/// The last day that has begun anywhere on Earth: it is fourteen hours ahead there.
fn latest_day() -> Option<Day> {
    let now = jiff::Timestamp::now().as_microsecond();
    Some(Timestamp::from_micros(now).plus_seconds(14 * 3_600).utc_day())
}

fn tell(session: &mut Session<'_, '_>, summary: &Summary) -> Result<(), Failure> {
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
                ("corrections_posted", summary.corrections_posted),
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
    Ok(())
}

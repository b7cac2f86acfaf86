//! How an answer that may wait is told: written down, or waiting for a second person.

use serde_json::{Map, Value, json};

use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::receipt;
use crate::cli::entries::{Written, say_extra, tell};
use crate::cli::failure::Failure;
use crate::cli::screen::{Cell, Column, Format};
use crate::cli::session::Session;
use crate::domain::RequestId;

/// How a write is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Under {
    /// The id, typed or new.
    pub id: RequestId,
    /// Whether nothing is to be written.
    pub validate_only: bool,
}

impl Under {
    /// As typed. A new id is made here, so this is asked once a command.
    pub fn of(write: WriteFlags) -> Self {
        Self { id: write.id(), validate_only: write.validate_only }
    }
}

/// Tells what was written.
///
/// # Errors
/// [`Failure`].
pub async fn tell_receipt(
    session: &mut Session<'_, '_>,
    written: Option<api::Receipt>,
    under: Under,
    extra: Vec<(Column, Cell)>,
) -> Result<(), Failure> {
    let Under { id, validate_only } = under;
    tell(session, Written { receipt: receipt(written)?, request_id: id, validate_only, extra }).await
}

/// Tells what was written, or that it waits and under which number, and what a person should hear.
///
/// # Errors
/// [`Failure`].
pub async fn tell_done(
    session: &mut Session<'_, '_>,
    done: Option<api::Done>,
    under: Under,
    mut extra: Vec<(Column, Cell)>,
) -> Result<(), Failure> {
    let missing = || Failure::Unreachable("the server answered without saying what it did".to_owned());
    let api::Done { receipt, waiting_number, sentences } = done.ok_or_else(missing)?;
    // For people they stand on lines of their own.
    extra.push((Column::figures("waiting_number", "", 0), Cell::number_or_nothing(waiting_number)));
    extra.push((Column::words("sentences", "", 0), Cell::Said(json!(sentences), sentences.join(" "))));
    if receipt.is_none() {
        return tell_waiting(session, (waiting_number, &sentences), under, extra);
    }
    tell_receipt(session, receipt, under, extra).await?;
    if session.screen.is_for_people() {
        for sentence in &sentences {
            session.screen.say(sentence)?;
        }
    }
    Ok(())
}

/// Nothing moved, and there is no entry to show.
fn tell_waiting(
    session: &mut Session<'_, '_>,
    (number, sentences): (u64, &[String]),
    under: Under,
    extra: Vec<(Column, Cell)>,
) -> Result<(), Failure> {
    let screen = &mut *session.screen;
    match screen.format {
        Format::Table if under.validate_only => {
            screen.say("This would wait until somebody else agrees. Nothing was written down.")?;
            say_extra(screen, &extra)?;
        }
        Format::Table => {
            for sentence in sentences {
                screen.say(sentence)?;
            }
            screen.say(&format!(
                "It waits under number {number}. Somebody else types 'hourbook approve {number}' or \
                 'hourbook decline {number}'."
            ))?;
            say_extra(screen, &extra)?;
        }
        Format::Json => {
            let mut object = Map::new();
            object.insert("sequence".to_owned(), 0.into());
            object.insert("validate_only".to_owned(), under.validate_only.into());
            object.insert("request_id".to_owned(), under.id.to_string().into());
            object.extend(extra.iter().map(|(column, cell)| (column.name.to_owned(), cell.for_programs())));
            object.insert("entry".to_owned(), Value::Null);
            screen.json(&Value::Object(object), true)?;
        }
        Format::Csv => {
            let mut cells = vec![
                (Column::figures("sequence", "", 0), Cell::Nothing),
                (Column::words("recorded_at", "", 0), Cell::Nothing),
                (Column::words("repeated", "", 0), Cell::Nothing),
                (Column::words("validate_only", "", 0), Cell::Flag(under.validate_only)),
                (Column::words("request_id", "", 0), Cell::Text(under.id.to_string())),
            ];
            cells.extend(extra);
            screen.record(&cells)?;
        }
    }
    Ok(())
}

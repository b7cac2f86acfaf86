//! The key of an endpoint: another one, and how one is shown.

use std::path::PathBuf;

use clap::Args;

use super::endpoints::cells;
use super::{EndpointFlags, partner};
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::receipt;
use crate::cli::connection::call;
use crate::cli::entries::{self, Written};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures;
use crate::cli::key::Place;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::domain::RequestId;

/// For how long events are signed with the key before too, at most: 7 days.
const OVERLAP_SECONDS_MAX: u32 = 7 * 86_400;

/// A key to replace.
#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
#[command(after_help = "\
The new secret is printed once, on standard output alone, or put into the file of --out.

Examples:
  hourbook hook rotate 1 --overlap 2d --out hook-2.key
  hourbook hook rotate saucer 1 --now                     where the key before is in wrong hands")]
pub struct RotateFlags {
    #[command(flatten)]
    endpoint: EndpointFlags,
    /// For how long events are signed with the key before too, up to 7 days [default: 24h]
    #[arg(long, value_name = "SPAN", value_parser = overlap)]
    overlap: Option<u32>,
    /// The key before signs nothing any more
    #[arg(long, conflicts_with = "overlap")]
    now: bool,
    /// Put the new secret into this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    write: WriteFlags,
}

/// What a server says of a new key.
pub(super) struct Shown {
    /// The entry.
    pub receipt: Option<api::Receipt>,
    /// Whose it is.
    pub endpoint: Option<api::Endpoint>,
    /// The key.
    pub key: Option<api::EndpointKey>,
}

/// Gets another one.
///
/// # Errors
/// [`Failure`].
pub async fn rotate(session: &mut Session<'_, '_>, flags: RotateFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let request = api::RotateEndpointKeyRequest {
        request_id: id.to_string(),
        partner_owner_number: partner(session, &flags.endpoint.of).await?,
        endpoint_number: flags.endpoint.endpoint,
        overlap_seconds: if flags.now { Some(0) } else { flags.overlap },
        validate_only,
    };
    let place = Place::open(flags.out.filter(|_| !validate_only))?;
    let answer = match session.client.hook.rotate_endpoint_key(call(request)).await.asking(id) {
        Ok(answer) => answer,
        Err(failure) => {
            place.leave();
            return Err(failure);
        }
    };
    let shown = Shown { receipt: answer.receipt, endpoint: answer.endpoint, key: answer.key };
    tell(session, place, (id, validate_only), shown).await
}

/// For people the secret alone on standard output, and what there is to say of it beside; for programs one answer with both.
///
/// # Errors
/// [`Failure`].
pub(super) async fn tell(
    session: &mut Session<'_, '_>,
    place: Place,
    (request_id, validate_only): (RequestId, bool),
    shown: Shown,
) -> Result<(), Failure> {
    let again = format!("the same command with --request-id {request_id} and another --out shows it again");
    let kept = match &shown.key {
        Some(key) if !validate_only => place.put(&key.secret, &again)?,
        Some(_) | None => {
            place.leave();
            None
        }
    };
    let receipt = receipt(shown.receipt)?;
    let endpoint = shown.endpoint.unwrap_or_default();
    if validate_only || !session.screen.is_for_people() {
        let mut extra = cells(&endpoint);
        let secret = shown.key.map(|key| key.secret).filter(|_| kept.is_none() && !validate_only);
        extra.push((Column::words("secret", "", 0), secret.map_or(Cell::Nothing, Cell::Text)));
        return entries::tell(session, Written { receipt, request_id, validate_only, extra }).await;
    }
    // By the clock of the books: what was written down then.
    let written_at = receipt.entry.as_ref().and_then(|entry| entry.recorded_at);
    let micros = |time: prost_types::Timestamp| (time.seconds, time.nanos);
    let is_over = endpoint.older_key_until.map(micros) <= written_at.map(micros);
    let screen = &mut *session.screen;
    let place = match endpoint.url.as_str() {
        "" => "only watched, with 'hourbook hook listen --forward'".to_owned(),
        url => format!("events go to {url}"),
    };
    screen.remark(&format!("Endpoint {}: {place}.", endpoint.endpoint_number));
    let Some(key) = shown.key else {
        screen.remark("It has another key since, so this one is not shown. Nothing was done again.");
        return Ok(());
    };
    screen.remark(&format!("Signatures v1a are checked with its public key: {}", key.public_key));
    if let Some(until) = figures::whole_time(endpoint.older_key_until) {
        screen.remark(&if is_over {
            "The key before signs nothing any more.".to_owned()
        } else {
            format!("Until {until} events are signed with the key before too.")
        });
    }
    match kept {
        Some(path) => screen.remark(&format!(
            "Signatures v1 are checked with its secret. It is in {} and nowhere else.",
            path.display()
        )),
        None => {
            screen.remark(
                "Signatures v1 are checked with its secret. Whoever has it can sign: keep it where nobody else can \
                 read it.",
            );
            screen.say(&key.secret)?;
        }
    }
    screen.remark(&format!(
        "It is shown again only for the same command with --request-id {request_id}, as long as it is the newest."
    ));
    Ok(())
}

/// A span up to seven days; 0 for none.
fn overlap(text: &str) -> Result<u32, String> {
    if text == "0" {
        return Ok(0);
    }
    let seconds = values::life(text).ok().filter(|seconds| *seconds <= OVERLAP_SECONDS_MAX);
    seconds.ok_or_else(|| "type how long, like 2h or 24h or 7d, up to 7d; or 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: spans are what they say, up to a week. Method: both ends, and what is none.
    #[test]
    fn overlaps_are_read() {
        for (text, seconds) in [("0", 0), ("24h", 86_400), ("7d", 604_800), ("90 minutes", 5_400)] {
            assert_eq!(overlap(text), Ok(seconds), "{text}");
        }
        for bad in ["", "8d", "-1h", "1", "h", "1 month"] {
            assert!(overlap(bad).is_err(), "{bad}");
        }
    }
}

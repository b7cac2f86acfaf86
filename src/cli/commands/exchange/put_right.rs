//! `exchange put-right`: what an entry moved goes back, with a reason.

use clap::Args;

use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::place;
use crate::cli::commands::telling::{Under, tell_done};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::session::Session;
use crate::cli::values;

/// What to put right.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook exchange put-right 12 --reason 'typed for the wrong Ann'
  hourbook exchange put-right 12 --part 0=0:30 --reason 'half an hour too much'

Nothing is deleted: the original stays, and both stand in the statement.")]
pub struct Flags {
    /// The entry that moved hours
    #[arg(value_name = "NUMBER", value_parser = place)]
    entry: u64,
    /// Why, in a few words; kept encrypted
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Only so many hours of one transfer, the first being 0; may be typed for several [default: all that is left]
    #[arg(long, value_name = "INDEX=HOURS", value_parser = part)]
    part: Vec<(u32, i64)>,
    #[command(flatten)]
    write: WriteFlags,
}

/// `0=1.5`: so much of one transfer.
fn part(text: &str) -> Result<(u32, i64), String> {
    let (index, hours) =
        text.split_once('=').ok_or("type INDEX=HOURS, like 0=1.5; the first transfer is 0")?;
    let index =
        index.trim().parse().map_err(|_| "the index is a number, 0 for the first transfer".to_owned())?;
    Ok((index, values::hours(hours)?))
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, mut flags: Flags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    flags.part.sort_unstable();
    let parts = flags.part.into_iter();
    let parts = parts
        .map(|(transfer_index, amount_seconds)| api::ReversedPart { transfer_index, amount_seconds })
        .collect();
    let request = api::PutRightRequest {
        request_id: under.id.to_string(),
        original_sequence: flags.entry,
        parts,
        reason: flags.reason,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.put_right(call(request)).await.asking(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a part names its transfer and hours with one meaning. Method: one of each form, and slips.
    #[test]
    fn parts_are_read() {
        assert_eq!(part("2=1.5"), Ok((2, 5_400)));
        assert_eq!(part("0=1:15"), Ok((0, 4_500)));
        for bad in ["1.5", "x=1", "=1", "0=", "0=1.30"] {
            assert!(part(bad).is_err(), "{bad}");
        }
    }
}

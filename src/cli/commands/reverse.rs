//! `reverse`: an earlier entry put right, or given back.

use clap::Args;

use super::{place, receipt};
use crate::api;
use crate::cli::arguments::{DetailFlags, WriteFlags};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::session::Session;
use crate::cli::values;

/// What to put right.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook reverse 12 --reason 'typed for the wrong Ann'
  hourbook reverse 12 --part 0:1.5 --reason 'an hour and a half too much'

Nothing is deleted: the original stays, and both stand in the statement.")]
pub struct Flags {
    /// The original
    #[arg(value_parser = place)]
    entry: u64,
    /// Only this much of one transfer, the first being 0; may be typed for several [default: all that is left]
    #[arg(long, value_name = "TRANSFER:HOURS", value_parser = values::part)]
    part: Vec<(u32, i64)>,
    /// A partner gives hours back, rather than the bank putting something right
    #[arg(long)]
    refund: bool,
    #[command(flatten)]
    details: DetailFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, mut flags: Flags) -> Result<(), Failure> {
    let id = flags.write.id();
    flags.part.sort_unstable();
    let parts = flags
        .part
        .iter()
        .map(|(transfer_index, amount_seconds)| api::ReversedPart {
            transfer_index: *transfer_index,
            amount_seconds: *amount_seconds,
        })
        .collect();
    let request = api::ReverseEntryRequest {
        request_id: id.to_string(),
        original_sequence: flags.entry,
        parts,
        is_refund: flags.refund,
        details: flags.details.details(),
        validate_only: flags.write.validate_only,
    };
    let answer = session.client.ledger.reverse_entry(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(
        session,
        Written { receipt, request_id: id, validate_only: flags.write.validate_only, extra: Vec::new() },
    )
    .await
}

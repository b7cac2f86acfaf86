//! `bank lock`: a month is closed.

use clap::Args;

use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::{counted, receipt};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values::{self, TypedMonth};

/// A month to close.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook bank lock 2026-05 --bank 1

Months are closed in order, once they are over where the bank is, and stay closed. The first may
be any month, and closes all before it. What is written down later for a closed month stands in
the next report.")]
pub struct Flags {
    /// Which month, like 2026-05
    #[arg(value_name = "YYYY-MM", value_parser = values::month)]
    month: TypedMonth,
    /// Which bank
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: u32,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let TypedMonth { year, month } = flags.month;
    let request = api::LockPeriodRequest {
        request_id: id.to_string(),
        bank_number: flags.bank,
        year: year.into(),
        month: month.into(),
        validate_only,
    };
    let answer = session.client.directory.lock_period(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    let closed = Cell::Text(format!("{year:04}-{month:02}"));
    let extra = vec![(Column::words("month", "Month", 0), closed)];
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

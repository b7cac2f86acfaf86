//! `hold`, `capture`, `void`: hours set aside, taken, let go.

use clap::{Args, ValueEnum};

use super::post::TransferFlags;
use super::{from_now, place, receipt};
use crate::api;
use crate::cli::arguments::{DetailFlags, WriteFlags, postable_kind};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values::{self, Deadline};

/// What happens at the deadline.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum AtDeadline {
    /// It runs out; nothing is taken
    Release,
    /// All that is left of it is taken
    Capture,
}

/// Hours to set aside.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook hold --from 10035 --to 10062 --hours 2 --kind redemption --until '3 days'
  hourbook hold --from 10035 --to 10062 --hours 2 --kind voucher --until 2026-06-30T18:00:00Z --at-deadline capture

The hold is named by the entry it is written down as: hourbook capture 12, hourbook void 12.")]
pub struct HoldFlags {
    #[command(flatten)]
    transfers: TransferFlags,
    /// Why hours are set aside
    #[arg(long, value_parser = postable_kind())]
    kind: api::Kind,
    /// Until when: 2026-05-13T14:30:00Z, or how long from now, like 2h or '3 days'; at most 400 days ahead
    #[arg(long, value_name = "TIME|SPAN", value_parser = values::deadline)]
    until: Deadline,
    /// What happens then
    #[arg(long, value_enum, default_value_t = AtDeadline::Release)]
    at_deadline: AtDeadline,
    #[command(flatten)]
    details: DetailFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// A hold to take.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook capture 12                              takes all that is left of hold 12
  hourbook capture 12 --hours 1:15 --release-rest  takes a part and lets the rest go")]
pub struct CaptureFlags {
    /// The entry it was set aside by
    #[arg(value_parser = place)]
    hold: u64,
    /// How much to take [default: all that is left]
    #[arg(long, value_parser = values::hours)]
    hours: Option<i64>,
    /// Let the rest go; otherwise it stays set aside
    #[arg(long)]
    release_rest: bool,
    #[command(flatten)]
    details: DetailFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// A hold to let go.
#[derive(Debug, Args)]
pub struct VoidFlags {
    /// The entry it was set aside by
    #[arg(value_parser = place)]
    hold: u64,
    #[command(flatten)]
    details: DetailFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// Sets hours aside.
///
/// # Errors
/// [`Failure`].
pub async fn hold(session: &mut Session<'_, '_>, flags: HoldFlags) -> Result<(), Failure> {
    let id = flags.write.id();
    let at_deadline = match flags.at_deadline {
        AtDeadline::Release => api::AtDeadline::Release,
        AtDeadline::Capture => api::AtDeadline::Capture,
    };
    let request = api::PlaceHoldRequest {
        request_id: id.to_string(),
        kind: flags.kind.into(),
        transfers: flags.transfers.transfers(session).await?,
        deadline: Some(values::wire_time(from_now("--until", flags.until, id)?)),
        at_deadline: at_deadline.into(),
        claims: Vec::new(),
        details: flags.details.details(),
        validate_only: flags.write.validate_only,
    };
    let answer = session.client.ledger.place_hold(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    let number = receipt.entry.as_ref().map_or(0, |entry| entry.sequence);
    let extra = vec![(Column::figures("hold_sequence", "Hold", 0), Cell::number_or_nothing(number))];
    tell(session, Written { receipt, request_id: id, validate_only: flags.write.validate_only, extra }).await
}

/// Takes a hold, or a part of it.
///
/// # Errors
/// [`Failure`].
pub async fn capture(session: &mut Session<'_, '_>, flags: CaptureFlags) -> Result<(), Failure> {
    let id = flags.write.id();
    let request = api::CaptureHoldRequest {
        request_id: id.to_string(),
        hold_sequence: flags.hold,
        amount_seconds: flags.hours,
        release_rest: flags.release_rest,
        details: flags.details.details(),
        validate_only: flags.write.validate_only,
    };
    let answer = session.client.ledger.capture_hold(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(
        session,
        Written { receipt, request_id: id, validate_only: flags.write.validate_only, extra: Vec::new() },
    )
    .await
}

/// Lets a hold go.
///
/// # Errors
/// [`Failure`].
pub async fn void(session: &mut Session<'_, '_>, flags: VoidFlags) -> Result<(), Failure> {
    let id = flags.write.id();
    let request = api::VoidHoldRequest {
        request_id: id.to_string(),
        hold_sequence: flags.hold,
        details: flags.details.details(),
        validate_only: flags.write.validate_only,
    };
    let answer = session.client.ledger.void_hold(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(
        session,
        Written { receipt, request_id: id, validate_only: flags.write.validate_only, extra: Vec::new() },
    )
    .await
}

//! `redemption take`, `let-go` and `refund`: what becomes of a sale later.

use clap::Args;

use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::place;
use crate::cli::commands::sales::{self, Told, tell};
use crate::cli::commands::telling::Under;
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::session::Session;
use crate::cli::values;

/// What was set aside, to be taken.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook redemption take 52
  hourbook redemption take 52 --people 2              the rest is let go")]
pub struct TakeFlags {
    /// Its number
    #[arg(value_name = "NUMBER", value_parser = place)]
    number: u64,
    /// How many people came [default: as many as it was set aside for]
    #[arg(long, value_name = "COUNT", value_parser = sales::people)]
    people: Option<u32>,
    #[command(flatten)]
    write: WriteFlags,
}

/// What was set aside, to be let go.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook redemption let-go 52")]
pub struct LetGoFlags {
    /// Its number
    #[arg(value_name = "NUMBER", value_parser = place)]
    number: u64,
    #[command(flatten)]
    write: WriteFlags,
}

/// What was taken, to be given back.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook redemption refund 52 --reason 'the lunch was called off'
  hourbook redemption refund 52 --hours 1 --reason 'one of two came'

A till gives back on the day of the sale, and says who is at it with --staff.")]
pub struct RefundFlags {
    /// Its number
    #[arg(value_name = "NUMBER", value_parser = place)]
    number: u64,
    /// How much [default: all that is left of what was taken]
    #[arg(long, value_name = "HOURS", value_parser = values::hours)]
    hours: Option<i64>,
    /// Why; kept encrypted
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who is at the till
    #[arg(long, value_name = "INITIALS", value_parser = sales::initials)]
    staff: Option<String>,
    #[command(flatten)]
    write: WriteFlags,
}

/// Takes it.
///
/// # Errors
/// [`Failure`].
pub async fn take(session: &mut Session<'_, '_>, flags: TakeFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::CaptureRedemptionRequest {
        request_id: under.id.to_string(),
        redemption_sequence: flags.number,
        people: flags.people.unwrap_or_default(),
        validate_only: under.validate_only,
    };
    let answer = session.client.redemption.capture_redemption(call(request)).await.asking(under.id)?;
    let api::CaptureRedemptionResponse { redemption, repeated, sentence } = answer;
    tell(session, Told { redemption, repeated, sentence }, under)
}

/// Lets it go.
///
/// # Errors
/// [`Failure`].
pub async fn let_go(session: &mut Session<'_, '_>, flags: LetGoFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::VoidRedemptionRequest {
        request_id: under.id.to_string(),
        redemption_sequence: flags.number,
        validate_only: under.validate_only,
    };
    let answer = session.client.redemption.void_redemption(call(request)).await.asking(under.id)?;
    let api::VoidRedemptionResponse { redemption, repeated, sentence } = answer;
    tell(session, Told { redemption, repeated, sentence }, under)
}

/// Gives it back.
///
/// # Errors
/// [`Failure`].
pub async fn refund(session: &mut Session<'_, '_>, flags: RefundFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::RefundRedemptionRequest {
        request_id: under.id.to_string(),
        redemption_sequence: flags.number,
        amount_seconds: flags.hours.unwrap_or_default(),
        reason: flags.reason,
        staff_initials: flags.staff.unwrap_or_default(),
        validate_only: under.validate_only,
    };
    let answer = session.client.redemption.refund_redemption(call(request)).await.asking(under.id)?;
    let api::RefundRedemptionResponse { redemption, repeated, sentence } = answer;
    tell(session, Told { redemption, repeated, sentence }, under)
}

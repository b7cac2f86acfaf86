//! `exchange confirm`, `reject`, `dispute` and `settle`: what becomes of a proposal.

use clap::{ArgGroup, Args};

use super::said;
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::place;
use crate::cli::commands::telling::{Under, tell_done, tell_receipt};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;

/// Answers to what a broker is asked about.
#[derive(Debug, Args)]
struct Answers {
    /// Why somebody may go past a limit; you allow it in your own name. Kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    limit_reason: String,
    /// Answer the question whether it is here already: it is another one
    #[arg(long)]
    another_one: bool,
}

/// What the other side remembers.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook exchange confirm 12               it was as proposal 12 says
  hourbook exchange confirm 12 --hours 1:45  it was 1 h 45 min: close to it the middle stands, else it is a dispute")]
pub struct ConfirmFlags {
    /// The entry of the proposal
    #[arg(value_name = "NUMBER", value_parser = place)]
    proposal: u64,
    /// How long it was, in hours like 1.5, 1:30 or '1h 30m' [default: as was said]
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    hours: Option<String>,
    #[command(flatten)]
    answers: Answers,
    #[command(flatten)]
    write: WriteFlags,
}

/// A proposal that is not so.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook exchange reject 12 --reason 'that was another Ann'

Nothing moves, and the hours that were set aside are let go.")]
pub struct RejectFlags {
    /// The entry of the proposal
    #[arg(value_name = "NUMBER", value_parser = place)]
    proposal: u64,
    /// Why, in a few words; kept encrypted
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// A proposal that two remember differently.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook exchange dispute 12 --reason 'it was the morning only'

Nothing moves. It waits for a broker under the same number: hourbook approve list, hourbook exchange settle 12.")]
pub struct DisputeFlags {
    /// The entry of the proposal
    #[arg(value_name = "NUMBER", value_parser = place)]
    proposal: u64,
    /// How long it was instead, in hours like 1.5, 1:30 or '1h 30m'
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    hours: Option<String>,
    /// Why, in a few words; kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// What both agreed on.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("agreed").required(true).args(["hours", "nothing"])))]
#[command(after_help = "\
Examples:
  hourbook exchange settle 12 --hours 2 --reason 'both agreed on the telephone'
  hourbook exchange settle 12 --nothing --reason 'it was among friends'

Whoever settles it is neither of the two, nor speaks for one of them.")]
pub struct SettleFlags {
    /// The entry of the proposal
    #[arg(value_name = "NUMBER", value_parser = place)]
    proposal: u64,
    /// How long it was, in hours like 1.5, 1:30 or '1h 30m'
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    hours: Option<String>,
    /// Nothing is to be written
    #[arg(long)]
    nothing: bool,
    /// How it was settled, in a few words; kept encrypted
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    answers: Answers,
    #[command(flatten)]
    write: WriteFlags,
}

/// Agrees, or says another length.
///
/// # Errors
/// [`Failure`].
pub async fn confirm(session: &mut Session<'_, '_>, flags: ConfirmFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::ConfirmExchangeRequest {
        request_id: under.id.to_string(),
        proposal_sequence: flags.proposal,
        length: flags.hours.and_then(said),
        validate_only: under.validate_only,
        limit_reason: flags.answers.limit_reason,
        is_another: flags.answers.another_one,
    };
    let answer = session.client.exchange.confirm_exchange(call(request)).await.asking(under.id)?;
    let outcome = outcome_cell(answer.outcome());
    let extra = vec![(Column::words("outcome", "What became of it", 0), outcome)];
    let api::ConfirmExchangeResponse { receipt, waiting_number, .. } = answer;
    let done = api::Done { receipt, waiting_number, sentences: Vec::new() };
    tell_done(session, Some(done), under, extra).await
}

/// What became of what one side said.
pub(super) fn outcome_cell(outcome: api::Outcome) -> Cell {
    match outcome {
        api::Outcome::Unspecified => Cell::Nothing,
        api::Outcome::Confirmed => word(outcome, "confirmed as it was said"),
        api::Outcome::Middle => word(outcome, "both were close, so the middle stands"),
        api::Outcome::Disputed => {
            word(outcome, "they remember it differently; nothing moved, and a broker speaks with both")
        }
        api::Outcome::Waits => word(outcome, "nothing moved; somebody else has to agree first"),
    }
}

fn word(outcome: api::Outcome, words: &str) -> Cell {
    let name = outcome.as_str_name();
    let name = name.strip_prefix("OUTCOME_").unwrap_or(name).to_ascii_lowercase();
    Cell::Said(name.into(), words.to_owned())
}

/// Says that it is not so.
///
/// # Errors
/// [`Failure`].
pub async fn reject(session: &mut Session<'_, '_>, flags: RejectFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::RejectExchangeRequest {
        request_id: under.id.to_string(),
        proposal_sequence: flags.proposal,
        reason: flags.reason,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.reject_exchange(call(request)).await.asking(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

/// Lets a broker speak with both.
///
/// # Errors
/// [`Failure`].
pub async fn dispute(session: &mut Session<'_, '_>, flags: DisputeFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::DisputeExchangeRequest {
        request_id: under.id.to_string(),
        proposal_sequence: flags.proposal,
        length: flags.hours.and_then(said),
        reason: flags.reason,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.dispute_exchange(call(request)).await.asking(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

/// Writes down what both agreed on.
///
/// # Errors
/// [`Failure`].
pub async fn settle(session: &mut Session<'_, '_>, flags: SettleFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::ResolveDisputeRequest {
        request_id: under.id.to_string(),
        proposal_sequence: flags.proposal,
        length: flags.hours.and_then(said),
        reason: flags.reason,
        validate_only: under.validate_only,
        limit_reason: flags.answers.limit_reason,
        is_another: flags.answers.another_one,
    };
    let answer = session.client.exchange.resolve_dispute(call(request)).await.asking(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

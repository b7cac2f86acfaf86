//! `exchange record` and `exchange propose`: help that was given, by a broker's word or by one of the two.

use clap::{Args, ValueEnum};

use super::telling::{Under, tell_done, tell_receipt};
use super::{ConfirmFlag, activity, said};
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;

/// Who helped whom, when, and for how long.
#[derive(Debug, Args)]
pub struct HelpFlags {
    /// Who helped: their balance rises
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    gave: u32,
    /// Who was helped: their balance falls
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    received: u32,
    /// How long it took, in hours like 1.5, 1:30 or '1h 30m'; the bank rounds it by its own rule
    #[arg(long, value_name = "TEXT")]
    hours: String,
    /// The day the help was given, where the bank is, like 2026-05-13; not in the future
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    on: api::Date,
    /// What the help was, by its name or number in the bank's list
    #[arg(long, value_name = "NAME|NUMBER")]
    activity: Option<String>,
    /// Words for whoever reads the line; kept encrypted. Nothing about health, please
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    memo: String,
    #[command(flatten)]
    confirm: ConfirmFlag,
    /// Answer the question whether it is here already: it is another one
    #[arg(long)]
    another_one: bool,
}

/// Help to write down.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Bo (10043) helped Ann (10035) for an hour and a half:
    hourbook exchange record --gave 10043 --received 10035 --hours 1:30 --on 2026-05-13 --activity gardening
  The pot (10019) pays for Ann:
    hourbook exchange record --gave 10043 --received 10035 --hours 1:30 --on 2026-05-13 --paid-by 10019

A question is answered by the same command with the flag that the question names: --confirm 30, --another-one.")]
pub struct RecordFlags {
    #[command(flatten)]
    help: HelpFlags,
    /// A pot that pays instead of who was helped [default: as the person chose]
    #[arg(long, value_name = "POT", value_parser = values::account)]
    paid_by: Option<u32>,
    /// Where the hours go instead of to who helped [default: as the person chose]
    #[arg(long, value_name = "POT", value_parser = values::account)]
    hours_to: Option<u32>,
    /// The organisation that the person gave for: its account takes the hours
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    in_the_name_of: Option<u32>,
    /// Why it may pass a limit; you allow that in your own name. Kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    limit_reason: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// One of the two.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SaidBy {
    /// Who helped
    Gave,
    /// Who was helped
    Received,
}

/// Help for the other side to confirm.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  Bo (10043) says that he helped Ann (10035) for two hours; Ann, or somebody for her, confirms:
    hourbook exchange propose --gave 10043 --received 10035 --hours 2 --on 2026-05-13 --said-by gave
    hourbook exchange confirm 12

The proposal is named by the entry it is written down as.")]
pub struct ProposeFlags {
    #[command(flatten)]
    help: HelpFlags,
    /// Whose word it is
    #[arg(long, value_enum)]
    said_by: SaidBy,
    #[command(flatten)]
    write: WriteFlags,
}

/// Writes it down.
///
/// # Errors
/// [`Failure`].
pub async fn record(session: &mut Session<'_, '_>, flags: RecordFlags) -> Result<(), Failure> {
    let (under, help) = (Under::of(flags.write), flags.help);
    let request = api::RecordExchangeRequest {
        request_id: under.id.to_string(),
        giver_account_number: help.gave,
        receiver_account_number: help.received,
        length: said(help.hours),
        occurred_on: Some(help.on),
        activity_number: activity(session, help.activity.as_deref(), help.gave).await?,
        paid_by_account_number: flags.paid_by.unwrap_or_default(),
        hours_to_account_number: flags.hours_to.unwrap_or_default(),
        in_the_name_of_account_number: flags.in_the_name_of.unwrap_or_default(),
        memo: help.memo,
        limit_reason: flags.limit_reason,
        confirmed_amount_seconds: help.confirm.seconds(),
        is_another: help.another_one,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.record_exchange(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

/// Says it, for the other side to confirm.
///
/// # Errors
/// [`Failure`].
pub async fn propose(session: &mut Session<'_, '_>, flags: ProposeFlags) -> Result<(), Failure> {
    let (under, help) = (Under::of(flags.write), flags.help);
    let (said_by, own) = match flags.said_by {
        SaidBy::Gave => (api::Side::Giver, help.gave),
        SaidBy::Received => (api::Side::Receiver, help.received),
    };
    let request = api::ProposeExchangeRequest {
        request_id: under.id.to_string(),
        giver_account_number: help.gave,
        receiver_account_number: help.received,
        said_by: said_by.into(),
        length: said(help.hours),
        occurred_on: Some(help.on),
        // The other's account may be hidden from them.
        activity_number: activity(session, help.activity.as_deref(), own).await?,
        memo: help.memo,
        confirmed_amount_seconds: help.confirm.seconds(),
        is_another: help.another_one,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.propose_exchange(call(request)).await.answerable(under.id)?;
    let number =
        answer.receipt.as_ref().and_then(|receipt| receipt.entry.as_ref()).map_or(0, |entry| entry.sequence);
    let extra = vec![(Column::figures("proposal_sequence", "Proposal", 0), Cell::number_or_nothing(number))];
    tell_receipt(session, answer.receipt, under, extra).await
}

//! `credit`, `gift` and `donate`: hours for somebody from a pot, or of one's own.

use clap::Args;

use super::telling::{Under, tell_done};
use super::{ConfirmFlag, activity, said};
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::session::Session;
use crate::cli::values;

/// Hours from a pot, or newly made.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  The pot (10019) thanks Bo (10043) for two hours of help to nobody in particular:
    hourbook credit --to 10043 --from 10019 --hours 2 --for-help --activity gardening --on 2026-05-13
  Ann (10035) is granted three hours of the pot:
    hourbook credit --to 10035 --from 10019 --hours 3 --reason 'to begin with'")]
pub struct CreditFlags {
    /// Whose balance rises: a member's, an organisation's, or a pot's for hours newly made
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    to: u32,
    /// The pot they come from, or the account the bank makes hours on
    #[arg(long, value_name = "POT|ISSUANCE", value_parser = values::account)]
    from: u32,
    /// How many hours, like 1.5, 1:30 or '1h 30m'
    #[arg(long, value_name = "TEXT")]
    hours: String,
    /// It thanks for help to nobody in particular, which counts as help given; a grant does not
    #[arg(long)]
    for_help: bool,
    /// What the help was, by its name or number in the bank's list
    #[arg(long, value_name = "NAME|NUMBER", requires = "for_help")]
    activity: Option<String>,
    /// The day, where the bank is, like 2026-05-13; not in the future
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    on: Option<api::Date>,
    /// Words for whoever reads the line; kept encrypted. Nothing about health, please
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    memo: String,
    /// What for, or with whose backing; kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    confirm: ConfirmFlag,
    #[command(flatten)]
    write: WriteFlags,
}

/// Hours of one's own, for somebody or for a pot.
#[derive(Debug, Args)]
pub struct OwnFlags {
    /// Whose hours: their balance falls
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    from: u32,
    /// How many hours, like 1.5, 1:30 or '1h 30m'
    #[arg(long, value_name = "TEXT")]
    hours: String,
    /// Words for whoever reads the line; kept encrypted. Nothing about health, please
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    memo: String,
    #[command(flatten)]
    confirm: ConfirmFlag,
    #[command(flatten)]
    write: WriteFlags,
}

/// For somebody.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook gift --from 10035 --to 10043 --hours 2 --memo 'happy birthday'")]
pub struct GiftFlags {
    /// Whose they become, in the same bank
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    to: u32,
    #[command(flatten)]
    own: OwnFlags,
}

/// For a pot.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook donate --from 10035 --hours 2")]
pub struct DonateFlags {
    /// The pot [default: the community pot]
    #[arg(long, value_name = "POT", value_parser = values::account)]
    pot: Option<u32>,
    #[command(flatten)]
    own: OwnFlags,
}

/// Thanks, or hands out.
///
/// # Errors
/// [`Failure`].
pub async fn credit(session: &mut Session<'_, '_>, flags: CreditFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::CreditMemberRequest {
        request_id: under.id.to_string(),
        account_number: flags.to,
        from_account_number: flags.from,
        length: said(flags.hours),
        is_help: flags.for_help,
        occurred_on: flags.on,
        activity_number: activity(session, flags.activity.as_deref(), flags.from).await?,
        memo: flags.memo,
        reason: flags.reason,
        confirmed_amount_seconds: flags.confirm.seconds(),
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.credit_member(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

/// Gives to somebody.
///
/// # Errors
/// [`Failure`].
pub async fn gift(session: &mut Session<'_, '_>, flags: GiftFlags) -> Result<(), Failure> {
    let (under, own) = (Under::of(flags.own.write), flags.own);
    let request = api::GiftRequest {
        request_id: under.id.to_string(),
        from_account_number: own.from,
        to_account_number: flags.to,
        length: said(own.hours),
        memo: own.memo,
        confirmed_amount_seconds: own.confirm.seconds(),
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.gift(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

/// Gives to a pot.
///
/// # Errors
/// [`Failure`].
pub async fn donate(session: &mut Session<'_, '_>, flags: DonateFlags) -> Result<(), Failure> {
    let (under, own) = (Under::of(flags.own.write), flags.own);
    let request = api::DonateRequest {
        request_id: under.id.to_string(),
        from_account_number: own.from,
        pot_account_number: flags.pot.unwrap_or_default(),
        length: said(own.hours),
        memo: own.memo,
        confirmed_amount_seconds: own.confirm.seconds(),
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.donate(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

//! `credit`, `gift` and `donate`: hours for somebody from a pot, or of one's own.

use clap::Args;

use super::{ConfirmFlag, account_or_none, activity, said};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::telling::{Under, tell_done};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup::{self, Among};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// Hours from a pot, or newly made.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  The community pot thanks Bo for two hours of help to nobody in particular:
    hourbook credit --to bo --from pot --hours 2 --for-help --activity gardening --on 2026-05-13
  Ann (10035) is granted three hours of the pot (10019):
    hourbook credit --to 10035 --from 10019 --hours 3 --reason 'to begin with'")]
pub struct CreditFlags {
    /// Whose balance rises: a member's, an organisation's, a partner's or a pot's
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    to: Whom,
    /// The pot they come from: pot for the community pot, a part of what another is for, or a number; or the number of
    /// the account the bank makes hours on
    #[arg(long, value_name = "POT|ACCOUNT", value_parser = whom)]
    from: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// How many hours, like 1.5, 1:30 or '1h 30m'
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
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

/// Hours of a pot for somebody.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook pot grant garden --to 'Lantern Hall' --hours 6 --reason 'a warm room'")]
pub struct GrantFlags {
    /// The pot: pot for the community pot, a part of what another is for, or its number
    #[arg(value_name = "POT", value_parser = whom)]
    pot: Whom,
    /// Whose balance rises: a member's, an organisation's, a partner's or another pot's
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    to: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// How many hours, like 1.5, 1:30 or '1h 30m'
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    hours: String,
    /// The day, where the bank is, like 2026-05-13; not in the future
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    on: Option<api::Date>,
    /// Words for whoever reads the line; kept encrypted. Nothing about health, please
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    memo: String,
    /// What for; kept encrypted
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
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    from: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// How many hours, like 1.5, 1:30 or '1h 30m'
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
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
  hourbook gift --from ann --to bo --hours 2 --memo 'happy birthday'")]
pub struct GiftFlags {
    /// Whose they become, in the same bank
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    to: Whom,
    #[command(flatten)]
    own: OwnFlags,
}

/// For a pot.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook donate --from ann --hours 2 --pot garden")]
pub struct DonateFlags {
    /// The pot [default: the community pot]
    #[arg(long, value_name = "POT", value_parser = whom)]
    pot: Option<Whom>,
    #[command(flatten)]
    own: OwnFlags,
}

/// Thanks, or hands out.
///
/// # Errors
/// [`Failure`].
pub async fn credit(session: &mut Session<'_, '_>, flags: CreditFlags) -> Result<(), Failure> {
    let (under, bank) = (Under::of(flags.write), flags.at.bank);
    let to = lookup::account(session, &flags.to, bank, Among::Both).await?;
    let from = lookup::account(session, &flags.from, bank, Among::Pots).await?;
    let request = api::CreditMemberRequest {
        request_id: under.id.to_string(),
        account_number: to,
        from_account_number: from,
        length: said(flags.hours),
        is_help: flags.for_help,
        occurred_on: flags.on,
        activity_number: activity(session, flags.activity.as_deref(), from).await?,
        memo: flags.memo,
        reason: flags.reason,
        confirmed_amount_seconds: flags.confirm.seconds(),
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.credit_member(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

/// Hands out of a pot.
///
/// # Errors
/// [`Failure`].
pub async fn grant(session: &mut Session<'_, '_>, flags: GrantFlags) -> Result<(), Failure> {
    let (under, bank) = (Under::of(flags.write), flags.at.bank);
    let pot = lookup::account(session, &flags.pot, bank, Among::Pots).await?;
    let to = lookup::account(session, &flags.to, bank, Among::Both).await?;
    let request = api::GrantFromPotRequest {
        request_id: under.id.to_string(),
        pot_account_number: pot,
        to_account_number: to,
        length: said(flags.hours),
        occurred_on: flags.on,
        memo: flags.memo,
        reason: flags.reason,
        confirmed_amount_seconds: flags.confirm.seconds(),
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.grant_from_pot(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

/// Gives to somebody.
///
/// # Errors
/// [`Failure`].
pub async fn gift(session: &mut Session<'_, '_>, flags: GiftFlags) -> Result<(), Failure> {
    let (under, own) = (Under::of(flags.own.write), flags.own);
    let from = lookup::account(session, &own.from, own.at.bank, Among::People).await?;
    let to = lookup::account(session, &flags.to, own.at.bank, Among::People).await?;
    let request = api::GiftRequest {
        request_id: under.id.to_string(),
        from_account_number: from,
        to_account_number: to,
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
    let from = lookup::account(session, &own.from, own.at.bank, Among::People).await?;
    let pot = account_or_none(session, flags.pot.as_ref(), own.at.bank, Among::Pots).await?;
    let request = api::DonateRequest {
        request_id: under.id.to_string(),
        from_account_number: from,
        pot_account_number: pot,
        length: said(own.hours),
        memo: own.memo,
        confirmed_amount_seconds: own.confirm.seconds(),
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.donate(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

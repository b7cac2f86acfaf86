//! `exchange record` and `exchange propose`: help that was given, by a broker's word or by one of the two.

use clap::{Args, ValueEnum};

use super::answer::outcome_cell;
use super::{ConfirmFlag, account_or_none, activity, said};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::telling::{Under, tell_done};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// Who helped whom, when, and for how long.
#[derive(Debug, Args)]
pub struct HelpFlags {
    /// Who helped: their balance rises
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    gave: Whom,
    /// Who was helped: their balance falls
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    received: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// How long it took, in hours like 1.5, 1:30 or '1h 30m'; the bank rounds it by its own rule
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
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
  Bo helped Ann for an hour and a half:
    hourbook exchange record --gave bo --received 'ann ash' --hours 1:30 --on 2026-05-13 --activity gardening
  The community pot pays for Ann (10035):
    hourbook exchange record --gave bo --received 10035 --hours 1:30 --on 2026-05-13 --paid-by pot

A part of a name is enough where it fits one person of the bank. Where it fits several they are listed with their
numbers, and nothing is written down.

A question is answered by the same command with the flag that the question names: --confirm 30, --another-one.")]
pub struct RecordFlags {
    #[command(flatten)]
    help: HelpFlags,
    /// A pot that pays instead of who was helped [default: as the person chose]
    #[arg(long, value_name = "POT", value_parser = whom)]
    paid_by: Option<Whom>,
    /// Where the hours go instead of to who helped [default: as the person chose]
    #[arg(long, value_name = "POT", value_parser = whom)]
    hours_to: Option<Whom>,
    /// The organisation that the person gave for: its account takes the hours
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    in_the_name_of: Option<Whom>,
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
  Bo (10043) says that he helped Ann for two hours; Ann, or somebody for her, confirms:
    hourbook exchange propose --gave 10043 --received ann --hours 2 --on 2026-05-13 --said-by gave
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
    let bank = help.at.bank;
    let giver = lookup::account(session, &help.gave, bank, Among::PeopleWhoLeft).await?;
    let receiver = lookup::account(session, &help.received, bank, Among::PeopleWhoLeft).await?;
    let paid_by = account_or_none(session, flags.paid_by.as_ref(), bank, Among::Pots).await?;
    let hours_to = account_or_none(session, flags.hours_to.as_ref(), bank, Among::Pots).await?;
    let in_the_name_of = account_or_none(session, flags.in_the_name_of.as_ref(), bank, Among::People).await?;
    let request = api::RecordExchangeRequest {
        request_id: under.id.to_string(),
        giver_account_number: giver,
        receiver_account_number: receiver,
        length: said(help.hours),
        occurred_on: Some(help.on),
        activity_number: activity(session, help.activity.as_deref(), giver).await?,
        paid_by_account_number: paid_by,
        hours_to_account_number: hours_to,
        in_the_name_of_account_number: in_the_name_of,
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
    let giver = lookup::account(session, &help.gave, help.at.bank, Among::People).await?;
    let receiver = lookup::account(session, &help.received, help.at.bank, Among::People).await?;
    let (said_by, own) = match flags.said_by {
        SaidBy::Gave => (api::Side::Giver, giver),
        SaidBy::Received => (api::Side::Receiver, receiver),
    };
    let request = api::ProposeExchangeRequest {
        request_id: under.id.to_string(),
        giver_account_number: giver,
        receiver_account_number: receiver,
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
    let outcome = answer.outcome();
    let entry = answer.receipt.as_ref().and_then(|receipt| receipt.entry.as_ref());
    // What stands at once, or waits, is no proposal.
    let is_asked = outcome == api::Outcome::Unspecified;
    let number = entry.filter(|_| is_asked).map_or(0, |entry| entry.sequence);
    let extra = vec![
        (Column::figures("proposal_sequence", "Proposal", 0), Cell::number_or_nothing(number)),
        (Column::words("outcome", "What became of it", 0), outcome_cell(outcome)),
    ];
    let api::ProposeExchangeResponse { receipt, waiting_number, .. } = answer;
    let done = api::Done { receipt, waiting_number, sentences: Vec::new() };
    tell_done(session, Some(done), under, extra).await
}

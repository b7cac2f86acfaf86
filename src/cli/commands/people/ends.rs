//! `pause`, `close` and `forget`: when somebody is away for a while, or for good.

use clap::Args;

use super::who;
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::receipt;
use crate::cli::commands::telling::{Under, tell_done};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures::{short_time, time};
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};

/// Who has a pause.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook member pause 'ann ash'         for 14 days; to go on after that somebody else pauses once more
  hourbook member pause 'ann ash' --over  the pause is over before its time

Whoever asks hears \"not today\" and no more. Nobody pauses themselves.")]
pub struct PauseFlags {
    /// Who: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// End the pause before its time
    #[arg(long)]
    over: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// An account to close.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook member close 'ann ash' --reason 'moved away'
  hourbook member close 10035 --remainder-to 'bo birch' --reason 'as Ann wished'

It waits until a second person agrees: hourbook approve list, hourbook approve 17. Then what is set aside is let go, and
what is left goes where they wished. Below zero the community pot makes good what is missing, and nobody is asked for it.")]
pub struct CloseFlags {
    /// Whose: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// Who takes what is left, as they wished, in the same bank [default: as they chose, or the community pot]
    #[arg(long, value_name = "NAME|POT|ACCOUNT", value_parser = whom)]
    remainder_to: Option<Whom>,
    /// Why, in a few words; kept encrypted. Nothing about health, please
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// Who is to be forgotten.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook member forget 'ann ash'              as they asked: paused at once, forgotten after 14 days
  hourbook member forget 'ann ash' --take-back  they want to stay after all, while it is not done

Their hours and lines stay in the books, without a name. Close their account with 'hourbook member close'.")]
pub struct ForgetFlags {
    /// Who: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// They want to stay after all
    #[arg(long)]
    take_back: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// A moment to come, in whole minutes for people.
fn moment(name: &'static str, title: &'static str, at: Option<prost_types::Timestamp>) -> (Column, Cell) {
    let cell =
        time(at).map_or(Cell::Nothing, |text| Cell::Said(text.into(), format!("{} UTC", short_time(at))));
    (Column::words(name, title, 0), cell)
}

/// Begins a pause, or ends it.
///
/// # Errors
/// [`Failure`].
pub async fn pause(
    session: &mut Session<'_, '_>,
    flags: &PauseFlags,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let person = lookup::person(session, &flags.who, flags.at.bank, Some(kind)).await?;
    let request = api::PauseMemberRequest {
        request_id: id.to_string(),
        owner_number: person.owner_number,
        is_over: flags.over,
        validate_only,
    };
    let answer = session.client.directory.pause_member(call(request)).await.asking(id)?;
    let over = if flags.over { "The pause is" } else { "" };
    let extra = vec![
        who(&person),
        moment("paused_until", "Nothing new until", answer.until),
        (Column::words("is_over", over, 0), Cell::Said(flags.over.into(), "over".to_owned())),
    ];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

/// Asks to close an account; somebody else has to agree.
///
/// # Errors
/// [`Failure`].
pub async fn close(session: &mut Session<'_, '_>, flags: CloseFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let account_number = lookup::account(session, &flags.who, flags.at.bank, Among::People).await?;
    let remainder_to_account_number = match &flags.remainder_to {
        Some(whom) => lookup::account(session, whom, flags.at.bank, Among::Both).await?,
        None => 0,
    };
    let request = api::CloseMemberRequest {
        request_id: under.id.to_string(),
        account_number,
        remainder_to_account_number,
        reason: flags.reason,
        validate_only: under.validate_only,
    };
    let answer = session.client.directory.close_member(call(request)).await.asking(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

/// Begins to forget somebody, or takes that back.
///
/// # Errors
/// [`Failure`].
pub async fn forget(
    session: &mut Session<'_, '_>,
    flags: &ForgetFlags,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let person = lookup::person(session, &flags.who, flags.at.bank, Some(kind)).await?;
    let request = api::EraseMemberRequest {
        request_id: id.to_string(),
        owner_number: person.owner_number,
        is_taken_back: flags.take_back,
        validate_only,
    };
    let answer = session.client.directory.erase_member(call(request)).await.asking(id)?;
    let stays = if flags.take_back { "They are" } else { "" };
    let extra = vec![
        who(&person),
        moment("due_at", "Nothing new from now on; to be forgotten on", answer.due_at),
        (
            Column::words("is_taken_back", stays, 0),
            Cell::Said(flags.take_back.into(), "not to be forgotten".to_owned()),
        ),
    ];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

//! `book make`, `book take` and `book cancel`: hours set aside for a day to come.

use clap::{Args, Subcommand};

use super::{ConfirmFlag, activity, said};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::place;
use crate::cli::commands::telling::{Under, tell_done, tell_receipt};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// What can be done with bookings.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Book a room or an hour ahead: its hours are set aside
    Make(MakeFlags),
    /// It took place: all of it, or a part
    Take(TakeFlags),
    /// It does not take place; nothing moves
    Cancel(CancelFlags),
}

/// What to book.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  Ann books the hall for two hours:
    hourbook book make --hall 'lantern hall' --for ann --hours 2 --on 2026-06-20

The booking is named by the entry it is written down as: hourbook book take 12, hourbook book cancel 12. If nobody
says that it took place, it is let go 7 days after its day.")]
pub struct MakeFlags {
    /// Who gives: a hall, or a person
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    hall: Whom,
    /// Who books, in the same bank
    #[arg(long = "for", value_name = "NAME|ACCOUNT", value_parser = whom)]
    receiver: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// How many hours, like 1.5, 1:30 or '1h 30m'
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    hours: String,
    /// For which day, like 2026-06-20; today or at most 366 days ahead
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    on: api::Date,
    /// What for, by its name or number in the bank's list
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
    #[command(flatten)]
    write: WriteFlags,
}

/// What took place.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook book take 12               all that was booked
  hourbook book take 12 --hours 1:30  an hour and a half of it; the rest is let go")]
pub struct TakeFlags {
    /// The entry of the booking
    #[arg(value_name = "NUMBER", value_parser = place)]
    booking: u64,
    /// How many hours, at most as booked, like 1.5, 1:30 or '1h 30m' [default: all of it]
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    hours: Option<String>,
    /// Answer the question whether a part is here already: it is another one
    #[arg(long)]
    another_one: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// What does not take place.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook book cancel 12 --reason 'the boiler is broken'")]
pub struct CancelFlags {
    /// The entry of the booking
    #[arg(value_name = "NUMBER", value_parser = place)]
    booking: u64,
    /// Why, in a few words; kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Make(flags) => make(session, flags).await,
        Command::Take(flags) => take(session, flags).await,
        Command::Cancel(flags) => cancel(session, flags).await,
    }
}

async fn make(session: &mut Session<'_, '_>, flags: MakeFlags) -> Result<(), Failure> {
    let (under, bank) = (Under::of(flags.write), flags.at.bank);
    let giver = lookup::account(session, &flags.hall, bank, Among::People).await?;
    let receiver = lookup::account(session, &flags.receiver, bank, Among::People).await?;
    let request = api::BookHoursRequest {
        request_id: under.id.to_string(),
        giver_account_number: giver,
        receiver_account_number: receiver,
        length: said(flags.hours),
        day: Some(flags.on),
        activity_number: activity(session, flags.activity.as_deref(), receiver).await?,
        memo: flags.memo,
        confirmed_amount_seconds: flags.confirm.seconds(),
        is_another: flags.another_one,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.book_hours(call(request)).await.answerable(under.id)?;
    let number =
        answer.receipt.as_ref().and_then(|receipt| receipt.entry.as_ref()).map_or(0, |entry| entry.sequence);
    let extra = vec![(Column::figures("booking_sequence", "Booking", 0), Cell::number_or_nothing(number))];
    tell_receipt(session, answer.receipt, under, extra).await
}

async fn take(session: &mut Session<'_, '_>, flags: TakeFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::TakeBookingRequest {
        request_id: under.id.to_string(),
        booking_sequence: flags.booking,
        length: flags.hours.and_then(said),
        is_another: flags.another_one,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.take_booking(call(request)).await.asking(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

async fn cancel(session: &mut Session<'_, '_>, flags: CancelFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::CancelBookingRequest {
        request_id: under.id.to_string(),
        booking_sequence: flags.booking,
        reason: flags.reason,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.cancel_booking(call(request)).await.asking(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

//! `redemption`: sales at tills, as they are looked at and worked on away from one.

mod list;
mod show;
mod slip;
mod steps;
mod totals;
mod watch;
mod why;

use clap::Subcommand;

use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// What can be done with sales.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sales, newest first
    List(list::Flags),
    /// The sale of a receipt, as it stands
    Show(show::Flags),
    /// Take what was set aside, or a part of it
    Take(steps::TakeFlags),
    /// Let go of what was set aside; nothing is taken
    LetGo(steps::LetGoFlags),
    /// Give back what was taken, or a part of it
    Refund(steps::RefundFlags),
    /// Write a sale down from a paper slip
    Slip(Box<slip::Flags>),
    /// What was taken on one business day, till by till
    Totals(totals::Flags),
    /// See sales as they change
    Watch(watch::Flags),
    /// Why something was not taken from an account at a till, in full
    Why(why::Flags),
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::List(flags) => list::run(session, flags).await,
        Command::Show(flags) => show::run(session, flags).await,
        Command::Take(flags) => steps::take(session, flags).await,
        Command::LetGo(flags) => steps::let_go(session, flags).await,
        Command::Refund(flags) => steps::refund(session, flags).await,
        Command::Slip(flags) => slip::run(session, *flags).await,
        Command::Totals(flags) => totals::run(session, flags).await,
        Command::Watch(flags) => watch::run(session, flags).await,
        Command::Why(flags) => why::run(session, flags).await,
    }
}

//! What brokers and members do all day: `exchange`, `group`, `credit`, `gift`, `donate`, `book`, `between-banks`,
//! `approve` and `decline`.
//!
//! Lengths go to the server as they were typed, so that the bank's own rules read and round them; only what can be meant
//! in two ways is asked about here, and what repeats a figure (`--confirm`) or names a part of an entry is read here.
//! Whoever is named and not numbered is looked up first; the server hears numbers alone.

pub mod answer;
pub mod approve;
pub mod between;
pub mod book;
pub mod came;
pub mod claim;
pub mod give;
pub mod group;
pub mod put_right;
pub mod record;
pub mod standing;

use clap::{Args, Subcommand};

use crate::api;
use crate::cli::activities;
use crate::cli::failure::Failure;
use crate::cli::lookup::{self, Among};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::Whom;

/// What can be done with help between two.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write down that one person helped another
    Record(record::RecordFlags),
    /// Say that help was given; the other side confirms
    Propose(record::ProposeFlags),
    /// Agree to a proposal, or remember another length
    Confirm(answer::ConfirmFlags),
    /// Say that there was no such help; nothing moves
    Reject(answer::RejectFlags),
    /// Remember it differently, and let a broker speak with both; nothing moves
    Dispute(answer::DisputeFlags),
    /// Write down what both sides of a dispute agreed on
    Settle(answer::SettleFlags),
    /// Give back what an entry moved, with a reason; both lines stay
    PutRight(put_right::Flags),
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Record(flags) => record::record(session, flags).await,
        Command::Propose(flags) => record::propose(session, flags).await,
        Command::Confirm(flags) => answer::confirm(session, flags).await,
        Command::Reject(flags) => answer::reject(session, flags).await,
        Command::Dispute(flags) => answer::dispute(session, flags).await,
        Command::Settle(flags) => answer::settle(session, flags).await,
        Command::PutRight(flags) => put_right::run(session, flags).await,
    }
}

/// The answer to "really so many hours?".
#[derive(Clone, Copy, Debug, Args)]
pub struct ConfirmFlag {
    /// Answer the question about an unusual amount: the hours it asked about, once more
    #[arg(long, value_name = "HOURS", value_parser = values::hours)]
    confirm: Option<i64>,
}

impl ConfirmFlag {
    /// Seconds; 0 where nothing was asked.
    fn seconds(self) -> i64 {
        self.confirm.unwrap_or_default()
    }
}

/// A length as it was typed, for the bank to read.
const fn said(typed: String) -> Option<api::Length> {
    Some(api::Length { amount_seconds: 0, typed })
}

/// The account that is meant where one was named; else 0.
async fn account_or_none(
    session: &mut Session<'_, '_>,
    whom: Option<&Whom>,
    bank: Option<u32>,
    among: Among,
) -> Result<u32, Failure> {
    match whom {
        Some(whom) => lookup::account(session, whom, bank, among).await,
        None => Ok(0),
    }
}

/// The number of an activity in the list of the bank of `account`; 0 where none was typed.
async fn activity(session: &mut Session<'_, '_>, typed: Option<&str>, account: u32) -> Result<u32, Failure> {
    match typed {
        Some(typed) => {
            let bank_number = session.account(account).await?.bank_number;
            activities::number(session, typed, bank_number).await
        }
        None => Ok(0),
    }
}

//! `hook`: a partner's own software is told of its sales: where, of what, with which key, and what became of it.

mod deliveries;
mod endpoints;
mod forward;
mod key;
mod line;
pub mod listen;
mod local;
mod secret;
mod steps;

use clap::{Args, Subcommand};

use super::{counted, sales};
use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};

/// What can be done with hooks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say where events are sent, and get the key they are signed with
    Create(endpoints::CreateFlags),
    /// Where events are sent, and how that goes
    List(endpoints::ListFlags),
    /// Say another address, or other events
    Change(endpoints::ChangeFlags),
    /// Get another key; events are signed with the one before too for a while
    Rotate(secret::RotateFlags),
    /// Send nothing for a while; what happens meanwhile waits
    Pause(steps::StepFlags),
    /// Send again, what waits first
    Resume(steps::StepFlags),
    /// End an endpoint; what waits is not sent
    Delete(steps::StepFlags),
    /// What was sent or is to be, newest first
    Deliveries(deliveries::Flags),
    /// Send events once more
    Replay(steps::ReplayFlags),
    /// Send an event that means nothing
    Test(steps::StepFlags),
    /// Receive events on this machine, or pass them on to a program on it
    Listen(listen::Flags),
}

impl Command {
    /// What is received here, where that is asked for: no server is needed for it.
    #[must_use]
    pub const fn receives(&self) -> Option<&listen::Flags> {
        if let Self::Listen(flags) = self
            && flags.forward.is_none()
        {
            return Some(flags);
        }
        None
    }
}

/// Whose.
#[derive(Clone, Debug, Args)]
struct PartnerFlags {
    /// The partner: a part of its name, its account number, or 'person 7' [default: the key's own]
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Option<Whom>,
    #[command(flatten)]
    at: BankFlag,
}

/// An endpoint, by its number with the partner.
#[derive(Clone, Debug, Args)]
struct EndpointFlags {
    #[command(flatten)]
    of: PartnerFlags,
    /// The number of the endpoint, as 'hourbook hook list' has it
    #[arg(value_name = "ENDPOINT", value_parser = number)]
    endpoint: u32,
}

/// The number of an endpoint. Where a flag stands between whose it is and its number, the former is read as the latter.
fn number(text: &str) -> Result<u32, String> {
    counted(text).map_err(|_| "type its number, from 1; whose it is comes right before it".to_owned())
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(flags) => endpoints::create(session, flags).await,
        Command::List(flags) => endpoints::list(session, flags).await,
        Command::Change(flags) => endpoints::change(session, flags).await,
        Command::Rotate(flags) => secret::rotate(session, flags).await,
        Command::Pause(flags) => steps::pause(session, flags).await,
        Command::Resume(flags) => steps::resume(session, flags).await,
        Command::Delete(flags) => steps::delete(session, flags).await,
        Command::Deliveries(flags) => deliveries::run(session, flags).await,
        Command::Replay(flags) => steps::replay(session, flags).await,
        Command::Test(flags) => steps::test(session, flags).await,
        Command::Listen(flags) => forward::run(session, flags).await,
    }
}

/// The owner number of the partner, for what is written down: there it is always said whose.
///
/// # Errors
/// [`Failure::Usage`] where none was typed and the key is not of one, or as the server says.
async fn partner(session: &mut Session<'_, '_>, flags: &PartnerFlags) -> Result<u32, Failure> {
    if let Some(typed) = &flags.partner {
        return sales::partner(session, typed, flags.at.bank).await;
    }
    let own = session.client.access.who_am_i(call(api::WhoAmIRequest {})).await?.into_inner();
    match own.reach.unwrap_or_default().partner_owner_numbers.as_slice() {
        [own] => Ok(*own),
        _ => Err(Failure::Usage("say whose (PARTNER), such as saucer, or show a partner's key".to_owned())),
    }
}

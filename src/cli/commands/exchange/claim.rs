//! `pot claim`: what an organisation paid, and gets back from a pot.

use clap::Args;

use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::place;
use crate::cli::commands::telling::{Under, tell_done};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup::{self, Among};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};

/// Which lines, and from where.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook pot claim garden 'Lantern Hall' --line 12 --line 15 --reason 'the spring festival'

A line is an entry in which the organisation paid for help or used hours at a till: 'hourbook statement' shows their
numbers. What was put right or given back of them since does not come back again. Each line is claimed once; when all
of the claim is put right, they can be claimed again.")]
pub struct Flags {
    /// The pot: pot for the community pot, a part of what another is for, or its number
    #[arg(value_name = "POT", value_parser = whom)]
    pot: Whom,
    /// The organisation
    #[arg(value_name = "ORGANISATION", value_parser = whom)]
    organisation: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// An entry in which it paid hours; typed for each, 100 at most
    #[arg(long = "line", value_name = "NUMBER", value_parser = place, required = true)]
    lines: Vec<u64>,
    /// What for, in a few words; kept encrypted
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let (under, bank) = (Under::of(flags.write), flags.at.bank);
    let pot = lookup::account(session, &flags.pot, bank, Among::Pots).await?;
    let organisation = lookup::account(session, &flags.organisation, bank, Among::People).await?;
    let request = api::ClaimFromPotRequest {
        request_id: under.id.to_string(),
        pot_account_number: pot,
        organisation_account_number: organisation,
        line_sequences: flags.lines,
        reason: flags.reason,
        validate_only: under.validate_only,
    };
    let answer = session.client.exchange.claim_from_pot(call(request)).await.asking(under.id)?;
    tell_done(session, answer.done, under, Vec::new()).await
}

//! `redemption watch`: sales as they change, across cuts of the connection.

use clap::Args;
use tonic::{Request, Status, Streaming};

use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::commands::across_cuts::{self, Watched, Went};
use crate::cli::commands::sales;
use crate::cli::failure::Failure;
use crate::cli::screen::{Cell, Column, Format, Listing};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};

/// Which sales.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook redemption watch                           from now on, until Ctrl-C, with a till's or a shop's key
  hourbook redemption watch saucer --after 0 --output json

After a cut it goes on where it was. In json each change is one line; resume after its position.")]
pub struct Flags {
    /// Whose: a part of its name, its account number, or 'person 7' [default: the key's own]
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Option<Whom>,
    #[command(flatten)]
    at: BankFlag,
    /// Changes after this position; 0 for all [default: those from now on]
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
    /// End after this many changes [default: never]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
}

/// Does it, until Ctrl-C, or until enough changes came.
///
/// # Errors
/// [`Failure`]; a cut is one only if no server answers for ten seconds afterwards.
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let partner = sales::partner_or_own(session, flags.partner.as_ref(), flags.at.bank).await?;
    across_cuts::watch(session, Sales { partner }, flags.after, flags.count).await
}

/// Of whom.
struct Sales {
    /// The owner number; 0 for the key's own.
    partner: u32,
}

impl Watched for Sales {
    type Message = api::WatchRedemptionsResponse;

    async fn begin(
        &self,
        session: &mut Session<'_, '_>,
        after_sequence: Option<u64>,
    ) -> Result<Streaming<Self::Message>, Status> {
        let request = api::WatchRedemptionsRequest { partner_owner_number: self.partner, after_sequence };
        Ok(session.client.redemption.watch_redemptions(Request::new(request)).await?.into_inner())
    }

    fn position(&self, message: &Self::Message) -> u64 {
        message.position
    }

    async fn print(
        &self,
        session: &mut Session<'_, '_>,
        message: Self::Message,
        is_first: bool,
    ) -> Result<Went, Failure> {
        let Some(sale) = message.redemption else { return Ok(Went::Unseen) };
        print(session, &sale, message.position, is_first)?;
        Ok(Went::Printed)
    }
}

fn print(
    session: &mut Session<'_, '_>,
    sale: &api::Redemption,
    position: u64,
    is_first: bool,
) -> Result<(), Failure> {
    match session.screen.format {
        Format::Table => session.screen.say(&format!("{position:>9}  {}", sales::sale_line(sale)))?,
        Format::Json => session.screen.json(&sales::sale_json(sale, position), false)?,
        Format::Csv => {
            let (mut columns, mut row): (Vec<_>, Vec<_>) = sales::cells(sale).into_iter().unzip();
            columns.push(Column::figures("position", "", 0));
            row.push(Cell::Number(position));
            let mut listing = Listing::resume(session.screen, columns, is_first)?;
            listing.row(row)?;
            listing.end()?;
        }
    }
    Ok(())
}

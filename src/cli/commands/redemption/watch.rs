//! `redemption watch`: sales as they change, across cuts of the connection.

use clap::Args;
use tonic::{Request, Streaming};

use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::commands::sales;
use crate::cli::connection;
use crate::cli::failure::{Failure, is_cut};
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
    tokio::select! {
        done = watch(session, &flags) => done,
        _told = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn watch(session: &mut Session<'_, '_>, flags: &Flags) -> Result<(), Failure> {
    let partner = sales::partner_or_own(session, flags.partner.as_ref(), flags.at.bank).await?;
    let mut after = flags.after;
    let mut left = flags.count;
    let mut has_header = false;
    loop {
        let mut changes = match begin(session, partner, after).await {
            Ok(changes) => changes,
            Err(status) if is_cut(&status) => {
                session.client = connection::connect(&session.target, session.screen).await?;
                continue;
            }
            Err(status) => return Err(status.into()),
        };
        loop {
            let answer = match changes.message().await {
                Ok(Some(answer)) => answer,
                Ok(None) => break,
                Err(status) if is_cut(&status) => break,
                Err(status) => return Err(status.into()),
            };
            after = Some(answer.position);
            let Some(sale) = answer.redemption else { continue };
            print(session, &sale, answer.position, !has_header)?;
            has_header = true;
            left = left.map(|left| left.saturating_sub(1));
            if left == Some(0) {
                return Ok(());
            }
        }
        let position = after.map_or_else(String::new, |after| format!(" after entry {after}"));
        session.screen.remark(&format!("The connection was cut{position}; going on from there."));
        session.client = connection::connect(&session.target, session.screen).await?;
    }
}

/// Why no deadline: a stream is open as long as somebody watches.
async fn begin(
    session: &mut Session<'_, '_>,
    partner_owner_number: u32,
    after_sequence: Option<u64>,
) -> Result<Streaming<api::WatchRedemptionsResponse>, tonic::Status> {
    let request = api::WatchRedemptionsRequest { partner_owner_number, after_sequence };
    Ok(session.client.redemption.watch_redemptions(Request::new(request)).await?.into_inner())
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
    // Whoever watches wants to see it now.
    session.screen.console.out.flush()?;
    Ok(())
}

//! `watch`: entries as they are written down, across cuts of the connection.

use clap::Args;
use tonic::{Request, Streaming};

use super::counted;
use crate::api;
use crate::cli::arguments::{any_form, any_kind};
use crate::cli::connection;
use crate::cli::entries::{entry_json, entry_line};
use crate::cli::failure::{Failure, is_cut};
use crate::cli::figures;
use crate::cli::screen::{Cell, Column, Format, Listing};
use crate::cli::session::Session;
use crate::cli::values;

/// Which entries.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook watch                            from now on, until Ctrl-C
  hourbook watch --after 0 --count 10       the first ten entries, then ends
  hourbook watch --account 10035 --output json

After a cut it goes on where it was. In json each entry is one line.")]
pub struct Flags {
    /// Entries after this one; 0 for all [default: those from now on]
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
    /// Only entries that touch an account of this bank
    #[arg(long, value_parser = counted)]
    bank: Option<u32>,
    /// Only entries that touch this account
    #[arg(long, value_parser = values::account)]
    account: Option<u32>,
    /// Only entries that do this; may be typed several times
    #[arg(long, value_parser = any_form())]
    form: Vec<api::Form>,
    /// Only entries of this kind; may be typed several times
    #[arg(long, value_parser = any_kind())]
    kind: Vec<api::Kind>,
    /// End after this many entries [default: never]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
}

/// Does it, until Ctrl-C, or until enough entries came.
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
    let mut after = flags.after;
    let mut left = flags.count;
    let mut has_header = false;
    loop {
        let mut entries = match begin(session, flags, after).await {
            Ok(entries) => entries,
            Err(status) if is_cut(&status) => {
                session.client = connection::connect(&session.target, session.screen).await?;
                continue;
            }
            Err(status) => return Err(status.into()),
        };
        loop {
            let answer = match entries.message().await {
                Ok(Some(answer)) => answer,
                Ok(None) => break,
                Err(status) if is_cut(&status) => break,
                Err(status) => return Err(status.into()),
            };
            after = Some(answer.position);
            let Some(entry) = answer.entry else { continue };
            print(session, &entry, !has_header)?;
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

async fn begin(
    session: &mut Session<'_, '_>,
    flags: &Flags,
    after: Option<u64>,
) -> Result<Streaming<api::WatchEntriesResponse>, tonic::Status> {
    let request = api::WatchEntriesRequest {
        after_sequence: after,
        bank_number: flags.bank.unwrap_or_default(),
        account_number: flags.account.unwrap_or_default(),
        forms: flags.form.iter().map(|form| (*form).into()).collect(),
        kinds: flags.kind.iter().map(|kind| (*kind).into()).collect(),
        heartbeat_seconds: 0,
    };
    Ok(session.client.ledger.watch_entries(Request::new(request)).await?.into_inner())
}

fn print(session: &mut Session<'_, '_>, entry: &api::Entry, is_first: bool) -> Result<(), Failure> {
    match session.screen.format {
        Format::Table => {
            let at = figures::short_time(entry.recorded_at);
            session.screen.say(&format!("{:>9}  {at}  {}", entry.sequence, entry_line(entry)))?;
        }
        Format::Json => session.screen.json(&entry_json(entry), false)?,
        Format::Csv => {
            let columns =
                ["sequence", "recorded_at", "form", "kind", "line"].map(|name| Column::words(name, "", 0));
            let row = vec![
                Cell::Number(entry.sequence),
                Cell::text_or_nothing(figures::time(entry.recorded_at).unwrap_or_default()),
                Cell::Text(figures::form_name(entry.form)),
                Cell::text_or_nothing(if entry.kind == 0 {
                    String::new()
                } else {
                    figures::kind_name(entry.kind)
                }),
                Cell::Text(entry_line(entry)),
            ];
            let mut listing = Listing::resume(session.screen, columns.to_vec(), is_first)?;
            listing.row(row)?;
            listing.end()?;
        }
    }
    // Whoever watches wants to see it now.
    session.screen.console.out.flush()?;
    Ok(())
}

//! `watch`: entries as they are written down, across cuts of the connection.

use clap::Args;
use tonic::{Request, Status, Streaming};

use super::across_cuts::{self, Watched, Went};
use super::counted;
use crate::api;
use crate::cli::arguments::{any_form, any_kind};
use crate::cli::entries::{entry_json, entry_line};
use crate::cli::failure::Failure;
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
    let (after, count) = (flags.after, flags.count);
    across_cuts::watch(session, flags, after, count).await
}

impl Watched for Flags {
    type Message = api::WatchEntriesResponse;

    async fn begin(
        &self,
        session: &mut Session<'_, '_>,
        after: Option<u64>,
    ) -> Result<Streaming<Self::Message>, Status> {
        let request = api::WatchEntriesRequest {
            after_sequence: after,
            bank_number: self.bank.unwrap_or_default(),
            account_number: self.account.unwrap_or_default(),
            forms: self.form.iter().map(|form| (*form).into()).collect(),
            kinds: self.kind.iter().map(|kind| (*kind).into()).collect(),
            heartbeat_seconds: 0,
        };
        Ok(session.client.ledger.watch_entries(Request::new(request)).await?.into_inner())
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
        message
            .entry
            .map_or(Ok(Went::Unseen), |entry| print(session, &entry, is_first).map(|()| Went::Printed))
    }
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
    Ok(())
}

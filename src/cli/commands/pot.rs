//! `pot open`, `pot list`, `pot grant` and `pot claim`: hours kept for a purpose.

use clap::{Args, Subcommand};

use super::exchange::claim;
use super::exchange::give::{GrantFlags, grant};
use super::{counted, receipt};
use crate::api;
use crate::cli::arguments::{LimitFlags, WriteFlags};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures;
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values;

/// What can be done with pots.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a pot for a purpose; a lead does that
    Open(OpenFlags),
    /// The pots of a bank: what is in them, until when and by whom hours are handed out
    List(ListFlags),
    /// Hand out hours of a pot
    Grant(GrantFlags),
    /// Give an organisation back from a pot what lines of it took
    Claim(claim::Flags),
}

/// A pot to open.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook pot open --purpose 'garden 2026' --last-day 2026-12-31 --broker-line 3
  hourbook pot open --purpose 'winter fund' --by-panel

From then on 'hourbook credit --from garden' hands out of it, up to the line and until the last day, and
'hourbook donate --pot garden' gives to it.")]
pub struct OpenFlags {
    /// In which bank [default: the profile's, or the only one your key reaches]
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: Option<u32>,
    /// What it is for, which is also its name; kept encrypted
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// The last day hours may be handed out of it, like 2026-12-31 [default: no end]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    last_day: Option<api::Date>,
    /// Brokers may hand out of it, up to so many hours at a time [default: a lead alone may]
    #[arg(long, value_name = "HOURS", value_parser = values::hours, conflicts_with = "by_panel")]
    broker_line: Option<i64>,
    /// A panel's decision hands out of it
    #[arg(long)]
    by_panel: bool,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// Which pots.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "\
Example:
  hourbook pot list --bank 1")]
pub struct ListFlags {
    /// In which bank [default: the profile's, or the only one your key reaches]
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: Option<u32>,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Open(flags) => open(session, flags).await,
        Command::List(flags) => list(session, flags).await,
        Command::Grant(flags) => grant(session, flags).await,
        Command::Claim(flags) => claim::run(session, flags).await,
    }
}

async fn open(session: &mut Session<'_, '_>, flags: OpenFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let bank_number = session.bank_number(flags.bank).await?;
    let opens = match flags.broker_line {
        Some(_) => api::PotOpens::Brokers,
        None if flags.by_panel => api::PotOpens::Panel,
        None => api::PotOpens::Lead,
    };
    let limits = if flags.limits.is_typed() {
        let request = api::GetBankPolicyRequest { bank_number, at_sequence: 0 };
        let policy = session.client.directory.get_bank_policy(call(request)).await?.into_inner().policy;
        let usual = policy.and_then(|policy| policy.pot_limits);
        let zero = api::Limits { floor_seconds: Some(0), ..api::Limits::default() };
        Some(flags.limits.over(usual.unwrap_or(zero)))
    } else {
        None
    };
    let purpose = flags.purpose.clone();
    let request = api::OpenPotRequest {
        request_id: id.to_string(),
        bank_number,
        purpose: flags.purpose,
        last_day: flags.last_day,
        opens: opens.into(),
        broker_line_seconds: flags.broker_line.unwrap_or_default(),
        limits,
        validate_only,
    };
    let answer = session.client.directory.open_pot(call(request)).await.asking(id)?;
    let last_day = figures::day(flags.last_day).map_or(Cell::Nothing, Cell::Text);
    let line = flags.broker_line.map_or(Cell::Nothing, Cell::Seconds);
    let extra = vec![
        (
            Column::figures("account_number", "Account", 0),
            Cell::number_or_nothing(answer.account_number.into()),
        ),
        (Column::words("purpose", "For", 0), Cell::Text(purpose)),
        (Column::words("last_day", "Until", 0), last_day),
        (Column::words("opens", "Handed out by", 0), opened_by(opens)),
        (Column::figures("broker_line_seconds", "A broker at a time", 0), line),
    ];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

fn opened_by(opens: api::PotOpens) -> Cell {
    match opens {
        api::PotOpens::Brokers => Cell::Said("brokers".into(), "brokers, up to their line".to_owned()),
        api::PotOpens::Lead => Cell::Said("lead".into(), "a lead".to_owned()),
        api::PotOpens::Panel => Cell::Said("panel".into(), "a panel's decision".to_owned()),
        api::PotOpens::Unspecified => Cell::Nothing,
    }
}

async fn list(session: &mut Session<'_, '_>, flags: ListFlags) -> Result<(), Failure> {
    let bank_number = session.bank_number(flags.bank).await?;
    let community = session.bank(bank_number).await?.pot_account_number;
    let columns = vec![
        Column::figures("account_number", "Account", 7),
        Column::words("purpose", "For", 20),
        Column::words("standing", "", 6),
        Column::figures("posted_seconds", "Has", 8),
        Column::figures("held_seconds", "Set aside", 9),
        Column::words("last_day", "Until", 10),
        Column::words("opens", "Handed out by", 25),
        Column::figures("broker_line_seconds", "Line", 6),
    ];
    let mut ledger = session.client.ledger.clone();
    let mut listing = Listing::begin(session.screen, columns)?;
    let mut page_token = String::new();
    loop {
        let request = api::ListAccountsRequest {
            bank_number,
            kind: api::AccountKind::Pot.into(),
            owner_number: 0,
            page_size: PAGE_SIZE,
            page_token,
        };
        let answer = ledger.list_accounts(call(request)).await?.into_inner();
        for account in answer.accounts {
            let balance = account.balance.unwrap_or_default();
            let terms = account.pot.unwrap_or_default();
            let purpose = if !terms.purpose.is_empty() {
                Cell::Text(terms.purpose.clone())
            } else if account.account_number == community && account.label.is_empty() {
                Cell::Said("".into(), "the community pot".to_owned())
            } else {
                Cell::text_or_nothing(account.label)
            };
            listing.row(vec![
                Cell::Number(account.account_number.into()),
                purpose,
                Cell::Text(figures::standing_name(account.standing)),
                Cell::Seconds(balance.posted_seconds),
                Cell::seconds_or_nothing(balance.held_seconds),
                figures::day(terms.last_day).map_or(Cell::Nothing, Cell::Text),
                opened_by(terms.opens()),
                Cell::seconds_or_nothing(Some(terms.broker_line_seconds).filter(|line| *line > 0)),
            ])?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(listing.end()?);
        }
    }
}

//! `account open`, `show`, `list`, `limits` and `close`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::bank::{ANYBODY, is_only_the_owner, new_owner};
use super::{counted, derived, level_words, receipt};
use crate::api;
use crate::api::entry::Action;
use crate::cli::arguments::{DetailFlags, LimitFlags, WriteFlags, any_account_kind, new_account_kind};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures;
use crate::cli::screen::{Cell, Column, Format, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values;
use crate::domain::RequestId;

/// Changes of limits and standing that are shown.
const HISTORY_SIZE: u32 = 100;

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open an account for a member, an organisation, a partner or a pot
    Open(OpenFlags),
    /// One account: what it has, how far it may go, and what was changed when
    Show {
        /// Its number, as on a card
        #[arg(value_parser = values::account)]
        account: u32,
    },
    /// Accounts in the order of their numbers
    List(ListFlags),
    /// Set how far an account may go; what is not typed stays
    Limits(LimitsFlags),
    /// Close an account; its lines stay
    Close(CloseFlags),
}

/// An account to open.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook account open --bank 1 --name Ann --floor -10
  hourbook account open --bank 1 --kind pot --name 'Garden pot'

Without limits an account goes down to zero. A member may go below it with --floor -10.")]
pub struct OpenFlags {
    /// In which bank
    #[arg(long, value_parser = counted)]
    bank: u32,
    /// What it is for
    #[arg(long, default_value = "member", value_parser = new_account_kind())]
    kind: api::AccountKind,
    /// What it is called: a person's or a group's name; kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    name: String,
    /// Whose it is, if they have a number already [default: a new one]
    #[arg(long, value_name = "OWNER", value_parser = counted)]
    owner: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// Which accounts.
#[derive(Debug, Args)]
pub struct ListFlags {
    /// Only this bank
    #[arg(long, value_parser = counted)]
    bank: Option<u32>,
    /// Only this kind
    #[arg(long, value_parser = any_account_kind())]
    kind: Option<api::AccountKind>,
    /// Only this owner
    #[arg(long, value_parser = counted)]
    owner: Option<u32>,
}

/// Limits to set.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("limit").required(true).multiple(true)
    .args(["floor", "ceiling", "hard_ceiling", "soft_ceiling", "warn_below", "warn_above"]))]
#[command(after_help = "\
Examples:
  hourbook account limits 10043 --floor -10
  hourbook account limits 10043 --ceiling none --warn-below -5")]
pub struct LimitsFlags {
    /// Whose
    #[arg(value_parser = values::account)]
    account: u32,
    #[command(flatten)]
    limits: LimitFlags,
    /// Mark what rises past the ceiling, instead of refusing it
    #[arg(long, conflicts_with = "hard_ceiling")]
    soft_ceiling: bool,
    #[command(flatten)]
    details: DetailFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// An account to close.
#[derive(Debug, Args)]
pub struct CloseFlags {
    /// Which
    #[arg(value_parser = values::account)]
    account: u32,
    /// Takes what is left, or makes good what is missing; often the bank's pot
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    remainder_to: u32,
    #[command(flatten)]
    details: DetailFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Open(flags) => open(session, flags).await,
        Command::Show { account } => show(session, account).await,
        Command::List(flags) => list(session, flags).await,
        Command::Limits(flags) => limits(session, flags).await,
        Command::Close(flags) => close(session, flags).await,
    }
}

async fn open(session: &mut Session<'_, '_>, flags: OpenFlags) -> Result<(), Failure> {
    let id = flags.write.id();
    let validate_only = flags.write.validate_only;
    let mut account = api::NewAccount {
        bank_number: flags.bank,
        kind: flags.kind.into(),
        owner_number: flags.owner.unwrap_or(ANYBODY),
        label: flags.name,
        limits: Some(flags.limits.for_new()),
    };
    let request_id = if flags.owner.is_some() { id } else { derived(id, "account") };
    if flags.owner.is_none() {
        // Checked for anybody first: what cannot be opened needs no owner in the books.
        let check = api::OpenAccountRequest {
            request_id: RequestId::fresh().to_string(),
            account: Some(account.clone()),
            validate_only: true,
        };
        session.client.ledger.open_account(call(check)).await.asking(id)?;
        account.owner_number = new_owner(session, id, validate_only).await?;
    }
    let owner_number = account.owner_number;
    let request =
        api::OpenAccountRequest { request_id: request_id.to_string(), account: Some(account), validate_only };
    let answer = match session.client.ledger.open_account(call(request)).await.asking(id) {
        Err(failure) if flags.owner.is_none() && is_only_the_owner(&failure, validate_only) => {
            api::OpenAccountResponse { receipt: Some(api::Receipt::default()) }
        }
        answer => answer?,
    };
    let receipt = receipt(answer.receipt)?;
    let number = match receipt.entry.as_ref().and_then(|entry| entry.action.as_ref()) {
        Some(Action::AccountsOpened(opened)) if !validate_only => opened.account_numbers.first().copied(),
        _ => None,
    };
    let owner = if validate_only { flags.owner.unwrap_or_default() } else { owner_number };
    let extra = vec![
        (
            Column::figures("account_number", "Account", 0),
            number.map_or(Cell::Nothing, |number| Cell::Number(number.into())),
        ),
        (Column::figures("owner_number", "Owner", 0), Cell::number_or_nothing(owner.into())),
    ];
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

async fn show(session: &mut Session<'_, '_>, account_number: u32) -> Result<(), Failure> {
    let request = api::GetAccountRequest { account_number, history_size: HISTORY_SIZE };
    let answer = session.client.ledger.get_account(call(request)).await?.into_inner();
    let account = answer.account.unwrap_or_default();
    let mut cells = account_cells(&account);
    let limits = account.limits.unwrap_or_default();
    let level = |name, title, seconds: Option<i64>, absent| {
        let words = Cell::Said(seconds.map_or(Value::Null, Value::from), level_words(seconds, absent));
        (Column::figures(name, title, 0), words)
    };
    cells.extend([
        level("floor_seconds", "May go down to", limits.floor_seconds, "as far as the books go"),
        level("ceiling_seconds", "May go up to", limits.ceiling_seconds, "as far as the books go"),
        (Column::words("ceiling_is_hard", "Refused above that", 0), Cell::Flag(limits.ceiling_is_hard)),
        level("warn_below_seconds", "A friendly note below", limits.warn_below_seconds, "none"),
        level("warn_above_seconds", "A friendly note above", limits.warn_above_seconds, "none"),
    ]);
    if session.screen.format == Format::Json {
        let history: Vec<_> = answer.history.iter().map(change_json).collect();
        cells.push((Column::words("history", "", 0), Cell::Said(history.into(), String::new())));
    }
    session.screen.record(&cells)?;
    if session.screen.is_for_people() && !answer.history.is_empty() {
        session.screen.say("\nChanged by entry:".trim_start())?;
        let columns = vec![
            Column::figures("sequence", "Entry", 6),
            Column::words("recorded_at", "Written down (UTC)", 16),
            Column::words("standing", "Then", 6),
            Column::words("floor_seconds", "Down to", 8),
            Column::words("ceiling_seconds", "Up to", 8),
        ];
        let mut listing = Listing::begin(session.screen, columns)?;
        for change in &answer.history {
            let limit = |pick: fn(&api::Limits) -> Option<i64>| match &change.limits {
                Some(limits) => Cell::Text(level_words(pick(limits), "no limit")),
                None => Cell::Nothing,
            };
            listing.row(vec![
                Cell::Number(change.sequence),
                Cell::Text(figures::short_time(change.recorded_at)),
                Cell::Text(figures::standing_name(change.standing)),
                limit(|limits| limits.floor_seconds),
                limit(|limits| limits.ceiling_seconds),
            ])?;
        }
        listing.end()?;
    }
    Ok(())
}

fn change_json(change: &api::StandingChange) -> Value {
    json!({
        "sequence": change.sequence,
        "recorded_at": figures::time(change.recorded_at),
        "standing": figures::standing_name(change.standing),
        "limits": change.limits.as_ref().map(|limits| json!({
            "floor_seconds": limits.floor_seconds,
            "ceiling_seconds": limits.ceiling_seconds,
            "ceiling_is_hard": limits.ceiling_is_hard,
            "warn_below_seconds": limits.warn_below_seconds,
            "warn_above_seconds": limits.warn_above_seconds,
        })),
    })
}

fn account_cells(account: &api::Account) -> Vec<(Column, Cell)> {
    let balance = account.balance.unwrap_or_default();
    let label = if account.label_is_gone {
        Cell::Said(Value::Null, "(cannot be read any more)".to_owned())
    } else {
        Cell::text_or_nothing(account.label.clone())
    };
    vec![
        (Column::figures("account_number", "Account", 9), Cell::Number(account.account_number.into())),
        (Column::figures("bank_number", "Bank", 4), Cell::Number(account.bank_number.into())),
        (Column::words("kind", "Kind", 12), Cell::Text(figures::account_kind_name(account.kind))),
        (Column::words("label", "Name", 16), label),
        (Column::figures("owner_number", "Owner", 6), Cell::Number(account.owner_number.into())),
        (Column::words("standing", "Standing", 6), Cell::Text(figures::standing_name(account.standing))),
        (Column::figures("posted_seconds", "Balance", 9), Cell::Seconds(balance.posted_seconds)),
        (Column::figures("held_seconds", "Set aside", 9), Cell::seconds_or_nothing(balance.held_seconds)),
    ]
}

async fn list(session: &mut Session<'_, '_>, flags: ListFlags) -> Result<(), Failure> {
    let columns = account_cells(&api::Account::default()).into_iter().map(|(column, _)| column).collect();
    let mut ledger = session.client.ledger.clone();
    let mut listing = Listing::begin(session.screen, columns)?;
    let mut page_token = String::new();
    loop {
        let request = api::ListAccountsRequest {
            bank_number: flags.bank.unwrap_or_default(),
            kind: flags.kind.unwrap_or_default().into(),
            owner_number: flags.owner.unwrap_or_default(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let answer = ledger.list_accounts(call(request)).await?.into_inner();
        for account in &answer.accounts {
            listing.row(account_cells(account).into_iter().map(|(_, cell)| cell).collect())?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(listing.end()?);
        }
    }
}

/// The call sets all limits, so those not typed are read first. Somebody who sets others in between is
/// overruled, which the account's history shows.
async fn limits(session: &mut Session<'_, '_>, flags: LimitsFlags) -> Result<(), Failure> {
    let present = session.account(flags.account).await?.limits.unwrap_or_default();
    let mut limits = flags.limits.over(present);
    if flags.soft_ceiling {
        limits.ceiling_is_hard = false;
    }
    let id = flags.write.id();
    let request = api::SetLimitsRequest {
        request_id: id.to_string(),
        account_number: flags.account,
        limits: Some(limits),
        details: flags.details.details(),
        validate_only: flags.write.validate_only,
    };
    let answer = session.client.ledger.set_limits(call(request)).await.asking(id)?;
    let level = |name, title, seconds: Option<i64>| {
        let words = Cell::Said(seconds.map_or(Value::Null, Value::from), level_words(seconds, "no limit"));
        (Column::figures(name, title, 0), words)
    };
    let extra = vec![
        level("floor_seconds", "May go down to", limits.floor_seconds),
        level("ceiling_seconds", "May go up to", limits.ceiling_seconds),
    ];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only: flags.write.validate_only, extra }).await
}

async fn close(session: &mut Session<'_, '_>, flags: CloseFlags) -> Result<(), Failure> {
    let id = flags.write.id();
    let request = api::CloseAccountRequest {
        request_id: id.to_string(),
        account_number: flags.account,
        remainder_to_account_number: flags.remainder_to,
        details: flags.details.details(),
        validate_only: flags.write.validate_only,
    };
    let answer = session.client.ledger.close_account(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(
        session,
        Written { receipt, request_id: id, validate_only: flags.write.validate_only, extra: Vec::new() },
    )
    .await
}

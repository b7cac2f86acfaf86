//! `bank open` and `bank list`; what else can be done with a bank is in files of its own.

mod activities;
mod lock;
mod policy;
mod policy_flags;

use clap::{Args, Subcommand};

use super::{counted, derived, receipt};
use crate::api;
use crate::api::entry::Action;
use crate::cli::arguments::WriteFlags;
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values;
use crate::domain::RequestId;

/// What can be done with banks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a time bank with its pot and the account its hours are made on
    Open(OpenFlags),
    /// All time banks
    List,
    /// What a bank has agreed on: show it, set it
    #[command(subcommand)]
    Policy(policy::Command),
    /// Close a month: what is written down for it later stands in the next report
    Lock(lock::Flags),
    /// What help is for: show the list, add to it
    #[command(subcommand)]
    Activities(activities::Command),
}

/// A bank to open.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook bank open --name Rivermeet --time-zone Europe/London --cap 100")]
pub struct OpenFlags {
    /// Its name
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// Where it is, as an IANA time zone; days begin and end there
    #[arg(long, value_name = "ZONE", default_value = "Europe/London")]
    time_zone: String,
    /// How many hours the bank itself may make at most; 0 for none
    #[arg(long, value_name = "HOURS", default_value = "0", value_parser = values::level)]
    cap: values::Level,
    /// The bank as an owner, if it has a number already [default: a new one]
    #[arg(long, value_name = "OWNER", value_parser = counted)]
    owner: Option<u32>,
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
        Command::List => list(session).await,
        Command::Policy(command) => policy::run(session, command).await,
        Command::Lock(flags) => lock::run(session, flags).await,
        Command::Activities(command) => activities::run(session, command).await,
    }
}

/// A new owner for what `command` opens. Where it is only checked none is handed out, and owner 1 stands
/// for it.
///
/// # Errors
/// [`Failure`].
pub(super) async fn new_owner(
    session: &mut Session<'_, '_>,
    id: RequestId,
    validate_only: bool,
) -> Result<u32, Failure> {
    let register = derived(id, "owner");
    let request = api::RegisterOwnersRequest { request_id: register.to_string(), count: 1, validate_only };
    let answer = session.client.ledger.register_owners(call(request)).await.asking(id)?;
    match receipt(answer.receipt)?.entry.and_then(|entry| entry.action) {
        Some(Action::OwnersRegistered(owners)) => Ok(owners.first_owner_number.max(1)),
        _ => Err(Failure::Unreachable("the server answered without the owner's number".to_owned())),
    }
}

/// The first owner there is: whoever is named in a check before the real owner is registered.
pub(super) const ANYBODY: u32 = 1;

/// Whether all that is missing is the owner that a mere check has not registered.
pub(super) fn is_only_the_owner(failure: &Failure, validate_only: bool) -> bool {
    let Failure::Status(status, _) = failure else { return false };
    let details = tonic_types::StatusExt::get_error_details(&**status);
    validate_only && details.error_info().is_some_and(|info| info.reason == "OWNER_NOT_FOUND")
}

async fn open(session: &mut Session<'_, '_>, flags: OpenFlags) -> Result<(), Failure> {
    let values::Level::Seconds(cap) = flags.cap else {
        return Err(Failure::Usage(
            "--cap needs a number of hours: books without an end have no cap to keep".to_owned(),
        ));
    };
    if cap < 0 {
        return Err(Failure::Usage(
            "--cap is how many hours may be made: type it without a minus".to_owned(),
        ));
    }
    let id = flags.write.id();
    let validate_only = flags.write.validate_only;
    let mut request = api::OpenBankRequest {
        request_id: if flags.owner.is_some() { id } else { derived(id, "bank") }.to_string(),
        owner_number: flags.owner.unwrap_or(ANYBODY),
        name: flags.name,
        time_zone: flags.time_zone,
        pot_limits: None,
        issuance_limits: Some(api::Limits { floor_seconds: Some(-cap), ..api::Limits::default() }),
        validate_only,
    };
    if flags.owner.is_none() {
        // Checked for anybody first: what cannot be opened needs no owner in the books.
        let request_id = RequestId::fresh().to_string();
        let check = api::OpenBankRequest { request_id, validate_only: true, ..request.clone() };
        match session.client.ledger.open_bank(call(check)).await.asking(id) {
            Err(failure) if !is_only_the_owner(&failure, true) => return Err(failure),
            Ok(_) | Err(_) => {}
        }
        request.owner_number = new_owner(session, id, validate_only).await?;
    }
    let answer = match session.client.ledger.open_bank(call(request)).await.asking(id) {
        Err(failure) if flags.owner.is_none() && is_only_the_owner(&failure, validate_only) => {
            api::OpenBankResponse { receipt: Some(api::Receipt::default()) }
        }
        answer => answer?,
    };
    let receipt = receipt(answer.receipt)?;
    let opened = match receipt.entry.as_ref().and_then(|entry| entry.action.as_ref()) {
        Some(Action::BankOpened(bank)) => bank.clone(),
        _ => api::BankOpened::default(),
    };
    let number =
        |name, title, number: u32| (Column::figures(name, title, 0), Cell::number_or_nothing(number.into()));
    let extra = vec![
        number("bank_number", "Bank", opened.bank_number),
        number("pot_account_number", "Its pot", opened.pot_account_number),
        number("issuance_account_number", "Its hours are made on", opened.issuance_account_number),
        number("owner_number", "Its owner number", opened.owner_number),
    ];
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

async fn list(session: &mut Session<'_, '_>) -> Result<(), Failure> {
    let columns = vec![
        Column::figures("bank_number", "Bank", 4),
        Column::words("name", "Name", 16),
        Column::words("time_zone", "Time zone", 14),
        Column::figures("pot_account_number", "Pot", 9),
        Column::figures("issuance_account_number", "Hours made on", 9),
        Column::figures("owner_number", "Owner", 6),
        Column::figures("opened_sequence", "Opened by entry", 6),
    ];
    let mut ledger = session.client.ledger.clone();
    let mut listing = Listing::begin(session.screen, columns)?;
    let mut page_token = String::new();
    loop {
        let request = api::ListBanksRequest { page_size: PAGE_SIZE, page_token };
        let answer = ledger.list_banks(call(request)).await?.into_inner();
        for bank in answer.banks {
            listing.row(vec![
                Cell::Number(bank.bank_number.into()),
                Cell::text_or_nothing(bank.name),
                Cell::Text(bank.time_zone),
                Cell::Number(bank.pot_account_number.into()),
                Cell::Number(bank.issuance_account_number.into()),
                Cell::Number(bank.owner_number.into()),
                Cell::Number(bank.opened_sequence),
            ])?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(listing.end()?);
        }
    }
}

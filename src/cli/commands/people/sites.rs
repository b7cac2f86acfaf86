//! `partner venue` and `partner till`: where a partner takes hours.

use clap::{Args, Subcommand};

use super::who;
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::{counted, receipt};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};
use crate::domain::RequestId;

/// What can be done with venues.
#[derive(Debug, Subcommand)]
pub enum VenueCommand {
    /// Another place where the partner takes hours
    #[command(after_help = VENUE_EXAMPLES)]
    Add(VenueFlags),
    /// Call a venue something else, or say where it is now; what is not typed stays
    #[command(after_help = VENUE_EXAMPLES)]
    Change(ChangedVenueFlags),
    /// Close a venue, and the tills in it, for good
    Close(CloseFlags),
}

/// What can be done with tills.
#[derive(Debug, Subcommand)]
pub enum TillCommand {
    /// Another till in a venue
    #[command(after_help = TILL_EXAMPLES)]
    Add(TillFlags),
    /// Move a till to another venue
    #[command(after_help = TILL_EXAMPLES)]
    Move(MovedTillFlags),
    /// Close a till for good; end its key with 'hourbook key revoke'
    Close(CloseFlags),
}

/// Below the help of venues.
const VENUE_EXAMPLES: &str = "\
Examples:
  hourbook partner venue add saucer --name 'Ladle Street' --address '3 Ladle Street'
  hourbook partner venue change saucer 1 --address '5 Ladle Street'
  hourbook partner venue close saucer 1";

/// Below the help of tills.
const TILL_EXAMPLES: &str = "\
Examples:
  hourbook partner till add saucer --venue 1
  hourbook partner till move saucer 2 --venue 3
  hourbook key create --role till --partner 12 --till 2 --name 'till 2, Saucer & Spoon' --out till-2.key";

/// Whose.
#[derive(Clone, Debug, Args)]
struct PartnerFlags {
    /// Whose: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Whom,
    #[command(flatten)]
    at: BankFlag,
}

/// A venue.
#[derive(Debug, Args)]
pub struct VenueFlags {
    #[command(flatten)]
    of: PartnerFlags,
    /// What it is called; kept encrypted
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// Where it is; kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    address: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// A venue of which something else is known.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("known").required(true).multiple(true).args(["name", "address"])))]
pub struct ChangedVenueFlags {
    #[command(flatten)]
    of: PartnerFlags,
    /// Its number at the partner
    #[arg(value_name = "NUMBER", value_parser = counted)]
    number: u32,
    /// What it is called now
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Where it is now; '' takes it out
    #[arg(long, value_name = "TEXT")]
    address: Option<String>,
    #[command(flatten)]
    write: WriteFlags,
}

/// A till.
#[derive(Debug, Args)]
pub struct TillFlags {
    #[command(flatten)]
    of: PartnerFlags,
    /// The number of the venue it stands in
    #[arg(long, value_name = "NUMBER", value_parser = counted)]
    venue: u32,
    #[command(flatten)]
    write: WriteFlags,
}

/// A till that stands elsewhere.
#[derive(Debug, Args)]
pub struct MovedTillFlags {
    #[command(flatten)]
    of: PartnerFlags,
    /// Its number at the partner
    #[arg(value_name = "NUMBER", value_parser = counted)]
    number: u32,
    /// The number of the venue it stands in now
    #[arg(long, value_name = "NUMBER", value_parser = counted)]
    venue: u32,
    #[command(flatten)]
    write: WriteFlags,
}

/// What is to be closed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook partner venue close saucer 1
  hourbook partner till close saucer 2")]
pub struct CloseFlags {
    #[command(flatten)]
    of: PartnerFlags,
    /// Its number at the partner
    #[arg(value_name = "NUMBER", value_parser = counted)]
    number: u32,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it with a venue.
///
/// # Errors
/// [`Failure`].
pub async fn venue(session: &mut Session<'_, '_>, command: VenueCommand) -> Result<(), Failure> {
    match command {
        VenueCommand::Add(flags) => {
            let partner = found(session, &flags.of).await?;
            set_venue(session, &partner, (0, flags.name, flags.address), flags.write).await
        }
        VenueCommand::Change(flags) => {
            let partner = found(session, &flags.of).await?;
            // The call says both, so what is not typed is what is known. That there is no such venue says the server.
            let present = partner.venues.iter().find(|venue| venue.venue_number == flags.number);
            let present = present.cloned().unwrap_or_default();
            let name = flags.name.unwrap_or(present.name);
            let address = flags.address.unwrap_or(present.address);
            set_venue(session, &partner, (flags.number, name, address), flags.write).await
        }
        VenueCommand::Close(flags) => {
            let partner = found(session, &flags.of).await?;
            let id = flags.write.id();
            let request = api::CloseVenueRequest {
                request_id: id.to_string(),
                partner_owner_number: partner.owner_number,
                venue_number: flags.number,
                validate_only: flags.write.validate_only,
            };
            let answer = session.client.directory.close_venue(call(request)).await.asking(id)?;
            let closed =
                (Column::figures("venue_number", "Closed venue", 0), Cell::Number(flags.number.into()));
            told(session, &partner, vec![closed], (answer.receipt, id), flags.write).await
        }
    }
}

/// Does it with a till.
///
/// # Errors
/// [`Failure`].
pub async fn till(session: &mut Session<'_, '_>, command: TillCommand) -> Result<(), Failure> {
    match command {
        TillCommand::Add(flags) => {
            let partner = found(session, &flags.of).await?;
            set_till(session, &partner, (0, flags.venue), flags.write).await
        }
        TillCommand::Move(flags) => {
            let partner = found(session, &flags.of).await?;
            set_till(session, &partner, (flags.number, flags.venue), flags.write).await
        }
        TillCommand::Close(flags) => {
            let partner = found(session, &flags.of).await?;
            let id = flags.write.id();
            let request = api::CloseTillRequest {
                request_id: id.to_string(),
                partner_owner_number: partner.owner_number,
                till_number: flags.number,
                validate_only: flags.write.validate_only,
            };
            let answer = session.client.directory.close_till(call(request)).await.asking(id)?;
            let closed =
                (Column::figures("till_number", "Closed till", 0), Cell::Number(flags.number.into()));
            told(session, &partner, vec![closed], (answer.receipt, id), flags.write).await
        }
    }
}

async fn found(session: &mut Session<'_, '_>, of: &PartnerFlags) -> Result<api::Person, Failure> {
    lookup::person(session, &of.partner, of.at.bank, Some(api::PersonKind::Partner)).await
}

/// `number` is 0 for another one.
async fn set_venue(
    session: &mut Session<'_, '_>,
    partner: &api::Person,
    (number, name, address): (u32, String, String),
    write: WriteFlags,
) -> Result<(), Failure> {
    let id = write.id();
    let request = api::SetVenueRequest {
        request_id: id.to_string(),
        partner_owner_number: partner.owner_number,
        venue_number: number,
        name: name.clone(),
        address: address.clone(),
        validate_only: write.validate_only,
    };
    let answer = session.client.directory.set_venue(call(request)).await.asking(id)?;
    let extra = vec![
        (Column::figures("venue_number", "Venue", 0), Cell::number_or_nothing(answer.venue_number.into())),
        (Column::words("name", "Called", 0), Cell::text_or_nothing(name)),
        (Column::words("address", "At", 0), Cell::text_or_nothing(address)),
    ];
    told(session, partner, extra, (answer.receipt, id), write).await
}

/// `number` is 0 for another one.
async fn set_till(
    session: &mut Session<'_, '_>,
    partner: &api::Person,
    (number, venue): (u32, u32),
    write: WriteFlags,
) -> Result<(), Failure> {
    let id = write.id();
    let request = api::SetTillRequest {
        request_id: id.to_string(),
        partner_owner_number: partner.owner_number,
        till_number: number,
        venue_number: venue,
        validate_only: write.validate_only,
    };
    let answer = session.client.directory.set_till(call(request)).await.asking(id)?;
    let extra = vec![
        (Column::figures("till_number", "Till", 0), Cell::number_or_nothing(answer.till_number.into())),
        (Column::figures("venue_number", "In venue", 0), Cell::Number(venue.into())),
    ];
    told(session, partner, extra, (answer.receipt, id), write).await
}

async fn told(
    session: &mut Session<'_, '_>,
    partner: &api::Person,
    mut extra: Vec<(Column, Cell)>,
    (written, request_id): (Option<api::Receipt>, RequestId),
    write: WriteFlags,
) -> Result<(), Failure> {
    extra.insert(0, who(partner));
    let receipt = receipt(written)?;
    tell(session, Written { receipt, request_id, validate_only: write.validate_only, extra }).await
}

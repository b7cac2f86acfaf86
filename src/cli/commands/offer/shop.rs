//! What a partner says of itself: how many hours it takes in a month, and who stands at its tills.

use clap::Args;
use serde_json::json;

use super::super::receipt;
use super::{PartnerFlags, partner};
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// How many hours a month.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook offer budget saucer                 what was said, and what is taken of it
  hourbook offer budget saucer --hours 10
  hourbook offer budget saucer --no-end")]
pub struct BudgetFlags {
    #[command(flatten)]
    partner: PartnerFlags,
    /// How many hours in a month at most
    #[arg(long, value_name = "HOURS", value_parser = values::length)]
    hours: Option<i64>,
    /// As many as come
    #[arg(long, conflicts_with = "hours")]
    no_end: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// Who stands at the tills.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Whoever it is now:
    hourbook offer staff saucer
  Esme, who has an account and so cannot take her own hours at the till, and Rafe, who has none:
    hourbook offer staff saucer --has EP='esme pike' --has RA")]
pub struct StaffFlags {
    #[command(flatten)]
    partner: PartnerFlags,
    /// Somebody at the tills: initials in capitals, with who that is if they have an account. Again for each: all of
    /// them are said at once
    #[arg(long, value_name = "INITIALS[=WHO]", value_parser = initials)]
    has: Vec<(String, Option<Whom>)>,
    /// Nobody: no till sells anything
    #[arg(long, conflicts_with = "has")]
    nobody: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// What a partner has said of itself.
async fn said(
    session: &mut Session<'_, '_>,
    flags: &PartnerFlags,
) -> Result<api::DayTotalsResponse, Failure> {
    let partner_owner_number = partner(session, flags).await?;
    let request = api::DayTotalsRequest { partner_owner_number, day: None };
    Ok(session.client.redemption.day_totals(call(request)).await?.into_inner())
}

/// How many hours a month, as people read them.
fn month(seconds: Option<i64>) -> (Column, Cell) {
    let cell = seconds.map_or(Cell::Said("".into(), "as many as come".to_owned()), Cell::Seconds);
    (Column::figures("month_seconds", "Hours a month", 0), cell)
}

/// Says how many hours a month, or what was said.
///
/// # Errors
/// [`Failure`].
pub async fn budget(session: &mut Session<'_, '_>, flags: BudgetFlags) -> Result<(), Failure> {
    if flags.hours.is_none() && !flags.no_end {
        let said = said(session, &flags.partner).await?;
        let taken = (
            Column::figures("taken_seconds", "Taken or set aside this month", 0),
            Cell::Seconds(said.budget_taken_seconds),
        );
        return Ok(session.screen.record(&[month(said.budget_seconds), taken])?);
    }
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let request = api::SetPartnerBudgetRequest {
        request_id: id.to_string(),
        partner_owner_number: partner(session, &flags.partner).await?,
        month_seconds: flags.hours,
        validate_only,
    };
    let answer = session.client.redemption.set_partner_budget(call(request)).await.asking(id)?;
    let extra = vec![month(flags.hours)];
    tell(session, Written { receipt: receipt(answer.receipt)?, request_id: id, validate_only, extra }).await
}

/// Who is at the tills, by initials.
fn at_the_tills(initials: &[String]) -> (Column, Cell) {
    let said = if initials.is_empty() { "nobody".to_owned() } else { initials.join(", ") };
    (Column::words("staff_initials", "At its tills", 0), Cell::Said(json!(initials), said))
}

/// Says who stands at the tills, or what was said.
///
/// # Errors
/// [`Failure`].
pub async fn staff(session: &mut Session<'_, '_>, flags: StaffFlags) -> Result<(), Failure> {
    if flags.has.is_empty() && !flags.nobody {
        let said = said(session, &flags.partner).await?;
        return Ok(session.screen.record(&[at_the_tills(&said.staff_initials)])?);
    }
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let partner_owner_number = partner(session, &flags.partner).await?;
    let mut people = Vec::new();
    for (initials, who) in flags.has {
        let owner_number = match who {
            Some(who) => lookup::person(session, &who, flags.partner.at.bank, None).await?.owner_number,
            None => 0,
        };
        people.push(api::TillPerson { initials, owner_number });
    }
    let extra = vec![at_the_tills(&people.iter().map(|one| one.initials.clone()).collect::<Vec<_>>())];
    let request =
        api::SetTillStaffRequest { request_id: id.to_string(), partner_owner_number, people, validate_only };
    let answer = session.client.redemption.set_till_staff(call(request)).await.asking(id)?;
    tell(session, Written { receipt: receipt(answer.receipt)?, request_id: id, validate_only, extra }).await
}

fn initials(text: &str) -> Result<(String, Option<Whom>), String> {
    match text.split_once('=') {
        None => Ok((text.to_owned(), None)),
        Some((initials, who)) => {
            Ok((initials.to_owned(), Some(whom(who).map_err(|error| error.to_string())?)))
        }
    }
}

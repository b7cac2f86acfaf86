//! `redemption list`: sales, newest first.

use clap::Args;

use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::commands::{counted, sales};
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::screen::Listing;
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// Which sales.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook redemption list                                    with a till's or a shop's key
  hourbook redemption list saucer --till 1 --from 2026-05-01 --output csv > may.csv

What was let go or ran out moved nothing and is not in it: 'hourbook redemption show' says how that stands.")]
pub struct Flags {
    /// Whose: a part of its name, its account number, or 'person 7' [default: the key's own]
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Option<Whom>,
    #[command(flatten)]
    at: BankFlag,
    /// Only of this till
    #[arg(long, value_name = "NUMBER", value_parser = counted)]
    till: Option<u32>,
    /// Only of this business day or later
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    from: Option<api::Date>,
    /// Only of this business day or before
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    through: Option<api::Date>,
}

/// Lists them.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let partner_owner_number = sales::partner_or_own(session, flags.partner.as_ref(), flags.at.bank).await?;
    let mut redemption = session.client.redemption.clone();
    let columns = sales::cells(&api::Redemption::default()).into_iter().map(|(column, _)| column);
    let mut listing = Listing::begin(session.screen, columns.collect())?;
    let mut page_token = String::new();
    loop {
        let request = api::ListRedemptionsRequest {
            partner_owner_number,
            till_number: flags.till.unwrap_or_default(),
            from_day: flags.from,
            through_day: flags.through,
            page_size: PAGE_SIZE,
            page_token,
        };
        let answer = redemption.list_redemptions(call(request)).await?.into_inner();
        for sale in &answer.redemptions {
            listing.row(sales::cells(sale).into_iter().map(|(_, cell)| cell).collect())?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(listing.end()?);
        }
    }
}

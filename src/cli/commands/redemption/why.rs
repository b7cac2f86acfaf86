//! `redemption why`: why something was not taken from an account at a till, in full.

use clap::Args;

use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::commands::sales::receipt_words;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};

/// Of which account.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook redemption why ann

The till hears no more than 'this cannot be done today'; whoever's hours they are and their broker read here why. It is kept
for a day, in memory only.")]
pub struct Flags {
    /// A member's or an organisation's: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "ACCOUNT", value_parser = whom)]
    account: Whom,
    #[command(flatten)]
    at: BankFlag,
}

/// Tells it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let account_number = lookup::account(session, &flags.account, flags.at.bank, Among::People).await?;
    let request = api::ListTillRefusalsRequest { account_number };
    let answer = session.client.redemption.list_till_refusals(call(request)).await?.into_inner();
    let columns = vec![
        Column::words("refused_at", "When", 16),
        Column::figures("partner_owner_number", "Partner", 7),
        Column::figures("till_number", "Till", 4),
        Column::figures("receipt_number", "Receipt", 7),
        Column::figures("offer_number", "Offer", 5),
        Column::figures("people", "People", 6),
        Column::words("reason", "", 0),
        Column::words("sentence", "Why", 40),
    ];
    let mut listing = Listing::begin(session.screen, columns)?;
    for refusal in answer.refusals {
        let receipt = refusal.receipt.unwrap_or_default();
        let till = receipt.till.unwrap_or_default();
        listing.row(vec![
            Cell::Said(figures::time(refusal.refused_at).into(), figures::short_time(refusal.refused_at)),
            Cell::number_or_nothing(till.partner_owner_number.into()),
            Cell::number_or_nothing(till.till_number.into()),
            Cell::Said(receipt.number.into(), receipt_words(&receipt)),
            Cell::number_or_nothing(refusal.offer_number.into()),
            Cell::number_or_nothing(refusal.people.into()),
            Cell::Text(refusal.reason),
            Cell::Text(refusal.sentence),
        ])?;
    }
    Ok(listing.end()?)
}

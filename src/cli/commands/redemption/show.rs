//! `redemption show`: the sale of a receipt, as it stands: the truth after no answer came.

use clap::Args;

use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::commands::sales::{self, TypedReceipt, TypedTill};
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::values;

/// Which receipt.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook redemption show --till saucer:1 --day 2026-05-13 184
  hourbook redemption show 184.2                              today, with the till's own key")]
pub struct Flags {
    /// The number on the till's own receipt, and the line on it if there are several
    #[arg(value_name = "RECEIPT[.LINE]", value_parser = sales::receipt)]
    receipt: TypedReceipt,
    /// Of which till [default: the key's own]
    #[arg(long, value_name = "PARTNER:NUMBER", value_parser = sales::till)]
    till: Option<TypedTill>,
    #[command(flatten)]
    at: BankFlag,
    /// The business day [default: today, where the venue is]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    day: Option<api::Date>,
}

/// Shows it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let till = sales::till_name(session, flags.till.as_ref(), flags.at.bank).await?;
    let TypedReceipt { number, line } = flags.receipt;
    let receipt = Some(api::SaleReceipt { till, day: flags.day, number, line });
    let request = api::GetRedemptionByReceiptRequest { receipt };
    let answer = session.client.redemption.get_redemption_by_receipt(call(request)).await?.into_inner();
    let sale = answer.redemption.unwrap_or_default();
    Ok(session.screen.record(&sales::cells(&sale))?)
}

//! `redemption slip`: a sale on paper, written down when the line is up again.

use clap::Args;

use crate::api;
use crate::api::record_redemption_request::By;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::asking;
use crate::cli::commands::counted;
use crate::cli::commands::sales::{self, Told, TypedReceipt, TypedTill, tell};
use crate::cli::commands::telling::Under;
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup::{self, Among};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// What stands on a slip.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  A broker, who knows whose hours they are, and says why if it passes a limit:
    hourbook redemption slip 184 --till saucer:1 --day 2026-05-13 --offer 1 --staff EP --account ann
  The shop's manager, from the digits on the slip:
    hourbook redemption slip 184 --till 'person 12:1' --day 2026-05-13 --offer 1 --staff EP --code '402 119 736'

A receipt is taken once: a sale that had arrived after all is told, and not taken again.")]
#[command(group(clap::ArgGroup::new("whose").required(true).args(["account", "code", "card"])))]
pub struct Flags {
    /// The number on the till's own receipt, and the line on it if there are several
    #[arg(value_name = "RECEIPT[.LINE]", value_parser = sales::receipt)]
    receipt: TypedReceipt,
    /// Of which till
    #[arg(long, value_name = "PARTNER:NUMBER", value_parser = sales::till)]
    till: TypedTill,
    #[command(flatten)]
    at: BankFlag,
    /// The day on the slip, where the venue is; at most 60 days ago
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    day: api::Date,
    /// The offer, by its number with the partner
    #[arg(long, value_name = "OFFER", value_parser = counted)]
    offer: u32,
    /// How many people [default: 1]
    #[arg(long, value_name = "COUNT", value_parser = sales::people)]
    people: Option<u32>,
    /// Who was at the till
    #[arg(long, value_name = "INITIALS", value_parser = sales::initials)]
    staff: String,
    /// Whose hours, where a broker knows: an account number, a part of a name, or 'person 7'
    #[arg(long, value_name = "WHOM", value_parser = whom)]
    account: Option<Whom>,
    /// The digits of the code or the voucher on the slip
    #[arg(long, value_name = "DIGITS")]
    code: Option<String>,
    /// The number of the card on the slip; its PIN is asked for
    #[arg(long, value_name = "DIGITS")]
    card: Option<String>,
    /// Why it may pass a limit; a broker's, and kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    limit_reason: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// Writes it down.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let till = sales::till_name(session, Some(&flags.till), flags.at.bank).await?;
    let by = by(session, &flags).await?;
    let TypedReceipt { number, line } = flags.receipt;
    let request = api::RecordRedemptionRequest {
        request_id: under.id.to_string(),
        receipt: Some(api::SaleReceipt { till, day: Some(flags.day), number, line }),
        by: Some(by),
        offer_number: flags.offer,
        people: flags.people.unwrap_or_default(),
        staff_initials: flags.staff,
        limit_reason: flags.limit_reason,
        validate_only: under.validate_only,
    };
    let answer = session.client.redemption.record_redemption(call(request)).await.asking(under.id)?;
    let api::RecordRedemptionResponse { redemption, repeated, sentence } = answer;
    tell(session, Told { redemption, repeated, sentence }, under)
}

/// What says whose hours they are.
async fn by(session: &mut Session<'_, '_>, flags: &Flags) -> Result<By, Failure> {
    if let Some(whose) = &flags.account {
        // Also whoever left meanwhile.
        let account = lookup::account(session, whose, flags.at.bank, Among::PeopleWhoLeft).await?;
        return Ok(By::AccountNumber(account));
    }
    let by = match (&flags.code, &flags.card) {
        (Some(code), _) => api::shown::By::Code(code.clone()),
        (None, card) => {
            let pin = asking::secret(session.screen, "PIN (empty for the card alone):").await?;
            let number = card.clone().unwrap_or_default();
            api::shown::By::Card(api::CardShown { number, pin: pin.unwrap_or_default() })
        }
    };
    Ok(By::Shown(api::Shown { by: Some(by) }))
}

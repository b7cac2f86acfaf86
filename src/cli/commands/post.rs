//! `post`: hours move from who received help to who gave it.

use clap::Args;

use super::receipt;
use crate::api;
use crate::cli::activities;
use crate::cli::arguments::{DetailFlags, WriteFlags, postable_kind};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::session::Session;
use crate::cli::values::{self, TypedTransfer};

/// Who helped whom, for how long.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Bo (10043) helped Ann (10035) for an hour and a half:
    hourbook post --from 10035 --to 10043 --hours 1:30 --kind exchange --activity gardening --on 2026-05-13
  Two people helped Ann in one entry, all or nothing:
    hourbook post --kind group --transfer 10035:10043:2 --transfer 10035:10056:1h30m

Hours are typed like 3, 1.5, 1:15, '1h 15m' or 75m. What can be meant in two ways (1.30) is asked about.")]
pub struct Flags {
    #[command(flatten)]
    transfers: TransferFlags,
    /// Why hours move
    #[arg(long, value_parser = postable_kind())]
    kind: api::Kind,
    /// End this hold in the same decision; what is left of it is let go
    #[arg(long, value_name = "HOLD", value_parser = super::place)]
    ends_hold: Option<u64>,
    /// Only take from that hold what moves from its account; the rest stays set aside
    #[arg(long, requires = "ends_hold")]
    keep_rest: bool,
    #[command(flatten)]
    details: DetailFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// Hours from one account to another, one transfer or several.
#[derive(Debug, Args)]
pub struct TransferFlags {
    /// Who received help: their balance falls
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account, required_unless_present = "transfer")]
    from: Option<u32>,
    /// Who gave help: their balance rises
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account, required_unless_present = "transfer")]
    to: Option<u32>,
    /// How long it took
    #[arg(long, value_name = "HOURS", value_parser = values::hours, required_unless_present = "transfer")]
    hours: Option<i64>,
    /// One of several transfers; may be typed up to 256 times
    #[arg(long, value_name = "FROM:TO:HOURS", value_parser = values::transfer,
          conflicts_with_all = ["from", "to", "hours"])]
    transfer: Vec<TypedTransfer>,
    /// What the help was, by its name or number in the bank's list
    #[arg(long, value_name = "NAME|NUMBER")]
    activity: Option<String>,
}

impl TransferFlags {
    /// As the API takes them, with the activity found in the list of the bank.
    ///
    /// # Errors
    /// [`Failure`] if the bank's list has no such activity.
    pub(super) async fn transfers(
        &self,
        session: &mut Session<'_, '_>,
    ) -> Result<Vec<api::Transfer>, Failure> {
        let single = match (self.from, self.to, self.hours) {
            (Some(debit), Some(credit), Some(seconds)) => Some(TypedTransfer { debit, credit, seconds }),
            _ => None,
        };
        let typed: Vec<_> = single.into_iter().chain(self.transfer.iter().copied()).collect();
        let activity_number = match (&self.activity, typed.first()) {
            (Some(activity), Some(first)) => {
                let bank_number = session.account(first.debit).await?.bank_number;
                activities::number(session, activity, bank_number).await?
            }
            _ => 0,
        };
        let transfers = typed.into_iter().map(|typed| api::Transfer {
            debit_account_number: typed.debit,
            credit_account_number: typed.credit,
            amount_seconds: typed.seconds,
            activity_number,
            ..api::Transfer::default()
        });
        Ok(transfers.collect())
    }
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let id = flags.write.id();
    let request = api::PostEntryRequest {
        request_id: id.to_string(),
        kind: flags.kind.into(),
        transfers: flags.transfers.transfers(session).await?,
        ends_hold_sequence: flags.ends_hold.unwrap_or_default(),
        keeps_rest: flags.keep_rest,
        claims: Vec::new(),
        details: flags.details.details(),
        validate_only: flags.write.validate_only,
    };
    let answer = session.client.ledger.post_entry(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(
        session,
        Written { receipt, request_id: id, validate_only: flags.write.validate_only, extra: Vec::new() },
    )
    .await
}

//! `partner settle` and `partner paid`: a period made final, and that what was to be paid outside was paid.

use clap::{Args, ValueEnum};

use super::settlement_words;
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::telling::{Under, tell_receipt};
use crate::cli::commands::{counted, sales};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures::{self, short};
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// What becomes of the hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Model {
    /// They stay on its account, to be spent again
    Kept,
    /// They go back to where hours are made, or to a pot
    GivenBack,
    /// The same, and somebody pays the partner outside of these books
    Paid,
}

/// Which period of which partner.
#[derive(Debug, Args)]
struct PeriodFlags {
    /// The partner: a part of its name, its account number, or 'person 7'
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// The period, by its number: what was looked at is what is meant
    #[arg(long, value_name = "NUMBER", value_parser = counted)]
    period: u32,
    /// Which of its accounts, where it has one in several banks
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    account: Option<u32>,
}

/// The period that runs, to make final.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook partner settle saucer --period 1 kept
  hourbook partner settle saucer --period 1 given-back pot
  hourbook partner settle saucer --period 1 paid 10024 --due 2026-06-14 --reference 'May, invoice 12'

TO is pot for the community pot, a part of what another pot is for, or the number of a pot or of the account the bank makes
hours on.")]
pub struct SettleFlags {
    #[command(flatten)]
    of: PeriodFlags,
    /// What becomes of its hours
    #[arg(value_name = "kept|given-back|paid", value_enum, hide_possible_values = true)]
    model: Model,
    /// Where they go, where they are not kept
    #[arg(value_name = "TO", value_parser = whom)]
    to: Option<Whom>,
    /// The day by which it is to be paid
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    due: Option<api::Date>,
    /// What the payer finds it by; no names
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reference: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// A settlement that was paid.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook partner paid saucer --period 1 --on 2026-06-10")]
pub struct PaidFlags {
    #[command(flatten)]
    of: PeriodFlags,
    /// The day it was paid
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    on: api::Date,
    #[command(flatten)]
    write: WriteFlags,
}

/// Makes a period final.
///
/// # Errors
/// [`Failure`].
pub async fn settle(session: &mut Session<'_, '_>, flags: SettleFlags) -> Result<(), Failure> {
    let (under, bank) = (Under::of(flags.write), flags.of.at.bank);
    let to_account_number = match (&flags.to, flags.model) {
        (Some(_), Model::Kept) => {
            return Err(Failure::Usage("what is kept stays on its account: leave TO away".to_owned()));
        }
        (Some(to), Model::GivenBack | Model::Paid) => lookup::account(session, to, bank, Among::Pots).await?,
        (None, Model::Kept) => 0,
        (None, Model::GivenBack | Model::Paid) => {
            return Err(Failure::Usage(
                "say where the hours go: pot, or the number of an account".to_owned(),
            ));
        }
    };
    let model = match flags.model {
        Model::Kept => api::SettlementModel::Kept,
        Model::GivenBack => api::SettlementModel::GivenBack,
        Model::Paid => api::SettlementModel::PaidOutside,
    };
    let request = api::SettlePartnerRequest {
        request_id: under.id.to_string(),
        partner_owner_number: sales::partner(session, &flags.of.partner, bank).await?,
        account_number: flags.of.account.unwrap_or_default(),
        period_number: flags.of.period,
        model: model.into(),
        to_account_number,
        reference: flags.reference,
        due_day: flags.due,
        validate_only: under.validate_only,
    };
    let answer = session.client.redemption.settle_partner(call(request)).await.asking(under.id)?;
    let extra = extra(session, flags.of.period, answer.settlement).await;
    tell_receipt(session, answer.receipt, under, extra).await
}

/// Says that it was paid.
///
/// # Errors
/// [`Failure`].
pub async fn paid(session: &mut Session<'_, '_>, flags: PaidFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let request = api::RecordSettlementPaidRequest {
        request_id: under.id.to_string(),
        partner_owner_number: sales::partner(session, &flags.of.partner, flags.of.at.bank).await?,
        account_number: flags.of.account.unwrap_or_default(),
        period_number: flags.of.period,
        paid_day: Some(flags.on),
        validate_only: under.validate_only,
    };
    let answer = session.client.redemption.record_settlement_paid(call(request)).await.asking(under.id)?;
    let extra = extra(session, flags.of.period, answer.settlement).await;
    tell_receipt(session, answer.receipt, under, extra).await
}

async fn extra(
    session: &mut Session<'_, '_>,
    period: u32,
    settlement: Option<api::Settlement>,
) -> Vec<(Column, Cell)> {
    let mut extra = vec![(Column::figures("period_number", "Period", 0), Cell::Number(period.into()))];
    if let Some(settlement) = settlement {
        let said = settlement_words(session, &settlement).await;
        extra.push((
            Column::words("settlement", "Settled", 0),
            Cell::Said(settlement_json(&settlement), said),
        ));
    }
    extra
}

/// For programs.
pub(super) fn settlement_json(settlement: &api::Settlement) -> serde_json::Value {
    serde_json::json!({
        "model": short(settlement.model().as_str_name(), "SETTLEMENT_MODEL_"),
        "sequence": settlement.sequence,
        "settled_seconds": settlement.settled_seconds,
        "to_account_number": settlement.to_account_number,
        "reference": settlement.reference,
        "due_day": figures::day(settlement.due_day),
        "paid_day": figures::day(settlement.paid_day),
        "days_late": settlement.days_late,
    })
}

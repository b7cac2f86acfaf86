//! `bank policy show` and `set`: what a bank has agreed on.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::policy_flags::PolicyFlags;
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::{counted, place, receipt};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures::{clock, short};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;

/// What can be done with a bank's policy.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What the bank has agreed on, now or at an earlier entry
    Show(ShowFlags),
    /// Agree on something else from here on; what is not named stays as it is
    Set(Box<SetFlags>),
}

/// Whose policy, and when.
#[derive(Debug, Args)]
pub struct ShowFlags {
    /// Which bank
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: u32,
    /// As it was when this entry was written down
    #[arg(long, value_name = "SEQ", value_parser = place)]
    at: Option<u64>,
}

/// What to agree on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook bank policy set --bank 1 --member-floor -25 --auto-accept-days 21
  hourbook bank policy set --bank 1 --step 30 --rounding nearest

Hours are typed like 3, 1.5, 1:15, '1h 15m' or 75m. What was written down before is judged by
the policy of its time; accounts that are open keep their limits.")]
pub struct SetFlags {
    /// Which bank
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: u32,
    #[command(flatten)]
    policy: PolicyFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Show(flags) => show(session, &flags).await,
        Command::Set(flags) => set(session, *flags).await,
    }
}

/// A policy, and the entry that set it; 0 where all is as usual.
async fn policy(
    session: &mut Session<'_, '_>,
    bank_number: u32,
    at_sequence: u64,
) -> Result<(api::BankPolicy, u64), Failure> {
    let request = api::GetBankPolicyRequest { bank_number, at_sequence };
    let answer = session.client.directory.get_bank_policy(call(request)).await?.into_inner();
    let policy = answer
        .policy
        .ok_or_else(|| Failure::Unreachable("the server answered without the policy".to_owned()))?;
    Ok((policy, answer.set_by_sequence))
}

/// The call sets all of a policy, so what is not typed is read first. Somebody who sets another in between is
/// overwritten; both stand in the books. Asked again with the same id after that, the answer is that the id was
/// used for something else: nothing is set twice.
async fn set(session: &mut Session<'_, '_>, flags: SetFlags) -> Result<(), Failure> {
    if flags.policy == PolicyFlags::default() {
        let what = "name something to agree on, like --auto-accept-days 21; see --help";
        return Err(Failure::Usage(what.to_owned()));
    }
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let (present, _) = policy(session, flags.bank, 0).await?;
    let request = api::SetBankPolicyRequest {
        request_id: id.to_string(),
        bank_number: flags.bank,
        policy: Some(flags.policy.over(present)),
        validate_only,
    };
    let answer = session.client.directory.set_bank_policy(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra: Vec::new() }).await
}

async fn show(session: &mut Session<'_, '_>, flags: &ShowFlags) -> Result<(), Failure> {
    let (policy, set_by) = policy(session, flags.bank, flags.at.unwrap_or_default()).await?;
    Ok(session.screen.record(&cells(&policy, set_by))?)
}

fn cells(policy: &api::BankPolicy, set_by: u64) -> Vec<(Column, Cell)> {
    let cell =
        |name, title, value: Value, words: String| (Column::words(name, title, 0), Cell::Said(value, words));
    let limits = |name, title, limits: Option<api::Limits>| {
        let limits = limits.unwrap_or_default();
        cell(name, title, limits_json(&limits), limits_words(&limits))
    };
    let seconds = |name, title, seconds: i64| (Column::words(name, title, 0), Cell::Seconds(seconds));
    let days = |name, title, days: u32| cell(name, title, days.into(), format!("{days} days"));
    let (tolerance, percent) = (policy.dispute_tolerance_seconds, policy.dispute_tolerance_percent);
    let rounding = short(policy.rounding().as_str_name(), "ROUNDING_");
    let confirming = match policy.confirming() {
        api::Confirming::EitherSide => "the side that did not write it down",
        api::Confirming::Receiver => "whoever received help",
        api::Confirming::Unspecified => "",
    };
    let confirming_name = short(policy.confirming().as_str_name(), "CONFIRMING_");
    let offers = policy.offer_kinds().map(|kind| short(kind.as_str_name(), "OFFER_KIND_"));
    let offers: Vec<_> = offers.collect();
    let set = if set_by == 0 { "no entry: all is as usual".to_owned() } else { format!("entry {set_by}") };
    let minutes = policy.entry_step_minutes;
    let practice =
        if policy.has_declared_practice { "practice declared" } else { "no practice declared: not taken" };
    vec![
        cell("entry_step_minutes", "Written in steps of", minutes.into(), format!("{minutes} minutes")),
        cell("rounding", "Rounded", rounding.clone().into(), rounding),
        limits("member_limits", "New members", policy.member_limits),
        limits("organisation_limits", "New organisations", policy.organisation_limits),
        limits("partner_limits", "New partners", policy.partner_limits),
        limits("pot_limits", "New pots", policy.pot_limits),
        cell("confirming", "Confirmed by", confirming_name.into(), confirming.to_owned()),
        days("auto_accept_days", "Silence accepts after", policy.auto_accept_days),
        seconds("dispute_tolerance_seconds", "Memories are close within", tolerance.into()),
        cell("dispute_tolerance_percent", "and within", percent.into(), format!("{percent} %")),
        days("reversal_window_days", "A broker puts right for", policy.reversal_window_days),
        seconds("unusual_question_above_seconds", "Asked about above", policy.unusual_question_above_seconds),
        seconds(
            "unusual_second_person_above_seconds",
            "A second person above",
            policy.unusual_second_person_above_seconds,
        ),
        seconds("broker_grant_line_seconds", "A broker alone gives", policy.broker_grant_line_seconds),
        cell("offer_kinds", "Partners may offer", json!(offers), offers.join(", ")),
        seconds("welcome_grant_seconds", "Who joins gets", policy.welcome_grant_seconds),
        cell(
            "has_declared_practice",
            "Goods and discounts",
            policy.has_declared_practice.into(),
            practice.to_owned(),
        ),
        seconds("code_life_seconds", "A code on a phone works", policy.code_life_seconds.into()),
        days("printed_code_days", "A printed one", policy.printed_code_days),
        seconds("card_alone_day_seconds", "A card alone, a day", policy.card_alone_day_seconds),
        cell("set_by_sequence", "Set by", set_by.into(), set),
    ]
}

fn limits_json(limits: &api::Limits) -> Value {
    json!({
        "floor_seconds": limits.floor_seconds,
        "ceiling_seconds": limits.ceiling_seconds,
        "ceiling_is_hard": limits.ceiling_is_hard,
        "warn_below_seconds": limits.warn_below_seconds,
        "warn_above_seconds": limits.warn_above_seconds,
    })
}

/// "down to −10:00; a note below −5:00 and above 40:00".
fn limits_words(limits: &api::Limits) -> String {
    let mut words = limits.floor_seconds.map_or_else(
        || "down as far as the books go".to_owned(),
        |floor| format!("down to {}", clock(floor)),
    );
    if let Some(ceiling) = limits.ceiling_seconds {
        let then = if limits.ceiling_is_hard { "no further" } else { "marked above" };
        words += &format!(", up to {}, {then}", clock(ceiling));
    }
    let below = limits.warn_below_seconds.map(|level| format!("below {}", clock(level)));
    let above = limits.warn_above_seconds.map(|level| format!("above {}", clock(level)));
    let notes: Vec<_> = below.into_iter().chain(above).collect();
    if notes.is_empty() { words } else { format!("{words}; a note {}", notes.join(" and ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: limits are said on one line. Method: none, all, and those of members.
    #[test]
    fn limits_are_said_on_one_line() {
        let members = api::Limits {
            floor_seconds: Some(-36_000),
            warn_below_seconds: Some(-18_000),
            warn_above_seconds: Some(144_000),
            ..api::Limits::default()
        };
        let hard = api::Limits {
            ceiling_seconds: Some(3_600),
            ceiling_is_hard: true,
            warn_above_seconds: None,
            ..members
        };
        for (limits, said) in [
            (api::Limits::default(), "down as far as the books go"),
            (members, "down to −10:00; a note below −5:00 and above 40:00"),
            (hard, "down to −10:00, up to 1:00, no further; a note below −5:00"),
        ] {
            assert_eq!(limits_words(&limits), said);
        }
    }
}

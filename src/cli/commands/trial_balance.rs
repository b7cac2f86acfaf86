//! `trial-balance`: sums of every bank, which add up to zero.

use clap::Args;
use serde_json::{Value, json};

use super::{before, counted};
use crate::api;
use crate::cli::arguments::MomentFlags;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::screen::{Cell, Column, Format, Listing};
use crate::cli::session::Session;

/// Which banks, and when.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook trial-balance                        one row a bank, and whether each adds up to zero
  hourbook trial-balance --bank 3               bank 3 by kind of account
  hourbook trial-balance --as-of 2019-03-31     by day of help

Ends with 1 if the balances of any bank do not add up to zero.")]
pub struct Flags {
    #[command(flatten)]
    moment: MomentFlags,
    /// Only this bank, by kind of account
    #[arg(long, value_parser = counted)]
    bank: Option<u32>,
    /// Every bank by kind of account
    #[arg(long)]
    kinds: bool,
}

/// Does it.
///
/// # Errors
/// [`Failure`], and [`Failure::Refused`] without words if the sums are not zero: the answer said so.
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let request = api::TrialBalanceRequest {
        at_sequence: flags.moment.at,
        recorded_before: before(flags.moment.recorded_before),
        through_day: flags.moment.as_of,
        min_sequence: 0,
        bank_number: flags.bank.unwrap_or_default(),
    };
    let answer = session.client.audit.trial_balance(call(request)).await?.into_inner();
    if session.screen.format == Format::Json {
        session.screen.json(&whole_json(&answer), true)?;
    } else {
        list(session, &answer, flags.kinds || flags.bank.is_some())?;
    }
    if session.screen.is_for_people() {
        session.screen.say("")?;
        for sentence in sentences(&answer) {
            session.screen.say(&sentence)?;
        }
    }
    if answer.is_zero { Ok(()) } else { Err(Failure::Refused(String::new())) }
}

fn list(
    session: &mut Session<'_, '_>,
    answer: &api::TrialBalanceResponse,
    by_kind: bool,
) -> Result<(), Failure> {
    let columns = vec![
        Column::figures("bank_number", "Bank", 4),
        Column::words("name", "Name", 12),
        Column::words("kind", if by_kind { "Kind" } else { "" }, 12),
        Column::figures("accounts", "Accounts", 7),
        Column::figures("above_zero_seconds", "Above zero", 9),
        Column::figures("below_zero_seconds", "Below zero", 9),
        Column::figures("held_seconds", "Set aside", 6),
        Column::figures("posted_seconds", "Sum", 5),
        Column::figures("net_moved_seconds", "Hours moved", 9),
    ];
    let is_for_people = session.screen.is_for_people();
    let mut listing = Listing::begin(session.screen, columns)?;
    for bank in &answer.banks {
        let number = Cell::Number(bank.bank_number.into());
        let name = Cell::text_or_nothing(bank.name.clone());
        if by_kind {
            let kinds = bank.kinds.iter().filter(|kind| kind.sums.is_some_and(|sums| sums.accounts > 0));
            for kind in kinds {
                let kind_name = Cell::Text(figures::account_kind_name(kind.kind));
                listing.row(row(number.clone(), name.clone(), kind_name, kind.sums, None))?;
            }
        }
        let all = Cell::Word("all".into());
        listing.row(row(number, name, all, bank.all, Some(bank.net_moved_seconds)))?;
    }
    // A sum below its summands is for eyes; a spreadsheet adds by itself.
    if is_for_people && answer.banks.len() != 1 {
        let name = Cell::Said(Value::Null, format!("{} banks", answer.banks.len()));
        let all = Cell::Word("all".into());
        listing.row(row(Cell::Word("All".into()), name, all, answer.all, Some(answer.net_moved_seconds)))?;
    }
    Ok(listing.end()?)
}

fn row(number: Cell, name: Cell, kind: Cell, sums: Option<api::Sums>, moved: Option<i64>) -> Vec<Cell> {
    let sums = sums.unwrap_or_default();
    vec![
        number,
        name,
        kind,
        Cell::Count(sums.accounts),
        Cell::Seconds(sums.above_zero_seconds),
        Cell::Seconds(sums.below_zero_seconds),
        Cell::seconds_or_nothing(sums.held_seconds),
        Cell::Seconds(sums.posted_seconds),
        Cell::seconds_or_nothing(moved),
    ]
}

fn sentences(answer: &api::TrialBalanceResponse) -> Vec<String> {
    let verdict = if answer.is_zero {
        "Every bank adds up to zero.".to_owned()
    } else {
        let wrong: Vec<_> = answer
            .banks
            .iter()
            .filter_map(|bank| {
                let sum = bank.all.unwrap_or_default().posted_seconds;
                (sum != 0).then(|| format!("bank {} to {}", bank.bank_number, figures::clock(sum)))
            })
            .collect();
        format!("THE BOOKS ARE WRONG: not every bank adds up to zero: {}.", wrong.join(", "))
    };
    let through = match figures::time(answer.recorded_at) {
        Some(at) => format!("entry {}, written down {at}", answer.sequence),
        None => "no entry at all: the books are empty".to_owned(),
    };
    let day = figures::day(answer.through_day);
    let day = day.map_or_else(String::new, |day| format!("; by day of help until {day}"));
    vec![
        verdict,
        format!("Net hours moved: {}.", figures::whole_hours(answer.net_moved_seconds)),
        format!("Everything through {through}{day}."),
    ]
}

fn whole_json(answer: &api::TrialBalanceResponse) -> Value {
    let banks: Vec<_> = answer
        .banks
        .iter()
        .map(|bank| {
            json!({
                "bank_number": bank.bank_number,
                "name": (!bank.name.is_empty()).then_some(&bank.name),
                "kinds": bank.kinds.iter().map(|kind| json!({
                    "kind": figures::account_kind_name(kind.kind),
                    "sums": sums_json(kind.sums),
                })).collect::<Vec<_>>(),
                "all": sums_json(bank.all),
                "net_moved_seconds": bank.net_moved_seconds,
            })
        })
        .collect();
    json!({
        "sequence": answer.sequence,
        "recorded_at": figures::time(answer.recorded_at),
        "through_day": figures::day(answer.through_day),
        "banks": banks,
        "all": sums_json(answer.all),
        "net_moved_seconds": answer.net_moved_seconds,
        "is_zero": answer.is_zero,
    })
}

fn sums_json(sums: Option<api::Sums>) -> Value {
    let sums = sums.unwrap_or_default();
    json!({
        "accounts": sums.accounts,
        "posted_seconds": sums.posted_seconds,
        "held_seconds": sums.held_seconds,
        "above_zero_seconds": sums.above_zero_seconds,
        "below_zero_seconds": sums.below_zero_seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(sum: i64) -> api::TrialBalanceResponse {
        let all = Some(api::Sums { accounts: 3, posted_seconds: sum, ..api::Sums::default() });
        api::TrialBalanceResponse {
            sequence: 7,
            recorded_at: Some(prost_types::Timestamp { seconds: 0, nanos: 0 }),
            through_day: Some(api::Date { year: 2019, month: 3, day: 31 }),
            banks: vec![api::BankSums { bank_number: 4, all, ..api::BankSums::default() }],
            net_moved_seconds: 3_704_623_200,
            is_zero: sum == 0,
            ..api::TrialBalanceResponse::default()
        }
    }

    /// Goal: the verdict is plain, with the bank that is wrong. Method: sums at zero and beside it.
    #[test]
    fn the_verdict_is_plain() {
        assert_eq!(
            sentences(&answer(0)),
            [
                "Every bank adds up to zero.",
                "Net hours moved: 1,029,062.",
                "Everything through entry 7, written down 1970-01-01T00:00:00Z; by day of help until 2019-03-31.",
            ]
        );
        let wrong = &sentences(&answer(-60))[0];
        assert!(wrong.contains("bank 4 to −0:01"), "{wrong}");
    }
}

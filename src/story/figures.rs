//! Trial balance and verify, as the API answers them, in tables that a terminal holds.

use std::fmt::Write as _;

use crate::api;
use crate::domain::hours::{clock, grouped};
use crate::domain::{Kind, Timestamp};
use crate::words;

const NAME_WIDTH: usize = 16;
const ACCOUNTS_WIDTH: usize = 8;
const HOURS_WIDTH: usize = 13;

/// The sums of each bank, kinds without accounts left out. Hours and minutes.
pub fn trial_balance(found: &api::TrialBalanceResponse) -> String {
    let mut table = format!("Trial balance after entry {}\n", written(found.sequence, found.recorded_at));
    for bank in &found.banks {
        let head = ["accounts", "balance", "set aside", "above zero", "below zero"];
        row(&mut table, &bank.name, &head.map(str::to_owned));
        for kind in &bank.kinds {
            let sums = kind.sums.unwrap_or_default();
            if sums.accounts > 0 {
                row(&mut table, kind_word(kind.kind()), &cells(&sums));
            }
        }
        let all = bank.all.unwrap_or_default();
        row(&mut table, "all", &cells(&all));
        let _always = writeln!(
            table,
            "  {} Net hours moved: {}.\n",
            if all.posted_seconds == 0 { "It adds up to zero." } else { "IT DOES NOT ADD UP TO ZERO." },
            clock(bank.net_moved_seconds),
        );
    }
    row(&mut table, "all banks", &cells(&found.all.unwrap_or_default()));
    let _always = writeln!(table, "  Net hours moved: {}.", clock(found.net_moved_seconds));
    table
}

fn row(table: &mut String, name: &str, cells: &[String; 5]) {
    let [accounts, hours @ ..] = cells;
    let _always = write!(table, "  {name:NAME_WIDTH$}{accounts:>ACCOUNTS_WIDTH$}");
    for hours in hours {
        let _always = write!(table, "{hours:>HOURS_WIDTH$}");
    }
    table.push('\n');
}

fn cells(sums: &api::Sums) -> [String; 5] {
    let held = sums.held_seconds.map_or_else(|| "not known".to_owned(), clock);
    let [posted, above, below] =
        [sums.posted_seconds, sums.above_zero_seconds, sums.below_zero_seconds].map(clock);
    [grouped(sums.accounts), posted, held, above, below]
}

/// Kinds on the wire are the journal's numbers, and one: 0 is "not said".
pub fn kind_in_words(kind: i32) -> &'static str {
    let number = kind.checked_sub(1).and_then(|number| u8::try_from(number).ok());
    number.and_then(Kind::from_number).map_or("", words::kind)
}

const fn kind_word(kind: api::AccountKind) -> &'static str {
    match kind {
        api::AccountKind::Unspecified => "of no kind",
        api::AccountKind::Member => "members",
        api::AccountKind::Organisation => "organisations",
        api::AccountKind::Partner => "partners",
        api::AccountKind::Pot => "pots",
        api::AccountKind::Issuance => "hours created",
        api::AccountKind::Clearing => "between banks",
    }
}

/// A line a receipt, without members, and the sums.
pub fn partner_statement(name: &str, found: &api::GetPartnerStatementResponse) -> String {
    let mut table = format!("{name}, a line a receipt, without names:\n");
    for line in &found.lines {
        let what = match line.kind() {
            api::PartnerLineKind::Unspecified => "of no kind",
            api::PartnerLineKind::Taken => "taken",
            api::PartnerLineKind::GivenBack => "given back",
            api::PartnerLineKind::Spent => "spent",
            api::PartnerLineKind::Settled => "settled",
            api::PartnerLineKind::Other => "other",
        };
        let number = line.receipt.map_or_else(String::new, |receipt| format!("{:04}", receipt.number));
        let _always = writeln!(table, "  {number:4}  {what:<10}  {:>6}", clock(line.change_seconds));
    }
    let sums = found.sums.unwrap_or_default();
    let _always = writeln!(
        table,
        "  Brought forward {}, taken {}, given back {}, spent {}, kept {}.",
        clock(sums.brought_forward_seconds),
        clock(sums.taken_seconds),
        clock(sums.given_back_seconds),
        clock(sums.spent_seconds),
        clock(sums.kept_seconds),
    );
    table
}

/// What was checked of each promise, how much of it, and what came of it.
pub fn report(report: &api::VerifyReport) -> String {
    let verdict = if report.is_clean { "nothing wrong" } else { "SOMETHING IS WRONG" };
    let mut table =
        format!("Verified through entry {}: {verdict}\n", written(report.sequence, report.recorded_at));
    let counts: Vec<_> = report.checks.iter().map(counts).collect();
    let width = counts.iter().map(|counts| counts.chars().count()).max().unwrap_or_default();
    for (check, counts) in report.checks.iter().zip(counts) {
        let verdict = if check.faults == 0 && check.not_checked.is_empty() { "ok" } else { "WRONG" };
        let (id, name) = (&check.invariant, &check.name);
        let _always = writeln!(table, "  {id:3} {name:9} {counts:width$}   {verdict}");
        for below in [&check.reservation, &check.first_fault, &check.not_checked] {
            if !below.is_empty() {
                let _always = writeln!(table, "     {below}");
            }
        }
    }
    table
}

fn counts(check: &api::VerifyCheck) -> String {
    let counts = check.counts.iter().map(|count| format!("{} {}", grouped(count.count), count.what));
    counts.collect::<Vec<_>>().join(", ")
}

/// Which entry, and when it was written down; seconds are enough for people.
fn written(sequence: u64, recorded_at: Option<prost_types::Timestamp>) -> String {
    let written = recorded_at.map(|time| Timestamp::from_micros(0).plus_seconds(time.seconds));
    written.map_or_else(|| grouped(sequence), |written| format!("{} of {written}", grouped(sequence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: books that do not add up, and a promise that is broken or was not checked, are said so.
    /// Method: one of each beside one that is well.
    #[test]
    fn what_is_wrong_is_said() {
        let sums = |posted_seconds| Some(api::Sums { posted_seconds, ..api::Sums::default() });
        let bank = |all| api::BankSums { all, ..api::BankSums::default() };
        let found = api::TrialBalanceResponse {
            banks: vec![bank(sums(0)), bank(sums(-60))],
            ..api::TrialBalanceResponse::default()
        };
        let table = trial_balance(&found);
        assert_eq!(
            (table.matches("It adds up").count(), table.matches("IT DOES NOT").count()),
            (1, 1),
            "{table}"
        );

        let check = |faults, first_fault: &str, not_checked: &str| api::VerifyCheck {
            faults,
            first_fault: first_fault.to_owned(),
            not_checked: not_checked.to_owned(),
            ..api::VerifyCheck::default()
        };
        let checks = vec![check(0, "", ""), check(1, "two and two", ""), check(0, "", "no room")];
        let table = report(&api::VerifyReport { checks, ..api::VerifyReport::default() });
        assert_eq!(
            (table.matches("   ok\n").count(), table.matches("   WRONG\n").count()),
            (1, 2),
            "{table}"
        );
        assert!(table.contains("SOMETHING IS") && table.contains("two and two") && table.contains("no room"));
    }
}

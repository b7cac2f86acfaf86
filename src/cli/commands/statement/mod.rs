//! `statement`: an account's lines, newest first, or their digest.

mod digest;

use clap::Args;
use serde_json::Value;

use crate::api;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values;

/// Lines if nobody says how many.
const USUAL_LINES: u64 = 50;

/// Whose lines, and which.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook statement 10035
  hourbook statement 10035 --all --output csv > ann.csv
  hourbook statement 10035 --from-day 2026-04-01 --through-day 2026-04-30
  hourbook statement 10035 --digest

Lines run in the order they were written down; the balance on each is the one of that order.

--digest prints one SHA-256 in hexadecimal. It is taken over every line that moved hours, oldest first,
each as UTF-8 text DAY,OTHERS,AMOUNT,BALANCE and a line feed: the day of help as 2026-05-13; the accounts on
the other side, smallest first, joined by + (and +(N) for N more than eight); by how many seconds the balance
changed, negative where hours left; the balance after it. Neither entry numbers nor times are in it, so two
servers with the same books agree.")]
pub struct Flags {
    /// Its number, as on a card
    #[arg(value_parser = values::account)]
    account: u32,
    /// Every line
    #[arg(long, conflicts_with = "lines")]
    all: bool,
    /// At most this many of the newest lines
    #[arg(long, value_name = "COUNT", default_value_t = USUAL_LINES, value_parser = clap::value_parser!(u64).range(1..))]
    lines: u64,
    /// Only help given on this day or later
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    from_day: Option<api::Date>,
    /// Only help given on this day or before
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    through_day: Option<api::Date>,
    /// Only lines up to this entry
    #[arg(long, value_name = "SEQ")]
    at: Option<u64>,
    /// One digest over all lines instead of the lines
    #[arg(long, conflicts_with_all = ["all", "lines", "from_day", "through_day"])]
    digest: bool,
}

impl Flags {
    fn request(&self, page_size: u32, page_token: String) -> api::ListStatementRequest {
        api::ListStatementRequest {
            account_number: self.account,
            page_size,
            page_token,
            at_sequence: self.at,
            from_day: self.from_day,
            through_day: self.through_day,
            min_sequence: 0,
        }
    }
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    if flags.digest { digest::run(session, &flags).await } else { list(session, &flags).await }
}

async fn list(session: &mut Session<'_, '_>, flags: &Flags) -> Result<(), Failure> {
    let columns = vec![
        Column::figures("line_number", "Line", 5),
        Column::figures("sequence", "Entry", 6),
        Column::words("recorded_at", "", 0),
        Column::words("day", "", 0),
        Column::words("form", "", 0),
        Column::words("kind", "", 0),
        Column::words("sentence", "What", 40),
        Column::words("other_account_numbers", "", 0),
        Column::figures("others_count", "", 0),
        Column::figures("change_seconds", "Hours", 8),
        Column::figures("posted_seconds", "Balance", 8),
        Column::figures("held_seconds", "Set aside", 5),
        Column::figures("activity_number", "", 0),
        Column::words("memo", "Memo", 8),
        Column::words("reason", "", 0),
        Column::words("text_is_gone", "", 0),
        Column::words("passed_floor", "", 0),
        Column::words("passed_ceiling", "", 0),
        Column::words("request_id", "", 0),
    ];
    let Session { screen, client, .. } = session;
    let mut listing = Listing::begin(screen, columns)?;
    let mut left = if flags.all { u64::MAX } else { flags.lines };
    let mut page_token = String::new();
    loop {
        let page_size = u32::try_from(left).unwrap_or(PAGE_SIZE).min(PAGE_SIZE);
        let answer =
            client.ledger.list_statement(call(flags.request(page_size, page_token))).await?.into_inner();
        for line in answer.lines {
            left = left.saturating_sub(1);
            listing.row(cells(line))?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() || left == 0 {
            return Ok(listing.end()?);
        }
    }
}

fn cells(line: api::StatementLine) -> Vec<Cell> {
    let gone = if line.text_is_gone { "(cannot be read any more)" } else { "" };
    let memo = if line.memo.is_empty() { gone.to_owned() } else { line.memo.clone() };
    let memo_value = if line.memo.is_empty() { Value::Null } else { line.memo.into() };
    vec![
        Cell::Count(line.line_number),
        Cell::Number(line.sequence),
        Cell::text_or_nothing(figures::time(line.recorded_at).unwrap_or_default()),
        Cell::text_or_nothing(figures::day(line.day).unwrap_or_default()),
        Cell::Text(figures::form_name(line.form)),
        Cell::text_or_nothing(if line.kind == 0 { String::new() } else { figures::kind_name(line.kind) }),
        Cell::Text(line.sentence),
        Cell::Said(line.other_account_numbers.into(), String::new()),
        Cell::Count(line.others_count.into()),
        Cell::Seconds(line.change_seconds),
        Cell::Seconds(line.posted_seconds),
        Cell::Seconds(line.held_seconds),
        Cell::number_or_nothing(line.activity_number.into()),
        Cell::Said(memo_value, memo),
        Cell::text_or_nothing(line.reason),
        Cell::Flag(line.text_is_gone),
        Cell::Flag(line.passed_floor),
        Cell::Flag(line.passed_ceiling),
        Cell::text_or_nothing(line.request_id),
    ]
}

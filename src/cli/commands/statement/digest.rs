//! One figure for a whole statement: whether two servers hold the same books.
//!
//! The bytes are described in the help of `statement`. A statement comes newest first and is hashed
//! oldest first, so what goes into the hash is kept until the last page: bounded by [`LINES_MAX`].

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::json;

use super::Flags;
use crate::api;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::progress::Progress;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::{PAGE_SIZE, Session};

/// The longest statement a digest is taken of: below 200 MB of text.
const LINES_MAX: usize = 1_000_000;

/// Prints the digest.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: &Flags) -> Result<(), Failure> {
    let progress = Progress::new(session.screen);
    let mut lines = Vec::new();
    let mut page_token = String::new();
    let mut total = 0;
    loop {
        let request = flags.request(PAGE_SIZE, page_token);
        let answer = session.client.ledger.list_statement(call(request)).await?.into_inner();
        total = total.max(answer.lines.first().map_or(0, |line| line.line_number));
        lines.extend(answer.lines.iter().filter(|line| line.change_seconds != 0).map(text));
        if lines.len() > LINES_MAX {
            return Err(Failure::Refused(format!(
                "a digest is taken of at most {LINES_MAX} lines; this statement has more"
            )));
        }
        progress.at(u64::try_from(lines.len()).unwrap_or(u64::MAX), total, "lines");
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    progress.end();
    let digest = digest(lines.iter().rev().map(String::as_str));
    if session.screen.is_for_people() {
        return Ok(session.screen.say(&digest)?);
    }
    Ok(session.screen.record(&[
        (Column::figures("account_number", "", 0), Cell::Number(flags.account.into())),
        (Column::figures("lines", "", 0), Cell::Said(json!(lines.len()), lines.len().to_string())),
        (Column::words("sha256", "", 0), Cell::Text(digest)),
    ])?)
}

/// What a line puts into the hash.
fn text(line: &api::StatementLine) -> String {
    let others: BTreeSet<_> = line.other_account_numbers.iter().collect();
    let mut text = figures::day(line.day).unwrap_or_default();
    text.push(',');
    for (place, other) in others.iter().enumerate() {
        let joint = if place == 0 { "" } else { "+" };
        let _infallible = write!(text, "{joint}{other}");
    }
    let listed = u32::try_from(others.len()).unwrap_or(u32::MAX);
    if line.others_count > listed {
        let _infallible = write!(text, "+({})", line.others_count - listed);
    }
    let _infallible = writeln!(text, ",{},{}", line.change_seconds, line.posted_seconds);
    text
}

fn digest<'a>(oldest_first: impl Iterator<Item = &'a str>) -> String {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for line in oldest_first {
        context.update(line.as_bytes());
    }
    context.finish().as_ref().iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sequence: u64) -> api::StatementLine {
        api::StatementLine {
            sequence,
            day: Some(api::Date { year: 2026, month: 5, day: 13 }),
            other_account_numbers: vec![10_043, 10_035],
            others_count: 2,
            change_seconds: -3_600,
            posted_seconds: 7_200,
            ..api::StatementLine::default()
        }
    }

    /// Goal: the bytes are those that help describes, and no entry number is among them.
    /// Method: a line spelt out, one with more on the other side, and the known digest of both.
    #[test]
    fn the_bytes_are_as_described() {
        assert_eq!(text(&line(1)), "2026-05-13,10035+10043,-3600,7200\n");
        assert_eq!(text(&line(1)), text(&line(2)));
        let many = api::StatementLine { others_count: 11, ..line(1) };
        assert_eq!(text(&many), "2026-05-13,10035+10043+(9),-3600,7200\n");
        assert_eq!(
            digest(["a", "bc"].into_iter()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_ne!(digest(["a", "bc"].into_iter()), digest(["bc", "a"].into_iter()));
    }
}

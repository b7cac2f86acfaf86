//! `slips`: a broker's paper list, from a CSV file.
//!
//! - First everything is only checked and shown, a line for each slip; nothing is written before somebody says yes to that.
//! - What is fine is written then. A question is answered in the file, which is sent again: what is written is known by then.
//! - Whoever is named is looked for among the people of one bank, and shown with their name and number. Nobody is guessed, and
//!   no account is opened.
//! - A list that may be written in part is told with what to do: the same list again doubles nothing.
//!
//! | to find | look in |
//! |---|---|
//! | what a file may hold | `paper.rs`; its answers: `answers.rs` |
//! | from a line to a slip, and who is meant | `list.rs` |
//! | what makes two slips the same | `ids.rs` |
//! | what is shown | `page.rs` |

mod answers;
mod ids;
mod list;
mod page;
mod paper;

use std::path::PathBuf;

use clap::Args;
use list::{Line, Stands};
use tonic::Code;
use tonic_types::StatusExt;

use crate::api;
use crate::api::slip_answer::Answer;
use crate::cli::arguments::BankFlag;
use crate::cli::asking;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::values;
use crate::words::slips as words;

/// A list of slips.
#[derive(Debug, Args)]
#[command(after_help = "\
The first line names the columns: day, gave, received and hours; activity, note and answer may be left out. A file
has at most 200 slips. Between cells stand commas, or semicolons; then two answers stand in quotes.

  day,gave,received,hours,activity,note,answer
  2026-06-01,Bo,Ann Ash,1:30,Gardening,,

A part of a name counts at the beginning of a word; who is meant is shown with their number.

Answers: another (it is another one than the one it looks like); yes 30 (so many hours, once more); because REASON (why
it may pass a limit, in your own name); skip (nothing is to be written). Two of them with a semicolon between.

Examples:
  hourbook slips tuesday.csv --preview     says what would become of each, and writes nothing
  hourbook slips tuesday.csv               the same, asks, and writes what is fine
A list that is sent again writes nothing twice.")]
pub struct Flags {
    /// The CSV file, or - for standard input (then with --preview or --yes)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    at: BankFlag,
    /// Only say what would become of each slip
    #[arg(long, conflicts_with = "yes")]
    preview: bool,
    /// Write what is fine without asking first
    #[arg(long)]
    yes: bool,
}

/// Does it.
///
/// # Errors
/// [`Failure`]; slips that were not written are in the answer, and make the exit code 1.
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let paper = paper::read(&flags.file)?;
    if paper.is_empty() {
        return Err(Failure::Usage(format!("{} holds no slip", flags.file.display())));
    }
    let bank = session.bank_number(flags.at.bank).await?;
    let mut lines = list::read(session, bank, paper).await?;
    ask(session, &mut lines, Meant::Check).await?;
    if flags.preview {
        return Ok(page::show(session.screen, &lines, Meant::Check)?);
    }
    let fine = lines.iter().filter(|line| matches!(line.stands, Stands::Fine { .. })).count();
    if !flags.yes && fine > 0 {
        page::show(session.screen, &lines, Meant::Check)?;
        let answer = asking::line(session.screen, &words::shall_they_be_written(fine)).await?;
        if !answer.is_some_and(|answer| answer.trim().eq_ignore_ascii_case("yes")) {
            return Err(Failure::Refused(words::nothing_was_written()));
        }
    }
    ask(session, &mut lines, Meant::Write).await?;
    page::show(session.screen, &lines, Meant::Write)?;
    if lines.iter().all(|line| line.stands.is_done()) { Ok(()) } else { Err(Failure::Refused(String::new())) }
}

/// Whether slips are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meant {
    /// They are only checked.
    Check,
    /// They are.
    Write,
}

/// Asks the server about those that are fine as far as is known here, and notes what it says of each.
async fn ask(session: &mut Session<'_, '_>, lines: &mut [Line], meant: Meant) -> Result<(), Failure> {
    let mut asked: Vec<_> =
        lines.iter_mut().filter(|line| matches!(line.stands, Stands::Fine { .. })).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let request = api::RecordExchangesRequest {
        slips: asked.iter().map(|line| line.slip.clone()).collect(),
        validate_only: meant == Meant::Check,
    };
    let answer = session.client.exchange.record_exchanges(call(request)).await;
    let answers = answer.map_err(|status| not_known(&status, meant))?.into_inner().answers;
    if answers.len() != asked.len() {
        return Err(half_answered(meant));
    }
    // Whoever reads that has the file, and not what was sent of it.
    let places: Vec<_> = asked.iter().map(|line| line.written.line).collect();
    let looks_like = |said: &api::SlipNotDone| {
        let place = said.figures.get("slip").and_then(|slip| slip.parse::<usize>().ok());
        place.and_then(|place| places.get(place.checked_sub(1)?).copied())
    };
    for (line, answer) in asked.iter_mut().zip(answers) {
        let typed = (line.written.hours.as_str(), line.slip.is_another);
        line.stands = match answer.answer {
            Some(Answer::Done(done)) => Stands::done(with_what_moves(line, done), meant),
            Some(Answer::Question(said)) => {
                let sentence = words::question(&of(&said, typed, looks_like(&said)));
                Stands::Question(said.reason, sentence)
            }
            Some(Answer::NotDone(said)) => {
                let sentence = words::not_done(&of(&said, typed, looks_like(&said)));
                Stands::NotDone(said.reason, sentence)
            }
            None => return Err(half_answered(meant)),
        };
    }
    Ok(())
}

/// What is done, with what somebody would not expect who reads the slip: other hours than it says, or other accounts than those
/// of the two.
fn with_what_moves(line: &Line, mut done: api::Done) -> api::Done {
    let receipt = done.receipt.as_ref().filter(|receipt| !receipt.repeated);
    let entry = receipt.and_then(|receipt| receipt.entry.as_ref());
    let Some([moved]) = entry.map(|entry| &*entry.moves) else { return done };
    let mut notes = Vec::new();
    if line.slip.length.as_ref().is_some_and(|length| length.amount_seconds != moved.amount_seconds) {
        notes.push(words::rounded(&line.written.hours, moved.amount_seconds));
    }
    let is_other = |moved, named| moved != named && moved != 0;
    if is_other(moved.debit_account_number, line.slip.receiver_account_number) {
        notes.push(words::pays(moved.debit_account_number));
    }
    if is_other(moved.credit_account_number, line.slip.giver_account_number) {
        notes.push(words::go_to(moved.credit_account_number));
    }
    done.sentences.splice(0..0, notes);
    done
}

/// What the server said of a slip of these hours, answered to be another one or not, which looks like the one in a line of the file.
fn of<'a>(
    said: &'a api::SlipNotDone,
    (hours, is_another): (&'a str, bool),
    looks_like_line: Option<u64>,
) -> words::Said<'a> {
    let amount = said.figures.get("amount_seconds").and_then(|seconds| seconds.parse::<i64>().ok());
    words::Said {
        reason: &said.reason,
        field: &said.field,
        sentence: &said.sentence,
        hours,
        is_another,
        amount: amount.map(|seconds| (seconds, values::as_typed(seconds))),
        looks_like_line,
        declined: said.figures.get("waiting_number").and_then(|number| number.parse().ok()),
    }
}

/// An answer with fewer slips than were sent.
fn half_answered(meant: Meant) -> Failure {
    let why = "the server did not answer every slip";
    Failure::Unreachable(match meant {
        Meant::Check => why.to_owned(),
        Meant::Write => words::list_not_known(why),
    })
}

/// A list that was not answered: whatever was written of it is known by its ids.
fn not_known(status: &tonic::Status, meant: Meant) -> Failure {
    if meant == Meant::Write && may_be_written(status) {
        return Failure::Unreachable(words::list_not_known(status.message()));
    }
    status.clone().into()
}

/// Whether slips may be written although the call failed: all but where the server says that it did not begin.
fn may_be_written(status: &tonic::Status) -> bool {
    let details = status.get_error_details();
    match status.code() {
        _ if details.error_info().is_some() => false,
        Code::ResourceExhausted => details.retry_info().is_none(),
        Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => true,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Unauthenticated => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use tonic::Status;
    use tonic_types::ErrorDetails;

    use super::*;

    /// Goal: whoever cannot know what became of a list hears to send it again, and nobody else does. Method: each code, with and
    /// without what says that nothing was done, of a list that is written and of one that is only checked.
    #[test]
    fn an_unknown_list_is_sent_again() {
        let said = |status: &Status, meant| not_known(status, meant).sentences().join(" ");
        let again = "Send the same list again";
        for code in [
            Code::Unavailable,
            Code::DeadlineExceeded,
            Code::ResourceExhausted,
            Code::Cancelled,
            Code::Unknown,
            Code::Internal,
            Code::Aborted,
            Code::DataLoss,
        ] {
            let status = Status::new(code, "gone");
            let told = said(&status, Meant::Write);
            assert!(told.contains(again) && told.contains("gone") && !told.contains("othing was"), "{told}");
            assert!(!said(&status, Meant::Check).contains(again));
        }
        let wait = ErrorDetails::with_retry_info(Some(Duration::from_secs(1)));
        let rule = ErrorDetails::with_error_info("BEYOND_REACH", "hourbook", HashMap::new());
        for status in [
            Status::with_error_details(Code::ResourceExhausted, "busy", wait.clone()),
            Status::with_error_details(Code::PermissionDenied, "no", rule),
            Status::new(Code::InvalidArgument, "bad"),
            Status::new(Code::Unauthenticated, "who"),
        ] {
            assert!(!said(&status, Meant::Write).contains(again), "{status:?}");
        }
        let slow = Status::with_error_details(Code::Unavailable, "not known", wait);
        assert!(said(&slow, Meant::Write).contains(again));
        assert!(half_answered(Meant::Write).to_string().contains(again));
    }
}

//! `slips`: a broker's paper list, from a CSV file.
//!
//! - First everything is only checked and shown, a line for each slip; nothing is written before somebody says yes to that.
//! - What is fine is written then. A question is answered in the file, which is sent again: what is written is known by then.
//! - Whoever is named is looked for among the people of one bank. Nobody is guessed, and no account is opened.
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

use crate::api;
use crate::api::slip_answer::Answer;
use crate::cli::arguments::BankFlag;
use crate::cli::asking;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::words::slips as words;

/// A list of slips.
#[derive(Debug, Args)]
#[command(after_help = "\
The first line names the columns: day, gave, received and hours; activity, note and answer may be left out. A file
has at most 200 slips.

  day,gave,received,hours,activity,note,answer
  2026-06-01,Bo,Ann Ash,1:30,Gardening,,

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
        return Err(Failure::Unreachable("the server answered another number of slips".to_owned()));
    }
    // Whoever reads that has the file, and not what was sent of it.
    let places: Vec<_> = asked.iter().map(|line| line.written.line).collect();
    let looks_like = |said: &api::SlipNotDone| {
        let place = said.figures.get("slip").and_then(|slip| slip.parse::<usize>().ok());
        place.and_then(|place| places.get(place.checked_sub(1)?).copied())
    };
    for (line, answer) in asked.iter_mut().zip(answers) {
        line.stands = match answer.answer {
            Some(Answer::Done(done)) => Stands::done(done, meant),
            Some(Answer::Question(said)) => {
                let sentence = looks_like(&said).map_or(said.sentence, words::looks_like_line);
                Stands::Question(said.reason.clone(), words::asked(&said.reason, &sentence))
            }
            Some(Answer::NotDone(said)) => {
                Stands::NotDone(said.reason.clone(), words::not_done(&said.reason, &said.sentence))
            }
            None => {
                return Err(Failure::Unreachable("the server left out the answer to a slip".to_owned()));
            }
        };
    }
    Ok(())
}

/// A list that was not answered: whatever was written of it is known by its ids.
fn not_known(status: &tonic::Status, meant: Meant) -> Failure {
    match meant {
        Meant::Write if crate::cli::failure::is_cut(status) => {
            Failure::Unreachable(words::list_not_known(status.message()))
        }
        Meant::Write | Meant::Check => status.clone().into(),
    }
}

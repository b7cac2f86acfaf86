//! `letter`: a month of people's hours as files to print; and `member record-of-help`.
//!
//! Letters are written one by one as they come: there is one in memory, however many there are.

mod folder;
mod record;

use std::path::PathBuf;

use clap::Args;
use tonic::Request;

use self::folder::Folder;
pub use self::record::{RecordFlags, record};
use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::failure::Failure;
use crate::cli::lookup;
use crate::cli::screen::{Cell, Column, Format};
use crate::cli::session::Session;
use crate::cli::values::{self, TypedMonth};
use crate::cli::whom::{Whom, whom};
use crate::domain::Sequence;
use crate::letters;
use crate::words::letters as words;

/// Whose letters, and of which month.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook letter --month 2026-06 --out letters                everybody who wants letters
  hourbook letter 'ann ash' --month 2026-06 --out letters      one of them, or somebody who asks for it
  hourbook member add --name 'Ann Ash' --consent post          Ann wants letters
  hourbook member change 'ann ash' --large-print               and reads large print

Each letter is two files, named by account and month: 10035-2026-06.txt to be read, 10035-2026-06.html to be printed. Those of
the same name are replaced, those of other months stay. Nobody else can read them.")]
pub struct Flags {
    /// Whose: an account number, a part of a name, or 'person 7' [default: everybody of the bank who agreed to letters]
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Option<Whom>,
    /// Which month, like 2026-06: by the day things were written down
    #[arg(long, value_name = "MONTH", value_parser = values::month)]
    month: TypedMonth,
    /// The folder for the files; it is made where there is none
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    at: BankFlag,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let mut request = api::StreamLettersRequest {
        bank_number: flags.at.bank.unwrap_or_default(),
        owner_number: 0,
        year: flags.month.year.into(),
        month: flags.month.month.into(),
    };
    match &flags.who {
        None => request.bank_number = session.bank_number(flags.at.bank).await?,
        Some(who) => {
            let person = lookup::person(session, who, flags.at.bank, None).await?;
            request.owner_number = person.owner_number;
            if person.account_numbers.is_empty() && person.closed_account_numbers.is_empty() {
                return Err(Failure::Refused(words::no_account(&who.to_string())));
            }
        }
    }
    let folder = Folder::open(flags.out)?;
    // Without a deadline: it takes as long as there are letters.
    let mut letters = session.client.directory.stream_letters(Request::new(request)).await?.into_inner();
    let mut written: u64 = 0;
    loop {
        match letters.message().await {
            Ok(Some(api::StreamLettersResponse { letter: Some(letter), .. })) => {
                write(&folder, &letter)?;
                written = written.saturating_add(1);
            }
            Ok(Some(all)) => return Ok(tell(session, &folder, &all)?),
            Ok(None) => return Err(cut_off(written, &folder)),
            // What is wrong with the question is said before there is a letter.
            Err(status) if written == 0 => return Err(status.into()),
            Err(_) => return Err(cut_off(written, &folder)),
        }
    }
}

/// The stream ended before its last message.
fn cut_off(written: u64, folder: &Folder) -> Failure {
    Failure::Unreachable(words::cut_off(written, &folder.name()))
}

/// Both files of a letter.
fn write(folder: &Folder, letter: &api::Letter) -> Result<(), Failure> {
    let number = letter.account_number;
    let changes = [-letter.received_seconds, -letter.used_seconds, letter.other_seconds, letter.gave_seconds];
    let after = changes.into_iter().try_fold(letter.before_seconds, i64::checked_add);
    if after != Some(letter.after_seconds) {
        return Err(Failure::Unreachable(format!(
            "the server sent a letter for account {number} whose figures do not add up: it was not written"
        )));
    }
    let paper = letters::letter(letter);
    let name = format!("{number}-{:04}-{:02}", letter.year, letter.month);
    folder.put(&format!("{name}.txt"), &letters::text(&paper))?;
    folder.put(&format!("{name}.html"), &letters::page(&paper))
}

fn tell(
    session: &mut Session<'_, '_>,
    folder: &Folder,
    all: &api::StreamLettersResponse,
) -> std::io::Result<()> {
    let name = folder.name();
    match session.screen.format {
        Format::Table => {
            let sequence = Sequence::new(all.sequence);
            session.screen.say(&words::written(all.letters_count, &name, sequence))
        }
        Format::Json | Format::Csv => session.screen.record(&[
            (Column::figures("letters_count", "", 0), Cell::Number(all.letters_count)),
            (Column::words("folder", "", 0), Cell::Text(name)),
            (Column::figures("sequence", "", 0), Cell::Number(all.sequence)),
        ]),
    }
}

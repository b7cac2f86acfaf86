//! Books of other systems, imported from CSV: `bank,day,giver,receiver,hours,activity,note`.
//!
//! Owns how a file is read and checked, the request ids of its rows, which account a name means, and in
//! which order what is missing is opened and posted. Speaks only through the API's client: knows no
//! ledger, no journal, no terminal.
//!
//! - Nothing is posted before the whole file has been read and every name has its number.
//! - A row has one effect for ever, however often and in whatever order it is imported (`ids`).
//! - Nothing missing is opened twice (`opening`), and nothing at all without being told to.
//! - Everything has a maximum: [`FILE_BYTES_MAX`], [`ROW_BYTES_MAX`], [`ROWS_MAX`], the lengths of cells,
//!   what is listed of bad rows, names and reasons, batches under way, attempts.
//!
//! | to find | look in |
//! |---|---|
//! | what a cell may hold | `columns`, `row` |
//! | what makes two rows equal | `ids` |
//! | from a name to a number | `known`, `nearest` |
//! | asking again after a break | `asking`, `stream` |

use std::io::Read;
use std::time::Instant;

use tonic::Status;

use crate::api::Kind;
use crate::api::ledger_service_client::LedgerServiceClient;
use crate::client::Wire;
use crate::domain::Day;
use crate::domain::hours::DecimalMeans;

mod arguments;
mod asking;
mod book;
mod columns;
mod error;
mod ids;
mod known;
mod names;
mod nearest;
mod opening;
mod posting;
mod row;
mod source;
mod stream;
mod summary;

#[cfg(test)]
mod book_tests;

pub use arguments::Arguments;
pub use book::{BAD_ROWS_LISTED_MAX, BadLine, FileError, ROWS_MAX};
pub use columns::{Column, HeaderError};
pub use error::{
    AmbiguousName, AmbiguousNames, BadRows, ImportError, NAMES_LISTED_MAX, Named, UnknownName, UnknownNames,
};
pub use row::{ACTIVITY_BYTES_MAX, BadRow, NAME_BYTES_MAX, NOTE_BYTES_MAX};
pub use source::{FILE_BYTES_MAX, ROW_BYTES_MAX};
pub use summary::{LINES_NAMED_MAX, REASONS_MAX, RefusedRows, Summary};

/// An answer to a batch may be this long, in bytes: every entry refused, in many words.
const ANSWER_BYTES_MAX: usize = 32 << 20;

type Client = LedgerServiceClient<Wire>;

/// How an import is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What becomes of names the books do not know.
    pub missing: Missing,
    /// What bad rows mean.
    pub bad_rows: BadRowsMean,
    /// As what the rows are posted.
    pub posted_as: PostedAs,
    /// What decimals of hours mean.
    pub hours: DecimalHours,
    /// The last day that has begun; rows of later ones are bad. None judges no day here: the ledger does.
    pub latest_day: Option<Day>,
}

/// What becomes of names the books do not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// They are listed and nothing is posted.
    #[default]
    Refuse,
    /// Banks, accounts of members and activities are opened.
    Open {
        /// IANA name of the time zone of banks that are opened.
        time_zone: String,
    },
}

/// What bad rows mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadRowsMean {
    /// They are listed and nothing is posted.
    #[default]
    Stop,
    /// They are listed and left out.
    Skip,
}

/// As what rows are posted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PostedAs {
    /// History from other books: no floor or ceiling is judged.
    #[default]
    Opening,
    /// Help given now: floors and ceilings are judged.
    Exchange,
}

/// What decimals of hours mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalHours {
    /// Parts of an hour: 1.30 is 1 h 18 min.
    #[default]
    Decimal,
    /// Minutes: 1.30 is 1 h 30 min.
    Clock,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Rows done in this phase.
    pub done: u64,
    /// Rows there are, where that is known.
    pub total: Option<u64>,
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading and checking the file.
    Reading,
    /// Looking names up and opening what is missing.
    Opening,
    /// Posting.
    Posting,
}

/// What stopped the work, before it is known what had been done.
#[derive(Debug)]
enum Fault {
    Service(Status),
    NotOpened { what: String, message: String },
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Service(status)
    }
}

impl PostedAs {
    const fn kind(self) -> Kind {
        match self {
            Self::Opening => Kind::Opening,
            Self::Exchange => Kind::Exchange,
        }
    }
}

impl DecimalHours {
    const fn means(self) -> DecimalMeans {
        match self {
            Self::Decimal => DecimalMeans::Decimal,
            Self::Clock => DecimalMeans::Clock,
        }
    }
}

/// Imports a file, from its first byte to the last answer.
///
/// `source` is read to its end before anything is sent, on the calling thread. Needs a runtime of tokio
/// around it. Dropping the future stops; importing again goes on from there.
///
/// # Errors
/// [`ImportError`]; each says whether anything was posted. Rows the ledger refuses are no error: they are
/// in the [`Summary`].
pub async fn run(
    channel: Wire,
    source: impl Read,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    let began = Instant::now();
    let mut book =
        book::Book::read(source, options.hours.means(), options.latest_day.map(Into::into), progress)?;
    let bad = std::mem::take(&mut book.bad);
    if book.rows_bad > 0 && options.bad_rows == BadRowsMean::Stop {
        return Err(BadRows { total: book.rows_bad, listed: bad }.into());
    }
    let mut summary = Summary {
        rows_read: book.rows_read,
        rows_skipped: book.rows_bad,
        skipped: bad,
        ..Summary::default()
    };
    let client = LedgerServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX);
    let posted = post(&client, &book, options, &mut summary, progress).await;
    summary.finish(began.elapsed());
    match posted {
        Ok(()) => Ok(summary),
        Err(Stopped::Names(error)) => Err(error),
        Err(Stopped::Fault(Fault::NotOpened { what, message })) => {
            Err(ImportError::NotOpened { what, message })
        }
        Err(Stopped::Fault(Fault::Service(status))) => {
            Err(ImportError::Service { status: Box::new(status), summary: Box::new(summary) })
        }
    }
}

/// What stopped the work after the file was read.
enum Stopped {
    Names(ImportError),
    Fault(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

async fn post(
    client: &Client,
    book: &book::Book,
    options: &Options,
    summary: &mut Summary,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Stopped> {
    let total = u64::try_from(book.rows.len()).ok();
    progress(Progress { phase: Phase::Opening, done: 0, total });
    let known::Known { mut numbers, unknown, ambiguous } = known::Known::look_up(client, book).await?;
    if ambiguous.total > 0 {
        return Err(Stopped::Names(ambiguous.into()));
    }
    match &options.missing {
        Missing::Refuse if unknown.total > 0 => return Err(Stopped::Names(unknown.into())),
        Missing::Refuse => {}
        Missing::Open { time_zone } => {
            opening::open_missing(client, book, time_zone, &mut numbers, summary).await?;
        }
    }
    progress(Progress { phase: Phase::Posting, done: 0, total });
    Ok(posting::post_rows(client, book, &numbers, options.posted_as, summary, progress).await?)
}

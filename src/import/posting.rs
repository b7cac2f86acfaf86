//! The rows, posted in the order of the file.

use tonic::Status;

use super::asking::asked;
use super::book::{Book, Row};
use super::known::Numbers;
use super::stream::{Answer, Stream};
use super::summary::Summary;
use super::{Client, Fault, Phase, PostedAs, Progress};
use crate::api::{BatchEntry, BatchPost, Date, EntryDetails, GetBalanceRequest, Transfer, batch_entry};

/// A row that an earlier import posted with other hours or as another kind.
const READ_OTHERWISE: &str = "they are in the books already, and were read otherwise then (--hours or --as). What is \
                              wrong there is put right by its entry: hourbook reverse";
/// Progress is told once in so many rows.
const PROGRESS_ROWS: u64 = 4_096;

/// Posts every row.
pub(super) async fn post_rows(
    client: &Client,
    book: &Book,
    numbers: &Numbers,
    posted_as: PostedAs,
    summary: &mut Summary,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Fault> {
    let Some(first) = book.rows.first() else { return Ok(()) };
    let tip = tip(client, Numbers::of(&numbers.accounts, first.giver)).await?;
    let row = |place: u32| usize::try_from(place).ok().and_then(|place| book.rows.get(place));
    let make = |place| {
        let row = row(place);
        row.map_or_else(BatchEntry::default, |row| entry(row, book, numbers, posted_as))
    };
    let count = u32::try_from(book.rows.len()).unwrap_or(u32::MAX); // At most ROWS_MAX.
    let mut done = 0u64;
    let mut answered = |place, answer: Answer| {
        if let Some(row) = row(place) {
            count_answer(row, answer, tip, summary);
        }
        done += 1;
        if done.is_multiple_of(PROGRESS_ROWS) || done == u64::from(count) {
            progress(Progress { phase: Phase::Posting, done, total: Some(count.into()) });
        }
    };
    Stream::new(client.clone(), count, &make, &mut answered).send().await
}

/// A row as an entry. A negative one is posted with its sides swapped and marked.
fn entry(row: &Row, book: &Book, numbers: &Numbers, posted_as: PostedAs) -> BatchEntry {
    let (giver, receiver) =
        (Numbers::of(&numbers.accounts, row.giver), Numbers::of(&numbers.accounts, row.receiver));
    let is_correction = row.seconds < 0;
    let (debit_account_number, credit_account_number) =
        if is_correction { (giver, receiver) } else { (receiver, giver) };
    let transfer = Transfer {
        debit_account_number,
        credit_account_number,
        amount_seconds: row.seconds.saturating_abs(),
        activity_number: Numbers::of(&numbers.activities, row.activity),
        is_correction,
        ..Transfer::default()
    };
    let post = BatchPost { kind: posted_as.kind().into(), transfers: vec![transfer] };
    let (year, month, day) = (row.date.year.into(), row.date.month.into(), row.date.day.into());
    BatchEntry {
        request_id: row.id.bytes().to_vec(),
        action: Some(batch_entry::Action::Post(post)),
        details: Some(EntryDetails {
            occurred_on: Some(Date { year, month, day }),
            memo: book.notes.text(row.note).to_owned(),
            ..EntryDetails::default()
        }),
    }
}

/// Counts what became of a row. One that had to be asked twice and was written down after this import
/// began was written down by this import.
fn count_answer(row: &Row, answer: Answer, tip: u64, summary: &mut Summary) {
    let correction = u64::from(row.seconds < 0);
    let Answer { result, asked_before } = answer;
    if let Some(error) = result.error {
        let reason = [error.reason, error.field].into_iter().find(|text| !text.is_empty());
        let reason = reason.unwrap_or_else(|| "UNKNOWN".to_owned());
        // Nobody typed an id here: what it means is that the file was read otherwise the first time.
        let message = if reason == "REQUEST_ID_REUSED" { READ_OTHERWISE } else { &error.message };
        summary.count_refused(row.line, &reason, message);
    } else if !result.repeated || (asked_before && result.sequence > tip) {
        summary.rows_posted += 1;
        summary.corrections_posted += correction;
    } else {
        summary.rows_already_there += 1;
        summary.corrections_already_there += correction;
    }
}

/// The newest entry there is before the first row.
async fn tip(client: &Client, account_number: u32) -> Result<u64, Status> {
    let request = GetBalanceRequest { account_number, ..GetBalanceRequest::default() };
    let balance = asked(|| {
        let (mut client, request) = (client.clone(), request);
        async move { client.get_balance(request).await }
    });
    Ok(balance.await?.sequence)
}

//! PostBatches: many independent entries, a batch at a time.
//!
//! Two tasks a stream: one reads batches and submits them, the other answers them in order once they are
//! on disk. Between them stands a channel of fixed length, so at most four batches are unanswered, beside the
//! answer the transport is sending; then the reader reads no further and the transport holds the caller
//! back. A caller who leaves stops both, and so
//! does one who neither sends nor takes answers for too long: there are few places for such streams.
//!
//! How a batch is read from its bytes: `message.rs`, and `plain.rs` for what nearly all entries are.
//!
//! A batch that cannot be read at all (too large, too many things, no message) ends the stream after
//! everything before it was answered. One bad entry does not: it is answered in its place.

mod message;
mod plain;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::Status;

use super::asked::act_as;
use super::commands;
use super::installation::{Installation, nobody_forgotten};
use super::not_done::NotDone;
use super::{Service, answers};
use crate::access::Allowed;
use crate::api::{BatchEntry, EntryResult, PostBatchesResponse};
use crate::domain::{Action, Command, Opened, OwnerNumber};
use crate::ledger::{Decided, Decision, Detail, Mode, Repeated, Ticket};
use crate::telemetry::{Metrics, names};
pub use message::{Batch, BatchCodec};

/// Entries in one batch.
pub const BATCH_ENTRIES_MAX: usize = 10_000;
/// Transfers and accounts to open, in all entries of one batch together.
pub const BATCH_PARTS_MAX: usize = 65_536;
/// Bytes of one batch.
pub const BATCH_BYTES_MAX: usize = 4 << 20;
/// Batches of a stream that are read and not answered: one being decided, one being answered, one whose
/// answer the caller has not taken, the rest waiting between the first two.
pub const UNANSWERED_MAX: usize = 4;

/// A batch on its way through the ledger.
struct UnderWay {
    /// Entries that were not submitted: their places, rising, and why.
    left_out: Vec<(usize, NotDone)>,
    /// The others, in order.
    ticket: Ticket,
}

/// Whether the caller took the answers.
enum Taken {
    Yes,
    No,
}

type Answers = mpsc::Sender<Result<PostBatchesResponse, Status>>;

/// Starts both tasks of a stream.
pub fn stream(
    service: &Service,
    allowed: Allowed,
    requests: impl Stream<Item = Result<Batch, Status>> + Send + Unpin + 'static,
) -> Result<ReceiverStream<Result<PostBatchesResponse, Status>>, NotDone> {
    let books = service.books()?;
    let permit = Arc::clone(&service.shared.batch_streams).try_acquire_owned();
    let permit = permit.map_err(|_| NotDone::Busy("16 streams of batches are open already"))?;
    let (answers, from) = mpsc::channel(1);
    let (submitted, under_way) = mpsc::channel(UNANSWERED_MAX - 3);
    let (metrics, quiet_max) = (service.shared.metrics.clone(), service.shared.quiet_max);
    tokio::spawn(read(Arc::clone(&books), allowed, requests, submitted, answers.clone(), quiet_max));
    tokio::spawn(async move {
        let taken = answer(books, under_way, &answers, metrics, quiet_max).await;
        drop(permit); // Whoever takes no answers may still hear why; not in the place of somebody else.
        if matches!(taken, Taken::No) {
            let _gone = answers.send(Err(not_taken_status())).await;
        }
    });
    Ok(ReceiverStream::new(from))
}

async fn read(
    books: Arc<Installation>,
    allowed: Allowed,
    mut requests: impl Stream<Item = Result<Batch, Status>> + Send + Unpin + 'static,
    submitted: mpsc::Sender<Result<UnderWay, Status>>,
    answers: Answers,
    quiet_max: Duration,
) {
    let mut ending = books.ending.clone();
    let ended = books.until_ended(&allowed);
    tokio::pin!(ended);
    loop {
        let request = tokio::select! {
            request = requests.next() => request.transpose(),
            () = answers.closed() => return,
            () = tokio::time::sleep(quiet_max) => Err(quiet_status()),
            _ = ending.wait_for(|ending| *ending) => Err(ending_status()),
            end = &mut ended => Err(NotDone::ended(end).into()),
        };
        let under_way = match request {
            Ok(None) => return,
            Ok(Some(batch)) => {
                let allowed = allowed.clone();
                books.writing(move |books| books.submit_batch(&allowed, batch)).await.map_err(Status::from)
            }
            Err(status) => Err(unreadable(status)),
        };
        let ends = under_way.is_err();
        if submitted.send(under_way).await.is_err() || ends {
            return;
        }
    }
}

async fn answer(
    books: Arc<Installation>,
    mut under_way: mpsc::Receiver<Result<UnderWay, Status>>,
    answers: &Answers,
    metrics: Metrics,
    quiet_max: Duration,
) -> Taken {
    while let Some(batch) = under_way.recv().await {
        let response = match batch {
            Ok(UnderWay { left_out, ticket }) => {
                let decided = ticket.await;
                let metrics = metrics.clone();
                let results = books.afterwards(move |books| books.results(left_out, decided, &metrics)).await;
                results.map(|results| PostBatchesResponse { results }).map_err(Status::from)
            }
            Err(status) => Err(status),
        };
        let ends = response.is_err();
        match tokio::time::timeout(quiet_max, answers.send(response)).await {
            Ok(Ok(())) if !ends => {}
            Ok(_) => return Taken::Yes,
            Err(_) => return Taken::No,
        }
    }
    Taken::Yes
}

fn quiet_status() -> Status {
    NotDone::NotServing("no batch came for too long; what was answered is in the books, open another stream")
        .into()
}

fn not_taken_status() -> Status {
    let what = "answers were not taken for too long; what was not answered may be in the books, ask again";
    NotDone::NotServing(what).into()
}

fn ending_status() -> Status {
    NotDone::NotServing("the server is ending; what was answered is in the books").into()
}

/// The transport says what is wrong with a message; the code is ours.
fn unreadable(status: Status) -> Status {
    if status.code() == tonic::Code::OutOfRange {
        NotDone::bad("entries", "at most 4,194,304 bytes in one batch").into()
    } else if status.code() == tonic::Code::Internal {
        NotDone::bad("entries", format!("a message that can be read: {}", status.message())).into()
    } else {
        status
    }
}

impl Installation {
    fn submit_batch(&self, allowed: &Allowed, batch: Batch) -> Result<UnderWay, NotDone> {
        self.still(allowed)?;
        let span = tracing::info_span!(names::SPAN_BATCH, { names::ENTRY_COUNT } = batch.count());
        let _inside = span.entered();
        let mode = if batch.validate_only { Mode::ValidateOnly } else { Mode::Write };
        let (commands, left_out) = self.in_order(allowed, batch);
        let ticket = self.network.ledger.submit(commands, mode, Detail::Numbers);
        Ok(UnderWay { left_out, ticket: ticket.map_err(|error| self.not_done(error))? })
    }

    /// The commands of all entries that can be submitted, in the order of the batch; the others with their
    /// places.
    fn in_order(&self, allowed: &Allowed, mut batch: Batch) -> (Vec<Command>, Vec<(usize, NotDone)>) {
        if batch.others.is_empty() && allowed.sees_everything() {
            // Nearly always, and then nothing is moved.
            batch.plain.iter_mut().for_each(|command| act_as(command, allowed.caller()));
            return (batch.plain, Vec::new());
        }
        let count = batch.count();
        let (mut commands, mut left_out) = (Vec::with_capacity(count), Vec::new());
        let (mut plain, mut others) = (batch.plain.into_iter(), batch.others.into_iter().peekable());
        for place in 0..count {
            let prepared = match others.next_if(|(at, _)| *at == place) {
                None => plain.next().map(|command| self.prepare_plain(allowed, command)),
                Some((_, entry)) => Some(self.prepare(allowed, entry, batch.validate_only)),
            };
            match prepared {
                Some(Ok(command)) => commands.push(command),
                Some(Err(not_done)) => left_out.push((place, not_done)),
                None => {}
            }
        }
        (commands, left_out)
    }

    fn prepare_plain(&self, allowed: &Allowed, mut command: Command) -> Result<Command, NotDone> {
        act_as(&mut command, allowed.caller());
        self.within_reach(allowed, &command).map(|()| command)
    }

    fn prepare(&self, allowed: &Allowed, entry: BatchEntry, validate_only: bool) -> Result<Command, NotDone> {
        let mut asked = commands::batch_entry(entry, validate_only)?;
        act_as(&mut asked.command, allowed.caller());
        asked.command.check()?;
        self.within_reach(allowed, &asked.command)?;
        if asked.has_no_words() {
            return Ok(asked.command);
        }
        match self.seal(&mut asked)? {
            None => Ok(asked.command),
            Some(erased) => self.answered_before(asked.command, erased),
        }
    }

    /// A write about somebody who was forgotten: only the answer it got before still counts.
    fn answered_before(&self, command: Command, erased: OwnerNumber) -> Result<Command, NotDone> {
        let Some(key) = command.key else { return Err(nobody_forgotten(erased)) };
        let known = self.network.ledger.find(key).map_err(|error| self.not_done(error))?;
        known.map(|_| command).ok_or_else(|| nobody_forgotten(erased))
    }

    /// One answer an entry, in order: what was decided, and between it what was left out.
    fn results(
        &self,
        left_out: Vec<(usize, NotDone)>,
        decided: Option<Decided>,
        metrics: &Metrics,
    ) -> Result<Vec<EntryResult>, NotDone> {
        let Decided { commands, decisions } = decided.ok_or_else(|| self.gone())?;
        let mut decided = commands.iter().zip(decisions);
        let mut left_out = left_out.into_iter().peekable();
        let count = commands.len().saturating_add(left_out.len());
        let mut results = Vec::with_capacity(count);
        for place in 0..count {
            let result = match left_out.next_if(|(left, _)| *left == place) {
                Some((_, not_done)) => Err(not_done),
                None => {
                    let (command, decision) = decided.next().ok_or_else(|| self.gone())?;
                    self.result(command, decision)
                }
            };
            results.push(result.unwrap_or_else(|not_done| {
                if let Some(reason) = not_done.reason() {
                    metrics.refused(reason);
                }
                EntryResult { error: Some(not_done.into()), ..EntryResult::default() }
            }));
        }
        Ok(results)
    }

    fn result(&self, command: &Command, decision: Decision) -> Result<EntryResult, NotDone> {
        // What was just accepted without opening anything is answered without reading it back.
        if let (Decision::Accepted(sequence), Action::Post(_)) = (&decision, &command.action) {
            return Ok(EntryResult { sequence: sequence.get(), ..EntryResult::default() });
        }
        let count = if let Action::OpenAccounts(accounts) = &command.action { accounts.len() } else { 0 };
        let receipt = self.receipt(command.clone(), decision)?;
        let opened = receipt.entry.outcome.opened;
        let opened = if matches!(opened, Opened::Accounts(_)) && receipt.entry.sequence.is_zero() {
            Opened::Nothing // Numbers that were only validated are nobody's.
        } else {
            opened
        };
        Ok(EntryResult {
            sequence: receipt.entry.sequence.get(),
            repeated: receipt.repeated == Repeated::Yes,
            opened_account_numbers: answers::accounts_opened(opened, count),
            error: None,
        })
    }
}

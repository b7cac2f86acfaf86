//! WatchEntries, and the way of every stream that reads the books as they are written, from any position on.
//!
//! A task a stream reads the journal at its own pace and waits for the position to move; the ledger never
//! waits for it. A slow caller is held back by the transport with a bounded number of entries in memory,
//! and one who leaves ends the task. Each message says how far the stream has looked, so that a cut stream
//! is resumed without a gap or a double.

use std::sync::Arc;
use std::time::Duration;

use prost::Message;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::installation::{Installation, unreadable};
use super::not_done::NotDone;
use super::{Service, answers, fields};
use crate::access::Allowed;
use crate::api::{WatchEntriesRequest, WatchEntriesResponse};
use crate::domain::{AccountNumber, BankNumber, Entry, Form, Kind, Sequence};
use crate::ledger::recovery;

/// Entries read at a time.
const READ_ENTRIES: u64 = 512;
/// Bytes of messages read at a time, and one message: entries of 256 transfers come in smaller portions.
const READ_BYTES_MAX: usize = 256 << 10;
/// Messages that wait for a slow caller.
const WAITING_MAX: usize = 16;
/// Seconds between two signs of life, if nobody says otherwise.
const USUAL_HEARTBEAT_SECONDS: u32 = 15;
/// The longest time between two signs of life, in seconds.
const HEARTBEAT_SECONDS_MAX: u32 = 300;
/// Filters in one list: there are no more kinds than this.
const FILTERS_MAX: usize = 16;

/// What a stream shows.
pub trait Watched: Clone + Send + 'static {
    /// One message.
    type Message: Send + 'static;

    /// What there is to show among the next entries through `tip`, and how far was looked. Bounded.
    fn look(
        &self,
        books: &Installation,
        after: Sequence,
        tip: Sequence,
    ) -> Result<(Sequence, Vec<Self::Message>), NotDone>;

    /// A sign of life: so far was looked.
    fn sign_of_life(&self, position: Sequence) -> Self::Message;
}

/// From where a stream shows something, and how often it says that it lives.
#[derive(Clone, Copy, Debug)]
pub struct From {
    /// After this position; none for from now on.
    pub after: Option<Sequence>,
    /// Seconds between two signs of life; 0 for 15.
    pub heartbeat_seconds: u32,
}

/// Which entries a stream shows.
#[derive(Clone, Debug)]
struct Filter {
    bank: Option<BankNumber>,
    account: Option<AccountNumber>,
    forms: Vec<Form>,
    kinds: Vec<Kind>,
    /// What of these its caller may see.
    allowed: Allowed,
}

/// What a caller hears when the server is told to end.
const ENDING: &str = "the server is ending; resume with the last position";

/// Where messages go, and how long they may lie there.
struct Answers<T> {
    to: mpsc::Sender<Result<T, Status>>,
    quiet_max: Duration,
}

/// Whether a message was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Yes,
    CallerLeft,
}

impl<T> Answers<T> {
    async fn give(&self, message: T) -> Result<Taken, NotDone> {
        match tokio::time::timeout(self.quiet_max, self.to.send(Ok(message))).await {
            Ok(Ok(())) => Ok(Taken::Yes),
            Ok(Err(_)) => Ok(Taken::CallerLeft),
            Err(_) => {
                Err(NotDone::NotServing("entries were not taken for too long; resume with the last position"))
            }
        }
    }
}

/// WatchEntries.
pub fn entries(
    service: &Service,
    allowed: Allowed,
    request: &WatchEntriesRequest,
) -> Result<ReceiverStream<Result<WatchEntriesResponse, Status>>, NotDone> {
    let filter = Filter::read(allowed, request)?;
    let after = request.after_sequence.map(Sequence::new);
    stream(service, filter, From { after, heartbeat_seconds: request.heartbeat_seconds })
}

/// Starts the task of a stream.
pub fn stream<W: Watched + Sync>(
    service: &Service,
    watched: W,
    from: From,
) -> Result<ReceiverStream<Result<W::Message, Status>>, NotDone> {
    let books = service.books()?;
    let heartbeat = match from.heartbeat_seconds {
        0 => USUAL_HEARTBEAT_SECONDS,
        seconds @ 1..=HEARTBEAT_SECONDS_MAX => seconds,
        _ => return Err(NotDone::bad("heartbeat_seconds", "from 1 to 300, or 0 for 15")),
    };
    let position = books.network.ledger.position();
    let after = from.after.unwrap_or(position);
    if after > position {
        return Err(NotDone::NotReached { asked: after, position });
    }
    let permit = Arc::clone(&service.shared.watch_streams).try_acquire_owned();
    let permit = permit.map_err(|_| NotDone::Busy("1,000 streams of entries are open already"))?;
    let (to, from) = mpsc::channel(WAITING_MAX);
    let answers = Answers { to, quiet_max: service.shared.quiet_max };
    tokio::spawn(async move {
        let ended = watch(&books, after, &watched, Duration::from_secs(u64::from(heartbeat)), &answers).await;
        drop(permit); // Whoever takes nothing may still hear why; not in the place of somebody else.
        if let Err(not_done) = ended {
            let _gone = answers.to.send(Err(not_done.into())).await;
        }
    });
    Ok(ReceiverStream::new(from))
}

/// Runs until the caller leaves, the server ends or the books cannot be read.
async fn watch<W: Watched + Sync>(
    books: &Arc<Installation>,
    mut after: Sequence,
    watched: &W,
    heartbeat: Duration,
    answers: &Answers<W::Message>,
) -> Result<(), NotDone> {
    let mut positions = books.network.ledger.views().positions();
    let mut ending = books.ending.clone();
    let mut sign_of_life = Instant::now(); // At once: a caller hears where the stream begins.
    loop {
        if *ending.borrow() {
            return Err(NotDone::NotServing(ENDING));
        }
        let tip = *positions.borrow_and_update();
        if after < tip {
            let (from, watched) = (after, watched.clone());
            let (looked_at, found) = books.watching(move |books| watched.look(books, from, tip)).await?;
            for message in found {
                sign_of_life = Instant::now() + heartbeat;
                if answers.give(message).await? == Taken::CallerLeft {
                    return Ok(());
                }
            }
            after = looked_at;
        }
        if Instant::now() >= sign_of_life {
            sign_of_life = Instant::now() + heartbeat;
            if answers.give(watched.sign_of_life(after)).await? == Taken::CallerLeft {
                return Ok(());
            }
        }
        if after < *positions.borrow() {
            continue;
        }
        tokio::select! {
            moved = positions.changed() => moved.map_err(|_| NotDone::NotServing("the server is ending"))?,
            () = tokio::time::sleep_until(sign_of_life) => {}
            () = answers.to.closed() => return Ok(()),
            _ = ending.wait_for(|ending| *ending) => {
                return Err(NotDone::NotServing(ENDING));
            }
        }
    }
}

impl Watched for Filter {
    type Message = WatchEntriesResponse;

    fn look(
        &self,
        books: &Installation,
        after: Sequence,
        tip: Sequence,
    ) -> Result<(Sequence, Vec<WatchEntriesResponse>), NotDone> {
        let through = tip.min(after.plus(READ_ENTRIES));
        let reader = &**books.network.ledger.books().journal();
        let (names, mut found) = (books.names(), Vec::new());
        let (mut bytes, mut looked_at) = (0_usize, after);
        recovery::each_record(reader, after.next(), through, |record| {
            if bytes >= READ_BYTES_MAX {
                return Ok(()); // The next time.
            }
            let entry = recovery::decode(&record)?;
            looked_at = record.sequence;
            if self.fits(&entry, books)? {
                let position = entry.sequence.get();
                let entry = books.as_seen(&self.allowed, answers::entry(&entry, &names));
                let message = WatchEntriesResponse { position, entry: Some(entry) };
                bytes = bytes.saturating_add(message.encoded_len());
                found.push(message);
            }
            Ok(())
        })
        .map_err(unreadable)?;
        Ok((looked_at, found))
    }

    fn sign_of_life(&self, position: Sequence) -> WatchEntriesResponse {
        WatchEntriesResponse { position: position.get(), entry: None }
    }
}

impl Filter {
    fn read(allowed: Allowed, request: &WatchEntriesRequest) -> Result<Self, NotDone> {
        for (field, length) in [("forms", request.forms.len()), ("kinds", request.kinds.len())] {
            if length > FILTERS_MAX {
                return Err(NotDone::bad(field, "at most 16"));
            }
        }
        Ok(Self {
            bank: fields::bank_or_any(request.bank_number),
            account: fields::account_or_any("account_number", request.account_number)?,
            forms: request.forms.iter().map(|form| fields::form("forms", *form)).collect::<Result<_, _>>()?,
            kinds: request.kinds.iter().map(|kind| fields::kind("kinds", *kind)).collect::<Result<_, _>>()?,
            allowed,
        })
    }

    fn fits(&self, entry: &Entry, books: &Installation) -> Result<bool, recovery::RecoveryError> {
        if !self.forms.is_empty() && !self.forms.contains(&entry.form()) {
            return Ok(false);
        }
        if let Some(account) = self.account
            && !books.concerns_account(&self.allowed, entry, account)
        {
            return Ok(false);
        }
        if let Some(bank) = self.bank
            && !books.concerns_bank(&self.allowed, entry, bank)
        {
            return Ok(false);
        }
        if !books.sees_entry(&self.allowed, entry) {
            return Ok(false);
        }
        if self.kinds.is_empty() {
            return Ok(true);
        }
        let kind = books.network.ledger.books().kind(entry)?;
        Ok(kind.is_some_and(|kind| self.kinds.contains(&kind)))
    }
}

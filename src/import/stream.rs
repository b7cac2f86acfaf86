//! Many entries through `PostBatches`, each answered once whatever happens to the stream.
//!
//! At most [`UNANSWERED_MAX`] batches are under way; a batch has at most [`BATCH_ENTRIES_MAX`] entries and
//! [`BATCH_BYTES_MAX`] bytes. When the stream breaks, it goes on from the first unanswered entry with the
//! same ids. Entries that were answered with "not known" or "too much at once" are asked again before any
//! that was not sent yet: what is posted keeps as near to the order of the file as can be.

use std::collections::VecDeque;

use hashbrown::HashSet;
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use super::asking::{ATTEMPTS_MAX, may_ask_again, pause};
use super::{Client, Fault};
use crate::api::{BatchEntry, EntryResult, PostBatchesRequest, PostBatchesResponse};

/// Batches sent and not answered; the service reads no further either.
const UNANSWERED_MAX: usize = 4;
/// Entries of a batch; the service takes 10,000. Smaller ones keep both sides busy.
const BATCH_ENTRIES_MAX: usize = 4_000;
/// Bytes of a batch as it is sent; the service takes 4 MiB.
const BATCH_BYTES_MAX: usize = 1 << 20;
/// Reasons that end everything: later entries might be taken where earlier ones were not, and the books would
/// have another order than the file.
const ENDS: [&str; 3] = ["DISK_LOW", "CLOCK_UNSURE", "BOOKS_FULL"];
/// What an entry needs in a batch beside its own bytes: a tag and its length.
const ENTRY_EXTRA_BYTES: usize = 6;

/// What became of an entry.
pub(super) struct Answer {
    /// As the service says it; never "ask again".
    pub(super) result: EntryResult,
    /// Whether it had been asked before in this run: then `repeated` may be this run's own doing.
    pub(super) asked_before: bool,
}

/// Entries 0 to `count` - 1, made when they are sent.
pub(super) struct Stream<'w> {
    client: Client,
    entry: &'w dyn Fn(u32) -> BatchEntry,
    answered: &'w mut dyn FnMut(u32, Answer),
    waiting: VecDeque<u32>,
    /// Batches under way, the oldest first.
    unanswered: VecDeque<Vec<u32>>,
    /// To be asked again once the batches under way are through; until then nothing new is sent.
    again: Vec<u32>,
    /// Sent before without an answer that counts.
    asked_before: HashSet<u32>,
    /// What was last heard instead of an answer.
    last: Option<Status>,
    /// Answers that counted since the last break.
    progress: bool,
}

impl<'w> Stream<'w> {
    pub(super) fn new(
        client: Client,
        count: u32,
        entry: &'w dyn Fn(u32) -> BatchEntry,
        answered: &'w mut dyn FnMut(u32, Answer),
    ) -> Self {
        Self {
            client,
            entry,
            answered,
            waiting: (0..count).collect(),
            unanswered: VecDeque::new(),
            again: Vec::new(),
            asked_before: HashSet::new(),
            last: None,
            progress: false,
        }
    }

    /// Sends everything.
    ///
    /// # Errors
    /// What the service says where asking again does not help, or no longer.
    pub(super) async fn send(mut self) -> Result<(), Fault> {
        let mut attempt = 0;
        while !self.waiting.is_empty() {
            let ended = self.pass().await;
            self.put_back();
            let status = match (ended, self.last.take()) {
                (Ok(()), None) => continue, // Then nothing waits.
                (Ok(()), Some(status)) => status,
                (Err(status), _) => status,
            };
            attempt = if std::mem::take(&mut self.progress) { 1 } else { attempt + 1 };
            if attempt >= ATTEMPTS_MAX || !may_ask_again(&status) {
                return Err(status.into());
            }
            tokio::time::sleep(pause(&status, attempt)).await;
        }
        Ok(())
    }

    /// One stream, until all is sent and answered or it breaks.
    async fn pass(&mut self) -> Result<(), Status> {
        let (sender, receiver) = mpsc::channel(UNANSWERED_MAX);
        // The first batches go in before the answer to the call is awaited: it may come with them.
        self.fill(&sender).await;
        let answers = self.client.post_batches(ReceiverStream::new(receiver)).await?;
        let mut answers = answers.into_inner();
        while !self.unanswered.is_empty() {
            let answer = answers.message().await?;
            self.take(answer.ok_or_else(|| Status::unavailable("the stream ended before its answers"))?)?;
            self.fill(&sender).await;
        }
        Ok(())
    }

    async fn fill(&mut self, sender: &mpsc::Sender<PostBatchesRequest>) {
        while self.again.is_empty() && self.unanswered.len() < UNANSWERED_MAX && !self.waiting.is_empty() {
            let batch = self.next_batch();
            // A stream that no longer takes any says why where its answers are read.
            let _why_is_read_there = sender.send(batch).await;
        }
    }

    fn next_batch(&mut self) -> PostBatchesRequest {
        let (mut places, mut entries, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(&place) = self.waiting.front()
            && entries.len() < BATCH_ENTRIES_MAX
        {
            let entry = (self.entry)(place);
            bytes += entry.encoded_len() + ENTRY_EXTRA_BYTES;
            // One entry alone is far below the bound.
            if bytes > BATCH_BYTES_MAX && !entries.is_empty() {
                break;
            }
            self.waiting.pop_front();
            places.push(place);
            entries.push(entry);
        }
        self.unanswered.push_back(places);
        PostBatchesRequest { entries, validate_only: false }
    }

    fn take(&mut self, answer: PostBatchesResponse) -> Result<(), Status> {
        let places = self.unanswered.front().map_or(0, Vec::len);
        if places != answer.results.len() {
            let words = format!("{} results for {places} entries", answer.results.len());
            return Err(Status::data_loss(words));
        }
        for (place, result) in self.unanswered.pop_front().unwrap_or_default().into_iter().zip(answer.results)
        {
            let ask_again =
                result.error.as_ref().map(|error| Status::new(Code::from(error.code), &*error.message));
            if let Some(status) = ask_again.filter(may_ask_again) {
                self.last = Some(status);
                self.again.push(place);
                continue;
            }
            if let Some(error) = result.error.as_ref().filter(|error| ENDS.contains(&error.reason.as_str())) {
                return Err(Status::failed_precondition(error.message.clone()));
            }
            self.progress = true;
            let asked_before = self.asked_before.remove(&place);
            (self.answered)(place, Answer { result, asked_before });
        }
        Ok(())
    }

    /// What has no answer waits again, in its order.
    fn put_back(&mut self) {
        for places in self.unanswered.drain(..).rev() {
            self.asked_before.extend(&places);
            places.into_iter().rev().for_each(|place| self.waiting.push_front(place));
        }
        self.asked_before.extend(&self.again);
        self.again.drain(..).rev().for_each(|place| self.waiting.push_front(place));
    }
}

//! Far more than the server takes: what it takes is written down, what it does not is refused at once, with
//! a hint when to come again, and whoever comes afterwards notices nothing.

use std::collections::HashSet;

use hourbook::api::{self, ledger_service_client::LedgerServiceClient};
use hourbook::domain::RequestId;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::{Books, batch, named};
use crate::support::served::{exchange, open_channel};

/// Submissions that may wait, and that one write to the disk may answer.
const WAITING_MAX: usize = 2;
/// Callers of single entries: connections, and calls of each at once.
const SINGLE: (usize, usize) = (40, 50);
/// Callers of batches, each with so many of so many entries on one stream.
const STREAMS: u128 = 40;
const BATCHES: u128 = 8;
const ENTRIES: u128 = 25;

/// What callers heard.
#[derive(Default)]
struct Heard {
    /// Ids, each with the entry it was told.
    accepted: Vec<(String, u64)>,
    /// Ids that were refused, or never got an answer because their stream was.
    refused: Vec<String>,
    refusals: usize,
}

impl Heard {
    fn refuse(&mut self, status: &Status, ids: impl IntoIterator<Item = String>) {
        let heard = (status.code(), named(status));
        assert_eq!(heard, (Code::ResourceExhausted, "retry".to_owned()), "{status:?}");
        self.refused.extend(ids);
        self.refusals += 1;
    }
}

fn books() -> Books {
    Books::with(|options| options.bounds.queue_submissions_max = WAITING_MAX)
}

/// Goal: under far too many single entries each is answered with a receipt, and then is in the books once, or
/// with RESOURCE_EXHAUSTED and RetryInfo, and then is not; afterwards a call succeeds at once. Method: 2,000
/// calls at once to a server on which 2 may wait; each id is looked up afterwards, and entries are counted.
#[test]
fn more_entries_than_are_taken() {
    let books = books();
    let before = books.position();
    let mut calls = JoinSet::new();
    let mut heard = books.served.block_on(async {
        for _ in 0..SINGLE.0 {
            let channel = open_channel(books.served.address).await;
            for _ in 0..SINGLE.1 {
                let mut ledger = LedgerServiceClient::new(channel.clone());
                let request = exchange(books.wide[0], books.wide[1], 1);
                calls.spawn_on(
                    async move { (request.request_id.clone(), ledger.post_entry(request).await) },
                    books.served.runtime.handle(),
                );
            }
        }
        let mut heard = Heard::default();
        for (id, answer) in calls.join_all().await {
            match answer {
                Ok(answer) => {
                    let receipt = answer.into_inner().receipt.unwrap();
                    assert!(!receipt.repeated);
                    heard.accepted.push((id, receipt.entry.unwrap().sequence));
                }
                Err(status) => heard.refuse(&status, [id]),
            }
        }
        heard
    });
    assert_eq!(heard.accepted.len() + heard.refused.len(), SINGLE.0 * SINGLE.1);
    judge(&books, before, &mut heard);
}

/// Goal: the same for batches, on more streams than are open at once; what was answered before a stream was
/// refused counts. Method: 40 streams of 8 batches each, which 16 streams and 2 places cannot take.
#[test]
fn more_batches_than_are_taken() {
    let books = books();
    let before = books.position();
    let mut heard = books.served.block_on(async {
        let mut streams = JoinSet::new();
        for stream in 0..STREAMS {
            let channel = open_channel(books.served.address).await;
            let first = stream * BATCHES * ENTRIES;
            let batches =
                (0..BATCHES).map(|place| batch(books.wide, first + place * ENTRIES, ENTRIES)).collect();
            streams.spawn(one_stream(channel, batches));
        }
        let mut heard = Heard::default();
        for one in streams.join_all().await {
            heard.accepted.extend(one.accepted);
            heard.refused.extend(one.refused);
            heard.refusals += one.refusals;
        }
        heard
    });
    assert_eq!(heard.accepted.len() + heard.refused.len(), (STREAMS * BATCHES * ENTRIES) as usize);
    judge(&books, before, &mut heard);
}

/// Sends all batches and hears answers until there are no more.
async fn one_stream(channel: Channel, batches: Vec<api::PostBatchesRequest>) -> Heard {
    let ids = |batch: &api::PostBatchesRequest| -> Vec<String> {
        batch.entries.iter().map(|entry| id(&entry.request_id)).collect()
    };
    let mut left: std::collections::VecDeque<Vec<String>> = batches.iter().map(ids).collect();
    let mut heard = Heard::default();
    let sent = tokio_stream::iter(batches);
    let refused = match LedgerServiceClient::new(channel).post_batches(sent).await {
        Err(status) => Some(status),
        Ok(answers) => {
            let mut answers = answers.into_inner();
            loop {
                match answers.message().await {
                    Ok(Some(answer)) => {
                        let ids = left.pop_front().unwrap();
                        assert_eq!(answer.results.len(), ids.len());
                        for (id, result) in ids.into_iter().zip(answer.results) {
                            assert!(result.error.is_none() && !result.repeated, "{result:?}");
                            heard.accepted.push((id, result.sequence));
                        }
                    }
                    Ok(None) => break None,
                    Err(status) => break Some(status),
                }
            }
        }
    };
    match refused {
        Some(status) => heard.refuse(&status, left.into_iter().flatten()),
        None => assert!(left.is_empty(), "{} batches were never answered", left.len()),
    }
    heard
}

fn id(bytes: &[u8]) -> String {
    RequestId::from_bytes(bytes.try_into().unwrap()).unwrap().to_string()
}

/// The books hold what was accepted, once, and nothing else; then whoever comes is served.
fn judge(books: &Books, before: u64, heard: &mut Heard) {
    // The first call afterwards; nothing is waiting any more.
    books.others_are_served();
    assert!(heard.refusals > 0, "all {} were taken: that was no overload", heard.accepted.len());
    assert!(!heard.accepted.is_empty(), "nothing was taken");
    let sequences: HashSet<u64> = heard.accepted.iter().map(|(_, sequence)| *sequence).collect();
    assert_eq!(sequences.len(), heard.accepted.len(), "one entry answered two");
    assert_eq!(books.position(), before + heard.accepted.len() as u64 + 1, "entries that nobody was told of");
    for (request_id, sequence) in heard.accepted.drain(..) {
        let found = find(books, request_id).unwrap();
        assert_eq!(found, sequence);
    }
    for request_id in heard.refused.drain(..) {
        let status = find(books, request_id).unwrap_err();
        assert_eq!(status.code(), Code::NotFound, "it was done: {status:?}");
    }
    books.verify();
}

fn find(books: &Books, request_id: String) -> Result<u64, Status> {
    let request = api::FindEntryRequest { request_id };
    let found = books.served.block_on(books.served.ledger().find_entry(request))?;
    Ok(found.into_inner().entry.unwrap().sequence)
}

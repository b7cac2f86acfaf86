//! Streams of entries that nobody reads, and more of them than there is room for.

use hourbook::api::{self, ledger_service_client::LedgerServiceClient};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

use super::{Books, batch, named};
use crate::support::served::open_channel;

/// Goal: a watcher who stops reading while 50,000 entries arrive holds nobody up; then it reads on and misses
/// nothing. Method: the entries are posted to the end before the first message is read.
#[test]
fn a_watcher_who_stops_reading() {
    let books = Books::new();
    let before = books.position();
    books.served.block_on(async {
        let channel = open_channel(books.served.address).await;
        let request = api::WatchEntriesRequest { after_sequence: Some(before), ..Default::default() };
        let watched = LedgerServiceClient::new(channel).watch_entries(request).await.unwrap();
        let (to, from) = mpsc::channel(1);
        let mut answers =
            books.served.ledger().post_batches(ReceiverStream::new(from)).await.unwrap().into_inner();
        for number in 0..5 {
            to.send(batch(books.wide, number * 10_000, 10_000)).await.unwrap();
            assert_eq!(answers.message().await.unwrap().unwrap().results.len(), 10_000);
        }
        let mut watched = watched.into_inner();
        let mut next = before + 1;
        while next <= before + 50_000 {
            let message = watched.message().await.unwrap().unwrap();
            if let Some(entry) = message.entry {
                assert_eq!((entry.sequence, message.position), (next, next));
                next += 1;
            } else {
                assert_eq!(message.position, next - 1);
            }
        }
    });
}

/// Goal: entries of 256 transfers and much text come whole, in portions. Method: twice what one portion holds.
#[test]
fn large_entries_come_in_portions() {
    let books = Books::new();
    let before = books.position();
    let mut request = crate::support::served::exchange(books.wide[0], books.wide[1], 1);
    request.transfers = vec![request.transfers[0]; 256];
    for _ in 0..100 {
        request.request_id = crate::support::served::fresh();
        books.served.block_on(books.served.ledger().post_entry(request.clone())).unwrap();
    }
    books.served.block_on(async {
        let request = api::WatchEntriesRequest { after_sequence: Some(before), ..Default::default() };
        let mut watched = books.served.ledger().watch_entries(request).await.unwrap().into_inner();
        let mut next = before + 1;
        while next <= before + 100 {
            if let Some(entry) = watched.message().await.unwrap().unwrap().entry {
                assert_eq!((entry.sequence, entry.moves.len()), (next, 256));
                next += 1;
            }
        }
    });
}

/// Goal: where nothing happens, signs of life come and say how far the stream has looked.
#[test]
fn signs_of_life() {
    let books = Books::new();
    let position = books.position();
    books.served.block_on(async {
        let request = api::WatchEntriesRequest { heartbeat_seconds: 1, ..Default::default() };
        let mut watched = books.served.ledger().watch_entries(request).await.unwrap().into_inner();
        for _ in 0..3 {
            let message = watched.message().await.unwrap().unwrap();
            assert_eq!(message, api::WatchEntriesResponse { position, entry: None });
        }
    });
}

/// Goal: 1,000 watchers all hear of an entry, one more hears when to come again, and their waking keeps no
/// call waiting. Method: 63 streams a connection; all are read to the new entry.
#[test]
fn a_thousand_watchers_and_one() {
    let books = Books::new();
    books.served.block_on(async {
        let mut watchers = Vec::new();
        let mut channels = Vec::new();
        let busy = 'full: loop {
            let channel = open_channel(books.served.address).await;
            channels.push(channel.clone());
            for _ in 0..63 {
                let request = api::WatchEntriesRequest { heartbeat_seconds: 300, ..Default::default() };
                match LedgerServiceClient::new(channel.clone()).watch_entries(request).await {
                    Ok(watched) => watchers.push(watched.into_inner()),
                    Err(status) => break 'full status,
                }
            }
        };
        assert_eq!((busy.code(), named(&busy).as_str()), (Code::ResourceExhausted, "retry"), "{busy:?}");
        assert_eq!(watchers.len(), 1_000);
        let mut last = 0;
        for _ in 0..20 {
            let request = crate::support::served::exchange(books.wide[0], books.wide[1], 1);
            let answer = books.served.ledger().post_entry(request).await.unwrap().into_inner();
            last = answer.receipt.unwrap().entry.unwrap().sequence;
        }
        for watcher in &mut watchers {
            while watcher.message().await.unwrap().unwrap().position < last {}
        }
    });
}

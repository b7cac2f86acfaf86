//! Before the books are open, when the server is told to end, and when the ledger stops.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use hourbook::api;
use hourbook::journal::DataDirectory;
use hourbook::ledger::clock::Moment;
use hourbook::ledger::{Clock, ManualClock};
use hourbook::server::ServerError;
use prost::Message;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Streaming};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::{Books, batch, named, wire};
use crate::support::START;
use crate::support::served::{Served, exchange, open_channel};

const SERVICES: [&str; 5] = [
    "",
    "hourbook.v1.LedgerService",
    "hourbook.v1.AuditService",
    "hourbook.v1.DirectoryService",
    "hourbook.v1.ExchangeService",
];

async fn health(channel: &Channel) -> [ServingStatus; 5] {
    let mut said = [ServingStatus::Unknown; 5];
    for (place, service) in SERVICES.into_iter().enumerate() {
        let request = HealthCheckRequest { service: service.into() };
        said[place] = HealthClient::new(channel.clone()).check(request).await.unwrap().into_inner().status();
    }
    said
}

async fn watch_health(channel: &Channel) -> Streaming<HealthCheckResponse> {
    let request = HealthCheckRequest::default();
    let mut watched = HealthClient::new(channel.clone()).watch(request).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    watched
}

/// A clock that shows nothing until it is let go: books cannot open without one.
struct Stopped {
    goes: Mutex<bool>,
    changed: Condvar,
}

impl Clock for Stopped {
    fn now(&self) -> Moment {
        let goes = self.goes.lock().unwrap();
        drop(self.changed.wait_while(goes, |goes| !*goes).unwrap());
        ManualClock::new(START).now()
    }
}

/// Goal: NOT_SERVING, and UNAVAILABLE for every call, until the books are open; then SERVING.
/// Method: opening waits for a clock that the test lets go.
#[test]
fn not_serving_until_the_books_are_open() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clock = Arc::new(Stopped { goes: Mutex::new(false), changed: Condvar::new() });
    let given = Arc::clone(&clock);
    let served = Served::starting(folder.path(), Arc::new(ManualClock::new(START)), move |options| {
        options.clock = given;
    });
    served.block_on(async {
        assert_eq!(health(&served.channel).await, [ServingStatus::NotServing; 5]);
        let read = served.ledger().get_balance(api::GetBalanceRequest::default()).await.map(drop);
        let write = served.ledger().post_entry(exchange(0, 0, 0)).await.map(drop);
        let watch = served.ledger().watch_entries(api::WatchEntriesRequest::default()).await.map(drop);
        let sums = served.audit().trial_balance(api::TrialBalanceRequest::default()).await.map(drop);
        let waits = api::GetEntryRequest { sequence: 1, min_sequence: 1 };
        let waits = served.ledger().get_entry(waits).await.map(drop);
        let batches = served.ledger().post_batches(tokio_stream::pending()).await.map(drop);
        for answer in [read, write, watch, sums, waits, batches] {
            let status = answer.unwrap_err();
            assert_eq!((status.code(), named(&status).as_str()), (Code::Unavailable, "retry"), "{status:?}");
        }
    });
    *clock.goes.lock().unwrap() = true;
    clock.changed.notify_all();
    served.block_on(crate::support::served::connect(served.address));
    assert_eq!(served.block_on(health(&served.channel)), [ServingStatus::Serving; 5]);
    served.owners(1);
}

/// Goal: told to end, the server says NOT_SERVING, takes nobody new, and finishes what is under way.
/// Method: half of a call's message is sent, and a ping after it comes back: the call is in the server's
/// hands. The other half comes after the end was asked for.
#[test]
fn a_call_under_way_is_finished() {
    let mut books = Books::with(|options| options.drain = Duration::from_secs(120));
    let address = books.served.address;
    let request = exchange(books.wide[0], books.wide[1], 7);
    let half = wire::message(1, &request).len() / 2;
    let body = wire::message(1, &request).split_off(9); // Without the frame's head.
    let (mut stream, mut watched) = books.served.block_on(async {
        let words = [
            wire::hello(None),
            wire::head(1, "/hourbook.v1.LedgerService/PostEntry"),
            wire::frame(0, 0, 1, &body[..half]),
            wire::frame(6, 0, 0, b"are here"),
        ];
        let mut stream = wire::say(address, &words.concat()).await;
        while wire::hear(&mut stream).await.unwrap() != (6, 1, 0, b"are here".to_vec()) {}
        (stream, watch_health(&open_channel(address).await).await)
    });
    books.served.tell_to_end();
    let answer = books.served.block_on(async {
        assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
        stream.write_all(&wire::frame(0, 1, 1, &body[half..])).await.unwrap();
        loop {
            match wire::hear(&mut stream).await.expect("no answer came") {
                (0, _, 1, answer) => break answer,
                (6, 0, 0, ping) => stream.write_all(&wire::frame(6, 1, 0, &ping)).await.unwrap(),
                _ => {}
            }
        }
    });
    assert!(api::PostEntryResponse::decode(&answer[5..]).unwrap().receipt.is_some());
    drop((watched, stream));
    books.served.end().unwrap();
    assert!(books.served.block_on(tokio::net::TcpStream::connect(address)).is_err(), "nobody new is taken");
}

/// Goal: streams end with UNAVAILABLE when the server does: a watcher resumes from its position and misses
/// nothing, and of batches all that was answered is in the books. Method: the same folder is served again.
#[test]
fn streams_end_and_are_resumed() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut served = Served::in_folder(folder.path(), Arc::new(ManualClock::new(START)), |_| {});
    let clock = Arc::clone(&served.clock);
    let (bank, ..) = served.bank("Ashenford");
    let accounts = [served.member(bank, "Ann", -500), served.member(bank, "Dev", -500)];
    let (mut watched, mut answers, _to) = served.block_on(async {
        let request = api::WatchEntriesRequest { after_sequence: Some(0), ..Default::default() };
        let watched = served.ledger().watch_entries(request).await.unwrap().into_inner();
        let (to, from) = mpsc::channel(1);
        let mut answers = served.ledger().post_batches(ReceiverStream::new(from)).await.unwrap().into_inner();
        to.send(batch(accounts, 0, 100)).await.unwrap();
        assert_eq!(answers.message().await.unwrap().unwrap().results.len(), 100);
        (watched, answers, to)
    });
    served.tell_to_end();
    let position = served.block_on(async {
        let status = answers.message().await.unwrap_err();
        assert_eq!((status.code(), named(&status).as_str()), (Code::Unavailable, "retry"), "{status:?}");
        let mut position = 0;
        let status = loop {
            match watched.message().await {
                Ok(message) => position = message.unwrap().position,
                Err(status) => break status,
            }
        };
        assert_eq!((status.code(), named(&status).as_str()), (Code::Unavailable, "retry"), "{status:?}");
        assert!(status.message().contains("resume with the last position"), "{status:?}");
        position
    });
    served.end().unwrap();
    drop(served);
    let served = Served::in_folder(folder.path(), clock, |_| {});
    assert_eq!(served.posted(accounts[1]), 100);
    served.exchange(accounts[0], accounts[1], 5).unwrap();
    served.block_on(async {
        let request = api::WatchEntriesRequest { after_sequence: Some(position), ..Default::default() };
        let mut watched = served.ledger().watch_entries(request).await.unwrap().into_inner();
        let mut next = position + 1;
        loop {
            if let Some(entry) = watched.message().await.unwrap().unwrap().entry {
                assert_eq!(entry.sequence, next);
                next += 1;
                if entry.moves.iter().any(|part| part.amount_seconds == 5) {
                    break;
                }
            }
        }
    });
}

/// Goal: whoever never finishes is cut when the drain is over. Method: a drain of nothing, and a call whose
/// message never comes.
#[test]
fn whoever_never_finishes_is_cut() {
    let mut books = Books::with(|options| options.drain = Duration::from_millis(100));
    let channel = books.served.block_on(open_channel(books.served.address));
    let call = books.served.runtime.spawn(async move {
        let path = "/hourbook.v1.LedgerService/PostEntry";
        wire::call_slowly(&channel, path, tokio_stream::pending()).await
    });
    books.others_are_served();
    books.served.end().unwrap();
    call.abort();
}

/// A clock that breaks: the poster cannot go on without one.
struct Breaks {
    inner: ManualClock,
    is_broken: AtomicBool,
}

impl Clock for Breaks {
    fn now(&self) -> Moment {
        assert!(!self.is_broken.load(Ordering::Acquire), "the clock broke, as the test wants it to");
        self.inner.now()
    }
}

/// Goal: when the ledger stops for good, health says NOT_SERVING, callers hear that it is not known, and the
/// server ends with the reason. Method: the clock breaks under the poster.
#[test]
fn a_ledger_that_stops() {
    let clock = Arc::new(Breaks { inner: ManualClock::new(START), is_broken: AtomicBool::new(false) });
    let given = Arc::clone(&clock);
    let mut books = Books::with(|options| options.clock = given);
    books.served.block_on(async {
        let mut watched = watch_health(&open_channel(books.served.address).await).await;
        clock.is_broken.store(true, Ordering::Release);
        let status = books.served.ledger().post_entry(exchange(books.ann, books.dev, 1)).await.unwrap_err();
        assert_eq!((status.code(), named(&status).as_str()), (Code::Unavailable, "retry"), "{status:?}");
        assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    });
    match books.served.end() {
        Err(ServerError::Stopped(failure)) => {
            assert!(failure.to_string().contains("the clock broke"), "{failure}")
        }
        other => panic!("{other:?}"),
    }
}

/// Goal: who opens a directory that is served is told who owns it.
#[test]
fn a_served_directory_has_an_owner() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let served = Served::in_folder(folder.path(), Arc::new(ManualClock::new(START)), |_| {});
    let error = DataDirectory::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains(&std::process::id().to_string()), "{error}");
    served.owners(1);
}

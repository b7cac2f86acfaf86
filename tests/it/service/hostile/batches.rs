//! Streams of batches that are too large, unread, cut or quiet.

use std::time::Duration;

use hourbook::api;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use super::{Books, batch, named, wire};
use crate::support::served::Served;
use crate::support::wait_until;

const POST_BATCHES: &str = "/hourbook.v1.LedgerService/PostBatches";

type Open = (mpsc::Sender<api::PostBatchesRequest>, Streaming<api::PostBatchesResponse>);

async fn open(served: &Served) -> Result<Open, Status> {
    let (to, from) = mpsc::channel(16);
    let answers = served.ledger().post_batches(ReceiverStream::new(from)).await?.into_inner();
    Ok((to, answers))
}

/// Goal: a batch of 10,001 entries or of more than 4 MiB is refused as a whole, with the limit, after what
/// came before it was answered; one of 10,000 is taken.
#[test]
fn batches_beyond_their_limits() {
    let books = Books::new();
    let before = books.position();
    let mut large = batch(books.wide, 50_000, 1);
    large.entries[0].details = Some(api::EntryDetails { memo: "m".repeat(10 << 20), ..Default::default() });
    let cases = [("10,000 in one batch", batch(books.wide, 20_000, 10_001)), ("4,194,304 bytes", large)];
    for (first, (limit, beyond)) in [(0, &cases[0]), (10_000, &cases[1])] {
        books.served.block_on(async {
            let (to, mut answers) = open(&books.served).await.unwrap();
            to.send(batch(books.wide, first, 10_000)).await.unwrap();
            to.send(beyond.clone()).await.unwrap();
            let answer = answers.message().await.unwrap().unwrap();
            assert!(
                answer.results.len() == 10_000 && answer.results.iter().all(|result| result.error.is_none())
            );
            let status = answers.message().await.unwrap_err();
            assert_eq!(
                (status.code(), named(&status).as_str()),
                (Code::InvalidArgument, "entries"),
                "{status:?}"
            );
            assert!(status.message().contains(limit), "{}", status.message());
        });
    }
    assert_eq!(books.position(), before + 20_000);
}

/// Goal: 4 MiB that would be two million entries, or two million transfers, are refused with the limit.
/// Method: empty ones, two bytes each; that they are counted before they are made is for the decoder's tests.
#[test]
fn batches_of_nothing() {
    let books = Books::new();
    let before = books.position();
    let count: u32 = (2 << 20) - 16;
    let entries = [0x0a, 0x00].repeat(count as usize);
    let mut transfers = Vec::new(); // One entry, one post, and what is in it.
    for (key, bytes) in [(0x0a_u8, 2 * count + 5), (0x12, 2 * count)] {
        transfers.push(key);
        prost::encoding::encode_varint(bytes.into(), &mut transfers);
    }
    transfers.extend([0x12, 0x00].repeat(count as usize));
    for (limit, message) in [("10,000 in one batch", entries), ("65,536 transfers", transfers)] {
        let status = books.served.block_on(wire::call(&books.served.channel, POST_BATCHES, message));
        let status = status.unwrap_err();
        assert_eq!(
            (status.code(), named(&status).as_str()),
            (Code::InvalidArgument, "entries"),
            "{status:?}"
        );
        assert!(status.message().contains(limit), "{}", status.message());
    }
    books.others_are_served();
    assert_eq!(books.position(), before + 1);
}

/// Goal: one bad entry is answered in its place and costs the others nothing.
#[test]
fn a_bad_entry_among_good_ones() {
    let books = Books::new();
    let before = books.position();
    let mut mixed = batch(books.wide, 0, 9);
    let post = |entry: &mut api::BatchEntry, bend: &dyn Fn(&mut api::BatchPost)| match &mut entry.action {
        Some(api::batch_entry::Action::Post(post)) => bend(post),
        other => panic!("{other:?}"),
    };
    let accounts = |count| {
        let account = api::NewAccount { bank_number: 1, kind: 1, owner_number: 1, ..Default::default() };
        Some(api::batch_entry::Action::OpenAccounts(api::BatchAccounts { accounts: vec![account; count] }))
    };
    mixed.entries[1].request_id.truncate(15);
    mixed.entries[2].action = None;
    post(&mut mixed.entries[3], &|post| post.transfers[0].amount_seconds = -1);
    post(&mut mixed.entries[4], &|post| post.transfers = vec![post.transfers[0]; 257]);
    post(&mut mixed.entries[5], &|post| {
        post.transfers[0].credit_account_number = post.transfers[0].debit_account_number
    });
    mixed.entries[6].action = accounts(33);
    mixed.entries[7].request_id = vec![0; 16];
    let wrong = [
        (1, Code::InvalidArgument, "request_id", ""),
        (2, Code::InvalidArgument, "action", ""),
        (3, Code::InvalidArgument, "transfers[0].amount_seconds", ""),
        (4, Code::InvalidArgument, "transfers", ""),
        (5, Code::FailedPrecondition, "", "SAME_ACCOUNT"),
        (6, Code::InvalidArgument, "accounts", ""),
        (7, Code::InvalidArgument, "request_id", ""),
    ];
    let results = books.served.block_on(async {
        let (to, mut answers) = open(&books.served).await.unwrap();
        to.send(mixed).await.unwrap();
        answers.message().await.unwrap().unwrap().results
    });
    assert_eq!(results.len(), 9);
    for (place, code, field, reason) in wrong {
        let error = results[place].error.as_ref().unwrap();
        assert_eq!(
            (error.code, error.field.as_str(), error.reason.as_str()),
            (i32::from(code), field, reason),
            "{place}"
        );
        assert_eq!(results[place].sequence, 0);
    }
    assert_eq!((results[0].sequence, results[8].sequence), (before + 1, before + 2));
    assert_eq!(books.position(), before + 2);
}

/// Goal: from a caller who never reads an answer the server takes four batches beyond the one whose answer is
/// on the wire, until it does read; others are served meanwhile, and no batch is lost. Method: a window in
/// which no answer fits, and answers so large that the transport takes one at a time; all batches together
/// fit the window it begins with.
#[test]
fn a_caller_who_reads_no_answers() {
    let books = Books::new();
    let before = books.position();
    let mut stream = books.served.block_on(async {
        let mut stream = wire::say(books.served.address, &wire::hello(Some(0))).await;
        stream.write_all(&wire::head(1, POST_BATCHES)).await.unwrap();
        for number in 0..12 {
            let mut one_good = batch(books.wide, number, 1);
            one_good.entries.resize(600, api::BatchEntry::default());
            stream.write_all(&wire::message(1, &one_good)).await.unwrap();
        }
        stream
    });
    wait_until("five batches are taken", || books.position() == before + 5);
    for _ in 0..100 {
        books.others_are_served();
    }
    assert_eq!(books.position(), before + 5 + 100, "another batch was read");
    let reads = books.served.runtime.spawn(async move {
        stream.write_all(&[wire::room(0, 1 << 20), wire::room(1, 1 << 20)].concat()).await.unwrap();
        wire::until_closed(&mut stream).await
    });
    wait_until("the rest is taken", || books.position() == before + 12 + 100);
    reads.abort();
}

/// Goal: a stream cut in the middle of a batch leaves every entry whole or not there, and asking again with
/// the same ids tells which. Method: three whole batches and half of a fourth, then the connection drops.
#[test]
fn a_stream_cut_in_the_middle() {
    let books = Books::new();
    let before = books.position();
    books.served.block_on(async {
        let mut stream = wire::say(books.served.address, &wire::hello(None)).await;
        stream.write_all(&wire::head(1, POST_BATCHES)).await.unwrap();
        for number in 0..3 {
            stream.write_all(&wire::message(1, &batch(books.wide, number * 100, 100))).await.unwrap();
        }
        let half = wire::message(1, &batch(books.wide, 300, 100));
        stream.write_all(&half[..half.len() / 2]).await.unwrap();
    });
    let (mut there, mut new) = (0, 0);
    books.served.block_on(async {
        let (to, mut answers) = open(&books.served).await.unwrap();
        for number in 0..4 {
            to.send(batch(books.wide, number * 100, 100)).await.unwrap();
            for result in answers.message().await.unwrap().unwrap().results {
                assert!(result.error.is_none() && result.sequence > before, "{result:?}");
                if result.repeated { there += 1 } else { new += 1 }
            }
        }
    });
    assert_eq!(there + new, 400);
    assert!(new >= 100, "half a batch was taken: {new}");
    assert_eq!(books.position(), before + 400);
    assert_eq!(books.served.posted(books.wide[1]), 400);
    books.verify();
}

/// Goal: whoever holds a place for a stream of batches and says nothing, or takes no answers, gives it back.
/// Method: all 16 places are taken by such callers, and one more hears when to come again; then it gets in.
#[test]
fn quiet_streams_give_their_places_back() {
    let books = Books::with(|options| options.patience.batches = Duration::from_secs(2));
    let mut quiet: Vec<Open> = Vec::new();
    let mut unread = books.served.block_on(wire::say(books.served.address, &wire::hello(Some(0))));
    books.served.block_on(async {
        for number in 0..8_u32 {
            let stream = number * 2 + 1;
            unread.write_all(&wire::head(stream, POST_BATCHES)).await.unwrap();
            for part in 0..5 {
                let first = u128::from(number) * 1_000 + part;
                unread.write_all(&wire::message(stream, &batch(books.wide, first, 1))).await.unwrap();
            }
        }
        // As many more as there are places.
        let busy = loop {
            match open(&books.served).await {
                Ok(one) => quiet.push(one),
                Err(status) => break status,
            }
        };
        assert_eq!((busy.code(), named(&busy).as_str()), (Code::ResourceExhausted, "retry"), "{busy:?}");
        assert!(quiet.len() >= 8 && quiet.len() <= 16, "{}", quiet.len());
        let (_to, mut answers) = quiet.pop().unwrap();
        let status = answers.message().await.unwrap_err();
        assert_eq!((status.code(), named(&status).as_str()), (Code::Unavailable, "retry"), "{status:?}");
    });
    books.others_are_served();
    // All sixteen at once get in: those who took no answers gave their places back too.
    wait_until("16 places are free", || {
        books.served.block_on(async {
            let mut opened = Vec::new();
            while let Ok(one) = open(&books.served).await {
                opened.push(one);
            }
            opened.len() == 16
        })
    });
}

//! Connections that say nothing, little, or slowly.

use std::time::Duration;

use hourbook::api::ledger_service_client::LedgerServiceClient;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::Code;

use super::{Books, named, wire};
use crate::support::served::{exchange, open_channel};

const IDLE: u64 = 5_000;
/// Files of everything else in this process.
const OTHER_FILES: u64 = 2_500;

/// How many connections may be open, both ends in this process.
fn allowed() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = 2 * IDLE + OTHER_FILES;
    limit.current =
        Some(limit.maximum.map_or(wanted, |most| most.min(wanted)).max(limit.current.unwrap_or(wanted)));
    let files = limit.current.unwrap();
    setrlimit(Resource::Nofile, limit).unwrap();
    let fit = (files.saturating_sub(OTHER_FILES) / 2).min(IDLE);
    if fit < IDLE {
        println!(
            "LOUDLY: only {fit} instead of {IDLE} connections, as a process may have {files} files here"
        );
    }
    fit
}

/// Goal: 5,000 connections that do nothing keep nobody from being served. Method: each says that it speaks
/// HTTP/2 and hears the server's settings, so that all are in the server's hands; then somebody new comes.
#[test]
fn five_thousand_idle_connections() {
    let books = Books::new();
    let count = allowed();
    let mut idle = Vec::new();
    books.served.block_on(async {
        for _ in 0..count {
            let mut stream = wire::say(books.served.address, &wire::hello(None)).await;
            let mut settings = [0; 9];
            stream.read_exact(&mut settings).await.unwrap();
            assert_eq!(settings[3], 4, "settings come first");
            idle.push(stream);
        }
        let channel = open_channel(books.served.address).await;
        for _ in 0..20 {
            let request = exchange(books.wide[0], books.wide[1], 1);
            LedgerServiceClient::new(channel.clone()).post_entry(request).await.unwrap();
        }
    });
    books.others_are_served();
}

/// Goal: a connection that does not say in time what it speaks is closed, whether it says nothing or dribbles.
/// Method: the time is a quarter of a second; bytes of the opening words come one by one and never end. One that
/// said them in time stays. (That a first line of HTTP/1.1 has no longer is tried beside the code: here the
/// transport's half a minute for a head would close it too.)
#[test]
fn opening_words_that_never_end() {
    let books = Books::with(|options| options.patience.opening_words = Duration::from_millis(250));
    books.served.block_on(async {
        let mut silent = wire::say(books.served.address, b"").await;
        let mut dribbles = wire::say(books.served.address, b"").await;
        for byte in &wire::OPENING_WORDS[..23] {
            let _closed_already = dribbles.write_all(&[*byte]).await;
        }
        wire::until_closed(&mut silent).await;
        wire::until_closed(&mut dribbles).await;
        LedgerServiceClient::new(books.served.channel.clone())
            .post_entry(exchange(books.wide[0], books.wide[1], 1))
            .await
            .unwrap();
    });
}

/// Goal: HTTP/1.1 is answered on the same port, more than once over one connection, and is no way around anything.
/// Method: a page that is not there, then a call whose message is none; the second asks for the end of the connection.
#[test]
fn the_older_http_is_answered() {
    let books = Books::new();
    let before = books.position();
    let heard = books.served.block_on(async {
        let twice = b"GET / HTTP/1.1\r\nHost: hourbook\r\n\r\n\
            POST /hourbook.v1.LedgerService/PostEntry HTTP/1.1\r\nHost: hourbook\r\nContent-Type: application/grpc\r\n\
            Content-Length: 3\r\nConnection: close\r\n\r\nabc";
        let mut stream = wire::say(books.served.address, twice).await;
        String::from_utf8_lossy(&wire::until_closed(&mut stream).await).into_owned()
    });
    assert_eq!(heard.lines().filter(|line| line.starts_with("HTTP/1.1 ")).count(), 2, "{heard}");
    assert_eq!(books.position(), before);
}

/// Goal: calls whose messages never come end by the limit of a single call, with a clear status, and keep
/// nobody from being served meanwhile. Method: 64 calls of one connection wait for a message that does not
/// come; others call all the while.
#[test]
fn messages_that_never_come() {
    let books = Books::with(|options| options.patience.call = Duration::from_secs(3));
    let before = books.position();
    let served_meanwhile = books.served.block_on(async {
        let channel = open_channel(books.served.address).await;
        let mut slow = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let channel = channel.clone();
            slow.spawn(async move {
                let path = "/hourbook.v1.LedgerService/PostEntry";
                wire::call_slowly(&channel, path, tokio_stream::pending()).await
            });
        }
        let mut served_meanwhile = 0;
        let mut ended = 0;
        while ended < 64 {
            if let Some(answer) = slow.try_join_next() {
                let status = answer.unwrap().unwrap_err();
                assert_eq!(
                    (status.code(), named(&status).as_str()),
                    (Code::Unavailable, "retry"),
                    "{status:?}"
                );
                ended += 1;
            } else {
                books.served.ledger().post_entry(exchange(books.wide[0], books.wide[1], 1)).await.unwrap();
                served_meanwhile += 1;
            }
        }
        served_meanwhile
    });
    assert!(served_meanwhile > 0);
    assert_eq!(books.position(), before + served_meanwhile);
}

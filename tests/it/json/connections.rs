//! Connections of HTTP/1.1: kept for the next call, closed when nothing comes, ended with the server.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::LEDGER;
use crate::service::hostile::{Books, wire};

/// What is answered until the server closes.
pub async fn heard(address: SocketAddr, asked: &[u8]) -> String {
    let mut stream = wire::say(address, asked).await;
    String::from_utf8(wire::until_closed(&mut stream).await).unwrap()
}

fn balance(account: u32) -> Vec<u8> {
    let body = json!({ "accountNumber": account }).to_string();
    let head = format!(
        "POST {LEDGER}/GetBalance HTTP/1.1\r\nHost: hourbook\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}

/// One answer: its head and as many bytes as it says.
async fn one_answer(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    loop {
        if let Some(end) = heard.windows(4).position(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8(heard[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if heard.len() == end + 4 + length.parse::<usize>().unwrap() {
                return String::from_utf8(heard).unwrap();
            }
        }
        heard.push(stream.read_u8().await.unwrap());
    }
}

/// Goal: one connection asks again and again, also after a refusal, and two requests at once are answered in
/// order; when the server ends, a quiet connection does not keep it. Method: by hand; the server may take an
/// hour to end, and is waited for as long as the net is.
#[test]
fn one_connection_asks_again() {
    let mut books = Books::with(|options| options.drain = Duration::from_secs(3_600));
    let (address, ann) = (books.served.address, books.ann);
    let mut stream = books.served.block_on(async {
        let mut stream = wire::say(address, &balance(ann)).await;
        assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
        stream.write_all(&balance(7)).await.unwrap();
        assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 400 "));
        let unknown = b"POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
        stream.write_all(unknown).await.unwrap();
        assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 404 "));
        stream.write_all(&[balance(ann), balance(7)].concat()).await.unwrap();
        assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
        assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 400 "));
        stream
    });
    books.served.tell_to_end();
    assert!(books.served.block_on(wire::until_closed(&mut stream)).is_empty());
}

/// Goal: a head that never ends, and one that never begins, is closed in time, however it dribbles. A head
/// that ended is not. Method: the time is a quarter of a second; the whole head waits for its body longer.
#[test]
fn heads_that_never_end() {
    let books = Books::with(|options| options.patience.opening_words = Duration::from_millis(250));
    books.served.block_on(async {
        let asked = balance(books.ann);
        let (head, last) = asked.split_at(asked.len() - 1);
        let mut whole = wire::say(books.served.address, head).await;
        let mut dribbles = wire::say(books.served.address, b"POST / HTTP/1.1\r\n").await;
        let mut half = wire::say(books.served.address, b"PO").await;
        for _ in 0..40 {
            let _closed_already = dribbles.write_all(b"x: y\r\n").await;
        }
        assert_eq!(wire::until_closed(&mut dribbles).await, b"");
        assert_eq!(wire::until_closed(&mut half).await, b"");
        whole.write_all(last).await.unwrap();
        assert!(one_answer(&mut whole).await.starts_with("HTTP/1.1 200 "));
    });
}

/// Goal: a body that never comes ends with the time of a call, in words, and keeps nobody out. Method: a
/// head that promises a body, and half of it; a call has a second.
#[test]
fn bodies_that_never_come() {
    let books = Books::with(|options| options.patience.call = Duration::from_secs(1));
    let whole = balance(books.ann);
    let answer = books.served.block_on(heard(books.served.address, &whole[..whole.len() - 1]));
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("\"code\":\"unavailable\"") && answer.contains("took too long"), "{answer}");
    books.others_are_served();
}

/// Goal: the caller's own time ends a call, in words. Method: the body never comes, and 100 milliseconds are
/// waited for it; with no time at all it is over at once.
#[test]
fn time_of_the_callers_own() {
    let books = Books::new();
    for milliseconds in ["100", "0"] {
        let asked = String::from_utf8(balance(books.ann)).unwrap();
        let asked = asked.replace("Host:", &format!("Connect-Timeout-Ms: {milliseconds}\r\nHost:"));
        let answer = books.served.block_on(heard(books.served.address, &asked.as_bytes()[..asked.len() - 1]));
        assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
        assert!(answer.contains("\"code\":\"deadline_exceeded\""), "{answer}");
        assert!(answer.contains("ask again with the same request id"), "{answer}");
    }
}

/// Goal: a head as long as HTTP/2 takes is read, and a longer one refused in words. Method: a header that
/// makes all of them together as long as may be, and a byte longer.
#[test]
fn heads_have_an_end() {
    let books = Books::new();
    let whole = String::from_utf8(balance(books.ann)).unwrap();
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let headers = head.lines().skip(1).map(|line| line.len() - ": ".len());
    let left = (16 << 10) - headers.sum::<usize>() - "connectionclosex".len();
    for (bytes, status) in [(left, "HTTP/1.1 200 "), (left + 1, "HTTP/1.1 431 ")] {
        let asked = format!("{head}\r\nConnection: close\r\nX: {}\r\n\r\n{body}", "x".repeat(bytes));
        let answer = books.served.block_on(heard(books.served.address, asked.as_bytes()));
        assert!(answer.starts_with(status), "{answer}");
        assert!(status.contains("200") || answer.contains("at most 16,384 bytes"), "{answer}");
    }
}

/// Goal: gRPC over HTTP/1.1 hears what to do instead of half an answer.
#[test]
fn grpc_needs_http_2() {
    let books = Books::new();
    let asked = "POST /hourbook.v1.LedgerService/GetBalance HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                 Content-Type: application/grpc+proto\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0";
    let heard = books.served.block_on(heard(books.served.address, asked.as_bytes()));
    assert!(heard.starts_with("HTTP/1.1 505 ") && heard.contains("gRPC needs HTTP/2"), "{heard}");
}

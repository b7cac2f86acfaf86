//! A receiver on a real socket, as senders of every sort find it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use aws_lc_rs::hmac;
use tokio::sync::mpsc;

use super::*;
use crate::domain::time::MICROS_PER_SECOND;
use crate::hooks::signing::SigningKeys;

const SECONDS: i64 = 1_782_000_000;
const NOW: Timestamp = Timestamp::from_micros(SECONDS * MICROS_PER_SECOND);

fn keys() -> SigningKeys {
    SigningKeys::derived(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), 1, 1).unwrap()
}

/// A receiver at work on a thread of its own, whose clock stands.
struct Working {
    address: SocketAddr,
    received: mpsc::Receiver<Received>,
    thread: std::thread::JoinHandle<io::Result<()>>,
}

impl Working {
    fn begin(patience: Duration) -> Self {
        let (to, received) = mpsc::channel(WAITING_MAX);
        let (said, bound) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                said.send(listener.local_addr().unwrap()).unwrap();
                let verifier = Verifier::parse(&keys().secret_text()).unwrap();
                Receiver::new(listener, verifier, Arc::new(|| NOW)).with_patience(patience).run(to).await
            })
        });
        Self { address: bound.recv().unwrap(), received, thread }
    }

    /// Sends bytes as they are, and reads until the receiver closes.
    fn say(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        let _cut = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    /// The status of the answer.
    fn status(&self, bytes: &[u8]) -> u16 {
        self.say(bytes).split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn next(&mut self) -> Received {
        self.received.blocking_recv().unwrap()
    }

    /// Nothing was handed on that was not looked at, and it ends when nobody takes anything any more.
    fn end(mut self) {
        assert!(self.received.try_recv().is_err());
        drop(self.received);
        self.thread.join().unwrap().unwrap();
    }
}

fn post(id: &str, signature: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /hook HTTP/1.1\r\nhost: x\r\nwebhook-id: {id}\r\nwebhook-timestamp: {SECONDS}\r\n\
         webhook-signature: {signature}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn signed(id: &str, body: &str) -> Vec<u8> {
    post(id, &keys().sign(id, SECONDS, body.as_bytes()), body)
}

/// Goal: what is signed is believed, a repeat is told, and what is not believed is handed on as such and cannot make a later
/// event look like a repeat. Method: a false one first, then the same id signed twice; one without an id, one with two, one
/// whose name is too long, and one that is no JSON.
#[test]
fn believed_again_and_not_believed() {
    let mut working = Working::begin(PATIENCE);
    let body = r#"{"type":"test","data":{"position":9}}"#;
    assert_eq!(working.status(&post("7-1-9", "v1,AAAA", body)), 401);
    let first = working.next();
    assert_eq!((first.verdict, first.is_again), (Err(NotBelieved::Signature), false));
    for is_again in [false, true] {
        assert_eq!(working.status(&signed("7-1-9", body)), 204);
        let received = working.next();
        assert_eq!((received.verdict, received.is_again, received.at), (Ok(()), is_again, NOW));
        assert_eq!((received.id.as_str(), received.kind.as_str()), ("7-1-9", "test"));
        assert_eq!(received.body["data"]["position"], 9);
    }
    let twice = String::from_utf8(signed("7-1-8", body)).unwrap().replace("host: x", "webhook-id: 7-1-7");
    for other in [twice.into_bytes(), signed(&"a".repeat(ID_BYTES_MAX + 1), body)] {
        assert_eq!(working.status(&other), 401);
        assert_eq!(working.next().verdict, Err(NotBelieved::Header(signing::ID)));
    }
    assert_eq!(working.status(&signed("7-1-10", "tea")), 204);
    let odd = working.next();
    assert_eq!((odd.kind.as_str(), odd.body), ("", Value::Null));
    working.end();
}

/// Goal: what is no event is answered as HTTP has it and is not handed on. Method: a GET; a body at the bound, one above it,
/// one far above it that says its length, and one that does not; a thousand headers; a head that never ends; no HTTP.
#[test]
fn what_is_no_event() {
    let mut working = Working::begin(PATIENCE);
    let got = working.say(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(got.starts_with("HTTP/1.1 405") && got.contains("allow: POST"), "{got}");
    assert_eq!(working.status(&signed("1", &"a".repeat(BODY_BYTES_MAX))), 204);
    assert_eq!(working.next().id, "1");
    assert_eq!(working.status(&signed("2", &"a".repeat(BODY_BYTES_MAX + 1))), 413);
    let long = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", 1u64 << 40);
    assert_eq!(working.status(&[long.as_bytes(), &vec![b'a'; READ_BYTES_MAX + 1]].concat()), 413);
    let chunk = format!("{:x}\r\n{}\r\n", READ_BYTES_MAX + 1, "a".repeat(READ_BYTES_MAX + 1));
    let chunked = format!("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n");
    assert_eq!(working.status(chunked.as_bytes()), 413);
    let headers: String = (0..1_000).map(|number| format!("x-{number}: y\r\n")).collect();
    assert_eq!(working.status(format!("POST / HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes()), 431);
    let endless = format!("POST / HTTP/1.1\r\nx: {}", "a".repeat(HEAD_BYTES_MAX));
    assert_eq!(working.status(endless.as_bytes()), 431);
    assert_eq!(working.status(b"tea\r\n\r\n"), 400);
    working.end();
}

/// Goal: whoever is slow is cut off, at every place, and others are served. Method: a patience of a few milliseconds; nothing
/// sent, half a head, half a body; then one as it should be. That a connection was cut is seen by reading its end.
#[test]
fn the_slow_are_cut_off() {
    let whole = signed("1", "{}");
    let slow = Working::begin(Duration::from_millis(20));
    for part in [&whole[..0], &whole[..40], &whole[..whole.len() - 1]] {
        assert_eq!(slow.say(part), "", "cut off without an answer");
    }
    slow.end();
    let mut patient = Working::begin(PATIENCE);
    let _idle = TcpStream::connect(patient.address).unwrap();
    assert_eq!(patient.status(&whole), 204);
    assert_eq!(patient.next().id, "1");
    patient.end();
}

/// Goal: whoever takes nothing stops the receiver, nothing is lost or forgotten, and what could not be handed on is not a
/// repeat later. Method: as many as wait and one more, of which the last is answered only when one was taken.
#[test]
fn what_is_handed_on_waits_for_room() {
    let mut working = Working::begin(PATIENCE);
    for number in 0..WAITING_MAX {
        assert_eq!(working.status(&signed(&number.to_string(), "{}")), 204);
    }
    let mut last = TcpStream::connect(working.address).unwrap();
    last.write_all(&signed("last", "{}")).unwrap();
    for number in 0..WAITING_MAX {
        assert_eq!(working.next().id, number.to_string());
    }
    let received = working.next();
    assert_eq!((received.id.as_str(), received.is_again), ("last", false));
    let mut answer = String::new();
    last.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    working.end();
}

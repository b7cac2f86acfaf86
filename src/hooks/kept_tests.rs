//! Connections that are kept, with real receivers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::*;
use crate::domain::Timestamp;
use crate::hooks::outbox::{Ended, Failure};
use crate::hooks::sending::{Message, Sender};
use crate::hooks::target::Subnets;
use crate::outward;

const NOW: Timestamp = Timestamp::from_micros(1_782_000_000_000_000);
const DONE: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// What a receiver heard: of each request, on which of its connections it came.
type Heard = Arc<Mutex<Vec<usize>>>;

/// A receiver that answers each request with the next of `answers`, the last again and again; it hangs up after `a_connection`
/// of them.
async fn receiver(answers: Vec<&'static str>, a_connection: usize) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    tokio::spawn(async move {
        for connection in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, connection, Arc::clone(&hears), answers.clone(), a_connection));
        }
    });
    (address, heard)
}

async fn serve(mut stream: TcpStream, connection: usize, heard: Heard, says: Vec<&'static str>, most: usize) {
    let (mut request, mut some) = (Vec::new(), [0; 1_024]);
    let mut answered = 0;
    while answered < most
        && let Ok(read @ 1..) = stream.read(&mut some).await
    {
        request.extend(&some[..read]);
        if request.ends_with(b"\r\n\r\n{}") {
            request.clear();
            answered += 1;
            let number = {
                let mut heard = heard.lock().unwrap();
                heard.push(connection);
                heard.len()
            };
            let says = says.get(number - 1).or(says.last()).unwrap();
            let _cut = stream.write_all(says.as_bytes()).await;
        }
    }
}

async fn send(sender: &Sender, url: &str) -> Ended {
    let message = Message {
        id: "7-1-9".into(),
        timestamp: 1_782_000_000,
        signature: "v1,AA==".into(),
        body: "{}".into(),
    };
    sender.send((url, Arc::new(Semaphore::new(1))), message, NOW).await.ended
}

fn here() -> Subnets {
    Subnets::of(&["127.0.0.0/8".parse().unwrap()])
}

/// Goal: after an answer without a body the next event goes over the same connection; after one with a body, or one that says it is
/// the last, over a new one. Method: three events to a receiver that answers so; on which connections they came.
#[test]
fn what_ends_with_its_head_is_followed_by_the_next() {
    for (says, expected) in [
        (DONE, [0, 0, 0]),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", [0, 0, 0]),
        ("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", [0, 0, 0]),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK", [0, 1, 2]),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", [0, 1, 2]),
        ("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", [0, 1, 2]),
    ] {
        runtime().block_on(async {
            let (address, heard) = receiver(vec![says], usize::MAX).await;
            let sender = Sender::new(None, here());
            for _ in 0..3 {
                assert!(matches!(send(&sender, &format!("http://{address}/")).await, Ended::Status(_)));
            }
            assert_eq!(*heard.lock().unwrap(), expected, "{says}");
        });
    }
}

/// Goal: a connection the receiver has closed meanwhile costs no attempt. Method: a receiver that hangs up after each answer,
/// without saying so, told ten times.
#[test]
fn a_receiver_that_hung_up_is_called_again() {
    runtime().block_on(async {
        let (address, heard) = receiver(vec![DONE], 1).await;
        let sender = Sender::new(None, here());
        for _ in 0..10 {
            assert_eq!(send(&sender, &format!("http://{address}/")).await, Ended::Status(204));
        }
        assert_eq!(*heard.lock().unwrap(), (0..10).collect::<Vec<_>>());
    });
}

/// Goal: what a name stands for is judged before a connection is asked again, and one to elsewhere is left alone. Method: a name
/// that stands for a receiver, for it and somebody who may not be called, for another receiver, and for the first again; and the
/// same address under another name.
#[test]
fn a_kept_connection_is_judged_anew() {
    runtime().block_on(async {
        let (first, heard_first) = receiver(vec![DONE], usize::MAX).await;
        let (second, heard_second) = receiver(vec![DONE], usize::MAX).await;
        let hidden: SocketAddr = "10.0.0.1:80".parse().unwrap();
        let says = [vec![first], vec![first, hidden], vec![hidden], vec![second], vec![first], vec![first]];
        let asked = AtomicUsize::new(0);
        let resolve = move |_: &str, _: u16| {
            Ok::<_, std::io::Error>(says[asked.fetch_add(1, Ordering::Relaxed)].clone())
        };
        let sender = Sender::new(None, here()).resolving(Arc::new(resolve));
        let refused = Ended::Failed(Failure::AddressRefused);
        for (url, expected) in [
            ("http://till.example:8080/", Ended::Status(204)),
            ("http://till.example:8080/", refused),
            ("http://till.example:8080/", refused),
            ("http://till.example:8080/", Ended::Status(204)),
            ("http://till.example:8080/again", Ended::Status(204)),
            ("http://other.example:8080/", Ended::Status(204)),
        ] {
            assert_eq!(send(&sender, url).await, expected, "{url}");
        }
        assert_eq!(*heard_first.lock().unwrap(), [0, 0, 1]);
        assert_eq!(*heard_second.lock().unwrap(), [0]);
    });
}

/// Goal: what is kept is bounded, in number and in age. Method: more connections than are kept, of which the oldest are closed; then
/// all of them too old.
#[test]
fn what_is_kept_is_bounded() {
    runtime().block_on(async {
        let (address, _) = receiver(vec![DONE], usize::MAX).await;
        let target = Target::parse(&format!("http://{address}/"), &here()).unwrap();
        let kept = Kept::default();
        for _ in 0..KEPT_MAX + 3 {
            let stream = TcpStream::connect(address).await.unwrap();
            let (asking, going) = outward::speak(stream).await.unwrap();
            kept.keep(Connection::begin(&target, address, asking, going));
        }
        assert_eq!(kept.of_use().len(), KEPT_MAX);
        let newest = kept.take(&target, &[address]).unwrap();
        let oldest = kept.of_use().first().unwrap().began;
        assert!(oldest <= newest.began);
        assert_eq!(kept.of_use().len(), KEPT_MAX - 1, "it is kept no more");
        let Some(long_ago) = Instant::now().checked_sub(KEPT_FOR) else { return };
        for one in kept.of_use().iter_mut() {
            one.began = long_ago;
        }
        assert!(kept.take(&target, &[address]).is_none(), "too old");
        assert_eq!(kept.of_use().len(), 0);
    });
}

//! A receiver that notes all it gets, and answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hourbook::domain::Timestamp;
use hourbook::hooks::signing::{NotBelieved, Signed, Verifier};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// At once.
    Good,
    /// After a moment.
    Slow(Duration),
    /// With this head.
    Says(&'static str),
    /// Never.
    Silent,
}

/// A request it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    pub id: String,
    pub timestamp: i64,
    pub signature: String,
    pub body: String,
    /// Whether it was answered with 204.
    pub was_taken: bool,
}

impl Got {
    /// Whether it is signed with this key, at the moment it says.
    pub fn check(&self, key: &str) -> Result<(), NotBelieved> {
        let signed = Signed {
            id: Some(&self.id),
            timestamp: Some(&self.timestamp.to_string()),
            signature: Some(&self.signature),
            body: self.body.as_bytes(),
        };
        Verifier::parse(key).unwrap().check(&signed, Timestamp::from_micros(self.timestamp * 1_000_000))
    }

    /// What it tells of, such as `redemption.captured`.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    pub mode: watch::Sender<Mode>,
    got: Arc<Mutex<Vec<Got>>>,
    /// How many were got.
    count: watch::Sender<usize>,
}

impl Receiver {
    pub async fn new(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap(),
            mode: watch::Sender::new(mode),
            got: Arc::default(),
            count: watch::Sender::new(0),
        };
        let here = receiver.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let here = here.clone();
                tokio::spawn(async move { here.answer(stream).await });
            }
        });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits until what was got is enough.
    pub async fn until(&self, is_enough: impl Fn(&[Got]) -> bool) -> Vec<Got> {
        let mut counts = self.count.subscribe();
        loop {
            counts.borrow_and_update();
            if is_enough(&self.got.lock().unwrap()) {
                return self.got();
            }
            counts.changed().await.unwrap();
        }
    }

    /// Waits for so many requests.
    pub async fn until_count(&self, count: usize) -> Vec<Got> {
        self.until(|got| got.len() >= count).await
    }

    async fn answer(&self, mut stream: TcpStream) {
        let Some((head, body)) = request(&mut stream).await else { return };
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.unwrap_or_default().to_owned()
        };
        let mode = self.mode.borrow().clone();
        self.got.lock().unwrap().push(Got {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp").parse().unwrap(),
            signature: header("webhook-signature"),
            body,
            was_taken: matches!(mode, Mode::Good | Mode::Slow(_)),
        });
        let answer = match mode {
            Mode::Good => "HTTP/1.1 204 No Content\r\n\r\n",
            Mode::Slow(moment) => {
                tokio::time::sleep(moment).await; // What a slow receiver does; nothing waits for it here.
                "HTTP/1.1 204 No Content\r\n\r\n"
            }
            Mode::Says(head) => head,
            Mode::Silent => std::future::pending().await,
        };
        let _cut = stream.write_all(answer.as_bytes()).await;
        self.count.send_modify(|count| *count += 1);
    }
}

/// A whole request; none where it broke off.
async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut some = [0; 2_048];
        let read = stream.read(&mut some).await.ok().filter(|read| *read > 0)?;
        bytes.extend(&some[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let body = &bytes[end + 4..];
        if body.len() >= length.parse::<usize>().unwrap() {
            return Some((head, String::from_utf8(body.to_vec()).unwrap()));
        }
    }
}

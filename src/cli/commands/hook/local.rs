//! One event posted to a program on this machine.
//!
//! Only to loopback addresses and in the clear: whoever passes events on to elsewhere wants an endpoint with that address.

use std::io;
use std::time::Duration;

use http::{Request, header};
use http_body_util::Full;
use hyper::body::Bytes;
use tokio::net::{TcpStream, lookup_host};

use crate::api;
use crate::hooks::signing;
use crate::hooks::target::{Host, Scheme, Subnets, Target};
use crate::outward;

/// How long an answer may take, as for the server's own attempts.
const ANSWER: Duration = Duration::from_secs(15);

/// An address of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local(Target); // Invariant: plain HTTP, and no address that is not loopback.

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnswered {
    /// No connection.
    #[error("nobody listens there")]
    NobodyThere,
    /// Its name is another machine's.
    #[error("its name is not this machine's")]
    NotHere,
    /// What came is no answer.
    #[error("the answer was no HTTP, or broke off")]
    NoAnswer,
    /// None came.
    #[error("no answer in 15 seconds")]
    TooSlow,
}

/// Reads an address of this machine.
///
/// # Errors
/// In words.
pub fn address(text: &str) -> Result<Local, String> {
    let must = || "type an address of this machine in plain http, like http://127.0.0.1:3000/hook".to_owned();
    let loopback: Result<Vec<_>, ()> = ["127.0.0.0/8", "::1"].iter().map(|subnet| subnet.parse()).collect();
    let allowed = Subnets::of(&loopback.map_err(|()| must())?);
    let target = Target::parse(text, &allowed).map_err(|_| must())?;
    let is_here = match &target.host {
        Host::Address(address) => address.to_canonical().is_loopback(),
        Host::Name(_) => true, // Judged by its addresses each time.
    };
    if target.scheme == Scheme::Http && is_here { Ok(Local(target)) } else { Err(must()) }
}

impl Local {
    /// Host and port, for a sentence.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.authority
    }

    /// Posts an event as the server would, and says the status of the answer.
    ///
    /// # Errors
    /// [`NotAnswered`].
    pub async fn post(&self, event: &api::WatchEventsResponse) -> Result<u16, NotAnswered> {
        tokio::time::timeout(ANSWER, self.exchange(event)).await.map_err(|_| NotAnswered::TooSlow)?
    }

    async fn exchange(&self, event: &api::WatchEventsResponse) -> Result<u16, NotAnswered> {
        let stream = self.connect().await?;
        let request = Request::post(self.0.path.as_ref())
            .header(header::HOST, self.0.authority.as_ref())
            .header(header::USER_AGENT, "hourbook")
            .header(header::CONTENT_TYPE, "application/json")
            .header(signing::ID, &event.webhook_id)
            .header(signing::TIMESTAMP, &event.webhook_timestamp)
            .header(signing::SIGNATURE, &event.webhook_signature)
            .body(Full::new(Bytes::from(event.body.clone())))
            .map_err(|_| NotAnswered::NoAnswer)?;
        let (mut asking, connection) = outward::speak(stream).await.map_err(|_| NotAnswered::NoAnswer)?;
        let answer = outward::beside(connection, asking.send_request(request)).await;
        Ok(answer.map_err(|_| NotAnswered::NoAnswer)?.status().as_u16())
    }

    async fn connect(&self) -> Result<TcpStream, NotAnswered> {
        let addresses: Vec<_> = match &self.0.host {
            Host::Address(address) => vec![(*address, self.0.port).into()],
            Host::Name(name) => {
                let found = lookup_host((name.as_ref(), self.0.port)).await;
                found.map_err(|_: io::Error| NotAnswered::NotHere)?.collect()
            }
        };
        let mut here = addresses.into_iter().filter(|address| address.ip().to_canonical().is_loopback());
        let first = here.next().ok_or(NotAnswered::NotHere)?;
        for address in std::iter::once(first).chain(here) {
            if let Ok(stream) = TcpStream::connect(address).await {
                return Ok(stream);
            }
        }
        Err(NotAnswered::NobodyThere)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_lc_rs::hmac;
    use tokio::sync::mpsc;

    use super::*;
    use crate::cli::commands::hook::line;
    use crate::hooks::receiver::Receiver;
    use crate::hooks::signing::{SigningKeys, Verifier};

    /// Goal: events go to this machine alone, in the clear. Method: addresses of it, and of others.
    #[test]
    fn only_to_this_machine() {
        for good in [
            "http://127.0.0.1:3000/hook",
            "http://[::1]:3000",
            "http://localhost:8720/?a=b",
            "http://127.9.9.9",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "127.0.0.1:3000",
            "https://127.0.0.1:3000",
            "http://10.0.0.7/",
            "http://ann:x@127.0.0.1/",
            "http://8.8.8.8",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    /// Goal: what is passed on is what the server signed, to the byte, and the status comes back; where nobody listens that is
    /// said. Method: an event signed here, to a receiver here; then the same where the receiver was.
    #[tokio::test]
    async fn events_are_passed_on_as_they_are() {
        let keys = SigningKeys::derived(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), 1, 1).unwrap();
        let body = r#"{"type":"test","data":{"position":9}}"#.to_owned();
        let seconds = line::now().micros() / 1_000_000;
        let event = api::WatchEventsResponse {
            webhook_id: "7-1-9".to_owned(),
            webhook_timestamp: seconds.to_string(),
            webhook_signature: keys.sign("7-1-9", seconds, body.as_bytes()),
            body,
            position: 9,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let local = address(&format!("http://{}/hook", listener.local_addr().unwrap())).unwrap();
        let verifier = Verifier::parse(&keys.public_text()).unwrap();
        let (to, mut received) = mpsc::channel(1);
        let running = tokio::spawn(Receiver::new(listener, verifier, Arc::new(line::now)).run(to));
        let (status, came) = tokio::join!(local.post(&event), received.recv());
        let came = came.unwrap();
        assert_eq!((status, came.verdict, came.id.as_str()), (Ok(204), Ok(()), "7-1-9"));
        let forged = api::WatchEventsResponse { body: "{}".to_owned(), ..event.clone() };
        let (status, _) = tokio::join!(local.post(&forged), received.recv());
        assert_eq!(status, Ok(401));
        drop(received);
        running.await.unwrap().unwrap();
        assert_eq!(local.post(&event).await, Err(NotAnswered::NobodyThere));
        let broken = api::WatchEventsResponse { webhook_id: "7\n".to_owned(), ..event };
        assert!(local.post(&broken).await.is_err());
    }
}

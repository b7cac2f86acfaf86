//! `hook listen --forward`: events of an endpoint as the server has them, passed on to a program on this machine.
//!
//! - In order, one at a time: the next one waits until the one before was taken or is passed over.
//! - A signature is good for five minutes. What waits longer than [`FRESH`] is asked for again, and comes signed anew.

use std::time::{Duration, Instant};

use serde_json::Value;
use tonic::{Request, Status, Streaming};

use super::line;
use super::listen::Flags;
use super::local::{Local, NotAnswered};
use super::{number, sales};
use crate::api;
use crate::cli::commands::across_cuts::{self, Watched, Went};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};
use crate::hooks::receiver::Received;

/// An event that is answered, and not with 200 to 299, is tried so often in a row.
const ATTEMPTS_MAX: u32 = 10;
/// What was signed longer ago is signed anew, a good while before it is too old.
const FRESH: Duration = Duration::from_secs(60);
/// Pauses between two attempts: the first, doubled up to the last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// Passes events on, until Ctrl-C, or until enough were.
///
/// # Errors
/// [`Failure`]; a cut is one only if no server answers for ten seconds afterwards.
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let to = flags.forward.ok_or_else(|| Failure::Usage("say where to with --forward URL".to_owned()))?;
    let (typed, endpoint) = endpoint(&flags.of).map_err(Failure::Usage)?;
    let partner = sales::partner_or_own(session, typed.as_ref(), flags.bank.bank).await?;
    session
        .screen
        .remark(&format!("passing events of endpoint {endpoint} on to http://{}; Ctrl-C ends it", to.name()));
    let forward = Forward { partner, endpoint, to, pauses: PAUSES };
    across_cuts::watch(session, forward, flags.after, flags.count).await
}

/// `[PARTNER] ENDPOINT`.
fn endpoint(typed: &[String]) -> Result<(Option<Whom>, u32), String> {
    match typed {
        [typed] => Ok((None, number(typed)?)),
        [partner, typed] => Ok((Some(whom(partner)?), number(typed)?)),
        _ => Err("say which endpoint: [PARTNER] ENDPOINT".to_owned()),
    }
}

/// From where to where.
struct Forward {
    /// The owner number; 0 for the key's own.
    partner: u32,
    endpoint: u32,
    to: Local,
    pauses: (Duration, Duration),
}

/// How an event was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Answered(u16),
    PassedOver(u16),
    /// Not yet, and now its signature is too old.
    NotInTime,
}

impl Forward {
    /// Tries until it is taken, passed over, or too old; `says` hears why it is tried again, once for each reason.
    async fn pass_on(&self, event: &api::WatchEventsResponse, mut says: impl FnMut(&str)) -> Taken {
        let began = Instant::now();
        let (mut pause, longest) = self.pauses;
        let mut said = None;
        let mut answers = 0u32;
        loop {
            let outcome = self.to.post(event).await;
            match outcome {
                Ok(status @ 200..=299) => return Taken::Answered(status),
                Ok(status) => {
                    answers = answers.saturating_add(1);
                    if answers >= ATTEMPTS_MAX {
                        return Taken::PassedOver(status);
                    }
                }
                Err(_) => answers = 0,
            }
            if said != Some(outcome) {
                says(&self.why(event, outcome));
                said = Some(outcome);
            }
            if began.elapsed() >= FRESH {
                return Taken::NotInTime;
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(longest);
        }
    }

    fn why(&self, event: &api::WatchEventsResponse, outcome: Result<u16, NotAnswered>) -> String {
        let (id, at) = (&event.webhook_id, self.to.name());
        match outcome {
            Ok(status) => format!("{id} was answered {status} by {at}; it is tried again."),
            Err(why) => format!("{id} waits for {at}: {why}. It is tried again until somebody answers."),
        }
    }
}

impl Watched for Forward {
    type Message = api::WatchEventsResponse;

    async fn begin(
        &self,
        session: &mut Session<'_, '_>,
        after_sequence: Option<u64>,
    ) -> Result<Streaming<Self::Message>, Status> {
        let request = api::WatchEventsRequest {
            partner_owner_number: self.partner,
            endpoint_number: self.endpoint,
            after_sequence,
        };
        Ok(session.client.hook.watch_events(Request::new(request)).await?.into_inner())
    }

    fn position(&self, message: &Self::Message) -> u64 {
        message.position
    }

    async fn print(
        &self,
        session: &mut Session<'_, '_>,
        message: Self::Message,
        is_first: bool,
    ) -> Result<Went, Failure> {
        if message.webhook_id.is_empty() {
            return Ok(Went::Unseen);
        }
        let began = Instant::now();
        let went = match self.pass_on(&message, |why| session.screen.remark(why)).await {
            Taken::NotInTime => return Ok(Went::Stale),
            Taken::Answered(status) => line::Went::Answered(status),
            Taken::PassedOver(status) => line::Went::PassedOver(status),
        };
        let after = Some(message.position);
        line::print(session.screen, &event(message), (went, after), is_first)?;
        // What came meanwhile has been waiting here as long.
        Ok(if began.elapsed() >= FRESH { Went::Late } else { Went::Printed })
    }
}

/// As it is printed. What the server says over its own connection needs no signature to be believed here.
fn event(message: api::WatchEventsResponse) -> Received {
    let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
    let kind = body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    Received { at: line::now(), id: message.webhook_id, kind, body, verdict: Ok(()), is_again: false }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::super::local;
    use super::*;

    /// A program that answers one request after the other with these statuses, then is gone.
    async fn answering(listener: TcpListener, statuses: &[u16]) {
        for status in statuses {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = [0; 4_096];
            assert!(stream.read(&mut bytes).await.unwrap() > 0);
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    }

    async fn passed_on(statuses: &[u16]) -> (Taken, Vec<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = local::address(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let forward = Forward { partner: 7, endpoint: 1, to, pauses: (Duration::ZERO, Duration::ZERO) };
        let event = api::WatchEventsResponse { webhook_id: "7-1-9".to_owned(), ..Default::default() };
        let mut said = Vec::new();
        let (taken, ()) = tokio::join!(
            forward.pass_on(&event, |why| said.push(why.to_owned())),
            answering(listener, statuses)
        );
        (taken, said)
    }

    /// Goal: an event is tried until it is taken, at most ten times where it is answered, and why is said once for each
    /// reason. Method: taken at once, taken after two other answers, and never.
    #[tokio::test]
    async fn an_event_is_tried_again() {
        assert_eq!(passed_on(&[204]).await, (Taken::Answered(204), Vec::new()));
        let (taken, said) = passed_on(&[503, 503, 401, 200]).await;
        assert_eq!(taken, Taken::Answered(200));
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("7-1-9 was answered 503 by 127.0.0.1:"), "{said:?}");
        let (taken, _) = passed_on(&[500; 10]).await;
        assert_eq!(taken, Taken::PassedOver(500));
    }

    /// Goal: an endpoint is typed with or without whose it is. Method: both, and slips.
    #[test]
    fn endpoints_are_typed() {
        let typed =
            |words: &[&str]| endpoint(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(typed(&["3"]), Ok((None, 3)));
        assert_eq!(typed(&["person 7", "3"]), Ok((Some(Whom::Person(7)), 3)));
        for slip in [&[][..], &["saucer"], &["saucer", "0"], &["1", "saucer"]] {
            assert!(typed(slip).is_err(), "{slip:?}");
        }
    }
}

//! WatchEvents: the requests that an endpoint gets, as a stream.
//!
//! Each is made and signed when it is read, so that it is good for whoever reads it; its id and body are those that are sent.
//! An event is for an endpoint as that stands by then.

use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::named::endpoint_number;
use crate::access::Allowed;
use crate::api::{WatchEventsRequest, WatchEventsResponse};
use crate::directory::hooks::{Endpoint as Kept, EndpointName};
use crate::domain::{Sequence, Timestamp};
use crate::hooks::body;
use crate::hooks::sending::Message;
use crate::hooks::signing::SigningKeys;
use crate::service::Service;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::redemption::partner_named;
use crate::service::watch::{self, From, Watched};

/// Entries read at a time.
const READ_ENTRIES: u64 = 512;

/// Of which endpoint events are shown.
#[derive(Clone, Debug)]
struct EventsOf {
    name: EndpointName,
    allowed: Allowed,
}

/// Starts the task of a stream.
pub fn stream(
    service: &Service,
    allowed: Allowed,
    request: &WatchEventsRequest,
) -> Result<ReceiverStream<Result<WatchEventsResponse, Status>>, NotDone> {
    let partner = partner_named(&allowed, "partner_owner_number", request.partner_owner_number)?;
    let name = EndpointName { partner, number: endpoint_number(request.endpoint_number)? };
    let watched = EventsOf { name, allowed };
    watched.endpoint(&*service.books()?)?;
    let from = From { after: request.after_sequence.map(Sequence::new), heartbeat_seconds: 0 };
    watch::stream(service, watched, from)
}

impl Watched for EventsOf {
    type Message = WatchEventsResponse;

    fn look(
        &self,
        books: &Installation,
        after: Sequence,
        tip: Sequence,
    ) -> Result<(Sequence, Vec<WatchEventsResponse>), NotDone> {
        let through = tip.min(after.plus(READ_ENTRIES));
        let (endpoint, now) = (self.endpoint(books)?, books.access.now());
        let mut events = books.events_in(after.next(), through).map_err(unreadable)?;
        events.retain(|event| event.is_for(self.name, &endpoint));
        if events.is_empty() {
            return Ok((through, Vec::new()));
        }
        let signers = books.signers(self.name, &endpoint, now)?;
        let mut found: Vec<WatchEventsResponse> = Vec::with_capacity(events.len());
        // What cannot be said is not sent either.
        for (event, body) in events.iter().filter_map(|event| Some((event, body::of(event)?))) {
            let position = event.id.entry.get();
            if let Some(before) = found.last_mut().filter(|before| before.position == position) {
                before.position = position.saturating_sub(1); // Who has seen only the first of two asks for both again.
            }
            found.push(signed(&signers, event.id.webhook_id(self.name), body, (position, now)));
        }
        Ok((through, found))
    }

    fn sign_of_life(&self, position: Sequence) -> WatchEventsResponse {
        WatchEventsResponse { position: position.get(), ..WatchEventsResponse::default() }
    }
}

impl EventsOf {
    /// The endpoint as it stands, as long as the caller may watch it.
    fn endpoint(&self, books: &Installation) -> Result<Kept, NotDone> {
        books.own_endpoint(&self.allowed, &books.directory.known(), self.name).cloned()
    }
}

/// A request as a receiver gets it.
fn signed(
    signers: &[SigningKeys],
    webhook_id: String,
    body: String,
    (position, now): (u64, Timestamp),
) -> WatchEventsResponse {
    let Message { id: webhook_id, timestamp, signature: webhook_signature, body } =
        Message::signed(webhook_id, body, signers, now);
    WatchEventsResponse {
        webhook_id,
        webhook_timestamp: timestamp.to_string(),
        webhook_signature,
        body,
        position,
    }
}

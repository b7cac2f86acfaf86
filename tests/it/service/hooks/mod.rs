//! Partners' software, told of what happens to its sales: through a real socket, each with a key of their own.

mod bodies;
mod budget;
mod endpoints;
mod events;
mod full;
mod signatures;

use hourbook::api;
use tonic::{Response, Status};

use super::redemption::{Cafe, why};
use crate::access::with;
use crate::support::served::fresh;

macro_rules! calls {
    ($($call:ident $request:ident $answer:ident),* $(,)?) => { $(
        pub fn $call(&self, key: &str, request: api::$request) -> Result<api::$answer, Status> {
            let request = with(self.town.key(key), request);
            self.town.served.block_on(self.town.served.hooks().$call(request)).map(Response::into_inner)
        }
    )* };
}

/// What of an endpoint says which it is.
macro_rules! named {
    ($cafe:ident, $request:ident, $number:expr) => {
        api::$request {
            request_id: fresh(),
            partner_owner_number: $cafe.cafe,
            endpoint_number: $number,
            ..Default::default()
        }
    };
}
use named;

impl Cafe {
    calls! {
        create_endpoint CreateEndpointRequest CreateEndpointResponse,
        update_endpoint UpdateEndpointRequest UpdateEndpointResponse,
        rotate_endpoint_key RotateEndpointKeyRequest RotateEndpointKeyResponse,
        pause_endpoint PauseEndpointRequest PauseEndpointResponse,
        resume_endpoint ResumeEndpointRequest ResumeEndpointResponse,
        delete_endpoint DeleteEndpointRequest DeleteEndpointResponse,
        list_endpoints ListEndpointsRequest ListEndpointsResponse,
        list_deliveries ListDeliveriesRequest ListDeliveriesResponse,
        replay_deliveries ReplayDeliveriesRequest ReplayDeliveriesResponse,
        send_test_event SendTestEventRequest SendTestEventResponse,
    }

    /// Of the café, for everything.
    pub fn endpoint(&self) -> api::Endpoint {
        let (partner_owner_number, url) = (self.cafe, "https://till.example/hook".into());
        api::Endpoint { partner_owner_number, url, ..Default::default() }
    }

    pub fn made(&self, who: &str, endpoint: api::Endpoint) -> Result<api::CreateEndpointResponse, Status> {
        let endpoint = Some(endpoint);
        let request = api::CreateEndpointRequest { request_id: fresh(), endpoint, validate_only: false };
        self.create_endpoint(who, request)
    }

    pub fn pause(&self, who: &str, number: u32) -> Result<api::Endpoint, Status> {
        let request = named!(self, PauseEndpointRequest, number);
        self.pause_endpoint(who, request).map(|answer| answer.endpoint.unwrap())
    }

    pub fn resume(&self, who: &str, number: u32) -> Result<api::Endpoint, Status> {
        let request = named!(self, ResumeEndpointRequest, number);
        self.resume_endpoint(who, request).map(|answer| answer.endpoint.unwrap())
    }

    fn delete(&self, who: &str, number: u32) -> Result<api::Receipt, Status> {
        let request = named!(self, DeleteEndpointRequest, number);
        self.delete_endpoint(who, request).map(|answer| answer.receipt.unwrap())
    }

    fn rotate(&self, number: u32, overlap_seconds: Option<u32>) -> api::RotateEndpointKeyResponse {
        let request = api::RotateEndpointKeyRequest {
            overlap_seconds,
            ..named!(self, RotateEndpointKeyRequest, number)
        };
        self.rotate_endpoint_key("Cafe", request).unwrap()
    }

    /// A test event: what it is known by.
    fn test(&self, number: u32) -> String {
        let request = named!(self, SendTestEventRequest, number);
        self.send_test_event("Cafe", request).unwrap().webhook_id
    }

    fn endpoints(&self, who: &str) -> Result<Vec<api::Endpoint>, Status> {
        let request = api::ListEndpointsRequest { partner_owner_number: self.cafe };
        self.list_endpoints(who, request).map(|answer| answer.endpoints)
    }

    /// What an endpoint of the café hears after a position, through the first event that `is_last`.
    fn heard_until(
        &self,
        (number, after): (u32, u64),
        is_last: impl Fn(&api::WatchEventsResponse) -> bool,
    ) -> Vec<api::WatchEventsResponse> {
        let request = api::WatchEventsRequest {
            endpoint_number: number,
            after_sequence: Some(after),
            ..Default::default()
        };
        let request = with(self.town.key("Cafe"), request);
        self.town.served.block_on(async {
            let mut stream = self.town.served.hooks().watch_events(request).await.unwrap().into_inner();
            let mut heard = Vec::new();
            loop {
                let message = stream.message().await.unwrap().unwrap();
                if message.webhook_id.is_empty() {
                    continue; // A sign of life.
                }
                heard.push(message);
                if heard.last().is_some_and(&is_last) {
                    return heard;
                }
            }
        })
    }

    /// All that an endpoint of the café heard after a position, but for tests: one marks the end.
    fn heard(&self, number: u32, after: u64) -> Vec<Told> {
        let end = self.test(number);
        let heard = self.heard_until((number, after), |event| event.webhook_id == end);
        heard.into_iter().map(Told::from).filter(|told| told.kind != "test").collect()
    }

    /// The kinds of the same.
    fn kinds(&self, number: u32, after: u64) -> Vec<String> {
        self.heard(number, after).into_iter().map(|told| told.kind).collect()
    }
}

/// An event as its receiver reads it.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    id: String,
    kind: String,
    /// After which position a stream goes on.
    position: u64,
    body: String,
    data: serde_json::Value,
}

impl From<api::WatchEventsResponse> for Told {
    fn from(event: api::WatchEventsResponse) -> Self {
        let body: serde_json::Value = serde_json::from_str(&event.body).unwrap();
        let kind = body["type"].as_str().unwrap().to_owned();
        Self {
            id: event.webhook_id,
            kind,
            position: event.position,
            body: event.body,
            data: body["data"].clone(),
        }
    }
}

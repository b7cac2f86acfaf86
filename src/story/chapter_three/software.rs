//! Shops' own software: a receiver each, on this machine, which the operator allows openly. What it is told as it happens, and that
//! it can believe it.

use tokio::sync::mpsc::Receiver;
use tonic::Status;

use super::counter::Shop;
use crate::api;
use crate::domain::Day;
use crate::hooks::receiver::Received;
use crate::hooks::signing::Verifier;
use crate::hooks::told;
use crate::story::StoryError;
use crate::story::stage::Stage;
use crate::words::hooks as words;

/// A shop's software that listens.
pub struct Software {
    received: Receiver<Received>,
    /// What it heard since it was asked last.
    heard: Vec<Received>,
}

/// Where a shop's events go, as its owner says: to its software, which has the public key.
pub fn connect(stage: &mut Stage<'_>, shop: &Shop) -> Result<Software, StoryError> {
    let (listener, address) = stage.ear()?;
    let endpoint = api::Endpoint {
        partner_owner_number: stage.owner(shop.name),
        url: format!("http://{address}/hook"),
        ..api::Endpoint::default()
    };
    let request = api::CreateEndpointRequest {
        request_id: stage.request_id(),
        endpoint: Some(endpoint),
        validate_only: false,
    };
    let made = stage.call(stage.hooks(shop.name).create_endpoint(request))?;
    let key = Verifier::parse(&made.key.unwrap_or_default().public_key);
    let key = key.ok_or_else(|| stage.otherwise("a key to check signatures with", "none"))?;
    Ok(Software { received: stage.receive(listener, key), heard: Vec::new() })
}

impl Software {
    /// Waits for the next `count` events, each of them signed, and none with a name in it; one that comes again counts for
    /// nothing. Before the demo's clock goes on: an event is believed for five minutes.
    pub fn hear(&mut self, stage: &Stage<'_>, count: usize) -> Result<(), StoryError> {
        let enough = self.heard.len().saturating_add(count);
        while self.heard.len() < enough {
            let next =
                async { self.received.recv().await.ok_or_else(|| Status::unavailable("nobody listens")) };
            let event = stage.wait(next)?;
            if event.verdict.is_err() {
                return Err(stage.otherwise("an event that is signed", format!("{event:?}")));
            }
            if event.is_again {
                continue;
            }
            let body = event.body.to_string();
            if let Some(name) = stage.names().find(|name| body.contains(name)) {
                return Err(stage.otherwise("an event without a name", format!("{name} in {body}")));
            }
            self.heard.push(event);
        }
        Ok(())
    }

    /// What it heard, a line each, in the order of the books.
    pub fn told(&mut self, stage: &Stage<'_>) -> Vec<String> {
        let mut events = std::mem::take(&mut self.heard);
        events.sort_by_key(|event| told::position(&event.body));
        events.iter().map(|event| line(event, stage.today())).collect()
    }
}

/// Below a step.
pub fn shown(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}\n")).collect()
}

fn line(event: &Received, today: Day) -> String {
    let told = told::read(&event.body);
    let told = told.map_or_else(|| words::not_known().to_owned(), |told| words::told(&told, today));
    format!("{:<21}  {told}", event.kind)
}

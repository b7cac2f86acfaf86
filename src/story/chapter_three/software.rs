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
    Ok(Software { received: stage.receive(listener, key) })
}

/// The next `count` events, a line each, in the order of the books: each of them signed, none of them here before, and none with a
/// name in it.
pub fn heard(stage: &Stage<'_>, software: &mut Software, count: usize) -> Result<Vec<String>, StoryError> {
    let mut events = Vec::new();
    for _ in 0..count {
        let next =
            async { software.received.recv().await.ok_or_else(|| Status::unavailable("nobody listens")) };
        events.push(stage.wait(next)?);
    }
    for event in &events {
        if event.verdict.is_err() || event.is_again {
            return Err(stage.otherwise("an event that is new and signed", format!("{event:?}")));
        }
        let body = event.body.to_string();
        if let Some(name) = stage.names().find(|name| body.contains(name)) {
            return Err(stage.otherwise("an event without a name", format!("{name} in {body}")));
        }
    }
    events.sort_by_key(|event| told::position(&event.body));
    Ok(events.iter().map(|event| line(event, stage.today())).collect())
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

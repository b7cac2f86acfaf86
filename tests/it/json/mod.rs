//! Calls asked with JSON, through a real socket.

pub mod connections;
mod curl;
mod heads;
mod noise;
mod same;

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::Body as _;
use tonic::transport::Channel;

pub const LEDGER: &str = "/hourbook.v1.LedgerService";

/// Asks over HTTP/2 with these headers and this body.
pub async fn post(
    channel: &Channel,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = http::Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    // A body with an end is said in one piece, as a message is.
    let request = request.body(Body::new(http_body_util::Full::from(body))).unwrap();
    let mut channel = channel.clone();
    std::future::poll_fn(|context| GrpcService::<Body>::poll_ready(&mut channel, context)).await.unwrap();
    let (head, body) = GrpcService::call(&mut channel, request).await.unwrap().into_parts();
    let (mut body, mut heard) = (std::pin::pin!(body), Vec::new());
    while let Some(part) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        heard.extend(part.unwrap().into_data().unwrap_or_default());
    }
    (head.status, head.headers, heard)
}

/// Asks with JSON; what is answered is JSON, whatever happens.
pub async fn ask(channel: &Channel, call: &str, json: impl Into<Vec<u8>>) -> (StatusCode, Value) {
    let headers = [("content-type", "application/json")];
    let (status, headers, heard) = post(channel, &format!("{LEDGER}/{call}"), &headers, json.into()).await;
    assert_eq!(headers["content-type"], "application/json", "{status}");
    let value = serde_json::from_slice(&heard);
    (status, value.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&heard))))
}

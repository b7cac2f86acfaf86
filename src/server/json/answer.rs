//! The answer of a gRPC call, as the answer of the same call asked with JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use http::{HeaderMap, Response};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, Full};
use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde::Serialize;
use tonic::codegen::Bytes;
use tonic::{Code, Status};

use super::asked::Writing;
use super::calls::{Call, Calls};
use super::codes;

/// The frame of gRPC before a message: whether it is compressed, and its length.
const FRAME_BYTES: usize = 5;
/// Stands before the message that ends a stream.
const END_OF_STREAM: u8 = 2;
/// What a type's name stands behind, inside of `Any`.
const TYPE_PREFIX: char = '/';
/// Before the name of what came after the message.
const TRAILER: &str = "trailer-";

/// Why a call was not done, as JSON.
#[derive(Serialize)]
struct Failed<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

/// The end of a stream, as JSON.
#[derive(Serialize)]
struct Ended<'a> {
    error: Failed<'a>,
}

/// More about it: for programs, and, where its message is known, for people.
#[derive(Serialize)]
struct Detail {
    r#type: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    debug: Option<serde_json::Value>,
}

/// Translates the answer of `call`.
pub async fn of<B>(answer: Response<B>, call: &Call, writing: Writing, calls: &Calls) -> Response<Full<Bytes>>
where
    B: HttpBody<Data = Bytes, Error = Status> + Unpin,
{
    let (head, mut body) = answer.into_parts();
    let (mut said, mut trailers) = (Vec::new(), HeaderMap::new());
    while let Some(frame) = body.frame().await {
        match frame.map(|frame| frame.into_data().map_err(http_body::Frame::into_trailers)) {
            Ok(Ok(data)) => said.extend_from_slice(&data),
            Ok(Err(last)) => trailers = last.unwrap_or_default(),
            Err(status) => return failed(&status, Some(calls)),
        }
    }
    let status = Status::from_header_map(&trailers).or_else(|| Status::from_header_map(&head.headers));
    let status = status.unwrap_or_else(|| Status::internal("the call ended without saying how"));
    let done = if status.code() == Code::Ok { written(&said, &call.output, writing) } else { Err(status) };
    let mut answer = match done {
        Ok(message) => with_type(message, writing.content_type()),
        Err(status) => failed(&status, Some(calls)),
    };
    for (name, value) in of_the_call(&head.headers) {
        answer.headers_mut().append(name, value.clone());
    }
    for (name, value) in of_the_call(&trailers) {
        if let Ok(name) = HeaderName::try_from(format!("{TRAILER}{name}")) {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}

/// What a call said beside its message: neither HTTP's own words nor gRPC's.
fn of_the_call(headers: &HeaderMap) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
    headers.iter().filter(|(name, _)| {
        ![CONTENT_TYPE, CONTENT_LENGTH, DATE].contains(name) && !name.as_str().starts_with("grpc-")
    })
}

fn written(framed: &[u8], output: &MessageDescriptor, writing: Writing) -> Result<Vec<u8>, Status> {
    let message = framed.get(FRAME_BYTES..).unwrap_or_default();
    match writing {
        Writing::Binary => Ok(message.to_vec()),
        Writing::Json => as_json(output, message).map_err(|error| {
            Status::internal(format!("it was done, but the answer cannot be written as JSON: {error}"))
        }),
    }
}

/// A message as JSON, and a new line for whoever reads it on a terminal.
pub fn as_json(output: &MessageDescriptor, message: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let message = DynamicMessage::decode(output.clone(), message)?;
    let mut json = serde_json::to_vec(&message)?;
    json.push(b'\n');
    Ok(json)
}

/// Says why a call was not done. Details are readable as far as `calls` knows their messages.
pub fn failed(status: &Status, calls: Option<&Calls>) -> Response<Full<Bytes>> {
    let mut json = serde_json::to_vec(&Failed::of(status, calls)).unwrap_or_default(); // It always is JSON.
    json.push(b'\n');
    let mut answer = with_type(json, Writing::Json.content_type());
    *answer.status_mut() = codes::http_status(status.code());
    answer
}

/// Says the same as the only, and so the last, message of a stream.
pub fn stream_failed(status: &Status, written_in: &'static str) -> Response<Full<Bytes>> {
    let json = serde_json::to_vec(&Ended { error: Failed::of(status, None) }).unwrap_or_default();
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX); // A few sentences.
    let framed = [&[END_OF_STREAM], &length.to_be_bytes()[..], &json].concat();
    with_type(framed, HeaderValue::from_static(written_in))
}

impl<'a> Failed<'a> {
    fn of(status: &'a Status, calls: Option<&Calls>) -> Self {
        let rich = tonic_types::Status::decode(status.details()).unwrap_or_default();
        let details = rich.details.into_iter().map(|detail| {
            let name = detail.type_url.rsplit(TYPE_PREFIX).next().unwrap_or_default();
            let message = calls.and_then(|calls| calls.message(name));
            let message = message.and_then(|known| DynamicMessage::decode(known, &*detail.value).ok());
            Detail {
                r#type: name.to_owned(),
                value: STANDARD_NO_PAD.encode(&detail.value),
                debug: message.and_then(|message| serde_json::to_value(message).ok()),
            }
        });
        Self { code: codes::name(status.code()), message: status.message(), details: details.collect() }
    }
}

fn with_type(body: Vec<u8>, content_type: HeaderValue) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}

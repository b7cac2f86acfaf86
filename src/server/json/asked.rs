//! The head of a call asked with JSON becomes the head of a gRPC call, or is refused for what it says.
//!
//! Whatever needs the body waits for the body: it is read behind the same doors as that of a gRPC call.

use std::time::Duration;

use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderName,
    HeaderValue, ORIGIN, TE, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Method, request::Parts};
use tonic::Code;

use super::calls::{Call, Calls};
use super::refused::Refused;
use crate::server::HEADER_BYTES_MAX;

/// The protocol's version, said or not.
const VERSION: (HeaderName, &str) = (HeaderName::from_static("connect-protocol-version"), "1");
/// How long the caller waits, in milliseconds.
const TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");
/// The same in gRPC.
const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
/// Digits of a timeout; the protocol says so.
const TIMEOUT_DIGITS_MAX: usize = 10;
/// Milliseconds that a timeout of gRPC can say: it has eight digits.
const GRPC_MILLISECONDS_MAX: u64 = 99_999_999;
/// What bodies can be.
pub const BODIES: HeaderValue =
    HeaderValue::from_static("application/json, application/proto, application/grpc");

/// What streams of the protocol are written in.
const STREAMS: [&str; 2] = ["application/connect+json", "application/connect+proto"];

/// What a message is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// JSON, as proto3 says.
    Json,
    /// Protocol buffers, without the frame of gRPC.
    Binary,
}

impl Writing {
    /// Its type of content.
    pub const fn content_type(self) -> HeaderValue {
        match self {
            Self::Json => HeaderValue::from_static("application/json"),
            Self::Binary => HeaderValue::from_static("application/proto"),
        }
    }

    fn of(headers: &HeaderMap) -> Option<Self> {
        let said = headers.get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
        let mut parts = said.split(';').map(str::trim);
        match (parts.next()?, parts.next()) {
            ("application/json", None | Some("charset=utf-8" | "charset=\"utf-8\"")) => Some(Self::Json),
            ("application/proto", None) => Some(Self::Binary),
            _ => None,
        }
    }
}

/// A call that can be asked on.
#[derive(Debug)]
pub struct Asked {
    /// Which.
    pub call: Call,
    /// What its messages are written in.
    pub writing: Writing,
    /// How long the caller waits.
    pub timeout: Option<Duration>,
}

/// Reads the head of a call.
pub fn read(head: &Parts, calls: &Calls) -> Result<Asked, Refused> {
    // HTTP/2 has this limit of itself.
    if bytes(&head.headers) > usize::try_from(HEADER_BYTES_MAX).unwrap_or(usize::MAX) {
        return Err(Refused::headers_too_long());
    }
    let path = head.uri.path();
    let call = calls.get(path).ok_or_else(Refused::no_such_call)?;
    if head.method != Method::POST {
        return Err(Refused::not_post());
    }
    if head.headers.contains_key(ORIGIN) {
        // Nobody but a browser says where a page came from, and a page of somebody else's must not act for
        // whoever sits there.
        let words = "pages in a browser cannot ask here; ask from a program";
        return Err(Refused::new(Code::PermissionDenied, words));
    }
    if call.is_stream {
        return Err(Refused::stream(
            STREAMS
                .into_iter()
                .find(|known| head.headers.get(CONTENT_TYPE).is_some_and(|said| said == *known)),
        ));
    }
    let writing = Writing::of(&head.headers).ok_or_else(Refused::wrong_content_type)?;
    if head.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let words = "compressed bodies are not read; the only Content-Encoding is identity";
        return Err(Refused::new(Code::Unimplemented, words));
    }
    if head.headers.get(&VERSION.0).is_some_and(|version| version != VERSION.1) {
        return Err(Refused::new(Code::InvalidArgument, "Connect-Protocol-Version must be 1"));
    }
    Ok(Asked { call: call.clone(), writing, timeout: timeout(&head.headers)? })
}

fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, Refused> {
    let Some(said) = headers.get(TIMEOUT) else { return Ok(None) };
    let digits = said.to_str().ok().filter(|digits| {
        digits.len() <= TIMEOUT_DIGITS_MAX && digits.bytes().all(|digit| digit.is_ascii_digit())
    });
    let milliseconds = digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
        Refused::new(Code::InvalidArgument, "Connect-Timeout-Ms must be milliseconds, at most 10 digits")
    })?;
    Ok(Some(Duration::from_millis(milliseconds)))
}

/// Makes it the head of a gRPC call: what is said to the call goes on, what was said to HTTP does not.
pub fn as_grpc(head: &mut Parts, timeout: Option<Duration>) {
    let headers = &mut head.headers;
    for name in [
        ACCEPT_ENCODING,
        CONNECTION,
        CONTENT_ENCODING,
        CONTENT_LENGTH,
        EXPECT,
        HOST,
        KEEP_ALIVE,
        TRANSFER_ENCODING,
        UPGRADE,
        VERSION.0,
        TIMEOUT,
        GRPC_TIMEOUT,
    ] {
        headers.remove(name);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    if let Some(timeout) = timeout {
        let milliseconds = timeout.as_millis().min(u128::from(GRPC_MILLISECONDS_MAX));
        if let Ok(said) = HeaderValue::try_from(format!("{milliseconds}m")) {
            headers.insert(GRPC_TIMEOUT, said);
        }
    }
    head.version = http::Version::HTTP_2;
}

/// Whether this is a gRPC call, which is none of ours.
pub fn is_grpc(method: &Method, headers: &HeaderMap) -> bool {
    let said = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    method == Method::POST && said.is_some_and(|said| said.starts_with(b"application/grpc"))
}

/// Bytes of all headers.
fn bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len().saturating_add(value.len())).sum()
}

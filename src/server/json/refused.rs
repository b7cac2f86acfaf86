//! What the head of a request alone is refused for: no such call, not asked as a call is, not in our words.

use http::header::{ALLOW, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use tonic::codegen::Bytes;
use tonic::{Code, Status};

use super::asked::BODIES;
use super::{answer, codes};

/// Which bodies may be posted.
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// A request that is no call.
#[derive(Debug)]
pub struct Refused {
    http: StatusCode,
    code: Code,
    words: &'static str,
    header: Option<(HeaderName, HeaderValue)>,
    /// What the answer is written in where it is that of a stream.
    stream: Option<&'static str>,
}

impl Refused {
    /// For a reason that has a code of its own.
    pub fn new(code: Code, words: &'static str) -> Self {
        Self { http: codes::http_status(code), code, words, header: None, stream: None }
    }

    /// Nothing is asked at this path.
    pub fn no_such_call() -> Self {
        let words =
            "there is no such call; one is asked at a path such as /hourbook.v1.LedgerService/GetBalance";
        Self { http: StatusCode::NOT_FOUND, ..Self::new(Code::Unimplemented, words) }
    }

    /// A stream. Whoever speaks the protocol's streams, `written_in` one of its types, hears it as one.
    pub fn stream(written_in: Option<&'static str>) -> Self {
        let words = "this call is a stream, which JSON cannot ask for; use gRPC";
        Self { stream: written_in, ..Self::new(Code::Unimplemented, words) }
    }

    /// Calls are posted.
    pub fn not_post() -> Self {
        Self {
            http: StatusCode::METHOD_NOT_ALLOWED,
            header: Some((ALLOW, HeaderValue::from_static("POST"))),
            ..Self::new(Code::Unimplemented, "a call is asked with POST")
        }
    }

    /// A body that is written in something else, or does not say in what.
    pub fn wrong_content_type() -> Self {
        Self {
            http: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            header: Some((ACCEPT_POST, BODIES)),
            ..Self::new(Code::InvalidArgument, "say Content-Type: application/json, and write the body in it")
        }
    }

    /// More headers than HTTP/2 would take.
    pub fn headers_too_long() -> Self {
        Self {
            http: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            ..Self::new(Code::ResourceExhausted, "all headers together must be at most 16,384 bytes")
        }
    }

    /// gRPC over the HTTP before it.
    pub fn grpc_needs_http_2() -> Self {
        let words = "gRPC needs HTTP/2; over HTTP/1.1 ask with Content-Type: application/json";
        Self { http: StatusCode::HTTP_VERSION_NOT_SUPPORTED, ..Self::new(Code::Unimplemented, words) }
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The answer.
    pub fn answer(self) -> Response<Full<Bytes>> {
        let status = Status::new(self.code, self.words);
        if let Some(written_in) = self.stream {
            return answer::stream_failed(&status, written_in);
        }
        let mut answer = answer::failed(&status, None);
        *answer.status_mut() = self.http;
        if let Some((name, value)) = self.header {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

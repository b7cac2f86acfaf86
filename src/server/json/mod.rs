//! Every single call, asked with JSON: `POST /hourbook.v1.LedgerService/GetBalance`, over HTTP/1.1 or HTTP/2.
//!
//! It is the unary form of the Connect protocol, so that its clients understand it, and so plain that `curl`
//! is enough. A call asked like this is turned into a gRPC call and goes the same way as one, through the same
//! layers to the same handler, and its answer is turned back: nothing is decided here, and nothing goes round
//! what decides. Knows HTTP and the descriptors of the API; no ledger, no rule, no caller.
//!
//! - What the head says wrongly is refused here; the body is read where a gRPC call's is: inside of its time,
//!   counted, and after whatever asks who is calling.
//! - A field that is not known, or said twice, is refused: what somebody typed is never left out in silence.
//! - Bodies have the bound of messages, and share the memory of those that are not read yet.
//! - Not for pages in a browser: what comes with an `Origin` is refused.
//!
//! | to find | look in |
//! |---|---|
//! | what is refused for its head | `asked.rs`, `refused.rs` |
//! | JSON → message, and what is said of mistakes | `reading.rs`, `shape.rs`; its bounds: `body.rs` |
//! | message → JSON, errors with their details | `answer.rs`, `codes.rs` |
//! | which calls there are | `calls.rs` |

mod answer;
mod asked;
mod body;
mod calls;
mod codes;
mod reading;
mod refused;
mod shape;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use http::{Request, Response, Version};
use http_body::Body as HttpBody;
use http_body_util::{Either, Full};
use prost_reflect::DescriptorError;
use tokio::sync::Semaphore;
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::telemetry::{Methods, Metrics};
use asked::Asked;
use body::Translated;
use calls::Calls;
use refused::Refused;

/// Understands JSON before everything else.
#[derive(Clone)]
pub struct JsonLayer {
    shared: Arc<Shared>,
}

struct Shared {
    calls: Calls,
    metrics: Metrics,
    methods: Methods,
    budget: Arc<Semaphore>,
}

impl JsonLayer {
    /// For the calls of these encoded `FileDescriptorSet`s. What never reaches a call is counted in `metrics`
    /// by the names of `methods`; bytes that are not read yet are counted in `budget`.
    pub fn new(
        descriptor_sets: &[&[u8]],
        metrics: Metrics,
        methods: Methods,
        budget: Arc<Semaphore>,
    ) -> Result<Self, DescriptorError> {
        let calls = Calls::of(descriptor_sets)?;
        Ok(Self { shared: Arc::new(Shared { calls, metrics, methods, budget }) })
    }
}

impl<S> Layer<S> for JsonLayer {
    type Service = Json<S>;

    fn layer(&self, inner: S) -> Json<S> {
        Json { inner, shared: Arc::clone(&self.shared) }
    }
}

/// A service of gRPC calls that can be asked with JSON.
#[derive(Clone)]
pub struct Json<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S, B> Service<Request<Body>> for Json<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Unpin + Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>> + Send + 'static,
    B: HttpBody<Data = Bytes, Error = Status> + Unpin + Send + 'static,
{
    type Response = Response<Either<B, Full<Bytes>>>;
    type Error = S::Error;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let began = Instant::now();
        match self.shared.prepare(request) {
            Prepared::Refused(refused, request) => {
                let method = self.shared.methods.label(request.uri().path());
                let metrics = self.shared.metrics.clone();
                Answering::Json(Box::pin(async move {
                    body::forget(request.into_body()).await;
                    metrics.call(&method, refused.code(), began.elapsed());
                    refused.answer()
                }))
            }
            Prepared::Grpc(request) => Answering::Grpc(self.inner.call(request)),
            Prepared::Json(request, asked) => {
                let answer = self.inner.call(request);
                let shared = Arc::clone(&self.shared);
                Answering::Json(Box::pin(async move { shared.translated(answer, asked).await }))
            }
        }
    }
}

/// The way to an answer.
pub enum Answering<F> {
    /// Of a gRPC call: untouched.
    Grpc(F),
    /// Of one asked with JSON.
    Json(Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>),
}

impl<F, B, E> Future for Answering<F>
where
    F: Future<Output = Result<Response<B>, E>> + Unpin,
{
    type Output = Result<Response<Either<B, Full<Bytes>>>, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Grpc(answer) => {
                Pin::new(answer).poll(context).map(|answer| answer.map(|answer| answer.map(Either::Left)))
            }
            Self::Json(answer) => answer.as_mut().poll(context).map(|answer| Ok(answer.map(Either::Right))),
        }
    }
}

/// What becomes of a request.
enum Prepared {
    /// It is a gRPC call already.
    Grpc(Request<Body>),
    /// It is one now, and how it was asked.
    Json(Request<Body>, Asked),
    /// It is none, and why.
    Refused(Refused, Request<Body>),
}

impl Shared {
    fn prepare(&self, request: Request<Body>) -> Prepared {
        let is_grpc = asked::is_grpc(request.method(), request.headers());
        if is_grpc && request.version() >= Version::HTTP_2 {
            return Prepared::Grpc(request);
        }
        if is_grpc {
            return Prepared::Refused(Refused::grpc_needs_http_2(), request);
        }
        let (mut head, body) = request.into_parts();
        let asked = match asked::read(&head, &self.calls) {
            Ok(asked) => asked,
            Err(refused) => return Prepared::Refused(refused, Request::from_parts(head, body)),
        };
        asked::as_grpc(&mut head, asked.timeout);
        let (writing, input) = (asked.writing, asked.call.input.clone());
        let body = Body::new(Translated::new(body, writing, input, Arc::clone(&self.budget)));
        Prepared::Json(Request::from_parts(head, body), asked)
    }

    async fn translated<F, B, E>(&self, answer: F, asked: Asked) -> Response<Full<Bytes>>
    where
        F: Future<Output = Result<Response<B>, E>>,
        B: HttpBody<Data = Bytes, Error = Status> + Unpin,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let answer = async {
            match answer.await {
                Ok(answer) => answer::of(answer, &asked.call, asked.writing, &self.calls).await,
                Err(error) => answer::failed(&Status::from_error(error.into()), Some(&self.calls)),
            }
        };
        match asked.timeout {
            None => answer.await,
            Some(timeout) => tokio::time::timeout(timeout, answer).await.unwrap_or_else(|_| over()),
        }
    }
}

/// The caller's own time is over.
fn over() -> Response<Full<Bytes>> {
    let words =
        "Connect-Timeout-Ms is over; whether it was done is not known, ask again with the same request id";
    answer::failed(&Status::new(Code::DeadlineExceeded, words), None)
}

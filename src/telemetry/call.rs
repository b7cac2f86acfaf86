//! Around every call: one span, one count, one duration.
//!
//! - The span's parent is the caller's `traceparent`; a malformed one is as good as none.
//! - The call ends when the last byte of its answer has been handed on, or when it is dropped before: that
//!   is `CANCELLED`, whether the caller went away or its deadline passed.
//! - The status is the answer's header where there is one (every refusal of a unary call), else what the
//!   stream of answers ended with ([`CallHandle::watch`]), else `OK`.

use std::mem;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use http::{HeaderMap, Request, Response};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::Code;
use tonic::body::Body;
use tonic::codegen::Body as _;
use tower::{Layer, Service};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::handle::CallHandle;
use super::methods::Methods;
use super::metrics::{Metrics, code_word, is_fault};
use super::names;

/// The header that names the caller's span (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";
/// Where gRPC says how a call ended.
const GRPC_STATUS: &str = "grpc-status";

/// Watches every call of the services below it.
#[derive(Clone, Debug)]
pub struct CallLayer {
    metrics: Metrics,
    methods: Methods,
}

impl CallLayer {
    /// A layer that counts into `metrics` and names calls by `methods`.
    #[must_use]
    pub const fn new(metrics: Metrics, methods: Methods) -> Self {
        Self { metrics, methods }
    }
}

impl<S> Layer<S> for CallLayer {
    type Service = CallService<S>;

    fn layer(&self, inner: S) -> CallService<S> {
        CallService { inner, metrics: self.metrics.clone(), methods: self.methods.clone() }
    }
}

/// A service whose calls are watched.
#[derive(Clone, Debug)]
pub struct CallService<S> {
    inner: S,
    metrics: Metrics,
    methods: Methods,
}

impl<S> Service<Request<Body>> for CallService<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Response<Pin<WatchedBody>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let method = self.methods.label(request.uri().path());
        let mut call = Call::begin(method, self.metrics.clone(), request.headers());
        request.extensions_mut().insert(call.handle.clone());
        let answer = call.span.in_scope(|| self.inner.call(request)).instrument(call.span.clone());
        Box::pin(async move {
            match answer.await {
                Ok(response) => {
                    call.answered(&response);
                    Ok(response.map(|body| Pin::new(WatchedBody { body, call })))
                }
                Err(error) => {
                    call.ends_with(Code::Unknown);
                    Err(error)
                }
            }
        })
    }
}

/// A call until its end: whoever drops it ends it.
#[derive(Debug)]
struct Call {
    method: Arc<str>,
    metrics: Metrics,
    handle: CallHandle,
    began: Instant,
    /// Nothing until the answer is known to be complete.
    code: Option<Code>,
    span: Span,
}

impl Call {
    fn begin(method: Arc<str>, metrics: Metrics, headers: &HeaderMap) -> Self {
        // Its own trace, whatever surrounds the server: the only parent is the caller's.
        let span = tracing::info_span!(
            parent: None,
            names::SPAN_CALL,
            { names::METHOD } = &*method,
            { names::STATUS_CODE } = Empty,
            otel.kind = "server",
            otel.status_code = Empty,
        );
        let parent = TraceContextPropagator::new().extract(&OnlyTraceparent(headers));
        if parent.span().span_context().is_valid() {
            // Fails only where nobody traces.
            drop(span.set_parent(parent));
        }
        let handle = CallHandle::new(Arc::clone(&method), metrics.clone(), span.clone());
        Self { method, metrics, handle, began: Instant::now(), code: None, span }
    }

    /// Looks for a status in the header: an answer without messages has it there.
    fn answered(&mut self, response: &Response<Body>) {
        if let Some(status) = response.headers().get(GRPC_STATUS) {
            self.ends_with(Code::from_bytes(status.as_bytes()));
        } else if !response.status().is_success() {
            self.ends_with(Code::Unknown); // Not gRPC at all, such as a wrong content type.
        }
    }

    const fn ends_with(&mut self, code: Code) {
        self.code = Some(code);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let code = self.code.unwrap_or(Code::Cancelled);
        self.span.record(names::STATUS_CODE, i32::from(code));
        if is_fault(code) {
            self.span.record("otel.status_code", "ERROR");
        }
        let took = self.began.elapsed();
        self.metrics.call(&self.method, code, took);
        self.span.in_scope(|| tracing::debug!(code = code_word(code), ?took, "answered"));
    }
}

/// The caller's headers without those that carry text of their own.
struct OnlyTraceparent<'a>(&'a HeaderMap);

impl Extractor for OnlyTraceparent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).filter(|_| key == TRACEPARENT)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

/// The body of an answer, and the call that ends with it.
///
/// It stands in the answer as a pinned pointer to the body, which is a body too: frames go through
/// untouched, and whether they all went is asked when it is dropped.
#[derive(Debug)]
pub struct WatchedBody {
    body: Body,
    call: Call,
}

impl Deref for WatchedBody {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.body
    }
}

impl DerefMut for WatchedBody {
    fn deref_mut(&mut self) -> &mut Body {
        &mut self.body
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        if self.call.code.is_none() && self.body.is_end_stream() {
            let code = self.call.handle.code();
            self.call.ends_with(code);
        }
        // The stream inside may hold the span; it goes first, so that the span ends with the call.
        drop(mem::take(&mut self.body));
    }
}

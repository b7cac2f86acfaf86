//! Calls: how long they may take, how large their messages may be, and what is said of one that cannot be
//! read. How many may be at work at once is for the service to say, which knows what work they are.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, StreamingService};
use tonic::{Status, Streaming};
use tonic_types::{ErrorDetails, StatusExt};
use tower::{Layer, Service as TowerService};

use super::metered::Metered;
use crate::api::PostBatchesResponse;
use crate::api::ledger_service_server::{LedgerService, LedgerServiceServer};
use crate::service::{BATCH_BYTES_MAX, Batch, BatchCodec, Service};

/// Bytes of messages that callers have begun and not ended, all together, what is free for each aside.
const UNREAD_BYTES_MAX: usize = 64 << 20;
/// Bytes of one message, batches aside: 256 transfers and their text fit many times.
pub const MESSAGE_BYTES_MAX: usize = 256 << 10;
/// What is said of a larger one.
pub const TOO_LARGE: &str = "the message must be at most 262,144 bytes; nothing was done";
/// The one call whose messages may be larger.
const POST_BATCHES: &str = "/hourbook.v1.LedgerService/PostBatches";

/// LedgerService, with room for large messages only where batches are posted, where what is in them is
/// counted before it is read: what a caller may make the server hold in memory is bounded by the call.
#[derive(Clone)]
pub struct Sized {
    single: LedgerServiceServer<Service>,
    batches: Batches,
}

/// PostBatches alone.
#[derive(Clone)]
struct Batches(Service);

impl StreamingService<Batch> for Batches {
    type Response = PostBatchesResponse;
    type ResponseStream = <Service as LedgerService>::PostBatchesStream;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Self::ResponseStream>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Streaming<Batch>>) -> Self::Future {
        let service = self.0.clone();
        Box::pin(async move { service.batches(request) })
    }
}

impl Sized {
    /// Both ways to the same service.
    pub fn new(service: Service) -> Self {
        Self {
            single: LedgerServiceServer::new(service.clone()).max_decoding_message_size(MESSAGE_BYTES_MAX),
            batches: Batches(service),
        }
    }
}

impl NamedService for Sized {
    const NAME: &'static str = <LedgerServiceServer<Service> as NamedService>::NAME;
}

impl TowerService<Request<Body>> for Sized {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if request.uri().path() != POST_BATCHES {
            return self.single.call(request);
        }
        let batches = self.batches.clone();
        let mut grpc =
            Grpc::new(BatchCodec(self.batches.0.clone())).max_decoding_message_size(BATCH_BYTES_MAX);
        Box::pin(async move { Ok(grpc.streaming(batches, request).await) })
    }
}

/// Gives every call its time, and its message a share of the memory there is for messages that are not
/// read yet.
#[derive(Clone)]
pub struct InTime<S> {
    inner: S,
    budget: Arc<Semaphore>,
    call_max: Duration,
}

/// Makes [`InTime`]; all of its services share one budget.
#[derive(Clone)]
pub struct InTimeLayer {
    budget: Arc<Semaphore>,
    call_max: Duration,
}

impl InTime<()> {
    /// The layer; a call has `call_max` for the head of its answer.
    pub fn layer(call_max: Duration) -> InTimeLayer {
        InTimeLayer { budget: Arc::new(Semaphore::new(UNREAD_BYTES_MAX)), call_max }
    }
}

impl InTimeLayer {
    /// The memory for messages that are not read yet, in bytes.
    pub fn budget(&self) -> Arc<Semaphore> {
        Arc::clone(&self.budget)
    }
}

impl<S> Layer<S> for InTimeLayer {
    type Service = InTime<S>;

    fn layer(&self, inner: S) -> InTime<S> {
        InTime { inner, budget: Arc::clone(&self.budget), call_max: self.call_max }
    }
}

impl<S> TowerService<Request<Body>> for InTime<S>
where
    S: TowerService<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // Streams of batches are few and read as they come: they have bounds of their own.
        let request = if request.uri().path() == POST_BATCHES {
            request
        } else {
            request.map(|body| Body::new(Metered::new(body, Arc::clone(&self.budget))))
        };
        let answer = tokio::time::timeout(self.call_max, self.inner.call(request));
        Box::pin(async move { answer.await.unwrap_or_else(|_| Ok(too_long().into_http())).map(in_our_words) })
    }
}

fn too_long() -> Status {
    let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(1)));
    let message =
        "the call took too long; whether it was done is not known, ask again with the same request id";
    Status::with_error_details(tonic::Code::Unavailable, message, details)
}

/// The transport calls a message that is too large or cannot be read OUT_OF_RANGE and INTERNAL, which none
/// of our own answers is: it is the caller's message that must change.
fn in_our_words(response: Response<Body>) -> Response<Body> {
    let Some(status) = Status::from_header_map(response.headers()) else { return response };
    let message = if status.code() == tonic::Code::OutOfRange {
        TOO_LARGE.to_owned()
    } else if status.code() == tonic::Code::Internal {
        format!("the message cannot be read: {}", status.message())
    } else {
        return response;
    };
    unreadable(message).into_http()
}

/// A message that cannot be read, as is said in `message`. No field can be named.
pub fn unreadable(message: String) -> Status {
    let details = ErrorDetails::with_bad_request_violation("", message.clone());
    Status::with_error_details(tonic::Code::InvalidArgument, message, details)
}

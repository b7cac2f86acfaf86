//! What a handler may know of its call: how a stream of answers ends.
//!
//! A stream that breaks off says its status in the trailers, which pass by the layer unseen; so the
//! stream itself is watched where the handler makes it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::task::{Context, Poll};

use tokio_stream::Stream;
use tonic::{Code, Extensions, Status};
use tracing::Span;

use super::metrics::{Metrics, StreamOpen};

/// A call, as its handler finds it in the extensions of the request. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct CallHandle {
    /// None outside of a watched call: a handler called by a test.
    call: Option<Arc<Watching>>,
}

#[derive(Debug)]
struct Watching {
    method: Arc<str>,
    metrics: Metrics,
    span: Span,
    /// `OK` until the stream of answers says otherwise.
    code: AtomicI32,
}

impl CallHandle {
    /// The call a request belongs to, from [`tonic::Request::extensions`].
    #[must_use]
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// A call that begins.
    pub(super) fn new(method: Arc<str>, metrics: Metrics, span: Span) -> Self {
        let code = AtomicI32::new(i32::from(Code::Ok));
        Self { call: Some(Arc::new(Watching { method, metrics, span, code })) }
    }

    /// Notes how the stream of answers ends, counts it while it is open, and runs it inside the span of the
    /// call.
    pub fn watch<S>(&self, stream: S) -> WatchedStream<S> {
        let open = self.call.as_ref().map(|call| call.metrics.stream_opened(&call.method));
        WatchedStream { stream, handle: self.clone(), _open: open }
    }

    /// What the stream of answers ended with; `OK` if nothing else is known.
    pub(super) fn code(&self) -> Code {
        self.call.as_ref().map_or(Code::Ok, |call| Code::from(call.code.load(Ordering::Relaxed)))
    }
}

/// A stream of answers that is watched.
#[derive(Debug)]
pub struct WatchedStream<S> {
    stream: S,
    handle: CallHandle,
    _open: Option<StreamOpen>,
}

impl<S, T> Stream for WatchedStream<S>
where
    S: Stream<Item = Result<T, Status>> + Unpin,
{
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(call) = &this.handle.call else { return Pin::new(&mut this.stream).poll_next(context) };
        let polled = call.span.in_scope(|| Pin::new(&mut this.stream).poll_next(context));
        if let Poll::Ready(Some(Err(status))) = &polled {
            call.code.store(i32::from(status.code()), Ordering::Relaxed);
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

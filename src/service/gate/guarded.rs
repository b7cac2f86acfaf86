//! The body of an answer that goes on: it ends with its caller, and gives back their place among streams.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::HeaderMap;
use http_body::{Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tonic::Status;
use tonic::body::Body;

use crate::access::End;
use crate::service::not_done::NotDone;

/// The end of a caller, to come.
type Ended = Pin<Box<dyn Future<Output = End> + Send>>;

/// How long an answer may go on.
pub(super) struct GoesOn {
    /// Until then; none once that was said.
    ended: Option<Ended>,
    /// Among the streams of its caller.
    _place: Option<OwnedSemaphorePermit>,
}

impl GoesOn {
    /// Until `ended`.
    pub(super) fn new(ended: Ended, place: Option<OwnedSemaphorePermit>) -> Self {
        Self { ended: Some(ended), _place: place }
    }

    /// `body`, and no longer.
    pub(super) fn guard(self, body: Body) -> Body {
        Body::new(Guarded { body, goes_on: self })
    }
}

struct Guarded {
    body: Body,
    goes_on: GoesOn,
}

impl http_body::Body for Guarded {
    type Data = prost::bytes::Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let Some(ended) = &mut self.goes_on.ended else { return Poll::Ready(None) };
        if let Poll::Ready(end) = ended.as_mut().poll(context) {
            self.goes_on.ended = None;
            self.body = Body::empty(); // Whoever fills it hears that nobody listens.
            let status: Status = NotDone::ended(end).into();
            let mut trailers = HeaderMap::new();
            return Poll::Ready(Some(match status.add_header(&mut trailers) {
                Ok(()) => Ok(Frame::trailers(trailers)),
                Err(status) => Err(status),
            }));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.goes_on.ended.is_none() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

//! The body of a call, as far as it has come: what callers begin and do not end shares a bounded memory.
//!
//! A small message needs no share, so that whoever speaks plainly is never kept out by those who dribble.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// Bytes of a body that need no share.
const FREE_BYTES: usize = 8 << 10;

/// What one call has come to need of the memory; given back when it is dropped.
pub struct Share {
    budget: Arc<Semaphore>,
    free_left: usize,
    taken: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Nothing yet of `budget`, which counts bytes.
    pub const fn new(budget: Arc<Semaphore>) -> Self {
        Self { budget, free_left: FREE_BYTES, taken: None }
    }

    /// Takes so many bytes more.
    ///
    /// # Errors
    /// RESOURCE_EXHAUSTED if there are no more.
    pub fn take(&mut self, bytes: usize) -> Result<(), Status> {
        let free = bytes.min(self.free_left);
        self.free_left -= free;
        let Ok(wanted @ 1..) = u32::try_from(bytes - free) else { return Ok(()) };
        let share = Arc::clone(&self.budget).try_acquire_many_owned(wanted).map_err(|_| busy())?;
        match &mut self.taken {
            Some(held) => held.merge(share),
            None => self.taken = Some(share),
        }
        Ok(())
    }
}

/// A body that takes its share as it comes, and gives it back when it has been read.
pub struct Metered {
    inner: Body,
    share: Share,
}

impl Metered {
    /// The body, with a share of `budget`, which counts bytes.
    pub const fn new(inner: Body, budget: Arc<Semaphore>) -> Self {
        Self { inner, share: Share::new(budget) }
    }
}

fn busy() -> Status {
    let details = ErrorDetails::with_retry_info(Some(Duration::from_millis(100)));
    let message = "too many large messages come at once; nothing was done, ask again shortly";
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

impl HttpBody for Metered {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(frame) = ready!(Pin::new(&mut self.inner).poll_frame(context)) else {
            return Poll::Ready(None);
        };
        let taken = frame.and_then(|frame| {
            self.share.take(frame.data_ref().map_or(0, Bytes::len))?;
            Ok(frame)
        });
        Poll::Ready(Some(taken))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: small messages need no share; large ones take theirs, are refused beyond it, and give it back.
    #[test]
    fn shares_are_taken_and_given_back() {
        let budget = Arc::new(Semaphore::new(1_000));
        let share = || Share::new(Arc::clone(&budget));
        let (mut small, mut large, mut other) = (share(), share(), share());
        small.take(FREE_BYTES).unwrap();
        large.take(FREE_BYTES + 400).unwrap();
        large.take(600).unwrap();
        assert_eq!(budget.available_permits(), 0);
        assert_eq!(other.take(FREE_BYTES + 1).unwrap_err().code(), Code::ResourceExhausted);
        small.take(0).unwrap();
        drop(large);
        assert_eq!(budget.available_permits(), 1_000);
    }
}

//! The body of a call asked with JSON, as the body of a gRPC call: read when the call is reached, not before.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;
use prost::Message;
use prost_reflect::MessageDescriptor;
use tokio::sync::Semaphore;
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::asked::Writing;
use super::reading;
use crate::server::calls::{MESSAGE_BYTES_MAX, TOO_LARGE, unreadable};
use crate::server::metered::Share;

/// Bytes that are read of a body that is too large, and forgotten: whoever still sends does not hear an answer.
const FORGOTTEN_BYTES_MAX: usize = 4 << 20;
/// How long is waited for a body that nobody wants.
const FORGOTTEN_TIME_MAX: Duration = Duration::from_secs(1);

/// A message that is being read.
pub struct Translated {
    message: Option<Reading>,
}

/// The frame of a message, once it was read.
type Reading = Pin<Box<dyn Future<Output = Result<Bytes, Status>> + Send>>;

impl Translated {
    /// What `body` says in `writing` is a message of `input`; its bytes are counted in `budget`.
    pub fn new(body: Body, writing: Writing, input: MessageDescriptor, budget: Arc<Semaphore>) -> Self {
        let message = async move {
            let mut share = Share::new(budget);
            let said = whole(body, &mut share).await?;
            match writing {
                Writing::Json => framed(&from_json(&input, &said)?),
                Writing::Binary => framed(&said),
            }
        };
        Self { message: Some(Box::pin(message)) }
    }
}

impl HttpBody for Translated {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(message) = &mut self.message else { return Poll::Ready(None) };
        let message = ready!(message.as_mut().poll(context));
        self.message = None;
        Poll::Ready(Some(message.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.message.is_none()
    }
}

/// Reads and forgets what still comes with a request that is refused, or the connection would be cut before
/// the caller heard why; not much of it, and not for long.
pub async fn forget(mut body: Body) {
    let forgotten = async {
        let mut bytes = 0_usize;
        while let Some(Ok(frame)) = body.frame().await {
            bytes = bytes.saturating_add(frame.data_ref().map_or(0, Bytes::len));
            if bytes > FORGOTTEN_BYTES_MAX {
                return;
            }
        }
    };
    let _in_time = tokio::time::timeout(FORGOTTEN_TIME_MAX, forgotten).await;
}

async fn whole(mut body: Body, share: &mut Share) -> Result<Vec<u8>, Status> {
    let (mut said, mut bytes) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        bytes = bytes.saturating_add(data.len());
        if bytes <= MESSAGE_BYTES_MAX {
            share.take(data.len())?;
            said.extend_from_slice(&data);
        } else if bytes > FORGOTTEN_BYTES_MAX {
            break;
        } else {
            said = Vec::new();
        }
    }
    if bytes > MESSAGE_BYTES_MAX { Err(unreadable(TOO_LARGE.to_owned())) } else { Ok(said) }
}

fn from_json(input: &MessageDescriptor, json: &[u8]) -> Result<Vec<u8>, Status> {
    let message = reading::read(input, json).map_err(|mistake| {
        let details = ErrorDetails::with_bad_request_violation(mistake.field.clone(), mistake.what.clone());
        Status::with_error_details(Code::InvalidArgument, mistake.sentence(), details)
    })?;
    Ok(message.encode_to_vec())
}

/// The frame of gRPC around a message: not compressed, and how long it is.
fn framed(message: &[u8]) -> Result<Bytes, Status> {
    let length = u32::try_from(message.len()).map_err(|_| unreadable(TOO_LARGE.to_owned()))?;
    Ok([&[0], &length.to_be_bytes()[..], message].concat().into())
}

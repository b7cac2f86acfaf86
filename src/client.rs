//! What a client of ours shows with every call: its key, if it has one.
//!
//! The key joins a call below everything that prints one, and what keeps it does not print it.
//!
//! It is not marked "never index" for HTTP/2: so it goes over a connection once, and then as one byte. That mark is
//! for what can be guessed bit by bit; a key has 256 random ones.

use std::fmt;
use std::task::{Context, Poll};

use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response};
use tonic::body::Body;
use tonic::transport::{Channel, channel};
use tower::Service;

use crate::domain::KeyText;

/// What is shown.
#[derive(Clone)]
pub struct Shown(Option<HeaderValue>);

/// A channel that shows a key, or none.
#[derive(Clone, Debug)]
pub struct Wire {
    channel: Channel,
    shown: Shown,
}

impl Shown {
    /// Nothing: for a network that has no keys yet.
    pub const NOTHING: Self = Self(None);

    /// This key.
    #[must_use]
    pub fn key(key: &KeyText) -> Self {
        Self(HeaderValue::try_from(format!("Bearer {}", key.reveal())).ok())
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    /// With every call on `channel`.
    #[must_use]
    pub const fn on(self, channel: Channel) -> Wire {
        Wire { channel, shown: self }
    }

    /// Puts it into the head of a call.
    pub fn join<B>(&self, request: &mut Request<B>) {
        if let Some(value) = &self.0 {
            request.headers_mut().insert(AUTHORIZATION, value.clone());
        }
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_nothing() { "no key" } else { "a key" })
    }
}

impl Service<Request<Body>> for Wire {
    type Response = Response<Body>;
    type Error = tonic::transport::Error;
    type Future = channel::ResponseFuture;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.channel.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        self.shown.join(&mut request);
        self.channel.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    /// Goal: the key is shown to the server and not printed; no key is nothing. Method: a request, and Debug.
    #[test]
    fn a_key_is_shown_and_not_printed() {
        let key = KeyText::new(7, Secret::zeroed());
        let shown = Shown::key(&key);
        let mut request = Request::new(());
        shown.join(&mut request);
        let carried = request.headers().get("authorization").unwrap().to_str().unwrap();
        assert_eq!(carried, format!("Bearer {}", key.reveal()));
        assert!(!format!("{shown:?}").contains("hbk_"));
        let mut request = Request::new(());
        Shown::NOTHING.join(&mut request);
        assert!(Shown::NOTHING.is_nothing() && !shown.is_nothing());
        assert!(request.headers().is_empty());
    }
}

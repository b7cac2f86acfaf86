//! What a client of ours shows with every call: its key, if it has one.
//!
//! The key is in one header and marked as not to be printed, so that no Debug output has it.

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::domain::KeyText;

/// A channel that shows a key, or none.
pub type Wire = InterceptedService<Channel, Shown>;

/// What is shown.
#[derive(Clone, Debug)]
pub struct Shown(Option<MetadataValue<Ascii>>);

impl Shown {
    /// Nothing: for a network that has no keys yet.
    pub const NOTHING: Self = Self(None);

    /// This key.
    #[must_use]
    pub fn key(key: &KeyText) -> Self {
        let value = format!("Bearer {}", key.reveal()).parse::<MetadataValue<Ascii>>();
        Self(value.ok().map(|mut value| {
            value.set_sensitive(true);
            value
        }))
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    /// With every call on `channel`.
    #[must_use]
    pub fn on(self, channel: Channel) -> Wire {
        InterceptedService::new(channel, self)
    }
}

impl Interceptor for Shown {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    /// Goal: the key is shown to the server and to nobody else. Method: a request, and its Debug form.
    #[test]
    fn a_key_is_shown_and_not_printed() {
        let key = KeyText::new(7, Secret::zeroed());
        let mut shown = Shown::key(&key);
        let request = shown.call(Request::new(())).unwrap();
        let carried = request.metadata().get("authorization").unwrap().to_str().unwrap();
        assert_eq!(carried, format!("Bearer {}", key.reveal()));
        assert!(!format!("{shown:?} {request:?}").contains("hbk_"));
        let mut nothing = Shown::NOTHING;
        assert!(nothing.is_nothing() && !shown.is_nothing());
        assert!(nothing.call(Request::new(())).unwrap().metadata().is_empty());
    }
}

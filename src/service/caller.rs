//! Who calls: the one place of this layer that says so.
//!
//! Whoever stands in front of every call may have found out already and left the caller beside the request;
//! else the key in its headers is looked up here. Without a key it is the local operator, as long as the
//! network has none.

use std::sync::Arc;

use tonic::Request;

use super::Service;
use super::not_done::NotDone;
use crate::access::{AccessMode, Caller, KeyError};

/// Where a key is shown, and the word before it.
const HEADER: &str = "authorization";
const SCHEME: &str = "Bearer ";

impl Service {
    /// Who calls.
    ///
    /// # Errors
    /// [`NotDone::NotLetIn`] where nobody is let in, `NotServing` while the books are not open.
    pub(super) fn caller<T>(&self, request: &Request<T>) -> Result<Arc<Caller>, NotDone> {
        if let Some(caller) = request.extensions().get::<Arc<Caller>>() {
            return Ok(Arc::clone(caller));
        }
        let books = self.books()?;
        let Some(shown) = request.metadata().get(HEADER) else {
            return match books.access.mode() {
                AccessMode::LocalOnly => Ok(Arc::new(Caller::local_operator())),
                AccessMode::Keys => Err(NotDone::NotLetIn(
                    "this network has keys: show yours as 'authorization: Bearer hbk_…'".to_owned(),
                )),
            };
        };
        let key = shown.to_str().ok().and_then(|shown| shown.strip_prefix(SCHEME));
        let checked = key.map_or(Err(KeyError::Malformed), |key| books.access.check(key, books.access.now()));
        checked.map_err(|error| {
            self.shared.metrics.key_refused(error.word());
            NotDone::NotLetIn(error.to_string())
        })
    }
}

//! The gate: one layer in front of every call and every stream.
//!
//! It knows who calls, by key or by token, whether their role may make the call, and leaves [`Allowed`] beside the
//! request for the handler, which sees and moves nothing in the books without it. A call that is not in the table
//! of rules does not exist. An answer that goes on is cut when its caller ends: the key revoked, replaced or past
//! its time, or the token, within about a second.
//!
//! | to find | look in |
//! |---|---|
//! | who calls | `who.rs`; who shows wrong keys: `guessing.rs` |
//! | what ends a stream | `guarded.rs` |
//! | which call is for whom | `access::calls` |

mod guarded;
mod guessing;
mod who;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service as TowerService};

use super::Service;
use super::not_done::NotDone;
use crate::access::calls::{self, Entrance};
use crate::access::{Allowed, Caller, Rule};
use guarded::GoesOn;
pub use guessing::Guessing;
use who::Comes;
pub use who::Peer;

/// The calls whose answers go on. A test compares them with the descriptors.
pub const STREAMS: [&str; 6] = [
    "hourbook.v1.AuditService/Verify",
    "hourbook.v1.DirectoryService/StreamLetters",
    "hourbook.v1.HookService/WatchEvents",
    "hourbook.v1.LedgerService/PostBatches",
    "hourbook.v1.LedgerService/WatchEntries",
    "hourbook.v1.RedemptionService/WatchRedemptions",
];

/// Puts the gate before the services below it.
#[derive(Clone)]
pub struct GateLayer(Service);

/// A service behind the gate.
#[derive(Clone)]
pub struct Gate<S> {
    inner: S,
    service: Service,
}

impl GateLayer {
    /// The gate of the books that `service` answers from.
    #[must_use]
    pub const fn new(service: Service) -> Self {
        Self(service)
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate { inner, service: self.0.clone() }
    }
}

/// An answer to come.
type Answer<E> = Pin<Box<dyn Future<Output = Result<Response<Body>, E>> + Send>>;

impl<S> TowerService<Request<Body>> for Gate<S>
where
    S: TowerService<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let rule = match calls::entrance(request.uri().path()) {
            Some(Entrance::Anybody) => return Box::pin(self.inner.call(request)),
            Some(Entrance::Known(rule)) => rule,
            None => {
                let unknown = Status::unimplemented("there is no such call").into_http();
                return Box::pin(async move { Ok(unknown) });
            }
        };
        let peer = request.extensions().get::<Peer>().copied().unwrap_or(Peer::NOWHERE);
        let service = self.service.clone();
        match self.service.who_comes(request.headers(), peer) {
            Ok(Comes::Caller(caller)) => service.pass(&mut self.inner, rule, caller, request),
            Ok(Comes::WithToken(token)) => {
                // The one that was asked whether it is ready is the one to call.
                let next = self.inner.clone();
                let mut inner = std::mem::replace(&mut self.inner, next);
                Box::pin(async move {
                    match service.who_comes_with(&token).await {
                        Ok(caller) => service.pass(&mut inner, rule, caller, request).await,
                        Err(not_in) => Ok(service.turn_away(peer, not_in).await.into_http()),
                    }
                })
            }
            Err(not_in) => Box::pin(async move { Ok(service.turn_away(peer, not_in).await.into_http()) }),
        }
    }
}

impl Service {
    /// Lets `caller` through to `inner`, if their role may make this call, and not too fast.
    fn pass<S>(
        &self,
        inner: &mut S,
        rule: &Rule,
        caller: Arc<Caller>,
        mut request: Request<Body>,
    ) -> Answer<S::Error>
    where
        S: TowerService<Request<Body>, Response = Response<Body>>,
        S::Future: Send + 'static,
        S::Error: 'static,
    {
        let (allowed, goes_on) = match self.admit(rule, caller) {
            Ok(admitted) => admitted,
            Err(not_done) => {
                let refused = self.status_of(not_done).into_http();
                return Box::pin(async move { Ok(refused) });
            }
        };
        request.extensions_mut().insert(allowed);
        let answer = inner.call(request);
        match goes_on {
            None => Box::pin(answer),
            Some(goes_on) => Box::pin(async move { Ok(answer.await?.map(|body| goes_on.guard(body))) }),
        }
    }

    /// What `caller` may ask this call for, and how long its answer may go on, if it is one that does.
    fn admit(&self, rule: &Rule, caller: Arc<Caller>) -> Result<(Allowed, Option<GoesOn>), NotDone> {
        let (capacity, pace) = (caller.capacity, caller.pace.clone());
        if pace.as_ref().is_some_and(|pace| !pace.may_call()) {
            self.shared.metrics.caller_refused("too_fast");
            return Err(NotDone::Busy("calls with this key or token come too fast"));
        }
        let allowed = Allowed::new(caller, rule)
            .ok_or_else(|| NotDone::may_not_call(capacity, rule.call, rule.extent(capacity)))?;
        if !STREAMS.contains(&rule.call) {
            return Ok((allowed, None));
        }
        let place = pace.map(|pace| pace.begin_stream().ok_or(())).transpose().map_err(|()| {
            self.shared.metrics.caller_refused("too_many_streams");
            NotDone::Busy("16 streams with this key or token are open")
        })?;
        let goes_on = GoesOn::new(Box::pin(self.books()?.until_ended(&allowed)), place);
        Ok((allowed, Some(goes_on)))
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    /// Goal: every call of the API has a rule, every rule a call, and the streams are those that go on.
    /// Method: the descriptors.
    #[test]
    fn every_call_has_a_rule() {
        let described = FileDescriptorSet::decode(crate::api::DESCRIPTORS).unwrap();
        let (mut calls, mut streams) = (Vec::new(), Vec::new());
        for file in described.file.iter().filter(|file| file.package() == "hourbook.v1") {
            for service in &file.service {
                for method in &service.method {
                    let call = format!("hourbook.v1.{}/{}", service.name(), method.name());
                    if method.server_streaming() {
                        streams.push(call.clone());
                    }
                    calls.push(call);
                }
            }
        }
        calls.sort();
        streams.sort();
        assert_eq!(calls, calls::RULES.map(|rule| rule.call));
        assert_eq!(streams, STREAMS);
    }
}

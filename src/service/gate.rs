//! The gate: one layer in front of every call and every stream.
//!
//! It knows who calls, by key or by token, whether their role may make the call, and leaves [`Allowed`] beside the
//! request for the handler, which sees and moves nothing in the books without it. A call that is not in the table
//! of rules does not exist. An answer that goes on is cut when its caller ends: the key revoked, replaced or past
//! its time, or the token, within about a second.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tonic::body::Body;
use tonic::{Extensions, Status};
use tower::{Layer, Service as TowerService};

use super::Service;
use super::not_done::NotDone;
use crate::access::calls::{self, Entrance};
use crate::access::{AccessMode, Allowed, Caller, End, KeyError, LoginError, Rule};
use crate::domain::KeyText;

/// Where a key or a token is shown, and the word before it.
const HEADER: &str = "authorization";
const SCHEME: &str = "Bearer ";
/// The calls whose answers go on. A test compares them with the descriptors.
pub const STREAMS: [&str; 3] = [
    "hourbook.v1.AuditService/Verify",
    "hourbook.v1.LedgerService/PostBatches",
    "hourbook.v1.LedgerService/WatchEntries",
];

/// From where a call comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(IpAddr);

impl Peer {
    /// The peer at this address.
    #[must_use]
    pub const fn at(address: SocketAddr) -> Self {
        // Who listens on [::] hears of IPv4 in the clothes of IPv6.
        Self(address.ip().to_canonical())
    }

    /// Whether it is this machine.
    #[must_use]
    pub const fn is_this_machine(self) -> bool {
        self.0.is_loopback()
    }
}

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
        match self.service.who_shows(request.headers(), request.extensions()) {
            Comes::Known(caller) => self.service.pass(&mut self.inner, rule, caller, request),
            Comes::WithToken(token) => {
                // The one that was asked whether it is ready is the one to call.
                let next = self.inner.clone();
                let mut inner = std::mem::replace(&mut self.inner, next);
                let service = self.service.clone();
                Box::pin(async move {
                    let caller = service.comes_with(&token).await;
                    service.pass(&mut inner, rule, caller, request).await
                })
            }
        }
    }
}

/// Who comes.
enum Comes {
    /// Who it is, or why nobody.
    Known(Result<Arc<Caller>, NotDone>),
    /// Somebody with a token, which takes longer to judge.
    WithToken(Box<str>),
}

type Ended = Pin<Box<dyn Future<Output = End> + Send>>;

impl Service {
    /// Lets `caller` through to `inner`, if their role may make this call.
    fn pass<S>(
        &self,
        inner: &mut S,
        rule: &Rule,
        caller: Result<Arc<Caller>, NotDone>,
        mut request: Request<Body>,
    ) -> Answer<S::Error>
    where
        S: TowerService<Request<Body>, Response = Response<Body>>,
        S::Future: Send + 'static,
        S::Error: 'static,
    {
        let allowed = caller.and_then(|caller| {
            let capacity = caller.capacity;
            Allowed::new(caller, rule).ok_or_else(|| NotDone::may_not_call(capacity, rule.call))
        });
        let allowed = match allowed {
            Ok(allowed) => allowed,
            Err(not_done) => {
                let refused = self.status_of(not_done).into_http();
                return Box::pin(async move { Ok(refused) });
            }
        };
        let goes_on = STREAMS.contains(&rule.call).then(|| self.until_ended(&allowed));
        request.extensions_mut().insert(allowed);
        let answer = inner.call(request);
        match goes_on {
            None => Box::pin(answer),
            Some(ended) => Box::pin(async move {
                Ok(answer.await?.map(|body| Body::new(Guarded { body, ended: Some(ended) })))
            }),
        }
    }

    fn who_shows(&self, headers: &HeaderMap, around: &Extensions) -> Comes {
        let books = match self.books() {
            Ok(books) => books,
            Err(not_done) => return Comes::Known(Err(not_done)),
        };
        let Some(shown) = headers.get(HEADER) else {
            let is_here = around.get::<Peer>().is_some_and(|peer| peer.is_this_machine());
            return Comes::Known(match books.access.mode() {
                AccessMode::LocalOnly if is_here => Ok(Arc::clone(&self.shared.local_operator)),
                AccessMode::LocalOnly => Err(NotDone::NotLetIn(
                    "this network has no keys yet and answers its own machine only: run 'hourbook init' there"
                        .to_owned(),
                )),
                AccessMode::Keys => Err(NotDone::NotLetIn(
                    "this network has keys: show yours as 'authorization: Bearer hbk_…'".to_owned(),
                )),
            });
        };
        let shown = shown.to_str().ok().and_then(|shown| shown.strip_prefix(SCHEME));
        let checked = match shown {
            Some(shown) if self.shared.tokens.is_some() && !KeyText::is_meant(shown) => {
                return Comes::WithToken(shown.into());
            }
            Some(key) => books.access.check(key, books.access.now()),
            None => Err(KeyError::Malformed),
        };
        Comes::Known(checked.map_err(|error| self.not_let_in(error.word(), &error)))
    }

    /// Who comes with this token; whoever comes for the first time is written down.
    async fn comes_with(&self, token: &str) -> Result<Arc<Caller>, NotDone> {
        let books = self.books()?;
        let tokens = self.shared.tokens.as_ref().ok_or(NotDone::NotServing("tokens are not taken here"))?;
        let token = match tokens.verify(token).await {
            Ok(token) => token,
            Err(error) if error.is_unavailable() => {
                return Err(NotDone::NotServing(
                    "the keys of the tokens' issuer cannot be fetched now, so no token can be checked; ask again \
                     shortly",
                ));
            }
            Err(error) => return Err(self.not_let_in(error.word(), &error)),
        };
        let caller = match books.access.login(&token) {
            Ok(Some(caller)) => Ok(caller),
            Ok(None) => {
                let met = books.writing(move |books| Ok(books.access.meet(&books.network, &token)));
                met.await?
            }
            Err(error) => Err(error),
        };
        caller.map(Arc::new).map_err(|error| match error {
            LoginError::NotMade(not_made) => books.not_made(not_made),
            error @ (LoginError::NotBegun
            | LoginError::KeyringLost
            | LoginError::NotLinked
            | LoginError::Reach(_)) => self.not_let_in(error.word(), &error),
        })
    }

    fn not_let_in(&self, why: &'static str, error: &impl ToString) -> NotDone {
        self.shared.metrics.caller_refused(why);
        NotDone::NotLetIn(error.to_string())
    }

    fn until_ended(&self, allowed: &Allowed) -> Ended {
        let (books, caller) = (self.shared.installation.get().cloned(), Arc::clone(allowed.caller()));
        Box::pin(async move {
            match books {
                Some(books) => caller.until_ended(books.access.clock()).await,
                None => std::future::pending().await, // Nobody is let in before the books are open.
            }
        })
    }
}

/// The body of an answer that goes on, until its caller's end.
struct Guarded {
    body: Body,
    /// None once it was said.
    ended: Option<Ended>,
}

impl http_body::Body for Guarded {
    type Data = prost::bytes::Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let Some(ended) = &mut self.ended else { return Poll::Ready(None) };
        if let Poll::Ready(end) = ended.as_mut().poll(context) {
            self.ended = None;
            self.body = Body::empty(); // Whoever fills it hears that nobody listens.
            let status: Status = NotDone::NotLetIn(end_words(end).to_owned()).into();
            let mut trailers = HeaderMap::new();
            return Poll::Ready(Some(match status.add_header(&mut trailers) {
                Ok(()) => Ok(Frame::trailers(trailers)),
                Err(status) => Err(status),
            }));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.ended.is_none() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

const fn end_words(end: End) -> &'static str {
    match end {
        End::Revoked => "the key was revoked",
        End::Replaced => "the key was replaced by another one: show that one",
        End::Expired => "the key, or the token, is past its time",
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

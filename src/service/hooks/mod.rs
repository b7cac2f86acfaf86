//! HookService, call by call.
//!
//! | to find | look in |
//! |---|---|
//! | making, changing and ending an endpoint; listing them | `endpoints.rs`; pausing one: `pausing.rs` |
//! | which endpoint a call is about, and how something is said of it | `named.rs` |
//! | what was sent or is to be; once more; a test | `deliveries.rs` |
//! | events as a stream | `watching.rs` |
//! | keys: what signs, what is shown of them, another one | `keys.rs` |
//! | the events of entries, with the earlier ones they rest on | `earlier.rs` |
//! | messages become endpoints, endpoints and deliveries become messages | `messages.rs` |

mod deliveries;
mod earlier;
mod endpoints;
mod keys;
mod messages;
mod named;
mod pausing;
mod watching;

use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::Service;
use super::installation::Installation;
use crate::api::hook_service_server::HookService;
use crate::api::*;
use crate::telemetry::{CallHandle, WatchedStream};

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl HookService for Service {
    async fn create_endpoint(
        &self,
        request: Request<CreateEndpointRequest>,
    ) -> Answer<CreateEndpointResponse> {
        self.change(request, Installation::create_endpoint).await
    }

    async fn update_endpoint(
        &self,
        request: Request<UpdateEndpointRequest>,
    ) -> Answer<UpdateEndpointResponse> {
        self.change(request, Installation::update_endpoint).await
    }

    async fn rotate_endpoint_key(
        &self,
        request: Request<RotateEndpointKeyRequest>,
    ) -> Answer<RotateEndpointKeyResponse> {
        self.change(request, Installation::rotate_endpoint_key).await
    }

    async fn pause_endpoint(&self, request: Request<PauseEndpointRequest>) -> Answer<PauseEndpointResponse> {
        self.change(request, Installation::pause_endpoint).await
    }

    async fn resume_endpoint(
        &self,
        request: Request<ResumeEndpointRequest>,
    ) -> Answer<ResumeEndpointResponse> {
        self.change(request, Installation::resume_endpoint).await
    }

    async fn delete_endpoint(
        &self,
        request: Request<DeleteEndpointRequest>,
    ) -> Answer<DeleteEndpointResponse> {
        self.change(request, Installation::delete_endpoint).await
    }

    async fn list_endpoints(&self, request: Request<ListEndpointsRequest>) -> Answer<ListEndpointsResponse> {
        self.read(request, Installation::list_endpoints).await
    }

    async fn list_deliveries(
        &self,
        request: Request<ListDeliveriesRequest>,
    ) -> Answer<ListDeliveriesResponse> {
        self.read(request, Installation::list_deliveries).await
    }

    async fn replay_deliveries(
        &self,
        request: Request<ReplayDeliveriesRequest>,
    ) -> Answer<ReplayDeliveriesResponse> {
        self.change(request, Installation::replay_deliveries).await
    }

    async fn send_test_event(&self, request: Request<SendTestEventRequest>) -> Answer<SendTestEventResponse> {
        self.change(request, Installation::send_test_event).await
    }

    type WatchEventsStream = WatchedStream<ReceiverStream<Result<WatchEventsResponse, Status>>>;

    async fn watch_events(&self, request: Request<WatchEventsRequest>) -> Answer<Self::WatchEventsStream> {
        let call = CallHandle::of(request.extensions());
        let stream = self
            .allowed(&request)
            .and_then(|(_, allowed)| watching::stream(self, allowed, request.get_ref()));
        self.answer(stream.map(|stream| call.watch(stream)))
    }
}

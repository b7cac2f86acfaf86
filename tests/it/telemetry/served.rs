//! A small service under the layer, on a thread whose telemetry is the test's own.

use std::pin::Pin;
use std::thread::JoinHandle;

use hourbook::api::audit_service_server::{AuditService, AuditServiceServer};
use hourbook::api::{DESCRIPTORS, TrialBalanceRequest, TrialBalanceResponse, VerifyRequest, VerifyResponse};
use hourbook::telemetry::{CallHandle, CallLayer, Methods, Telemetry, names};
use tokio::sync::oneshot;
use tokio_stream::Stream;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};

/// What a caller writes and nobody may read in telemetry.
pub const MARKER: &str = "AnnBakerOf14QuaySt";

struct Audit;

type Answers = Pin<Box<dyn Stream<Item = Result<VerifyResponse, Status>> + Send>>;

#[tonic::async_trait]
impl AuditService for Audit {
    type VerifyStream = Answers;

    async fn trial_balance(
        &self,
        _request: Request<TrialBalanceRequest>,
    ) -> Result<Response<TrialBalanceResponse>, Status> {
        drop(tracing::info_span!(target: "hourbook::service", names::SPAN_TRIAL_BALANCE).entered());
        Err(Status::failed_precondition(format!("{MARKER} has 2 hours available; 3 hours asked")))
    }

    async fn verify(&self, request: Request<VerifyRequest>) -> Result<Response<Answers>, Status> {
        let answers = [
            Ok(VerifyResponse::default()),
            Ok(VerifyResponse::default()),
            Err(Status::data_loss(format!("the entry of {MARKER} is damaged"))),
        ];
        let mut spans = 0;
        let answers = tokio_stream::StreamExt::map(tokio_stream::iter(answers), move |answer| {
            spans += 1;
            drop(tracing::info_span!(target: "hourbook::service", names::SPAN_VERIFY, { names::ENTRY_COUNT } = spans).entered());
            answer
        });
        Ok(Response::new(Box::pin(CallHandle::of(request.extensions()).watch(answers))))
    }
}

/// The service, until it is closed.
pub struct Served {
    pub channel: Channel,
    close: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Served {
    /// Serves audit and health. One thread runs every task, so that all of them are heard.
    pub async fn open(telemetry: &Telemetry) -> Self {
        let methods = Methods::of(&[DESCRIPTORS, tonic_health::pb::FILE_DESCRIPTOR_SET]).unwrap();
        let layer = CallLayer::new(telemetry.metrics(), methods);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let dispatch = telemetry.dispatch().clone();
        let (close, closed) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let _heard = tracing::dispatcher::set_default(&dispatch);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (_reporter, health) = tonic_health::server::health_reporter();
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tonic::transport::Server::builder()
                    .layer(layer)
                    .add_service(health)
                    .add_service(AuditServiceServer::new(Audit))
                    .serve_with_incoming_shutdown(TcpListenerStream::new(listener), async {
                        drop(closed.await);
                    })
                    .await
                    .unwrap();
            });
        });
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self { channel, close, thread }
    }

    /// Ends once every call has ended. The clients must be gone.
    pub async fn close(self) {
        drop(self.channel);
        self.close.send(()).unwrap();
        tokio::task::spawn_blocking(|| self.thread.join().unwrap()).await.unwrap();
    }
}

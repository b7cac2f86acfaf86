//! The server: one listener, the books behind it, and how both begin and end.
//!
//! The port opens first and says NOT_SERVING until the books are read, so that whoever waits for the
//! server can see it come. It says NOT_SERVING again once it is told to end, or when the ledger stops for
//! good; then calls under way get a moment, streams end, and the books are closed.
//!
//! With a certificate every connection speaks TLS; the certificate is read again when its files change. HTTP/2 and
//! HTTP/1.1 are answered alike.
//!
//! Limits: 8,192 connections, 64 calls of one connection, 200 calls a second and 16 streams of one caller, 1,024
//! single writes under way (`service`), 64 MiB of messages that are not read yet, 10 seconds for a handshake of TLS and 10 for a connection to say which HTTP
//! it speaks, 30 for a single call and 300 for a quiet stream; a message has at most 256 KiB, a batch 4 MiB. What
//! is beyond is refused or closed, and nobody else feels it.
//!
//! Calls are gRPC; single ones can be asked with JSON too, which becomes gRPC before everything else (`json`).

mod calls;
mod certificate;
mod connection;
mod connections;
mod init;
mod json;
mod metered;
mod opening;
mod opening_words;
mod process;
mod tls;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::access::AccessError;
use crate::access::pace::CALLS_PER_SECOND_USUAL;
use crate::access::tokens::{TokenSettings, Tokens};
use crate::api;
use crate::api::access_service_server::AccessServiceServer;
use crate::api::audit_service_server::AuditServiceServer;
use crate::api::directory_service_server::DirectoryServiceServer;
use crate::api::exchange_service_server::ExchangeServiceServer;
use crate::api::hook_service_server::HookServiceServer;
use crate::api::redemption_service_server::RedemptionServiceServer;
use crate::directory::DirectoryError;
use crate::hooks::HookSettings;
use crate::journal::DataDirectory;
use crate::ledger::{AcceptClock, Clock, Failure, OnFailure, SystemClock, exit_process};
use crate::network::NetworkError;
use crate::outward::AuthoritiesError;
use crate::past::PastError;
use crate::service::{GateLayer, Service, Starting};
use crate::telemetry::{CallLayer, Methods, Metrics, TelemetryError};
use calls::{InTime, Sized};
pub use certificate::CertificateError;
use connections::Connections;
pub use init::{Init, InitError, init};
use json::JsonLayer;
pub use process::{ServeError, serve};
pub use tls::{ReadAgain, Tls};

/// Calls of one connection at once; further ones wait.
const CALLS_PER_CONNECTION_MAX: usize = 64;
/// Between two signs of life that a quiet connection is asked for, and how long they may take.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(10));
/// Bytes of headers of one call.
const HEADER_BYTES_MAX: u32 = 16 << 10;
/// Bytes on the way that nobody has read yet, of one call and of one connection.
const WINDOW_BYTES: (u32, u32) = (1 << 20, 4 << 20);

/// How long callers may keep the server waiting, and it them.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the handshake of TLS on a new connection.
    pub handshake: Duration,
    /// For HTTP/2's opening words, or a head of HTTP/1.1, after it.
    pub opening_words: Duration,
    /// For a single call, its request on the wire included.
    pub call: Duration,
    /// For the answer to a wrong key or token, where too many come from one address: they wait, not the server.
    pub wrong_key: Duration,
    /// For the next batch of a stream that has no answer to come, and for its answers to be taken.
    pub batches: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            opening_words: Duration::from_secs(10),
            call: Duration::from_secs(30),
            wrong_key: Duration::from_secs(1),
            batches: Duration::from_secs(300),
        }
    }
}

/// Whose health can be asked for: the server's, and each service's.
const NAMES: [&str; 8] = [
    "",
    "hourbook.v1.LedgerService",
    "hourbook.v1.AuditService",
    "hourbook.v1.AccessService",
    "hourbook.v1.DirectoryService",
    "hourbook.v1.ExchangeService",
    "hourbook.v1.RedemptionService",
    "hourbook.v1.HookService",
];

/// Descriptors of what is served.
const SERVED: [&[u8]; 3] =
    [api::DESCRIPTORS, tonic_health::pb::FILE_DESCRIPTOR_SET, tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET];
/// The same with what errors say in detail.
const READABLE: [&[u8]; 4] = [SERVED[0], SERVED[1], SERVED[2], tonic_types::pb::FILE_DESCRIPTOR_SET];

/// What a server needs beside its listener.
pub struct Options {
    /// The data directory, owned by this process.
    pub directory: DataDirectory,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Whether a clock far ahead is believed at start.
    pub accept_clock: AcceptClock,
    /// How many of everything.
    pub bounds: crate::ledger::Bounds,
    /// Connections at once, those in their handshake among them; one more is closed as it comes.
    pub connections_max: usize,
    /// Calls a second of one caller; an integration may ask fifty times as often.
    pub calls_per_second: NonZeroU32,
    /// The certificate, if TLS is spoken.
    pub tls: Option<Tls>,
    /// Whose tokens are taken, if anybody's.
    pub tokens: Option<TokenSettings>,
    /// How long calls under way may take once the server is told to end.
    pub drain: Duration,
    /// How long callers may keep it waiting.
    pub patience: Patience,
    /// Whether clients may ask which calls there are.
    pub reflection: bool,
    /// Where partners' software may be, and who vouches for it.
    pub hooks: HookSettings,
    /// What is counted and measured.
    pub metrics: Metrics,
    /// What to do when the ledger stops, once health says so.
    pub on_failure: OnFailure,
}

impl Options {
    /// As usual: the machine's clock, a drain of ten seconds, a process that exits on failure.
    #[must_use]
    pub fn new(directory: DataDirectory, metrics: Metrics) -> Self {
        Self {
            directory,
            clock: Arc::new(SystemClock),
            accept_clock: AcceptClock::IfNear,
            bounds: crate::ledger::Bounds::default(),
            connections_max: connections::CONNECTIONS_MAX,
            calls_per_second: CALLS_PER_SECOND_USUAL,
            tls: None,
            tokens: None,
            drain: Duration::from_secs(10),
            patience: Patience::default(),
            reflection: true,
            hooks: HookSettings::default(),
            metrics,
            on_failure: Box::new(exit_process),
        }
    }
}

/// Why a server ended that nobody told to.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The books could not be opened.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// What is derived from them could not be.
    #[error(transparent)]
    Past(#[from] PastError),
    /// What banks have settled could not be found out.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Who may call could not be found out.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// What this machine keeps of codes and PINs at tills is there and cannot be read, or there is no randomness for it.
    #[error("codes and PINs at tills: {0}")]
    Tills(std::io::Error),
    /// There can be no folder for what is on its way to partners' software.
    #[error("events on their way to partners' software: {0}")]
    Hooks(std::io::Error),
    /// Those who should vouch for partners' software cannot be read.
    #[error("partners' software: {0}")]
    HookAuthorities(AuthoritiesError),
    /// Nobody could vouch for the issuer of tokens.
    #[error(transparent)]
    Tokens(#[from] AuthoritiesError),
    /// The ledger stopped for good.
    #[error("the ledger stopped: {0}")]
    Stopped(Failure),
    /// The methods of the API cannot be named: a defect in Hourbook.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The descriptors of the API are not what reflection reads: a defect in Hourbook.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// They are not what JSON is read by: a defect in Hourbook.
    #[error("JSON: {0}")]
    Json(#[from] prost_reflect::DescriptorError),
    /// The listener failed.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
    /// A thread of the server ended unexpectedly: a defect in Hourbook.
    #[error("the books could not be opened: {0}")]
    Opening(tokio::task::JoinError),
}

/// Serves on `listener` until `shutdown` comes, then drains and closes the books.
///
/// # Errors
/// [`ServerError`] if the books cannot be opened, or the ledger stopped.
pub async fn run(
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
    mut options: Options,
) -> Result<(), ServerError> {
    connections::allow_many();
    let (mut health, health_service) = tonic_health::server::health_reporter();
    say(&health, ServingStatus::NotServing).await;
    let methods = Methods::of(&SERVED)?;
    let tokens = options.tokens.take().map(|settings| Tokens::new(settings, Arc::clone(&options.clock)));
    let service = Service::starting(Starting {
        clock: Arc::clone(&options.clock),
        quiet_max: options.patience.batches,
        wrong_key_wait: options.patience.wrong_key,
        tokens: tokens.transpose()?,
        metrics: options.metrics.clone(),
    });
    let reflection = if options.reflection { Some(reflection()?) } else { None };
    let in_time = InTime::layer(options.patience.call);
    // Outside of everything: what comes with JSON goes on as gRPC, and so passes whatever gRPC passes.
    let json = JsonLayer::new(&READABLE, options.metrics.clone(), methods.clone(), in_time.budget())?;
    let router = Server::builder()
        .accept_http1(true)
        .layer(json)
        .layer(CallLayer::new(options.metrics.clone(), methods))
        .layer(GateLayer::new(service.clone()))
        .layer(in_time)
        .concurrency_limit_per_connection(CALLS_PER_CONNECTION_MAX)
        .max_concurrent_streams(u32::try_from(CALLS_PER_CONNECTION_MAX).ok())
        .initial_stream_window_size(WINDOW_BYTES.0)
        .initial_connection_window_size(WINDOW_BYTES.1)
        .http2_keepalive_interval(Some(KEEPALIVE.0))
        .http2_keepalive_timeout(Some(KEEPALIVE.1))
        .http2_max_header_list_size(HEADER_BYTES_MAX)
        .add_service(health_service.max_decoding_message_size(calls::MESSAGE_BYTES_MAX))
        .add_service(Sized::new(service.clone()))
        .add_service(
            AuditServiceServer::new(service.clone()).max_decoding_message_size(calls::MESSAGE_BYTES_MAX),
        )
        .add_service(
            AccessServiceServer::new(service.clone()).max_decoding_message_size(calls::MESSAGE_BYTES_MAX),
        )
        .add_service(
            DirectoryServiceServer::new(service.clone()).max_decoding_message_size(calls::MESSAGE_BYTES_MAX),
        )
        .add_service(
            ExchangeServiceServer::new(service.clone()).max_decoding_message_size(calls::MESSAGE_BYTES_MAX),
        )
        .add_service(
            RedemptionServiceServer::new(service.clone()).max_decoding_message_size(calls::MESSAGE_BYTES_MAX),
        )
        .add_service(
            HookServiceServer::new(service.clone()).max_decoding_message_size(calls::MESSAGE_BYTES_MAX),
        )
        .add_optional_service(reflection);

    let (ending, is_ending) = watch::channel(false);
    // What goes on beside the calls, and ends with them.
    let mut beside = JoinSet::new();
    let acceptor = options.tls.take().map(|tls| {
        let acceptor = tls.acceptor();
        beside.spawn(tls.keep_current());
        acceptor
    });
    let (drain, most, patience) = (options.drain, options.connections_max, options.patience);
    let connections = Connections::new(listener, most, acceptor, patience, options.metrics.clone());
    let mut drained = is_ending.clone();
    let serving = router.serve_with_incoming_shutdown(connections, async move {
        let _the_end = drained.wait_for(|ending| *ending).await;
    });
    tokio::pin!(serving, shutdown);

    let mut beside_the_books = JoinSet::new();
    let mut opening = opening::open(options, health.clone(), is_ending);
    let ended = tokio::select! {
        () = &mut shutdown => Ok(()),
        ended = &mut serving => ended.map_err(ServerError::from),
        opened = opening.done() => match opened {
            Err(error) => Err(error),
            Ok((installation, with_the_books)) => {
                beside_the_books = with_the_books;
                service.open(installation);
                say(&health, ServingStatus::Serving).await;
                tracing::info!("the books are open");
                tokio::select! {
                    () = &mut shutdown => Ok(()),
                    ended = &mut serving => ended.map_err(ServerError::from),
                    failure = opening.failed() => Err(ServerError::Stopped(failure)),
                }
            }
        },
    };
    say(&health, ServingStatus::NotServing).await;
    ending.send_replace(true);
    // Whoever watches health has heard; their streams end, or they would keep the server from ending.
    for name in NAMES {
        health.clear_service_status(name).await;
    }
    if tokio::time::timeout(drain, &mut serving).await.is_err() {
        tracing::warn!("some calls were still under way after {} seconds and were cut", drain.as_secs());
    }
    // Whoever hears that the server has ended may open the books.
    while beside_the_books.join_next().await.is_some() {}
    ended
}

/// Tells whoever asks for the health of the server, or of a service.
async fn say(health: &HealthReporter, status: ServingStatus) {
    for name in NAMES {
        health.set_service_status(name, status).await;
    }
}

fn reflection() -> Result<
    tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
    tonic_reflection::server::Error,
> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(api::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // Details of errors are `Any`: tools that know only what they are told can read them with this.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map(|service| service.max_decoding_message_size(calls::MESSAGE_BYTES_MAX))
}

//! The way to a server: waited for while it starts, and how long a call may take.
//!
//! Owns the channel and its patience. Knows no command and no table. A server that cannot be believed is not
//! waited for.

use std::time::{Duration, Instant};

use tonic::Request;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::failure::Failure;
use super::screen::Screen;
use super::server::{ATTEMPT, Server};
use super::target::Target;
use super::untrusted::{Why, why};
use crate::api::access_service_client::AccessServiceClient;
use crate::api::audit_service_client::AuditServiceClient;
use crate::api::directory_service_client::DirectoryServiceClient;
use crate::api::exchange_service_client::ExchangeServiceClient;
use crate::api::hook_service_client::HookServiceClient;
use crate::api::ledger_service_client::LedgerServiceClient;
use crate::api::redemption_service_client::RedemptionServiceClient;
use crate::client::{Shown, Wire};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(10);
/// From here on somebody at a terminal is told what is waited for.
const SILENCE: Duration = Duration::from_secs(1);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// How long one call may take; sums over the past read the journal.
const CALL: Duration = Duration::from_secs(120);
/// The largest answer: 1,000 lines with 1 KiB of text each, and room.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// The clients of a connected server.
#[derive(Clone, Debug)]
pub struct Client {
    /// The books.
    pub ledger: LedgerServiceClient<Wire>,
    /// Whether they add up.
    pub audit: AuditServiceClient<Wire>,
    /// What banks have agreed on.
    pub directory: DirectoryServiceClient<Wire>,
    /// Who may call.
    pub access: AccessServiceClient<Wire>,
    /// What brokers and members do all day.
    pub exchange: ExchangeServiceClient<Wire>,
    /// Hours at the till.
    pub redemption: RedemptionServiceClient<Wire>,
    /// Where partners' software is told of events.
    pub hook: HookServiceClient<Wire>,
    /// What all speak through.
    pub channel: Wire,
}

/// Connects to a server that answers, with what is shown in every call, waiting up to ten seconds for one that starts.
///
/// # Errors
/// [`Failure::Unreachable`] with what was tried last, or why the server is not believed to be the one meant.
pub async fn connect(target: &Target, screen: &mut Screen<'_>) -> Result<Client, Failure> {
    let server = target.server();
    let name = &server.name;
    let began = Instant::now();
    let mut has_said = false;
    loop {
        let why = match attempt(server).await {
            Ok(channel) => return Ok(clients(channel, target.shown().clone())),
            Err(Why::Never(why)) => {
                return Err(Failure::Unreachable(format!("{name} was asked nothing: {why}.")));
            }
            Err(Why::NotYet(why)) => why,
        };
        if began.elapsed() >= PATIENCE {
            return Err(Failure::Unreachable(format!(
                "no server answers at {name} ({why}). Start one with 'hourbook serve', or say where it is with \
                 --server ADDRESS:PORT, or --server https://NAME:PORT where it speaks TLS."
            )));
        }
        if !has_said && began.elapsed() >= SILENCE && screen.console.err_is_terminal {
            screen.remark(&format!("Waiting up to 10 seconds for the server at {name} ({why}) …"));
            has_said = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One look: is there somebody, and does the ledger serve?
async fn attempt(server: &Server) -> Result<Channel, Why> {
    let channel = server.endpoint.connect().await.map_err(|error| why(&error, server))?;
    let mut request = Request::new(HealthCheckRequest::default());
    request.set_timeout(ATTEMPT);
    match HealthClient::new(channel.clone()).check(request).await {
        Ok(answer) => match answer.into_inner().status() {
            ServingStatus::Serving => Ok(channel),
            ServingStatus::NotServing | ServingStatus::Unknown | ServingStatus::ServiceUnknown => {
                Err(Why::NotYet("it is starting or stopping"))
            }
        },
        // A server without health checks can still be asked.
        Err(status) if matches!(status.code(), tonic::Code::Unimplemented | tonic::Code::NotFound) => {
            Ok(channel)
        }
        Err(_) => Err(Why::NotYet("it does not say whether it is well")),
    }
}

fn clients(channel: Channel, shown: Shown) -> Client {
    let channel = shown.on(channel);
    Client {
        ledger: LedgerServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        audit: AuditServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        directory: DirectoryServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        access: AccessServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        exchange: ExchangeServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        redemption: RedemptionServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        hook: HookServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        channel,
    }
}

/// A call with an end.
#[must_use]
pub fn call<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(CALL);
    request
}

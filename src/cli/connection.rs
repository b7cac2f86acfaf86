//! The way to a server: found, waited for while it starts, and how long a call may take.
//!
//! Owns the channel and its patience. Knows no command and no table.

use std::time::{Duration, Instant};

use tonic::Request;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::failure::Failure;
use super::screen::Screen;
use crate::api::access_service_client::AccessServiceClient;
use crate::api::audit_service_client::AuditServiceClient;
use crate::api::ledger_service_client::LedgerServiceClient;
use crate::client::{Shown, Wire};
use crate::config::{ConfigError, Environment, USUAL_ADDRESS};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(10);
/// From here on somebody at a terminal is told what is waited for.
const SILENCE: Duration = Duration::from_secs(1);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest that one attempt to connect, and one question for health, may take.
const ATTEMPT: Duration = Duration::from_secs(2);
/// How long one call may take; sums over the past read the journal.
const CALL: Duration = Duration::from_secs(120);
/// The largest answer: 1,000 lines with 1 KiB of text each, and room.
const ANSWER_BYTES_MAX: usize = 16 << 20;
/// A silent connection is asked for a sign of life this often, and given up after as long again.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// The clients of a connected server.
#[derive(Clone, Debug)]
pub struct Client {
    /// The books.
    pub ledger: LedgerServiceClient<Wire>,
    /// Whether they add up.
    pub audit: AuditServiceClient<Wire>,
    /// Who may call.
    pub access: AccessServiceClient<Wire>,
    /// What is shown with every call.
    pub shown: Shown,
    /// What all speak through.
    pub channel: Wire,
}

/// Where the server is: `--server`, `HOURBOOK_SERVER`, or the usual address.
///
/// # Errors
/// [`ConfigError`] if it is no host and port.
pub fn address(flag: Option<&str>, environment: &dyn Environment) -> Result<String, ConfigError> {
    let value = match flag {
        Some(value) => Some(value.to_owned()),
        None => environment.get("HOURBOOK_SERVER")?,
    };
    let Some(value) = value else { return Ok(USUAL_ADDRESS.to_string()) };
    let authority = value.parse::<http::uri::Authority>();
    let is_usable = authority.is_ok_and(|authority| authority.port_u16().is_some() && !value.contains('@'));
    if is_usable {
        Ok(value)
    } else {
        Err(ConfigError {
            setting: "HOURBOOK_SERVER",
            value,
            must: "be an address or a name with a port, such as 127.0.0.1:4687",
        })
    }
}

/// Connects to a server that answers, with `shown` in every call, waiting up to ten seconds for one that starts.
///
/// # Errors
/// [`Failure::Unreachable`] with what was tried last.
pub async fn connect(address: &str, shown: Shown, screen: &mut Screen<'_>) -> Result<Client, Failure> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))
        .map_err(|error| Failure::Unreachable(format!("{address}: {error}")))?
        .connect_timeout(ATTEMPT)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true);
    let began = Instant::now();
    let mut has_said = false;
    loop {
        let why = match attempt(&endpoint).await {
            Ok(channel) => return Ok(clients(channel, shown)),
            Err(why) => why,
        };
        if began.elapsed() >= PATIENCE {
            return Err(Failure::Unreachable(format!(
                "no server answers at {address} ({why}). Start one with 'hourbook serve', or say where it is with \
                 --server ADDRESS:PORT."
            )));
        }
        if !has_said && began.elapsed() >= SILENCE && screen.console.err_is_terminal {
            screen.remark(&format!("Waiting up to 10 seconds for the server at {address} ({why}) …"));
            has_said = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One look: is there somebody, and does the ledger serve?
async fn attempt(endpoint: &Endpoint) -> Result<Channel, &'static str> {
    let channel = endpoint.connect().await.map_err(|_| "nobody listens there")?;
    let mut request = Request::new(HealthCheckRequest::default());
    request.set_timeout(ATTEMPT);
    match HealthClient::new(channel.clone()).check(request).await {
        Ok(answer) => match answer.into_inner().status() {
            ServingStatus::Serving => Ok(channel),
            ServingStatus::NotServing | ServingStatus::Unknown | ServingStatus::ServiceUnknown => {
                Err("it is starting or stopping")
            }
        },
        // A server without health checks can still be asked.
        Err(status) if matches!(status.code(), tonic::Code::Unimplemented | tonic::Code::NotFound) => {
            Ok(channel)
        }
        Err(_) => Err("it does not say whether it is well"),
    }
}

fn clients(channel: Channel, shown: Shown) -> Client {
    let channel = shown.clone().on(channel);
    Client {
        ledger: LedgerServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        audit: AuditServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        access: AccessServiceClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX),
        shown,
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

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Option<&'static str>);

    impl Environment for Fixed {
        fn get(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
            Ok(self.0.filter(|_| name == "HOURBOOK_SERVER").map(str::to_owned))
        }
    }

    /// Goal: flag before variable before the usual address, and what cannot be meant is named.
    /// Method: all three, and addresses without a port or with too much.
    #[test]
    fn the_address_is_found() {
        assert_eq!(address(None, &Fixed(None)).unwrap(), USUAL_ADDRESS.to_string());
        assert_eq!(address(None, &Fixed(Some("[::1]:9"))).unwrap(), "[::1]:9");
        assert_eq!(address(Some("localhost:8"), &Fixed(Some("[::1]:9"))).unwrap(), "localhost:8");
        for bad in ["localhost", "http://localhost:8", "me@localhost:8", "127.0.0.1:99999", "a b:1"] {
            let error = address(Some(bad), &Fixed(None)).unwrap_err();
            assert!(error.to_string().starts_with("--server (HOURBOOK_SERVER)"), "{bad}: {error}");
        }
    }
}

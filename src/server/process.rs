//! The process `hourbook serve`: telemetry, certificate, directory, port, then the server until TERM or INT.
//!
//! In this order, so that what cannot work is said before anything is touched: a certificate that does not fit
//! its key, a directory another process owns with its owner, a port that is taken before the books are opened.
//! HUP has the certificate read again; without one it does nothing, where it would otherwise end the process.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{CertificateError, Options, ReadAgain, ServerError, Tls, run};
use crate::config::{Config, LogLevel};
use crate::journal::{DataDirectory, DirectoryError};
use crate::ledger::AcceptClock;
use crate::telemetry::{self, LevelFilter, Settings, TelemetryError};

/// How long closing the books, and sending the last telemetry, may take after the drain.
const TO_CLOSE: Duration = Duration::from_secs(2);

/// Why a server did not begin, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Telemetry cannot be set up as configured.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The data directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The address cannot be listened on.
    #[error("{address} cannot be listened on: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the machine said.
        source: io::Error,
    },
    /// The machine gives no runtime or no signals.
    #[error("{doing}: {source}")]
    Machine {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: io::Error,
    },
    /// The server itself.
    #[error(transparent)]
    Server(#[from] ServerError),
}

/// Serves as configured until the process is told to end.
///
/// # Errors
/// [`ServeError`], saying what to do where something can be done.
pub fn serve(config: &Config) -> Result<(), ServeError> {
    let telemetry = telemetry::install(&Settings {
        otlp_endpoint: config.otlp.clone(),
        log_level: level(config.log),
        ..Settings::default()
    })?;
    let tls = config.tls.clone().map(Tls::read).transpose()?;
    let directory = DataDirectory::open(&config.data)?;
    let machine = |doing| move |source| ServeError::Machine { doing, source };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(machine("starting the runtime"))?;
    let served = runtime.block_on(async {
        let listening = TcpListener::bind(config.listen).await;
        let listen_failed = |source| ServeError::Listen { address: config.listen, source };
        let listener = listening.map_err(listen_failed)?;
        let address = listener.local_addr().map_err(listen_failed)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(machine("listening for TERM"))?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(machine("listening for INT"))?;
        let hangup = signal(SignalKind::hangup()).map_err(machine("listening for HUP"))?;
        tokio::spawn(read_again_on(hangup, tls.as_ref().map(Tls::read_again)));
        let speaks_tls = tls.is_some();
        tracing::info!(%address, tls = speaks_tls, data = %config.data.display(), "listening; the books are being read");
        if !config.listen.ip().is_loopback() && !speaks_tls {
            tracing::warn!("without TLS, as was asked for: whoever is on the way can read everything and change it");
        }
        let told = async move {
            let which = tokio::select! { _ = terminate.recv() => "TERM", _ = interrupt.recv() => "INT" };
            tracing::info!(signal = which, "told to end; calls under way are finished first");
        };
        let mut options = Options::new(directory, telemetry.metrics());
        options.accept_clock = if config.accept_clock { AcceptClock::Yes } else { AcceptClock::IfNear };
        options.drain = config.drain;
        options.calls_per_second = config.calls_per_second;
        options.tls = tls;
        options.tokens = config.tokens.clone();
        options.hooks = config.hooks.clone();
        options.reflection = config.reflection;
        Ok(run(listener, told, options).await?)
    });
    // Calls had their time. What is left is cut; the books close when their last reader is gone.
    runtime.shutdown_timeout(TO_CLOSE);
    if let Err(error) = telemetry.shutdown(TO_CLOSE) {
        tracing::warn!(%error, "telemetry");
    }
    if served.is_ok() {
        tracing::info!("ended");
    }
    served
}

/// Has the certificate, if there is one, read again at every signal.
async fn read_again_on(mut hangup: Signal, certificate: Option<ReadAgain>) {
    while hangup.recv().await.is_some() {
        match &certificate {
            Some(certificate) => certificate.now(),
            None => tracing::info!(
                "HUP came; without TLS there is no certificate to read again, so nothing is done"
            ),
        }
    }
}

const fn level(log: LogLevel) -> LevelFilter {
    match log {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    }
}

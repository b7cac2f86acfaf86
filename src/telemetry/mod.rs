//! What happens inside, as log lines, traces and metrics.
//!
//! Owns the names, the subscriber, the exporters and the layer around every call. Knows no accounts, no
//! members and no messages: a line, a span or a label says which method, how long, what came of it, and
//! how many. Names and numbers of people, request ids and texts are nobody's business here.
//!
//! - Nothing waits for the collector; queues are bounded and drop what does not fit.
//! - Nothing here keeps the process alive: threads are never joined without a deadline.
//! - Other crates are heard from warnings up, whatever the level: at `debug` they would print headers
//!   and frames, and with them what a caller wrote.
//! - Only `traceparent` is taken over. `tracestate` is the caller's own text and stays outside.

mod call;
mod export;
mod handle;
mod methods;
mod metrics;
pub mod names;

use std::io::IsTerminal;
use std::time::Duration;

use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tracing::Dispatch;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt;

pub use call::{CallLayer, CallService, WatchedBody};
pub use handle::{CallHandle, WatchedStream};
pub use methods::{METHODS_MAX, Methods};
pub use metrics::{ConnectionClosed, Metrics, TrialBalanceSum};
pub use tracing::level_filters::LevelFilter;

use export::Exporting;

/// Our own spans and lines.
const OURS: &str = "hourbook";

/// What telemetry needs to know; made by the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where traces and metrics go, `http://host:port`; nowhere if absent.
    pub otlp_endpoint: Option<String>,
    /// The least important lines that are logged.
    pub log_level: LevelFilter,
    /// Between two exports of metrics; above zero.
    pub metrics_interval: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { otlp_endpoint: None, log_level: LevelFilter::INFO, metrics_interval: Duration::from_secs(15) }
    }
}

/// Why there is no telemetry, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Nothing can be sent there, whoever listens.
    #[error("telemetry cannot be sent to {endpoint}: {why}")]
    Endpoint {
        /// What was configured.
        endpoint: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system gives no thread.
    #[error("telemetry has no thread to work on: {0}")]
    Threads(#[source] std::io::Error),
    /// Somebody else in this process logs already.
    #[error("telemetry is installed already")]
    AlreadyInstalled,
    /// The methods of the API cannot be read.
    #[error("the descriptors of the API cannot be read: {0}")]
    Descriptors(#[source] prost::DecodeError),
    /// More methods than labels are good for.
    #[error("{0} methods are more than the {METHODS_MAX} that may be labels")]
    TooManyMethods(usize),
    /// What waited at the end did not arrive.
    #[error("the last telemetry did not arrive: {0}")]
    NotFlushed(String),
    /// What waited at the end was still on its way when the time was up.
    #[error("the last telemetry did not arrive within {0:?}")]
    Deadline(Duration),
}

/// Telemetry of one process, or of one test. Dropping it sends nothing more; see [`Telemetry::shutdown`].
#[derive(Debug)]
pub struct Telemetry {
    dispatch: Dispatch,
    metrics: Metrics,
    exporting: Option<Exporting>,
}

/// Telemetry for the whole process: logs to standard error, and is heard by every thread.
///
/// # Errors
/// [`TelemetryError`] as of [`Telemetry::build`], or `AlreadyInstalled`.
pub fn install(settings: &Settings) -> Result<Telemetry, TelemetryError> {
    let telemetry = Telemetry::build(settings, BoxMakeWriter::new(std::io::stderr))?;
    tracing::dispatcher::set_global_default(telemetry.dispatch.clone())
        .map_err(|_| TelemetryError::AlreadyInstalled)?;
    Ok(telemetry)
}

impl Telemetry {
    /// Telemetry that nobody hears yet: [`Telemetry::dispatch`] says who does. Needs no runtime.
    ///
    /// # Errors
    /// [`TelemetryError::Endpoint`] if the endpoint cannot be one, `Threads` if none can be started. A
    /// collector that is away is no error.
    pub fn build(settings: &Settings, log: BoxMakeWriter) -> Result<Self, TelemetryError> {
        let version = env!("CARGO_PKG_VERSION");
        let resource = Resource::builder()
            .with_service_name(OURS)
            .with_attribute(opentelemetry::KeyValue::new("service.version", version))
            .build();
        let exporting = settings
            .otlp_endpoint
            .as_deref()
            .map(|endpoint| Exporting::to(endpoint, settings, &resource))
            .transpose()?;
        let heard = Targets::new()
            .with_default(settings.log_level.min(LevelFilter::WARN))
            .with_target(OURS, settings.log_level);
        let lines = tracing_subscriber::fmt::layer()
            .compact()
            .with_ansi(std::io::stderr().is_terminal())
            .log_internal_errors(false)
            .with_writer(log)
            .with_filter(heard);
        let traced = Targets::new().with_target(OURS, LevelFilter::INFO);
        let spans = exporting.as_ref().map(|exporting| {
            tracing_opentelemetry::layer()
                .with_tracer(exporting.tracers.tracer(OURS))
                .with_location(false)
                .with_threads(false)
                .with_target(false)
                .with_tracked_inactivity(false)
                .with_filter(traced)
        });
        let dispatch = Dispatch::new(tracing_subscriber::registry().with(lines).with(spans));
        let meter = exporting.as_ref().map_or_else(
            || SdkMeterProvider::builder().build().meter(OURS),
            |exporting| exporting.meters.meter(OURS),
        );
        Ok(Self { dispatch, metrics: Metrics::of(meter), exporting })
    }

    /// Hears the spans and lines of whoever is put under it.
    #[must_use]
    pub const fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// Where to count and measure.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// Sends what waits and ends, within `deadline`. Blocks the thread.
    ///
    /// # Errors
    /// [`TelemetryError::NotFlushed`] or `Deadline` if something did not arrive; that is no reason to fail.
    pub fn shutdown(self, deadline: Duration) -> Result<(), TelemetryError> {
        self.exporting.map_or(Ok(()), |exporting| exporting.end(deadline))
    }
}

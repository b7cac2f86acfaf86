//! The way to the collector: OTLP over gRPC, in batches, from threads of its own.
//!
//! - Nobody waits: a full queue drops spans, and metrics are sums that the next export carries on.
//! - A collector that is not there is said once, and once more when it is back.
//! - A runtime of its own: exports neither need the server's runtime nor stand in its way, and go on
//!   while that one ends.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use opentelemetry_otlp::{RetryPolicy, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter,
};
use tokio::runtime::Runtime;

use super::{Settings, TelemetryError};

/// Spans that wait for export at most; the rest is dropped.
const SPANS_QUEUED_MAX: usize = 4_096;
/// Spans in one export at most.
const SPANS_EXPORTED_MAX: usize = 512;
/// How long a span waits for others.
const SPANS_DELAY: Duration = Duration::from_secs(5);
/// How long one export may take, with everything it tries.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(3);
/// How often an export is tried again before its spans are dropped.
const RETRIES_MAX: usize = 2;
/// Attributes, events and links of one span at most.
const SPAN_PARTS_MAX: u32 = 32;

/// What sends, while the process lives.
#[derive(Debug)]
pub struct Exporting {
    /// Makes spans.
    pub tracers: SdkTracerProvider,
    /// Keeps metrics.
    pub meters: SdkMeterProvider,
    /// Drives the connection; always there until the drop.
    runtime: Option<Runtime>,
}

impl Exporting {
    /// Gets ready to send to `endpoint`. Does not connect yet.
    ///
    /// # Errors
    /// [`TelemetryError::Endpoint`] if it is no `http://` address, `Threads` if none can be started.
    pub fn to(endpoint: &str, settings: &Settings, resource: &Resource) -> Result<Self, TelemetryError> {
        let wrong = |why: String| TelemetryError::Endpoint { endpoint: endpoint.to_owned(), why };
        if !endpoint.starts_with("http://") {
            return Err(wrong("it must begin with http://".into()));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("telemetry")
            .enable_all()
            .build()
            .map_err(TelemetryError::Threads)?;
        // Building a channel needs a runtime to live on.
        let inside = runtime.enter();
        let retries = RetryPolicy::default().with_max_retries(RETRIES_MAX);
        let spans = opentelemetry_otlp::SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .with_timeout(EXPORT_TIMEOUT)
            .with_retry_policy(retries.clone())
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let metrics = opentelemetry_otlp::MetricExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .with_timeout(EXPORT_TIMEOUT)
            .with_retry_policy(retries)
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        drop(inside);
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(SPANS_QUEUED_MAX)
            .with_max_export_batch_size(SPANS_EXPORTED_MAX)
            .with_scheduled_delay(SPANS_DELAY)
            .build();
        let processor =
            BatchSpanProcessor::builder(SaidOnce::new(spans, "traces")).with_batch_config(batches).build();
        let tracers = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
            .with_max_attributes_per_span(SPAN_PARTS_MAX)
            .with_max_events_per_span(SPAN_PARTS_MAX)
            .with_max_links_per_span(SPAN_PARTS_MAX)
            .with_resource(resource.clone())
            .build();
        let reader = PeriodicReader::builder(SaidOnce::new(metrics, "metrics"))
            .with_interval(settings.metrics_interval)
            .build();
        let meters = SdkMeterProvider::builder().with_reader(reader).with_resource(resource.clone()).build();
        Ok(Self { tracers, meters, runtime: Some(runtime) })
    }

    /// Sends what waits and ends. Returns within `deadline`; what is not sent by then is lost.
    ///
    /// # Errors
    /// [`TelemetryError::NotFlushed`] if something did not arrive, `Deadline` if it was still on its way.
    pub fn end(self, deadline: Duration) -> Result<(), TelemetryError> {
        // Threads of their own, because the library's calls keep to deadlines of theirs.
        let began = Instant::now();
        let (to, from) = mpsc::channel();
        let (tracers, meters, metrics_to) = (self.tracers.clone(), self.meters.clone(), to.clone());
        start("traces-flush", move || {
            let flushed = tracers.force_flush();
            let ended = tracers.shutdown_with_timeout(deadline);
            drop(to.send(flushed.and(ended)));
        })?;
        start("metrics-flush", move || drop(metrics_to.send(meters.shutdown_with_timeout(deadline))))?;
        for _ in ["traces", "metrics"] {
            let left = deadline.saturating_sub(began.elapsed());
            match from.recv_timeout(left) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(TelemetryError::NotFlushed(error.to_string())),
                Err(_) => return Err(TelemetryError::Deadline(deadline)),
            }
        }
        Ok(())
    }
}

impl Drop for Exporting {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A runtime dropped on a thread of another one panics; this ends it without waiting.
            runtime.shutdown_background();
        }
    }
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), TelemetryError> {
    // Nobody joins it: it must not keep the process waiting.
    std::thread::Builder::new().name(name.into()).spawn(work).map(drop).map_err(TelemetryError::Threads)
}

/// An exporter whose troubles are said when they begin and when they end, and not in between.
#[derive(Debug)]
struct SaidOnce<E> {
    exporter: E,
    what: &'static str,
    failing: AtomicBool,
}

impl<E> SaidOnce<E> {
    const fn new(exporter: E, what: &'static str) -> Self {
        Self { exporter, what, failing: AtomicBool::new(false) }
    }

    fn heard(&self, result: OTelSdkResult) -> OTelSdkResult {
        let was_failing = self.failing.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_failing => {
                tracing::warn!(what = self.what, %error, "telemetry does not arrive; said once until it does");
            }
            Ok(()) if was_failing => tracing::info!(what = self.what, "telemetry arrives again"),
            Ok(()) | Err(_) => {}
        }
        result
    }
}

impl<E: SpanExporter> SpanExporter for SaidOnce<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.heard(self.exporter.export(batch).await)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: PushMetricExporter> PushMetricExporter for SaidOnce<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        self.heard(self.exporter.export(metrics).await)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use opentelemetry_sdk::error::OTelSdkError;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Goal: a collector that is away fills no log. Method: a hundred exports fail, one works, ten fail;
    /// the log has one line for each change.
    #[test]
    fn trouble_is_said_when_it_begins_and_when_it_ends() {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(log, || {
            let exporter = SaidOnce::new((), "traces");
            let fail = || drop(exporter.heard(Err(OTelSdkError::InternalFailure("away".into()))));
            (0..100).for_each(|_| fail());
            exporter.heard(Ok(())).unwrap();
            (0..10).for_each(|_| fail());
        });
        let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(said.lines().count(), 3, "{said}");
        assert_eq!(said.matches("arrives again").count(), 1, "{said}");
    }
}

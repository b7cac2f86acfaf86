//! What is counted and measured. Every method is wait-free or a short lock inside the library, and
//! none waits for the collector.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, UpDownCounter};
use opentelemetry::{KeyValue, Value};
use tonic::Code;

use super::names;
use crate::domain::Reason;
use crate::ledger::BatchWritten;

/// Upper bounds of the buckets of durations, in seconds.
const DURATION_BOUNDS_SECONDS: [f64; 14] =
    [0.000_1, 0.000_3, 0.001, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
/// Upper bounds of the buckets of batch sizes, in entries.
const ENTRIES_BOUNDS: [f64; 10] = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0];
/// Upper bounds of the buckets of batch sizes, in bytes.
const BYTES_BOUNDS: [f64; 9] =
    [256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0];

/// The sum of all balances in seconds; none while it is not known.
pub type TrialBalanceSum = Box<dyn Fn() -> Option<i64> + Send + Sync>;

/// Why a connection was closed before a first call could come over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionClosed {
    /// There were as many as there may be.
    TooMany,
    /// No TLS was agreed on.
    HandshakeFailed,
    /// None was agreed on in time.
    HandshakeSlow,
}

impl ConnectionClosed {
    /// The word of the label.
    const fn word(self) -> &'static str {
        match self {
            Self::TooMany => "too_many",
            Self::HandshakeFailed => "handshake_failed",
            Self::HandshakeSlow => "handshake_slow",
        }
    }
}

/// Where the process counts and measures. Cheap to clone; goes nowhere without an exporter.
#[derive(Clone, Debug)]
pub struct Metrics {
    instruments: Arc<Instruments>,
}

#[derive(Debug)]
struct Instruments {
    meter: Meter,
    calls: Counter<u64>,
    call_duration: Histogram<f64>,
    refusals: Counter<u64>,
    callers_refused: Counter<u64>,
    streams_open: UpDownCounter<i64>,
    connections_closed: Counter<u64>,
    hook_attempts: Counter<u64>,
    queue_depth: Gauge<u64>,
    entries: Counter<u64>,
    batch_entries: Histogram<u64>,
    batch_bytes: Histogram<u64>,
    batch_duration: Histogram<f64>,
}

impl Metrics {
    /// Instruments of this meter.
    pub(super) fn of(meter: Meter) -> Self {
        let seconds = |name| {
            let bounds = DURATION_BOUNDS_SECONDS.to_vec();
            meter.f64_histogram(name).with_unit("s").with_boundaries(bounds).build()
        };
        let sizes = |name, unit: &'static str, bounds: &[f64]| {
            meter.u64_histogram(name).with_unit(unit).with_boundaries(bounds.to_vec()).build()
        };
        let instruments = Instruments {
            calls: meter.u64_counter(names::CALLS).with_unit("{call}").build(),
            call_duration: seconds(names::CALL_DURATION),
            refusals: meter.u64_counter(names::REFUSALS).with_unit("{refusal}").build(),
            callers_refused: meter.u64_counter(names::CALLERS_REFUSED).with_unit("{caller}").build(),
            streams_open: meter.i64_up_down_counter(names::STREAMS_OPEN).with_unit("{stream}").build(),
            connections_closed: meter
                .u64_counter(names::CONNECTIONS_CLOSED)
                .with_unit("{connection}")
                .build(),
            hook_attempts: meter.u64_counter(names::HOOK_ATTEMPTS).with_unit("{attempt}").build(),
            queue_depth: meter.u64_gauge(names::QUEUE_DEPTH).with_unit("{submission}").build(),
            entries: meter.u64_counter(names::ENTRIES).with_unit("{entry}").build(),
            batch_entries: sizes(names::BATCH_ENTRIES, "{entry}", &ENTRIES_BOUNDS),
            batch_bytes: sizes(names::BATCH_BYTES, "By", &BYTES_BOUNDS),
            batch_duration: seconds(names::BATCH_DURATION),
            meter,
        };
        Self { instruments: Arc::new(instruments) }
    }

    /// Counts an answered call. `method` is a label of [`super::Methods`].
    pub fn call(&self, method: &Arc<str>, code: Code, took: Duration) {
        let labels = [method_label(method), KeyValue::new(names::CODE, code_word(code))];
        self.instruments.calls.add(1, &labels);
        self.instruments.call_duration.record(took.as_secs_f64(), &labels);
    }

    /// Counts a command that a rule said no to.
    pub fn refused(&self, reason: Reason) {
        self.instruments.refusals.add(1, &[KeyValue::new(names::REASON, reason.word())]);
    }

    /// Counts a key that was not let in. `why` is one of the words of [`names::WHY`].
    pub fn caller_refused(&self, why: &'static str) {
        self.instruments.callers_refused.add(1, &[KeyValue::new(names::WHY, why)]);
    }

    /// Counts a connection that was closed before a first call could come over it.
    pub fn connection_closed(&self, why: ConnectionClosed) {
        self.instruments.connections_closed.add(1, &[KeyValue::new(names::WHY, why.word())]);
    }

    /// Counts an attempt to tell partners' software of an event. `outcome` is one of the words of [`names::OUTCOME`].
    pub fn hook_attempt(&self, outcome: &'static str) {
        self.instruments.hook_attempts.add(1, &[KeyValue::new(names::OUTCOME, outcome)]);
    }

    /// Takes down a batch that is on disk.
    pub fn batch(&self, batch: &BatchWritten) {
        let instruments = &*self.instruments;
        instruments.entries.add(u64::from(batch.entries), &[]);
        instruments.batch_entries.record(u64::from(batch.entries), &[]);
        instruments.batch_bytes.record(saturating(batch.bytes), &[]);
        instruments.batch_duration.record(batch.took.as_secs_f64(), &[]);
        instruments.queue_depth.record(saturating(batch.queued), &[]);
    }

    /// Asks for the trial balance at every export; once a process. The function runs on the exporting
    /// thread, must not wait, and should hold the books weakly: it lives as long as the telemetry.
    pub fn observe_trial_balance(&self, sum: TrialBalanceSum) {
        let gauge = self.instruments.meter.i64_observable_gauge(names::TRIAL_BALANCE).with_unit("s");
        // The callback stays registered without its handle.
        let _registered = gauge
            .with_callback(move |observer| {
                if let Some(seconds) = sum() {
                    observer.observe(seconds, &[]);
                }
            })
            .build();
    }

    /// A stream of answers is open until the guard is dropped.
    pub(super) fn stream_opened(&self, method: &Arc<str>) -> StreamOpen {
        self.instruments.streams_open.add(1, &[method_label(method)]);
        StreamOpen { metrics: self.clone(), method: Arc::clone(method) }
    }
}

/// Counts an open stream while it lives.
#[derive(Debug)]
pub(super) struct StreamOpen {
    metrics: Metrics,
    method: Arc<str>,
}

impl Drop for StreamOpen {
    fn drop(&mut self) {
        self.metrics.instruments.streams_open.add(-1, &[method_label(&self.method)]);
    }
}

fn method_label(method: &Arc<str>) -> KeyValue {
    KeyValue::new(names::METHOD, Value::from(Arc::clone(method)))
}

fn saturating(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The word of a status, as the gRPC specification writes it.
pub(super) const fn code_word(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Whether a status says that the machine failed; a refusal is an answer, not a fault.
pub(super) const fn is_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown | Code::DeadlineExceeded | Code::Internal | Code::Unavailable | Code::DataLoss
    )
}

//! A collector that is not there, does not answer, or was never asked for.

use std::net::TcpListener;
use std::time::Duration;

use hourbook::domain::Reason;
use hourbook::telemetry::{Settings, Telemetry, TelemetryError, names};
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use super::telemetry;

/// A net for what never ends, not a limit.
const NET: Duration = Duration::from_secs(120);
/// More than the queue of spans takes.
const MORE_SPANS_THAN_FIT: usize = 10_000;

/// Makes spans, lines and metrics, more of them than may wait.
fn be_busy(telemetry: &Telemetry) {
    telemetry.metrics().refused(Reason::BelowFloor);
    tracing::dispatcher::with_default(telemetry.dispatch(), || {
        for _ in 0..MORE_SPANS_THAN_FIT {
            drop(tracing::info_span!(target: "hourbook", names::SPAN_SUBMIT).entered());
        }
        tracing::info!(target: "hourbook", "busy");
    });
}

/// Goal: nobody listens, and nothing breaks. Method: the endpoint is a port that was closed; being busy and
/// shutting down return, and shutting down says that something was lost.
#[test]
fn a_closed_port_costs_telemetry_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (telemetry, lines) = telemetry(Some(format!("http://{address}")));
    be_busy(&telemetry);
    assert!(matches!(telemetry.shutdown(NET), Err(TelemetryError::NotFlushed(_))));
    assert_eq!(lines.text().matches("busy").count(), 1, "the log goes on");
}

/// Goal: a collector that says nothing holds nobody up. Method: it takes the connection and never answers;
/// more spans than fit are made without waiting, and shutting down gives up at its deadline.
#[test]
fn a_silent_collector_is_left_at_the_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (telemetry, _) = telemetry(Some(format!("http://{}", silent.local_addr().unwrap())));
    be_busy(&telemetry);
    let ended = telemetry.shutdown(Duration::from_millis(20));
    assert!(matches!(ended, Err(TelemetryError::Deadline(_))), "{ended:?}");
}

/// Goal: dropping telemetry without shutting it down is safe anywhere. Method: it is dropped on a thread of
/// a runtime, where a runtime of its own could panic.
#[tokio::test]
async fn it_may_be_dropped_inside_a_runtime() {
    let (telemetry, lines) = telemetry(Some("http://127.0.0.1:9".into()));
    tracing::dispatcher::with_default(telemetry.dispatch(), || tracing::info!(target: "hourbook", "here"));
    drop(telemetry);
    assert!(lines.text().contains("here"));
}

/// Goal: without a collector there is a log and nothing else. Method: the same work, and a shutdown without
/// any time to wait.
#[test]
fn without_an_endpoint_there_is_a_log() {
    let (telemetry, lines) = telemetry(None);
    telemetry.metrics().observe_trial_balance(Box::new(|| panic!("nobody asks")));
    be_busy(&telemetry);
    telemetry.shutdown(Duration::ZERO).unwrap();
    assert_eq!(lines.text().matches("busy").count(), 1);
}

/// Goal: other crates cannot talk members into the log. Method: at the noisiest level, lines of another
/// target are heard from warnings up.
#[test]
fn other_crates_are_heard_from_warnings_up() {
    let (telemetry, lines) = telemetry(None);
    tracing::dispatcher::with_default(telemetry.dispatch(), || {
        tracing::info!(target: "h2::frame", "a header of Ann");
        tracing::warn!(target: "h2::frame", "a connection broke");
    });
    let text = lines.text();
    assert!(text.contains("a connection broke") && !text.contains("Ann"), "{text}");
}

/// Goal: an endpoint that cannot work is said before anything starts. Method: each wrong one is refused with
/// its own words.
#[test]
fn wrong_endpoints_are_refused() {
    for endpoint in
        ["https://127.0.0.1:4317", "127.0.0.1:4317", "collector:4317", "http://", "http://a b", ""]
    {
        let settings = Settings { otlp_endpoint: Some(endpoint.into()), ..Settings::default() };
        let built = Telemetry::build(&settings, BoxMakeWriter::new(std::io::sink));
        match built.map(drop) {
            Err(TelemetryError::Endpoint { endpoint: named, .. }) => assert_eq!(named, endpoint),
            other => panic!("{endpoint}: {other:?}"),
        }
    }
}

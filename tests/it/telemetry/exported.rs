//! What arrives at a collector.

use std::time::Duration;

use hourbook::api::audit_service_client::AuditServiceClient;
use hourbook::api::{TrialBalanceRequest, VerifyRequest};
use hourbook::domain::Reason;
use hourbook::ledger::BatchWritten;
use hourbook::telemetry::{ConnectionClosed, names};
use opentelemetry_proto::tonic::trace::v1::Span;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::collector::{Collector, points, words};
use super::served::{MARKER, Served};
use super::telemetry;

/// A net for what never ends, not a limit.
const NET: Duration = Duration::from_secs(120);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn request<T>(message: T, traceparent: &str) -> Request<T> {
    let mut request = Request::new(message);
    let headers = request.metadata_mut();
    headers.insert("traceparent", traceparent.parse().unwrap());
    headers.insert("tracestate", format!("member={MARKER}").parse().unwrap());
    headers.insert("x-account", MARKER.parse().unwrap());
    headers.insert("baggage", format!("member={MARKER}").parse().unwrap());
    headers.insert("user-agent", MARKER.parse().unwrap());
    headers.insert_bin("memo-bin", MetadataValue::from_bytes(MARKER.as_bytes()));
    request
}

/// One call of each sort: refused, broken off, answered, given up, and to a path that is not served.
async fn call_each(served: &Served) {
    let mut audit = AuditServiceClient::new(served.channel.clone());
    let known = format!("00-{TRACE}-{PARENT}-01");
    let refused = audit.trial_balance(request(TrialBalanceRequest::default(), &known)).await;
    assert_eq!(refused.unwrap_err().code(), Code::FailedPrecondition);

    let malformed = format!("00-{MARKER}-01");
    let mut answers = audit.verify(request(VerifyRequest::default(), &malformed)).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    assert!(answers.message().await.unwrap().is_some());
    assert_eq!(answers.message().await.unwrap_err().code(), Code::DataLoss);

    let mut health = HealthClient::new(served.channel.clone());
    health.check(request(HealthCheckRequest::default(), "")).await.unwrap();
    let unknown = HealthCheckRequest { service: MARKER.into() };
    assert_eq!(health.check(unknown).await.unwrap_err().code(), Code::NotFound);
    let mut watch = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert!(watch.message().await.unwrap().is_some());
    drop(watch);

    let mut raw = tonic::client::Grpc::new(served.channel.clone());
    raw.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<HealthCheckRequest, HealthCheckRequest>::default();
    let path = format!("/{MARKER}.Service/{MARKER}").parse().unwrap();
    let answer = raw.unary(Request::new(HealthCheckRequest::default()), path, codec).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn only<'a>(spans: &'a [Span], name: &str, method: &str) -> &'a Span {
    let word = format!("{}={method}", names::METHOD);
    let mut found = spans.iter().filter(|span| span.name == name && words(&span.attributes).contains(&word));
    let span = found.next().unwrap_or_else(|| panic!("no {name} of {method}"));
    assert!(found.next().is_none(), "more than one {name} of {method}");
    span
}

/// Goal: a collector gets one root span a call, in the caller's trace, with method and status; calls,
/// refusals, batches and the trial balance under their names; and nothing that a caller wrote, here or in
/// the log. Method: one call of each sort with a marker in path, headers, message and refusal; everything
/// is flushed, decoded, compared, and searched as bytes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_sees_calls_and_no_members() {
    let (collector, address) = Collector::listen().await;
    let (telemetry, lines) = telemetry(Some(format!("http://{address}")));
    let metrics = telemetry.metrics();
    let served = Served::open(&telemetry).await;
    call_each(&served).await;
    metrics.refused(Reason::BelowFloor);
    metrics.refused(Reason::BelowFloor);
    metrics.refused(Reason::CodeUsed);
    metrics.caller_refused("unknown");
    metrics.batch(&BatchWritten { entries: 3, bytes: 400, took: Duration::from_millis(2), queued: 9 });
    metrics.batch(&BatchWritten { entries: 5, bytes: 600, took: Duration::from_millis(6), queued: 7 });
    metrics.connection_closed(ConnectionClosed::HandshakeFailed);
    metrics.connection_closed(ConnectionClosed::HandshakeSlow);
    metrics.connection_closed(ConnectionClosed::HandshakeSlow);
    metrics.connection_closed(ConnectionClosed::TooMany);
    metrics.hook_attempt("delivered");
    metrics.hook_attempt("timeout");
    metrics.observe_trial_balance(Box::new(|| Some(0)));
    served.close().await;
    tokio::task::spawn_blocking(|| telemetry.shutdown(NET)).await.unwrap().unwrap();

    spans_are_right(&collector.spans());
    metrics_are_right(&collector);
    for resource in collector.resources() {
        let words = words(&resource);
        assert!(words.contains(&"service.name=hourbook".into()), "{words:?}");
        let version = format!("service.version={}", env!("CARGO_PKG_VERSION"));
        assert!(words.contains(&version), "{words:?}");
    }
    let (bytes, log) = (collector.bytes(), lines.text());
    assert!(!bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()));
    assert!(!log.contains(MARKER), "{log}");
    assert!(log.contains("answered"), "the log was heard: {log}");
}

fn spans_are_right(spans: &[Span]) {
    let calls: Vec<_> = spans.iter().filter(|span| span.name == names::SPAN_CALL).collect();
    let mut statuses: Vec<_> = calls.iter().map(|span| words(&span.attributes).join(" ")).collect();
    statuses.sort();
    let expected = [
        "rpc.grpc.status_code=0 rpc.method=grpc.health.v1.Health/Check",
        "rpc.grpc.status_code=1 rpc.method=grpc.health.v1.Health/Watch",
        "rpc.grpc.status_code=12 rpc.method=unknown",
        "rpc.grpc.status_code=15 rpc.method=hourbook.v1.AuditService/Verify",
        "rpc.grpc.status_code=5 rpc.method=grpc.health.v1.Health/Check",
        "rpc.grpc.status_code=9 rpc.method=hourbook.v1.AuditService/TrialBalance",
    ];
    assert_eq!(statuses, expected);
    for span in spans {
        assert!(names::SPANS.contains(&span.name.as_str()), "{}", span.name);
        assert!(span.trace_state.is_empty(), "{}", span.trace_state);
    }

    let refused = only(spans, names::SPAN_CALL, "hourbook.v1.AuditService/TrialBalance");
    assert_eq!((hex(&refused.trace_id), hex(&refused.parent_span_id)), (TRACE.into(), PARENT.into()));
    assert_eq!(refused.status.as_ref().map_or(0, |status| status.code), 0, "a refusal is no fault");
    let inside = spans.iter().find(|span| span.name == names::SPAN_TRIAL_BALANCE).unwrap();
    assert_eq!(inside.trace_id, refused.trace_id);
    assert_eq!(inside.parent_span_id, refused.span_id, "the handler runs inside the span of its call");

    let broken = only(spans, names::SPAN_CALL, "hourbook.v1.AuditService/Verify");
    assert!(broken.parent_span_id.is_empty(), "a malformed parent is none");
    assert_ne!(hex(&broken.trace_id), TRACE);
    assert_eq!(broken.status.as_ref().unwrap().code, 2, "a fault is marked");
    let inside: Vec<_> = spans.iter().filter(|span| span.name == names::SPAN_VERIFY).collect();
    assert_eq!(inside.len(), 3);
    assert!(inside.iter().all(|span| span.parent_span_id == broken.span_id), "streams run inside it too");
}

fn metrics_are_right(collector: &Collector) {
    let of = |name| points(&collector.metric(name));
    let calls = [
        "hourbook.code=CANCELLED rpc.method=grpc.health.v1.Health/Watch 1",
        "hourbook.code=DATA_LOSS rpc.method=hourbook.v1.AuditService/Verify 1",
        "hourbook.code=FAILED_PRECONDITION rpc.method=hourbook.v1.AuditService/TrialBalance 1",
        "hourbook.code=NOT_FOUND rpc.method=grpc.health.v1.Health/Check 1",
        "hourbook.code=OK rpc.method=grpc.health.v1.Health/Check 1",
        "hourbook.code=UNIMPLEMENTED rpc.method=unknown 1",
    ];
    assert_eq!(of(names::CALLS), calls);
    let durations = of(names::CALL_DURATION);
    for (duration, call) in durations.iter().zip(calls) {
        assert!(duration.starts_with(call), "{duration}");
    }
    assert_eq!(durations.len(), calls.len());
    assert_eq!(of(names::REFUSALS), ["hourbook.reason=BELOW_FLOOR 2", "hourbook.reason=CODE_USED 1"]);
    assert_eq!(of(names::CALLERS_REFUSED), ["hourbook.why=unknown 1"]);
    assert_eq!(of(names::STREAMS_OPEN), ["rpc.method=hourbook.v1.AuditService/Verify 0"]);
    let closed =
        ["hourbook.why=handshake_failed 1", "hourbook.why=handshake_slow 2", "hourbook.why=too_many 1"];
    assert_eq!(of(names::CONNECTIONS_CLOSED), closed);
    let attempts = ["hourbook.outcome=delivered 1", "hourbook.outcome=timeout 1"];
    assert_eq!(of(names::HOOK_ATTEMPTS), attempts);
    assert_eq!(of(names::QUEUE_DEPTH), ["7"]);
    assert_eq!(of(names::ENTRIES), ["8"]);
    assert_eq!(of(names::BATCH_ENTRIES), ["2 8"]);
    assert_eq!(of(names::BATCH_BYTES), ["2 1000"]);
    assert_eq!(of(names::BATCH_DURATION), ["2 0.008"]);
    assert_eq!(of(names::TRIAL_BALANCE), ["0"]);
    let unit = |name| collector.metric(name).unit;
    assert_eq!(names::METRICS.map(unit).join(" "), UNITS);
}

/// In the order of `names::METRICS`.
const UNITS: &str =
    "{call} s {refusal} {caller} {stream} {connection} {attempt} {submission} {entry} {entry} By s s";

//! A small collector: takes what is exported, and keeps it decoded and as bytes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

/// What arrived.
#[derive(Clone, Default)]
pub struct Collector {
    arrived: Arc<Mutex<Arrived>>,
}

#[derive(Default)]
struct Arrived {
    traces: Vec<ExportTraceServiceRequest>,
    metrics: Vec<ExportMetricsServiceRequest>,
}

impl Collector {
    /// Listens on a port of its own, until the runtime ends.
    pub async fn listen() -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let collector = Self::default();
        let server = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(collector.clone()))
            .add_service(MetricsServiceServer::new(collector.clone()));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        (collector, address)
    }

    pub fn spans(&self) -> Vec<Span> {
        let arrived = self.arrived.lock().unwrap();
        let resources = arrived.traces.iter().flat_map(|request| &request.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
    }

    /// The newest state of a metric.
    pub fn metric(&self, name: &str) -> Metric {
        let arrived = self.arrived.lock().unwrap();
        let resources = arrived.metrics.iter().flat_map(|request| &request.resource_metrics);
        let mut metrics =
            resources.flat_map(|resource| &resource.scope_metrics).flat_map(|scope| &scope.metrics);
        metrics.rfind(|metric| metric.name == name).unwrap_or_else(|| panic!("no {name}")).clone()
    }

    /// Attributes of every resource that sent something.
    pub fn resources(&self) -> Vec<Vec<KeyValue>> {
        let arrived = self.arrived.lock().unwrap();
        let traces = arrived.traces.iter().flat_map(|request| &request.resource_spans);
        let metrics = arrived.metrics.iter().flat_map(|request| &request.resource_metrics);
        let traces = traces.map(|resource| resource.resource.clone());
        traces
            .chain(metrics.map(|resource| resource.resource.clone()))
            .map(|resource| resource.unwrap().attributes)
            .collect()
    }

    /// Everything that arrived, as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let arrived = self.arrived.lock().unwrap();
        let traces = arrived.traces.iter().flat_map(Message::encode_to_vec);
        traces.chain(arrived.metrics.iter().flat_map(Message::encode_to_vec)).collect()
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.arrived.lock().unwrap().traces.push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.arrived.lock().unwrap().metrics.push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// An attribute as text: `key=value`, sorted.
pub fn words(attributes: &[KeyValue]) -> Vec<String> {
    let word = |attribute: &KeyValue| match attribute.value.clone().unwrap().value.unwrap() {
        Value::StringValue(text) => format!("{}={text}", attribute.key),
        Value::IntValue(number) => format!("{}={number}", attribute.key),
        other => panic!("{}: {other:?}", attribute.key),
    };
    let mut words: Vec<_> = attributes.iter().map(word).collect();
    words.sort();
    words
}

/// The points of a metric as `labels value` (for a histogram its count and sum), sorted.
pub fn points(metric: &Metric) -> Vec<String> {
    let number = |value: number_data_point::Value| match value {
        number_data_point::Value::AsInt(number) => number,
        number_data_point::Value::AsDouble(number) => panic!("{number}"),
    };
    let numbers = |points: &[opentelemetry_proto::tonic::metrics::v1::NumberDataPoint]| {
        let line = |point: &opentelemetry_proto::tonic::metrics::v1::NumberDataPoint| {
            format!("{} {}", words(&point.attributes).join(" "), number(point.value.unwrap()))
        };
        points.iter().map(line).collect::<Vec<_>>()
    };
    let mut points = match metric.data.as_ref().unwrap() {
        metric::Data::Gauge(gauge) => numbers(&gauge.data_points),
        metric::Data::Sum(sum) => numbers(&sum.data_points),
        metric::Data::Histogram(histogram) => {
            let points = histogram.data_points.iter();
            points
                .map(|point| {
                    format!("{} {} {}", words(&point.attributes).join(" "), point.count, point.sum.unwrap())
                })
                .collect()
        }
        other => panic!("{}: {other:?}", metric.name),
    };
    points.sort();
    points.into_iter().map(|point| point.trim().to_owned()).collect()
}

//! The layer around a service that repeats what it is asked and answers as it is told.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use proptest::prelude::*;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MapKey, MessageDescriptor, Value};
use tokio::sync::Semaphore;
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::{Code, Status};
use tower::{Layer, Service};

use super::JsonLayer;
use crate::api;
use crate::telemetry::{Methods, Settings, Telemetry};

const BALANCE: &str = "/hourbook.v1.LedgerService/GetBalance";
const BUDGET_BYTES: usize = 1_000;

/// What a call came as: its head and its message.
type Came = (HeaderMap, Result<Vec<u8>, Status>);

/// Under the layer.
#[derive(Clone, Default)]
struct Told {
    came: Arc<Mutex<Option<Came>>>,
    headers: HeaderMap,
    message: Vec<u8>,
    trailers: HeaderMap,
}

impl Told {
    fn with_status(mut self, status: &Status) -> Self {
        status.add_header(&mut self.trailers).unwrap();
        self
    }

    fn came(&self) -> Came {
        self.came.lock().unwrap().take().unwrap()
    }
}

impl Service<Request<Body>> for Told {
    type Response = Response<Body>;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let told = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let came = body.collect().await.map(|whole| {
                let framed = whole.to_bytes();
                assert_eq!(framed[..5], [&[0], &(framed.len() as u32 - 5).to_be_bytes()[..]].concat());
                framed[5..].to_vec()
            });
            let refused = came.clone().err();
            *told.came.lock().unwrap() = Some((head.headers, came));
            if let Some(status) = refused {
                return Ok(status.into_http());
            }
            let framed = [&[0], &(told.message.len() as u32).to_be_bytes()[..], &told.message].concat();
            let trailers = Some(Ok(told.trailers));
            let body = Full::from(framed).with_trailers(std::future::ready(trailers));
            let mut answer = Response::new(Body::new(body));
            *answer.headers_mut() = told.headers;
            Ok(answer)
        })
    }
}

/// What was answered.
struct Heard {
    status: u16,
    headers: HeaderMap,
    json: serde_json::Value,
}

fn layer(budget: &Arc<Semaphore>) -> JsonLayer {
    let nowhere = tracing_subscriber::fmt::writer::BoxMakeWriter::new(std::io::sink);
    let metrics = Telemetry::build(&Settings::default(), nowhere).unwrap().metrics();
    let methods = Methods::of(&[api::DESCRIPTORS]).unwrap();
    JsonLayer::new(&super::super::READABLE, metrics, methods, Arc::clone(budget)).unwrap()
}

fn ask(told: &Told, path: &str, headers: &[(&str, &str)], json: impl Into<Bytes>) -> Heard {
    ask_within(&Arc::new(Semaphore::new(BUDGET_BYTES)), told, path, headers, json)
}

fn ask_within(
    budget: &Arc<Semaphore>,
    told: &Told,
    path: &str,
    headers: &[(&str, &str)],
    json: impl Into<Bytes>,
) -> Heard {
    let mut request = Request::post(path).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::new(Full::new(json.into()))).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (head, body) = layer(budget).layer(told.clone()).call(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Heard {
            status: head.status.as_u16(),
            headers: head.headers,
            json: serde_json::from_slice(&body).unwrap(),
        }
    })
}

/// Decides what is in a message; no more bytes decide for as little as possible.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn of(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % count
    }

    fn number(&mut self) -> u64 {
        let bytes = std::array::from_fn(|_| self.of(256) as u8);
        u64::from_be_bytes(bytes) >> self.of(64)
    }
}

fn message(of: MessageDescriptor, choices: &mut Choices<'_>) -> DynamicMessage {
    let mut said = DynamicMessage::new(of.clone());
    if of.full_name() == "google.protobuf.Timestamp" {
        let seconds = choices.number() % (253_402_300_800 + 62_135_596_800);
        said.set_field_by_name("seconds", Value::I64(seconds as i64 - 62_135_596_800));
        said.set_field_by_name("nanos", Value::I32((choices.number() % 1_000_000_000) as i32));
        return said;
    }
    for field in of.fields() {
        if choices.of(3) == 0 {
            continue;
        }
        let value = if field.is_map() {
            let values = field.kind().as_message().unwrap().map_entry_value_field().kind();
            let entries = (0..choices.of(3))
                .map(|place| (MapKey::String(format!("k{place}")), value(&values, choices)));
            Value::Map(entries.collect())
        } else if field.is_list() {
            Value::List((0..choices.of(4)).map(|_| value(&field.kind(), choices)).collect())
        } else {
            value(&field.kind(), choices)
        };
        said.set_field(&field, value);
    }
    said
}

fn value(kind: &Kind, choices: &mut Choices<'_>) -> Value {
    const TEXTS: [&str; 6] = ["", "hedge", "Grüße, 時間, 🕰", "\"\\\u{0}\u{7f}\u{2028}", "null", "1e5"];
    match kind {
        Kind::Double => Value::F64(choices.number() as f64 / 7.0),
        Kind::Float => Value::F32(choices.number() as f32 / 7.0),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(choices.number() as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(choices.number() as i64),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(choices.number() as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(choices.number()),
        Kind::Bool => Value::Bool(choices.of(2) == 1),
        Kind::String => Value::String(TEXTS[choices.of(TEXTS.len())].to_owned()),
        Kind::Bytes => Value::Bytes((0..choices.of(20)).map(|_| choices.of(256) as u8).collect()),
        // One that is not known yet, too: a newer client may say it.
        Kind::Enum(names) => {
            let values: Vec<_> = names.values().map(|value| value.number()).chain([999]).collect();
            Value::EnumNumber(values[choices.of(values.len())])
        }
        Kind::Message(of) => Value::Message(message(of.clone(), choices)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Goal: a call is asked exactly what its JSON says, and its answer is exactly what its JSON says. Method:
    /// random messages of every single call, with names as JSON has them and as `proto/` has them.
    #[test]
    fn json_says_what_the_messages_say(bytes in prop::collection::vec(any::<u8>(), 0..600), names: bool) {
        let pool = DescriptorPool::decode(api::DESCRIPTORS).unwrap();
        let mut choices = Choices(&bytes);
        let calls: Vec<_> = pool.services().flat_map(|service| {
            service.methods().map(|call| (format!("/{}/{}", service.full_name(), call.name()), call)).collect::<Vec<_>>()
        }).filter(|(_, call)| !call.is_client_streaming() && !call.is_server_streaming()).collect();
        let (path, call) = &calls[choices.of(calls.len())];
        let (asked, answer) = (message(call.input(), &mut choices), message(call.output(), &mut choices));
        // A field that is set to nothing is not set, once it was written.
        let asked = DynamicMessage::decode(call.input(), &*asked.encode_to_vec()).unwrap();
        let answer = DynamicMessage::decode(call.output(), &*answer.encode_to_vec()).unwrap();
        let told = Told { message: answer.encode_to_vec(), ..Told::default() }.with_status(&Status::ok(""));
        let mut json = Vec::new();
        let options = prost_reflect::SerializeOptions::new().use_proto_field_name(names);
        asked.serialize_with_options(&mut serde_json::Serializer::new(&mut json), &options).unwrap();
        let heard = ask_within(&Arc::new(Semaphore::new(1 << 20)), &told, path, &[], json);
        prop_assert_eq!(heard.status, 200, "{}", heard.json);
        let came = told.came().1.unwrap();
        prop_assert_eq!(DynamicMessage::decode(call.input(), &*came).unwrap(), asked);
        prop_assert_eq!(heard.json, serde_json::to_value(&answer).unwrap());
    }
}

/// Goal: what is said to a call reaches it, what is said to HTTP does not, and the same on the way back.
#[test]
fn heads_go_on() {
    let header = |name: &'static str, value| (HeaderName::from_static(name), HeaderValue::from_static(value));
    let told = Told {
        headers: HeaderMap::from_iter([header("content-type", "application/grpc"), header("x-first", "1")]),
        trailers: HeaderMap::from_iter([header("x-last", "2"), header("x-last", "3")]),
        ..Told::default()
    };
    let told = told.with_status(&Status::ok(""));
    let asked = [
        ("authorization", "Bearer abc"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("x-till", "7"),
        ("host", "hourbook"),
        ("connection", "keep-alive"),
        ("content-length", "2"),
        ("accept-encoding", "gzip"),
        ("connect-protocol-version", "1"),
        ("grpc-timeout", "1n"),
    ];
    let heard = ask(&told, BALANCE, &asked, "{}");
    let came = told.came().0;
    let mut names: Vec<_> = came.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["authorization", "content-type", "te", "traceparent", "x-till"]);
    assert_eq!(
        (&came["content-type"], &came["te"]),
        (&"application/grpc".parse().unwrap(), &"trailers".parse().unwrap())
    );
    assert_eq!(came["authorization"], "Bearer abc");
    let last: Vec<_> = heard.headers.get_all("trailer-x-last").iter().collect();
    assert_eq!(heard.status, 200);
    assert_eq!(last, ["2", "3"]);
    assert_eq!(heard.headers["x-first"], "1");
    assert_eq!(heard.headers["content-type"], "application/json");
    assert!(heard.headers.keys().all(|name| !name.as_str().contains("grpc")), "{:?}", heard.headers);

    for (milliseconds, wanted) in [("1", "1m"), ("0001500", "1500m"), ("9999999999", "99999999m")] {
        ask(&told, BALANCE, &[("connect-timeout-ms", milliseconds)], "{}");
        assert_eq!(told.came().0["grpc-timeout"], wanted);
    }
}

/// Goal: each code has the name and the status of HTTP that the Connect protocol gives it, its words go with
/// it, and its details can be read, known ones by people too. Method: its table, written down once more.
#[test]
fn every_code_as_the_protocol_has_it() {
    let table = [
        (Code::Cancelled, "canceled", 499),
        (Code::Unknown, "unknown", 500),
        (Code::InvalidArgument, "invalid_argument", 400),
        (Code::DeadlineExceeded, "deadline_exceeded", 504),
        (Code::NotFound, "not_found", 404),
        (Code::AlreadyExists, "already_exists", 409),
        (Code::PermissionDenied, "permission_denied", 403),
        (Code::ResourceExhausted, "resource_exhausted", 429),
        (Code::FailedPrecondition, "failed_precondition", 400),
        (Code::Aborted, "aborted", 409),
        (Code::OutOfRange, "out_of_range", 400),
        (Code::Unimplemented, "unimplemented", 501),
        (Code::Internal, "internal", 500),
        (Code::Unavailable, "unavailable", 503),
        (Code::DataLoss, "data_loss", 500),
        (Code::Unauthenticated, "unauthenticated", 401),
    ];
    let retry = prost_types::Duration { seconds: 1, nanos: 500_000_000 };
    let any = |name: &str, value| prost_types::Any { type_url: format!("type.googleapis.com/{name}"), value };
    let details = vec![
        any(
            "google.rpc.RetryInfo",
            [&[10], &[retry.encoded_len() as u8][..], &retry.encode_to_vec()].concat(),
        ),
        any("not.Known", vec![251, 255]),
    ];
    for (code, name, http) in table {
        let rich =
            tonic_types::Status { code: code as i32, message: "Grüße".into(), details: details.clone() };
        let status = Status::with_details(code, "Grüße", rich.encode_to_vec().into());
        let heard = ask(&Told::default().with_status(&status), BALANCE, &[], "{}");
        assert_eq!(heard.status, http, "{name}");
        let wanted = serde_json::json!({
            "code": name, "message": "Grüße",
            "details": [
                { "type": "google.rpc.RetryInfo", "value": "CggIARCAyrXuAQ", "debug": { "retryDelay": "1.500s" } },
                { "type": "not.Known", "value": "+/8" },
            ],
        });
        assert_eq!(heard.json, wanted);
        assert_eq!(heard.headers["content-type"], "application/json");
    }
}

/// Goal: an answer that says nothing, or is none, is an error that says so; it is never 200. Method: no
/// status; bytes that are no message.
#[test]
fn answers_that_are_none() {
    let silent = ask(&Told::default(), BALANCE, &[], "{}");
    assert_eq!((silent.status, &silent.json["code"]), (500, &"internal".into()));
    let broken = Told { message: vec![0xff; 3], ..Told::default() }.with_status(&Status::ok(""));
    let broken = ask(&broken, BALANCE, &[], "{}");
    assert_eq!((broken.status, &broken.json["code"]), (500, &"internal".into()));
    assert!(broken.json["message"].as_str().unwrap().starts_with("it was done"), "{}", broken.json);
}

/// Goal: what is not read yet shares the memory for it, and gives it back. Method: a memory of 1,000 bytes
/// beside what is free; a body within both, and one of a byte more.
#[test]
fn bodies_share_the_memory_there_is() {
    let budget = Arc::new(Semaphore::new(BUDGET_BYTES));
    let free = 8 << 10;
    for (bytes, status) in [(free + BUDGET_BYTES, 200), (free + BUDGET_BYTES + 1, 429)] {
        let json = format!("{{}}{}", " ".repeat(bytes - 2));
        let told = Told::default().with_status(&Status::ok(""));
        let heard = ask_within(&budget, &told, BALANCE, &[], json);
        assert_eq!(heard.status, status, "{}", heard.json);
        assert_eq!(budget.available_permits(), BUDGET_BYTES);
    }
}

//! Any call by its name, with any key, by gRPC and with JSON: a request is JSON, and so is an answer.

use hourbook::api;
use hourbook::domain::RequestId;
use http::uri::PathAndQuery;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use serde_json::Value;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::json;
use crate::service::hostile::wire::Bytes;

/// Asks a server.
#[derive(Clone)]
pub struct Asking {
    channel: Channel,
    pool: DescriptorPool,
}

/// What came back of a call.
pub struct Heard {
    pub messages: Vec<DynamicMessage>,
    /// How it ended, unless well.
    pub status: Option<Status>,
    /// Headers and trailers, as text.
    pub around: String,
}

/// A refusal: code, sentence, and reason with figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub code: Code,
    pub message: String,
    pub info: String,
}

impl Heard {
    /// The answer, or why there is none. What a batch says of its one entry counts as said of the call; of a
    /// stream, the last message that came is the answer.
    pub fn outcome(&self) -> Result<Value, Said> {
        if let Some(status) = &self.status {
            return Err(Said::of(status));
        }
        let answer = self.messages.last().map_or(Value::Null, json_of);
        let error = &answer["results"][0]["error"];
        if error.is_null() {
            return Ok(answer);
        }
        let code = i32::try_from(number(&error["code"])).unwrap();
        let (message, info) = (error["message"].as_str().unwrap(), &error["metadata"]);
        Err(Said { code: code.into(), message: message.into(), info: format!("{} {info}", error["reason"]) })
    }
}

impl Said {
    fn of(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info().map(|info| {
            let mut metadata: Vec<_> = info.metadata.iter().collect();
            metadata.sort();
            format!("{} {metadata:?}", info.reason)
        });
        let message = status.message().to_owned();
        Self { code: status.code(), message, info: info.unwrap_or_default() }
    }
}

impl Asking {
    pub fn new(channel: Channel) -> Self {
        Self { channel, pool: DescriptorPool::decode(api::DESCRIPTORS).unwrap() }
    }

    /// Every call there is, in the order of their names.
    pub fn methods(&self) -> Vec<MethodDescriptor> {
        let services = self.pool.services().filter(|service| service.package_name() == "hourbook.v1");
        let mut methods: Vec<_> =
            services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect();
        methods.sort_by_key(full_name);
        methods
    }

    fn method(&self, call: &str) -> MethodDescriptor {
        self.methods().into_iter().find(|method| method.name() == call).unwrap()
    }

    /// Asks by gRPC, and listens until the end or until a message is `enough`.
    pub async fn grpc(
        &self,
        key: Option<&str>,
        method: &MethodDescriptor,
        request: &Value,
        enough: impl Fn(&Value) -> bool,
    ) -> Heard {
        let message = DynamicMessage::deserialize(method.input(), request)
            .unwrap_or_else(|error| panic!("{}: {error}: {request}", method.full_name()));
        let mut request = Request::new(tokio_stream::once(message.encode_to_vec()));
        if let Some(key) = key {
            request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
        }
        let path = PathAndQuery::try_from(format!("/{}", full_name(method))).unwrap();
        let mut grpc = Grpc::new(self.channel.clone()).max_decoding_message_size(64 << 20);
        grpc.ready().await.unwrap();
        let mut heard = Heard { messages: Vec::new(), status: None, around: String::new() };
        // Every call is a stream to the transport: one message may come, or many.
        let mut answers = match grpc.streaming(request, path, Bytes).await {
            Ok(answers) => answers,
            Err(status) => {
                heard.status = Some(status);
                return heard;
            }
        };
        heard.around = format!("{:?}", answers.metadata());
        loop {
            match answers.get_mut().message().await {
                Ok(Some(bytes)) => {
                    heard.messages.push(DynamicMessage::decode(method.output(), &*bytes).unwrap());
                    if enough(&json_of(heard.messages.last().unwrap())) {
                        return heard;
                    }
                }
                Ok(None) => break,
                Err(status) => {
                    heard.status = Some(status);
                    return heard;
                }
            }
        }
        heard.around += &format!("{:?}", answers.get_mut().trailers().await.unwrap());
        heard
    }

    /// Asks a unary call with JSON: whether it went well, and the body.
    pub async fn json(&self, key: Option<&str>, method: &MethodDescriptor, request: &Value) -> (bool, Value) {
        let bearer = key.map(|key| format!("Bearer {key}"));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let path = format!("/{}", full_name(method));
        let (status, _, body) =
            json::post(&self.channel, &path, &headers, request.to_string().into_bytes()).await;
        (status.is_success(), serde_json::from_slice(&body).unwrap())
    }

    /// The answer to a call that nothing is in the way of; a request id is made for it unless it has one.
    pub async fn done(&self, key: Option<&str>, call: &str, mut request: Value) -> Value {
        let method = self.method(call);
        if method.input().get_field_by_json_name("requestId").is_some() && request["requestId"].is_null() {
            request["requestId"] = RequestId::fresh().to_string().into();
        }
        let heard = self.grpc(key, &method, &request, |_| false).await;
        heard.outcome().unwrap_or_else(|said| panic!("{call} {request}: {said:?}"))
    }
}

/// `package.Service/Call`.
pub fn full_name(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

pub fn json_of(message: &DynamicMessage) -> Value {
    serde_json::to_value(message).unwrap()
}

/// A whole number: those of 64 bits are text in JSON; one that is left out is 0.
pub fn number(value: &Value) -> i64 {
    match value {
        Value::Null => 0,
        Value::String(text) => text.parse().unwrap(),
        other => other.as_i64().unwrap(),
    }
}

//! Tools that know nothing of Hourbook ask the server what it speaks.

use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

use crate::support::served::Served;

/// Goal: a tool finds all services and health, and can read the details of errors, which name their types.
/// Method: reflection is asked for one symbol after the other.
#[test]
fn everything_on_the_wire_is_described() {
    let served = Served::new();
    for symbol in [
        "hourbook.v1.LedgerService",
        "hourbook.v1.AuditService",
        "hourbook.v1.AccessService",
        "hourbook.v1.DirectoryService",
        "hourbook.v1.ExchangeService",
        "hourbook.v1.RedemptionService",
        "hourbook.v1.HookService",
        "grpc.health.v1.Health",
        "google.rpc.ErrorInfo",
        "google.rpc.BadRequest",
        "google.rpc.RetryInfo",
    ] {
        let request = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::FileContainingSymbol(symbol.into())),
        };
        let answer: ServerReflectionResponse = served.block_on(async {
            let mut client = ServerReflectionClient::new(served.channel.clone());
            let answers = client.server_reflection_info(tokio_stream::iter([request])).await.unwrap();
            answers.into_inner().message().await.unwrap().unwrap()
        });
        let found = answer.message_response.unwrap();
        assert!(matches!(found, MessageResponse::FileDescriptorResponse(_)), "{symbol}: {found:?}");
    }
}

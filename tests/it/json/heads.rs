//! What a request is refused for before its body is read, and what its head says to a call.

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tonic::transport::Channel;

use super::{LEDGER, ask, post};
use crate::service::hostile::Books;
use crate::support::served::fresh;

const JSON: (&str, &str) = ("content-type", "application/json");

async fn refused(channel: &Channel, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Value) {
    let (status, headers, heard) = post(channel, path, headers, b"{}".to_vec()).await;
    assert_eq!(headers["content-type"], "application/json", "{path}");
    (status, headers, serde_json::from_slice(&heard).unwrap())
}

/// What is wrong, path, headers; and what is heard: the status, the code, words.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16, &'a str, &'a str);

/// Goal: what is no call is refused with the status, the header and the words that help. Method: each row
/// changes one thing of a call that is right.
#[test]
fn what_is_no_call() {
    let books = Books::new();
    let before = books.position();
    let right = format!("{LEDGER}/RegisterOwners");
    let stream = |name| format!("{LEDGER}/{name}");
    let rows: [Row<'_>; 13] = [
        ("no call", &stream("RegisterOwner"), &[JSON], 404, "unimplemented", "no such call"),
        (
            "no service",
            "/hourbook.v2.LedgerService/GetBalance",
            &[JSON],
            404,
            "unimplemented",
            "no such call",
        ),
        ("no path", "/", &[], 404, "unimplemented", "no such call"),
        (
            "a form",
            &right,
            &[("content-type", "application/x-www-form-urlencoded")],
            415,
            "invalid_argument",
            "say Content-Type: application/json",
        ),
        ("nothing", &right, &[], 415, "invalid_argument", "say Content-Type: application/json"),
        (
            "letters of old",
            &right,
            &[("content-type", "application/json; charset=latin1")],
            415,
            "invalid_argument",
            "say Content-Type",
        ),
        (
            "the protocol's streams",
            &right,
            &[("content-type", "application/connect+json")],
            415,
            "invalid_argument",
            "say Content-Type",
        ),
        ("a stream of answers", &stream("WatchEntries"), &[JSON], 501, "unimplemented", "use gRPC"),
        ("a stream both ways", &stream("PostBatches"), &[JSON], 501, "unimplemented", "use gRPC"),
        ("compressed", &right, &[JSON, ("content-encoding", "gzip")], 501, "unimplemented", "identity"),
        (
            "another version",
            &right,
            &[JSON, ("connect-protocol-version", "2")],
            400,
            "invalid_argument",
            "must be 1",
        ),
        ("a page", &right, &[JSON, ("origin", "http://evil.example")], 403, "permission_denied", "browser"),
        (
            "bytes, as what they are not",
            &right,
            &[("content-type", "application/proto")],
            400,
            "invalid_argument",
            "cannot be read",
        ),
    ];
    books.served.block_on(async {
        for (what, path, headers, status, code, words) in rows {
            let (heard, headers, body) = refused(&books.served.channel, path, headers).await;
            assert_eq!((heard.as_u16(), &body["code"]), (status, &json!(code)), "{what}: {body}");
            assert!(body["message"].as_str().unwrap().contains(words), "{what}: {body}");
            let accepted = headers.get("accept-post").map(|types| types.to_str().unwrap());
            let wanted = (status == 415).then_some("application/json, application/proto, application/grpc");
            assert_eq!(accepted, wanted, "{what}");
        }
    });
    assert_eq!(books.position(), before);
}

/// Goal: a call is posted, and nothing else. Method: every other way of asking, over HTTP/1.1.
#[test]
fn calls_are_posted() {
    let books = Books::new();
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH] {
        let asked = format!(
            "{method} {LEDGER}/GetBalance HTTP/1.1\r\nHost: hourbook\r\nContent-Type: application/json\r\n\
             Connection: close\r\n\r\n"
        );
        let heard = books.served.block_on(super::connections::heard(books.served.address, asked.as_bytes()));
        assert!(heard.starts_with("HTTP/1.1 405 "), "{method}: {heard}");
        assert!(heard.contains("\r\nallow: POST\r\n"), "{method}: {heard}");
        assert!(heard.contains("asked with POST"), "{method}: {heard}");
    }
}

/// Goal: bytes are the same call as JSON, framed by nobody. Method: a request as bytes, its answer decoded.
#[test]
fn bytes_without_a_frame() {
    use hourbook::api;
    use prost::Message;
    let books = Books::new();
    let request = api::RegisterOwnersRequest { request_id: fresh(), count: 3, ..Default::default() };
    let headers = [("content-type", "application/proto"), ("connect-protocol-version", "1")];
    let path = format!("{LEDGER}/RegisterOwners");
    let (status, headers, heard) =
        books.served.block_on(post(&books.served.channel, &path, &headers, request.encode_to_vec()));
    assert_eq!((status.as_u16(), &headers["content-type"]), (200, &"application/proto".parse().unwrap()));
    let answer = api::RegisterOwnersResponse::decode(&*heard).unwrap();
    assert_eq!(answer.receipt.unwrap().entry.unwrap().request_id, request.request_id);
}

/// Goal: any service that is served can be asked, and one that is not there yet says so. Method: health.
#[test]
fn every_service_can_be_asked() {
    let books = Books::new();
    let asked = |body: &str| {
        let path = "/grpc.health.v1.Health/Check";
        let (status, _, heard) =
            books.served.block_on(post(&books.served.channel, path, &[JSON], body.as_bytes().to_vec()));
        (status.as_u16(), serde_json::from_slice::<Value>(&heard).unwrap())
    };
    assert_eq!(asked("{}"), (200, json!({ "status": "SERVING" })));
    let (status, unknown) = asked("{\"service\": \"hourbook.v1.NoService\"}");
    assert_eq!((status, &unknown["code"]), (404, &json!("not_found")));
    let (status, trial) = books.served.block_on(async {
        let path = "/hourbook.v1.AuditService/TrialBalance";
        let (status, _, heard) = post(&books.served.channel, path, &[JSON], b"{}".to_vec()).await;
        (status, serde_json::from_slice::<Value>(&heard).unwrap())
    });
    assert_eq!(status.as_u16(), 200, "{trial}");
    let (status, read) = books.served.block_on(ask(
        &books.served.channel,
        "GetBalance",
        json!({ "accountNumber": books.ann }).to_string(),
    ));
    assert_eq!(status.as_u16(), 200, "{read}");
}

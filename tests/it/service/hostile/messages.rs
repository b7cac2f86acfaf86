//! Messages that are too large, or none, and callers who do not speak gRPC at all.

use hourbook::api;
use prost::Message;
use tonic::Code;
use tonic::client::GrpcService;
use tonic::codegen::Body as _;
use tonic::transport::Channel;

use super::{Books, named, wire};
use crate::support::served::{exchange, open_channel};

const POST_ENTRY: &str = "/hourbook.v1.LedgerService/PostEntry";

/// Goal: a message of 10 MB is refused with the limit in its sentence, on every service.
#[test]
fn ten_megabytes() {
    let books = Books::new();
    let before = books.position();
    let large = api::PostEntryRequest { request_id: "7".repeat(10 << 20), ..Default::default() };
    for path in [
        POST_ENTRY,
        "/hourbook.v1.LedgerService/GetBalance",
        "/hourbook.v1.AuditService/TrialBalance",
        "/hourbook.v1.AuditService/Verify",
        "/hourbook.v1.DirectoryService/SetBankPolicy",
        "/hourbook.v1.ExchangeService/RecordExchange",
        "/grpc.health.v1.Health/Check",
    ] {
        let status = books
            .served
            .block_on(async {
                let channel = open_channel(books.served.address).await;
                wire::call(&channel, path, large.encode_to_vec()).await
            })
            .unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{path}: {status:?}");
        assert!(status.message().contains("262,144 bytes"), "{path}: {}", status.message());
    }
    assert_eq!(books.position(), before);
}

/// Goal: a message just within the limit is read, and one byte more is not. Method: an id as long as needed.
#[test]
fn the_limit_is_where_it_is_said_to_be() {
    let books = Books::new();
    let of = |bytes: usize| {
        let mut request = api::FindEntryRequest { request_id: String::new() };
        request.request_id = "7".repeat(bytes - 4); // Its key and length take four.
        assert_eq!(request.encoded_len(), bytes);
        let status = books.served.block_on(books.served.ledger().find_entry(request)).unwrap_err();
        (status.code(), named(&status))
    };
    assert_eq!(of(256 << 10), (Code::InvalidArgument, "request_id".into()));
    assert_eq!(of((256 << 10) + 1), (Code::InvalidArgument, String::new()));
}

/// Goal: bytes that are no message, or a string that is no text, are the caller's fault and named as such.
#[test]
fn bytes_that_are_no_message() {
    let books = Books::new();
    let channel = &books.served.channel;
    let before = books.position();
    let right = exchange(books.ann, books.dev, 1).encode_to_vec();
    let memo = [&right[..], &[0x32, 0x05, 0x12, 0x03, 0xff, 0xfe, 0xfd]].concat();
    let cases: [(&str, Vec<u8>); 6] = [
        ("a string that is no text", vec![0x0a, 0x02, 0xff, 0xfe]),
        ("a memo that is no text", memo),
        ("cut in the middle", right[..right.len() - 1].to_vec()),
        ("a wire type that is none", vec![0x0f]),
        ("a length beyond everything", vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        ("noise", (0..1_000_u32).map(|number| (number * 197 % 251) as u8).collect()),
    ];
    for (what, bytes) in cases {
        let status = books.served.block_on(wire::call(channel, POST_ENTRY, bytes)).unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status:?}");
        assert!(status.message().contains("cannot be read"), "{what}: {}", status.message());
    }
    let empty = books.served.block_on(wire::call(channel, POST_ENTRY, Vec::new())).unwrap_err();
    assert_eq!((empty.code(), named(&empty)), (Code::InvalidArgument, "kind".into()));
    let nested = std::iter::repeat_n([0x0b], 10_000).flatten().collect();
    let status = books.served.block_on(wire::call(channel, POST_ENTRY, nested)).unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    // A field of a newer client is not an error.
    let newer = [&right[..], &[0xfa, 0x3f, 0x01, 0x07]].concat();
    books.served.block_on(wire::call(channel, POST_ENTRY, newer)).unwrap();
    assert_eq!(books.position(), before + 1);
}

/// Goal: calls there are not are UNIMPLEMENTED.
#[test]
fn calls_there_are_not() {
    let books = Books::new();
    for path in [
        "/hourbook.v1.LedgerService/PrintMoney",
        "/hourbook.v1.NoService/PostEntry",
        "/hourbook.v2.LedgerService/PostEntry",
        "/",
        "/hourbook.v1.LedgerService/PostEntry/",
    ] {
        let status = books.served.block_on(wire::call(&books.served.channel, path, Vec::new())).unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}: {status:?}");
    }
}

/// Asks with these headers and this body; the code of HTTP, and that of gRPC wherever it stands.
async fn ask(
    channel: &Channel,
    headers: &[(&str, &str)],
    method: http::Method,
    body: &str,
) -> (u16, Option<String>) {
    let mut request = http::Request::builder().method(method).uri(POST_ENTRY);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(tonic::body::Body::new(body.to_owned())).unwrap();
    let mut channel = channel.clone();
    std::future::poll_fn(|context| GrpcService::<tonic::body::Body>::poll_ready(&mut channel, context))
        .await
        .unwrap();
    let response = match GrpcService::call(&mut channel, request).await {
        Ok(response) => response,
        Err(error) => return (0, Some(format!("{error:?}"))),
    };
    let (head, body) = response.into_parts();
    let said =
        |headers: &http::HeaderMap| headers.get("grpc-status").map(|code| code.to_str().unwrap().to_owned());
    let mut code = said(&head.headers);
    let mut body = std::pin::pin!(body);
    while let Some(Ok(part)) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        code = part.trailers_ref().and_then(said).or(code);
    }
    (head.status.as_u16(), code)
}

/// Goal: what is compressed, or no gRPC, gets an answer that says so, and the connection lives on.
#[test]
fn calls_that_are_no_calls() {
    let books = Books::new();
    let before = books.position();
    let channel = books.served.block_on(open_channel(books.served.address));
    let grpc = ("content-type", "application/grpc");
    let post = http::Method::POST;
    let asked = |headers: &[(&str, &str)], method: &http::Method, body: &str| {
        books.served.block_on(ask(&channel, headers, method.clone(), body))
    };
    let unimplemented = Some(i32::from(Code::Unimplemented).to_string());
    let invalid = Some(i32::from(Code::InvalidArgument).to_string());
    assert_eq!(
        asked(&[grpc, ("grpc-encoding", "gzip")], &post, "\u{1}\0\0\0\u{5}hello"),
        (200, unimplemented)
    );
    assert_eq!(asked(&[grpc], &post, "\u{1}\0\0\0\u{5}hello"), (200, invalid.clone()));
    assert_eq!(asked(&[grpc], &post, "\u{7}\0\0\0\u{5}hello"), (200, invalid.clone()));
    assert_eq!(asked(&[grpc], &post, "\0\0\0\0\u{5}hell"), (200, invalid.clone()), "half a message");
    assert_eq!(asked(&[grpc], &post, ""), (200, invalid.clone()), "no message");
    for (headers, method) in [
        (vec![("content-type", "application/json")], &post),
        (vec![], &post),
        (vec![grpc], &http::Method::GET),
    ] {
        let (http, grpc) = asked(&headers, method, "{\"request_id\": \"no\"}");
        assert!(
            http >= 400 || grpc.as_deref().is_some_and(|code| code != "0"),
            "{headers:?}: {http}, {grpc:?}"
        );
    }
    let long = "x".repeat(20_000);
    let (http, _) = asked(&[grpc, ("x-long", &long)], &post, "");
    assert!(http == 0 || http == 431, "{http}");
    let odd = [grpc, ("grpc-timeout", "soon"), ("traceparent", "00-zz")];
    assert_eq!(asked(&odd, &post, ""), (200, invalid));
    let unknown = Some(i32::from(Code::Unauthenticated).to_string());
    for shown in ["Bearer \u{9}", "Bearer", "Basic YTpi", "Bearer hbk_1_no", ""] {
        // Who shows something is never taken for somebody who shows nothing.
        assert_eq!(asked(&[grpc, ("authorization", shown)], &post, ""), (200, unknown.clone()), "{shown:?}");
    }
    assert_eq!(books.position(), before);
    books
        .served
        .block_on(wire::call(&channel, POST_ENTRY, exchange(books.ann, books.dev, 1).encode_to_vec()))
        .unwrap();
}

/// Goal: whoever speaks another language is hung up on; half a frame and a close hurt nobody.
#[test]
fn other_languages() {
    let books = Books::new();
    let before = books.position();
    let address = books.served.address;
    let long: Vec<u8> = (0..100_000_u32).map(|number| (number * 31 % 253) as u8).collect();
    books.served.block_on(async {
        for words in [
            b"GET / HTTP/1.1 \xff\r\nHost: hourbook\r\n\r\n".to_vec(),
            b"GET / HTTP/0.9\r\n\r\n".to_vec(),
            b"EHLO hourbook\r\n".to_vec(),
            b"GET / HTTP/1.0\r\nHost: hourbook\r\n\r\n".to_vec(), // HTTP/1.1 is answered and kept: `json`.
            b"POST /hourbook.v1.LedgerService/PostEntry HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc".to_vec(),
            b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03 a hello of TLS, long enough to be read".to_vec(),
            long,
            [&wire::hello(None)[..], &wire::frame(1, 4, 0, b"\x82")].concat(), // A call on the connection itself.
            [&wire::hello(None)[..], &wire::frame(0, 0, 1, b"no head")].concat(),
            [&wire::hello(None)[..], &wire::frame(1, 4, 1, &[0xff; 100])].concat(), // A head that is none.
            [&wire::hello(None)[..], &[0xff; 9]].concat(),                          // A frame of 16 MB.
        ] {
            let mut stream = wire::say(address, &words[..words.len().min(60_000)]).await;
            wire::until_closed(&mut stream).await;
        }
        let request = exchange(books.ann, books.dev, 1);
        let whole = [wire::hello(None), wire::head(1, POST_ENTRY), wire::message(1, &request)].concat();
        for cut in [1, 23, 30, 33, 60, 100, whole.len() - 20, whole.len() - 1] {
            drop(wire::say(address, &whole[..cut]).await);
        }
        // The same with a call that is whole but for its end: never ended, so never decided.
        drop(wire::say(address, &whole).await);
    });
    books.others_are_served();
    assert_eq!(books.position(), before + 1);
}

//! What no well-behaved client does: bytes as a message, and HTTP/2 frames written by hand.

use std::net::SocketAddr;

use http::uri::PathAndQuery;
use prost::Message;
use prost::bytes::{Buf, BufMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_stream::Stream;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Request, Status};

pub const OPENING_WORDS: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Messages are what bytes they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut bytes = vec![0; from.remaining()];
        from.copy_to_slice(&mut bytes);
        Ok(Some(bytes))
    }
}

/// Calls `path` with these bytes as the message.
pub async fn call(channel: &Channel, path: &'static str, bytes: Vec<u8>) -> Result<Vec<u8>, Status> {
    let mut grpc = Grpc::new(channel.clone()).max_encoding_message_size(64 << 20);
    grpc.ready().await.unwrap();
    let answer = grpc.unary(Request::new(bytes), PathAndQuery::from_static(path), Bytes).await;
    answer.map(tonic::Response::into_inner)
}

/// Calls a unary `path` with a message that comes when the stream says so.
pub async fn call_slowly(
    channel: &Channel,
    path: &'static str,
    messages: impl Stream<Item = Vec<u8>> + Send + 'static,
) -> Result<Vec<u8>, Status> {
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let answer = grpc.client_streaming(Request::new(messages), PathAndQuery::from_static(path), Bytes).await;
    answer.map(tonic::Response::into_inner)
}

/// A frame of HTTP/2.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Opening words, and settings: none, or a window in which no answer fits.
pub fn hello(window: Option<u32>) -> Vec<u8> {
    let mut settings = Vec::new();
    if let Some(window) = window {
        settings.extend(4_u16.to_be_bytes());
        settings.extend(window.to_be_bytes());
    }
    [OPENING_WORDS.to_vec(), frame(4, 0, 0, &settings)].concat()
}

/// The head of a gRPC call; its body stays open.
pub fn head(stream: u32, path: &str) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", path),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ] {
        block.extend([0, name.len() as u8]); // Literal, not indexed, not compressed.
        block.extend(name.as_bytes());
        block.push(value.len() as u8);
        block.extend(value.as_bytes());
    }
    frame(1, 4, stream, &block)
}

/// A gRPC message in as many frames as it needs.
pub fn message(stream: u32, message: &impl Message) -> Vec<u8> {
    let body = message.encode_to_vec();
    let mut bytes = vec![0];
    bytes.extend((body.len() as u32).to_be_bytes());
    bytes.extend(body);
    bytes.chunks(16_000).flat_map(|part| frame(0, 0, stream, part)).collect()
}

/// Room for answers, on one stream.
pub fn room(stream: u32, bytes: u32) -> Vec<u8> {
    frame(8, 0, stream, &bytes.to_be_bytes())
}

/// Connects and says these bytes.
pub async fn say(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// The next frame: kind, flags, stream and payload; nothing once the server closed.
pub async fn hear(stream: &mut TcpStream) -> Option<(u8, u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload))
}

/// What comes until the server closes. Two minutes are only a net.
pub async fn until_closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    let mut part = [0; 4_096];
    let net = std::time::Duration::from_secs(120);
    loop {
        match tokio::time::timeout(net, stream.read(&mut part)).await.expect("the server never closed") {
            Ok(0) | Err(_) => return heard,
            Ok(bytes) => heard.extend(&part[..bytes]),
        }
    }
}

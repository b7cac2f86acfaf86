//! An identity provider of the tests: real keys, a real HTTP server, answers as a test wants them.
//!
//! Signs with aws-lc-rs alone, so that nothing of it comes from the code it tests.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use aws_lc_rs::{hmac, rsa::KeySize};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

enum Private {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A key of an issuer.
pub struct Key {
    pub id: String,
    private: Private,
}

impl Key {
    pub fn rsa(id: &str) -> Self {
        Self::new(id, Private::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())))
    }

    pub fn p256(id: &str) -> Self {
        let signing = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
        Self::new(id, Private::P256(EcdsaKeyPair::generate(signing).unwrap()))
    }

    pub fn p384(id: &str) -> Self {
        let signing = &signature::ECDSA_P384_SHA384_FIXED_SIGNING;
        Self::new(id, Private::P384(EcdsaKeyPair::generate(signing).unwrap()))
    }

    pub fn ed25519(id: &str) -> Self {
        Self::new(id, Private::Ed25519(Ed25519KeyPair::generate().unwrap()))
    }

    fn new(id: &str, private: Private) -> Self {
        Self { id: id.to_owned(), private }
    }

    /// What the issuer publishes of it.
    pub fn published(&self) -> Value {
        let curve = |point: &[u8], name: &str| {
            let (x, y) = point[1..].split_at(point.len() / 2);
            json!({"kid": self.id, "kty": "EC", "crv": name, "use": "sig", "x": encoded(x), "y": encoded(y)})
        };
        match &self.private {
            Private::Rsa(pair) => {
                let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
                let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
                json!({"kid": self.id, "kty": "RSA", "use": "sig", "n": encoded(n), "e": encoded(e)})
            }
            Private::P256(pair) => curve(pair.public_key().as_ref(), "P-256"),
            Private::P384(pair) => curve(pair.public_key().as_ref(), "P-384"),
            Private::Ed25519(pair) => {
                json!({"kid": self.id, "kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key())})
            }
        }
    }

    /// Everything public that somebody might take for a shared secret.
    pub fn public_bytes(&self) -> Vec<Vec<u8>> {
        let published = self.published();
        let mut all = vec![published.to_string().into_bytes()];
        for part in ["n", "x"] {
            if let Some(text) = published[part].as_str() {
                all.extend([text.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(text).unwrap()]);
            }
        }
        match &self.private {
            Private::Rsa(pair) => {
                all.push(pair.public_key().as_ref().to_vec());
                all.push(pair.public_key().as_der().unwrap().as_ref().to_vec());
            }
            Private::P256(pair) | Private::P384(pair) => all.push(pair.public_key().as_ref().to_vec()),
            Private::Ed25519(_) => {}
        }
        all
    }

    /// The method a token of this key usually names.
    pub fn method(&self) -> &'static str {
        match &self.private {
            Private::Rsa(_) => "RS256",
            Private::P256(_) => "ES256",
            Private::P384(_) => "ES384",
            Private::Ed25519(_) => "EdDSA",
        }
    }

    /// Signs as `method` says, where this key can; else as it can.
    fn sign(&self, method: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.private {
            Private::Rsa(pair) => {
                let encoding: &'static dyn signature::RsaEncoding = match method {
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    "PS512" => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut signed = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut signed).unwrap();
                signed
            }
            Private::P256(pair) | Private::P384(pair) => {
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Private::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with the usual header.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&json!({"alg": self.method(), "kid": self.id, "typ": "JWT"}), claims)
    }

    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        self.signed_as(header["alg"].as_str().unwrap_or_default(), &message)
    }

    /// A token of parts that are encoded already and may hold anything.
    pub fn signed(&self, message: &str) -> String {
        self.signed_as(self.method(), message)
    }

    fn signed_as(&self, method: &str, message: &str) -> String {
        format!("{message}.{}", encoded(self.sign(method, message.as_bytes())))
    }
}

/// A token signed with a shared secret.
pub fn by_secret(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let algorithm = match header["alg"].as_str() {
        Some("HS384") => hmac::HMAC_SHA384,
        Some("HS512") => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let signed = hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes());
    format!("{message}.{}", encoded(signed))
}

/// How the issuer answers on a path.
#[derive(Clone)]
pub enum Answer {
    /// 200 with this JSON.
    Json(Value),
    /// These bytes on the connection.
    Raw(Vec<u8>),
    /// Nothing, for ever.
    Silence,
    /// The connection closes.
    Nothing,
}

pub const DESCRIPTION: &str = "/.well-known/openid-configuration";
pub const KEYS: &str = "/keys";

#[derive(Default)]
struct State {
    answers: Vec<(String, Answer)>,
    asked: Vec<String>,
    /// While true, questions wait.
    held: bool,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// An identity provider on a port of its own. Ends when dropped: then nobody listens there.
pub struct Issuer {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Issuer {
    /// An issuer that publishes `keys` and a description of itself.
    pub fn start(keys: &[&Key]) -> Self {
        Self::with(keys, None, "127.0.0.1:0".parse().unwrap())
    }

    pub fn with(keys: &[&Key], tls: Option<Arc<ServerConfig>>, address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let (address, shared) = (listener.local_addr().unwrap(), Arc::new(Shared::default()));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let accepting = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shared, tls) = (stream.unwrap(), Arc::clone(&accepting), tls.clone());
                if shared.state.lock().unwrap().ended {
                    return;
                }
                std::thread::spawn(move || match tls {
                    None => serve(stream, &shared),
                    Some(tls) => {
                        serve(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream), &shared)
                    }
                });
            }
        });
        let issuer = Self { address, scheme, shared, thread: Some(thread) };
        issuer.answer(
            DESCRIPTION,
            Answer::Json(json!({"issuer": issuer.name(), "jwks_uri": issuer.url(KEYS)})),
        );
        issuer.publish(keys);
        issuer
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it calls itself.
    pub fn name(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.name())
    }

    pub fn publish(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| key.published()).collect();
        self.answer(KEYS, Answer::Json(json!({ "keys": keys })));
    }

    pub fn answer(&self, path: &str, answer: Answer) {
        let mut state = self.shared.state.lock().unwrap();
        state.answers.retain(|(known, _)| known != path);
        state.answers.push((path.to_owned(), answer));
    }

    /// How often `path` was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.shared.state.lock().unwrap().asked.iter().filter(|asked| *asked == path).count()
    }

    /// From now on questions wait until they are let go.
    pub fn hold(&self) {
        self.shared.state.lock().unwrap().held = true;
    }

    pub fn let_go(&self) {
        self.shared.state.lock().unwrap().held = false;
        self.shared.changed.notify_all();
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock().unwrap();
        (state.ended, state.held) = (true, false);
        drop(state);
        self.shared.changed.notify_all();
        let _wakes_the_listener = TcpStream::connect(self.address);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// One question and its answer; a client that goes away is its own affair.
fn serve(mut stream: impl Read + Write, shared: &Shared) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) if head.len() < 8_192 => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let mut state = shared.state.lock().unwrap();
    state.asked.push(path.clone());
    let mut state = shared.changed.wait_while(state, |state| state.held).unwrap();
    let answer = state.answers.iter().find(|(known, _)| *known == path).map(|(_, answer)| answer.clone());
    let bytes = match answer {
        Some(Answer::Json(value)) => {
            let body = value.to_string();
            let length = body.len();
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .into_bytes()
        }
        Some(Answer::Raw(bytes)) => bytes,
        Some(Answer::Silence) => {
            while !state.ended {
                state = shared.changed.wait(state).unwrap();
            }
            return;
        }
        Some(Answer::Nothing) => return,
        None => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    };
    drop(state);
    let _it_may_have_left = stream.write_all(&bytes).and_then(|()| stream.flush());
}

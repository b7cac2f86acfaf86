//! Attempts, with real receivers: good ones, and those that mean harm.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_782_000_000_000_000);
/// Long for what answers, short for what does not.
const SHORT: Duration = Duration::from_millis(300);

fn here() -> Subnets {
    Subnets::of(&["127.0.0.0/8".parse().unwrap()])
}

fn message() -> Message {
    Message { id: "7-1-9".into(), timestamp: 1_782_000_000, signature: "v1,AA==".into(), body: "{}".into() }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// What a receiver does once the request is there.
type Answers = Arc<dyn Fn(tokio::net::TcpStream) -> futures_box::Task + Send + Sync>;

mod futures_box {
    use std::pin::Pin;

    pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Sends an event to a receiver that reads the request and then does as it likes; and the request.
fn sent_to(patience: Duration, answers: Answers) -> (Answer, String) {
    runtime().block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?till=1", listener.local_addr().unwrap());
        let receiver = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n{}") {
                let mut some = [0; 1_024];
                let read = stream.read(&mut some).await.unwrap();
                assert!(read > 0, "the request broke off");
                request.extend(&some[..read]);
            }
            tokio::spawn(answers(stream));
            String::from_utf8(request).unwrap()
        });
        let answer = Sender::new(None, here())
            .within(patience)
            .send((&url, Arc::new(Semaphore::new(1))), message(), NOW)
            .await;
        (answer, receiver.await.unwrap())
    })
}

/// A receiver that answers with these bytes and is done.
fn saying(bytes: &'static str) -> Answers {
    Arc::new(move |mut stream| {
        Box::pin(async move {
            let _cut = stream.write_all(bytes.as_bytes()).await;
        })
    })
}

fn answered(bytes: &'static str) -> Answer {
    sent_to(ATTEMPT_MAX, saying(bytes)).0
}

/// Goal: a request has what the standard says, and its answer's status is what it came to; no other place is gone to. Method: each
/// class of status; the request as it came.
#[test]
fn what_is_sent_and_what_came_back() {
    let (answer, request) = sent_to(ATTEMPT_MAX, saying("HTTP/1.1 204 No Content\r\n\r\n"));
    assert_eq!(answer, Answer { ended: Ended::Status(204), retry_after_seconds: None });
    assert!(request.starts_with("POST /hook?till=1 HTTP/1.1\r\n"), "{request}");
    for header in [
        "host: 127.0.0.1:",
        "content-type: application/json\r\n",
        "content-length: 2\r\n",
        "webhook-id: 7-1-9\r\n",
        "webhook-timestamp: 1782000000\r\n",
        "webhook-signature: v1,AA==\r\n",
    ] {
        assert!(request.contains(header), "{header}{request}");
    }
    let elsewhere = answered("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n");
    assert_eq!(elsewhere.ended, Ended::Status(302));
    assert!(!elsewhere.ended.has_arrived());
    for (status, has_arrived) in
        [(200, true), (299, true), (300, false), (308, false), (410, false), (503, false)]
    {
        assert_eq!(Ended::Status(status).has_arrived(), has_arrived, "{status}");
    }
}

/// Goal: a receiver may say how long to wait, in seconds or as a date; what cannot be read says nothing. Method: each.
#[test]
fn a_receiver_says_how_long() {
    for (text, seconds) in [
        ("120", Some(120)),
        ("99999999999999999999", Some(u32::MAX)),
        ("Sun, 21 Jun 2026 00:01:00 GMT", Some(60)),
        ("Sat, 20 Jun 2026 00:00:00 GMT", Some(0)),
        ("soon", None),
        ("-5", None),
    ] {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, text.parse().unwrap())]);
        assert_eq!(retry_after(&headers, NOW), seconds, "{text}");
    }
    let answer = answered("HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(answer, Answer { ended: Ended::Status(503), retry_after_seconds: Some(7) });
}

/// Goal: a receiver that means harm costs one attempt: neither memory nor more time than there is. Method: bodies without an end,
/// and one that is small and unpacks to much, which are not read; a byte a minute, in the head; a reset; no HTTP; a thousand headers,
/// one that is long; interim answers without an end.
#[test]
fn hostile_receivers() {
    let endless = Arc::new(|mut stream: tokio::net::TcpStream| {
        Box::pin(async move {
            let _cut = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
            while stream.write_all(b"400\r\n").await.is_ok() {
                if stream.write_all(&[b'a'; 1_026]).await.is_err() {
                    break;
                }
            }
        }) as futures_box::Task
    });
    assert_eq!(sent_to(ATTEMPT_MAX, endless).0.ended, Ended::Status(200), "not read");
    let bomb = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1000000000\r\n\r\n\u{1f}";
    assert_eq!(answered(bomb).ended, Ended::Status(200), "not unpacked");
    let never = Arc::new(|mut stream: tokio::net::TcpStream| {
        Box::pin(async move {
            let _cut = stream.write_all(b"H").await;
            std::future::pending::<()>().await;
        }) as futures_box::Task
    });
    assert_eq!(sent_to(SHORT, never).0.ended, Ended::Failed(Failure::Timeout));
    let reset = Arc::new(|stream: tokio::net::TcpStream| {
        Box::pin(async move {
            let _best_effort = stream.set_zero_linger();
            drop(stream);
        }) as futures_box::Task
    });
    assert_eq!(sent_to(ATTEMPT_MAX, reset).0.ended, Ended::Failed(Failure::NoAnswer));
    for bytes in
        ["SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 99999 No\r\n\r\n", "HTTP/1.1 200 OK\r\nbad header\r\n\r\n", ""]
    {
        assert_eq!(answered(bytes).ended, Ended::Failed(Failure::NoAnswer), "{bytes}");
    }
    let headers: String = (0..1_000).map(|number| format!("h{number}: 1\r\n")).collect();
    let thousand: &'static str = format!("HTTP/1.1 200 OK\r\n{headers}\r\n").leak();
    assert_eq!(answered(thousand).ended, Ended::Failed(Failure::NoAnswer));
    let long: &'static str = format!("HTTP/1.1 200 OK\r\nlong: {}\r\n\r\n", "a".repeat(1 << 20)).leak();
    assert_eq!(answered(long).ended, Ended::Failed(Failure::NoAnswer));
    let interim = Arc::new(|mut stream: tokio::net::TcpStream| {
        Box::pin(async move { while stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.is_ok() {} })
            as futures_box::Task
    });
    assert_eq!(sent_to(SHORT, interim).0.ended, Ended::Failed(Failure::Timeout));
}

/// Goal: nobody is connected to who may not be called, whatever a name stands for, and whatever it stands for a moment later. Method:
/// answers of one kind and mixed; the address that was looked at is the one that is called, as nothing is looked up again; a listener
/// on loopback that is not allowed hears nothing.
#[test]
fn only_what_may_be_called() {
    let public: SocketAddr = "8.8.8.8:443".parse().unwrap();
    let nothing = Sender::new(None, Subnets::default());
    let target = Target::parse("https://till.example/", &Subnets::default()).unwrap();
    for hidden in
        ["127.0.0.1:443", "10.0.0.1:443", "169.254.169.254:443", "[::1]:443", "[::ffff:10.0.0.1]:443"]
    {
        let hidden = hidden.parse().unwrap();
        for found in [vec![hidden], vec![public, hidden], vec![hidden, public]] {
            assert_eq!(nothing.addresses(&target, Ok(found)), Err(Failure::AddressRefused), "{hidden}");
        }
    }
    assert_eq!(nothing.addresses(&target, Ok(vec![public])), Ok(vec![public]));
    assert_eq!(nothing.addresses(&target, Ok(Vec::new())), Err(Failure::NoAddress));
    assert_eq!(nothing.addresses(&target, Err(io::ErrorKind::NotFound.into())), Err(Failure::NoAddress));
    runtime().block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let elsewhere = Subnets::of(&["127.0.0.2/32".parse().unwrap()]);
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
            let url = format!("http://{host}:{port}/");
            let sender = Sender::new(None, elsewhere.clone());
            let answer = sender.send((&url, Arc::new(Semaphore::new(1))), message(), NOW).await;
            assert_eq!(answer.ended, Ended::Failed(Failure::AddressRefused), "{url}");
        }
        let own = IpAddr::from(Ipv4Addr::LOCALHOST);
        // The first connection there is comes from here.
        let knock = TcpStream::connect((own, port)).await.unwrap();
        let (_, from) = listener.accept().await.unwrap();
        assert_eq!(from, knock.local_addr().unwrap(), "somebody else was there before");
    });
}

/// Goal: what a name stands for is asked once for each attempt, judged each time anew, and only what was judged is called. Method: a
/// name server that says something else each time: what may be called, that and what may not be, only what may not, nothing.
#[test]
fn name_servers_that_change_their_mind() {
    runtime().block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let heard = Arc::new(AtomicUsize::new(0));
        let url = format!("http://till.example:{}/", listener.local_addr().unwrap().port());
        let hearing = Arc::clone(&heard);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                hearing.fetch_add(1, Ordering::Relaxed);
                let _read = stream.read(&mut [0; 4_096]).await;
                let _cut = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            }
        });
        let (good, bad) = (Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2));
        let says = [vec![good], vec![good, bad], vec![bad, good], vec![bad], vec![]];
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let resolve = move |name: &str, port| {
            assert_eq!(name, "till.example");
            let said = &says[counted.fetch_add(1, Ordering::Relaxed)];
            Ok(said.iter().map(|address| SocketAddr::from((*address, port))).collect())
        };
        let allowed = Subnets::of(&["127.0.0.1/32".parse().unwrap()]);
        let sender = Sender::new(None, allowed).resolving(Arc::new(resolve));
        let refused = Ended::Failed(Failure::AddressRefused);
        let expected = [Ended::Status(204), refused, refused, refused, Ended::Failed(Failure::NoAddress)];
        for (attempt, expected) in (1..).zip(expected) {
            let answer = sender.send((&url, Arc::new(Semaphore::new(1))), message(), NOW).await;
            assert_eq!((answer.ended, asked.load(Ordering::Relaxed)), (expected, attempt));
        }
        assert_eq!(heard.load(Ordering::Relaxed), 1, "who may not be called hears nothing");
    });
}

/// Goal: an address that swallows everything costs the time an attempt has, and no more. Method: one whose queue of connections is
/// full and of which nobody takes any.
#[test]
fn an_address_that_swallows_everything() {
    runtime().block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        while let Ok(Ok(stream)) = tokio::time::timeout(SHORT, TcpStream::connect(address)).await {
            waiting.push(stream);
            assert!(waiting.len() < 64, "it takes all");
        }
        let sender = Sender::new(None, here()).within(SHORT);
        let answer =
            sender.send((&format!("http://{address}/"), Arc::new(Semaphore::new(1))), message(), NOW).await;
        assert_eq!(answer.ended, Ended::Failed(Failure::Timeout));
    });
}

/// Goal: TLS proves who answers. Method: a certificate of an authority that is trusted, under its name and another; one of nobody;
/// a receiver that speaks none.
#[test]
fn tls_proves_who_answers() {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

    let authority = || {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    };
    let (trusted, nobody) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authorities.pem");
    std::fs::write(&file, trusted.pem()).unwrap();
    let served = |issuer: &CertifiedIssuer<'_, KeyPair>, name: &str| {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        tokio_rustls::TlsAcceptor::from(Arc::new(config))
    };
    let tls = outward::connector(Some(&file)).unwrap();
    for (issuer, name, expected) in [
        (Some(&trusted), "localhost", Ended::Status(200)),
        (Some(&trusted), "elsewhere", Ended::Failed(Failure::Tls)),
        (Some(&nobody), "localhost", Ended::Failed(Failure::Tls)),
        (None, "localhost", Ended::Failed(Failure::Tls)),
    ] {
        let acceptor = issuer.map(|issuer| served(issuer, name));
        let tls = tls.clone();
        let ended = runtime().block_on(async move {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
            tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                match acceptor {
                    Some(acceptor) => {
                        let Ok(mut stream) = acceptor.accept(stream).await else { return };
                        let mut request = [0; 4_096];
                        let _read = stream.read(&mut request).await;
                        let _cut = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                        let _cut = stream.flush().await;
                    }
                    None => {
                        let _cut = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                    }
                }
            });
            let here = Subnets::of(&["127.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()]);
            Sender::new(Some(tls), here).send((&url, Arc::new(Semaphore::new(1))), message(), NOW).await.ended
        });
        assert_eq!(ended, expected, "{name}");
    }
}

//! How the issuer is asked: where, over what, and what it may answer.

use std::net::SocketAddr;

use hourbook::outward::AuthoritiesError;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::issuer::{Answer, DESCRIPTION, KEYS};
use super::*;

const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Goal: where the address of the keys is given nothing else is asked, and the issuer's name is only
/// compared. Method: an issuer whose name is the address of nobody.
#[test]
fn keys_at_a_given_address() {
    let key = Key::p256("p");
    let issuer = Issuer::start(&[&key]);
    let name = "http://id.example.org";
    let desk = Desk::new(TokenSettings::new(name, AUDIENCE, Some(&issuer.url(KEYS))).unwrap());
    assert_eq!(desk.why(&key.token(&changed(&claims(&issuer), json!({"iss": name})))), None);
    assert_eq!((issuer.asked(DESCRIPTION), issuer.asked(KEYS)), (0, 1));
}

fn raw(head: &str, body: impl AsRef<[u8]>) -> Answer {
    let mut bytes = format!("HTTP/1.1 {head}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body.as_ref());
    Answer::Raw(bytes)
}

/// Goal: whatever stands where description and keys should be, keys come of it only if all is as it must be.
/// Method: a table of answers; each time the rest of the issuer is well.
#[test]
fn answers_that_bring_no_keys() {
    let key = Key::p256("p");
    let elsewhere = Issuer::start(&[&key]);
    let redirect = format!("302 Found\r\nlocation: {}\r\ncontent-length: 0", elsewhere.url(KEYS));
    let published = json!({"keys": [key.published()]}).to_string();
    let padded = |bytes: usize| format!("{published}{}", " ".repeat(bytes - published.len()));
    let whole = |bytes: usize| raw(&format!("200 OK\r\ncontent-length: {bytes}"), padded(bytes));
    let chunked = |bytes: usize| {
        let body = format!("{bytes:x}\r\n{}\r\n0\r\n\r\n", padded(bytes));
        raw("200 OK\r\ntransfer-encoding: chunked", body)
    };
    let to_the_end = |bytes: usize| raw("200 OK", padded(bytes));
    let described = |issuer: &Issuer, changes| {
        let good = json!({"issuer": issuer.name(), "jwks_uri": issuer.url(KEYS)});
        Answer::Json(changed(&good, changes))
    };
    const MAX: usize = 256 * 1_024;
    type Make<'a> = Box<dyn Fn(&Issuer) -> Answer + 'a>;
    let table: Vec<(&str, &str, Make<'_>, bool)> = vec![
        ("as large as may be", KEYS, Box::new(|_| whole(MAX)), true),
        ("too large", KEYS, Box::new(|_| whole(MAX + 1)), false),
        ("as large as may be, in chunks", KEYS, Box::new(|_| chunked(MAX)), true),
        ("too large, in chunks", KEYS, Box::new(|_| chunked(MAX + 1)), false),
        ("too large, to the end", KEYS, Box::new(|_| to_the_end(MAX + 1)), false),
        ("cut off", KEYS, Box::new(|_| raw("200 OK\r\ncontent-length: 9999", &published)), false),
        ("elsewhere", KEYS, Box::new(|_| raw(&redirect, "")), false),
        ("elsewhere from the start", DESCRIPTION, Box::new(|_| raw(&redirect, "")), false),
        ("broken", KEYS, Box::new(|_| raw("500 Oops\r\ncontent-length: 0", "")), false),
        ("not there", KEYS, Box::new(|_| raw("404 Not Found\r\ncontent-length: 0", "")), false),
        ("keys, but an error", KEYS, Box::new(|_| raw("203 Odd", &published)), false),
        ("a page", KEYS, Box::new(|_| raw("200 OK", "<html>sign in</html>")), false),
        ("no keys", KEYS, Box::new(|_| Answer::Json(json!({"keys": []}))), false),
        ("no HTTP", KEYS, Box::new(|_| Answer::Raw(b"SSH-2.0-OpenSSH\r\n".to_vec())), false),
        ("nothing", KEYS, Box::new(|_| Answer::Nothing), false),
        ("as it is", DESCRIPTION, Box::new(|issuer| described(issuer, json!({"more": 1}))), true),
        (
            "another issuer",
            DESCRIPTION,
            Box::new(|issuer| described(issuer, json!({"issuer": elsewhere.name()}))),
            false,
        ),
        ("no address", DESCRIPTION, Box::new(|issuer| described(issuer, json!({"jwks_uri": null}))), false),
        (
            "a file",
            DESCRIPTION,
            Box::new(|issuer| described(issuer, json!({"jwks_uri": "file:///keys"}))),
            false,
        ),
        (
            "in the open",
            DESCRIPTION,
            Box::new(|issuer| described(issuer, json!({"jwks_uri": "http://192.0.2.1/keys"}))),
            false,
        ),
        (
            "over TLS only here",
            DESCRIPTION,
            Box::new(|issuer| described(issuer, json!({"jwks_uri": "https://192.0.2.1/keys"}))),
            false,
        ),
    ];
    for (what, path, answer, brings_keys) in table {
        let issuer = Issuer::start(&[&key]);
        issuer.answer(path, answer(&issuer));
        let why = Desk::at(&issuer).why(&key.token(&claims(&issuer)));
        assert_eq!(why, (!brings_keys).then_some(TokenError::KeysUnavailable), "{what}");
    }
    assert_eq!(elsewhere.asked(KEYS), 0, "nobody is sent elsewhere");
}

/// Goal: an issuer that never answers costs one timeout, not a call for ever. Method: one that is silent, and a
/// short timeout; it comes back.
#[test]
fn a_silent_issuer() {
    let key = Key::p256("p");
    let issuer = Issuer::start(&[&key]);
    issuer.answer(KEYS, Answer::Silence);
    let desk = Desk::with(&issuer, |settings| settings.ages.timeout = Duration::from_millis(50));
    let token = key.token(&claims(&issuer));
    assert_eq!(desk.why(&token), Some(TokenError::KeysUnavailable));
    drop(desk);
    issuer.publish(&[&key]);
    assert_eq!(Desk::at(&issuer).why(&token), None);
}

struct Authority {
    pem: String,
    issuer: rcgen::Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: rcgen::Issuer::new(params, key) }
    }

    fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Arc::new(config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap())
    }
}

/// Goal: an issuer with a certificate of a private authority is believed if that authority is named, and only
/// under its own name. Method: two authorities, a right and a wrong name, and no authority named.
#[test]
fn a_private_authority_vouches() {
    let key = Key::p256("p");
    let (ours, theirs) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authorities.pem");
    std::fs::write(&file, &ours.pem).unwrap();
    for (server, believed) in [
        (ours.server("127.0.0.1"), true),
        (theirs.server("127.0.0.1"), false),
        (ours.server("id.example.org"), false),
    ] {
        let issuer = Issuer::with(&[&key], Some(server), LOCAL);
        let desk = Desk::with(&issuer, |settings| settings.authorities = Some(file.clone()));
        let why = desk.why(&key.token(&claims(&issuer)));
        assert_eq!(why, (!believed).then_some(TokenError::KeysUnavailable));
    }

    // Keys without TLS after a description with it.
    let (issuer, plain) =
        (Issuer::with(&[&key], Some(ours.server("127.0.0.1")), LOCAL), Issuer::start(&[&key]));
    issuer.answer(DESCRIPTION, Answer::Json(json!({"issuer": issuer.name(), "jwks_uri": plain.url(KEYS)})));
    let desk = Desk::with(&issuer, |settings| settings.authorities = Some(file.clone()));
    assert_eq!(desk.why(&key.token(&claims(&issuer))), Some(TokenError::KeysUnavailable));
    assert_eq!(plain.asked(KEYS), 0);
}

/// Goal: authorities that cannot be used are found at start. Method: a file that is not there, one without
/// certificates, one with a broken one, one that is too long.
#[test]
fn authorities_are_read_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authorities.pem");
    let runtime = Runtime::new().unwrap();
    let _in_runtime = runtime.enter();
    let start = || {
        let mut settings = TokenSettings::new("https://127.0.0.1:1", AUDIENCE, None).unwrap();
        settings.authorities = Some(file.clone());
        Tokens::new(settings, Arc::new(ManualClock::new(START))).err()
    };
    assert!(matches!(start(), Some(AuthoritiesError::Io(_))));
    let good = Authority::new().pem;
    std::fs::write(&file, &good).unwrap();
    assert!(start().is_none());
    let broken = format!("{good}-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n");
    for bad in ["", "no certificate", &broken, &format!("{good}{}", "\n".repeat(1_024 * 1_024))] {
        std::fs::write(&file, bad).unwrap();
        assert!(matches!(start(), Some(AuthoritiesError::NoCertificates)), "{}", bad.len());
    }
}

//! Receivers that are not ours: a library for Standard Webhooks, and those that README shows.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use hourbook::api;
use hourbook::ledger::SystemClock;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::receiver::{Got, Mode, Receiver};
use crate::clients::python::python;
use crate::crash::tills::{Shop, connected};
use crate::support::served::{Served, fresh, with_receivers_here};
use crate::support::{skipped, wait_until};

/// A server whose clock is the wall's, as receivers look at theirs; and a partner.
fn served() -> (Served, u32) {
    let served = Served::with(|options| {
        options.clock = Arc::new(SystemClock);
        with_receivers_here(options);
    });
    let shop = served.block_on(async { Shop::open(&connected(&served.address.to_string()).await).await });
    (served, shop.partner)
}

fn endpoint(served: &Served, partner: u32, url: String) -> api::EndpointKey {
    let endpoint = api::Endpoint { partner_owner_number: partner, url, ..Default::default() };
    let request =
        api::CreateEndpointRequest { request_id: fresh(), endpoint: Some(endpoint), validate_only: false };
    served.block_on(served.hooks().create_endpoint(request)).unwrap().into_inner().key.unwrap()
}

fn send_test(served: &Served, partner: u32, endpoint_number: u32) {
    let request = api::SendTestEventRequest {
        request_id: fresh(),
        partner_owner_number: partner,
        endpoint_number,
        validate_only: false,
    };
    served.block_on(served.hooks().send_test_event(request)).unwrap();
}

/// What the library says of requests with their headers, under a key.
fn believed(secret: &str, requests: &[Got]) -> Result<Vec<String>, &'static str> {
    let python = python()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/python/hook.py");
    let mut child = Command::new(python)
        .arg(script)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    for one in requests {
        let headers = json!({
            "webhook-id": one.id,
            "webhook-timestamp": one.timestamp.to_string(),
            "webhook-signature": one.signature,
        });
        writeln!(to, "{}", json!({"secret": secret, "headers": headers, "body": one.body})).unwrap();
    }
    drop(to);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Ok(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

/// Goal: what is signed here is believed by a library for Standard Webhooks, and what was changed on the way is not. Method: the
/// library from Python's registry, with the right key and another, the body changed, and an hour later.
#[test]
fn a_library_believes_the_signatures() {
    let (served, partner) = served();
    let receiver = served.block_on(Receiver::new(Mode::Good));
    let key = endpoint(&served, partner, receiver.url());
    let other = endpoint(&served, partner, receiver.url());
    send_test(&served, partner, 1);
    let got = served.block_on(receiver.until_count(1)).remove(0);
    let changed = Got { body: got.body.replace("test", "tost"), ..got.clone() };
    let old = Got { timestamp: got.timestamp - 3_600, ..got.clone() };
    let requests = [got.clone(), changed, old];
    match believed(&key.secret, &requests) {
        Err(why) => return skipped("hooks::peers::a_library_believes_the_signatures", why),
        Ok(said) => {
            assert_eq!(said[0], "good test", "{said:?}");
            assert!(said[1..].iter().all(|said| said.starts_with("not good")), "{said:?}");
        }
    }
    let said = believed(&other.secret, &[got]).unwrap();
    assert!(said[0].starts_with("not good"), "{said:?}");
}

/// A program from README that runs. Killed when dropped.
struct Running {
    child: Child,
    from: BufReader<std::process::ChildStdout>,
    port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_waited_for = self.child.wait();
    }
}

/// The code that README shows in this language under "A till that is told".
fn shown(language: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let page = readme.split("## A till that is told").nth(1).expect("the page is there");
    let page = page.split("\n## ").next().unwrap();
    let code = page.split(&format!("```{language}\n")).nth(1).expect("a receiver is there");
    code.split("\n```").next().unwrap().to_owned()
}

/// Runs what README shows, with a key, on a port that is free.
fn running(program: &str, file: &Path, key: &str) -> Option<Running> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new(program)
        .arg(file)
        .env("WEBHOOK_KEY", key)
        .env("PORT", port.to_string())
        .env("PYTHONUNBUFFERED", "1")
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let from = BufReader::new(child.stdout.take().unwrap());
    let running = Running { child, from, port };
    wait_until("it listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    Some(running)
}

impl Running {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// The status of the answer to a request that nobody signed.
    async fn forged(&self, stamp: u64, signature: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let forged = format!(
            "POST /hook HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: 2\r\nwebhook-id: 1-1-1\r\n\
             webhook-timestamp: {stamp}\r\nwebhook-signature: {signature}\r\n\r\n{{}}"
        );
        stream.write_all(forged.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    }
}

fn a_receiver_of_readme_works(test: &str, language: &str, program: &str, key: fn(&api::EndpointKey) -> &str) {
    let (served, partner) = served();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("receiver.{}", if language == "python" { "py" } else { "mjs" }));
    std::fs::write(&file, shown(language)).unwrap();
    // Its key is known before its port is: the endpoint moves to it.
    let made = endpoint(&served, partner, String::new());
    let Some(mut receiver) = running(program, &file, key(&made)) else {
        return skipped(test, &format!("{program} does not run"));
    };
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    for (stamp, signature) in [
        (1_782_000_000, "v1,AAAA v1a,AAAA"),
        (now, "v1,AAAA v1a,AAAA"),
        (now, "v1 v1a"),
        (now, "v1,\u{e9} v1a,\u{e9}"),
        (now, ""),
    ] {
        assert_eq!(served.block_on(receiver.forged(stamp, signature)), "401", "{stamp} {signature}");
    }
    let moved = api::Endpoint {
        partner_owner_number: partner,
        endpoint_number: 1,
        url: format!("http://127.0.0.1:{}/hook", receiver.port),
        ..Default::default()
    };
    let moved =
        api::UpdateEndpointRequest { request_id: fresh(), endpoint: Some(moved), validate_only: false };
    served.block_on(served.hooks().update_endpoint(moved)).unwrap();
    send_test(&served, partner, 1);
    assert!(receiver.line().starts_with("test"));
    let list = || {
        let request = api::ListDeliveriesRequest {
            partner_owner_number: partner,
            endpoint_number: 1,
            ..Default::default()
        };
        served.block_on(served.hooks().list_deliveries(request)).unwrap().into_inner().deliveries
    };
    wait_until("it is delivered", || list()[0].state() == api::DeliveryState::Delivered);
    assert_eq!(list()[0].last_status, 204);
}

/// Goal: the receiver in Python that README shows believes what is signed, and nothing else. Method: as README has it, a test event and
/// a forged one.
#[test]
fn readmes_receiver_in_python_works() {
    let test = "hooks::peers::readmes_receiver_in_python_works";
    a_receiver_of_readme_works(test, "python", "python3", |key| &key.secret);
}

/// Goal: the same of the one in JavaScript, which checks the other signature: with a public key, by the crypto of Node. Method: the
/// same.
#[test]
fn readmes_receiver_in_javascript_works() {
    let test = "hooks::peers::readmes_receiver_in_javascript_works";
    a_receiver_of_readme_works(test, "javascript", "node", |key| &key.public_key);
}

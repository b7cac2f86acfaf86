//! Secrets are where they belong: in no log line, trace, error, list of processes, help or Debug output.

mod heard;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use hourbook::access::tokens::TokenSettings;
use hourbook::api;
use hourbook::client::Shown;
use hourbook::config::{Config, ConfigError, Environment, ServeFlags};
use hourbook::domain::KeyText;
use hourbook::server::Tls;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tonic::Request;
use tonic::transport::Channel;

use self::heard::{Heard, Secret};
use super::issuer::{Issuer, Key, by_secret};
use super::{Office, folder};
use crate::cli::served::{hourbook, text};
use crate::json::post;
use crate::support::certificates::Authority;
use crate::support::served::open_secret_channel;
use crate::support::wait_until;
use crate::telemetry::collector::Collector;

const PASSWORD: &str = "tr0ub4dor-and-three";

/// `hourbook serve` at the noisiest level; its output goes to a file. Killed if the test ends before it does.
struct Server {
    child: Child,
    log: std::path::PathBuf,
    port: u16,
}

impl Server {
    fn start(folder: &Path, arguments: &[&str], key: &str) -> Self {
        let log = folder.join("server.log");
        let mut command = hourbook("127.0.0.1:9");
        command.current_dir(folder).args([
            "serve",
            "--data",
            "books",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "debug",
        ]);
        let file = File::create(&log).unwrap();
        // A key in the environment of a server is nothing to it.
        command.args(arguments).env("HOURBOOK_KEY", key).stdout(file.try_clone().unwrap()).stderr(file);
        let mut server = Self { child: command.spawn().unwrap(), log, port: 0 };
        wait_until("books that are open", || server.said().contains("the books are open"));
        let said = server.said();
        let address = said.split_once("address=").unwrap().1.split_whitespace().next().unwrap();
        server.port = address.rsplit_once(':').unwrap().1.parse().unwrap();
        server
    }

    fn said(&self) -> String {
        text(&fs::read(&self.log).unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_gone = self.child.wait();
    }
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

/// The program with `key` in each place that a key may be in, and the name of the place.
fn ways(folder: &Path, server: &str, key: &str) -> Vec<(&'static str, Command)> {
    let ca = folder.join("ca.pem").display().to_string();
    let key_file = file(folder, "some.key", key);
    let asking = || {
        let mut command = hourbook(server);
        command.env("HOURBOOK_CA", &ca);
        command
    };
    let mut ways = Vec::new();
    let mut command = asking();
    command.args(["--key-file", &key_file]);
    ways.push(("--key-file", command));
    for (name, value) in [("HOURBOOK_KEY", key), ("HOURBOOK_KEY_FILE", &key_file)] {
        let mut command = asking();
        command.env(name, value);
        ways.push((name, command));
    }
    for (home, field) in
        [("key", format!("key = \"{key}\"")), ("key_file", format!("key_file = \"{key_file}\""))]
    {
        let profile = format!("[profile.default]\nserver = \"{server}\"\nca = \"{ca}\"\n{field}\n");
        file(folder, &format!("{home}/.config/hourbook/config.toml"), &profile);
        let mut command = hourbook(server);
        command.env_remove("HOURBOOK_SERVER").env("HOME", folder.join(home));
        ways.push((if home == "key" { "a profile's key" } else { "a profile's key_file" }, command));
    }
    ways
}

fn add(heard: &mut Heard, place: &str, told: &Output) {
    heard.add(place, [told.stdout.as_slice(), &told.stderr].concat());
}

/// Asks with this in the header, over gRPC and with JSON, and keeps what is answered.
async fn ask_with(channel: &Channel, secret: &str, heard: &mut Heard) {
    let mut access = api::access_service_client::AccessServiceClient::new(channel.clone());
    let mut request = Request::new(api::WhoAmIRequest {});
    request.metadata_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
    let status = access.who_am_i(request).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unauthenticated, "{status:?}");
    heard.add("status", format!("{status:?} {status}"));
    let bearer = format!("Bearer {secret}");
    for body in ["{}", "{\"nonsense\": 1}"] {
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let (status, _, body) =
            post(channel, "/hourbook.v1.AccessService/WhoAmI", &headers, body.into()).await;
        assert!(!status.is_success());
        heard.add("JSON", body);
    }
}

/// Goal: no secret is in what anybody can hear: what the server logs at its noisiest, what it sends to a collector,
/// what the command line prints, and the list of processes. Method: a real server with TLS and an issuer of tokens,
/// the real command line with keys that work, were revoked, were replaced, are wrong or not whole, in every place a key
/// may be in; tokens that are refused; keys and passwords typed where they do not belong. All is kept and searched.
#[test]
fn secrets_are_heard_nowhere() {
    let folder = folder();
    let folder = folder.path();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (collector, otlp) = runtime.block_on(Collector::listen());
    let (authority, signing) = (Authority::new("The time banks' own"), Key::p256("one"));
    let (issuer, issued) = (Issuer::start(&[&signing]), authority.local());
    issued.write(folder);
    authority.write(folder);
    let mut heard = Heard::default();

    let begun = hourbook("127.0.0.1:9")
        .current_dir(folder)
        .args(["init", "--data", "books", "--name", "Rivermeet", "--out", "admin.key"])
        .output()
        .unwrap();
    assert!(begun.status.success());
    add(&mut heard, "init", &begun);
    let admin = fs::read_to_string(folder.join("admin.key")).unwrap().trim().to_owned();
    let (otlp, issuer_name) = (format!("http://{otlp}"), issuer.name());
    let tls = ["--tls-cert", "server.pem", "--tls-key", "server.key", "--otlp", &otlp];
    let jwt = ["--jwt-issuer", &issuer_name, "--jwt-audience", "hourbook"];
    let mut server = Server::start(folder, &[&tls[..], &jwt].concat(), &admin);
    let address = format!("https://localhost:{}", server.port);
    let ca = folder.join("ca.pem").display().to_string();

    // Keys that work, and some that do not.
    let asked = |arguments: &[&str]| {
        let told = hourbook(&address)
            .current_dir(folder)
            .args(["--ca", &ca, "--key-file", "admin.key"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(told.status.success(), "{arguments:?}: {}", text(&told.stderr));
        told
    };
    let create = ["key", "create", "--role", "auditor", "--network", "--name", "audit", "--expires", "90d"];
    let live = text(&asked(&create).stdout).trim().to_owned();
    let revoked = text(&asked(&create).stdout).trim().to_owned();
    add(&mut heard, "revoke", &asked(&["key", "revoke", "3"]));
    let replaced = text(&asked(&create).stdout).trim().to_owned();
    add(&mut heard, "rotate", &asked(&["key", "rotate", "4", "--overlap", "0", "--out", "next.key"]));
    let mut other = hourbook::domain::Secret::zeroed();
    other.bytes_mut().copy_from_slice(&std::array::from_fn::<u8, 32, _>(|place| place as u8 * 7 + 3));
    let wrong = KeyText::new(2, other).reveal();
    let last = if live.ends_with('a') { "b" } else { "a" };
    let bent = format!("{}{last}", &live[..live.len() - 1]);
    for (key, code) in [(&live, 0), (&revoked, 1), (&replaced, 1), (&wrong, 1), (&bent, 64)] {
        for (way, mut command) in ways(folder, &address, key) {
            let told = command.args(["whoami", "--output", "json"]).output().unwrap();
            assert_eq!(told.status.code(), Some(code), "{way}: {}", text(&told.stderr));
            add(&mut heard, way, &told);
        }
    }

    // Where somebody may put them by mistake.
    let with_password = format!("https://ann:{PASSWORD}@localhost:1");
    let collector_with_password = format!("http://ann:{PASSWORD}@127.0.0.1:1");
    for (arguments, variables) in [
        (&["whoami"][..], &[("HOURBOOK_KEY_FILE", live.as_str())][..]),
        (&["whoami", "--key-file", &live], &[]),
        (&["whoami", "--profile", &live], &[("HOME", "/nowhere")]),
        (&["whoami"], &[("HOURBOOK_PROFILE", &live)]),
        (&["key", "revoke", &live], &[]),
        (&["whoami", &live], &[]),
        (&["whoami", "--server", &with_password], &[]),
        (&["whoami"], &[("HOURBOOK_SERVER", &with_password)]),
        (&["whoami", "--server", "books.example:1"], &[("HOURBOOK_KEY", &live)]),
        (&["serve", "--otlp", &collector_with_password], &[]),
        (&["serve", "--otlp", "http://127.0.0.1:1"], &[("OTEL_EXPORTER_OTLP_HEADERS", PASSWORD)]),
        (&["serve", "--tls-cert", "c.pem"], &[("HOURBOOK_TLS_KEY", &issued.key)]),
        (&["serve", "--jwt-issuer", &with_password, "--jwt-audience", "a"], &[]),
        (&["serve", "--jwt-jwks-url", &with_password, "--jwt-issuer", "a", "--jwt-audience", "a"], &[]),
    ] {
        let told = hourbook(&address)
            .current_dir(folder.join("key"))
            .args(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        assert!(matches!(told.status.code(), Some(2 | 64)), "{arguments:?}: {}", text(&told.stderr));
        add(&mut heard, &arguments[..1].concat(), &told);
    }

    // Who watches is in the list of processes, until the key ends.
    let mut watching = Vec::new();
    for (way, mut command) in ways(folder, &address, &live) {
        let mut child = command
            .args(["watch", "--after", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut String::new()).unwrap();
        heard.add("ps", fs::read(format!("/proc/{}/cmdline", child.id())).unwrap());
        watching.push((way, child, out));
    }
    heard.add("ps", fs::read(format!("/proc/{}/cmdline", server.child.id())).unwrap());
    asked(&["key", "revoke", "2"]);
    for (way, mut child, mut out) in watching {
        let (mut said, mut err) = (Vec::new(), Vec::new());
        out.read_to_end(&mut said).unwrap();
        child.stderr.take().unwrap().read_to_end(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{way}: {}", text(&err));
        heard.add(way, [said, err].concat());
    }

    // Tokens that are refused, and keys shown by other clients.
    let now = jiff::Timestamp::now().as_second();
    let claims = json!({
        "iss": issuer_name, "aud": "somebody else", "sub": "4711", "iat": now, "exp": now + 3_600,
        "roles": ["hourbook-broker"], "hourbook_banks": ["1"], "email": "dilys@example.org",
    });
    let header = json!({"alg": "HS256", "kid": "one", "typ": "JWT"});
    let tokens = [
        signing.token(&claims),
        Key::p256("two").token(&claims),
        by_secret(&header, &claims, PASSWORD.as_bytes()),
        format!("{}x", signing.token(&claims)),
    ];
    runtime.block_on(async {
        let channel = open_secret_channel(([127, 0, 0, 1], server.port).into(), &authority).await.unwrap();
        for secret in tokens.iter().chain([&revoked, &replaced, &wrong, &bent]) {
            ask_with(&channel, secret, &mut heard).await;
        }
    });

    kill_process(Pid::from_child(&server.child), Signal::HUP).unwrap();
    wait_until("a certificate that is read again", || server.said().contains("read again"));
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    assert!(server.child.wait().unwrap().success(), "{}", server.said());
    heard.add("log", server.said());
    heard.add("collector", collector.bytes());
    for (place, words) in [
        ("log", "DEBUG"),
        ("log", "answered"),
        ("collector", "WhoAmI"),
        ("ps", "watch"),
        ("ps", "--tls-key"),
        ("init", "admin.key"),
        ("JSON", "unauthenticated"),
        ("a profile's key", "\"auditor\""),
        ("HOURBOOK_KEY", "revoked"),
        ("whoami", "hbk_…"),
        ("serve", "…@127.0.0.1:1"),
    ] {
        assert!(heard.has(place, words), "{place} never said {words}: {}", server.said());
    }
    let mut secrets = vec![
        Secret::key("the admin's key", &admin),
        Secret::key("the key that works", &live),
        Secret::key("the key that was revoked", &revoked),
        Secret::key("the key that was replaced", &replaced),
        Secret::key("the wrong key", &wrong),
        Secret::key("the key that is not whole", &bent),
        Secret::pem("the private key of TLS", &issued.key),
        Secret::word(PASSWORD),
    ];
    secrets.push(Secret::key("the next key", fs::read_to_string(folder.join("next.key")).unwrap().trim()));
    secrets.extend(tokens.iter().map(|token| Secret::token("a token", token)));
    heard.has_none_of(&secrets);
}

/// Goal: no help says what is in the environment. Method: the help of every command and of every command of it,
/// found in the help itself, with a key in each variable.
#[test]
fn help_says_no_secret() {
    let key = KeyText::new(7, hourbook::domain::Secret::zeroed()).reveal();
    let (mut heard, mut ways, mut commands) = (Heard::default(), vec![Vec::new()], 0);
    while let Some(way) = ways.pop() {
        let mut command = hourbook("127.0.0.1:9");
        for name in [
            "HOURBOOK_KEY",
            "HOURBOOK_KEY_FILE",
            "HOURBOOK_SERVER",
            "HOURBOOK_PROFILE",
            "HOURBOOK_TLS_KEY",
            "HOURBOOK_OTLP",
        ] {
            command.env(name, &key);
        }
        let told = command.args(&way).arg("--help").output().unwrap();
        assert!(told.status.success(), "{way:?}");
        add(&mut heard, "help", &told);
        let help = text(&told.stdout);
        let inside =
            help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        for name in inside.filter_map(|line| line.split_whitespace().next()) {
            ways.push([way.as_slice(), &[name.to_owned()]].concat());
        }
        commands += 1;
    }
    assert!(commands >= 25 && heard.has("help", "HOURBOOK_KEY"), "{commands}");
    heard.has_none_of(&[Secret::key("the key", &key)]);
}

/// Goal: what holds a secret prints none. Method: the Debug output of each of them, with keys as letters, as bytes and as
/// Rust prints bytes.
#[test]
fn debug_prints_no_secret() {
    struct Nothing;
    impl Environment for Nothing {
        fn get(&self, _name: &'static str) -> Result<Option<String>, ConfigError> {
            Ok(None)
        }
    }
    let folder = folder();
    let (authority, mut heard) = (Authority::new("The time banks' own"), Heard::default());
    let issued = authority.local();
    let files = issued.write(folder.path());
    let tls = Tls::read(files.clone()).unwrap();
    heard.add("TLS", format!("{tls:?} {tls:#?} {files:?}"));
    let books = super::folder();
    let (office, admin) = Office::begun(books.path());
    let key = KeyText::parse(&admin).unwrap();
    let shown = Shown::key(&key);
    heard.add("a client", format!("{shown:?} {shown:#?}"));
    heard.add("a key", format!("{key:?} {:?} {:?}", key.secret(), KeyText::parse(&admin[..30])));
    heard.add("a caller", format!("{:?} {:?}", office.caller(&admin), office.check(&admin[..30])));
    let made = office.access.new_admin_key(&office.network).unwrap();
    heard.add("what was made", format!("{made:?} {made:#?}"));
    let made = Secret::key("another key", &made.text.reveal());
    let answer = api::CreateKeyResponse { key: admin.clone(), ..Default::default() };
    heard.add(
        "an answer",
        format!(
            "{answer:?} {answer:#?} {:?}",
            Some(api::RotateKeyResponse { key: admin.clone(), ..Default::default() })
        ),
    );
    let error = ConfigError { setting: "HOURBOOK_KEY_FILE", value: admin.clone(), must: "name a file" };
    heard.add("an error", format!("{error:?} {error}"));
    let flags = ServeFlags { otlp: Some(format!("http://{PASSWORD}@127.0.0.1:1")), ..ServeFlags::default() };
    heard.add("settings", format!("{:?}", Config::read(&flags, &Nothing)));
    heard.add("tokens", format!("{:?}", TokenSettings::new(&format!("https://{PASSWORD}@a"), "a", None)));
    for place in
        ["TLS", "a client", "a key", "a caller", "what was made", "an answer", "an error", "settings"]
    {
        assert!(heard.has(place, " "), "{place} says nothing");
    }
    let as_rust = |bytes: &[u8]| format!("{bytes:?}").trim_matches(['[', ']']).to_owned();
    let body: String = issued.key.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap();
    heard.has_none_of(&[
        Secret::key("the key", &admin),
        made,
        Secret::word(&as_rust(&key.secret().bytes()[4..12])),
        // Behind the number and the name of the curve: the secret number itself.
        Secret::word(&as_rust(&der[36..44])),
        Secret::pem("the private key of TLS", &issued.key),
        Secret::word(PASSWORD),
    ]);
}

//! Hooks as they are typed, as far as that needs no server: slips, keys, and a receiver at work.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use aws_lc_rs::hmac;
use hourbook::hooks::signing::SigningKeys;

use super::served::{hourbook, text};
use super::till::Shop;

/// Nobody listens here: what is asked of a server would end with 69.
const NOWHERE: &str = "127.0.0.1:9";

fn keys() -> SigningKeys {
    SigningKeys::derived(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), 1, 1).unwrap()
}

/// Goal: a slip about hooks ends with 2 before a server is asked, and says what to type. Method: what is missing, what
/// excludes each other, and what is none, for each command that has flags of its own.
#[test]
fn slips_end_with_two() {
    let url = "https://shop.example/hook";
    let forward = ["hook", "listen", "--forward"];
    for (arguments, said) in [
        (vec!["hook", "create"], "--url <URL>"),
        (vec!["hook", "create", "--url", url, "--no-url"], "cannot be used with"),
        (vec!["hook", "create", "--url", url, "--event", "redemption.eaten"], "redemption.captured"),
        (vec!["hook", "change", "1"], "--url <URL>"),
        (vec!["hook", "change", "--url", url], "<ENDPOINT>"),
        (vec!["hook", "change", "1", "--event", "budget.low", "--all-events"], "cannot be used with"),
        (vec!["hook", "rotate", "1", "--overlap", "8d"], "up to 7d"),
        (vec!["hook", "rotate", "1", "--overlap", "1d", "--now"], "cannot be used with"),
        (vec!["hook", "replay", "1"], "--from <SEQ>"),
        (vec!["hook", "replay", "1", "--through", "9"], "--from <SEQ>"),
        (vec!["hook", "replay", "1", "--one", "9", "--from", "8"], "cannot be used with"),
        (vec!["hook", "pause", "saucer", "0"], "type its number, from 1"),
        (vec!["hook", "rotate", "saucer", "--now", "1"], "comes right before it"),
        (vec!["hook", "test"], "<ENDPOINT>"),
        (vec!["hook", "listen"], "--hook-key-file FILE"),
        (vec!["hook", "listen", "1"], "--forward <URL>"),
        (vec!["hook", "listen", "--at", "8720"], "--at"),
        ([&forward[..], &["http://127.0.0.1:3000"]].concat(), "PARTNER"),
        ([&forward[..], &["http://10.0.0.7:3000", "1"]].concat(), "an address of this machine"),
        ([&forward[..], &["https://127.0.0.1:3000", "1"]].concat(), "plain http"),
        (
            [&forward[..], &["http://127.0.0.1:3000", "1", "--at", "127.0.0.1:1"]].concat(),
            "cannot be used with",
        ),
    ] {
        let told = hourbook(NOWHERE).args(&arguments).output().unwrap();
        assert_eq!(told.status.code(), Some(2), "{arguments:?}: {}", text(&told.stderr));
        assert!(text(&told.stderr).contains(said), "{arguments:?}: {}", text(&told.stderr));
        assert!(told.stdout.is_empty());
    }
}

/// Goal: a key that cannot be used ends with 64, one that others can read too, and none is repeated, wherever it was typed.
/// Method: each, with a key that would be seen.
#[test]
fn bad_keys_end_with_64() {
    let folder = tempfile::tempdir().unwrap();
    let open = folder.path().join("open.key");
    let secret = keys().secret_text();
    fs::write(&open, &secret).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
    let hidden = secret.strip_prefix("whsec_").unwrap();
    let listen = |file: Option<&str>, key: Option<&str>| {
        let mut command = hourbook(NOWHERE);
        command
            .args(["hook", "listen", "--at", "127.0.0.1:0"])
            .envs(key.map(|key| ("HOURBOOK_HOOK_KEY", key)));
        command.args(file.map(|file| ["--hook-key-file", file]).into_iter().flatten());
        command.output().unwrap()
    };
    for (told, said) in [
        (listen(open.to_str(), None), "chmod 600"),
        (listen(Some(&secret), None), "--hook-key-file (HOURBOOK_HOOK_KEY_FILE) is 'whsec_…'"),
        (listen(None, Some(&format!("{secret}x"))), "HOURBOOK_HOOK_KEY is '(not shown)'"),
    ] {
        let printed = text(&told.stderr);
        assert_eq!(told.status.code(), Some(64), "{printed}");
        assert!(printed.contains(said) && !printed.contains(hidden), "{printed}");
    }
    let told = hourbook(NOWHERE).args(["hook", "listen", &secret]).output().unwrap();
    assert_eq!(told.status.code(), Some(2));
    assert!(!text(&told.stderr).contains(hidden), "{}", text(&told.stderr));
}

/// Goal: whoever listens sees each request on a line: what it says, whether it is believed and why not, and whether it came
/// before; and it ends after so many. Method: the real program with the public key and the secret, for people and for
/// programs; one event twice and one that was changed, with the status of each answer.
#[test]
fn requests_are_seen_on_a_line() {
    let keys = keys();
    let body = r#"{"type":"redemption.captured","timestamp":"2026-06-25T13:02:10Z","data":{"position":451,
        "partner_owner_number":7,"redemption_sequence":451,"receipt":{"till_number":1,"day":"2025-06-25","number":411,
        "line":1},"venue_number":1,"offer_number":1,"people":1,"state":"captured","amount_seconds":3600,
        "captured_seconds":3600,"refunded_seconds":0,"is_beyond_budget":false,"is_from_slip":false}}"#;
    let seconds = jiff::Timestamp::now().as_second();
    let signature = keys.sign("7-1-451", seconds, body.as_bytes());
    let post = |at: &str, body: &str| {
        let mut stream = TcpStream::connect(at).unwrap();
        let length = body.len();
        let head = format!(
            "POST /hook HTTP/1.1\r\nhost: {at}\r\ncontent-length: {length}\r\nwebhook-id: 7-1-451\r\n\
             webhook-timestamp: {seconds}\r\nwebhook-signature: {signature}\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let listen = |key: &str, form: &str| {
        let mut listening = hourbook(NOWHERE)
            .args(["hook", "listen", "--at", "127.0.0.1:0", "--count", "3", "--output", form])
            .env("HOURBOOK_HOOK_KEY", key)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(listening.stderr.take().unwrap()).read_line(&mut said).unwrap();
        let at = said.strip_prefix("listening at http://").unwrap().split(';').next().unwrap().to_owned();
        let statuses = [post(&at, body), post(&at, body), post(&at, &body.replace("3600", "36000"))];
        assert_eq!(statuses, ["204", "204", "401"]);
        let told = listening.wait_with_output().unwrap();
        assert!(told.status.success());
        text(&told.stdout)
    };
    let told = listen(&keys.public_text(), "table");
    let lines: Vec<_> = told.lines().collect();
    let begins =
        "redemption.captured  receipt 411 of 25 June 2025, till 1: 1 hour taken  (position 451, signature ok";
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].ends_with(&format!("  {begins})")), "{told}");
    assert!(lines[1].ends_with(&format!("  {begins}, again)")), "{told}");
    assert!(
        lines[2].contains("  NOT BELIEVED: no signature on it is of this key")
            && !lines[2].contains("10 hours")
    );
    let told = listen(&keys.secret_text(), "json");
    let told: Vec<serde_json::Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let are = |name: &str| told.iter().map(|line| line[name].to_string()).collect::<Vec<_>>();
    assert_eq!(are("is_again"), ["false", "true", "false"]);
    assert_eq!(are("is_believed"), ["true", "true", "false"]);
    assert_eq!(are("position"), ["451", "451", "451"]);
}

/// Goal: a shop's owner says where events go and with which key they are checked, sees how that stands, changes it and ends it.
/// Method: a life of an endpoint with the shop's own key, paused before it has an address so that nothing is sent; what others
/// and slips are answered.
#[test]
fn a_life_of_an_endpoint() {
    let shop = Shop::new();
    let id = ["--request-id", "01900000-0000-7000-8000-000000000002"];
    let create = [&["hook", "create", "--no-url"], &id[..]].concat();
    let told = shop.ask("cafe", &create);
    let (secret, said) = (text(&told.stdout), text(&told.stderr));
    let is_alone = secret.starts_with("whsec_") && secret.lines().count() == 1;
    assert!(told.status.success() && is_alone, "{secret}{said}");
    for part in ["Endpoint 1: only watched", "public key: whpk_", "Whoever has it can sign", id[1]] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("whsec_"), "{said}");
    assert_eq!(text(&shop.ask("cafe", &create).stdout), secret, "the same request shows it again");
    let again = shop.json("cafe", &create);
    assert_eq!((&again["repeated"], &again["secret"]), (&true.into(), &secret.trim().into()), "{again}");

    let listed = shop.done("cafe", &["hook", "list"]);
    assert!(listed.contains("1 nowhere, only watched all open 0"), "{listed}");
    assert_eq!(shop.done("lead", &["hook", "list", "<saucer"]), listed);
    assert_eq!(shop.not_done("till", &["hook", "list"]).0, 1);
    for (typed, expected) in [
        (&["hook", "create", "--url", "http://127.0.0.1:1/"][..], (2, "--url (endpoint.url): must be ")),
        (&["hook", "pause", "7"], (2, "the endpoint (endpoint_number): must be ")),
        (&["hook", "test", "1"], (2, "the endpoint (endpoint_number): must be ")),
        (&["hook", "change", "7", "--no-url"], (1, "hourbook: there is no endpoint 7; nothing was changed")),
    ] {
        let (code, said) = shop.not_done("cafe", typed);
        assert!(code == expected.0 && said.starts_with(expected.1), "{typed:?}: {code}: {said}");
    }

    let state = || shop.json("cafe", &["hook", "list"])[0]["standing"]["state"].clone();
    shop.done("cafe", &["hook", "pause", "1"]);
    assert_eq!(state(), "paused");
    let url = "https://shop.example/hook";
    let changed = shop.json("cafe", &["hook", "change", "1", "--url", url, "--event", "redemption.captured"]);
    assert_eq!((&changed["url"], &changed["event_types"][0]), (&url.into(), &"redemption.captured".into()));
    let changed = shop.json("cafe", &["hook", "change", "1", "--all-events"]);
    assert_eq!((&changed["url"], &changed["event_types"]), (&url.into(), &serde_json::json!([])));
    let told = shop.json("cafe", &["hook", "test", "1"]);
    let name = format!("9-1-{}", told["sequence"]);
    assert_eq!(told["webhook_id"], name.as_str());
    let one = told["sequence"].to_string();
    shop.done("lead", &["hook", "replay", "<saucer", "1", "--one", &one]);
    assert!(shop.json("cafe", &["hook", "deliveries", "1"]).is_array());
    let changed = shop.json("cafe", &["hook", "change", "1", "--no-url"]);
    assert_eq!(changed["url"], "");
    shop.done("cafe", &["hook", "resume", "1"]);
    assert_eq!(state(), "open");

    let told = shop.ask("cafe", &["hook", "rotate", "1", "--now", "--out", "hook.key"]);
    assert!(told.status.success() && told.stdout.is_empty(), "{}", text(&told.stderr));
    assert!(text(&told.stderr).contains("It is in hook.key and nowhere else."), "{}", text(&told.stderr));
    let kept = shop.folder().join("hook.key");
    let newer = fs::read_to_string(&kept).unwrap();
    assert!(newer.starts_with("whsec_") && newer != secret);
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let told = shop.ask("cafe", &create);
    assert!(
        told.stdout.is_empty() && text(&told.stderr).contains("another key since"),
        "{}",
        text(&told.stderr)
    );
    shop.done("cafe", &["hook", "delete", "1"]);
    assert_eq!(shop.done("cafe", &["hook", "list"]), "None.");
}

/// Goal: events reach a program that no server can reach, in order, also where it is down at first. Method: two sales are
/// passed on to a port where nobody listens, and only when that was said somebody does, with the endpoint's key.
#[test]
fn events_are_passed_on() {
    let shop = Shop::new();
    let secret = text(&shop.ask("cafe", &["hook", "create", "--no-url"]).stdout);
    for receipt in ["411", "412"] {
        let (told, _) = shop.at_the_till(&[], &format!("{}\n\n1\n{receipt}\n", shop.code()));
        assert!(told.contains("1 hour was taken."), "{told}");
    }
    let at = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let to = format!("http://{at}/hook");
    let mut forwarding = shop
        .command("cafe", &shop.served.address)
        .args(["hook", "listen", "--forward", &to, "1", "--after", "0", "--count", "2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(forwarding.stderr.take().unwrap()).lines().map(Result::unwrap);
    let waits = said.by_ref().find(|line| line.contains(" waits for ")).unwrap();
    assert!(waits.contains("nobody listens there. It is tried again"), "{waits}");
    let listening = hourbook(NOWHERE)
        .args(["hook", "listen", "--at", &at, "--count", "2"])
        .env("HOURBOOK_HOOK_KEY", secret.trim())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (forwarded, heard) = (forwarding.wait_with_output().unwrap(), listening.wait_with_output().unwrap());
    let (forwarded, heard) = (text(&forwarded.stdout), text(&heard.stdout));
    for (told, how) in [(forwarded, "answered 204)"), (heard, "signature ok)")] {
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(lines.len(), 2, "{told}");
        for (line, receipt) in lines.iter().zip(["411", "412"]) {
            assert!(line.contains(&format!("  redemption.captured  receipt {receipt} of ")), "{told}");
            assert!(line.ends_with(how), "{told}");
        }
    }
}

//! `curl`, which is all that a developer of tills needs.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::LEDGER;
use crate::service::hostile::Books;
use crate::support::served::fresh;
use crate::support::{HOUR, skipped};

/// What `curl` heard.
struct Heard {
    status: u16,
    head: String,
    body: Value,
}

/// Asks with `curl`, which reads the body from its standard input.
fn curl(books: &Books, call: &str, arguments: &[&str], body: &[u8]) -> Heard {
    let url = format!("http://{}{LEDGER}/{call}", books.served.address);
    let mut child = Command::new("curl")
        .args(["--silent", "--show-error", "--noproxy", "*", "--include", "--data-binary", "@-"])
        .args(arguments)
        .arg(url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body).unwrap();
    let told = child.wait_with_output().unwrap();
    let said = String::from_utf8(told.stdout).unwrap();
    assert!(told.status.success(), "{call}: {}\n{said}", String::from_utf8_lossy(&told.stderr));
    let said = said.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&said);
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {said}"));
    Heard { status, head: head.to_lowercase(), body }
}

fn with_json(books: &Books, call: &str, body: &Value) -> Heard {
    curl(books, call, &["--header", "Content-Type: application/json"], body.to_string().as_bytes())
}

fn has_curl(test: &str) -> bool {
    let runs = Command::new("curl").arg("--version").output();
    if let Err(error) = &runs {
        skipped(&format!("json::curl::{test}"), &format!("curl does not run: {error}"));
    }
    runs.is_ok()
}

/// Goal: a till developer with `curl` posts, posts again, reads, and hears why not, with figures. Method: an
/// hour of Ann's goes to Dev; a second request asks for more than she can use.
#[test]
fn a_day_with_curl() {
    if !has_curl("a_day_with_curl") {
        return;
    }
    let books = Books::new();
    let (before, position) = (books.served.posted(books.dev), books.position());
    let transfer = |seconds: i64| {
        json!({
            "requestId": fresh(), "kind": "KIND_EXCHANGE",
            "transfers": [{
                "debitAccountNumber": books.ann, "creditAccountNumber": books.dev, "amountSeconds": seconds,
            }],
        })
    };
    let asked = transfer(HOUR);
    let done = with_json(&books, "PostEntry", &asked);
    assert_eq!(done.status, 200, "{}", done.body);
    let entry = &done.body["receipt"]["entry"];
    assert_eq!(entry["sequence"], (position + 1).to_string(), "{entry}");
    assert_eq!(entry["recordedAt"], "2026-05-05T09:00:00Z");
    assert_eq!(entry["moves"][0]["amountSeconds"], HOUR.to_string());
    let again = with_json(&books, "PostEntry", &asked);
    assert_eq!((again.status, &again.body["receipt"]["repeated"]), (200, &Value::Bool(true)));
    assert_eq!(books.served.posted(books.dev), before + HOUR);

    let read = with_json(&books, "GetBalance", &json!({ "account_number": books.dev }));
    assert_eq!(read.body["balance"]["postedSeconds"], (before + HOUR).to_string(), "{}", read.body);
    assert_eq!(read.head.matches("content-type: application/json").count(), 1, "{}", read.head);

    let beyond = with_json(&books, "PostEntry", &transfer(100 * HOUR));
    assert_eq!((beyond.status, &beyond.body["code"]), (400, &json!("failed_precondition")));
    assert!(beyond.body["message"].as_str().unwrap().starts_with("Not done: "), "{}", beyond.body);
    let detail = &beyond.body["details"][0];
    assert_eq!(detail["type"], "google.rpc.ErrorInfo");
    assert_eq!(detail["debug"]["reason"], "BELOW_FLOOR");
    assert_eq!(detail["debug"]["metadata"]["requested_seconds"], (100 * HOUR).to_string());
    assert_eq!(books.position(), position + 1);
}

/// Goal: what is typed wrongly is refused where it stands, and never left out in silence. Method: each row is
/// a body that is nearly right; its answer names the field and the place.
#[test]
fn what_is_typed_wrongly() {
    if !has_curl("what_is_typed_wrongly") {
        return;
    }
    let books = Books::new();
    let position = books.position();
    let right = "\"requestId\": \"01900000-0000-7000-8000-000000000001\", \"kind\": \"KIND_EXCHANGE\"";
    let accounts = format!("\"debitAccountNumber\": {}, \"creditAccountNumber\": {}", books.ann, books.dev);
    let transfers = |more: &str| format!("{{{right},\n \"transfers\": [{{{accounts}, {more}}}]}}");
    let rows = [
        (transfers("\"amountSecond\": 60"), "transfers[0].amountSecond", "amountSeconds is one (line 2"),
        (transfers("\"amountSeconds\": 60, \"amount_seconds\": 1"), "transfers[0].amount_seconds", "twice"),
        (transfers("\"amountSeconds\": 60, \"amountSeconds\": 60"), "transfers[0].amountSeconds", "twice"),
        (transfers("\"amountSeconds\": 1.5"), "transfers[0].amountSeconds", "a whole number"),
        (transfers("\"amountSeconds\": \"1h\""), "transfers[0].amountSeconds", "a whole number"),
        (transfers("\"amountSeconds\": [60]"), "transfers[0].amountSeconds", "a whole number"),
        (transfers("\"amountSeconds\": 9223372036854775808"), "transfers[0].amountSeconds", "a whole number"),
        (
            transfers("\"amountSeconds\": 0"),
            "transfers[0].amount_seconds",
            "transfers[0].amount_seconds must be",
        ),
        (transfers("\"amountSeconds\": 60") + "}", "", "this is no JSON: trailing characters (line 2"),
        (format!("{{{right}, \"transfers\": {{{accounts}}}}}"), "transfers", "a list"),
        (
            format!("{{{right}, \"details\": {{\"occurredOn\": \"2026-05-05\"}}}}"),
            "details.occurredOn",
            "Date",
        ),
        (right.replace("KIND_EXCHANGE\"", "PIN 4711\"}").replacen('"', "{\"", 1), "kind", "KIND_EXCHANGE"),
        (String::new(), "", "this is no JSON"),
        ("[]".to_owned(), "", "an object"),
    ];
    for (body, field, words) in rows {
        let header = ["--header", "Content-Type: application/json; charset=utf-8"];
        let heard = curl(&books, "PostEntry", &header, body.as_bytes());
        assert_eq!((heard.status, &heard.body["code"]), (400, &json!("invalid_argument")), "{body}");
        let violation = &heard.body["details"][0]["debug"]["fieldViolations"][0];
        assert_eq!(violation["field"].as_str().unwrap_or_default(), field, "{body}: {}", heard.body);
        let sentence = heard.body["message"].as_str().unwrap();
        assert!(sentence.contains(words), "{body}: {sentence}");
        assert!(!heard.body.to_string().contains("4711"), "a value was said back: {sentence}");
    }
    let deadline = json!({ "requestId": fresh(), "deadline": "2026-05-05T12:00:00" });
    let heard = with_json(&books, "PlaceHold", &deadline);
    assert!(heard.body["message"].as_str().unwrap().starts_with("deadline: "), "{}", heard.body);
    assert_eq!(books.position(), position);
}

/// Goal: a message that is too large is refused in the same words as with gRPC, whether `curl` waits to be
/// let or not. Method: half a megabyte, with and without `Expect`, and chunked, so that no length is said.
#[test]
fn what_is_too_large() {
    if !has_curl("what_is_too_large") {
        return;
    }
    let books = Books::new();
    let large = serde_json::to_vec(&json!({ "requestId": "7".repeat(500_000) })).unwrap();
    let json = ["--header", "Content-Type: application/json", "--header"];
    for more in ["Expect: 100-continue", "Expect:", "Transfer-Encoding: chunked"] {
        let heard = curl(&books, "PostEntry", &[&json[..], &[more]].concat(), &large);
        assert_eq!((heard.status, &heard.body["code"]), (400, &json!("invalid_argument")), "{more}");
        let sentence = heard.body["message"].as_str().unwrap();
        assert_eq!(sentence, "the message must be at most 262,144 bytes; nothing was done");
    }
    // It is the body that counts, not what little it says.
    let mostly_space = format!("{{{}}}", " ".repeat(256 << 10));
    let heard = curl(&books, "PostEntry", &json[..2], mostly_space.as_bytes());
    assert!(heard.body["message"].as_str().unwrap().contains("262,144 bytes"), "{}", heard.body);
    // As large as may be, it is read and refused for what it says.
    let id = "7".repeat((256 << 10) - "{\"requestId\":\"\"}".len());
    let most = serde_json::to_vec(&json!({ "requestId": id })).unwrap();
    assert_eq!(most.len(), 256 << 10);
    let heard = curl(&books, "FindEntry", &json[..2], &most);
    assert!(heard.body["message"].as_str().unwrap().starts_with("request_id must be"), "{}", heard.body);
}

/// Goal: a call that waits for what is not there yet ends with the caller's time, and says so; a time that is
/// none is refused. Method: an entry that never comes, with two seconds to wait for it.
#[test]
fn time_of_the_callers_own() {
    if !has_curl("time_of_the_callers_own") {
        return;
    }
    let books = Books::new();
    let asked = json!({ "accountNumber": books.ann, "minSequence": 1_u64 << 40 }).to_string();
    let in_time = |milliseconds: &str| {
        let timeout = format!("Connect-Timeout-Ms: {milliseconds}");
        let headers = ["--header", "Content-Type: application/json", "--header", &timeout];
        curl(&books, "GetBalance", &headers, asked.as_bytes())
    };
    // A tenth of the time is kept to say what is not there: SEQUENCE_NOT_REACHED comes before it is over.
    let waited = in_time("2000");
    assert_eq!((waited.status, &waited.body["code"]), (503, &json!("unavailable")), "{}", waited.body);
    assert_eq!(waited.body["details"][0]["debug"]["reason"], "SEQUENCE_NOT_REACHED");
    for wrong in ["soon", "-1", "1.5", "12345678901", "+5"] {
        let heard = in_time(wrong);
        assert_eq!((heard.status, &heard.body["code"]), (400, &json!("invalid_argument")), "{wrong}");
    }
    let long = ["--header", "Content-Type: application/json", "--header", "Connect-Timeout-Ms: 9999999999"];
    let read = json!({ "accountNumber": books.ann }).to_string();
    assert_eq!(curl(&books, "GetBalance", &long, read.as_bytes()).status, 200);
}

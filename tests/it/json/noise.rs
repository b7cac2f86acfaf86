//! JSON that nobody means.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::ask;
use crate::service::hostile::Books;
use crate::support::served::fresh;

/// What a body is broken with.
const PARTS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "null",
    "true",
    "-",
    "1e400",
    "0.1",
    "18446744073709551616",
    "\\u0000",
    "\\ud800",
    "\"transfers\":",
    "\"9999-12-31T23:59:60Z\"",
    "\"-0001-01-01T00:00:00Z\"",
    "\"@type\":",
    "\u{feff}",
    "\"KIND_GRANT\"",
    "{\"seconds\":1}",
    "\"posted\":{}",
    "é",
];

/// One change of a body: where, how many bytes go, and what comes.
fn change() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    let comes = prop_oneof![
        prop::sample::select(&PARTS[..]).prop_map(|part| part.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
        (1..300_usize).prop_map(|depth| "[".repeat(depth).into_bytes()),
        (1..300_usize).prop_map(|depth| "{\"details\":".repeat(depth).into_bytes()),
    ];
    (any::<prop::sample::Index>(), 0..12_usize, comes)
}

/// Goal: no JSON brings anything down: each is answered with 200 or with an error that is one. Method: bodies
/// that are right are changed at up to six places, by things that JSON is made of and by bytes it is not.
#[test]
fn no_json_brings_anything_down() {
    let books = Books::new();
    let (ann, dev) = (books.ann, books.dev);
    let transfer = json!([{ "debitAccountNumber": ann, "creditAccountNumber": dev, "amountSeconds": "1" }]);
    let right = [
        (
            "PostEntry",
            json!({
                "requestId": fresh(), "kind": 1, "transfers": transfer, "validateOnly": true,
                "details": { "memo": "hedge", "occurredOn": { "year": 2026, "month": 5, "day": 4 }, "textAbout": [] },
            }),
        ),
        (
            "PlaceHold",
            json!({
                "requestId": fresh(), "kind": "KIND_REDEMPTION", "transfers": transfer, "validateOnly": true,
                "deadline": "2026-05-05T12:00:00.000000001+02:00", "atDeadline": "AT_DEADLINE_RELEASE",
            }),
        ),
        (
            "SetLimits",
            json!({
                "requestId": fresh(), "accountNumber": ann, "validateOnly": true,
                "limits": { "floorSeconds": "-3600", "ceilingSeconds": null, "ceilingIsHard": true },
            }),
        ),
        ("ListStatement", json!({ "account_number": ann, "pageSize": 2 })),
    ];
    let bodies = right.map(|(call, body)| (call, body.to_string()));
    for (call, body) in &bodies {
        let (status, answer) = books.served.block_on(ask(&books.served.channel, call, body.as_bytes()));
        assert_eq!(status.as_u16(), 200, "{call}: {answer}");
    }
    let changed = (prop::sample::select(bodies.to_vec()), prop::collection::vec(change(), 1..6));
    let mut runner = TestRunner::new(Config { cases: 1_500, ..Config::default() });
    runner
        .run(&changed, |((call, body), changes)| {
            let mut body = body.into_bytes();
            for (place, gone, comes) in changes {
                let from = place.index(body.len() + 1);
                let to = (from + gone).min(body.len());
                body.splice(from..to, comes);
            }
            let (status, answer) = books.served.block_on(ask(&books.served.channel, call, body));
            if status.as_u16() != 200 {
                prop_assert!((400..504).contains(&status.as_u16()), "{}: {}", status, answer);
                prop_assert!(answer["code"].is_string() && answer["message"].is_string(), "{}", answer);
                // A defect would say "internal" or "unknown"; nothing that is typed is one.
                let code = answer["code"].as_str().unwrap();
                prop_assert!(!["internal", "unknown", "data_loss"].contains(&code), "{}", answer);
            }
            Ok(())
        })
        .unwrap();
    books.others_are_served();
}

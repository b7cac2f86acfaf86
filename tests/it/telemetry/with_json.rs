//! Calls asked with JSON, as a collector sees them.

use hourbook::api;
use hourbook::telemetry::names;
use serde_json::json;

use super::collector::{Collector, points};
use super::telemetry;
use crate::json::ask;
use crate::support::served::Served;

/// Goal: a call is counted under its name whichever way it was asked, also where it was refused for its JSON
/// or its head, and a path of somebody's own is no name. Method: the same call with gRPC and with JSON, right
/// and wrong, a stream, and no call; a collector hears the counts.
#[test]
fn calls_have_one_name() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (collector, address) = runtime.block_on(Collector::listen());
    let inside = runtime.enter();
    let (telemetry, _) = telemetry(Some(format!("http://{address}")));
    let served = Served::with(|options| options.metrics = telemetry.metrics());
    let member = served.member(served.bank("Ashenford").0, "Ann", 0);
    assert_eq!(served.posted(member), 0);
    let asked = |call: &str, body: serde_json::Value| {
        served.block_on(ask(&served.channel, call, body.to_string())).0.as_u16()
    };
    assert_eq!(asked("GetBalance", json!({ "accountNumber": member })), 200);
    assert_eq!(asked("GetBalance", json!({ "account": member })), 400);
    assert_eq!(asked("WatchEntries", json!({})), 501);
    assert_eq!(asked("AnnBaker", json!({})), 404);
    let request = api::GetBalanceRequest { account_number: 7, ..Default::default() };
    served.block_on(served.ledger().get_balance(request)).unwrap_err();
    drop(served);
    drop(inside);
    telemetry.shutdown(std::time::Duration::from_secs(120)).unwrap();

    let counted = points(&collector.metric(names::CALLS));
    for wanted in [
        "hourbook.code=OK rpc.method=hourbook.v1.LedgerService/GetBalance 2",
        "hourbook.code=INVALID_ARGUMENT rpc.method=hourbook.v1.LedgerService/GetBalance 2",
        "hourbook.code=UNIMPLEMENTED rpc.method=hourbook.v1.LedgerService/WatchEntries 1",
        "hourbook.code=UNIMPLEMENTED rpc.method=unknown 1",
    ] {
        assert!(counted.iter().any(|line| line == wanted), "{wanted}: {counted:#?}");
    }
    assert!(counted.iter().all(|line| !line.contains("AnnBaker")), "{counted:#?}");
}

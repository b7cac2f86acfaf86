//! A broker's afternoon, as it is typed and as it is answered.

use std::fs;
use std::path::Path;

use hourbook::api::OpenClearingRequest;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::domain::RequestId;
use tonic::transport::Endpoint;

use super::served::{Served, hourbook, text};
use super::transcript::played;
use crate::access::with;

/// What is typed, by whose key, and what is printed.
const TRANSCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/cli/afternoon.txt");

/// A network of two banks that owe each other up to 3 hours, with Ann, Bo, Cy and a hall in the first, and Dee and
/// Cy in the second; keys for the desk, a lead, and a lead of the network.
fn town(folder: &Path) -> Served {
    let books = folder.join("books");
    let mut begin = hourbook("127.0.0.1:9");
    begin.current_dir(folder).args(["init", "--data", "books", "--name", "Net", "--out", "admin.key"]);
    assert!(begin.output().unwrap().status.success());
    let served = Served::over(&books);
    let ask = |typed: &str| {
        let mut command = hourbook(&served.address);
        let told = command.current_dir(folder).args(typed.split(' ')).output().unwrap();
        assert!(told.status.success(), "{typed}: {}", text(&told.stderr));
    };
    for name in ["Rivermeet", "Ashenford"] {
        ask(&format!("--key-file admin.key bank open --name {name}"));
    }
    for (name, role) in [
        ("desk", "broker --bank 1"),
        ("lead", "lead --bank 1"),
        ("both", "lead --network"),
        ("accounts", "integration --bank 1 --bank 2"),
    ] {
        ask(&format!("--key-file admin.key key create --role {role} --name {name} --out {name}.key"));
    }
    for account in [
        "1 --name Ann",
        "1 --name Bo",
        "1 --name Cy",
        "1 --name Hall",
        "2 --name Dee",
        "2 --owner 11 --name Cy",
    ] {
        ask(&format!("--key-file accounts.key account open --floor -60 --bank {account}"));
    }
    ask("--key-file lead.key bank activities add gardening --bank 1");
    ask("--key-file admin.key staff add --bank 1 --name Lea --person 6");
    let key = fs::read_to_string(folder.join("admin.key")).unwrap();
    let pair = OpenClearingRequest {
        request_id: RequestId::fresh().to_string(),
        first_bank_number: 1,
        second_bank_number: 2,
        first_may_owe_seconds: 10_800,
        second_may_owe_seconds: 10_800,
        validate_only: false,
    };
    let server = Endpoint::from_shared(format!("http://{}", served.address)).unwrap();
    let opened = async {
        let mut ledger = LedgerServiceClient::new(server.connect().await.unwrap());
        ledger.open_clearing(with(key.trim_end(), pair)).await.unwrap();
    };
    tokio::runtime::Runtime::new().unwrap().block_on(opened);
    served
}

/// Goal: all that a broker does in an afternoon can be typed, and is told in words: written down, asked about, waiting
/// with its number, refused. Method: a transcript, each line typed at the real program, what it prints compared; then
/// the books are verified.
#[test]
fn an_afternoon_at_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let served = town(folder.path());
    played(TRANSCRIPT, folder.path(), &served);
}

/// Goal: programs find what waits and what is asked in JSON, and how it ended in the exit code. Method: a question, its
/// answer that waits, the list of what waits, its approval.
#[test]
fn programs_hear_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let served = town(folder.path());
    let today = jiff::Timestamp::now().in_tz("Europe/London").unwrap().date().to_string();
    let ask = |who: &str, typed: &str| {
        let mut command = hourbook(&served.address);
        let key = format!("{who}.key");
        command.current_dir(folder.path()).args(["--output", "json", "--key-file", &key]);
        let told = command.args(typed.split(' ')).output().unwrap();
        let said = if told.status.success() { &told.stdout } else { &told.stderr };
        let said: serde_json::Value = serde_json::from_slice(said).unwrap();
        (told.status.code().unwrap(), said)
    };
    let record = format!("exchange record --gave 10070 --received 10062 --hours 41 --on {today}");
    let (code, said) = ask("desk", &record);
    assert_eq!((code, &said["error"]["reason"]), (1, &"UNUSUAL_AMOUNT".into()));
    let answer = said["error"]["answer"].as_str().unwrap();
    let (code, said) = ask("desk", &format!("{record} {answer}"));
    assert_eq!((code, said["entry"].is_null(), &said["sequence"]), (0, true, &0.into()), "{said}");
    let number = said["waiting_number"].as_u64().unwrap();
    assert_eq!(said["sentences"].as_array().unwrap().len(), 1);
    let (_, said) = ask("lead", "approve list --bank 1");
    assert_eq!((&said[0]["number"], &said[0]["waiting_for"]), (&number.into(), &"second_person".into()));
    assert_eq!(said[0]["transfers"][0]["amount_seconds"], 41 * 3_600);
    assert_eq!(ask("desk", &format!("approve {number}")).0, 1);
    let (code, said) = ask("lead", &format!("approve {number}"));
    assert_eq!((code, &said["entry"]["kind"]), (0, &"exchange".into()), "{said}");
    assert_eq!(ask("lead", "approve list --bank 1").1, serde_json::json!([]));
    assert_eq!(ask("lead", &format!("approve {number} list --bank 1")).0, 2);
}

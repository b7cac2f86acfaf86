//! A server that is killed in the middle of an import, three times.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Output, Stdio};
use std::sync::Arc;
use std::time::Instant;

use hourbook::api::TrialBalanceRequest;
use hourbook::api::audit_service_client::AuditServiceClient;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::transport::Channel;

use super::between::{Gate, stand_between};
use super::told::{Name, Told, told};
use super::town;
use crate::cli::served::{Served, hourbook, text};
use crate::support::served::connect;

/// A client has at most four batches of 4,000 rows under way, so what a kill leaves is at most that and a
/// batch above what was seen just before it: three kills, of which two come while rows are posted, and
/// rows are left for the rest.
const ROWS: usize = 40_000;
const SEED: u64 = 20_190_124;
/// Bytes let through from one look at the books to the next: about a request of the opening; so few rows
/// that a kill leaves batches behind that are sent and not in the books, which the client that lives has to
/// put back in their order; and so many that it leaves batches that are in the books and not answered.
const OPENING_BYTES: usize = 256;
const FEW_ROWS_BYTES: usize = 8 << 10;
const MANY_ROWS_BYTES: usize = 64 << 10;
/// Entries the opening has before its accounts: numbers for the banks, and two of the banks.
const SOME_OPENED: u64 = 3;
/// Rows that are seen before each of the other kills: more than entries that a second opening may need.
const SOME_POSTED: u64 = 100;

/// The real server, the real client, and a gate between them in the test's hand.
struct Books {
    served: Served,
    runtime: Runtime,
    gate: Arc<Gate>,
    /// Where the gate listens.
    address: String,
}

impl Books {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let (served, runtime, gate) = (Served::new(), runtime.unwrap(), Arc::new(Gate::shut()));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(stand_between(listener, served.address.parse().unwrap(), Arc::clone(&gate)));
        Self { served, runtime, gate, address }
    }

    /// Starts to import, through the gate.
    fn import(&self, file: &str) -> Child {
        let mut command = hourbook(&self.address);
        command.args(["import", "--open-missing", "--output", "json", file]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Lets the client go on, `bytes` at each look, until the books hold `entries`; then kills the server
    /// at once, after it `client`, and starts the server again. Returns how many entries the books hold
    /// then. The gate is shut.
    ///
    /// A client has to be gone before the server is back: what it had sent already would come through
    /// after its end, and the next client would find rows that were not there when it was started.
    fn kill_at(&mut self, entries: u64, bytes: usize, client: Option<Child>) -> u64 {
        let channel = self.channel();
        let began = Instant::now();
        let seen = loop {
            match self.position(&channel) {
                seen if seen >= entries => break seen,
                _ => self.gate.let_through(bytes),
            }
            assert!(began.elapsed().as_secs() < 120, "the books never held {entries} entries");
        };
        self.gate.shut_again();
        self.served.kill();
        if let Some(mut client) = client {
            client.kill().unwrap();
            client.wait().unwrap();
        }
        self.served.restart();
        let found = self.served.json(&["trial-balance"])["sequence"].as_u64().unwrap();
        assert!(seen <= found, "{seen} entries were seen, and after the kill there were {found}");
        eprintln!("{seen} entries were seen, and after the kill there were {found}");
        found
    }

    fn position(&self, channel: &Channel) -> u64 {
        let mut audit = AuditServiceClient::new(channel.clone());
        let sums = self.runtime.block_on(audit.trial_balance(TrialBalanceRequest::default()));
        sums.unwrap().into_inner().sequence
    }

    fn channel(&self) -> Channel {
        self.runtime.block_on(connect(self.served.address.parse().unwrap()))
    }

    fn told(&self) -> (Told, BTreeMap<Name, u32>) {
        let channel = self.channel();
        self.runtime.block_on(told(&channel))
    }

    fn is_clean(&self) -> bool {
        self.served.json(&["verify"])["is_clean"] == true
    }
}

/// The summary of an import that ended well.
fn done(output: &Output) -> Value {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Goal: books whose server was killed three times during an import tell the same as books that were
/// imported at one go: every sum, every balance, every line of every statement in its order, and no row
/// twice. So what a kill leaves is the beginning of the file.
/// Method: one file, two servers of the real program. The second is killed once while names are opened and
/// twice while rows are posted, as soon as it is seen to have got further. Its client is killed with it
/// and started again, except the second time, when it goes on by itself. Banks are opened side by side and
/// may have other numbers; accounts are opened in order and may not, so the digests of the command line,
/// which name the other side by number, are compared too.
#[test]
fn three_kills_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exchanges.csv");
    fs::write(&file, town::rows(ROWS, SEED)).unwrap();
    let (file, rows) = (file.to_str().unwrap(), u64::try_from(ROWS).unwrap());

    let whole = Books::new();
    whole.gate.open();
    let summary = done(&whole.import(file).wait_with_output().unwrap());
    assert_eq!((&summary["rows_posted"], &summary["rows_refused"]), (&rows.into(), &0.into()));

    let mut killed = Books::new();
    let client = killed.import(file);
    let opened = killed.kill_at(SOME_OPENED, OPENING_BYTES, Some(client));
    let client = killed.import(file);
    let some = whole.position(&whole.channel()) - rows + SOME_POSTED;
    let first = killed.kill_at(some, FEW_ROWS_BYTES, None);
    let second = killed.kill_at(first + SOME_POSTED, MANY_ROWS_BYTES, Some(client));
    killed.gate.open();
    let summary = done(&killed.import(file).wait_with_output().unwrap());

    // Each kill came in the middle: more than before it, less than all.
    let all = killed.position(&killed.channel());
    let opening = all - rows;
    assert!(SOME_OPENED <= opened && opened < opening, "{opened} of {opening} opened");
    assert!(opening < first && first < second && second < all, "{opening}, {first}, {second} of {all}");
    assert_eq!(summary["rows_already_there"], second - opening);
    assert_eq!(summary["rows_posted"], all - second);

    let ((whole_told, numbers), (killed_told, killed_numbers)) = (whole.told(), killed.told());
    assert_eq!(whole_told.balances.len(), town::BANKS.len() * (town::MEMBERS + 2));
    for (name, statement) in &whole_told.statements {
        let differs = statement.iter().zip(&killed_told.statements[name]).rposition(|(one, two)| one != two);
        assert_eq!(differs.map(|line| &statement[line]), None, "the oldest line of {name:?} that differs");
    }
    assert!(whole_told == killed_told, "sums or balances differ");
    assert_eq!(whole_told.statements.values().map(Vec::len).sum::<usize>(), 2 * ROWS);

    let of_members = |(name, _): &(&Name, &u32)| !name.2.is_empty();
    for (name, number) in numbers.iter().filter(of_members) {
        assert_eq!(killed_numbers[name], *number, "{name:?}");
    }
    for (_, number) in numbers.iter().filter(of_members).step_by(40) {
        let digest = ["statement", &number.to_string(), "--digest"];
        assert_eq!(whole.served.done(&digest), killed.served.done(&digest), "{number}");
    }
    assert!(whole.is_clean() && killed.is_clean());
    let again = done(&killed.import(file).wait_with_output().unwrap());
    assert_eq!((&again["rows_posted"], &again["rows_already_there"]), (&0.into(), &rows.into()));
}

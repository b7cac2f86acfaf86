//! A server of the real program, over empty books, furnished through its own API.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hourbook::api::access_service_client::AccessServiceClient;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::api::{
    AccountKind, BatchAccounts, BatchEntry, CreateKeyRequest, Limits, NewAccount, OpenBankRequest,
    PostBatchesRequest, Reach, RegisterOwnersRequest, Role, batch_entry,
};
use hourbook::client::Shown;
use hourbook::domain::{KeyText, RequestId};
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::common::books::{ACCOUNTS_PER_ENTRY, CAFE};
use crate::common::workload::Accounts;

/// How long it may take until it serves.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; it is killed when this goes.
pub struct Server {
    child: Child,
    pub address: String,
    pub accounts: Accounts,
}

impl Server {
    /// Starts one with its data in `folder`, with the settings it has when nothing is said, and opens a bank,
    /// a café and `members` accounts. What it logs goes to a file.
    pub fn start(folder: &Path, members: u32) -> Self {
        let (child, address) = spawn(folder);
        let mut server = Self { child, address, accounts: Accounts { cafe: 0, first: 0, count: 0 } };
        server.accounts = runtime().block_on(async {
            let channel = serving(&server.address).await;
            furnish(channel, members).await
        });
        server
    }

    /// The same, and then it has keys; with one of an integration.
    pub fn start_with_keys(folder: &Path, members: u32) -> (Self, String) {
        let mut server = Self::start(folder, members);
        drop(server.child.kill());
        drop(server.child.wait());
        let admin = folder.join("admin.key");
        let begun = Command::new(env!("CARGO_BIN_EXE_hourbook"))
            .env_clear()
            .args(["init", "--name", "Benchmark", "--out"])
            .arg(&admin)
            .arg("--data")
            .arg(folder.join("served"))
            .output()
            .unwrap();
        assert!(begun.status.success(), "{begun:?}");
        (server.child, server.address) = spawn(folder);
        let admin = KeyText::parse(std::fs::read_to_string(admin).unwrap().trim()).unwrap();
        let key = runtime().block_on(async {
            let channel = serving(&server.address).await;
            let mut access = AccessServiceClient::new(Shown::key(&admin).on(channel));
            let asked = CreateKeyRequest {
                request_id: RequestId::fresh().to_string(),
                role: Role::Integration.into(),
                reach: Some(Reach { bank_numbers: vec![1], ..Reach::default() }),
                name: "benchmark".into(),
                ..CreateKeyRequest::default()
            };
            access.create_key(asked).await.unwrap().into_inner().key
        });
        (server, key)
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Starts one; said is, beside where it is, that one caller may ask for all there is, and that a shop's software may be here.
fn spawn(folder: &Path) -> (Child, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let child = Command::new(env!("CARGO_BIN_EXE_hourbook"))
        .env_clear()
        .args([
            "serve",
            "--listen",
            &address,
            "--calls-per-second",
            "1000000",
            "--hook-allow",
            "127.0.0.0/8",
            "--data",
        ])
        .arg(folder.join("served"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(folder.join("log")).unwrap())
        .spawn()
        .unwrap();
    (child, address)
}

async fn serving(address: &str) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let began = Instant::now();
    loop {
        if let Ok(channel) = endpoint.connect().await
            && let Ok(answer) = HealthClient::new(channel.clone()).check(HealthCheckRequest::default()).await
            && answer.into_inner().status() == ServingStatus::Serving
        {
            return channel;
        }
        assert!(began.elapsed() < PATIENCE, "the server at {address} does not serve");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn furnish(channel: Channel, members: u32) -> Accounts {
    let mut ledger = LedgerServiceClient::new(channel);
    let request_id = || RequestId::fresh().to_string();
    ledger
        .register_owners(RegisterOwnersRequest { request_id: request_id(), count: 1, validate_only: false })
        .await
        .unwrap();
    let bank = OpenBankRequest {
        request_id: request_id(),
        owner_number: 1,
        name: "Bank".into(),
        time_zone: "Europe/London".into(),
        pot_limits: Some(Limits::default()),
        issuance_limits: Some(Limits::default()),
        validate_only: false,
    };
    ledger.open_bank(bank).await.unwrap();
    let mut entries = vec![opening(AccountKind::Partner, 1)];
    for before in (0..members).step_by(ACCOUNTS_PER_ENTRY as usize) {
        entries.push(opening(AccountKind::Member, ACCOUNTS_PER_ENTRY.min(members - before)));
    }
    let requests = tokio_stream::once(PostBatchesRequest { entries, validate_only: false });
    let answer = ledger.post_batches(requests).await.unwrap().into_inner().message().await.unwrap().unwrap();
    let opened: Vec<u32> =
        answer.results.into_iter().flat_map(|result| result.opened_account_numbers).collect();
    // Places are dense from the bank's two accounts on; the numbers say the same with a check digit.
    let place = |number| hourbook::domain::AccountNumber::from_printed(number).unwrap().slot();
    assert_eq!(opened.len(), members as usize + 1);
    assert_eq!(place(opened[0]), CAFE);
    assert_eq!(place(opened[members as usize]), CAFE + members);
    Accounts { cafe: CAFE, first: CAFE + 1, count: members }
}

fn opening(kind: AccountKind, count: u32) -> BatchEntry {
    let account = NewAccount {
        bank_number: 1,
        kind: kind.into(),
        owner_number: 1,
        label: String::new(),
        limits: Some(Limits::default()), // As far as the books go.
    };
    let accounts = BatchAccounts { accounts: vec![account; count as usize] };
    BatchEntry {
        request_id: RequestId::fresh().bytes().to_vec(),
        action: Some(batch_entry::Action::OpenAccounts(accounts)),
        details: None,
    }
}

//! The server as a process: TERM, and a second one on the same directory.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hourbook::api::{self, ledger_service_client::LedgerServiceClient};
use hourbook::config::{Config, LogLevel};
use hourbook::journal::DataDirectory;
use rustix::process::{Pid, Signal, kill_process};
use tonic::Code;

use crate::support::served::{connect, fresh};

const CHILD: &str = "HOURBOOK_HOSTILE_CHILD";

/// Goal: TERM ends streams with UNAVAILABLE and the process with success, and what was answered is there for
/// the next; until then whoever else wants the directory is told which process has it.
#[test]
fn told_to_end_by_a_signal() {
    if let Some(folder) = std::env::var_os(CHILD) {
        return hourbook::server::serve(&config(folder.into())).unwrap();
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for count in 1..=2 {
        let (mut child, address) = start(folder.path());
        runtime.block_on(async {
            let mut ledger = LedgerServiceClient::new(connect(address).await);
            let request = api::RegisterOwnersRequest { request_id: fresh(), count: 1, ..Default::default() };
            let receipt = ledger.register_owners(request).await.unwrap().into_inner().receipt.unwrap();
            assert_eq!(receipt.entry.unwrap().sequence, count);
            let request = api::WatchEntriesRequest { after_sequence: Some(0), ..Default::default() };
            let mut watched = ledger.watch_entries(request).await.unwrap().into_inner();
            let error = DataDirectory::open(folder.path()).unwrap_err().to_string();
            assert!(error.contains(&child.id().to_string()), "{error}");
            kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
            let mut position = 0;
            let status = loop {
                match watched.message().await {
                    Ok(message) => position = message.unwrap().position,
                    Err(status) => break status,
                }
            };
            assert_eq!((status.code(), position), (Code::Unavailable, count), "{status:?}");
        });
        assert!(child.wait().unwrap().success());
    }
}

fn config(data: std::path::PathBuf) -> Config {
    Config {
        data,
        listen: "127.0.0.1:0".parse().unwrap(),
        tls: None,
        calls_per_second: hourbook::access::pace::CALLS_PER_SECOND_USUAL,
        drain: Duration::from_secs(60),
        accept_clock: false,
        reflection: true,
        otlp: None,
        log: LogLevel::Info,
        tokens: None,
        hooks: Default::default(),
    }
}

/// Starts a server and reads from its log where it listens.
fn start(folder: &std::path::Path) -> (Child, SocketAddr) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "service::hostile::process::told_to_end_by_a_signal", "--nocapture"])
        .env(CHILD, folder)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = lines.next().expect("the server never listened").unwrap();
        if let Some((_, rest)) = line.split_once("address=") {
            break rest.split_whitespace().next().unwrap().parse().unwrap();
        }
    };
    std::thread::spawn(move || lines.for_each(drop)); // So that its log never fills the pipe.
    (child, address)
}

//! The process that is killed: the test binary, started again, with a server in it whose clock the parent moves.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use hourbook::access::pace::CALLS_PER_SECOND_MAX;
use hourbook::domain::Timestamp;
use hourbook::journal::DataDirectory;
use hourbook::ledger::{Bounds, Clock, ManualClock};
use hourbook::server::{self, Options};
use hourbook::telemetry::{Settings, Telemetry};

/// What makes the test binary a child: folder, address and the clock's microseconds.
const VARIABLE: &str = "HOURBOOK_HOOKS_ORDERS";

/// Goal, method: none of its own. It is the child of the test beside it, and returns at once when nobody ordered anything.
#[test]
fn child_process() {
    let Ok(orders) = std::env::var(VARIABLE) else { return };
    let mut orders = orders.split('|');
    let mut next = || orders.next().unwrap().to_owned();
    let (folder, address, micros) = (next(), next(), next());
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(micros.parse().unwrap())));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let sink = tracing_subscriber::fmt::writer::BoxMakeWriter::new(std::io::sink);
    let telemetry = Telemetry::build(&Settings::default(), sink).unwrap();
    let mut options = Options::new(DataDirectory::open(Path::new(&folder)).unwrap(), telemetry.metrics());
    options.clock = Arc::clone(&clock) as Arc<dyn Clock>;
    options.bounds = Bounds { disk_headroom_bytes: 0, ..Bounds::default() };
    options.hooks.allowed = hourbook::hooks::target::Subnets::of(&["127.0.0.0/8".parse().unwrap()]);
    options.calls_per_second = CALLS_PER_SECOND_MAX.try_into().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind(&address)).unwrap();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            clock.advance_seconds(line.unwrap().parse().unwrap());
            println!("\nmoved");
        }
        std::process::exit(0); // The parent is gone.
    });
    runtime.block_on(server::run(listener, std::future::pending(), options)).unwrap();
}

/// A running child. Killed when dropped.
pub struct Child {
    process: std::process::Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Child {
    pub fn start(folder: &Path, address: &str, now: Timestamp) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "hooks::child::child_process", "--nocapture", "--test-threads=1"])
            .env(VARIABLE, format!("{}|{address}|{}", folder.display(), now.micros()))
            // What other programs would go through is not gone through.
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .env("http_proxy", "http://127.0.0.1:1")
            .env("ALL_PROXY", "http://127.0.0.1:1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Self { process, to, from: BufReader::new(from) }
    }

    /// Moves its clock, and waits until it is moved.
    pub fn advance(&mut self, seconds: i64) {
        writeln!(self.to, "{seconds}").unwrap();
        let mut line = String::new();
        while line.trim() != "moved" {
            line.clear();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the child is gone");
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _already_waited_for = self.process.wait();
    }
}

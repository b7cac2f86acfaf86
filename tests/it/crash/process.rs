//! The parent's hand on the child: starts it, reads what it says, ends it, always.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::heard::{Heard, Said};
use super::orders::{Orders, VARIABLE};

/// No healthy child is silent, or talks without getting anywhere, for so long. A safety net, not a
/// measure.
const PATIENCE: Duration = Duration::from_secs(120);
/// Lines read ahead; then the child waits for the parent.
const LINES_MAX: usize = 1_024;

/// A running child. Killed when dropped.
pub struct Child {
    process: std::process::Child,
    lines: Receiver<String>,
    /// What came on standard error so far, and who collects it.
    errors: Arc<Mutex<String>>,
    all_errors: Option<JoinHandle<()>>,
    /// What strace runs is not our child, and outlives a killed strace.
    traced: Option<String>,
}

/// How a child ended, and what it said on standard error.
#[derive(Debug)]
pub struct Ended {
    /// None after a signal.
    pub code: Option<i32>,
    pub errors: String,
}

impl Child {
    pub fn start(orders: &Orders) -> Self {
        let binary = std::env::current_exe().unwrap();
        Self::run(Command::new(binary), orders)
    }

    /// The child as strace runs it, with `options` of strace.
    pub fn start_traced(orders: &Orders, options: &[&str]) -> Self {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-q", "-o", "/dev/null"]).args(options);
        strace.arg(std::env::current_exe().unwrap());
        let mut child = Self::run(strace, orders);
        child.traced = Some(String::new());
        child
    }

    fn run(mut command: Command, orders: &Orders) -> Self {
        let mut process = command
            .args(["--exact", "crash::child::child_process", "--nocapture", "--test-threads=1"])
            .env(VARIABLE, orders.to_text())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, lines) = mpsc::sync_channel(LINES_MAX);
        let mut out = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut line = String::new();
            // A line without its end was cut off by the kill: nobody heard it.
            while out.read_line(&mut line).is_ok() && line.ends_with('\n') {
                line.pop();
                if to.send(std::mem::take(&mut line)).is_err() {
                    return;
                }
            }
        });
        let errors = Arc::new(Mutex::new(String::new()));
        let (err, said) = (BufReader::new(process.stderr.take().unwrap()), Arc::clone(&errors));
        let all_errors = std::thread::spawn(move || {
            for line in err.lines().map_while(Result::ok) {
                said.lock().unwrap().extend([line.as_str(), "\n"]);
            }
        });
        Self { process, lines, errors, all_errors: Some(all_errors), traced: None }
    }

    /// The next line; none once the child has ended.
    pub fn line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the child said nothing for {PATIENCE:?}"),
        }
    }

    /// Waits until the books are open and asked; the child's process id.
    pub fn ready(&mut self) -> u32 {
        while let Some(line) = self.line() {
            if let Some(pid) = line.strip_prefix("ready ") {
                if let Some(traced) = &mut self.traced {
                    *traced = pid.to_owned();
                }
                return pid.parse().unwrap();
            }
        }
        let ended = self.ended();
        panic!("the child ended before it was ready: {ended:?}");
    }

    /// Reads on until `count` more requests were acknowledged, or the child ended.
    pub fn hear_acks(&mut self, heard: &mut Heard, count: u64) {
        self.hear(heard, count, Said::is_yes);
    }

    /// Reads on until `count` lines said what is `wanted`, or the child ended; how many did.
    pub fn hear(&mut self, heard: &mut Heard, count: u64, wanted: impl Fn(Said) -> bool) -> u64 {
        let (mut found, began) = (0, Instant::now());
        while found < count
            && let Some(line) = self.line()
        {
            found += u64::from(wanted(heard.line(&line)));
            assert!(began.elapsed() < PATIENCE, "{found} of {count} within {PATIENCE:?}");
        }
        found
    }

    /// Reads on until standard error says `wanted`.
    pub fn hear_error(&mut self, heard: &mut Heard, wanted: &str) {
        let began = Instant::now();
        while !self.errors.lock().unwrap().contains(wanted) {
            match self.lines.recv_timeout(Duration::from_millis(10)) {
                Ok(line) => _ = heard.line(&line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            assert!(began.elapsed() < PATIENCE, "'{wanted}' was not said within {PATIENCE:?}");
        }
    }

    /// Reads what was said already, and does not wait.
    pub fn hear_what_is_there(&mut self, heard: &mut Heard) {
        // No more than the pipe can have held: the child goes on talking.
        for line in self.lines.try_iter().take(LINES_MAX) {
            heard.line(&line);
        }
    }

    /// Reads all that is left to read; what was said.
    pub fn hear_rest(&mut self, heard: &mut Heard) -> Vec<Said> {
        let (mut said, began) = (Vec::new(), Instant::now());
        while let Some(line) = self.line() {
            said.push(heard.line(&line));
            assert!(began.elapsed() < PATIENCE, "the child goes on and on, for {PATIENCE:?}");
        }
        said
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
    }

    /// Waits for the end; says what it was.
    pub fn ended(&mut self) -> Ended {
        let began = Instant::now();
        let status = loop {
            // Drained, so that a child with much to say can end.
            while self.lines.try_recv().is_ok() {}
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "the child did not end within {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(5));
        };
        self.all_errors.take().map(JoinHandle::join);
        Ended { code: status.code(), errors: self.errors.lock().unwrap().clone() }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _status = self.process.wait();
        if let Some(pid) = self.traced.as_deref().filter(|pid| is_ours(pid)) {
            let _it_may_have_ended = Command::new("kill").args(["-9", pid]).stderr(Stdio::null()).status();
        }
    }
}

/// Whether process `pid` is still the test binary that was started, and not somebody who came later.
fn is_ours(pid: &str) -> bool {
    let running = std::fs::read_link(Path::new("/proc").join(pid).join("exe"));
    !pid.is_empty() && running.ok() == std::env::current_exe().ok()
}

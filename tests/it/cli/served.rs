//! A server of the real program, on a port of its own, and the program that asks it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

/// The program, which finds its server at `address` and nothing else in its environment.
pub fn hourbook(address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hourbook"));
    command.env_clear().env("HOURBOOK_SERVER", address).stdin(Stdio::null());
    command
}

/// What was printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A running server.
pub struct Served {
    child: Child,
    pub address: String,
    /// Where its books are.
    pub data: PathBuf,
    logging: Logging,
    _folder: Option<tempfile::TempDir>,
}

/// What a server logs.
struct Logging {
    lines: Arc<Mutex<String>>,
    reading: Option<JoinHandle<()>>,
}

impl Served {
    /// Starts one over empty books.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut served = Self::over(&folder.path().join("books"));
        served._folder = Some(folder);
        served
    }

    /// Starts one over the books in `data`, and waits until it answers. A port that is free now may be taken
    /// before the server has it, so it is tried with another.
    pub fn over(data: &Path) -> Self {
        for _ in 0..5 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
            let (mut child, logging) = serve(data, &address, &[]);
            // Who needs a key hears 1 without one: that is an answer.
            let told = hourbook(&address).arg("whoami").output().unwrap();
            if child.try_wait().unwrap().is_none() && matches!(told.status.code(), Some(0 | 1)) {
                return Self { child, address, data: data.to_path_buf(), logging, _folder: None };
            }
            let _already_gone = child.kill();
            child.wait().unwrap();
        }
        panic!("no server would start");
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// All it logged, once it was killed.
    pub fn log(&mut self) -> String {
        drop(self.logging.reading.take().map(JoinHandle::join));
        self.logging.lines.lock().unwrap().clone()
    }

    /// Kills it in the middle of whatever it does, and starts it again over the same books and on the
    /// same port.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.restart();
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again after a kill.
    pub fn restart(&mut self) {
        self.restart_with(&[]);
    }

    /// The same with other flags.
    pub fn restart_with(&mut self, flags: &[&str]) {
        (self.child, self.logging) = serve(&self.data, &self.address, flags);
    }

    pub fn output(&self, arguments: &[&str]) -> Output {
        hourbook(&self.address).args(arguments).output().unwrap()
    }

    /// Asked, and done: what was printed.
    pub fn done(&self, arguments: &[&str]) -> String {
        let told = self.output(arguments);
        assert!(told.status.success(), "{arguments:?}: {}{}", text(&told.stdout), text(&told.stderr));
        text(&told.stdout)
    }

    /// Asked for JSON, and done.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.done(&[&["--output", "json"], arguments].concat());
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
    }

    /// Asked, and not done: the exit code and what was said about it.
    pub fn not_done(&self, arguments: &[&str]) -> (i32, String) {
        let told = self.output(arguments);
        (told.status.code().unwrap(), text(&told.stderr))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_gone = self.child.wait();
    }
}

/// The server's log goes on to the test's output, so that a red test can be read.
fn serve(data: &Path, address: &str, flags: &[&str]) -> (Child, Logging) {
    let mut command = hourbook(address);
    command.args(["serve", "--listen", address, "--data"]).arg(data).args(flags);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let lines = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&lines);
    let reading = std::thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            eprintln!("server: {line}");
            heard.lock().unwrap().push_str(&(line + "\n"));
        }
    });
    (child, Logging { lines, reading: Some(reading) })
}

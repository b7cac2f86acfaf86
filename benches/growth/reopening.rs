//! How long the books take to open: after a clean stop, and after a kill in the middle of posting.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::books;
use crate::common::caches::{Dropped, drop_caches};
use crate::common::driver;
use crate::common::plain_file::Until;
use crate::common::workload::{Generator, Workload};
use crate::million::{IN_FLIGHT, SUBMISSION, accounts};
use hourbook::ledger::Bounds;

/// How long the child posts after its first batch was answered.
const POSTING: Duration = Duration::from_secs(3);
/// Longer than it will live.
const CHILD_LIFE: Duration = Duration::from_secs(600);

/// Seconds from no process to books that answer, files not in memory.
pub fn open_seconds(data: &Path) -> (f64, u64, Dropped) {
    let dropped = drop_caches();
    let began = Instant::now();
    let network = books::open(data, Bounds::default());
    (began.elapsed().as_secs_f64(), network.ledger.position().get(), dropped)
}

/// Has a child post and kills it (`SIGKILL`).
pub fn kill_while_posting(data: &Path) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--bench", "--child"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "posting\n");
    std::thread::sleep(POSTING);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The child.
pub fn post_until_killed(data: &Path) {
    let network = books::open(data, Bounds::default());
    let mut generator = Generator::new(Workload::Uniform, accounts(), 2);
    let mut post = |until| {
        driver::closed_loop(&network.ledger, &mut generator, SUBMISSION, IN_FLIGHT, until);
    };
    post(Until::Entries(1));
    println!("posting");
    post(Until::Elapsed(CHILD_LIFE));
}

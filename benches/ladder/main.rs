//! The ladder: how fast Hourbook is, from a plain file up to a caller on the wire.
//!
//! `cargo bench --bench ladder` runs every rung and prints one JSON object a line, then a table with the
//! goals. `-- --help` lists the options; `-- --quick --rung durable` is for tuning.
//!
//! | rung | what is counted |
//! |---|---|
//! | `plain_file` | the same encoded bytes appended to one growing file, `fdatasync` a batch as large as `durable`'s in the turn before: the limit |
//! | `core` | one thread decides and encodes, no queue, no journal; drawing the commands is not counted |
//! | `core_memory` | a whole ledger with the journal in memory |
//! | `durable` | a whole ledger on sled, synced; submissions of 1,024 |
//! | `grpc_batch` | a server process, a client process, `PostBatches` between them over loopback |
//! | `grpc_noop` | a health check on the same server: what a unary call costs that does nothing |
//! | `grpc_unary` | `PostEntry` |
//! | `grpc_unary_key` | the same, in a network that has keys |
//! | `append_128` | a synced append of 128 records to the journal on sled, one after the other |
//! | `balance_read` | `Ledger::balance` while 300,000 entries a second arrive |
//! | `statement_page` | 50 lines of a random account under the same load |
//! | `overload_batch`, `overload_unary` | calls that come at twice the rate the server can serve, for 30 s |
//!
//! All rungs share the machine's cores with whoever drives them: drawing entries, and the client, are part
//! of every figure but `core`'s. Absolute figures drift with the machine and its neighbours, so rungs that
//! are compared take turns (A B A B …) and the medians are divided. Between turns the disk is given time
//! to write out what the turn before left in the page cache.
//!
//! Capacity is measured in a closed loop, latency in an open one at half the capacity just measured; each
//! line says which. Each group of rungs has a process of its own: memory, CPU and writes are its own.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "a benchmark fails by panicking, and its figures are no hours"
)]

mod balance_read;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "../common/mod.rs"]
mod common;
mod core;
mod core_adapter;
mod core_turn;
mod durable;
mod goals;
mod grpc_batch;
mod grpc_unary;
mod line;
mod memory;
mod options;
mod overload;
mod rungs;
mod server;
mod statement_page;
mod wire;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use options::Options;
use rungs::Group;
use serde_json::Value;

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some(wire::CLIENT) => return wire::client(&arguments.next().unwrap()),
        Some(wire::crowd::CROWD) => return wire::crowd::client(&arguments.next().unwrap()),
        Some(_) | None => {}
    }
    if !common::is_asked_for() {
        return;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options = Options::read();
    if let (Some(group), Some(folder)) = (options.child, &options.folder) {
        group.run(folder, &options);
        return;
    }
    let groups = if options.rung.is_empty() { Group::USUAL.to_vec() } else { options.rung.clone() };
    let lines: Vec<Value> = groups.into_iter().flat_map(|group| run_apart(group, &arguments)).collect();
    println!("\n{}", goals::table(&lines, &options));
}

/// Runs a group in a process of its own, prints its lines as they come, and gives them back.
fn run_apart(group: Group, arguments: &[String]) -> Vec<Value> {
    // On the disk of the build, not in a temporary folder that may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(arguments)
        .args(["--child", group.name(), "--folder"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| {
        let line = line.unwrap();
        println!("{line}");
        serde_json::from_str(&line).unwrap()
    });
    let lines = lines.collect();
    let status = child.wait().unwrap();
    assert!(status.success(), "{} ended with {status}", group.name());
    lines
}

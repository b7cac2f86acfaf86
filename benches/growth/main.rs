//! Growth: whether Hourbook stays as fast as its history grows.
//!
//! `cargo bench --bench growth` posts 50 million one-transfer entries without text, uniform over 10,000
//! accounts, through a whole ledger on sled, every batch synced. After each million it prints one JSON
//! object: the rate of that million and of a plain file in the turn after, memory, bytes on disk by part,
//! and what asking for something from the beginning of history costs. The driver, one thread of the same
//! process, is part of the rate and of the memory. At the end: how long opening takes with nothing in the
//! page cache, a table for README, and the goals.
//!
//! `-- --millions 2` tries it out, `-- --svg growth.svg` draws it. It takes some five gigabytes of disk for
//! 50 million and one for the plain file; both go away in the end.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "a benchmark fails by panicking, and its figures are no hours"
)]

#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "../common/mod.rs"]
mod common;
mod disk;
mod million;
mod options;
mod reopening;
mod report;
mod svg;

use clap::Parser;
use million::{Growth, Line};
use options::Options;
use report::Opening;

fn main() {
    if !common::is_asked_for() {
        return;
    }
    let options = Options::parse();
    if let Some(data) = &options.child {
        return reopening::post_until_killed(data);
    }
    // On the disk of the build, not in a temporary folder that may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let data = folder.path().join("data");
    let mut growth = Growth::begin(folder.path(), &data);
    let lines: Vec<Line> = (0..options.millions)
        .map(|_| {
            let line = growth.another();
            println!("{}", serde_json::to_string(&line).unwrap());
            line
        })
        .collect();
    let entries = growth.entries();
    drop(growth);
    let (clean_s, found, dropped) = reopening::open_seconds(&data);
    assert_eq!(found, entries, "what was there at the stop is there");
    reopening::kill_while_posting(&data);
    let (killed_s, found, _) = reopening::open_seconds(&data);
    assert!(found > entries, "what was answered before the kill is there");
    let opening = Opening { clean_s, killed_s, dropped };
    println!(
        "{}",
        serde_json::json!({
            "entries": entries,
            "open_clean_s": clean_s,
            "open_killed_s": killed_s,
            "entries_after_kill": found,
            "caches": dropped.words(),
        })
    );
    if let Some(path) = &options.svg {
        std::fs::write(path, svg::draw(&lines)).unwrap();
    }
    println!("\n{}\n{}", report::table(&lines), report::goals(&lines, opening));
}

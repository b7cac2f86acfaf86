//! People: whether a bank of twenty thousand finds them, and knows them at a start, as fast as aimed at.
//!
//! `cargo bench --bench people` fills a bank with 20,000 people, three entries each, among four million exchanges, on
//! sled. Then it looks for them by parts of names, numbers and contacts, and opens the books again, nothing in the page cache:
//! with the excerpt that a clean end leaves, and without it. It prints one JSON object for each sort of search and each start, and
//! a table of the goals.
//!
//! Measured is the directory, without the wire: a search as a call asks it, and a start from no directory to all names found.

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
mod options;
mod searching;
mod town;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use common::caches::drop_caches;
use common::figures::{Percentiles, thousandths};
use common::{books, machine};
use hourbook::directory::Directory;
use hourbook::ledger::Bounds;
use hourbook::network::Network;
use options::Options;
use searching::Sort;

/// A search takes at most so long, the slowest too.
const SEARCH_MS_MAX: f64 = 20.0;
/// A start knows all names after at most so long.
const START_S_MAX: f64 = 2.0;

fn main() {
    if !common::is_asked_for() {
        return;
    }
    let options = Options::parse();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let data = folder.path().join("data");
    println!("{}", machine::describe(folder.path()));
    let network = books::open(&data, Bounds::default());
    town::furnish(&network, options.people, u64::from(options.thousand_exchanges) * 1_000);
    drop(directory(&network, &data)); // Leaves the excerpt.
    let entries = network.ledger.position().get();
    drop(network);

    let with_excerpt = start_seconds(&data, "with the excerpt", entries);
    std::fs::remove_file(excerpt(&data)).unwrap();
    let without = start_seconds(&data, "without the excerpt", entries);

    let network = books::open(&data, Bounds::default());
    let directory = directory(&network, &data);
    let mut all = Vec::new();
    for sort in Sort::ALL {
        let times = searching::search(&directory, sort, options.people);
        print_search(sort.word(), times.clone());
        all.extend(times);
    }
    let all = print_search("all of them", all);
    let goals = [
        (
            format!("search among {} people, the slowest: ≤ 20 ms", options.people),
            all.max_ms,
            SEARCH_MS_MAX,
            "ms",
        ),
        ("start with the excerpt, all names found again: ≤ 2 s".to_owned(), with_excerpt, START_S_MAX, "s"),
    ];
    println!("\n| goal | value | met |\n|---|---|---|");
    for (goal, value, most, unit) in goals {
        println!("| {goal} | {value:.3} {unit} | {} |", if value <= most { "yes" } else { "no" });
    }
    println!(
        "\nWithout the excerpt, from the {entries} entries of the journal: {without:.3} s. Median of all searches: {:.3} ms.",
        all.p50_ms
    );
}

fn excerpt(data: &Path) -> std::path::PathBuf {
    data.join("derived").join("directory")
}

fn directory(network: &Network, data: &Path) -> Directory {
    let reader = Arc::clone(network.ledger.books().journal());
    let (keyring, position) = (Arc::clone(&network.keyring), network.ledger.position());
    Directory::open(reader, keyring, excerpt(data), position).unwrap()
}

/// Seconds from books that are open to a directory that finds everybody, what it reads not in memory.
fn start_seconds(data: &Path, how: &str, entries: u64) -> f64 {
    let network = books::open(data, Bounds::default());
    let dropped = drop_caches();
    let began = Instant::now();
    let directory = directory(&network, data);
    let seconds = began.elapsed().as_secs_f64();
    let line = serde_json::json!({
        "start": how,
        "seconds": thousandths(seconds),
        "entries": entries,
        "excerpt_bytes": std::fs::metadata(excerpt(data)).map_or(0, |file| file.len()),
        "caches": dropped.words(),
    });
    println!("{line}");
    drop(directory);
    seconds
}

fn print_search(sort: &str, times: Vec<Duration>) -> Percentiles {
    let searches = times.len();
    let percentiles = Percentiles::of(times).unwrap();
    let Percentiles { p50_ms, p99_ms, max_ms, .. } = percentiles;
    let [p50_ms, p99_ms, max_ms] = [p50_ms, p99_ms, max_ms].map(thousandths);
    println!(
        "{}",
        serde_json::json!({ "search": sort, "searches": searches, "p50_ms": p50_ms, "p99_ms": p99_ms, "max_ms": max_ms })
    );
    percentiles
}

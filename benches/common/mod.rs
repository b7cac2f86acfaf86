//! What the benchmarks are made of: workloads, the way they are posted, and how a run is measured.
//!
//! Knows nothing of rungs, turns or goals. Only `posting` knows how a command is submitted and answered.

pub mod books;
pub mod caches;
pub mod driver;
pub mod figures;
pub mod ids;
pub mod machine;
pub mod plain_file;
pub mod posting;
pub mod random;
pub mod reading;
pub mod usage;
pub mod workload;

/// A folder of the benchmark's own. Says which machine this is, as the first line of what is printed.
pub fn begin() -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    println!("{}", machine::describe(folder.path()));
    folder
}

/// Whether the benchmark is to run: `cargo bench` says so, `cargo test --benches` only asks whether it builds.
pub fn is_asked_for() -> bool {
    let said = |word: &str| std::env::args().any(|argument| argument == word);
    said("--bench") && !said("--test")
}

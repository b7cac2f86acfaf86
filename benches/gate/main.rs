//! The gate: whether a change made Hourbook a quarter slower, told by ratios of one run.
//!
//! `cargo bench --bench gate` measures the main rungs of the ladder for a minute and compares each with a
//! reference measured in the turns next to it: a plain file for the disk, a health check for the wire, a
//! fixed loop for the processor, or the rung below. Machines differ in all of these, their ratios much less.
//! A ratio below [`ratios::KEPT`] of the recorded one fails, with exit code 1.
//!
//! **A busy machine** is where this runs. So turns are short and alternate, each is divided by its neighbour,
//! and the median counts; what can be is timed by the CPU it took; what must be timed by the clock counts
//! only in rounds in which others left the processors alone, and is not judged where there are too few; rungs
//! that fell short are measured once more, and only what falls short again fails. What is bound by the disk on
//! one machine and by the processor on another has a ratio to each, and one of them suffices; what it costs in
//! CPU and in bytes has a row of its own.
//!
//! **A false alarm** costs a second run of all checks and, worse, the habit of asking again until it is green.
//! **A loss that passes** costs little: less than a quarter, and the ladder shows it. So the gate is dull
//! on purpose: it asks for a quarter twice. Whoever is stopped by it and did not touch what is fast: run it
//! again on a quiet machine before looking further.
//!
//! **Renewing the floors**, after a change that makes something faster (or slower, for a reason that the commit
//! says): `cargo bench --bench gate -- --record` on a quiet machine of the kind README names writes the
//! medians of several runs to `benches/gate/recorded.txt`. They are what was measured, with nothing taken off.
//! What could not be, because others kept the processors busy, is named there and not judged until it is.

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
#[path = "../ladder/core_adapter.rs"]
mod core_adapter;
#[path = "../ladder/core_turn.rs"]
mod core_turn;
mod cpu_loop;
mod others;
mod ratios;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "../ladder/server.rs"]
mod server;
mod stand;
#[allow(dead_code, reason = "each benchmark uses its part")]
#[path = "../ladder/wire/mod.rs"]
mod wire;

use std::process::ExitCode;
use std::time::Instant;

use ratios::{Measured, Ratio};
use stand::Stand;

/// Whole runs that a recording takes the medians of.
const RECORDED_RUNS: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, order] = &arguments[..]
        && first == wire::CLIENT
    {
        wire::client(order);
        return ExitCode::SUCCESS;
    }
    if !common::is_asked_for() {
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--record") {
        record();
        return ExitCode::SUCCESS;
    }
    judge()
}

fn judge() -> ExitCode {
    let (began, recorded) = (Instant::now(), ratios::read());
    let mut stand = Stand::set_up();
    let mut suspects = Ratio::ALL.to_vec();
    for what in ["measured", "measured once more"] {
        println!("{what}: {}", ratios::names(&suspects));
        let rounds = stand.measure(&suspects, stand::PATIENCE_JUDGING);
        println!("\n{}", ratios::table(&rounds, &recorded));
        suspects = ratios::short(&ratios::measured(&rounds), &recorded);
        if suspects.is_empty() {
            println!("Nothing is a quarter slower ({} s).", began.elapsed().as_secs());
            return ExitCode::SUCCESS;
        }
        println!("Fell short: {} ({} s).", ratios::names(&suspects), began.elapsed().as_secs());
    }
    println!("SLOWER by a quarter or more, twice: {}.", ratios::names(&suspects));
    ExitCode::FAILURE
}

fn record() {
    let runs: Vec<Measured> = (1..=RECORDED_RUNS)
        .map(|run| {
            let rounds = Stand::set_up().measure(&Ratio::ALL, stand::PATIENCE_RECORDING);
            println!("Run {run} of {RECORDED_RUNS}: {}", ratios::table(&rounds, &Measured::new()));
            ratios::measured(&rounds)
        })
        .collect();
    let machine = common::machine::describe(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")));
    ratios::write(&ratios::medians(&runs), &machine);
    println!("Written to {}.", ratios::FILE);
}

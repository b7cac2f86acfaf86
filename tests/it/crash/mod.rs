//! Crash tests: a real process on a real disk is killed, cut off, filled up and lied to, and the
//! books are compared with what it had said.
//!
//! | to find | look in |
//! |---|---|
//! | the process that is killed | `child.rs`, told what to do by `orders.rs`, asking what `load.rs` says |
//! | starting it, hearing it, killing it | `process.rs`, `heard.rs` |
//! | what must hold after every crash | `check.rs` |
//! | the tests | `kill.rs`, `power.rs`, `full.rs`, `failing.rs` |
//!
//! Nothing here waits for a time to pass: a child is killed after so many answers were read.

mod check;
mod child;
mod disk;
mod failing;
mod full;
mod heard;
mod kill;
mod load;
mod orders;
mod power;
mod process;
pub mod tills;

//! Where the files of the protocol get everything from that threads share.
//!
//! `bell`, `queue`, `handoff`, `relay`, `gate` and `balances` take atomics, parking, the bounded queue
//! and the cell that is set once from here and from nowhere else (`tests/it/structure.rs` looks). So
//! `tests/proof` can build the very same files on the types of loom and of shuttle and try every order
//! of threads, without a second build of the crate.
//!
//! crossbeam's queue and `portable-atomic` are trusted, not proven: in `tests/proof` the one is a
//! bounded queue whose every operation is one step, the other a value that is stored and loaded whole.

pub use std::sync::OnceLock;
pub use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
pub use std::thread::{Thread, current, park_timeout};

pub use crossbeam_queue::ArrayQueue;
pub use portable_atomic::AtomicU128;

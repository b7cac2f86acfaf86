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

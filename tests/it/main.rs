//! The integration tests: one binary, one folder a subject.
//!
//! `support` opens ledgers on the in-memory journal and speaks the short language of the tables.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]
#![allow(missing_docs, reason = "a test says goal and method in its first comment")]

mod ledger;
mod size;
mod structure;
mod support;

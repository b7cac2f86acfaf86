//! The integration tests: one binary, one folder a subject.
//!
//! `support` opens ledgers on the in-memory journal and speaks the short language of the tables.

#![allow(missing_docs, reason = "a test says goal and method in its first comment")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "tests fail by panicking"
)]

mod access;
mod audit;
mod cli;
mod clients;
mod crash;
mod desk;
mod fuzz;
mod hooks;
mod import;
mod json;
mod ledger;
mod model;
mod network;
mod past;
mod service;
mod size;
mod story;
mod structure;
mod support;
mod telemetry;
mod tls;

// Files of the ledger that are built into a test find its words here.
use hourbook::domain;
// As bodies of the fuzz targets find the identity provider.
use access::issuer;

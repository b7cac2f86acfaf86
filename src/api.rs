//! The API as Rust: what `proto/build.rs` makes of `proto/hourbook/v1`.
//!
//! Messages, the servers' traits and the clients. Documented where it is written: in the proto files.

#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction, reason = "generated")]

tonic::include_proto!("hourbook.v1");

/// The descriptors that reflection answers with.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

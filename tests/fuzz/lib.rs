//! What the fuzz targets call: the bodies, which `cargo test` plays too (`tests/it/fuzz`), and what they share
//! with other tests.

pub mod bodies;

// Bodies find the identity provider of the tests by the same name there and here.
#[allow(dead_code)]
#[path = "../it/access/issuer.rs"]
mod issuer;

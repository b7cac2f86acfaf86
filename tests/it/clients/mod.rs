//! Clients in other languages, made from `proto/` by their own tools.
//!
//! What each needs comes from its package registry, once, into a folder under `target` that is kept as
//! long as its list stays the same.

mod node;
pub mod python;

use std::process::Output;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

//! Who may do what.
//!
//! [`tokens`] tells who calls with a bearer token of the network's own identity provider.

pub mod tokens;

//! Hourbook: the ledger of a network of time banks. An hour given is an hour earned.

pub mod domain;
pub mod journal;
pub mod ledger;
pub mod network;
pub mod seal;

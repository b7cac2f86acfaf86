//! What stands around the protocol in the models: callers, a poster that numbers what it takes, a
//! committer whose journal is a counter, and readers. `relay`, `gate` and `balances` are the ledger's.

pub mod asked;
pub mod batch;
pub mod books;
pub mod committer;
pub mod poster;

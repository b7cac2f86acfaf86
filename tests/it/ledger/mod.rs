//! The ledger on the in-memory journal: rules, concurrency, faults.

mod basics;

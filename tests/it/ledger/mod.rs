//! The ledger on the in-memory journal: rules, concurrency, faults.

mod clock;
mod found;
mod gate;
mod holds;
mod limits;
mod once;
mod past;
mod refusals;
mod runs;
mod torn;

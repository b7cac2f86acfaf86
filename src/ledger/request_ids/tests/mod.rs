//! Tests of request ids without a ledger around them.

mod files;
mod played;
mod recent;
mod settled;
mod stale;

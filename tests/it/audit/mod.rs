//! Trial balance and verify: clean books are clean, and every way to break them is found.
//!
//! `forge` writes what a faulty or hostile writer would have left; `played` makes honest books.

mod clean;
mod damaged;
mod forge;
mod forged;
mod forged_alone;
mod forged_holds;
mod played;
mod trial_balance;

use hourbook::audit::{Invariant, Report, verify};
use hourbook::ledger::Ledger;

fn verified(ledger: &Ledger) -> Report {
    verify(ledger, &mut |_| {})
}

/// The first fault of `invariant`, which must be the only one that is broken.
fn only_fault(report: &Report, invariant: Invariant) -> String {
    for check in &report.checks {
        assert_eq!(check.is_clean(), check.invariant != invariant, "\n{report}");
    }
    report.check(invariant).unwrap().first_fault.clone().unwrap()
}

/// The first fault of `invariant`, whatever else is broken.
fn fault(report: &Report, invariant: Invariant) -> String {
    let check = report.check(invariant).unwrap();
    check.first_fault.clone().unwrap_or_else(|| panic!("{invariant:?} is not broken\n{report}"))
}

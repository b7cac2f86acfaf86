//! What a bank has agreed on and which months it closed, through a real socket.

mod activities;
mod fields;
mod months;
mod people;
mod policy;
mod roles;

use std::path::Path;
use std::sync::Arc;

use hourbook::api::{self, Receipt};
use hourbook::ledger::ManualClock;
use tonic::Status;

use crate::support::served::{Served, fresh};

/// A server on books that may be there already.
fn over(folder: &Path, clock: &Arc<ManualClock>) -> Served {
    Served::in_folder(folder, Arc::clone(clock), |_| {})
}

/// The policy of bank 1 with silence counting after so many days.
fn accepting_after(served: &Served, auto_accept_days: u32) -> api::BankPolicy {
    api::BankPolicy { auto_accept_days, ..served.policy(1) }
}

fn set(served: &Served, request: api::SetBankPolicyRequest) -> Result<Receipt, Status> {
    let answer = served.block_on(served.directory().set_bank_policy(request));
    answer.map(|answer| answer.into_inner().receipt.unwrap())
}

fn set_policy(bank_number: u32, policy: api::BankPolicy) -> api::SetBankPolicyRequest {
    api::SetBankPolicyRequest { request_id: fresh(), bank_number, policy: Some(policy), ..Default::default() }
}

fn close(served: &Served, request: api::LockPeriodRequest) -> Result<Receipt, Status> {
    let answer = served.block_on(served.directory().lock_period(request));
    answer.map(|answer| answer.into_inner().receipt.unwrap())
}

fn month(year: i32, month: i32) -> api::LockPeriodRequest {
    api::LockPeriodRequest { request_id: fresh(), bank_number: 1, year, month, ..Default::default() }
}

fn sequence(receipt: &Receipt) -> u64 {
    receipt.entry.as_ref().unwrap().sequence
}

//! Callers who do everything wrong, by accident or on purpose: each hears a clear status, nothing is half
//! done, and nobody else feels it.

mod batches;
mod cards;
mod claims;
mod connections;
mod crowd;
mod ending;
mod exchanges;
mod fields;
mod holdings;
mod hooks;
mod long_answers;
mod messages;
mod offers;
mod only_checked;
mod overload;
mod people;
mod process;
mod reads;
mod table;
mod tills;
mod watching;
pub mod wire;

use hourbook::api::{self, verify_response::Step};
use hourbook::server::Options;
use tonic::Status;
use tonic_types::StatusExt;

use crate::support::HOUR;
use crate::support::served::{Served, fresh, transfer};

/// A server with two banks, and something of everything in its books.
pub struct Books {
    pub served: Served,
    pub bank: u32,
    pub other_bank: u32,
    /// May go 5 hours below zero.
    pub ann: u32,
    /// May go 5 hours below zero.
    pub dev: u32,
    /// Without limits.
    pub wide: [u32; 2],
    pub closed: u32,
    /// In the other bank.
    pub far: u32,
    /// An open hold of 1 hour, Ann to Dev.
    pub hold: u64,
    /// An exchange of 1 hour, Ann to Dev.
    pub entry: u64,
}

/// 2026-05-05T09:00:00Z, where the clock stands.
pub const NOW: i64 = 1_777_971_600;

impl Books {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let served = Served::with(change);
        let (bank, ..) = served.bank("Ashenford");
        let (other_bank, ..) = served.bank("Brightwater");
        let (ann, dev) = (served.member(bank, "Ann", -5), served.member(bank, "Dev", -5));
        let closed = served.member(bank, "Cleo", 0);
        let far = served.member(other_bank, "Finn", -5);
        let wide = |name| served.account(bank, api::AccountKind::Member, name, api::Limits::default());
        let wide = [wide("Wanda"), wide("Wim")];
        let close = api::CloseAccountRequest {
            request_id: fresh(),
            account_number: closed,
            remainder_to_account_number: ann,
            ..Default::default()
        };
        served.block_on(served.ledger().close_account(close)).unwrap();
        let entry = served.exchange(ann, dev, HOUR).unwrap().entry.unwrap().sequence;
        let hold = served.block_on(served.ledger().place_hold(hold(ann, dev))).unwrap().into_inner();
        let hold = hold.receipt.unwrap().entry.unwrap().sequence;
        Self { served, bank, other_bank, ann, dev, wide, closed, far, hold, entry }
    }

    /// The newest entry.
    pub fn position(&self) -> u64 {
        let request = api::GetBalanceRequest { account_number: self.ann, ..Default::default() };
        self.served.block_on(self.served.ledger().get_balance(request)).unwrap().into_inner().sequence
    }

    /// Somebody else is served.
    pub fn others_are_served(&self) {
        self.served.exchange(self.wide[0], self.wide[1], 1).unwrap();
    }

    /// The books add up.
    pub fn verify(&self) {
        self.served.block_on(async {
            let mut stream = self.served.audit().verify(api::VerifyRequest {}).await.unwrap().into_inner();
            let mut report = None;
            while let Some(message) = stream.message().await.unwrap() {
                if let Some(Step::Report(last)) = message.step {
                    report = Some(last);
                }
            }
            let report = report.unwrap();
            assert!(report.is_clean, "{report:?}");
        });
    }
}

pub fn hold(debit: u32, credit: u32) -> api::PlaceHoldRequest {
    api::PlaceHoldRequest {
        request_id: fresh(),
        kind: api::Kind::Redemption.into(),
        transfers: vec![transfer(debit, credit, HOUR)],
        deadline: Some(prost_types::Timestamp { seconds: NOW + 3_600, nanos: 0 }),
        at_deadline: api::AtDeadline::Release.into(),
        ..Default::default()
    }
}

/// A batch of `count` posts of one second each, with ids derived from `first` on.
pub fn batch(accounts: [u32; 2], first: u128, count: u128) -> api::PostBatchesRequest {
    let entry = |number: u128| api::BatchEntry {
        request_id: hourbook::domain::RequestId::derived(number.to_be_bytes()).bytes().to_vec(),
        action: Some(api::batch_entry::Action::Post(api::BatchPost {
            kind: api::Kind::Exchange.into(),
            transfers: vec![transfer(accounts[0], accounts[1], 1)],
        })),
        details: None,
    };
    api::PostBatchesRequest { entries: (first..first + count).map(entry).collect(), validate_only: false }
}

/// What a status names: the field that is wrong, the reason, "retry", or nothing.
pub fn named(status: &Status) -> String {
    let details = status.get_error_details();
    if let Some(bad) = details.bad_request() {
        return bad.field_violations.first().map(|violation| violation.field.clone()).unwrap_or_default();
    }
    if let Some(info) = details.error_info() {
        return info.reason.clone();
    }
    if details.retry_info().is_some() { "retry".into() } else { String::new() }
}

//! The books that are asked, and every call that writes, asked for something they would accept.

use hourbook::api::{self, entry::Action as Did};
use hourbook::domain::RequestId;

use super::seen::Refused;
use crate::support::served::{Served, exchange, floor, fresh, transfer};
use crate::support::{HOUR, START};

/// The calls of LedgerService and DirectoryService that write, in the order of the API.
pub const WRITES: [&str; 30] = [
    "RegisterOwners",
    "OpenBank",
    "OpenClearing",
    "AddActivities",
    "OpenAccount",
    "SetLimits",
    "CloseAccount",
    "ReopenAccount",
    "PostEntry",
    "PostBatches",
    "PlaceHold",
    "CaptureHold",
    "VoidHold",
    "ReverseEntry",
    "SetBankPolicy",
    "LockPeriod",
    "CreatePerson",
    "UpdatePerson",
    "SetMemberStanding",
    "SetRepresentative",
    "SetVenue",
    "CloseVenue",
    "SetTill",
    "CloseTill",
    "OpenPot",
    "SetStandingGroup",
    "EndStandingGroup",
    "PauseMember",
    "CloseMember",
    "EraseMember",
];

/// The calls that write about keys and tokens; `keys` asks them.
pub const KEY_WRITES: [&str; 4] = ["LinkIdentity", "CreateKey", "RotateKey", "RevokeKey"];

/// Those of the first that take `EntryDetails`.
pub const DETAILED: [&str; 9] = [
    "SetLimits",
    "CloseAccount",
    "ReopenAccount",
    "PostEntry",
    "PostBatches",
    "PlaceHold",
    "CaptureHold",
    "VoidHold",
    "ReverseEntry",
];

/// An answer, or the refusal of `call`.
pub fn hear<T>(call: &'static str, answer: Result<T, tonic::Status>) -> Result<(), Refused> {
    answer.map(drop).map_err(|status| Refused::of_status(call, &status))
}

/// `seconds` after the clock of the books began.
pub fn moment(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: START.micros() / 1_000_000 + seconds, nanos: 0 })
}

/// Numbers in the books that are asked. Ashenford (1) and Quillmere (2) may owe each other 1 hour,
/// Mallow Bridge (3) stands alone.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// A bank as an owner, who may be the owner of more.
    pub owner: u32,
    /// Of Ashenford: down to 50 hours below zero; has −2 hours and 2 hours set aside for the baths.
    pub dev: u32,
    /// Of Ashenford: not below zero; has 2 hours.
    pub ann: u32,
    /// Of Ashenford: nothing, and nothing happens to it.
    pub kit: u32,
    /// Of Ashenford: closed after Dev had helped Zoe.
    pub zoe: u32,
    /// Of Ashenford: a hard ceiling of 3 hours.
    pub hall: u32,
    /// Of Ashenford: a partner, with one venue and a till in it.
    pub baths: u32,
    /// Of Quillmere.
    pub quin: u32,
    /// What Ashenford keeps for Quillmere, and the other way round.
    pub between: (u32, u32),
    /// 2 hours of Dev's for the baths, for ten days.
    pub hold: u64,
    /// The entry in which Dev received 2 hours from Ann.
    pub helped: u64,
    /// The entry in which Dev received an hour from Zoe.
    pub helped_by_zoe: u64,
    /// The entry that moved half an hour from Dev to Quin.
    pub sent: u64,
}

impl Numbers {
    /// Opens banks and accounts and lets a little happen.
    pub fn prepare(served: &Served) -> Self {
        for name in ["Ashenford", "Quillmere", "Mallow Bridge"] {
            served.bank(name);
        }
        let limits = api::Limits { ceiling_seconds: Some(3 * HOUR), ceiling_is_hard: true, ..floor(0) };
        let mut numbers = Self {
            owner: 1,
            dev: served.member(1, "Dev", -50),
            ann: served.member(1, "Ann", 0),
            kit: served.member(1, "Kit", 0),
            zoe: served.member(1, "Zoe", 0),
            hall: served.account(1, api::AccountKind::Organisation, "Lantern Hall", limits),
            baths: served.account(1, api::AccountKind::Partner, "Ladle Street Baths", floor(0)),
            quin: served.member(2, "Quin", -50),
            between: (0, 0),
            hold: 0,
            helped: 0,
            helped_by_zoe: 0,
            sent: 0,
        };
        let pair = api::OpenClearingRequest { request_id: fresh(), ..numbers.clearing(2) };
        let opened = served.block_on(served.ledger().open_clearing(pair)).unwrap().into_inner();
        let Some(Did::ClearingOpened(pair)) = opened.receipt.unwrap().entry.unwrap().action else { panic!() };
        numbers.between = (pair.first_account_number, pair.second_account_number);
        let post = |request| {
            let answer = served.block_on(served.ledger().post_entry(request)).unwrap().into_inner();
            answer.receipt.unwrap().entry.unwrap().sequence
        };
        numbers.helped = post(exchange(numbers.dev, numbers.ann, 2 * HOUR));
        numbers.helped_by_zoe = post(exchange(numbers.dev, numbers.zoe, HOUR));
        numbers.sent = post(numbers.between_banks(HOUR / 2));
        let close = api::CloseAccountRequest {
            request_id: fresh(),
            account_number: numbers.zoe,
            remainder_to_account_number: numbers.dev,
            ..Default::default()
        };
        served.block_on(served.ledger().close_account(close)).unwrap();
        super::people::open_baths(served, numbers.baths);
        let hold = numbers.place_hold(numbers.dev, numbers.baths, 2 * HOUR);
        let placed = served.block_on(served.ledger().place_hold(hold)).unwrap().into_inner();
        numbers.hold = placed.receipt.unwrap().entry.unwrap().sequence;
        numbers
    }

    fn clearing(&self, second_bank_number: u32) -> api::OpenClearingRequest {
        api::OpenClearingRequest {
            request_id: fresh(),
            first_bank_number: 1,
            second_bank_number,
            first_may_owe_seconds: HOUR,
            second_may_owe_seconds: HOUR,
            validate_only: false,
        }
    }

    /// Hours from Dev to Quin, through the two accounts between their banks.
    pub fn between_banks(&self, seconds: i64) -> api::PostEntryRequest {
        api::PostEntryRequest {
            request_id: fresh(),
            kind: api::Kind::BetweenBanks.into(),
            transfers: self.both_halves(seconds),
            ..Default::default()
        }
    }

    /// Its transfers.
    pub fn both_halves(&self, seconds: i64) -> Vec<api::Transfer> {
        vec![transfer(self.dev, self.between.0, seconds), transfer(self.between.1, self.quin, seconds)]
    }

    /// Hours set aside for ten days.
    pub fn place_hold(&self, debit: u32, credit: u32, seconds: i64) -> api::PlaceHoldRequest {
        api::PlaceHoldRequest {
            request_id: fresh(),
            kind: api::Kind::Redemption.into(),
            transfers: vec![transfer(debit, credit, seconds)],
            deadline: moment(10 * 86_400),
            at_deadline: api::AtDeadline::Release.into(),
            ..Default::default()
        }
    }

    /// Asks one of [`WRITES`] for something the books would accept.
    pub fn ask(
        &self,
        served: &Served,
        call: &'static str,
        request_id: &str,
        details: Option<api::EntryDetails>,
    ) -> Result<(), Refused> {
        let (mut ledger, request_id) = (served.ledger(), request_id.to_owned());
        match call {
            "RegisterOwners" => {
                let request = api::RegisterOwnersRequest { request_id, count: 7, ..Default::default() };
                hear(call, served.block_on(ledger.register_owners(request)))
            }
            "OpenBank" => {
                let request = api::OpenBankRequest {
                    request_id,
                    owner_number: self.owner,
                    name: "Fourth".into(),
                    time_zone: "Europe/London".into(),
                    ..Default::default()
                };
                hear(call, served.block_on(ledger.open_bank(request)))
            }
            "OpenClearing" => {
                let request = api::OpenClearingRequest { request_id, ..self.clearing(3) };
                hear(call, served.block_on(ledger.open_clearing(request)))
            }
            "AddActivities" => {
                let names = vec!["gardening".into()];
                let request =
                    api::AddActivitiesRequest { request_id, bank_number: 1, names, ..Default::default() };
                hear(call, served.block_on(ledger.add_activities(request)))
            }
            "OpenAccount" => {
                let account = Some(new_account(1, self.owner));
                let request = api::OpenAccountRequest { request_id, account, ..Default::default() };
                hear(call, served.block_on(ledger.open_account(request)))
            }
            "SetLimits" => {
                let limits = Some(floor(-60));
                let account_number = self.dev;
                let request = api::SetLimitsRequest {
                    request_id,
                    account_number,
                    limits,
                    details,
                    validate_only: false,
                };
                hear(call, served.block_on(ledger.set_limits(request)))
            }
            "CloseAccount" => {
                let request = api::CloseAccountRequest { request_id, details, ..close(self.kit, self.dev) };
                hear(call, served.block_on(ledger.close_account(request)))
            }
            "ReopenAccount" => {
                let account_number = self.zoe;
                let request =
                    api::ReopenAccountRequest { request_id, account_number, details, validate_only: false };
                hear(call, served.block_on(ledger.reopen_account(request)))
            }
            "PostEntry" => {
                let request =
                    api::PostEntryRequest { request_id, details, ..exchange(self.dev, self.kit, 60) };
                hear(call, served.block_on(ledger.post_entry(request)))
            }
            "PostBatches" => {
                let entry = batch_post(vec![transfer(self.dev, self.kit, 60)]);
                let request_id = RequestId::parse(&request_id).unwrap().bytes().to_vec();
                in_batch(served, api::BatchEntry { request_id, details, ..entry })
            }
            "PlaceHold" => {
                let hold = self.place_hold(self.dev, self.kit, 60);
                let request = api::PlaceHoldRequest { request_id, details, ..hold };
                hear(call, served.block_on(ledger.place_hold(request)))
            }
            "CaptureHold" => {
                let request = api::CaptureHoldRequest { request_id, details, ..capture(self.hold, 60) };
                hear(call, served.block_on(ledger.capture_hold(request)))
            }
            "VoidHold" => {
                let hold_sequence = self.hold;
                let request =
                    api::VoidHoldRequest { request_id, hold_sequence, details, validate_only: false };
                hear(call, served.block_on(ledger.void_hold(request)))
            }
            "ReverseEntry" => {
                let request = api::ReverseEntryRequest { request_id, details, ..reverse(self.helped, &[]) };
                hear(call, served.block_on(ledger.reverse_entry(request)))
            }
            "SetBankPolicy" => {
                let policy = Some(served.policy(1));
                let request = api::SetBankPolicyRequest { request_id, policy, ..set_policy(1) };
                hear(call, served.block_on(served.directory().set_bank_policy(request)))
            }
            "LockPeriod" => {
                let request = api::LockPeriodRequest { request_id, ..month(1, 4) };
                hear(call, served.block_on(served.directory().lock_period(request)))
            }
            other => super::people::ask(served, self, other, request_id),
        }
    }
}

pub fn set_policy(bank_number: u32) -> api::SetBankPolicyRequest {
    api::SetBankPolicyRequest { request_id: fresh(), bank_number, ..Default::default() }
}

/// A month of 2026.
pub fn month(bank_number: u32, month: i32) -> api::LockPeriodRequest {
    api::LockPeriodRequest { request_id: fresh(), bank_number, year: 2026, month, ..Default::default() }
}

pub fn new_account(bank_number: u32, owner_number: u32) -> api::NewAccount {
    let kind = api::AccountKind::Member.into();
    api::NewAccount { bank_number, kind, owner_number, ..Default::default() }
}

pub fn close(account_number: u32, remainder_to_account_number: u32) -> api::CloseAccountRequest {
    let request_id = fresh();
    api::CloseAccountRequest { request_id, account_number, remainder_to_account_number, ..Default::default() }
}

pub fn capture(hold_sequence: u64, seconds: i64) -> api::CaptureHoldRequest {
    let amount_seconds = Some(seconds);
    api::CaptureHoldRequest { request_id: fresh(), hold_sequence, amount_seconds, ..Default::default() }
}

/// Parts are places in the original, with seconds.
pub fn reverse(original_sequence: u64, parts: &[(u32, i64)]) -> api::ReverseEntryRequest {
    let part = |(transfer_index, amount_seconds): &(u32, i64)| api::ReversedPart {
        transfer_index: *transfer_index,
        amount_seconds: *amount_seconds,
    };
    let parts = parts.iter().map(part).collect();
    api::ReverseEntryRequest { request_id: fresh(), original_sequence, parts, ..Default::default() }
}

pub fn batch_post(transfers: Vec<api::Transfer>) -> api::BatchEntry {
    let post = api::BatchPost { kind: api::Kind::Exchange.into(), transfers };
    batch_entry(api::batch_entry::Action::Post(post))
}

pub fn batch_open(accounts: Vec<api::NewAccount>) -> api::BatchEntry {
    batch_entry(api::batch_entry::Action::OpenAccounts(api::BatchAccounts { accounts }))
}

fn batch_entry(action: api::batch_entry::Action) -> api::BatchEntry {
    let request_id = RequestId::fresh().bytes().to_vec();
    api::BatchEntry { request_id, action: Some(action), details: None }
}

/// One entry in a stream of batches of its own.
pub fn in_batch(served: &Served, entry: api::BatchEntry) -> Result<(), Refused> {
    let batch = api::PostBatchesRequest { entries: vec![entry], validate_only: false };
    let result = served.block_on(async {
        let requests = tokio_stream::iter([batch]);
        let mut answers = served.ledger().post_batches(requests).await.unwrap().into_inner();
        answers.message().await.unwrap().unwrap().results.remove(0)
    });
    result.error.map_or(Ok(()), |error| Err(Refused::of_entry("PostBatches", error)))
}

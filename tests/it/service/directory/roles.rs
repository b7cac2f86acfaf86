//! Who sets and who sees what a bank agreed on. Which role may make which call: `access::every_call`.

use std::sync::Arc;

use hourbook::access::{Asked, Grant, Reach, Role};
use hourbook::api;
use hourbook::domain::BankNumber;
use hourbook::ledger::ManualClock;
use tonic::Code;

use super::{month, over, set_policy};
use crate::access::{Office, asked, banks, folder, grant, with};
use crate::service::hostile::named;
use crate::support::START;
use crate::support::served::Served;

fn sees(served: &Served, key: &str, sequence: u64) -> bool {
    let request = with(key, api::GetEntryRequest { sequence, min_sequence: 0 });
    match served.block_on(served.ledger().get_entry(request)) {
        Ok(_) => true,
        Err(status) => {
            assert_eq!((status.code(), named(&status)), (Code::NotFound, "ENTRY_NOT_FOUND".into()));
            false
        }
    }
}

/// Goal: a lead settles things for their own bank alone; the entries are seen by whoever reaches that bank, and are
/// not there for anybody else. Method: keys of two banks; a policy and a closed month of the first; each entry
/// asked for with every key.
#[test]
fn a_lead_settles_things_for_their_own_bank() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let caller = office.caller(&admin);
    let numbers = [office.bank(), office.bank()];
    assert_eq!(numbers, [BankNumber::new(1), BankNumber::new(2)]);
    let key = |role, reach: &Reach| office.make(&caller, grant(role, reach.clone())).1;
    let [own, other] = numbers.map(|number| banks(&[number]));
    let until = Some(START.plus_seconds(86_400));
    let auditor = Grant { expires_at: until, ..grant(Role::Auditor, Reach::Network) };
    let auditor = office.make(&caller, auditor).1;
    let (lead, broker) = (key(Role::Lead, &own), key(Role::Broker, &own));
    let other_lead = key(Role::Lead, &other);
    let member = asked(&caller, grant(Role::Member, own.clone()));
    let member = Asked { holder: Some(office.owners(1)[0]), ..member };
    let member = office.create(&caller, &member).unwrap().text.unwrap().reveal();
    drop(office);
    let served = over(folder.path(), &Arc::new(ManualClock::new(START)));
    let get = |key: &str| {
        let request = with(key, api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 });
        served.block_on(served.directory().get_bank_policy(request)).map(|answer| answer.into_inner())
    };
    let policy = get(&member).unwrap().policy.unwrap();
    let set = |key: &str| {
        let request = with(key, set_policy(1, policy.clone()));
        served.block_on(served.directory().set_bank_policy(request)).map(|answer| answer.into_inner().receipt)
    };
    let close = |key: &str| {
        let request = with(key, month(2026, 4));
        served.block_on(served.directory().lock_period(request)).map(|answer| answer.into_inner().receipt)
    };
    for (key, code) in [(&broker, Code::PermissionDenied), (&other_lead, Code::NotFound)] {
        assert_eq!(set(key).unwrap_err().code(), code);
        assert_eq!(close(key).unwrap_err().code(), code);
    }
    assert_eq!(named(&get(&other_lead).unwrap_err()), "BANK_NOT_FOUND");
    let written = [set(&lead), close(&lead)].map(|receipt| receipt.unwrap().unwrap().entry.unwrap());
    assert_eq!(get(&member).unwrap().set_by_sequence, written[0].sequence);
    for entry in &written {
        assert_ne!(entry.actor, 0, "the lead's own number stands in it");
        for key in [&lead, &broker, &auditor] {
            assert!(sees(&served, key, entry.sequence));
        }
        for key in [&other_lead, &member] {
            assert!(!sees(&served, key, entry.sequence));
        }
    }
}

//! AccessService over a real socket.

use std::path::Path;
use std::sync::Arc;

use hourbook::access::{Grant, Reach, Role};
use hourbook::api;
use hourbook::domain::{BankNumber, KeyText};
use hourbook::ledger::ManualClock;
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Office, banks, folder, grant};
use crate::support::START;
use crate::support::served::{Served, fresh};

/// A served network that has begun and has bank 1; its admin key.
fn begun(folder: &Path) -> (Served, String) {
    let (office, admin) = Office::begun(folder);
    office.bank();
    drop(office);
    (Served::in_folder(folder, Arc::new(ManualClock::new(START)), |_| {}), admin)
}

fn who_am_i(served: &Served, key: Option<&str>) -> Result<api::WhoAmIResponse, Status> {
    let answer = served.block_on(served.access(key).who_am_i(api::WhoAmIRequest {}));
    answer.map(tonic::Response::into_inner)
}

fn broker(name: &str) -> api::CreateKeyRequest {
    api::CreateKeyRequest {
        request_id: fresh(),
        role: api::Role::Broker.into(),
        reach: Some(api::Reach { bank_numbers: vec![1], ..Default::default() }),
        name: name.into(),
        ..Default::default()
    }
}

fn create(
    served: &Served,
    key: &str,
    request: api::CreateKeyRequest,
) -> Result<api::CreateKeyResponse, Status> {
    served.block_on(served.access(Some(key)).create_key(request)).map(tonic::Response::into_inner)
}

fn list(served: &Served, key: &str, request: api::ListKeysRequest) -> api::ListKeysResponse {
    served.block_on(served.access(Some(key)).list_keys(request)).unwrap().into_inner()
}

/// Goal: before the network begins whoever is on the machine is the local operator; after it nobody is without
/// a key, and with one they hear what they are. Method: both networks, keys that work and such that do not.
#[test]
fn everybody_hears_what_they_are() {
    let served = Served::new();
    let answer = who_am_i(&served, None).unwrap();
    assert!(answer.is_local_operator && answer.reach.unwrap().whole_network);
    assert_eq!((answer.role, answer.holder_owner_number, answer.network_name), (0, 0, String::new()));
    drop(served);

    let folder = folder();
    let (served, admin) = begun(folder.path());
    let none = who_am_i(&served, None).unwrap_err();
    assert_eq!(none.code(), Code::Unauthenticated);
    assert!(none.message().contains("show yours"), "{none:?}");
    let answer = who_am_i(&served, Some(&admin)).unwrap();
    assert_eq!((answer.is_local_operator, answer.role()), (false, api::Role::Admin));
    assert_eq!((answer.credential_number, answer.name.as_str()), (1, "first admin key"));
    assert_eq!((answer.network_name.as_str(), answer.ends_at), ("Rivermeet", None));

    let expires_at = Some(prost_types::Timestamp { seconds: START.micros() / 1_000_000 + 60, nanos: 0 });
    let made = create(&served, &admin, api::CreateKeyRequest { expires_at, ..broker("desk") }).unwrap();
    let answer = who_am_i(&served, Some(&made.key)).unwrap();
    assert_eq!((answer.role(), answer.reach.unwrap().bank_numbers), (api::Role::Broker, vec![1]));
    assert_eq!(answer.ends_at, expires_at);
    served.clock.advance_seconds(60);
    let over = who_am_i(&served, Some(&made.key)).unwrap_err();
    assert_eq!(over.code(), Code::Unauthenticated);
    assert!(over.message().contains("past its time"), "{over:?}");

    for (shown, said) in [
        ("Bearer", "no key"),
        ("Bearer hbk_1_x", "no key"),
        (&admin, "no key"),
        (&format!("Basic {admin}"), "no key"),
        (
            &format!("Bearer {}", KeyText::new(1, hourbook::domain::Secret::zeroed()).reveal()),
            "not known here",
        ),
    ] {
        let mut request = tonic::Request::new(api::WhoAmIRequest {});
        request.metadata_mut().insert("authorization", shown.parse().unwrap());
        let refused = served.block_on(served.access(None).who_am_i(request)).unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "{shown}");
        assert!(refused.message().contains(said), "{shown}: {refused:?}");
        assert!(!format!("{refused:?}").contains(&admin[8..]), "{refused:?}");
    }
}

/// Goal: a key's life over the wire: made, listed, rotated, used, revoked; its text is in the one answer that
/// made it and in no other. Method: every answer is searched for every key's letters.
#[test]
fn a_life_of_a_key() {
    let folder = folder();
    let (served, admin) = begun(folder.path());
    let made = create(&served, &admin, broker("desk")).unwrap();
    let credential = made.credential.clone().unwrap();
    assert_eq!((credential.credential_number, credential.made_by_owner_number), (2, 2));
    assert!(credential.is_live && credential.holder_owner_number > 0);
    let entry = made.receipt.clone().unwrap().entry.unwrap();
    assert!(
        matches!(entry.action, Some(api::entry::Action::NoteKept(note)) if (note.topic, note.subject) == (3, 2))
    );
    assert_eq!(credential.made_at, entry.recorded_at);

    who_am_i(&served, Some(&made.key)).unwrap();
    let rotate = api::RotateKeyRequest { request_id: fresh(), credential_number: 2, ..Default::default() };
    let rotated = served.block_on(served.access(Some(&made.key)).rotate_key(rotate)).unwrap().into_inner();
    let credential = rotated.credential.clone().unwrap();
    let day = START.micros() / 1_000_000 + 86_400;
    assert_eq!(credential.older_key_until.unwrap().seconds, day, "a day, if nobody says");
    assert_eq!(credential.last_used_at.unwrap().seconds, START.micros() / 1_000_000 / 60 * 60);
    for key in [&made.key, &rotated.key] {
        assert_eq!(who_am_i(&served, Some(key)).unwrap().credential_number, 2);
    }
    assert_eq!(who_am_i(&served, Some(&made.key)).unwrap().ends_at.unwrap().seconds, day);

    let listed = list(&served, &admin, api::ListKeysRequest::default());
    assert_eq!(listed.credentials.len(), 2);
    let revoke = api::RevokeKeyRequest { request_id: fresh(), credential_number: 2, validate_only: false };
    let revoked = served.block_on(served.access(Some(&admin)).revoke_key(revoke)).unwrap().into_inner();
    assert!(!revoked.credential.clone().unwrap().is_live);
    for key in [&made.key, &rotated.key] {
        let refused = who_am_i(&served, Some(key)).unwrap_err();
        assert!(refused.message().contains("revoked"), "{refused:?}");
    }
    assert_eq!(list(&served, &admin, api::ListKeysRequest::default()).credentials.len(), 1);
    let all = list(&served, &admin, api::ListKeysRequest { include_ended: true, ..Default::default() });
    assert!(all.credentials[1].revoked_at.is_some());

    let quiet = [
        api::CreateKeyResponse { key: String::new(), ..made.clone() }.encode_to_vec(),
        api::RotateKeyResponse { key: String::new(), ..rotated.clone() }.encode_to_vec(),
        listed.encode_to_vec(),
        revoked.encode_to_vec(),
        all.encode_to_vec(),
        who_am_i(&served, Some(&admin)).unwrap().encode_to_vec(),
    ];
    for key in [&admin, &made.key, &rotated.key] {
        let letters = key.rsplit('_').next().unwrap().as_bytes();
        assert!(quiet.iter().all(|answer| !answer.windows(letters.len()).any(|window| window == letters)));
    }
}

/// Goal: fields that cannot be meant are named with their limit, and nothing is written. Method: each field of
/// each call, one at a time.
#[test]
fn bad_fields_are_named() {
    let folder = folder();
    let (served, admin) = begun(folder.path());
    let reach = |reach: api::Reach| api::CreateKeyRequest { reach: Some(reach), ..broker("x") };
    let partners = api::Reach { partner_owner_numbers: vec![1], ..Default::default() };
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let mut found = Vec::new();
    for (field, request) in [
        ("request_id", api::CreateKeyRequest { request_id: "7".into(), ..broker("x") }),
        ("role", api::CreateKeyRequest { role: 0, ..broker("x") }),
        ("role", api::CreateKeyRequest { role: 10, ..broker("x") }),
        ("reach", api::CreateKeyRequest { reach: None, ..broker("x") }),
        ("reach", reach(api::Reach { whole_network: true, ..Default::default() })),
        ("reach", reach(partners.clone())),
        ("reach", reach(api::Reach { bank_numbers: vec![1, 2], ..Default::default() })),
        ("reach.bank_numbers", reach(api::Reach { bank_numbers: vec![0], ..Default::default() })),
        ("till_number", api::CreateKeyRequest { till_number: 1, ..broker("x") }),
        (
            "till_number",
            api::CreateKeyRequest { role: api::Role::Till.into(), reach: Some(partners), ..broker("x") },
        ),
        ("holder_owner_number", api::CreateKeyRequest { role: api::Role::Member.into(), ..broker("x") }),
        ("name", broker("")),
        ("name", broker(&"x".repeat(65))),
        ("expires_at", api::CreateKeyRequest { expires_at: at(1), ..broker("x") }),
        ("expires_at", api::CreateKeyRequest { expires_at: at(i64::MAX), ..broker("x") }),
        ("expires_at", api::CreateKeyRequest { role: api::Role::Auditor.into(), ..broker("x") }),
    ] {
        found.push((field, create(&served, &admin, request).map(drop)));
    }
    let mut access = served.access(Some(&admin));
    let mut rotate = |request_id: String, credential_number, overlap_seconds| {
        let validate_only = false;
        let request = api::RotateKeyRequest { request_id, credential_number, overlap_seconds, validate_only };
        served.block_on(access.rotate_key(request)).map(drop)
    };
    found.push(("request_id", rotate(String::new(), 1, None)));
    found.push(("credential_number", rotate(fresh(), 0, None)));
    found.push(("overlap_seconds", rotate(fresh(), 1, Some(2_592_001))));
    let request = api::RevokeKeyRequest { request_id: fresh(), ..Default::default() };
    found.push(("credential_number", served.block_on(access.revoke_key(request)).map(drop)));
    for (page_size, page_token, field) in [(1_001, "", "page_size"), (0, "x", "page_token")] {
        let request = api::ListKeysRequest { page_size, page_token: page_token.into(), ..Default::default() };
        found.push((field, served.block_on(access.list_keys(request)).map(drop)));
    }
    for (field, answer) in found {
        let status = answer.expect_err(field);
        assert_eq!(status.code(), Code::InvalidArgument, "{field}: {status:?}");
        let bad = status.get_error_details().bad_request().unwrap().field_violations.clone();
        assert_eq!(bad[0].field, field, "{status:?}");
    }
    assert_eq!(list(&served, &admin, api::ListKeysRequest::default()).credentials.len(), 1);
}

/// Goal: pages hold every credential that a caller may see, once, and lead on only for whoever asked.
/// Method: pages of two over seven credentials, of which a lead may see five.
#[test]
fn pages_of_keys() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, caller) = (office.bank(), office.caller(&admin));
    let (_, lead) = office.make(&caller, grant(Role::Lead, banks(&[bank])));
    for _ in 0..4 {
        office.make(&caller, grant(Role::Broker, banks(&[BankNumber::new(1)])));
    }
    office.make(&caller, Grant { name: "another".into(), ..grant(Role::Lead, Reach::Network) });
    drop(office);
    let served = Served::in_folder(folder.path(), Arc::new(ManualClock::new(START)), |_| {});
    let pages = |key: &str| {
        let (mut sizes, mut numbers, mut page_token) = (Vec::new(), Vec::new(), String::new());
        loop {
            let request = api::ListKeysRequest { page_size: 2, page_token, ..Default::default() };
            let answer = list(&served, key, request);
            sizes.push(answer.credentials.len());
            numbers.extend(answer.credentials.iter().map(|credential| credential.credential_number));
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                return (sizes, numbers);
            }
        }
    };
    assert_eq!(pages(&admin), (vec![2, 2, 2, 1], vec![1, 2, 3, 4, 5, 6, 7]));
    assert_eq!(pages(&lead), (vec![2, 2, 1], vec![2, 3, 4, 5, 6]));
    let request = api::ListKeysRequest { page_size: 2, ..Default::default() };
    let page_token = list(&served, &admin, request).next_page_token;
    let request = api::ListKeysRequest { page_size: 2, page_token, ..Default::default() };
    let others = served.block_on(served.access(Some(&lead)).list_keys(request)).unwrap_err();
    assert_eq!(others.code(), Code::InvalidArgument);
}

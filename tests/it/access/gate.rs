//! The gate, over a real socket: who may call what, and when a stream ends.

use std::path::Path;
use std::sync::Arc;

use hourbook::access::{Grant, Reach, Role};
use hourbook::api;
use hourbook::domain::{BankNumber, Timestamp};
use hourbook::ledger::ManualClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::{Code, Status};

use super::{Office, folder, grant, why_it_ends, with};
use crate::service::hostile::wire;
use crate::support::START;
use crate::support::served::{Served, fresh};

/// A served network with banks 1 and 2, and keys by role for bank 1; the admin's is the last.
fn served(folder: &Path, roles: &[Role]) -> (Served, Vec<String>) {
    let (office, admin) = Office::begun(folder);
    office.bank();
    office.bank();
    let caller = office.caller(&admin);
    let reach = || Reach::banks(vec![BankNumber::new(1)]).unwrap();
    let expires_at = Some(Timestamp::from_micros(START.micros() + 3_600_000_000));
    let granted = |role| Grant { expires_at, ..grant(role, reach()) };
    let mut keys: Vec<String> = roles.iter().map(|role| office.make(&caller, granted(*role)).1).collect();
    drop(office);
    keys.push(admin);
    (Served::in_folder(folder, Arc::new(ManualClock::new(START)), |_| {}), keys)
}

fn open_account(served: &Served, key: &str, bank_number: u32) -> Result<api::Entry, Status> {
    let account = Some(api::NewAccount {
        bank_number,
        kind: api::AccountKind::Member.into(),
        owner_number: 1,
        ..Default::default()
    });
    let asked = api::OpenAccountRequest { request_id: fresh(), account, ..Default::default() };
    let answer = served.block_on(served.ledger().open_account(with(key, asked)))?;
    Ok(answer.into_inner().receipt.unwrap().entry.unwrap())
}

fn banks_seen(served: &Served, key: &str) -> Result<Vec<u32>, Status> {
    let answer = served.block_on(served.ledger().list_banks(with(key, api::ListBanksRequest::default())))?;
    Ok(answer.into_inner().banks.iter().map(|bank| bank.bank_number).collect())
}

/// Goal: an integration writes in its bank and nowhere else, as itself; brokers, auditors and admins write
/// nothing raw; each sees its own bank, an admin both. Method: the calls with each key.
#[test]
fn each_role_within_its_reach() {
    let folder = folder();
    let (served, keys) = served(folder.path(), &[Role::Integration, Role::Broker, Role::Auditor]);
    let [integration, broker, auditor, admin] = keys.as_slice() else { panic!() };
    let entry = open_account(&served, integration, 1).unwrap();
    assert_ne!(entry.actor, 0, "who wrote it is kept");
    let beyond = open_account(&served, integration, 2).unwrap_err();
    let nowhere = open_account(&served, integration, 9).unwrap_err();
    assert_eq!((beyond.code(), nowhere.code()), (Code::NotFound, Code::NotFound));
    assert_eq!(
        beyond.message().replace('2', "9"),
        nowhere.message(),
        "out of reach is as if it were not there"
    );
    for key in [broker, auditor, admin] {
        let refused = open_account(&served, key, 1).unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{refused:?}");
        assert!(refused.message().contains("OpenAccount is not for this key"), "{refused:?}");
    }
    for key in [integration, broker, auditor] {
        assert_eq!(banks_seen(&served, key).unwrap(), [1]);
    }
    assert_eq!(banks_seen(&served, admin).unwrap(), [1, 2]);

    let Some(api::entry::Action::AccountsOpened(opened)) = entry.action else { panic!() };
    let asked = || api::GetBalanceRequest {
        account_number: opened.account_numbers[0],
        ..api::GetBalanceRequest::default()
    };
    let balance = |key: &str| served.block_on(served.ledger().get_balance(with(key, asked())));
    for key in [integration, broker, auditor] {
        balance(key).unwrap();
    }
    assert_eq!(balance(admin).unwrap_err().code(), Code::NotFound, "admins read no person's account");
}

/// Goal: nobody works out another bank's sums from what all banks have together. Method: the trial balance of an
/// auditor of bank 1, of an admin, and of an admin who asks for one bank.
#[test]
fn sums_are_those_of_the_banks_in_reach() {
    let folder = folder();
    let (served, keys) = served(folder.path(), &[Role::Integration, Role::Auditor]);
    let [integration, auditor, admin] = keys.as_slice() else { panic!() };
    open_account(&served, integration, 1).unwrap();
    let accounts = |key: &str, bank_number| {
        let asked = api::TrialBalanceRequest { bank_number, ..api::TrialBalanceRequest::default() };
        let answer = served.block_on(served.audit().trial_balance(with(key, asked)));
        let answer = answer.map_err(|status| status.code())?.into_inner();
        let banks: Vec<u32> = answer.banks.iter().map(|bank| bank.bank_number).collect();
        Ok((banks, answer.all.unwrap().accounts))
    };
    // Each bank has its pot and where hours are made.
    assert_eq!(accounts(auditor, 0), Ok((vec![1], 3)));
    assert_eq!(accounts(auditor, 1), Ok((vec![1], 3)));
    assert_eq!(accounts(auditor, 2), Err(Code::NotFound));
    assert_eq!(accounts(admin, 0), Ok((vec![1, 2], 5)));
    assert_eq!(accounts(admin, 2), Ok((vec![2], 2)));
}

/// Goal: a stream ends when its key is revoked, and says why. Method: a watch that has begun.
#[test]
fn a_revoked_key_ends_its_watch() {
    let folder = folder();
    let (served, keys) = served(folder.path(), &[Role::Broker]);
    let [broker, admin] = keys.as_slice() else { panic!() };
    let asked = api::WatchEntriesRequest { heartbeat_seconds: 300, ..Default::default() };
    let watch = served.block_on(served.ledger().watch_entries(with(broker, asked)));
    let mut watch = watch.unwrap().into_inner();
    assert!(served.block_on(watch.message()).unwrap().is_some(), "the first sign of life");
    let revoke = api::RevokeKeyRequest { request_id: fresh(), credential_number: 2, ..Default::default() };
    served.block_on(served.access(Some(admin)).revoke_key(revoke)).unwrap();
    let ended = why_it_ends(&served, &mut watch);
    assert_eq!((ended.code(), ended.message()), (Code::Unauthenticated, "the key was revoked"));
    assert_eq!(banks_seen(&served, broker).unwrap_err().code(), Code::Unauthenticated);
}

/// Goal: what a key sends after it was revoked is not written, whether its head or its stream came before: a stream
/// of batches ends, and so does a call whose message comes late. Method: a stream that has answered one batch, and a
/// call with JSON whose head was let in (the server asks for the rest); the books' position stays.
#[test]
fn a_revoked_key_writes_nothing_more() {
    let folder = folder();
    let (served, keys) = served(folder.path(), &[Role::Integration, Role::Integration]);
    let [first, second, admin] = keys.as_slice() else { panic!() };
    let batch = || api::PostBatchesRequest {
        entries: vec![api::BatchEntry {
            request_id: hourbook::domain::RequestId::fresh().bytes().to_vec(),
            action: Some(api::batch_entry::Action::OpenAccounts(api::BatchAccounts {
                accounts: vec![api::NewAccount {
                    bank_number: 1,
                    kind: api::AccountKind::Member.into(),
                    owner_number: 1,
                    ..Default::default()
                }],
            })),
            details: None,
        }],
        validate_only: false,
    };
    let (send, batches) = tokio::sync::mpsc::channel(4);
    send.try_send(batch()).unwrap();
    let asked = with(first, tokio_stream::wrappers::ReceiverStream::new(batches));
    let mut answers = served.block_on(served.ledger().post_batches(asked)).unwrap().into_inner();
    let answer = served.block_on(answers.message()).unwrap().unwrap();
    assert_eq!(answer.results[0].opened_account_numbers.len(), 1);

    let body = serde_json::json!({ "requestId": fresh(), "count": 1 }).to_string();
    let head = format!(
        "POST /hourbook.v1.LedgerService/RegisterOwners HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {second}\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = served.block_on(wire::say(served.address, head.as_bytes()));
    let goes_on = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut heard = vec![0; goes_on.len()];
    served.block_on(stream.read_exact(&mut heard)).unwrap();
    assert_eq!(heard, goes_on, "it was let in");

    for credential_number in [2, 3] {
        let revoke = api::RevokeKeyRequest { request_id: fresh(), credential_number, ..Default::default() };
        served.block_on(served.access(Some(admin)).revoke_key(revoke)).unwrap();
    }
    let position = || {
        let asked = with(admin, api::TrialBalanceRequest::default());
        served.block_on(served.audit().trial_balance(asked)).unwrap().into_inner().sequence
    };
    let before = position();
    let _gone_already = send.try_send(batch());
    let ended = served.block_on(answers.message()).unwrap_err();
    assert_eq!((ended.code(), ended.message()), (Code::Unauthenticated, "the key was revoked"));
    served.block_on(stream.write_all(body.as_bytes())).unwrap();
    let heard = String::from_utf8(served.block_on(wire::until_closed(&mut stream))).unwrap();
    assert!(heard.starts_with("HTTP/1.1 401 ") && heard.contains("the key was revoked"), "{heard}");
    assert_eq!(position(), before);
}

/// Goal: I10: nobody ends a hold of another bank by guessing the number it is just getting. Method: an integration
/// of bank 1 voids whatever comes next, over and over, while bank 2 places holds; all of them stay open.
#[test]
fn a_hold_to_come_is_nobody_elses() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    office.bank();
    office.bank();
    let caller = office.caller(&admin);
    let key = |bank| {
        let reach = Reach::banks(vec![BankNumber::new(bank)]).unwrap();
        office.make(&caller, grant(Role::Integration, reach)).1
    };
    let (first, second) = (key(1), key(2));
    drop(office);
    let served = Served::in_folder(folder.path(), Arc::new(ManualClock::new(START)), |_| {});
    let account = || {
        let account = Some(api::NewAccount {
            bank_number: 2,
            kind: api::AccountKind::Member.into(),
            owner_number: 1,
            limits: Some(api::Limits::default()), // As far as the books go.
            ..Default::default()
        });
        let asked = api::OpenAccountRequest { request_id: fresh(), account, ..Default::default() };
        let answer =
            served.block_on(served.ledger().open_account(with(&second, asked))).unwrap().into_inner();
        let entry = answer.receipt.unwrap().entry.unwrap();
        let Some(api::entry::Action::AccountsOpened(opened)) = entry.action else { panic!() };
        (entry.sequence, opened.account_numbers[0])
    };
    let ((_, ann), (last, dev)) = (account(), account());
    let newest = Arc::new(std::sync::atomic::AtomicU64::new(last));
    let (mut guesser, guessed, guessing) = (served.ledger(), Arc::clone(&newest), first.clone());
    let guesses = served.runtime.spawn(async move {
        loop {
            let next = guessed.load(std::sync::atomic::Ordering::Relaxed) + 1;
            let asked =
                api::VoidHoldRequest { request_id: fresh(), hold_sequence: next, ..Default::default() };
            let refused = guesser.void_hold(with(&guessing, asked)).await.unwrap_err();
            assert_eq!(refused.code(), Code::NotFound, "{refused:?}");
        }
    });
    for _ in 0..300 {
        let asked = api::PlaceHoldRequest {
            request_id: fresh(),
            kind: api::Kind::Redemption.into(),
            transfers: vec![crate::support::served::transfer(ann, dev, 60)],
            deadline: Some(prost_types::Timestamp { seconds: START.micros() / 1_000_000 + 3_600, nanos: 0 }),
            at_deadline: api::AtDeadline::Release.into(),
            ..Default::default()
        };
        let placed = served.block_on(served.ledger().place_hold(with(&second, asked))).unwrap().into_inner();
        newest.store(placed.receipt.unwrap().entry.unwrap().sequence, std::sync::atomic::Ordering::Relaxed);
    }
    assert!(!guesses.is_finished(), "nothing it asked for was done");
    guesses.abort();
    let balance = api::GetBalanceRequest { account_number: ann, ..Default::default() };
    let balance = served.block_on(served.ledger().get_balance(with(&second, balance))).unwrap().into_inner();
    assert_eq!(balance.balance.unwrap().held_seconds, Some(300 * 60));
}

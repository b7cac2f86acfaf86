//! Limits on callers, over a real socket: how fast one may ask, how many streams one may have, wrong keys.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hourbook::access::pace::STREAMS_MAX;
use hourbook::access::{Reach, Role};
use hourbook::api;
use hourbook::domain::{BankNumber, KeyText, Secret};
use hourbook::ledger::ManualClock;
use hourbook::server::Options;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Office, folder, grant, with};
use crate::json::connections::heard;
use crate::support::served::{Served, open_channel};
use crate::support::{START, wait_until};

/// A served network with bank 1, a broker's key and the admin's.
fn served(folder: &Path, change: impl FnOnce(&mut Options)) -> (Served, String, String) {
    let (office, admin) = Office::begun(folder);
    office.bank();
    let reach = Reach::banks(vec![BankNumber::new(1)]).unwrap();
    let (_, broker) = office.make(&office.caller(&admin), grant(Role::Broker, reach));
    drop(office);
    (Served::in_folder(folder, Arc::new(ManualClock::new(START)), change), broker, admin)
}

fn who_am_i(served: &Served, key: &str) -> Result<(), Status> {
    served.block_on(served.access(Some(key)).who_am_i(api::WhoAmIRequest {})).map(|_| ())
}

fn wrong_key() -> String {
    KeyText::new(1, Secret::zeroed()).reveal()
}

/// Goal: a key that asks too fast is told so, over every protocol and both connections together, with when to ask
/// again; nobody else feels it, and when time passes it may ask again. Method: five calls a second, ten at once;
/// the clock stands still.
#[test]
fn one_budget_for_all_protocols() {
    let folder = folder();
    let five = |options: &mut Options| options.calls_per_second = NonZeroU32::new(5).unwrap();
    let (served, broker, admin) = served(folder.path(), five);
    let with_json = || {
        let asked = format!(
            "POST /hourbook.v1.AccessService/WhoAmI HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {broker}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        );
        served.block_on(heard(served.address, asked.as_bytes()))
    };
    for _ in 0..5 {
        who_am_i(&served, &broker).unwrap();
        assert!(with_json().starts_with("HTTP/1.1 200 "));
    }
    let refused = who_am_i(&served, &broker).unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert!(
        refused.get_details_retry_info().is_some() && refused.message().contains("too fast"),
        "{refused:?}"
    );
    let with_json = with_json();
    assert!(with_json.starts_with("HTTP/1.1 429 ") && with_json.contains("too fast"), "{with_json}");
    who_am_i(&served, &admin).unwrap();
    served.clock.advance_seconds(1);
    who_am_i(&served, &broker).unwrap();
}

/// Goal: a key has so many streams at once and no more; one that ends makes room. Method: watches that go on.
#[test]
fn streams_of_one_key_are_bounded() {
    let folder = folder();
    let (served, broker, _) = served(folder.path(), |_| {});
    let watch = || {
        let asked = with(&broker, api::WatchEntriesRequest { heartbeat_seconds: 300, ..Default::default() });
        served.block_on(served.ledger().watch_entries(asked))
    };
    let mut open: Vec<_> = (0..STREAMS_MAX).map(|_| watch().unwrap()).collect();
    let refused = watch().unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert!(refused.message().contains("streams with this key"), "{refused:?}");
    who_am_i(&served, &broker).unwrap();
    open.pop();
    wait_until("a place", || watch().is_ok());
}

/// Goal: many wrong keys from one address wait for their answer; while sixteen wait, further ones are told so, and
/// the right key is let in at once all the time. Method: ten slips, then
/// seventeen guesses at once, of which sixteen would wait for an hour.
#[test]
fn guesses_wait() {
    let folder = folder();
    let hour = |options: &mut Options| options.patience.wrong_key = Duration::from_secs(3_600);
    let (served, broker, _) = served(folder.path(), hour);
    for _ in 0..10 {
        assert_eq!(who_am_i(&served, &wrong_key()).unwrap_err().code(), Code::Unauthenticated);
    }
    let channel = served.block_on(open_channel(served.address));
    let guesses: Vec<_> = (0..17)
        .map(|_| {
            let shown = hourbook::client::Shown::key(&KeyText::parse(&wrong_key()).unwrap());
            let mut client = api::access_service_client::AccessServiceClient::new(shown.on(channel.clone()));
            served.runtime.spawn(async move { client.who_am_i(api::WhoAmIRequest {}).await })
        })
        .collect();
    // The seventeenth finds no place to wait.
    let finished = || guesses.iter().filter(|guess| guess.is_finished()).count();
    wait_until("sixteen wait", || finished() > 0);
    let refused = who_am_i(&served, &wrong_key()).unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert!(refused.message().contains("too many wrong keys"), "{refused:?}");
    who_am_i(&served, &broker).unwrap();
    assert_eq!(finished(), 1);
    guesses.iter().for_each(tokio::task::JoinHandle::abort);
}

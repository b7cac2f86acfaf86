//! People who are forgotten.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use hourbook::api::{self, ContactKind, verify_response::Step};
use hourbook::ledger::ManualClock;

use super::super::over;
use super::{contact, found, help, label, member, person, taken_in};
use crate::access::folder;
use crate::service::hostile::{hold, named};
use crate::support::served::{Served, fresh};
use crate::support::{HOUR, START};

const FOURTEEN_DAYS: i64 = 14 * 86_400;
/// Where the keys begin in the keyring, each in a slot of its own behind a byte that says its state: `seal::layout`.
const SLOTS_AT: usize = 8_192;
const SLOT_BYTES: usize = 64;

fn erase(served: &Served, owner_number: u32, is_taken_back: bool) -> Result<(), String> {
    let request =
        api::EraseMemberRequest { request_id: fresh(), owner_number, is_taken_back, validate_only: false };
    let answer = served.block_on(served.directory().erase_member(request));
    answer.map(drop).map_err(|status| named(&status))
}

fn is_forgotten(served: &Served, owner: u32) -> bool {
    person(served, owner).erased_at.is_some()
}

/// Every file under a folder.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push((path.display().to_string(), fs::read(path).unwrap()));
            }
        }
    }
    all
}

pub fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Goal: what is known of people lies nowhere in plain, and once they are forgotten the 32 bytes that open it lie
/// nowhere at all; their entries and hours stay, the books verify, nobody finds them, and nothing new happens from
/// the asking on. Method: a name, a contact and a memo that stand nowhere else; every file of the data directory
/// looked through before and after, the server stopped; the clock goes on for 14 days between.
#[test]
fn forgotten_after_fourteen_days() {
    let folder = folder();
    let clock = Arc::new(ManualClock::new(START));
    let mut served = over(folder.path(), &clock);
    served.bank("Ashenford");
    let mut ann = member("Annabel Quillfeather");
    let profile = ann.profile.as_mut().unwrap();
    profile.known_as = "Bellflower".into();
    profile.contacts = vec![contact(ContactKind::Email, "quill@heronsgate.example")];
    let (ann, of_ann) = taken_in(&served, ann);
    let (ben, of_ben) = taken_in(&served, member("Benedict Oake"));
    help(&served, of_ann, of_ben, 2).unwrap();
    let words: [&[u8]; 6] =
        [b"Quillfeather", b"quillfeather", b"Bellflower", b"heronsgate", b"quillwort", b"Benedict"];
    erase(&served, ann, false).unwrap();
    assert_eq!(erase(&served, ann, false).unwrap_err(), "PAUSED");
    assert!(person(&served, ann).is_to_be_forgotten);
    assert_eq!(help(&served, of_ann, of_ben, 1).unwrap_err(), "PAUSED");
    let pause = api::PauseMemberRequest {
        request_id: fresh(),
        owner_number: ann,
        is_over: true,
        validate_only: false,
    };
    assert_eq!(named(&served.block_on(served.directory().pause_member(pause)).unwrap_err()), "PAUSED");
    assert_eq!(erase(&served, ben, true).unwrap_err(), "NOTHING_WAITS");
    served.end().unwrap();

    let all = files(folder.path());
    for (path, bytes) in &all {
        for word in words {
            assert!(!holds(bytes, word), "{} is in {path}", String::from_utf8_lossy(word));
        }
    }
    let keyring = folder.path().join("keyring");
    let slot = SLOTS_AT + SLOT_BYTES * (ann as usize - 1);
    let key = fs::read(&keyring).unwrap()[slot + 1..][..32].to_vec();
    assert!(key.iter().any(|byte| *byte != 0));
    // A copy taken now, without its keyring, says as little for ever.
    let with_key = all.iter().filter(|(_, bytes)| holds(bytes, &key)).map(|(path, _)| Path::new(path));
    assert_eq!(with_key.collect::<Vec<_>>(), [keyring.as_path()]);

    clock.advance_seconds(FOURTEEN_DAYS - 1);
    served = over(folder.path(), &clock);
    assert!(!is_forgotten(&served, ann), "a second too early");
    assert_eq!(found(&served, "quill"), [ann]);
    served.end().unwrap();
    clock.advance_seconds(1);
    served = over(folder.path(), &clock);
    assert!(is_forgotten(&served, ann), "before the first call is answered");

    let known = person(&served, ann);
    assert_eq!((known.profile, known.is_to_be_forgotten, known.paused_until), (None, false, None));
    assert_eq!((found(&served, "quill"), found(&served, "heronsgate")), (vec![], vec![]));
    assert_eq!(label(&served, of_ann), (String::new(), true));
    assert_eq!([of_ann, of_ben].map(|account| served.posted(account)), [2 * HOUR, -2 * HOUR]);
    assert_eq!(label(&served, of_ben).0, "Benedict Oake");
    verify(&served);
    for refused in [erase(&served, ann, false), erase(&served, ann, true)] {
        assert_eq!(refused.unwrap_err(), "OWNER_NOT_FOUND");
    }
    served.end().unwrap();
    for (path, bytes) in files(folder.path()) {
        assert!(!holds(&bytes, &key), "the key is in {path}");
    }
    served = over(folder.path(), &clock);
    assert!(is_forgotten(&served, ann) && !is_forgotten(&served, ben));
    verify(&served);
}

/// Goal: whoever takes it back stays, and whoever has hours set aside is forgotten only once they are let go.
/// Method: two people, both due; the server begun anew each time, which looks at once.
#[test]
fn not_while_hours_are_set_aside() {
    let folder = folder();
    let clock = Arc::new(ManualClock::new(START));
    let mut served = over(folder.path(), &clock);
    served.bank("Ashenford");
    let (ann, of_ann) = taken_in(&served, member("Ann Ash"));
    let (ben, of_ben) = taken_in(&served, member("Benedict Oake"));
    let (cat, _) = taken_in(&served, member("Cat Cole"));
    let mut aside = hold(of_ben, of_ann);
    aside.deadline.as_mut().unwrap().seconds += 20 * 86_400;
    let answer = served.block_on(served.ledger().place_hold(aside)).unwrap().into_inner();
    let hold_sequence = answer.receipt.unwrap().entry.unwrap().sequence;
    for owner in [ann, ben, cat] {
        erase(&served, owner, false).unwrap();
    }
    erase(&served, ann, true).unwrap();
    assert!(!person(&served, ann).is_to_be_forgotten);
    served.end().unwrap();
    clock.advance_seconds(FOURTEEN_DAYS);
    served = over(folder.path(), &clock);
    assert!(is_forgotten(&served, cat) && !is_forgotten(&served, ben) && !is_forgotten(&served, ann));
    let void = api::VoidHoldRequest { request_id: fresh(), hold_sequence, ..Default::default() };
    served.block_on(served.ledger().void_hold(void)).unwrap();
    served.end().unwrap();
    served = over(folder.path(), &clock);
    assert!(is_forgotten(&served, ben) && !is_forgotten(&served, ann));
    help(&served, of_ann, taken_in(&served, member("Dev Das")).1, 1).unwrap();
}

fn verify(served: &Served) {
    served.block_on(async {
        let mut stream = served.audit().verify(api::VerifyRequest {}).await.unwrap().into_inner();
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

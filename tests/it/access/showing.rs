//! Keys that are shown: let in, not let in, over, replaced, guessed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hourbook::access::{CredentialNumber, End, Grant, KeyError, NotMade, Refusal, Role};
use hourbook::domain::{KeyText, Secret};
use hourbook::ledger::Mode;
use proptest::prelude::*;

use super::{Office, banks, folder, fresh, grant, refusal};

const DAY: i64 = 86_400;

/// Goal: a key is let in until its time; whoever has not the right secret hears nothing of the credential.
/// Method: moments next to the end, and a wrong secret, for a key that works, is revoked, or is nobody's.
#[test]
fn only_the_right_secret_hears_why() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, admin) = (office.bank(), office.caller(&admin));
    let expires_at = Some(office.access.now().plus_seconds(DAY));
    let (number, key) = office.make(&admin, Grant { expires_at, ..grant(Role::Broker, banks(&[bank])) });
    let wrong = |number| {
        let mut secret = Secret::zeroed();
        secret.bytes_mut()[0] = 1;
        office.check(&KeyText::new(number, secret).reveal()).unwrap_err()
    };
    assert_eq!((wrong(number.get()), wrong(99)), (KeyError::Unknown, KeyError::Unknown));
    for not_one in ["", "hbk_", "Bearer x", &key[1..], &key.to_uppercase(), &format!("{key} ")] {
        assert_eq!(office.check(not_one).unwrap_err(), KeyError::Malformed, "{not_one}");
    }
    let caller = office.caller(&key);
    office.clock.advance_seconds(DAY - 1);
    assert!(office.check(&key).is_ok() && caller.ended(office.access.now()).is_none());
    office.clock.advance_seconds(1);
    assert_eq!(office.check(&key).unwrap_err(), KeyError::Ended(End::Expired));
    assert_eq!(caller.ended(office.access.now()), Some(End::Expired));
    assert_eq!(wrong(number.get()), KeyError::Unknown);
}

/// Goal: over a rotation both keys work, then the new one alone; while both do another rotation must say that
/// it ends them. Method: moments next to the end of the overlap.
#[test]
fn a_rotation_overlaps() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, admin) = (office.bank(), office.caller(&admin));
    let (number, first) = office.make(&admin, grant(Role::Broker, banks(&[bank])));
    let (of_first, scope) = (office.caller(&first), office.caller(&first).scope);
    let second = office.rotate(&admin, number.get(), DAY).unwrap();
    assert!(office.check(&first).is_ok());
    assert_eq!((office.caller(&second).scope, of_first.scope), (scope, scope), "it survives rotation");
    let until = office.access.now().plus_seconds(DAY);
    assert_eq!(refusal(office.rotate(&admin, number.get(), DAY)), Refusal::TwoKeys { number, until });
    office.clock.advance_seconds(DAY - 1);
    assert!(office.check(&first).is_ok() && of_first.ended(office.access.now()).is_none());
    office.clock.advance_seconds(1);
    let replaced = Some(End::Replaced);
    assert_eq!(office.check(&first).unwrap_err(), KeyError::Ended(End::Replaced));
    assert_eq!(of_first.ended(office.access.now()), replaced);

    let (of_second, third) = (office.caller(&second), office.rotate(&admin, number.get(), DAY).unwrap());
    let of_third = office.caller(&third);
    let fourth = office.rotate(&admin, number.get(), 0).unwrap();
    for (key, caller) in [(&second, of_second), (&third, of_third)] {
        assert_eq!(office.check(key).unwrap_err(), KeyError::Unknown, "no longer kept at all");
        assert_eq!(caller.ended(office.access.now()), replaced);
    }
    assert!(office.check(&fourth).is_ok());
    for overlap in [-1, 30 * DAY + 1] {
        assert!(matches!(office.rotate(&admin, number.get(), overlap), Err(NotMade::Invalid(_))));
    }
    assert!(office.rotate(&admin, number.get(), 30 * DAY).is_ok());
}

/// Goal: whoever came with a key hears at once that it was revoked, also with the older of two; nobody else
/// does. Method: tasks wait for the end of their callers.
#[test]
fn streams_hear_that_their_key_was_revoked() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, admin) = (office.bank(), office.caller(&admin));
    let (number, first) = office.make(&admin, grant(Role::Broker, banks(&[bank])));
    let (_, other) = office.make(&admin, grant(Role::Broker, banks(&[bank])));
    let of_first = office.caller(&first);
    let second = office.rotate(&admin, number.get(), DAY).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let wait = |caller: Arc<hourbook::access::Caller>| {
        let clock = Arc::clone(&office.clock);
        runtime.spawn(async move { caller.until_ended(&*clock).await })
    };
    let (first, second) = (wait(of_first), wait(office.caller(&second)));
    let of_other = office.caller(&other);
    let other = wait(Arc::clone(&of_other));
    office.revoke(&admin, number.get()).unwrap();
    let net = Duration::from_secs(120);
    for waiting in [first, second] {
        let end = runtime.block_on(async { tokio::time::timeout(net, waiting).await.unwrap().unwrap() });
        assert_eq!(end, End::Revoked);
    }
    assert!(!other.is_finished() && of_other.ended(office.access.now()).is_none());
    other.abort();
}

/// A network with a few keys, opened once for all guesses.
fn guessed() -> &'static (Office, Vec<String>, tempfile::TempDir) {
    static OFFICE: OnceLock<(Office, Vec<String>, tempfile::TempDir)> = OnceLock::new();
    OFFICE.get_or_init(|| {
        let folder = folder();
        let (office, admin) = Office::begun(folder.path());
        let (bank, caller) = (office.bank(), office.caller(&admin));
        let (number, first) = office.make(&caller, grant(Role::Broker, banks(&[bank])));
        let second = office.rotate(&caller, number.get(), DAY).unwrap();
        (office, vec![admin, first, second], folder)
    })
}

proptest! {
    /// Goal: no key that was changed is let in, nor a secret under another number, nor a made-up one, however
    /// whole it looks. Method: real keys with letters changed, moved, left out or added; secrets with bits
    /// turned, under every number, with a check that fits; the real ones in between.
    #[test]
    fn changed_keys_are_not_let_in(
        which: prop::sample::Index, at: prop::sample::Index, letter in "[ -~]", change in 0_u8..5,
        number in 1_u32..5, bit in 0_usize..256, random: [u8; 32],
    ) {
        let (office, keys, _) = guessed();
        let key = which.get(keys);
        prop_assert!(office.check(key).is_ok());
        let (place, mut bent) = (at.index(key.len()), key.clone());
        match change {
            0 => bent.replace_range(place..=place, &letter),
            1 => bent.insert_str(place, &letter),
            2 => drop(bent.remove(place)),
            3 => bent.truncate(place),
            _ => bent = format!("{}{}", &key[place..], &key[..place]),
        }
        prop_assert_eq!(office.check(&bent).is_ok(), bent == *key, "{}", change);

        let real = KeyText::parse(key).unwrap();
        let mut secret = Secret::zeroed();
        *secret.bytes_mut() = *real.secret().bytes();
        let moved = KeyText::new(number, secret).reveal();
        prop_assert_eq!(office.check(&moved).is_ok(), number == real.number());
        let mut secret = Secret::zeroed();
        *secret.bytes_mut() = *real.secret().bytes();
        secret.bytes_mut()[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(office.check(&KeyText::new(real.number(), secret).reveal()).unwrap_err(), KeyError::Unknown);
        let mut secret = Secret::zeroed();
        *secret.bytes_mut() = random;
        prop_assert_eq!(office.check(&KeyText::new(number, secret).reveal()).unwrap_err(), KeyError::Unknown);
    }
}

/// Says that it is over when it goes, also where a test fails: or its threads would never end.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Goal: looks and changes beside each other are never wrong: what a writer answered is so for everybody.
/// Method: threads show keys while another makes, rotates and revokes.
#[test]
fn looks_and_changes_beside_each_other() {
    let folder = folder();
    let (office, admin_key) = Office::begun(folder.path());
    let (bank, admin) = (office.bank(), office.caller(&admin_key));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    assert!(office.check(&admin_key).is_ok());
                }
            });
        }
        let _ends_them = Over(&is_over);
        for _ in 0..20 {
            let (number, key) = office.make(&admin, grant(Role::Broker, banks(&[bank])));
            assert!(office.check(&key).is_ok());
            let next = office.rotate(&admin, number.get(), 0).unwrap();
            assert!(office.check(&key).is_err() && office.check(&next).is_ok());
            let asked = (fresh(&admin), Mode::Write);
            office.access.revoke(&office.network, &admin, asked, number).unwrap();
            assert_eq!(office.check(&next).unwrap_err(), KeyError::Ended(End::Revoked));
        }
    });
    assert_eq!(office.seen_by(&admin).len(), 21);
    let last = office.access.credential(CredentialNumber::new(21)).unwrap();
    assert!(last.credential.revoked_at.is_some());
}

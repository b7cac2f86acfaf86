//! What lasts: over restarts, without derived files, without the keyring; and what is nowhere on disk.

use std::fs;
use std::path::{Path, PathBuf};

use hourbook::access::{CredentialNumber, End, KeyError, NotMade, Role};
use hourbook::domain::KeyText;

use super::{Office, asked, banks, folder, grant};
use crate::support::START;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// Goal: a key is in no file of the data directory, in no form, keyring and derived files included; and what
/// is kept of it cannot be found from it without the keyring. Method: all bytes of all files are searched for
/// its letters and for the secret itself; a hash without the network's key is not there either.
#[test]
fn a_key_is_nowhere_on_disk() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, caller) = (office.bank(), office.caller(&admin));
    let (number, first) = office.make(&caller, grant(Role::Broker, banks(&[bank])));
    let second = office.rotate(&caller, number.get(), 60).unwrap();
    office.access.remember_notes();
    drop(office);
    let all: Vec<_> = files(folder.path()).into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect();
    assert!(all.iter().any(|(_, path)| path.ends_with("derived/credentials")), "{all:?}");
    assert!(all.iter().any(|(_, path)| path.ends_with("local/last-used")));
    let plain = |bytes: &[u8]| aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec();
    for key in [&admin, &first, &second] {
        let read = KeyText::parse(key).unwrap();
        let (letters, secret) = (key.rsplit('_').next().unwrap(), read.secret().bytes());
        for (bytes, path) in &all {
            for what in
                [letters.as_bytes(), &secret[..], &secret[..16], &plain(secret), &plain(key.as_bytes())]
            {
                assert!(!holds(bytes, what), "{}", path.display());
            }
        }
    }
    let name = "front desk".as_bytes();
    assert!(
        all.iter().any(|(bytes, path)| path.starts_with(folder.path().join("journal")) && holds(bytes, name))
    );
}

/// What every kind of key answers, after whatever happened to the files.
struct Keys {
    admin: String,
    older: String,
    newer: String,
    revoked: String,
}

impl Keys {
    fn make(office: &Office, admin: String) -> Self {
        let (bank, caller) = (office.bank(), office.caller(&admin));
        let (number, older) = office.make(&caller, grant(Role::Broker, banks(&[bank])));
        let newer = office.rotate(&caller, number.get(), 86_400).unwrap();
        let (number, revoked) = office.make(&caller, grant(Role::Lead, banks(&[bank])));
        office.revoke(&caller, number.get()).unwrap();
        Self { admin, older, newer, revoked }
    }

    fn are_as_they_were(&self, office: &Office) {
        for key in [&self.admin, &self.older, &self.newer] {
            assert!(office.check(key).is_ok());
        }
        assert_eq!(office.check(&self.revoked).unwrap_err(), KeyError::Ended(End::Revoked));
        assert_eq!(office.seen_by(&office.caller(&self.admin)), [1, 2, 3]);
        assert_eq!(&*office.access.begun().unwrap().name, "Rivermeet");
    }
}

/// Goal: everything is as it was after a restart, when keys were used last too.
#[test]
fn a_restart_keeps_everything() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let keys = Keys::make(&office, admin);
    office.clock.advance_seconds(3_661);
    office.caller(&keys.newer);
    let used =
        |office: &Office, number| office.access.credential(CredentialNumber::new(number)).unwrap().used_at();
    let minute = START.plus_seconds(3_660);
    assert_eq!((used(&office, 2), used(&office, 3)), (Some(minute), None));
    let rows = |office: &Office| -> Vec<_> {
        let rows = (1..=3).map(|number| office.access.credential(CredentialNumber::new(number)).unwrap());
        rows.map(|row| (*row.credential).clone()).collect()
    };
    let before = rows(&office);
    let office = office.reopened(folder.path());
    assert_eq!(rows(&office), before);
    assert_eq!((used(&office, 2), used(&office, 3)), (Some(minute), None));
    keys.are_as_they_were(&office);
}

/// Goal: derived and local files may go, be cut or bent, or be of another day, and no key that was revoked
/// comes back. Method: each, between two starts.
#[test]
fn derived_files_may_go() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    office.access.remember_notes();
    let derived = folder.path().join("derived/credentials");
    let of_before = fs::read(&derived).unwrap();
    let keys = Keys::make(&office, admin);
    let office = office.reopened(folder.path());
    keys.are_as_they_were(&office);
    drop(office);
    let whole = fs::read(&derived).unwrap();
    assert_ne!(whole, of_before);

    fs::write(&derived, &of_before).unwrap();
    keys.are_as_they_were(&Office::open(folder.path()));
    for place in (0..whole.len()).step_by(whole.len() / 5) {
        let mut bent = whole.clone();
        bent[place] ^= 1;
        fs::write(&derived, bent).unwrap();
        keys.are_as_they_were(&Office::open(folder.path()));
        fs::write(&derived, &whole[..place]).unwrap();
        keys.are_as_they_were(&Office::open(folder.path()));
    }
    // The whole file of another network, which is as long: its keys are nobody's here.
    let other = super::folder();
    let (office, admin) = Office::begun(other.path());
    let theirs = Keys::make(&office, admin);
    drop(office);
    fs::write(&derived, fs::read(other.path().join("derived/credentials")).unwrap()).unwrap();
    let office = Office::open(folder.path());
    keys.are_as_they_were(&office);
    assert_eq!(office.check(&theirs.admin).unwrap_err(), KeyError::Unknown);
    drop(office);
    fs::remove_dir_all(folder.path().join("derived")).unwrap();
    fs::remove_dir_all(folder.path().join("local")).unwrap();
    let office = Office::open(folder.path());
    keys.are_as_they_were(&office);
    drop(office);
    assert!(fs::read(&derived).unwrap().len() <= whole.len(), "it is made again, in one piece");
    keys.are_as_they_were(&Office::open(folder.path()));
}

/// Goal: with an older keyring, which has not the network's key, no key works, that is told, and none can be
/// made; the way out is another admin key at the machine, and the others work again once they are rotated.
/// With the right keyring back, everything works as before.
/// Method: a copy of the keyring from before the beginning.
#[test]
fn a_lost_keyring_is_told_and_there_is_a_way_out() {
    let folder = folder();
    let keyring = folder.path().join("keyring");
    drop(Office::open(folder.path()));
    let of_before = fs::read(&keyring).unwrap();
    let (office, admin) = Office::begun(folder.path());
    let (bank, caller) = (office.bank(), office.caller(&admin));
    let (number, broker) = office.make(&caller, grant(Role::Broker, banks(&[bank])));
    assert!(!office.access.keyring_is_lost());
    drop(office);
    let right = fs::read(&keyring).unwrap();

    fs::write(&keyring, &of_before).unwrap();
    let office = Office::open(folder.path());
    assert!(office.access.keyring_is_lost());
    assert_eq!(
        office.access.mode(),
        hourbook::access::AccessMode::Keys,
        "no way back to calls without a key"
    );
    for key in [&admin, &broker] {
        assert_eq!(office.check(key).unwrap_err(), KeyError::KeyringLost);
    }
    let refused = office.create(&caller, &asked(&caller, grant(Role::Broker, banks(&[bank]))));
    assert!(matches!(refused, Err(NotMade::KeyringLost)));
    drop(office);

    fs::write(&keyring, &right).unwrap();
    let office = Office::open(folder.path());
    assert!(office.check(&admin).is_ok() && office.check(&broker).is_ok());
    drop(office);

    fs::write(&keyring, &of_before).unwrap();
    let office = Office::open(folder.path());
    let way_out = office.access.new_admin_key(&office.network).unwrap().text.reveal();
    assert!(!office.access.keyring_is_lost());
    let new_admin = office.caller(&way_out);
    for key in [&admin, &broker] {
        assert_eq!(office.check(key).unwrap_err(), KeyError::Unknown);
    }
    let rotated = office.rotate(&new_admin, number.get(), 86_400).unwrap();
    assert!(office.check(&rotated).is_ok());
    office.revoke(&new_admin, 1).unwrap();
    let office = office.reopened(folder.path());
    assert!(office.check(&way_out).is_ok() && office.check(&rotated).is_ok());
    assert!(!office.access.keyring_is_lost());
}

//! Keys: whatever a caller shows.

use std::sync::LazyLock;

use hourbook::access::{Access, Identity, KeyError};
use hourbook::domain::KeyText;

use super::changed::changed;
use super::office::{Keys, Office, folder};

struct Setting {
    access: Access,
    keys: Keys,
}

/// The books are closed and gone: who is let in is known without them.
static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let folder = folder();
    let (office, admin) = Office::new(folder.path());
    let keys = office.keys(admin);
    Setting { access: office.access, keys }
});

/// The first byte says which key the others change, or that they are a text themselves.
pub fn body(bytes: &[u8]) {
    let setting = &*SETTING;
    let Some((which, rest)) = bytes.split_first() else { return };
    let Keys { live, ended } = &setting.keys;
    let shown = match live.iter().chain(ended).nth(usize::from(*which)) {
        Some(key) => changed(key.as_bytes(), rest),
        None => rest.to_vec(),
    };
    let shown = String::from_utf8_lossy(&shown);
    match KeyText::parse(&shown) {
        Ok(read) => assert_eq!(read.reveal(), shown, "a key has one text"),
        Err(why) => assert!(shown.len() < 20 || !format!("{why} {why:?}").contains(&shown[..])),
    }
    let told = setting.access.check(&shown, setting.access.now());
    let is = |keys: &[String]| keys.iter().any(|key| *key == shown);
    match told {
        Ok(caller) => {
            assert!(is(live), "let in without a key that lives: {shown}");
            let Identity::Credential(number) = caller.identity else { panic!("a key is of a credential") };
            assert_eq!(shown.split('_').nth(1), Some(&*number.get().to_string()), "let in as somebody else");
        }
        Err(KeyError::Ended(_)) => assert!(is(ended), "somebody else's key is told to have ended: {shown}"),
        Err(KeyError::Malformed) => assert!(KeyText::parse(&shown).is_err()),
        Err(KeyError::Unknown) => assert!(!is(live) && !is(ended), "a key is not known any more"),
        Err(KeyError::KeyringLost) => panic!("the keyring is there"),
    }
}

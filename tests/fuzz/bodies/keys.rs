//! Keys: whatever a caller shows.

use std::sync::LazyLock;

use hourbook::access::{Access, Identity, KeyError};
use hourbook::domain::{KeyText, Secret};

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

/// In front of a number, of a key, and of changes to that key's secret: a text that is whole, whoever made it.
const MADE: u8 = b'K';

/// The first byte says which key the others change, that they make one, or that they are a text themselves.
pub fn body(bytes: &[u8]) {
    let setting = &*SETTING;
    let Keys { live, ended } = &setting.keys;
    let key = |which: &u8| live.iter().chain(ended).nth(usize::from(*which));
    let shown = match bytes {
        [MADE, number, which, script @ ..] => {
            let Some(key) = key(which) else { return };
            made(*number, key, script).into_bytes()
        }
        [which, rest @ ..] => key(which).map_or_else(|| rest.to_vec(), |key| changed(key.as_bytes(), rest)),
        [] => return,
    };
    let shown = String::from_utf8_lossy(&shown);
    if let Ok(read) = KeyText::parse(&shown) {
        assert_eq!(read.reveal(), shown, "a key has one text");
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

/// The key of credential `number` with the secret of `key`, changed; of a credential from 1.
fn made(number: u8, key: &str, script: &[u8]) -> String {
    let key = KeyText::parse(key).unwrap();
    let bytes = changed(key.secret().bytes(), script);
    let mut secret = Secret::zeroed();
    secret.bytes_mut().iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    KeyText::new(u32::from(number.max(1)), secret).reveal()
}

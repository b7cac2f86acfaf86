//! Keys for keyed hashes: what proves that somebody who had the keyring made a hash.
//!
//! Derived from an owner's key for one purpose, so that the same key seals texts and none of its uses says
//! anything about another. With the owner's key gone, nothing can be proved any more.

use aws_lc_rs::{hkdf, hmac};

use super::error::KeyError;
use super::keyring::Keyring;
use crate::domain::OwnerNumber;

const SALT: &[u8] = b"hourbook mac key 1";

/// The key for keyed hashes (HMAC-SHA256) of `owner`, for one `purpose`; the same each time.
///
/// # Errors
/// [`KeyError`], as for the owner's own key.
pub fn mac_key(keyring: &Keyring, owner: OwnerNumber, purpose: &'static str) -> Result<hmac::Key, KeyError> {
    let key = keyring.key(owner)?;
    let root = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(key.bytes());
    let made = root.expand(&[purpose.as_bytes()], hmac::HMAC_SHA256).map(hmac::Key::from);
    made.map_err(|_| KeyError::Crypto)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;

    use super::*;

    /// Goal: the key is the same after a restart, and no other for another owner or purpose; without the
    /// owner's key there is none. Method: hashes of one text under each.
    #[test]
    fn a_key_for_each_owner_and_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring");
        let [one, other, nobody] = [1, 2, 3].map(OwnerNumber::new);
        let hash = |keyring: &Keyring, owner, purpose| {
            hmac::sign(&mac_key(keyring, owner, purpose).unwrap(), b"text").as_ref().to_vec()
        };
        let keyring = Keyring::open(&path).unwrap();
        keyring.ensure([one, other], &SystemRandom::new()).unwrap();
        let first = hash(&keyring, one, "a");
        assert_ne!(first, hash(&keyring, other, "a"));
        assert_ne!(first, hash(&keyring, one, "b"));
        assert!(matches!(mac_key(&keyring, nobody, "a"), Err(KeyError::NoKey { .. })));
        drop(keyring);
        let keyring = Keyring::open_existing(&path).unwrap();
        assert_eq!(first, hash(&keyring, one, "a"));
        keyring.erase(one).unwrap();
        assert!(matches!(mac_key(&keyring, one, "a"), Err(KeyError::Erased { .. })));
    }
}

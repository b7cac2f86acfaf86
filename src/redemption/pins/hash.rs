//! Hashes of PINs: argon2id as PHC strings.
//!
//! A PIN has ten thousand to a hundred million forms, so a hash alone keeps it from nobody who has time: it is sealed too.
//! What the hash costs is for whoever has the books and the key.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::rand::SecureRandom;

use crate::domain::Pin;

/// Memory of a hash, in KiB; with [`PASSES`] what OWASP asks for at least (2023).
const MEMORY_KIB: u32 = 19 * 1_024;
/// Passes over it.
const PASSES: u32 = 2;
/// Lanes: one thread works.
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// The hash of nobody's PIN, which costs as much to compare.
pub(super) const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                                  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A PIN could not be hashed: no randomness, or no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PIN could not be hashed")]
pub struct NoHash;

/// The hash of a PIN with a fresh salt.
pub(super) fn hash(pin: &Pin, random: &dyn SecureRandom) -> Result<String, NoHash> {
    let mut salt = [0; SALT_BYTES];
    random.fill(&mut salt).map_err(|_| NoHash)?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| NoHash)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon2.hash_password_with_salt(pin.bytes(), &salt).map_err(|_| NoHash)?;
    Ok(hash.to_string())
}

/// Whether it is the hash of `pin`; compared in constant time. It says itself what it cost to make.
pub(super) fn is_right(pin: &Pin, hash: &str) -> bool {
    let hash = PasswordHash::new(hash);
    hash.is_ok_and(|hash| Argon2::default().verify_password(pin.bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use aws_lc_rs::rand::SystemRandom;

    use super::*;

    /// Goal: a hash is a PHC string with the cost that was decided, of its PIN and no other; two of one PIN differ; nobody's
    /// is read and fits none. Method: hashes of two PINs, one of which begins with the other.
    #[test]
    fn hashes_of_pins() {
        let pins = ["2580", "25800"].map(|text| Pin::parse(text).unwrap());
        let hashes = [0, 0, 1].map(|place: usize| hash(&pins[place], &SystemRandom::new()).unwrap());
        assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashes[0]);
        assert_ne!(hashes[0], hashes[1]);
        for (hash, expected) in hashes.iter().zip([[true, false], [true, false], [false, true]]) {
            let began = Instant::now();
            assert_eq!([0, 1].map(|place: usize| is_right(&pins[place], hash)), expected);
            println!("two comparisons in {:?}", began.elapsed());
            assert_eq!(hash.len(), NOBODYS.len());
        }
        assert_eq!(NOBODYS.get(..31), hashes[0].get(..31), "as slow to compare");
        assert!(PasswordHash::new(NOBODYS).is_ok_and(|hash| hash.salt.is_some() && hash.hash.is_some()));
        assert!(!is_right(&pins[0], NOBODYS) && !is_right(&pins[0], "") && !is_right(&pins[0], "2580"));
    }
}

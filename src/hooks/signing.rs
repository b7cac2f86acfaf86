//! Signatures as Standard Webhooks 1.0 has them.
//!
//! Signed is `id.timestamp.body`, with HMAC-SHA256 (`v1`) and ed25519 (`v1a`). Both keys of an endpoint are derived from a key
//! of its partner, so that nothing that could sign is kept anywhere else: without that key there is none.

use std::fmt;

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::Timestamp;
use crate::domain::time::MICROS_PER_SECOND;

/// What the key of a partner is derived for.
pub const PURPOSE: &str = "hooks";
/// Header with the name of an event.
pub const ID: &str = "webhook-id";
/// Header with the moment it was signed, seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Header with its signatures.
pub const SIGNATURE: &str = "webhook-signature";
/// A signature is good for so many seconds, before and after.
pub const TOLERANCE_SECONDS: i64 = 300;
/// At most so many signatures of a request are looked at.
const SIGNATURES_MAX: usize = 16;
const SECRET_PREFIX: &str = "whsec_";
/// How a public key begins.
pub const PUBLIC_PREFIX: &str = "whpk_";
/// Bytes of a secret that somebody else made.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Both keys of an endpoint.
pub struct SigningKeys {
    secret: hmac::Tag,
    mac: hmac::Key,
    pair: Ed25519KeyPair,
}

impl SigningKeys {
    /// The keys with a number, from the partner's key for [`PURPOSE`]; none where the crypto library makes none of it.
    #[must_use]
    pub fn derived(partner: &hmac::Key, endpoint: u16, key_number: u32) -> Option<Self> {
        let of = |what: &[u8]| {
            let bytes = [what, &endpoint.to_le_bytes(), &key_number.to_le_bytes()].concat();
            hmac::sign(partner, &bytes)
        };
        let secret = of(b"v1");
        let pair = Ed25519KeyPair::from_seed_unchecked(of(b"v1a").as_ref()).ok()?;
        Some(Self { mac: hmac::Key::new(HMAC_SHA256, secret.as_ref()), secret, pair })
    }

    /// What `v1` is checked with. Whoever has it can sign.
    #[must_use]
    pub fn secret_text(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(self.secret.as_ref()))
    }

    /// What `v1a` is checked with.
    #[must_use]
    pub fn public_text(&self) -> String {
        format!("{PUBLIC_PREFIX}{}", STANDARD.encode(self.pair.public_key().as_ref()))
    }

    /// Both signatures, as the header has them.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signed = signed(id, timestamp, body);
        let v1 = hmac::sign(&self.mac, &signed);
        let v1a = self.pair.sign(&signed);
        format!("v1,{} v1a,{}", STANDARD.encode(v1.as_ref()), STANDARD.encode(v1a.as_ref()))
    }
}

impl fmt::Debug for SigningKeys {
    /// Without what could sign.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").field("public", &self.public_text()).finish_non_exhaustive()
    }
}

fn signed(id: &str, timestamp: i64, body: &[u8]) -> Vec<u8> {
    [format!("{id}.{timestamp}.").as_bytes(), body].concat()
}

/// Why a request is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBelieved {
    /// A header is missing, or is not what it must be.
    #[error("{0} is missing or not what it must be")]
    Header(&'static str),
    /// It was signed too long ago, or is from the future.
    #[error("it was signed more than five minutes ago, or will be")]
    Time,
    /// None of its signatures is of a key that is known.
    #[error("no signature is of this key")]
    Signature,
}

/// What a receiver checks signatures with.
pub enum Verifier {
    /// The secret: `v1`.
    Secret(Box<hmac::Key>),
    /// The public key: `v1a`.
    Public(UnparsedPublicKey<Vec<u8>>),
}

impl Verifier {
    /// The key `text` says, `whsec_…` or `whpk_…`; none if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let decode = |text: &str| STANDARD.decode(text).ok();
        if let Some(secret) = text.strip_prefix(SECRET_PREFIX) {
            let bytes = decode(secret).filter(|bytes| SECRET_BYTES.contains(&bytes.len()))?;
            return Some(Self::Secret(Box::new(hmac::Key::new(HMAC_SHA256, &bytes))));
        }
        let bytes = decode(text.strip_prefix(PUBLIC_PREFIX)?).filter(|bytes| bytes.len() == 32)?;
        Some(Self::Public(UnparsedPublicKey::new(&ED25519, bytes)))
    }

    /// Whether a request is to be believed, as of `now`.
    ///
    /// # Errors
    /// [`NotBelieved`].
    pub fn check(&self, request: &Signed<'_>, now: Timestamp) -> Result<(), NotBelieved> {
        let id = request.id.filter(|id| !id.is_empty() && !id.contains('.'));
        let id = id.ok_or(NotBelieved::Header(ID))?;
        let timestamp: Option<i64> = request.timestamp.and_then(|text| text.parse().ok());
        let timestamp = timestamp.ok_or(NotBelieved::Header(TIMESTAMP))?;
        let now = now.micros().div_euclid(MICROS_PER_SECOND);
        if now.abs_diff(timestamp) > TOLERANCE_SECONDS.unsigned_abs() {
            return Err(NotBelieved::Time);
        }
        let signatures = request.signature.ok_or(NotBelieved::Header(SIGNATURE))?;
        let signed = signed(id, timestamp, request.body);
        let is_good = |signature: &str| match (self, signature.split_once(',')) {
            (Self::Secret(key), Some(("v1", tag))) => {
                STANDARD.decode(tag).is_ok_and(|tag| hmac::verify(key, &signed, &tag).is_ok())
            }
            (Self::Public(key), Some(("v1a", signature))) => {
                STANDARD.decode(signature).is_ok_and(|signature| key.verify(&signed, &signature).is_ok())
            }
            (Self::Secret(_) | Self::Public(_), _) => false,
        };
        let mut signatures = signatures.split(' ').take(SIGNATURES_MAX);
        if signatures.any(is_good) { Ok(()) } else { Err(NotBelieved::Signature) }
    }
}

/// A request as it came.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Header `webhook-id`.
    pub id: Option<&'a str>,
    /// Header `webhook-timestamp`.
    pub timestamp: Option<&'a str>,
    /// Header `webhook-signature`.
    pub signature: Option<&'a str>,
    /// Its body.
    pub body: &'a [u8],
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_782_000_000 * MICROS_PER_SECOND);

    fn keys(endpoint: u16, number: u32) -> SigningKeys {
        SigningKeys::derived(&hmac::Key::new(HMAC_SHA256, &[7; 32]), endpoint, number).unwrap()
    }

    /// Goal: a signature is as the specification's example has it. Method: the secret, id, time and body that it gives, and
    /// the signature it says they make.
    #[test]
    fn as_the_specification_says() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let tag = hmac::sign(
            &hmac::Key::new(HMAC_SHA256, &secret),
            &signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#),
        );
        assert_eq!(STANDARD.encode(tag.as_ref()), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// Goal: what was signed is believed with either key, and nothing else is. Method: each part changed; a key of another
    /// endpoint and the next key of this one; a time at the bounds and beyond; headers that are missing.
    #[test]
    fn what_was_signed_is_believed() {
        let own = keys(1, 1);
        let seconds = NOW.micros() / MICROS_PER_SECOND;
        let (stamp, body) = (seconds.to_string(), b"{}".as_slice());
        let signature = own.sign("7-1-9", seconds, body);
        let good = Signed { id: Some("7-1-9"), timestamp: Some(&stamp), signature: Some(&signature), body };
        for text in [own.secret_text(), own.public_text()] {
            let verifier = Verifier::parse(&text).unwrap();
            assert_eq!(verifier.check(&good, NOW), Ok(()));
            let late = |seconds| verifier.check(&good, NOW.plus_seconds(seconds));
            assert_eq!([late(300), late(-300)], [Ok(()), Ok(())]);
            assert_eq!([late(301), late(-301)], [Err(NotBelieved::Time); 2]);
            let other = (seconds + 1).to_string();
            for changed in [
                Signed { id: Some("7-1-8"), ..good },
                Signed { timestamp: Some(&other), ..good },
                Signed { body: b"{ }", ..good },
                Signed { signature: Some("v1,AAAA v1a,AAAA"), ..good },
                Signed { signature: Some(""), ..good },
            ] {
                assert_eq!(verifier.check(&changed, NOW), Err(NotBelieved::Signature), "{changed:?}");
            }
            let missing = Signed { id: None, ..good };
            assert_eq!(verifier.check(&missing, NOW), Err(NotBelieved::Header(ID)));
            let odd = Signed { timestamp: Some("soon"), ..good };
            assert_eq!(verifier.check(&odd, NOW), Err(NotBelieved::Header(TIMESTAMP)));
            let none = Signed { signature: None, ..good };
            assert_eq!(verifier.check(&none, NOW), Err(NotBelieved::Header(SIGNATURE)));
        }
        for others in [keys(2, 1), keys(1, 2)] {
            for text in [others.secret_text(), others.public_text()] {
                let verifier = Verifier::parse(&text).unwrap();
                assert_eq!(verifier.check(&good, NOW), Err(NotBelieved::Signature));
            }
        }
        let older = format!("{} {}", keys(1, 2).sign("7-1-9", seconds, body), signature);
        let both = Signed { signature: Some(&older), ..good };
        assert_eq!(Verifier::parse(&own.secret_text()).unwrap().check(&both, NOW), Ok(()));
    }

    /// Goal: what is no key is none, and keys are printed nowhere by accident. Method: each way to be none.
    #[test]
    fn what_is_no_key() {
        for text in ["", "whsec_", "whpk_", "whsec_AAAA", "whsk_AAAA", "whpk_AAAA", "hbk_7_x", "whsec_?"] {
            assert!(Verifier::parse(text).is_none(), "{text}");
        }
        let keys = keys(1, 1);
        let secret = keys.secret_text();
        assert!(!format!("{keys:?}").contains(secret.strip_prefix(SECRET_PREFIX).unwrap()));
    }
}

//! The keys an issuer publishes (RFC 7517), and what each may sign. Pure.
//!
//! Keys we cannot use are left out one by one: a set with a newer kind of key in it must not take away the
//! others. A shared secret (`oct`) never becomes a key here.

use std::collections::HashMap;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::bounds::{KEY_ID_BYTES_MAX, KEYS_MAX};
use super::verify::method;

const RSA: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// A public key and the methods it may be used with.
#[derive(Debug)]
pub(super) struct Key {
    decoding: DecodingKey,
    methods: Box<[Algorithm]>,
}

impl Key {
    /// Whether this key may be used with `algorithm`.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        self.methods.contains(&algorithm)
    }

    /// The key itself.
    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// The key and its name, if it has a name and may check signatures here.
    fn read(value: &Value) -> Option<(String, Self)> {
        let jwk = Jwk::deserialize(value).ok()?;
        let name =
            jwk.common.key_id.clone().filter(|name| !name.is_empty() && name.len() <= KEY_ID_BYTES_MAX)?;
        let to_sign =
            jwk.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
        let operations = jwk.common.key_operations.as_ref();
        if !to_sign || operations.is_some_and(|operations| !operations.contains(&KeyOperations::Verify)) {
            return None;
        }
        let of_its_kind = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => RSA,
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
                &[Algorithm::ES256]
            }
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => {
                &[Algorithm::ES384]
            }
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            // Also what later versions of the library bring.
            AlgorithmParameters::EllipticCurve(_)
            | AlgorithmParameters::OctetKeyPair(_)
            | AlgorithmParameters::OctetKey(_)
            | AlgorithmParameters::Other(_)
            | _ => return None,
        };
        // As the key says it: the library knows fewer names.
        let only = match value.get("alg").filter(|named| !named.is_null()) {
            Some(named) => Some(named.as_str().and_then(method)?),
            None => None,
        };
        let methods =
            of_its_kind.iter().copied().filter(|fits| only.is_none_or(|only| only == *fits)).collect();
        Some((name, Self { decoding: DecodingKey::from_jwk(&jwk).ok()?, methods }))
    }
}

/// The issuer's keys by their names.
#[derive(Debug)]
pub(super) struct KeySet(HashMap<String, Key>);

impl KeySet {
    /// Reads an issuer's answer; `None` if it is no set of keys or none of them is of use.
    ///
    /// Of two keys with one name the first counts.
    pub(super) fn read(answer: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Answer {
            keys: Vec<Value>,
        }
        let answer: Answer = serde_json::from_slice(answer).ok()?;
        let mut keys = HashMap::new();
        for (name, key) in answer.keys.iter().filter_map(Key::read).take(KEYS_MAX) {
            keys.entry(name).or_insert(key);
        }
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The key of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Key> {
        self.0.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA_KEY: &str = r#""kty":"RSA","n":"sXch","e":"AQAB""#;
    const P256: &str = r#""kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA""#;
    const ED25519: &str = r#""kty":"OKP","crv":"Ed25519","x":"AAAA""#;

    fn methods(keys: &str) -> Option<usize> {
        let set = KeySet::read(format!(r#"{{"keys":[{keys}]}}"#).as_bytes())?;
        Some(set.get("a").map_or(0, |key| key.methods.len()))
    }

    /// Goal: a key works only with the methods of its kind, and of those only the one it names.
    /// Method: how many methods each key has; none where it must be left out.
    #[test]
    fn methods_of_keys() {
        for (key, count) in [
            (RSA_KEY.to_owned(), Some(6)),
            (format!(r#"{RSA_KEY},"alg":"PS512","use":"sig""#), Some(1)),
            (format!(r#"{P256},"alg":"ES256","key_ops":["verify"]"#), Some(1)),
            (format!(r#"{ED25519},"alg":"EdDSA""#), Some(1)),
            (format!(r#"{ED25519},"alg":"Ed25519""#), Some(1)),
            (P256.replace("256", "384"), Some(1)),
            (format!(r#"{RSA_KEY},"alg":"ES256""#), Some(0)),
            (format!(r#"{RSA_KEY},"alg":"RSA-OAEP""#), None),
            (format!(r#"{RSA_KEY},"alg":"HS256""#), None),
            (format!(r#"{RSA_KEY},"use":"enc""#), None),
            (format!(r#"{RSA_KEY},"key_ops":["encrypt"]"#), None),
            (r#""kty":"oct","k":"AAAA""#.to_owned(), None),
            (r#""kty":"oct","k":"AAAA","alg":"RS256""#.to_owned(), None),
            (P256.replace("256", "521"), None),
            (P256.replace("P-256", "secp256k1"), None),
            (P256.replace("P-256", "Ed25519"), None),
            (r#""kty":"AKP","alg":"ML-DSA-44","pub":"AAAA""#.to_owned(), None),
            (RSA_KEY.replace("sXch", "?"), None),
        ] {
            assert_eq!(methods(&format!(r#"{{"kid":"a",{key}}}"#)), count, "{key}");
        }
    }

    /// Goal: one key that is of no use takes none of the others away; without any there is no set.
    /// Method: odd keys before a good one, and answers that are none.
    #[test]
    fn odd_keys_are_left_out() {
        let good = format!(r#"{{"kid":"a",{RSA_KEY}}}"#);
        for odd in ["7", "{}", r#"{"kty":"RSA"}"#, r#"{"kid":7,"kty":"RSA"}"#, &format!("{{{RSA_KEY}}}")] {
            assert_eq!(methods(&format!("{odd},{good}")), Some(6), "{odd}");
            assert_eq!(methods(odd), None, "{odd}");
        }
        assert_eq!(methods(&format!(r#"{good},{{"kid":"a",{P256}}}"#)), Some(6), "the first of one name");
        for bad in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]}"#, "<html>"] {
            assert!(KeySet::read(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    /// Goal: a set has at most 64 keys. Method: a set of 65.
    #[test]
    fn many_keys() {
        let keys: Vec<_> = (0..65).map(|name| format!(r#"{{"kid":"{name}",{RSA_KEY}}}"#)).collect();
        let set = KeySet::read(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes()).unwrap();
        assert!(set.get("63").is_some() && set.get("64").is_none());
    }
}

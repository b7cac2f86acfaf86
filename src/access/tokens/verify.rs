//! A token taken apart, and its signature. Pure: no clock, no network.
//!
//! The parts are read before the signature is checked, so that a token which is refused whatever its signature
//! says costs neither a signature check nor a question to the issuer. Nothing read here is believed before
//! [`Presented::check_signature`].
//!
//! Why not `jsonwebtoken::decode`: it reads the system's clock, takes a list of issuers where one is meant, and
//! passes over `crit`. What is left to it is what must not be our own: keys and signatures.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::bounds::{KEY_ID_BYTES_MAX, TOKEN_BYTES_MAX};
use super::claims::Claims;
use super::error::TokenError;
use super::key_set::Key;

/// Methods by their names. Shared secrets and `none` are not among them: with a public key as the secret
/// anybody could sign.
const METHODS: [(&str, Algorithm); 10] = [
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
    // The newer name of the same (RFC 9864).
    ("Ed25519", Algorithm::EdDSA),
];

/// The method of this name, if it is accepted.
pub(super) fn method(name: &str) -> Option<Algorithm> {
    METHODS.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
}

/// The part of a token's header that matters. Addresses and keys in it (`jku`, `jwk`, `x5u`) are not read:
/// which key is right is not for the token to say.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

/// A token taken apart; nothing of it is proven.
pub(super) struct Presented<'a> {
    algorithm: Algorithm,
    pub(super) key_id: String,
    pub(super) claims: Claims,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Presented<'a> {
    /// Takes `token` apart.
    pub(super) fn read(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| TokenError::Malformed)?;
        let algorithm = method(&header.alg).ok_or(TokenError::Method)?;
        if header.crit.is_some() {
            return Err(TokenError::Extension);
        }
        let key_id = header.kid.filter(|id| !id.is_empty() && id.len() <= KEY_ID_BYTES_MAX);
        let key_id = key_id.ok_or(TokenError::NoKeyId)?;
        Ok(Self { algorithm, key_id, claims: Claims::read(&decode(claims)?)?, signed, signature })
    }

    /// Whether `key` signed this.
    pub(super) fn check_signature(&self, key: &Key) -> Result<(), TokenError> {
        if !key.fits(self.algorithm) {
            return Err(TokenError::KeyDoesNotFit);
        }
        let right = jsonwebtoken::crypto::verify(
            self.signature,
            self.signed.as_bytes(),
            key.decoding(),
            self.algorithm,
        );
        if right.is_ok_and(|right| right) { Ok(()) } else { Err(TokenError::Signature) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.AAAA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    fn why(token: &str) -> Option<TokenError> {
        Presented::read(token).err()
    }

    /// Goal: headers that may not be accepted are refused before any key is looked for. Method: a table.
    #[test]
    fn headers() {
        for (header, error) in [
            (r#"{"alg":"RS256","kid":"a","typ":"at+jwt","jku":"https://evil.example.org"}"#, None),
            (r#"{"alg":"none","kid":"a"}"#, Some(TokenError::Method)),
            (r#"{"alg":"None","kid":"a"}"#, Some(TokenError::Method)),
            (r#"{"alg":"HS256","kid":"a"}"#, Some(TokenError::Method)),
            (r#"{"alg":"","kid":"a"}"#, Some(TokenError::Method)),
            (r#"{"alg":"ES512","kid":"a"}"#, Some(TokenError::Method)),
            (r#"{"alg":"RS256","kid":"a","crit":["b64"],"b64":false}"#, Some(TokenError::Extension)),
            (r#"{"alg":"RS256"}"#, Some(TokenError::NoKeyId)),
            (r#"{"alg":"RS256","kid":""}"#, Some(TokenError::NoKeyId)),
            (r#"{"alg":"RS256","kid":7}"#, Some(TokenError::Malformed)),
            (r#"{"kid":"a"}"#, Some(TokenError::Malformed)),
            (r#"{"alg":"RS256","alg":"none","kid":"a"}"#, Some(TokenError::Malformed)),
            ("[]", Some(TokenError::Malformed)),
        ] {
            assert_eq!(why(&token(header, "{}")), error, "{header}");
        }
        let long = |bytes| why(&token(&format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(bytes)), "{}"));
        assert_eq!((long(256), long(257)), (None, Some(TokenError::NoKeyId)));
    }

    /// Goal: what is no token is refused, however it is cut. Method: a table, and lengths at the bound.
    #[test]
    fn shapes() {
        let good = token(r#"{"alg":"RS256","kid":"a"}"#, "{}");
        assert_eq!(why(&good), None);
        let (two, four, padded) =
            (good.replacen('.', "", 1), format!("{good}.AAAA"), good.replace(".AAAA", "=.AAAA"));
        for bad in
            ["", ".", "..", "...", "a.b.c", "hbk_1_secret", &two, &four, &padded, &format!("\u{e9}{good}")]
        {
            assert_eq!(why(bad), Some(TokenError::Malformed), "{bad}");
        }
        let filled = |bytes: usize| format!("{good}{}", "A".repeat(bytes - good.len()));
        assert_eq!(why(&filled(TOKEN_BYTES_MAX)), None);
        assert_eq!(why(&filled(TOKEN_BYTES_MAX + 1)), Some(TokenError::TooLong));
    }
}

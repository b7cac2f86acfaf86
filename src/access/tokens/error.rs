//! Why a token says nothing about who calls.
//!
//! The words help whoever wrote the client or set up the issuer. They never hold the token or anything out of
//! its claims: what a caller sends must not come back in answers and log lines.

use super::bounds::{CLAIMS_DEPTH_MAX, CLAIMS_MAX, TOKEN_BYTES_MAX, WORDS_MAX};

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TokenError {
    /// Above [`TOKEN_BYTES_MAX`].
    #[error("the token is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    /// Not three parts of base64url with JSON objects inside.
    #[error("this is no signed JSON Web Token")]
    Malformed,
    /// `none`, a shared secret (`HS256`), or nothing we know.
    #[error("the token is signed by a method that is not accepted here; RS, PS, ES and EdDSA are")]
    Method,
    /// Its header demands an extension (`crit`); none is understood.
    #[error("the token demands an extension that is not understood here")]
    Extension,
    /// Without `kid` nobody knows which key to check with.
    #[error("the token does not name the key it is signed with")]
    NoKeyId,
    /// The issuer publishes no such key, as far as is known; keys are asked for again only now and then.
    #[error("the token is signed with a key that its issuer does not publish")]
    UnknownKey,
    /// The key is for another method than the token names.
    #[error("the token's method does not fit the key it names")]
    KeyDoesNotFit,
    /// The signature is not of these claims by this key.
    #[error("the token's signature is wrong")]
    Signature,
    /// `iss` is not the issuer trusted here.
    #[error("the token is from another issuer")]
    AnotherIssuer,
    /// `aud` does not name this service.
    #[error("the token is for another audience")]
    AnotherAudience,
    /// No `exp`.
    #[error("the token never expires; only tokens with an expiry are accepted")]
    NoExpiry,
    /// A time that is no whole number of seconds.
    #[error("a time in the token is no whole number of seconds since 1970")]
    Time,
    /// `exp` is past.
    #[error("the token is expired")]
    Expired,
    /// `nbf` or `iat` is still to come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// From `iat` (or now) to `exp` is longer than what is configured.
    #[error("the token lives longer than tokens may here")]
    LivesTooLong,
    /// More than [`CLAIMS_MAX`] claims, or deeper than [`CLAIMS_DEPTH_MAX`].
    #[error("the token holds more than {CLAIMS_MAX} claims, or claims deeper than {CLAIMS_DEPTH_MAX} levels")]
    TooManyClaims,
    /// More than [`WORDS_MAX`] roles, banks or partners in the token.
    #[error("the token lists more than {WORDS_MAX} roles, banks or partners")]
    TooManyWords,
    /// The claim that says who it is about is missing, empty or too long.
    #[error("the token does not say whom it is about")]
    NoSubject,
    /// None of the issuer's role words is one of ours.
    #[error("the token gives no role of Hourbook")]
    NoRole,
    /// Which of them is meant would be a guess.
    #[error("the token gives several roles of Hourbook; it must give one")]
    SeveralRoles,
    /// No bank, partner or "network" where the role needs one.
    #[error("the token names no bank or partner that its role reaches")]
    NoReach,
    /// The machine's trouble, not the token's: worth another try later.
    #[error("the issuer's keys cannot be fetched")]
    KeysUnavailable,
}

impl TokenError {
    /// A word for counting.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::Method => "method",
            Self::Extension => "extension",
            Self::NoKeyId => "no_key_id",
            Self::UnknownKey => "unknown_key",
            Self::KeyDoesNotFit => "key_does_not_fit",
            Self::Signature => "signature",
            Self::AnotherIssuer => "another_issuer",
            Self::AnotherAudience => "another_audience",
            Self::NoExpiry => "no_expiry",
            Self::Time => "time",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::LivesTooLong => "lives_too_long",
            Self::TooManyClaims => "too_many_claims",
            Self::TooManyWords => "too_many_words",
            Self::NoSubject => "no_subject",
            Self::NoRole => "no_role",
            Self::SeveralRoles => "several_roles",
            Self::NoReach => "no_reach",
            Self::KeysUnavailable => "keys_unavailable",
        }
    }

    /// True if the same token may be accepted later: an answer is then `UNAVAILABLE`, not `UNAUTHENTICATED`.
    #[must_use]
    pub const fn is_unavailable(self) -> bool {
        matches!(self, Self::KeysUnavailable)
    }
}
